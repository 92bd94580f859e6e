/* Comma lists. */
#include "../check.h"

#include <merlon/http.h>

static void check_list(struct mrl_slice list, const char *elements)
{
	uint8_t memory[200];
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	struct mrl_slice element;
	while (mrl_list_next(&list, &element)) {
		MRL_PUT(&buffer, "<");
		mrl_buffer_put(&buffer, element);
		MRL_PUT(&buffer, ">");
	}
	check_slice(mrl_buffer_slice(&buffer), elements);
	assert_false(mrl_list_next(&list, &element));
}

static void test_elements(void **state)
{
	(void)state;
	check_list(MRL_SLICE_NONE, "");
	check_list(MRL_SLICE(""), "<>");
	check_list(MRL_SLICE(" \t"), "<>");
	check_list(MRL_SLICE("close"), "<close>");
	check_list(MRL_SLICE("close, TE"), "<close><TE>");
	check_list(MRL_SLICE("close,te"), "<close><te>");
	check_list(MRL_SLICE(" a b\t, c "), "<a b><c>");
	check_list(MRL_SLICE("a,"), "<a><>");
	check_list(MRL_SLICE(",a"), "<><a>");
	check_list(MRL_SLICE(",,"), "<><><>");
	check_list(MRL_SLICE("\"a,b\""), "<\"a><b\">");
	check_list(MRL_SLICE("a;b"), "<a;b>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_elements)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
