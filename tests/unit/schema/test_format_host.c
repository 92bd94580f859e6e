/* Host names, in ASCII and beyond. */
#include "format_rows.h"

#define CHARS_32 "abcdefghijklmnopqrstuvwxyz012345"
#define LABEL_63 CHARS_32 "abcdefghijklmnopqrstuvwxyz01234"
#define LABEL_61 CHARS_32 "abcdefghijklmnopqrstuvwxyz012"
#define FULL     LABEL_63 "." LABEL_63 "." LABEL_63 "."
#define STOP     "\xe3\x80\x82"

static void takes_hostnames(void **state)
{
	(void)state;
	static const struct format_row rows[] = {
		{"localhost", ""},
		{"example.com", "example.com."},
		{"a-b.com", "-ab.com"},
		{"a--b.com", "ab-.com"},
		{"1.2.3.4", "1..3.4"},
		{"EXAMPLE.com", "exam_ple.com"},
		{"example.com", "example.com\n"},
		{"example.com", "ex ample.com"},
		{"example.com", ".com"},
		{"ab--cd", "m\xc3\xbc"
	                   "nchen"},
		{LABEL_63 ".com", LABEL_63 "x.com"},
		{FULL LABEL_61, FULL LABEL_61 "x"},
		{"xn--mnchen-3ya.de", "xn--mnchen-3y.de"},
		{"XN--Mnchen-3YA.de", "xn--"},
		{"xn--9n2bp8q", "xn--X"},
		{"xn--4dbc5h", "xn--5db1e"},
		{"a1.xn--4dbc5h", "1a.xn--4dbc5h"},
		{"xn--mnchen-3ya", "xn--munchen-"},
	};
	check_format_rows(mrl_format_hostname, rows);
	assert_false(format_valid(mrl_format_hostname, MRL_SLICE("a\0b"), MRL_DIALECT_7));
}

static void knows_no_a_labels_before_draft_7(void **state)
{
	(void)state;
	static const enum mrl_dialect old[] = {MRL_DIALECT_4, MRL_DIALECT_OAS_30};
	static const enum mrl_dialect young[] = {MRL_DIALECT_7, MRL_DIALECT_2019_09,
	                                         MRL_DIALECT_OAS_31};
	for (size_t at = 0; at < MRL_COUNT(old); at++) {
		assert_true(format_valid(mrl_format_hostname, MRL_SLICE("xn--X"), old[at]));
		assert_false(format_valid(mrl_format_hostname, MRL_SLICE("xn--X-"), old[at]));
	}
	for (size_t at = 0; at < MRL_COUNT(young); at++) {
		assert_false(format_valid(mrl_format_hostname, MRL_SLICE("xn--X"), young[at]));
	}
}

static void takes_international_hostnames(void **state)
{
	(void)state;
	static const struct format_row rows[] = {
		{"example.com", "example.com."},
		{"m\xc3\xbc"
	         "nchen.de",
	         "m\xc3\x9c"
	         "nchen.de"},
		{"a" STOP "b", "a" STOP},
		{"a\xef\xbc\x8e"
	         "b",
	         STOP "b"},
		{"a\xef\xbd\xa1"
	         "b",
	         "a" STOP "." STOP "b"},
		{"xn--mnchen-3ya.de", "ab--cd.de"},
		{"a--b", "\xc3\xa4"
	                 "b--c"},
		{"a", ""},
		{"a", "a\x80"},
		{"\xd7\x90.a1", "\xd7\x90.1a"},
		{FULL LABEL_61, FULL LABEL_61 "x"},
		{LABEL_63, LABEL_63 "x"},
		{"\xd7\x90", "\xd7\x90\n"},
	};
	check_format_rows(mrl_format_idn_hostname, rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_hostnames),
		cmocka_unit_test(knows_no_a_labels_before_draft_7),
		cmocka_unit_test(takes_international_hostnames),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
