/* Property lists, traits and normalization, at points that the standard fixes for ever. */
#include "../check.h"

#include "schema/unicode.h"

static bool has(const char *name, const char *value, uint32_t code)
{
	const struct mrl_unicode_range *ranges;
	uint32_t count;
	if (!mrl_unicode_property(mrl_slice_text(name), mrl_slice_text(value), &ranges, &count)) {
		fail_msg("no property %s=%s", name, value);
	}
	for (uint32_t at = 0; at < count; at++) {
		assert_true(ranges[at].first <= ranges[at].last && ranges[at].last < 0x110000);
		assert_true(at == 0 || ranges[at].first > ranges[at - 1].last + 1);
		if (code >= ranges[at].first && code <= ranges[at].last) {
			return true;
		}
	}
	return false;
}

static void knows_properties(void **state)
{
	(void)state;
	static const struct {
		const char *name, *value;
		uint32_t good, bad;
	} rows[] = {
		{"L", "", 'a', '1'},
		{"Letter", "", 0xe9, '1'},
		{"LC", "", 'a', 0x2b0},
		{"digit", "", 0x9ea, 'a'},
		{"Nd", "", '7', 0xb2},
		{"punct", "", '!', '+'},
		{"Cn", "", 0x378, 'a'},
		{"gc", "Lu", 'A', 'a'},
		{"General_Category", "Uppercase_Letter", 'A', 'a'},
		{"sc", "Grek", 0x3b1, 'a'},
		{"Script", "Greek", 0x3b1, 0x342},
		{"scx", "Greek", 0x342, 'a'},
		{"Script_Extensions", "Deva", 0x964, 'a'},
		{"sc", "Zyyy", 0x964, 'a'},
		{"Alphabetic", "", 'a', '1'},
		{"AHex", "", 'f', 'g'},
		{"ASCII", "", 0x7f, 0x80},
		{"Any", "", 0x10ffff, 0x110000},
		{"Assigned", "", 'a', 0x378},
		{"Emoji", "", 0x1f600, 'a'},
		{"White_Space", "", 0xa0, 0x200b},
		{"space", "", ' ', 'a'},
		{"IDS", "", 'a', '1'},
		{"XID_Continue", "", '1', '-'},
		{"Lowercase", "", 0xaa, 'A'},
		{"CWKCF", "", 'A', 'a'},
	};
	for (size_t at = 0; at < MRL_COUNT(rows); at++) {
		check_row(has(rows[at].name, rows[at].value, rows[at].good), rows[at].name);
		check_row(!has(rows[at].name, rows[at].value, rows[at].bad), rows[at].name);
	}
}

static void knows_no_other_properties(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{"l", ""},
		{"letter", ""},
		{"Greek", ""},
		{"Script", ""},
		{"sc", "greek"},
		{"sc", "Lu"},
		{"gc", "Grek"},
		{"", ""},
		{"Alphabetic", "Y"},
		{"InGreek", ""},
		{"Block", "ASCII"},
		{"Age", "1.1"},
		{"IsL", ""},
		{"Composition_Exclusion", ""},
		{"Other_Alphabetic", ""},
	};
	const struct mrl_unicode_range *ranges = NULL;
	uint32_t count = 7;
	for (size_t at = 0; at < MRL_COUNT(rows); at++) {
		check_row(!mrl_unicode_property(mrl_slice_text(rows[at][0]),
		                                mrl_slice_text(rows[at][1]), &ranges, &count),
		          rows[at][0]);
		assert_true(ranges == NULL && count == 7);
	}
}

static void knows_what_idna_derives(void **state)
{
	(void)state;
	static const struct {
		uint32_t code;
		enum mrl_idna_class idna;
	} rows[] = {
		{'a', MRL_IDNA_PVALID},          {'A', MRL_IDNA_DISALLOWED},
		{'-', MRL_IDNA_PVALID},          {'_', MRL_IDNA_DISALLOWED},
		{0xdf, MRL_IDNA_PVALID},         {0x1e9e, MRL_IDNA_DISALLOWED},
		{0xb7, MRL_IDNA_CONTEXTO},       {0x200c, MRL_IDNA_CONTEXTJ},
		{0x200d, MRL_IDNA_CONTEXTJ},     {0x660, MRL_IDNA_CONTEXTO},
		{0x640, MRL_IDNA_DISALLOWED},    {0x1100, MRL_IDNA_DISALLOWED},
		{0xac00, MRL_IDNA_PVALID},       {0x378, MRL_IDNA_DISALLOWED},
		{0xd800, MRL_IDNA_DISALLOWED},   {0xff21, MRL_IDNA_DISALLOWED},
		{0x3007, MRL_IDNA_PVALID},       {0x10ffff, MRL_IDNA_DISALLOWED},
		{0x110000, MRL_IDNA_DISALLOWED}, {UINT32_MAX, MRL_IDNA_DISALLOWED},
	};
	for (size_t at = 0; at < MRL_COUNT(rows); at++) {
		assert_int_equal(mrl_unicode_traits(rows[at].code).idna, rows[at].idna);
	}
	assert_int_equal(mrl_unicode_traits(0x94d).combining, 9);
	assert_int_equal(mrl_unicode_traits(0x628).joining, MRL_JOINING_D);
	assert_int_equal(mrl_unicode_traits(0x5d0).bidi, MRL_BIDI_R);
	assert_int_equal(mrl_unicode_traits(0x5d0).script, MRL_SCRIPT_HEBREW);
	assert_true(mrl_unicode_traits(0x300).mark);
}

static void knows_what_is_normalized(void **state)
{
	(void)state;
	static const struct {
		uint32_t codes[4];
		uint32_t count;
		bool normal;
	} rows[] = {
		{{0xe9}, 1, true},
		{{'e', 0x301}, 2, false},
		{{'e', 0x30c, 0x301}, 3, false},
		{{0x1e0d, 0x307}, 2, true},
		{{0x1e0b, 0x323}, 2, false},
		{{'d', 0x307, 0x323}, 3, false},
		{{'q', 0x307, 0x323}, 3, false},
		{{'q', 0x323, 0x307}, 3, true},
		{{0x1100, 0x1161}, 2, false},
		{{0xac00, 0x11a8}, 2, false},
		{{0xac01, 0x11a8}, 2, true},
		{{0x958}, 1, false},
		{{0x212b}, 1, false},
		{{0x301}, 1, true},
		{{0x1ea5}, 1, true},
		{{0xe2, 0x301}, 2, false},
	};
	for (size_t at = 0; at < MRL_COUNT(rows); at++) {
		assert_int_equal(mrl_unicode_is_nfc(rows[at].codes, rows[at].count),
		                 rows[at].normal);
	}
	uint32_t codes[65] = {[64] = 0x301};
	assert_false(mrl_unicode_is_nfc(codes, 65));
	assert_true(mrl_unicode_is_nfc(codes, 64));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_properties),
		cmocka_unit_test(knows_no_other_properties),
		cmocka_unit_test(knows_what_idna_derives),
		cmocka_unit_test(knows_what_is_normalized),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
