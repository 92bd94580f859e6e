/* Revocations in the trust zone: what matches, how entries grow and leave, the full table. */
#include "trust_fixture.h"

#define IAT 999999

static void revoke(struct fixture *fixture, enum mrl_trust_kind kind, const char *value,
                   uint64_t not_before_s, uint32_t expires_boot_s)
{
	const struct mrl_trust_entry entry = {kind, not_before_s, expires_boot_s};
	struct mrl_trust_rk rk = fixture_rk(kind, value);
	assert_int_equal(mrl_trust_insert(&fixture->writer, fixture->row, &rk, &entry, fixture_now),
	                 MRL_OK);
}

static bool is_revoked(const struct fixture *fixture, enum mrl_trust_kind kind, const char *value,
                       int64_t iat_s, uint32_t boot_s)
{
	struct mrl_trust_entry entry;
	struct mrl_trust_rk rk = fixture_rk(kind, value);
	return mrl_trust_revoked(&fixture->zone, &rk, iat_s, boot_s, &entry);
}

static void tokens_and_sessions_match_always(void **state)
{
	struct fixture fixture;
	(void)state;
	fixture_make(&fixture, MRL_TRUST_SLOTS_MIN);
	revoke(&fixture, MRL_TRUST_JTI, "t", 0, 200);
	revoke(&fixture, MRL_TRUST_SID, "s", 0, 200);
	revoke(&fixture, MRL_TRUST_SESSION, "h", 0, 200);
	assert_true(is_revoked(&fixture, MRL_TRUST_JTI, "t", INT64_MAX, 100));
	assert_true(is_revoked(&fixture, MRL_TRUST_SID, "s", INT64_MAX, 100));
	assert_true(is_revoked(&fixture, MRL_TRUST_SESSION, "h", INT64_MAX, 100));
	assert_false(is_revoked(&fixture, MRL_TRUST_JTI, "s", 0, 100));
	assert_false(is_revoked(&fixture, MRL_TRUST_SID, "t", 0, 100));
	free(fixture.memory);
}

static void subjects_match_what_was_issued_before(void **state)
{
	const enum mrl_trust_kind kinds[] = {MRL_TRUST_SUB, MRL_TRUST_CLIENT, MRL_TRUST_ISS};
	struct fixture fixture;
	(void)state;
	fixture_make(&fixture, MRL_TRUST_SLOTS_MIN);
	for (size_t i = 0; i < MRL_COUNT(kinds); i++) {
		revoke(&fixture, kinds[i], "v", 1000, 200);
		assert_true(is_revoked(&fixture, kinds[i], "v", 999, 100));
		assert_false(is_revoked(&fixture, kinds[i], "v", 1000, 100));
		assert_true(is_revoked(&fixture, kinds[i], "v", -5, 100));
	}
	free(fixture.memory);
}

static void an_entry_ends_by_expiry_and_only_grows(void **state)
{
	struct fixture fixture;
	(void)state;
	fixture_make(&fixture, MRL_TRUST_SLOTS_MIN);
	revoke(&fixture, MRL_TRUST_SUB, "u", 1000, 200);
	assert_true(is_revoked(&fixture, MRL_TRUST_SUB, "u", 0, 199));
	assert_false(is_revoked(&fixture, MRL_TRUST_SUB, "u", 0, 200));
	revoke(&fixture, MRL_TRUST_SUB, "u", 900, 150);
	assert_true(is_revoked(&fixture, MRL_TRUST_SUB, "u", 999, 199));
	revoke(&fixture, MRL_TRUST_SUB, "u", 1100, 300);
	assert_true(is_revoked(&fixture, MRL_TRUST_SUB, "u", 1099, 299));
	assert_int_equal(fixture.writer.used, 1);
	free(fixture.memory);
}

