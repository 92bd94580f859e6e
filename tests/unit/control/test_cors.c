/* cors: exact origins only, preflights answered from the document [CORS-1 CORS-2 CORS-3 CORS-4]. */
#include "fixture.h"

#define O    "https://app.example.com"
#define OWN  "https://api.example.com"
#define CORS ", controls: {cors: {origins: [\"" O "\", \"http://localhost:5173\"]}}"
#define ALWAYS                                                                   \
	"accept, accept-language, content-language, content-type, traceparent, " \
	"tracestate, x-request-id"
#define EXPOSED "X-Request-Id, Retry-After, RateLimit, RateLimit-Policy, Location, ETag, Link"

static void call_from(struct fixture *f, const char *method, const char *target, const char *origin)
{
	fixture_call(f, method, target);
	if (origin != NULL) {
		fixture_field(f, "Origin", origin);
	}
	fixture_head(f);
}

static void preflight(struct fixture *f, const char *target, const char *origin, const char *method,
                      const char *headers)
{
	fixture_call(f, "OPTIONS", target);
	fixture_field(f, "Origin", origin);
	fixture_field(f, "Access-Control-Request-Method", method);
	if (headers != NULL) {
		fixture_field(f, "Access-Control-Request-Headers", headers);
	}
	fixture_head(f);
}

static const char *const cors_fields[] = {
	"Access-Control-Allow-Origin",         "Access-Control-Allow-Credentials",
	"Access-Control-Allow-Methods",        "Access-Control-Allow-Headers",
	"Access-Control-Expose-Headers",       "Access-Control-Max-Age",
	"Access-Control-Allow-Private-Network"};

static void assert_no_cors_field(struct fixture *f)
{
	for (size_t i = 0; i < MRL_COUNT(cors_fields); i++) {
		assert_reply_set(f, cors_fields[i], NULL);
		assert_answer(f, cors_fields[i], NULL);
	}
}

/* ---- Origins ----------------------------------------------------------------------------------
 */

static const char *const strange[] = {
	"null",
	"",
	"http://app.example.com",
	O ":8443",
	O ":443",
	O ".",
	O "/",
	"HTTPS://APP.EXAMPLE.COM",
	"https://App.example.com",
	O ".evil.test",
	"https://evilapp.example.com",
	"https://app.example.comevil.test",
	"https://sub.app.example.com",
	"https://appxexample.com",
	O "@evil.test",
	O "%60.evil.test",
	O " https://evil.test",
	" " O,
	O " ",
	O "\t",
	"file://",
	"https://xn--pp-uia.example.com",
	"http://localhost",
	"http://localhost:51730",
	"http://api.example.com",
	OWN ":8443",
	OWN "/",
	"https://other.example.com",
	"*",
};

static void check_refused(struct fixture *f)
{
	assert_denied(f, MRL_CONTROL_cors, MRL_PROBLEM_ORIGIN_NOT_ALLOWED);
	fixture_answer(f, 403);
	fixture_run_reply(f, NULL);
	assert_passed(f);
	assert_no_cors_field(f);
	assert_reply_set(f, "Vary", "Origin");
}

static void refuses_strange_origins_everywhere(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, CORS, NULL);
	for (size_t i = 0; i < MRL_COUNT(strange); i++) {
		call_from(f, "GET", "/v1/orders", strange[i]);
		check_refused(f);
		call_from(f, "POST", "/v1/orders", strange[i]);
		check_refused(f);
		call_from(f, "GET", "/v1/unknown", strange[i]);
		check_refused(f);
		call_from(f, "DELETE", "/v1/orders", strange[i]);
		check_refused(f);
		preflight(f, "/v1/orders", strange[i], "POST", NULL);
		check_refused(f);
	}
	assert_true((mrl_problems[MRL_PROBLEM_ORIGIN_NOT_ALLOWED].flags & MRL_PROBLEM_ABUSE) != 0);
}

static void refuses_long_origins(void **state)
{
	static char text[8193];
	struct fixture *f = *state;
	memset(text, 'a', sizeof(text) - 1);
	memcpy(text, O, strlen(O));
	fixture_with(f, CORS, NULL);
	call_from(f, "GET", "/v1/orders", text);
	check_refused(f);
}

