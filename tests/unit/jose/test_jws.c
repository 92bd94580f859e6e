/* A compact JWS taken apart: RFC 7515 A.2's and what is refused before any key is looked at. */
#include "../check.h"

#include <merlon/jose.h>

static struct mrl_jose jose;
static struct mrl_arena arena;
static struct mrl_jws jws;

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

static enum mrl_token_reason read_text(struct mrl_slice text)
{
	enum mrl_token_reason reason = MRL_TOKEN_GOOD;
	assert_int_equal(mrl_jws_read(&jose, text, &arena, &jws, &reason), MRL_OK);
	return reason;
}

/* A token with that header, in clear, and payload {} and no signature. */
static enum mrl_token_reason read_header(const char *header)
{
	uint8_t *memory = mrl_arena_alloc(&arena, 65536, 1);
	assert_non_null(memory);
	struct mrl_buffer buffer = mrl_buffer(memory, 65536);
	mrl_base64url_encode(mrl_slice_text(header), &buffer);
	MRL_PUT(&buffer, ".e30.");
	return read_text(mrl_buffer_slice(&buffer));
}

static void test_good(void **state)
{
	(void)state;
	assert_int_equal(read_header("{\"alg\":\"ES256\",\"kid\":\"k\\u0031\",\"typ\":\"at+jwt\"}"),
	                 MRL_TOKEN_GOOD);
	assert_int_equal(jws.alg, MRL_SIGNATURE_ES256);
	check_slice(jws.kid, "k1");
	check_slice(jws.typ, "at+jwt");
	check_slice(jws.payload, "{}");
	assert_int_equal(jws.proof.size, 0);
	assert_int_equal(read_header("{\"alg\":\"RS256\",\"jku\":\"https://x\",\"jwk\":{}}"),
	                 MRL_TOKEN_GOOD);
}

static void test_headers_refused(void **state)
{
	static const struct {
		const char *header;
		enum mrl_token_reason reason;
	} rows[] = {
		{"{}", MRL_TOKEN_ALG},
		{"{\"alg\":\"none\"}", MRL_TOKEN_ALG},
		{"{\"alg\":\"None\"}", MRL_TOKEN_ALG},
		{"{\"alg\":\"\"}", MRL_TOKEN_ALG},
		{"{\"alg\":\"rs256\"}", MRL_TOKEN_ALG},
		{"{\"alg\":\"HS256\"}", MRL_TOKEN_ALG},
		{"{\"alg\":[\"RS256\"]}", MRL_TOKEN_JSON},
		{"{\"alg\":\"RS256\",\"alg\":\"RS256\"}", MRL_TOKEN_JSON},
		{"{\"alg\":\"RS256\",\"\\u0061lg\":\"RS256\"}", MRL_TOKEN_JSON},
		{"{\"alg\":\"RS256\",\"x\":{\"a\":1,\"a\":2}}", MRL_TOKEN_JSON},
		{"{\"alg\":\"RS256\",\"x\":[[[[1]]]]}", MRL_TOKEN_JSON},
		{"{\"alg\":\"RS256\",\"kid\":1}", MRL_TOKEN_JSON},
		{"{\"alg\":\"RS256\",\"typ\":null}", MRL_TOKEN_JSON},
		{"{\"alg\":\"RS256\",\"kid\":\"a\\u0000\"}", MRL_TOKEN_JSON},
		{"{\"alg\":\"RS256\"} x", MRL_TOKEN_JSON},
		{"[]", MRL_TOKEN_JSON},
		{"\"RS256\"", MRL_TOKEN_JSON},
		{"", MRL_TOKEN_JSON},
		{"{\"alg\":\"RS256\",\"crit\":[]}", MRL_TOKEN_CRIT},
		{"{\"alg\":\"RS256\",\"b64\":true}", MRL_TOKEN_CRIT},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		check_row(read_header(rows[i].header) == rows[i].reason, rows[i].header);
	}
}

static void test_parts_refused(void **state)
{
	static const struct {
		const char *text;
		enum mrl_token_reason reason;
	} rows[] = {
		{"", MRL_TOKEN_PARTS},
		{"e30", MRL_TOKEN_PARTS},
		{"e30.e30", MRL_TOKEN_PARTS},
		{"e30.e30.e30.e30", MRL_TOKEN_PARTS},
		{"e30.e30.e30.e30.e30", MRL_TOKEN_PARTS},
		{"e30=.e30.", MRL_TOKEN_B64},
		{"e30.e30 .", MRL_TOKEN_B64},
		{"e31.e30.", MRL_TOKEN_B64}, /* an unused bit */
		{"e30.e30.AB", MRL_TOKEN_B64},
		{"e30.e30.A", MRL_TOKEN_B64},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		check_row(read_text(mrl_slice_text(rows[i].text)) == rows[i].reason, rows[i].text);
	}
}

static void test_lengths(void **state)
{
	static uint8_t text[MRL_TOKEN_CHARS_MAX + 1];
	(void)state;
	memset(text, 'A', sizeof(text));
	assert_int_equal(read_text(mrl_slice(text, sizeof(text))), MRL_TOKEN_LONG);
	assert_int_equal(read_text(mrl_slice(text, sizeof(text) - 1)), MRL_TOKEN_PARTS);
	text[MRL_JWS_HEADER_CHARS + 1] = '.';
	text[MRL_JWS_HEADER_CHARS + 2] = '.';
	assert_int_equal(read_text(mrl_slice(text, MRL_JWS_HEADER_CHARS + 3)), MRL_TOKEN_LONG);
	assert_int_equal(read_text(mrl_slice(text + 1, MRL_JWS_HEADER_CHARS + 2)), MRL_TOKEN_JSON);
	assert_int_equal(read_text(mrl_slice(text + 1025 - 4, 4 + 2 + MRL_JWS_SIGNATURE_CHARS + 1)),
	                 MRL_TOKEN_LONG);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_headers_refused),
		cmocka_unit_test(test_parts_refused),
		cmocka_unit_test(test_lengths),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
