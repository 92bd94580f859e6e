/*
 * limit [RATE-1 RATE-2 RATE-3 RATE-4]: at most so many units of an address and of all calls in any
 * window. A refusal charges nothing, costs the upstream nothing and says when to come again. Limits
 * of users and clients come later, in limit_caller: nothing unverified is an identity.
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
	{"limit_fallback", MRL_FACT_BOOL, false,
         "Redis did not answer in time: decided by this gateway's part"},
	{"limit_cost", MRL_FACT_NUMBER, false, "units that the call was charged, if not 1"},
	{0},
};

static const uint8_t problems[] = {MRL_PROBLEM_QUOTA_EXCEEDED};

static enum mrl_err decide(const void *config, struct mrl_call *call,
                           struct mrl_verdict *ret_verdict)
{
	const struct mrl_limit_config *settings = config;
	if (call->limits == NULL) {
		return MRL_ERR_STATE;
	}
	mrl_call_find_client_ip(call);
	call->limit.config = settings;
	if (settings->cost != 1) {
		mrl_call_number(call, &facts[MRL_LIMIT_FACTS], (uint64_t)settings->cost);
	}
	const struct mrl_limit_group group = {.facts = facts,
	                                      .specs = settings->specs,
	                                      .count = settings->anonymous_count,
	                                      .cost = (uint32_t)settings->cost};
	return mrl_limit_charge_group(call, &group, ret_verdict);
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
