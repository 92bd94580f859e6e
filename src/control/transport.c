/*
 * transport [TLS-1]: TLS 1.3 only, and only for the host that the handshake named. A call in clear
 * is refused, not redirected: a client that follows redirects from an API call has sent its secrets
 * already. Only a page for people, asked for without credentials, is shown the way.
 */
#include "control.h"

#define TLS_1_3 0x0304

static const struct mrl_fact_row facts[] = {
	{"credential_in_clear", MRL_FACT_BOOL, false,
         "Authorization or Cookie came over plain HTTP: it must be considered stolen"},
	{0},
};

static const uint8_t problems[] = {MRL_PROBLEM_TLS_REQUIRED, MRL_PROBLEM_MISDIRECTED};

static enum mrl_err redirect(struct mrl_call *call, struct mrl_verdict *ret_verdict)
{
	struct mrl_slice origin;
	enum mrl_err err = mrl_call_own_origin(call, &origin);
	if (err != MRL_OK) {
		return err;
	}
	size_t capacity = origin.size + call->view->target.size;
	struct mrl_buffer location = mrl_buffer(mrl_arena_alloc(call->arena, capacity, 1),
	                                        capacity);
	if (location.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	mrl_buffer_put(&location, origin);
	mrl_buffer_put(&location, call->view->target);
	*ret_verdict = mrl_answer_status(308);
	return mrl_call_answer(call, MRL_SLICE("Location"), mrl_buffer_slice(&location));
}

static enum mrl_err decide_plain(struct mrl_call *call, struct mrl_verdict *ret_verdict)
{
	const struct mrl_view *view = call->view;
	bool credential = mrl_view_field(view, MRL_FIELD_AUTHORIZATION) != NULL ||
	                  mrl_view_field(view, MRL_FIELD_COOKIE) != NULL;
	bool reads = view->method == MRL_METHOD_GET || view->method == MRL_METHOD_HEAD;
	if (credential) {
		mrl_call_number(call, &facts[0], 1);
	}
	if (call->route.operation != NULL && call->route.plan->page && reads && !credential &&
	    !view->has_body && call->target.fault == MRL_TARGET_OK) {
		return redirect(call, ret_verdict);
	}
	*ret_verdict = mrl_deny(MRL_PROBLEM_TLS_REQUIRED);
	return MRL_OK;
}

/* The host must be the one whose certificate was shown; without SNI, any that is configured. */
static bool is_misdirected(const struct mrl_call *call)
{
	const struct mrl_view *view = call->view;
	if (!call->route.host_known) {
		return true;
	}
	return view->sni.size != 0 && !mrl_slice_equal_nocase(view->sni, view->host);
}

static enum mrl_err decide(const void *config, struct mrl_call *call,
                           struct mrl_verdict *ret_verdict)
{
	const struct mrl_view *view = call->view;
	(void)config;
	/* Without a host, or with one in the target: `protocol` says what is wrong. */
	if (view->host.size == 0 || view->absolute_form) {
		if (!view->tls) {
			*ret_verdict = mrl_deny(MRL_PROBLEM_TLS_REQUIRED);
		}
		return MRL_OK;
	}
	if (is_misdirected(call)) {
		*ret_verdict = mrl_deny(MRL_PROBLEM_MISDIRECTED);
		return MRL_OK;
	}
	if (!view->tls) {
		return decide_plain(call, ret_verdict);
	}
	if (view->tls_version < TLS_1_3) {
		*ret_verdict = mrl_deny(MRL_PROBLEM_TLS_REQUIRED);
	}
	return MRL_OK;
}

const struct mrl_control mrl_control_transport = {
	.name = "transport",
	.items = "TLS-1",
	.summary = "Only TLS 1.3, for the host that the handshake named; plain HTTP is refused.",
	.facts = facts,
	.problems = problems,
	.problem_count = MRL_COUNT(problems),
	.decide = {[MRL_STAGE_HEAD] = decide},
};
