/* Every field of an operation, out of documents. */
#include "fixture.h"

static const char shop[] =
	"servers: [{url: /v1/}]\n"
	"security: [{bearer: []}]\n"
	"paths:\n"
	"  /orders/{id}:\n"
	"    parameters:\n"
	"    - {name: id, in: path, required: true, schema: {type: string}}\n"
	"    - {name: X-Trace-Me, in: header, schema: {type: string, default: trace-default}}\n"
	"    - {name: X-Both, in: header, schema: {type: string}}\n"
	"    get:\n"
	"      operationId: getOrder\n"
	"      description: Gets an order.\n"
	"      parameters:\n"
	"      - {name: x-both, in: header, schema: {type: integer}}\n"
	"      - $ref: '#/components/parameters/Version'\n"
	"      - {name: Accept, in: header, schema: {}}\n"
	"      - {name: q, in: query, content: {application/json: {}}}\n"
	"      responses:\n"
	"        200:\n"
	"          description: Found.\n"
	"          headers: {X-Total: {schema: {}}, ETag: {schema: {}}}\n"
	"          content:\n"
	"            Application/JSON; charset=utf-8:\n"
	"              schema: {$ref: '#/components/schemas/Order'}\n"
	"            application/json: {}\n"
	"            text/html: {}\n"
	"        4XX: {$ref: '#/components/responses/Problem'}\n"
	"        default: {description: d, content: {'*/*': {}, text/*: {}}}\n"
	"    put:\n"
	"      security: []\n"
	"      requestBody: {$ref: '#/components/requestBodies/Order'}\n"
	"      responses: {204: {description: d}}\n"
	"    delete:\n"
	"      security: [{}, {key: [], cookie: []}]\n"
	"      responses: {}\n"
	"  /both:\n"
	"    post:\n"
	"      security: [{key: [], bearer: []}, {key2: []}, {key: []}]\n"
	"      requestBody: {content: {a/b: {}}}\n"
	"      responses: {}\n"
	"    options: {security: [{}], responses: {}}\n"
	"    head: {security: [{openid: [a]}], responses: {}}\n"
	"components:\n"
	"  parameters: {Version: {name: API-Version, in: header, schema: {}}}\n"
	"  responses: {Problem: {description: p, content: {application/problem+json: {}}}}\n"
	"  requestBodies: {Order: {required: true, content: {application/json: {}, "
	"image/*: {}}}}\n"
	"  schemas: {Order: {description: An order., $ref: '#/components/schemas/Base'},\n"
	"    Base: {example: at Object.<anonymous>, properties: {o: {$ref: "
	"'#/components/schemas/Order'}}}}\n"
	"  securitySchemes:\n"
	"    bearer: {type: http, scheme: bearer}\n"
	"    key: {type: apiKey, in: header, name: X-Api-Key}\n"
	"    key2: {$ref: '#/components/securitySchemes/other'}\n"
	"    other: {type: apiKey, in: header, name: X-Other}\n"
	"    cookie: {type: apiKey, in: cookie, name: sid}\n"
	"    openid: {type: openIdConnect, openIdConnectUrl: https://x.test/}\n";

static void reads_names_and_paths(void **state)
{
	struct fixture *fixture = *state;
	struct mrl_api_document *api = fixture_good(fixture, "3.0.3", shop);
	check_slice(api->file, "d/api.yaml");
	check_slice(api->title, "T");
	check_slice(api->version, "1");
	check_slice(api->version_openapi, "3.0.3");
	check_slice(api->base_path, "/v1");
	assert_int_equal(api->path_count, 2);
	assert_int_equal(api->operation_count, 6);
	const struct mrl_operation *get = fixture_operation(fixture, "GET /orders/{id}");
	check_slice(get->id, "getOrder");
	check_slice(get->template_path, "/v1/orders/{id}");
	assert_int_equal(get->method, MRL_METHOD_GET);
	const struct mrl_operation *put = fixture_operation(fixture, "PUT /orders/{id}");
	check_slice(put->id, "PUT /v1/orders/{id}");
	assert_non_null(mrl_node_member(put->node, "requestBody"));
	check_slice(api->paths[0].template_path, "/v1/orders/{id}");
	check_slice(api->paths[1].template_path, "/v1/both");
}

static void reads_bodies(void **state)
{
	struct fixture *fixture = *state;
	(void)fixture_good(fixture, "3.0.3", shop);
	const struct mrl_operation *put = fixture_operation(fixture, "PUT /orders/{id}");
	assert_true(put->has_body);
	assert_true(put->body_required);
	check_names(put->body_types, "application/json", "image/*");
	const struct mrl_operation *post = fixture_operation(fixture, "POST /both");
	assert_true(post->has_body);
	assert_false(post->body_required);
	assert_false(fixture_operation(fixture, "GET /orders/{id}")->has_body);
}

static void reads_header_parameters(void **state)
{
	struct fixture *fixture = *state;
	(void)fixture_good(fixture, "3.0.3", shop);
	check_names(fixture_operation(fixture, "GET /orders/{id}")->header_parameters, "x-both",
	            "api-version", "x-trace-me");
	check_names(fixture_operation(fixture, "PUT /orders/{id}")->header_parameters, "x-trace-me",
	            "x-both");
	assert_non_null(fixture_finding(fixture, "oa-header-ignored"));
}

