/* Pairs of queries and forms: split before decoding, decoded once, faults at their pair. */
#include "../check.h"

#include <merlon/http.h>

static const struct mrl_form_limits limits = {.pairs = 8, .name_chars = 4};

struct row {
	const char *text;
	const char *pairs; /* "<name=raw value>" for each, or the fault's name */
	uint32_t offset;
};

static struct mrl_form split(const struct mrl_form_limits *with, struct mrl_slice text,
                             struct mrl_arena *arena)
{
	struct mrl_form form;
	assert_int_equal(mrl_form_split(with, text, arena, &form), MRL_OK);
	return form;
}

static void check_form(const struct mrl_form *form, const struct row *row)
{
	uint8_t memory[400];
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	if (form->fault != MRL_TEXT_OK) {
		assert_int_equal(form->count, 0);
		mrl_buffer_put(&buffer, mrl_text_fault_name(form->fault));
		check_row(form->offset == row->offset, row->text);
	}
	for (uint32_t i = 0; i < form->count; i++) {
		MRL_PUT(&buffer, "<");
		mrl_buffer_put(&buffer, form->pairs[i].name);
		MRL_PUT(&buffer, "=");
		mrl_buffer_put(&buffer, form->pairs[i].value);
		MRL_PUT(&buffer, ">");
	}
	if (!mrl_slice_is(mrl_buffer_slice(&buffer), row->pairs)) {
		fail_msg("\"%s\" became \"%.*s\"", row->text, MRL_PRINT(mrl_buffer_slice(&buffer)));
	}
}

static void check_rows(const struct mrl_form_limits *with, const struct row *rows, size_t count)
{
	struct mrl_arena arena;
	mrl_arena_init(&arena, &mrl_memory_malloc, 4096, 1U << 20);
	for (size_t i = 0; i < count; i++) {
		struct mrl_form form = split(with, mrl_slice_text(rows[i].text), &arena);
		check_form(&form, &rows[i]);
	}
	mrl_arena_release(&arena);
}

static void test_pairs(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{"", "", 0},
		{"a=1", "<a=1>", 0},
		{"a=1&b=2", "<a=1><b=2>", 0},
		{"a", "<a=>", 0},
		{"=1", "<=1>", 0},
		{"a=1&&b=2", "<a=1><=><b=2>", 0},
		{"a=1&", "<a=1><=>", 0},
		{"a=b=c", "<a=b=c>", 0},
		{"a%5B%5d=%31", "<a[]=%31>", 0},
		{"a[]=1", "<a[]=1>", 0},
		{"a+b=c+d", "<a b=c+d>", 0},
		{"a%2Bb=", "<a+b=>", 0},
		{"a%26=1", "<a&=1>", 0},
		{"a%3D=1", "<a==1>", 0},
		{"%C3%A4=1", "<\xC3\xA4=1>", 0},
		{"a=|", "<a=|>", 0},
		/* The value is raw: whoever splits it decodes it. */
		{"a=%zz", "<a=%zz>", 0},
	};
	check_rows(&limits, rows, MRL_COUNT(rows));
}

static void test_faults(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{"a=1;b=2", "unexpected", 0}, {"a=1&b= ", "unexpected", 4},
		{"a=\"", "unexpected", 0},    {"a=<", "unexpected", 0},
		{"a=>", "unexpected", 0},     {"a=\\", "unexpected", 0},
		{"a=^", "unexpected", 0},     {"a={", "unexpected", 0},
		{"a=}", "unexpected", 0},     {"a=`", "unexpected", 0},
		{"a=#", "unexpected", 0},     {"a=\x7F", "unexpected", 0},
		{"a=\t", "unexpected", 0},    {"a=\xC3\xA4", "unexpected", 0},
		{"a=1&%=2", "escape", 4},     {"%4=2", "escape", 0},
		{"%g0=2", "escape", 0},       {"%C3=1", "utf8", 0},
		{"%ED%A0%80=1", "utf8", 0},   {"%00=1", "nul", 0},
		{"abcde=1", "name-long", 0},  {"%C3%A4aaaa=1", "name-long", 0},
		{"&&&&&&&&", "pairs", 0},
	};
	check_rows(&limits, rows, MRL_COUNT(rows));
}

static void test_limits(void **state)
{
	(void)state;
	static const struct mrl_form_limits free_limits = {
		.pairs = 2, .name_chars = 2, .semicolon = true, .nul = true};
	static const struct row rows[] = {
		{"a=1;b=2", "<a=1;b=2>", 0},
		{"a&b", "<a=><b=>", 0},
		{"a&b&c", "pairs", 0},
		{"%C3%A4%C3%A4=1", "<\xC3\xA4\xC3\xA4=1>", 0},
		{"%C3%A4%C3%A4a=1", "name-long", 0},
	};
	check_rows(&free_limits, rows, MRL_COUNT(rows));
	struct mrl_arena arena;
	mrl_arena_init(&arena, &mrl_memory_malloc, 4096, 1U << 20);
	struct mrl_form form = split(&free_limits, MRL_SLICE("%00=1"), &arena);
	assert_int_equal(form.count, 1);
	assert_int_equal(form.pairs[0].name.size, 1);
	mrl_arena_release(&arena);
}

static void check_decoded(const char *raw, unsigned flags, const char *expected)
{
	struct mrl_arena arena;
	struct mrl_slice text = MRL_SLICE("untouched");
	enum mrl_text_fault fault = MRL_TEXT_PAIRS;
	mrl_arena_init(&arena, &mrl_memory_malloc, 4096, 1U << 20);
	assert_int_equal(mrl_percent_decode(mrl_slice_text(raw), flags, &arena, &text, &fault),
	                 MRL_OK);
	if (fault != MRL_TEXT_OK) {
		check_slice(text, "untouched");
		text = mrl_text_fault_name(fault);
	}
	check_slice(text, expected);
	mrl_arena_release(&arena);
}

static void test_decode(void **state)
{
	(void)state;
	check_decoded("", 0, "");
	check_decoded("a+b", 0, "a+b");
	check_decoded("a+b", MRL_DECODE_PLUS, "a b");
	check_decoded("a%2Bb", MRL_DECODE_PLUS, "a+b");
	check_decoded("%2541", 0, "%41");
	check_decoded("%41%62", 0, "Ab");
	check_decoded("%", 0, "escape");
	check_decoded("%4", 0, "escape");
	check_decoded("a%4", 0, "escape");
	check_decoded("%4g", 0, "escape");
	check_decoded("%C0%AF", 0, "utf8");
	check_decoded("\xC0\xAF", 0, "utf8");
	check_decoded("%00", 0, "nul");
	check_decoded("a", MRL_DECODE_NUL, "a");
}

/* Every allocation fails in turn: a status, never pairs. */
static void test_memory(void **state)
{
	(void)state;
	for (size_t cap = 0; cap < 400; cap += 8) {
		struct mrl_arena arena;
		struct mrl_form form = {.count = 77};
		mrl_arena_init(&arena, &mrl_memory_malloc, 64, cap);
		enum mrl_err err = mrl_form_split(&limits, MRL_SLICE("%41=1&%42=2&c=3"), &arena,
		                                  &form);
		assert_true(err == MRL_ERR_MEMORY ? form.count == 77 : form.count == 3);
		mrl_arena_release(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),  cmocka_unit_test(test_faults),
		cmocka_unit_test(test_limits), cmocka_unit_test(test_decode),
		cmocka_unit_test(test_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
