/* A trust zone in memory of the test's own, with one issuer. */
#ifndef MRL_UNIT_TRUST_FIXTURE_H
#define MRL_UNIT_TRUST_FIXTURE_H

#include "../check.h"

#include <merlon/trust.h>

#include <stdlib.h>

#define ISSUER "https://auth.example.com"

static const uint8_t fixture_boot[16] = {7, 1};
static const uint8_t fixture_nonce[32] = {9, 2};
static const struct mrl_trust_now fixture_now = {.unix_s = 1000000, .boot_s = 100};

struct fixture {
	void *memory;
	size_t bytes;
	struct mrl_trust_zone zone;
	struct mrl_trust_writer writer;
	uint32_t row;
};

static inline void fixture_make(struct fixture *fixture, uint32_t slots)
{
	fixture->bytes = mrl_trust_zone_bytes(slots);
	fixture->memory = calloc(1, fixture->bytes);
	assert_non_null(fixture->memory);
	mrl_trust_make(fixture->memory, slots, fixture_boot, fixture_nonce);
	assert_int_equal(
		mrl_trust_open(fixture->memory, fixture->bytes, fixture_boot, &fixture->zone),
		MRL_OK);
	mrl_trust_writer(&fixture->zone, &fixture->writer);
	assert_int_equal(mrl_trust_row(&fixture->writer, MRL_SLICE(ISSUER), &fixture->row), MRL_OK);
}

static inline struct mrl_trust_rk fixture_rk(enum mrl_trust_kind kind, const char *value)
{
	struct mrl_trust_rk rk;
	assert_int_equal(mrl_trust_rk(kind, MRL_SLICE(ISSUER), mrl_slice_text(value), &rk), MRL_OK);
	return rk;
}

/* Keys that are cheap to make by the million. */
static inline struct mrl_trust_rk fixture_number_rk(uint64_t number)
{
	struct mrl_trust_rk rk;
	uint64_t words[2] = {(number + 1) * UINT64_C(0x9E3779B97F4A7C15), number};
	memcpy(rk.bytes, words, sizeof(words));
	return rk;
}

#endif
