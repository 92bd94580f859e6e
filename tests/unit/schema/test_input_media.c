/* Which body may come: there or not, its type, its parameters, its coding; and what of that a
 * document cannot say. */
#include "input_fixture.h"

#define BODY(content)                                          \
	"paths: {/a: {post: {requestBody: {content: {" content \
	"}}, responses: {'204': {description: D}}}}}\n"
#define OBJECT "{schema: {type: object, properties: {a: {type: integer}}}}"

static const char api[] =
	"paths:\n"
	"  /a:\n"
	"    post:\n"
	"      requestBody:\n"
	"        required: true\n"
	"        content:\n"
	"          application/json: " OBJECT "\n"
	"          application/vnd.x+json;v=2: " OBJECT "\n"
	"          text/plain: {schema: {type: integer}}\n"
	"          application/x-www-form-urlencoded: " OBJECT "\n"
	"          multipart/form-data: " OBJECT "\n"
	"          image/png: {}\n"
	"          video/*: {schema: {type: string, format: binary}}\n"
	"      responses: {'204': {description: D}}\n"
	"    get: {responses: {'204': {description: D}}}\n"
	"    put: {requestBody: {content: {application/json: " OBJECT
	"}}, responses: {'204': {description: D}}}\n"
	"  /wild:\n"
	"    post: {requestBody: {content: {'*/*': {schema: {type: [object, integer], properties: "
	"{a: "
	"{type: integer}}}}, "
	"application/json: {schema: {type: boolean}}}}, responses: {'204': {description: D}}}\n";

static int setup(void **state)
{
	world_setup(state);
	world_good(*state, "3.1.0", api);
	return 0;
}

struct row {
	const char *type; /* NULL: none */
	enum mrl_input_reading reading;
};

static void check_types(struct world *world, const char *operation, const struct row *rows,
                        size_t count)
{
	for (size_t i = 0; i < count; i++) {
		world_request(world, operation, MRL_SLICE("/a"));
		bool accepted = world_media(world, rows[i].type);
		const char *text = rows[i].type == NULL ? "none" : rows[i].type;
		check_row(accepted == (rows[i].reading != MRL_READING_NONE), text);
		check_row(world->call.reading == rows[i].reading, text);
		check_row(accepted || world->fault.kind == MRL_INPUT_MEDIA_TYPE, text);
	}
}

static void test_types(void **state)
{
	static const struct row rows[] = {
		{"application/json", MRL_READING_JSON},
		{"Application/JSON ; Charset=\"UTF-8\"", MRL_READING_JSON},
		{"application/json; charset=utf-7", MRL_READING_NONE},
		{"application/json; charset=utf-8; charset=utf-8", MRL_READING_NONE},
		{"application/json; v=1", MRL_READING_NONE},
		{"application/json; boundary=b", MRL_READING_NONE},
		{"application/json, application/json", MRL_READING_NONE},
		{"application/json;", MRL_READING_JSON},
		{"application/json; charset", MRL_READING_NONE},
		{"application/problem+json", MRL_READING_NONE},
		{"application/vnd.x+json; v=2", MRL_READING_JSON},
		{"application/vnd.x+json; V=2; charset=utf-8", MRL_READING_JSON},
		{"application/vnd.x+json; v=3", MRL_READING_NONE},
		{"application/vnd.x+json; v=2; v=2", MRL_READING_NONE},
		{"application/vnd.x+json", MRL_READING_NONE},
		{"application/*", MRL_READING_NONE},
		{"json", MRL_READING_NONE},
		{"", MRL_READING_NONE},
		{NULL, MRL_READING_NONE},
		{"text/plain", MRL_READING_TEXT},
		{"text/plain; charset=latin1", MRL_READING_NONE},
		{"text/html", MRL_READING_NONE},
		{"application/x-www-form-urlencoded", MRL_READING_FORM},
		{"application/x-www-form-urlencoded; charset=utf-16", MRL_READING_NONE},
		{"multipart/form-data; boundary=b", MRL_READING_MULTIPART},
		{"multipart/form-data", MRL_READING_NONE},
		{"multipart/mixed; boundary=b", MRL_READING_NONE},
		{"image/png", MRL_READING_OPAQUE},
		{"image/jpeg", MRL_READING_NONE},
		{"image/png; charset=x", MRL_READING_OPAQUE},
		{"image/png; q=1", MRL_READING_NONE},
		{"video/mp4", MRL_READING_OPAQUE},
	};
	check_types(*state, "POST /a", rows, MRL_COUNT(rows));
}

/* What is nearer decides; in a range JSON and text are judged, all else is refused. */
static void test_ranges(void **state)
{
	struct world *world = *state;
	static const struct row rows[] = {
		{"application/json", MRL_READING_JSON},
		{"application/x+json", MRL_READING_JSON},
		{"model/gltf+json", MRL_READING_JSON},
		{"text/plain", MRL_READING_TEXT},
		{"application/xml", MRL_READING_NONE},
		{"application/x-www-form-urlencoded", MRL_READING_NONE},
	};
	check_types(world, "POST /wild", rows, MRL_COUNT(rows));
	world_request(world, "POST /wild", MRL_SLICE("/wild"));
	assert_true(world_media(world, "application/json"));
	assert_true(world_body(world, MRL_SLICE("true")));
	world_request(world, "POST /wild", MRL_SLICE("/wild"));
	assert_true(world_media(world, "application/x+json"));
	assert_false(world_body(world, MRL_SLICE("true")));
	assert_true(world_body(world, MRL_SLICE("{\"a\":1}")));
}

