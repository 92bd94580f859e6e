/* reply_leak: no trace and no database message leaves [ERR-1]. */
#include "fixture.h"

#define TRACE                                  \
	"Traceback (most recent call last):\n" \
	"  File \"/srv/app/views.py\", line 42, in get\n"
#define CLEAN    "{\"total\":3,\"note\":\"an exception at line 3\"}"
#define WEAK_ONE "Unexpected token x"
#define WEAK_TWO "Unexpected token x in JSON at position 3"

static void reply(struct fixture *f, const char *target, uint16_t status, const char *type)
{
	fixture_passed(f, "GET", target);
	fixture_reply(f, status, type);
}

static void asks_for_the_body(void **state)
{
	static const char *const types[] = {"text/plain",
	                                    "text/html; charset=utf-8",
	                                    "application/json",
	                                    "application/hal+json",
	                                    "application/xml",
	                                    "image/svg+xml",
	                                    "Application/JSON",
	                                    "nonsense",
	                                    NULL};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(types); i++) {
		reply(f, "/v1/orders", 200, types[i]);
		fixture_run_reply(f, NULL);
		assert_int_equal(f->verdict.outcome, MRL_NEED);
		assert_int_equal(f->verdict.need, MRL_NEED_REPLY_BODY);
		assert_int_equal(f->verdict.amount, 65536);
		assert_null(f->call.watch);
	}
}

static void asks_for_no_other(void **state)
{
	static const char *const types[] = {"image/png",       "application/octet-stream",
	                                    "application/pdf", "application/jsonp",
	                                    "audio/json",      "video/mp4"};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(types); i++) {
		reply(f, "/v1/orders", 200, types[i]);
		fixture_run_reply(f, NULL);
		assert_passed(f);
		assert_null(f->call.watch);
		assert_int_equal(fact_number(f, "unscanned"), -1);
	}
	reply(f, "/v1/orders", 206, "text/plain");
	fixture_run_reply(f, NULL);
	assert_passed(f);
	reply(f, "/v1/orders", 200, "text/plain");
	f->reply.has_body = false;
	fixture_run_reply(f, NULL);
	assert_passed(f);
	reply(f, "/v1/orders", 200, "text/plain");
	f->reply.content_length = 0;
	fixture_run_reply(f, NULL);
	assert_passed(f);
}

static void passes_clean_bodies(void **state)
{
	struct fixture *f = *state;
	reply(f, "/v1/orders", 200, "application/json");
	fixture_run_reply(f, CLEAN);
	assert_passed(f);
	assert_int_equal(f->call.fact_count, 0);
	reply(f, "/v1/orders", 200, "application/json");
	fixture_run_reply(f, "");
	assert_passed(f);
}

static void replaces_leaking_bodies(void **state)
{
	static const struct {
		uint16_t status;
		enum mrl_problem_id problem;
		uint16_t answered;
	} rows[] = {
		{200, MRL_PROBLEM_UPSTREAM_ERROR, 500},
		{302, MRL_PROBLEM_UPSTREAM_ERROR, 500},
		{400, MRL_PROBLEM_UPSTREAM_REFUSED, 400},
		{404, MRL_PROBLEM_UPSTREAM_REFUSED, 404},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		reply(f, "/v1/orders", rows[i].status, "application/json");
		fixture_run_reply(f, "{\"e\":\"Traceback (most recent call last):\\n\"}");
		assert_refused(f, MRL_CONTROL_reply_leak, rows[i].problem, rows[i].answered);
		assert_true(has_word(f, "leak", "python-traceback"));
		reply(f, "/v1/orders", rows[i].status, "application/json");
		fixture_run_reply(f, "{\"e\":\"Traceback (most recent\"}");
		assert_passed(f);
		assert_false(has_word(f, "leak", "python-traceback"));
	}
}

/* A problem document of the upstream's is scanned too, without asking twice. */
static void replaces_leaking_problems(void **state)
{
	struct fixture *f = *state;
	reply(f, "/v1/orders", 401, "application/problem+json");
	fixture_reply_field(f, "WWW-Authenticate", "Bearer");
	fixture_run_reply(f, "{\"status\":401,\"detail\":\"psycopg2.errors.Undefined\"}");
	assert_refused(f, MRL_CONTROL_reply_leak, MRL_PROBLEM_UPSTREAM_REFUSED, 401);
	assert_true(has_word(f, "leak", "sql-driver"));
	assert_answer(f, "WWW-Authenticate", "Bearer");
	reply(f, "/v1/orders", 401, "application/problem+json");
	fixture_run_reply(f, "{\"status\":401,\"detail\":\"no token\"}");
	assert_passed(f);
}

