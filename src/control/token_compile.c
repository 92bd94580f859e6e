/* token at load: who may call an operation, and the scopes that its document asks for. */
#include "token.h"

static const char *const forwards[] = {[MRL_TOKEN_FORWARD_TOKEN] = "token",
                                       [MRL_TOKEN_FORWARD_CLAIMS] = "claims",
                                       [MRL_TOKEN_FORWARD_BOTH] = "both",
                                       [MRL_TOKEN_FORWARD_NONE] = "none",
                                       NULL};

#define LIST(key, most, usual, told, part)                                               \
	{                                                                                \
		.name = (key), .kind = MRL_KEY_LIST, .max = (most), .fallback = (usual), \
		.meaning = (told), .offset = offsetof(struct mrl_token_config, part)     \
	}

const struct mrl_key mrl_token_keys[] = {
	LIST("auth", 2, "[]",
             "how callers prove who they are: bearer (default); none, with a reason", auth),
	{.name = "reason",
         .kind = MRL_KEY_TEXT,
         .max = 400,
         .fallback = "",
         .meaning = "why anybody may call it; needed with `auth: [none]`",
         .offset = offsetof(struct mrl_token_config, reason)},
	LIST("audiences", MRL_AUDIENCES_MAX, "[]",
             "what `aud` must hold one of; by default the issuer's list", audiences),
	LIST("scopes", MRL_TOKEN_SCOPE_SETS, "[]",
             "scopes needed, all of one entry suffice; by default those of the document", scopes),
	LIST("client_ids", 64, "[]", "the only clients that may call; none: all", client_ids),
	LIST("acr", 8, "[]", "accepted strengths of the login (RFC 9470); none: all", acr),
	{.name = "auth_age_max_s",
         .kind = MRL_KEY_NUMBER,
         .max = 31536000,
         .fallback = "0",
         .meaning = "seconds since the login at most (RFC 9470); 0: any",
         .offset = offsetof(struct mrl_token_config, auth_age_max_s)},
	{.name = "forward",
         .kind = MRL_KEY_ENUM,
         .fallback = "token",
         .choices = forwards,
         .meaning = "what the upstream gets: the token, claims as Merlon-* fields, both, none",
         .offset = offsetof(struct mrl_token_config, forward)},
	{0},
};

static bool lists(const struct mrl_settings *settings, const char *word)
{
	for (uint32_t i = 0; i < settings->count; i++) {
		if (mrl_slice_is(settings->items[i].text, word)) {
			return true;
		}
	}
	return false;
}

static bool check_auth(const struct mrl_compile *compile, const struct mrl_token_config *config)
{
	bool none = lists(&config->auth, "none");
	const struct mrl_node *node = config->auth.count == 0 ? compile->node
	                                                      : config->auth.items[0].node;
	for (uint32_t i = 0; i < config->auth.count; i++) {
		struct mrl_slice word = config->auth.items[i].text;
		if (!mrl_slice_is(word, "none") && !mrl_slice_is(word, "bearer")) {
			mrl_diagnose(compile->diagnostics, MRL_ERROR, "token-auth",
			             config->auth.items[i].node, "bearer, or none with a reason",
			             "\"%.*s\" is no way to prove who calls", MRL_PRINT(word));
			return false;
		}
	}
	if (none && (config->auth.count != 1 || config->reason.text.size < 8)) {
		mrl_diagnose(compile->diagnostics, MRL_ERROR, "token-auth", node,
		             "{auth: [none], reason: \"health probe, answers no data\"}",
		             "an operation that anybody may call stands alone and has a reason");
		return false;
	}
	return true;
}

static bool has_explicit_public(const struct mrl_operation *operation)
{
	const struct mrl_node *security = mrl_node_member(operation->node, "security");
	return security != NULL && security->kind == MRL_NODE_ARRAY && security->count == 0;
}

static void warn(const struct mrl_compile *compile, const struct mrl_token_config *config)
{
	const struct mrl_operation *operation = compile->operation;
	if (operation == NULL || config->auth.count != 0 || config->scopes.count != 0 ||
	    !has_explicit_public(operation)) {
		return;
	}
	mrl_diagnose(
		compile->diagnostics, MRL_WARNING, "token-public", operation->node,
		"to open it: `controls: {token: {auth: [none], reason: ...}}` of the operation",
		"the document lets anybody call %.*s, the gateway asks for a token",
		MRL_PRINT(operation->name));
}

/* RFC 6749 section 3.3, with blanks between: the list is quoted in a challenge. */
static bool is_scopes(struct mrl_slice text)
{
	for (size_t i = 0; i < text.size; i++) {
		uint8_t byte = text.data[i];
		if (byte < 0x20 || byte > 0x7e || byte == '"' || byte == '\\') {
			return false;
		}
	}
	return text.size != 0;
}

static bool check_scopes(const struct mrl_compile *compile, const struct mrl_token_config *config)
{
	for (uint32_t i = 0; i < config->scope_set_count; i++) {
		if (is_scopes(config->scope_sets[i])) {
			continue;
		}
		mrl_diagnose(
			compile->diagnostics, MRL_ERROR, "token-scope",
			config->scopes.count != 0 ? config->scopes.items[i].node
						  : compile->operation->node,
			"scopes are visible ASCII characters but \" and \\, with blanks between",
			"this is no list of scopes");
		return false;
	}
	return true;
}

static enum mrl_err take_scopes(const struct mrl_compile *compile, struct mrl_token_config *config)
{
	const struct mrl_operation *operation = compile->operation;
	uint32_t count = config->scopes.count;
	if (count == 0) {
		config->scope_sets = operation == NULL ? NULL : operation->scope_sets;
		config->scope_set_count = operation == NULL ? 0 : operation->scope_set_count;
		return MRL_OK;
	}
	config->scope_sets = MRL_NEW_ARRAY(compile->arena, count, struct mrl_slice);
	if (config->scope_sets == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < count; i++) {
		config->scope_sets[config->scope_set_count++] = config->scopes.items[i].text;
	}
	return MRL_OK;
}

enum mrl_err mrl_token_compile(struct mrl_compile *compile, void *config)
{
	struct mrl_token_config *settings = config;
	if (!check_auth(compile, settings)) {
		return MRL_ERR_INVALID;
	}
	/* An operation that does not exist is refused for that. */
	settings->asks = compile->policy->issuers.count != 0 && compile->operation != NULL &&
	                 !lists(&settings->auth, "none");
	for (uint32_t i = 0; i < settings->audiences.count; i++) {
		settings->audience_names[settings->audience_count++] =
			settings->audiences.items[i].text;
	}
	if (settings->asks) {
		warn(compile, settings);
	}
	enum mrl_err err = take_scopes(compile, settings);
	if (err != MRL_OK) {
		return err;
	}
	return check_scopes(compile, settings) ? MRL_OK : MRL_ERR_INVALID;
}
