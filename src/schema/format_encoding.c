/*
 * uuid (RFC 9562 section 4), byte (RFC 4648 section 4) and base64url (section 5). Bits that padding
 * leaves over must be 0 (section 3.5), so that one value has one spelling.
 */
#include "format.h"

bool mrl_format_uuid(struct mrl_slice text, enum mrl_dialect dialect)
{
	(void)dialect;
	if (text.size != MRL_UUID_TEXT) {
		return false;
	}
	for (size_t at = 0; at < text.size; at++) {
		bool hyphen = at == 8 || at == 13 || at == 18 || at == 23;
		uint8_t byte = text.data[at];
		if (hyphen ? byte != '-' : mrl_hex_value(byte) < 0) {
			return false;
		}
	}
	return true;
}

/* 0 to 63, or -1; `high` are the two characters that the alphabets differ in. */
static int value64(uint8_t byte, const char high[2])
{
	if (mrl_ascii_letter(byte)) {
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
