/*
 * leaks.def as rows, and the tables of stage 1 made of them once.
 *
 * Of each anchor the rarest four bytes in a row are looked for (its window), and windows share
 * eight buckets so that clean JSON seldom looks like one. Both choices only steer speed.
 */
#include "http/leak.h"

#define JVM    "jvm"
#define DOTNET "dotnet"
#define PYTHON "python"
#define NODE   "node"
#define PHP    "php"
#define RUBY   "ruby"
#define GO     "go"
#define RUST   "rust"
#define ERLANG "erlang"
#define NATIVE "native"
#define SQL    "sql"
#define STORE  "store"
#define HINT   "hint"

const struct mrl_leak_row mrl_leak_rows[MRL_LEAK_COUNT] = {
#define MRL_LEAK(ID, id_text, family_text, strength_kind, frame_kind, before_text, after_text, \
                 ...)                                                                          \
	[MRL_LEAK_##ID] = {.id = id_text,                                                      \
	                   .family = family_text,                                              \
	                   .strength = MRL_LEAK_##strength_kind,                               \
	                   .frame = MRL_LEAK_FRAME_##frame_kind,                               \
	                   .before = before_text,                                              \
	                   .after = after_text,                                                \
	                   .anchors = {__VA_ARGS__}},
#include <merlon/leaks.def>
#undef MRL_LEAK
};

#define BUCKETS 8

/* How often a byte stands in JSON that carries business, in thousandths, roughly. */
static unsigned frequency(uint8_t byte)
{
	static const char letters[] = "etaoinsrdlcmuphgfybvwkxjqz";
	const char *found = byte == 0 ? NULL : strchr(letters, byte);

	if (found != NULL) {
		return 62 - 60 * (unsigned)(found - letters) / 26;
	}
	if (mrl_is_digit(byte)) {
		return 25;
	}
	switch (byte) {
	case '"': return 110;
	case ':':
	case ',':
	case ' ': return 40;
	case '-':
	case '.':
	case '_':
	case '/': return 12;
	}
	return byte >= ' ' && byte < 0x7F ? 3 : 1;
}

/* Wu and Manber: how far the window can move when its last two bytes are this pair. */
static void add_shifts(struct mrl_leak_scanner *scanner, const struct mrl_leak_window *window)
{
	const uint8_t *text = (const uint8_t *)window->anchor + window->offset;
	uint8_t *one = &scanner->shifts[mrl_leak_pair(text)];

	*one = *one > 1 ? 1 : *one;
	scanner->shifts[mrl_leak_pair(text + 1)] = 0;
}

/* The bytes that may stand at `i` of a window. Behind a short suffix (`.js`) no letter may follow.
 */
static bool allowed(const struct mrl_leak_window *window, size_t i, uint8_t byte)
{
	if (window->offset + i < window->anchor_size) {
		return (uint8_t)window->anchor[window->offset + i] == byte;
	}
	return mrl_leak_ends_short(byte);
}

/* Adds a window's halves to bucket tables. */
static void spread(const struct mrl_leak_window *window, uint8_t bit, uint8_t low[4][16],
                   uint8_t high[4][16])
{
	for (size_t i = 0; i < MRL_LEAK_WINDOW_SIZE; i++) {
		for (unsigned byte = 0; byte < 0x80; byte++) {
			if (allowed(window, i, (uint8_t)byte)) {
				low[i][byte & 15] |= bit;
				high[i][byte >> 4] |= bit;
			}
		}
	}
}

/* How often clean text looks like the bucket `bit`. */
static double false_rate(uint8_t bit, uint8_t low[4][16], uint8_t high[4][16])
{
	double rate = 1;

	for (size_t i = 0; i < MRL_LEAK_WINDOW_SIZE; i++) {
		double sum = 0;
		for (unsigned byte = 0; byte < 0x80; byte++) {
			bool hit = (low[i][byte & 15] & high[i][byte >> 4] & bit) != 0;
			sum += hit ? frequency((uint8_t)byte) : 0;
		}
		rate *= sum / 1000;
	}
	return rate;
}

/* Where a window may go, and how many false places it would bring. */
struct choice {
	uint8_t offset;
	uint8_t bit;
	double growth;
};