static const char *presence(struct world *world, const char *operation, bool body)
{
	world_request(world, operation, MRL_SLICE("/a"));
	world->view.has_body = body;
	world_field(world, "content-type", MRL_SLICE("application/json"));
	assert_int_equal(mrl_input_media(&world->call, &world->fault), MRL_OK);
	return world_fault(world);
}

static void test_presence(void **state)
{
	struct world *world = *state;
	assert_string_equal(presence(world, "POST /a", true), "none");
	assert_string_equal(presence(world, "POST /a", false), "body-missing");
	assert_string_equal(presence(world, "PUT /a", false), "none");
	assert_int_equal(world->call.reading, MRL_READING_NONE);
	assert_string_equal(presence(world, "GET /a", false), "none");
	assert_string_equal(presence(world, "GET /a", true), "body-unexpected");
	assert_string_equal(world_error(world), "");
}

static const char *coded(struct world *world, const char *first, const char *second)
{
	world_request(world, "POST /a", MRL_SLICE("/a"));
	world_field(world, "content-encoding", mrl_slice_text(first));
	if (second != NULL) {
		world_field(world, "content-encoding", mrl_slice_text(second));
	}
	(void)world_media(world, "application/json");
	return world_fault(world);
}

static void test_coding(void **state)
{
	struct world *world = *state;
	assert_string_equal(coded(world, "identity", NULL), "none");
	assert_string_equal(coded(world, "Identity", NULL), "none");
	assert_string_equal(coded(world, "gzip", NULL), "coding");
	assert_string_equal(coded(world, "identity, gzip", NULL), "coding");
	assert_string_equal(coded(world, "", NULL), "coding");
	assert_string_equal(coded(world, "identity", "identity"), "coding");
	world_request(world, "POST /a", MRL_SLICE("/a"));
	world_field(world, "content-type", MRL_SLICE("application/json"));
	assert_false(world_media(world, "application/json"));
}

static void test_load(void **state)
{
	static const struct {
		const char *rest;
		const char *code;
	} rows[] = {
		{BODY("application/xml: {schema: {type: object, properties: {}}}"),
	         "oa-media-unjudged"},
		{BODY("application/xml: {}"), NULL},
		{BODY("multipart/mixed: {schema: {type: object, properties: {}}}"),
	         "oa-media-unjudged"},
		{BODY("multipart/mixed: {}"), "oa-media-unjudged"},
		{BODY("application/x-ndjson: {schema: {type: array, items: {type: integer}}}"),
	         "oa-media-unjudged"},
		{BODY("application/json: {}"), "oa-any"},
		{BODY("multipart/form-data: {}"), "oa-any"},
		{BODY("application/x-www-form-urlencoded: {schema: {type: string}}"),
	         "oa-media-unjudged"},
		{BODY("application/x-www-form-urlencoded: {schema: {type: object, properties: {a: "
	              "{type: string}}}, encoding: {a: {contentType: application/xml}}}"),
	         "oa-media-unjudged"},
		{BODY("multipart/form-data: {schema: {type: object, properties: {a: {type: object, "
	              "properties: {}}}}, encoding: {a: {contentType: application/xml}}}"),
	         "oa-media-unjudged"},
		{BODY("multipart/form-data: {schema: {type: object, properties: {a: {type: "
	              "string}}}, "
	              "encoding: {a: {contentType: 'image'}}}"),
	         "oa-structure"},
		{BODY("text/csv: {schema: {type: string}}"), "oa-media-unjudged"},
		{BODY("text/csv: {schema: {contentMediaType: text/csv}}"), NULL},
	};
	struct world *world = *state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		enum mrl_err err = world_load(world,
		                              fixture_text(&world->fixture, "3.1.0", rows[i].rest));
		check_row(err == (rows[i].code == NULL ? MRL_OK : MRL_ERR_INVALID), rows[i].rest);
		check_row(rows[i].code == NULL ||
		                  fixture_finding(&world->fixture, rows[i].code) != NULL,
		          rows[i].rest);
	}
	world_good(world, "3.1.0", BODY("'*/*': {}"));
	assert_non_null(fixture_finding(&world->fixture, "oa-media-wild"));
}

/* Types that the policy names pass by type and size alone. */
static void test_opaque(void **state)
{
	struct world *world = *state;
	struct mrl_slice names[] = {MRL_SLICE("application/xml")};
	world->settings.opaque = (struct mrl_names){.items = names, .count = 1};
	world_good(world, "3.1.0",
	           BODY("application/xml: {schema: {type: object, properties: {}}}"));
	world_request(world, "POST /a", MRL_SLICE("/a"));
	assert_true(world_media(world, "application/xml"));
	assert_int_equal(world->call.reading, MRL_READING_OPAQUE);
	assert_true(world_body(world, MRL_SLICE("<")));
	assert_null(world->call.body.nodes);
	check_slice(mrl_input_opaque(world->call.input, 0), "application/xml");
	assert_int_equal(mrl_input_opaque(world->call.input, 1).size, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, world_teardown)
	const struct CMUnitTest tests[] = {TEST(test_types),    TEST(test_ranges),
	                                   TEST(test_presence), TEST(test_coding),
	                                   TEST(test_load),     TEST(test_opaque)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
