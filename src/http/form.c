/*
 * Name and value pairs of queries and urlencoded forms, and percent-encoding. Values stay raw: a
 * style splits at literal delimiters first, so that an encoded delimiter is data.
 */
#include "split.h"

struct mrl_slice mrl_text_fault_name(enum mrl_text_fault fault)
{
	static const char *const names[] = {
		[MRL_TEXT_OK] = "",
		[MRL_TEXT_BYTES] = "unexpected",
		[MRL_TEXT_ESCAPE] = "escape",
		[MRL_TEXT_UTF8] = "utf8",
		[MRL_TEXT_NUL] = "nul",
		[MRL_TEXT_PAIRS] = "pairs",
		[MRL_TEXT_NAME_LONG] = "name-long",
	};
	return mrl_slice_text((size_t)fault < MRL_COUNT(names) ? names[fault] : "");
}

static bool must_be_decoded(struct mrl_slice raw, unsigned flags)
{
	return mrl_slice_find(raw, '%') != raw.size ||
	       ((flags & MRL_DECODE_PLUS) != 0 && mrl_slice_find(raw, '+') != raw.size);
}

/* False: a '%' without two digits. */
static bool decode(struct mrl_slice raw, unsigned flags, uint8_t *memory, size_t *ret_size)
{
	size_t size = 0;
	for (size_t i = 0; i < raw.size; i++) {
		uint8_t byte = raw.data[i];
		if (byte == '%') {
			int high = raw.size - i > 2 ? mrl_hex_value(raw.data[i + 1]) : -1;
			int low = raw.size - i > 2 ? mrl_hex_value(raw.data[i + 2]) : -1;
			if (high < 0 || low < 0) {
				return false;
			}
			byte = (uint8_t)(high << 4 | low);
			i += 2;
		} else if (byte == '+' && (flags & MRL_DECODE_PLUS) != 0) {
			byte = ' ';
		}
		memory[size++] = byte;
	}
	*ret_size = size;
	return true;
}

static enum mrl_text_fault judge(struct mrl_slice text, unsigned flags)
{
	if ((flags & MRL_DECODE_NUL) == 0 && mrl_slice_find(text, 0) != text.size) {
		return MRL_TEXT_NUL;
	}
	return mrl_utf8_check(text) == text.size ? MRL_TEXT_OK : MRL_TEXT_UTF8;
}

enum mrl_err mrl_percent_decode(struct mrl_slice raw, unsigned flags, struct mrl_arena *arena,
                                struct mrl_slice *ret_text, enum mrl_text_fault *ret_fault)
{
	struct mrl_slice text = raw;
	if (must_be_decoded(raw, flags)) {
		uint8_t *memory = mrl_arena_alloc(arena, raw.size, 1);
		if (memory == NULL) {
			return MRL_ERR_MEMORY;
		}
		text.data = memory;
		if (!decode(raw, flags, memory, &text.size)) {
			*ret_fault = MRL_TEXT_ESCAPE;
			return MRL_OK;
		}
	}
	*ret_fault = judge(text, flags);
	if (*ret_fault == MRL_TEXT_OK) {
		*ret_text = text;
	}
	return MRL_OK;
}

/* What RFC 3986 lets a query hold, and `[ ] |`, which styles send raw. */
static bool is_form_byte(uint8_t byte, const struct mrl_form_limits *limits)
{
	if (byte == ';') {
		return limits->semicolon;
	}
	return byte > 0x20 && byte < 0x7F && strchr("\"<>\\^{}`#", byte) == NULL;
}

static size_t count_pieces(struct mrl_slice text)
{
	size_t count = text.size != 0;
	for (size_t i = 0; i < text.size; i++) {
		count += text.data[i] == '&';
	}
	return count;
}

static enum mrl_err read_pair(const struct mrl_form_limits *limits, struct mrl_slice piece,
                              struct mrl_arena *arena, struct mrl_pair *pair,
                              enum mrl_text_fault *ret_fault)
{
	size_t equals = mrl_slice_find(piece, '=');
	unsigned flags = MRL_DECODE_PLUS | (limits->nul ? (unsigned)MRL_DECODE_NUL : 0U);
	*ret_fault = MRL_TEXT_BYTES;
	for (size_t i = 0; i < piece.size; i++) {
		if (!is_form_byte(piece.data[i], limits)) {
			return MRL_OK;
		}
	}
	pair->value = mrl_slice_from(piece, equals + 1);
	enum mrl_err err = mrl_percent_decode(mrl_slice_sub(piece, 0, equals), flags, arena,
	                                      &pair->name, ret_fault);
	if (err == MRL_OK && *ret_fault == MRL_TEXT_OK &&
	    count_chars(pair->name) > limits->name_chars) {
		*ret_fault = MRL_TEXT_NAME_LONG;
	}
	return err;
}

enum mrl_err mrl_form_split(const struct mrl_form_limits *limits, struct mrl_slice text,
                            struct mrl_arena *arena, struct mrl_form *ret_form)
{
	size_t count = count_pieces(text);
	struct mrl_form form = {.count = 0};
	struct mrl_slice rest = text.size == 0 ? MRL_SLICE_NONE : text;
	struct mrl_slice piece;
	if (count > limits->pairs) {
		*ret_form = (struct mrl_form){.fault = MRL_TEXT_PAIRS};
		return MRL_OK;
	}
	form.pairs = MRL_NEW_ARRAY(arena, count, struct mrl_pair);
	if (form.pairs == NULL) {
		return MRL_ERR_MEMORY;
	}
	while (form.fault == MRL_TEXT_OK && split_next(&rest, '&', &piece)) {
		form.offset = (uint32_t)(piece.data - text.data);
		enum mrl_err err = read_pair(limits, piece, arena, &form.pairs[form.count++],
		                             &form.fault);
		if (err != MRL_OK) {
			return err;
		}
	}
	form.count = form.fault == MRL_TEXT_OK ? form.count : 0;
	*ret_form = form;
	return MRL_OK;
}
