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

static bool unconditional(const struct mrl_leak_row *row)
{
	return row->before[0] == '\0' && row->after[0] == '\0';
}

static void note_if_confirmed(const struct mrl_leak_pass *pass, enum mrl_leak leak, size_t start,
                              const struct mrl_leak_view *raw)
{
	const struct mrl_leak_row *row = &mrl_leak_rows[leak];
	uint8_t scratch[MRL_LEAK_VIEW_MAX];
	struct mrl_leak_view view = mrl_leak_view_decode(*raw, scratch);

	if (!mrl_leak_confirm(row, &view)) {
		return;
	}
	note(pass, leak, start);
	if (pass->hit != NULL && row->frame != MRL_LEAK_FRAME_NONE) {
		pass->hit(pass->context, row, &view);
	}
}

static void try_anchor(const struct mrl_leak_pass *pass, const struct mrl_leak_text *text,
                       const struct mrl_leak_window *window, size_t start)
{
	const struct mrl_leak_row *row = &mrl_leak_rows[window->leak];

	if (unconditional(row)) {
		note(pass, window->leak, start);
		return;
	}
	struct mrl_leak_view raw = mrl_leak_view_raw(text, start, start + window->anchor_size);
	if (!mrl_leak_maybe(row, &raw)) {
		return;
	}
	if (*pass->confirms_left == 0) {
		pass->result->capped = true;
		return;
	}
	--*pass->confirms_left;
	note_if_confirmed(pass, window->leak, start, &raw);
}

/* All anchors whose window begins at `at`. */
static void try_windows(const struct mrl_leak_pass *pass, const struct mrl_leak_text *text,
                        size_t from, size_t at)
{
	const struct mrl_leak_scanner *scanner = pass->scanner;
	uint32_t key = mrl_leak_key(text->slice.data + at);

	for (uint8_t i = scanner->heads[mrl_leak_head(key)]; i != 0;) {
		const struct mrl_leak_window *window = &scanner->windows[i - 1];
		size_t start = at - window->offset;
		i = window->next;
		if (window->key != key || at < from + window->offset ||
		    settled(pass, window->leak)) {
			continue;
		}
		struct mrl_slice anchor = mrl_slice(window->anchor, window->anchor_size);
		if (mrl_slice_starts(mrl_slice_from(text->slice, start), anchor)) {
			try_anchor(pass, text, window, start);
		}
	}
}

void mrl_leak_pass_run(const struct mrl_leak_pass *pass, const struct mrl_leak_text *text,
                       size_t from)
{
	size_t size = text->slice.size;
	size_t at = from;

	while ((at = pass->scanner->find(pass->scanner, text->slice, at, size)) < size) {
		try_windows(pass, text, from, at);
		at++;
	}
}

void mrl_leak_scan(const struct mrl_leak_scanner *scanner, struct mrl_leak_set off,
                   struct mrl_slice body, struct mrl_leak_result *ret_result)
{
	struct mrl_leak_result result = {.first_position = UINT64_MAX};
	uint32_t confirms = confirms_of(body.size);
	struct mrl_leak_text text = {.slice = body, .ended = true};
	struct mrl_leak_pass pass = {
		.scanner = scanner, .off = off, .result = &result, .confirms_left = &confirms};

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
