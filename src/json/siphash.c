/* SipHash-1-3: one round a word, three at the end (Aumasson and Bernstein, 2012). */
#include <merlon/json.h>

#include <endian.h>

struct state {
	uint64_t a, b, c, d;
};

static inline uint64_t rotate(uint64_t word, unsigned bits)
{
	return word << bits | word >> (64 - bits);
}

static inline uint64_t load(const uint8_t *at)
{
	uint64_t word;
	memcpy(&word, at, sizeof(word));
	return le64toh(word);
}

static inline void mix(struct state *state)
{
	state->a += state->b;
	state->b = rotate(state->b, 13) ^ state->a;
	state->a = rotate(state->a, 32);
	state->c += state->d;
	state->d = rotate(state->d, 16) ^ state->c;
	state->a += state->d;
	state->d = rotate(state->d, 21) ^ state->a;
	state->c += state->b;
	state->b = rotate(state->b, 17) ^ state->c;
	state->c = rotate(state->c, 32);
}

static inline void absorb(struct state *state, uint64_t word)
{
	state->d ^= word;
	mix(state);
	state->a ^= word;
}

static inline uint64_t load_half(const uint8_t *at)
{
	uint32_t half;
	memcpy(&half, at, sizeof(half));
	return le32toh(half);
}

/* The bytes past the last whole word, which loads that overlap find without a loop. */
static inline uint64_t load_rest(const uint8_t *at, size_t size)
{
	size_t rest = size % 8;
	const uint8_t *end = at + size;
	if (rest == 0) {
		return 0;
	}
	if (size > 8) {
		return load(end - 8) >> (64 - 8 * rest);
	}
	if (rest >= 4) {
		return load_half(at) | load_half(end - 4) << (8 * rest - 32);
	}
	return at[0] | (uint64_t)at[rest / 2] << (8 * (rest / 2)) |
	       (uint64_t)end[-1] << (8 * rest - 8);
}

uint64_t mrl_siphash13(const uint8_t key[16], const void *data, size_t size)
{
	const uint8_t *at = data;
	uint64_t k0 = load(key);
	uint64_t k1 = load(key + 8);
	struct state state = {
		.a = k0 ^ 0x736f6d6570736575,
		.b = k1 ^ 0x646f72616e646f6d,
		.c = k0 ^ 0x6c7967656e657261,
		.d = k1 ^ 0x7465646279746573,
	};
	size_t words = size / 8;
	for (size_t i = 0; i < words; i++) {
		absorb(&state, load(at + 8 * i));
	}
	absorb(&state, (uint64_t)size << 56 | load_rest(at, size));
	state.c ^= 0xFF;
	mix(&state);
	mix(&state);
	mix(&state);
	return state.a ^ state.b ^ state.c ^ state.d;
}
