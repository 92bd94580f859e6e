/*
 * token: who gets in [AUTH-5]. Signatures are tried in tests/unit/jose and end to end; here a token
 * stands in the cache, so that what is judged on every request is seen alone.
 */
#include "../check.h"
#include "fixture.h"

#define ISSUERS \
	"issuers: {shop: {issuer: \"https://id.test\", keys: keys.json, audiences: [ours, mine]}}"
#define NOW 1795430400

static struct mrl_tokens tokens;
static struct mrl_arena arena;
static const uint8_t seed[16];

static void begin(struct fixture *f, const char *api, const char *more)
{
	fixture_with(f, api, more);
	mrl_arena_init(&arena, &mrl_memory_malloc, 65536, 64U << 20);
	assert_int_equal(mrl_tokens_init(&tokens, &f->policy->issuers, seed, &arena), MRL_OK);
}

static void end(struct fixture *f)
{
	mrl_call_end(&f->call);
	mrl_tokens_release(&tokens);
	mrl_arena_release(&arena);
}

/* As if the token "abc" had been verified before. */
static void know(struct fixture *f, const char *payload)
{
	struct mrl_token token = {.issuer = &f->policy->issuers.items[0]};
	uint8_t hash[MRL_SHA256_BYTES];
	bool good = false;
	assert_int_equal(mrl_sha256(MRL_SLICE("abc"), hash), MRL_OK);
	assert_int_equal(
		mrl_jose_json(&tokens.jose, mrl_slice_text(payload), &arena, &token.payload, &good),
		MRL_OK);
	assert_true(good);
	assert_int_equal(mrl_token_claims(token.issuer, NOW, &token), MRL_TOKEN_GOOD);
	mrl_token_cache_put(tokens.cache, hash, &token, tokens.generations[0], NOW);
}

#define PAYLOAD(more) \
	"{\"exp\":1795430460,\"iat\":1795430400,\"sub\":\"u 1\",\"aud\":\"ours\"" more "}"

static void ask(struct fixture *f, const char *target, const char *authorization)
{
	mrl_call_end(&f->call);
	fixture_call(f, "GET", target);
	f->call.tokens = &tokens;
	if (authorization != NULL) {
		fixture_field(f, "Authorization", authorization);
	}
	(void)fixture_head(f);
}

static void no_token_is_challenged(void **state)
{
	struct fixture *f = *state;
	begin(f, "", ISSUERS);
	ask(f, "/v1/judged", NULL);
	assert_denied(f, MRL_CONTROL_token, MRL_PROBLEM_TOKEN_MISSING);
	assert_answer(f, "WWW-Authenticate", "Bearer realm=\"api.example.com\"");
	ask(f, "/v1/judged", "Basic abc");
	assert_denied(f, MRL_CONTROL_token, MRL_PROBLEM_TOKEN_MISSING);
	ask(f, "/v1/judged", "Bearer abc");
	assert_denied(f, MRL_CONTROL_token, MRL_PROBLEM_TOKEN_INVALID);
	assert_true(has_word(f, "token_reason", "parts"));
	know(f, PAYLOAD(""));
	ask(f, "/v1/judged", "DPoP abc");
	assert_denied(f, MRL_CONTROL_token, MRL_PROBLEM_TOKEN_INVALID);
	assert_true(has_word(f, "token_reason", "binding"));
	end(f);
}

static void malformed_ones_are_told_apart(void **state)
{
	static const char *const bad[] = {"Bearer",     "Bearer ",  "Bearer  abc", "Bearer abc x",
	                                  "Bearer a,b", "Bearer =", "Bearer a=b",  "dpop a\"b"};
	struct fixture *f = *state;
	begin(f, "", ISSUERS);
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		ask(f, "/v1/judged", bad[i]);
		assert_denied(f, MRL_CONTROL_token, MRL_PROBLEM_TOKEN_REQUEST);
	}
	ask(f, "/v1/judged?text=a&access%5ftoken=abc", NULL);
	assert_denied(f, MRL_CONTROL_token, MRL_PROBLEM_TOKEN_REQUEST);
	end(f);
}

static void a_known_token_passes(void **state)
{
	struct fixture *f = *state;
	begin(f, ", controls: {token: {forward: claims}}", ISSUERS);
	know(f, PAYLOAD(",\"scope\":\"a b\",\"client_id\":\"c\""));
	ask(f, "/v1/judged", "bEARER abc");
	assert_int_equal(f->verdict.outcome, MRL_PASS);
	assert_true(has_word(f, "token_issuer", "shop"));
	assert_set(f, "Merlon-Sub", "base64url:dSAx");
	assert_set(f, "Merlon-Scope", "a b");
	assert_set(f, "Merlon-Client", "c");
	assert_dropped(f, "authorization", true);
	end(f);
}

static void each_operation_judges_anew(void **state)
{
	struct fixture *f = *state;
	begin(f,
	      ", operations: {GET /judged: {controls: {token: {audiences: [theirs]}}},"
	      " GET /orders: {controls: {token: {scopes: [\"a b\", c]}}},"
	      " GET /probe: {controls: {token: {acr: [gold]}}},"
	      " GET /events: {controls: {token: {auth: [none], reason: of no use to others}}}}",
	      ISSUERS);
	know(f, PAYLOAD(",\"scope\":\"a\""));
	ask(f, "/v1/judged", "Bearer abc");
	assert_denied(f, MRL_CONTROL_token, MRL_PROBLEM_TOKEN_INVALID);
	assert_true(has_word(f, "token_reason", "aud"));
	ask(f, "/v1/orders", "Bearer abc");
	assert_denied(f, MRL_CONTROL_token, MRL_PROBLEM_TOKEN_SCOPE);
	ask(f, "/v1/probe", "Bearer abc");
	assert_denied(f, MRL_CONTROL_token, MRL_PROBLEM_TOKEN_STEP_UP);
	ask(f, "/v1/events", NULL);
	assert_int_equal(f->verdict.outcome, MRL_PASS);
	ask(f, "/v1/traces", "Bearer abc");
	assert_int_equal(f->verdict.outcome, MRL_PASS);
	end(f);
}

static void without_keys_nobody_gets_in(void **state)
{
	struct fixture *f = *state;
	begin(f, "", ISSUERS);
	know(f, PAYLOAD(""));
	ask(f, "/v1/judged", "Bearer abc");
	assert_int_equal(f->verdict.outcome, MRL_PASS);
	mrl_call_end(&f->call);
	fixture_call(f, "GET", "/v1/judged");
	f->call.tokens = NULL;
	fixture_field(f, "Authorization", "Bearer abc");
	(void)fixture_head(f);
	assert_denied(f, MRL_CONTROL_token, MRL_PROBLEM_TRUST_UNAVAILABLE);
	end(f);
}

static void bad_policies_are_told(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(fixture_load(f, ", controls: {token: {auth: [none]}}", ISSUERS),
	                 MRL_ERR_INVALID);
	assert_int_equal(fixture_load(f, ", controls: {token: {auth: [basic]}}", ISSUERS),
	                 MRL_ERR_INVALID);
	assert_int_equal(fixture_load(f, ", controls: {token: {scopes: ['a\"b']}}", ISSUERS),
	                 MRL_ERR_INVALID);
	assert_true(diagnosed(f, "token-scope", "no list of scopes"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		with_fixture(no_token_is_challenged),
		with_fixture(malformed_ones_are_told_apart),
		with_fixture(a_known_token_passes),
		with_fixture(each_operation_judges_anew),
		with_fixture(without_keys_nobody_gets_in),
		with_fixture(bad_policies_are_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
