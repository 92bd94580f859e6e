/* URI templates of RFC 6570. */
#include "format_rows.h"

static void takes_templates(void **state)
{
	(void)state;
	static const struct format_row rows[] = {
		{"", "{"},
		{"/a/{b}", "/a/{b"},
		{"/a/{b}", "/a/b}"},
		{"{a,b}", "{a,,b}"},
		{"{+a}", "{++a}"},
		{"{=a}", "{^a}"},
		{"{a:1}", "{a:0}"},
		{"{a:9999}", "{a:10000}"},
		{"{a*}", "{a**}"},
		{"{a:3}", "{a:}"},
		{"{a*}", "{a*:3}"},
		{"{a.b}", "{a.}"},
		{"{a_1}", "{a-1}"},
		{"{%41}", "{%4}"},
		{"{a}", "{.}"},
		{"%41", "%4"},
		{"a'b", "a\"b"},
		{"[a]", "a|b"},
		{"\xc3\xa4", "\xc3"},
		{"\xee\x80\x80", "\xc2\x80"},
		{"a", "a\n"},
		{"{a}{b}", "{a{b}}"},
		{"{a}", "{}"},
		{"{a}", "{a,}"},
		{"{%41.b}", "{.%41.}"},
		{"{a:1}", "{a:1x}"},
	};
	check_format_rows(mrl_format_uri_template, rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_templates),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
