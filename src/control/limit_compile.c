/* Which limits an operation has: those of everywhere but the ones it leaves out, and those it adds.
 */
#include "limit.h"

static int find(const struct mrl_limits *limits, struct mrl_slice name)
{
	for (uint32_t i = 0; i < limits->count; i++) {
		if (mrl_slice_equal(limits->specs[i].name, name)) {
			return (int)i;
		}
	}
	return -1;
}

/* The diagnostic's arena holds what a message names. */
static void tell_unknown(const struct mrl_compile *compile, const struct mrl_setting *name)
{
	mrl_diagnose(compile->diagnostics, MRL_ERROR, "limit-unknown", name->node,
	             "define it under `limits: {named: ...}`", "there is no limit \"%.*s\"",
	             MRL_PRINT(name->text));
}

static bool is_listed(const struct mrl_settings *names, struct mrl_slice name)
{
	for (uint32_t i = 0; i < names->count; i++) {
		if (mrl_slice_equal(names->items[i].text, name)) {
			return true;
		}
	}
	return false;
}

static void add_spec(const struct mrl_compile *compile, struct mrl_limit_config *config, int at,
                     const struct mrl_node *node)
{
	const struct mrl_limit_spec *spec = &compile->policy->limits.specs[at];
	if (config->count == MRL_LIMIT_KEYS_MAX) {
		mrl_diagnose(compile->diagnostics, MRL_ERROR, "limit-many", node,
		             "at most 8 limits hold for one operation, the built-in ones counted",
		             "this is one limit too many");
		return;
	}
	if (config->cost > spec->rate.units) {
		mrl_diagnose(compile->diagnostics, MRL_ERROR, "limit-cost", compile->node,
		             "lower the cost or raise the rate",
		             "a cost of %lld can never pass the limit \"%.*s\"",
		             (long long)config->cost, MRL_PRINT(spec->name));
	}
	config->specs[config->count++] = (uint8_t)at;
}

static void check_without(const struct mrl_compile *compile, const struct mrl_settings *without)
{
	const struct mrl_limits *limits = &compile->policy->limits;
	for (uint32_t i = 0; i < without->count; i++) {
		const struct mrl_setting *name = &without->items[i];
		int at = find(limits, name->text);
		if (at < 0) {
			tell_unknown(compile, name);
		} else if (!limits->specs[at].everywhere ||
		           limits->specs[at].parts[0] == MRL_LIMIT_IP ||
		           limits->specs[at].parts[0] == MRL_LIMIT_IP48) {
			mrl_diagnose(compile->diagnostics, MRL_ERROR, "limit-no-ip", name->node,
			             "only user, client and global can be left out",
			             "every operation counts addresses: \"%.*s\" stays",
			             MRL_PRINT(name->text));
		}
	}
}

static void add_named(const struct mrl_compile *compile, struct mrl_limit_config *config)
{
	for (uint32_t i = 0; i < config->add.count; i++) {
		const struct mrl_setting *name = &config->add.items[i];
		int at = find(&compile->policy->limits, name->text);
		if (at < 0) {
			tell_unknown(compile, name);
		} else if (!compile->policy->limits.specs[at].everywhere) {
			add_spec(compile, config, at, name->node);
		}
	}
}

static bool counts_callers(const struct mrl_limit_spec *spec)
{
	for (uint8_t i = 0; i < spec->part_count; i++) {
		if (spec->parts[i] == MRL_LIMIT_USER || spec->parts[i] == MRL_LIMIT_CLIENT) {
			return true;
		}
	}
	return false;
}

static void put_anonymous_first(const struct mrl_limits *limits, struct mrl_limit_config *config)
{
	uint8_t personal[MRL_LIMIT_KEYS_MAX];
	uint8_t personal_count = 0;
	for (uint8_t i = 0; i < config->count; i++) {
		uint8_t at = config->specs[i];
		if (counts_callers(&limits->specs[at])) {
			personal[personal_count++] = at;
		} else {
			config->specs[config->anonymous_count++] = at;
		}
	}
	memcpy(config->specs + config->anonymous_count, personal, personal_count);
}

/* RATE-3: whoever proves who they are is counted as that. */
static void check_caller(const struct mrl_compile *compile, const struct mrl_limit_config *config)
{
	if (compile->policy->issuers.count == 0 || config->anonymous_count != config->count) {
		return;
	}
	mrl_diagnose(compile->diagnostics, MRL_ERROR, "limit-no-caller", compile->node,
	             "leave out one of them, or add a limit of your own",
	             "neither users nor clients are counted here");
}

enum mrl_err mrl_limit_compile(struct mrl_compile *compile, void *config)
{
	struct mrl_limit_config *settings = config;
	const struct mrl_limits *limits = &compile->policy->limits;
	uint32_t errors = compile->diagnostics->errors;
	check_without(compile, &settings->without);
	for (uint32_t i = 0; i < limits->count; i++) {
		const struct mrl_limit_spec *spec = &limits->specs[i];
		if (spec->everywhere && !is_listed(&settings->without, spec->name)) {
			add_spec(compile, settings, (int)i, compile->node);
		}
	}
	add_named(compile, settings);
	put_anonymous_first(limits, settings);
	check_caller(compile, settings);
	return compile->diagnostics->errors > errors ? MRL_ERR_INVALID : MRL_OK;
}

const uint8_t *mrl_limit_config_specs(const void *config, uint32_t *ret_count)
{
	const struct mrl_limit_config *settings = config;
	*ret_count = settings->count;
	return settings->specs;
}
