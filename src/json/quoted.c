/*
 * Quoted scalars of YAML 1.2 (7.3.1, 7.3.2), of which JSON strings are a part: escapes and line
 * folding. The parser has found their ends and refused bad escapes; its own decoding loses memory
 * on repeated quotes and text behind escaped line breaks, so theirs is done here.
 */
#include "build.h"

struct decoding {
	struct mrl_slice rest;
	struct mrl_buffer out;
	size_t trim_floor; /* blanks behind this are folded away with their line; before it they
	                      stay */
	bool ok;
};

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t';
}

static bool at_break(const struct decoding *decoding)
{
	struct mrl_slice rest = decoding->rest;
	return rest.size != 0 && (rest.data[0] == '\n' || rest.data[0] == '\r');
}

static void skip_blanks(struct decoding *decoding)
{
	while (decoding->rest.size != 0 && is_blank(decoding->rest.data[0])) {
		decoding->rest = mrl_slice_from(decoding->rest, 1);
	}
}

/* LF, CR LF or CR. */
static void skip_break(struct decoding *decoding)
{
	bool is_pair = mrl_slice_starts(decoding->rest, MRL_SLICE("\r\n"));
	decoding->rest = mrl_slice_from(decoding->rest, is_pair ? 2 : 1);
}

/* At a break: it and all lines of nothing but blanks behind it; how many breaks these were. */
static size_t skip_lines(struct decoding *decoding)
{
	size_t breaks = 0;
	while (at_break(decoding)) {
		skip_break(decoding);
		skip_blanks(decoding);
		breaks++;
	}
	return breaks;
}

static void put_breaks(struct decoding *decoding, size_t count)
{
	while (count-- != 0) {
		mrl_buffer_byte(&decoding->out, '\n');
	}
	decoding->trim_floor = decoding->out.size;
}

/* One break is a space, n are n - 1 line feeds; blanks around it go. */
static void fold(struct decoding *decoding)
{
	while (decoding->out.size > decoding->trim_floor &&
	       is_blank(decoding->out.data[decoding->out.size - 1])) {
		decoding->out.size--;
	}
	size_t breaks = skip_lines(decoding);
	if (breaks == 1) {
		mrl_buffer_byte(&decoding->out, ' ');
	}
	put_breaks(decoding, breaks - 1);
}

static void put_code_point(struct decoding *decoding, uint32_t code)
{
	uint8_t bytes[4];
	size_t size = 0;
	if (code < 0x80) {
		bytes[size++] = (uint8_t)code;
	} else if (code < 0x800) {
		bytes[size++] = (uint8_t)(0xC0 | code >> 6);
	} else if (code < 0x10000) {
		bytes[size++] = (uint8_t)(0xE0 | code >> 12);
		bytes[size++] = (uint8_t)(0x80 | (code >> 6 & 0x3F));
	} else {
		bytes[size++] = (uint8_t)(0xF0 | code >> 18);
		bytes[size++] = (uint8_t)(0x80 | (code >> 12 & 0x3F));
		bytes[size++] = (uint8_t)(0x80 | (code >> 6 & 0x3F));
	}
	if (code >= 0x80) {
		bytes[size++] = (uint8_t)(0x80 | (code & 0x3F));
	}
	decoding->ok = decoding->ok && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
	mrl_buffer_put(&decoding->out, mrl_slice(bytes, size));
}

static uint32_t take_hex(struct decoding *decoding, size_t digits)
{
	uint32_t code = 0;
	decoding->ok = decoding->ok && decoding->rest.size >= digits;
	for (size_t i = 0; decoding->ok && i < digits; i++) {
		int value = mrl_hex_value(decoding->rest.data[i]);
		decoding->ok = value >= 0;
		code = code << 4 | (uint32_t)(value & 15);
	}
	decoding->rest = mrl_slice_from(decoding->rest, digits);
	return code;
}

