/*
 * client_ip [AUDIT-1 RATE-3]: whose call it is, by the one source that the listener names, and told
 * to the upstream in our words only.
 */
#include "control.h"

static enum mrl_err set_for(struct mrl_call *call)
{
	uint8_t *text = mrl_arena_alloc(call->arena, MRL_IP_TEXT_MAX, 1);
	if (text == NULL) {
		return MRL_ERR_MEMORY;
	}
	return mrl_call_set(call, MRL_SLICE("X-Forwarded-For"),
	                    mrl_ip_text(&call->client_ip, text));
}

static enum mrl_err set_host(struct mrl_call *call)
{
	static const struct mrl_slice scheme = MRL_SLICE_INIT("https://");
	struct mrl_slice origin;
	enum mrl_err err = mrl_call_own_origin(call, &origin);
	if (err != MRL_OK) {
		return err;
	}
	return mrl_call_set(call, MRL_SLICE("X-Forwarded-Host"),
	                    mrl_slice_from(origin, scheme.size));
}

static enum mrl_err decide(const void *config, struct mrl_call *call,
                           struct mrl_verdict *ret_verdict)
{
	(void)config;
	(void)ret_verdict;
	mrl_call_find_client_ip(call);
	mrl_view_drop(call->view, MRL_FIELD_X_FORWARDED_FOR);
	mrl_view_drop(call->view, MRL_FIELD_X_FORWARDED_PROTO);
	mrl_view_drop(call->view, MRL_FIELD_X_FORWARDED_HOST);
	if (call->client_ip.size != 0) {
		enum mrl_err err = set_for(call);
		if (err != MRL_OK) {
			return err;
		}
	}
	enum mrl_err err = mrl_call_set(call, MRL_SLICE("X-Forwarded-Proto"), MRL_SLICE("https"));
	return err != MRL_OK ? err : set_host(call);
}

const struct mrl_control mrl_control_client_ip = {
	.name = "client_ip",
	.items = "AUDIT-1 RATE-3",
	.summary = "The client's address comes from one trusted source; X-Forwarded-* are ours.",
	.decide = {[MRL_STAGE_HEAD] = decide},
};
