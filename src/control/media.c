/*
 * media [INPUT-3 INPUT-4]: a body only where the operation documents one, of a documented type,
 * uncoded, within its size. What comes without an announced length is counted by the adapter
 * against call->body_limit.
 */
#include "control.h"

struct config {
	int64_t body_bytes;
	int64_t body_memory_bytes;
	int64_t opaque_bytes;
	struct mrl_settings opaque;
};

static const struct mrl_key keys[] = {
	{"body_bytes", MRL_KEY_NUMBER, 1024, 64 << 20, "1048576", NULL,
         "largest request body that is judged, in bytes", offsetof(struct config, body_bytes)},
	{"body_memory_bytes", MRL_KEY_NUMBER, 16 << 20, INT64_C(16) << 30, "268435456", NULL,
         "request bodies that one worker holds at once, in bytes; beyond it calls get 503",
         offsetof(struct config, body_memory_bytes)},
	{"opaque_bytes", MRL_KEY_NUMBER, 0, INT64_C(16) << 30, "16777216", NULL,
         "largest body of a type that is judged by type and size alone, in bytes",
         offsetof(struct config, opaque_bytes)},
	{"opaque", MRL_KEY_LIST, 0, 32, "[]", NULL,
         "documented media types whose bodies pass by type and size alone, in spite of a schema",
         offsetof(struct config, opaque)},
	{0},
};

static const uint8_t problems[] = {MRL_PROBLEM_INPUT_TOO_LARGE, MRL_PROBLEM_INPUT_BODY_UNEXPECTED,
                                   MRL_PROBLEM_INPUT_MEDIA_TYPE, MRL_PROBLEM_INPUT_BODY_MISSING};

static bool is_media_type(struct mrl_slice text)
{
	struct mrl_media_type type;
	return mrl_media_type_parse(text, &type) && type.parameters.size == 0;
}

static enum mrl_err compile_opaque(const struct mrl_compile *compile,
                                   const struct mrl_settings *written)
{
	struct mrl_names *names = &compile->plan->settings.opaque;
	names->items = MRL_NEW_ARRAY(compile->arena, written->count, struct mrl_slice);
	if (names->items == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < written->count; i++) {
		const struct mrl_setting *type = &written->items[i];
		if (!is_media_type(type->text)) {
			mrl_diagnose(compile->diagnostics, MRL_ERROR, "policy-value", type->node,
			             "write it like \"image/png\", in lower case",
			             "\"%.*s\" is no media type", MRL_PRINT(type->text));
			return MRL_ERR_INVALID;
		}
		names->items[names->count++] = type->text;
	}
	return MRL_OK;
}

static enum mrl_err compile(struct mrl_compile *compile, void *config)
{
	const struct config *limits = config;
	compile->plan->body_bytes = limits->body_bytes;
	compile->plan->opaque_bytes = limits->opaque_bytes;
	if (limits->opaque.count != 0 && compile->operation != NULL && compile->own == NULL) {
		mrl_diagnose(compile->diagnostics, MRL_ERROR, "policy-layer", compile->node,
		             "write it under `operations` of the API",
		             "`opaque` is for single operations");
		return MRL_ERR_INVALID;
	}
	return compile_opaque(compile, &limits->opaque);
}

/* INPUT-3: the announced size; a limit for what is not announced. */
static bool is_too_large(const struct config *limits, struct mrl_call *call,
                         enum mrl_input_reading reading)
{
	call->body_limit = reading == MRL_READING_OPAQUE ? limits->opaque_bytes
	                                                 : limits->body_bytes;
	return call->view->has_body && call->view->content_length > call->body_limit;
}

static enum mrl_err decide(const void *config, struct mrl_call *call,
                           struct mrl_verdict *ret_verdict)
{
	struct mrl_input_fault fault;
	/* Paths and methods that nobody documents: `operation` may be in shadow mode. */
	if (call->route.plan->input == NULL) {
		call->body_limit = call->route.plan->body_bytes;
		if (call->view->has_body) {
			*ret_verdict = mrl_deny(MRL_PROBLEM_INPUT_BODY_UNEXPECTED);
		}
		return MRL_OK;
	}
	struct mrl_input_call *input = mrl_call_input(call);
	enum mrl_err err = mrl_input_media(input, &fault);
	if (err != MRL_OK) {
		return err;
	}
	if (fault.kind != MRL_INPUT_NONE) {
		return mrl_call_judge_input(call, &fault, ret_verdict);
	}
	if (is_too_large(config, call, input->reading)) {
		*ret_verdict = mrl_deny(MRL_PROBLEM_INPUT_TOO_LARGE);
	}
	return MRL_OK;
}

const struct mrl_control mrl_control_media = {
	.name = "media",
	.items = "INPUT-3 INPUT-4",
	.summary = "A body only where one is documented, of a documented type, bounded, not coded.",
	.judges = true,
	.keys = keys,
	.facts = mrl_input_facts,
	.problems = problems,
	.problem_count = MRL_COUNT(problems),
	.config_bytes = sizeof(struct config),
	.compile = compile,
	.decide = {[MRL_STAGE_HEAD] = decide},
};
