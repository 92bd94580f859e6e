/* Slices and plain numbers. */
#include "../check.h"

static void test_equal(void **state)
{
	(void)state;
	assert_true(mrl_slice_equal(MRL_SLICE("ab"), MRL_SLICE("ab")));
	assert_true(mrl_slice_equal(MRL_SLICE_NONE, MRL_SLICE("")));
	assert_false(mrl_slice_equal(MRL_SLICE("ab"), MRL_SLICE("aB")));
	assert_false(mrl_slice_equal(MRL_SLICE("ab"), MRL_SLICE("abc")));
	assert_true(mrl_slice_equal_nocase(MRL_SLICE("aB-1"), MRL_SLICE("Ab-1")));
	/* '@' and '`', '[' and '{' differ by the case bit only. */
	assert_false(mrl_slice_equal_nocase(MRL_SLICE("@"), MRL_SLICE("`")));
	assert_false(mrl_slice_equal_nocase(MRL_SLICE("["), MRL_SLICE("{")));
	assert_false(mrl_slice_equal_nocase(MRL_SLICE("a"), MRL_SLICE("aa")));
}

static void test_sub_clamps(void **state)
{
	struct mrl_slice text = MRL_SLICE("merlon");
	(void)state;
	check_slice(mrl_slice_sub(text, 1, 2), "er");
	check_slice(mrl_slice_sub(text, 4, 100), "on");
	check_slice(mrl_slice_sub(text, 6, 1), "");
	check_slice(mrl_slice_sub(text, 7, SIZE_MAX), "");
	check_slice(mrl_slice_from(text, SIZE_MAX), "");
	check_slice(mrl_slice_from(MRL_SLICE_NONE, 3), "");
}

static void test_starts_ends(void **state)
{
	(void)state;
	assert_true(mrl_slice_starts(MRL_SLICE("x-user-id"), MRL_SLICE("x-user-")));
	assert_true(mrl_slice_starts(MRL_SLICE("x"), MRL_SLICE("")));
	assert_false(mrl_slice_starts(MRL_SLICE("x-use"), MRL_SLICE("x-user")));
	assert_true(mrl_slice_ends(MRL_SLICE("a.json"), MRL_SLICE(".json")));
	assert_false(mrl_slice_ends(MRL_SLICE("json"), MRL_SLICE(".json")));
	assert_true(mrl_slice_ends(MRL_SLICE_NONE, MRL_SLICE("")));
}

static void test_compare(void **state)
{
	(void)state;
	assert_true(mrl_slice_compare(MRL_SLICE("a"), MRL_SLICE("b")) < 0);
	assert_true(mrl_slice_compare(MRL_SLICE("a"), MRL_SLICE("ab")) < 0);
	assert_true(mrl_slice_compare(MRL_SLICE("\xFF"), MRL_SLICE("a")) > 0);
	assert_true(mrl_slice_compare(MRL_SLICE_NONE, MRL_SLICE("a")) < 0);
	assert_int_equal(mrl_slice_compare(MRL_SLICE("ab"), MRL_SLICE("ab")), 0);
	assert_int_equal(mrl_slice_compare(MRL_SLICE_NONE, MRL_SLICE("")), 0);
}

static void test_find(void **state)
{
	(void)state;
	assert_int_equal(mrl_slice_find(MRL_SLICE("a=b=c"), '='), 1);
	assert_int_equal(mrl_slice_find(MRL_SLICE("abc"), '='), 3);
	assert_int_equal(mrl_slice_find(MRL_SLICE_NONE, '='), 0);
	assert_int_equal(mrl_slice_find_text(MRL_SLICE("https://a"), MRL_SLICE("://")), 5);
	assert_int_equal(mrl_slice_find_text(MRL_SLICE("https:/a"), MRL_SLICE("://")), 8);
	assert_int_equal(mrl_slice_find_text(MRL_SLICE("ab"), MRL_SLICE("")), 0);
	assert_int_equal(mrl_slice_find_text(MRL_SLICE_NONE, MRL_SLICE("a")), 0);
}

static void test_trim(void **state)
{
	(void)state;
	check_slice(mrl_slice_trim(MRL_SLICE(" \t a b\t ")), "a b");
	check_slice(mrl_slice_trim(MRL_SLICE("\r\na\v")), "\r\na\v");
	check_slice(mrl_slice_trim(MRL_SLICE(" \t ")), "");
	check_slice(mrl_slice_trim(MRL_SLICE_NONE), "");
}

static void test_parse_u64(void **state)
{
	static const char *const bad[] = {"",
	                                  "+1",
	                                  "-1",
	                                  " 1",
	                                  "1 ",
	                                  "0x1",
	                                  "1.0",
	                                  "18446744073709551616",
	                                  "99999999999999999999"};
	uint64_t number = 7;
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		check_row(!mrl_parse_u64(mrl_slice_text(bad[i]), &number), bad[i]);
		assert_int_equal(number, 7);
	}
	assert_true(mrl_parse_u64(MRL_SLICE("18446744073709551615"), &number));
	assert_true(number == UINT64_MAX);
	assert_true(mrl_parse_u64(MRL_SLICE("007"), &number));
	assert_int_equal(number, 7);
}

static void test_sizes(void **state)
{
	size_t size = 7;
	(void)state;
	assert_false(mrl_size_add(SIZE_MAX, 1, &size));
	assert_false(mrl_size_mul(SIZE_MAX, 2, &size));
	assert_int_equal(size, 7);
	assert_true(mrl_size_add(SIZE_MAX - 1, 1, &size));
	assert_true(size == SIZE_MAX);
	assert_true(mrl_size_mul(SIZE_MAX, 0, &size));
	assert_int_equal(size, 0);
}

static void test_bytes(void **state)
{
	(void)state;
	for (unsigned byte = 0; byte < 256; byte++) {
		bool upper = byte >= 'A' && byte <= 'Z';
		assert_int_equal(mrl_lower((uint8_t)byte), upper ? byte + 32 : byte);
		assert_int_equal(mrl_is_digit((uint8_t)byte), byte >= '0' && byte <= '9');
	}
	assert_int_equal(mrl_hex_value('0'), 0);
	assert_int_equal(mrl_hex_value('f'), 15);
	assert_int_equal(mrl_hex_value('F'), 15);
	assert_int_equal(mrl_hex_value('g'), -1);
	assert_int_equal(mrl_hex_value('@'), -1);
	assert_int_equal(mrl_hex_value('/'), -1);
	assert_int_equal(mrl_hex_value(':'), -1);
}

static void test_hash(void **state)
{
	(void)state;
	assert_int_equal(mrl_hash_text(MRL_SLICE("a")), mrl_hash_text(MRL_SLICE("a")));
	assert_true(mrl_hash_text(MRL_SLICE("a")) != mrl_hash_text(MRL_SLICE("b")));
	assert_int_equal(mrl_hash_text(MRL_SLICE_NONE), mrl_hash_text(MRL_SLICE("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal),       cmocka_unit_test(test_sub_clamps),
		cmocka_unit_test(test_starts_ends), cmocka_unit_test(test_compare),
		cmocka_unit_test(test_find),        cmocka_unit_test(test_trim),
		cmocka_unit_test(test_parse_u64),   cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_bytes),       cmocka_unit_test(test_hash),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
