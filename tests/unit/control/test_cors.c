/* cors: exact origins only, one Vary [CORS-1 CORS-2 CORS-4]. */
#include "cors_calls.h"

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
		{"Accept-Encoding", "Accept-Encoding, Origin"},
		{"origin", "origin"},
		{"ORIGIN , Accept", "ORIGIN, Accept"},
		{"Accept,Accept-Language,accept", "Accept, Accept-Language, Origin"},
		{" , ,", "Origin"},
		{"*", "*"},
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
	assert_reply_set(f, "Vary", "Accept, X-A, Origin");
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
	assert_reply_set(f, "Vary", "a, Origin");
}

static void vary_of_the_upstream_stays_without_a_list(void **state)
{
	struct fixture *f = *state;
	call_from(f, "GET", "/v1/orders", NULL);
	reply_to(f, "Accept");
	assert_reply_set(f, "Vary", NULL);
	assert_reply_dropped(f, "Vary", false);
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
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
