/* Mailboxes of SMTP, and of SMTP with UTF-8. */
#include "format_rows.h"

#define CHARS_32 "abcdefghijklmnopqrstuvwxyz012345"
#define LABEL_63 CHARS_32 "abcdefghijklmnopqrstuvwxyz01234"

static void takes_mailboxes(void **state)
{
	(void)state;
	static const struct format_row rows[] = {
		{"a@b", "a"},
		{"a.b+c@example.com", "a..b@example.com"},
		{"!#$%&'*+-/=?^_`{|}~@example.com", "a,b@example.com"},
		{"a@example.com", ".a@example.com"},
		{"a@example.com", "a.@example.com"},
		{"\"a b\"@example.com", "a b@example.com"},
		{"\"\"@example.com", "\"@example.com"},
		{"\"a\\\"b\"@example.com", "\"a\"b\"@example.com"},
		{"\"a\\ b\"@example.com", "\"a\\\x7f\"@example.com"},
		{"\"@\"@example.com", "@@example.com"},
		{"a@example.com", "a@example.com\n"},
		{"a@example.com", "a@example..com"},
		{"a@example.com", "a@example.com."},
		{"a@ex-ample.com", "a@-example.com"},
		{"a@example.com", "a@exam_ple.com"},
		{"a@[1.2.3.4]", "a@[1.2.3.256]"},
		{"a@[IPv6:::1]", "a@[::1]"},
		{"a@[ipv6:2001:db8::1]", "a@[IPv6:2001:db8::1"},
		{"a@[1.2.3.4]", "a@["},
		{"a@example.com", "a@"},
		{"a@example.com", "\xc3\xa4@example.com"},
		{"a@example.com", "\"\xc3\xa4\"@example.com"},
		{"a@example.com", "a@b@example.com"},
		{"a@example.com", "\"a\tb\"@example.com"},
		{"a@example.com", "\"a\"@"},
		{CHARS_32 CHARS_32 "@example.com", CHARS_32 CHARS_32 "x@example.com"},
		{"a@" LABEL_63 ".com", "a@" LABEL_63 "x.com"},
		{"a@" LABEL_63 "." LABEL_63 "." LABEL_63 "." CHARS_32
	         "abcdefghijklmnopqrstuvwxyz01",
	         "a@" LABEL_63 "." LABEL_63 "." LABEL_63 "." CHARS_32
	         "abcdefghijklmnopqrstuvwxyz012"},
	};
	check_format_rows(mrl_format_email, rows);
}

static void takes_international_mailboxes(void **state)
{
	(void)state;
	static const struct format_row rows[] = {
		{"\xc3\xa4@example.com", "\xc3@example.com"},
		{"\"\xc3\xa4\"@example.com", "\"\xc3\xa4@example.com"},
		{"a@b\xc3\xbc"
	         "cher.example",
	         "a@b\xc3\xbc-.example"},
		{"a@\xed\x95\x9c.test", "a@-\xed\x95\x9c.test"},
		{"a@\xed\x95\x9c-\xed\x95\x9c", "a@\xed\x95\x9c..x"},
		{"a@example.com", "a\xef\xbc\xa0"
	                          "example.com"},
		{"a@example.com", "a@exa_mple.com"},
		{"a@example.com", "a@ex\xed\xa0\x80"
	                          "mple.com"},
		{"a@[1.2.3.4]", "a@[1.2.3.4]x"},
		{"\xc3\xa4" CHARS_32 "abcdefghijklmnopqrstuvwxyz0123@b",
	         "\xc3\xa4" CHARS_32 "abcdefghijklmnopqrstuvwxyz01234@b"},
	};
	check_format_rows(mrl_format_idn_email, rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_mailboxes),
		cmocka_unit_test(takes_international_mailboxes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
