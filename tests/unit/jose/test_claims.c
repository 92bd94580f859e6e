/* The claims of access tokens [AUTH-5 AUTH-2], each rule at its edge and one past it; now is 1000.
 */
#include "../check.h"

#include <merlon/jose.h>

static struct mrl_jose jose;
static struct mrl_arena arena;
static struct mrl_issuer issuer;

static int setup(void **state)
{
	(void)state;
	jose.scan = mrl_json_scan_best();
	mrl_arena_init(&arena, &mrl_memory_malloc, 65536, 64U << 20);
	issuer = (struct mrl_issuer){.leeway_s = 5,
	                             .skew_s = 30,
	                             .lifetime_max_s = 900,
	                             .scope_claim = MRL_SLICE("scope"),
	                             .client_claim = MRL_SLICE("client_id")};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	mrl_arena_release(&arena);
	return 0;
}

static struct mrl_token token;

static enum mrl_token_reason judge(const char *payload)
{
	bool good = false;
	token = (struct mrl_token){0};
	assert_int_equal(
		mrl_jose_json(&jose, mrl_slice_text(payload), &arena, &token.payload, &good),
		MRL_OK);
	check_row(good, payload);
	return mrl_token_claims(&issuer, 1000, &token);
}

#define REST "\"aud\":\"a\",\"sub\":\"s\"}"
#define TIME "{\"exp\":1500,\"iat\":900,"

struct row {
	const char *payload;
	enum mrl_token_reason reason;
};

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		check_row(judge(rows[i].payload) == rows[i].reason, rows[i].payload);
	}
}

static void test_times(void **state)
{
	static const struct row rows[] = {
		{"{\"exp\":996,\"iat\":900," REST, MRL_TOKEN_GOOD},
		{"{\"exp\":995,\"iat\":900," REST, MRL_TOKEN_EXP},
		{"{\"exp\":995.9,\"iat\":900," REST, MRL_TOKEN_EXP},
		{"{\"exp\":9.96e2,\"iat\":900," REST, MRL_TOKEN_GOOD},
		{"{\"exp\":0.996e+3,\"iat\":90e1," REST, MRL_TOKEN_GOOD},
		{"{\"exp\":\"1500\",\"iat\":900," REST, MRL_TOKEN_EXP},
		{"{\"exp\":1e300,\"iat\":900," REST, MRL_TOKEN_LIFETIME},
		{"{\"exp\":1e400,\"iat\":900," REST, MRL_TOKEN_EXP},
		{"{\"exp\":-1,\"iat\":900," REST, MRL_TOKEN_EXP},
		{"{\"exp\":0,\"iat\":900," REST, MRL_TOKEN_EXP},
		{"{\"iat\":900," REST, MRL_TOKEN_EXP},
		{"{\"exp\":1500,\"iat\":1030," REST, MRL_TOKEN_GOOD},
		{"{\"exp\":1500,\"iat\":1031," REST, MRL_TOKEN_IAT},
		{"{\"exp\":1500," REST, MRL_TOKEN_IAT},
		{"{\"exp\":1500,\"iat\":\"900\"," REST, MRL_TOKEN_IAT},
		{"{\"exp\":1500,\"iat\":600," REST, MRL_TOKEN_GOOD},
		{"{\"exp\":1501,\"iat\":600," REST, MRL_TOKEN_LIFETIME},
		{"{\"exp\":1000,\"iat\":1000," REST, MRL_TOKEN_LIFETIME},
		{"{\"exp\":1500,\"iat\":-1e300," REST, MRL_TOKEN_LIFETIME},
		{TIME "\"nbf\":1030," REST, MRL_TOKEN_GOOD},
		{TIME "\"nbf\":1031," REST, MRL_TOKEN_NBF},
		{TIME "\"nbf\":null," REST, MRL_TOKEN_NBF},
		{TIME "\"auth_time\":\"x\"," REST, MRL_TOKEN_CLAIMS},
	};
	(void)state;
	check_rows(rows, MRL_COUNT(rows));
}

static void test_names(void **state)
{
	static const struct row rows[] = {
		{TIME "\"aud\":[\"x\",\"a\"],\"sub\":\"s\"}", MRL_TOKEN_GOOD},
		{TIME "\"sub\":\"s\"}", MRL_TOKEN_AUD},
		{TIME "\"aud\":[],\"sub\":\"s\"}", MRL_TOKEN_AUD},
		{TIME "\"aud\":[1],\"sub\":\"s\"}", MRL_TOKEN_AUD},
		{TIME "\"aud\":{},\"sub\":\"s\"}", MRL_TOKEN_AUD},
		{TIME "\"aud\":\"a\"}", MRL_TOKEN_SUB},
		{TIME "\"aud\":\"a\",\"sub\":\"\"}", MRL_TOKEN_SUB},
		{TIME "\"aud\":\"a\",\"sub\":7}", MRL_TOKEN_SUB},
		{TIME "\"jti\":7," REST, MRL_TOKEN_CLAIMS},
		{TIME "\"client_id\":\"\"," REST, MRL_TOKEN_CLAIMS},
	};
	(void)state;
	check_rows(rows, MRL_COUNT(rows));
	issuer.rfc9068 = true;
	assert_int_equal(judge(TIME REST), MRL_TOKEN_CLAIMS);
	assert_int_equal(judge(TIME "\"jti\":\"j\",\"client_id\":\"c\"," REST), MRL_TOKEN_GOOD);
	check_slice(token.jti, "j");
	check_slice(token.client_id, "c");
	issuer.rfc9068 = false;
}

