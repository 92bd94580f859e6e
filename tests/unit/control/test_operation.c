/* operation: what the document does not name does not exist [INPUT-1 CORS-3]. */
#include "fixture.h"

static void call(struct fixture *f, const char *method, const char *target)
{
	fixture_call(f, method, target);
	fixture_head(f);
}

static void passes_documented_operations(void **state)
{
	static const char *const rows[][2] = {{"GET", "/v1/orders"},    {"HEAD", "/v1/orders"},
	                                      {"GET", "/v1/orders/7"},  {"DELETE", "/v1/orders/7"},
	                                      {"OPTIONS", "/v1/probe"}, {"GET", "/v1/orders?"},
	                                      {"GET", "/v1/order%73"}};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		call(f, rows[i][0], rows[i][1]);
		assert_passed(f);
		assert_int_equal(f->call.answer_count, 0);
	}
}

static void refuses_unknown_paths(void **state)
{
	static const char *const methods[] = {"GET", "OPTIONS", "TRACE", "FOO"};
	static const char *const targets[] = {
		"/",          "/v1",       "/orders",     "/v1/orders/",    "/V1/orders",
		"/v1/ORDERS", "/v1/order", "/v1/orderss", "/v1/orders/7/x", "/.merlon/e/x"};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(targets) * MRL_COUNT(methods); i++) {
		call(f, methods[i % MRL_COUNT(methods)], targets[i / MRL_COUNT(methods)]);
		assert_denied(f, MRL_CONTROL_operation, MRL_PROBLEM_NO_OPERATION);
		assert_int_equal(f->call.answer_count, 0);
	}
}

static void refuses_other_methods_and_names_the_known(void **state)
{
	static const struct {
		const char *method;
		const char *target;
		const char *allow;
	} rows[] = {
		{"DELETE", "/v1/orders", "GET, HEAD, POST, OPTIONS"},
		{"PUT", "/v1/orders", "GET, HEAD, POST, OPTIONS"},
		{"FOO", "/v1/orders", "GET, HEAD, POST, OPTIONS"},
		{"get", "/v1/orders", "GET, HEAD, POST, OPTIONS"},
		{"TRACE", "/v1/orders/7", "GET, HEAD, DELETE, OPTIONS"},
		{"CONNECT", "/v1/orders/7", "GET, HEAD, DELETE, OPTIONS"},
		{"POST", "/v1/probe", "GET, HEAD, OPTIONS"},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		call(f, rows[i].method, rows[i].target);
		assert_denied(f, MRL_CONTROL_operation, MRL_PROBLEM_METHOD_NOT_ALLOWED);
		assert_answer(f, "Allow", rows[i].allow);
	}
}

static void answers_options_itself(void **state)
{
	struct fixture *f = *state;
	call(f, "OPTIONS", "/v1/orders/7");
	assert_int_equal(f->verdict.outcome, MRL_ANSWER);
	assert_int_equal(f->verdict.status, 204);
	assert_answer(f, "Allow", "GET, HEAD, DELETE, OPTIONS");
	assert_false(f->call.denied);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(passes_documented_operations),
		with_fixture(refuses_unknown_paths),
		with_fixture(refuses_other_methods_and_names_the_known),
		with_fixture(answers_options_itself),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
