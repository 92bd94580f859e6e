/* What a policy makes of an operation: its controls in order, with the values in force. */
#include "explain.h"
#include "json_out.h"
#include "limits.h"
#include "load.h"
#include "text.h"

#include <inttypes.h>
#include <time.h>

/* A control's step in a plan, whichever stage it is first in, or NULL. */
static const struct mrl_step *step_of(const struct mrl_plan *plan,
                                      const struct mrl_control *control)
{
	for (unsigned stage = 0; stage < MRL_STAGE_COUNT; stage++) {
		for (uint16_t i = 0; i < plan->counts[stage]; i++) {
			if (plan->steps[stage][i].control == control) {
				return &plan->steps[stage][i];
			}
		}
	}
	return NULL;
}

static char *list_text(struct mrl_arena *arena, const struct mrl_settings *list)
{
	char *text = mrl_text(arena, "[");
	for (uint32_t i = 0; i < list->count; i++) {
		text = mrl_text(arena, "%s%s%.*s", text, i == 0 ? "" : ", ",
		                MRL_PRINT(list->items[i].text));
	}
	return mrl_text(arena, "%s]", text);
}

/* A key's value as the policy would write it. */
static char *value_text(struct mrl_arena *arena, const struct mrl_key *key, const void *config)
{
	const void *at = (const uint8_t *)config + key->offset;
	switch (key->kind) {
	case MRL_KEY_BOOL: return mrl_text(arena, "%s", *(const bool *)at ? "on" : "off");
	case MRL_KEY_NUMBER: return mrl_text(arena, "%" PRId64, *(const int64_t *)at);
	case MRL_KEY_ENUM: return mrl_text(arena, "%s", key->choices[*(const int *)at]);
	case MRL_KEY_TEXT: return mrl_text_of(arena, ((const struct mrl_setting *)at)->text);
	case MRL_KEY_LIST: return list_text(arena, at);
	case MRL_KEY_OBJECT:
	case MRL_KEY_OBJECTS:
	case MRL_KEY_MAP:
	case MRL_KEY_CONTROLS: break;
	}
	return mrl_text(arena, "(a mapping)");
}

static char *day_text(struct mrl_arena *arena, int64_t until_us)
{
	time_t last_s = (time_t)(until_us / 1000000 - 1);
	char text[16] = "";
	struct tm parts;
	if (gmtime_r(&last_s, &parts) != NULL) {
		(void)strftime(text, sizeof(text), "%Y-%m-%d", &parts);
	}
	return mrl_text(arena, "%s", text);
}

static void print_step(struct mrl_arena *arena, const struct mrl_step *step, int64_t now_s)
{
	const struct mrl_control *control = step->control;
	printf("  %s [%s]%s\n", control->name, control->items,
	       step->shadow ? " (shadow: notes, does not refuse)" : "");
	if (step->exemption != NULL) {
		bool over = step->exemption->until_us <= now_s * 1000000;
		printf("    %s until %s: %.*s (%.*s)\n",
		       over ? "EXPIRED exemption, not applied," : "exempt",
		       day_text(arena, step->exemption->until_us), MRL_PRINT(step->exemption->name),
		       MRL_PRINT(step->exemption->reason));
	}
	for (const struct mrl_key *key = control->keys;
	     key != NULL && key->name != NULL && step->config != NULL; key++) {
		const char *value = value_text(arena, key, step->config);
		bool is_default = key->fallback != NULL && strcmp(value, key->fallback) == 0;
		printf("    %s: %s%s\n", key->name, value, is_default ? "" : "   # set");
	}
}

static void json_step(struct mrl_arena *arena, struct mrl_out *json, const struct mrl_step *step,
                      int64_t now_s)
{
	const struct mrl_control *control = step->control;
	mrl_out_open(json, NULL, '{');
	mrl_out_text(json, "name", control->name);
	mrl_out_text(json, "items", control->items);
	mrl_out_bool(json, "shadow", step->shadow);
	if (step->exemption != NULL) {
		mrl_out_open(json, "exemption", '{');
		mrl_out_slice(json, "name", step->exemption->name);
		mrl_out_slice(json, "reason", step->exemption->reason);
		mrl_out_text(json, "until", day_text(arena, step->exemption->until_us));
		mrl_out_bool(json, "expired", step->exemption->until_us <= now_s * 1000000);
		mrl_out_close(json);
	}
	mrl_out_open(json, "values", '{');
	for (const struct mrl_key *key = control->keys;
	     key != NULL && key->name != NULL && step->config != NULL; key++) {
		mrl_out_text(json, key->name, value_text(arena, key, step->config));
	}
	mrl_out_close(json);
	mrl_out_close(json);
}

/* RATE-1: what the keys of `limit` come to for this operation. */
static void tell_limits(const struct mrl_cli *cli, const struct mrl_policy *policy,
                        const struct mrl_operation *operation, struct mrl_out *json)
{
	const struct mrl_step *step = step_of(operation->plan, mrl_controls[MRL_CONTROL_limit]);
	uint32_t count = 0;
	const uint8_t *specs = step == NULL ? NULL : mrl_limit_config_specs(step->config, &count);
	for (uint32_t i = 0; i < count; i++) {
		const struct mrl_limit_spec *spec = &policy->limits.specs[specs[i]];
		const char *parts = mrl_limits_parts(cli->arena, spec);
		const char *rate = mrl_text(cli->arena, "%u/%us", spec->rate.units,
		                            spec->rate.window_ms / 1000);
		if (cli->json) {
			mrl_out_open(json, NULL, '{');
			mrl_out_slice(json, "name", spec->name);
			mrl_out_text(json, "key", parts);
			mrl_out_text(json, "rate", rate);
			mrl_out_close(json);
		} else {
			printf("    %.*s: %s for each %s\n", MRL_PRINT(spec->name), rate, parts);
		}
	}
}

