/* limit_caller: users and clients of verified tokens are counted, after the addresses [RATE-3]. */
#include "../check.h"
#include "fixture.h"

#define ISSUERS \
	"issuers: {shop: {issuer: \"https://id.test\", keys: keys.json, audiences: [ours]}}\n"

static struct mrl_issuer issuer = {.url = MRL_SLICE_INIT("https://id.test")};

/* A call whose token is verified already, at the control alone. */
static enum mrl_outcome ask(struct fixture *f, const char *sub, const char *client)
{
	static struct mrl_token token;
	const struct mrl_control *limit = mrl_controls[MRL_CONTROL_limit];
	const struct mrl_control *caller = mrl_controls[MRL_CONTROL_limit_caller];
	token = (struct mrl_token){
		.issuer = &issuer, .sub = mrl_slice_text(sub), .client_id = mrl_slice_text(client)};
	fixture_call(f, "GET", "/v1/judged");
	assert_int_equal(mrl_engine_route(&f->call), MRL_OK);
	f->verdict = MRL_VERDICT_PASS;
	assert_int_equal(limit->decide[MRL_STAGE_HEAD](
				 mrl_plan_config(f->call.route.plan, MRL_CONTROL_limit), &f->call,
				 &f->verdict),
	                 MRL_OK);
	assert_int_equal(f->verdict.outcome, MRL_PASS);
	f->call.token = &token;
	assert_int_equal(caller->decide[MRL_STAGE_HEAD](NULL, &f->call, &f->verdict), MRL_OK);
	f->call.token = NULL;
	return f->verdict.outcome;
}

static void users_are_counted(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, "", ISSUERS "limits: {default: {user: 2/1h, client: 100/1h}}");
	assert_int_equal(ask(f, "ada", "app"), MRL_PASS);
	assert_int_equal(ask(f, "ada", "other"), MRL_PASS);
	assert_int_equal(ask(f, "ada", "app"), MRL_DENY);
	assert_true(has_word(f, "caller_violated", "user"));
	check_slice(f->call.problem_extension, "\"violated-policies\":[\"user\"]");
	assert_int_equal(ask(f, "bob", "app"), MRL_PASS);
	assert_int_equal(ask(f, "ad", "aapp"), MRL_PASS);
	issuer.url = MRL_SLICE("https://id2.test");
	assert_int_equal(ask(f, "ada", "app"), MRL_PASS);
	issuer.url = MRL_SLICE("https://id.test");
}

static void clients_are_counted(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, "", ISSUERS "limits: {default: {client: 2/1h}}");
	assert_int_equal(ask(f, "a", "app"), MRL_PASS);
	assert_int_equal(ask(f, "b", "app"), MRL_PASS);
	assert_int_equal(ask(f, "c", "app"), MRL_DENY);
	assert_true(has_word(f, "caller_violated", "client"));
	assert_int_equal(ask(f, "c", "other"), MRL_PASS);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(ask(f, "c", ""), MRL_PASS);
	}
}

/* The tightest of all is told, whoever counted it. */
static void the_tightest_is_told(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, "", ISSUERS "limits: {default: {ip: 100/1h, user: 3/1h}}");
	assert_int_equal(ask(f, "a", ""), MRL_PASS);
	check_slice(f->call.limit.spec->name, "user");
	assert_int_equal(f->call.limit.remaining, 2);
	fixture_with(f, "", ISSUERS "limits: {default: {ip: 3/1h, user: 100/1h}}");
	assert_int_equal(ask(f, "a", ""), MRL_PASS);
	check_slice(f->call.limit.spec->name, "ip");
}

static void without_a_token_nothing_is_counted(void **state)
{
	struct fixture *f = *state;
	const struct mrl_control *caller = mrl_controls[MRL_CONTROL_limit_caller];
	fixture_with(f, "", "limits: {default: {user: 1/1h}}");
	for (int i = 0; i < 3; i++) {
		fixture_call(f, "GET", "/v1/judged");
		f->verdict = MRL_VERDICT_PASS;
		assert_int_equal(caller->decide[MRL_STAGE_HEAD](NULL, &f->call, &f->verdict),
		                 MRL_OK);
		assert_int_equal(f->verdict.outcome, MRL_PASS);
	}
}

static void callers_are_always_counted(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(fixture_load(f, ", controls: {limit: {without: [user, client]}}", ISSUERS),
	                 MRL_ERR_INVALID);
	assert_true(diagnosed(f, "limit-no-caller", "neither users nor clients"));
	fixture_with(f, ", controls: {limit: {without: [client]}}", ISSUERS);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		with_fixture(users_are_counted),
		with_fixture(clients_are_counted),
		with_fixture(the_tightest_is_told),
		with_fixture(without_a_token_nothing_is_counted),
		with_fixture(callers_are_always_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
