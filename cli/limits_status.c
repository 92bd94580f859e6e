/* `merlon limits status`: which limits hold for which operations, and how full their zones are. */
#include "limit_status.h"
#include "limits.h"
#include "load.h"
#include "text.h"

#include <inttypes.h>

char *mrl_limits_parts(struct mrl_arena *arena, const struct mrl_limit_spec *spec)
{
	char *text = mrl_text(arena, "%s", mrl_limit_part_names[spec->parts[0]]);
	for (uint8_t i = 1; i < spec->part_count; i++) {
		text = mrl_text(arena, "%s+%s", text, mrl_limit_part_names[spec->parts[i]]);
	}
	return text;
}

/* The limits of an operation; those of sign-ins where the control `login` watches it. */
static const uint8_t *specs_of(const struct mrl_plan *plan, uint32_t *ret_count)
{
	const struct mrl_control *control = mrl_controls[MRL_CONTROL_limit];
	for (uint16_t i = 0; i < plan->counts[MRL_STAGE_HEAD]; i++) {
		if (plan->steps[MRL_STAGE_HEAD][i].control == control) {
			return mrl_limit_config_specs(plan->steps[MRL_STAGE_HEAD][i].config,
			                              ret_count);
		}
	}
	*ret_count = 0;
	return NULL;
}

static const char *rate_text(struct mrl_arena *arena, const struct mrl_limit_spec *spec)
{
	return mrl_text(arena, "%" PRIu32 "/%" PRIu32 "s", spec->rate.units,
	                spec->rate.window_ms / 1000);
}

static void print_operation(const struct mrl_cli *cli, const struct mrl_limits *limits,
                            const struct mrl_operation *operation)
{
	uint32_t count;
	const uint8_t *specs = specs_of(operation->plan, &count);
	printf("%.*s\n   ", MRL_PRINT(operation->name));
	for (uint32_t i = 0; i < count; i++) {
		const struct mrl_limit_spec *spec = &limits->specs[specs[i]];
		printf("%s %.*s %s", i == 0 ? "" : ",", MRL_PRINT(spec->name),
		       rate_text(cli->arena, spec));
	}
	printf("\n");
}

static void json_operation(const struct mrl_limits *limits, const struct mrl_operation *operation,
                           struct mrl_out *json)
{
	uint32_t count;
	const uint8_t *specs = specs_of(operation->plan, &count);
	mrl_out_open(json, NULL, '{');
	mrl_out_slice(json, "operation", operation->name);
	mrl_out_open(json, "limits", '[');
	for (uint32_t i = 0; i < count; i++) {
		mrl_out_slice(json, NULL, limits->specs[specs[i]].name);
	}
	mrl_out_close(json);
	mrl_out_close(json);
}

static void print_limits(const struct mrl_cli *cli, const struct mrl_policy *policy)
{
	const struct mrl_limits *limits = &policy->limits;
	printf("%-16s%-16s%-24s%s\n", "limit", "rate", "for each", "zone");
	for (uint32_t i = 0; i < limits->count; i++) {
		const struct mrl_limit_spec *spec = &limits->specs[i];
		printf("%-16.*s%-16s%-24s%s\n", MRL_PRINT(spec->name), rate_text(cli->arena, spec),
		       mrl_limits_parts(cli->arena, spec), mrl_limit_zone_names[spec->zone]);
	}
	printf("\n");
	for (uint32_t i = 0; i < policy->api_count; i++) {
		const struct mrl_api_document *document = policy->apis[i].document;
		for (uint32_t j = 0; j < document->operation_count; j++) {
			print_operation(cli, limits, &document->operations[j]);
		}
	}
}

static void json_limits(const struct mrl_cli *cli, const struct mrl_policy *policy)
{
	const struct mrl_limits *limits = &policy->limits;
	struct mrl_out json = mrl_out_begin(stdout);
	mrl_out_open(&json, NULL, '{');
	mrl_out_open(&json, "limits", '[');
	for (uint32_t i = 0; i < limits->count; i++) {
		const struct mrl_limit_spec *spec = &limits->specs[i];
		mrl_out_open(&json, NULL, '{');
		mrl_out_slice(&json, "name", spec->name);
		mrl_out_number(&json, "units", spec->rate.units);
		mrl_out_number(&json, "window_ms", spec->rate.window_ms);
		mrl_out_text(&json, "key", mrl_limits_parts(cli->arena, spec));
		mrl_out_text(&json, "zone", mrl_limit_zone_names[spec->zone]);
		mrl_out_close(&json);
	}
	mrl_out_close(&json);
	mrl_out_open(&json, "operations", '[');
	for (uint32_t i = 0; i < policy->api_count; i++) {
		const struct mrl_api_document *document = policy->apis[i].document;
		for (uint32_t j = 0; j < document->operation_count; j++) {
			json_operation(limits, &document->operations[j], &json);
		}
	}
	mrl_out_finish(&json);
}

enum mrl_exit mrl_limits_status(struct mrl_cli *cli, const struct mrl_arguments *arguments)
{
	struct mrl_instance instance;
	struct mrl_loading loading;
	const char *file = mrl_given_value(arguments, "config", NULL);
	if (file == NULL) {
		if (!mrl_instance_find(cli, arguments, &instance)) {
			return MRL_EXIT_USAGE;
		}
		file = mrl_text(cli->arena, "%s/current/merlon.yaml", instance.places.state);
	}
	const struct mrl_load_request request = {.file = mrl_path_absolute(cli->arena, file)};
	if (mrl_load(cli->arena, &request, &loading) != MRL_OK || loading.policy == NULL) {
		mrl_report(stderr, cli->colour_err, cli->arena, &loading.diagnostics);
		mrl_complain(cli, "%s cannot be loaded", file);
		return MRL_EXIT_CONFIG;
	}
	if (cli->json) {
		json_limits(cli, loading.policy);
	} else {
		print_limits(cli, loading.policy);
	}
	mrl_policy_unref(loading.policy);
	return MRL_EXIT_OK;
}
