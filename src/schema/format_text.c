/*
 * Reading text by code points. What is not well-formed UTF-8 ends the text, so a format that has
 * not reached the end fails.
 */
#include "format.h"

/* Of a sequence by its first byte; 0: none begins so. */
static uint32_t sequence_bytes(uint8_t first)
{
	if (first < 0x80) {
		return 1;
	}
	if (first < 0xc2 || first > 0xf4) {
		return 0;
	}
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

bool mrl_text_next(struct mrl_slice *rest, uint32_t *ret_code)
{
	static const uint8_t first_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	uint32_t bytes = rest->size > 0 ? sequence_bytes(rest->data[0]) : 0;
	if (bytes == 0 || rest->size < bytes) {
		return false;
	}
	uint32_t code = rest->data[0] & first_bits[bytes];
	for (uint32_t at = 1; at < bytes; at++) {
		if ((rest->data[at] & 0xc0) != 0x80) {
			return false;
		}
		code = code << 6 | (rest->data[at] & 0x3f);
	}
	if (code < smallest[bytes] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
		return false;
	}
	*rest = mrl_slice_from(*rest, bytes);
	*ret_code = code;
	return true;
}

bool mrl_text_percent(struct mrl_slice *rest)
{
	if (rest->size < 3 || rest->data[0] != '%' || mrl_hex_value(rest->data[1]) < 0 ||
	    mrl_hex_value(rest->data[2]) < 0) {
		return false;
	}
	*rest = mrl_slice_from(*rest, 3);
	return true;
}
