/* Frames and exceptions cut out of traces, and what must never be cut out. */
#include "leak_fixture.h"

static const char *folder;

static const struct example {
	const char *file;
	const char *json; /* its beginning */
} examples[] = {
	{"jvm-1.txt",
         "\"leak\":[\"jvm\"],\"exception\":\"java.lang.NullPointerException\",\"frames\":["
         "\"OrderService.java:88 com.acme.shop.OrderService.total\""},
	{"jvm-3.txt",
         "\"leak\":[\"jvm\"],\"exception\":\"java.lang.ArrayIndexOutOfBoundsException\""},
	{"dotnet-1.txt", "\"leak\":[\"dotnet\"],\"exception\":\"System.NullReferenceException\","
                         "\"frames\":[\"OrdersController.cs:42 "
                         "Shop.Api.Controllers.OrdersController.Get\"]"},
	{"python-1.txt", "\"leak\":[\"python\"],\"exception\":\"KeyError\","
                         "\"frames\":[\"views.py:42 get_order\"]"},
	{"node-1.txt", "\"leak\":[\"node\"],\"exception\":\"TypeError\","
                       "\"frames\":[\"users.js:23 getUser\",\"layer.js:95"},
	{"node-4.txt",
         "\"leak\":[\"node\"],\"exception\":\"Error\",\"frames\":[\"basket.ts:57 Basket.add\","
         "\"checkout.ts:8 Checkout\",\"routes.ts:101\"]"},
	{"php-1.txt", "\"leak\":[\"php\"],\"exception\":\"TypeError\",\"frames\":["},
	{"php-4.txt", "\"leak\":[\"php\"],\"frames\":[\"HttpKernel.php:76 "
                      "RouterListener->onKernelRequest\"]"},
	{"ruby-1.txt", "\"leak\":[\"ruby\"],\"exception\":\"NoMethodError\",\"frames\":["
                       "\"orders_controller.rb:12 show\""},
	{"ruby-4.txt", "\"leak\":[\"ruby\"],\"exception\":\"ArgumentError\",\"frames\":["
                       "\"cart.rb:57 add\",\"app.rb:9 block\"]"},
	{"go-1.txt", "\"leak\":[\"go\"],\"frames\":[\"server.go:88 handleOrder\""},
	{"go-2.txt", "\"leak\":[\"go\"],\"frames\":[\"stack.go:24 debug.Stack\","
                     "\"total.go:19 main.total\"]"},
	{"rust-3.txt", "\"leak\":[\"rust\"],\"frames\":[\"panicking.rs:665 rust_begin_unwind\","
                       "\"panicking.rs:74 core::panicking::panic_fmt\",\"cart.rs:17 "
                       "shop::cart::total\"]"},
	{"erlang-1.txt",
         "\"leak\":[\"erlang\"],\"exception\":\"KeyError\",\"frames\":["
         "\"cart.ex:31 Shop.Cart.total\",\"router.ex:432 Phoenix.Router.__call__\""},
	{"erlang-3.txt",
         "\"leak\":[\"erlang\"],\"frames\":[\"cart.erl:12 total\",\"proc_lib.erl:241 "
         "init_p_do_apply\"]"},
	{"native-1.txt", "\"leak\":[\"native\"],\"frames\":[\"main.c:12 main\"]"},
	{"sql-1.txt", "\"leak\":[\"sql\"]"},
};

static struct mrl_slice report_json(const struct fixture *fixture, struct mrl_slice body,
                                    uint8_t memory[MRL_LEAK_REPORT_MAX])
{
	struct mrl_leak_report report;
	struct mrl_buffer buffer = mrl_buffer(memory, MRL_LEAK_REPORT_MAX);

	mrl_leak_frames(fixture->scanner, body, &report);
	mrl_leak_report_json(&report, &buffer);
	assert_false(buffer.overflow);
	return mrl_buffer_slice(&buffer);
}

static void check_example(const struct fixture *fixture, const struct example *example,
                          struct mrl_slice body)
{
	uint8_t memory[MRL_LEAK_REPORT_MAX];
	struct mrl_slice json = report_json(fixture, body, memory);

	if (!mrl_slice_starts(json, mrl_slice_text(example->json))) {
		fail_msg("%s gives\n%.*s, not\n%s", example->file, MRL_PRINT(json), example->json);
	}
}

/* ERR-2 */
static void test_examples(void **state)
{
	static uint8_t text[TRACE_MAX];
	static uint8_t memory[6 * TRACE_MAX];

	for (size_t i = 0; i < MRL_COUNT(examples); i++) {
		size_t size = read_trace(folder, examples[i].file, text);
		check_example(*state, &examples[i], mrl_slice(text, size));
		struct mrl_buffer json = mrl_buffer(memory, sizeof(memory));
		MRL_PUT(&json, "{\"trace\":\"");
		write_form(mrl_slice(text, size), json_form, &json);
		MRL_PUT(&json, "\"}");
		check_example(*state, &examples[i], mrl_buffer_slice(&json));
		struct mrl_buffer html = mrl_buffer(memory, sizeof(memory));
		MRL_PUT(&html, "<pre>");
		write_form(mrl_slice(text, size), html_form, &html);
		check_example(*state, &examples[i], mrl_buffer_slice(&html));
	}
}

