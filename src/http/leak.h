/*
 * What the files of the leak scanner share: rows, windows, views. The public contract is
 * merlon/leak.h.
 *
 * Stage 1 (leak_find_*.c) looks for a window, three or four rare bytes of an anchor. Stage 2
 * (leak_match.c) compares the anchor and what stands around it.
 */
#ifndef MRL_HTTP_LEAK_H
#define MRL_HTTP_LEAK_H

#include <merlon/leak.h>

enum mrl_leak_strength { MRL_LEAK_STRONG, MRL_LEAK_WEAK };

/* How file, line and function stand around an anchor. */
enum mrl_leak_frame_kind {
	MRL_LEAK_FRAME_NONE,
	MRL_LEAK_FRAME_JVM,
	MRL_LEAK_FRAME_DOTNET,
	MRL_LEAK_FRAME_PYTHON,
	MRL_LEAK_FRAME_NODE,
	MRL_LEAK_FRAME_PHP,
	MRL_LEAK_FRAME_PHP_LINE,
	MRL_LEAK_FRAME_RUBY,
	MRL_LEAK_FRAME_GO,
	MRL_LEAK_FRAME_RUST,
	MRL_LEAK_FRAME_ELIXIR,
	MRL_LEAK_FRAME_ERLANG,
	MRL_LEAK_FRAME_NATIVE,
};

#define MRL_LEAK_ANCHORS 20

/* One line of leaks.def. */
struct mrl_leak_row {
	const char *id;
	const char *family;
	enum mrl_leak_strength strength;
	enum mrl_leak_frame_kind frame;
	const char *before;
	const char *after;
	const char *anchors[MRL_LEAK_ANCHORS]; /* NULL after the last */
};

extern const struct mrl_leak_row mrl_leak_rows[MRL_LEAK_COUNT];

#define MRL_LEAK_WINDOWS     128
#define MRL_LEAK_HEADS       1024
#define MRL_LEAK_SHIFTS      4096
#define MRL_LEAK_WINDOW_SIZE 4
#define MRL_LEAK_KEY_SIZE    3 /* bytes of a window that the tables are keyed by */

/* The part of one anchor that stage 1 looks for. */
struct mrl_leak_window {
	const char *anchor;
	uint32_t key;  /* its bytes, the first lowest */
	uint32_t mask; /* without the fourth where the anchor has three */
	uint8_t anchor_size;
	uint8_t offset; /* of the window in the anchor */
	uint8_t leak;
	bool address; /* mrl_leak_is_address */
	bool free;    /* no condition */
	uint8_t next; /* 1 + index of the next window with the same head; 0: none */
};

struct mrl_leak_pass;
struct mrl_leak_text;

/*
 * Calls mrl_leak_place for each place in [from, text.size) where a window may begin, in order. At
 * least MRL_LEAK_KEY_SIZE bytes stand at a place.
 */
typedef void mrl_leak_find(const struct mrl_leak_pass *pass, const struct mrl_leak_text *text,
                           size_t from);

struct mrl_leak_scanner {
	mrl_leak_find *find;
	/* Bit b of low[i][n] and high[i][n]: some window of bucket b has at i a byte with that
	 * half. */
	_Alignas(16) uint8_t low[4][16];
	_Alignas(16) uint8_t high[4][16];
	uint8_t heads[MRL_LEAK_HEADS];      /* by mrl_leak_head: 1 + index of a window; 0: none */
	uint8_t shorts[MRL_LEAK_HEADS];     /* the same for windows of three bytes */
	uint8_t shifts[MRL_LEAK_SHIFTS];    /* by mrl_leak_pair: how far a window can be skipped */
	uint64_t follow[MRL_LEAK_COUNT][4]; /* mrl_leak_accepts, by bytes */
	uint32_t window_count;
	struct mrl_leak_window windows[MRL_LEAK_WINDOWS];
};

static inline uint32_t mrl_leak_key(const uint8_t *text)
{
	return (uint32_t)text[0] | (uint32_t)text[1] << 8 | (uint32_t)text[2] << 16;
}

/* Four bytes, zeros behind the end. */
static inline uint32_t mrl_leak_key_at(struct mrl_slice text, size_t at)
{
	uint32_t key = mrl_leak_key(text.data + at);

	return at + 3 < text.size ? key | (uint32_t)text.data[at + 3] << 24 : key;
}

static inline uint32_t mrl_leak_head(uint32_t key)
{
	return (key * UINT32_C(0x9E3779B1)) >> 22;
}

