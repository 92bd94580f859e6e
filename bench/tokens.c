/*
 * What judging a token costs: by algorithm beside bare OpenSSL (a hash and a verification in a
 * context that is set up once) in the same run, alternating; and from the cache. `whole` is the
 * share of the bare figure that is left (bar 0.9).
 */
#include <merlon/jose.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS 15
#define TURNS  400
#define NOW    1000

static struct mrl_jose jose;
static struct mrl_arena arena;
static struct mrl_issuer issuer;

static double now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void need(bool good, const char *what)
{
	if (!good) {
		printf("cannot: %s\n", what);
		exit(1);
	}
}

struct setting {
	const char *alg;
	EVP_PKEY *key;
	bool hashes; /* Ed25519 does so inside */
	uint8_t token[4096];
	size_t token_bytes, signed_bytes, proof_bytes;
	uint8_t proof[1024];
	struct mrl_keyset *set;
	EVP_PKEY_CTX *bare;
};

static void put_number(struct mrl_buffer *out, EVP_PKEY *key, const char *name, const char *member,
                       int bytes)
{
	BIGNUM *number = NULL;
	uint8_t memory[512];
	need(EVP_PKEY_get_bn_param(key, name, &number) == 1, name);
	int size = bytes != 0 ? bytes : BN_num_bytes(number);
	need(BN_bn2binpad(number, memory, size) == size, name);
	mrl_buffer_put(out, MRL_SLICE(",\""));
	mrl_buffer_put(out, mrl_slice_text(member));
	MRL_PUT(out, "\":\"");
	mrl_base64url_encode(mrl_slice(memory, (size_t)size), out);
	MRL_PUT(out, "\"");
	BN_free(number);
}

