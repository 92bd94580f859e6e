/* Quoted scalars: escapes and folding, each as the specification's examples have it. */
#include "fixture.h"

#include "json/build.h"

static int setup(void **state)
{
	static struct fixture fixture;
	fixture_init(&fixture);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	fixture_release(*state);
	return 0;
}

struct row {
	const char *text;
	const char *expected;
};

static const struct row rows[] = {
	{"''", ""},
	{"''''", "'"},
	{"''''''''''''", "'''''"},
	{"'it''s'", "it's"},
	{"'\\n\"'", "\\n\""},
	{"' a '", " a "},
	{"'a\n  b'", "a b"},
	{"'a  \t\n\n  \n \t b'", "a\n\nb"},
	{"' 1st non-empty\n\n 2nd non-empty \n\t3rd non-empty '",
         " 1st non-empty\n2nd non-empty 3rd non-empty "},
	{"' \n a'", " a"},
	{"'a \n '", "a "},
	{"\"\"", ""},
	{"\"\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\"", "\n\n\n\n\n\n\n\n\n\n\n\n"},
	{"\"\\a\\b\\t\\\t\\v\\f\\r\\e\\ \\\"\\/\\\\\"", "\a\b\t\t\v\f\r\x1B \"/\\"},
	{"\"\\N\\_\\L\\P\"", "\xC2\x85\xC2\xA0\xE2\x80\xA8\xE2\x80\xA9"},
	{"\"\\L\\L\\L\\L\"", "\xE2\x80\xA8\xE2\x80\xA8\xE2\x80\xA8\xE2\x80\xA8"},
	{"\"\\x41\\u00e9\\u20AC\\U0001F600\\ud83d\\ude00\"",
         "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xF0\x9F\x98\x80"},
	{"\"a\\\n   b\"", "ab"},
	{"\"a \\\n   b\"", "a b"},
	{"\"a\\\n   \\ b\"", "a b"},
	{"\"a\\\n\n\n   b\"", "a\n\nb"},
	{"\"b  \\t  \n\n\n   c \\  \n  d\"", "b  \t\n\nc   d"},
	{"\"folded \nto a space,\t\n \nto a line feed, or \t\\\n \\ \tnon-content\"",
         "folded to a space,\nto a line feed, or \t \tnon-content"},
	{"\"a\r\n  b\r  c\\\r\n  d\"", "a b cd"},
	{"\"plain\"", "plain"},
};

static void decodes(void **state)
{
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		struct mrl_slice text = fixture_root(*state, rows[i].text)->text;
		if (!mrl_slice_is(text, rows[i].expected)) {
			fail_msg("row %zu is %.*s", i, MRL_PRINT(text));
		}
	}
}

static void a_nul_can_be_written(void **state)
{
	struct mrl_slice text = fixture_root(*state, "\"a\\0b\\u0000\"")->text;
	assert_int_equal(text.size, 4);
	assert_memory_equal(text.data, "a\0b", 4);
}

static void refuses_bad_escapes(void **state)
{
	static const char *const bad[] = {
		"\"\\q\"",         "\"\\x4\"",           "\"\\x4g\"",      "\"\\u12\"",
		"\"\\ud83d\"",     "\"\\ud83d\\ud83d\"", "\"\\ude00\"",    "\"\\ud83dx\"",
		"\"\\U00110000\"", "\"\\U0000d800\"",    "\"\\ud83d\\n\"", "\"\\'\"",
	};
	struct fixture *fixture = *state;
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		check_row(fixture_read(fixture, mrl_slice_text(bad[i])) == MRL_ERR_INVALID, bad[i]);
	}
}

/* The decoder by itself: whatever it is given it stays inside. */
static void holds_on_its_own(void **state)
{
	static const char *const bad[] = {"\\",     "\\x",        "\\x4",
	                                  "\\u123", "\\U1234567", "\\ud800\\u"};
	struct fixture *fixture = *state;
	struct mrl_slice text;
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		check_row(mrl_quoted_decode(mrl_slice_text(bad[i]), '"', &fixture->arena, &text) ==
		                  MRL_ERR_INVALID,
		          bad[i]);
	}
	assert_int_equal(mrl_quoted_decode(MRL_SLICE("\\\n"), '"', &fixture->arena, &text), MRL_OK);
	assert_int_equal(text.size, 0);
	assert_int_equal(mrl_quoted_decode(MRL_SLICE("'"), '\'', &fixture->arena, &text), MRL_OK);
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		ROW(decodes),
		ROW(a_nul_can_be_written),
		ROW(refuses_bad_escapes),
		ROW(holds_on_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
