/*
 * reply_fields [ERR-1 CORS-4]: reply fields that tell of the upstream, or that only the gateway may
 * set, do not leave. Which ones stands in fields.def.
 */
#include "control.h"

struct config {
	struct mrl_settings remove;
};

static const struct mrl_key keys[] = {
	{"remove", MRL_KEY_LIST, 0, 64, "[]", NULL, "further reply fields that never leave",
         offsetof(struct config, remove)},
	{0},
};

static enum mrl_err compile(struct mrl_compile *compile, void *config)
{
	const struct config *settings = config;
	return mrl_compile_names(compile, &settings->remove);
}

static bool is_named(const struct config *config, const struct mrl_field *field)
{
	for (uint32_t i = 0; i < config->remove.count; i++) {
		if (mrl_slice_equal_nocase(config->remove.items[i].text, field->name)) {
			return true;
		}
	}
	return false;
}

static enum mrl_err decide(const void *config, struct mrl_call *call,
                           struct mrl_verdict *ret_verdict)
{
	const struct config *settings = config;
	struct mrl_reply *reply = call->reply;
	(void)ret_verdict;
	for (uint32_t i = 0; i < reply->field_count; i++) {
		struct mrl_field *field = &reply->fields[i];
		if ((field->flags & MRL_FIELD_LEAK) != 0 || !mrl_field_value_valid(field->value) ||
		    is_named(settings, field)) {
			field->drop = true;
		}
	}
	return MRL_OK;
}

const struct mrl_control mrl_control_reply_fields = {
	.name = "reply_fields",
	.items = "ERR-1 CORS-4",
	.summary = "Fingerprints of the upstream and its own CORS fields are removed.",
	.keys = keys,
	.config_bytes = sizeof(struct config),
	.compile = compile,
	.decide = {[MRL_STAGE_REPLY] = decide},
};
