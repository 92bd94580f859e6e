/*
 * Tokens and sets of keys. The first byte says how the rest is read: 't' a token as it comes, 'h'
 * header and payload in clear, parted by a line feed, which are encoded first; 'k' a JWK Set. What
 * is accepted has one spelling, and claims that keep the rules.
 */
#include "fuzz.h"

#include <merlon/jose.h>

#define NOW 1000

static struct mrl_jose jose;
static struct mrl_arena arena;

static struct mrl_issuer issuer = {
	.url = MRL_SLICE_INIT("https://i"),
	.algs = (1U << MRL_SIGNATURE_COUNT) - 1,
	.typs = {MRL_SLICE_INIT("at+jwt"), MRL_SLICE_INIT("JWT")},
	.typ_count = 2,
	.leeway_s = 5,
	.skew_s = 30,
	.lifetime_max_s = 900,
	.scope_claim = MRL_SLICE_INIT("scope"),
	.client_claim = MRL_SLICE_INIT("client_id"),
};

static struct mrl_slice join(struct mrl_slice header, struct mrl_slice payload,
                             struct mrl_slice proof)
{
	size_t capacity = (header.size + payload.size + proof.size) * 2 + 16;
	struct mrl_buffer text = mrl_buffer(mrl_arena_alloc(&arena, capacity, 1), capacity);
	FUZZ_CHECK(text.data != NULL);
	mrl_base64url_encode(header, &text);
	MRL_PUT(&text, ".");
	mrl_base64url_encode(payload, &text);
	MRL_PUT(&text, ".");
	mrl_base64url_encode(proof, &text);
	FUZZ_CHECK(!text.overflow);
	return mrl_buffer_slice(&text);
}

static void check_spelling(struct mrl_slice text)
{
	struct mrl_jws jws;
	enum mrl_token_reason reason = MRL_TOKEN_KEY;
	FUZZ_CHECK(mrl_jws_read(&jose, text, &arena, &jws, &reason) == MRL_OK);
	if (reason == MRL_TOKEN_GOOD) {
		FUZZ_CHECK(mrl_slice_equal(join(jws.header->text, jws.payload, jws.proof), text));
	}
}

static void check_token(struct mrl_slice text)
{
	struct mrl_issuers issuers = {&issuer, 1};
	struct mrl_token token;
	enum mrl_token_reason reason = MRL_TOKEN_KEY;
	FUZZ_CHECK(mrl_token_read(&jose, &issuers, text, NOW, &arena, &token, &reason) == MRL_OK);
	if (reason != MRL_TOKEN_GOOD) {
		return;
	}
	FUZZ_CHECK(token.exp_s + issuer.leeway_s > NOW && token.iat_s <= NOW + issuer.skew_s);
	FUZZ_CHECK(token.exp_s > token.iat_s && token.exp_s - token.iat_s <= 900);
	FUZZ_CHECK(token.sub.size >= 1 && token.sub.size <= 255);
	FUZZ_CHECK(mrl_slice_find(token.sub, 0) == token.sub.size);
	FUZZ_CHECK(!mrl_token_for(&token, &token.sub, 0));
}

static void check_keys(struct mrl_slice text)
{
	struct mrl_keyset *set = NULL;
	enum mrl_err err = mrl_keyset_new(&jose, text, &set);
	FUZZ_CHECK(err == MRL_OK || err == MRL_ERR_INVALID || err == MRL_ERR_NOT_FOUND);
	if (err == MRL_OK) {
		FUZZ_CHECK(mrl_keyset_count(set) >= 1);
		FUZZ_CHECK(mrl_keyset_count(set) <= MRL_JWKS_KEYS_MAX);
	}
	mrl_keyset_free(set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (data == NULL || size == 0 || size > 16384) {
		return 0;
	}
	struct mrl_slice text = mrl_slice(data + 1, size - 1);
	jose.scan = mrl_json_scan_best();
	mrl_arena_init(&arena, &mrl_memory_malloc, 65536, 16U << 20);
	if (data[0] == 'k') {
		check_keys(text);
	} else if (data[0] == 'h') {
		size_t line = mrl_slice_find(text, '\n');
		check_token(join(mrl_slice_sub(text, 0, line), mrl_slice_from(text, line + 1),
		                 MRL_SLICE("proof")));
	} else {
		check_spelling(text);
		check_token(text);
	}
	mrl_arena_release(&arena);
	return 0;
}
