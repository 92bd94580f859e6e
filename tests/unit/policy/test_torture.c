/*
 * Memory that ends at every possible byte: a clean error, no leak, no policy.
 *
 * The cap is moved instead of failing the host, because the arena of sanitizer builds does not ask
 * the host; there, a leak or a use of what was not allocated ends the test.
 */
#include "fixture.h"

#define TEXT                                                                                       \
	"merlon: 1\n"                                                                              \
	"listeners: [{address: \"unix:s\", client_ip: {source: forwarded, trusted: [\"::1\"]}}]\n" \
	"tls: {certificates: [{cert: a, key: b}]}\n"                                               \
	"apis:\n"                                                                                  \
	"  - name: orders\n"                                                                       \
	"    hosts: [a.test, b.test]\n"                                                            \
	"    openapi: orders.yaml\n"                                                               \
	"    upstream: {url: \"https://a\", ca: c}\n"                                              \
	"    operations: {\"GET /orders\": {controls: {cors: {origins: [a]}}}}\n"                  \
	"controls: {cors: {origins: [a, b]}, security_headers: {csp: c}}\n"                        \
	"exemptions: [{name: old, control: fields, operations: [\"GET /legacy\"], "                \
	"reason: replaced in spring, until: 2027-03-31}]\n"

static enum mrl_err load_capped(const char *text, size_t policy_cap, size_t findings_cap,
                                uint32_t *ret_errors)
{
	struct mrl_policy_options options = fixture_options();
	struct mrl_arena arena;
	struct mrl_diagnostics diagnostics = {.arena = &arena};
	struct mrl_policy *policy = NULL;
	options.memory_max = policy_cap;
	mrl_arena_init(&arena, &mrl_memory_malloc, 256, findings_cap);
	enum mrl_err err = mrl_policy_load_text(&options, MRL_SLICE("etc/merlon.yaml"),
	                                        mrl_slice_text(text), &diagnostics, &policy);
	assert_true((err == MRL_OK) == (policy != NULL));
	*ret_errors = diagnostics.errors;
	mrl_policy_unref(policy);
	mrl_arena_release(&arena);
	return err;
}

#define STEP 61 /* small and prime: no allocation of more than a few words is stepped over */

static void policy_without_memory(void **state)
{
	size_t cap = 1;
	uint32_t errors;
	enum mrl_err err = MRL_ERR_MEMORY;
	(void)state;
	while (err != MRL_OK) {
		err = load_capped(TEXT, cap, 65536, &errors);
		assert_true(err == MRL_OK || err == MRL_ERR_MEMORY);
		assert_int_equal(errors, 0);
		cap += STEP;
		assert_true(cap < 4 << 20);
	}
}

/* Findings that have no room count: the load never passes for lack of memory. */
static void findings_without_memory(void **state)
{
	static const char *const rows[] = {
		BASE "controls: {cors: {origins: [\"*\"]}}\n",
		BASE "listners: []\n",
		BASE "    operations: {\"GET /none\": {}}\n",
		"merlon: [\n",
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		for (size_t cap = 0; cap < 2000; cap += STEP) {
			uint32_t errors;
			enum mrl_err err = load_capped(rows[i], 0, cap, &errors);
			check_row(err == MRL_ERR_INVALID || err == MRL_ERR_MEMORY, rows[i]);
			check_row(err == MRL_ERR_MEMORY || errors >= 1, rows[i]);
		}
	}
}

static void refusal_without_memory(void **state)
{
	uint32_t errors;
	(void)state;
	for (size_t cap = 1; cap < 60000; cap += STEP) {
		enum mrl_err err = load_capped(BASE "    operations: {\"GET /none\": {}}\n", cap,
		                               65536, &errors);
		assert_true(err == MRL_ERR_INVALID || err == MRL_ERR_MEMORY);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policy_without_memory),
		cmocka_unit_test(findings_without_memory),
		cmocka_unit_test(refusal_without_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
