/* The table of formats. */
#include "format_rows.h"

static void finds_formats_by_their_exact_name(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "Date", "date ", "dates", "dat", "int128", "base64"};
	const struct mrl_format *format = mrl_format_find(MRL_SLICE("date-time"));
	assert_non_null(format);
	assert_string_equal(format->name, "date-time");
	assert_int_equal(format->kinds, MRL_JSON_KIND_STRING);
	assert_int_equal(format->chars_max, 64);
	assert_int_equal(mrl_format_find(MRL_SLICE("int32"))->kinds, MRL_JSON_KIND_NUMBER);
	for (size_t at = 0; at < MRL_COUNT(bad); at++) {
		check_row(mrl_format_find(mrl_slice_text(bad[at])) == NULL, bad[at]);
	}
}

static void asserts_nothing_where_there_is_nothing(void **state)
{
	(void)state;
	static const char *const names[] = {"binary", "password"};
	for (size_t at = 0; at < MRL_COUNT(names); at++) {
		const struct mrl_format *format = mrl_format_find(mrl_slice_text(names[at]));
		assert_non_null(format);
		assert_int_equal(format->kinds, 0);
		assert_true(format->valid(MRL_SLICE("\xff"), MRL_DIALECT_7));
	}
}

/* No text longer than the intrinsic maximum is valid, whatever it begins with. */
static void keeps_intrinsic_maxima(void **state)
{
	(void)state;
	static const struct format_row rows[] = {
		{"date", "2024-01-01"}, {"ipv4", "1.2.3.4"},
		{"ipv6", "::1"},        {"uuid", "00000000-0000-0000-0000-000000000000"},
		{"hostname", "a"},      {"idn-hostname", "a"},
		{"email", "a@b"},       {"idn-email", "a@b"},
		{"time", "00:00:00Z"},
	};
	for (size_t at = 0; at < MRL_COUNT(rows); at++) {
		const struct mrl_format *format = mrl_format_find(mrl_slice_text(rows[at].good));
		char text[400];
		size_t size = strlen(rows[at].bad);
		memset(text, 'b', sizeof(text));
		memcpy(text, rows[at].bad, size);
		check_row(format->valid(mrl_slice(text, size), MRL_DIALECT_7), rows[at].good);
		for (size = format->chars_max + 1; size <= sizeof(text); size++) {
			check_row(!format->valid(mrl_slice(text, size), MRL_DIALECT_7),
			          rows[at].good);
		}
	}
}

static void hands_regex_to_the_parser_of_patterns(void **state)
{
	(void)state;
	const struct mrl_format *format = mrl_format_find(MRL_SLICE("regex"));
	assert_true(format->valid(MRL_SLICE("^a+$"), MRL_DIALECT_7));
	assert_false(format->valid(MRL_SLICE("^(a]"), MRL_DIALECT_7));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_formats_by_their_exact_name),
		cmocka_unit_test(asserts_nothing_where_there_is_nothing),
		cmocka_unit_test(keeps_intrinsic_maxima),
		cmocka_unit_test(hands_regex_to_the_parser_of_patterns),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
