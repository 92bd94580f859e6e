/* JSON Pointers, absolute and relative. */
#include "format_rows.h"

static void takes_pointers(void **state)
{
	(void)state;
	static const struct format_row rows[] = {
		{"", "a"},          {"/", "#/"},       {"/a~0b", "/a~b"},
		{"/a~1b", "/a~2b"}, {"/a//", "/a~"},   {"/\xc3\xa4", "/\xc3"},
		{"/~01", "/~"},     {"/a\nb", "\n/a"},
	};
	check_format_rows(mrl_format_json_pointer, rows);
	assert_true(format_valid(mrl_format_json_pointer, MRL_SLICE("/a\0b"), MRL_DIALECT_7));
	assert_false(format_valid(mrl_format_json_pointer, MRL_SLICE("\0/a"), MRL_DIALECT_7));
}

static void takes_relative_pointers(void **state)
{
	(void)state;
	static const struct format_row rows[] = {
		{"0", "00"},    {"1/a", "/a"},    {"0#", "0##"},         {"10/~1", "10/~"},
		{"2#", "#"},    {"3/", "-3/"},    {"3", "3\n"},          {"3/a", "3a"},
		{"0", ""},      {"1", "01"},      {"1", "\xd9\xa1/foo"}, {"1", "+1"},
		{"1#", "1#/a"}, {"0/a", "0+1/a"},
	};
	check_format_rows(mrl_format_relative_json_pointer, rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_pointers),
		cmocka_unit_test(takes_relative_pointers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
