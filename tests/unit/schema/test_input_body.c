/* Bodies to verdicts: JSON, text, urlencoded forms; tests/vectors/multipart has multipart. */
#include "input_fixture.h"

static const char api[] =
	"paths:\n"
	"  /a:\n"
	"    post:\n"
	"      requestBody:\n"
	"        content:\n"
	"          application/json: {schema: {$ref: '#/components/schemas/O'}}\n"
	"          text/plain: {schema: {type: [integer, string], maximum: 9, maxLength: 2}}\n"
	"          application/x-www-form-urlencoded:\n"
	"            schema:\n"
	"              type: object\n"
	"              required: [i]\n"
	"              properties:\n"
	"                i: {type: integer}\n"
	"                s: {type: string, maxLength: 9}\n"
	"                v: {type: [integer, string], maxLength: 9, maximum: 9}\n"
	"                l: {type: array, items: {type: integer}}\n"
	"                c: {type: array, items: {type: integer}}\n"
	"                o: {$ref: '#/components/schemas/O'}\n"
	"                ol: {type: array, items: {$ref: '#/components/schemas/O'}}\n"
	"                d: {type: object, properties: {x: {type: integer}}}\n"
	"                j: {type: array, items: {type: integer}}\n"
	"            encoding:\n"
	"              c: {style: form, explode: false}\n"
	"              d: {style: deepObject}\n"
	"      responses: {'204': {description: D}}\n"
	"  /open:\n"
	"    post:\n"
	"      requestBody:\n"
	"        content:\n"
	"          application/x-www-form-urlencoded:\n"
	"            schema: {type: object, properties: {a: {type: string}}, additionalProperties: "
	"{type: integer}}\n"
	"      responses: {'204': {description: D}}\n"
	"components:\n"
	"  schemas:\n"
	"    O: {type: object, properties: {x: {type: integer}, id: {type: integer, readOnly: "
	"true}}}\n";

static int setup(void **state)
{
	world_setup(state);
	world_good(*state, "3.1.0", api);
	return 0;
}

/* The value that is read, or the fault. */
static const char *judge(struct world *world, const char *path, const char *type, const char *body)
{
	char operation[32] = "POST ";
	memcpy(operation + 5, path, strlen(path) + 1);
	world_request(world, operation, mrl_slice_text(path));
	assert_true(world_media(world, type));
	return world_body(world, mrl_slice_text(body)) ? world_text(world, &world->call.body)
	                                               : world_fault(world);
}

static const char *json(struct world *world, const char *body)
{
	return judge(world, "/a", "application/json", body);
}

static const char *form(struct world *world, const char *body)
{
	return judge(world, "/a", "application/x-www-form-urlencoded", body);
}

static void test_json(void **state)
{
	struct world *world = *state;
	assert_string_equal(json(world, "{\"x\": 1}"), "{\"x\":1}");
	assert_string_equal(json(world, "{\"x\":\"1\"}"), "invalid type /x");
	assert_string_equal(world_error(world),
	                    "{\"in\":\"body\",\"pointer\":\"/x\",\"keyword\":\"type\"}");
	check_slice(world->fault.location, "/x");
	assert_null(world->call.body.nodes);
	assert_string_equal(json(world, "{\"role\":\"1\"}"), "invalid undeclared /role");
	check_slice(world->fault.location, "/*");
	assert_string_equal(json(world, "{\"x\":1,\n \"x\":2}"), "syntax name-repeated");
	assert_string_equal(world_error(world), "{\"in\":\"body\",\"line\":2,\"column\":2,"
	                                        "\"keyword\":\"name-repeated\"}");
	assert_string_equal(json(world, ""), "syntax empty");
}

static void test_text(void **state)
{
	struct world *world = *state;
	assert_string_equal(judge(world, "/a", "text/plain", "7"), "7");
	assert_string_equal(judge(world, "/a", "text/plain", "a"), "\"a\"");
	assert_string_equal(judge(world, "/a", "text/plain", "77"), "\"77\"");
	assert_string_equal(judge(world, "/a", "text/plain", "abc"), "invalid maxLength");
	assert_string_equal(judge(world, "/a", "text/plain", "a\n\xC3"), "syntax utf8");
	assert_string_equal(world_error(world),
	                    "{\"in\":\"body\",\"line\":2,\"column\":1,\"keyword\":\"utf8\"}");
	world_request(world, "POST /a", MRL_SLICE("/a"));
	assert_true(world_media(world, "text/plain"));
	assert_false(world_body(world, MRL_SLICE("a\0")));
	assert_string_equal(world_fault(world), "syntax nul");
}

static void test_form(void **state)
{
	struct world *world = *state;
	assert_string_equal(form(world, "i=1&s=a+b"), "{\"i\":1,\"s\":\"a b\"}");
	assert_string_equal(form(world, "s=1&i=1"), "{\"i\":1,\"s\":\"1\"}");
	assert_string_equal(form(world, "s=1"), "invalid required");
	assert_string_equal(form(world, ""), "invalid required");
	assert_string_equal(form(world, "i=x"), "invalid type /i");
	assert_string_equal(form(world, "i=1&i=2"), "syntax repeated");
	assert_string_equal(form(world, "i=1&z=2"), "invalid undeclared /z");
	assert_string_equal(world_error(world),
	                    "{\"in\":\"body\",\"pointer\":\"/z\",\"keyword\":\"undeclared\"}");
	check_slice(world->fault.location, "/*");
	assert_string_equal(form(world, "i=1&_method=DELETE"), "invalid undeclared /_method");
	assert_string_equal(form(world, "i=1&&s=a"), "invalid undeclared /");
	assert_string_equal(form(world, "i=1;s=a"), "syntax unexpected");
	assert_string_equal(form(world, "i=1&s=%zz"), "syntax syntax");
	assert_string_equal(form(world, "i=1&%zz=a"), "syntax escape");
	assert_string_equal(world_error(world),
	                    "{\"in\":\"body\",\"line\":1,\"column\":5,\"keyword\":\"escape\"}");
	assert_string_equal(form(world, "i=1&s=%C3"), "syntax syntax");
	assert_string_equal(form(world, "i=1&s=%00"), "syntax syntax");
	assert_string_equal(form(world, "i=1&s=1234567890"), "invalid maxLength /s");
	/* A field takes the first type that fits: there is no second reading. */
	assert_string_equal(form(world, "i=1&v=9"), "{\"i\":1,\"v\":9}");
	assert_string_equal(form(world, "i=1&v=x"), "{\"i\":1,\"v\":\"x\"}");
	assert_string_equal(form(world, "i=1&v=10"), "invalid maximum /v");
}

