/* Parameters of whole requests: order of judging, places, path values cut out of segments, what a
 * fault says and what it keeps to itself. */
#include "input_fixture.h"

static const char api[] =
	"paths:\n"
	"  /a/{x}.{y}:\n"
	"    get:\n"
	"      parameters:\n"
	"      - {name: x, in: path, required: true, schema: {type: integer, maximum: 99}}\n"
	"      - {name: y, in: path, required: true, schema: {type: string, maxLength: 8}}\n"
	"      - {name: q, in: query, required: true, schema: {type: integer}}\n"
	"      - {name: X-H, in: header, schema: {type: integer}}\n"
	"      - {name: c, in: cookie, schema: {type: integer}}\n"
	"      responses: {'204': {description: D}}\n"
	"  /m/{p}/n:\n"
	"    get:\n"
	"      parameters:\n"
	"      - {name: p, in: path, style: matrix, required: true, schema: {type: integer}}\n"
	"      responses: {'204': {description: D}}\n"
	"  /j:\n"
	"    get:\n"
	"      parameters:\n"
	"      - {name: f, in: query, content: {application/json: {schema: {$ref: "
	"'#/components/schemas/F'}}}}\n"
	"      - {name: l, in: query, schema: {type: array, items: {type: integer, maximum: 9}}}\n"
	"      responses: {'204': {description: D}}\n"
	"components:\n"
	"  schemas:\n"
	"    F:\n"
	"      type: object\n"
	"      properties: {'a/b': {type: integer}, o: {type: object, additionalProperties: {type: "
	"integer, maximum: 9}}}\n";

static int setup(void **state)
{
	world_setup(state);
	world_good(*state, "3.1.0", api);
	return 0;
}

/* Of a request with these parts the fault; "none" if it is accepted. */
static const char *judge(struct world *world, const char *target, const char *header,
                         const char *cookie)
{
	world_request(world, "GET /a/{x}.{y}", mrl_slice_text(target));
	if (header != NULL) {
		world_field(world, "x-h", mrl_slice_text(header));
	}
	if (cookie != NULL) {
		world_field(world, "cookie", mrl_slice_text(cookie));
	}
	(void)world_head(world);
	return world_fault(world);
}

static void test_places(void **state)
{
	struct world *world = *state;
	assert_string_equal(judge(world, "/a/1.b?q=1", "2", "c=3"), "none");
	assert_int_equal(world->call.value_count, 5);
	check_slice(world->call.values[1].name, "y");
	assert_int_equal(world->call.values[3].in, MRL_IN_HEADER);
	assert_string_equal(world_text(world, &world->call.values[4].doc), "3");
	assert_string_equal(judge(world, "/a/1.b?q=1", NULL, NULL), "none");
	assert_int_equal(world->call.value_count, 3);
	/* All are wrong: the path comes first, then the query, header, cookie. */
	assert_string_equal(judge(world, "/a/x.b?q=x", "x", "c=x"), "parameter path x type");
	assert_string_equal(judge(world, "/a/1.b?q=x", "x", "c=x"), "parameter query q type");
	assert_string_equal(judge(world, "/a/1.b?q=1", "x", "c=x"), "parameter header x-h type");
	assert_string_equal(judge(world, "/a/1.b?q=1", "1", "c=x"), "parameter cookie c type");
	assert_string_equal(judge(world, "/a/100.b?q=1", NULL, NULL), "parameter path x maximum");
	assert_string_equal(judge(world, "/a/1.b", NULL, NULL), "parameter query q missing");
	assert_string_equal(judge(world, "/a/1.b?", NULL, NULL), "parameter query q missing");
}

/* Literals may be encoded, values are cut from what was sent. */
static void test_segments(void **state)
{
	struct world *world = *state;
	assert_string_equal(judge(world, "/a/12.%C3%A4?q=1", NULL, NULL), "none");
	assert_string_equal(world_text(world, &world->call.values[1].doc), "\"\xC3\xA4\"");
	assert_string_equal(judge(world, "/a/%31%32%2Eb%62?q=1", NULL, NULL), "none");
	assert_string_equal(world_text(world, &world->call.values[0].doc), "12");
	assert_string_equal(world_text(world, &world->call.values[1].doc), "\"bb\"");
	assert_string_equal(judge(world, "/a/1.b;c=1?q=1", NULL, NULL), "target");
	world_request(world, "GET /m/{p}/n", MRL_SLICE("/m/;p=7/n"));
	assert_true(world_head(world));
	world_request(world, "GET /m/{p}/n", MRL_SLICE("/m/;p=7/n;x=1"));
	assert_false(world_head(world));
	assert_string_equal(world_fault(world), "target");
}

/* A call with the path of another operation is ours to mend, not the client's. */
static void test_state(void **state)
{
	struct world *world = *state;
	world_request(world, "GET /j", MRL_SLICE("/j/k"));
	world->fault.line = 77;
	assert_int_equal(mrl_input_head(&world->call, &world->fault), MRL_ERR_STATE);
	assert_int_equal(world->fault.line, 77);
}

static const char *error_of(struct world *world, const char *target)
{
	world_request(world, "GET /j", mrl_slice_text(target));
	assert_false(world_head(world));
	return world_error(world);
}

