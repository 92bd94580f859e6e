/* Patterns: what they match and what they do not, what is no pattern, and that steps are linear. */
#include "../check.h"

#include <merlon/schema.h>

static enum mrl_regex_outcome search(const char *pattern, const char *text, uint64_t *steps)
{
	struct mrl_arena arena;
	const struct mrl_regex *regex;
	struct mrl_regex_error error;
	uint32_t regex_steps = 1000000;
	mrl_arena_init(&arena, &mrl_memory_malloc, 65536, 64U << 20);
	check_row(mrl_regex_compile(mrl_slice_text(pattern), &arena, &regex, &error) == MRL_OK,
	          pattern);
	enum mrl_regex_outcome outcome = mrl_regex_search(regex, mrl_slice_text(text), &arena,
	                                                  steps, &regex_steps);
	mrl_arena_release(&arena);
	return outcome;
}

static void pairs_match_and_do_not(void **state)
{
	static const struct {
		const char *pattern, *yes, *no;
	} rows[] = {
		{"^abc$", "abc", "abc\n"},
		{"^\\d$", "0", "\xDF\x80"},
		{"^\\s$", "\xEF\xBB\xBF", "\xE2\x80\x93"},
		{"\\p{Letter}cole",
	         "l'\xC3\xA9"
	         "cole",
	         "L'\xC3\x89"
	         "COLE"},
		{"^\\p{digit}+$", "\xE0\xA7\xAA", "-%#"},
		{"^[\\w-.]+$", "a-b.c", "a b"},
		{"^(?=.*\\d)[a-z\\d]{8,}$", "abcdefg1", "abcdefgh"},
		{"^(a)\\1$", "aa", "ab"},
		{"^(?=a).\\s$", "a\xE2\x80\xA8", "a-"},
		{"^(?!x)[\\s-]\\S{1,2}$", "\xEF\xBB\xBF-", "a-"},
		{"^(?!x).$", "y", "\r"},
		{"^(?!x)[[:a]{,2}$", "[{,2}", "b"},
		{"b{2,3}", "abb", "ab"},
		{"^(?:a|bc)*$", "abcbca", "abb"},
		{"^[^a]$", "\xF0\x9F\x98\x80", "a"},
		{"^.$", "\xF0\x9F\x98\x80", "\n"},
		{"\\bcat\\b", "a cat.", "concat"},
		{"^\\u{1F600}$", "\xF0\x9F\x98\x80", "x"},
		{"^\\ud83d\\ude00$", "\xF0\x9F\x98\x80", "x"},
		{"^a\\&b$", "a&b", "ab"},
		{"^x]y}z{$", "x]y}z{", "xyz"},
		{"^(?<year>\\d{4})-\\d\\d$", "2024-05", "24-05"},
		{"^\\cA\\x41\\0$",
	         "\x01"
	         "A",
	         "A"},
		{"", "anything", NULL},
		{"a*?", "", NULL},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		uint64_t steps = 100000;
		bool has_nul = strstr(rows[i].pattern, "\\0") != NULL;
		if (!has_nul) {
			check_row(search(rows[i].pattern, rows[i].yes, &steps) == MRL_REGEX_YES,
			          rows[i].pattern);
		}
		if (rows[i].no != NULL) {
			check_row(search(rows[i].pattern, rows[i].no, &steps) == MRL_REGEX_NO,
			          rows[i].pattern);
		}
	}
}

static void what_is_no_pattern_is_refused(void **state)
{
	static const struct {
		const char *pattern;
		uint32_t offset;
	} rows[] = {
		{"(?i)a", 0},       {"(?P<n>a)", 0}, {"(?#c)", 0},  {"(?>a)", 0}, {"a++", 2},
		{"a**", 2},         {"\\A", 0},      {"\\Z", 0},    {"\\z", 0},   {"\\a", 0},
		{"\\h", 0},         {"\\R", 0},      {"\\1", 0},    {"(a", 0},    {"a)", 1},
		{"[a", 0},          {"[b-a]", 1},    {"a{2,1}", 0}, {"*", 0},     {"\\p{Nope}", 2},
		{"\\u{110000}", 0}, {"^*", 0},       {"(?=a)*", 0}, {"\\", 0},    {"\\k<n>", 0},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		struct mrl_arena arena;
		const struct mrl_regex *regex;
		struct mrl_regex_error error = {.what = ""};
		mrl_arena_init(&arena, &mrl_memory_malloc, 65536, 64U << 20);
		check_row(mrl_regex_compile(mrl_slice_text(rows[i].pattern), &arena, &regex,
		                            &error) == MRL_ERR_INVALID,
		          rows[i].pattern);
		check_row(error.offset == rows[i].offset, rows[i].pattern);
		mrl_arena_release(&arena);
	}
}

/* Patterns that are exponential elsewhere: twice the text, at most about twice the steps. */
static void steps_are_linear(void **state)
{
	static const char *const patterns[] = {"^(a+)+$", "^(a|a)*$", "(x+x+)+y",
	                                       "^([a-zA-Z0-9]+\\s?)+$", "a{1,500}b"};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(patterns); i++) {
		uint64_t taken[2];
		for (size_t j = 0; j < 2; j++) {
			static char text[4001];
			size_t size = 2000 << j;
			memset(text, i == 2 ? 'x' : 'a', size);
			text[size - 1] = '!';
			text[size] = 0;
			uint64_t steps = 10000000;
			check_row(search(patterns[i], text, &steps) == MRL_REGEX_NO, patterns[i]);
			taken[j] = 10000000 - steps;
		}
		check_row(taken[1] <= taken[0] * 22 / 10 + 1000, patterns[i]);
	}
}

static void what_costs_too_much_is_no_answer(void **state)
{
	uint64_t steps = 10;
	char text[64];
	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[63] = 0;
	assert_int_equal(search("\\b(a+)+$", text, &steps), MRL_REGEX_EXHAUSTED);
	steps = 1000000;
	text[62] = '!';
	assert_int_equal(search("^(?=(a+)+$)", text, &steps), MRL_REGEX_EXHAUSTED);
}

static void bounds_are_told(void **state)
{
	static const struct {
		const char *pattern;
		uint32_t most;
	} rows[] = {{"^[a-z]{2,5}$", 5},
	            {"^(ab|cde)?x$", 4},
	            {"^a*$", UINT32_MAX},
	            {"abc", UINT32_MAX},
	            {"^a|b$", UINT32_MAX}};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		struct mrl_arena arena;
		const struct mrl_regex *regex;
		struct mrl_regex_error error;
		mrl_arena_init(&arena, &mrl_memory_malloc, 65536, 64U << 20);
		assert_int_equal(
			mrl_regex_compile(mrl_slice_text(rows[i].pattern), &arena, &regex, &error),
			MRL_OK);
		check_row(mrl_regex_chars_max(regex) == rows[i].most, rows[i].pattern);
		mrl_arena_release(&arena);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs_match_and_do_not),
		cmocka_unit_test(what_is_no_pattern_is_refused),
		cmocka_unit_test(steps_are_linear),
		cmocka_unit_test(what_costs_too_much_is_no_answer),
		cmocka_unit_test(bounds_are_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