static void a_key_that_begins_with_zeros_is_found(void **state)
{
	struct fixture fixture;
	const struct mrl_trust_entry entry = {MRL_TRUST_JTI, 0, 200};
	struct mrl_trust_entry found;
	struct mrl_trust_rk rk = {{0}};
	(void)state;
	fixture_make(&fixture, MRL_TRUST_SLOTS_MIN);
	assert_false(mrl_trust_revoked(&fixture.zone, &rk, 0, 100, &found));
	assert_int_equal(mrl_trust_insert(&fixture.writer, fixture.row, &rk, &entry, fixture_now),
	                 MRL_OK);
	assert_true(mrl_trust_revoked(&fixture.zone, &rk, 0, 100, &found));
	free(fixture.memory);
}

static void the_epoch_grows_with_a_batch(void **state)
{
	struct fixture fixture;
	(void)state;
	fixture_make(&fixture, MRL_TRUST_SLOTS_MIN);
	mrl_trust_commit(&fixture.writer);
	uint64_t before = mrl_trust_epoch(&fixture.zone);
	assert_int_not_equal(before, 0);
	revoke(&fixture, MRL_TRUST_JTI, "t", 0, 200);
	revoke(&fixture, MRL_TRUST_JTI, "u", 0, 200);
	mrl_trust_commit(&fixture.writer);
	assert_int_equal(mrl_trust_epoch(&fixture.zone), before + 1);
	mrl_trust_commit(&fixture.writer);
	assert_int_equal(mrl_trust_epoch(&fixture.zone), before + 1);
	free(fixture.memory);
}

static enum mrl_err insert_number(struct fixture *fixture, uint64_t number,
                                  enum mrl_trust_kind kind, uint32_t expires_boot_s)
{
	const struct mrl_trust_entry entry = {kind, 1, expires_boot_s};
	struct mrl_trust_rk rk = fixture_number_rk(number);
	return mrl_trust_insert(&fixture->writer, fixture->row, &rk, &entry, fixture_now);
}

static bool has_number(const struct fixture *fixture, uint64_t number)
{
	struct mrl_trust_entry found;
	struct mrl_trust_rk rk = fixture_number_rk(number);
	return mrl_trust_revoked(&fixture->zone, &rk, 0, fixture_now.boot_s, &found);
}

static void a_quarter_expired_is_swept(void **state)
{
	struct fixture fixture;
	(void)state;
	fixture_make(&fixture, MRL_TRUST_SLOTS_MIN);
	for (uint64_t i = 0; i < 100; i++) {
		assert_int_equal(insert_number(&fixture, i, MRL_TRUST_JTI, i < 24 ? 150 : 300),
		                 MRL_OK);
	}
	mrl_trust_sweep(&fixture.writer, 150);
	assert_int_equal(fixture.writer.used, 100);
	assert_int_equal(insert_number(&fixture, 100, MRL_TRUST_JTI, 150), MRL_OK);
	mrl_trust_sweep(&fixture.writer, 150);
	assert_int_equal(fixture.writer.used, 76);
	for (uint64_t i = 24; i < 100; i++) {
		assert_true(has_number(&fixture, i));
	}
	free(fixture.memory);
}

static void a_full_table_first_drops_what_expired(void **state)
{
	struct fixture fixture;
	struct mrl_trust_counts counts;
	(void)state;
	fixture_make(&fixture, MRL_TRUST_SLOTS_MIN);
	for (uint64_t i = 0; i < fixture.writer.full; i++) {
		assert_int_equal(insert_number(&fixture, i, MRL_TRUST_JTI, i % 2 == 0 ? 50 : 300),
		                 MRL_OK);
	}
	assert_int_equal(insert_number(&fixture, 1000000, MRL_TRUST_JTI, 300), MRL_OK);
	assert_true(has_number(&fixture, 1000000));
	assert_true(has_number(&fixture, 1));
	mrl_trust_count(&fixture.zone, &counts);
	assert_int_equal(counts.collapses, 0);
	assert_int_equal(counts.used, fixture.writer.full / 2 + 1);
	free(fixture.memory);
}