static bool allowed(uint8_t byte)
{
	return (byte >= '0' && byte <= '9') || (mrl_lower(byte) >= 'a' && mrl_lower(byte) <= 'z') ||
	       (byte != 0 && strchr("_.$<>:-", byte) != NULL);
}

static void check_name(const struct mrl_leak_name *name)
{
	assert_true(name->size <= MRL_LEAK_NAME_MAX);
	for (size_t i = 0; i < name->size; i++) {
		assert_true(allowed(name->text[i]));
	}
}

/* AUDIT-2: what users wrote, queries and folders stay out, in every form. */
static void check_private(void *context, const char *name, struct mrl_slice text)
{
	static const char *const canaries[] = {"jane",     "example.com", "/",
	                                       "4711",     "1001",        "emial",
	                                       "left-pad", "SELECT",      "stock.internal"};
	const struct fixture *fixture = context;
	uint8_t memory[MRL_LEAK_REPORT_MAX];
	struct mrl_leak_report report;

	mrl_leak_frames(fixture->scanner, text, &report);
	check_name(&report.exception);
	for (uint32_t i = 0; i < report.frame_count; i++) {
		check_name(&report.frames[i].file);
		check_name(&report.frames[i].function);
	}
	struct mrl_slice json = report_json(context, text, memory);
	for (size_t i = 0; i < MRL_COUNT(canaries); i++) {
		if (mrl_slice_find_text(json, mrl_slice_text(canaries[i])) < json.size) {
			fail_msg("%s shows %s: %.*s", name, canaries[i], MRL_PRINT(json));
		}
	}
}

static void test_nothing_private(void **state)
{
	assert_true(each_trace(folder, check_private, *state) >= 60);
}

static void test_bounds(void **state)
{
	static char text[65536];
	size_t size = 0;
	uint8_t memory[MRL_LEAK_REPORT_MAX];
	struct mrl_leak_report report;
	const struct fixture *fixture = *state;

	for (unsigned i = 0; i < 100; i++) {
		size += (size_t)snprintf(
			text + size, sizeof(text) - size,
			"\tat com.acme.a.very.long.package.of.names.that.goes.on.and.on.Name%u"
			".method(ANameThatIsLongerThanAnyFileNameShouldEverBeAtAll%u.java:%u)\n",
			i, i, i);
	}
	mrl_leak_frames(fixture->scanner, mrl_slice(text, size), &report);
	assert_int_equal(report.frame_count, MRL_LEAK_FRAMES_MAX);
	struct mrl_slice json = report_json(fixture, mrl_slice(text, size), memory);
	assert_true(json.size > 1000);
	assert_int_equal(json.data[json.size - 1], ']');
}

static void test_clean_says_nothing(void **state)
{
	uint8_t memory[MRL_LEAK_REPORT_MAX];

	assert_int_equal(report_json(*state, MRL_SLICE("{\"error\":\"KeyError\"}"), memory).size,
	                 0);
}

/* A name counts only where a trace puts it. */
static void test_exception_places(void **state)
{
	static const struct {
		const char *body;
		const char *json;
	} cases[] = {
		{"SQLSTATE[1] for JaneError: x", "\"leak\":[\"sql\"]"},
		{"SQLSTATE[1]\nJaneError: x", "\"leak\":[\"sql\"],\"exception\":\"JaneError\""},
		{"SQLSTATE[1]\nJane@Error: x", "\"leak\":[\"sql\"]"},
		{"SQLSTATE[1]\njaneError: x", "\"leak\":[\"sql\"]"},
		{"SQLSTATE[1]\nJaneErrors: x", "\"leak\":[\"sql\"]"},
	};
	uint8_t memory[MRL_LEAK_REPORT_MAX];

	for (size_t i = 0; i < MRL_COUNT(cases); i++) {
		struct mrl_slice json = report_json(*state, mrl_slice_text(cases[i].body), memory);
		if (!mrl_slice_is(json, cases[i].json)) {
			fail_msg("%s gives %.*s", cases[i].body, MRL_PRINT(json));
		}
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),         cmocka_unit_test(test_nothing_private),
		cmocka_unit_test(test_bounds),           cmocka_unit_test(test_clean_says_nothing),
		cmocka_unit_test(test_exception_places),
	};

	folder = argc > 1 ? argv[1] : "tests/vectors/leaks";
	return cmocka_run_group_tests(tests, fixture_make, fixture_drop);
}
