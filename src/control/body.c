/*
 * body [INPUT-1 INPUT-2 INPUT-3 INPUT-4]: the whole body is one text of its type, valid by the
 * operation's schema, and nothing that the schema does not declare.
 *
 * Some keys shape the compiled program, of which an API has one: they count for a whole API.
 */
#include "control.h"

struct config {
	int64_t depth;
	int64_t values;
	int64_t name_chars;
	int64_t number_bytes;
	int64_t cap_body_chars;
	int64_t cap_items;
	int64_t cap_members;
	int64_t ops_per_byte;
	int64_t ops_min;
	int64_t regex_steps;
	int nul;
	int numbers;
	int bounds;
	int free_form;
	int case_variants;
	int read_only;
	int read_only_required;
	int discriminator_unknown;
	int error_detail;
};

enum { REFUSE, ALLOW, ALLOW_PUT };
static const char *const refusals[] = {[REFUSE] = "refuse", [ALLOW] = "allow", NULL};
static const char *const nul_choices[] = {[REFUSE] = "refuse", [ALLOW] = "accept", NULL};
static const char *const read_only_choices[] = {
	[REFUSE] = "refuse", [ALLOW] = "allow", [ALLOW_PUT] = "allow_put", NULL};
static const char *const number_choices[] = {[MRL_NUMBERS_EXACT] = "exact",
                                             [MRL_NUMBERS_INT64] = "int64",
                                             [MRL_NUMBERS_IJSON] = "ijson",
                                             NULL};
enum { BOUNDS_CAP, BOUNDS_REQUIRE };
static const char *const bounds_choices[] = {
	[BOUNDS_CAP] = "cap", [BOUNDS_REQUIRE] = "require", NULL};
static const char *const free_form_choices[] = {[MRL_FREE_FORM_ERROR] = "error",
                                                [MRL_FREE_FORM_ALLOW] = "allow",
                                                [MRL_FREE_FORM_EMPTY] = "empty",
                                                NULL};
enum { REQUIRED_WAIVED, REQUIRED_STRICT };
static const char *const required_choices[] = {
	[REQUIRED_WAIVED] = "waived", [REQUIRED_STRICT] = "strict", NULL};
enum { DETAIL_NONE, DETAIL_LOCATION };
static const char *const detail_choices[] = {
	[DETAIL_NONE] = "none", [DETAIL_LOCATION] = "location", NULL};

static const struct mrl_key keys[] = {
	{"depth", MRL_KEY_NUMBER, 1, 1024, "64", NULL, "deepest nesting of a JSON text",
         offsetof(struct config, depth)},
	{"values", MRL_KEY_NUMBER, 1, 16777216, "262144", NULL,
         "most values and names in one JSON text", offsetof(struct config, values)},
	{"name_chars", MRL_KEY_NUMBER, 1, 4096, "256", NULL,
         "longest name of a member, field or part, in characters",
         offsetof(struct config, name_chars)},
	{"number_bytes", MRL_KEY_NUMBER, 16, 1024, "128", NULL, "longest number, in bytes",
         offsetof(struct config, number_bytes)},
	{"nul", MRL_KEY_ENUM, 0, 0, "refuse", nul_choices, "U+0000 in strings",
         offsetof(struct config, nul)},
	{"cap_body_chars", MRL_KEY_NUMBER, 1, 1048576, "4096", NULL,
         "longest string in a body whose schema has no maximum, in characters",
         offsetof(struct config, cap_body_chars)},
	{"cap_items", MRL_KEY_NUMBER, 1, 1000000, "10000", NULL,
         "most items of an array whose schema has no maximum", offsetof(struct config, cap_items)},
	{"cap_members", MRL_KEY_NUMBER, 1, 100000, "256", NULL,
         "most members of an open object whose schema has no maximum",
         offsetof(struct config, cap_members)},
	{"ops_per_byte", MRL_KEY_NUMBER, 8, 1024, "64", NULL,
         "steps that judging may take for each byte", offsetof(struct config, ops_per_byte)},
	{"ops_min", MRL_KEY_NUMBER, 10000, 10000000, "250000", NULL,
         "steps that judging may take however short the body is", offsetof(struct config, ops_min)},
	{"regex_steps", MRL_KEY_NUMBER, 10000, 100000000, "1000000", NULL,
         "steps that patterns with lookaround or backreferences may take in a request",
         offsetof(struct config, regex_steps)},
	{"error_detail", MRL_KEY_ENUM, 0, 0, "location", detail_choices,
         "refusals say where and by which keyword, or nothing of it",
         offsetof(struct config, error_detail)},
	{"numbers", MRL_KEY_ENUM, 0, 0, "int64", number_choices,
         "numbers that servers read alike: any, 64-bit integers, or those of I-JSON; per API",
         offsetof(struct config, numbers)},
	{"bounds", MRL_KEY_ENUM, 0, 0, "cap", bounds_choices,
         "strings, arrays, objects without maximum: capped, or errors of the document; per API",
         offsetof(struct config, bounds)},
	{"free_form", MRL_KEY_ENUM, 0, 0, "error", free_form_choices,
         "schemas that say nothing: errors, any value, or empty objects and arrays; per API",
         offsetof(struct config, free_form)},
	{"case_variants", MRL_KEY_ENUM, 0, 0, "refuse", refusals,
         "undeclared names in open objects that equal a declared one but for case; per API",
         offsetof(struct config, case_variants)},
	{"read_only", MRL_KEY_ENUM, 0, 0, "refuse", read_only_choices,
         "readOnly members in requests: refused, allowed, or allowed in PUT and PATCH; per API",
         offsetof(struct config, read_only)},
	{"read_only_required", MRL_KEY_ENUM, 0, 0, "waived", required_choices,
         "`required` demands readOnly members of requests too; per API",
         offsetof(struct config, read_only_required)},
	{"discriminator_unknown", MRL_KEY_ENUM, 0, 0, "refuse", refusals,
         "discriminator values that no schema has; per API",
         offsetof(struct config, discriminator_unknown)},
	{0},
};

