/*
 * Writing CBOR at a place that is known to be large enough: the caller has summed up before.
 * Inline, since it runs some thirty times at the end of each call; each function returns the next
 * place.
 *
 * Heads may store up to 8 bytes beyond what they use, so the memory has CBOR_SLACK more.
 */
#ifndef MERLON_AUDIT_CBOR_WRITE_H
#define MERLON_AUDIT_CBOR_WRITE_H

#include "audit/cbor.h"

#define CBOR_SLACK 8

static inline uint8_t *cbor_wide(uint8_t *at, enum cbor_major major, uint64_t argument)
{
	unsigned log2 = argument <= UINT8_MAX    ? 0
	                : argument <= UINT16_MAX ? 1
	                : argument <= UINT32_MAX ? 2
	                                         : 3;
	unsigned size = 1U << log2;
	uint64_t big_endian = __builtin_bswap64(argument << (64 - 8 * size));
	*at = (uint8_t)((unsigned)major << 5 | (24 + log2));
	memcpy(at + 1, &big_endian, sizeof(big_endian));
	return at + 1 + size;
}

static inline uint8_t *cbor_head(uint8_t *at, enum cbor_major major, uint64_t argument)
{
	if (argument >= 24) {
		return cbor_wide(at, major, argument);
	}
	*at = (uint8_t)((unsigned)major << 5 | (unsigned)argument);
	return at + 1;
}

/* Most strings are short: two words that overlap are quicker than a call. */
static inline uint8_t *cbor_copy(uint8_t *at, struct mrl_slice string)
{
	uint64_t first;
	uint64_t last;
	if (string.size < sizeof(first)) {
		for (size_t i = 0; i < string.size; i++) {
			at[i] = string.data[i];
		}
		return at + string.size;
	}
	if (string.size > 2 * sizeof(first)) {
		memcpy(at, string.data, string.size);
		return at + string.size;
	}
	memcpy(&first, string.data, sizeof(first));
	memcpy(&last, string.data + string.size - sizeof(last), sizeof(last));
	memcpy(at, &first, sizeof(first));
	memcpy(at + string.size - sizeof(last), &last, sizeof(last));
	return at + string.size;
}

static inline uint8_t *cbor_string(uint8_t *at, enum cbor_major major, struct mrl_slice string)
{
	return cbor_copy(cbor_head(at, major, string.size), string);
}

static inline uint8_t *cbor_bool(uint8_t *at, bool value)
{
	return cbor_head(at, CBOR_SIMPLE, value ? 21 : 20);
}

#endif
