/* Addresses of IPv4 and IPv6 as text. */
#include "format_rows.h"

static void takes_ipv4(void **state)
{
	(void)state;
	static const struct format_row rows[] = {
		{"0.0.0.0", "0.0.0"},          {"255.255.255.255", "255.255.255.256"},
		{"1.2.3.4", "1.2.3.4.5"},      {"10.20.30.40", "10.20.30.040"},
		{"1.2.3.4", "1.2.3.4\n"},      {"1.2.3.4", "1..3.4"},
		{"1.2.3.4", "0x1.2.3.4"},      {"1.2.3.4", "1.2.3.4/24"},
		{"1.2.3.4", "\xd9\xa1.2.3.4"}, {"1.2.3.4", ""},
	};
	check_format_rows(mrl_format_ipv4, rows);
	assert_false(format_valid(mrl_format_ipv4, MRL_SLICE("1.2.3.4\0"), MRL_DIALECT_4));
}

static void takes_ipv6(void **state)
{
	(void)state;
	static const struct format_row rows[] = {
		{"::", ":"},
		{"::1", ":::1"},
		{"1::", "1:"},
		{"2001:db8::8:800:200C:417A", "2001:db8::8:800:200G:417A"},
		{"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7"},
		{"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:9"},
		{"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:8::"},
		{"::2:3:4:5:6:7:8", "::1:2:3:4:5:6:7:8"},
		{"1::3", "1::2::3"},
		{"0db8::", "00db8::"},
		{"::ffff:1.2.3.4", "::ffff:1.2.3.04"},
		{"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:7:1.2.3.4"},
		{"1:2:3:4:5::1.2.3.4", "1:2:3:4:5:6::1.2.3.4"},
		{"::1.2.3.4", "1.2.3.4::"},
		{"fe80::1", "fe80::1%eth0"},
		{"::1", "[::1]"},
		{"::1", "::1\n"},
		{"::1", ""},
		{"::1", ":1::"},
	};
	check_format_rows(mrl_format_ipv6, rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_ipv4),
		cmocka_unit_test(takes_ipv6),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
