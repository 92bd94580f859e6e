/* SipHash-1-3 (Aumasson, Bernstein: SipHash, 2012, with one and three rounds). */
#include <merlon/json.h>

struct state {
	uint64_t a, b, c, d;
};

static uint64_t rotate(uint64_t word, unsigned bits)
{
	return word << bits | word >> (64 - bits);
}

static void mix(struct state *state)
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

static uint64_t load(const uint8_t *at, size_t size)
{
	uint64_t word = 0;
	for (size_t i = 0; i < size; i++) {
		word |= (uint64_t)at[i] << (8 * i);
	}
	return word;
}

static void take(struct state *state, uint64_t word)
{
	state->d ^= word;
	mix(state);
	state->a ^= word;
}

uint64_t mrl_siphash13(const uint8_t key[16], const void *data, size_t size)
{
	const uint8_t *at = data;
	uint64_t low = load(key, 8);
	uint64_t high = load(key + 8, 8);
	struct state state = {low ^ 0x736f6d6570736575, high ^ 0x646f72616e646f6d,
	                      low ^ 0x6c7967656e657261, high ^ 0x7465646279746573};
	for (size_t i = 0; i + 8 <= size; i += 8) {
		take(&state, load(at + i, 8));
	}
	take(&state, load(at + (size & ~(size_t)7), size & 7) | (uint64_t)size << 56);
	state.c ^= 0xff;
	mix(&state);
	mix(&state);
	mix(&state);
	return state.a ^ state.b ^ state.c ^ state.d;
}
