/* Formats of numbers, by their text. */
#include "format_rows.h"

static void takes_integers_in_range(void **state)
{
	(void)state;
	static const struct {
		mrl_format_function *valid;
		struct format_row rows[3];
	} formats[] = {
		{mrl_format_int8, {{"127", "128"}, {"-128", "-129"}, {"0", "1.0"}}},
		{mrl_format_int16, {{"32767", "32768"}, {"-32768", "-32769"}, {"0", "1e1"}}},
		{mrl_format_int32,
	         {{"2147483647", "2147483648"}, {"-2147483648", "-2147483649"}, {"-0", "0.0"}}},
		{mrl_format_int64,
	         {{"9223372036854775807", "9223372036854775808"},
	          {"-9223372036854775808", "-9223372036854775809"},
	          {"0", "1E0"}}},
		{mrl_format_uint8, {{"255", "256"}, {"-0", "-1"}, {"0", ""}}},
		{mrl_format_uint16, {{"65535", "65536"}, {"-0", "-1"}, {"0", "-"}}},
		{mrl_format_uint32, {{"4294967295", "4294967296"}, {"-0", "-1"}, {"0", "+0"}}},
		{mrl_format_uint64,
	         {{"18446744073709551615", "18446744073709551616"}, {"-0", "-1"}, {"0", "0\n"}}},
	};
	for (size_t at = 0; at < MRL_COUNT(formats); at++) {
		check_format_rows(formats[at].valid, formats[at].rows);
	}
}

static void takes_floats(void **state)
{
	(void)state;
	static const struct format_row rows[] = {
		{"3.4028234663852886e38", "3.4028234663852887e38"},
		{"-3.4028234663852886e38", "-3.4028234663852887e38"},
		{"340282346638528859811704183484516925440", "1e39"},
		{"1e-999", "1e999"},
		{"0", ""},
		{"0.1", ".1"},
	};
	check_format_rows(mrl_format_float, rows);
}

static void takes_doubles(void **state)
{
	(void)state;
	static const struct format_row rows[] = {
		{"1.7976931348623157e308", "1.7976931348623158e308"},
		{"-1.7976931348623157e308", "-1e309"},
		{"5e-324", "4e-324"},
		{"0e-400", "1e-400"},
		{"0", "0x"},
	};
	check_format_rows(mrl_format_double, rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_integers_in_range),
		cmocka_unit_test(takes_floats),
		cmocka_unit_test(takes_doubles),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
