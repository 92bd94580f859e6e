/*
 * Cookie pairs: as many as separators say, and written again from the pairs they are the same. A
 * pair that is cut out must not turn its neighbours into something else.
 */
#include "fuzz.h"

#include <merlon/http.h>

#define PAIRS_MAX 256

struct pairs {
	struct mrl_slice names[PAIRS_MAX];
	struct mrl_slice values[PAIRS_MAX];
	size_t count;
};

static void read_pairs(struct mrl_slice cookies, struct pairs *pairs)
{
	pairs->count = 0;
	while (pairs->count < PAIRS_MAX && mrl_cookie_next(&cookies, &pairs->names[pairs->count],
	                                                   &pairs->values[pairs->count])) {
		pairs->count++;
	}
}

static bool is_trimmed(struct mrl_slice text)
{
	return mrl_slice_trim(text).size == text.size;
}

static void check_pairs(struct mrl_slice cookies, const struct pairs *pairs)
{
	size_t separators = 0;
	for (size_t i = 0; i < cookies.size; i++) {
		separators += cookies.data[i] == ';';
	}
	FUZZ_CHECK(pairs->count == separators + 1);
	for (size_t i = 0; i < pairs->count; i++) {
		FUZZ_CHECK(is_trimmed(pairs->names[i]) && is_trimmed(pairs->values[i]));
		FUZZ_CHECK(mrl_slice_find(pairs->names[i], '=') == pairs->names[i].size);
		FUZZ_CHECK(mrl_slice_find(pairs->names[i], ';') == pairs->names[i].size);
		FUZZ_CHECK(mrl_slice_find(pairs->values[i], ';') == pairs->values[i].size);
	}
}

static void write_pair(struct mrl_buffer *buffer, const struct pairs *pairs, size_t i)
{
	mrl_buffer_put(buffer, pairs->names[i]);
	MRL_PUT(buffer, "=");
	mrl_buffer_put(buffer, pairs->values[i]);
}

/* Written again without pair `left_out`; SIZE_MAX: with all. */
static void check_rewritten(const struct pairs *pairs, size_t left_out)
{
	static uint8_t memory[8192];
	static struct pairs again;
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	size_t at = 0;
	for (size_t i = 0; i < pairs->count; i++) {
		if (i == left_out) {
			continue;
		}
		if (buffer.size != 0) {
			MRL_PUT(&buffer, "; ");
		}
		write_pair(&buffer, pairs, i);
	}
	FUZZ_CHECK(!buffer.overflow);
	read_pairs(buffer.size == 0 ? MRL_SLICE_NONE : mrl_buffer_slice(&buffer), &again);
	for (size_t i = 0; i < pairs->count; i++) {
		if (i != left_out) {
			FUZZ_CHECK(mrl_slice_equal(again.names[at], pairs->names[i]));
			FUZZ_CHECK(mrl_slice_equal(again.values[at++], pairs->values[i]));
		}
	}
	FUZZ_CHECK(at == again.count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct pairs pairs;
	if (data == NULL || size >= 4096) {
		return 0;
	}
	read_pairs(mrl_slice(data, size), &pairs);
	if (pairs.count == PAIRS_MAX) {
		return 0;
	}
	check_pairs(mrl_slice(data, size), &pairs);
	check_rewritten(&pairs, SIZE_MAX);
	check_rewritten(&pairs, size % pairs.count);
	return 0;
}
