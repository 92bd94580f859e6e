/* reply_error: one error schema, whoever failed [ERR-1 ERR-3]. */
#include "fixture.h"

#define PROBLEM(status) "{\"type\":\"about:blank\",\"status\":" status ",\"x\":[1,{\"a\":\"}\"}]}"

static void reply(struct fixture *f, uint16_t status, const char *type)
{
	fixture_passed(f, "GET", "/v1/orders");
	fixture_reply(f, status, type);
}

/* ---- 5xx --------------------------------------------------------------------------------------
 */

static void answers_5xx_at_once(void **state)
{
	static const uint16_t rows[][2] = {{500, 500}, {501, 501}, {502, 502}, {503, 503},
	                                   {504, 504}, {505, 500}, {507, 500}, {599, 500}};
	static const char *const types[] = {"text/html", "application/problem+json", NULL};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(rows) * MRL_COUNT(types); i++) {
		reply(f, rows[i / 3][0], types[i % 3]);
		fixture_run_reply(f, NULL); /* nothing of the body is asked for */
		assert_refused(f, MRL_CONTROL_reply_error, MRL_PROBLEM_UPSTREAM_ERROR,
		               rows[i / 3][1]);
		assert_int_equal(f->call.answer_count, 0);
	}
	reply(f, 499, "application/json");
	fixture_run_reply(f, "{}");
	assert_passed(f);
}

static void keeps_retry_after_of_503(void **state)
{
	static const char *const good[] = {"1", "60", "86400", "Sun, 06 Nov 1994 08:49:37 GMT"};
	static const char *const bad[] = {"0",
	                                  "86401",
	                                  "-1",
	                                  "1.5",
	                                  "soon",
	                                  "",
	                                  "Sun, 06 Nov 1994 08:49:37 UTC",
	                                  "Sun, 06 Nov 1994 08:49:37GMT ",
	                                  "<script>alert(1)</script> GMT",
	                                  "sun, 06 nov 1994 08:49:37 GMT",
	                                  "Sun, 06 Nov 1994 08:49:37 GMT.",
	                                  "99999999999999999999"};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(good); i++) {
		reply(f, 503, "text/html");
		fixture_reply_field(f, "Retry-After", good[i]);
		fixture_reply_field(f, "WWW-Authenticate", "Basic");
		fixture_run_reply(f, NULL);
		assert_answer(f, "Retry-After", good[i]);
		assert_int_equal(f->call.answer_count, 1);
		reply(f, 500, "text/html");
		fixture_reply_field(f, "Retry-After", good[i]);
		fixture_run_reply(f, NULL);
		assert_answer(f, "Retry-After", NULL);
	}
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		reply(f, 503, "text/html");
		fixture_reply_field(f, "Retry-After", bad[i]);
		fixture_run_reply(f, NULL);
		assert_refused(f, MRL_CONTROL_reply_error, MRL_PROBLEM_UPSTREAM_ERROR, 503);
		assert_answer(f, "Retry-After", NULL);
	}
}

/* ---- 4xx --------------------------------------------------------------------------------------
 */

static void passes_problems(void **state)
{
	static const char *const types[] = {"application/problem+json",
	                                    "Application/Problem+JSON; charset=utf-8"};
	static const char *const bodies[] = {PROBLEM("404"), "{}", " { } ", "{\"title\":\"x\"}"};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(types) * MRL_COUNT(bodies); i++) {
		reply(f, 404, types[i % 2]);
		fixture_run_reply(f, bodies[i / 2]);
		assert_passed(f);
	}
	reply(f, 404, types[0]); /* HEAD */
	f->reply.has_body = false;
	fixture_run_reply(f, NULL);
	assert_passed(f);
}

static void replaces_problems_that_are_none(void **state)
{
	static const char *const bodies[] = {PROBLEM("400"), PROBLEM("\"404\"x"), "[]",  "",
	                                     "null",         "{\"status\":404",   "{}x", "oops",
	                                     "{'a':1}"};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(bodies); i++) {
		reply(f, 404, "application/problem+json");
		fixture_run_reply(f, bodies[i]);
		assert_refused(f, MRL_CONTROL_reply_error, MRL_PROBLEM_UPSTREAM_REFUSED, 404);
	}
}

