/* own_cookies: Merlon's sessions stay between browser and gateway [AUTH-4]. */
#include "fixture.h"

#define H "__Host-Http-"

static void call_with(struct fixture *f, const char *cookies)
{
	fixture_call(f, "GET", "/v1/orders");
	fixture_field(f, "Cookie", cookies);
	fixture_head(f);
}

static const char *const own[] = {H "rt-1", H "rt-",   H "sso",   H "ls-9", H "dev",
                                  H "bff",  H "bff.1", H "bff.2", H "SSO",  "__host-http-sso"};
static const char *const foreign[] = {H "rt",       H "ssox", H "bff.3",   H "bff.",  H "d",
                                      "__Host-sso", "sso",    "x" H "sso", H "rtx-1", H,
                                      "rt-1",       H "ls"};

static void cuts_its_own_out(void **state)
{
	struct fixture *f = *state;
	char text[128];
	for (size_t i = 0; i < MRL_COUNT(own); i++) {
		(void)snprintf(text, sizeof(text), "a=1; %s=secret; b=\"2=3\"", own[i]);
		call_with(f, text);
		assert_passed(f);
		assert_dropped(f, "Cookie", true);
		assert_set(f, "Cookie", "a=1; b=\"2=3\"");
	}
}

static void leaves_the_others_alone(void **state)
{
	struct fixture *f = *state;
	char text[128];
	for (size_t i = 0; i < MRL_COUNT(foreign); i++) {
		(void)snprintf(text, sizeof(text), "a=1;%s=x;;  b", foreign[i]);
		call_with(f, text);
		assert_passed(f);
		assert_dropped(f, "Cookie", false);
		assert_set(f, "Cookie", NULL);
	}
}

static void drops_a_field_that_becomes_empty(void **state)
{
	struct fixture *f = *state;
	call_with(f, H "sso=secret; " H "rt-1=secret");
	assert_passed(f);
	assert_dropped(f, "Cookie", true);
	assert_set(f, "Cookie", NULL);
}

/* A browser sends a cookie without a name as its value alone. */
static void knows_cookies_without_a_name(void **state)
{
	struct fixture *f = *state;
	call_with(f, "a=1; =" H "sso=secret");
	assert_passed(f);
	assert_set(f, "Cookie", "a=1");
	call_with(f, "a=1; " H "sso");
	assert_set(f, "Cookie", "a=1");
	call_with(f, H "sso=1; =" H "sso=2");
	assert_denied(f, MRL_CONTROL_own_cookies, MRL_PROBLEM_TOKEN_REQUEST);
}

static void refuses_one_twice(void **state)
{
	static const char *const bad[] = {H "sso=1; " H "sso=1", H "sso=1; a=2; __Host-http-SSO=2",
	                                  "a=1; " H "rt-1=1; " H "rt-1=1"};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		call_with(f, bad[i]);
		assert_denied(f, MRL_CONTROL_own_cookies, MRL_PROBLEM_TOKEN_REQUEST);
	}
	call_with(f, H "rt-1=1; " H "rt-2=1; a=1; a=1");
	assert_passed(f);
	assert_set(f, "Cookie", "a=1; a=1");
}

static void reads_split_fields_as_one(void **state)
{
	struct fixture *f = *state;
	fixture_call(f, "GET", "/v1/orders");
	f->view.http = 20;
	f->view.scheme = MRL_SLICE("https");
	fixture_field(f, "Cookie", "a=1");
	fixture_field(f, "X-Between", "x");
	fixture_field(f, "Cookie", H "sso=secret");
	fixture_field(f, "Cookie", "b=2");
	fixture_head(f);
	assert_passed(f);
	assert_set(f, "Cookie", "a=1; b=2");
	assert_true(f->fields[1].drop && f->fields[3].drop && f->fields[4].drop);
	assert_dropped(f, "X-Between", false);
	fixture_field(f, "Cookie", H "sso=secret");
	fixture_head(f);
	assert_denied(f, MRL_CONTROL_own_cookies, MRL_PROBLEM_TOKEN_REQUEST);
}

static void upstreams_cannot_set_them(void **state)
{
	struct fixture *f = *state;
	fixture_passed(f, "GET", "/v1/orders");
	fixture_reply(f, 200, "image/png");
	fixture_reply_field(f, "Set-Cookie", "a=1; Path=/");
	fixture_reply_field(f, "Set-Cookie", H "sso=evil; Path=/; Secure");
	fixture_reply_field(f, "Set-Cookie", "=" H "rt-1=evil");
	fixture_reply_field(f, "Set-Cookie", "b=" H "sso");
	fixture_run_reply(f, NULL);
	assert_passed(f);
	assert_false(f->reply_fields[0].drop);
	assert_true(f->reply_fields[1].drop);
	assert_true(f->reply_fields[2].drop);
	assert_false(f->reply_fields[3].drop);
	assert_int_equal(fact_number(f, "own_cookie_set"), 2);
}

static void other_replies_say_nothing(void **state)
{
	struct fixture *f = *state;
	fixture_passed(f, "GET", "/v1/orders");
	fixture_reply(f, 200, "image/png");
	fixture_reply_field(f, "Set-Cookie", "sso=1");
	fixture_run_reply(f, NULL);
	assert_reply_dropped(f, "Set-Cookie", false);
	assert_int_equal(fact_number(f, "own_cookie_set"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(cuts_its_own_out),
		with_fixture(leaves_the_others_alone),
		with_fixture(drops_a_field_that_becomes_empty),
		with_fixture(knows_cookies_without_a_name),
		with_fixture(refuses_one_twice),
		with_fixture(reads_split_fields_as_one),
		with_fixture(upstreams_cannot_set_them),
		with_fixture(other_replies_say_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
