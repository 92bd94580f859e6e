/* cors: preflights are answered from the document [CORS-3]. */
#include "cors_calls.h"

static void assert_preflight_answer(struct fixture *f, const char *methods, const char *headers)
{
	assert_int_equal(f->verdict.outcome, MRL_ANSWER);
	assert_int_equal(f->verdict.status, 204);
	assert_answer(f, "Access-Control-Allow-Methods", methods);
	assert_answer(f, "Access-Control-Allow-Headers", headers);
	assert_answer(f, "Access-Control-Max-Age", "600");
	assert_int_equal(f->call.answer_count, 3);
	fixture_answer(f, 204);
	fixture_run_reply(f, NULL);
	assert_passed(f);
	assert_reply_set(f, "Access-Control-Allow-Origin", O);
	assert_reply_set(f, "Access-Control-Expose-Headers", NULL);
	assert_reply_set(f, "Access-Control-Allow-Private-Network", NULL);
	assert_reply_set(f, "Vary",
	                 "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
}

static void preflights_are_answered_from_the_document(void **state)
{
	static const struct {
		const char *target;
		const char *method;
		const char *asked;
		const char *methods;
		const char *headers;
	} rows[] = {
		{"/v1/orders", "GET", "x-page", "GET, HEAD, POST", ALWAYS ", x-page"},
		{"/v1/orders", "HEAD", NULL, "GET, HEAD, POST", ALWAYS ", x-page"},
		{"/v1/orders", "POST", "authorization,content-type", "GET, HEAD, POST",
	         ALWAYS ", authorization"},
		{"/v1/orders/7", "GET", "X-API-KEY , Accept", "GET, HEAD, DELETE",
	         ALWAYS ", x-api-key"},
		{"/v1/orders/7", "DELETE", "", "GET, HEAD, DELETE", ALWAYS},
		{"/v1/probe", "GET", ALWAYS, "GET, HEAD", ALWAYS},
	};
	struct fixture *f = *state;
	fixture_with(f, CORS, NULL);
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		preflight(f, rows[i].target, O, rows[i].method, rows[i].asked);
		assert_preflight_answer(f, rows[i].methods, rows[i].headers);
		assert_reply_set(f, "Access-Control-Allow-Credentials", NULL);
	}
}

static void preflights_are_bounded_to_the_document(void **state)
{
	static const struct {
		const char *method;
		const char *headers;
	} rows[] = {
		{"PUT", NULL},
		{"DELETE", NULL},
		{"get", NULL},
		{"FOO", NULL},
		{"", NULL},
		{"OPTIONS", NULL},
		{"TRACE", NULL},
		{"GET, POST", NULL},
		{"GET", "authorization"}, /* POST's */
		{"GET", "x-unknown"},
		{"GET", "accept, x-unknown"},
		{"GET", "x-pages"},
		{"GET", "*"},
		{"POST", "x-page"},
	};
	struct fixture *f = *state;
	fixture_with(f, CORS, NULL);
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		preflight(f, "/v1/orders", O, rows[i].method, rows[i].headers);
		assert_denied(f, MRL_CONTROL_cors, MRL_PROBLEM_PREFLIGHT_REFUSED);
		assert_int_equal(f->call.answer_count, 0);
	}
	preflight(f, "/v1/probe", O, "OPTIONS", NULL);
	assert_denied(f, MRL_CONTROL_cors, MRL_PROBLEM_PREFLIGHT_REFUSED);
	preflight(f, "/v1/unknown", O, "GET", NULL);
	assert_denied(f, MRL_CONTROL_cors, MRL_PROBLEM_NO_OPERATION);
}

static void preflights_have_no_body(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, CORS, NULL);
	preflight(f, "/v1/orders", O, "GET", NULL);
	f->view.has_body = true;
	fixture_head(f);
	assert_denied(f, MRL_CONTROL_cors, MRL_PROBLEM_PREFLIGHT_REFUSED);
}

static void preflights_name_few_headers(void **state)
{
	static char names[1100];
	struct fixture *f = *state;
	fixture_with(f, CORS, NULL);
	for (size_t i = 0; i < 33; i++) {
		memcpy(names + 7 * i, "accept,", 8);
	}
	names[7 * 32 - 1] = '\0';
	preflight(f, "/v1/orders", O, "GET", names);
	assert_int_equal(f->verdict.outcome, MRL_ANSWER);
	names[7 * 32 - 1] = ',';
	names[7 * 33 - 1] = '\0';
	preflight(f, "/v1/orders", O, "GET", names);
	assert_denied(f, MRL_CONTROL_cors, MRL_PROBLEM_PREFLIGHT_REFUSED);
	memset(names, ' ', sizeof(names));
	memcpy(names, "accept", 6);
	names[1024] = '\0';
	preflight(f, "/v1/orders", O, "GET", names);
	assert_int_equal(f->verdict.outcome, MRL_ANSWER);
	names[1024] = ' ';
	names[1025] = '\0';
	preflight(f, "/v1/orders", O, "GET", names);
	assert_denied(f, MRL_CONTROL_cors, MRL_PROBLEM_PREFLIGHT_REFUSED);
}

static void without_a_request_method_it_is_no_preflight(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, CORS, NULL);
	call_from(f, "OPTIONS", "/v1/orders", O);
	assert_int_equal(f->verdict.outcome, MRL_ANSWER);
	assert_answer(f, "Allow", "GET, HEAD, POST, OPTIONS");
	assert_answer(f, "Access-Control-Allow-Methods", NULL);
	assert_false(f->call.preflight);
	/* Nor with another method than OPTIONS. */
	fixture_call(f, "GET", "/v1/orders");
	fixture_field(f, "Origin", O);
	fixture_field(f, "Access-Control-Request-Method", "PUT");
	fixture_head(f);
	assert_passed(f);
}

/* A preflight is judged by what the operation says that it asks for. */
static void operations_have_lists_of_their_own(void **state)
{
	struct fixture *f = *state;
	fixture_with(f,
	             ", operations: {\"GET /orders\": {controls: {cors: {origins: [\"" O "\"], "
	             "credentials: on, max_age: 0, expose: [X-More], allow_headers: [X-Trial]}}}}",
	             NULL);
	call_from(f, "GET", "/v1/orders", O);
	assert_passed(f);
	reply_to(f, NULL);
	assert_reply_set(f, "Access-Control-Expose-Headers", EXPOSED ", x-total, X-More");
	preflight(f, "/v1/orders", O, "GET", "x-trial");
	assert_int_equal(f->verdict.outcome, MRL_ANSWER);
	assert_answer(f, "Access-Control-Max-Age", "0");
	assert_answer(f, "Access-Control-Allow-Headers", ALWAYS ", x-page, X-Trial");
	fixture_answer(f, 204);
	fixture_run_reply(f, NULL);
	assert_reply_set(f, "Access-Control-Allow-Origin", O);
	assert_reply_set(f, "Access-Control-Allow-Credentials", "true");
	call_from(f, "POST", "/v1/orders", O);
	assert_denied(f, MRL_CONTROL_cors, MRL_PROBLEM_ORIGIN_NOT_ALLOWED);
	preflight(f, "/v1/orders", O, "POST", NULL);
	assert_denied(f, MRL_CONTROL_cors, MRL_PROBLEM_ORIGIN_NOT_ALLOWED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(preflights_are_answered_from_the_document),
		with_fixture(preflights_are_bounded_to_the_document),
		with_fixture(preflights_have_no_body),
		with_fixture(preflights_name_few_headers),
		with_fixture(without_a_request_method_it_is_no_preflight),
		with_fixture(operations_have_lists_of_their_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
