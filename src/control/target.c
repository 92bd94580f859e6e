/*
 * target [INPUT-4]: the request target has one reading only, here and at every server behind. It
 * was parsed for routing; what was found wrong then is refused here.
 */
#include "control.h"

struct config {
	int64_t target_bytes;
	int64_t segments;
};

static const struct mrl_key keys[] = {
	{"target_bytes", MRL_KEY_NUMBER, 256, 15360, "8192", NULL,
         "longest request target (path and query), in bytes",
         offsetof(struct config, target_bytes)},
	{"segments", MRL_KEY_NUMBER, 1, MRL_SEGMENTS_MAX, "32", NULL, "most segments in a path",
         offsetof(struct config, segments)},
	{0},
};

static const struct mrl_fact_row facts[] = {
	{"target_fault", MRL_FACT_WORD, false, "what was wrong with the request target"},
	{0},
};

static const uint8_t problems[] = {MRL_PROBLEM_INPUT_TARGET, MRL_PROBLEM_TARGET_TOO_LONG};

static struct mrl_slice fault_name(enum mrl_target_fault fault)
{
	switch (fault) {
	case MRL_TARGET_OK: return MRL_SLICE("override");
	case MRL_TARGET_FORM: return MRL_SLICE("form");
	case MRL_TARGET_BYTES: return MRL_SLICE("bytes");
	case MRL_TARGET_SEGMENT: return MRL_SLICE("segment");
	case MRL_TARGET_ENCODED: return MRL_SLICE("encoded");
	case MRL_TARGET_UTF8: return MRL_SLICE("utf8");
	case MRL_TARGET_SEMICOLON: return MRL_SLICE("semicolon");
	case MRL_TARGET_SEGMENTS: return MRL_SLICE("segments");
	}
	return MRL_SLICE("unknown");
}

static enum mrl_err refuse(struct mrl_call *call, enum mrl_target_fault fault,
                           struct mrl_verdict *ret_verdict)
{
	mrl_call_word(call, &facts[0], fault_name(fault));
	*ret_verdict = mrl_deny(MRL_PROBLEM_INPUT_TARGET);
	return MRL_OK;
}

static enum mrl_err decide(const void *config, struct mrl_call *call,
                           struct mrl_verdict *ret_verdict)
{
	const struct config *limits = config;
	if (call->view->target.size > (uint64_t)limits->target_bytes) {
		*ret_verdict = mrl_deny(MRL_PROBLEM_TARGET_TOO_LONG);
		return MRL_OK;
	}
	if (call->target.fault != MRL_TARGET_OK) {
		return refuse(call, call->target.fault, ret_verdict);
	}
	if (call->target.has_semicolon && !call->route.plan->matrix) {
		return refuse(call, MRL_TARGET_SEMICOLON, ret_verdict);
	}
	if (call->target.segment_count > limits->segments) {
		return refuse(call, MRL_TARGET_SEGMENTS, ret_verdict);
	}
	/* X-HTTP-Method-Override and its kin: the server behind would route something else. */
	if ((call->view->field_flags & MRL_FIELD_OVERRIDE) != 0) {
		return refuse(call, MRL_TARGET_OK, ret_verdict);
	}
	return MRL_OK;
}

const struct mrl_control mrl_control_target = {
	.name = "target",
	.items = "INPUT-4",
	.summary = "The request target has one reading: no dot segments, hidden separators, "
		   "overrides.",
	.judges = true,
	.keys = keys,
	.facts = facts,
	.problems = problems,
	.problem_count = MRL_COUNT(problems),
	.config_bytes = sizeof(struct config),
	.decide = {[MRL_STAGE_HEAD] = decide},
};