static double growth_of(const struct mrl_leak_scanner *scanner,
                        const struct mrl_leak_window *window, uint8_t bit)
{
	uint8_t low[4][16];
	uint8_t high[4][16];

	memcpy(low, scanner->low, sizeof(low));
	memcpy(high, scanner->high, sizeof(high));
	double before = false_rate(bit, low, high);
	spread(window, bit, low, high);
	return false_rate(bit, low, high) - before;
}

/* The part of the anchor and the bucket that together bring the fewest false places. */
static struct choice best_choice(const struct mrl_leak_scanner *scanner,
                                 struct mrl_leak_window window)
{
	struct choice best = {.growth = 1e9};
	size_t last = window.anchor_size > MRL_LEAK_WINDOW_SIZE
	                      ? window.anchor_size - MRL_LEAK_WINDOW_SIZE
	                      : 0;

	for (window.offset = 0; window.offset <= last; window.offset++) {
		for (unsigned bucket = 0; bucket < BUCKETS; bucket++) {
			uint8_t bit = (uint8_t)(1u << bucket);
			double growth = growth_of(scanner, &window, bit);
			if (growth < best.growth) {
				best = (struct choice){window.offset, bit, growth};
			}
		}
	}
	return best;
}

static uint32_t fourth_byte(const struct mrl_leak_window *window)
{
	size_t at = window->offset + 3u;

	return at < window->anchor_size ? (uint32_t)(uint8_t)window->anchor[at] << 24 : 0;
}

static void add_window(struct mrl_leak_scanner *scanner, enum mrl_leak leak, const char *anchor)
{
	struct mrl_leak_window *window = &scanner->windows[scanner->window_count++];

	*window = (struct mrl_leak_window){
		.anchor = anchor, .anchor_size = (uint8_t)strlen(anchor), .leak = (uint8_t)leak};
	const struct mrl_leak_row *row = &mrl_leak_rows[leak];
	window->address = mrl_leak_is_address(row);
	window->free = row->before[0] == '\0' && row->after[0] == '\0';
	struct choice choice = best_choice(scanner, *window);
	window->offset = choice.offset;
	window->key = mrl_leak_key((const uint8_t *)anchor + choice.offset) | fourth_byte(window);
	window->mask = window->anchor_size < MRL_LEAK_WINDOW_SIZE ? MRL_LEAK_SHORT : UINT32_MAX;
	spread(window, choice.bit, scanner->low, scanner->high);
	add_shifts(scanner, window);
	uint8_t *heads = window->mask == MRL_LEAK_SHORT ? scanner->shorts : scanner->heads;
	uint8_t *head = &heads[mrl_leak_head(window->key)];
	window->next = *head;
	*head = (uint8_t)scanner->window_count;
}

static void add_follow(struct mrl_leak_scanner *scanner, enum mrl_leak leak)
{
	for (unsigned byte = 0; byte < 256; byte++) {
		uint64_t bit = UINT64_C(1) << byte % 64;
		bool accepts = mrl_leak_accepts(&mrl_leak_rows[leak], (uint8_t)byte);
		scanner->follow[leak][byte / 64] |= accepts ? bit : 0;
	}
}

void mrl_leak_table_build(struct mrl_leak_scanner *scanner)
{
	memset(scanner->shifts, MRL_LEAK_KEY_SIZE - 1, sizeof(scanner->shifts));
	for (unsigned leak = 0; leak < MRL_LEAK_COUNT; leak++) {
		add_follow(scanner, (enum mrl_leak)leak);
		const char *const *anchors = mrl_leak_rows[leak].anchors;
		for (size_t i = 0; i < MRL_LEAK_ANCHORS && anchors[i] != NULL; i++) {
			if (MRL_INVARIANT(scanner->window_count < MRL_LEAK_WINDOWS)) {
				add_window(scanner, (enum mrl_leak)leak, anchors[i]);
			}
		}
	}
}

const char *mrl_leak_id(enum mrl_leak leak)
{
	return (unsigned)leak < MRL_LEAK_COUNT ? mrl_leak_rows[leak].id : "unknown";
}

const char *mrl_leak_family(enum mrl_leak leak)
{
	return (unsigned)leak < MRL_LEAK_COUNT ? mrl_leak_rows[leak].family : "unknown";
}
