/*
 * What an API's operations may carry: its document compiled by the keys of params, media, body and
 * reply, which have left them in the plans.
 */
#include "keys.h"

static const struct mrl_input_settings *settings_of(void *host,
                                                    const struct mrl_operation *operation)
{
	(void)host;
	return &operation->plan->settings;
}

static bool has_matrix(const struct mrl_input *input)
{
	const struct mrl_parameter *parameter;
	for (uint32_t i = 0; (parameter = mrl_input_parameter(input, i)) != NULL; i++) {
		if (parameter->style == MRL_STYLE_MATRIX) {
			return true;
		}
	}
	return false;
}

/* Plans are immutable from here on; until now only the loader has them. */
static void link_plan(struct mrl_api *api, const struct mrl_operation *operation)
{
	struct mrl_plan *plan = (struct mrl_plan *)(uintptr_t)operation->plan;
	plan->input = mrl_input_of(api->inputs, operation);
	plan->matrix = has_matrix(plan->input);
	if (mrl_input_opaque(plan->input, 0).size != 0 &&
	    plan->opaque_bytes > api->opaque_bytes_max) {
		api->opaque_bytes_max = plan->opaque_bytes;
	}
}

enum mrl_err mrl_load_inputs(struct mrl_loader *loader, struct mrl_api *api)
{
	struct mrl_api_document *document = api->document;
	const struct mrl_input_options options = {
		.files = loader->files,
		.schema = api->default_plan->schema,
		.settings = settings_of,
	};
	enum mrl_err err = mrl_input_compile(&options, document, loader->arena, loader->diagnostics,
	                                     &api->inputs);
	if (err != MRL_OK) {
		return err == MRL_ERR_INVALID ? MRL_OK : err;
	}
	for (uint32_t i = 0; i < document->operation_count; i++) {
		link_plan(api, &document->operations[i]);
	}
	return MRL_OK;
}
