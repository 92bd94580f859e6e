/* Decisions with Redis, its answers made by the test: what is asked, charged, owed and given back.
 */
#include "zone_fixture.h"

#include <merlon/limit_redis.h>

struct fixture {
	struct zone_fixture zone;
	struct mrl_limit_redis redis;
	struct mrl_limit_server server;
	struct mrl_limit_denial denials[MRL_LIMIT_DENIALS];
	struct mrl_limit_spec spec;
	struct mrl_limits limits;
	struct mrl_limit_store store;
};

/* One limit of 10 in a minute, over two gateways. */
static void open_fixture(struct fixture *fixture)
{
	enum mrl_limit_zone_id zone;
	memset(fixture, 0, sizeof(*fixture));
	fixture_open(&fixture->zone, 256, 14);
	fixture->zone.now_ms = 100000;
	fixture->redis = (struct mrl_limit_redis){.instances = 2, .guard_ms = 50};
	fixture->spec = (struct mrl_limit_spec){.name = MRL_SLICE("ip"),
	                                        .rate = {10, 60000},
	                                        .parts = {MRL_LIMIT_IP},
	                                        .part_count = 1};
	fixture->limits = (struct mrl_limits){.specs = &fixture->spec, .count = 1};
	fixture->store = (struct mrl_limit_store){
		.host = fixture->zone.host,
		.redis = &fixture->redis,
		.server = &fixture->server,
		.denials = fixture->denials,
		.ready = true,
	};
	for (unsigned i = 0; i < MRL_LIMIT_ZONES; i++) {
		fixture->store.zones[i] = fixture->zone.zone;
	}
	memcpy(fixture->store.hash_key, fixture->zone.origin.hash_key, 16);
	assert_int_equal(mrl_limit_store_open(&fixture->store, &fixture->limits, &zone), MRL_OK);
}

static struct mrl_limit_strict ask(struct fixture *fixture, uint32_t cost,
                                   enum mrl_limit_step wanted)
{
	struct mrl_limit_strict strict = {.asked = {.count = 1, .specs = {&fixture->spec}}};
	enum mrl_limit_step step;
	strict.asked.requests[0] = (struct mrl_limit_request){
		.zone = &fixture->zone.zone,
		.rule = fixture->store.rules[0],
		.key = {77 ^ fixture->store.salts[0].low, 78 ^ fixture->store.salts[0].high},
		.cost = cost,
		.ordinal = fixture->store.ordinals[0],
	};
	assert_int_equal(mrl_limit_strict_begin(&fixture->store, &strict, &step), MRL_OK);
	assert_int_equal(step, wanted);
	return strict;
}

static void answer(struct fixture *fixture, struct mrl_limit_strict *strict, bool passes)
{
	int64_t values[] = {passes, passes ? 0 : 30000,        !passes, 1700000000000, 3,
	                    30000,  passes ? 1700000000000 : 0};
	assert_int_equal(mrl_limit_strict_end(&fixture->store, strict, MRL_LIMIT_REPLIED, values,
	                                      MRL_COUNT(values)),
	                 MRL_OK);
	assert_int_equal(strict->result.verdict, passes ? MRL_LIMIT_ADMITTED : MRL_LIMIT_DENIED);
}

static void lose(struct fixture *fixture, struct mrl_limit_strict *strict, enum mrl_limit_sent sent)
{
	assert_int_equal(mrl_limit_strict_end(&fixture->store, strict, sent, NULL, 0), MRL_OK);
	assert_true(strict->fell_back);
}

static void redis_decides_and_the_zone_notes(void **state)
{
	static struct fixture fixture;
	(void)state;
	open_fixture(&fixture);
	for (uint32_t i = 0; i < 9; i++) {
		struct mrl_limit_strict strict = ask(&fixture, 1, MRL_LIMIT_ASK);
		answer(&fixture, &strict, true);
		assert_int_equal(strict.result.standings[0].remaining, 3);
		assert_true(strict.in_redis && !strict.fell_back);
	}
	/* Redis is gone: of its part, 5, this gateway has used 9. */
	fixture.store.ready = false;
	struct mrl_limit_strict strict = ask(&fixture, 1, MRL_LIMIT_DECIDED);
	assert_int_equal(strict.result.verdict, MRL_LIMIT_DENIED);
	assert_true(strict.fell_back);
	fixture_close(&fixture.zone);
}

static void without_redis_a_gateway_keeps_to_its_part(void **state)
{
	static struct fixture fixture;
	(void)state;
	open_fixture(&fixture);
	fixture.store.ready = false;
	for (uint32_t i = 0; i < 8; i++) {
		struct mrl_limit_strict strict = ask(&fixture, 1, MRL_LIMIT_DECIDED);
		assert_int_equal(strict.result.verdict,
		                 i < 5 ? MRL_LIMIT_ADMITTED : MRL_LIMIT_DENIED);
	}
	struct mrl_limit_strict strict = ask(&fixture, 6, MRL_LIMIT_DECIDED);
	assert_int_equal(strict.result.verdict, MRL_LIMIT_DENIED);
	assert_int_equal(strict.result.wait_ms, 2000);
	/* The next command tells of the five, once. */
	fixture.store.ready = true;
	strict = ask(&fixture, 1, MRL_LIMIT_ASK);
	assert_int_equal(strict.debts[0], 5);
	answer(&fixture, &strict, true);
	assert_int_equal(ask(&fixture, 1, MRL_LIMIT_ASK).debts[0], 0);
	fixture_close(&fixture.zone);
}

