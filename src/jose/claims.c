/*
 * The claims of an access token [AUTH-5 AUTH-2]: RFC 7519 section 4.1, RFC 9068 section 2.2, RFC
 * 7800 for `cnf`. How long a token lives is judged too: one that lives for a day cannot be taken
 * back by waiting.
 */
#include <merlon/jose.h>

/* AUTH-2: what a token may live without a stated deviation. */
#define LIFETIME_MAX   900
#define TEXT_MAX       255
#define SCOPE_MAX      2048
#define AUDIENCES_MAX  16
#define THUMBPRINT     43
#define SECONDS_MAX    ((int64_t)1 << 53)
#define SECONDS_DIGITS 16

static const struct mrl_json_node *claim(const struct mrl_token *token, const char *name)
{
	return mrl_jose_member(&token->payload, token->payload.nodes, mrl_slice_text(name));
}

/* Whole seconds of a finite JSON number, the fraction dropped; beyond 2^53 it saturates. */
static bool read_seconds(const struct mrl_token *token, const struct mrl_json_node *node,
                         int64_t *ret_seconds)
{
	struct mrl_decimal decimal;
	int64_t seconds = 0;
	if (node->kind != MRL_JSON_KIND_NUMBER) {
		return false;
	}
	mrl_decimal_parse(mrl_json_text(&token->payload, node), &decimal);
	if (!mrl_decimal_in_double(&decimal)) {
		return false;
	}
	int64_t whole = (int64_t)decimal.digit_count + decimal.exponent;
	size_t at = 0;
	for (int64_t i = 0; decimal.digit_count != 0 && i < whole && i <= SECONDS_DIGITS; i++) {
		while (at < decimal.digits.size && decimal.digits.data[at] == '.') {
			at++;
		}
		seconds *= 10;
		seconds += at < decimal.digits.size ? decimal.digits.data[at++] - '0' : 0;
	}
	if (seconds > SECONDS_MAX || (decimal.digit_count != 0 && whole > SECONDS_DIGITS)) {
		seconds = SECONDS_MAX;
	}
	*ret_seconds = decimal.negative ? -seconds : seconds;
	return true;
}

/* 1 to 255 bytes; absent is good unless required. */
static bool read_text(const struct mrl_token *token, struct mrl_slice name, bool required,
                      struct mrl_slice *ret_text)
{
	const struct mrl_json_node *node = mrl_jose_member(&token->payload, token->payload.nodes,
	                                                   name);
	if (node == NULL) {
		*ret_text = MRL_SLICE_NONE;
		return !required;
	}
	struct mrl_slice text = mrl_json_text(&token->payload, node);
	*ret_text = text;
	return node->kind == MRL_JSON_KIND_STRING && text.size >= 1 && text.size <= TEXT_MAX;
}

static enum mrl_token_reason read_times(const struct mrl_issuer *issuer, int64_t now_s,
                                        struct mrl_token *token)
{
	const struct mrl_json_node *exp = claim(token, "exp");
	const struct mrl_json_node *iat = claim(token, "iat");
	const struct mrl_json_node *nbf = claim(token, "nbf");
	const struct mrl_json_node *auth_time = claim(token, "auth_time");
	int64_t not_before = 0;
	if (exp == NULL || !read_seconds(token, exp, &token->exp_s) || token->exp_s < 0 ||
	    now_s >= token->exp_s + issuer->leeway_s) {
		return MRL_TOKEN_EXP;
	}
	if (iat == NULL || !read_seconds(token, iat, &token->iat_s) ||
	    token->iat_s > now_s + issuer->skew_s) {
		return MRL_TOKEN_IAT;
	}
	if (nbf != NULL &&
	    (!read_seconds(token, nbf, &not_before) || not_before > now_s + issuer->skew_s)) {
		return MRL_TOKEN_NBF;
	}
	if (auth_time != NULL && !read_seconds(token, auth_time, &token->auth_time_s)) {
		return MRL_TOKEN_CLAIMS;
	}
	int64_t life = token->exp_s - token->iat_s;
	int64_t life_max = issuer->lifetime_max_s;
	if (life_max > LIFETIME_MAX && now_s >= issuer->longer_until_s) {
		life_max = LIFETIME_MAX;
	}
	return life > 0 && life <= life_max ? MRL_TOKEN_GOOD : MRL_TOKEN_LIFETIME;
}

static bool is_strings(const struct mrl_json_node *node, uint32_t count_max)
{
	if (node->kind == MRL_JSON_KIND_STRING) {
		return true;
	}
	bool good = node->kind == MRL_JSON_KIND_ARRAY && node->count >= 1 &&
	            node->count <= count_max;
	for (uint32_t i = 0; good && i < node->count; i++) {
		good = node[1 + i].kind == MRL_JSON_KIND_STRING;
	}
	return good;
}

/* RFC 6749 section 3.3: tokens with one blank between. */
static bool is_scope(struct mrl_slice text)
{
	bool blank = true;
	if (text.size > SCOPE_MAX) {
		return false;
	}
	for (size_t i = 0; i < text.size; i++) {
		uint8_t byte = text.data[i];
		bool graphic = byte == 0x21 || (byte >= 0x23 && byte <= 0x7e && byte != 0x5c);
		if (byte == ' ' ? blank : !graphic) {
			return false;
		}
		blank = byte == ' ';
	}
	return text.size == 0 || !blank;
}

static bool read_scope(const struct mrl_issuer *issuer, struct mrl_token *token)
{
	token->scope = mrl_jose_member(&token->payload, token->payload.nodes, issuer->scope_claim);
	if (token->scope == NULL) {
		return true;
	}
	if (token->scope->kind == MRL_JSON_KIND_STRING) {
		return is_scope(mrl_json_text(&token->payload, token->scope));
	}
	/* RFC 8693 section 4.2 has `scope` as a string; others keep theirs in arrays. */
	return !mrl_slice_is(issuer->scope_claim, "scope") && is_strings(token->scope, SCOPE_MAX);
}

