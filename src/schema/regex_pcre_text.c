/*
 * A pattern as PCRE2 is to read it, where the two dialects differ: white space, what `.` leaves
 * out, `[` in a class, and a `{` that begins no quantifier. The parser has accepted the pattern.
 */
#include "regex.h"

#define SPACES                                                                               \
	"\\u{9}-\\u{d}\\u{20}\\u{a0}\\u{1680}\\u{2000}-\\u{200a}\\u{2028}\\u{2029}\\u{202f}" \
	"\\u{205f}\\u{3000}\\u{feff}"
#define NO_SPACES                                                                        \
	"\\u{0}-\\u{8}\\u{e}-\\u{1f}\\u{21}-\\u{9f}\\u{a1}-\\u{167f}\\u{1681}-\\u{1fff}" \
	"\\u{200b}-\\u{2027}\\u{202a}-\\u{202e}\\u{2030}-\\u{205e}\\u{2060}-\\u{2fff}"   \
	"\\u{3001}-\\u{d7ff}\\u{e000}-\\u{fefe}\\u{ff00}-\\u{10ffff}"
#define REPLACEMENT_MAX 256

struct writing {
	struct mrl_slice pattern;
	size_t at;
	uint8_t *data;
	size_t size;
	bool in_class;
};

static void copy(struct writing *writing, size_t bytes)
{
	memcpy(writing->data + writing->size, writing->pattern.data + writing->at, bytes);
	writing->size += bytes;
	writing->at += bytes;
}

static void replace(struct writing *writing, size_t bytes, const char *text)
{
	size_t size = strlen(text);
	memcpy(writing->data + writing->size, text, size);
	writing->size += size;
	writing->at += bytes;
}

static uint8_t peek(const struct writing *writing, size_t ahead)
{
	size_t at = writing->at + ahead;
	return at < writing->pattern.size ? writing->pattern.data[at] : 0;
}

/* With the braces of `\u{…}`, `\p{…}`. */
static void copy_escape(struct writing *writing)
{
	size_t bytes = writing->at + 1 < writing->pattern.size ? 2 : 1;
	bool braces = strchr("upP", peek(writing, 1)) != NULL && peek(writing, 2) == '{';
	while (braces && peek(writing, bytes) != '}' && peek(writing, bytes) != 0) {
		bytes++;
	}
	copy(writing, bytes + braces);
}

static void write_escape(struct writing *writing)
{
	uint8_t letter = peek(writing, 1);
	if (letter == 's') {
		replace(writing, 2, writing->in_class ? SPACES : "[" SPACES "]");
	} else if (letter == 'S') {
		replace(writing, 2, writing->in_class ? NO_SPACES : "[" NO_SPACES "]");
	} else {
		copy_escape(writing);
	}
}

/* `{2}`, `{2,}`, `{2,5}` */
static bool is_quantifier(const struct writing *writing)
{
	size_t ahead = 1;
	while (mrl_is_digit(peek(writing, ahead))) {
		ahead++;
	}
	if (ahead == 1) {
		return false;
	}
	ahead += peek(writing, ahead) == ',';
	while (mrl_is_digit(peek(writing, ahead))) {
		ahead++;
	}
	return peek(writing, ahead) == '}';
}

static void write_in_class(struct writing *writing)
{
	uint8_t byte = peek(writing, 0);
	if (byte == '\\') {
		write_escape(writing);
	} else if (byte == '[') {
		replace(writing, 1, "\\[");
	} else {
		writing->in_class = byte != ']';
		copy(writing, 1);
	}
}

static void write_outside(struct writing *writing)
{
	uint8_t byte = peek(writing, 0);
	if (byte == '\\') {
		write_escape(writing);
	} else if (byte == '.') {
		replace(writing, 1, "[^\\n\\r\\u{2028}\\u{2029}]");
	} else if (byte == '{' && !is_quantifier(writing)) {
		replace(writing, 1, "\\{");
	} else {
		writing->in_class = byte == '[';
		copy(writing, byte == '[' && peek(writing, 1) == '^' ? 2 : 1);
	}
}

enum mrl_err mrl_regex_pcre_text(struct mrl_slice pattern, struct mrl_arena *arena,
                                 struct mrl_slice *ret_text)
{
	struct writing writing = {.pattern = pattern};
	writing.data = mrl_arena_alloc(arena, pattern.size * (REPLACEMENT_MAX / 2) + 1, 1);
	if (writing.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	while (writing.at < pattern.size) {
		if (writing.in_class) {
			write_in_class(&writing);
		} else {
			write_outside(&writing);
		}
	}
	*ret_text = mrl_slice(writing.data, writing.size);
	return MRL_OK;
}
