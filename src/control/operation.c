/*
 * operation [INPUT-1 CORS-3]: what the OpenAPI document does not name does not exist. The upstream
 * sees nothing of it.
 */
#include "control.h"

static const uint8_t problems[] = {MRL_PROBLEM_NO_OPERATION, MRL_PROBLEM_METHOD_NOT_ALLOWED};

static enum mrl_err decide(const void *config, struct mrl_call *call,
                           struct mrl_verdict *ret_verdict)
{
	const struct mrl_path *path = call->route.path;
	(void)config;
	if (call->route.operation != NULL) {
		return MRL_OK;
	}
	if (path == NULL) {
		*ret_verdict = mrl_deny(MRL_PROBLEM_NO_OPERATION);
		return MRL_OK;
	}
	*ret_verdict = call->view->method == MRL_METHOD_OPTIONS
	                       ? mrl_answer_status(204)
	                       : mrl_deny(MRL_PROBLEM_METHOD_NOT_ALLOWED);
	return mrl_call_answer(call, MRL_SLICE("Allow"), path->allow);
}

const struct mrl_control mrl_control_operation = {
	.name = "operation",
	.items = "INPUT-1 CORS-3",
	.summary = "Only paths and methods that the OpenAPI document names reach the API.",
	.judges = true,
	.problems = problems,
	.problem_count = MRL_COUNT(problems),
	.decide = {[MRL_STAGE_HEAD] = decide},
};