static void reads_security(void **state)
{
	static const struct {
		const char *name;
		bool secured, authorization;
		const char *keys[3];
	} rows[] = {
		{"GET /orders/{id}", true, true, {NULL}},
		{"PUT /orders/{id}", false, false, {NULL}},
		{"DELETE /orders/{id}", true, false, {"x-api-key", NULL}},
		{"POST /both", true, true, {"x-api-key", "x-other", NULL}},
		{"OPTIONS /both", false, false, {NULL}},
		{"HEAD /both", true, true, {NULL}},
	};
	struct fixture *fixture = *state;
	(void)fixture_good(fixture, "3.0.3", shop);
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		const struct mrl_operation *operation = fixture_operation(fixture, rows[i].name);
		check_row(operation->secured == rows[i].secured, rows[i].name);
		check_row(operation->authorization == rows[i].authorization, rows[i].name);
		check_row(fixture_names(&operation->api_key_headers, rows[i].keys), rows[i].name);
	}
}

static void reads_replies(void **state)
{
	struct fixture *fixture = *state;
	(void)fixture_good(fixture, "3.0.3", shop);
	const struct mrl_operation *get = fixture_operation(fixture, "GET /orders/{id}");
	assert_int_equal(get->reply_count, 3);
	assert_int_equal(get->replies[0].status, 200);
	check_names(get->replies[0].types, "application/json", "text/html");
	check_names(get->replies[0].headers, "x-total", "etag");
	assert_int_equal(get->replies[1].status, 4);
	check_names(get->replies[1].types, "application/problem+json");
	assert_int_equal(get->replies[2].status, 0);
	check_names(get->replies[2].types, "*/*", "text/*");
	assert_true(get->html);
	assert_false(fixture_operation(fixture, "PUT /orders/{id}")->html);
	assert_int_equal(fixture_operation(fixture, "DELETE /orders/{id}")->reply_count, 0);
}

static void collects_texts(void **state)
{
	struct fixture *fixture = *state;
	(void)fixture_good(fixture, "3.0.3", shop);
	check_names(fixture_operation(fixture, "GET /orders/{id}")->texts, "Gets an order.",
	            "Found.", "trace-default", "An order.", "at Object.<anonymous>");
}

static void texts_come_from_everything_shown(void **state)
{
	struct fixture *fixture = *state;
	(void)fixture_good(fixture, "3.1.0",
	                   "paths: {/a: {post: {summary: sum-mary, requestBody: {description: "
	                   "bo-dy, content:\n"
	                   "  {a/b: {examples: {one: {value: {key-name: [exa-mple, 5]}}},\n"
	                   "  schema: {enum: [enu-m], const: con-st, title: tit-le, pattern: "
	                   "not-this}}}}}}}\n");
	check_names(fixture_operation(fixture, "POST /a")->texts, "sum-mary", "bo-dy", "value",
	            "key-name", "exa-mple", "enu-m", "con-st", "tit-le");
}

static void allows_by_rule(void **state)
{
	struct fixture *fixture = *state;
	(void)fixture_good(fixture, "3.0.3", shop);
	const struct mrl_path *orders = fixture_path(fixture, "/v1/orders/{id}");
	check_slice(orders->allow, "GET, HEAD, PUT, DELETE, OPTIONS");
	check_slice(orders->allow_cors, "GET, HEAD, PUT, DELETE");
	assert_ptr_equal(orders->operations[MRL_METHOD_HEAD], orders->operations[MRL_METHOD_GET]);
	assert_null(orders->operations[MRL_METHOD_OPTIONS]);
	const struct mrl_path *both = fixture_path(fixture, "/v1/both");
	check_slice(both->allow, "HEAD, POST, OPTIONS");
	check_slice(both->allow_cors, "HEAD, POST");
	assert_int_equal(both->operations[MRL_METHOD_HEAD]->method, MRL_METHOD_HEAD);
	assert_non_null(both->operations[MRL_METHOD_OPTIONS]);
}

static void an_empty_path_is_known(void **state)
{
	struct fixture *fixture = *state;
	(void)fixture_good(fixture, "3.1.0", "paths: {/a: {}, /b: {trace: {}}}\n");
	check_slice(fixture_path(fixture, "/a")->allow, "OPTIONS");
	check_slice(fixture_path(fixture, "/a")->allow_cors, "");
	check_slice(fixture_path(fixture, "/b")->allow, "OPTIONS");
	assert_null(fixture_path(fixture, "/b")->operations[MRL_METHOD_TRACE]);
	assert_int_equal(fixture->api->operation_count, 0);
	assert_non_null(fixture_finding(fixture, "oa-trace"));
}

#define P(parameter, rest) "paths: {'/a/{x}': {get: {parameters: [" parameter "]}}}\n" rest
#define X                  "{name: x, in: path, required: true, schema: {}}"

