/*
 * limit [RATE-1 RATE-2 RATE-3 RATE-4]: at most so many units of an address and of all calls in any
 * window. A refusal charges nothing, costs the upstream nothing and says when to come again.
 */
#include "limit.h"

static const struct mrl_key keys[] = {
	{"cost", MRL_KEY_NUMBER, 1, MRL_LIMIT_COST_MAX, "1", NULL,
         "units that one call is charged under each limit",
         offsetof(struct mrl_limit_config, cost)},
	{"add", MRL_KEY_LIST, 0, MRL_LIMIT_KEYS_MAX, "[]", NULL,
         "named limits that hold here too, by the names of `limits: {named: ...}`",
         offsetof(struct mrl_limit_config, add)},
	{"without", MRL_KEY_LIST, 0, 3, "[]", NULL,
         "of user, client and global those that do not hold",
         offsetof(struct mrl_limit_config, without)},
	{0},
};

static const struct mrl_fact_row facts[] = {
	{"limit_violated", MRL_FACT_WORD, false, "a limit that refused the call"},
	{"limit_wait_ms", MRL_FACT_NUMBER, false, "until the call would pass if nobody else calls"},
	{"limit_cost", MRL_FACT_NUMBER, false, "units that the call was charged, if not 1"},
	{0},
};

static const uint8_t problems[] = {MRL_PROBLEM_QUOTA_EXCEEDED};

#define FACT_WORD_MAX 24

/* The public limit that has the least left of it; of equal ones the one that is full for longer. */
static void show(struct mrl_call *call, const struct mrl_limit_asked *asked,
                 const struct mrl_limit_result *result)
{
	const struct mrl_limit_standing *best = NULL;
	uint64_t best_units = 1;
	for (uint32_t i = 0; i < asked->count; i++) {
		const struct mrl_limit_standing *standing = &result->standings[i];
		uint64_t units = asked->requests[i].rule.units;
		bool violated = (result->violated >> i & 1) != 0;
		if (!asked->specs[i]->is_public || (result->violated != 0 && !violated)) {
			continue;
		}
		uint64_t mine = standing->remaining * best_units;
		uint64_t others = best == NULL ? 0 : best->remaining * units;
		if (best == NULL || mine < others ||
		    (mine == others && standing->reset_ms > best->reset_ms)) {
			best = standing;
			best_units = units;
			call->limit.spec = asked->specs[i];
		}
	}
	if (best != NULL) {
		call->limit.remaining = best->remaining;
		call->limit.reset_s = (best->reset_ms + 999) / 1000;
	}
}

