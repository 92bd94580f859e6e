/* The reader's loop in blocks of 16 bytes. No byte outside of the text is read: a tail is looked at
 * with bytes before it, which are part of the text too. */
#include "json/read.h"

#include <emmintrin.h>

/* One bit a byte that is no plain one. */
MRL_JSON_ALWAYS uint32_t special_bits(const uint8_t *at)
{
	__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
	__m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
	__m128i escape = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
	/* Signed: below 0x20 are controls and all from 0x80 on. */
	__m128i outside = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
	return (uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, escape), outside));
}

MRL_JSON_ALWAYS const uint8_t *find_in_tail(const uint8_t *at, const uint8_t *start,
                                            const uint8_t *end)
{
	if (at < end && end - start >= 16) {
		uint32_t bits = special_bits(end - 16) >> (16 - (end - at));
		return bits == 0 ? end : at + __builtin_ctz(bits);
	}
	while (at < end && *at >= 0x20 && *at < 0x80 && *at != '"' && *at != '\\') {
		at++;
	}
	return at;
}

MRL_JSON_ALWAYS const uint8_t *find_special(const uint8_t *at, const uint8_t *start,
                                            const uint8_t *end)
{
	while (end - at >= 16) {
		uint32_t bits = special_bits(at);
		if (bits != 0) {
			return at + __builtin_ctz(bits);
		}
		at += 16;
	}
	return find_in_tail(at, start, end);
}

MRL_JSON_ALWAYS uint32_t match_names(const uint32_t *keys, uint32_t key)
{
	__m128i wanted = _mm_set1_epi32((int)key);
	__m128i low = _mm_loadu_si128((const __m128i *)(const void *)keys);
	__m128i high = _mm_loadu_si128((const __m128i *)(const void *)(keys + 4));
	__m128i words = _mm_packs_epi32(_mm_cmpeq_epi32(low, wanted),
	                                _mm_cmpeq_epi32(high, wanted));
	return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(words, words)) & 0xFF;
}

#include "json/read_loop.h"

const struct mrl_json_scan mrl_json_scan_sse2 = {.name = "sse2", .run = run};
