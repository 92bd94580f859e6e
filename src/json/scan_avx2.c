/* The reader's loop in blocks of 32 bytes; the same as scan_sse2.c otherwise. */
#include "json/read.h"

#include <immintrin.h>

MRL_JSON_ALWAYS uint32_t special_bits(const uint8_t *at)
{
	__m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)at);
	__m256i quote = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"'));
	__m256i escape = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'));
	__m256i outside = _mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), bytes);
	return (uint32_t)_mm256_movemask_epi8(
		_mm256_or_si256(_mm256_or_si256(quote, escape), outside));
}

MRL_JSON_ALWAYS const uint8_t *find_in_tail(const uint8_t *at, const uint8_t *start,
                                            const uint8_t *end)
{
	if (at < end && end - start >= 32) {
		uint32_t bits = special_bits(end - 32) >> (32 - (end - at));
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
	while (end - at >= 32) {
		uint32_t bits = special_bits(at);
		if (bits != 0) {
			return at + __builtin_ctz(bits);
		}
		at += 32;
	}
	return find_in_tail(at, start, end);
}

MRL_JSON_ALWAYS uint32_t match_names(const uint32_t *keys, uint32_t key)
{
	__m256i all = _mm256_loadu_si256((const __m256i *)(const void *)keys);
	__m256i equal = _mm256_cmpeq_epi32(all, _mm256_set1_epi32((int)key));
	return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(equal));
}

#include "json/read_loop.h"

/* gcc 12 leaves the upper halves of the registers dirty at one return, and what comes after that
 * then costs as much as reading 400 bytes. */
static struct mrl_json_node *run_cleanly(struct mrl_json_reader *reader)
{
	struct mrl_json_node *end = run(reader);
	_mm256_zeroupper();
	return end;
}

const struct mrl_json_scan mrl_json_scan_avx2 = {.name = "avx2", .run = run_cleanly};
