/*
 * `issuers` of a policy [AUTH-5 AUTH-2]: whose access tokens are accepted, by which keys and rules.
 * A preset is a row of defaults for a known product; what is written wins over it.
 */
#include "issuers.h"

#define DAY_S 86400

const struct mrl_issuer_preset mrl_issuer_presets[MRL_ISSUER_PRESETS] = {
	[MRL_ISSUER_CUSTOM] = {.name = "custom", .typs = {"at+jwt"}},
	[MRL_ISSUER_MERLON] = {.name = "merlon",
                               .typs = {"at+jwt"},
                               .rfc9068 = true,
                               .keys = "oauth"},
	[MRL_ISSUER_KEYCLOAK] = {.name = "keycloak",
                                 .typs = {"JWT"},
                                 .client_claim = "azp",
                                 .require = MRL_REQUIRE_EQUALS,
                                 .claims = {"typ"},
                                 .value = "Bearer"},
	[MRL_ISSUER_ENTRA] = {.name = "entra",
                              .typs = {"JWT"},
                              .scope_claim = "scp",
                              .client_claim = "azp",
                              .require = MRL_REQUIRE_PRESENT,
                              .claims = {"scp", "roles"}},
	[MRL_ISSUER_AUTH0] = {.name = "auth0",
                              .typs = {"at+jwt", "JWT"},
                              .client_claim = "azp",
                              .require = MRL_REQUIRE_ABSENT,
                              .claims = {"nonce"}},
	/* Okta's access tokens have no `typ`; its ID tokens have no `cid`. */
	[MRL_ISSUER_OKTA] = {.name = "okta",
                             .typs = {"none", "JWT"},
                             .scope_claim = "scp",
                             .client_claim = "cid",
                             .require = MRL_REQUIRE_PRESENT,
                             .claims = {"cid"}},
};

static const char *const preset_names[] = {[MRL_ISSUER_CUSTOM] = "custom",
                                           [MRL_ISSUER_MERLON] = "merlon",
                                           [MRL_ISSUER_KEYCLOAK] = "keycloak",
                                           [MRL_ISSUER_ENTRA] = "entra",
                                           [MRL_ISSUER_AUTH0] = "auth0",
                                           [MRL_ISSUER_OKTA] = "okta",
                                           NULL};

static const char *const feeds[] = {"none", "required", NULL};

#define TEXT(key, bytes, told, part)                                                         \
	{                                                                                    \
		.name = key, .kind = MRL_KEY_TEXT, .min = 0, .max = (bytes), .fallback = "", \
		.meaning = (told), .offset = offsetof(struct mrl_raw_issuer, part)           \
	}
#define LIST(key, most, told, part)                                                 \
	{                                                                           \
		.name = key, .kind = MRL_KEY_LIST, .max = (most), .fallback = "[]", \
		.meaning = (told), .offset = offsetof(struct mrl_raw_issuer, part)  \
	}

const struct mrl_key mrl_issuer_keys[] = {
	{.name = "issuer",
         .kind = MRL_KEY_TEXT,
         .min = 9,
         .max = 512,
         .required = true,
         .pattern = "^https://",
         .meaning = "the `iss` of its tokens, byte for byte",
         .offset = offsetof(struct mrl_raw_issuer, url)},
	{.name = "preset",
         .kind = MRL_KEY_ENUM,
         .fallback = "custom",
         .choices = preset_names,
         .meaning = "whose defaults these keys have",
         .offset = offsetof(struct mrl_raw_issuer, preset)},
	{.name = "keys",
         .kind = MRL_KEY_TEXT,
         .max = 1024,
         .fallback = "",
         .meaning = "oidc (default), oauth: by its metadata; else the https URL or the path of a "
                    "JWK Set",
         .offset = offsetof(struct mrl_raw_issuer, keys)},
	TEXT("ca", 1024, "authorities (PEM) for its https; else the system's", ca),
	LIST("audiences", MRL_AUDIENCES_MAX, "what `aud` must hold one of: the API's own names",
             audiences),
	LIST("algs", MRL_SIGNATURE_COUNT,
             "signature algorithms; by default RS256, PS256, ES256, EdDSA", algs),
	LIST("typ", 4, "header types of its access tokens, by default of the preset; none: without",
             typs),
	{.name = "leeway_s",
         .kind = MRL_KEY_NUMBER,
         .max = 120,
         .fallback = "30",
         .meaning = "seconds that a token is accepted after its end",
         .offset = offsetof(struct mrl_raw_issuer, leeway_s)},
	{.name = "skew_s",
         .kind = MRL_KEY_NUMBER,
         .min = 10,
         .max = 60,
         .fallback = "30",
         .meaning = "seconds that the issuer's clock may be ahead",
         .offset = offsetof(struct mrl_raw_issuer, skew_s)},
	{.name = "lifetime_max_s",
         .kind = MRL_KEY_NUMBER,
         .min = 60,
         .max = DAY_S,
         .fallback = "900",
         .meaning = "longest life of a token in seconds; over 900 only with `longer`",
         .offset = offsetof(struct mrl_raw_issuer, lifetime_max_s)},
	{.name = "longer",
         .kind = MRL_KEY_OBJECT,
         .keys = mrl_issuer_longer_keys,
         .meaning = "why tokens may live over 900 seconds, and until when that is accepted",
         .offset = offsetof(struct mrl_raw_issuer, longer)},
	{.name = "revocation",
         .kind = MRL_KEY_ENUM,
         .fallback = "none",
         .choices = feeds,
         .meaning = "required: without fresh news of revocations its tokens are not accepted",
         .offset = offsetof(struct mrl_raw_issuer, revocation)},
	TEXT("scope_claim", 64, "the claim with the scopes, by default `scope`", scope_claim),
	TEXT("client_claim", 64, "the claim with the client, by default `client_id`", client_claim),
	{.name = "require",
         .kind = MRL_KEY_OBJECTS,
         .max = MRL_REQUIRE_MAX,
         .keys = mrl_issuer_require_keys,
         .meaning = "what its access tokens say and its other tokens do not",
         .offset = offsetof(struct mrl_raw_issuer, require)},
	{0},
};

