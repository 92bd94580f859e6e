/* Reason phrases. */
#include "../check.h"

#include <merlon/http.h>

static void test_phrases(void **state)
{
	(void)state;
	check_slice(mrl_status_phrase(100), "Continue");
	check_slice(mrl_status_phrase(200), "OK");
	check_slice(mrl_status_phrase(308), "Permanent Redirect");
	check_slice(mrl_status_phrase(413), "Content Too Large");
	check_slice(mrl_status_phrase(417), "Expectation Failed");
	check_slice(mrl_status_phrase(421), "Misdirected Request");
	check_slice(mrl_status_phrase(422), "Unprocessable Content");
	check_slice(mrl_status_phrase(431), "Request Header Fields Too Large");
	check_slice(mrl_status_phrase(451), "Unavailable For Legal Reasons");
	check_slice(mrl_status_phrase(511), "Network Authentication Required");
}

/* The search finds each: as many as the registry has, in every class some. */
static void test_count(void **state)
{
	unsigned count[6] = {0};
	(void)state;
	for (uint16_t status = 0; status < 600; status++) {
		count[status / 100] += mrl_status_phrase(status).size != 0;
	}
	assert_int_equal(count[0], 0);
	assert_int_equal(count[1], 4);
	assert_int_equal(count[2], 10);
	assert_int_equal(count[3], 8);
	assert_int_equal(count[4], 28);
	assert_int_equal(count[5], 11);
}

static void test_unregistered(void **state)
{
	static const uint16_t others[] = {0,   99,  104, 209, 306, 418,
	                                  430, 499, 512, 600, 999, 65535};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(others); i++) {
		assert_int_equal(mrl_status_phrase(others[i]).size, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_phrases),
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_unregistered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
