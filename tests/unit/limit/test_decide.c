/* Decisions over several limits, and zones that are full, damaged, found again. */
#include "zone_fixture.h"

#include <stdio.h>

static const struct mrl_limit_rate ten = {10, 60000};

static struct mrl_limit_result decide(struct zone_fixture *fixture,
                                      const struct mrl_limit_request *requests, uint32_t count)
{
	struct mrl_limit_result result;
	assert_int_equal(mrl_limit_decide(requests, count, &fixture->host, &result), MRL_OK);
	return result;
}

static void one_refusal_burns_no_other(void **state)
{
	struct zone_fixture fixture;
	(void)state;
	fixture_open(&fixture, 256, 14);
	struct mrl_limit_request requests[] = {
		fixture_request(&fixture, "first", (struct mrl_limit_rate){1000, 60000}, 1),
		fixture_request(&fixture, "second", ten, 1),
		fixture_request(&fixture, "third", (struct mrl_limit_rate){1000, 60000}, 1),
	};
	for (uint32_t i = 0; i < 1010; i++) {
		struct mrl_limit_result result = decide(&fixture, requests, 3);
		bool full = i >= 10;
		assert_int_equal(result.verdict, full ? MRL_LIMIT_DENIED : MRL_LIMIT_ADMITTED);
		assert_int_equal(result.violated, full ? 2 : 0);
		assert_int_equal(result.standings[0].remaining, full ? 990 : 999 - i);
		assert_int_equal(result.wait_ms, full ? 60001 : 0);
	}
	fixture_close(&fixture);
}

static void costs_are_charged_whole(void **state)
{
	struct zone_fixture fixture;
	(void)state;
	fixture_open(&fixture, 256, 14);
	struct mrl_limit_request requests[] = {
		fixture_request(&fixture, "small", ten, 1),
		fixture_request(&fixture, "large", (struct mrl_limit_rate){100, 60000}, 1),
	};
	requests[0].cost = 7;
	requests[1].cost = 5;
	assert_int_equal(decide(&fixture, requests, 2).verdict, MRL_LIMIT_ADMITTED);
	struct mrl_limit_result result = decide(&fixture, requests, 2);
	assert_int_equal(result.verdict, MRL_LIMIT_DENIED);
	assert_int_equal(result.violated, 1);
	requests[0].cost = 11;
	assert_int_equal(decide(&fixture, requests, 2).verdict, MRL_LIMIT_NEVER);
	fixture_close(&fixture);
}

static void shadows_neither_refuse_nor_charge(void **state)
{
	struct zone_fixture fixture;
	(void)state;
	fixture_open(&fixture, 256, 14);
	struct mrl_limit_request request = fixture_request(&fixture, "a", ten, 1);
	request.shadow = true;
	for (uint32_t i = 0; i < 12; i++) {
		struct mrl_limit_result result = decide(&fixture, &request, 1);
		assert_int_equal(result.verdict, MRL_LIMIT_ADMITTED);
		assert_int_equal(result.shadowed, i >= 10);
		assert_int_equal(result.standings[0].remaining, i >= 10 ? 0 : 9 - i);
	}
	fixture_close(&fixture);
}

static void what_is_given_back_is_free(void **state)
{
	struct zone_fixture fixture;
	(void)state;
	fixture_open(&fixture, 256, 14);
	struct mrl_limit_request request = fixture_request(&fixture, "a", ten, 1);
	for (uint32_t i = 0; i < 50; i++) {
		struct mrl_limit_result result = decide(&fixture, &request, 1);
		assert_int_equal(result.verdict, MRL_LIMIT_ADMITTED);
		fixture.now_ms++;
		mrl_limit_give_back(&request, 1, &fixture.host, &result);
	}
	assert_int_equal(decide(&fixture, &request, 1).standings[0].remaining, 9);
	fixture_close(&fixture);
}

/* Keys without an entry share one allowance, those with one notice nothing. */
static void a_flood_resets_nobody(void **state)
{
	struct zone_fixture fixture;
	struct mrl_limit_zone_counts counts;
	uint32_t shared = 0;
	(void)state;
	fixture_open(&fixture, 256, 14);
	struct mrl_limit_request first = fixture_request(&fixture, "a", ten, 1);
	for (uint32_t i = 0; i < 10; i++) {
		(void)decide(&fixture, &first, 1);
	}
	for (uint64_t key = 2; key < 1000; key++) {
		struct mrl_limit_request request = fixture_request(&fixture, "a", ten, key);
		mrl_limit_zone_count(&fixture.zone, &counts);
		uint64_t before = counts.overflows;
		struct mrl_limit_result result = decide(&fixture, &request, 1);
		mrl_limit_zone_count(&fixture.zone, &counts);
		bool overflowed = counts.overflows != before;
		shared += overflowed && result.verdict == MRL_LIMIT_ADMITTED;
	}
	assert_int_equal(counts.used, 256);
	assert_int_equal(shared, 10);
	assert_int_equal(decide(&fixture, &first, 1).verdict, MRL_LIMIT_DENIED);
	/* All charges are over: the dead make room. */
	fixture.now_ms += 70000;
	assert_int_equal(decide(&fixture, &first, 1).verdict, MRL_LIMIT_ADMITTED);
	for (uint32_t turn = 0; turn < 64; turn++) {
		mrl_limit_zone_sweep(&fixture.zone, &fixture.host, turn);
	}
	mrl_limit_zone_count(&fixture.zone, &counts);
	assert_int_equal(counts.used, 1);
	fixture_close(&fixture);
}

