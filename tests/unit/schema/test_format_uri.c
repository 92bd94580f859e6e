/* URIs, IRIs and references to them. */
#include "format_rows.h"

static void takes_uris(void **state)
{
	(void)state;
	static const struct format_row rows[] = {
		{"http://a/b?c#d", "//a/b?c#d"},
		{"a:", ":"},
		{"a+b-.1:x", "1a:x"},
		{"a:b", "a_b:c"},
		{"http://u:p@a:80/", "http://u:p@a:8x/"},
		{"http://a:/", "http://a:b@c:d/"},
		{"http://[::1]:80/", "http://[::1]80/"},
		{"http://[::1]", "http://[::1"},
		{"http://[v1.a:b]", "http://[v1]"},
		{"http://[vF.~]", "http://[v.a]"},
		{"http://[v1.a]", "http://[v1.%41]"},
		{"http://[v1.a]", "http://[vg.a]"},
		{"http://[v1.a]", "http://[v1.]"},
		{"http://[::1]", "http://[1.2.3.4]"},
		{"http://a%41", "http://a%4"},
		{"a:/%41", "a:/%4g"},
		{"a:?%41/?", "a:?%"},
		{"a:#/?", "a:##"},
		{"a:/b", "a:/b c"},
		{"a:/b", "a:/b[c]"},
		{"a:?b", "a:?b[c]"},
		{"a:b@c", "http://a@b@c"},
		{"a:///", "a:\\\\b"},
		{"a:b", "a:b\n"},
		{"a:b", "a:\xc3\xa4"},
		{"a:(b)", "a:<b>"},
		{"a:'b'", "a:\"b\""},
		{"a:b", "a:{b}"},
		{"a:b", "a:`b^|"},
		{"a:b", ""},
		{"a://b/c", "a://b\\c"},
		{"a://b:1", "a://b:-1"},
	};
	check_format_rows(mrl_format_uri, rows);
	assert_false(format_valid(mrl_format_uri, MRL_SLICE("a:\0"), MRL_DIALECT_7));
}

static void takes_references(void **state)
{
	(void)state;
	static const struct format_row rows[] = {
		{"", " "},          {"/a", "\\a"},  {"a", "1:a"},        {"./1:a", ":a"},
		{"?a:b", "a[b"},    {"#a", "#a#"},  {"//", "//[/"},      {"//a@b:1/c", "//a@b@c"},
		{"a/b:c", "a,b:c"}, {"..", "..\n"}, {"a?b", "\xc3\xa4"}, {"http://a", "http://a b"},
	};
	check_format_rows(mrl_format_uri_reference, rows);
}

static void takes_iris(void **state)
{
	(void)state;
	static const struct format_row rows[] = {
		{"http://\xc3\xa4/\xc3\xa4?\xc3\xa4#\xc3\xa4", "/\xc3\xa4"},
		{"a:\xc2\xa0", "a:\xc2\x9f"},
		{"a:?\xee\x80\x80", "a:/\xee\x80\x80"},
		{"a:?\xf3\xb0\x80\x80", "a:#\xf3\xb0\x80\x80"},
		{"a:\xf0\x90\x80\x80", "a:\xf0\x9f\xbf\xbe"},
		{"a:\xf3\xa1\x80\x80", "a:\xf3\xa0\x80\x80"},
		{"a:\xef\xa4\x80", "a:\xef\xb7\x90"},
		{"a:\xef\xbf\xaf", "a:\xef\xbf\xb0"},
		{"a:\xe2\x80\x8b", "a:\xe2\x80\x8e"},
		{"a:\xe2\x80\xaf", "a:\xe2\x80\xae"},
		{"a:\xc3\xa4", "a:\xc3"},
		{"a:\xc3\xa4", "\xc3\xa4:a"},
		{"http://[::1]", "http://[v1.\xc3\xa4]"},
	};
	check_format_rows(mrl_format_iri, rows);
}

static void takes_iri_references(void **state)
{
	(void)state;
	static const struct format_row rows[] = {
		{"\xc3\xa4", "\xc3\xa4:a"},
		{"//\xc3\xa4", "//\xc3\xa4:x"},
		{"", "\xff"},
	};
	check_format_rows(mrl_format_iri_reference, rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_uris),
		cmocka_unit_test(takes_references),
		cmocka_unit_test(takes_iris),
		cmocka_unit_test(takes_iri_references),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
