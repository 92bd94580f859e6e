/* Structure and references: each finding with a good twin. */
#include "fixture.h"

#define OPERATION "    get:\n      responses: {'200': {description: d}}\n"
#define PATHS     "paths:\n  /a:\n" OPERATION

static const struct fixture_row error_rows[] = {
	{"2.0.0", "paths: {}\n", "oa-version", "/openapi", "only OpenAPI"},
	{"3.2.0", "paths: {}\n", "oa-version", "/openapi", NULL},
	{"3.1", "paths: {}\n", "oa-version", "/openapi", NULL},
	{"3.0.x", "paths: {}\n", "oa-version", "/openapi", NULL},
	{"3.0.0", "path: {}\npaths: {}\n", "oa-structure", "/path", "no field of an OpenAPI"},
	{"3.0.0", "", "oa-structure", "", "needs \"paths\""},
	{"3.0.0", "paths: []\n", "oa-structure", "/paths", "it is an array"},
	{"3.0.0", "paths: {}\nwebhooks: {}\n", "oa-structure", "/webhooks", "3.1"},
	{"3.0.0", "paths: {a: {}}\n", "oa-structure", "/paths/a", "begin with '/'"},
	{"3.0.0", "paths: {/a//b: {}}\n", "oa-structure", "/paths/~1a~1~1b", "empty segment"},
	{"3.0.0", "paths: {/a: {gett: {}}}\n", "oa-structure", "/paths/~1a/gett", NULL},
	{"3.0.0", "paths: {/a: {get: {}}}\n", "oa-structure", "/paths/~1a/get",
         "needs \"responses\""},
	{"3.0.0", "paths: {/a: {get: []}}\n", "oa-structure", "/paths/~1a/get", NULL},
	{"3.0.0", "paths: {/a: {query: {}}}\n", "oa-structure", "/paths/~1a/query", NULL},
	{"3.1.0", "paths: {/a: {get: {responses: {'20': {}}}}}\n", "oa-structure",
         "/paths/~1a/get/responses/20", "no status"},
	{"3.1.0", "paths: {/a: {get: {responses: {4xx: {}}}}}\n", "oa-structure",
         "/paths/~1a/get/responses/4xx", NULL},
	{"3.1.0", "paths: {/a: {get: {responses: {2X0: {}}}}}\n", "oa-structure",
         "/paths/~1a/get/responses/2X0", NULL},
	{"3.1.0", "paths: {/a: {get: {description: 1}}}\n", "oa-structure",
         "/paths/~1a/get/description", "must be a string"},
	{"3.1.0", "paths: {/a: {get: {deprecated: yes}}}\n", "oa-structure",
         "/paths/~1a/get/deprecated", "true or false"},
	{"3.1.0", "paths: {/a: {get: {tags: [1]}}}\n", "oa-structure", "/paths/~1a/get/tags/0",
         NULL},
	{"3.1.0", "paths: {/a: {get: {parameters: {}}}}\n", "oa-structure",
         "/paths/~1a/get/parameters", "must be an array"},
	{"3.1.0", "paths: {/a: {get: {parameters: [{in: query}]}}}\n", "oa-structure",
         "/paths/~1a/get/parameters/0", "needs \"name\""},
	{"3.1.0", "paths: {/a: {get: {responses: {200: {content: {a: {schema: {}}}}}}}}\n",
         "oa-structure", "/paths/~1a/get/responses/200/content/a", "no media type"},
	{"3.1.0", "components: {schema: {}}\n", "oa-structure", "/components/schema", NULL},
	{"3.1.0", "security: [{a: b}]\n", "oa-structure", "/security/0/a", "an array"},
	{"3.1.0", "webhooks: {w: {post: {nope: 1}}}\n", "oa-structure", "/webhooks/w/post/nope",
         NULL},
	{"3.1.0", "paths: {/a: {post: {callbacks: {c: {'{$url}': {get: {nope: 1}}}}}}}\n",
         "oa-structure", "/paths/~1a/post/callbacks/c/{$url}/get/nope", NULL},
	{"3.1.0", "paths: {/a: {$ref: '#/components/pathItems/P'}}\n", "oa-ref", "/paths/~1a/$ref",
         "leads to nothing"},
	{"3.1.0", "paths: {/a: {$ref: ''}}\n", "oa-ref", "/paths/~1a/$ref", "is empty"},
	{"3.1.0", "paths: {/a: {$ref: 'https://x.test/a.yaml'}}\n", "oa-ref", "/paths/~1a/$ref",
         "URL"},
	{"3.1.0", "paths: {/a: {$ref: '//x.test/a.yaml'}}\n", "oa-ref", "/paths/~1a/$ref", "URL"},
	{"3.1.0", "paths: {/a: {$ref: 'file:a.yaml'}}\n", "oa-ref", "/paths/~1a/$ref", "URL"},
	{"3.1.0", "paths: {/a: {$ref: '/etc/passwd'}}\n", "oa-ref", "/paths/~1a/$ref", "relative"},
	{"3.1.0", "paths: {/a: {$ref: '../a.yaml'}}\n", "oa-ref", "/paths/~1a/$ref", "above"},
	{"3.1.0", "paths: {/a: {$ref: './x/..#/a'}}\n", "oa-ref", "/paths/~1a/$ref", "no file"},
	{"3.1.0", "paths: {/a: {$ref: 'x/../../d/api.yaml'}}\n", "oa-ref", "/paths/~1a/$ref",
         "above"},
	{"3.1.0", "paths: {/a: {$ref: '%2e%2e/a.yaml'}}\n", "oa-ref", "/paths/~1a/$ref", "above"},
	{"3.1.0", "paths: {/a: {$ref: 'a%2fb.yaml'}}\n", "oa-ref", "/paths/~1a/$ref", "escape"},
	{"3.1.0", "paths: {/a: {$ref: 'a%0.yaml'}}\n", "oa-ref", "/paths/~1a/$ref", "escape"},
	{"3.1.0", "paths: {/a: {$ref: 'a%00.yaml'}}\n", "oa-ref", "/paths/~1a/$ref", "escape"},
	{"3.1.0", "paths: {/a: {$ref: 'a.yaml?x'}}\n", "oa-ref", "/paths/~1a/$ref", NULL},
	{"3.1.0", "paths: {/a: {$ref: 'none.yaml'}}\n", "oa-ref", "/paths/~1a/$ref",
         "d/none.yaml is not there"},
	{"3.1.0", "paths: {/a: {$ref: '#name'}}\n", "oa-ref", "/paths/~1a/$ref", "JSON Pointer"},
	{"3.1.0", "paths: {/a: {$ref: '#/paths/~1a'}}\n", "oa-ref", "/paths/~1a", "circle"},
	{"3.1.0", "paths: {/a: {$ref: '#/paths/~1b'}, /b: {$ref: '#/paths/~1a'}}\n", "oa-ref",
         "/paths/~1a", "circle"},
	{"3.1.0", "paths: {/a: {$ref: '#/info'}}\n", "oa-ref", "/paths/~1a/$ref",
         "a Path Item Object is due"},
	{"3.1.0", "paths: {/a: {$ref: '#/x-a'}}\nx-a: {gett: {}}\n", "oa-structure", "/x-a/gett",
         NULL},
	{"3.1.0", "paths: {/a: {$ref: '#/x-a'}}\nx-a: 5\n", "oa-structure", "/x-a",
         "a Path Item Object"},
	{"3.1.0", "paths: {/a: {$ref: '#/x-a', get: {}}}\nx-a: {}\n", "oa-structure",
         "/paths/~1a/get", "beside $ref"},
	{"3.1.0", "paths: {/a: {$ref: 5}}\n", "oa-structure", "/paths/~1a/$ref", NULL},
};

