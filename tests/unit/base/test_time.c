/* Dates, compared with the C library's calendar day by day. */
#include "../check.h"

#include <stdio.h>
#include <time.h>

static void test_every_day(void **state)
{
	int64_t days;
	(void)state;
	for (int64_t day = 0; day < 200000; day++) {
		time_t seconds = (time_t)day * 86400;
		struct tm tm;
		char text[40];
		gmtime_r(&seconds, &tm);
		int size = snprintf(text, sizeof(text), "%04d-%02d-%02d", tm.tm_year + 1900,
		                    tm.tm_mon + 1, tm.tm_mday);
		assert_true(mrl_date_parse(mrl_slice(text, (size_t)size), &days));
		assert_int_equal(days, day);
	}
}

static void test_no_dates(void **state)
{
	static const char *const bad[] = {
		"",           "2027-02-29",  "2100-02-29",  "2027-04-31",
		"2027-00-01", "2027-13-01",  "2027-01-00",  "2027-01-32",
		"1969-12-31", "2027-1-01",   "2027/01/01",  "2027-01-1 ",
		"2027-01-+1", "12027-01-01", "2027-01-01T", " 2027-01-01",
		"2O27-01-01", "0000-01-01",
	};
	int64_t days = 7;
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		check_row(!mrl_date_parse(mrl_slice_text(bad[i]), &days), bad[i]);
		assert_int_equal(days, 7);
	}
}

static void test_edges(void **state)
{
	int64_t days;
	(void)state;
	assert_true(mrl_date_parse(MRL_SLICE("1970-01-01"), &days));
	assert_int_equal(days, 0);
	assert_true(mrl_date_parse(MRL_SLICE("2000-02-29"), &days));
	assert_int_equal(days, 11016);
	assert_true(mrl_date_parse(MRL_SLICE("9999-12-31"), &days));
	assert_int_equal(days, 2932896);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_day),
		cmocka_unit_test(test_no_dates),
		cmocka_unit_test(test_edges),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
