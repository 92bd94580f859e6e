/*
 * object [INPUT-5]: an id that a client names is its own to name. Rules of an operation compare
 * what the call carries with what its token says; who breaks one is told what an id that does not
 * exist is told, so that nobody can ask for what there is.
 */
#include "rule.h"

#include <merlon/policy.h>

#define RULES_MAX 16

struct config {
	struct mrl_settings require;
	struct mrl_rule *rules;
	uint32_t count;
	bool asks_body;
};

static const struct mrl_key keys[] = {
	{"require", MRL_KEY_LIST, 0, RULES_MAX, "[]", NULL,
         "rules that all hold, such as `path.userId == token.sub`",
         offsetof(struct config, require)},
	{0},
};

static const struct mrl_fact_row facts[] = {
	{"object_rule", MRL_FACT_NUMBER, false, "the rule that did not hold, from 1"},
	{0},
};

static const uint8_t problems[] = {MRL_PROBLEM_UPSTREAM_REFUSED};

static void tell(const struct mrl_compile *compile, const struct mrl_setting *setting,
                 const struct mrl_rule_fault *fault)
{
	mrl_diagnose(compile->diagnostics, MRL_ERROR, "object-rule", setting->node,
	             "path.userId == token.sub || \"admin\" in token.roles",
	             "character %zu of the rule: %s", fault->at + 1, fault->message);
}

static bool check_token(const struct mrl_compile *compile, const struct mrl_setting *setting,
                        const struct mrl_rule *rule)
{
	if (!rule->asks_token || compile->policy->issuers.count != 0) {
		return true;
	}
	mrl_diagnose(compile->diagnostics, MRL_ERROR, "object-rule", setting->node,
	             "name the issuers of tokens under `issuers`",
	             "the rule asks for a token, and no issuer is known");
	return false;
}

static enum mrl_err compile(struct mrl_compile *compile, void *config)
{
	struct config *settings = config;
	uint32_t errors = compile->diagnostics->errors;
	if (compile->operation == NULL || settings->require.count == 0) {
		return MRL_OK;
	}
	settings->rules = MRL_NEW_ARRAY(compile->arena, settings->require.count, struct mrl_rule);
	if (settings->rules == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < settings->require.count; i++) {
		const struct mrl_setting *setting = &settings->require.items[i];
		struct mrl_rule *rule = &settings->rules[settings->count];
		struct mrl_rule_fault fault;
		if (!mrl_rule_parse(setting->text, compile->operation, rule, &fault)) {
			tell(compile, setting, &fault);
		} else if (check_token(compile, setting, rule)) {
			settings->asks_body |= rule->asks_body;
			settings->count++;
		}
	}
	return compile->diagnostics->errors > errors ? MRL_ERR_INVALID : MRL_OK;
}

static enum mrl_err judge(const struct config *config, struct mrl_call *call,
                          const struct mrl_json_doc *body, struct mrl_verdict *ret_verdict)
{
	for (uint32_t i = 0; i < config->count; i++) {
		bool holds = false;
		enum mrl_err err = mrl_rule_holds(&config->rules[i], call, body, &holds);
		if (err != MRL_OK) {
			return err;
		}
		if (!holds) {
			mrl_call_number(call, &facts[0], i + 1U);
			*ret_verdict = mrl_deny(MRL_PROBLEM_UPSTREAM_REFUSED);
			ret_verdict->status = 404;
			return MRL_OK;
		}
	}
	return MRL_OK;
}

static enum mrl_err decide_head(const void *config, struct mrl_call *call,
                                struct mrl_verdict *ret_verdict)
{
	const struct config *settings = config;
	/* What passes by its type alone is not read: nothing can be said of it. */
	bool waits = settings->asks_body && call->view->has_body &&
	             mrl_call_input(call)->reading != MRL_READING_OPAQUE;
	return waits ? MRL_OK : judge(settings, call, NULL, ret_verdict);
}

static enum mrl_err decide_body(const void *config, struct mrl_call *call,
                                struct mrl_verdict *ret_verdict)
{
	const struct config *settings = config;
	struct mrl_json_limits limits = MRL_JSON_LIMITS;
	struct mrl_json_fault fault = {.code = MRL_JSON_NONE};
	struct mrl_json_doc doc;
	if (!settings->asks_body) {
		return MRL_OK;
	}
	memcpy(limits.seed, call->policy->seed, sizeof(limits.seed));
	limits.depth = call->route.plan->settings.json.depth;
	limits.nul = call->route.plan->settings.json.nul;
	enum mrl_err err = mrl_json_read(&limits, call->policy->json_scan, call->body, call->arena,
	                                 &doc, &fault);
	if (err != MRL_OK) {
		return err;
	}
	return judge(settings, call, fault.code == MRL_JSON_NONE ? &doc : NULL, ret_verdict);
}

const struct mrl_control mrl_control_object = {
	.name = "object",
	.items = "INPUT-5 ERR-4",
	.summary = "Ids that a call names are the caller's to name, by rules over its token.",
	.judges = true,
	.keys = keys,
	.facts = facts,
	.problems = problems,
	.problem_count = MRL_COUNT(problems),
	.config_bytes = sizeof(struct config),
	.compile = compile,
	.decide = {[MRL_STAGE_HEAD] = decide_head, [MRL_STAGE_BODY] = decide_body},
};