static void test_structure(void **state)
{
	struct world *world = *state;
	assert_string_equal(form(world, "i=1&l=1&l=2"), "{\"i\":1,\"l\":[1,2]}");
	assert_string_equal(form(world, "i=1&l=1&l=x"), "invalid type /l/1");
	assert_string_equal(form(world, "i=1&l[]=1"), "invalid undeclared /l[]");
	assert_string_equal(form(world, "i=1&c=1,2"), "{\"i\":1,\"c\":[1,2]}");
	assert_string_equal(form(world, "i=1&c=1&c=2"), "syntax repeated");
	assert_string_equal(form(world, "i=1&o=%7B%22x%22:1%7D"), "{\"i\":1,\"o\":{\"x\":1}}");
	assert_string_equal(form(world, "i=1&o=%7B%22y%22:1%7D"), "invalid undeclared /o/y");
	assert_string_equal(form(world, "i=1&o=%7B%22x%22:1,%22x%22:2%7D"), "syntax name-repeated");
	assert_string_equal(form(world, "i=1&o=%7B%7D&o=%7B%7D"), "syntax repeated");
	assert_string_equal(form(world, "i=1&o=x"), "syntax unexpected");
	assert_string_equal(world_error(world),
	                    "{\"in\":\"body\",\"line\":1,\"column\":7,\"keyword\":\"unexpected\"}");
	assert_string_equal(form(world, "i=1&o=%7"), "syntax escape");
	assert_string_equal(form(world, "i=1&ol=%7B%22x%22:1%7D&ol=%7B%7D"),
	                    "{\"i\":1,\"ol\":[{\"x\":1},{}]}");
	assert_string_equal(form(world, "i=1&ol=%7B%22x%22:1%7D&ol=%7B%22x%22:true%7D"),
	                    "invalid type /ol/1/x");
	assert_string_equal(form(world, "i=1&d[x]=1"), "{\"i\":1,\"d\":{\"x\":1}}");
	assert_string_equal(form(world, "i=1&d[x]=a"), "invalid type /d/x");
	assert_string_equal(form(world, "i=1&d[y]=1"), "invalid undeclared /d[y]");
	assert_string_equal(form(world, "i=1&d[x]=1&d[x]=2"), "syntax repeated");
}

static void test_open(void **state)
{
	struct world *world = *state;
	const char *type = "application/x-www-form-urlencoded";
	assert_string_equal(judge(world, "/open", type, "a=1&b=2&c=3"),
	                    "{\"a\":\"1\",\"b\":2,\"c\":3}");
	assert_string_equal(judge(world, "/open", type, "b=2&b=3"), "syntax repeated");
	assert_string_equal(judge(world, "/open", type, "b=x"), "invalid type /b");
	check_slice(world->fault.location, "/*");
}

static void test_limits(void **state)
{
	struct world *world = *state;
	world->settings.pairs = 2;
	assert_string_equal(form(world, "i=1&s=2"), "{\"i\":1,\"s\":\"2\"}");
	assert_string_equal(form(world, "i=1&s=2&l=3"), "syntax pairs");
	world->settings.ops_min = 0;
	world->settings.ops_per_byte = 0;
	assert_string_equal(json(world, "{\"x\": 1}"), "too-complex");
	assert_string_equal(world_error(world), "");
}

/* Every allocation fails in turn: a status, never a verdict. */
static void test_memory(void **state)
{
	struct world *world = *state;
	const char *bodies[] = {"i=1&l=1&l=2&o=%7B%22x%22:1%7D&d[x]=1"};
	bool passed = false;
	for (size_t cap = 0; cap < 200000 && !passed; cap += 512) {
		struct mrl_arena arena;
		world_request(world, "POST /a", MRL_SLICE("/a"));
		assert_true(world_media(world, "application/x-www-form-urlencoded"));
		mrl_arena_init(&arena, &mrl_memory_malloc, 64, cap);
		world->call.arena = &arena;
		world->fault.line = 77;
		enum mrl_err err = mrl_input_body(&world->call, mrl_slice_text(bodies[0]),
		                                  &world->fault);
		assert_true(err == MRL_OK || err == MRL_ERR_MEMORY);
		assert_int_equal(world->fault.line, err == MRL_OK ? 0 : 77);
		assert_int_equal(world->fault.kind, MRL_INPUT_NONE);
		assert_true((world->call.body.nodes != NULL) == (err == MRL_OK));
		passed = err == MRL_OK;
		mrl_arena_release(&arena);
	}
	assert_true(passed);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, world_teardown)
	const struct CMUnitTest tests[] = {TEST(test_json),      TEST(test_text), TEST(test_form),
	                                   TEST(test_structure), TEST(test_open), TEST(test_limits),
	                                   TEST(test_memory)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
