/* The corpus of traces in three forms, the business bodies, the verdict, the guard, the bound. */
#include "leak_fixture.h"

static const char *folder;

static bool has_family(struct mrl_leak_set set, const char *name)
{
	for (unsigned leak = 0; leak < MRL_LEAK_COUNT; leak++) {
		const char *family = mrl_leak_family((enum mrl_leak)leak);
		if (mrl_leak_set_has(set, (enum mrl_leak)leak) &&
		    strncmp(name, family, strlen(family)) == 0) {
			return true;
		}
	}
	return false;
}

static void check_form(const struct fixture *fixture, const char *name, const char *form,
                       struct mrl_slice body)
{
	struct mrl_leak_result result = scan_slice(fixture->scanner, body);

	if (!mrl_leak_judge(&result, 200) || !has_family(result.strong, name)) {
		fail_msg("%s as %s is not found", name, form);
	}
	assert_true(result.first_position < body.size);
}

static void check_trace(void *context, const char *name, struct mrl_slice text)
{
	static uint8_t memory[6 * TRACE_MAX];
	struct mrl_buffer json = mrl_buffer(memory, sizeof(memory));

	check_form(context, name, "text", text);
	MRL_PUT(&json, "{\"status\":500,\"trace\":\"");
	write_form(text, json_form, &json);
	MRL_PUT(&json, "\"}");
	check_form(context, name, "JSON", mrl_buffer_slice(&json));
	struct mrl_buffer html = mrl_buffer(memory, sizeof(memory));
	MRL_PUT(&html, "<html><body><pre>");
	write_form(text, html_form, &html);
	MRL_PUT(&html, "</pre></body></html>");
	check_form(context, name, "HTML", mrl_buffer_slice(&html));
}

/* ERR-1 */
static void test_corpus_is_found(void **state)
{
	assert_true(each_trace(folder, check_trace, *state) >= 60);
}

static unsigned random_below(uint32_t *seed, unsigned limit)
{
	*seed = *seed * UINT32_C(1664525) + UINT32_C(1013904223);
	return (*seed >> 8) % limit;
}

static const char *const templates[] = {
	"{\"id\":\"ord_%u\",\"status\":\"shipped\",\"total\":{\"amount\":\"10.%u\",\"currency\":"
	"\"EUR\"},"
	"\"lines\":[{\"sku\":\"ORA-NGE\",\"qty\":2},{\"sku\":\"PLS-12\",\"qty\":1}]}",
	"{\"id\":%u,\"email\":\"person%u@example.com\",\"name\":\"Anna Werkzeug\",\"avatar\":"
	"\"https:\\/\\/cdn.example.com\\/app\\/avatar.js\",\"company\":\"System. Solutions\"}",
	"{\"invoice\":\"INV-%u\",\"due\":\"2026-04-%02u\",\"note\":\"Exception granted by the "
	"board; see "
	"line 3\",\"version\":\"10.2.3\",\"lines\":[{\"text\":\"Werkzeugkasten\",\"net\":110.25}]}",
	"{\"ts\":1767225600.%u,\"level\":\"error\",\"msg\":\"Error: card declined at line "
	"%u\",\"stack\":"
	"\"payments\",\"code\":\"SQLITE\",\"host\":\"192.168 Street\"}",
	"{\"title\":\"Panic at the market, part %u\",\"body\":\"Caused by: bad weather. at "
	"Microsoft. "
	"Fatal error of judgement, %u people were unexpectedly late. Stack trace: none.\"}",
	"{\"errors\":[{\"field\":\"email\",\"code\":\"unexpected_token\",\"message\":\"must be at "
	"most %u "
	"characters\"},{\"field\":\"age\",\"message\":\"must be over %u\"}]}",
	"{\"file\":\"report.java\",\"url\":\"https://example.com/app/main.js?v=%u\",\"size\":%u,"
	"\"path\":\"docs/readme.py\",\"tags\":[\"node_modules\",\"goroutine leak\"]}",
	"{\"ip\":\"203.0.113.%u\",\"agent\":\"curl/8.%u\",\"city\":\"Exs: "
	"unknown\",\"near\":\"near "
	"\\\"Utrecht\\\"\",\"entry\":\"Duplicate entry removed\"}",
};

