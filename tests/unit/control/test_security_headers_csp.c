/* security_headers: a page may have a Content-Security-Policy of its own that protects [HDR-1]. */
#include "fixture.h"

#define API_CSP "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

static void reply(struct fixture *f, const char *target, uint16_t status, const char *type)
{
	fixture_passed(f, "GET", target);
	fixture_reply(f, status, type);
}

static void run(struct fixture *f)
{
	fixture_run_reply(f, "hello");
	assert_passed(f);
}

static void pages_may_have_a_policy_of_their_own(void **state)
{
	static const char *const good[] = {
		"default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
		"Base-URI 'None';frame-ancestors https://app.example.com",
		"script-src 'wasm-unsafe-eval'; frame-ancestors 'self' ; base-uri 'none' ;"};
	struct fixture *f = *state;
	char text[512];
	for (size_t i = 0; i < MRL_COUNT(good); i++) {
		(void)snprintf(text, sizeof(text), "controls: {security_headers: {csp: \"%s\"}}\n",
		               good[i]);
		fixture_with(f, NULL, text);
		reply(f, "/v1/help", 200, "text/html");
		run(f);
		assert_reply_set(f, "Content-Security-Policy", good[i]);
		reply(f, "/v1/orders", 200, "application/json");
		run(f);
		assert_reply_set(f, "Content-Security-Policy", API_CSP);
	}
}

static void a_policy_must_protect(void **state)
{
	static const struct {
		const char *csp;
		const char *part;
	} rows[] = {
		{"", "frame-ancestors"},
		{"default-src 'none'; base-uri 'none'", "frame-ancestors"},
		{"frame-ancestors; base-uri 'none'", "frame-ancestors"},
		{"x-frame-ancestors 'none'; base-uri 'none'", "frame-ancestors"},
		{"default-src frame-ancestors 'none'; base-uri 'none'", "frame-ancestors"},
		{"frame-ancestors 'none'", "base-uri 'none'"},
		{"frame-ancestors 'none'; base-uri 'self'", "base-uri 'none'"},
		{"frame-ancestors 'none'; base-uri 'none' https://evil.test", "base-uri 'none'"},
		{"frame-ancestors 'none'; base-uri 'self'; base-uri 'none'", "base-uri 'none'"},
		{"frame-ancestors 'none'; base-uri 'none'; script-src 'unsafe-inline'",
	         "'unsafe-inline'"},
		{"frame-ancestors 'none'; base-uri 'none'; script-src 'Unsafe-Inline'",
	         "'unsafe-inline'"},
		{"frame-ancestors 'none'; base-uri 'none'; script-src 'unsafe-eval'",
	         "'unsafe-eval'"},
		{"frame-ancestors *; base-uri 'none'", "page: *"},
		{"frame-ancestors 'none'; base-uri 'none'; img-src https://*.test", "page: *"},
	};
	struct fixture *f = *state;
	char text[512];
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		(void)snprintf(text, sizeof(text), "controls: {security_headers: {csp: \"%s\"}}\n",
		               rows[i].csp);
		assert_int_equal(fixture_load(f, NULL, text), MRL_ERR_INVALID);
		if (!diagnosed(f, "policy-csp", rows[i].part)) {
			fail_msg("\"%s\": no \"%s\"", rows[i].csp, rows[i].part);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(pages_may_have_a_policy_of_their_own),
		with_fixture(a_policy_must_protect),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
