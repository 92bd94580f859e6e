/*
 * Charging some limits of a plan [RATE-1 RATE-4]: all or none, and what a refusal says. `limit`
 * does so before anything is known of the caller, `limit_caller` once a token is verified.
 */
#include "limit.h"

#define FACT_WORD_MAX 24

/* What the answer tells: of the public limits the one with the least left of it; of equal ones the
 * one that is full for longer. Those of the caller are compared with what was told before. */
static bool is_tighter(const struct mrl_call_limit *limit, uint64_t units,
                       const struct mrl_limit_standing *standing)
{
	if (limit->spec == NULL) {
		return true;
	}
	uint64_t mine = standing->remaining * (uint64_t)limit->spec->rate.units;
	uint64_t others = limit->remaining * units;
	return mine < others ||
	       (mine == others && (standing->reset_ms + 999) / 1000 > limit->reset_s);
}

static void show(struct mrl_call *call, const struct mrl_limit_asked *asked,
                 const struct mrl_limit_result *result)
{
	if (result->violated != 0) {
		call->limit.spec = NULL;
	}
	for (uint32_t i = 0; i < asked->count; i++) {
		const struct mrl_limit_standing *standing = &result->standings[i];
		bool violated = (result->violated >> i & 1) != 0;
		if (!asked->specs[i]->is_public || (result->violated != 0 && !violated) ||
		    !is_tighter(&call->limit, asked->requests[i].rule.units, standing)) {
			continue;
		}
		call->limit.spec = asked->specs[i];
		call->limit.remaining = standing->remaining;
		call->limit.reset_s = (standing->reset_ms + 999) / 1000;
	}
}

/* "violated-policies":["ip"], of those that clients may know. */
static enum mrl_err name_violated(struct mrl_call *call, const struct mrl_limit_group *group,
                                  const struct mrl_limit_asked *asked, uint32_t violated)
{
	size_t capacity = 32 + MRL_LIMIT_KEYS_MAX * (MRL_LIMIT_NAME_BYTES + 3);
	struct mrl_buffer text = mrl_buffer(mrl_arena_alloc(call->arena, capacity, 1), capacity);
	bool first = true;
	if (text.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	MRL_PUT(&text, "\"violated-policies\":[");
	for (uint32_t i = 0; i < asked->count; i++) {
		struct mrl_slice name = asked->specs[i]->name;
		if ((violated >> i & 1) == 0) {
			continue;
		}
		mrl_call_word(call, &group->facts[0],
		              mrl_slice_sub(name, 0,
		                            name.size < FACT_WORD_MAX ? name.size : FACT_WORD_MAX));
		if (!asked->specs[i]->is_public) {
			continue;
		}
		mrl_buffer_put(&text, first ? MRL_SLICE("\"") : MRL_SLICE(",\""));
		mrl_buffer_put(&text, name);
		MRL_PUT(&text, "\"");
		first = false;
	}
	MRL_PUT(&text, "]");
	call->problem_extension = first ? MRL_SLICE_NONE : mrl_buffer_slice(&text);
	return text.overflow ? MRL_ERR_BUG : MRL_OK;
}

/* RATE-4 */
static enum mrl_err refuse(struct mrl_call *call, const struct mrl_limit_group *group,
                           const struct mrl_limit_asked *asked,
                           const struct mrl_limit_result *result, struct mrl_verdict *ret_verdict)
{
	uint32_t seconds = (result->wait_ms + 999) / 1000;
	struct mrl_buffer text = mrl_buffer(mrl_arena_alloc(call->arena, 20, 1), 20);
	seconds = seconds == 0 ? 1 : seconds;
	if (text.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	mrl_buffer_u64(&text, seconds);
	call->limit.denied = true;
	call->limit.remaining = 0;
	call->limit.reset_s = seconds;
	mrl_call_number(call, &group->facts[1], result->wait_ms);
	enum mrl_err err = name_violated(call, group, asked, result->violated);
	if (err != MRL_OK) {
		return err;
	}
	*ret_verdict = mrl_deny(MRL_PROBLEM_QUOTA_EXCEEDED);
	return mrl_call_answer(call, MRL_SLICE("Retry-After"), mrl_buffer_slice(&text));
}

enum mrl_err mrl_limit_charge_group(struct mrl_call *call, const struct mrl_limit_group *group,
                                    struct mrl_verdict *ret_verdict)
{
	struct mrl_limit_asked asked = {.count = 0};
	struct mrl_limit_result result;
	enum mrl_err err = mrl_limit_ask(call, group->specs, group->count, group->cost, &asked);
	if (err == MRL_OK && asked.count != 0) {
		err = mrl_limit_judge(call, &asked, &call->strict, &result, ret_verdict);
	}
	if (err != MRL_OK || asked.count == 0 || ret_verdict->outcome != MRL_PASS) {
		return err;
	}
	if (call->strict != NULL && call->strict->fell_back) {
		mrl_call_number(call, &group->facts[2], 1);
	}
	show(call, &asked, &result);
	switch (result.verdict) {
	case MRL_LIMIT_ADMITTED: return MRL_OK;
	case MRL_LIMIT_DENIED: return refuse(call, group, &asked, &result, ret_verdict);
	case MRL_LIMIT_NEVER: break; /* such a cost does not load */
	}
	return MRL_ERR_BUG;
}
