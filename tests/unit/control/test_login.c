/* login: attempts are reserved, successes given back, names compared as accounts are [RATE-1]. */
#include "../check.h"
#include "fixture.h"

#define SIGN_IN(more) \
	", operations: {PUT /judged: {controls: {login: {from: json, at: /name" more "}}}}"
#define DOCUMENT_LIMITS "limits: {login: {pair: 2/15m, user: 3/15m, ip: 4/15m}}"

static enum mrl_outcome attempt(struct fixture *f, const char *peer, const char *body)
{
	fixture_call(f, "PUT", "/v1/judged");
	assert_true(mrl_ip_parse(mrl_slice_text(peer), &f->view.peer));
	f->call.client_ip = f->view.peer;
	assert_int_equal(mrl_engine_route(&f->call), MRL_OK);
	f->call.body = mrl_slice_text(body);
	f->verdict = MRL_VERDICT_PASS;
	const struct mrl_control *login = mrl_controls[MRL_CONTROL_login];
	assert_int_equal(login->decide[MRL_STAGE_BODY](
				 mrl_plan_config(f->call.route.plan, MRL_CONTROL_login), &f->call,
				 &f->verdict),
	                 MRL_OK);
	return f->verdict.outcome;
}

static void answered(struct fixture *f, uint16_t status)
{
	const struct mrl_control *login = mrl_controls[MRL_CONTROL_login];
	f->reply.status = status;
	assert_int_equal(login->decide[MRL_STAGE_REPLY](
				 mrl_plan_config(f->call.route.plan, MRL_CONTROL_login), &f->call,
				 &f->verdict),
	                 MRL_OK);
}

static void attempts_are_reserved(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, SIGN_IN(""), DOCUMENT_LIMITS);
	assert_int_equal(attempt(f, "192.0.2.1", "{\"name\":\"Ada\"}"), MRL_PASS);
	assert_int_equal(attempt(f, "192.0.2.1", "{\"name\":\" ada \"}"), MRL_PASS);
	assert_int_equal(attempt(f, "192.0.2.1", "{\"name\":\"ADA\"}"), MRL_DENY);
	assert_true(has_word(f, "login_violated", "login-pair"));
	check_slice(f->call.problem_extension, "\"violated-policies\":[\"login\"]");
	assert_answer(f, "Retry-After", "901");
	/* From elsewhere the name has one left, the address has two. */
	assert_int_equal(attempt(f, "192.0.2.2", "{\"name\":\"ada\"}"), MRL_PASS);
	assert_int_equal(attempt(f, "192.0.2.3", "{\"name\":\"ada\"}"), MRL_DENY);
	assert_true(has_word(f, "login_violated", "login-user"));
	assert_int_equal(attempt(f, "192.0.2.1", "{\"name\":\"bob\"}"), MRL_PASS);
	assert_int_equal(attempt(f, "192.0.2.1", "{\"name\":7}"), MRL_PASS);
	assert_int_equal(attempt(f, "192.0.2.1", "{}"), MRL_DENY);
	assert_true(has_word(f, "login_violated", "login-ip"));
}

static void successes_are_given_back(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, SIGN_IN(", success: [\"302\"]"), DOCUMENT_LIMITS);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(attempt(f, "192.0.2.1", "{\"name\":\"ada\"}"), MRL_PASS);
		answered(f, 302);
	}
	for (int i = 0; i < 3; i++) {
		assert_int_equal(attempt(f, "192.0.2.1", "{\"name\":\"ada\"}"),
		                 i < 2 ? MRL_PASS : MRL_DENY);
		answered(f, 200);
	}
}

static void other_operations_are_no_sign_ins(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, "", DOCUMENT_LIMITS);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(attempt(f, "192.0.2.1", "{\"name\":\"ada\"}"), MRL_PASS);
	}
}

static void bad_policies_are_told(void **state)
{
	static const struct {
		const char *api, *limits;
	} rows[] = {
		{", operations: {PUT /judged: {controls: {login: {from: json}}}}", ""},
		{", operations: {PUT /judged: {controls: {login: {from: json, at: name}}}}", ""},
		{SIGN_IN(", success: [ok]"), ""},
		{SIGN_IN(", success: [\"99\"]"), ""},
		{"", "limits: {login: {user: 101/15m}}"},
		{"", "limits: {login: {ip: 1001/15m}}"},
		{"", "limits: {login: {pair: 10/60s}}"},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		check_row(fixture_load(f, rows[i].api, rows[i].limits) == MRL_ERR_INVALID,
		          rows[i].api);
		check_row(diagnosed(f, "limit-login", ""), rows[i].api);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		with_fixture(attempts_are_reserved),
		with_fixture(successes_are_given_back),
		with_fixture(other_operations_are_no_sign_ins),
		with_fixture(bad_policies_are_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
