/* The server behind: one URL of scheme, host and port. */
#include "findings.h"

#define UPSTREAM(value)                  \
	"merlon: 1\n"                    \
	"apis:\n"                        \
	"  - name: orders\n"             \
	"    hosts: [api.example.com]\n" \
	"    openapi: orders.yaml\n"     \
	"    upstream: {" value "}\n"

static void refuses(void **state)
{
	static const struct finding_row rows[] = {
		{UPSTREAM(""), "policy-missing", 6, 15, "/apis/0/upstream", "\"url\" is missing",
	         "unix:PATH"},
		{UPSTREAM("url: \"127.0.0.1:3000\""), "policy-upstream", 6, 21,
	         "/apis/0/upstream/url", "\"127.0.0.1:3000\" is no upstream", "http://HOST"},
		{UPSTREAM("url: \"ftp://a\""), "policy-upstream", 6, 21, "/apis/0/upstream/url", "",
	         "http://HOST"},
		{UPSTREAM("url: \"HTTP://a\""), "policy-upstream", 6, 21, "/apis/0/upstream/url",
	         "", "http://HOST"},
		{UPSTREAM("url: \"http://\""), "policy-upstream", 6, 21, "/apis/0/upstream/url", "",
	         "host"},
		{UPSTREAM("url: \"http://a/\""), "policy-upstream", 6, 21, "/apis/0/upstream/url",
	         "", "leave out the path"},
		{UPSTREAM("url: \"http://a:1/v1\""), "policy-upstream", 6, 21,
	         "/apis/0/upstream/url", "", "leave out the path"},
		{UPSTREAM("url: \"http://user:secret@a\""), "policy-upstream", 6, 21,
	         "/apis/0/upstream/url", "", "leave out user and password"},
		{UPSTREAM("url: \"http://a?x=1\""), "policy-upstream", 6, 21,
	         "/apis/0/upstream/url", "", "leave out query"},
		{UPSTREAM("url: \"http://a#x\""), "policy-upstream", 6, 21, "/apis/0/upstream/url",
	         "", "leave out query and fragment"},
		{UPSTREAM("url: \"http://a:0\""), "policy-upstream", 6, 21, "/apis/0/upstream/url",
	         "", "1 to 65535"},
		{UPSTREAM("url: \"http://a:\""), "policy-upstream", 6, 21, "/apis/0/upstream/url",
	         "", "1 to 65535"},
		{UPSTREAM("url: \"http://::1:3000\""), "policy-upstream", 6, 21,
	         "/apis/0/upstream/url", "", "brackets"},
		{UPSTREAM("url: \"http://Api.Example\""), "policy-upstream", 6, 21,
	         "/apis/0/upstream/url", "", "lower case"},
		{UPSTREAM("url: \"http://a b\""), "policy-upstream", 6, 21, "/apis/0/upstream/url",
	         "", "letters, digits"},
		{UPSTREAM("url: \"unix:\""), "policy-upstream", 6, 21, "/apis/0/upstream/url", "",
	         "unix: and a path"},
		{UPSTREAM("url: \"unix:/a:b\""), "policy-upstream", 6, 21, "/apis/0/upstream/url",
	         "", "unix: and a path"},
		{UPSTREAM("url: \"http://a\", verify: off"), "policy-key", 6, 33,
	         "/apis/0/upstream/verify", "\"verify\" is no key here", ""},
		{UPSTREAM("url: \"http://a\", host: client"), "policy-value", 6, 39,
	         "/apis/0/upstream/host", "", "upstream, preserve"},
		{UPSTREAM("url: \"https://a\", tls_min: 1.3"), "policy-type", 6, 43,
	         "/apis/0/upstream/tls_min", "in quotes", ""},
		{UPSTREAM("url: \"https://a\", tls_min: \"1.1\""), "policy-value", 6, 43,
	         "/apis/0/upstream/tls_min", "", ""},
		{UPSTREAM("url: \"http://a\", ca: ca.pem"), "policy-upstream", 6, 37,
	         "/apis/0/upstream/ca", "\"ca\" has a meaning for https only", "https://"},
		{UPSTREAM("url: \"unix:/a\", tls_min: \"1.3\""), "policy-upstream", 6, 41,
	         "/apis/0/upstream/tls_min", "for https only", ""},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		check_finding(&rows[i]);
	}
}

static void takes(void **state)
{
	static const struct {
		const char *text;
		bool tls;
		const char *host;
		uint16_t port;
		const char *authority;
	} rows[] = {
		{UPSTREAM("url: \"http://127.0.0.1:3000\""), false, "127.0.0.1", 3000,
	         "127.0.0.1:3000"},
		{UPSTREAM("url: \"http://my_app\""), false, "my_app", 80, "my_app"},
		{UPSTREAM("url: \"http://a:80\""), false, "a", 80, "a"},
		{UPSTREAM("url: \"http://a:443\""), false, "a", 443, "a:443"},
		{UPSTREAM("url: \"https://a:443\""), true, "a", 443, "a"},
		{UPSTREAM("url: \"https://a:80\""), true, "a", 80, "a:80"},
		{UPSTREAM("url: \"https://[::1]\""), true, "::1", 443, "[::1]"},
		{UPSTREAM("url: \"http://[::1]:3000\""), false, "::1", 3000, "[::1]:3000"},
		{UPSTREAM("url: \"unix:api.sock\""), false, "", 0, "localhost"},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		struct loaded loaded;
		load(rows[i].text, &loaded);
		check_row(loaded.err == MRL_OK, rows[i].text);
		const struct mrl_upstream *upstream = &loaded.policy->apis[0].upstream;
		check_row(upstream->tls == rows[i].tls, rows[i].text);
		check_slice(upstream->host, rows[i].host);
		assert_int_equal(upstream->port, rows[i].port);
		check_slice(upstream->authority, rows[i].authority);
		assert_false(upstream->preserve_host);
		assert_false(upstream->tls13_only);
		assert_int_equal(upstream->ca.size, 0);
		release(&loaded);
	}
}

static void takes_all_keys(void **state)
{
	struct loaded loaded;
	(void)state;
	load(UPSTREAM("url: \"https://a\", host: preserve, ca: ca.pem, tls_min: \"1.3\""), &loaded);
	assert_int_equal(loaded.err, MRL_OK);
	const struct mrl_upstream *upstream = &loaded.policy->apis[0].upstream;
	check_slice(upstream->url, "https://a");
	check_slice(upstream->ca, "etc/ca.pem");
	assert_true(upstream->preserve_host);
	assert_true(upstream->tls13_only);
	release(&loaded);
	load(UPSTREAM("url: \"unix:api.sock\""), &loaded);
	assert_int_equal(loaded.err, MRL_OK);
	check_slice(loaded.policy->apis[0].upstream.unix_path, "etc/api.sock");
	release(&loaded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses),
		cmocka_unit_test(takes),
		cmocka_unit_test(takes_all_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