static void two_weak_signs_count_in_errors(void **state)
{
	struct fixture *f = *state;
	reply(f, "/v1/orders", 404, "application/json");
	fixture_run_reply(f, WEAK_TWO);
	assert_refused(f, MRL_CONTROL_reply_leak, MRL_PROBLEM_UPSTREAM_REFUSED, 404);
	reply(f, "/v1/orders", 404, "application/json");
	fixture_run_reply(f, WEAK_ONE);
	assert_passed(f);
	assert_true(has_word(f, "leak", "hint-json-token"));
	reply(f, "/v1/orders", 404, "application/json");
	fixture_run_reply(f, WEAK_ONE " " WEAK_ONE); /* the same twice */
	assert_passed(f);
	reply(f, "/v1/orders", 200, "application/json");
	fixture_run_reply(f, WEAK_TWO);
	assert_passed(f);
	assert_int_not_equal(f->call.fact_count, 0);
}

static void scans_up_to_its_bound(void **state)
{
	static char body[4096 + sizeof(TRACE)];
	struct fixture *f = *state;
	size_t size = strlen("Traceback (most recent call");
	fixture_with(f, NULL, "controls: {reply_leak: {scan_bytes: 4096}}\n");
	memset(body, '.', sizeof(body));
	memcpy(body + 4096 - size, TRACE, sizeof(TRACE));
	reply(f, "/v1/orders", 200, "text/plain");
	fixture_run_reply(f, body);
	assert_int_equal(f->reply.body.size, 4096);
	assert_false(f->reply.body_ended);
	assert_refused(f, MRL_CONTROL_reply_leak, MRL_PROBLEM_UPSTREAM_ERROR, 500);
	memset(body, '.', sizeof(body));
	memcpy(body + 4096 - size + 1, TRACE, sizeof(TRACE));
	reply(f, "/v1/orders", 200, "text/plain");
	fixture_run_reply(f, body);
	assert_passed(f);
}

static void coded_bodies_pass_unscanned(void **state)
{
	struct fixture *f = *state;
	reply(f, "/v1/orders", 200, "application/json");
	fixture_reply_field(f, "Content-Encoding", "gzip");
	fixture_run_reply(f, NULL);
	assert_passed(f);
	assert_int_equal(fact_number(f, "unscanned"), 1);
	reply(f, "/v1/orders", 200, "application/json");
	fixture_reply_field(f, "Content-Encoding", "identity");
	fixture_run_reply(f, TRACE);
	assert_refused(f, MRL_CONTROL_reply_leak, MRL_PROBLEM_UPSTREAM_ERROR, 500);
	reply(f, "/v1/orders", 200, "image/png");
	fixture_reply_field(f, "Content-Encoding", "gzip");
	fixture_run_reply(f, NULL);
	assert_int_equal(fact_number(f, "unscanned"), -1);
	reply(f, "/v1/orders", 404, "application/json");
	fixture_reply_field(f, "Content-Encoding", "gzip");
	fixture_run_reply(f, NULL);
	assert_refused(f, MRL_CONTROL_reply_error, MRL_PROBLEM_UPSTREAM_REFUSED, 404);
}

/* ---- Streams ----------------------------------------------------------------------------------
 */

static void watches_stream_types(void **state)
{
	static const char *const types[] = {"text/event-stream", "application/x-ndjson",
	                                    "Text/Event-Stream; charset=utf-8"};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(types); i++) {
		reply(f, "/v1/events", 200, types[i]);
		fixture_run_reply(f, NULL);
		assert_passed(f);
		assert_ptr_equal(f->call.watch, f->policy->leak_scanner);
		assert_int_equal(f->call.watch_off.bits, 0);
	}
}

static void watches_streaming_operations(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, ", operations: {\"GET /events\": {stream: on}}", NULL);
	reply(f, "/v1/events", 200, "application/json");
	fixture_run_reply(f, NULL);
	assert_passed(f);
	assert_non_null(f->call.watch);
	reply(f, "/v1/events", 200, "image/png");
	fixture_run_reply(f, NULL);
	assert_null(f->call.watch);
	reply(f, "/v1/orders", 200, "application/json");
	fixture_run_reply(f, NULL);
	assert_int_equal(f->verdict.outcome, MRL_NEED);
	assert_null(f->call.watch);
}