static void errors(void **state)
{
	for (size_t i = 0; i < MRL_COUNT(error_rows); i++) {
		fixture_check_error(*state, &error_rows[i]);
	}
}

static void warnings(void **state)
{
	static const struct fixture_row rows[] = {
		{"3.0.3",
	         "paths: {/a: {get: {responses: {200: {$ref: '#/components/responses/R', "
	         "description: d}}}}}\ncomponents: {responses: {R: {description: r}}}\n",
	         "oa-ref-sibling", "/paths/~1a/get/responses/200/description", "ignored"},
		{"3.1.0",
	         "paths: {/a: {get: {responses: {200: {$ref: '#/components/responses/R', content: "
	         "{}}}}}}\ncomponents: {responses: {R: {description: r}}}\n",
	         "oa-ref-sibling", "/paths/~1a/get/responses/200/content", "ignored"},
		{"3.1.0", "x-a: {b: yes}\n", "oa-yaml11", "/x-a/b", "yes"},
		{"3.1.0", "x-a: [on, 012, 2027-03-31]\n", "oa-yaml11", "/x-a/1", "012"},
		{"3.1.0", "x-a: [on, 012, 2027-03-31]\n", "oa-yaml11", "/x-a/2", NULL},
		{"3.1.0", "x-a: 12:30:00\n", "oa-yaml11", "/x-a", NULL},
		{"3.1.0", "x-a: 1_000\n", "oa-yaml11", "/x-a", NULL},
	};
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		fixture_check_warning(*state, &rows[i]);
	}
}

