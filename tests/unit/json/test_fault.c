/* Each fault that a JSON text can have, with its place; and limits, met and passed by one. */
#include "reading.h"

#include <stdlib.h>

static const struct mrl_json_limits usual = {
	.depth = 64, .values = 262144, .name_chars = 256, .number_bytes = 128};

struct row {
	const char *text;
	uint32_t offset;
};

static void all_fail(const struct row *rows, size_t count, enum mrl_json_fault_code code)
{
	for (size_t i = 0; i < count; i++) {
		expect_fault_at(&usual, mrl_slice_text(rows[i].text), code, rows[i].offset);
	}
}

static void accepts(const char *text)
{
	expect_fault_at(&usual, mrl_slice_text(text), MRL_JSON_NONE, 0);
}

#define FAULT_TEST(name, code, good, ...)                       \
	static void name(void **state)                          \
	{                                                       \
		static const struct row rows[] = {__VA_ARGS__}; \
		(void)state;                                    \
		all_fail(rows, MRL_COUNT(rows), code);          \
		accepts(good);                                  \
	}

FAULT_TEST(empty, MRL_JSON_EMPTY, " 0\t\r\n", {"", 0}, {" ", 1}, {" \t\r\n", 4})
FAULT_TEST(trailing, MRL_JSON_TRAILING, "{} \n", {"{} x", 3}, {"1 2", 2}, {"[]]", 2}, {"\"\",", 2},
           {"null{}", 4}, {"1\x0C", 1})
FAULT_TEST(unexpected, MRL_JSON_UNEXPECTED, "[1,{\"a\":2}]", {"[1,]", 3}, {"{\"a\":1,}", 7},
           {"{,}", 1}, {"[,1]", 1}, {"{\"a\" 1}", 5}, {"{a:1}", 1}, {"['a']", 1}, {"[+1]", 1},
           {"[.5]", 1}, {"[NaN]", 1}, {"[Infinity]", 1}, {"[1}", 2}, {"{\"a\":1]", 6}, {"[1 2]", 3},
           {"/**/1", 0}, {"[\xC2\xA0]", 1}, {"{1:2}", 1}, {"\x0C", 0}, {"]", 0}, {"True", 0})
FAULT_TEST(truncated, MRL_JSON_TRUNCATED, "[\"a\\u00e9\",-1.5e3]", {"[1", 2}, {"{", 1}, {"{\"a", 3},
           {"{\"a\"", 4}, {"{\"a\":", 5}, {"{\"a\":1,", 7}, {"\"", 1}, {"\"\\", 2}, {"\"\\u00", 5},
           {"\"\\ud83d\\ude", 11}, {"-", 1}, {"1.", 2}, {"1e", 2}, {"1e+", 3}, {"tru", 3},
           {"[n", 2}, {"[1,", 3})
FAULT_TEST(literal, MRL_JSON_LITERAL, "[true,false,null]", {"[tru]", 1}, {"nul ", 0},
           {"[fals,1]", 1}, {"nope", 0}, {"[falsE]", 1})
FAULT_TEST(control, MRL_JSON_CONTROL, "\"\x7F\"", {"\"\x01\"", 1}, {"\"\n\"", 1}, {"\"ab\t\"", 3},
           {"{\"a\x1F\":1}", 3})
FAULT_TEST(escape, MRL_JSON_ESCAPE, "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"", {"\"\\x\"", 1},
           {"\"\\u00g0\"", 1}, {"\"ab\\a\"", 3}, {"\"\\U0041\"", 1}, {"\"\\'\"", 1},
           {"\"\\u 041\"", 1})
FAULT_TEST(surrogate, MRL_JSON_SURROGATE, "\"\\ud83d\\ude00\\uFFFF\"", {"\"\\ud800\"", 1},
           {"\"\\udc00\"", 1}, {"\"\\ud800\\u0041\"", 1}, {"\"\\ud800\\ud800\"", 1},
           {"\"\\ud800 \\udc00\"", 1}, {"\"\\uDFFF\\uD800\"", 1})