static void check_clean(const struct fixture *fixture, const char *text, size_t size)
{
	struct mrl_leak_result result = scan_slice(fixture->scanner, mrl_slice(text, size));

	if (mrl_leak_judge(&result, 200) || mrl_leak_judge(&result, 400)) {
		fail_msg("taken for a leak (%llx, %llx): %.*s",
		         (unsigned long long)result.strong.bits,
		         (unsigned long long)result.weak.bits, (int)size, text);
	}
}

/* ERR-1: 1,000 bodies that carry business are left alone. */
static void test_business_passes(void **state)
{
	char text[16384];
	uint32_t seed = 7;

	for (unsigned body = 0; body < 1000; body++) {
		size_t size = 0;
		text[size++] = '[';
		for (unsigned part = 1 + random_below(&seed, 12); part > 0; part--) {
			const char *line = templates[random_below(&seed, MRL_COUNT(templates))];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			int made = snprintf(text + size, sizeof(text) - size, line,
			                    random_below(&seed, 1000), random_below(&seed, 28) + 1);
#pragma GCC diagnostic pop
			size += (size_t)made;
			text[size++] = part > 1 ? ',' : ']';
		}
		check_clean(*state, text, size);
	}
}

static const char *const sentences[] = {
	"An exception was made for the committee, at line 3 of the minutes.",
	"The panic: it spread through the city before noon.",
	"A Fatal error of the captain sank the ship; nobody had seen such a stack of letters.",
	"Unexpected tokens of affection were exchanged, and the Error was forgiven.",
	"He wrote in line 12, in a hand that nobody could read.",
	"Mathematics knows exceptions: see page 4, line 7 on line numbers.",
	"The System. That is what they called it, an Exception to every rule.",
	"At Microsoft. they said, the node was internal and the modules were many.",
	"\"Caused by: the rain\", the report went on, \"and by nothing else\".",
	"A goroutine is a light thread; one that panicked at 3 in the morning is a heavy one.",
	"The Apache rode west; nginx is a server, and so was Jeeves.",
	"Cannot GET enough of it, cried the crowd, you have an error in your sequel!",
	"Near \"the bridge\" there was no traffic; a constraint failed to hold.",
	"The stack trace is what you read first, and stacks of papers last.",
	"In main streets and in side streets, wherever 10.30 or 172.5 was written on a door.",
	"See https://www.example.com/usr/share/app.js or call 10.20.30, extension 4.",
	"Das Werkzeug lag auf dem Tisch, und Werkzeuge gab es viele.",
	"The abort trap terminated, and called after her was her dog.",
};

/* ERR-1: 50 pages of prose that speak of errors are left alone. */
static void test_prose_passes(void **state)
{
	char text[8192];
	uint32_t seed = 11;

	for (unsigned page = 0; page < 50; page++) {
		struct mrl_buffer buffer = mrl_buffer(text, sizeof(text));
		for (unsigned i = 0; i < 40; i++) {
			const char *next = sentences[random_below(&seed, MRL_COUNT(sentences))];
			mrl_buffer_put(&buffer, mrl_slice_text(next));
			mrl_buffer_byte(&buffer, i % 7 == 6 ? '\n' : ' ');
		}
		assert_false(buffer.overflow);
		check_clean(*state, text, buffer.size);
	}
}