/* A body that is made of suspicious words is not looked at whole: the record says so. */
static void says_what_it_could_not_look_at(void **state)
{
	static char body[4096];
	struct fixture *f = *state;
	for (size_t i = 0; i + 1 < sizeof(body); i++) {
		body[i] = "x.js:1:x "[i % 9];
	}
	reply(f, "/v1/orders", 200, "application/json");
	fixture_run_reply(f, body);
	assert_passed(f);
	assert_int_equal(fact_number(f, "leak_scan_capped"), 1);
	reply(f, "/v1/orders", 200, "application/json");
	fixture_run_reply(f, CLEAN);
	assert_int_equal(fact_number(f, "leak_scan_capped"), -1);
}

/* ---- The document's own texts, and what the policy says ---------------------------------------
 */

static void documented_texts_betray_nothing(void **state)
{
	struct fixture *f = *state;
	reply(f, "/v1/traces", 200, "text/plain");
	fixture_run_reply(f, "Traceback (most recent call last)");
	assert_passed(f);
	assert_int_equal(f->call.fact_count, 0);
	reply(f, "/v1/traces", 200, "text/plain");
	fixture_run_reply(f, "goroutine 1 [running]");
	assert_refused(f, MRL_CONTROL_reply_leak, MRL_PROBLEM_UPSTREAM_ERROR, 500);
	assert_true(diagnosed(f, "policy-leak-guard", "python-traceback"));
	assert_false(diagnosed(f, "policy-leak-guard", "go-goroutine"));
	reply(f, "/v1/traces", 200, "text/event-stream");
	fixture_run_reply(f, NULL);
	assert_true(mrl_leak_set_has(f->call.watch_off, MRL_LEAK_PYTHON_TRACEBACK));
}

static void may_only_report(void **state)
{
	struct fixture *f = *state;
	fixture_with(f,
	             ", operations: {\"GET /orders\": {controls: {reply_leak: "
	             "{action: report}}}}",
	             NULL);
	reply(f, "/v1/orders", 200, "application/json");
	fixture_run_reply(f, TRACE);
	assert_passed(f);
	assert_true(has_word(f, "leak", "python-traceback"));
	assert_null(f->call.denied_by);
	reply(f, "/v1/probe", 200, "application/json");
	fixture_run_reply(f, TRACE);
	assert_refused(f, MRL_CONTROL_reply_leak, MRL_PROBLEM_UPSTREAM_ERROR, 500);
}

static void shadow_mode_notes_and_passes(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, NULL, "controls: {reply_leak: {mode: shadow}}\n");
	reply(f, "/v1/orders", 200, "application/json");
	fixture_run_reply(f, TRACE);
	assert_passed(f);
	assert_true(f->call.shadow);
	assert_ptr_equal(f->call.denied_by, mrl_controls[MRL_CONTROL_reply_leak]);
	assert_true(has_word(f, "leak", "python-traceback"));
}

static void keeps_to_its_ranges(void **state)
{
	static const char *const bad[] = {"scan_bytes: 4095", "scan_bytes: 1048577",
	                                  "action: ignore", "stream: on"};
	struct fixture *f = *state;
	char text[128];
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		(void)snprintf(text, sizeof(text), "controls: {reply_leak: {%s}}\n", bad[i]);
		assert_int_equal(fixture_load(f, NULL, text), MRL_ERR_INVALID);
	}
	fixture_with(f, NULL, "controls: {reply_leak: {scan_bytes: 1048576}}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(asks_for_the_body),
		with_fixture(asks_for_no_other),
		with_fixture(passes_clean_bodies),
		with_fixture(replaces_leaking_bodies),
		with_fixture(replaces_leaking_problems),
		with_fixture(two_weak_signs_count_in_errors),
		with_fixture(scans_up_to_its_bound),
		with_fixture(coded_bodies_pass_unscanned),
		with_fixture(says_what_it_could_not_look_at),
		with_fixture(watches_stream_types),
		with_fixture(watches_streaming_operations),
		with_fixture(documented_texts_betray_nothing),
		with_fixture(may_only_report),
		with_fixture(shadow_mode_notes_and_passes),
		with_fixture(keeps_to_its_ranges),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
