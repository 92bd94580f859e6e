/*
 * JOSE as a verifier: JWK (RFC 7517), JWS compact (RFC 7515), JWT access tokens (RFC 7519, RFC
 * 9068). Strict: a text has one reading or none. No symmetric algorithm and no `none` exists in
 * here, and no key comes from a token itself.
 */
#ifndef MERLON_JOSE_H
#define MERLON_JOSE_H

#include <merlon/crypto.h>
#include <merlon/json.h>

#define MRL_TOKEN_CHARS_MAX     8192
#define MRL_JWS_HEADER_CHARS    1024
#define MRL_JWS_SIGNATURE_CHARS 1366
#define MRL_JWK_KID_MAX         128
#define MRL_JWKS_KEYS_MAX       64
#define MRL_JWKS_BYTES_MAX      (128U << 10)

/* Why a token is refused: words for the record, never for the client. */
enum mrl_token_reason {
	MRL_TOKEN_GOOD,
	MRL_TOKEN_LONG,
	MRL_TOKEN_PARTS,
	MRL_TOKEN_B64,
	MRL_TOKEN_JSON,
	MRL_TOKEN_CRIT,
	MRL_TOKEN_ISS,
	MRL_TOKEN_ALG,
	MRL_TOKEN_TYP,
	MRL_TOKEN_EXP,
	MRL_TOKEN_IAT,
	MRL_TOKEN_NBF,
	MRL_TOKEN_LIFETIME,
	MRL_TOKEN_AUD,
	MRL_TOKEN_SUB,
	MRL_TOKEN_CLAIMS,
	MRL_TOKEN_SCOPE,
	MRL_TOKEN_CNF,
	MRL_TOKEN_REQUIRE,
	MRL_TOKEN_KID,
	MRL_TOKEN_KEY,
	MRL_TOKEN_SIGLEN,
	MRL_TOKEN_SIG,
	MRL_TOKEN_BINDING,
	MRL_TOKEN_REVOKED,
};
#define MRL_TOKEN_REASON_COUNT 25
/* "siglen" */
struct mrl_slice mrl_token_reason_name(enum mrl_token_reason reason);

/* "RS256", exact case (RFC 7518 section 3.1, RFC 8037). False: not one of ours. */
bool mrl_signature_find(struct mrl_slice name, enum mrl_signature *ret_signature);
struct mrl_slice mrl_signature_name(enum mrl_signature signature);

/* What reading JSON needs of the process. */
struct mrl_jose {
	const struct mrl_json_scan *scan;
	uint8_t seed[16];
};

struct mrl_jwk {
	struct mrl_slice kid; /* empty: none */
	bool has_alg;
	enum mrl_signature alg;
	struct mrl_public_parts parts; /* decoded, in the arena */
};

/* Why a key of a set is no use. */
enum mrl_jwk_fault {
	MRL_JWK_GOOD,
	MRL_JWK_SHAPE,   /* not an object, a member of the wrong type, or a number that is no number
	                  */
	MRL_JWK_OCT,     /* a secret: whoever publishes one refuses the whole set */
	MRL_JWK_KTY,     /* a type, curve or algorithm that is not implemented, or does not fit */
	MRL_JWK_KID,     /* longer than MRL_JWK_KID_MAX */
	MRL_JWK_USE,     /* `use` is not sig, or `key_ops` lacks verify */
	MRL_JWK_PRIVATE, /* a private member */
};
#define MRL_JWK_FAULT_COUNT 7
/* "private" */
struct mrl_slice mrl_jwk_fault_name(enum mrl_jwk_fault fault);

/* One JWK of a document, as published. Whether its numbers are a good key says mrl_public_new. */
MRL_CHECKED enum mrl_err mrl_jwk_read(const struct mrl_json_doc *doc,
                                      const struct mrl_json_node *node, struct mrl_arena *arena,
                                      struct mrl_jwk *ret_jwk, enum mrl_jwk_fault *ret_fault);

/* A compact JWS, taken apart. The slices lie in the arena or in the text. */
struct mrl_jws {
	enum mrl_signature alg;
	struct mrl_slice kid, typ;    /* empty: none */
	struct mrl_slice signed_text; /* header and payload as encoded, with their dot */
	struct mrl_slice payload;     /* bytes, maybe none */
	struct mrl_slice proof;       /* the signature */
	const struct mrl_json_doc *header;
};

/* MRL_OK with ret_reason LONG, PARTS, B64, JSON, CRIT, ALG: refused. Nothing that a header points
 * to is followed. */
MRL_CHECKED enum mrl_err mrl_jws_read(const struct mrl_jose *jose, struct mrl_slice text,
                                      struct mrl_arena *arena, struct mrl_jws *ret_jws,
                                      enum mrl_token_reason *ret_reason);