static void make_set(struct setting *setting)
{
	static uint8_t memory[4096];
	struct mrl_buffer out = mrl_buffer(memory, sizeof(memory));
	uint8_t raw[32];
	size_t size = sizeof(raw);
	if (strcmp(setting->alg, "RS256") == 0) {
		MRL_PUT(&out, "{\"keys\":[{\"kty\":\"RSA\"");
		put_number(&out, setting->key, OSSL_PKEY_PARAM_RSA_N, "n", 0);
		put_number(&out, setting->key, OSSL_PKEY_PARAM_RSA_E, "e", 0);
	} else if (strcmp(setting->alg, "ES256") == 0) {
		MRL_PUT(&out, "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\"");
		put_number(&out, setting->key, OSSL_PKEY_PARAM_EC_PUB_X, "x", 32);
		put_number(&out, setting->key, OSSL_PKEY_PARAM_EC_PUB_Y, "y", 32);
	} else {
		need(EVP_PKEY_get_raw_public_key(setting->key, raw, &size) == 1, "raw key");
		MRL_PUT(&out, "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"");
		mrl_base64url_encode(mrl_slice(raw, size), &out);
		MRL_PUT(&out, "\"");
	}
	MRL_PUT(&out, "}]}");
	need(mrl_keyset_new(&jose, mrl_buffer_slice(&out), &setting->set) == MRL_OK, "set");
}

/* R and S side by side, as a JWS has them. */
static size_t from_der(const uint8_t *der, size_t size, uint8_t *out)
{
	ECDSA_SIG *parts = d2i_ECDSA_SIG(NULL, &der, (long)size);
	need(parts != NULL, "ECDSA");
	need(BN_bn2binpad(ECDSA_SIG_get0_r(parts), out, 32) == 32, "r");
	need(BN_bn2binpad(ECDSA_SIG_get0_s(parts), out + 32, 32) == 32, "s");
	ECDSA_SIG_free(parts);
	return 64;
}

/* About 900 bytes, as issuers make them. */
static void make_token(struct setting *setting)
{
	char header[128], payload[1024];
	uint8_t jws[64];
	struct mrl_buffer out = mrl_buffer(setting->token, sizeof(setting->token));
	(void)snprintf(header, sizeof(header), "{\"alg\":\"%s\",\"typ\":\"at+jwt\"}", setting->alg);
	(void)snprintf(
		payload, sizeof(payload),
		"{\"iss\":\"https://id.test\",\"sub\":\"5b1c5f1e-8a0b-4b3f-9d35-0c5f6f9a2f11\","
		"\"aud\":[\"https://api.example.com\",\"account\"],\"exp\":1500,\"iat\":900,"
		"\"jti\":\"0b9cb8ec-6f5d-4d0a-9a0f-3a6b8f0f3d3a\",\"client_id\":\"web\","
		"\"scope\":\"openid profile orders:read orders:write\","
		"\"realm_access\":{\"roles\":[\"user\",\"buyer\",\"offline_access\"]},"
		"\"name\":\"Ada Lovelace\",\"email\":\"ada@example.com\",\"pad\":\"%0200d\"}",
		7);
	mrl_base64url_encode(mrl_slice_text(header), &out);
	MRL_PUT(&out, ".");
	mrl_base64url_encode(mrl_slice_text(payload), &out);
	setting->signed_bytes = out.size;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	setting->proof_bytes = sizeof(setting->proof);
	need(EVP_DigestSignInit(context, NULL, setting->hashes ? EVP_sha256() : NULL, NULL,
	                        setting->key) == 1 &&
	             EVP_DigestSign(context, setting->proof, &setting->proof_bytes, setting->token,
	                            setting->signed_bytes) == 1,
	     "signing");
	EVP_MD_CTX_free(context);
	struct mrl_slice proof = mrl_slice(setting->proof, setting->proof_bytes);
	if (strcmp(setting->alg, "ES256") == 0) {
		proof = mrl_slice(jws, from_der(setting->proof, setting->proof_bytes, jws));
	}
	MRL_PUT(&out, ".");
	mrl_base64url_encode(proof, &out);
	setting->token_bytes = out.size;
}

static void open_setting(struct setting *setting)
{
	setting->hashes = strcmp(setting->alg, "EdDSA") != 0;
	setting->key = strcmp(setting->alg, "RS256") == 0 ? EVP_RSA_gen(2048)
	               : strcmp(setting->alg, "ES256") == 0
	                       ? EVP_EC_gen("P-256")
	                       : EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	need(setting->key != NULL, "key");
	make_set(setting);
	make_token(setting);
	setting->bare = EVP_PKEY_CTX_new_from_pkey(NULL, setting->key, NULL);
	if (setting->hashes) {
		need(EVP_PKEY_verify_init(setting->bare) == 1 &&
		             EVP_PKEY_CTX_set_signature_md(setting->bare, EVP_sha256()) == 1,
		     "context");
	}
}

static double run_bare(struct setting *setting)
{
	double start = now_ns();
	uint8_t hash[32];
	EVP_MD_CTX *edwards = EVP_MD_CTX_new();
	EVP_MD_CTX *copy = EVP_MD_CTX_new();
	if (!setting->hashes) {
		need(EVP_DigestVerifyInit(edwards, NULL, NULL, NULL, setting->key) == 1, "init");
	}
	for (int i = 0; i < TURNS; i++) {
		bool good;
		if (setting->hashes) {
			good = EVP_Digest(setting->token, setting->signed_bytes, hash, NULL,
			                  EVP_sha256(), NULL) == 1 &&
			       EVP_PKEY_verify(setting->bare, setting->proof, setting->proof_bytes,
			                       hash, sizeof(hash)) == 1;
		} else {
			good = EVP_MD_CTX_copy_ex(copy, edwards) == 1 &&
			       EVP_DigestVerify(copy, setting->proof, setting->proof_bytes,
			                        setting->token, setting->signed_bytes) == 1;
		}
		need(good, "bare verification");
	}
	EVP_MD_CTX_free(edwards);
	EVP_MD_CTX_free(copy);
	return (now_ns() - start) / TURNS;
}

static double run_ours(struct setting *setting)
{
	struct mrl_issuers issuers = {&issuer, 1};
	struct mrl_slice text = mrl_slice(setting->token, setting->token_bytes);
	double start = now_ns();
	for (int i = 0; i < TURNS; i++) {
		struct mrl_arena_mark mark = mrl_arena_mark(&arena);
		struct mrl_token token;
		enum mrl_token_reason reason = MRL_TOKEN_KEY;
		uint32_t index = 0;
		need(mrl_token_read(&jose, &issuers, text, NOW, &arena, &token, &reason) ==
		                     MRL_OK &&
		             reason == MRL_TOKEN_GOOD,
		     "reading");
		need(mrl_keyset_verify(setting->set, &token.jws, &index, &reason) == MRL_OK &&
		             reason == MRL_TOKEN_GOOD,
		     "verifying");
		mrl_arena_reset(&arena, mark);
	}
	return (now_ns() - start) / TURNS;
}

/* As the control does it with a token that it knows. */
static double run_cached(struct setting *setting, struct mrl_token_cache *cache)
{
	static const uint32_t generations[MRL_ISSUERS_MAX];
	struct mrl_slice text = mrl_slice(setting->token, setting->token_bytes);
	double start = now_ns();
	for (int i = 0; i < TURNS * 10; i++) {
		uint8_t hash[MRL_SHA256_BYTES];
		need(mrl_sha256(text, hash) == MRL_OK, "hash");
		const struct mrl_token *token = mrl_token_cache_find(cache, hash, generations, NOW);
		need(token != NULL && mrl_token_for(token, issuer.audiences, 1) &&
		             mrl_token_has_scope(token, MRL_SLICE("orders:write")),
		     "a hit");
		mrl_token_cache_release(cache, token);
	}
	return (now_ns() - start) / (TURNS * 10);
}

static double least(double a, double b)
{
	return a < b ? a : b;
}

static void compare(struct setting *setting)
{
	double bare = 1e18, ours = 1e18;
	open_setting(setting);
	for (int i = 0; i < ROUNDS; i++) {
		bare = least(bare, run_bare(setting));
		ours = least(ours, run_ours(setting));
	}
	printf("%-8s bare %9.0f ns  %7.0f/s   ours %9.0f ns  %7.0f/s   whole %.3f  (0.9)\n",
	       setting->alg, bare, 1e9 / bare, ours, 1e9 / ours, bare / ours);
}

static void compare_cached(struct setting *setting)
{
	struct mrl_token_cache *cache;
	struct mrl_issuers issuers = {&issuer, 1};
	struct mrl_token token;
	enum mrl_token_reason reason = MRL_TOKEN_KEY;
	uint8_t hash[MRL_SHA256_BYTES];
	struct mrl_slice text = mrl_slice(setting->token, setting->token_bytes);
	double hit = 1e18, bare = 1e18;
	need(mrl_token_cache_new(&arena, MRL_TOKEN_CACHE_ENTRIES, &cache) == MRL_OK, "cache");
	need(mrl_token_read(&jose, &issuers, text, NOW, &arena, &token, &reason) == MRL_OK, "read");
	need(mrl_sha256(text, hash) == MRL_OK, "hash");
	mrl_token_cache_put(cache, hash, &token, 0, NOW);
	for (int i = 0; i < ROUNDS; i++) {
		hit = least(hit, run_cached(setting, cache));
		double start = now_ns();
		for (int k = 0; k < TURNS; k++) {
			need(mrl_sha256(text, hash) == MRL_OK, "hash");
		}
		bare = least(bare, (now_ns() - start) / TURNS);
	}
	printf("%-8s SHA-256 of its %zu bytes %6.0f ns   hit %6.0f ns (1000)\n", "cached",
	       text.size, bare, hit);
}

int main(void)
{
	static struct setting settings[] = {{.alg = "RS256"}, {.alg = "ES256"}, {.alg = "EdDSA"}};
	jose.scan = mrl_json_scan_best();
	mrl_arena_init(&arena, &mrl_memory_malloc, 1U << 20, (size_t)256 << 20);
	issuer = (struct mrl_issuer){.url = MRL_SLICE("https://id.test"),
	                             .algs = (1U << MRL_SIGNATURE_COUNT) - 1,
	                             .typs = {MRL_SLICE("at+jwt")},
	                             .typ_count = 1,
	                             .audiences = {MRL_SLICE("https://api.example.com")},
	                             .lifetime_max_s = 900,
	                             .scope_claim = MRL_SLICE("scope"),
	                             .client_claim = MRL_SLICE("client_id")};
	for (size_t i = 0; i < MRL_COUNT(settings); i++) {
		compare(&settings[i]);
	}
	compare_cached(&settings[1]);
	return 0;
}
