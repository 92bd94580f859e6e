/* Listeners, and whose word counts for the client's address. */
#include "findings.h"

#define LISTENER(value) BASE "listeners: [{" value "}]\n"

static void refuses(void **state)
{
	static const struct finding_row rows[] = {
		{BASE "listeners: {}\n", "policy-type", 7, 12, "/listeners",
	         "\"listeners\" must be a list", ""},
		{BASE "listeners: [{}]\n", "policy-missing", 7, 13, "/listeners/0",
	         "\"address\" is missing", "127.0.0.1:8443"},
		{LISTENER("adress: a, address: \"[::]:1\""), "policy-key", 7, 14,
	         "/listeners/0/adress", "", "did you mean \"address\"?"},
		{LISTENER("address: \"8443\""), "policy-address", 7, 23, "/listeners/0/address",
	         "\"8443\" is no address to listen on", "write a numeric address"},
		{LISTENER("address: \":8443\""), "policy-address", 7, 23, "/listeners/0/address",
	         "", "a host is missing"},
		{LISTENER("address: \"127.0.0.1\""), "policy-address", 7, 23,
	         "/listeners/0/address", "", "a port is missing"},
		{LISTENER("address: \"127.0.0.1:0\""), "policy-address", 7, 23,
	         "/listeners/0/address", "", "from 1 to 65535"},
		{LISTENER("address: \"127.0.0.1:65536\""), "policy-address", 7, 23,
	         "/listeners/0/address", "", "from 1 to 65535"},
		{LISTENER("address: \"127.0.0.1:08443\""), "policy-address", 7, 23,
	         "/listeners/0/address", "", "from 1 to 65535"},
		{LISTENER("address: \"localhost:8443\""), "policy-address", 7, 23,
	         "/listeners/0/address", "", "127.0.0.1:8443"},
		{LISTENER("address: \"*:8443\""), "policy-address", 7, 23, "/listeners/0/address",
	         "", "\"0.0.0.0:443\" and \"[::]:443\""},
		{LISTENER("address: \"::1:8443\""), "policy-address", 7, 23, "/listeners/0/address",
	         "", "in brackets"},
		{LISTENER("address: \"[0::1]:8443\""), "policy-address", 7, 23,
	         "/listeners/0/address", "", "numeric"},
		{LISTENER("address: \"[::1]8443\""), "policy-address", 7, 23,
	         "/listeners/0/address", "", "after the bracket"},
		{LISTENER("address: \"unix:\""), "policy-address", 7, 23, "/listeners/0/address",
	         "", "write unix: and a path"},
		{LISTENER("address: \"unix:/a b\""), "policy-address", 7, 23,
	         "/listeners/0/address", "", "write unix: and a path"},
		{LISTENER("address: \"127.0.0.1:8443\", public_port: 0"), "policy-range", 7, 54,
	         "/listeners/0/public_port", "1 to 65535", ""},
		{LISTENER("address: \"127.0.0.1:1\"}, {address: \"127.0.0.1:1\""), "policy-address",
	         7, 39, "/listeners/1", "two listeners have the address",
	         "the other is at etc/merlon.yaml:7:13"},
		{LISTENER("address: \"127.0.0.1:1\", client_ip: {sourc: peer}"), "policy-key", 7,
	         50, "/listeners/0/client_ip/sourc", "", "did you mean \"source\"?"},
		{LISTENER("address: \"127.0.0.1:1\", client_ip: {source: x_forwarded}"),
	         "policy-value", 7, 58, "/listeners/0/client_ip/source", "", ""},
		{LISTENER("address: \"127.0.0.1:1\", client_ip: {source: forwarded, trusted: "
	                  "[10.0.0.0/8, 10.0.0.1/8]}"),
	         "policy-cidr", 7, 91, "/listeners/0/client_ip/trusted/1",
	         "\"10.0.0.1/8\" is no block of addresses", "without host bits"},
		{LISTENER("address: \"127.0.0.1:1\", client_ip: {source: forwarded, trusted: "
	                  "[10.0.0.0/8, \"::/0\"]}"),
	         "policy-cidr", 7, 91, "/listeners/0/client_ip/trusted/1",
	         "would trust every client", "your proxies"},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		check_finding(&rows[i]);
	}
}

