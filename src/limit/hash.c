/* SipHash-2-4 with a result of 128 bits (Aumasson and Bernstein, 2012, and their reference). */
#include <merlon/limit.h>

#include <endian.h>

struct state {
	uint64_t a, b, c, d;
};

static uint64_t rotate(uint64_t word, unsigned bits)
{
	return word << bits | word >> (64 - bits);
}

static uint64_t load(const uint8_t *at)
{
	uint64_t word;
	memcpy(&word, at, sizeof(word));
	return le64toh(word);
}

static void mix(struct state *state, unsigned rounds)
{
	for (unsigned i = 0; i < rounds; i++) {
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
}

static void absorb(struct state *state, uint64_t word)
{
	state->d ^= word;
	mix(state, 2);
	state->a ^= word;
}

struct mrl_limit_hash mrl_limit_hash(const uint8_t key[16], struct mrl_slice bytes)
{
	uint64_t low = load(key);
	uint64_t high = load(key + 8);
	struct state state = {low ^ 0x736F6D6570736575U, high ^ 0x646F72616E646F6DU ^ 0xEE,
	                      low ^ 0x6C7967656E657261U, high ^ 0x7465646279746573U};
	uint8_t last[8] = {0};
	size_t whole = bytes.size & ~(size_t)7;
	struct mrl_limit_hash hash;
	for (size_t at = 0; at < whole; at += 8) {
		absorb(&state, load(bytes.data + at));
	}
	if (bytes.size != whole) {
		memcpy(last, bytes.data + whole, bytes.size - whole);
	}
	last[7] = (uint8_t)bytes.size;
	absorb(&state, load(last));
	state.c ^= 0xEE;
	mix(&state, 4);
	hash.low = state.a ^ state.b ^ state.c ^ state.d;
	state.b ^= 0xDD;
	mix(&state, 4);
	hash.high = state.a ^ state.b ^ state.c ^ state.d;
	return hash;
}
