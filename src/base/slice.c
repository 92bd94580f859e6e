/* Slices: comparing, searching, trimming, and plain decimal numbers. */
#include <merlon/base.h>

bool mrl_slice_starts(struct mrl_slice slice, struct mrl_slice prefix)
{
	return slice.size >= prefix.size &&
	       mrl_slice_equal(mrl_slice_sub(slice, 0, prefix.size), prefix);
}

bool mrl_slice_ends(struct mrl_slice slice, struct mrl_slice suffix)
{
	return slice.size >= suffix.size &&
	       mrl_slice_equal(mrl_slice_from(slice, slice.size - suffix.size), suffix);
}

bool mrl_slice_equal_nocase(struct mrl_slice a, struct mrl_slice b)
{
	if (a.size != b.size) {
		return false;
	}
	for (size_t i = 0; i < a.size; i++) {
		if (mrl_lower(a.data[i]) != mrl_lower(b.data[i])) {
			return false;
		}
	}
	return true;
}

int mrl_slice_compare(struct mrl_slice a, struct mrl_slice b)
{
	size_t shorter = a.size < b.size ? a.size : b.size;
	int order = shorter == 0 ? 0 : memcmp(a.data, b.data, shorter);
	if (order != 0) {
		return order;
	}
	return (a.size > b.size) - (a.size < b.size);
}

size_t mrl_slice_find(struct mrl_slice slice, uint8_t byte)
{
	const uint8_t *at = slice.size == 0 ? NULL : memchr(slice.data, byte, slice.size);
	return at == NULL ? slice.size : (size_t)(at - slice.data);
}

size_t mrl_slice_find_text(struct mrl_slice slice, struct mrl_slice text)
{
	if (text.size == 0) {
		return 0;
	}
	const uint8_t *at = slice.size == 0 ? NULL
	                                    : memmem(slice.data, slice.size, text.data, text.size);
	return at == NULL ? slice.size : (size_t)(at - slice.data);
}

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t';
}

struct mrl_slice mrl_slice_trim(struct mrl_slice slice)
{
	while (slice.size > 0 && is_blank(slice.data[0])) {
		slice = mrl_slice_from(slice, 1);
	}
	while (slice.size > 0 && is_blank(slice.data[slice.size - 1])) {
		slice.size--;
	}
	return slice;
}

bool mrl_parse_u64(struct mrl_slice text, uint64_t *ret_number)
{
	uint64_t number = 0;
	if (text.size == 0) {
		return false;
	}
	for (size_t i = 0; i < text.size; i++) {
		if (!mrl_is_digit(text.data[i]) || __builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, (uint64_t)(text.data[i] - '0'), &number)) {
			return false;
		}
	}
	*ret_number = number;
	return true;
}

uint32_t mrl_hash_text(struct mrl_slice text)
{
	uint32_t hash = 2166136261U;
	for (size_t i = 0; i < text.size; i++) {
		hash = (hash ^ text.data[i]) * 16777619U;
	}
	return hash ^ (hash >> 15);
}
