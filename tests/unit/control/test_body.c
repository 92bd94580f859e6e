/* body: one text of its type, valid, with nothing that no schema declares [INPUT-1 INPUT-2 INPUT-3
 * INPUT-4]. */
#include "fixture.h"

static void post(struct fixture *f, const char *body)
{
	(void)fixture_body(f, "POST", "/v1/orders", body);
}

static void takes_valid_texts(void **state)
{
	static const char *const good[] = {"{}", " {\"note\":\"x\",\"lines\":[1,2,3]} ",
	                                   "{\"lines\":[9223372036854775807,-0,1e2]}"};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(good); i++) {
		post(f, good[i]);
		assert_passed(f);
	}
	assert_int_equal(f->call.input.body.nodes->kind, MRL_JSON_KIND_OBJECT);
}

static void refuses_by_kind(void **state)
{
	static const struct {
		const char *body;
		enum mrl_problem_id problem;
		const char *error;
	} rows[] = {
		{"", MRL_PROBLEM_INPUT_SYNTAX,
	         "{\"in\":\"body\",\"line\":1,\"column\":1,\"keyword\":\"empty\"}"},
		{"{\n\"note\":}", MRL_PROBLEM_INPUT_SYNTAX,
	         "{\"in\":\"body\",\"line\":2,\"column\":8,\"keyword\":\"unexpected\"}"},
		{"{\"note\":7}", MRL_PROBLEM_INPUT_INVALID,
	         "{\"in\":\"body\",\"pointer\":\"/note\",\"keyword\":\"type\"}"},
		{"{\"role\":1}", MRL_PROBLEM_INPUT_INVALID,
	         "{\"in\":\"body\",\"pointer\":\"/role\",\"keyword\":\"undeclared\"}"},
		{"{\"id\":1}", MRL_PROBLEM_INPUT_INVALID,
	         "{\"in\":\"body\",\"pointer\":\"/id\",\"keyword\":\"readOnly\"}"},
		{"{\"lines\":[9223372036854775808]}", MRL_PROBLEM_INPUT_INVALID,
	         "{\"in\":\"body\",\"pointer\":\"/lines/0\",\"keyword\":\"number\"}"},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		post(f, rows[i].body);
		assert_denied(f, MRL_CONTROL_body, rows[i].problem);
		assert_error(f, rows[i].error);
	}
}

/* Each key at its value and one past it. */
static void keys_bound_what_they_say(void **state)
{
	static const struct {
		const char *key;
		const char *good, *bad;
		enum mrl_problem_id problem;
	} rows[] = {
		{"depth: 2", "{\"lines\":[1]}", "{\"lines\":[[1]]}", MRL_PROBLEM_INPUT_SYNTAX},
		{"values: 4", "{\"lines\":[1]}", "{\"lines\":[1,2]}", MRL_PROBLEM_INPUT_SYNTAX},
		{"name_chars: 5", "{\"lines\":[]}", "{\"liness\":[]}", MRL_PROBLEM_INPUT_SYNTAX},
		{"number_bytes: 16", "{\"lines\":[1234567890123456]}",
	         "{\"lines\":[12345678901234567]}", MRL_PROBLEM_INPUT_SYNTAX},
		{"cap_body_chars: 2", "{\"note\":\"\xC3\xA4\xC3\xA4\"}", "{\"note\":\"abc\"}",
	         MRL_PROBLEM_INPUT_INVALID},
		{"cap_items: 2", "{\"lines\":[1,2]}", "{\"lines\":[1,2,3]}",
	         MRL_PROBLEM_INPUT_INVALID},
		{"numbers: ijson", "{\"lines\":[9007199254740991]}",
	         "{\"lines\":[9007199254740992]}", MRL_PROBLEM_INPUT_INVALID},
		{"numbers: exact", "{\"lines\":[9223372036854775808]}", "{\"lines\":[1.5]}",
	         MRL_PROBLEM_INPUT_INVALID},
		{"nul: accept", "{\"note\":\"\\u0000\"}", "{\"note\":\"\\x\"}",
	         MRL_PROBLEM_INPUT_SYNTAX},
		{"read_only: allow", "{\"id\":1}", "{\"id\":\"1\"}", MRL_PROBLEM_INPUT_INVALID},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		char text[256];
		(void)snprintf(text, sizeof(text), "controls: {body: {%s}}\n", rows[i].key);
		fixture_with(f, NULL, text);
		post(f, rows[i].good);
		assert_passed(f);
		post(f, rows[i].bad);
		assert_denied(f, MRL_CONTROL_body, rows[i].problem);
	}
}

static void nul_is_refused_unless_told(void **state)
{
	struct fixture *f = *state;
	post(f, "{\"note\":\"\\u0000\"}");
	assert_denied(f, MRL_CONTROL_body, MRL_PROBLEM_INPUT_SYNTAX);
}

/* One program judges an API: what shapes it cannot differ by operation. */
static void keys_of_a_whole_api_are_refused_at_an_operation(void **state)
{
	struct fixture *f = *state;
	enum mrl_err err = fixture_load(
		f,
		", operations: {\"POST /orders\": {controls: {body: {numbers: exact, depth: 3}}}}",
		NULL);
	assert_int_equal(err, MRL_ERR_INVALID);
	assert_true(diagnosed(f, "policy-layer", "numbers"));
	assert_false(diagnosed(f, "policy-layer", "depth"));
	fixture_with(f, ", controls: {body: {numbers: exact}}", NULL);
	post(f, "{\"lines\":[9223372036854775808]}");
	assert_passed(f);
}

static void keeps_to_its_ranges(void **state)
{
	static const char *const bad[] = {
		"depth: 0",          "values: 16777217", "name_chars: 4097", "number_bytes: 15",
		"cap_body_chars: 0", "ops_per_byte: 7",  "ops_min: 9999",    "regex_steps: 9999"};
	struct fixture *f = *state;
	char text[128];
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		(void)snprintf(text, sizeof(text), "controls: {body: {%s}}\n", bad[i]);
		assert_int_equal(fixture_load(f, NULL, text), MRL_ERR_INVALID);
		assert_true(diagnosed(f, "policy-range", ""));
	}
}

/* Without a judged head there is nothing to judge by: exempted, not passed in silence. */
static void an_exempted_media_leaves_the_body_alone(void **state)
{
	struct fixture *f = *state;
	fixture_with(
		f, NULL,
		"exemptions: [{name: old-portal, control: media, operations: [\"POST /orders\"], "
		"reason: \"sends odd types until it is replaced\", until: \"2026-12-24\"}]\n");
	post(f, "{\"note\":7}");
	assert_passed(f);
	assert_true(has_word(f, "exempt", "old-portal"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(takes_valid_texts),
		with_fixture(refuses_by_kind),
		with_fixture(keys_bound_what_they_say),
		with_fixture(nul_is_refused_unless_told),
		with_fixture(keys_of_a_whole_api_are_refused_at_an_operation),
		with_fixture(keeps_to_its_ranges),
		with_fixture(an_exempted_media_leaves_the_body_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
