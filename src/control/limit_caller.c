/*
 * limit_caller [RATE-3]: at most so many units of one user and of one client in any window, once
 * the token is verified. Whoever they are, their addresses were counted before.
 */
#include "limit.h"

static const struct mrl_fact_row facts[] = {
	{"caller_violated", MRL_FACT_WORD, false,
         "a limit of the user or client that refused the call"},
	{"caller_wait_ms", MRL_FACT_NUMBER, false,
         "until the call would pass if nobody else calls"},
	{"caller_fallback", MRL_FACT_BOOL, false,
         "Redis did not answer in time: decided by this gateway's part"},
	{0},
};

static const uint8_t problems[] = {MRL_PROBLEM_QUOTA_EXCEEDED};

static enum mrl_err decide(const void *config, struct mrl_call *call,
                           struct mrl_verdict *ret_verdict)
{
	const struct mrl_limit_config *settings = call->limit.config;
	(void)config;
	if (call->token == NULL || settings == NULL) {
		return MRL_OK;
	}
	const struct mrl_limit_group group = {
		.facts = facts,
		.specs = settings->specs + settings->anonymous_count,
		.count = (uint8_t)(settings->count - settings->anonymous_count),
		.cost = (uint32_t)settings->cost};
	return mrl_limit_charge_group(call, &group, ret_verdict);
}

const struct mrl_control mrl_control_limit_caller = {
	.name = "limit_caller",
	.items = "RATE-1 RATE-3",
	.summary = "No user and no client calls more often than they may, in any window.",
	.judges = true,
	.facts = facts,
	.problems = problems,
	.problem_count = MRL_COUNT(problems),
	.decide = {[MRL_STAGE_HEAD] = decide},
};
