/* Small readings of a call that more than one control needs. */
#include "control.h"

const struct mrl_listener *mrl_call_listener(const struct mrl_call *call)
{
	const struct mrl_policy *policy = call->policy;
	uint16_t index = call->view->listener;
	return index < policy->listener_count ? &policy->listeners[index] : NULL;
}

/* The port that clients write: the listener's own if it speaks TLS, else that of the first one. */
static uint16_t tls_port(const struct mrl_call *call)
{
	const struct mrl_listener *listener = mrl_call_listener(call);
	if (listener != NULL && !listener->plain) {
		return listener->public_port;
	}
	for (uint32_t i = 0; i < call->policy->listener_count; i++) {
		if (!call->policy->listeners[i].plain) {
			return call->policy->listeners[i].public_port;
		}
	}
	return 443;
}

enum mrl_err mrl_call_own_origin(const struct mrl_call *call, struct mrl_slice *ret_origin)
{
	uint16_t port = tls_port(call);
	size_t capacity = sizeof("https://:65535") + call->view->host.size;
	struct mrl_buffer buffer = mrl_buffer(mrl_arena_alloc(call->arena, capacity, 1), capacity);
	if (buffer.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	MRL_PUT(&buffer, "https://");
	mrl_buffer_put(&buffer, call->view->host);
	if (port != 443 && port != 0) {
		mrl_buffer_byte(&buffer, ':');
		mrl_buffer_u64(&buffer, port);
	}
	*ret_origin = mrl_buffer_slice(&buffer);
	return MRL_OK;
}

void mrl_call_find_client_ip(struct mrl_call *call)
{
	const struct mrl_listener *listener = mrl_call_listener(call);
	struct mrl_ip_rules rules = {.source = MRL_IP_PEER};
	struct mrl_client_ip client;
	if (listener != NULL) {
		rules.source = listener->ip_source;
		rules.trusted = listener->trusted;
		rules.trusted_count = listener->trusted_count;
	}
	mrl_client_ip(&rules, call->view, &client);
	call->client_ip = client.ip;
	memcpy(call->via, client.via, sizeof(call->via));
	call->via_count = client.via_count;
}

void mrl_view_drop(struct mrl_view *view, enum mrl_field_id id)
{
	if (view->first[id] == 0) {
		return;
	}
	for (uint32_t i = view->first[id] - 1U; i < view->field_count; i++) {
		if (view->fields[i].id == id) {
			view->fields[i].drop = true;
		}
	}
}

static const struct mrl_documented_reply *documented_reply(const struct mrl_operation *operation,
                                                           uint16_t status)
{
	for (uint32_t i = 0; i < operation->reply_count; i++) {
		if (operation->replies[i].status == status) {
			return &operation->replies[i];
		}
	}
	return NULL;
}

/* RFC 9110 12.5.1: a range names every type, or every subtype of a type. */
static bool range_has(struct mrl_slice range, struct mrl_slice type)
{
	if (mrl_slice_is(range, "*/*")) {
		return true;
	}
	if (mrl_slice_ends(range, MRL_SLICE("/*"))) {
		struct mrl_slice prefix = mrl_slice_sub(range, 0, range.size - 1);
		return type.size >= prefix.size &&
		       mrl_slice_equal_nocase(mrl_slice_sub(type, 0, prefix.size), prefix);
	}
	return mrl_slice_equal_nocase(range, type);
}

bool mrl_operation_documents(const struct mrl_operation *operation, uint16_t status,
                             struct mrl_slice type)
{
	const struct mrl_documented_reply *reply = documented_reply(operation, status);
	if (reply == NULL) {
		reply = documented_reply(operation, status / 100);
	}
	if (reply == NULL) {
		reply = documented_reply(operation, 0);
	}
	for (uint32_t i = 0; reply != NULL && i < reply->types.count; i++) {
		if (range_has(reply->types.items[i], type)) {
			return true;
		}
	}
	return false;
}
