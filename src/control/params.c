/*
 * params [INPUT-1 INPUT-2 INPUT-3]: path, query, header and cookie parameters are those that the
 * operation documents, each once, in its style, valid by its schema and bounded.
 */
#include "control.h"

struct config {
	int64_t pairs;
	int64_t cap_param_chars;
	int64_t cap_param_items;
	int label_dots;
	int query_semicolon;
};

enum { OFF, ON };
static const char *const switch_choices[] = {[OFF] = "off", [ON] = "on", NULL};
enum { SEMICOLON_REFUSE, SEMICOLON_DATA };
static const char *const semicolon_choices[] = {
	[SEMICOLON_REFUSE] = "refuse", [SEMICOLON_DATA] = "data", NULL};

static const struct mrl_key keys[] = {
	{"pairs", MRL_KEY_NUMBER, 1, 4096, "256", NULL,
         "most query pairs, form pairs, parts and cookies, each counted alone",
         offsetof(struct config, pairs)},
	{"cap_param_chars", MRL_KEY_NUMBER, 1, 1048576, "1024", NULL,
         "longest string in a parameter whose schema has no maximum, in characters",
         offsetof(struct config, cap_param_chars)},
	{"cap_param_items", MRL_KEY_NUMBER, 1, 1000000, "256", NULL,
         "most items of an array in a parameter whose schema has no maximum",
         offsetof(struct config, cap_param_items)},
	{"label_dots", MRL_KEY_ENUM, 0, 0, "off", switch_choices,
         "style label without explode separates by dots, as older prints of OpenAPI show",
         offsetof(struct config, label_dots)},
	{"query_semicolon", MRL_KEY_ENUM, 0, 0, "refuse", semicolon_choices,
         "a raw `;` in a query, where some servers split: refused, or data",
         offsetof(struct config, query_semicolon)},
	{0},
};

static const uint8_t problems[] = {MRL_PROBLEM_INPUT_TARGET, MRL_PROBLEM_INPUT_PARAMETER,
                                   MRL_PROBLEM_INPUT_TOO_COMPLEX};

static enum mrl_err compile(struct mrl_compile *compile, void *config)
{
	const struct config *limits = config;
	struct mrl_input_settings *settings = &compile->plan->settings;
	settings->pairs = (uint32_t)limits->pairs;
	settings->parameter_caps.string_chars = (uint32_t)limits->cap_param_chars;
	settings->parameter_caps.array_items = (uint32_t)limits->cap_param_items;
	settings->label_dots = limits->label_dots == ON;
	settings->query_semicolon = limits->query_semicolon == SEMICOLON_DATA;
	return MRL_OK;
}

static enum mrl_err decide(const void *config, struct mrl_call *call,
                           struct mrl_verdict *ret_verdict)
{
	(void)config;
	struct mrl_input_fault fault;
	if (call->route.plan->input == NULL) {
		return MRL_OK;
	}
	enum mrl_err err = mrl_input_head(mrl_call_input(call), &fault);
	return err != MRL_OK ? err : mrl_call_judge_input(call, &fault, ret_verdict);
}

const struct mrl_control mrl_control_params = {
	.name = "params",
	.items = "INPUT-1 INPUT-2 INPUT-3",
	.summary = "Parameters are those documented, each once, valid by their schemas, bounded.",
	.judges = true,
	.keys = keys,
	.facts = mrl_input_facts,
	.problems = problems,
	.problem_count = MRL_COUNT(problems),
	.config_bytes = sizeof(struct config),
	.compile = compile,
	.decide = {[MRL_STAGE_HEAD] = decide},
};
