/* A zone in memory and a host whose clock the test sets. */
#ifndef MRL_UNIT_LIMIT_ZONE_FIXTURE_H
#define MRL_UNIT_LIMIT_ZONE_FIXTURE_H

#include "../check.h"

#include <merlon/limit.h>

#include <sys/mman.h>

struct zone_fixture {
	struct mrl_limit_zone_sizes sizes;
	struct mrl_limit_origin origin;
	struct mrl_limit_zone zone;
	struct mrl_limit_host host;
	size_t bytes;
	void *memory;
	uint64_t now_ms;
};

static inline uint64_t fixture_now(void *context)
{
	return ((struct zone_fixture *)context)->now_ms;
}

static inline bool fixture_is_gone(void *context, uint32_t pid)
{
	(void)context;
	return pid == 999;
}

static inline void fixture_yield(void *context)
{
	((struct zone_fixture *)context)->now_ms++;
}

static inline void fixture_open(struct zone_fixture *fixture, uint32_t entries, uint32_t cells)
{
	*fixture = (struct zone_fixture){
		.sizes = {.entries = entries, .cells = cells},
		.origin = {.hash_key = "a key of a test", .now_ms = 5},
		.now_ms = 1000,
	};
	fixture->host = (struct mrl_limit_host){.now_ms = fixture_now,
	                                        .is_gone = fixture_is_gone,
	                                        .yield = fixture_yield,
	                                        .context = fixture,
	                                        .pid = 7};
	fixture->bytes = mrl_limit_zone_bytes(&fixture->sizes);
	fixture->memory = mmap(NULL, fixture->bytes, PROT_READ | PROT_WRITE,
	                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(fixture->memory != MAP_FAILED);
	mrl_limit_zone_make(fixture->memory, &fixture->sizes, &fixture->origin);
	assert_int_equal(mrl_limit_zone_attach(fixture->memory, fixture->bytes, &fixture->sizes,
	                                       &fixture->origin, &fixture->zone),
	                 MRL_OK);
}

static inline void fixture_close(struct zone_fixture *fixture)
{
	assert_int_equal(munmap(fixture->memory, fixture->bytes), 0);
}

static inline struct mrl_limit_request fixture_request(struct zone_fixture *fixture,
                                                       const char *name, struct mrl_limit_rate rate,
                                                       uint64_t key)
{
	struct mrl_limit_request request = {
		.zone = &fixture->zone,
		.rule = mrl_limit_rule(rate, fixture->sizes.cells),
		.key = mrl_limit_hash(fixture->origin.hash_key,
	                              mrl_slice((const uint8_t *)&key, sizeof(key))),
		.cost = 1,
	};
	assert_int_equal(mrl_limit_zone_row(&fixture->zone, mrl_slice_text(name), &request.rule,
	                                    fixture->now_ms, &request.ordinal),
	                 MRL_OK);
	return request;
}

#endif
