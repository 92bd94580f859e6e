/* The bounded writer, and the names of statuses. */
#include "../check.h"

static void test_numbers(void **state)
{
	uint8_t memory[200];
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	(void)state;
	mrl_buffer_u64(&buffer, 0);
	mrl_buffer_byte(&buffer, ' ');
	mrl_buffer_u64(&buffer, UINT64_MAX);
	mrl_buffer_byte(&buffer, ' ');
	mrl_buffer_i64(&buffer, INT64_MIN);
	mrl_buffer_byte(&buffer, ' ');
	mrl_buffer_i64(&buffer, -1);
	mrl_buffer_byte(&buffer, ' ');
	mrl_buffer_i64(&buffer, INT64_MAX);
	MRL_PUT(&buffer, " ");
	mrl_buffer_hex(&buffer, MRL_SLICE("\x00\x7F\xFF"));
	assert_false(buffer.overflow);
	check_slice(mrl_buffer_slice(&buffer), "0 18446744073709551615 -9223372036854775808 -1 "
	                                       "9223372036854775807 007fff");
}

static void test_exact_fit(void **state)
{
	uint8_t memory[8] = {0};
	struct mrl_buffer buffer = mrl_buffer(memory, 7);
	(void)state;
	MRL_PUT(&buffer, "seven 7");
	assert_false(buffer.overflow);
	mrl_buffer_put(&buffer, MRL_SLICE_NONE);
	assert_false(buffer.overflow);
	mrl_buffer_byte(&buffer, '!');
	assert_true(buffer.overflow);
	assert_int_equal(memory[7], 0);
	check_slice(mrl_buffer_slice(&buffer), "seven 7");
}

static void test_overflow_drops_whole(void **state)
{
	uint8_t memory[7];
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	(void)state;
	MRL_PUT(&buffer, "abc");
	MRL_PUT(&buffer, "defgh");
	assert_true(buffer.overflow);
	check_slice(mrl_buffer_slice(&buffer), "abc");
	MRL_PUT(&buffer, "de");
	assert_true(buffer.overflow);
	check_slice(mrl_buffer_slice(&buffer), "abcde");
}

static void test_no_memory_at_all(void **state)
{
	struct mrl_buffer buffer = mrl_buffer(NULL, 0);
	(void)state;
	mrl_buffer_put(&buffer, MRL_SLICE_NONE);
	assert_false(buffer.overflow);
	mrl_buffer_u64(&buffer, 1);
	assert_true(buffer.overflow);
	assert_int_equal(buffer.size, 0);
}

static void test_err_names(void **state)
{
	(void)state;
	assert_string_equal(mrl_err_name(MRL_OK), "ok");
	assert_string_equal(mrl_err_name(MRL_ERR_MEMORY), "memory");
	assert_string_equal(mrl_err_name(MRL_ERR_BUG), "bug");
	assert_string_equal(mrl_err_name((enum mrl_err)(MRL_ERR_BUSY + 1)), "unknown");
	assert_string_equal(mrl_err_name((enum mrl_err) - 1), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_exact_fit),
		cmocka_unit_test(test_overflow_drops_whole),
		cmocka_unit_test(test_no_memory_at_all),
		cmocka_unit_test(test_err_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
