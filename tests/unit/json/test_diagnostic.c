/* Findings: order, counts, bounds, and both forms. */
#include "fixture.h"

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

static struct mrl_slice as_text(const struct mrl_diagnostic *diagnostic,
                                void (*form)(const struct mrl_diagnostic *, struct mrl_buffer *))
{
	static char memory[4096];
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	form(diagnostic, &buffer);
	assert_false(buffer.overflow);
	return mrl_buffer_slice(&buffer);
}

static void takes_the_place_from_the_node(void **state)
{
	struct fixture *fixture = *state;
	const struct mrl_node *root = fixture_root(fixture, "a:\n  b/c: [1,\n    bad]\n");
	const struct mrl_node *bad = mrl_node_pointer(root, MRL_SLICE("/a/b~1c/1"));
	mrl_diagnose(&fixture->diagnostics, MRL_ERROR, "x-bad", bad, "write %d", "%s is bad", "it");
	const struct mrl_diagnostic *found = fixture->diagnostics.first;
	check_slice(as_text(found, mrl_diagnostic_text),
	            "a.yaml:3:5: error: it is bad (at /a/b~1c/1)\n    hint: write %d\n");
	check_slice(as_text(found, mrl_diagnostic_json),
	            "{\"severity\":\"error\",\"code\":\"x-bad\",\"file\":\"a.yaml\",\"line\":3,"
	            "\"column\":5,\"pointer\":\"/a/b~1c/1\",\"message\":\"it is bad\","
	            "\"hint\":\"write %d\"}");
}

static void a_file_has_no_line(void **state)
{
	struct fixture *fixture = *state;
	mrl_diagnose_file(&fixture->diagnostics, MRL_WARNING, "x", MRL_SLICE("b.json"), 0, 0, NULL,
	                  "gone");
	check_slice(as_text(fixture->diagnostics.first, mrl_diagnostic_text),
	            "b.json: warning: gone\n");
	assert_int_equal(fixture->diagnostics.errors, 0);
	assert_int_equal(fixture->diagnostics.warnings, 1);
}

static void what_a_document_says_moves_no_cursor(void **state)
{
	struct fixture *fixture = *state;
	const struct mrl_node *root = fixture_root(fixture, "\"\\e[31m\\n\": 1\n");
	mrl_diagnose(&fixture->diagnostics, MRL_NOTE, "x", mrl_node_first(root), NULL, "\x1B[0m");
	check_slice(as_text(fixture->diagnostics.first, mrl_diagnostic_text),
	            "a.yaml:1:1: note: ?[0m (at /?[31m?)\n");
}

static void keeps_the_order_and_the_bound(void **state)
{
	struct fixture *fixture = *state;
	struct mrl_diagnostics *diagnostics = &fixture->diagnostics;
	for (unsigned i = 1; i <= MRL_DIAGNOSTICS_MAX + 5; i++) {
		mrl_diagnose_file(diagnostics, MRL_ERROR, "x", MRL_SLICE("f"), i, 1, NULL, "%u", i);
	}
	assert_int_equal(diagnostics->errors, MRL_DIAGNOSTICS_MAX + 5);
	assert_int_equal(diagnostics->dropped, 5);
	assert_int_equal(diagnostics->first->line, 1);
	assert_int_equal(diagnostics->last->line, MRL_DIAGNOSTICS_MAX);
}

static void counts_without_memory(void **state)
{
	(void)state;
	struct mrl_arena none;
	mrl_arena_init(&none, &mrl_memory_malloc, 64, 0);
	struct mrl_diagnostics diagnostics = {.arena = &none};
	mrl_diagnose_file(&diagnostics, MRL_ERROR, "x", MRL_SLICE("f"), 1, 1, "h", "m");
	assert_int_equal(diagnostics.errors, 1);
	assert_int_equal(diagnostics.dropped, 1);
	assert_null(diagnostics.first);
}

static void a_long_message_is_cut_between_code_points(void **state)
{
	struct fixture *fixture = *state;
	static char text[2000];
	for (size_t i = 0; i + 2 < sizeof(text); i += 3) {
		memcpy(text + i, "\xE2\x82\xAC", 3);
	}
	text[1998] = '\0';
	mrl_diagnose_file(&fixture->diagnostics, MRL_ERROR, "x", MRL_SLICE("f"), 1, 1, NULL, "%s",
	                  text);
	struct mrl_slice message = fixture->diagnostics.first->message;
	assert_int_equal(message.size, 1023);
	assert_int_equal(mrl_utf8_check(message), message.size);
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		ROW(takes_the_place_from_the_node),
		ROW(a_file_has_no_line),
		ROW(what_a_document_says_moves_no_cursor),
		ROW(keeps_the_order_and_the_bound),
		ROW(counts_without_memory),
		ROW(a_long_message_is_cut_between_code_points),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
