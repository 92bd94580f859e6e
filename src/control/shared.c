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
		rules.trusted_unix = listener->trusted_unix;
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

static const struct mrl_documented_reply *nearest_reply(const struct mrl_operation *operation,
                                                        uint16_t status)
{
	const struct mrl_documented_reply *reply = documented_reply(operation, status);
	if (reply == NULL) {
		reply = documented_reply(operation, status / 100);
	}
	return reply != NULL ? reply : documented_reply(operation, 0);
}

bool mrl_operation_documents_nothing(const struct mrl_operation *operation, uint16_t status)
{
	const struct mrl_documented_reply *reply = nearest_reply(operation, status);
	return reply != NULL && reply->types.count == 0;
}

bool mrl_operation_documents(const struct mrl_operation *operation, uint16_t status,
                             struct mrl_slice type)
{
	const struct mrl_documented_reply *reply = nearest_reply(operation, status);
	for (uint32_t i = 0; reply != NULL && i < reply->types.count; i++) {
		if (range_has(reply->types.items[i], type)) {
			return true;
		}
	}
	return false;
}

/* RFC 9110 5.3: fields of one name are one list. */
static enum mrl_err keep_field(struct mrl_call *call, enum mrl_field_id id, struct mrl_slice name)
{
	const struct mrl_reply *reply = call->reply;
	size_t capacity = 0;
	if (mrl_reply_field(reply, id) == NULL) {
		return MRL_OK;
	}
	for (uint32_t i = 0; i < reply->field_count; i++) {
		capacity += reply->fields[i].id == id ? reply->fields[i].value.size + 2 : 0;
	}
	struct mrl_buffer value = mrl_buffer(mrl_arena_alloc(call->arena, capacity, 1), capacity);
	if (value.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < reply->field_count; i++) {
		const struct mrl_field *field = &reply->fields[i];
		if (field->id == id && !field->drop && mrl_field_value_valid(field->value)) {
			mrl_buffer_put(&value, value.size == 0 ? MRL_SLICE("") : MRL_SLICE(", "));
			mrl_buffer_put(&value, field->value);
		}
	}
	return value.size == 0 ? MRL_OK : mrl_call_answer(call, name, mrl_buffer_slice(&value));
}

enum mrl_err mrl_call_refuse_reply(struct mrl_call *call, struct mrl_verdict *ret_verdict)
{
	static const struct {
		enum mrl_field_id id;
		struct mrl_slice name;
	} kept[] = {
		{MRL_FIELD_WWW_AUTHENTICATE, MRL_SLICE_INIT("WWW-Authenticate")},
		{MRL_FIELD_ALLOW, MRL_SLICE_INIT("Allow")},
		{MRL_FIELD_RETRY_AFTER, MRL_SLICE_INIT("Retry-After")},
		{MRL_FIELD_RATELIMIT, MRL_SLICE_INIT("RateLimit")},
		{MRL_FIELD_RATELIMIT_POLICY, MRL_SLICE_INIT("RateLimit-Policy")},
	};
	*ret_verdict = mrl_deny(MRL_PROBLEM_UPSTREAM_REFUSED);
	ret_verdict->status = call->reply->status;
	enum mrl_err err = MRL_OK;
	for (size_t i = 0; i < MRL_COUNT(kept) && err == MRL_OK; i++) {
		err = keep_field(call, kept[i].id, kept[i].name);
	}
	return err;
}

enum mrl_err mrl_compile_names(const struct mrl_compile *compile, const struct mrl_settings *names)
{
	enum mrl_err err = MRL_OK;
	for (uint32_t i = 0; i < names->count; i++) {
		const struct mrl_setting *name = &names->items[i];
		if (!mrl_field_name_valid(name->text)) {
			mrl_diagnose(compile->diagnostics, MRL_ERROR, "policy-field-name",
			             name->node, "write a field name of letters, digits and '-'",
			             "\"%.*s\" is not a header field name", MRL_PRINT(name->text));
			err = MRL_ERR_INVALID;
		}
	}
	return err;
}
