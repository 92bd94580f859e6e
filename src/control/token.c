/*
 * token [AUTH-5 AUTH-2 AUTH-6 ERR-4]: every operation asks for an access token of a configured
 * issuer, and judges signature, times, issuer, audience, type and revocation on every request. What
 * was verified once costs a hash the next time; audience, scopes and revocation are judged anew.
 */
#include "token.h"

static const struct mrl_fact_row facts[] = {
	{"token_issuer", MRL_FACT_WORD, false, "the issuer, by its name in the policy"},
	{"token_reason", MRL_FACT_WORD, false, "why a token was refused"},
	{"token_alg", MRL_FACT_WORD, false, "the algorithm of its signature"},
	{"token_cached", MRL_FACT_BOOL, false, "it had been verified before"},
	{0},
};
enum { FACT_ISSUER, FACT_REASON, FACT_ALG, FACT_CACHED };

static const uint8_t problems[] = {
	MRL_PROBLEM_TOKEN_MISSING, MRL_PROBLEM_TOKEN_REQUEST, MRL_PROBLEM_TOKEN_INVALID,
	MRL_PROBLEM_TOKEN_SCOPE,   MRL_PROBLEM_TOKEN_STEP_UP, MRL_PROBLEM_TRUST_UNAVAILABLE,
};

static enum mrl_err refuse(struct mrl_call *call, enum mrl_token_reason reason,
                           struct mrl_verdict *ret_verdict)
{
	mrl_call_word(call, &facts[FACT_REASON], mrl_token_reason_name(reason));
	mrl_call_end(call);
	return mrl_token_deny(call, MRL_PROBLEM_TOKEN_INVALID, MRL_SLICE_NONE, ret_verdict);
}

/* Its key and signature; PASS with call->token set: it holds. */
static enum mrl_err prove(struct mrl_call *call, const struct mrl_token *token, const uint8_t *hash,
                          struct mrl_verdict *ret_verdict)
{
	struct mrl_tokens *tokens = call->tokens;
	uint32_t issuer = token->issuer_index;
	enum mrl_token_reason reason = MRL_TOKEN_KEY;
	uint32_t index = 0;
	if (tokens->sets[issuer] == NULL) {
		*ret_verdict = mrl_deny(MRL_PROBLEM_TRUST_UNAVAILABLE);
		return MRL_OK;
	}
	enum mrl_err err = mrl_keyset_verify(tokens->sets[issuer], &token->jws, &index, &reason);
	if (err != MRL_OK) {
		return err;
	}
	if (reason == MRL_TOKEN_KID && tokens->ask != NULL) {
		tokens->ask(tokens->host, issuer);
	}
	if (reason != MRL_TOKEN_GOOD) {
		return refuse(call, reason, ret_verdict);
	}
	mrl_token_cache_put(tokens->cache, hash, token, tokens->generations[issuer],
	                    call->now_us / 1000000);
	call->token = token;
	return MRL_OK;
}

static enum mrl_err verify(struct mrl_call *call, struct mrl_slice text, const uint8_t *hash,
                           struct mrl_verdict *ret_verdict)
{
	enum mrl_token_reason reason = MRL_TOKEN_GOOD;
	struct mrl_token *token = MRL_NEW(call->arena, struct mrl_token);
	if (token == NULL) {
		return MRL_ERR_MEMORY;
	}
	enum mrl_err err = mrl_token_read(&call->tokens->jose, call->tokens->issuers, text,
	                                  call->now_us / 1000000, call->arena, token, &reason);
	if (err != MRL_OK) {
		return err;
	}
	return reason != MRL_TOKEN_GOOD ? refuse(call, reason, ret_verdict)
	                                : prove(call, token, hash, ret_verdict);
}

