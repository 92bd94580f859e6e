/* Pairs of a Cookie field. */
#include "../check.h"

#include <merlon/http.h>

static void check_pairs(struct mrl_slice cookies, const char *pairs)
{
	uint8_t memory[200];
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	struct mrl_slice name;
	struct mrl_slice value;
	while (mrl_cookie_next(&cookies, &name, &value)) {
		MRL_PUT(&buffer, "<");
		mrl_buffer_put(&buffer, name);
		MRL_PUT(&buffer, "|");
		mrl_buffer_put(&buffer, value);
		MRL_PUT(&buffer, ">");
	}
	check_slice(mrl_buffer_slice(&buffer), pairs);
	assert_false(mrl_cookie_next(&cookies, &name, &value));
}

static void test_pairs(void **state)
{
	(void)state;
	check_pairs(MRL_SLICE_NONE, "");
	check_pairs(MRL_SLICE(""), "<|>");
	check_pairs(MRL_SLICE("a=1"), "<a|1>");
	check_pairs(MRL_SLICE("a=1; b=2"), "<a|1><b|2>");
	check_pairs(MRL_SLICE("a=1;b=2"), "<a|1><b|2>");
	check_pairs(MRL_SLICE(" a = 1 ;\tb\t=\t2\t"), "<a|1><b|2>");
	check_pairs(MRL_SLICE("a=b=c=="), "<a|b=c==>");
	check_pairs(MRL_SLICE("a"), "<|a>");
	check_pairs(MRL_SLICE("=a"), "<|a>");
	check_pairs(MRL_SLICE("a="), "<a|>");
	check_pairs(MRL_SLICE("a=1;"), "<a|1><|>");
	check_pairs(MRL_SLICE("a=1; ; b=2"), "<a|1><|><b|2>");
}

/* Quotes do not hide a separator, commas are none: as servers split. */
static void test_no_quoting(void **state)
{
	(void)state;
	check_pairs(MRL_SLICE("a=\"1; b=2\""), "<a|\"1><b|2\">");
	check_pairs(MRL_SLICE("a=1, b=2"), "<a|1, b=2>");
	check_pairs(MRL_SLICE("$Version=1; A=x; a=y"), "<$Version|1><A|x><a|y>");
	check_pairs(MRL_SLICE("__Host-Http-sso=x"), "<__Host-Http-sso|x>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_no_quoting),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
