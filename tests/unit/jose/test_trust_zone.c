/* The trust zone: keys of entries, what is opened, rows. */
#include "trust_fixture.h"

static void check_rk(enum mrl_trust_kind kind, const char *value, const char *hex)
{
	uint8_t memory[32];
	struct mrl_buffer text = mrl_buffer(memory, sizeof(memory));
	struct mrl_trust_rk rk = fixture_rk(kind, value);
	mrl_buffer_hex(&text, mrl_slice(rk.bytes, sizeof(rk.bytes)));
	check_slice(mrl_buffer_slice(&text), hex);
}

static void keys_are_as_published(void **state)
{
	(void)state;
	check_rk(MRL_TRUST_JTI, "Zk3v8hQxTnWc1mUeJpRs0A", "26d72c0fe1f0d098b4f9a46c3eeb8b0f");
	check_rk(MRL_TRUST_SUB, "u-42", "2534e66ea97f357c4247752ef17205a6");
	struct mrl_trust_rk jti = fixture_rk(MRL_TRUST_JTI, "u-42");
	struct mrl_trust_rk sub = fixture_rk(MRL_TRUST_SUB, "u-42");
	assert_memory_not_equal(jti.bytes, sub.bytes, sizeof(jti.bytes));
}

static void too_long_a_value_has_no_key(void **state)
{
	static uint8_t text[4096];
	struct mrl_trust_rk rk;
	(void)state;
	assert_int_equal(mrl_trust_rk(MRL_TRUST_SUB, MRL_SLICE(ISSUER), mrl_slice(text, 255), &rk),
	                 MRL_OK);
	assert_int_equal(mrl_trust_rk(MRL_TRUST_SUB, MRL_SLICE(ISSUER), mrl_slice(text, 4096), &rk),
	                 MRL_ERR_LIMIT);
}

static void what_is_not_ours_is_not_opened(void **state)
{
	struct fixture fixture;
	struct mrl_trust_zone zone;
	uint8_t other_boot[16] = {7, 2};
	(void)state;
	fixture_make(&fixture, MRL_TRUST_SLOTS_MIN);
	uint8_t *memory = fixture.memory;
	assert_int_equal(mrl_trust_open(memory, fixture.bytes, other_boot, &zone), MRL_ERR_STATE);
	assert_int_equal(mrl_trust_open(memory, fixture.bytes - 1, fixture_boot, &zone),
	                 MRL_ERR_STATE);
	assert_int_equal(mrl_trust_open(memory, 8, fixture_boot, &zone), MRL_ERR_STATE);
	for (size_t i = 0; i < 24; i++) { /* magic, layout, slots, size */
		memory[i] ^= 1;
		assert_int_equal(mrl_trust_open(memory, fixture.bytes, fixture_boot, &zone),
		                 MRL_ERR_STATE);
		memory[i] ^= 1;
	}
	assert_int_equal(mrl_trust_open(memory, fixture.bytes, fixture_boot, &zone), MRL_OK);
	assert_memory_equal(mrl_trust_nonce_key(&zone), fixture_nonce, 32);
	free(fixture.memory);
}

static void a_row_stays_its_issuers(void **state)
{
	struct fixture fixture;
	uint32_t row, found;
	(void)state;
	fixture_make(&fixture, MRL_TRUST_SLOTS_MIN);
	struct mrl_trust_rk iss = fixture_rk(MRL_TRUST_ISS, "");
	assert_true(mrl_trust_find(&fixture.zone, &iss, &found));
	assert_int_equal(found, fixture.row);
	assert_int_equal(mrl_trust_row(&fixture.writer, MRL_SLICE("https://b"), &row), MRL_OK);
	assert_int_not_equal(row, fixture.row);
	check_slice(mrl_trust_row_url(&fixture.zone, row), "https://b");
	mrl_trust_row_drop(&fixture.writer, fixture.row);
	assert_false(mrl_trust_find(&fixture.zone, &iss, &found));
	assert_int_equal(mrl_trust_row_url(&fixture.zone, fixture.row).size, 0);
	free(fixture.memory);
}

static void there_are_sixteen_rows(void **state)
{
	struct fixture fixture;
	uint32_t row;
	char url[16] = "https://i-a";
	(void)state;
	fixture_make(&fixture, MRL_TRUST_SLOTS_MIN);
	for (int i = 1; i < MRL_TRUST_ISSUERS; i++) {
		url[10] = (char)('a' + i);
		assert_int_equal(mrl_trust_row(&fixture.writer, mrl_slice_text(url), &row), MRL_OK);
	}
	assert_int_equal(mrl_trust_row(&fixture.writer, MRL_SLICE("https://more"), &row),
	                 MRL_ERR_FULL);
	assert_int_equal(mrl_trust_row(&fixture.writer, mrl_slice_text(url), &row), MRL_OK);
	assert_int_equal(mrl_trust_row(&fixture.writer, MRL_SLICE_NONE, &row), MRL_ERR_LIMIT);
	free(fixture.memory);
}

static void coverage_is_of_a_row(void **state)
{
	struct fixture fixture;
	uint32_t row;
	(void)state;
	fixture_make(&fixture, MRL_TRUST_SLOTS_MIN);
	assert_int_equal(mrl_trust_row(&fixture.writer, MRL_SLICE("https://b"), &row), MRL_OK);
	mrl_trust_cover(&fixture.writer, fixture.row, 5000);
	assert_int_equal(mrl_trust_covered_until_ms(&fixture.zone, fixture.row), 5000);
	assert_int_equal(mrl_trust_covered_until_ms(&fixture.zone, row), 0);
	free(fixture.memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_as_published),
		cmocka_unit_test(too_long_a_value_has_no_key),
		cmocka_unit_test(what_is_not_ours_is_not_opened),
		cmocka_unit_test(a_row_stays_its_issuers),
		cmocka_unit_test(there_are_sixteen_rows),
		cmocka_unit_test(coverage_is_of_a_row),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
