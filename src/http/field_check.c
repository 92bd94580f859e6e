/*
 * The bytes that a field may be made of. Stricter for names than RFC 9110 5.6.2: an underscore or a
 * '!' reads as something else in CGI-like upstreams. Sixteen bytes are judged at once; blocks may
 * overlap, since a byte that is judged twice gets the same judgement.
 */
#include <merlon/http.h>

/* One vector register of any processor. */
typedef uint8_t block __attribute__((vector_size(16)));

typedef uint64_t halves __attribute__((vector_size(16)));

static uint64_t load64(const uint8_t *data)
{
	uint64_t word;
	memcpy(&word, data, sizeof(word));
	return word;
}

static uint64_t load32(const uint8_t *data)
{
	uint32_t word;
	memcpy(&word, data, sizeof(word));
	return word;
}

/* A text of 1 to 15 bytes as a block that has each of them at least once, and no other. */
static block gather(struct mrl_slice text)
{
	const uint8_t *data = text.data;
	if (text.size >= 8) {
		return (block)(halves){load64(data), load64(data + text.size - 8)};
	}
	if (text.size >= 4) {
		uint64_t word = load32(data) << 32 | load32(data + text.size - 4);
		return (block)(halves){word, word};
	}
	uint64_t ends = (uint64_t)data[0] << 8 | data[text.size - 1];
	uint64_t word = (ends << 16 | (uint64_t)data[text.size / 2] << 8 | data[0]) * 0x100000001;
	return (block)(halves){word, word};
}

static block load(const uint8_t *data)
{
	block bytes;
	memcpy(&bytes, data, sizeof(bytes));
	return bytes;
}

static bool is_zero(block bits)
{
	halves both = (halves)bits;
	return (both[0] | both[1]) == 0;
}

/* `bad` has a bit set in each byte that is not allowed. */
static inline __attribute__((always_inline)) bool all_good(struct mrl_slice text,
                                                           block (*bad)(block bytes))
{
	if (text.size == 0) {
		return true;
	}
	if (text.size < sizeof(block)) {
		return is_zero(bad(gather(text)));
	}
	size_t last = text.size - sizeof(block);
	for (size_t at = 0; at < last; at += sizeof(block)) {
		if (!is_zero(bad(load(text.data + at)))) {
			return false;
		}
	}
	return is_zero(bad(load(text.data + last)));
}

/* '-' and the digits; letters lie in one range once the case bit is set. */
static block bad_in_name(block bytes)
{
	block letters = (bytes | 0x20) - 'a';
	block digits = bytes - '0';
	return (block)((letters > 25) & (digits > 9) & (bytes != '-'));
}

static block bad_in_value(block bytes)
{
	return (block)(((bytes < 0x20) & (bytes != '\t')) | (bytes == 0x7F));
}

/* INPUT-3 INPUT-4 */
bool mrl_field_name_valid(struct mrl_slice name)
{
	return name.size != 0 && name.size <= MRL_FIELD_NAME_MAX && all_good(name, bad_in_name);
}

/* INPUT-4 */
bool mrl_field_value_valid(struct mrl_slice value)
{
	return all_good(value, bad_in_value);
}
