/*
 * reply_frame [ERR-1 INPUT-4]: an upstream that does not speak HTTP, or speaks it in two ways, is
 * down. Its bytes would reach the client without a header or shift every reply that follows.
 */
#include "control.h"

static const struct mrl_fact_row facts[] = {
	{"upstream_fault", MRL_FACT_BOOL, false, "the upstream's reply was not well-formed HTTP"},
	{0},
};

static const uint8_t problems[] = {MRL_PROBLEM_UPSTREAM_UNAVAILABLE};

/* 103 would go out as the final answer; 101 only where a switch was asked for and allowed. */
static bool is_status_fine(const struct mrl_reply *reply)
{
	if (reply->status == 101) {
		return reply->upgrade_asked;
	}
	return reply->status >= 200 && reply->status <= 599;
}

static bool are_names_fine(const struct mrl_reply *reply)
{
	for (uint32_t i = 0; i < reply->field_count; i++) {
		const struct mrl_field *field = &reply->fields[i];
		if (field->id == MRL_FIELD_UNKNOWN && !field->drop &&
		    !mrl_field_name_valid(field->name)) {
			return false;
		}
	}
	return true;
}

static enum mrl_err decide(const void *config, struct mrl_call *call,
                           struct mrl_verdict *ret_verdict)
{
	const struct mrl_reply *reply = call->reply;
	(void)config;
	if (!reply->frame_fault && is_status_fine(reply) && are_names_fine(reply)) {
		return MRL_OK;
	}
	mrl_call_number(call, &facts[0], 1);
	*ret_verdict = mrl_deny(MRL_PROBLEM_UPSTREAM_UNAVAILABLE);
	return MRL_OK;
}

const struct mrl_control mrl_control_reply_frame = {
	.name = "reply_frame",
	.items = "ERR-1 INPUT-4",
	.summary = "Only well-formed HTTP comes back from the upstream.",
	.facts = facts,
	.problems = problems,
	.problem_count = MRL_COUNT(problems),
	.decide = {[MRL_STAGE_REPLY] = decide},
};