static const uint8_t problems[] = {MRL_PROBLEM_INPUT_SYNTAX, MRL_PROBLEM_INPUT_INVALID,
                                   MRL_PROBLEM_INPUT_TOO_COMPLEX};

/* One program judges all operations of an API. */
static enum mrl_err check_layer(const struct mrl_compile *compile)
{
	static const char *const whole[] = {"numbers",
	                                    "bounds",
	                                    "free_form",
	                                    "case_variants",
	                                    "read_only",
	                                    "read_only_required",
	                                    "discriminator_unknown"};
	enum mrl_err err = MRL_OK;
	for (size_t i = 0; i < MRL_COUNT(whole); i++) {
		const struct mrl_node *value = mrl_node_member(compile->own, whole[i]);
		if (value != NULL) {
			mrl_diagnose(compile->diagnostics, MRL_ERROR, "policy-layer", value,
			             "write it under `controls` of the API",
			             "`%s` counts for a whole API", whole[i]);
			err = MRL_ERR_INVALID;
		}
	}
	return err;
}

static void set_reading(const struct config *config, struct mrl_input_settings *settings)
{
	settings->json.depth = (uint32_t)config->depth;
	settings->json.values = (uint32_t)config->values;
	settings->json.name_chars = (uint32_t)config->name_chars;
	settings->json.number_bytes = (uint32_t)config->number_bytes;
	settings->json.nul = config->nul == ALLOW;
	settings->ops_min = (uint64_t)config->ops_min;
	settings->ops_per_byte = (uint32_t)config->ops_per_byte;
	settings->regex_steps = (uint32_t)config->regex_steps;
	settings->read_only_put = config->read_only == ALLOW_PUT;
	settings->body_caps = (struct mrl_schema_caps){
		.string_chars = (uint32_t)config->cap_body_chars,
		.array_items = (uint32_t)config->cap_items,
		.object_members = (uint32_t)config->cap_members,
	};
	settings->parameter_caps.object_members = settings->body_caps.object_members;
}

static void set_schema(const struct config *config, struct mrl_schema_options *schema)
{
	schema->numbers = (enum mrl_numbers)config->numbers;
	schema->bounds_required = config->bounds == BOUNDS_REQUIRE;
	schema->free_form = (enum mrl_free_form)config->free_form;
	schema->case_variants = config->case_variants == ALLOW;
	schema->read_only = config->read_only == ALLOW ? MRL_READ_ONLY_ALLOW : MRL_READ_ONLY_REFUSE;
	schema->read_only_required_strict = config->read_only_required == REQUIRED_STRICT;
	schema->discriminator_unknown = config->discriminator_unknown == ALLOW;
}

static enum mrl_err compile(struct mrl_compile *compile, void *config)
{
	set_reading(config, &compile->plan->settings);
	set_schema(config, &compile->plan->schema);
	compile->plan->error_detail = ((struct config *)config)->error_detail == DETAIL_LOCATION;
	return check_layer(compile);
}

static enum mrl_err decide(const void *config, struct mrl_call *call,
                           struct mrl_verdict *ret_verdict)
{
	(void)config;
	struct mrl_input_fault fault;
	if (call->route.plan->input == NULL || !call->has_input) {
		return MRL_OK;
	}
	enum mrl_err err = mrl_input_body(mrl_call_input(call), call->body, &fault);
	return err != MRL_OK ? err : mrl_call_judge_input(call, &fault, ret_verdict);
}

const struct mrl_control mrl_control_body = {
	.name = "body",
	.items = "INPUT-1 INPUT-2 INPUT-3 INPUT-4",
	.summary = "A body is one text of its type, valid by its schema, with nothing undeclared.",
	.judges = true,
	.keys = keys,
	.facts = mrl_input_facts,
	.problems = problems,
	.problem_count = MRL_COUNT(problems),
	.config_bytes = sizeof(struct config),
	.compile = compile,
	.decide = {[MRL_STAGE_BODY] = decide},
};
