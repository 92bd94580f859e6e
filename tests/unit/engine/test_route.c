/* Which plan a request gets: by host, path and method, with the documents of the policy tests. */
#include "../policy/fixture.h"

#include <merlon/engine.h>

/* On a.test the two APIs lie within each other: /v1/orders, /v1/legacy, /v1/pets/legacy. */
#define POLICY                                                                       \
	"merlon: 1\n"                                                                \
	"apis:\n"                                                                    \
	"  - {name: orders, hosts: [a.test], openapi: orders.yaml, base_path: /v1, " \
	"upstream: {url: \"http://a\"}}\n"                                           \
	"  - {name: pets, hosts: [a.test, \"[::1]\"], openapi: pets.yaml, "          \
	"base_path: /v1/pets, upstream: {url: \"http://a\"}}\n"

struct fixture {
	struct loaded loaded;
	struct mrl_arena arena;
	struct mrl_view view;
	struct mrl_call call;
};

static void init(struct fixture *f)
{
	load(POLICY, &f->loaded);
	assert_int_equal(f->loaded.err, MRL_OK);
	mrl_arena_init(&f->arena, &mrl_memory_malloc, 4096, 65536);
}

static void end(struct fixture *f)
{
	mrl_arena_release(&f->arena);
	release(&f->loaded);
}

static const struct mrl_route *route(struct fixture *f, const char *host, const char *method,
                                     const char *target)
{
	f->view = (struct mrl_view){.host = mrl_slice_text(host),
	                            .method = mrl_method_of(mrl_slice_text(method)),
	                            .target = mrl_slice_text(target)};
	f->call = (struct mrl_call){
		.policy = f->loaded.policy, .arena = &f->arena, .view = &f->view};
	assert_int_equal(mrl_engine_route(&f->call), MRL_OK);
	assert_non_null(f->call.route.plan);
	return &f->call.route;
}

static void finds_operations(void **state)
{
	static const struct {
		const char *method, *target, *name;
	} rows[] = {
		{"GET", "/v1/orders", "GET /orders"},
		{"HEAD", "/v1/orders", "GET /orders"},
		{"POST", "/v1/orders?x=1", "POST /orders"},
		{"GET", "/v1/orders/7", "GET /orders/{id}"},
		{"GET", "/v1/order%73", "GET /orders"},
		{"GET", "/v1/legacy", "GET /legacy"},
	};
	struct fixture f;
	(void)state;
	init(&f);
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		const struct mrl_route *found = route(&f, "a.test", rows[i].method, rows[i].target);
		check_row(found->operation != NULL, rows[i].target);
		check_slice(found->operation->name, rows[i].name);
		assert_ptr_equal(found->plan, found->operation->plan);
		assert_ptr_equal(found->api, &f.loaded.policy->apis[0]);
		assert_non_null(found->path);
		assert_true(found->host_known);
	}
	end(&f);
}

/* The default plan of the path's API: its controls say which methods there are. */
static void known_path_without_the_method(void **state)
{
	static const char *const methods[] = {"DELETE",  "OPTIONS", "TRACE",
	                                      "CONNECT", "get",     "FOO"};
	struct fixture f;
	(void)state;
	init(&f);
	for (size_t i = 0; i < MRL_COUNT(methods); i++) {
		const struct mrl_route *found = route(&f, "a.test", methods[i], "/v1/orders");
		check_row(found->operation == NULL, methods[i]);
		assert_non_null(found->path);
		check_slice(found->path->template_path, "/v1/orders");
		assert_ptr_equal(found->api, &f.loaded.policy->apis[0]);
		assert_ptr_equal(found->plan, f.loaded.policy->apis[0].default_plan);
	}
	end(&f);
}

static void unknown_path(void **state)
{
	static const struct {
		const char *host, *target;
		int api; /* whose base path is the longest prefix; -1: none */
		int plan;
	} rows[] = {
		{"a.test", "/v1", 0, 0},
		{"a.test", "/v1/", 0, 0},
		{"a.test", "/v1/none", 0, 0},
		{"a.test", "/v1/orders/", 0, 0},
		{"a.test", "/v1/ORDERS", 0, 0},
		{"a.test", "/v1/pets", 1, 1},
		{"a.test", "/v1/pets/none", 1, 1},
		{"a.test", "/v1/petsx", 0, 0},
		{"a.test", "/v1x", -1, 0},
		{"a.test", "/", -1, 0},
		{"a.test", "/v2/orders", -1, 0},
		{"[::1]", "/v1/orders", -1, 1},
		{"[::1]", "/v1/pets/none", 1, 1},
		/* no path at all: target refuses it */
		{"a.test", "/v1//pets", -1, 0},
		{"a.test", "/v1/pets/%2e%2e/orders", -1, 0},
		{"a.test", "http://a.test/v1/orders", -1, 0},
		{"a.test", "*", -1, 0},
		{"a.test", "", -1, 0},
	};
	struct fixture f;
	(void)state;
	init(&f);
	const struct mrl_api *apis = f.loaded.policy->apis;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		const struct mrl_route *found = route(&f, rows[i].host, "GET", rows[i].target);
		check_row(found->path == NULL && found->operation == NULL, rows[i].target);
		check_row(found->host_known, rows[i].target);
		check_row(found->api == (rows[i].api < 0 ? NULL : &apis[rows[i].api]),
		          rows[i].target);
		check_row(found->plan == apis[rows[i].plan].default_plan, rows[i].target);
	}
	end(&f);
}

static void unknown_host(void **state)
{
	static const char *const hosts[] = {"", "b.test", "A.test", "a.test.", "::1"};
	struct fixture f;
	(void)state;
	init(&f);
	for (size_t i = 0; i < MRL_COUNT(hosts); i++) {
		const struct mrl_route *found = route(&f, hosts[i], "GET", "/v1/orders");
		check_row(!found->host_known && found->api == NULL && found->path == NULL &&
		                  found->operation == NULL,
		          hosts[i]);
		assert_ptr_equal(found->plan, f.loaded.policy->fallback);
		assert_int_equal(f.call.target.segment_count, 2); /* parsed all the same */
	}
	end(&f);
}

static void parses_the_target(void **state)
{
	struct fixture f;
	(void)state;
	init(&f);
	(void)route(&f, "a.test", "GET", "/v1/orders/a%20b?x=1");
	assert_int_equal(f.call.target.fault, MRL_TARGET_OK);
	assert_int_equal(f.call.target.segment_count, 3);
	check_slice(f.call.target.segments[2], "a b");
	check_slice(f.call.target.query, "x=1");
	(void)route(&f, "a.test", "GET", "/v1/../orders");
	assert_int_equal(f.call.target.fault, MRL_TARGET_SEGMENT);
	end(&f);
}

static void without_memory(void **state)
{
	struct fixture f;
	(void)state;
	init(&f);
	(void)route(&f, "a.test", "GET", "/");
	mrl_arena_release(&f.arena);
	mrl_arena_init(&f.arena, &mrl_memory_malloc, 64, 8);
	f.view.target = MRL_SLICE("/v1/orders");
	assert_int_equal(mrl_engine_route(&f.call), MRL_ERR_MEMORY);
	assert_ptr_equal(f.call.route.plan, f.loaded.policy->fallback);
	assert_null(f.call.route.operation);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_operations),
		cmocka_unit_test(known_path_without_the_method),
		cmocka_unit_test(unknown_path),
		cmocka_unit_test(unknown_host),
		cmocka_unit_test(parses_the_target),
		cmocka_unit_test(without_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
