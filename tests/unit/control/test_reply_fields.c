/* reply_fields: what tells of the upstream does not leave [ERR-1 CORS-4]. */
#include "fixture.h"

static const char *const gone[] = {"Server",
                                   "X-Powered-By",
                                   "X-AspNet-Version",
                                   "X-AspNetMvc-Version",
                                   "X-Generator",
                                   "X-Drupal-Cache",
                                   "X-Runtime",
                                   "X-Version",
                                   "X-Backend",
                                   "X-Backend-Server",
                                   "X-Served-By",
                                   "X-Debug",
                                   "X-Debug-Token",
                                   "X-Rack-Cache",
                                   "X-Varnish",
                                   "X-Cache",
                                   "X-Cache-Hits",
                                   "Via",
                                   "X-Envoy-Upstream-Service-Time",
                                   "X-Kong-Latency",
                                   "X-APISIX-Upstream",
                                   "X-Amz-Cf-Id",
                                   "X-Upstream",
                                   "X-Upstream-Addr",
                                   "X-Application-Context",
                                   "X-Php-Version",
                                   "SourceMap",
                                   "X-SourceMap",
                                   "X-Chrome-Logger",
                                   "X-ChromePhp-Data",
                                   "Server-Timing",
                                   "X-Accel-Redirect",
                                   "X-Accel-Expires",
                                   "X-Sendfile",
                                   "X-Sendfile-Type",
                                   "Access-Control-Allow-Origin",
                                   "Access-Control-Allow-Private-Network",
                                   "Access-Control-Max-Age",
                                   "Timing-Allow-Origin",
                                   "Public-Key-Pins",
                                   "Public-Key-Pins-Report-Only",
                                   "Expect-CT",
                                   "X-XSS-Protection",
                                   "NEL",
                                   "Report-To",
                                   "Reporting-Endpoints",
                                   "Content-Security-Policy-Report-Only",
                                   "Alt-Svc",
                                   "Refresh",
                                   "Trailer",
                                   "Merlon-User",
                                   "SERVER",
                                   "x-powered-BY"};

static const char *const kept[] = {"Content-Type",  "Content-Length", "Location",     "ETag",
                                   "Last-Modified", "Link",           "Retry-After",  "RateLimit",
                                   "Set-Cookie",    "X-Servers",      "Servers",      "X-Run",
                                   "X-Kong",        "Merlon",         "X-Total",      "Allow",
                                   "X-Amz-Id",      "X-Rack",         "Accept-Ranges"};

static void run(struct fixture *f)
{
	fixture_run_reply(f, NULL);
	assert_passed(f);
}

static void reply(struct fixture *f)
{
	fixture_passed(f, "GET", "/v1/orders");
	fixture_reply(f, 200, "image/png");
}

static void removes_fingerprints(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(gone); i++) {
		reply(f);
		fixture_reply_field(f, gone[i], "v");
		run(f);
		assert_reply_dropped(f, gone[i], true);
	}
}

static void leaves_the_rest(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, "", "limits: {fields: none}");
	for (size_t i = 0; i < MRL_COUNT(kept); i++) {
		reply(f);
		fixture_reply_field(f, kept[i], "v");
		run(f);
		assert_reply_dropped(f, kept[i], false);
	}
}

static void removes_values_that_are_none(void **state)
{
	struct fixture *f = *state;
	for (unsigned byte = 1; byte < 256; byte++) {
		char value[] = {'a', (char)byte, 'b', '\0'};
		bool bad = (byte < 0x20 && byte != '\t') || byte == 0x7F;
		reply(f);
		fixture_reply_field(f, "X-Total", value);
		run(f);
		assert_reply_dropped(f, "X-Total", bad);
	}
}

static void removes_further_names(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, NULL, "controls: {reply_fields: {remove: [X-Node, x-total]}}\n");
	reply(f);
	fixture_reply_field(f, "X-NODE", "v");
	fixture_reply_field(f, "X-Total", "v");
	fixture_reply_field(f, "X-Total", "v");
	fixture_reply_field(f, "X-Nodes", "v");
	run(f);
	assert_true(f->reply_fields[0].drop);
	assert_true(f->reply_fields[1].drop);
	assert_true(f->reply_fields[2].drop);
	assert_false(f->reply_fields[3].drop);
}

static void refuses_names_that_are_none(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(
		fixture_load(f, NULL, "controls: {reply_fields: {remove: [X-Ok, \"X-*\"]}}\n"),
		MRL_ERR_INVALID);
	assert_true(diagnosed(f, "policy-field-name", "\"X-*\""));
}

static void leaves_answers_alone(void **state)
{
	struct fixture *f = *state;
	fixture_passed(f, "GET", "/v1/orders");
	fixture_answer(f, 404);
	fixture_reply_field(f, "X-Version", "v");
	run(f);
	assert_reply_dropped(f, "X-Version", false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(removes_fingerprints),         with_fixture(leaves_the_rest),
		with_fixture(removes_values_that_are_none), with_fixture(removes_further_names),
		with_fixture(refuses_names_that_are_none),  with_fixture(leaves_answers_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
