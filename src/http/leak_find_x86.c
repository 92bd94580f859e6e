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

/* Of the places in `found`, those whose bytes are some window. */
static inline void visit(const struct mrl_leak_pass *pass, const struct mrl_leak_text *text,
                         size_t from, size_t base, uint32_t found)
{
	const struct mrl_leak_scanner *scanner = pass->scanner;

	for (; found != 0; found &= found - 1) {
		size_t at = base + (size_t)__builtin_ctz(found);
		if (mrl_leak_known(scanner, mrl_leak_key_at(text->slice, at))) {
			mrl_leak_place(pass, text, from, at);
		}
	}
}

/*
 * The last places, from a copy with zeros behind: a zero ends a short window and matches nothing
 * else.
 */
AVX2 static void find_tail(const struct mrl_leak_pass *pass, const struct mrl_leak_text *text,
                           size_t from, size_t base, const struct masks *masks)
{
	uint8_t copy[2 * LANES] = {0};
	size_t size = text->slice.size;

	for (; base + MRL_LEAK_KEY_SIZE <= size; base += LANES) {
		struct mrl_slice rest = mrl_slice_sub(text->slice, base, LANES + BEHIND);
		size_t count = size - base - (MRL_LEAK_KEY_SIZE - 1);
		memset(copy, 0, sizeof(copy));
		memcpy(copy, rest.data, rest.size);
		uint32_t found = places(masks, copy);
		visit(pass, text, from, base, count < LANES ? found & ((1u << count) - 1) : found);
	}
}

AVX2 static void find_avx2(const struct mrl_leak_pass *pass, const struct mrl_leak_text *text,
                           size_t from)
{
	struct masks masks;
	size_t at = from;

	load_masks(pass->scanner, &masks);
	for (; at + LANES + BEHIND <= text->slice.size; at += LANES) {
		uint32_t found = places(&masks, text->slice.data + at);
		if (__builtin_expect(found != 0, 0)) {
			visit(pass, text, from, at, found);
		}
	}
	find_tail(pass, text, from, at, &masks);
}

mrl_leak_find *mrl_leak_find_choose(void)
{
	return __builtin_cpu_supports("avx2") ? find_avx2 : mrl_leak_find_scalar;
}
