/* One JWK and sets of them: what is a key for verifying, and which key a token is proved by. */
#include "../check.h"

#include <stdio.h>

#include <merlon/jose.h>

/* RFC 7515 A.3's key, RFC 8037 A.2's. */
#define EC_X "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define EC_Y "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
#define EC   "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\""
#define ED                                                           \
	"\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_" \
	"7TyWQHOg7hcvPapiMlrwIaaPcHURo\""

/* RFC 7515 A.3 and RFC 8037 A.4. */
#define EC_JWS                                                                                   \
	"eyJhbGciOiJFUzI1NiJ9."                                                                  \
	"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ij" \
	"p0cnVlfQ."                                                                              \
	"DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
#define ED_JWS                                                      \
	"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc." \
	"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"

static struct mrl_jose jose;
static struct mrl_arena arena;

static int setup(void **state)
{
	(void)state;
	jose.scan = mrl_json_scan_best();
	mrl_arena_init(&arena, &mrl_memory_malloc, 65536, 64U << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	mrl_arena_release(&arena);
	return 0;
}

static void test_faults(void **state)
{
	static const struct {
		const char *text;
		enum mrl_jwk_fault fault;
	} rows[] = {
		{"{" EC "}", MRL_JWK_GOOD},
		{"{" ED ",\"alg\":\"EdDSA\",\"use\":\"sig\",\"key_ops\":[\"verify\"]}",
	         MRL_JWK_GOOD},
		{"{" EC ",\"alg\":\"ES256\",\"kid\":\"k\",\"x5c\":[\"x\"]}", MRL_JWK_GOOD},
		{"{\"kty\":\"oct\",\"k\":\"AAAA\"}", MRL_JWK_OCT},
		{"{" EC ",\"d\":\"AAAA\"}", MRL_JWK_PRIVATE},
		{"{" EC ",\"use\":\"enc\"}", MRL_JWK_USE},
		{"{" EC ",\"key_ops\":[\"sign\"]}", MRL_JWK_USE},
		{"{" EC ",\"key_ops\":\"verify\"}", MRL_JWK_USE},
		{"{" EC ",\"alg\":\"ES384\"}", MRL_JWK_KTY},
		{"{" EC ",\"alg\":\"HS256\"}", MRL_JWK_KTY},
		{"{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"AAAA\",\"y\":\"AAAA\"}",
	         MRL_JWK_KTY},
		{"{\"kty\":\"ec\",\"crv\":\"P-256\"}", MRL_JWK_KTY},
		{"{}", MRL_JWK_KTY},
		{"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\"}", MRL_JWK_SHAPE},
		{"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "=\",\"y\":\"" EC_Y "\"}",
	         MRL_JWK_SHAPE},
		{"{" EC ",\"kid\":1}", MRL_JWK_SHAPE},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		struct mrl_json_doc doc;
		struct mrl_jwk jwk;
		enum mrl_jwk_fault fault = MRL_JWK_GOOD;
		bool good = false;
		assert_int_equal(
			mrl_jose_json(&jose, mrl_slice_text(rows[i].text), &arena, &doc, &good),
			MRL_OK);
		check_row(good, rows[i].text);
		assert_int_equal(mrl_jwk_read(&doc, doc.nodes, &arena, &jwk, &fault), MRL_OK);
		check_row(fault == rows[i].fault, rows[i].text);
	}
}

static struct mrl_keyset *set_of(const char *text, enum mrl_err expected)
{
	struct mrl_keyset *set = NULL;
	check_row(mrl_keyset_new(&jose, mrl_slice_text(text), &set) == expected, text);
	return set;
}

static void test_sets(void **state)
{
	(void)state;
	struct mrl_keyset *set = set_of("{\"keys\":[{" EC "},{\"kty\":\"oct\"},{" ED "}]}", MRL_OK);
	assert_int_equal(mrl_keyset_count(set), 2);
	mrl_keyset_free(set);
	(void)set_of("{\"keys\":[{\"kty\":\"oct\"}]}", MRL_ERR_NOT_FOUND);
	(void)set_of("{\"keys\":[]}", MRL_ERR_NOT_FOUND);
	(void)set_of("{\"keys\":{}}", MRL_ERR_INVALID);
	(void)set_of("{}", MRL_ERR_INVALID);
	(void)set_of("", MRL_ERR_INVALID);
	/* The point's last bit: it is off its curve. */
	(void)set_of("{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X
	             "\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5aw\"}]}",
	             MRL_ERR_NOT_FOUND);
}

static enum mrl_token_reason verify(struct mrl_keyset *set, const char *text)
{
	struct mrl_jws jws;
	enum mrl_token_reason reason = MRL_TOKEN_GOOD;
	uint32_t index = 0;
	assert_int_equal(mrl_jws_read(&jose, mrl_slice_text(text), &arena, &jws, &reason), MRL_OK);
	assert_int_equal(reason, MRL_TOKEN_GOOD);
	assert_int_equal(mrl_keyset_verify(set, &jws, &index, &reason), MRL_OK);
	return reason;
}

static void test_published_signatures(void **state)
{
	char text[1024];
	(void)state;
	struct mrl_keyset *ec = set_of("{\"keys\":[{" EC ",\"kid\":\"a\"}]}", MRL_OK);
	struct mrl_keyset *ed = set_of("{\"keys\":[{" ED "}]}", MRL_OK);
	for (int i = 0; i < 2; i++) { /* the second time with the kept context */
		assert_int_equal(verify(ec, EC_JWS), MRL_TOKEN_GOOD);
		assert_int_equal(verify(ed, ED_JWS), MRL_TOKEN_GOOD);
	}
	assert_int_equal(verify(ed, EC_JWS), MRL_TOKEN_KEY);
	assert_int_equal(verify(ec, ED_JWS), MRL_TOKEN_KEY);
	(void)snprintf(text, sizeof(text), "%s", EC_JWS);
	text[40] = text[40] == 'A' ? 'B' : 'A';
	assert_int_equal(verify(ec, text), MRL_TOKEN_SIG);
	(void)snprintf(text, sizeof(text), "%s", EC_JWS);
	text[strlen(text) - 2] = 0; /* 63 bytes, still canonical */
	assert_int_equal(verify(ec, text), MRL_TOKEN_SIGLEN);
	assert_int_equal(verify(ec, EC_JWS), MRL_TOKEN_GOOD);
	mrl_keyset_free(ec);
	mrl_keyset_free(ed);
}

static void test_two_keys_need_a_kid(void **state)
{
	(void)state;
	struct mrl_keyset *set = set_of(
		"{\"keys\":[{" EC ",\"kid\":\"a\"},{" ED ",\"kid\":\"b\"}]}", MRL_OK);
	assert_int_equal(verify(set, EC_JWS), MRL_TOKEN_KID);
	mrl_keyset_free(set);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_published_signatures),
		cmocka_unit_test(test_two_keys_need_a_kid),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
