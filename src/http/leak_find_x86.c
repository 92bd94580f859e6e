/*
 * Stage 1 with AVX2: 32 places at once, each half of four bytes in a row looked up in the bucket
 * tables by a shuffle. Picked when the scanner is made, on processors that have it.
 *
 * A shuffle yields 0 for indices of 0x80 and above, so bytes that are not ASCII match no bucket and
 * need no mask.
 */
#include "http/leak.h"

#include <immintrin.h>

#define LANES  32
#define BEHIND 3 /* bytes that a place needs beyond its own */

#define AVX2 __attribute__((target("avx2")))

struct masks {
	__m256i low[4];
	__m256i high[4];
};

AVX2 static inline __m256i twice(const uint8_t table[16])
{
	const void *from = table;

	return _mm256_broadcastsi128_si256(_mm_load_si128(from));
}

AVX2 static inline void load_masks(const struct mrl_leak_scanner *scanner, struct masks *ret_masks)
{
	for (size_t i = 0; i < 4; i++) {
		ret_masks->low[i] = twice(scanner->low[i]);
		ret_masks->high[i] = twice(scanner->high[i]);
	}
}

AVX2 static inline __m256i buckets(const struct masks *masks, size_t i, const uint8_t *text)
{
	const void *from = text + i;
	__m256i bytes = _mm256_loadu_si256(from);
	__m256i halves = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));

	return _mm256_and_si256(_mm256_shuffle_epi8(masks->low[i], bytes),
	                        _mm256_shuffle_epi8(masks->high[i], halves));
}

/* Bit n: a window may begin at text[n]. Reads LANES + BEHIND bytes. */
AVX2 static inline uint32_t places(const struct masks *masks, const uint8_t *text)
{
	__m256i hits = _mm256_and_si256(
		_mm256_and_si256(buckets(masks, 0, text), buckets(masks, 1, text)),
		_mm256_and_si256(buckets(masks, 2, text), buckets(masks, 3, text)));

	return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(hits, _mm256_setzero_si256()));
}

/* The first of the places whose three bytes begin some window, or LANES. */
static size_t first_known(const struct mrl_leak_scanner *scanner, const uint8_t *text,
                          uint32_t found)
{
	for (; found != 0; found &= found - 1) {
		size_t at = (size_t)__builtin_ctz(found);
		if (scanner->heads[mrl_leak_head(mrl_leak_key(text + at))] != 0) {
			return at;
		}
	}
	return LANES;
}

/* The last places, from a copy with zeros behind: a zero ends a short suffix and matches nothing
 * else. */
AVX2 static size_t find_tail(const struct mrl_leak_scanner *scanner, const struct masks *masks,
                             struct mrl_slice text, size_t count)
{
	uint8_t copy[2 * LANES] = {0};

	memcpy(copy, text.data, text.size < sizeof(copy) ? text.size : sizeof(copy));
	uint32_t found = places(masks, copy);
	size_t at = first_known(scanner, copy, found);
	return at < count ? at : count;
}

AVX2 static size_t find_avx2(const struct mrl_leak_scanner *scanner, struct mrl_slice text,
                             size_t from, size_t to)
{
	struct masks masks;

	load_masks(scanner, &masks);
	for (; from + LANES <= to && from + LANES + BEHIND <= text.size; from += LANES) {
		uint32_t found = places(&masks, text.data + from);
		size_t at = found == 0 ? LANES : first_known(scanner, text.data + from, found);
		if (at < LANES) {
			return from + at;
		}
	}
	while (from < to && from + BEHIND <= text.size) {
		size_t count = to - from < LANES ? to - from : LANES;
		size_t at = find_tail(scanner, &masks, mrl_slice_from(text, from), count);
		if (at < count) {
			return from + at;
		}
		from += count;
	}
	return to;
}

mrl_leak_find *mrl_leak_find_choose(void)
{
	return __builtin_cpu_supports("avx2") ? find_avx2 : mrl_leak_find_scalar;
}