static void test_audience(void **state)
{
	static const struct mrl_slice ours[] = {MRL_SLICE_INIT("a"), MRL_SLICE_INIT("b")};
	(void)state;
	assert_int_equal(judge(TIME "\"aud\":[\"x\",\"b\"],\"sub\":\"s\"}"), MRL_TOKEN_GOOD);
	assert_true(mrl_token_for(&token, ours, 2));
	assert_false(mrl_token_for(&token, ours, 1));
	assert_int_equal(judge(TIME "\"aud\":\"a/\",\"sub\":\"s\"}"), MRL_TOKEN_GOOD);
	assert_false(mrl_token_for(&token, ours, 2));
}

static void test_scope(void **state)
{
	static const struct row rows[] = {
		{TIME "\"scope\":\"\"," REST, MRL_TOKEN_GOOD},
		{TIME "\"scope\":\"a b:c\"," REST, MRL_TOKEN_GOOD},
		{TIME "\"scope\":\"a  b\"," REST, MRL_TOKEN_SCOPE},
		{TIME "\"scope\":\" a\"," REST, MRL_TOKEN_SCOPE},
		{TIME "\"scope\":\"a \"," REST, MRL_TOKEN_SCOPE},
		{TIME "\"scope\":\"a\\\"\"," REST, MRL_TOKEN_SCOPE},
		{TIME "\"scope\":[\"a\"]," REST, MRL_TOKEN_SCOPE},
		{TIME "\"scope\":1," REST, MRL_TOKEN_SCOPE},
	};
	(void)state;
	check_rows(rows, MRL_COUNT(rows));
	assert_int_equal(judge(TIME "\"scope\":\"read write\"," REST), MRL_TOKEN_GOOD);
	assert_true(mrl_token_has_scope(&token, MRL_SLICE("write")));
	assert_false(mrl_token_has_scope(&token, MRL_SLICE("writ")));
	assert_false(mrl_token_has_scope(&token, MRL_SLICE("read write")));
	issuer.scope_claim = MRL_SLICE("scp");
	assert_int_equal(judge(TIME "\"scp\":[\"read\",\"write\"]," REST), MRL_TOKEN_GOOD);
	assert_true(mrl_token_has_scope(&token, MRL_SLICE("write")));
	assert_int_equal(judge(TIME "\"scp\":[1]," REST), MRL_TOKEN_SCOPE);
	issuer.scope_claim = MRL_SLICE("scope");
}

#define THUMB "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"

static void test_cnf(void **state)
{
	static const struct row rows[] = {
		{TIME "\"cnf\":{\"jkt\":\"" THUMB "\"}," REST, MRL_TOKEN_GOOD},
		{TIME "\"cnf\":{\"jkt\":\"" THUMB "\",\"x5t#S256\":\"" THUMB "\"}," REST,
	         MRL_TOKEN_GOOD},
		{TIME "\"cnf\":{\"jkt\":\"" THUMB "\",\"jwk\":{}}," REST, MRL_TOKEN_CNF},
		{TIME "\"cnf\":{\"jkt\":\"" THUMB "A\"}," REST, MRL_TOKEN_CNF},
		{TIME "\"cnf\":{}," REST, MRL_TOKEN_CNF},
		{TIME "\"cnf\":{\"jwk\":{}}," REST, MRL_TOKEN_CNF},
		{TIME "\"cnf\":null," REST, MRL_TOKEN_CNF},
	};
	(void)state;
	check_rows(rows, MRL_COUNT(rows));
}

static void test_requires(void **state)
{
	(void)state;
	issuer.require_count = 2;
	issuer.requires[0] = (struct mrl_require){.kind = MRL_REQUIRE_EQUALS,
	                                          .claims = {MRL_SLICE("typ")},
	                                          .claim_count = 1,
	                                          .value = MRL_SLICE("Bearer")};
	issuer.requires[1] = (struct mrl_require){
		.kind = MRL_REQUIRE_ABSENT, .claims = {MRL_SLICE("nonce")}, .claim_count = 1};
	assert_int_equal(judge(TIME REST), MRL_TOKEN_REQUIRE);
	assert_int_equal(judge(TIME "\"typ\":\"ID\"," REST), MRL_TOKEN_REQUIRE);
	assert_int_equal(judge(TIME "\"typ\":\"Bearer\"," REST), MRL_TOKEN_GOOD);
	assert_int_equal(judge(TIME "\"typ\":\"Bearer\",\"nonce\":\"n\"," REST), MRL_TOKEN_REQUIRE);
	issuer.require_count = 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),    cmocka_unit_test(test_names),
		cmocka_unit_test(test_audience), cmocka_unit_test(test_scope),
		cmocka_unit_test(test_cnf),      cmocka_unit_test(test_requires),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
