/* Dates, times and durations of RFC 3339. */
#include "format_rows.h"

static void takes_real_days(void **state)
{
	(void)state;
	static const struct format_row rows[] = {
		{"2020-02-29", "2021-02-29"},      {"2000-02-29", "1900-02-29"},
		{"2024-04-30", "2024-04-31"},      {"2024-12-31", "2024-12-32"},
		{"2024-01-01", "2024-00-01"},      {"0000-01-01", "2024-01-00"},
		{"9999-12-31", "9999-13-31"},      {"1970-01-01", "1970-01-01\n"},
		{"1969-12-31", "1969-12-3"},       {"2024-10-10", "2024/10/10"},
		{"2024-10-10", "2024-1a-10"},      {"2024-10-10", "-2024-10-10"},
		{"2024-10-10", "2\xd9\xa0-10-10"},
	};
	check_format_rows(mrl_format_date, rows);
}

static void takes_times(void **state)
{
	(void)state;
	static const struct format_row rows[] = {
		{"00:00:00Z", "00:00:00"},
		{"23:59:59z", "24:00:00z"},
		{"12:30:00.5Z", "12:30:00.Z"},
		{"12:30:00.123456789Z", "12:30:00,5Z"},
		{"12:30:00+00:00", "12:30:00+24:00"},
		{"12:30:00-23:59", "12:30:00-23:60"},
		{"12:30:00-00:00", "12:30:00\xe2\x88\x92"
	                           "00:00"},
		{"12:30:00Z", "12:60:00Z"},
		{"12:30:59Z", "12:30:61Z"},
		{"12:30:00Z", "12:30:00Z\n"},
		{"12:30:00Z", "12.30:00Z"},
		{"12:30:00+01:00", "12:30:00+0100"},
		{"12:30:00Z", ""},
		{"12:30:00Z", "1:30:00Z"},
	};
	check_format_rows(mrl_format_time, rows);
}

static void takes_leap_seconds_at_midnight_of_utc(void **state)
{
	(void)state;
	static const struct format_row rows[] = {
		{"23:59:60Z", "22:59:60Z"},           {"23:59:60.5Z", "23:58:60.5Z"},
		{"00:59:60+01:00", "23:59:60+01:00"}, {"15:59:60-08:00", "15:59:60+08:00"},
		{"22:29:60-01:30", "22:30:60-01:30"},
	};
	check_format_rows(mrl_format_time, rows);
}

static void takes_dates_with_times(void **state)
{
	(void)state;
	static const struct format_row rows[] = {
		{"2024-02-29T12:00:00Z", "2023-02-29T12:00:00Z"},
		{"2024-02-29t12:00:00z", "2024-02-29 12:00:00Z"},
		{"2024-02-29T12:00:00.25+05:30", "2024-02-29T12:00:00.25+5:30"},
		{"2016-12-31T23:59:60Z", "2016-12-31T23:59:61Z"},
		{"2024-02-29T12:00:00Z", "2024-02-29T"},
		{"2024-02-29T12:00:00Z", "2024-02-29T12:00:00Z\n"},
		{"2024-02-29T12:00:00Z", "2024-060T12:00:00Z"},
	};
	check_format_rows(mrl_format_date_time, rows);
}

#define DIGITS_40 "0123456789012345678901234567890123456789"

static void bounds_fractions(void **state)
{
	(void)state;
	static const struct format_row rows[] = {
		{"12:30:00." DIGITS_40 "01234567890123Z", "12:30:00." DIGITS_40 "012345678901234Z"},
	};
	check_format_rows(mrl_format_time, rows);
	assert_int_equal(strlen(rows[0].good), 64);
}

static void takes_durations_without_gaps(void **state)
{
	(void)state;
	static const struct format_row rows[] = {
		{"P1Y2M3DT4H5M6S", "P1Y3DT4H5M6S"},
		{"P1Y", "P1y"},
		{"P2W", "P2W1D"},
		{"PT0S", "PT"},
		{"PT1H2M", "PT1H2S"},
		{"P1M", "P1M1Y"},
		{"P1DT1S", "P1D1S"},
		{"P01D", "P1.5D"},
		{"P1D", "-P1D"},
		{"P1D", "P1D\n"},
		{"P1D", "P"},
		{"PT1M", "PT1MT1S"},
		{"P1D", "P1D1D"},
		{"P1D", "P1DT"},
		{"P1D", "PD"},
	};
	check_format_rows(mrl_format_duration, rows);
	assert_false(format_valid(mrl_format_duration, MRL_SLICE("P1\0"), MRL_DIALECT_7));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_real_days),
		cmocka_unit_test(takes_times),
		cmocka_unit_test(takes_leap_seconds_at_midnight_of_utc),
		cmocka_unit_test(takes_dates_with_times),
		cmocka_unit_test(bounds_fractions),
		cmocka_unit_test(takes_durations_without_gaps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
