/* Media types and parameters. */
#include "../check.h"

#include <merlon/http.h>

static void test_types(void **state)
{
	struct mrl_media_type type;
	(void)state;
	assert_true(mrl_media_type_parse(MRL_SLICE("application/json"), &type));
	check_slice(type.type, "application");
	check_slice(type.subtype, "json");
	check_slice(type.suffix, "");
	check_slice(type.parameters, "");
	assert_true(mrl_media_type_parse(MRL_SLICE(" application/vnd.a+b+JSON ; charset=utf-8 "),
	                                 &type));
	check_slice(type.subtype, "vnd.a+b+JSON");
	check_slice(type.suffix, "JSON");
	check_slice(type.parameters, " charset=utf-8");
	assert_true(mrl_media_type_parse(MRL_SLICE("text/html;"), &type));
	check_slice(type.parameters, "");
	assert_true(mrl_media_type_parse(MRL_SLICE("a/b+"), &type));
	check_slice(type.suffix, "");
	assert_true(mrl_media_type_parse(MRL_SLICE("*/*"), &type));
}

static void test_no_types(void **state)
{
	static const char *const bad[] = {
		"",        " ",     "json",  "/",       "application/", "/json",       "a/b/c",
		"a /b",    "a/ b",  "a/b c", "a/b,c/d", "a/b, c/d",     "a/b\x01",     "a/(b)",
		"\"a\"/b", "a;b/c", ";a/b",  "a/b=c",   "\xC3\xA9/b",   "a/b\xC3\xA9", "a/b\r\n",
	};
	struct mrl_media_type type = {.type = MRL_SLICE("untouched")};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		check_row(!mrl_media_type_parse(mrl_slice_text(bad[i]), &type), bad[i]);
		check_slice(type.type, "untouched");
	}
}

/* "name=value" in angle brackets for each parameter, and '!' where it ends malformed. */
static void check_parameters(const char *text, const char *parameters)
{
	uint8_t memory[200];
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	struct mrl_slice rest = mrl_slice_text(text);
	struct mrl_slice name;
	struct mrl_slice value;
	bool bad = true;
	while (mrl_media_parameter(&rest, &name, &value, &bad)) {
		assert_false(bad);
		MRL_PUT(&buffer, "<");
		mrl_buffer_put(&buffer, name);
		MRL_PUT(&buffer, "=");
		mrl_buffer_put(&buffer, value);
		MRL_PUT(&buffer, ">");
	}
	if (bad) {
		MRL_PUT(&buffer, "!");
	}
	check_row(mrl_slice_is(mrl_buffer_slice(&buffer), parameters), text);
}

static void test_parameters(void **state)
{
	(void)state;
	check_parameters("", "");
	check_parameters(" ", "");
	check_parameters("charset=utf-8", "<charset=utf-8>");
	check_parameters(" charset=utf-8 ; q=1", "<charset=utf-8><q=1>");
	check_parameters("charset=\"utf-8\"", "<charset=utf-8>");
	check_parameters("boundary=\"a b;c,d=\";x=y", "<boundary=a b;c,d=><x=y>");
	check_parameters("a=\"\"", "<a=>");
	check_parameters(";; a=1;;b=2;", "<a=1><b=2>");
	check_parameters("a=1;a=2", "<a=1><a=2>");
	check_parameters("a=\"\xC3\xA9\"", "<a=\xC3\xA9>");
}

static void test_bad_parameters(void **state)
{
	(void)state;
	check_parameters("charset", "!");
	check_parameters("charset=", "!");
	check_parameters("=utf-8", "!");
	check_parameters("charset =utf-8", "!");
	check_parameters("charset= utf-8", "!");
	check_parameters("charset=utf-8 q=1", "!");
	check_parameters("charset=utf-8, a=b", "!");
	check_parameters("charset=\"utf-8", "!");
	check_parameters("charset=\"utf\\-8\"", "!");
	check_parameters("charset=\"utf-8\"x", "!");
	check_parameters("charset=\"a\x01\"", "!");
	check_parameters("charset=\"a\x7F\"", "!");
	check_parameters("charset='utf-8'", "<charset='utf-8'>");
	check_parameters("charset=utf-8\"", "!");
	check_parameters("a=1;b", "<a=1>!");
	check_parameters("a=\xC3\xA9", "!");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_no_types),
		cmocka_unit_test(test_parameters),
		cmocka_unit_test(test_bad_parameters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