static bool read_thumbprint(const struct mrl_token *token, const struct mrl_json_node *cnf,
                            const char *name, struct mrl_slice *ret_text)
{
	uint8_t bytes[MRL_BASE64URL_BYTES(THUMBPRINT)];
	return mrl_jose_string(&token->payload, cnf, name, ret_text) &&
	       (ret_text->size == 0 ||
	        (ret_text->size == THUMBPRINT && mrl_base64url_decode(*ret_text, bytes)));
}

/* A way to bind that is not known here cannot be checked, so a token that is bound so is refused.
 */
static bool read_cnf(struct mrl_token *token)
{
	const struct mrl_json_node *cnf = claim(token, "cnf");
	if (cnf == NULL) {
		return true;
	}
	if (cnf->kind != MRL_JSON_KIND_OBJECT || !read_thumbprint(token, cnf, "jkt", &token->jkt) ||
	    !read_thumbprint(token, cnf, "x5t#S256", &token->x5t)) {
		return false;
	}
	uint32_t known = (token->jkt.size != 0 ? 1U : 0U) + (token->x5t.size != 0 ? 1U : 0U);
	return known != 0 && known == cnf->count;
}

static bool holds(const struct mrl_token *token, const struct mrl_json_node *node,
                  struct mrl_slice value)
{
	if (node->kind == MRL_JSON_KIND_ARRAY) {
		const struct mrl_json_node *item = node + 1;
		for (uint32_t i = 0; i < node->count; i++, item += item->next) {
			if (item->kind == MRL_JSON_KIND_STRING &&
			    mrl_slice_equal(mrl_json_text(&token->payload, item), value)) {
				return true;
			}
		}
		return false;
	}
	struct mrl_slice rest = node->kind == MRL_JSON_KIND_STRING
	                                ? mrl_json_text(&token->payload, node)
	                                : MRL_SLICE_NONE;
	while (rest.size != 0) {
		size_t end = mrl_slice_find(rest, ' ');
		if (mrl_slice_equal(mrl_slice_sub(rest, 0, end), value)) {
			return true;
		}
		rest = mrl_slice_from(rest, end + 1);
	}
	return false;
}

static bool meets(const struct mrl_token *token, const struct mrl_require *require)
{
	const struct mrl_json_node *node = NULL;
	for (uint32_t i = 0; i < require->claim_count && node == NULL; i++) {
		node = mrl_jose_member(&token->payload, token->payload.nodes, require->claims[i]);
	}
	switch (require->kind) {
	case MRL_REQUIRE_EQUALS:
		return node != NULL && node->kind == MRL_JSON_KIND_STRING &&
		       mrl_slice_equal(mrl_json_text(&token->payload, node), require->value);
	case MRL_REQUIRE_HOLDS: return node != NULL && holds(token, node, require->value);
	case MRL_REQUIRE_PRESENT: return node != NULL;
	case MRL_REQUIRE_ABSENT: return node == NULL;
	}
	return false;
}

static bool meets_all(const struct mrl_issuer *issuer, const struct mrl_token *token)
{
	for (uint32_t i = 0; i < issuer->require_count; i++) {
		if (!meets(token, &issuer->requires[i])) {
			return false;
		}
	}
	return true;
}

static bool read_names(const struct mrl_issuer *issuer, struct mrl_token *token)
{
	return read_text(token, issuer->client_claim, issuer->rfc9068, &token->client_id) &&
	       read_text(token, MRL_SLICE("jti"), issuer->rfc9068, &token->jti) &&
	       read_text(token, MRL_SLICE("sid"), false, &token->sid) &&
	       read_text(token, MRL_SLICE("acr"), false, &token->acr);
}

enum mrl_token_reason mrl_token_claims(const struct mrl_issuer *issuer, int64_t now_s,
                                       struct mrl_token *token)
{
	enum mrl_token_reason reason = read_times(issuer, now_s, token);
	if (reason != MRL_TOKEN_GOOD) {
		return reason;
	}
	token->aud = claim(token, "aud");
	if (token->aud == NULL || !is_strings(token->aud, AUDIENCES_MAX)) {
		return MRL_TOKEN_AUD;
	}
	if (!read_text(token, MRL_SLICE("sub"), true, &token->sub)) {
		return MRL_TOKEN_SUB;
	}
	if (!read_names(issuer, token)) {
		return MRL_TOKEN_CLAIMS;
	}
	if (!read_scope(issuer, token)) {
		return MRL_TOKEN_SCOPE;
	}
	if (!read_cnf(token)) {
		return MRL_TOKEN_CNF;
	}
	return meets_all(issuer, token) ? MRL_TOKEN_GOOD : MRL_TOKEN_REQUIRE;
}

bool mrl_token_for(const struct mrl_token *token, const struct mrl_slice *audiences, uint32_t count)
{
	const struct mrl_json_node *aud = token->aud;
	bool single = aud->kind == MRL_JSON_KIND_STRING;
	const struct mrl_json_node *items = single ? aud : aud + 1;
	uint32_t item_count = single ? 1 : aud->count;
	for (uint32_t i = 0; i < item_count; i++) {
		struct mrl_slice text = mrl_json_text(&token->payload, &items[i]);
		for (uint32_t k = 0; k < count; k++) {
			if (mrl_slice_equal(text, audiences[k])) {
				return true;
			}
		}
	}
	return false;
}

bool mrl_token_has_scope(const struct mrl_token *token, struct mrl_slice scope)
{
	return token->scope != NULL && holds(token, token->scope, scope);
}
