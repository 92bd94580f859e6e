/* Methods. */
#include "../check.h"

#include <merlon/http.h>

static void test_round_trip(void **state)
{
	(void)state;
	for (unsigned i = 1; i < MRL_METHOD_COUNT; i++) {
		struct mrl_slice name = mrl_method_name((enum mrl_method)i);
		assert_true(name.size >= 3);
		assert_int_equal(mrl_method_of(name), i);
		assert_int_equal(mrl_method_of(mrl_slice_sub(name, 0, name.size - 1)), 0);
	}
	check_slice(mrl_method_name(MRL_METHOD_GET), "GET");
	check_slice(mrl_method_name(MRL_METHOD_CONNECT), "CONNECT");
	check_slice(mrl_method_name(MRL_METHOD_OTHER), "");
	check_slice(mrl_method_name((enum mrl_method)MRL_METHOD_COUNT), "");
}

static void test_others(void **state)
{
	static const char *const others[] = {"",         "get", "Get",   "GETT", "GET ",  " GET",
	                                     "PROPFIND", "FOO", "PURGE", "HEAd", "OPTION"};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(others); i++) {
		check_row(mrl_method_of(mrl_slice_text(others[i])) == MRL_METHOD_OTHER, others[i]);
	}
	assert_int_equal(mrl_method_of(MRL_SLICE_NONE), MRL_METHOD_OTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
