/*
 * fields [INPUT-3 INPUT-4]: names and values of header fields have their form, their number and
 * size are bounded, and those that decide something come once.
 */
#include "control.h"

struct config {
	int64_t field_bytes;
	int64_t bytes;
	int64_t count;
};

static const struct mrl_key keys[] = {
	{"header_field_bytes", MRL_KEY_NUMBER, 1024, 15360, "12288", NULL,
         "largest header field, name and value together, in bytes",
         offsetof(struct config, field_bytes)},
	{"header_bytes", MRL_KEY_NUMBER, 4096, 57344, "32768", NULL,
         "all header fields together, 4 bytes more for each, in bytes",
         offsetof(struct config, bytes)},
	{"header_count", MRL_KEY_NUMBER, 16, 200, "100", NULL, "most header fields in a request",
         offsetof(struct config, count)},
	{0},
};

static const uint8_t problems[] = {MRL_PROBLEM_BAD_REQUEST, MRL_PROBLEM_HEADER_TOO_LARGE};

static bool is_too_large(const struct config *config, const struct mrl_view *view)
{
	if (view->field_count > (uint64_t)config->count ||
	    view->field_bytes > (uint64_t)config->bytes) {
		return true;
	}
	for (uint32_t i = 0; i < view->field_count; i++) {
		const struct mrl_field *field = &view->fields[i];
		if (field->name.size + field->value.size > (uint64_t)config->field_bytes) {
			return true;
		}
	}
	return false;
}

/* Whether this is a second field of a name that servers disagree about when it is repeated. */
static bool is_repeated(const struct mrl_view *view, uint32_t index)
{
	const struct mrl_field *field = &view->fields[index];
	unsigned once = MRL_FIELD_ONCE | (view->http < 20 ? MRL_FIELD_H1_ONCE : 0U);
	return (field->flags & once) != 0 && view->first[field->id] != index + 1;
}

static bool is_malformed(const struct mrl_view *view)
{
	for (uint32_t i = 0; i < view->field_count; i++) {
		const struct mrl_field *field = &view->fields[i];
		bool known = field->id != MRL_FIELD_UNKNOWN;
		if ((!known && !mrl_field_name_valid(field->name)) ||
		    !mrl_field_value_valid(field->value) || is_repeated(view, i)) {
			return true;
		}
	}
	return false;
}

static enum mrl_err decide(const void *config, struct mrl_call *call,
                           struct mrl_verdict *ret_verdict)
{
	if (is_too_large(config, call->view)) {
		*ret_verdict = mrl_deny(MRL_PROBLEM_HEADER_TOO_LARGE);
		return MRL_OK;
	}
	if (is_malformed(call->view)) {
		*ret_verdict = mrl_deny(MRL_PROBLEM_BAD_REQUEST);
	}
	return MRL_OK;
}

const struct mrl_control mrl_control_fields = {
	.name = "fields",
	.items = "INPUT-3 INPUT-4",
	.summary =
		"Header fields are well-formed, bounded, and not repeated where that is ambiguous.",
	.judges = true,
	.keys = keys,
	.problems = problems,
	.problem_count = MRL_COUNT(problems),
	.config_bytes = sizeof(struct config),
	.decide = {[MRL_STAGE_HEAD] = decide},
};