FAULT_TEST(utf8, MRL_JSON_UTF8, "\"\xC3\xA9\xEF\xBF\xBF\xEF\xB7\x90\xF4\x8F\xBF\xBF\"",
           {"\"\xC0\x80\"", 1}, {"\"\xED\xA0\x80\"", 1}, {"\"\xE0\x80\xAF\"", 1},
           {"\"\xF0\x80\x80\x80\"", 1}, {"\"\xF4\x90\x80\x80\"", 1}, {"\"\x80\"", 1},
           {"\"a\xC3\"", 2}, {"\"\xE2\x82\"", 1}, {"\"\xF0\x9F\x98\"", 1}, {"\"\xFF\"", 1},
           {"\"\xC3\xA9\xF8\"", 3})
FAULT_TEST(bom, MRL_JSON_BOM, "\"\xEF\xBB\xBF\"", {"\xEF\xBB\xBF{}", 0}, {"\xEF\xBB\xBF", 0})
FAULT_TEST(name_repeated, MRL_JSON_NAME_REPEATED, "{\"a\":{\"a\":1},\"A\":2,\"\":3}",
           {"{\"a\":1,\"a\":2}", 7}, {"{\"a\":1,\"\\u0061\":2}", 7},
           {"{\"a\":{\"b\":1,\"b\":2}}", 12}, {"{\"\":1,\"\":2}", 6},
           {"[{},{\"x\":1, \"y\":[], \"x\":3}]", 20})
FAULT_TEST(number, MRL_JSON_NUMBER, "[-0,0,10,0.0,1e5,1E-05,-1.5e+3]", {"[01]", 1}, {"[1.]", 1},
           {"[-]", 1}, {"[-01]", 1}, {"[1e]", 1}, {"[1.e1]", 1}, {"[1e+]", 1}, {"[-a]", 1},
           {"[00]", 1})
FAULT_TEST(number_long, MRL_JSON_NUMBER_LONG, "[1e123456,1e-000001]", {"[1e1234567]", 1},
           {"[1e-0000001]", 1})
FAULT_TEST(nul, MRL_JSON_NUL, "\"\\u0001\"", {"\"\\u0000\"", 1}, {"{\"a\\u0000\":1}", 3})

static const struct limit {
	struct mrl_json_limits limits;
	const char *good, *bad;
	enum mrl_json_fault_code code;
	uint32_t offset;
} limits[] = {
	{{.depth = 3, .values = 99, .name_chars = 9, .number_bytes = 9},
         "[[{}],[[]]]",
         "[[{}],[[[]]]]",
         MRL_JSON_DEPTH,
         8},
	{{.depth = 9, .values = 4, .name_chars = 9, .number_bytes = 9},
         "[1,2,3]",
         "[1,2,3,\"\"]",
         MRL_JSON_VALUES,
         7},
	{{.depth = 9, .values = 5, .name_chars = 9, .number_bytes = 9},
         "{\"a\":1,\"b\":2}",
         "{\"a\":1,\"b\":[2]}",
         MRL_JSON_VALUES,
         12},
	{{.depth = 9, .values = 99, .name_chars = 3, .number_bytes = 9},
         "{\"abc\":\"abcd\",\"\xC3\xA4\xC3\xB6\xF0\x9F\x98\x80\":1}",
         "{\"abc\":\"abcd\",\"\xC3\xA4\xC3\xB6\xF0\x9F\x98\x80x\":1}",
         MRL_JSON_NAME_LONG,
         14},
	{{.depth = 9, .values = 99, .name_chars = 3, .number_bytes = 9},
         "{\"\\u0061bc\":1}",
         "{\"\\u0061bcd\":1}",
         MRL_JSON_NAME_LONG,
         1},
	{{.depth = 9, .values = 99, .name_chars = 9, .number_bytes = 5},
         "[12345,-1.25,1e-10]",
         "[12345,-1.25,1e-100]",
         MRL_JSON_NUMBER_LONG,
         13},
	{{.depth = 9, .values = 99, .name_chars = 9, .number_bytes = 5},
         "[12345]",
         "[123456]",
         MRL_JSON_NUMBER_LONG,
         1},
};