/* PASS without call->token: refused, and the verdict says so. */
static enum mrl_err find_or_verify(struct mrl_call *call, struct mrl_slice text,
                                   struct mrl_verdict *ret_verdict)
{
	struct mrl_tokens *tokens = call->tokens;
	uint8_t hash[MRL_SHA256_BYTES];
	if (tokens->refresh != NULL) {
		tokens->refresh(tokens->host, tokens);
	}
	enum mrl_err err = mrl_sha256(text, hash);
	if (err != MRL_OK) {
		return err;
	}
	call->token = mrl_token_cache_find(tokens->cache, hash, tokens->generations,
	                                   call->now_us / 1000000);
	call->token_cached = call->token != NULL;
	return call->token_cached ? MRL_OK : verify(call, text, hash, ret_verdict);
}

static bool has_all(const struct mrl_token *token, struct mrl_slice scopes)
{
	while (scopes.size != 0) {
		size_t end = mrl_slice_find(scopes, ' ');
		if (end != 0 && !mrl_token_has_scope(token, mrl_slice_sub(scopes, 0, end))) {
			return false;
		}
		scopes = mrl_slice_from(scopes, end + 1);
	}
	return true;
}

static bool has_scopes(const struct mrl_token_config *config, const struct mrl_token *token)
{
	for (uint32_t i = 0; i < config->scope_set_count; i++) {
		if (has_all(token, config->scope_sets[i])) {
			return true;
		}
	}
	return config->scope_set_count == 0;
}

static bool is_one_of(const struct mrl_settings *list, struct mrl_slice text)
{
	for (uint32_t i = 0; i < list->count; i++) {
		if (mrl_slice_equal(list->items[i].text, text)) {
			return true;
		}
	}
	return list->count == 0;
}