/* Strict JSON as tokens have it: an object, depth 4, no name twice, no U+0000, nothing behind it.
 */
MRL_CHECKED enum mrl_err mrl_jose_json(const struct mrl_jose *jose, struct mrl_slice text,
                                       struct mrl_arena *arena, struct mrl_json_doc *ret_doc,
                                       bool *ret_good);
/* The value of a member of an object, or NULL. */
const struct mrl_json_node *mrl_jose_member(const struct mrl_json_doc *doc,
                                            const struct mrl_json_node *object,
                                            struct mrl_slice name);
/* The text of a string member; false: it is there and no string. Absent: true, empty. */
bool mrl_jose_string(const struct mrl_json_doc *doc, const struct mrl_json_node *object,
                     const char *name, struct mrl_slice *ret_text);

/* The usable keys of an issuer, as one process has them. Not shared between threads. */
struct mrl_keyset;

/* From a JWK Set; keys that are no use are left out. MRL_ERR_INVALID: no JSON, or no set.
 * MRL_ERR_NOT_FOUND: no usable key in it. */
MRL_CHECKED enum mrl_err mrl_keyset_new(const struct mrl_jose *jose, struct mrl_slice text,
                                        struct mrl_keyset **ret_set);
void mrl_keyset_free(struct mrl_keyset *set);
uint32_t mrl_keyset_count(const struct mrl_keyset *set);
/* The kid of a key of the set, for revocation by key. */
struct mrl_slice mrl_keyset_kid(const struct mrl_keyset *set, uint32_t index);

/* The key that a JWS must be proved by, and its proof: KID, KEY, SIGLEN, SIG, or GOOD. */
MRL_CHECKED enum mrl_err mrl_keyset_verify(struct mrl_keyset *set, const struct mrl_jws *jws,
                                           uint32_t *ret_index, enum mrl_token_reason *ret_reason);

/*
 * A JWK Set as it was downloaded, judged: `ret_text` is a set of the usable keys alone. A kid
 * twice, a secret (`oct`), more than MRL_JWKS_KEYS_MAX keys or none that is usable refuse it whole:
 * `ret_fault` says so in a word ("duplicate", "oct", "many", "none", "json"), else it is NULL.
 */
MRL_CHECKED enum mrl_err mrl_jwks_judge(const struct mrl_jose *jose, struct mrl_slice text,
                                        struct mrl_arena *arena, struct mrl_slice *ret_text,
                                        uint32_t *ret_skipped, const char **ret_fault);
/* The `jwks_uri` of an issuer's metadata (RFC 8414, OpenID Connect Discovery), whose own `issuer`
 * must be that one, byte for byte. False: it is none of that issuer, or no https URL. */
MRL_CHECKED enum mrl_err mrl_jwks_place(const struct mrl_jose *jose, struct mrl_slice metadata,
                                        struct mrl_slice issuer, struct mrl_arena *arena,
                                        struct mrl_slice *ret_url, bool *ret_good);

#define MRL_ISSUERS_MAX        16
#define MRL_ISSUER_NAME_MAX    24
#define MRL_AUDIENCES_MAX      8
#define MRL_REQUIRE_MAX        8
#define MRL_REQUIRE_CLAIMS_MAX 4

/* What an issuer's tokens must say beyond the rules for all. */
enum mrl_require_kind {
	MRL_REQUIRE_EQUALS,  /* the claim is that string */
	MRL_REQUIRE_HOLDS,   /* the claim is an array with that string, or a list with blanks */
	MRL_REQUIRE_PRESENT, /* one of the claims is there */
	MRL_REQUIRE_ABSENT,  /* none of the claims is there */
};

struct mrl_require {
	enum mrl_require_kind kind;
	struct mrl_slice claims[MRL_REQUIRE_CLAIMS_MAX]; /* EQUALS, HOLDS: the first */
	uint32_t claim_count;
	struct mrl_slice value; /* EQUALS, HOLDS */
};

struct mrl_node;

struct mrl_issuer {
	struct mrl_slice name;            /* in the policy, in records */
	struct mrl_slice url;             /* `iss`, byte for byte */
	struct mrl_slice keys;            /* "oidc", "oauth", or the URL or path of a JWK Set */
	const struct mrl_node *keys_node; /* where `keys` is written */
	struct mrl_slice ca;              /* path of authorities for them; empty: the system's */
	const struct mrl_node *ca_node;
	struct mrl_slice keys_text; /* the set itself, where `keys` is a path */
	bool rfc9068;               /* client_id and jti are required */
	bool revocation;            /* its revocations must be fresh */
	uint32_t algs;              /* bits of enum mrl_signature */
	struct mrl_slice typs[4];
	uint32_t typ_count;
	struct mrl_slice audiences[MRL_AUDIENCES_MAX];
	uint32_t audience_count;
	int64_t leeway_s, skew_s;
	int64_t lifetime_max_s; /* over 900 only before the next */
	int64_t longer_until_s;
	struct mrl_slice scope_claim, client_claim;
	struct mrl_require requires[MRL_REQUIRE_MAX];
	uint32_t require_count;
};