static void test_errors(void **state)
{
	struct world *world = *state;
	assert_string_equal(error_of(world, "/j?l=1&l=10"),
	                    "{\"in\":\"query\",\"name\":\"l\",\"pointer\":\"/1\",\"keyword\":"
	                    "\"maximum\"}");
	assert_string_equal(error_of(world, "/j?l=1&l=x"),
	                    "{\"in\":\"query\",\"name\":\"l\",\"pointer\":\"/1\",\"keyword\":"
	                    "\"type\"}");
	check_slice(world->fault.site, "d/api.yaml#/paths/~1j/get/parameters/1/schema");
	assert_string_equal(error_of(world, "/j?%22x%22=1"),
	                    "{\"in\":\"query\",\"name\":\"\\\"x\\\"\",\"pointer\":\"\",\"keyword\":"
	                    "\"undeclared\"}");
	check_slice(world->fault.location_name, "*");
	assert_string_equal(error_of(world, "/j?f=%7B%22a/b%22:true%7D"),
	                    "{\"in\":\"query\",\"name\":\"f\",\"pointer\":\"/a~1b\",\"keyword\":"
	                    "\"type\"}");
	check_slice(world->fault.location, "/a~1b");
	check_slice(world->fault.location_name, "f");
	assert_string_equal(error_of(world, "/j?f=%7B%22zz%22:1%7D"),
	                    "{\"in\":\"query\",\"name\":\"f\",\"pointer\":\"/zz\",\"keyword\":"
	                    "\"undeclared\"}");
	check_slice(world->fault.location, "/*");
	assert_string_equal(error_of(world, "/j?f=%7B%22o%22:%7B%22zz%22:10%7D%7D"),
	                    "{\"in\":\"query\",\"name\":\"f\",\"pointer\":\"/o/zz\",\"keyword\":"
	                    "\"maximum\"}");
	check_slice(world->fault.location, "/o/*");
	/* Positions are of bodies alone. */
	assert_string_equal(error_of(world, "/j?f=%7B%7D%7D"),
	                    "{\"in\":\"query\",\"name\":\"f\",\"pointer\":\"\",\"keyword\":"
	                    "\"trailing\"}");
}

/* A name is cut at 256 bytes, at a character. */
static void test_long_name(void **state)
{
	struct world *world = *state;
	char target[400] = "/j?a";
	const char *expected = "{\"in\":\"query\",\"name\":\"a";
	for (size_t i = 0; i < 60; i++) {
		memcpy(target + 4 + i * 6, "%C3%A4", 6);
	}
	const char *error = error_of(world, target);
	assert_int_equal(strncmp(error, expected, strlen(expected)), 0);
	assert_non_null(strstr(error, "\xA4\",\"pointer\""));
	struct mrl_input_fault fault = {.kind = MRL_INPUT_PARAMETER,
	                                .in = MRL_IN_QUERY,
	                                .keyword = MRL_SLICE("undeclared")};
	uint8_t name[300];
	uint8_t memory[500];
	memset(name, 'x', sizeof(name));
	memcpy(name + 255, "\xC3\xA4", 2);
	fault.name = mrl_slice(name, sizeof(name));
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	mrl_input_fault_write(&buffer, &fault);
	size_t rest = strlen("{\"in\":\"query\",\"name\":\"\",\"pointer\":\"\",\"keyword\":"
	                     "\"undeclared\"}");
	assert_int_equal(buffer.size, rest + 255);
}

static void test_limits(void **state)
{
	struct world *world = *state;
	char target[2100] = "/j?";
	size_t size = 3;
	for (size_t i = 0; i < 256; i++) {
		memcpy(target + size, "l=1&", 4);
		size += 4;
	}
	world_request(world, "GET /j", mrl_slice(target, size - 1));
	assert_true(world_head(world));
	memcpy(target + size, "l=1", 3);
	world_request(world, "GET /j", mrl_slice(target, size + 3));
	assert_false(world_head(world));
	assert_string_equal(world_fault(world), "parameter query  syntax");
	/* The allowance is the request's, not the value's. */
	world->settings.ops_min = 0;
	world->settings.ops_per_byte = 0;
	world_request(world, "GET /j", MRL_SLICE("/j?l=1"));
	assert_false(world_head(world));
	assert_string_equal(world_fault(world), "too-complex");
}

/* Every allocation fails in turn: a status, never a verdict. */
static void test_memory(void **state)
{
	struct world *world = *state;
	enum mrl_err err = MRL_ERR_MEMORY;
	for (size_t cap = 0; err != MRL_OK; cap += 64) {
		struct mrl_arena arena;
		world_request(world, "GET /a/{x}.{y}", MRL_SLICE("/a/1.%41?q=%31"));
		world_field(world, "cookie", MRL_SLICE("c=3"));
		mrl_arena_init(&arena, &mrl_memory_malloc, 64, cap);
		world->call.arena = &arena;
		world->fault.line = 77;
		err = mrl_input_head(&world->call, &world->fault);
		assert_true(err == MRL_OK || err == MRL_ERR_MEMORY);
		assert_int_equal(world->fault.line, err == MRL_OK ? 0 : 77);
		assert_int_equal(world->fault.kind, MRL_INPUT_NONE);
		mrl_arena_release(&arena);
		assert_true(cap < 1U << 20);
	}
	assert_int_equal(world->call.value_count, 4);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, world_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_places),    TEST(test_segments), TEST(test_state), TEST(test_errors),
		TEST(test_long_name), TEST(test_limits),   TEST(test_memory)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
