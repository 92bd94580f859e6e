/*
 * identity [AUTH-5 INPUT-5]: fields that tell an upstream who the caller is come from Merlon alone.
 * A client's own are dropped, not refused: proxies on the client's side add some of them.
 */
#include "control.h"

struct config {
	struct mrl_settings strip;
};

static const struct mrl_key keys[] = {
	{"strip", MRL_KEY_LIST, 0, 64, "[]", NULL,
         "further header fields that only the gateway may set", offsetof(struct config, strip)},
	{0},
};

static const struct mrl_fact_row facts[] = {
	{"identity_dropped", MRL_FACT_NUMBER, false,
         "identity fields that were dropped, but for what a trusted proxy says of the way"},
	{0},
};

static enum mrl_err compile(struct mrl_compile *compile, void *config)
{
	const struct config *settings = config;
	return mrl_compile_names(compile, &settings->strip);
}

static bool is_named(const struct config *config, const struct mrl_field *field)
{
	for (uint32_t i = 0; i < config->strip.count; i++) {
		if (mrl_slice_equal_nocase(config->strip.items[i].text, field->name)) {
			return true;
		}
	}
	return false;
}

/* RATE-3: a trusted proxy has to say whom it stands for, and client_ip has read it. */
static bool is_lawful(const struct mrl_call *call, const struct mrl_field *field)
{
	return call->via_count != 0 && (field->id == MRL_FIELD_FORWARDED ||
	                                mrl_slice_starts(field->name, MRL_SLICE("x-forwarded-")));
}

static enum mrl_err decide(const void *config, struct mrl_call *call,
                           struct mrl_verdict *ret_verdict)
{
	const struct config *settings = config;
	struct mrl_view *view = call->view;
	uint64_t dropped = 0;
	(void)ret_verdict;
	if ((view->field_flags & MRL_FIELD_IDENTITY) == 0 && settings->strip.count == 0) {
		return MRL_OK;
	}
	for (uint32_t i = 0; i < view->field_count; i++) {
		struct mrl_field *field = &view->fields[i];
		if ((field->flags & MRL_FIELD_IDENTITY) != 0 || is_named(settings, field)) {
			field->drop = true;
			dropped += is_lawful(call, field) ? 0 : 1;
		}
	}
	if (dropped != 0) {
		mrl_call_number(call, &facts[0], dropped);
	}
	return MRL_OK;
}

const struct mrl_control mrl_control_identity = {
	.name = "identity",
	.items = "AUTH-5 INPUT-5",
	.summary = "Fields that say who the caller is never come from the client.",
	.keys = keys,
	.facts = facts,
	.config_bytes = sizeof(struct config),
	.compile = compile,
	.decide = {[MRL_STAGE_HEAD] = decide},
};
