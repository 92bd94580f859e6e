/*
 * The bytes that a field may be made of. Stricter for names than RFC 9110 5.6.2: an underscore or a
 * '!' reads as something else in CGI-like upstreams.
 */
#include <merlon/http.h>

#define EACH_BYTE UINT64_C(0x0101010101010101)
#define HIGH_BITS UINT64_C(0x8080808080808080)

static bool is_name_byte(uint8_t byte)
{
	uint8_t lower = mrl_lower(byte);
	return (lower >= 'a' && lower <= 'z') || mrl_is_digit(byte) || byte == '-';
}

bool mrl_field_name_valid(struct mrl_slice name)
{
	if (name.size == 0 || name.size > MRL_FIELD_NAME_MAX) {
		return false;
	}
	for (size_t i = 0; i < name.size; i++) {
		if (!is_name_byte(name.data[i])) {
			return false;
		}
	}
	return true;
}

static bool is_value_byte(uint8_t byte)
{
	return (byte >= 0x20 && byte != 0x7F) || byte == '\t';
}

static bool all_value_bytes(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (!is_value_byte(data[i])) {
			return false;
		}
	}
	return true;
}

/* Whether any byte of the word is below 0x20, or is 0x7F: exact for the word, not for a position.
 */
static bool is_suspect(uint64_t word)
{
	uint64_t delete = word ^ (EACH_BYTE * 0x7F);
	uint64_t below = (word - EACH_BYTE * 0x20) & ~word;
	return ((below | ((delete - EACH_BYTE) & ~delete)) & HIGH_BITS) != 0;
}

bool mrl_field_value_valid(struct mrl_slice value)
{
	size_t at = 0;
	for (; value.size - at >= sizeof(uint64_t); at += sizeof(uint64_t)) {
		uint64_t word;
		memcpy(&word, value.data + at, sizeof(word));
		if (is_suspect(word) && !all_value_bytes(value.data + at, sizeof(word))) {
			return false;
		}
	}
	return all_value_bytes(value.data + at, value.size - at);
}
