/* The classes of characters, against the grammars they stand for; and code points. */
#include "format_rows.h"

#define ALPHA  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

static void classes_are_those_of_the_grammars(void **state)
{
	(void)state;
	static const struct {
		unsigned classes;
		const char *members;
	} rows[] = {
		{MRL_TEXT_LETTER, ALPHA},
		{MRL_TEXT_DIGIT, DIGITS},
		{MRL_TEXT_HEX, DIGITS "ABCDEFabcdef"},
		{MRL_TEXT_MARK, "-._~"},
		{MRL_TEXT_SUB_DELIM, "!$&'()*+,;="},
		{MRL_TEXT_COLON, ":"},
		{MRL_TEXT_AT, "@"},
		{MRL_TEXT_SLASH, "/"},
		{MRL_TEXT_QUESTION, "?"},
		{MRL_TEXT_SCHEME, "+-."},
		{MRL_TEXT_ATEXT, ALPHA DIGITS "!#$%&'*+-/=?^_`{|}~"},
		{MRL_TEXT_LITERAL, ALPHA DIGITS "!#$&'()*+,-./:;=?@[]_~"},
		{MRL_TEXT_HYPHEN, "-"},
		{MRL_TEXT_UNDERSCORE, "_"},
	};
	for (size_t row = 0; row < MRL_COUNT(rows); row++) {
		for (unsigned byte = 0; byte < 256; byte++) {
			bool member = byte != 0 && byte < 128 &&
			              strchr(rows[row].members, (int)byte) != NULL;
			check_row(mrl_text_is((uint8_t)byte, rows[row].classes) == member,
			          rows[row].members);
		}
	}
}

static void reads_code_points(void **state)
{
	(void)state;
	static const struct {
		const char *good;
		uint32_t code;
		const char *bad;
	} rows[] = {
		{"a", 'a', ""},
		{"\xc2\x80", 0x80, "\xc1\xbf"},
		{"\xdf\xbf", 0x7ff, "\xdf"},
		{"\xe0\xa0\x80", 0x800, "\xe0\x9f\xbf"},
		{"\xed\x9f\xbf", 0xd7ff, "\xed\xa0\x80"},
		{"\xee\x80\x80", 0xe000, "\xee\x80"},
		{"\xf0\x90\x80\x80", 0x10000, "\xf0\x8f\xbf\xbf"},
		{"\xf4\x8f\xbf\xbf", 0x10ffff, "\xf4\x90\x80\x80"},
		{"z", 'z', "\x80"},
		{"z", 'z', "\xf5\x80\x80\x80"},
		{"z", 'z', "\xc3z"},
	};
	for (size_t row = 0; row < MRL_COUNT(rows); row++) {
		uint32_t code = 7;
		struct mrl_slice rest = mrl_slice_text(rows[row].good);
		check_row(mrl_text_next(&rest, &code) && code == rows[row].code && rest.size == 0,
		          rows[row].good);
		rest = mrl_slice_text(rows[row].bad);
		check_row(!mrl_text_next(&rest, &code) && code == rows[row].code &&
		                  rest.size == strlen(rows[row].bad),
		          rows[row].bad);
	}
}

static void knows_percent_encoding(void **state)
{
	(void)state;
	assert_true(mrl_text_is_percent(MRL_SLICE("a%4F"), 1));
	assert_false(mrl_text_is_percent(MRL_SLICE("a%4F"), 0));
	assert_false(mrl_text_is_percent(MRL_SLICE("a%4"), 1));
	assert_false(mrl_text_is_percent(MRL_SLICE("a%4G"), 1));
	assert_false(mrl_text_is_percent(MRL_SLICE("a"), 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes_are_those_of_the_grammars),
		cmocka_unit_test(reads_code_points),
		cmocka_unit_test(knows_percent_encoding),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
