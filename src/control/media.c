/*
 * media [INPUT-3 INPUT-4]: a body only where the operation documents one, within its size, uncoded.
 * The length of a body that was not announced is counted by the adapter against plan->body_bytes.
 */
#include "control.h"

struct config {
	int64_t body_bytes;
	int64_t body_memory_bytes;
};

static const struct mrl_key keys[] = {
	{"body_bytes", MRL_KEY_NUMBER, 1024, 64 << 20, "1048576", NULL,
         "largest request body, in bytes", offsetof(struct config, body_bytes)},
	{"body_memory_bytes", MRL_KEY_NUMBER, 16 << 20, INT64_C(16) << 30, "268435456", NULL,
         "request bodies that one worker holds at once, in bytes; beyond it calls get 503",
         offsetof(struct config, body_memory_bytes)},
	{0},
};

static const uint8_t problems[] = {MRL_PROBLEM_INPUT_TOO_LARGE, MRL_PROBLEM_INPUT_BODY_UNEXPECTED,
                                   MRL_PROBLEM_INPUT_MEDIA_TYPE};

static enum mrl_err compile(struct mrl_compile *compile, void *config)
{
	const struct config *limits = config;
	compile->plan->body_bytes = limits->body_bytes;
	return MRL_OK;
}

static bool is_coded(const struct mrl_view *view)
{
	const struct mrl_field *coding = mrl_view_field(view, MRL_FIELD_CONTENT_ENCODING);
	return coding != NULL && !mrl_slice_equal_nocase(coding->value, MRL_SLICE("identity"));
}

static enum mrl_err decide(const void *config, struct mrl_call *call,
                           struct mrl_verdict *ret_verdict)
{
	const struct config *limits = config;
	const struct mrl_view *view = call->view;
	if (!view->has_body) {
		return MRL_OK;
	}
	if (call->route.operation == NULL || !call->route.operation->has_body) {
		*ret_verdict = mrl_deny(MRL_PROBLEM_INPUT_BODY_UNEXPECTED);
	} else if (view->content_length > limits->body_bytes) {
		*ret_verdict = mrl_deny(MRL_PROBLEM_INPUT_TOO_LARGE);
	} else if (is_coded(view)) {
		*ret_verdict = mrl_deny(MRL_PROBLEM_INPUT_MEDIA_TYPE);
	}
	return MRL_OK;
}

const struct mrl_control mrl_control_media = {
	.name = "media",
	.items = "INPUT-3 INPUT-4",
	.summary = "A body only where one is documented, not larger than allowed, and not coded.",
	.judges = true,
	.keys = keys,
	.problems = problems,
	.problem_count = MRL_COUNT(problems),
	.config_bytes = sizeof(struct config),
	.compile = compile,
	.decide = {[MRL_STAGE_HEAD] = decide},
};