static void tell(struct mrl_loader *loader, const char *code, const struct mrl_node *node,
                 const char *hint, const char *text)
{
	mrl_diagnose(loader->diagnostics, MRL_ERROR, code, node, hint, "%s", text);
}

static void read_algs(struct mrl_loader *loader, const struct mrl_settings *algs,
                      struct mrl_issuer *issuer)
{
	issuer->algs = 1U << MRL_SIGNATURE_RS256 | 1U << MRL_SIGNATURE_PS256 |
	               1U << MRL_SIGNATURE_ES256 | 1U << MRL_SIGNATURE_EDDSA;
	for (uint32_t i = 0; i < algs->count; i++) {
		enum mrl_signature alg = MRL_SIGNATURE_RS256;
		issuer->algs = i == 0 ? 0 : issuer->algs;
		if (!mrl_signature_find(algs->items[i].text, &alg)) {
			tell(loader, "issuer-alg", algs->items[i].node,
			     "one of RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA",
			     "this is no signature algorithm with a public key");
			continue;
		}
		issuer->algs |= 1U << alg;
	}
}

static bool has_plain_type(const struct mrl_issuer *issuer)
{
	for (uint32_t i = 0; i < issuer->typ_count; i++) {
		if (issuer->typs[i].size == 0 ||
		    mrl_slice_equal_nocase(issuer->typs[i], MRL_SLICE("JWT"))) {
			return true;
		}
	}
	return false;
}

static void read_types(const struct mrl_raw_issuer *raw, struct mrl_issuer *issuer)
{
	const struct mrl_issuer_preset *preset = &mrl_issuer_presets[raw->preset];
	for (uint32_t i = 0; i < MRL_COUNT(issuer->typs); i++) {
		struct mrl_slice typ;
		if (raw->typs.count != 0 && i < raw->typs.count) {
			typ = raw->typs.items[i].text;
		} else if (raw->typs.count == 0 && preset->typs[i] != NULL) {
			typ = mrl_slice_text(preset->typs[i]);
		} else {
			return;
		}
		issuer->typs[issuer->typ_count++] = mrl_slice_is(typ, "none") ? MRL_SLICE_NONE
		                                                              : typ;
	}
}

static struct mrl_slice or_else(const struct mrl_setting *setting, const char *preset,
                                const char *usual)
{
	if (setting->text.size != 0) {
		return setting->text;
	}
	return mrl_slice_text(preset != NULL ? preset : usual);
}

static bool is_issuer(struct mrl_slice url)
{
	bool good = mrl_slice_starts(url, MRL_SLICE("https://")) && url.size > 8;
	for (size_t i = 0; good && i < url.size; i++) {
		uint8_t byte = url.data[i];
		good = byte > ' ' && byte < 0x7f && byte != '?' && byte != '#' && byte != '"' &&
		       byte != '\\' && byte != '@';
	}
	return good;
}

static void check_url(struct mrl_loader *loader, const struct mrl_raw_issuer *raw)
{
	const struct mrl_issuers *issuers = &loader->policy->issuers;
	if (!is_issuer(raw->url.text)) {
		tell(loader, "issuer-url", raw->url.node,
		     "as in its tokens: https://login.example.com/realms/shop",
		     "an issuer is an https URL without query, fragment or user");
	}
	for (uint32_t i = 0; i < issuers->count; i++) {
		if (mrl_slice_equal(issuers->items[i].url, raw->url.text)) {
			tell(loader, "issuer-twice", raw->url.node, "one entry for each issuer",
			     "another entry has this issuer");
		}
	}
}