static void refuses_two_origins(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, CORS, NULL);
	fixture_call(f, "GET", "/v1/orders");
	fixture_field(f, "Origin", O);
	fixture_field(f, "Origin", O);
	fixture_head(f);
	assert_denied(f, MRL_CONTROL_fields, MRL_PROBLEM_BAD_REQUEST);
	fixture_call(f, "OPTIONS", "/v1/orders");
	fixture_field(f, "Origin", O);
	fixture_field(f, "Access-Control-Request-Method", "GET");
	fixture_field(f, "Access-Control-Request-Method", "GET");
	fixture_head(f);
	assert_denied(f, MRL_CONTROL_fields, MRL_PROBLEM_BAD_REQUEST);
}

/* Without any list no foreign origin passes, and nothing is said of CORS. */
static void refuses_all_without_a_list(void **state)
{
	struct fixture *f = *state;
	call_from(f, "GET", "/v1/orders", O);
	assert_denied(f, MRL_CONTROL_cors, MRL_PROBLEM_ORIGIN_NOT_ALLOWED);
	preflight(f, "/v1/orders", O, "GET", NULL);
	assert_denied(f, MRL_CONTROL_cors, MRL_PROBLEM_ORIGIN_NOT_ALLOWED);
	fixture_answer(f, 403);
	fixture_run_reply(f, NULL);
	assert_no_cors_field(f);
	assert_reply_set(f, "Vary", NULL);
	call_from(f, "GET", "/v1/orders", OWN);
	assert_passed(f);
}

static void reply_to(struct fixture *f, const char *vary)
{
	fixture_reply(f, 200, "image/png");
	if (vary != NULL) {
		fixture_reply_field(f, "Vary", vary);
	}
	fixture_run_reply(f, NULL);
	assert_passed(f);
}

static void own_and_no_origin_go_on_without_fields(void **state)
{
	static const char *const origins[] = {OWN, NULL};
	static const char *const methods[] = {"GET", "HEAD", "POST"};
	struct fixture *f = *state;
	fixture_with(f, CORS, NULL);
	for (size_t i = 0; i < MRL_COUNT(origins) * MRL_COUNT(methods); i++) {
		call_from(f, methods[i / 2], "/v1/orders", origins[i % 2]);
		assert_passed(f);
		reply_to(f, NULL);
		assert_no_cors_field(f);
		assert_reply_set(f, "Vary", "Origin");
	}
	preflight(f, "/v1/orders", OWN, "POST", NULL);
	assert_int_equal(f->verdict.outcome, MRL_ANSWER);
	assert_answer(f, "Allow", "GET, HEAD, POST, OPTIONS");
	assert_no_cors_field(f);
}

static void own_has_the_public_port(void **state)
{
	struct fixture *f = *state;
	f->listeners = "{address: \"127.0.0.1:8443\"}";
	fixture_with(f, CORS, NULL);
	call_from(f, "GET", "/v1/orders", OWN ":8443");
	assert_passed(f);
	call_from(f, "GET", "/v1/orders", OWN);
	assert_denied(f, MRL_CONTROL_cors, MRL_PROBLEM_ORIGIN_NOT_ALLOWED);
}

static void listed_origins_get_their_fields(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, CORS, NULL);
	call_from(f, "GET", "/v1/orders", O);
	assert_passed(f);
	assert_true(f->call.origin_listed);
	reply_to(f, NULL);
	assert_reply_set(f, "Access-Control-Allow-Origin", O);
	assert_reply_set(f, "Access-Control-Expose-Headers", EXPOSED ", x-total");
	assert_reply_set(f, "Access-Control-Allow-Credentials", NULL);
	assert_reply_set(f, "Access-Control-Allow-Methods", NULL);
	assert_reply_set(f, "Access-Control-Max-Age", NULL);
	call_from(f, "GET", "/v1/orders/7", "http://localhost:5173");
	reply_to(f, NULL);
	assert_reply_set(f, "Access-Control-Allow-Origin", "http://localhost:5173");
	assert_reply_set(f, "Access-Control-Expose-Headers", EXPOSED);
}

static void listed_origins_get_them_on_errors_too(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, CORS, NULL);
	call_from(f, "GET", "/v1/unknown", O);
	assert_denied(f, MRL_CONTROL_operation, MRL_PROBLEM_NO_OPERATION);
	fixture_answer(f, 404);
	fixture_run_reply(f, NULL);
	assert_reply_set(f, "Access-Control-Allow-Origin", O);
	assert_reply_set(f, "Access-Control-Expose-Headers", EXPOSED);
	assert_reply_set(f, "Vary", "Origin");
}