/* A body that is cut is no object, whatever its start says. */
static void replaces_problems_that_are_too_long(void **state)
{
	static char body[65538];
	struct fixture *f = *state;
	memset(body, ' ', sizeof(body) - 1);
	body[0] = '{';
	body[1] = '}';
	body[65536] = '\0';
	reply(f, 404, "application/problem+json");
	fixture_run_reply(f, NULL);
	assert_int_equal(f->verdict.outcome, MRL_NEED);
	assert_int_equal(f->verdict.need, MRL_NEED_REPLY_BODY);
	assert_int_equal(f->verdict.amount, 65536);
	reply(f, 404, "application/problem+json");
	fixture_run_reply(f, body);
	assert_true(f->reply.body_ended);
	assert_passed(f);
	body[65536] = ' ';
	reply(f, 404, "application/problem+json");
	fixture_run_reply(f, body);
	assert_false(f->reply.body_ended);
	assert_refused(f, MRL_CONTROL_reply_error, MRL_PROBLEM_UPSTREAM_REFUSED, 404);
	fixture_with(f, NULL, "controls: {reply_leak: {scan_bytes: 4096}}\n");
	body[4096] = '\0';
	reply(f, 404, "application/problem+json");
	fixture_run_reply(f, body);
	assert_passed(f);
	body[4096] = ' ';
	body[4097] = '\0';
	reply(f, 404, "application/problem+json");
	fixture_run_reply(f, body);
	assert_refused(f, MRL_CONTROL_reply_error, MRL_PROBLEM_UPSTREAM_REFUSED, 404);
}

static void passes_documented_types(void **state)
{
	static const struct {
		uint16_t status;
		const char *type;
		bool passes;
	} rows[] = {
		{404, "application/json", true},   {404, "Application/JSON; charset=utf-8", true},
		{418, "application/json", true},   {409, "text/plain", true},
		{409, "application/json", false}, /* 409 says text/plain, so 4XX does not count */
		{404, "text/html", false},         {404, "text/plain", false},
		{404, "application/jsonx", false}, {404, "", false},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		reply(f, rows[i].status, rows[i].type);
		fixture_run_reply(f, "{}");
		if (rows[i].passes) {
			assert_passed(f);
		} else {
			assert_refused(f, MRL_CONTROL_reply_error, MRL_PROBLEM_UPSTREAM_REFUSED,
			               rows[i].status);
		}
	}
	fixture_passed(f, "GET", "/v1/help"); /* documents no 4xx */
	fixture_reply(f, 404, "text/html");
	fixture_run_reply(f, "<p>no</p>");
	assert_refused(f, MRL_CONTROL_reply_error, MRL_PROBLEM_UPSTREAM_REFUSED, 404);
}

static void reply_without_body(struct fixture *f, uint16_t status, const char *type, int64_t length)
{
	reply(f, status, type);
	f->reply.content_length = length;
	fixture_run_reply(f, "");
}

/* A documented status without content has nothing that could be wrong. */
static void passes_documented_emptiness(void **state)
{
	static const struct {
		uint16_t status;
		const char *type;
		int64_t length;
		bool passes;
	} rows[] = {
		{410, NULL, 0, true},          {404, NULL, 0, false},  {410, NULL, 1, false},
		{410, "text/plain", 0, false}, {410, NULL, -1, false},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		reply_without_body(f, rows[i].status, rows[i].type, rows[i].length);
		if (rows[i].passes) {
			assert_passed(f);
		} else {
			assert_refused(f, MRL_CONTROL_reply_error, MRL_PROBLEM_UPSTREAM_REFUSED,
			               rows[i].status);
		}
	}
	fixture_passed(f, "GET", "/v1/help"); /* documents no 4xx */
	fixture_reply(f, 410, NULL);
	f->reply.content_length = 0;
	fixture_run_reply(f, "");
	assert_refused(f, MRL_CONTROL_reply_error, MRL_PROBLEM_UPSTREAM_REFUSED, 410);
	fixture_with(f, NULL, "controls: {reply_error: {other_4xx: problem}}\n");
	reply_without_body(f, 410, NULL, 0);
	assert_refused(f, MRL_CONTROL_reply_error, MRL_PROBLEM_UPSTREAM_REFUSED, 410);
}

