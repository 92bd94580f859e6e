/* Keys of issuers in the trust zone. */
#include "trust_fixture.h"

static uint8_t memory[MRL_TRUST_KEYS_BYTES];

static void check_keys(const struct fixture *fixture, const char *text, uint32_t generation)
{
	struct mrl_slice found;
	uint32_t number;
	assert_int_equal(mrl_trust_keys(&fixture->zone, fixture->row, memory, &number, &found),
	                 MRL_OK);
	check_slice(found, text);
	assert_int_equal(number, generation);
	assert_int_equal(mrl_trust_generation(&fixture->zone, fixture->row), generation);
}

static void each_set_has_its_generation(void **state)
{
	struct fixture fixture;
	struct mrl_slice found;
	uint32_t number;
	(void)state;
	fixture_make(&fixture, MRL_TRUST_SLOTS_MIN);
	assert_int_equal(mrl_trust_generation(&fixture.zone, fixture.row), 0);
	assert_int_equal(mrl_trust_keys(&fixture.zone, fixture.row, memory, &number, &found),
	                 MRL_ERR_NOT_FOUND);
	assert_int_equal(mrl_trust_keys_put(&fixture.writer, fixture.row, MRL_SLICE("one")),
	                 MRL_OK);
	check_keys(&fixture, "one", 1);
	assert_int_equal(mrl_trust_keys_put(&fixture.writer, fixture.row, MRL_SLICE("two, longer")),
	                 MRL_OK);
	check_keys(&fixture, "two, longer", 2);
	assert_int_equal(mrl_trust_keys_put(&fixture.writer, fixture.row, MRL_SLICE("3")), MRL_OK);
	check_keys(&fixture, "3", 3);
	free(fixture.memory);
}

static void dropped_keys_are_gone_and_do_not_come_back_as_old(void **state)
{
	struct fixture fixture;
	struct mrl_slice found;
	uint32_t number;
	(void)state;
	fixture_make(&fixture, MRL_TRUST_SLOTS_MIN);
	assert_int_equal(mrl_trust_keys_put(&fixture.writer, fixture.row, MRL_SLICE("one")),
	                 MRL_OK);
	assert_int_equal(mrl_trust_keys_put(&fixture.writer, fixture.row, MRL_SLICE_NONE), MRL_OK);
	assert_int_equal(mrl_trust_generation(&fixture.zone, fixture.row), 0);
	assert_int_equal(mrl_trust_keys(&fixture.zone, fixture.row, memory, &number, &found),
	                 MRL_ERR_NOT_FOUND);
	assert_int_equal(mrl_trust_keys_put(&fixture.writer, fixture.row, MRL_SLICE("one")),
	                 MRL_OK);
	check_keys(&fixture, "one", 3);
	free(fixture.memory);
}

static void a_set_may_be_128_kib_and_no_more(void **state)
{
	static uint8_t text[MRL_TRUST_KEYS_BYTES + 1];
	struct fixture fixture;
	struct mrl_slice found;
	uint32_t number;
	(void)state;
	fixture_make(&fixture, MRL_TRUST_SLOTS_MIN);
	memset(text, 'x', sizeof(text));
	assert_int_equal(mrl_trust_keys_put(&fixture.writer, fixture.row,
	                                    mrl_slice(text, MRL_TRUST_KEYS_BYTES)),
	                 MRL_OK);
	assert_int_equal(mrl_trust_keys(&fixture.zone, fixture.row, memory, &number, &found),
	                 MRL_OK);
	assert_int_equal(found.size, MRL_TRUST_KEYS_BYTES);
	assert_memory_equal(found.data, text, found.size);
	assert_int_equal(
		mrl_trust_keys_put(&fixture.writer, fixture.row, mrl_slice(text, sizeof(text))),
		MRL_ERR_LIMIT);
	assert_int_equal(mrl_trust_generation(&fixture.zone, fixture.row), 1);
	free(fixture.memory);
}

static void downloads_and_asks_are_counted(void **state)
{
	struct fixture fixture;
	uint32_t ask[MRL_TRUST_ISSUERS] = {0};
	(void)state;
	fixture_make(&fixture, MRL_TRUST_SLOTS_MIN);
	mrl_trust_download_began(&fixture.writer, fixture.row, 77);
	assert_int_equal(mrl_trust_downloads(&fixture.zone, fixture.row).began_ms, 77);
	assert_int_equal(mrl_trust_downloads(&fixture.zone, fixture.row).ended, 0);
	mrl_trust_download_ended(&fixture.writer, fixture.row);
	assert_int_equal(mrl_trust_downloads(&fixture.zone, fixture.row).ended, 1);
	mrl_trust_ask(ask, 3);
	mrl_trust_ask(ask, 3);
	assert_int_equal(mrl_trust_asked(ask, 3), 2);
	assert_int_equal(mrl_trust_asked(ask, 2), 0);
	free(fixture.memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_set_has_its_generation),
		cmocka_unit_test(dropped_keys_are_gone_and_do_not_come_back_as_old),
		cmocka_unit_test(a_set_may_be_128_kib_and_no_more),
		cmocka_unit_test(downloads_and_asks_are_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
