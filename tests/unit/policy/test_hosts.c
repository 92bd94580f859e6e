/* Hosts: by exact name, each with its APIs and a router. */
#include "fixture.h"

#define TWO                                                                                  \
	"merlon: 1\n"                                                                        \
	"apis:\n"                                                                            \
	"  - {name: orders, hosts: [a.test, b.test], openapi: orders.yaml, base_path: /v1, " \
	"upstream: {url: \"http://a\"}}\n"                                                   \
	"  - {name: pets, hosts: [b.test, c.test, a.test], openapi: pets.yaml, "             \
	"base_path: /v1/pets, upstream: {url: \"http://a\"}}\n"

static void finds_exact_names(void **state)
{
	static const char *const unknown[] = {"", "a", "A.test", "a.test.", "d.test", "0", "zz"};
	struct loaded loaded;
	(void)state;
	load(TWO, &loaded);
	assert_int_equal(loaded.err, MRL_OK);
	assert_int_equal(loaded.policy->host_count, 3);
	const struct mrl_host *host = mrl_policy_host(loaded.policy, MRL_SLICE("b.test"));
	assert_non_null(host);
	check_slice(host->name, "b.test");
	assert_non_null(mrl_policy_host(loaded.policy, MRL_SLICE("a.test")));
	assert_non_null(mrl_policy_host(loaded.policy, MRL_SLICE("c.test")));
	for (size_t i = 0; i < MRL_COUNT(unknown); i++) {
		check_row(mrl_policy_host(loaded.policy, mrl_slice_text(unknown[i])) == NULL,
		          unknown[i]);
	}
	release(&loaded);
}

static void orders_apis(void **state)
{
	struct loaded loaded;
	(void)state;
	load(TWO, &loaded);
	const struct mrl_api *apis = loaded.policy->apis;
	const struct mrl_host *a = mrl_policy_host(loaded.policy, MRL_SLICE("a.test"));
	const struct mrl_host *b = mrl_policy_host(loaded.policy, MRL_SLICE("b.test"));
	const struct mrl_host *c = mrl_policy_host(loaded.policy, MRL_SLICE("c.test"));
	assert_int_equal(a->api_count, 2);
	assert_ptr_equal(a->apis[0], &apis[1]); /* the longer base path */
	assert_ptr_equal(a->apis[1], &apis[0]);
	assert_ptr_equal(a->fallback, apis[0].default_plan); /* the policy's first */
	assert_int_equal(c->api_count, 1);
	assert_ptr_equal(c->fallback, apis[1].default_plan);
	assert_ptr_equal(a->router, b->router); /* the same APIs */
	assert_ptr_not_equal(a->router, c->router);
	release(&loaded);
}

/* Told once, although both hosts have a router in which they meet. */
static void tells_of_paths_twice(void **state)
{
	struct loaded loaded;
	(void)state;
	load("merlon: 1\n"
	     "apis:\n"
	     "  - {name: orders, hosts: [a.test, b.test], openapi: orders.yaml, "
	     "upstream: {url: \"http://a\"}}\n"
	     "  - {name: more, hosts: [a.test, b.test], openapi: more.yaml, "
	     "upstream: {url: \"http://a\"}}\n"
	     "  - {name: pets, hosts: [b.test], openapi: pets.yaml, "
	     "upstream: {url: \"http://a\"}}\n",
	     &loaded);
	assert_int_equal(loaded.err, MRL_ERR_INVALID);
	assert_int_equal(loaded.diagnostics.errors, 1);
	assert_null(loaded.diagnostics.first->next);
	release(&loaded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_exact_names),
		cmocka_unit_test(orders_apis),
		cmocka_unit_test(tells_of_paths_twice),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
