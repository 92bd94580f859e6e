/* The strict reader: one head at a time, no recursion; whoever calls knows what must come. */
#include "audit/cbor.h"

bool mrl_cbor_head(struct cbor_reader *reader, enum cbor_major *ret_major, uint64_t *ret_argument)
{
	if (reader->at == reader->end) {
		return false;
	}
	uint8_t first = *reader->at++;
	*ret_major = (enum cbor_major)(first >> 5);
	uint8_t info = first & 31;
	if (info < 24) {
		*ret_argument = info;
		return true;
	}
	size_t size = (size_t)1 << (info - 24);
	if (info > 27 || (size_t)(reader->end - reader->at) < size) {
		return false;
	}
	uint64_t argument = 0;
	for (size_t i = 0; i < size; i++) {
		argument = argument << 8 | *reader->at++;
	}
	*ret_argument = argument;
	/* the shortest form only: what fits into half as many bytes must not come here */
	return info == 24 ? argument >= 24 : argument >> (size * 4) != 0;
}

static bool expect(struct cbor_reader *reader, enum cbor_major major, uint64_t max,
                   uint64_t *ret_argument)
{
	enum cbor_major found;
	return mrl_cbor_head(reader, &found, ret_argument) && found == major &&
	       *ret_argument <= max;
}

bool mrl_cbor_number(struct cbor_reader *reader, uint64_t max, uint64_t *ret_number)
{
	return expect(reader, CBOR_NUMBER, max, ret_number);
}

bool mrl_cbor_string(struct cbor_reader *reader, enum cbor_major major, size_t max,
                     struct mrl_slice *ret_string)
{
	uint64_t size;
	if (!expect(reader, major, max, &size) || (uint64_t)(reader->end - reader->at) < size) {
		return false;
	}
	*ret_string = mrl_slice(reader->at, (size_t)size);
	reader->at += size;
	return true;
}

bool mrl_cbor_items(struct cbor_reader *reader, enum cbor_major major, size_t max,
                    size_t *ret_count)
{
	uint64_t count;
	if (!expect(reader, major, max, &count)) {
		return false;
	}
	*ret_count = (size_t)count;
	return true;
}

bool mrl_cbor_bool(struct cbor_reader *reader, bool *ret_value)
{
	uint64_t value;
	if (reader->at == reader->end || *reader->at >> 5 != CBOR_SIMPLE ||
	    !expect(reader, CBOR_SIMPLE, 21, &value) || value < 20) {
		return false;
	}
	*ret_value = value == 21;
	return true;
}
