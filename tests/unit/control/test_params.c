/* params: each parameter is a documented one, once, valid and bounded [INPUT-1 INPUT-2 INPUT-3]. */
#include "fixture.h"

static void get(struct fixture *f, const char *target)
{
	fixture_call(f, "GET", target);
	(void)fixture_head(f);
}

static void takes_what_is_documented(void **state)
{
	static const char *const good[] = {"/v1/judged", "/v1/judged?",
	                                   "/v1/judged?at=1&at=2&text=x", "/v1/judged?text=a%20b+c",
	                                   "/v1/orders/123456789"};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(good); i++) {
		get(f, good[i]);
		assert_passed(f);
		assert_error(f, "");
	}
	assert_int_equal(f->call.input.value_count, 1);
	assert_int_equal(f->call.input.values[0].in, MRL_IN_PATH);
}

static void refuses_what_is_not(void **state)
{
	static const struct {
		const char *target;
		const char *error;
		const char *keyword;
	} rows[] = {
		{"/v1/judged?role=admin",
	         "{\"in\":\"query\",\"name\":\"role\",\"pointer\":\"\",\"keyword\":\"undeclared\"}",
	         "undeclared"},
		{"/v1/judged?text=a&text=b",
	         "{\"in\":\"query\",\"name\":\"text\",\"pointer\":\"\",\"keyword\":\"repeated\"}",
	         "repeated"},
		{"/v1/judged?at=1&at=x",
	         "{\"in\":\"query\",\"name\":\"at\",\"pointer\":\"/1\",\"keyword\":\"type\"}",
	         "type"},
		{"/v1/orders/1234567890",
	         "{\"in\":\"path\",\"name\":\"id\",\"pointer\":\"\",\"keyword\":\"maxLength\"}",
	         "maxLength"},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		get(f, rows[i].target);
		assert_denied(f, MRL_CONTROL_params, MRL_PROBLEM_INPUT_PARAMETER);
		assert_error(f, rows[i].error);
		assert_true(has_word(f, "input_keyword", rows[i].keyword));
		assert_true(fact_number(f, "input_steps") >= 0);
	}
}

static void get_text(struct fixture *f, size_t chars)
{
	static char target[2048];
	assert_true(chars + 17 < sizeof(target));
	memcpy(target, "/v1/judged?text=", 16);
	memset(target + 16, 'a', chars);
	target[16 + chars] = '\0';
	get(f, target);
}

static void caps_what_is_unbounded(void **state)
{
	struct fixture *f = *state;
	get_text(f, 1024);
	assert_passed(f);
	get_text(f, 1025);
	assert_denied(f, MRL_CONTROL_params, MRL_PROBLEM_INPUT_PARAMETER);
	assert_int_equal(fact_number(f, "input_capped"), 1);
	fixture_with(f, NULL, "controls: {params: {cap_param_chars: 2, cap_param_items: 3}}\n");
	get_text(f, 2);
	assert_passed(f);
	get_text(f, 3);
	assert_denied(f, MRL_CONTROL_params, MRL_PROBLEM_INPUT_PARAMETER);
	get(f, "/v1/judged?at=1&at=2&at=3");
	assert_passed(f);
	get(f, "/v1/judged?at=1&at=2&at=3&at=4");
	assert_denied(f, MRL_CONTROL_params, MRL_PROBLEM_INPUT_PARAMETER);
}

static void bounds_the_pairs(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, NULL, "controls: {params: {pairs: 2}}\n");
	get(f, "/v1/judged?at=1&at=2");
	assert_passed(f);
	get(f, "/v1/judged?at=1&at=2&at=3");
	assert_denied(f, MRL_CONTROL_params, MRL_PROBLEM_INPUT_PARAMETER);
}

static void a_semicolon_is_data_only_if_told(void **state)
{
	struct fixture *f = *state;
	get(f, "/v1/judged?text=a;b");
	assert_denied(f, MRL_CONTROL_params, MRL_PROBLEM_INPUT_PARAMETER);
	fixture_with(f, NULL, "controls: {params: {query_semicolon: data}}\n");
	get(f, "/v1/judged?text=a;b");
	assert_passed(f);
}

static void details_can_be_left_away(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, NULL, "controls: {body: {error_detail: none}}\n");
	get(f, "/v1/judged?role=admin");
	assert_denied(f, MRL_CONTROL_params, MRL_PROBLEM_INPUT_PARAMETER);
	assert_error(f, "");
}

static void shadow_mode_leaves_nothing_in_the_answer(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, NULL, "controls: {params: {mode: shadow}}\n");
	get(f, "/v1/judged?role=admin");
	assert_passed(f);
	assert_true(f->call.shadow);
	assert_error(f, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(takes_what_is_documented),
		with_fixture(refuses_what_is_not),
		with_fixture(caps_what_is_unbounded),
		with_fixture(bounds_the_pairs),
		with_fixture(a_semicolon_is_data_only_if_told),
		with_fixture(details_can_be_left_away),
		with_fixture(shadow_mode_leaves_nothing_in_the_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