static void test_judge(void **state)
{
	const struct fixture *fixture = *state;
	struct mrl_leak_result one = scan_text(fixture->scanner, "Cannot GET /a; Cannot POST /b");
	struct mrl_leak_result two = scan_text(fixture->scanner,
	                                       "Unexpected token < in JSON at position 0");
	struct mrl_leak_result strong = scan_text(fixture->scanner, "WRONGTYPE Operation");

	assert_int_equal(one.strong.bits, 0);
	assert_int_equal(one.weak.bits, UINT64_C(1) << MRL_LEAK_HINT_CANNOT);
	assert_false(mrl_leak_judge(&one, 500));
	assert_false(mrl_leak_judge(&two, 399));
	assert_true(mrl_leak_judge(&two, 400));
	assert_true(mrl_leak_judge(&strong, 200));
}

static void test_first_position(void **state)
{
	const struct fixture *fixture = *state;

	assert_int_equal(scan_text(fixture->scanner, "Unexpected token x SQLSTATE[").first_position,
	                 19);
	assert_int_equal(scan_text(fixture->scanner, "x Unexpected token y").first_position, 2);
	assert_true(scan_text(fixture->scanner, "nothing").first_position == UINT64_MAX);
	assert_true(scan_slice(fixture->scanner, MRL_SLICE_NONE).first_position == UINT64_MAX);
}

/* ERR-1: what the API documents is no leak. */
static void test_guard(void **state)
{
	const struct fixture *fixture = *state;
	struct mrl_leak_set off = {0};
	struct mrl_leak_result result;

	mrl_leak_guard(fixture->scanner, MRL_SLICE("e.g. ORA-00942"), &off);
	assert_int_equal(off.bits, UINT64_C(1) << MRL_LEAK_SQL_ORACLE);
	mrl_leak_scan(fixture->scanner, off, MRL_SLICE("ORA-00001 SQLSTATE[1]"), &result);
	assert_int_equal(result.strong.bits, UINT64_C(1) << MRL_LEAK_SQL_STATE);
	mrl_leak_guard(fixture->scanner, MRL_SLICE("an order's number"), &off);
	assert_int_equal(off.bits, UINT64_C(1) << MRL_LEAK_SQL_ORACLE);
}

static void fill(uint8_t *body, size_t size, const char *unit)
{
	size_t count = strlen(unit);

	for (size_t i = 0; i < size; i++) {
		body[i] = (uint8_t)unit[i % count];
	}
}

/* A body full of anchors is capped; what needs no context is found all the same. */
static void test_bound(void **state)
{
	static uint8_t body[1 << 20];
	const struct fixture *fixture = *state;
	struct mrl_slice last = MRL_SLICE("WRONGTYPE Operation");

	fill(body, sizeof(body), "x.js:1:x ");
	memcpy(body + sizeof(body) - last.size, last.data, last.size);
	struct mrl_leak_result result = scan_slice(fixture->scanner, mrl_slice(body, sizeof(body)));
	assert_true(result.capped);
	assert_int_equal(result.strong.bits, UINT64_C(1) << MRL_LEAK_STORE_REDIS);
	fill(body, sizeof(body), "an order's lines, 10.00 EUR in all ");
	result = scan_slice(fixture->scanner, mrl_slice(body, sizeof(body)));
	assert_false(result.capped);
}

static void test_arena_cap(void **state)
{
	struct mrl_arena arena;
	const struct mrl_leak_scanner *scanner = NULL;

	(void)state;
	mrl_arena_init(&arena, &mrl_memory_malloc, 1024, 1024);
	assert_int_equal(mrl_leak_scanner_new(&arena, &scanner), MRL_ERR_MEMORY);
	assert_null(scanner);
	mrl_arena_release(&arena);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_corpus_is_found), cmocka_unit_test(test_business_passes),
		cmocka_unit_test(test_prose_passes),    cmocka_unit_test(test_judge),
		cmocka_unit_test(test_first_position),  cmocka_unit_test(test_guard),
		cmocka_unit_test(test_bound),           cmocka_unit_test(test_arena_cap),
	};

	folder = argc > 1 ? argv[1] : "tests/vectors/leaks";
	return cmocka_run_group_tests(tests, fixture_make, fixture_drop);
}