static void good_twins_say_nothing(void **state)
{
	static const struct {
		const char *version;
		const char *rest;
	} rows[] = {
		{"3.0.0", PATHS},
		{"3.0.3", "paths: {}\n"},
		{"3.1.0", "components: {}\n"},
		{"3.1.1", "webhooks: {w: {post: {}}}\n"},
		{"3.1.0", "x-anything: {gett: 1}\n"},
		{"3.1.0", "x-a: ['yes', \"on\", 12, 0, 'y', yess, 1.0.0]\nx-b: {y: 1, on: 2}\n"},
		{"3.1.0", "paths: {/a: {get: {responses: {200: {}, 4XX: {}, default: {}}}}}\n"},
		{"3.1.0", "paths: {/a: {$ref: '#/components/pathItems/P', description: d}}\n"
	                  "components: {pathItems: {P: {get: {}}}}\n"},
		{"3.1.0", "paths: {/a: {get: {x-y: 1, responses: {x-z: 1}}}}\n"},
		{"3.1.0", "paths: {x-a: 1, /a: {}}\n"},
	};
	struct fixture *fixture = *state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		(void)fixture_good(fixture, rows[i].version, rows[i].rest);
		check_row(fixture->diagnostics.first == NULL, rows[i].rest);
	}
}

static void says_what_is_no_openapi(void **state)
{
	static const struct {
		const char *text;
		const char *code;
		const char *hint;
	} rows[] = {
		{"swagger: '2.0'\ninfo: {}\n", "oa-version", "convert it"},
		{"a: 1\n", "oa-version", "openapi: 3.1.0"},
		{"[1]\n", "oa-version", ""},
		{"", "oa-syntax", ""},
		{"openapi: 3.1.0\nopenapi: 3.1.0\n", "oa-syntax", "remove one"},
		{"{\"openapi\": ", "oa-syntax", ""},
	};
	struct fixture *fixture = *state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		check_row(fixture_load(fixture, rows[i].text) == MRL_ERR_INVALID, rows[i].text);
		const struct mrl_diagnostic *found = fixture_finding(fixture, rows[i].code);
		check_row(found != NULL, rows[i].text);
		check_row(mrl_slice_find_text(found->hint, mrl_slice_text(rows[i].hint)) <
		                          found->hint.size ||
		                  rows[i].hint[0] == '\0',
		          rows[i].text);
	}
}

static void names_the_nearest_field(void **state)
{
	struct fixture *fixture = *state;
	(void)!fixture_load(
		fixture, fixture_text(fixture, "3.1.0", "paths: {/a: {get: {paramters: []}}}\n"));
	check_slice(fixture_finding(fixture, "oa-structure")->hint, "did you mean \"parameters\"?");
}

static void reports_all_at_once(void **state)
{
	struct fixture *fixture = *state;
	assert_int_equal(
		fixture_load(fixture, fixture_text(fixture, "3.1.0",
	                                           "nope: 1\nservers: [{url: v1}]\npaths:\n"
	                                           "  /a/{x}: {get: {security: [{s: []}]}}\n"
	                                           "  /b: {$ref: '#/no'}\n")),
		MRL_ERR_INVALID);
	assert_non_null(fixture_finding(fixture, "oa-structure"));
	assert_non_null(fixture_finding(fixture, "oa-server"));
	assert_non_null(fixture_finding(fixture, "oa-param"));
	assert_non_null(fixture_finding(fixture, "oa-ref"));
	assert_int_equal(fixture->diagnostics.errors, 5);
}

