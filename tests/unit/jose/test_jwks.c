/* Downloaded sets: what is left of them, and which are refused whole; metadata of the right issuer.
 */
#include "../check.h"

#include <merlon/jose.h>

#define ED(more)                                                      \
	"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_" \
	"7TyWQHOg7hcvPapiMlrwIaaPcHURo\"" more "}"

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

static void test_sets(void **state)
{
	static const struct {
		const char *text, *fault;
		uint32_t skipped;
	} rows[] = {
		{"{\"keys\":[" ED("") "]}", NULL, 0},
		{"{\"keys\":[" ED(",\"kid\":\"a\"") "," ED(",\"kid\":\"b\"") "]}", NULL, 0},
		{"{\"keys\":[" ED(",\"use\":\"enc\"") "," ED(
			 "") ",{\"kty\":\"EC\",\"crv\":\"x\"},7]}",
	         NULL, 3},
		{"{\"keys\":[" ED(",\"d\":\"AA\"") "," ED("") "]}", NULL, 1},
		{"{\"keys\":[" ED(",\"kid\":\"a\"") "," ED(",\"kid\":\"a\"") "]}", "duplicate", 0},
		{"{\"keys\":[" ED("") ",{\"kty\":\"oct\",\"k\":\"AA\"}]}", "oct", 0},
		{"{\"keys\":[]}", "none", 0},
		{"{\"keys\":[" ED(",\"use\":\"enc\"") "]}", "none", 0},
		{"{\"keys\":{}}", "json", 0},
		{"{}", "json", 0},
		{"[]", "json", 0},
		{"<html>", "json", 0},
		{"{\"keys\":[" ED(",\"x\":[[1]]") "]}", "json", 0},
		{"{\"keys\":[],\"keys\":[]}", "json", 0},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		struct mrl_slice text;
		uint32_t skipped = 0;
		const char *fault = NULL;
		struct mrl_keyset *set = NULL;
		assert_int_equal(mrl_jwks_judge(&jose, mrl_slice_text(rows[i].text), &arena, &text,
		                                &skipped, &fault),
		                 MRL_OK);
		check_row((fault == NULL) == (rows[i].fault == NULL), rows[i].text);
		if (fault != NULL) {
			check_row(strcmp(fault, rows[i].fault) == 0, rows[i].text);
			continue;
		}
		check_row(skipped == rows[i].skipped, rows[i].text);
		check_row(mrl_keyset_new(&jose, text, &set) == MRL_OK, rows[i].text);
		mrl_keyset_free(set);
	}
}

static void test_metadata(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
		{"{\"issuer\":\"https://a\",\"jwks_uri\":\"https://a/keys\"}", true},
		{"{\"issuer\":\"https://a/\",\"jwks_uri\":\"https://a/keys\"}", false},
		{"{\"issuer\":\"https://b\",\"jwks_uri\":\"https://a/keys\"}", false},
		{"{\"issuer\":\"https://a\",\"jwks_uri\":\"http://a/keys\"}", false},
		{"{\"issuer\":\"https://a\"}", false},
		{"{\"issuer\":1,\"jwks_uri\":\"https://a/keys\"}", false},
		{"[]", false},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		struct mrl_slice url;
		bool good = false;
		assert_int_equal(mrl_jwks_place(&jose, mrl_slice_text(rows[i].text),
		                                MRL_SLICE("https://a"), &arena, &url, &good),
		                 MRL_OK);
		check_row(good == rows[i].good, rows[i].text);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_metadata),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