#define MRL_LEAK_SHORT UINT32_C(0xFFFFFF) /* mask of a key of three bytes */

static inline uint32_t mrl_leak_pair(const uint8_t *text)
{
	return ((uint32_t)text[0] << 5 ^ (uint32_t)text[1]) & (MRL_LEAK_SHIFTS - 1);
}

/* Fills windows, tables and buckets (leak_table.c). */
void mrl_leak_table_build(struct mrl_leak_scanner *scanner);
/* The searcher that this machine can run: leak_find_x86.c or leak_find_any.c, as Meson picks. */
mrl_leak_find *mrl_leak_find_choose(void);
mrl_leak_find mrl_leak_find_scalar;

static inline bool mrl_leak_is_letter(uint8_t byte)
{
	return (uint8_t)((byte | 0x20) - 'a') < 26;
}

static inline bool mrl_leak_is_word(uint8_t byte)
{
	return mrl_leak_is_letter(byte) || mrl_is_digit(byte) || byte == '_';
}

/* What may follow a window of three bytes: ASCII but for what shares its upper half with letters.
 */
static inline bool mrl_leak_ends_short(uint8_t byte)
{
	return byte < 0x80 && !mrl_leak_is_letter(byte) && byte != '@' && byte != '`';
}

/* The first of the windows of three bytes that may stand here. */
static inline uint8_t mrl_leak_short(const struct mrl_leak_scanner *scanner, uint32_t key)
{
	return mrl_leak_ends_short((uint8_t)(key >> 24))
	               ? scanner->shorts[mrl_leak_head(key & MRL_LEAK_SHORT)]
	               : 0;
}

static inline bool mrl_leak_known(const struct mrl_leak_scanner *scanner, uint32_t key)
{
	return (scanner->heads[mrl_leak_head(key)] | mrl_leak_short(scanner, key)) != 0;
}

/* The decoded text around an anchor, which is text[start, end). */
struct mrl_leak_view {
	const uint8_t *text;
	size_t size;
	size_t start;
	size_t end;
	bool ended; /* the body ends where the text does */
};

#define MRL_LEAK_VIEW_MAX (2 * MRL_LEAK_WINDOW + MRL_LEAK_ANCHOR_MAX)

/* A body or the part of it that has come. */
struct mrl_leak_text {
	struct mrl_slice slice;
	bool ended;
};

/* The view as sent. */
struct mrl_leak_view mrl_leak_view_raw(const struct mrl_leak_text *text, size_t start, size_t end);
bool mrl_leak_view_escaped(const struct mrl_leak_view *raw);
/* With JSON escapes and HTML entities undone. */
struct mrl_leak_view mrl_leak_view_decode(const struct mrl_leak_view *raw,
                                          uint8_t scratch[MRL_LEAK_VIEW_MAX]);
/* May `row` match where this byte, as sent, stands behind the anchor? An escape always may. */
bool mrl_leak_accepts(const struct mrl_leak_row *row, uint8_t byte);
/* Is the condition %i, which no escape can hide? */
bool mrl_leak_is_address(const struct mrl_leak_row *row);
bool mrl_leak_private_address(const struct mrl_leak_view *view);
bool mrl_leak_confirm(const struct mrl_leak_row *row, const struct mrl_leak_view *view);

/* One pass over a text; `hit` is called for each confirmed anchor of a row with a FRAME. */
struct mrl_leak_pass {
	const struct mrl_leak_scanner *scanner;
	struct mrl_leak_set off;
	struct mrl_leak_result *result;
	uint64_t position;       /* of the text's first byte in the body */
	uint32_t *confirms_left; /* two, by strength */
	void (*hit)(void *context, const struct mrl_leak_row *row,
	            const struct mrl_leak_view *view);
	void *context;
};

/* Anchors that begin in [from, size). */
static inline void mrl_leak_pass_run(const struct mrl_leak_pass *pass,
                                     const struct mrl_leak_text *text, size_t from)
{
	pass->scanner->find(pass, text, from);
}

/* Tries the anchors whose window may begin at `at`; those that begin before `from` do not count. */
void mrl_leak_place(const struct mrl_leak_pass *pass, const struct mrl_leak_text *text, size_t from,
                    size_t at);

/* Confirmations that a body has free, and the bytes that earn one more. */
#define MRL_LEAK_CONFIRMS_FREE  64
#define MRL_LEAK_CONFIRMS_BYTES 64

#endif