static enum mrl_err deny_scope(const struct mrl_token_config *config, struct mrl_call *call,
                               struct mrl_verdict *ret_verdict)
{
	struct mrl_slice scopes = config->scope_set_count == 0 ? MRL_SLICE_NONE
	                                                       : config->scope_sets[0];
	struct mrl_buffer text = mrl_buffer(mrl_arena_alloc(call->arena, scopes.size + 16, 1),
	                                    scopes.size + 16);
	if (text.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	if (scopes.size != 0) {
		MRL_PUT(&text, ", scope=\"");
		mrl_buffer_put(&text, scopes);
		MRL_PUT(&text, "\"");
	}
	return mrl_token_deny(call, MRL_PROBLEM_TOKEN_SCOPE, mrl_buffer_slice(&text), ret_verdict);
}

static enum mrl_err deny_login(const struct mrl_token_config *config, struct mrl_call *call,
                               struct mrl_verdict *ret_verdict)
{
	uint8_t memory[2048];
	struct mrl_slice detail;
	struct mrl_buffer text = mrl_buffer(memory, sizeof(memory));
	if (config->auth_age_max_s != 0) {
		MRL_PUT(&text, ", max_age=\"");
		mrl_buffer_u64(&text, (uint64_t)config->auth_age_max_s);
		MRL_PUT(&text, "\"");
	}
	for (uint32_t i = 0; i < config->acr.count; i++) {
		mrl_buffer_put(&text, i == 0 ? MRL_SLICE(", acr_values=\"") : MRL_SLICE(" "));
		mrl_buffer_put(&text, config->acr.items[i].text);
	}
	if (config->acr.count != 0) {
		MRL_PUT(&text, "\"");
	}
	/* Half a list would mislead; without one the client learns that a login is needed. */
	struct mrl_slice whole = text.overflow ? MRL_SLICE_NONE : mrl_buffer_slice(&text);
	enum mrl_err err = mrl_arena_copy(call->arena, whole, &detail);
	return err == MRL_OK ? mrl_token_deny(call, MRL_PROBLEM_TOKEN_STEP_UP, detail, ret_verdict)
	                     : err;
}

static bool is_fresh(const struct mrl_token_config *config, const struct mrl_call *call)
{
	int64_t age = call->now_us / 1000000 - call->token->auth_time_s;
	bool young = config->auth_age_max_s == 0 ||
	             (call->token->auth_time_s != 0 && age <= config->auth_age_max_s);
	return young && is_one_of(&config->acr, call->token->acr);
}

/* AUTH-6: NULL is a host without a feed; then only issuers that need none have keys to begin with.
 */
static bool is_revoked(struct mrl_call *call, bool *ret_stale)
{
	const struct mrl_tokens *tokens = call->tokens;
	*ret_stale = tokens->revoked == NULL && call->token->issuer->revocation;
	return tokens->revoked != NULL && tokens->revoked(tokens->host, call->token, ret_stale);
}

/* What a cache cannot know: this operation, this moment. */
static enum mrl_err judge(const struct mrl_token_config *config, struct mrl_call *call,
                          struct mrl_verdict *ret_verdict)
{
	const struct mrl_token *token = call->token;
	bool own = config->audience_count != 0;
	bool stale = false;
	if (!mrl_token_for(token, own ? config->audience_names : token->issuer->audiences,
	                   own ? config->audience_count : token->issuer->audience_count)) {
		return refuse(call, MRL_TOKEN_AUD, ret_verdict);
	}
	if (token->jkt.size != 0 || token->x5t.size != 0) {
		return refuse(call, MRL_TOKEN_BINDING, ret_verdict);
	}
	if (is_revoked(call, &stale)) {
		return refuse(call, MRL_TOKEN_REVOKED, ret_verdict);
	}
	if (stale) {
		*ret_verdict = mrl_deny(MRL_PROBLEM_TRUST_UNAVAILABLE);
		return MRL_OK;
	}
	if (!has_scopes(config, token) || !is_one_of(&config->client_ids, token->client_id)) {
		return deny_scope(config, call, ret_verdict);
	}
	return is_fresh(config, call) ? mrl_token_tell(config, call)
	                              : deny_login(config, call, ret_verdict);
}

static void note(struct mrl_call *call)
{
	mrl_call_word(call, &facts[FACT_ISSUER], call->token->issuer->name);
	mrl_call_word(call, &facts[FACT_ALG], mrl_signature_name(call->token->jws.alg));
	mrl_call_number(call, &facts[FACT_CACHED], call->token_cached);
}

static enum mrl_err decide(const void *config, struct mrl_call *call,
                           struct mrl_verdict *ret_verdict)
{
	const struct mrl_token_config *settings = config;
	enum mrl_token_found found = MRL_TOKEN_MISSING;
	struct mrl_slice text;
	bool dpop = false;
	if (!settings->asks) {
		return MRL_OK;
	}
	if (call->tokens == NULL) {
		*ret_verdict = mrl_deny(MRL_PROBLEM_TRUST_UNAVAILABLE);
		return MRL_OK;
	}
	enum mrl_err err = mrl_token_take(call, &text, &dpop, &found);
	if (err != MRL_OK) {
		return err;
	}
	if (found != MRL_TOKEN_FOUND) {
		return mrl_token_deny(call,
		                      found == MRL_TOKEN_MISSING ? MRL_PROBLEM_TOKEN_MISSING
		                                                 : MRL_PROBLEM_TOKEN_REQUEST,
		                      MRL_SLICE_NONE, ret_verdict);
	}
	/* Proofs are not judged yet: what says that it is bound is not taken as if it were not. */
	if (dpop) {
		return refuse(call, MRL_TOKEN_BINDING, ret_verdict);
	}
	err = find_or_verify(call, text, ret_verdict);
	if (err != MRL_OK || call->token == NULL) {
		return err;
	}
	note(call);
	return judge(settings, call, ret_verdict);
}

void mrl_call_end(struct mrl_call *call)
{
	if (call->token_cached && call->token != NULL) {
		mrl_token_cache_release(call->tokens->cache, call->token);
	}
	call->token = NULL;
	call->token_cached = false;
}

const struct mrl_control mrl_control_token = {
	.name = "token",
	.items = "AUTH-2 AUTH-5 AUTH-6 ERR-4",
	.summary = "Every request proves who calls, by a token that was made for this API.",
	.judges = true,
	.keys = mrl_token_keys,
	.facts = facts,
	.problems = problems,
	.problem_count = MRL_COUNT(problems),
	.config_bytes = sizeof(struct mrl_token_config),
	.compile = mrl_token_compile,
	.decide = {[MRL_STAGE_HEAD] = decide},
};