static void single_tokens_become_one_for_their_issuer(void **state)
{
	struct fixture fixture;
	struct mrl_trust_counts counts;
	uint32_t other;
	const struct mrl_trust_entry entry = {MRL_TRUST_SID, 0, 300};
	struct mrl_trust_rk others = fixture_number_rk(5000000);
	(void)state;
	fixture_make(&fixture, MRL_TRUST_SLOTS_MIN);
	assert_int_equal(mrl_trust_row(&fixture.writer, MRL_SLICE("https://b"), &other), MRL_OK);
	assert_int_equal(mrl_trust_insert(&fixture.writer, other, &others, &entry, fixture_now),
	                 MRL_OK);
	revoke(&fixture, MRL_TRUST_SUB, "u", 1000, 200);
	for (uint64_t i = 0; i < fixture.writer.full; i++) {
		assert_int_equal(insert_number(&fixture, i, MRL_TRUST_JTI, 300), MRL_OK);
	}
	mrl_trust_count(&fixture.zone, &counts);
	assert_int_equal(counts.collapses, 1);
	assert_true(counts.used < 10);
	/* its tokens until now are refused, later ones and other issuers' are not */
	assert_true(is_revoked(&fixture, MRL_TRUST_ISS, "", (int64_t)fixture_now.unix_s, 100));
	assert_false(is_revoked(&fixture, MRL_TRUST_ISS, "", (int64_t)fixture_now.unix_s + 1, 100));
	assert_true(is_revoked(&fixture, MRL_TRUST_ISS, "", IAT, 299));
	assert_true(has_number(&fixture, 5000000));
	assert_true(is_revoked(&fixture, MRL_TRUST_SUB, "u", 999, 100));
	free(fixture.memory);
}

static void a_table_of_subjects_refuses_more(void **state)
{
	struct fixture fixture;
	(void)state;
	fixture_make(&fixture, MRL_TRUST_SLOTS_MIN);
	for (uint64_t i = 0; i < fixture.writer.full; i++) {
		assert_int_equal(insert_number(&fixture, i, MRL_TRUST_SUB, 300), MRL_OK);
	}
	assert_int_equal(insert_number(&fixture, 1000000, MRL_TRUST_SUB, 300), MRL_ERR_FULL);
	assert_false(has_number(&fixture, 1000000));
	assert_int_equal(insert_number(&fixture, 7, MRL_TRUST_SUB, 400), MRL_OK);
	free(fixture.memory);
}

static void the_next_writer_goes_on(void **state)
{
	struct fixture fixture;
	(void)state;
	fixture_make(&fixture, MRL_TRUST_SLOTS_MIN);
	revoke(&fixture, MRL_TRUST_JTI, "t", 0, 200);
	uint64_t before = mrl_trust_epoch(&fixture.zone);
	mrl_trust_writer(&fixture.zone, &fixture.writer);
	assert_int_equal(fixture.writer.used, 1);
	mrl_trust_commit(&fixture.writer);
	assert_int_equal(mrl_trust_epoch(&fixture.zone), before + 1);
	assert_true(is_revoked(&fixture, MRL_TRUST_JTI, "t", 0, 100));
	free(fixture.memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_and_sessions_match_always),
		cmocka_unit_test(subjects_match_what_was_issued_before),
		cmocka_unit_test(an_entry_ends_by_expiry_and_only_grows),
		cmocka_unit_test(a_key_that_begins_with_zeros_is_found),
		cmocka_unit_test(the_epoch_grows_with_a_batch),
		cmocka_unit_test(a_quarter_expired_is_swept),
		cmocka_unit_test(a_full_table_first_drops_what_expired),
		cmocka_unit_test(single_tokens_become_one_for_their_issuer),
		cmocka_unit_test(a_table_of_subjects_refuses_more),
		cmocka_unit_test(the_next_writer_goes_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