static void limits_hold_to_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(limits); i++) {
		const struct limit *row = &limits[i];
		expect_fault_at(&row->limits, mrl_slice_text(row->good), MRL_JSON_NONE, 0);
		expect_fault_at(&row->limits, mrl_slice_text(row->bad), row->code, row->offset);
	}
}

static void brackets_end_at_the_65th(void **state)
{
	static char text[100000];
	(void)state;
	memset(text, '[', sizeof(text));
	expect_fault_at(&usual, mrl_slice(text, sizeof(text)), MRL_JSON_DEPTH, 64);
	expect_fault_at(&usual, mrl_slice(text, 64), MRL_JSON_TRUNCATED, 64);
}

/* Nothing of such a text is looked at. */
static void text_long(void **state)
{
	(void)state;
	struct mrl_slice text = mrl_slice("", (size_t)MRL_JSON_TEXT_MAX + 1);
	expect_fault_at(&usual, text, MRL_JSON_TEXT_LONG, MRL_JSON_TEXT_MAX);
	char *all = calloc(1, MRL_JSON_TEXT_MAX);
	assert_non_null(all);
	all[0] = '1';
	expect_fault_at(&usual, mrl_slice(all, MRL_JSON_TEXT_MAX), MRL_JSON_TRAILING, 1);
	free(all);
}

static void both_of_a_name_are_kept_if_told_so(void **state)
{
	struct mrl_json_limits keeping = usual;
	struct reading reading;
	(void)state;
	keeping.keep_repeated = true;
	reading_by_all(&reading, &keeping, MRL_SLICE("{\"a\":1,\"a\":2}"));
	assert_int_equal(reading.fault.code, MRL_JSON_NONE);
	assert_int_equal(reading.doc.nodes[0].count, 2);
	reading_release(&reading);
}

static void places_are_counted_in_code_points(void **state)
{
	uint32_t line;
	uint32_t column;
	(void)state;
	mrl_json_position(MRL_SLICE("[1,\n \"\xC3\xA9\xF0\x9F\x98\x80\", x]"), 15, &line, &column);
	assert_int_equal(line, 2);
	assert_int_equal(column, 8);
	mrl_json_position(MRL_SLICE("x"), 0, &line, &column);
	assert_int_equal(line, 1);
	assert_int_equal(column, 1);
}

static void each_fault_has_a_name(void **state)
{
	(void)state;
	for (int i = 0; i < MRL_JSON_FAULT_COUNT; i++) {
		struct mrl_slice name = mrl_json_fault_name((enum mrl_json_fault_code)i);
		assert_false(mrl_slice_is(name, "unknown"));
		assert_true(name.size != 0);
	}
	check_slice(mrl_json_fault_name(MRL_JSON_NAME_REPEATED), "name-repeated");
	check_slice(mrl_json_fault_name((enum mrl_json_fault_code)MRL_JSON_FAULT_COUNT), "unknown");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty),
		cmocka_unit_test(trailing),
		cmocka_unit_test(unexpected),
		cmocka_unit_test(truncated),
		cmocka_unit_test(literal),
		cmocka_unit_test(control),
		cmocka_unit_test(escape),
		cmocka_unit_test(surrogate),
		cmocka_unit_test(utf8),
		cmocka_unit_test(bom),
		cmocka_unit_test(name_repeated),
		cmocka_unit_test(number),
		cmocka_unit_test(number_long),
		cmocka_unit_test(nul),
		cmocka_unit_test(text_long),
		cmocka_unit_test(limits_hold_to_one),
		cmocka_unit_test(brackets_end_at_the_65th),
		cmocka_unit_test(both_of_a_name_are_kept_if_told_so),
		cmocka_unit_test(places_are_counted_in_code_points),
		cmocka_unit_test(each_fault_has_a_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
