/* cors at load: what a policy cannot say [CORS-1 CORS-4]. */
#include "fixture.h"

#define O "https://app.example.com"

static enum mrl_err load(struct fixture *f, const char *key, const char *value)
{
	char text[512];
	(void)snprintf(text, sizeof(text), "controls: {cors: {%s: [%s]}}\n", key, value);
	return fixture_load(f, NULL, text);
}

static void origins_are_exact_at_load(void **state)
{
	static const char *const good[] = {"\"" O "\"",
	                                   "\"https://app.example.com:8443\"",
	                                   "\"http://localhost\"",
	                                   "\"http://127.0.0.1:3000\"",
	                                   "\"http://[::1]:3000\"",
	                                   "\"https://xn--bcher-kva.example\""};
	static const struct {
		const char *origin;
		const char *hint;
	} bad[] = {
		{"\"*\"", "patterns are not supported"},
		{"\"https://*.example.com\"", "patterns are not supported"},
		{"\"null\"", "sandboxed"},
		{"\"\"", "never empty"},
		{"\"https://App.example.com\"", "write " O},
		{"\"" O ":443\"", "write " O},
		{"\"" O "/\"", "write " O},
		{"\"" O ".\"", "write " O},
		{"\"http://localhost:80\"", "write http://localhost"},
		{"\"http://app.example.com\"", "http only with localhost"},
		{"\"https://user@app.example.com\"", "write " O},
		{"\"app.example.com\"", "no scheme"},
		{"\"ftp://app.example.com\"", "scheme is not https"},
		{"\"https://b\xC3\xBC"
	         "cher.example\"",
	         "xn--"},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(good); i++) {
		assert_int_equal(load(f, "origins", good[i]), MRL_OK);
	}
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		assert_int_equal(load(f, "origins", bad[i].origin), MRL_ERR_INVALID);
		if (!diagnosed(f, "policy-origin", bad[i].hint)) {
			fail_msg("%s: no \"%s\"", bad[i].origin, bad[i].hint);
		}
	}
}

static void exposes_nothing_secret(void **state)
{
	static const char *const bad[] = {"\"*\"",        "Authorization", "SET-COOKIE",
	                                  "Cookie",       "Server",        "via",
	                                  "X-Powered-By", "X-Real-IP",     "X-User-Internal",
	                                  "x-a-internal", "Merlon-User",   "merlon-x",
	                                  "\"X Y\"",      "\"\""};
	static const char *const good[] = {"X-Total", "X-Internal", "X-Internal-Id",
	                                   "Servers", "Internal",   "Merlons"};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		assert_int_equal(load(f, "expose", bad[i]), MRL_ERR_INVALID);
		assert_true(diagnosed(f, "policy-field-name", ""));
	}
	for (size_t i = 0; i < MRL_COUNT(good); i++) {
		assert_int_equal(load(f, "expose", good[i]), MRL_OK);
	}
}

static void allows_names_only(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(load(f, "allow_headers", "X-Trial, authorization"), MRL_OK);
	assert_int_equal(load(f, "allow_headers", "X-Trial, \"*\""), MRL_ERR_INVALID);
	assert_true(diagnosed(f, "policy-field-name", "\"*\""));
	assert_int_equal(load(f, "allow_headers", "\"X Trial\""), MRL_ERR_INVALID);
}

static void keeps_to_its_ranges(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, NULL, "controls: {cors: {max_age: 7200}}\n");
	assert_int_equal(fixture_load(f, NULL, "controls: {cors: {max_age: 7201}}\n"),
	                 MRL_ERR_INVALID);
	assert_true(diagnosed(f, "policy-range", ""));
	assert_int_equal(fixture_load(f, NULL, "controls: {cors: {max_age: -1}}\n"),
	                 MRL_ERR_INVALID);
}

static void sixty_four_origins_at_most(void **state)
{
	char list[4096];
	struct fixture *f = *state;
	for (int count = 64; count <= 65; count++) {
		size_t size = (size_t)snprintf(list, sizeof(list), "controls: {cors: {origins: [");
		for (int i = 0; i < count; i++) {
			size += (size_t)snprintf(list + size, sizeof(list) - size,
			                         "\"https://a%d.example.com\", ", i);
		}
		(void)snprintf(list + size, sizeof(list) - size, "]}}\n");
		assert_int_equal(fixture_load(f, NULL, list),
		                 count == 64 ? MRL_OK : MRL_ERR_INVALID);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(origins_are_exact_at_load),  with_fixture(exposes_nothing_secret),
		with_fixture(allows_names_only),          with_fixture(keeps_to_its_ranges),
		with_fixture(sixty_four_origins_at_most),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
