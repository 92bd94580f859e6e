/* UTF-8 by RFC 3629, section 4: the table of well-formed sequences, one row a first byte. */
#include <merlon/base.h>

struct sequence {
	uint8_t first_low, first_high; /* range of the first byte */
	uint8_t second_low, second_high;
	uint8_t size;
};

static const struct sequence sequences[] = {
	{0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3},
	{0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
	{0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
};

static const struct sequence *find_sequence(uint8_t first)
{
	for (size_t i = 0; i < MRL_COUNT(sequences); i++) {
		if (first >= sequences[i].first_low && first <= sequences[i].first_high) {
			return &sequences[i];
		}
	}
	return NULL;
}

/* The size of the well-formed sequence at `at`, of which `left` bytes may be read, or 0. */
static size_t sequence_size(const uint8_t *at, size_t left)
{
	const struct sequence *sequence = find_sequence(at[0]);
	if (sequence == NULL || left < sequence->size || at[1] < sequence->second_low ||
	    at[1] > sequence->second_high) {
		return 0;
	}
	for (size_t i = 2; i < sequence->size; i++) {
		if ((at[i] & 0xC0) != 0x80) {
			return 0;
		}
	}
	return sequence->size;
}

size_t mrl_utf8_check(struct mrl_slice slice)
{
	size_t at = 0;
	while (at < slice.size) {
		if (slice.data[at] < 0x80) {
			at++;
			continue;
		}
		size_t size = sequence_size(slice.data + at, slice.size - at);
		if (size == 0) {
			return at;
		}
		at += size;
	}
	return at;
}
