/* What loading says of parameters: styles, places, names. tests/vectors/style has every row of the
 * table; here are positions, hints, and what is compiled. */
#include "input_fixture.h"

#define QUERY(parameters)                                                                    \
	"paths: {/a: {get: {parameters: [" parameters "], responses: {'204': {description: " \
	"D}}}}}\n"
#define INT "schema: {type: integer}"
#define RGB "{type: object, properties: {R: {type: integer}, G: {type: integer}}}"

struct row {
	const char *rest;
	const char *code; /* NULL: accepted */
	const char *pointer;
	const char *message;
};

static void check_refused(struct world *world, const struct row *row)
{
	struct fixture_row found = {.rest = row->rest,
	                            .code = row->code,
	                            .pointer = row->pointer,
	                            .message = row->message};
	const char *text = fixture_text(&world->fixture, "3.1.0", row->rest);
	check_row(world_load(world, text) == MRL_ERR_INVALID, row->rest);
	fixture_check_finding(&world->fixture, &found);
}

static void check_rows(struct world *world, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (rows[i].code == NULL) {
			world_good(world, "3.1.0", rows[i].rest);
		} else {
			check_refused(world, &rows[i]);
		}
	}
}

#define AT "/paths/~1a/get/parameters/0"

static void test_styles(void **state)
{
	static const struct row rows[] = {
		{QUERY("{name: p, in: query, style: form, " INT "}"), NULL, NULL, NULL},
		{QUERY("{name: p, in: query, style: fomr, " INT "}"), "oa-style", AT "/style",
	         "does not know"},
		{QUERY("{name: p, in: query, style: simple, " INT "}"), "oa-style", AT "/style",
	         "style simple with explode false for a primitive in query"},
		{QUERY("{name: p, in: query, style: deepObject, schema: " RGB "}"), NULL, NULL,
	         NULL},
		{QUERY("{name: p, in: query, style: deepObject, explode: false, schema: " RGB "}"),
	         "oa-style", AT "/style", "deepObject with explode false for an object"},
		{QUERY("{name: p, in: cookie, schema: {type: array, items: {type: integer}}}"),
	         "oa-style", AT, "an array in cookie"},
		{QUERY("{name: p, in: cookie, explode: false, schema: {type: array, items: {type: "
	               "integer}}}"),
	         NULL, NULL, NULL},
		{QUERY("{name: p, in: query, schema: {type: array, items: " RGB "}}"), "oa-style",
	         AT "/schema/items", "arrays or objects in an array"},
		{QUERY("{name: p, in: query, schema: {type: object, properties: {a: " RGB "}}}"),
	         "oa-style", AT "/schema/properties/a", "arrays or objects in an object"},
		{QUERY("{name: p, in: query, schema: {type: [integer, array], items: {type: "
	               "integer}}}"),
	         "oa-style", AT "/schema", "several of a primitive, an array and an object"},
	};
	check_rows(*state, rows, MRL_COUNT(rows));
}

static void test_collisions(void **state)
{
	static const struct row rows[] = {
		{QUERY("{name: R, in: query, " INT "}, {name: c, in: query, schema: " RGB "}"),
	         "oa-param-collision", "/paths/~1a/get/parameters/1", "\"R\" belongs to another"},
		{QUERY("{name: R, in: query, " INT
	               "}, {name: c, in: query, explode: false, schema: " RGB "}"),
	         NULL, NULL, NULL},
		/* An exploded object has no name of its own. */
		{QUERY("{name: c, in: query, " INT "}, {name: d, in: query, schema: {type: object, "
	               "properties: {d: {type: integer}}}}"),
	         NULL, NULL, NULL},
		{QUERY("{name: c, in: query, schema: " RGB "}, {name: d, in: query, schema: " RGB
	               "}"),
	         "oa-param-collision", "/paths/~1a/get/parameters/1", "\"R\""},
		{QUERY("{name: 'f[R]', in: query, " INT
	               "}, {name: f, in: query, style: deepObject, schema: " RGB "}"),
	         "oa-param-collision", "/paths/~1a/get/parameters/1", "\"f[R]\""},
		{QUERY("{name: R, in: header, " INT "}, {name: c, in: query, schema: " RGB "}"),
	         NULL, NULL, NULL},
	};
	check_rows(*state, rows, MRL_COUNT(rows));
}

