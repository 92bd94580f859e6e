/* The cache of verified tokens: what is put is found, held ones stay, and what is over is not
 * found. */
#include "../check.h"

#include <stdio.h>

#include <merlon/jose.h>

static struct mrl_jose jose;
static struct mrl_arena arena;
static struct mrl_issuer issuer;
static struct mrl_token_cache *cache;
static uint32_t generations[MRL_ISSUERS_MAX];

static int setup(void **state)
{
	(void)state;
	jose.scan = mrl_json_scan_best();
	mrl_arena_init(&arena, &mrl_memory_malloc, 65536, 64U << 20);
	issuer = (struct mrl_issuer){.lifetime_max_s = 900,
	                             .skew_s = 30,
	                             .scope_claim = MRL_SLICE("scope"),
	                             .client_claim = MRL_SLICE("client_id")};
	generations[0] = 7;
	return mrl_token_cache_new(&arena, 4, &cache) == MRL_OK ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	mrl_arena_release(&arena);
	return 0;
}

static const uint8_t *hash_of(uint8_t number)
{
	static uint8_t hash[MRL_SHA256_BYTES];
	memset(hash, number, sizeof(hash));
	return hash;
}

static void put(uint8_t number, const char *payload)
{
	struct mrl_token token = {.issuer = &issuer, .jws.kid = MRL_SLICE("k")};
	bool good = false;
	struct mrl_slice copy;
	assert_int_equal(mrl_arena_copy(&arena, mrl_slice_text(payload), &copy), MRL_OK);
	assert_int_equal(mrl_jose_json(&jose, copy, &arena, &token.payload, &good), MRL_OK);
	assert_true(good);
	assert_int_equal(mrl_token_claims(&issuer, 1000, &token), MRL_TOKEN_GOOD);
	mrl_token_cache_put(cache, hash_of(number), &token, 7, 1000);
	/* Nothing of the original is needed any more. */
	memset((uint8_t *)(uintptr_t)copy.data, 'x', copy.size);
}

static const struct mrl_token *find(uint8_t number)
{
	return mrl_token_cache_find(cache, hash_of(number), generations, 1000);
}

#define TOKEN(sub) \
	"{\"exp\":1100,\"iat\":1000,\"aud\":[\"a\"],\"sub\":\"" sub "\",\"scope\":\"r w\"}"

static void test_found_again(void **state)
{
	static const struct mrl_slice audience = MRL_SLICE_INIT("a");
	(void)state;
	put(1, TOKEN("s\\u0031\\/"));
	const struct mrl_token *token = find(1);
	assert_non_null(token);
	check_slice(token->sub, "s1/");
	check_slice(token->jws.kid, "k");
	assert_true(mrl_token_for(token, &audience, 1));
	assert_true(mrl_token_has_scope(token, MRL_SLICE("w")));
	assert_int_equal(token->exp_s, 1100);
	mrl_token_cache_release(cache, token);
	assert_null(find(2));
}

static void test_not_found_when_over(void **state)
{
	(void)state;
	put(1, TOKEN("s"));
	assert_non_null(mrl_token_cache_find(cache, hash_of(1), generations, 1099));
	assert_null(mrl_token_cache_find(cache, hash_of(1), generations, 1100));
	generations[0] = 8;
	assert_null(find(1));
}

static void test_held_ones_stay(void **state)
{
	const struct mrl_token *held[4];
	(void)state;
	for (uint8_t i = 0; i < 4; i++) {
		put(i, TOKEN("held"));
		held[i] = find(i);
		assert_non_null(held[i]);
	}
	put(9, TOKEN("new"));
	assert_null(find(9));
	mrl_token_cache_release(cache, held[2]);
	put(9, TOKEN("new"));
	assert_non_null(find(9));
	assert_null(find(2));
	check_slice(held[3]->sub, "held");
}

static void test_the_least_used_goes(void **state)
{
	(void)state;
	for (uint8_t i = 0; i < 4; i++) {
		put(i, TOKEN("s"));
	}
	for (uint8_t i = 1; i < 4; i++) {
		mrl_token_cache_release(cache, find(i));
	}
	put(9, TOKEN("s"));
	assert_null(find(0));
	assert_non_null(find(1));
}

static void test_too_large(void **state)
{
	static char payload[4096];
	(void)state;
	(void)snprintf(payload, sizeof(payload),
	               "{\"exp\":1100,\"iat\":1000,\"aud\":\"a\",\"sub\":\"s\",\"x\":\"%02000d\"}",
	               1);
	put(1, payload);
	assert_null(find(1));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_found_again, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_found_when_over, setup, teardown),
		cmocka_unit_test_setup_teardown(test_held_ones_stay, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_least_used_goes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_large, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
