/* Blocks of addresses, at each edge. */
#include "../check.h"

#include <merlon/http.h>

static bool has(const char *block, const char *address)
{
	struct mrl_cidr cidr;
	struct mrl_ip ip;
	assert_true(mrl_cidr_parse(mrl_slice_text(block), &cidr));
	assert_true(mrl_ip_parse(mrl_slice_text(address), &ip));
	return mrl_cidr_has(&cidr, &ip);
}

static void test_has(void **state)
{
	(void)state;
	assert_true(has("10.0.0.0/8", "10.255.255.255"));
	assert_true(has("10.0.0.0/8", "::ffff:10.1.2.3"));
	assert_false(has("10.0.0.0/8", "11.0.0.0"));
	assert_false(has("10.0.0.0/8", "9.255.255.255"));
	assert_true(has("172.16.0.0/12", "172.31.255.255"));
	assert_false(has("172.16.0.0/12", "172.32.0.0"));
	assert_true(has("192.0.2.7", "192.0.2.7"));
	assert_false(has("192.0.2.7", "192.0.2.6"));
	assert_true(has("192.0.2.6/31", "192.0.2.7"));
	assert_false(has("192.0.2.6/31", "192.0.2.5"));
	assert_true(has("0.0.0.0/0", "203.0.113.1"));
	assert_false(has("0.0.0.0/0", "::1"));
	assert_true(has("::/0", "2001:db8::1"));
	assert_false(has("::/0", "192.0.2.7"));
	assert_false(has("::/0", "::ffff:192.0.2.7"));
	assert_true(has("2001:db8::/33", "2001:db8:7fff::"));
	assert_false(has("2001:db8::/33", "2001:db8:8000::"));
	assert_true(has("::1", "::1"));
	assert_false(has("::1", "::"));
}

static void test_no_address_is_in_no_block(void **state)
{
	struct mrl_cidr all;
	struct mrl_cidr none = {.bits = 0};
	struct mrl_ip unix_peer = {.size = 0};
	(void)state;
	assert_true(mrl_cidr_parse(MRL_SLICE("0.0.0.0/0"), &all));
	assert_false(mrl_cidr_has(&all, &unix_peer));
	assert_false(mrl_cidr_has(&none, &unix_peer));
}

static void test_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"/8",
		"10.0.0.0/",
		"10.0.0.0/33",
		"10.0.0.0/08",
		"10.0.0.0/-1",
		"10.0.0.0/8/8",
		"10.0.0.1/8",
		"10.0.0.0/7/",
		"10.0.0/8",
		"10.0.0.0 /8",
		"10.0.0.0/ 8",
		"::/129",
		"::1/127",
		"2001:db8::1/64",
		"fe80::1%eth0",
		"fe80::%eth0/64",
		"::ffff:10.0.0.0/104",
		"::ffff:0:0/96",
		"64:ff9b::/96",
		"64:ff9b::a00:0/104",
		"::ffff:10.0.0.1",
		"localhost/8",
		"unix",
		"11.0.0.0/7",
		"0.0.0.1/0",
	};
	struct mrl_cidr cidr = {.bits = 77};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		check_row(!mrl_cidr_parse(mrl_slice_text(bad[i]), &cidr), bad[i]);
		assert_int_equal(cidr.bits, 77);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_has),
		cmocka_unit_test(test_no_address_is_in_no_block),
		cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
