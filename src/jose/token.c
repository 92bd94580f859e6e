/*
 * An access token, read and judged as far as it can be without a key [AUTH-5]. Its issuer chooses
 * the rules and the keys: nothing is searched across issuers.
 */
#include <merlon/jose.h>

static const struct mrl_issuer *find_issuer(const struct mrl_issuers *issuers,
                                            const struct mrl_token *token)
{
	struct mrl_slice url;
	if (!mrl_jose_string(&token->payload, token->payload.nodes, "iss", &url)) {
		return NULL;
	}
	for (uint32_t i = 0; i < issuers->count; i++) {
		if (mrl_slice_equal(url, issuers->items[i].url)) {
			return &issuers->items[i];
		}
	}
	return NULL;
}

/* RFC 7515 section 4.1.9: "application/" may be left out, and case does not count. */
static bool has_type(const struct mrl_issuer *issuer, struct mrl_slice typ)
{
	static const struct mrl_slice prefix = MRL_SLICE_INIT("application/");
	if (mrl_slice_equal_nocase(mrl_slice_sub(typ, 0, prefix.size), prefix)) {
		typ = mrl_slice_from(typ, prefix.size);
	}
	for (uint32_t i = 0; i < issuer->typ_count; i++) {
		if (mrl_slice_equal_nocase(typ, issuer->typs[i])) {
			return true;
		}
	}
	return false;
}

static enum mrl_token_reason judge(const struct mrl_issuers *issuers, int64_t now_s,
                                   struct mrl_token *token)
{
	token->issuer = find_issuer(issuers, token);
	if (token->issuer == NULL) {
		return MRL_TOKEN_ISS;
	}
	token->issuer_index = (uint32_t)(token->issuer - issuers->items);
	if ((token->issuer->algs >> token->jws.alg & 1) == 0) {
		return MRL_TOKEN_ALG;
	}
	if (!has_type(token->issuer, token->jws.typ)) {
		return MRL_TOKEN_TYP;
	}
	return mrl_token_claims(token->issuer, now_s, token);
}

enum mrl_err mrl_token_read(const struct mrl_jose *jose, const struct mrl_issuers *issuers,
                            struct mrl_slice text, int64_t now_s, struct mrl_arena *arena,
                            struct mrl_token *ret_token, enum mrl_token_reason *ret_reason)
{
	struct mrl_token token = {0};
	bool good = false;
	enum mrl_err err = mrl_jws_read(jose, text, arena, &token.jws, ret_reason);
	if (err != MRL_OK || *ret_reason != MRL_TOKEN_GOOD) {
		return err;
	}
	err = mrl_jose_json(jose, token.jws.payload, arena, &token.payload, &good);
	if (err != MRL_OK) {
		return err;
	}
	*ret_reason = good ? judge(issuers, now_s, &token) : MRL_TOKEN_JSON;
	if (*ret_reason == MRL_TOKEN_GOOD) {
		*ret_token = token;
	}
	return MRL_OK;
}
