/*
 * Stack traces and database messages in a body [ERR-1]: the scan itself, its verdict, and the guard
 * for documented texts.
 *
 * Stage 1 gives places where an anchor may stand; here the anchor is compared and its surroundings
 * are looked at, as often as the body's size has earned.
 */
#include "http/leak.h"

enum mrl_err mrl_leak_scanner_new(struct mrl_arena *arena,
                                  const struct mrl_leak_scanner **ret_scanner)
{
	struct mrl_leak_scanner *scanner = MRL_NEW(arena, struct mrl_leak_scanner);

	if (scanner == NULL) {
		return MRL_ERR_MEMORY;
	}
	mrl_leak_table_build(scanner);
	scanner->find = mrl_leak_find_choose();
	*ret_scanner = scanner;
	return MRL_OK;
}

static uint32_t confirms_of(size_t body_bytes)
{
	size_t count = MRL_LEAK_CONFIRMS_FREE + body_bytes / MRL_LEAK_CONFIRMS_BYTES;

	return count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
}

static void note(const struct mrl_leak_pass *pass, enum mrl_leak leak, size_t start)
{
	struct mrl_leak_result *result = pass->result;
	uint64_t position = pass->position + start;

	if (mrl_leak_rows[leak].strength == MRL_LEAK_STRONG) {
		if (result->strong.bits == 0 || position < result->first_position) {
			result->first_position = position;
		}
		mrl_leak_set_add(&result->strong, leak);
		return;
	}
	if (result->strong.bits == 0 && position < result->first_position) {
		result->first_position = position;
	}
	mrl_leak_set_add(&result->weak, leak);
}

/* Signatures that are off, or found already and have nothing more to tell. */
static bool settled(const struct mrl_leak_pass *pass, enum mrl_leak leak)
{
	bool found = mrl_leak_set_has(pass->result->strong, leak) ||
	             mrl_leak_set_has(pass->result->weak, leak);
	bool telling = pass->hit != NULL && mrl_leak_rows[leak].frame != MRL_LEAK_FRAME_NONE;

	return mrl_leak_set_has(pass->off, leak) || (found && !telling);
}

static void note_if_confirmed(const struct mrl_leak_pass *pass, enum mrl_leak leak, size_t start,
                              const struct mrl_leak_view *view)
{
	const struct mrl_leak_row *row = &mrl_leak_rows[leak];

	if (!mrl_leak_confirm(row, view)) {
		return;
	}
	note(pass, leak, start);
	if (pass->hit != NULL && row->frame != MRL_LEAK_FRAME_NONE) {
		pass->hit(pass->context, row, view);
	}
}

static void decode_and_note(const struct mrl_leak_pass *pass, enum mrl_leak leak, size_t start,
                            const struct mrl_leak_view *raw)
{
	uint8_t scratch[MRL_LEAK_VIEW_MAX];
	struct mrl_leak_view view = mrl_leak_view_decode(raw, scratch);

	note_if_confirmed(pass, leak, start, &view);
}

/* What can be told from the bytes as sent, at once: most anchors in clean text end here. */
static bool hopeless(const struct mrl_leak_pass *pass, const struct mrl_leak_window *window,
                     const struct mrl_leak_view *raw)
{
	if (window->address) {
		return !mrl_leak_private_address(raw);
	}
	if (raw->end == raw->size) {
		return false;
	}
	uint8_t next = raw->text[raw->end];
	return (pass->scanner->follow[window->leak][next / 64] >> next % 64 & 1) == 0;
}

