/* Addresses in and out, by example; the fuzzer compares them with the C library's. */
#include "../check.h"

#include <merlon/http.h>

struct row {
	const char *text;
	const char *canonical; /* NULL: refused */
};

static const struct row rows[] = {
	{"192.0.2.7", "192.0.2.7"},
	{"0.0.0.0", "0.0.0.0"},
	{"255.255.255.255", "255.255.255.255"},
	{"::ffff:192.0.2.7", "192.0.2.7"},
	{"::ffff:c000:207", "192.0.2.7"},
	{"::FFFF:C000:0207", "192.0.2.7"},
	{"0:0:0:0:0:ffff:192.0.2.7", "192.0.2.7"},
	{"64:ff9b::c000:207", "192.0.2.7"},
	{"64:ff9b::192.0.2.7", "192.0.2.7"},
	{"64:ff9b:1::c000:207", "64:ff9b:1::c000:207"},
	{"::fffe:192.0.2.7", "::fffe:c000:207"},
	{"1::ffff:192.0.2.7", "1::ffff:c000:207"},
	{"2001:db8::192.0.2.7", "2001:db8::c000:207"},
	{"::192.0.2.7", "::c000:207"},
	{"::", "::"},
	{"::1", "::1"},
	{"1::", "1::"},
	{"2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a"},
	{"2001:0db8::0001", "2001:db8::1"},
	{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
	{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
	{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
	{"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
	{"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
	{"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
	{"fe80::1%eth0", "fe80::1"},
	{"2001:db8:1:2::1%eth0.1", "2001:db8:1:2::1"},
	{"", NULL},
	{"192.0.2", NULL},
	{"192.0.2.7.1", NULL},
	{"192.0.2.", NULL},
	{".192.0.2.7", NULL},
	{"192..2.7", NULL},
	{"192.0.2.07", NULL},
	{"192.0.2.00", NULL},
	{"192.0.2.256", NULL},
	{"192.0.2.1000", NULL},
	{"192.0.2.-1", NULL},
	{"192.0.2.+1", NULL},
	{" 192.0.2.7", NULL},
	{"192.0.2.7 ", NULL},
	{"192.0.2.7:80", NULL},
	{"192.0.2.7%eth0", NULL},
	{"0xc0.0.2.7", NULL},
	{"3221225991", NULL},
	{"1::2::3", NULL},
	{":::", NULL},
	{"::1:", NULL},
	{":1::", NULL},
	{":", NULL},
	{"1", NULL},
	{"1:2:3:4:5:6:7", NULL},
	{"1:2:3:4:5:6:7:8:9", NULL},
	{"1:2:3:4:5:6:7:8::", NULL},
	{"::1:2:3:4:5:6:7:8", NULL},
	{"1:2:3:4::5:6:7:8", NULL},
	{"1:2:3:4:5:6:7:1.2.3.4", NULL},
	{"1:2:3:4:5:6:7:8:1.2.3.4", NULL},
	{"1:2:3:4:5:1.2.3.4", NULL},
	{"1.2.3.4::", NULL},
	{"::1.2.3.4:5", NULL},
	{"::1.2.3", NULL},
	{"::01.2.3.4", NULL},
	{"::12345", NULL},
	{"::g", NULL},
	{"[::1]", NULL},
	{"::1%", NULL},
	{"::1%a b", NULL},
	{"::1%a%b", NULL},
	{"%eth0", NULL},
	{"unknown", NULL},
	{"_x", NULL},
	{"localhost", NULL},
};

static void test_rows(void **state)
{
	uint8_t memory[MRL_IP_TEXT_MAX];
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		struct mrl_ip ip = {.size = 99};
		bool good = mrl_ip_parse(mrl_slice_text(rows[i].text), &ip);
		check_row(good == (rows[i].canonical != NULL), rows[i].text);
		check_row(good ? mrl_slice_is(mrl_ip_text(&ip, memory), rows[i].canonical)
		               : ip.size == 99,
		          rows[i].text);
	}
}

static void test_longest_text(void **state)
{
	uint8_t memory[MRL_IP_TEXT_MAX];
	struct mrl_ip ip = {.size = 16};
	struct mrl_ip none = {.size = 0};
	(void)state;
	memset(ip.bytes, 0xFF, sizeof(ip.bytes));
	check_slice(mrl_ip_text(&ip, memory), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	check_slice(mrl_ip_text(&none, memory), "");
}

static void test_make(void **state)
{
	static const uint8_t mapped[16] = {[10] = 0xFF, [11] = 0xFF, [12] = 10, [15] = 1};
	static const uint8_t broken[16] = {[9] = 1, [10] = 0xFF, [11] = 0xFF, [12] = 10};
	struct mrl_ip v4 = mrl_ip_make(mapped + 12, 4);
	struct mrl_ip from_v6 = mrl_ip_make(mapped, 16);
	(void)state;
	assert_true(mrl_ip_equal(&v4, &from_v6));
	assert_int_equal(v4.size, 4);
	assert_int_equal(mrl_ip_make(broken, 16).size, 16);
	assert_int_equal(mrl_ip_make(mapped, 5).size, 0);
	assert_int_equal(mrl_ip_make(mapped, 0).size, 0);
}

static void test_equal(void **state)
{
	struct mrl_ip zero4 = {.size = 4};
	struct mrl_ip zero6 = {.size = 16};
	struct mrl_ip none = {.size = 0};
	(void)state;
	assert_false(mrl_ip_equal(&zero4, &zero6));
	assert_false(mrl_ip_equal(&zero4, &none));
	assert_true(mrl_ip_equal(&none, &none));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_longest_text),
		cmocka_unit_test(test_make),
		cmocka_unit_test(test_equal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
