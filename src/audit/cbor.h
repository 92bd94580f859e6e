/*
 * Deterministic CBOR (RFC 8949 4.2.1) as records use it: unsigned numbers, byte and text strings,
 * arrays, maps, bool; definite lengths, shortest heads. The reader accepts nothing else.
 */
#ifndef MERLON_AUDIT_CBOR_H
#define MERLON_AUDIT_CBOR_H

#include <merlon/base.h>

enum cbor_major {
	CBOR_NUMBER = 0,
	CBOR_BYTES = 2,
	CBOR_TEXT = 3,
	CBOR_ARRAY = 4,
	CBOR_MAP = 5,
	CBOR_SIMPLE = 7, /* argument 20: false, 21: true */
};

/* All return false at a fault; what was read so far is then worthless. */
struct cbor_reader {
	const uint8_t *at, *end;
};

bool mrl_cbor_head(struct cbor_reader *reader, enum cbor_major *ret_major, uint64_t *ret_argument);
bool mrl_cbor_number(struct cbor_reader *reader, uint64_t max, uint64_t *ret_number);
/* A string of at most `max` bytes, borrowed. */
bool mrl_cbor_string(struct cbor_reader *reader, enum cbor_major major, size_t max,
                     struct mrl_slice *ret_string);
/* The head of an array or map of at most `max` items or pairs. */
bool mrl_cbor_items(struct cbor_reader *reader, enum cbor_major major, size_t max,
                    size_t *ret_count);
bool mrl_cbor_bool(struct cbor_reader *reader, bool *ret_value);

#endif
