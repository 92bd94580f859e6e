/* Loading as a whole: every allocation fails in turn, in documents that are good and that are not.
 */
#include "fixture.h"

static const char external[] =
	"get:\n  parameters:\n  - {$ref: 'api.yaml#/components/parameters/P'}\n"
	"  responses: {200: {description: d}}\n";

static const char good[] =
	"openapi: 3.1.0\ninfo: {title: T, version: '1'}\n"
	"servers: [{url: '/{v}', variables: {v: {default: a, enum: [a, b]}}}]\n"
	"security: [{k: []}]\n"
	"paths:\n"
	"  /x/{i}.{j}:\n"
	"    parameters:\n"
	"    - {name: i, in: path, required: true, schema: {}}\n"
	"    - {name: j, in: path, required: true, schema: {}}\n"
	"    post:\n"
	"      operationId: o\n"
	"      requestBody: {content: {a/b; c=d: {schema: {$ref: '#/components/schemas/S'}}}}\n"
	"      responses: {4XX: {headers: {X-A: {}}, content: {text/html: {}}}}\n"
	"  /x/y: {$ref: more.yaml}\n"
	"  /{z}/y: {trace: {}, parameters: [{name: z, in: path, required: true, schema: {}}]}\n"
	"components:\n"
	"  parameters: {P: {name: X-P, in: header, schema: {default: def-ault}}}\n"
	"  schemas: {S: {description: sch-ema, properties: {a: {$ref: "
	"'#/components/schemas/S'}}}}\n"
	"  securitySchemes: {k: {type: apiKey, in: header, name: K}}\n";

static const char bad[] =
	"openapi: 3.0.0\ninfo: {title: T, version: 1}\nservers: [{url: v}]\nnope: 1\n"
	"paths:\n  /x/{i}: {$ref: more.yaml}\n  /y: {get: {security: [{s: []}]}}\n"
	"  /z: {$ref: '../up.yaml'}\n  /..: {}\n";

/* The linker puts this before the arena (--wrap), so that the arena of sanitizer builds, which asks
 * no host for memory, fails as well. */
static struct {
	uint32_t calls;
	uint32_t fails_at;              /* 0: never */
	const struct mrl_arena *spared; /* where findings stay */
} counting;

void *__real_mrl_arena_alloc(struct mrl_arena *arena, size_t bytes, size_t align);
void *__wrap_mrl_arena_alloc(struct mrl_arena *arena, size_t bytes, size_t align);

void *__wrap_mrl_arena_alloc(struct mrl_arena *arena, size_t bytes, size_t align)
{
	if (arena != counting.spared && ++counting.calls == counting.fails_at) {
		return NULL;
	}
	return __real_mrl_arena_alloc(arena, bytes, align);
}

static enum mrl_err route_all(struct mrl_api_document *api, struct mrl_arena *arena,
                              struct mrl_diagnostics *diagnostics)
{
	const struct mrl_router *router;
	struct mrl_path **paths = MRL_NEW_ARRAY(arena, api->path_count, struct mrl_path *);
	if (paths == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < api->path_count; i++) {
		paths[i] = &api->paths[i];
	}
	const struct mrl_router_input input = {.paths = paths, .count = api->path_count};
	return mrl_router_new(&input, arena, diagnostics, &router);
}

/* Findings have memory of their own here, so that what fails is the load. */
static enum mrl_err load(struct fixture *fixture, uint32_t fails_at)
{
	struct mrl_arena arena;
	struct mrl_api_document *api = NULL;
	struct mrl_diagnostics diagnostics = {.arena = &fixture->arena};
	counting.calls = 0;
	counting.fails_at = fails_at;
	counting.spared = &fixture->arena;
	mrl_arena_init(&arena, &mrl_memory_malloc, 4096, 16U << 20);
	enum mrl_err err = mrl_openapi_load(&fixture->options, MRL_SLICE("d/api.yaml"), &arena,
	                                    &diagnostics, &api);
	assert_true((err == MRL_OK) == (api != NULL));
	if (err == MRL_OK) {
		err = route_all(api, &arena, &diagnostics);
	}
	mrl_arena_release(&arena);
	counting.fails_at = 0;
	return err;
}

static void fail_each(struct fixture *fixture, const char *text, enum mrl_err expected)
{
	fixture->files[0] = (struct fixture_file){"d/api.yaml", text};
	fixture->files[1] = (struct fixture_file){"d/more.yaml", external};
	assert_int_equal(load(fixture, 0), expected);
	uint32_t calls = counting.calls;
	assert_true(calls > 40);
	for (uint32_t at = 1; at <= calls; at++) {
		enum mrl_err err = load(fixture, at);
		if (err != MRL_ERR_MEMORY) {
			fail_msg("allocation %u failed and the load said %s", at,
			         mrl_err_name(err));
		}
	}
}

static void each_allocation_of_a_good_load_may_fail(void **state)
{
	fail_each(*state, good, MRL_OK);
}

static void each_allocation_of_a_bad_load_may_fail(void **state)
{
	fail_each(*state, bad, MRL_ERR_INVALID);
}

static void findings_need_no_memory(void **state)
{
	struct fixture *fixture = *state;
	struct mrl_arena none;
	struct mrl_diagnostics diagnostics = {.arena = &none};
	mrl_arena_init(&none, &mrl_memory_malloc, 64, 0);
	fixture->files[0] = (struct fixture_file){"d/api.yaml", bad};
	assert_int_equal(mrl_openapi_load(&fixture->options, MRL_SLICE("d/api.yaml"),
	                                  &fixture->arena, &diagnostics, &fixture->api),
	                 MRL_ERR_INVALID);
	assert_null(diagnostics.first);
	assert_true(diagnostics.errors > 5);
}

static void the_cap_of_the_arena_holds(void **state)
{
	struct fixture *fixture = *state;
	struct mrl_arena arena;
	fixture->files[0] = (struct fixture_file){"d/api.yaml", good};
	fixture->files[1] = (struct fixture_file){"d/more.yaml", external};
	mrl_arena_init(&arena, &mrl_memory_malloc, 4096, 4096);
	assert_int_equal(mrl_openapi_load(&fixture->options, MRL_SLICE("d/api.yaml"), &arena,
	                                  &fixture->diagnostics, &fixture->api),
	                 MRL_ERR_MEMORY);
	mrl_arena_release(&arena);
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		ROW(each_allocation_of_a_good_load_may_fail),
		ROW(each_allocation_of_a_bad_load_may_fail),
		ROW(findings_need_no_memory),
		ROW(the_cap_of_the_arena_holds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