/* HEAD has no body at all, and nginx says no length for it if the upstream did not. */
static void passes_documented_emptiness_for_head(void **state)
{
	struct fixture *f = *state;
	reply(f, 410, NULL);
	f->reply.has_body = false;
	f->reply.content_length = -1;
	fixture_run_reply(f, NULL);
	assert_passed(f);
}

static void other_4xx_may_be_shut_out(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, NULL, "controls: {reply_error: {other_4xx: problem}}\n");
	reply(f, 404, "application/json");
	fixture_run_reply(f, "{}");
	assert_refused(f, MRL_CONTROL_reply_error, MRL_PROBLEM_UPSTREAM_REFUSED, 404);
	reply(f, 404, "application/problem+json");
	fixture_run_reply(f, PROBLEM("404"));
	assert_passed(f);
}

static void replaces_coded_bodies(void **state)
{
	struct fixture *f = *state;
	reply(f, 404, "application/json");
	fixture_reply_field(f, "Content-Encoding", "gzip");
	fixture_run_reply(f, NULL);
	assert_refused(f, MRL_CONTROL_reply_error, MRL_PROBLEM_UPSTREAM_REFUSED, 404);
	reply(f, 404, "application/json");
	fixture_reply_field(f, "Content-Encoding", "identity");
	fixture_run_reply(f, "{}");
	assert_passed(f);
}

static void keeps_what_clients_need(void **state)
{
	static const char *const kept[] = {"WWW-Authenticate", "Allow", "Retry-After", "RateLimit",
	                                   "RateLimit-Policy"};
	struct fixture *f = *state;
	fixture_with(f, "", "limits: {fields: none}");
	reply(f, 429, "text/html");
	for (size_t i = 0; i < MRL_COUNT(kept); i++) {
		fixture_reply_field(f, kept[i], "one");
	}
	fixture_reply_field(f, "Set-Cookie", "a=1");
	fixture_reply_field(f, "Location", "/x");
	fixture_reply_field(f, "WWW-Authenticate", "two");
	fixture_run_reply(f, NULL);
	assert_refused(f, MRL_CONTROL_reply_error, MRL_PROBLEM_UPSTREAM_REFUSED, 429);
	assert_int_equal(f->call.answer_count, MRL_COUNT(kept));
	for (size_t i = 1; i < MRL_COUNT(kept); i++) {
		assert_answer(f, kept[i], "one");
	}
	assert_answer(f, "WWW-Authenticate", "one, two");
	reply(f, 401, "text/html");
	fixture_reply_field(f, "WWW-Authenticate", "a\x01");
	fixture_run_reply(f, NULL);
	assert_int_equal(f->call.answer_count, 0);
}

static void leaves_the_rest(void **state)
{
	static const uint16_t statuses[] = {200, 204, 301, 304, 399};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(statuses); i++) {
		reply(f, statuses[i], "image/png");
		fixture_run_reply(f, NULL);
		assert_passed(f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(answers_5xx_at_once),
		with_fixture(keeps_retry_after_of_503),
		with_fixture(passes_problems),
		with_fixture(replaces_problems_that_are_none),
		with_fixture(replaces_problems_that_are_too_long),
		with_fixture(passes_documented_types),
		with_fixture(passes_documented_emptiness),
		with_fixture(passes_documented_emptiness_for_head),
		with_fixture(other_4xx_may_be_shut_out),
		with_fixture(replaces_coded_bodies),
		with_fixture(keeps_what_clients_need),
		with_fixture(leaves_the_rest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