__attribute__((noinline)) static void try_anchor(const struct mrl_leak_pass *pass,
                                                 const struct mrl_leak_text *text,
                                                 const struct mrl_leak_window *window, size_t start)
{
	if (window->free) {
		note(pass, window->leak, start);
		return;
	}
	struct mrl_leak_view raw = mrl_leak_view_raw(text, start, start + window->anchor_size);
	if (hopeless(pass, window, &raw)) {
		return;
	}
	uint32_t *confirms_left = &pass->confirms_left[mrl_leak_rows[window->leak].strength];
	if (*confirms_left == 0) {
		pass->result->capped = true;
		return;
	}
	--*confirms_left;
	if (mrl_leak_view_escaped(&raw)) {
		decode_and_note(pass, window->leak, start, &raw);
		return;
	}
	note_if_confirmed(pass, window->leak, start, &raw);
}

/* Where a window may stand, and what stands there. */
struct place {
	size_t from;
	size_t at;
	uint32_t key;
};

/* The window is known to be there; it is all of a short anchor. */
static bool anchor_at(const struct mrl_leak_window *window, struct mrl_slice text, size_t start)
{
	return window->anchor_size <= MRL_LEAK_WINDOW_SIZE ||
	       (text.size - start >= window->anchor_size &&
	        memcmp(text.data + start, window->anchor, window->anchor_size) == 0);
}

/* Does the first number behind `10.` end in a dot? Prices do not. */
static bool dotted(struct mrl_slice text, size_t at)
{
	size_t end = at;

	while (end < text.size && end < at + 4 && mrl_is_digit(text.data[end])) {
		end++;
	}
	return end == text.size || text.data[end] == '.';
}

static void try_window(const struct mrl_leak_pass *pass, const struct mrl_leak_text *text,
                       const struct mrl_leak_window *window, size_t start)
{
	if (!anchor_at(window, text->slice, start) ||
	    (window->address && !dotted(text->slice, start + window->anchor_size))) {
		return;
	}
	if (!settled(pass, window->leak)) {
		try_anchor(pass, text, window, start);
	}
}

/* Tries the windows from `head` on that are the bytes of `key`. */
static void try_chain(const struct mrl_leak_pass *pass, const struct mrl_leak_text *text,
                      struct place place, uint8_t head)
{
	for (uint8_t i = head; i != 0;) {
		const struct mrl_leak_window *window = &pass->scanner->windows[i - 1];
		i = window->next;
		if (((window->key ^ place.key) & window->mask) == 0 &&
		    place.at >= place.from + window->offset) {
			try_window(pass, text, window, place.at - window->offset);
		}
	}
}

void mrl_leak_place(const struct mrl_leak_pass *pass, const struct mrl_leak_text *text, size_t from,
                    size_t at)
{
	struct place place = {.from = from, .at = at, .key = mrl_leak_key_at(text->slice, at)};

	try_chain(pass, text, place, pass->scanner->heads[mrl_leak_head(place.key)]);
	try_chain(pass, text, place, mrl_leak_short(pass->scanner, place.key));
}

void mrl_leak_scan(const struct mrl_leak_scanner *scanner, struct mrl_leak_set off,
                   struct mrl_slice body, struct mrl_leak_result *ret_result)
{
	struct mrl_leak_result result = {.first_position = UINT64_MAX};
	uint32_t confirms[] = {confirms_of(body.size), confirms_of(body.size)};
	struct mrl_leak_text text = {.slice = body, .ended = true};
	struct mrl_leak_pass pass = {
		.scanner = scanner, .off = off, .result = &result, .confirms_left = confirms};

	mrl_leak_pass_run(&pass, &text, 0);
	*ret_result = result;
}

/* [ERR-1] One weak sign alone is what business text may hold too. */
bool mrl_leak_judge(const struct mrl_leak_result *result, unsigned status)
{
	return result->strong.bits != 0 ||
	       (status >= 400 && __builtin_popcountll(result->weak.bits) >= 2);
}

void mrl_leak_guard(const struct mrl_leak_scanner *scanner, struct mrl_slice text,
                    struct mrl_leak_set *off)
{
	struct mrl_leak_result result;

	mrl_leak_scan(scanner, *off, text, &result);
	off->bits |= result.strong.bits | result.weak.bits;
}