static void a_longer_window_keeps_its_entries(void **state)
{
	struct zone_fixture fixture;
	(void)state;
	fixture_open(&fixture, 256, 14);
	struct mrl_limit_request longer = fixture_request(&fixture, "a",
	                                                  (struct mrl_limit_rate){1, 600000}, 1);
	assert_int_equal(decide(&fixture, &longer, 1).verdict, MRL_LIMIT_ADMITTED);
	fixture.now_ms += 100000;
	for (uint64_t key = 2; key < 1000; key++) {
		struct mrl_limit_request other = fixture_request(
			&fixture, "b", (struct mrl_limit_rate){1, 1000}, key);
		(void)decide(&fixture, &other, 1);
		fixture.now_ms += 5;
	}
	assert_int_equal(decide(&fixture, &longer, 1).verdict, MRL_LIMIT_DENIED);
	fixture_close(&fixture);
}

static void zones_are_found_again(void **state)
{
	struct zone_fixture fixture;
	struct mrl_limit_zone zone;
	uint8_t key[16];
	(void)state;
	fixture_open(&fixture, 256, 14);
	struct mrl_limit_origin origin = fixture.origin;
	assert_int_equal(mrl_limit_zone_key(fixture.memory, fixture.bytes, key), MRL_OK);
	assert_memory_equal(key, origin.hash_key, 16);
	origin.now_ms += 86400000 + 60000;
	assert_int_equal(mrl_limit_zone_attach(fixture.memory, fixture.bytes, &fixture.sizes,
	                                       &origin, &zone),
	                 MRL_ERR_STATE);
	origin = fixture.origin;
	origin.boot_id[3] ^= 1;
	assert_int_equal(mrl_limit_zone_attach(fixture.memory, fixture.bytes, &fixture.sizes,
	                                       &origin, &zone),
	                 MRL_ERR_STATE);
	struct mrl_limit_zone_sizes sizes = fixture.sizes;
	sizes.cells = 30;
	assert_int_equal(mrl_limit_zone_attach(fixture.memory, fixture.bytes, &sizes,
	                                       &fixture.origin, &zone),
	                 MRL_ERR_STATE);
	((uint8_t *)fixture.memory)[0] ^= 1;
	assert_int_equal(mrl_limit_zone_key(fixture.memory, fixture.bytes, key), MRL_ERR_STATE);
	fixture_close(&fixture);
}

static void rows_end(void **state)
{
	struct zone_fixture fixture;
	char name[16];
	uint8_t ordinal;
	(void)state;
	fixture_open(&fixture, 256, 14);
	struct mrl_limit_rule rule = mrl_limit_rule(ten, 14);
	for (uint32_t i = 0; i < MRL_LIMIT_ROWS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "limit-%u", i);
		assert_int_equal(mrl_limit_zone_row(&fixture.zone, mrl_slice_text(name), &rule,
		                                    1000, &ordinal),
		                 MRL_OK);
		assert_int_equal(ordinal, i);
	}
	assert_int_equal(
		mrl_limit_zone_row(&fixture.zone, MRL_SLICE("more"), &rule, 1000, &ordinal),
		MRL_ERR_FULL);
	mrl_limit_zone_retire(&fixture.zone, 0xFFFF & ~4U, 1000);
	assert_int_equal(
		mrl_limit_zone_row(&fixture.zone, MRL_SLICE("more"), &rule, 60000, &ordinal),
		MRL_ERR_FULL);
	assert_int_equal(
		mrl_limit_zone_row(&fixture.zone, MRL_SLICE("more"), &rule, 66001, &ordinal),
		MRL_OK);
	assert_int_equal(ordinal, 2);
	fixture_close(&fixture);
}

/* The first stripe's lock stands at its first byte. */
static void locks_of_the_dead_are_taken_over(void **state)
{
	struct zone_fixture fixture;
	struct mrl_limit_zone_counts counts;
	struct mrl_limit_result result;
	(void)state;
	fixture_open(&fixture, 256, 14);
	struct mrl_limit_request request = fixture_request(&fixture, "a", ten, 1);
	uint32_t *lock = (uint32_t *)(void *)((uint8_t *)fixture.memory + 65536);
	*lock = 999;
	assert_int_equal(decide(&fixture, &request, 1).verdict, MRL_LIMIT_ADMITTED);
	mrl_limit_zone_count(&fixture.zone, &counts);
	assert_int_equal(counts.recoveries, 1);
	*lock = 555;
	assert_int_equal(mrl_limit_decide(&request, 1, &fixture.host, &result), MRL_ERR_BUSY);
	mrl_limit_zone_count(&fixture.zone, &counts);
	assert_int_equal(counts.busy, 1);
	*lock = 0;
	assert_int_equal(decide(&fixture, &request, 1).standings[0].remaining, 8);
	fixture_close(&fixture);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_refusal_burns_no_other),
		cmocka_unit_test(costs_are_charged_whole),
		cmocka_unit_test(shadows_neither_refuse_nor_charge),
		cmocka_unit_test(what_is_given_back_is_free),
		cmocka_unit_test(a_flood_resets_nobody),
		cmocka_unit_test(a_longer_window_keeps_its_entries),
		cmocka_unit_test(zones_are_found_again),
		cmocka_unit_test(rows_end),
		cmocka_unit_test(locks_of_the_dead_are_taken_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
