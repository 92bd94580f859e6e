/* JSON strings: what must be escaped, and what cannot be said. */
#include "../check.h"

#include <merlon/document.h>

static void check_string(struct mrl_slice text, const char *expected)
{
	char memory[256];
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	mrl_json_put_string(&buffer, text);
	check_slice(mrl_buffer_slice(&buffer), expected);
}

static void escapes(void **state)
{
	(void)state;
	check_string(MRL_SLICE_NONE, "\"\"");
	check_string(MRL_SLICE("a\"\\\b\f\n\r\t/"), "\"a\\\"\\\\\\b\\f\\n\\r\\t/\"");
	check_string(mrl_slice("\0\x1F\x7F", 3), "\"\\u0000\\u001f\\u007f\"");
	check_string(MRL_SLICE("\xC3\xBC\xF0\x9F\x98\x80"), "\"\xC3\xBC\xF0\x9F\x98\x80\"");
}

static void replaces_what_is_no_utf8(void **state)
{
	(void)state;
	check_string(MRL_SLICE("a\xFFz"), "\"a\xEF\xBF\xBDz\"");
	check_string(MRL_SLICE("\xC3"), "\"\xEF\xBF\xBD\"");
	check_string(MRL_SLICE("\xC0\x80\n"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\\n\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes),
		cmocka_unit_test(replaces_what_is_no_utf8),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
