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

/* Writes into [at, end); what does not fit is left out and `full` stays set. */
struct cbor_writer {
	uint8_t *at, *end;
	bool full;
};

static inline void cbor_wide(struct cbor_writer *writer, enum cbor_major major, uint64_t argument)
{
	unsigned log2 = argument <= UINT8_MAX    ? 0
	                : argument <= UINT16_MAX ? 1
	                : argument <= UINT32_MAX ? 2
	                                         : 3;
	size_t size = (size_t)1 << log2;
	if ((size_t)(writer->end - writer->at) < 1 + size) {
		writer->full = true;
		return;
	}
	*writer->at = (uint8_t)((unsigned)major << 5 | (24 + log2));
	for (size_t i = size; i != 0; i--) {
		writer->at[i] = (uint8_t)argument;
		argument >>= 8;
	}
	writer->at += 1 + size;
}

static inline void cbor_head(struct cbor_writer *writer, enum cbor_major major, uint64_t argument)
{
	if (argument >= 24) {
		cbor_wide(writer, major, argument);
		return;
	}
	if (writer->at == writer->end) {
		writer->full = true;
		return;
	}
	*writer->at++ = (uint8_t)((unsigned)major << 5 | (unsigned)argument);
}

static inline void cbor_string(struct cbor_writer *writer, enum cbor_major major,
                               struct mrl_slice string)
{
	cbor_head(writer, major, string.size);
	if ((size_t)(writer->end - writer->at) < string.size) {
		writer->full = true;
		return;
	}
	if (string.size != 0) {
		memcpy(writer->at, string.data, string.size);
		writer->at += string.size;
	}
}

static inline void cbor_bool(struct cbor_writer *writer, bool value)
{
	cbor_head(writer, CBOR_SIMPLE, value ? 21 : 20);
}

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