/* "violated-policies":["ip"], of those that clients may know. */
static enum mrl_err name_violated(struct mrl_call *call, const struct mrl_limit_asked *asked,
                                  uint32_t violated)
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
		mrl_call_word(call, &facts[0],
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
static enum mrl_err refuse(struct mrl_call *call, const struct mrl_limit_asked *asked,
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
	mrl_call_number(call, &facts[1], result->wait_ms);
	enum mrl_err err = name_violated(call, asked, result->violated);
	if (err != MRL_OK) {
		return err;
	}
	*ret_verdict = mrl_deny(MRL_PROBLEM_QUOTA_EXCEEDED);
	return mrl_call_answer(call, MRL_SLICE("Retry-After"), mrl_buffer_slice(&text));
}

static enum mrl_err decide(const void *config, struct mrl_call *call,
                           struct mrl_verdict *ret_verdict)
{
	const struct mrl_limit_config *settings = config;
	struct mrl_limit_asked asked = {.count = 0};
	struct mrl_limit_result result;
	if (call->limits == NULL) {
		return MRL_ERR_STATE;
	}
	mrl_call_find_client_ip(call);
	enum mrl_err err = mrl_limit_ask(call, settings->specs, settings->count,
	                                 (uint32_t)settings->cost, &asked);
	if (err == MRL_OK && asked.count != 0) {
		err = mrl_limit_decide(asked.requests, asked.count, &call->limits->host, &result);
	}
	if (err != MRL_OK || asked.count == 0) {
		return err;
	}
	show(call, &asked, &result);
	if (settings->cost != 1) {
		mrl_call_number(call, &facts[2], (uint64_t)settings->cost);
	}
	switch (result.verdict) {
	case MRL_LIMIT_ADMITTED: return MRL_OK;
	case MRL_LIMIT_DENIED: return refuse(call, &asked, &result, ret_verdict);
	case MRL_LIMIT_NEVER: break; /* such a cost does not load */
	}
	return MRL_ERR_BUG;
}

/* The reply keeps the field itself. */
static enum mrl_err set_field(struct mrl_call *call, enum mrl_field_id id, struct mrl_slice name,
                              struct mrl_slice value)
{
	struct mrl_field *field = MRL_NEW(call->arena, struct mrl_field);
	if (field == NULL) {
		return MRL_ERR_MEMORY;
	}
	*field = mrl_field_of(id, name, value);
	return mrl_reply_set(call->reply, field);
}

static enum mrl_err set_number(struct mrl_call *call, struct mrl_slice name, uint64_t number)
{
	struct mrl_buffer text = mrl_buffer(mrl_arena_alloc(call->arena, 20, 1), 20);
	if (text.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	mrl_buffer_u64(&text, number);
	return set_field(call, MRL_FIELD_UNKNOWN, name, mrl_buffer_slice(&text));
}

static enum mrl_err set_legacy(struct mrl_call *call)
{
	const struct mrl_call_limit *limit = &call->limit;
	enum mrl_err err = set_number(call, MRL_SLICE("X-RateLimit-Limit"),
	                              limit->spec->rate.units);
	if (err == MRL_OK) {
		err = set_number(call, MRL_SLICE("X-RateLimit-Remaining"), limit->remaining);
	}
	if (err == MRL_OK) {
		err = set_number(call, MRL_SLICE("X-RateLimit-Reset"), limit->reset_s);
	}
	return err;
}

/* An upstream counts something else, which clients would take for ours. */
static void drop_others(struct mrl_reply *reply)
{
	static const struct mrl_slice prefix = MRL_SLICE_INIT("x-ratelimit-");
	for (uint32_t i = 0; i < reply->field_count; i++) {
		struct mrl_field *field = &reply->fields[i];
		bool is_other = field->id == MRL_FIELD_RATELIMIT ||
		                field->id == MRL_FIELD_RATELIMIT_POLICY ||
		                (field->name.size > prefix.size &&
		                 mrl_slice_equal_nocase(mrl_slice_sub(field->name, 0, prefix.size),
		                                        prefix));
		field->drop = field->drop || is_other;
	}
}

/* draft-ietf-httpapi-ratelimit-headers-10: "user";r=42;t=13 */
static enum mrl_err set_standing(struct mrl_call *call)
{
	const struct mrl_call_limit *limit = &call->limit;
	size_t capacity = limit->spec->name.size + 40;
	struct mrl_buffer text = mrl_buffer(mrl_arena_alloc(call->arena, capacity, 1), capacity);
	if (text.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	MRL_PUT(&text, "\"");
	mrl_buffer_put(&text, limit->spec->name);
	MRL_PUT(&text, "\";r=");
	mrl_buffer_u64(&text, limit->remaining);
	if (limit->reset_s != 0) {
		MRL_PUT(&text, ";t=");
		mrl_buffer_u64(&text, limit->reset_s);
	}
	return set_field(call, MRL_FIELD_RATELIMIT, MRL_SLICE("RateLimit"),
	                 mrl_buffer_slice(&text));
}

static enum mrl_err tell(const void *config, struct mrl_call *call, struct mrl_verdict *ret_verdict)
{
	const struct mrl_limits *limits = &call->policy->limits;
	const struct mrl_call_limit *limit = &call->limit;
	(void)config;
	(void)ret_verdict;
	if (limits->fields == MRL_LIMIT_FIELDS_NONE) {
		return MRL_OK;
	}
	drop_others(call->reply);
	if (limit->spec == NULL || (limits->fields == MRL_LIMIT_FIELDS_DENIED && !limit->denied)) {
		return MRL_OK;
	}
	enum mrl_err err = set_field(call, MRL_FIELD_RATELIMIT_POLICY,
	                             MRL_SLICE("RateLimit-Policy"), limit->spec->policy_field);
	if (err == MRL_OK) {
		err = set_standing(call);
	}
	return err == MRL_OK && limits->legacy_fields ? set_legacy(call) : err;
}

const struct mrl_control mrl_control_limit = {
	.name = "limit",
	.items = "RATE-1 RATE-2 RATE-3 RATE-4",
	.summary = "No address and not all together call more often than they may, in any window.",
	.judges = true,
	.keys = keys,
	.facts = facts,
	.problems = problems,
	.problem_count = MRL_COUNT(problems),
	.config_bytes = sizeof(struct mrl_limit_config),
	.compile = mrl_limit_compile,
	.decide = {[MRL_STAGE_HEAD] = decide, [MRL_STAGE_REPLY] = tell, [MRL_STAGE_ANSWER] = tell},
};
