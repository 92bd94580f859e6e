/* Hosts and ports: one spelling each. */
#include "../../../src/policy/address.h"
#include "../check.h"

static void splits(void **state)
{
	static const struct {
		const char *text, *written, *host;
		uint16_t port;
	} rows[] = {
		{"api.example.com", "api.example.com", "api.example.com", 0},
		{"api.example.com:1", "api.example.com", "api.example.com", 1},
		{"127.0.0.1:65535", "127.0.0.1", "127.0.0.1", 65535},
		{"[::1]", "[::1]", "::1", 0},
		{"[::1]:443", "[::1]", "::1", 443},
		{"[", "[", "[", 0},
		{"[]:1", "[]", "", 1},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		struct mrl_address address;
		check_row(mrl_address_parse(mrl_slice_text(rows[i].text), &address) == NULL,
		          rows[i].text);
		check_slice(address.written, rows[i].written);
		check_slice(address.host, rows[i].host);
		assert_int_equal(address.port, rows[i].port);
	}
}

static void refuses_ports(void **state)
{
	static const char *const rows[] = {"",         ":1",       "a:",     "a:0",     "a:65536",
	                                   "a:01",     "a:+1",     "a:1x",   "a: 1",    "::1",
	                                   "::1:8443", "[::1]:",   "[::1]1", "[::1]:0", "a:1:2",
	                                   "[::1]]:1", "[::1]:1:2"};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		struct mrl_address address = {.port = 7};
		check_row(mrl_address_parse(mrl_slice_text(rows[i]), &address) != NULL, rows[i]);
		assert_int_equal(address.port, 7);
	}
}

static void takes_hosts(void **state)
{
	static const char *const rows[] = {
		"a",       "localhost", "api.example.com", "xn--bcher-kva.example",
		"a-b.c_d", "127.0.0.1", "[::1]",           "[2001:db8::1]",
		"1a.b",    "0a"};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		check_row(mrl_host_fault(mrl_slice_text(rows[i])) == NULL, rows[i]);
	}
}

static void refuses_hosts(void **state)
{
	static const struct {
		const char *host, *hint;
	} rows[] = {
		{"", "1 to 253"},
		{"*", "patterns"},
		{"*.example.com", "patterns"},
		{"~api", "patterns"},
		{"https://api.example.com", "without scheme"},
		{"api.example.com/v1", "without scheme and path"},
		{"API.example.com", "lower case"},
		{"api.example.com.", "final dot"},
		{"api.example.com:443", "without a port"},
		{"::1", "IPv6 in brackets"},
		{"[::1", "brackets"},
		{"[0::1]", "shortest"},
		{"[::ffff:192.0.2.1]", "shortest"},
		{"[fe80::1%eth0]", "zone"},
		{"[127.0.0.1]", "IPv6"},
		{"a..b", "letters"},
		{".a", "letters"},
		{"-a", "letters"},
		{"a-.b", "letters"},
		{"b\xC3\xBC"
	         "cher.example",
	         "xn--"},
		{"a b", "letters"},
		{"127.1", "four decimal"},
		{"127.0.0.01", "four decimal"},
		{"1", "four decimal"},
		{"256.0.0.1", "four decimal"},
		{"0x7f", "four decimal"},
		{"a.123", "four decimal"},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		const char *fault = mrl_host_fault(mrl_slice_text(rows[i].host));
		check_row(fault != NULL && strstr(fault, rows[i].hint) != NULL, rows[i].host);
	}
}

static void limits_lengths(void **state)
{
	static uint8_t label[64];
	(void)state;
	memset(label, 'a', sizeof(label));
	assert_null(mrl_host_fault(mrl_slice(label, 63)));
	assert_non_null(mrl_host_fault(mrl_slice(label, 64)));
}

static void knows_addresses(void **state)
{
	(void)state;
	assert_true(mrl_host_is_ip(MRL_SLICE("127.0.0.1")));
	assert_true(mrl_host_is_ip(MRL_SLICE("[::]")));
	assert_false(mrl_host_is_ip(MRL_SLICE("localhost")));
	assert_false(mrl_host_is_ip(MRL_SLICE("127.1")));
	assert_false(mrl_host_is_ip(MRL_SLICE("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits),         cmocka_unit_test(refuses_ports),
		cmocka_unit_test(takes_hosts),    cmocka_unit_test(refuses_hosts),
		cmocka_unit_test(limits_lengths), cmocka_unit_test(knows_addresses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
