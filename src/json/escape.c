/*
 * What a string has besides plain ASCII: escapes (RFC 8259 section 7) and UTF-8 (RFC 3629 section
 * 4). An escape that says half a code point is refused: backends disagree on what it stands for.
 */
#include "json/read.h"

/* One escape, and the low half of a pair. */
#define ESCAPE_BYTES 6

static uint8_t short_escape(uint8_t byte)
{
	switch (byte) {
	case '"':
	case '\\':
	case '/': return byte;
	case 'b': return '\b';
	case 'f': return '\f';
	case 'n': return '\n';
	case 'r': return '\r';
	case 't': return '\t';
	default: return 0;
	}
}

/* The digits of "\uXXXX" at `at`; -1: one is none; -2: the text ends before that is known. */
static int32_t hex_unit(const struct mrl_json_reader *reader, const uint8_t *at)
{
	int32_t unit = 0;
	for (size_t i = 2; i < ESCAPE_BYTES; i++) {
		if (at + i >= reader->end) {
			return -2;
		}
		int digit = mrl_hex_value(at[i]);
		if (digit < 0) {
			return -1;
		}
		unit = unit << 4 | digit;
	}
	return unit;
}

static void put_code_point(struct mrl_json_reader *reader, uint32_t code)
{
	uint8_t *out = reader->own_at;
	if (code < 0x80) {
		*out++ = (uint8_t)code;
	} else if (code < 0x800) {
		*out++ = (uint8_t)(0xC0 | code >> 6);
		*out++ = (uint8_t)(0x80 | (code & 0x3F));
	} else if (code < 0x10000) {
		*out++ = (uint8_t)(0xE0 | code >> 12);
		*out++ = (uint8_t)(0x80 | (code >> 6 & 0x3F));
		*out++ = (uint8_t)(0x80 | (code & 0x3F));
	} else {
		*out++ = (uint8_t)(0xF0 | code >> 18);
		*out++ = (uint8_t)(0x80 | (code >> 12 & 0x3F));
		*out++ = (uint8_t)(0x80 | (code >> 6 & 0x3F));
		*out++ = (uint8_t)(0x80 | (code & 0x3F));
	}
	reader->own_at = out;
}

static const uint8_t *refuse(struct mrl_json_reader *reader, enum mrl_json_fault_code code,
                             const uint8_t *at)
{
	(void)mrl_json_fail(reader, code, at);
	return NULL;
}

/* Whether what the text still has at `at` can be "\uDC00" to "\uDFFF". */
static bool may_be_low(const struct mrl_json_reader *reader, const uint8_t *at)
{
	static const char *const allowed[] = {"\\", "u", "dD", "cdefCDEF"};
	for (size_t i = 0; i < MRL_COUNT(allowed) && at + i < reader->end; i++) {
		if (at[i] == 0 || strchr(allowed[i], at[i]) == NULL) {
			return false;
		}
	}
	for (size_t i = 4; i < ESCAPE_BYTES && at + i < reader->end; i++) {
		if (mrl_hex_value(at[i]) < 0) {
			return false;
		}
	}
	return true;
}

/* A high half stands at `at`. */
static const uint8_t *take_pair(struct mrl_json_reader *reader, const uint8_t *at, uint32_t high)
{
	const uint8_t *second = at + ESCAPE_BYTES;
	if (!may_be_low(reader, second)) {
		return refuse(reader, MRL_JSON_SURROGATE, at);
	}
	int32_t low = hex_unit(reader, second);
	if (low < 0) {
		return refuse(reader, MRL_JSON_TRUNCATED, reader->end);
	}
	put_code_point(reader, 0x10000 + ((high - 0xD800) << 10) + ((uint32_t)low - 0xDC00));
	return second + ESCAPE_BYTES;
}

static const uint8_t *take_unit(struct mrl_json_reader *reader, const uint8_t *at)
{
	int32_t unit = hex_unit(reader, at);
	if (unit < 0) {
		return unit == -1 ? refuse(reader, MRL_JSON_ESCAPE, at)
		                  : refuse(reader, MRL_JSON_TRUNCATED, reader->end);
	}
	if (unit == 0 && !reader->limits->nul) {
		return refuse(reader, MRL_JSON_NUL, at);
	}
	if (unit >= 0xD800 && unit <= 0xDBFF) {
		return take_pair(reader, at, (uint32_t)unit);
	}
	if (unit >= 0xDC00 && unit <= 0xDFFF) {
		return refuse(reader, MRL_JSON_SURROGATE, at);
	}
	put_code_point(reader, (uint32_t)unit);
	return at + ESCAPE_BYTES;
}

const uint8_t *mrl_json_escape(struct mrl_json_reader *reader, const uint8_t *at)
{
	if (at + 1 == reader->end) {
		return refuse(reader, MRL_JSON_TRUNCATED, reader->end);
	}
	if (at[1] == 'u') {
		return take_unit(reader, at);
	}
	uint8_t byte = short_escape(at[1]);
	if (byte == 0) {
		return refuse(reader, MRL_JSON_ESCAPE, at);
	}
	*reader->own_at++ = byte;
	return at + 2;
}

static bool continues(uint8_t byte)
{
	return (byte & 0xC0) == 0x80;
}

/* The size of the well-formed sequence at `at`, whose first byte is above 0x7F, or 0. */
static size_t sequence_size(const uint8_t *at, size_t left)
{
	if (at[0] < 0xE0) {
		return at[0] >= 0xC2 && left >= 2 && continues(at[1]) ? 2 : 0;
	}
	if (at[0] < 0xF0) {
		uint32_t top = left < 2 ? 0 : (at[0] & 0x0FU) << 1 | (at[1] >> 5 & 1U);
		/* 0: not the shortest form; 27: a surrogate. */
		return top != 0 && top != 27 && left >= 3 && continues(at[1]) && continues(at[2])
		               ? 3
		               : 0;
	}
	uint32_t plane = left < 2 ? 0 : (at[0] & 0x0FU) << 2 | (at[1] >> 4 & 3U);
	bool in_range = at[0] < 0xF5 && plane >= 1 && plane <= 16;
	return in_range && left >= 4 && continues(at[1]) && continues(at[2]) && continues(at[3])
	               ? 4
	               : 0;
}

const uint8_t *mrl_json_utf8(struct mrl_json_reader *reader, const uint8_t *at)
{
	do {
		size_t size = sequence_size(at, (size_t)(reader->end - at));
		if (size == 0) {
			return refuse(reader, MRL_JSON_UTF8, at);
		}
		at += size;
	} while (at < reader->end && *at >= 0x80);
	return at;
}
