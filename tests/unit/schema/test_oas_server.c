/* Base paths: of the root, of paths, of operations, with variables, and given by the policy. */
#include "fixture.h"

#include <stdio.h>

static void of_the_root(void **state)
{
	static const struct {
		const char *servers;
		const char *base_path;
	} rows[] = {
		{"[]", ""},
		{"[{url: /}]", ""},
		{"[{url: ''}]", ""},
		{"[{url: /v1}]", "/v1"},
		{"[{url: /v1/}]", "/v1"},
		{"[{url: 'https://x.test'}]", ""},
		{"[{url: 'https://x.test/'}]", ""},
		{"[{url: 'https://x.test:8443/a/b/'}]", "/a/b"},
		{"[{url: //x.test/a}]", "/a"},
		{"[{url: 'https://x.test/a'}, {url: 'http://y.test/a/'}]", "/a"},
		{"[{url: 'https://{h}/a', variables: {h: {default: x, enum: [x, z]}}}]", "/a"},
		{"[{url: '{s}://{h}/{v}', variables: {s: {default: https}, h: {default: x}, "
	         "v: {default: v2, enum: [v2]}}}]",
	         "/v2"},
		{"[{url: '/{v}', variables: {v: {default: a/b, enum: [a/b]}}}]", "/a/b"},
	};
	struct fixture *fixture = *state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		char rest[512];
		(void)snprintf(rest, sizeof(rest), "servers: %s\npaths: {/p: {get: {}}}\n",
		               rows[i].servers);
		struct mrl_api_document *api = fixture_good(fixture, "3.1.0", rest);
		check_row(mrl_slice_is(api->base_path, rows[i].base_path), rows[i].servers);
		assert_int_equal(api->path_count, 1);
		assert_int_equal(fixture->diagnostics.warnings, 0);
	}
}

static void each_value_is_routed(void **state)
{
	struct fixture *fixture = *state;
	(void)fixture_good(
		fixture, "3.1.0",
		"servers: [{url: '/{v}/{w}', variables: {v: {default: a, enum: [a, b]}, "
		"w: {default: x, enum: [x, y]}}}]\npaths: {/p: {get: {operationId: o}}}\n");
	assert_int_equal(fixture->api->path_count, 4);
	assert_int_equal(fixture->api->operation_count, 4);
	const struct mrl_path *path = fixture_path(fixture, "/b/y/p");
	check_slice(path->operations[MRL_METHOD_GET]->template_path, "/b/y/p");
	check_slice(path->operations[MRL_METHOD_GET]->name, "GET /p");
	check_slice(fixture_path(fixture, "/a/x/p")->operations[MRL_METHOD_GET]->id, "o");
	assert_null(fixture_finding(fixture, "oa-operation-id"));
	assert_non_null(fixture_finding(fixture, "oa-server"));
}

static void nearer_servers_replace(void **state)
{
	struct fixture *fixture = *state;
	(void)fixture_good(fixture, "3.1.0",
	                   "servers: [{url: /r}]\n"
	                   "paths:\n"
	                   "  /a: {servers: [{url: /p}], get: {}, put: {servers: [{url: /o}]}}\n"
	                   "  /b: {get: {}}\n");
	assert_int_equal(fixture->api->path_count, 3);
	check_slice(fixture_path(fixture, "/p/a")->allow, "GET, HEAD, OPTIONS");
	check_slice(fixture_path(fixture, "/o/a")->allow, "PUT, OPTIONS");
	check_slice(fixture_path(fixture, "/r/b")->allow, "GET, HEAD, OPTIONS");
	check_slice(fixture->api->base_path, "/r");
}

static void a_given_base_path_replaces_all(void **state)
{
	struct fixture *fixture = *state;
	fixture->options.base_path_given = true;
	fixture->options.base_path = MRL_SLICE("/g/");
	const char *rest = "servers: [{url: /r}, {url: /s}]\n"
			   "paths: {/a: {servers: [{url: /p}], get: {servers: [{url: /o}]}}}\n";
	(void)fixture_good(fixture, "3.1.0", rest);
	assert_int_equal(fixture->api->path_count, 1);
	check_slice(fixture->api->paths[0].template_path, "/g/a");
	check_slice(fixture->api->base_path, "/g");
	fixture->options.base_path = MRL_SLICE_NONE;
	(void)fixture_good(fixture, "3.1.0", rest);
	check_slice(fixture->api->paths[0].template_path, "/a");
}

static void errors(void **state)
{
#define V(url, variables) "servers: [{url: '" url "', variables: {" variables "}}]\npaths: {}\n"
#define TEN               "[a, b, c, d, e, f, g, h, i, j]"
	static const struct fixture_row rows[] = {
		{"3.1.0", V("v1", ""), "oa-server", "/servers/0/url", "relative"},
		{"3.1.0", V("./v1", ""), "oa-server", "/servers/0/url", "relative"},
		{"3.1.0", V("/{v}", ""), "oa-server", "/servers/0/url", "no default"},
		{"3.1.0", V("/{v", ""), "oa-server", "/servers/0/url", "'{' without"},
		{"3.1.0", V("/a}", ""), "oa-server", "/servers/0/url", "'}' without"},
		{"3.1.0", V("/a//b", ""), "oa-server", "/servers/0/url", "empty segment"},
		{"3.1.0", V("/a/../b", ""), "oa-server", "/servers/0/url", NULL},
		{"3.1.0", V("https://x/a?b", ""), "oa-server", "/servers/0/url", "percent-encoded"},
		{"3.1.0", V("/{v}", "v: {default: '{w}'}"), "oa-server", "/servers/0/url",
	         "braces"},
		{"3.1.0",
	         V("/{v}/{w}", "v: {default: a, enum: " TEN "}, w: {default: a, enum: " TEN "}"),
	         "oa-server", "/servers/0/url", "64"},
		{"3.1.0", V("/{v}", "v: {enum: [a]}"), "oa-structure", "/servers/0/variables/v",
	         "needs \"default\""},
		{"3.1.0", "servers: {}\npaths: {}\n", "oa-structure", "/servers", NULL},
		{"3.1.0", "servers: [{}]\npaths: {}\n", "oa-structure", "/servers/0",
	         "needs \"url\""},
	};
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		fixture_check_error(*state, &rows[i]);
	}
}

static void a_default_alone_is_warned_of(void **state)
{
	const struct fixture_row row = {"3.1.0", V("/{v}", "v: {default: v7}"), "oa-server",
	                                "/servers/0/variables/v", "only its default"};
	struct fixture *fixture = *state;
	fixture_check_warning(fixture, &row);
	check_slice(fixture->api->base_path, "/v7");
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		ROW(of_the_root),
		ROW(each_value_is_routed),
		ROW(nearer_servers_replace),
		ROW(a_given_base_path_replaces_all),
		ROW(errors),
		ROW(a_default_alone_is_warned_of),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