static void warns(void **state)
{
	static const struct finding_row rows[] = {
		{LISTENER("address: \"127.0.0.1:1\", client_ip: {source: forwarded}"),
	         "policy-client-ip", 7, 49, "/listeners/0/client_ip",
	         "\"source\" has no effect while nobody is trusted", "trusted:"},
		{LISTENER("address: \"127.0.0.1:1\", client_ip: {trusted: [\"::1\"]}"),
	         "policy-client-ip", 7, 49, "/listeners/0/client_ip",
	         "\"trusted\" has no effect with source: peer", "x_forwarded_for"},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		check_warning(&rows[i]);
	}
}

static void takes_addresses(void **state)
{
	struct loaded loaded;
	(void)state;
	load(BASE "listeners:\n"
	          "  - {address: \"[::]:8443\", public_port: 443}\n"
	          "  - {address: \"0.0.0.0:8080\", plain: true}\n"
	          "  - {address: \"unix:run/edge.sock\"}\n"
	          "  - {address: \"unix:/run/plain.sock\", plain: on}\n",
	     &loaded);
	assert_int_equal(loaded.err, MRL_OK);
	assert_int_equal(loaded.policy->listener_count, 4);
	const struct mrl_listener *listeners = loaded.policy->listeners;
	check_slice(listeners[0].address, "[::]:8443");
	assert_int_equal(listeners[0].port, 8443);
	assert_int_equal(listeners[0].public_port, 443);
	assert_true(listeners[0].any && listeners[0].ip.size == 16);
	assert_false(listeners[0].plain);
	assert_int_equal(listeners[0].ip_source, MRL_IP_PEER);
	assert_int_equal(listeners[1].port, 8080);
	assert_int_equal(listeners[1].public_port, 8080);
	assert_true(listeners[1].any && listeners[1].ip.size == 4);
	assert_true(listeners[1].plain);
	check_slice(listeners[2].address, "unix:etc/run/edge.sock");
	assert_int_equal(listeners[2].port, 0);
	assert_int_equal(listeners[2].public_port, 443);
	assert_false(listeners[2].any || listeners[2].ip.size != 0);
	check_slice(listeners[3].address, "unix:/run/plain.sock");
	assert_int_equal(listeners[3].public_port, 80);
	release(&loaded);
}

static void takes_proxies(void **state)
{
	struct loaded loaded;
	(void)state;
	load(LISTENER("address: \"127.0.0.1:1\", client_ip: {source: x_forwarded_for, trusted: "
	              "[10.0.0.0/8, \"fd00::/8\", unix, 192.0.2.1]}"),
	     &loaded);
	assert_int_equal(loaded.err, MRL_OK);
	assert_null(loaded.diagnostics.first);
	const struct mrl_listener *listener = &loaded.policy->listeners[0];
	assert_int_equal(listener->ip_source, MRL_IP_X_FORWARDED_FOR);
	assert_true(listener->trusted_unix);
	assert_int_equal(listener->trusted_count, 3);
	assert_int_equal(listener->trusted[0].bits, 8);
	assert_int_equal(listener->trusted[1].ip.size, 16);
	assert_int_equal(listener->trusted[2].bits, 32);
	release(&loaded);
}

/* The socket's path is limited after it was resolved. */
static void limits_unix_paths(void **state)
{
	char text[512];
	struct loaded loaded;
	(void)state;
	for (size_t size = 103; size <= 104; size++) { /* and "etc/" */
		struct mrl_buffer buffer = mrl_buffer(text, sizeof(text));
		MRL_PUT(&buffer, BASE "listeners: [{address: \"unix:");
		for (size_t i = 0; i < size; i++) {
			mrl_buffer_byte(&buffer, 'a');
		}
		MRL_PUT(&buffer, "\"}]\n\0");
		assert_false(buffer.overflow);
		load(text, &loaded);
		assert_int_equal(loaded.err, size == 103 ? MRL_OK : MRL_ERR_INVALID);
		release(&loaded);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses),           cmocka_unit_test(warns),
		cmocka_unit_test(takes_addresses),   cmocka_unit_test(takes_proxies),
		cmocka_unit_test(limits_unix_paths),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
