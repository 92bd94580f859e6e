/* UUID version 7 (RFC 9562, section 5.7) out of a time and randomness that the caller passes. */
#include <merlon/base.h>

void mrl_uuid7(uint64_t unix_ms, const uint8_t random[10], uint8_t ret_uuid[MRL_UUID_BYTES])
{
	for (unsigned i = 0; i < 6; i++) {
		ret_uuid[i] = (uint8_t)(unix_ms >> (40 - 8 * i));
	}
	memcpy(ret_uuid + 6, random, 10);
	ret_uuid[6] = (uint8_t)(0x70 | (ret_uuid[6] & 0x0F));
	ret_uuid[8] = (uint8_t)(0x80 | (ret_uuid[8] & 0x3F));
}

void mrl_uuid_text(const uint8_t uuid[MRL_UUID_BYTES], uint8_t ret_text[MRL_UUID_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	size_t at = 0;
	for (size_t i = 0; i < MRL_UUID_BYTES; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10) {
			ret_text[at++] = '-';
		}
		ret_text[at++] = (uint8_t)digits[uuid[i] >> 4];
		ret_text[at++] = (uint8_t)digits[uuid[i] & 15];
	}
}