static void follows_files(void **state)
{
	struct fixture *fixture = *state;
	fixture->files[1] = (struct fixture_file){
		"d/p/users.yaml",
		"get:\n  operationId: list\n  parameters:\n"
		"  - $ref: '../q.json#/limit'\n  - $ref: './../q.json#/a~1b%25'\n"
		"  responses: {'200': {$ref: '../api.yaml#/components/responses/R'}}\n"};
	fixture->files[2] = (struct fixture_file){
		"d/q.json", "{\"limit\": {\"name\": \"X-L\", \"in\": \"header\", \"schema\": {}},"
			    " \"a/b%\": {\"name\": \"X-M\", \"in\": \"header\", \"schema\": {}}}"};
	(void)fixture_good(
		fixture, "3.0.0",
		"paths: {/users: {$ref: p/users.yaml}, /also: {$ref: ./p//users.yaml#}}\n"
		"components: {responses: {R: {description: d, content: {a/b: {}}}}}\n");
	assert_int_equal(fixture->reads, 3);
	const struct mrl_operation *operation = fixture_operation(fixture, "GET /users");
	check_slice(operation->id, "list");
	check_names(operation->header_parameters, "x-l", "x-m");
	check_names(operation->replies[0].types, "a/b");
}

static void findings_name_their_own_file(void **state)
{
	struct fixture *fixture = *state;
	fixture->files[1] = (struct fixture_file){"d/p.yaml", "get:\n  gut: 1\n"};
	assert_int_equal(fixture_load(fixture, fixture_text(fixture, "3.1.0",
	                                                    "paths: {/a: {$ref: p.yaml}}\n")),
	                 MRL_ERR_INVALID);
	const struct mrl_diagnostic *found = fixture_finding(fixture, "oa-structure");
	check_slice(found->file, "d/p.yaml");
	check_slice(found->pointer, "/get/gut");
	assert_int_equal(found->line, 2);
}

static void a_broken_file_is_named_once(void **state)
{
	struct fixture *fixture = *state;
	fixture->files[1] = (struct fixture_file){"d/p.yaml", "a: [\n"};
	assert_int_equal(
		fixture_load(fixture,
	                     fixture_text(fixture, "3.1.0",
	                                  "paths: {/a: {$ref: p.yaml}, /b: {$ref: p.yaml}}\n")),
		MRL_ERR_INVALID);
	assert_int_equal(fixture->diagnostics.errors, 1);
	assert_string_equal(fixture->diagnostics.first->code, "oa-syntax");
}

static void files_have_a_limit(void **state)
{
	struct fixture *fixture = *state;
	fixture->files[1] = (struct fixture_file){"d/p.yaml", "get: {}\n"};
	fixture->files[2] = (struct fixture_file){"d/q.yaml", "get: {}\n"};
	const char *text = fixture_text(fixture, "3.1.0",
	                                "paths: {/a: {$ref: p.yaml}, /b: {$ref: q.yaml}}\n");
	fixture->options.files_max = 3;
	assert_int_equal(fixture_load(fixture, text), MRL_OK);
	fixture->options.files_max = 2;
	assert_int_equal(fixture_load(fixture, text), MRL_ERR_INVALID);
	assert_non_null(fixture_finding(fixture, "oa-limit"));
	fixture->options.files_max = 3;
	fixture->options.limits.bytes_max = 20;
	assert_int_equal(fixture_load(fixture, text), MRL_ERR_INVALID);
	assert_string_equal(fixture->diagnostics.first->code, "oa-limit");
}

static void the_first_file_may_be_absent(void **state)
{
	struct fixture *fixture = *state;
	assert_int_equal(mrl_openapi_load(&fixture->options, MRL_SLICE("d/none.yaml"),
	                                  &fixture->arena, &fixture->diagnostics, &fixture->api),
	                 MRL_ERR_INVALID);
	check_slice(fixture->diagnostics.first->message, "the file is not there");
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		ROW(errors),
		ROW(warnings),
		ROW(good_twins_say_nothing),
		ROW(says_what_is_no_openapi),
		ROW(names_the_nearest_field),
		ROW(reports_all_at_once),
		ROW(follows_files),
		ROW(findings_name_their_own_file),
		ROW(a_broken_file_is_named_once),
		ROW(files_have_a_limit),
		ROW(the_first_file_may_be_absent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