/* A text in `keys` that is neither a word nor a URL is a file, and read with the policy. */
static enum mrl_err read_keys(struct mrl_loader *loader, const struct mrl_raw_issuer *raw,
                              struct mrl_issuer *issuer)
{
	struct mrl_slice path;
	struct mrl_keyset *set = NULL;
	struct mrl_jose jose = {.scan = loader->policy->json_scan};
	issuer->keys_node = raw->keys.node;
	issuer->keys = or_else(&raw->keys, mrl_issuer_presets[raw->preset].keys, "oidc");
	if (mrl_slice_is(issuer->keys, "oidc") || mrl_slice_is(issuer->keys, "oauth") ||
	    mrl_slice_starts(issuer->keys, MRL_SLICE("https://"))) {
		return MRL_OK;
	}
	enum mrl_err err = mrl_loader_path(loader, issuer->keys, &path);
	if (err == MRL_OK) {
		err = mrl_loader_read(loader, path, MRL_JWKS_BYTES_MAX, loader->arena,
		                      &issuer->keys_text);
	}
	if (err == MRL_OK) {
		err = mrl_keyset_new(&jose, issuer->keys_text, &set);
		mrl_keyset_free(set);
	}
	if (err == MRL_ERR_NOT_FOUND || err == MRL_ERR_IO || err == MRL_ERR_INVALID ||
	    err == MRL_ERR_LIMIT) {
		tell(loader, "issuer-keys", raw->keys.node != NULL ? raw->keys.node : raw->url.node,
		     "oidc, oauth, an https URL, or the path of a JWK Set (RFC 7517 section 5)",
		     set == NULL && issuer->keys_text.size == 0
		             ? "there is no such file of keys"
		             : "the file holds no key that can verify signatures");
		return MRL_OK;
	}
	return err;
}

static void check_meaning(struct mrl_loader *loader, const struct mrl_raw_issuer *raw,
                          const struct mrl_issuer *issuer)
{
	if (issuer->audience_count == 0) {
		tell(loader, "issuer-audience", raw->url.node,
		     "name the API as its tokens do: `audiences: [https://api.example.com]`",
		     "without `audiences` tokens for any other API would pass");
	}
	if (has_plain_type(issuer) && issuer->require_count == 0) {
		tell(loader, "issuer-typ", raw->url.node,
		     "add a rule that its ID tokens cannot meet: `require: [{absent: [nonce]}]`",
		     "typ JWT or none alone does not tell access tokens from ID tokens");
	}
}

static enum mrl_err take(struct mrl_loader *loader, const struct mrl_node *key)
{
	struct mrl_issuers *issuers = &loader->policy->issuers;
	struct mrl_raw_issuer raw;
	struct mrl_setting name = {.text = key->text, .node = key};
	enum mrl_err err = mrl_keys_read(loader, mrl_issuer_keys, mrl_node_value(key), &raw);
	if (err != MRL_OK || !mrl_name_check(loader, &name) || raw.url.node == NULL) {
		return err;
	}
	const struct mrl_issuer_preset *preset = &mrl_issuer_presets[raw.preset];
	struct mrl_issuer issuer = {
		.name = key->text,
		.url = raw.url.text,
		.rfc9068 = preset->rfc9068,
		.revocation = raw.revocation != 0,
		.leeway_s = raw.leeway_s,
		.skew_s = raw.skew_s,
		.lifetime_max_s = raw.lifetime_max_s,
		.scope_claim = or_else(&raw.scope_claim, preset->scope_claim, "scope"),
		.client_claim = or_else(&raw.client_claim, preset->client_claim, "client_id"),
	};
	check_url(loader, &raw);
	issuer.ca_node = raw.ca.node;
	err = mrl_loader_path(loader, raw.ca.text, &issuer.ca);
	if (err != MRL_OK) {
		return err;
	}
	read_types(&raw, &issuer);
	read_algs(loader, &raw.algs, &issuer);
	for (uint32_t i = 0; i < raw.audiences.count; i++) {
		issuer.audiences[issuer.audience_count++] = raw.audiences.items[i].text;
	}
	err = mrl_issuer_rules(loader, &raw, &issuer);
	if (err == MRL_OK) {
		err = read_keys(loader, &raw, &issuer);
	}
	check_meaning(loader, &raw, &issuer);
	issuers->items[issuers->count++] = issuer;
	return err;
}

enum mrl_err mrl_load_issuers(struct mrl_loader *loader, const struct mrl_node *node)
{
	struct mrl_issuers *issuers = &loader->policy->issuers;
	enum mrl_err err = MRL_OK;
	if (node == NULL || node->kind != MRL_NODE_OBJECT) {
		return MRL_OK;
	}
	issuers->items = MRL_NEW_ARRAY(loader->arena, MRL_ISSUERS_MAX, struct mrl_issuer);
	if (issuers->items == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (const struct mrl_node *key = mrl_node_first(node); key != NULL && err == MRL_OK;
	     key = mrl_node_after(node, key)) {
		if (issuers->count == MRL_ISSUERS_MAX) {
			tell(loader, "issuer-many", key, "remove those that no longer issue tokens",
			     "at most 16 issuers");
			return MRL_OK;
		}
		err = take(loader, key);
	}
	return err;
}
