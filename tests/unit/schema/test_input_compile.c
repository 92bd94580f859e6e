/* Inputs of documents in several files, what operations share, what reports ask, and memory that
 * ends anywhere. */
#include "input_fixture.h"

static const char api[] = "openapi: 3.1.0\n"
			  "info: {title: T, version: '1'}\n"
			  "paths:\n"
			  "  /a/{x}: {$ref: 'paths/a.yaml'}\n"
			  "  /b:\n"
			  "    get:\n"
			  "      parameters: [{$ref: 'common.yaml#/Limit'}]\n"
			  "      responses: {'204': {description: D}}\n"
			  "    post:\n"
			  "      requestBody: {$ref: 'common.yaml#/Body'}\n"
			  "      responses: {'204': {description: D}}\n";

static const char path_file[] =
	"parameters:\n"
	"- {name: x, in: path, required: true, schema: {$ref: '../schemas/id%20s.yaml#/Id'}}\n"
	"get:\n"
	"  parameters: [{$ref: '../common.yaml#/Limit'}]\n"
	"  responses: {'204': {description: D}}\n";

static const char common_file[] =
	"Limit: {name: limit, in: query, schema: {$ref: 'schemas/id%20s.yaml#/Limit'}}\n"
	"Body: {required: true, content: {application/json: {schema: {$ref: "
	"'schemas/id%20s.yaml#/Pet'}}}}\n";

static const char schema_file[] =
	"Id: {type: integer, minimum: 1}\n"
	"Limit: {$ref: '#/Id'}\n"
	"Pet: {type: object, properties: {id: {$ref: '#/Id'}, tag: {$ref: 'tag.yaml'}}}\n";

static int setup(void **state)
{
	world_setup(state);
	struct fixture *fixture = &((struct world *)*state)->fixture;
	fixture->files[1] = (struct fixture_file){"d/paths/a.yaml", path_file};
	fixture->files[2] = (struct fixture_file){"d/common.yaml", common_file};
	fixture->files[3] = (struct fixture_file){"d/schemas/id s.yaml", schema_file};
	fixture->files[4] = (struct fixture_file){"d/schemas/tag.yaml", "{enum: [a, b]}"};
	return 0;
}

static const char *head(struct world *world, const char *operation, const char *target)
{
	world_request(world, operation, mrl_slice_text(target));
	(void)world_head(world);
	return world_fault(world);
}

static const char *body(struct world *world, const char *text)
{
	world_request(world, "POST /b", MRL_SLICE("/b"));
	assert_true(world_media(world, "application/json"));
	(void)world_body(world, mrl_slice_text(text));
	return world_fault(world);
}

static void test_files(void **state)
{
	struct world *world = *state;
	assert_int_equal(world_load(world, api), MRL_OK);
	assert_string_equal(head(world, "GET /a/{x}", "/a/1?limit=2"), "none");
	assert_string_equal(head(world, "GET /a/{x}", "/a/0"), "parameter path x minimum");
	assert_string_equal(head(world, "GET /a/{x}", "/a/1?limit=x"),
	                    "parameter query limit type");
	assert_string_equal(head(world, "GET /b", "/b?limit=0"), "parameter query limit minimum");
	assert_string_equal(body(world, "{\"id\":1,\"tag\":\"a\"}"), "none");
	assert_string_equal(body(world, "{\"id\":1,\"tag\":\"c\"}"), "invalid enum /tag");
	check_slice(world->fault.location, "/tag");
}

/* A file that is not there, and one above the first document's folder. */
static void test_missing_files(void **state)
{
	struct world *world = *state;
	world->fixture.files[4].path = "d/schemas/other.yaml";
	assert_int_equal(world_load(world, api), MRL_ERR_INVALID);
	world->fixture.files[4].path = "tag.yaml";
	world->fixture.files[3].text =
		"Id: {type: integer}\nLimit: {type: integer}\n"
		"Pet: {type: object, properties: {tag: {$ref: '../../tag.yaml'}}}\n";
	assert_int_equal(world_load(world, api), MRL_ERR_INVALID);
}

static void test_reports(void **state)
{
	struct world *world = *state;
	struct mrl_schema_counts counts;
	assert_int_equal(world_load(world, api), MRL_OK);
	const struct mrl_input *post = mrl_input_of(world->inputs,
	                                            fixture_operation(&world->fixture, "POST /b"));
	mrl_input_counts(post, &counts);
	assert_int_equal(counts.open_objects, 0);
	assert_null(mrl_input_parameter(post, 0));
	assert_int_equal(mrl_input_opaque(post, 0).size, 0);
}

/* Wherever memory ends: a status, nothing else. */
static void test_memory(void **state)
{
	struct world *world = *state;
	size_t used = 0;
	bool passed = false;
	for (size_t more = 0; !passed; more += 1024) {
		const struct mrl_inputs *inputs = NULL;
		assert_int_equal(fixture_load(&world->fixture, api), MRL_OK);
		struct mrl_arena arena;
		mrl_arena_init(&arena, &mrl_memory_malloc, 1024, more);
		enum mrl_err err = mrl_input_compile(&world->options, world->fixture.api, &arena,
		                                     &world->fixture.diagnostics, &inputs);
		passed = err == MRL_OK;
		assert_true(passed || err == MRL_ERR_MEMORY || err == MRL_ERR_INVALID);
		assert_true(passed == (inputs != NULL));
		used = arena.used_bytes;
		mrl_arena_release(&arena);
		assert_true(more < 64U << 20);
	}
	assert_true(used != 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, world_teardown)
	const struct CMUnitTest tests[] = {TEST(test_files), TEST(test_missing_files),
	                                   TEST(test_reports), TEST(test_memory)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
