/* What counts as a slip. */
#include "../check.h"

#include <merlon/document.h>

static const char *const names[] = {"listeners", "controls", "apis", "tls", "exemptions"};

static const char *nearest(const char *name)
{
	return mrl_nearest(mrl_slice_text(name), names, MRL_COUNT(names));
}

static void finds_slips(void **state)
{
	(void)state;
	assert_string_equal(nearest("listener"), "listeners");
	assert_string_equal(nearest("Listeners"), "listeners");
	assert_string_equal(nearest("lisetners"), "listeners");
	assert_string_equal(nearest("contrls"), "controls");
	assert_string_equal(nearest("tsl"), "tls");
	assert_string_equal(nearest("exemption"), "exemptions");
}

static void leaves_other_words_alone(void **state)
{
	(void)state;
	assert_null(nearest("upstream"));
	assert_null(nearest(""));
	assert_null(nearest("x"));
	assert_null(nearest("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
	assert_null(mrl_nearest(MRL_SLICE("apis"), names, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_slips),
		cmocka_unit_test(leaves_other_words_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