static void test_places(void **state)
{
	static const struct row rows[] = {
		{QUERY("{name: t, in: query, content: {application/xml: {schema: {type: "
	               "string}}}}"),
	         "oa-media-unjudged", AT "/content/application~1xml", "application/xml"},
		{QUERY("{name: t, in: query, content: {application/json: {schema: " RGB "}}}"),
	         NULL, NULL, NULL},
		{QUERY("{name: t, in: query, content: {application/json: {}}}"), "oa-any", AT,
	         "takes anything"},
		{"paths: {'/a/{x}/{x}': {get: {parameters: [{name: x, in: path, required: "
	         "true, " INT "}], responses: {'204': {description: D}}}}}\n",
	         "oa-param", "/paths/~1a~1{x}~1{x}/get/parameters/0", "names \"x\" twice"},
	};
	check_rows(*state, rows, MRL_COUNT(rows));
}

static const struct mrl_parameter *parameter(struct world *world, uint32_t index)
{
	const struct mrl_operation *operation = &world->fixture.api->operations[0];
	return mrl_input_parameter(mrl_input_of(world->inputs, operation), index);
}

/* The operation's override the path's; order is that of judging. */
static void test_compiled(void **state)
{
	struct world *world = *state;
	world_good(world, "3.1.0",
	           "servers: [{url: /v1}]\n"
	           "paths:\n"
	           "  /a/{x}.{y}:\n"
	           "    parameters:\n"
	           "    - {name: x, in: path, required: true, schema: {type: string}}\n"
	           "    - {name: y, in: path, required: true, schema: {type: string}}\n"
	           "    - {name: q, in: query, schema: {type: string}}\n"
	           "    get:\n"
	           "      parameters:\n"
	           "      - {name: X-Id, in: header, required: true, schema: {type: integer}}\n"
	           "      - {name: c, in: cookie, schema: {type: boolean}, deprecated: true}\n"
	           "      - {$ref: '#/components/parameters/Q'}\n"
	           "      - {name: Accept, in: header, schema: {type: string}}\n"
	           "      responses: {'204': {description: D}}\n"
	           "components:\n"
	           "  parameters:\n"
	           "    Q: {name: q, in: query, allowEmptyValue: true, schema: {$ref: "
	           "'#/components/schemas/N'}}\n"
	           "  schemas:\n"
	           "    N: {allOf: [{type: number}, {minimum: 0}]}\n");
	check_slice(parameter(world, 0)->name, "x");
	check_slice(parameter(world, 1)->name, "y");
	assert_int_equal(parameter(world, 1)->segment, 2);
	assert_int_equal(parameter(world, 1)->part, 1);
	check_slice(parameter(world, 2)->name, "q");
	assert_true(parameter(world, 2)->allow_empty);
	assert_false(parameter(world, 2)->required);
	assert_true(parameter(world, 2)->explode);
	assert_int_equal(parameter(world, 2)->types, MRL_JSON_KIND_NUMBER | MRL_JSON_KIND_INTEGER);
	check_slice(parameter(world, 2)->site, "d/api.yaml#/components/parameters/Q/schema");
	check_slice(parameter(world, 3)->name, "x-id");
	assert_true(parameter(world, 3)->required);
	check_slice(parameter(world, 4)->name, "c");
	assert_true(parameter(world, 4)->deprecated);
	assert_null(parameter(world, 5));
}

/* Parameters that the document lacks come from the policy. */
static void test_extra(void **state)
{
	struct world *world = *state;
	const struct mrl_document *policy;
	struct mrl_document_limits limits = MRL_DOCUMENT_LIMITS;
	assert_int_equal(
		mrl_document_read(&limits, MRL_SLICE("policy.yaml"),
	                          MRL_SLICE("[{name: k, in: query, schema: {type: integer}}]"),
	                          &world->fixture.arena, &world->fixture.diagnostics, &policy),
		MRL_OK);
	world->settings.parameters_extra = mrl_document_root(policy);
	world_good(world, "3.1.0", QUERY("{name: q, in: query, " INT "}"));
	world_request(world, "GET /a", MRL_SLICE("/a?q=1&k=2"));
	assert_true(world_head(world));
	assert_int_equal(world->call.value_count, 2);
	world_request(world, "GET /a", MRL_SLICE("/a?q=1&k=x"));
	assert_false(world_head(world));
	assert_string_equal(world_fault(world), "parameter query k type");
	world->settings.parameters_extra = NULL;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {TEST(test_styles), TEST(test_collisions),
	                                   TEST(test_places), TEST(test_compiled),
	                                   TEST(test_extra)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