static void credentials_only_if_set(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, ", controls: {cors: {origins: [\"" O "\"], credentials: on}}", NULL);
	call_from(f, "GET", "/v1/orders", O);
	reply_to(f, NULL);
	assert_reply_set(f, "Access-Control-Allow-Credentials", "true");
	call_from(f, "GET", "/v1/orders", NULL);
	reply_to(f, NULL);
	assert_reply_set(f, "Access-Control-Allow-Credentials", NULL);
}

static void upstreams_have_no_say(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, CORS, NULL);
	call_from(f, "GET", "/v1/orders", O);
	fixture_reply(f, 200, "image/png");
	fixture_reply_field(f, "Access-Control-Allow-Origin", "*");
	fixture_reply_field(f, "Access-Control-Allow-Credentials", "true");
	fixture_run_reply(f, NULL);
	assert_reply_dropped(f, "Access-Control-Allow-Origin", true);
	assert_reply_dropped(f, "Access-Control-Allow-Credentials", true);
	assert_reply_set(f, "Access-Control-Allow-Origin", O);
}

/* ---- Vary -------------------------------------------------------------------------------------
 */

static void vary_is_one_field_without_repeats(void **state)
{
	static const struct {
		const char *theirs;
		const char *ours;
	} rows[] = {
		{NULL, "Origin"},
		{"Accept-Encoding", "Origin, Accept-Encoding"},
		{"origin", "Origin"},
		{"ORIGIN , Accept", "Origin, Accept"},
		{"Accept,Accept-Language,accept", "Origin, Accept, Accept-Language"},
		{" , ,", "Origin"},
		{"*", "Origin, *"},
	};
	struct fixture *f = *state;
	fixture_with(f, CORS, NULL);
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		call_from(f, "GET", "/v1/orders", NULL);
		reply_to(f, rows[i].theirs);
		assert_reply_set(f, "Vary", rows[i].ours);
	}
}

static void vary_merges_all_fields(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, CORS, NULL);
	call_from(f, "GET", "/v1/orders", NULL);
	fixture_reply(f, 200, "image/png");
	fixture_reply_field(f, "Vary", "Accept");
	fixture_reply_field(f, "Vary", "accept, X-A");
	fixture_reply_field(f, "Vary", "bad\x01");
	fixture_run_reply(f, NULL);
	assert_reply_set(f, "Vary", "Origin, Accept, X-A");
	for (uint32_t i = 0; i < f->reply.field_count; i++) {
		assert_true(f->reply_fields[i].drop);
	}
}

static void vary_of_any_size_is_kept(void **state)
{
	static char theirs[4001];
	struct fixture *f = *state;
	for (size_t i = 0; i < 4000; i += 2) {
		memcpy(theirs + i, "a,", 2);
	}
	fixture_with(f, CORS, NULL);
	call_from(f, "GET", "/v1/orders", NULL);
	reply_to(f, theirs);
	assert_reply_set(f, "Vary", "Origin, a");
}

static void vary_of_the_upstream_stays_without_a_list(void **state)
{
	struct fixture *f = *state;
	call_from(f, "GET", "/v1/orders", NULL);
	reply_to(f, "Accept");
	assert_reply_set(f, "Vary", NULL);
	assert_reply_dropped(f, "Vary", false);
}

/* ---- Preflights -------------------------------------------------------------------------------
 */

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

/* ---- At load ----------------------------------------------------------------------------------
 */

static enum mrl_err load(struct fixture *f, const char *key, const char *value)
{
	char text[512];
	(void)snprintf(text, sizeof(text), "controls: {cors: {%s: [%s]}}\n", key, value);
	return fixture_load(f, NULL, text);
}

static void origins_are_exact_at_load(void **state)
{
	static const char *const good[] = {"\"" O "\"",
	                                   "\"https://app.example.com:8443\"",
	                                   "\"http://localhost\"",
	                                   "\"http://127.0.0.1:3000\"",
	                                   "\"http://[::1]:3000\"",
	                                   "\"https://xn--bcher-kva.example\""};
	static const struct {
		const char *origin;
		const char *hint;
	} bad[] = {
		{"\"*\"", "patterns are not supported"},
		{"\"https://*.example.com\"", "patterns are not supported"},
		{"\"null\"", "sandboxed"},
		{"\"\"", "never empty"},
		{"\"https://App.example.com\"", "write " O},
		{"\"" O ":443\"", "write " O},
		{"\"" O "/\"", "write " O},
		{"\"" O ".\"", "write " O},
		{"\"http://localhost:80\"", "write http://localhost"},
		{"\"http://app.example.com\"", "http only with localhost"},
		{"\"https://user@app.example.com\"", "write " O},
		{"\"app.example.com\"", "no scheme"},
		{"\"ftp://app.example.com\"", "scheme is not https"},
		{"\"https://b\xC3\xBC"
	         "cher.example\"",
	         "xn--"},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(good); i++) {
		assert_int_equal(load(f, "origins", good[i]), MRL_OK);
	}
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		assert_int_equal(load(f, "origins", bad[i].origin), MRL_ERR_INVALID);
		if (!diagnosed(f, "policy-origin", bad[i].hint)) {
			fail_msg("%s: no \"%s\"", bad[i].origin, bad[i].hint);
		}
	}
}

