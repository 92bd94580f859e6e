/*
 * reply [INPUT-1 ERR-1]: what the API answers is what it documents: status, type, headers, and a
 * body that its schema declares. Off by default; reported before it is enforced.
 */
#include "control.h"

struct config {
	int judge;
	int64_t reply_bytes;
};

enum { JUDGE_OFF, JUDGE_REPORT, JUDGE_ENFORCE };
static const char *const judge_choices[] = {
	[JUDGE_OFF] = "off", [JUDGE_REPORT] = "report", [JUDGE_ENFORCE] = "enforce", NULL};

static const struct mrl_key keys[] = {
	{"judge", MRL_KEY_ENUM, 0, 0, "off", judge_choices,
         "replies that the document does not allow: not looked for, reported, or answered by 502",
         offsetof(struct config, judge)},
	{"reply_bytes", MRL_KEY_NUMBER, 1024, 64 << 20, "1048576", NULL,
         "largest reply that is judged, in bytes", offsetof(struct config, reply_bytes)},
	{0},
};

enum { FACT_INVALID, FACT_UNJUDGED };
static const struct mrl_fact_row facts[] = {
	[FACT_INVALID] = {"reply_invalid", MRL_FACT_WORD, false,
                          "the rule by which the reply is not what the document allows"},
	[FACT_UNJUDGED] = {"reply_unjudged", MRL_FACT_BOOL, false,
                           "the reply was too large, or a stream: its body was not judged"},
	{0},
};

static const uint8_t problems[] = {MRL_PROBLEM_REPLY_INVALID};

static enum mrl_err compile(struct mrl_compile *compile, void *config)
{
	const struct config *settings = config;
	struct mrl_plan *plan = compile->plan;
	plan->settings.judge_replies = settings->judge != JUDGE_OFF;
	if (plan->settings.judge_replies && settings->reply_bytes > plan->scan_bytes) {
		plan->scan_bytes = settings->reply_bytes;
	}
	return MRL_OK;
}

static enum mrl_err refuse(const struct config *config, struct mrl_call *call,
                           struct mrl_slice keyword, struct mrl_verdict *ret_verdict)
{
	mrl_call_word(call, &facts[FACT_INVALID], keyword);
	if (config->judge == JUDGE_ENFORCE) {
		*ret_verdict = mrl_deny(MRL_PROBLEM_REPLY_INVALID);
	}
	return MRL_OK;
}

/* The body is held up to a bound: what is longer cannot be judged. */
static enum mrl_err judge_body(const struct config *config, struct mrl_call *call,
                               struct mrl_verdict *ret_verdict)
{
	struct mrl_input_fault fault;
	const struct mrl_reply *reply = call->reply;
	if (!reply->body_ended || reply->body.size > (uint64_t)config->reply_bytes) {
		mrl_call_number(call, &facts[FACT_UNJUDGED], 1);
		return refuse(config, call, MRL_SLICE("too-large"), ret_verdict);
	}
	enum mrl_err err = mrl_input_reply_body(mrl_call_input(call), reply->body, &fault);
	return err != MRL_OK || fault.kind == MRL_INPUT_NONE
	               ? err
	               : refuse(config, call, fault.keyword, ret_verdict);
}

static bool is_judged(const struct mrl_input_call *input)
{
	return input->reading != MRL_READING_NONE && input->reading != MRL_READING_OPAQUE;
}

static enum mrl_err decide(const void *config, struct mrl_call *call,
                           struct mrl_verdict *ret_verdict)
{
	const struct config *settings = config;
	struct mrl_input_fault fault;
	if (settings->judge == JUDGE_OFF || call->route.plan->input == NULL) {
		return MRL_OK;
	}
	struct mrl_input_call *input = mrl_call_input(call);
	enum mrl_err err = mrl_input_reply_head(input, call->reply, &fault);
	if (err != MRL_OK) {
		return err;
	}
	if (fault.kind != MRL_INPUT_NONE) {
		return refuse(settings, call, fault.keyword, ret_verdict);
	}
	if (!is_judged(input)) {
		return MRL_OK;
	}
	if (call->watch != NULL || call->route.plan->stream) {
		mrl_call_number(call, &facts[FACT_UNJUDGED], 1);
		return MRL_OK;
	}
	if ((call->needs_met & 1U << MRL_NEED_REPLY_BODY) != 0) {
		return judge_body(settings, call, ret_verdict);
	}
	*ret_verdict = (struct mrl_verdict){
		.outcome = MRL_NEED,
		.need = MRL_NEED_REPLY_BODY,
		.amount = (uint64_t)call->route.plan->scan_bytes,
	};
	return MRL_OK;
}

const struct mrl_control mrl_control_reply = {
	.name = "reply",
	.items = "INPUT-1 ERR-1",
	.summary = "A reply is what the document allows: status, type, headers, body.",
	.judges = true,
	.keys = keys,
	.facts = facts,
	.problems = problems,
	.problem_count = MRL_COUNT(problems),
	.config_bytes = sizeof(struct config),
	.compile = compile,
	.decide = {[MRL_STAGE_REPLY] = decide},
};
