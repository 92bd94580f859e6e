/*
 * protocol [INPUT-4]: what the HTTP version lets a client say about the connection itself.
 * Everything here could make a server behind us see another request than we judged.
 */
#include "control.h"

static const uint8_t problems[] = {MRL_PROBLEM_BAD_REQUEST, MRL_PROBLEM_EXPECTATION_FAILED};

/* RFC 9110 7.6.1: what Connection nominates is deleted on the way. A client that nominates
 * `authorization` would have it deleted after we judged it. */
static bool may_be_nominated(struct mrl_slice option)
{
	static const char *const allowed[] = {"close", "keep-alive", "upgrade", "te",
	                                      "http2-settings"};
	for (size_t i = 0; i < MRL_COUNT(allowed); i++) {
		if (mrl_slice_equal_nocase(option, mrl_slice_text(allowed[i]))) {
			return true;
		}
	}
	return option.size == 0;
}

static bool is_connection_fine(struct mrl_slice value)
{
	struct mrl_slice option;
	while (mrl_list_next(&value, &option)) {
		if (!may_be_nominated(option)) {
			return false;
		}
	}
	return true;
}

/* RFC 9113 8.2.2: connection-specific fields make an HTTP/2 request malformed. */
static bool is_fine_in_streams(const struct mrl_field *field)
{
	switch (field->id) {
	case MRL_FIELD_CONNECTION:
	case MRL_FIELD_KEEP_ALIVE:
	case MRL_FIELD_PROXY_CONNECTION:
	case MRL_FIELD_TRANSFER_ENCODING:
	case MRL_FIELD_UPGRADE: return false;
	case MRL_FIELD_TE: return mrl_slice_is(field->value, "trailers");
	default: return true;
	}
}

static bool is_field_fine(const struct mrl_view *view, const struct mrl_field *field)
{
	if (view->http >= 20) {
		return is_fine_in_streams(field);
	}
	return field->id != MRL_FIELD_CONNECTION || is_connection_fine(field->value);
}

/* RFC 9110 7.6.1: fields that speak of this connection are not forwarded. */
static void drop_hop_by_hop(struct mrl_view *view)
{
	for (uint32_t i = 0; i < view->field_count; i++) {
		if ((view->fields[i].flags & MRL_FIELD_HOP) != 0) {
			view->fields[i].drop = true;
		}
	}
}

static bool is_malformed(const struct mrl_view *view)
{
	if (view->host.size == 0 || view->absolute_form) {
		return true;
	}
	if (view->http >= 20 && !mrl_slice_is(view->scheme, "https")) {
		return true;
	}
	for (uint32_t i = 0; i < view->field_count; i++) {
		if (!is_field_fine(view, &view->fields[i])) {
			return true;
		}
	}
	return false;
}

static enum mrl_err decide(const void *config, struct mrl_call *call,
                           struct mrl_verdict *ret_verdict)
{
	struct mrl_view *view = call->view;
	const struct mrl_field *expect = mrl_view_field(view, MRL_FIELD_EXPECT);
	(void)config;
	if (is_malformed(view)) {
		*ret_verdict = mrl_deny(MRL_PROBLEM_BAD_REQUEST);
		return MRL_OK;
	}
	/* RFC 9110 10.1.1: 100-continue is the only expectation there is. */
	if (expect != NULL && (view->http != 11 ||
	                       !mrl_slice_equal_nocase(expect->value, MRL_SLICE("100-continue")))) {
		*ret_verdict = mrl_deny(MRL_PROBLEM_EXPECTATION_FAILED);
		return MRL_OK;
	}
	if ((view->field_flags & MRL_FIELD_HOP) != 0) {
		drop_hop_by_hop(view);
	}
	return MRL_OK;
}

const struct mrl_control mrl_control_protocol = {
	.name = "protocol",
	.items = "INPUT-4",
	.summary = "The request means the same to every server: one host, no foreign connection "
		   "options.",
	.judges = true,
	.problems = problems,
	.problem_count = MRL_COUNT(problems),
	.decide = {[MRL_STAGE_HEAD] = decide},
};