static void debts_that_were_not_told_are_told_later(void **state)
{
	static struct fixture fixture;
	(void)state;
	open_fixture(&fixture);
	struct mrl_limit_strict strict = ask(&fixture, 2, MRL_LIMIT_ASK);
	lose(&fixture, &strict, MRL_LIMIT_NOT_EXECUTED);
	assert_int_equal(strict.result.verdict, MRL_LIMIT_ADMITTED);
	strict = ask(&fixture, 1, MRL_LIMIT_ASK);
	assert_int_equal(strict.debts[0], 2);
	lose(&fixture, &strict, MRL_LIMIT_UNKNOWN);
	/* What may have been executed is no debt: only the two. */
	strict = ask(&fixture, 1, MRL_LIMIT_ASK);
	assert_int_equal(strict.debts[0], 2);
	lose(&fixture, &strict, MRL_LIMIT_UNKNOWN);
	fixture.zone.now_ms += 60001;
	assert_int_equal(ask(&fixture, 1, MRL_LIMIT_ASK).debts[0], 0);
	fixture_close(&fixture.zone);
}

static void data_younger_than_the_window_is_not_trusted_alone(void **state)
{
	static struct fixture fixture;
	(void)state;
	open_fixture(&fixture);
	fixture.server.since_ms = fixture.zone.now_ms;
	for (uint32_t i = 0; i < 5; i++) {
		struct mrl_limit_strict strict = ask(&fixture, 1, MRL_LIMIT_ASK);
		answer(&fixture, &strict, true);
	}
	assert_int_equal(ask(&fixture, 1, MRL_LIMIT_DECIDED).result.verdict, MRL_LIMIT_DENIED);
	/* Redis refuses: what the zone was charged is given back. */
	fixture.zone.now_ms += 60001;
	fixture.server.since_ms = fixture.zone.now_ms;
	for (uint32_t i = 0; i < 20; i++) {
		struct mrl_limit_strict strict = ask(&fixture, 1, MRL_LIMIT_ASK);
		answer(&fixture, &strict, false);
		fixture.zone.now_ms += 1001;
	}
	fixture.server.since_ms = 0;
	struct mrl_limit_strict strict = ask(&fixture, 1, MRL_LIMIT_ASK);
	answer(&fixture, &strict, true);
	fixture_close(&fixture.zone);
}

static void a_refusal_is_kept_for_a_second(void **state)
{
	static struct fixture fixture;
	(void)state;
	open_fixture(&fixture);
	struct mrl_limit_strict strict = ask(&fixture, 2, MRL_LIMIT_ASK);
	answer(&fixture, &strict, false);
	fixture.zone.now_ms += 400;
	strict = ask(&fixture, 2, MRL_LIMIT_DECIDED);
	assert_int_equal(strict.result.verdict, MRL_LIMIT_DENIED);
	assert_int_equal(strict.result.wait_ms, 29600);
	assert_int_equal(strict.result.violated, 1);
	(void)ask(&fixture, 1, MRL_LIMIT_ASK); /* less might pass */
	fixture.zone.now_ms += 601;
	(void)ask(&fixture, 2, MRL_LIMIT_ASK);
	fixture_close(&fixture.zone);
}

static void answers_that_are_none_are_no_answers(void **state)
{
	static struct fixture fixture;
	static const int64_t rows[][7] = {
		{2, 0, 0, 1, 3, 4, 5},  {1, 0, 1, 1, 3, 4, 5},           {0, 0, 0, 1, 3, 4, 5},
		{0, 0, 2, 1, 3, 4, 5},  {1, -1, 0, 1, 3, 4, 5},          {1, 0, 0, 1, -3, 4, 5},
		{1, 0, 0, 1, 3, -4, 5}, {1, 0, 0, 1, 0x100000000, 4, 5}, {-1, 0, 0, 1, 3, 4, 5},
	};
	(void)state;
	open_fixture(&fixture);
	for (size_t i = 0; i < MRL_COUNT(rows) + 1; i++) {
		static const int64_t good[7] = {1, 0, 0, 1, 3, 4, 5};
		bool is_short = i == MRL_COUNT(rows);
		struct mrl_limit_strict strict = ask(&fixture, 1, MRL_LIMIT_ASK);
		assert_int_equal(mrl_limit_strict_end(&fixture.store, &strict, MRL_LIMIT_REPLIED,
		                                      is_short ? good : rows[i], is_short ? 6 : 7),
		                 MRL_OK);
		assert_true(strict.fell_back && !strict.in_redis);
		fixture.zone.now_ms += 60001;
	}
	fixture_close(&fixture.zone);
}

static void a_success_is_given_back(void **state)
{
	static struct fixture fixture;
	(void)state;
	open_fixture(&fixture);
	for (uint32_t i = 0; i < 20; i++) {
		struct mrl_limit_strict strict = ask(&fixture, 5, MRL_LIMIT_ASK);
		answer(&fixture, &strict, true);
		mrl_limit_strict_give_back(&fixture.store, &strict);
		mrl_limit_strict_give_back(&fixture.store, &strict);
	}
	fixture.store.ready = false;
	assert_int_equal(ask(&fixture, 5, MRL_LIMIT_DECIDED).result.verdict, MRL_LIMIT_ADMITTED);
	assert_int_equal(ask(&fixture, 1, MRL_LIMIT_DECIDED).result.verdict, MRL_LIMIT_DENIED);
	fixture_close(&fixture.zone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(redis_decides_and_the_zone_notes),
		cmocka_unit_test(without_redis_a_gateway_keeps_to_its_part),
		cmocka_unit_test(debts_that_were_not_told_are_told_later),
		cmocka_unit_test(data_younger_than_the_window_is_not_trusted_alone),
		cmocka_unit_test(a_refusal_is_kept_for_a_second),
		cmocka_unit_test(answers_that_are_none_are_no_answers),
		cmocka_unit_test(a_success_is_given_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