static void parameter_errors(void **state)
{
	static const struct fixture_row rows[] = {
		{"3.1.0", P("", ""), "oa-param", "/paths/~1a~1{x}/get", "\"x\" of the path"},
		{"3.1.0", P("{name: X, in: path, required: true, schema: {}}", ""), "oa-param",
	         "/paths/~1a~1{x}/get/parameters/0", "does not name it"},
		{"3.1.0", P("{name: x, in: path, schema: {}}", ""), "oa-param",
	         "/paths/~1a~1{x}/get/parameters/0", "required: true"},
		{"3.1.0", P("{name: x, in: path, required: false, schema: {}}", ""), "oa-param",
	         "/paths/~1a~1{x}/get/parameters/0", "required: true"},
		{"3.1.0", P("{name: x, in: path, required: true}", ""), "oa-param",
	         "/paths/~1a~1{x}/get/parameters/0", "either schema or content"},
		{"3.1.0", P(X ", {name: y, in: query, schema: {}, content: {a/b: {}}}", ""),
	         "oa-param", "/paths/~1a~1{x}/get/parameters/1", "either schema or content"},
		{"3.1.0", P(X ", {name: y, in: query, content: {a/b: {}, c/d: {}}}", ""),
	         "oa-param", "/paths/~1a~1{x}/get/parameters/1/content", "exactly one"},
		{"3.1.0", P(X ", " X, ""), "oa-param-collision", "/paths/~1a~1{x}/get/parameters/1",
	         "twice"},
		{"3.1.0",
	         P(X ", {name: A, in: header, schema: {}}, {name: a, in: header, schema: {}}", ""),
	         "oa-param-collision", "/paths/~1a~1{x}/get/parameters/2", "twice"},
		{"3.1.0", P(X ", {name: y, in: body, schema: {}}", ""), "oa-param",
	         "/paths/~1a~1{x}/get/parameters/1/in", "none of"},
		{"3.1.0", "paths: {/a: {parameters: [" X "]}}\n", "oa-param",
	         "/paths/~1a/parameters/0", "does not name it"},
		{"3.1.0", "security: [{none: []}]\npaths: {/a: {get: {}}, /b: {get: {}}}\n",
	         "oa-ref", "/security/0/none", "no security scheme"},
	};
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		fixture_check_error(*state, &rows[i]);
		assert_int_equal(((struct fixture *)*state)->diagnostics.errors, 1 + (i == 1));
	}
}

static void warnings(void **state)
{
	static const struct fixture_row rows[] = {
		{"3.1.0", "paths: {/a: {get: {requestBody: {content: {a/b: {}}}}}}\n",
	         "oa-get-body", "/paths/~1a/get/requestBody", "GET"},
		{"3.1.0", "paths: {/a: {delete: {requestBody: {content: {a/b: {}}}}}}\n",
	         "oa-get-body", "/paths/~1a/delete/requestBody", "DELETE"},
		{"3.1.0", "paths: {/a: {get: {operationId: o}, put: {operationId: o}}}\n",
	         "oa-operation-id", "/paths/~1a/put/operationId", "d/api.yaml:3:"},
		{"3.1.0", "paths: {/a: {trace: {}}}\n", "oa-trace", "/paths/~1a/trace", NULL},
	};
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		fixture_check_warning(*state, &rows[i]);
	}
}

static void what_many_share_is_said_once(void **state)
{
	struct fixture *fixture = *state;
	(void)!fixture_load(
		fixture,
		fixture_text(
			fixture, "3.1.0",
			"paths: {/a: {get: {parameters: [{$ref: '#/components/parameters/P'}]},\n"
			" put: {parameters: [{$ref: '#/components/parameters/P'}]}}}\n"
			"components: {parameters: {P: {name: p, in: query}}}\n"));
	assert_int_equal(fixture->diagnostics.errors, 1);
}

static void texts_are_bounded(void **state)
{
	struct fixture *fixture = *state;
	enum { COUNT = 3000 };
	struct mrl_buffer text = mrl_buffer(mrl_arena_alloc(&fixture->arena, COUNT * 12 + 100, 1),
	                                    COUNT * 12 + 100);
	MRL_PUT(&text, "paths: {/a: {get: {x-e: {enum: [");
	for (unsigned i = 0; i < COUNT; i++) {
		MRL_PUT(&text, "text");
		mrl_buffer_u64(&text, i);
		MRL_PUT(&text, ", ");
	}
	MRL_PUT(&text, "]}}}}\n");
	mrl_buffer_byte(&text, '\0');
	(void)fixture_good(fixture, "3.1.0", (const char *)text.data);
	assert_int_equal(fixture_operation(fixture, "GET /a")->texts.count, 2048);
	assert_non_null(fixture_finding(fixture, "oa-texts"));
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		ROW(reads_names_and_paths),
		ROW(reads_bodies),
		ROW(reads_header_parameters),
		ROW(reads_security),
		ROW(reads_replies),
		ROW(collects_texts),
		ROW(texts_come_from_everything_shown),
		ROW(allows_by_rule),
		ROW(an_empty_path_is_known),
		ROW(parameter_errors),
		ROW(warnings),
		ROW(what_many_share_is_said_once),
		ROW(texts_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