static void exposes_nothing_secret(void **state)
{
	static const char *const bad[] = {"\"*\"",        "Authorization", "SET-COOKIE",
	                                  "Cookie",       "Server",        "via",
	                                  "X-Powered-By", "X-Real-IP",     "X-User-Internal",
	                                  "x-a-internal", "Merlon-User",   "merlon-x",
	                                  "\"X Y\"",      "\"\""};
	static const char *const good[] = {"X-Total", "X-Internal", "X-Internal-Id",
	                                   "Servers", "Internal",   "Merlons"};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		assert_int_equal(load(f, "expose", bad[i]), MRL_ERR_INVALID);
		assert_true(diagnosed(f, "policy-field-name", ""));
	}
	for (size_t i = 0; i < MRL_COUNT(good); i++) {
		assert_int_equal(load(f, "expose", good[i]), MRL_OK);
	}
}

static void allows_names_only(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(load(f, "allow_headers", "X-Trial, authorization"), MRL_OK);
	assert_int_equal(load(f, "allow_headers", "X-Trial, \"*\""), MRL_ERR_INVALID);
	assert_true(diagnosed(f, "policy-field-name", "\"*\""));
	assert_int_equal(load(f, "allow_headers", "\"X Trial\""), MRL_ERR_INVALID);
}

static void keeps_to_its_ranges(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, NULL, "controls: {cors: {max_age: 7200}}\n");
	assert_int_equal(fixture_load(f, NULL, "controls: {cors: {max_age: 7201}}\n"),
	                 MRL_ERR_INVALID);
	assert_true(diagnosed(f, "policy-range", ""));
	assert_int_equal(fixture_load(f, NULL, "controls: {cors: {max_age: -1}}\n"),
	                 MRL_ERR_INVALID);
}

static void sixty_four_origins_at_most(void **state)
{
	char list[4096];
	struct fixture *f = *state;
	for (int count = 64; count <= 65; count++) {
		size_t size = (size_t)snprintf(list, sizeof(list), "controls: {cors: {origins: [");
		for (int i = 0; i < count; i++) {
			size += (size_t)snprintf(list + size, sizeof(list) - size,
			                         "\"https://a%d.example.com\", ", i);
		}
		(void)snprintf(list + size, sizeof(list) - size, "]}}\n");
		assert_int_equal(fixture_load(f, NULL, list),
		                 count == 64 ? MRL_OK : MRL_ERR_INVALID);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(refuses_strange_origins_everywhere),
		with_fixture(refuses_long_origins),
		with_fixture(refuses_two_origins),
		with_fixture(refuses_all_without_a_list),
		with_fixture(own_and_no_origin_go_on_without_fields),
		with_fixture(own_has_the_public_port),
		with_fixture(listed_origins_get_their_fields),
		with_fixture(listed_origins_get_them_on_errors_too),
		with_fixture(credentials_only_if_set),
		with_fixture(upstreams_have_no_say),
		with_fixture(vary_is_one_field_without_repeats),
		with_fixture(vary_merges_all_fields),
		with_fixture(vary_of_any_size_is_kept),
		with_fixture(vary_of_the_upstream_stays_without_a_list),
		with_fixture(preflights_are_answered_from_the_document),
		with_fixture(preflights_are_bounded_to_the_document),
		with_fixture(preflights_have_no_body),
		with_fixture(preflights_name_few_headers),
		with_fixture(without_a_request_method_it_is_no_preflight),
		with_fixture(operations_have_lists_of_their_own),
		with_fixture(origins_are_exact_at_load),
		with_fixture(exposes_nothing_secret),
		with_fixture(allows_names_only),
		with_fixture(keeps_to_its_ranges),
		with_fixture(sixty_four_origins_at_most),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