static void print_operation(const struct mrl_cli *cli, const struct mrl_policy *policy,
                            const struct mrl_api *api, const struct mrl_operation *operation,
                            struct mrl_out *json)
{
	int64_t now_s = mrl_time_s();
	struct mrl_slice method = mrl_method_name(operation->method);
	if (cli->json) {
		mrl_out_open(json, NULL, '{');
		mrl_out_slice(json, "api", api->name);
		mrl_out_slice(json, "operation", operation->id);
		mrl_out_slice(json, "method", method);
		mrl_out_slice(json, "template", operation->template_path);
		mrl_out_open(json, "controls", '[');
	} else {
		printf("%.*s %.*s (%.*s of API %.*s)\n", MRL_PRINT(method),
		       MRL_PRINT(operation->template_path), MRL_PRINT(operation->id),
		       MRL_PRINT(api->name));
	}
	for (unsigned i = 0; i < MRL_CONTROL_COUNT; i++) {
		const struct mrl_step *step = step_of(operation->plan, mrl_controls[i]);
		if (step != NULL && cli->json) {
			json_step(cli->arena, json, step, now_s);
		} else if (step != NULL) {
			print_step(cli->arena, step, now_s);
		}
		if (i == MRL_CONTROL_limit && !cli->json) {
			tell_limits(cli, policy, operation, json);
		}
	}
	if (cli->json) {
		mrl_out_close(json);
		mrl_out_open(json, "limits", '[');
		tell_limits(cli, policy, operation, json);
		mrl_out_close(json);
		mrl_out_close(json);
	}
}

static bool is_named(struct mrl_arena *arena, const struct mrl_operation *operation,
                     const char *name)
{
	struct mrl_slice asked = mrl_slice_text(name);
	const char *full = mrl_text(arena, "%.*s %.*s",
	                            MRL_PRINT(mrl_method_name(operation->method)),
	                            MRL_PRINT(operation->template_path));
	return mrl_slice_equal(operation->name, asked) || mrl_slice_equal(operation->id, asked) ||
	       strcmp(full, name) == 0;
}

static struct mrl_policy *load(struct mrl_cli *cli, const char *file, enum mrl_exit *ret_code)
{
	struct mrl_loading loading;
	const struct mrl_load_request request = {.file = file};
	enum mrl_err err = mrl_load(cli->arena, &request, &loading);
	if (err != MRL_OK) {
		mrl_complain(cli, "%s cannot be loaded: %s", file, mrl_err_name(err));
		*ret_code = MRL_EXIT_SOFTWARE;
		return NULL;
	}
	if (loading.policy == NULL) {
		mrl_report(stderr, cli->colour_err, cli->arena, &loading.diagnostics);
		*ret_code = MRL_EXIT_CONFIG;
	}
	return loading.policy;
}

static enum mrl_exit no_operation(struct mrl_cli *cli, const struct mrl_policy *policy,
                                  const char *name)
{
	const char *names[512];
	size_t count = 0;
	for (uint32_t i = 0; i < policy->api_count; i++) {
		const struct mrl_api_document *document = policy->apis[i].document;
		for (uint32_t j = 0; j < document->operation_count && count < MRL_COUNT(names);
		     j++) {
			names[count++] = mrl_text_of(cli->arena, document->operations[j].name);
		}
	}
	const char *near = mrl_nearest(mrl_slice_text(name), names, count);
	mrl_complain(cli, "the policy has no operation \"%s\"%s%s%s", name,
	             near == NULL ? "" : "; did you mean \"", near == NULL ? "" : near,
	             near == NULL ? "" : "\"?");
	return MRL_EXIT_USAGE;
}

enum mrl_exit mrl_explain_operation(struct mrl_cli *cli, const char *file, const char *name)
{
	enum mrl_exit code = MRL_EXIT_OK;
	struct mrl_policy *policy = load(cli, file, &code);
	struct mrl_out json = mrl_out_begin(stdout);
	uint32_t found = 0;
	if (policy == NULL) {
		return code;
	}
	for (uint32_t i = 0; i < policy->api_count; i++) {
		const struct mrl_api *api = &policy->apis[i];
		for (uint32_t j = 0; j < api->document->operation_count; j++) {
			if (!is_named(cli->arena, &api->document->operations[j], name)) {
				continue;
			}
			if (found++ == 0 && cli->json) {
				mrl_out_open(&json, NULL, '[');
			}
			print_operation(cli, policy, api, &api->document->operations[j], &json);
		}
	}
	if (found == 0) {
		code = no_operation(cli, policy, name);
	} else if (cli->json) {
		mrl_out_finish(&json);
	}
	mrl_policy_unref(policy);
	return code;
}

enum mrl_exit mrl_explain_operations(struct mrl_cli *cli, const char *file)
{
	enum mrl_exit code = MRL_EXIT_OK;
	struct mrl_policy *policy = load(cli, file, &code);
	struct mrl_out json = mrl_out_begin(stdout);
	if (policy == NULL) {
		return code;
	}
	if (cli->json) {
		mrl_out_open(&json, NULL, '[');
	}
	for (uint32_t i = 0; i < policy->api_count; i++) {
		const struct mrl_api_document *document = policy->apis[i].document;
		for (uint32_t j = 0; j < document->operation_count; j++) {
			if (cli->json) {
				mrl_out_slice(&json, NULL, document->operations[j].name);
				continue;
			}
			printf("%.*s: %.*s\n", MRL_PRINT(policy->apis[i].name),
			       MRL_PRINT(document->operations[j].name));
		}
	}
	if (cli->json) {
		mrl_out_finish(&json);
	}
	mrl_policy_unref(policy);
	return code;
}
