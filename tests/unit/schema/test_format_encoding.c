/* UUIDs and the two base64 alphabets. */
#include "format_rows.h"

static void takes_uuids(void **state)
{
	(void)state;
	static const struct format_row rows[] = {
		{"00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-00000000000"},
		{"2EB8AA08-aa98-11ea-B4AA-73B441D16380", "2EB8AA08-aa98-11ea-B4AA-73B441D1638g"},
		{"2eb8aa08-aa98-11ea-b4aa-73b441d16380", "2eb8aa08aa98-11ea-b4aa-73b441d163800"},
		{"2eb8aa08-aa98-f1ea-f4aa-73b441d16380", "2eb8aa08-aa98-f1ea-f4aa-73b441d1638\n"},
		{"2eb8aa08-aa98-f1ea-f4aa-73b441d16380", "2eb8aa08-aa98-f1ea-f4aa-73b441d16380 "},
		{NULL, ""},
	};
	check_format_rows(mrl_format_uuid, rows);
}

static void takes_padded_base64(void **state)
{
	(void)state;
	static const struct format_row rows[] = {
		{"", "="},         {"QQ==", "QQ"},         {"QUI=", "QUI"},  {"QUJD", "QUJ"},
		{"+/+/", "-_-_"},  {"QQ==", "QR=="},       {"QUI=", "QUJ="}, {"QUJD", "QUJD\n"},
		{"QUJD", "QU JD"}, {"QUJDQQ==", "Q==="},   {"QQ==", "===="}, {"QUI=", "Q=I="},
		{"QUJD", "QUJD="}, {"QUJD", "\xc3\xa4QQ"}, {"QUJD", "QUJ*"},
	};
	check_format_rows(mrl_format_byte, rows);
}

static void takes_base64url_with_and_without_padding(void **state)
{
	(void)state;
	static const struct format_row rows[] = {
		{"", "="},        {"QQ", "Q"},       {"QQ==", "QQ="},      {"QUI=", "QUI=="},
		{"-_-_", "+/+/"}, {"QUI", "QUJ"},    {"QUJD", "QUJD===="}, {"QUJD", "QUJD\n"},
		{"QQ", "QR"},     {"QUJDQQ", "QQ="}, {"QUJD", "QUJDQ"},
	};
	check_format_rows(mrl_format_base64url, rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_uuids),
		cmocka_unit_test(takes_padded_base64),
		cmocka_unit_test(takes_base64url_with_and_without_padding),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