/* \uD83D\uDE00: JSON's spelling of one code point (RFC 8259 section 7). */
static uint32_t take_utf16(struct decoding *decoding)
{
	uint32_t high = take_hex(decoding, 4);
	if (high < 0xD800 || high > 0xDBFF || !mrl_slice_starts(decoding->rest, MRL_SLICE("\\u"))) {
		return high;
	}
	decoding->rest = mrl_slice_from(decoding->rest, 2);
	uint32_t low = take_hex(decoding, 4);
	decoding->ok = decoding->ok && low >= 0xDC00 && low <= 0xDFFF;
	return 0x10000 + ((high - 0xD800) << 10) + ((low - 0xDC00) & 0x3FF);
}

/* What stands behind a backslash, by YAML 1.2, 5.7. */
static const struct {
	uint8_t letter;
	uint16_t code;
} escapes[] = {
	{'0', 0},   {'a', 7},     {'b', 8},    {'t', '\t'}, {'\t', '\t'},  {'n', '\n'},
	{'v', 11},  {'f', 12},    {'r', '\r'}, {'e', 27},   {' ', ' '},    {'"', '"'},
	{'/', '/'}, {'\\', '\\'}, {'N', 0x85}, {'_', 0xA0}, {'L', 0x2028}, {'P', 0x2029},
};

static void put_named(struct decoding *decoding, uint8_t letter)
{
	for (size_t i = 0; i < MRL_COUNT(escapes); i++) {
		if (escapes[i].letter == letter) {
			put_code_point(decoding, escapes[i].code);
			return;
		}
	}
	decoding->ok = false;
}

/* `rest` is behind the backslash. */
static void take_escape(struct decoding *decoding)
{
	if (at_break(decoding)) {
		/* Nothing of the break remains but lines that are empty. */
		put_breaks(decoding, skip_lines(decoding) - 1);
		return;
	}
	uint8_t letter = decoding->rest.size == 0 ? 'x' : decoding->rest.data[0];
	decoding->rest = mrl_slice_from(decoding->rest, 1);
	if (letter == 'x') {
		put_code_point(decoding, take_hex(decoding, 2));
	} else if (letter == 'u') {
		put_code_point(decoding, take_utf16(decoding));
	} else if (letter == 'U') {
		put_code_point(decoding, take_hex(decoding, 8));
	} else {
		put_named(decoding, letter);
	}
	decoding->trim_floor = decoding->out.size; /* an escaped blank stays at a line's end */
}

static void take_one(struct decoding *decoding, uint8_t quote)
{
	uint8_t byte = decoding->rest.data[0];
	if (at_break(decoding)) {
		fold(decoding);
		return;
	}
	decoding->rest = mrl_slice_from(decoding->rest, 1);
	if (quote == '"' && byte == '\\') {
		take_escape(decoding);
		return;
	}
	if (quote == '\'' && byte == '\'') {
		decoding->rest = mrl_slice_from(decoding->rest, 1); /* written twice */
	}
	mrl_buffer_byte(&decoding->out, byte);
}

static bool needs_decoding(struct mrl_slice raw, uint8_t quote)
{
	uint8_t escape = quote == '"' ? '\\' : '\'';
	bool escaped = quote != 0 && mrl_slice_find(raw, escape) != raw.size;
	return escaped || mrl_slice_find(raw, '\n') != raw.size ||
	       mrl_slice_find(raw, '\r') != raw.size;
}

enum mrl_err mrl_quoted_decode(struct mrl_slice raw, uint8_t quote, struct mrl_arena *arena,
                               struct mrl_slice *ret_text)
{
	if (!needs_decoding(raw, quote)) {
		*ret_text = raw;
		return MRL_OK;
	}
	/* \L and \P, two bytes, are three. */
	size_t capacity = raw.size + raw.size / 2 + 1;
	struct decoding decoding = {
		.rest = raw,
		.out = mrl_buffer(mrl_arena_alloc(arena, capacity, 1), capacity),
		.ok = true,
	};
	if (decoding.out.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	while (decoding.ok && decoding.rest.size != 0) {
		take_one(&decoding, quote);
	}
	if (!decoding.ok || decoding.out.overflow) {
		return MRL_ERR_INVALID;
	}
	*ret_text = mrl_buffer_slice(&decoding.out);
	return MRL_OK;
}
