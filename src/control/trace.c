/*
 * trace [AUDIT-1 ERR-2]: one id for the call in answer, log, record and upstream header, and W3C
 * Trace Context continued with a span of ours.
 */
#include "control.h"

#define TRACESTATE_MAX 512

static enum mrl_err set_request_id(struct mrl_call *call)
{
	uint8_t *text = mrl_arena_alloc(call->arena, MRL_UUID_TEXT, 1);
	if (text == NULL) {
		return MRL_ERR_MEMORY;
	}
	mrl_uuid_text(call->request_id, text);
	return mrl_call_set(call, MRL_SLICE("X-Request-Id"), mrl_slice(text, MRL_UUID_TEXT));
}

/* The client's own id is noted if it is harmless text; it never replaces ours. */
static void note_client_id(struct mrl_call *call)
{
	const struct mrl_field *field = mrl_view_field(call->view, MRL_FIELD_X_REQUEST_ID);
	if (field != NULL && mrl_request_id_valid(field->value)) {
		call->client_request_id = field->value;
	}
}

static bool is_lone(const struct mrl_view *view, enum mrl_field_id id)
{
	uint32_t count = 0;
	for (uint32_t i = view->first[id] - 1U; i < view->field_count; i++) {
		count += view->fields[i].id == id ? 1 : 0;
	}
	return count == 1;
}

static bool continue_trace(struct mrl_call *call)
{
	const struct mrl_field *field = mrl_view_field(call->view, MRL_FIELD_TRACEPARENT);
	return field != NULL && is_lone(call->view, MRL_FIELD_TRACEPARENT) &&
	       mrl_traceparent_parse(field->value, &call->trace);
}

static enum mrl_err set_trace(struct mrl_call *call)
{
	struct mrl_trace ours = call->trace;
	uint8_t *text = mrl_arena_alloc(call->arena, MRL_TRACEPARENT_TEXT, 1);
	if (text == NULL) {
		return MRL_ERR_MEMORY;
	}
	memcpy(ours.parent_id, call->span_id, sizeof(ours.parent_id));
	mrl_traceparent_text(&ours, text);
	return mrl_call_set(call, MRL_SLICE("traceparent"), mrl_slice(text, MRL_TRACEPARENT_TEXT));
}

/* All fields of that name are one list. */
static size_t tracestate_size(const struct mrl_view *view)
{
	size_t size = 0;
	for (uint32_t i = 0; i < view->field_count; i++) {
		if (view->fields[i].id == MRL_FIELD_TRACESTATE) {
			size += view->fields[i].value.size;
		}
	}
	return size;
}

static enum mrl_err decide(const void *config, struct mrl_call *call,
                           struct mrl_verdict *ret_verdict)
{
	const struct mrl_field *state = mrl_view_field(call->view, MRL_FIELD_TRACESTATE);
	(void)config;
	(void)ret_verdict;
	note_client_id(call);
	bool continued = continue_trace(call);
	if (!continued) {
		memcpy(call->trace.trace_id, call->request_id, sizeof(call->trace.trace_id));
	}
	mrl_view_drop(call->view, MRL_FIELD_X_REQUEST_ID);
	mrl_view_drop(call->view, MRL_FIELD_TRACEPARENT);
	if (state != NULL && (!continued || tracestate_size(call->view) > TRACESTATE_MAX)) {
		mrl_view_drop(call->view, MRL_FIELD_TRACESTATE);
	}
	enum mrl_err err = set_request_id(call);
	return err != MRL_OK ? err : set_trace(call);
}

const struct mrl_control mrl_control_trace = {
	.name = "trace",
	.items = "AUDIT-1 ERR-2",
	.summary = "Every call has an id and a trace that client, log, record and upstream share.",
	.decide = {[MRL_STAGE_HEAD] = decide},
};