struct mrl_issuers {
	struct mrl_issuer *items;
	uint32_t count;
};

/* An access token, read. Slices lie in `payload`. */
struct mrl_token {
	const struct mrl_issuer *issuer;
	uint32_t issuer_index;
	struct mrl_jws jws;
	struct mrl_json_doc payload;
	struct mrl_slice sub, client_id, jti, sid, acr;
	struct mrl_slice jkt, x5t;         /* `cnf`; empty: not bound that way */
	const struct mrl_json_node *aud;   /* a string, or an array of them */
	const struct mrl_json_node *scope; /* the same; NULL: none */
	int64_t exp_s, iat_s;
	int64_t auth_time_s; /* 0: not said */
};

/*
 * All that can be judged without a key, in this order: form, issuer, alg, typ, claims (RFC 9068
 * section 4). MRL_OK with a reason other than GOOD: refused.
 */
MRL_CHECKED enum mrl_err mrl_token_read(const struct mrl_jose *jose,
                                        const struct mrl_issuers *issuers, struct mrl_slice text,
                                        int64_t now_s, struct mrl_arena *arena,
                                        struct mrl_token *ret_token,
                                        enum mrl_token_reason *ret_reason);
/* Fills a token of that issuer from its payload and judges its claims: the second half of reading.
 */
enum mrl_token_reason mrl_token_claims(const struct mrl_issuer *issuer, int64_t now_s,
                                       struct mrl_token *token);
/* Whether one of the audiences is in `aud`. */
bool mrl_token_for(const struct mrl_token *token, const struct mrl_slice *audiences,
                   uint32_t count);
/* Whether the scope is granted. */
bool mrl_token_has_scope(const struct mrl_token *token, struct mrl_slice scope);

/*
 * Tokens that were verified, so that the next request with one costs a hash and no signature. It
 * keeps an issuer's verdict alone: audience, scopes, binding and revocation are judged each time.
 * Four places for each hash; one that is held is not given away. Not shared between processes.
 */
struct mrl_token_cache;
#define MRL_TOKEN_CACHE_ENTRIES 8192

/* `entries`: a power of two, at least 4. */
MRL_CHECKED enum mrl_err mrl_token_cache_new(struct mrl_arena *arena, uint32_t entries,
                                             struct mrl_token_cache **ret_cache);
/* The token of that SHA-256, held until it is let go, or NULL: not there, or judged under keys of
 * another generation, or over. */
const struct mrl_token *mrl_token_cache_find(struct mrl_token_cache *cache,
                                             const uint8_t hash[MRL_SHA256_BYTES],
                                             const uint32_t *generations, int64_t now_s);
/* Keeps a copy. A token too large, or a set whose places are all held: nothing happens. */
void mrl_token_cache_put(struct mrl_token_cache *cache, const uint8_t hash[MRL_SHA256_BYTES],
                         const struct mrl_token *token, uint32_t generation, int64_t now_s);
void mrl_token_cache_release(struct mrl_token_cache *cache, const struct mrl_token *token);

/* What a process has in order to judge tokens. */
struct mrl_tokens {
	struct mrl_jose jose;
	const struct mrl_issuers *issuers;
	struct mrl_keyset *sets[MRL_ISSUERS_MAX]; /* NULL: no usable key */
	uint32_t generations[MRL_ISSUERS_MAX];    /* of the sets */
	struct mrl_token_cache *cache;
	/* The host's; each may be NULL. */
	void (*refresh)(void *host, struct mrl_tokens *tokens); /* takes over newer keys */
	void (*ask)(void *host, uint32_t issuer);               /* a kid that no key has */
	bool (*revoked)(void *host, const struct mrl_token *token, bool *ret_stale);
	void *host;
};

/* With the keys that stand in the policy itself; the others are the host's to bring. */
MRL_CHECKED enum mrl_err mrl_tokens_init(struct mrl_tokens *tokens,
                                         const struct mrl_issuers *issuers, const uint8_t seed[16],
                                         struct mrl_arena *arena);
void mrl_tokens_release(struct mrl_tokens *tokens);
/* The issuer has no usable key any more. */
void mrl_tokens_drop(struct mrl_tokens *tokens, uint32_t issuer);
/* Takes over an issuer's set; on a failure the one before stays. */
MRL_CHECKED enum mrl_err mrl_tokens_set(struct mrl_tokens *tokens, uint32_t issuer,
                                        uint32_t generation, struct mrl_slice text);

#endif
