/* Raw pairs of a query: nothing is decoded, nothing is lost. */
#include "../check.h"

#include <merlon/http.h>

/* "name=value" in angle brackets for each pair. */
static void check_pairs(struct mrl_slice query, const char *pairs)
{
	uint8_t memory[200];
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	struct mrl_slice name;
	struct mrl_slice value;
	while (mrl_query_next(&query, &name, &value)) {
		MRL_PUT(&buffer, "<");
		mrl_buffer_put(&buffer, name);
		MRL_PUT(&buffer, "=");
		mrl_buffer_put(&buffer, value);
		MRL_PUT(&buffer, ">");
	}
	check_slice(mrl_buffer_slice(&buffer), pairs);
	assert_null(query.data);
	assert_false(mrl_query_next(&query, &name, &value));
}

static void test_pairs(void **state)
{
	(void)state;
	check_pairs(MRL_SLICE_NONE, "");
	check_pairs(MRL_SLICE(""), "<=>");
	check_pairs(MRL_SLICE("a=1"), "<a=1>");
	check_pairs(MRL_SLICE("a=1&b=2"), "<a=1><b=2>");
	check_pairs(MRL_SLICE("a"), "<a=>");
	check_pairs(MRL_SLICE("a="), "<a=>");
	check_pairs(MRL_SLICE("=a"), "<=a>");
	check_pairs(MRL_SLICE("a=b=c"), "<a=b=c>");
	check_pairs(MRL_SLICE("a=1&&b=2"), "<a=1><=><b=2>");
	check_pairs(MRL_SLICE("a=1&"), "<a=1><=>");
	check_pairs(MRL_SLICE("&"), "<=><=>");
	check_pairs(MRL_SLICE("a=1;b=2"), "<a=1;b=2>");
	check_pairs(MRL_SLICE("a%3D1%26b=+ "), "<a%3D1%26b=+ >");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_pairs)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
