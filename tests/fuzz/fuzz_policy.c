/*
 * Policies: what is refused has a finding with a place; what is loaded has a whole plan for every
 * operation and judges a call without a failure of ours. The documents come from memory.
 */
#include "fuzz.h"

#include <merlon/engine.h>

#define GENERATION_BYTES ((size_t)64 << 20)
#define FINDINGS_BYTES   (4 << 20)
#define NOW_US           INT64_C(1795435200000000) /* 2026-11-23 12:00 UTC */

/* The operations that examples/policies speak of. */
static const char document[] =
	"openapi: 3.1.0\n"
	"info: {title: Orders, version: \"1\"}\n"
	"servers: [{url: /v1}]\n"
	"paths:\n"
	"  /help: {get: {responses: {\"200\": {description: A, content: {text/html: {}}}}}}\n"
	"  /orders:\n"
	"    get: {responses: {\"200\": {description: A}}}\n"
	"    post: {requestBody: {content: {application/json: {}}}, "
	"responses: {\"201\": {description: A}}}\n"
	"  /orders/search: {get: {responses: {\"200\": {description: A}}}}\n"
	"  /users/{userId}/summary:\n"
	"    parameters: [{name: userId, in: path, required: true, schema: {type: integer}}]\n"
	"    get: {responses: {\"200\": {description: A}}}\n";

static enum mrl_err read_document(void *host, struct mrl_slice path, size_t bytes_max,
                                  struct mrl_arena *arena, struct mrl_slice *ret_text)
{
	(void)host;
	FUZZ_CHECK(path.size != 0 && bytes_max >= sizeof(document));
	if (!mrl_slice_ends(path, MRL_SLICE("openapi.yaml"))) {
		return MRL_ERR_NOT_FOUND;
	}
	return mrl_arena_copy(arena, mrl_slice(document, sizeof(document) - 1), ret_text);
}

static void check_plan(const struct mrl_plan *plan)
{
	FUZZ_CHECK(plan != NULL);
	for (int stage = 0; stage < MRL_STAGE_COUNT; stage++) {
		for (uint16_t i = 0; i < plan->counts[stage]; i++) {
			const struct mrl_step *step = &plan->steps[stage][i];
			FUZZ_CHECK(step->decide == step->control->decide[stage]);
			FUZZ_CHECK(step->control->judges || !step->shadow);
		}
	}
	for (int id = 0; id < MRL_CONTROL_COUNT; id++) {
		FUZZ_CHECK(mrl_plan_config(plan, (enum mrl_control_id)id) != NULL);
	}
}

static void check_api(const struct mrl_policy *policy, const struct mrl_api *api)
{
	check_plan(api->default_plan);
	for (uint32_t i = 0; i < api->document->operation_count; i++) {
		FUZZ_CHECK(api->document->operations[i].api == api);
		check_plan(api->document->operations[i].plan);
	}
	FUZZ_CHECK(api->hosts.count != 0);
	for (uint32_t i = 0; i < api->hosts.count; i++) {
		FUZZ_CHECK(mrl_policy_host(policy, api->hosts.items[i]) != NULL);
	}
}

static void check_answer(struct mrl_call *call, const struct mrl_verdict *verdict)
{
	struct mrl_answer answer;
	if (verdict->outcome == MRL_PASS) {
		return;
	}
	FUZZ_CHECK(verdict->outcome != MRL_NEED);
	FUZZ_CHECK(mrl_engine_answer(call, verdict, &answer) == MRL_OK);
	FUZZ_CHECK(answer.status >= 200 && answer.status <= 599);
}

static void check_call(const struct mrl_policy *policy, struct mrl_slice host, const char *target)
{
	struct mrl_arena arena;
	struct mrl_view view = {.method = MRL_METHOD_GET,
	                        .http = 11,
	                        .tls = true,
	                        .listener_tls = true,
	                        .tls_version = 0x0304,
	                        .method_name = MRL_SLICE("GET"),
	                        .target = mrl_slice_text(target),
	                        .host = host,
	                        .content_length = -1};
	struct mrl_call call = {.policy = policy, .arena = &arena, .view = &view, .now_us = NOW_US};
	struct mrl_verdict verdict;
	mrl_arena_init(&arena, &mrl_memory_malloc, 4096, 1 << 20);
	FUZZ_CHECK(mrl_engine_route(&call) == MRL_OK);
	mrl_engine_run(&call, MRL_STAGE_HEAD, &verdict);
	FUZZ_CHECK(call.err == MRL_OK);
	check_answer(&call, &verdict);
	mrl_arena_release(&arena);
}

static void check_policy(const struct mrl_policy *policy)
{
	check_plan(policy->fallback);
	FUZZ_CHECK(policy->api_count != 0 && policy->host_count != 0);
	for (uint32_t i = 0; i < policy->api_count; i++) {
		check_api(policy, &policy->apis[i]);
	}
	for (uint32_t i = 0; i < policy->host_count; i++) {
		FUZZ_CHECK(policy->hosts[i].router != NULL && policy->hosts[i].fallback != NULL);
		check_call(policy, policy->hosts[i].name, "/v1/orders");
		check_call(policy, policy->hosts[i].name, "/none");
	}
	check_call(policy, MRL_SLICE("nowhere.test"), "/v1/orders");
}

static void check_findings(const struct mrl_diagnostics *diagnostics, enum mrl_err err)
{
	uint8_t memory[8192];
	for (const struct mrl_diagnostic *one = diagnostics->first; one != NULL; one = one->next) {
		struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
		mrl_diagnostic_text(one, &buffer);
		mrl_diagnostic_json(one, &buffer);
		FUZZ_CHECK(one->message.size != 0 && one->file.size != 0 && one->code != NULL);
	}
	FUZZ_CHECK((err == MRL_ERR_INVALID) == (diagnostics->errors != 0) || err == MRL_ERR_MEMORY);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mrl_policy_options options = {.memory = mrl_memory_malloc,
	                                     .files = {.read = read_document},
	                                     .now_us = NOW_US,
	                                     .memory_max = GENERATION_BYTES};
	struct mrl_arena arena;
	struct mrl_diagnostics diagnostics = {.arena = &arena};
	struct mrl_policy *policy = NULL;
	mrl_arena_init(&arena, &mrl_memory_malloc, 4096, FINDINGS_BYTES);
	enum mrl_err err = mrl_policy_load_text(&options, MRL_SLICE("policies/merlon.yaml"),
	                                        mrl_slice(data, size), &diagnostics, &policy);
	FUZZ_CHECK(err == MRL_OK || err == MRL_ERR_INVALID || err == MRL_ERR_MEMORY);
	FUZZ_CHECK((err == MRL_OK) == (policy != NULL));
	check_findings(&diagnostics, err);
	if (policy != NULL) {
		check_policy(policy);
	}
	mrl_policy_unref(policy);
	mrl_arena_release(&arena);
	return 0;
}
