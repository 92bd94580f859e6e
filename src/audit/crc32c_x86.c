/*
 * CRC-32C by SSE 4.2's instruction, eight bytes a step. Builds run on any x86-64, so each call asks
 * whether the processor has it: one load of a constant.
 */
#include "audit/crc32c.h"

__attribute__((target("sse4.2"))) static uint32_t crc_sse42(struct mrl_slice bytes)
{
	const uint8_t *at = bytes.data;
	size_t left = bytes.size;
	uint64_t crc = UINT32_MAX;
	for (; left >= 8; at += 8, left -= 8) {
		uint64_t word;
		memcpy(&word, at, sizeof(word));
		crc = __builtin_ia32_crc32di(crc, word);
	}
	for (; left != 0; at++, left--) {
		crc = __builtin_ia32_crc32qi((uint32_t)crc, *at);
	}
	return ~(uint32_t)crc;
}

uint32_t mrl_crc32c(struct mrl_slice bytes)
{
	if (__builtin_cpu_supports("sse4.2")) {
		return crc_sse42(bytes);
	}
	return mrl_crc32c_table(bytes);
}
