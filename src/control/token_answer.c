/*
 * What client and upstream are told of a token. Every refusal of a token reads the same [ERR-4]:
 * why stands in the record alone.
 */
#include "token.h"

#define PARTS 300 /* of a challenge, but for host and detail */

static struct mrl_slice error_of(enum mrl_problem_id problem)
{
	static const struct {
		enum mrl_problem_id problem;
		struct mrl_slice text;
	} rows[] = {
		{MRL_PROBLEM_TOKEN_REQUEST, MRL_SLICE_INIT(", error=\"invalid_request\"")},
		{MRL_PROBLEM_TOKEN_INVALID,
	         MRL_SLICE_INIT(", error=\"invalid_token\", "
	                        "error_description=\"access token not valid\"")},
		{MRL_PROBLEM_TOKEN_SCOPE, MRL_SLICE_INIT(", error=\"insufficient_scope\"")},
		{MRL_PROBLEM_TOKEN_STEP_UP,
	         MRL_SLICE_INIT(", error=\"insufficient_user_authentication\"")},
	};
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		if (rows[i].problem == problem) {
			return rows[i].text;
		}
	}
	return MRL_SLICE_NONE;
}

enum mrl_err mrl_token_deny(struct mrl_call *call, enum mrl_problem_id problem,
                            struct mrl_slice detail, struct mrl_verdict *ret_verdict)
{
	struct mrl_slice host = call->view->host;
	size_t capacity = PARTS + 2 * host.size + detail.size;
	struct mrl_buffer text = mrl_buffer(mrl_arena_alloc(call->arena, capacity, 1), capacity);
	if (text.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	MRL_PUT(&text, "Bearer realm=\"");
	mrl_buffer_put(&text, host);
	MRL_PUT(&text, "\"");
	mrl_buffer_put(&text, error_of(problem));
	mrl_buffer_put(&text, detail);
	*ret_verdict = mrl_deny(problem);
	return mrl_call_answer(call, MRL_SLICE("WWW-Authenticate"), mrl_buffer_slice(&text));
}

/* A claim as a field: nothing in it may end the line or be cut by a server. */
static bool is_field_text(struct mrl_slice text)
{
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < 0x21 || text.data[i] > 0x7e) {
			return false;
		}
	}
	return true;
}

static enum mrl_err set(struct mrl_call *call, struct mrl_slice name, struct mrl_slice value)
{
	struct mrl_slice copy;
	if (value.size == 0) {
		return MRL_OK;
	}
	if (is_field_text(value)) {
		/* A cached token outlives the call only while it is held. */
		enum mrl_err err = mrl_arena_copy(call->arena, value, &copy);
		return err == MRL_OK ? mrl_call_set(call, name, copy) : err;
	}
	size_t capacity = value.size * 4 / 3 + 16;
	struct mrl_buffer text = mrl_buffer(mrl_arena_alloc(call->arena, capacity, 1), capacity);
	if (text.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	MRL_PUT(&text, "base64url:");
	mrl_base64url_encode(value, &text);
	return mrl_call_set(call, name, mrl_buffer_slice(&text));
}

/* The scopes with blanks between, whichever form the issuer has. */
static enum mrl_err set_scope(struct mrl_call *call)
{
	const struct mrl_token *token = call->token;
	if (token->scope == NULL) {
		return MRL_OK;
	}
	bool list = token->scope->kind == MRL_JSON_KIND_ARRAY;
	uint32_t count = list ? token->scope->count : 1;
	size_t capacity = count;
	for (uint32_t i = 0; i < count; i++) {
		capacity += token->scope[list ? 1 + i : 0].count;
	}
	struct mrl_buffer text = mrl_buffer(mrl_arena_alloc(call->arena, capacity + 1, 1),
	                                    capacity);
	if (text.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < count; i++) {
		struct mrl_slice scope = mrl_json_text(&token->payload,
		                                       &token->scope[list ? 1 + i : 0]);
		for (size_t k = 0; list && k < scope.size; k++) {
			if (scope.data[k] < 0x21 || scope.data[k] > 0x7e) {
				return MRL_OK;
			}
		}
		mrl_buffer_put(&text, i == 0 ? MRL_SLICE("") : MRL_SLICE(" "));
		mrl_buffer_put(&text, scope);
	}
	return text.size == 0
	               ? MRL_OK
	               : mrl_call_set(call, MRL_SLICE("Merlon-Scope"), mrl_buffer_slice(&text));
}

enum mrl_err mrl_token_tell(const struct mrl_token_config *config, struct mrl_call *call)
{
	const struct mrl_token *token = call->token;
	bool claims = config->forward == MRL_TOKEN_FORWARD_CLAIMS ||
	              config->forward == MRL_TOKEN_FORWARD_BOTH;
	if (config->forward == MRL_TOKEN_FORWARD_CLAIMS ||
	    config->forward == MRL_TOKEN_FORWARD_NONE) {
		mrl_view_drop(call->view, MRL_FIELD_AUTHORIZATION);
	}
	if (!claims) {
		return MRL_OK;
	}
	enum mrl_err err = set(call, MRL_SLICE("Merlon-Iss"), token->issuer->url);
	if (err == MRL_OK) {
		err = set(call, MRL_SLICE("Merlon-Sub"), token->sub);
	}
	if (err == MRL_OK) {
		err = set(call, MRL_SLICE("Merlon-Client"), token->client_id);
	}
	return err == MRL_OK ? set_scope(call) : err;
}
