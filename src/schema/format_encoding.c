/*
 * uuid (RFC 9562 section 4), byte (RFC 4648 section 4) and base64url (section 5). Bits that padding
 * leaves over must be 0 (section 3.5), so that one value has one spelling.
 */
#include "format.h"

#define EACH(byte) (0x0101010101010101ULL * (byte))

/* 0x80 in each of the eight ASCII bytes that lies between two others, inclusive. */
static uint64_t between(uint64_t bytes, uint8_t first, uint8_t last)
{
	return (bytes + EACH(0x80U - first)) & ~(bytes + EACH(0x7fU - last)) & EACH(0x80U);
}

static bool are_hex(const uint8_t *at, const uint8_t *next)
{
	uint32_t halves[2];
	uint64_t bytes;
	memcpy(&halves[0], at, sizeof(halves[0]));
	memcpy(&halves[1], next, sizeof(halves[1]));
	memcpy(&bytes, halves, sizeof(bytes));
	uint64_t hex = between(bytes & EACH(0x7fU), '0', '9') |
	               between((bytes & EACH(0x7fU)) | EACH(0x20U), 'a', 'f');
	return (hex & ~bytes & EACH(0x80U)) == EACH(0x80U);
}

/* Eight digits at once: 32 of them and four hyphens. */
bool mrl_format_uuid(struct mrl_slice text, enum mrl_dialect dialect)
{
	const uint8_t *at = text.data;
	(void)dialect;
	return text.size == MRL_UUID_TEXT && at[8] == '-' && at[13] == '-' && at[18] == '-' &&
	       at[23] == '-' && are_hex(at, at + 4) && are_hex(at + 9, at + 14) &&
	       are_hex(at + 19, at + 24) && are_hex(at + 28, at + 32);
}

/* 0 to 63, or -1; `high` are the two characters that the alphabets differ in. */
static int value64(uint8_t byte, const char high[2])
{
	if (mrl_text_is(byte, MRL_TEXT_LETTER)) {
		return byte < 'a' ? byte - 'A' : byte - 'a' + 26;
	}
	if (mrl_is_digit(byte)) {
		return byte - '0' + 52;
	}
	return byte == (uint8_t)high[0] ? 62 : byte == (uint8_t)high[1] ? 63 : -1;
}

/* Without padding. */
static bool is_base64(struct mrl_slice text, const char high[2])
{
	int value = 0;
	for (size_t at = 0; at < text.size; at++) {
		value = value64(text.data[at], high);
		if (value < 0) {
			return false;
		}
	}
	size_t over = text.size % 4;
	return over == 0 || (over == 2 && (value & 15) == 0) || (over == 3 && (value & 3) == 0);
}

/* How many `=` stand at the end, at most two. */
static size_t padding(struct mrl_slice text)
{
	size_t count = 0;
	while (count < 2 && count < text.size && text.data[text.size - 1 - count] == '=') {
		count++;
	}
	return count;
}

bool mrl_format_byte(struct mrl_slice text, enum mrl_dialect dialect)
{
	(void)dialect;
	return text.size % 4 == 0 &&
	       is_base64(mrl_slice_sub(text, 0, text.size - padding(text)), "+/");
}

/* Padding may be there; if so, it is complete. */
bool mrl_format_base64url(struct mrl_slice text, enum mrl_dialect dialect)
{
	size_t pad = padding(text);
	(void)dialect;
	return (pad == 0 || text.size % 4 == 0) &&
	       is_base64(mrl_slice_sub(text, 0, text.size - pad), "-_");
}
