/* What a look at a zone shows, and what is forgotten. */
#include "zone_fixture.h"

static const struct mrl_limit_rate ten = {10, 60000};

struct sights {
	struct mrl_limit_seen last;
	uint32_t count, overflows;
	uint64_t units;
};

static void see(void *context, const struct mrl_limit_seen *seen)
{
	struct sights *sights = context;
	sights->last = *seen;
	sights->count++;
	sights->overflows += seen->overflow;
	sights->units += seen->units;
}

static struct sights look(struct zone_fixture *fixture, uint8_t ordinal)
{
	struct sights sights = {.count = 0};
	mrl_limit_zone_each(&fixture->zone, ordinal, fixture->now_ms, see, &sights);
	return sights;
}

static void charge(struct zone_fixture *fixture, const struct mrl_limit_request *request)
{
	struct mrl_limit_result result;
	assert_int_equal(mrl_limit_decide(request, 1, &fixture->host, &result), MRL_OK);
}

static void a_key_is_seen_while_it_counts(void **state)
{
	struct zone_fixture fixture;
	struct mrl_limit_rule rule;
	uint8_t ordinal = 9;
	(void)state;
	fixture_open(&fixture, 256, 14);
	struct mrl_limit_request request = fixture_request(&fixture, "a", ten, 1);
	struct mrl_limit_request other = fixture_request(&fixture, "b", ten, 1);
	request.cost = 4;
	charge(&fixture, &request);
	charge(&fixture, &other);
	assert_true(mrl_limit_zone_row_of(&fixture.zone, MRL_SLICE("a"), &rule, &ordinal));
	assert_int_equal(ordinal, request.ordinal);
	assert_int_equal(rule.units, 10);
	assert_false(mrl_limit_zone_row_of(&fixture.zone, MRL_SLICE("c"), &rule, &ordinal));
	fixture.now_ms += 60000;
	struct sights sights = look(&fixture, request.ordinal);
	assert_int_equal(sights.count, 1);
	assert_int_equal(sights.last.units, 4);
	assert_int_equal(sights.last.reset_ms, 1);
	assert_true(sights.last.tag == request.key.low && !sights.last.overflow);
	fixture.now_ms += 1;
	assert_int_equal(look(&fixture, request.ordinal).count, 0);
	fixture_close(&fixture);
}

static void what_is_cleared_can_be_charged_in_full(void **state)
{
	struct zone_fixture fixture;
	uint32_t units = 99;
	(void)state;
	fixture_open(&fixture, 256, 14);
	struct mrl_limit_request request = fixture_request(&fixture, "a", ten, 1);
	request.cost = 10;
	charge(&fixture, &request);
	assert_int_equal(mrl_limit_zone_clear(&fixture.zone, request.ordinal, request.key.low + 1,
	                                      &fixture.host, &units),
	                 MRL_OK);
	assert_int_equal(units, 0);
	assert_int_equal(look(&fixture, request.ordinal).units, 10);
	assert_int_equal(mrl_limit_zone_clear(&fixture.zone, request.ordinal, request.key.low,
	                                      &fixture.host, &units),
	                 MRL_OK);
	assert_int_equal(units, 10);
	assert_int_equal(look(&fixture, request.ordinal).count, 0);
	charge(&fixture, &request);
	assert_int_equal(look(&fixture, request.ordinal).units, 10);
	fixture_close(&fixture);
}

static void keys_without_room_are_seen_together(void **state)
{
	struct zone_fixture fixture;
	(void)state;
	fixture_open(&fixture, 256, 14);
	struct mrl_limit_request request = fixture_request(&fixture, "a", ten, 1);
	for (uint64_t key = 0; key < 300; key++) {
		request = fixture_request(&fixture, "a", ten, key);
		charge(&fixture, &request);
	}
	struct sights sights = look(&fixture, request.ordinal);
	assert_int_equal(sights.overflows, 1);
	assert_in_range(sights.count, 200, 257);
	fixture_close(&fixture);
}

static void damage_shows_no_more_than_cells(void **state)
{
	struct zone_fixture fixture;
	(void)state;
	fixture_open(&fixture, 256, 14);
	struct mrl_limit_request request = fixture_request(&fixture, "a", ten, 1);
	charge(&fixture, &request);
	memset((uint8_t *)fixture.memory + 65536 + 64, 0xFF, fixture.bytes - 65536 - 64);
	assert_int_equal(look(&fixture, request.ordinal).count, 0);
	assert_in_range(look(&fixture, 15).count, 0, 257);
	fixture_close(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_seen_while_it_counts),
		cmocka_unit_test(what_is_cleared_can_be_charged_in_full),
		cmocka_unit_test(keys_without_room_are_seen_together),
		cmocka_unit_test(damage_shows_no_more_than_cells),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
