/* protocol: what a client may say about the connection [INPUT-4]. */
#include "fixture.h"

static void call_with(struct fixture *f, const char *name, const char *value)
{
	fixture_call(f, "GET", "/v1/orders");
	fixture_field(f, name, value);
	fixture_head(f);
}

static void stream_with(struct fixture *f, const char *name, const char *value)
{
	fixture_call(f, "GET", "/v1/orders");
	f->view.http = 20;
	f->view.scheme = MRL_SLICE("https");
	if (name != NULL) {
		fixture_field(f, name, value);
	}
	fixture_head(f);
}

static void wants_a_host_in_every_version(void **state)
{
	static const uint8_t versions[] = {10, 11, 20, 30};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(versions); i++) {
		fixture_call(f, "GET", "/v1/orders");
		f->view.http = versions[i];
		f->view.scheme = MRL_SLICE("https");
		fixture_head(f);
		assert_passed(f);
		f->view.host = MRL_SLICE_NONE;
		fixture_head(f);
		assert_denied(f, MRL_CONTROL_protocol, MRL_PROBLEM_BAD_REQUEST);
	}
}

static void refuses_the_absolute_form(void **state)
{
	struct fixture *f = *state;
	fixture_call(f, "GET", "/v1/orders");
	f->view.absolute_form = true;
	fixture_head(f);
	assert_denied(f, MRL_CONTROL_protocol, MRL_PROBLEM_BAD_REQUEST);
}

static void bounds_what_connection_names(void **state)
{
	static const char *const good[] = {
		"close",          "keep-alive", "Keep-Alive, Upgrade",    "TE", "te, close",
		"http2-settings", "upgrade,",   "Upgrade, HTTP2-Settings"};
	static const char *const bad[] = {"authorization",   "close, authorization", "Cookie",
	                                  "x-user",          "close close",          "close;",
	                                  "keep-alive, host"};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(good); i++) {
		call_with(f, "Connection", good[i]);
		assert_passed(f);
	}
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		call_with(f, "Connection", bad[i]);
		assert_denied(f, MRL_CONTROL_protocol, MRL_PROBLEM_BAD_REQUEST);
	}
}

static void looks_at_every_connection_field(void **state)
{
	struct fixture *f = *state;
	fixture_call(f, "GET", "/v1/orders");
	fixture_field(f, "Connection", "close");
	fixture_field(f, "Connection", "authorization");
	fixture_head(f);
	assert_denied(f, MRL_CONTROL_protocol, MRL_PROBLEM_BAD_REQUEST);
}

static void knows_one_expectation(void **state)
{
	static const char *const bad[] = {"", "100", "100-continue, x", "200-ok",
	                                  "100-continue; q"};
	struct fixture *f = *state;
	call_with(f, "Expect", "100-continue");
	assert_passed(f);
	call_with(f, "Expect", "100-Continue");
	assert_passed(f);
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		call_with(f, "Expect", bad[i]);
		assert_denied(f, MRL_CONTROL_protocol, MRL_PROBLEM_EXPECTATION_FAILED);
	}
	fixture_call(f, "GET", "/v1/orders");
	f->view.http = 10;
	fixture_field(f, "Expect", "100-continue");
	fixture_head(f);
	assert_denied(f, MRL_CONTROL_protocol, MRL_PROBLEM_EXPECTATION_FAILED);
	stream_with(f, "Expect", "100-continue");
	assert_denied(f, MRL_CONTROL_protocol, MRL_PROBLEM_EXPECTATION_FAILED);
}

static void refuses_connection_fields_in_streams(void **state)
{
	static const char *const names[] = {"Connection", "Keep-Alive", "Proxy-Connection",
	                                    "Transfer-Encoding", "Upgrade"};
	struct fixture *f = *state;
	stream_with(f, NULL, NULL);
	assert_passed(f);
	for (size_t i = 0; i < MRL_COUNT(names); i++) {
		stream_with(f, names[i], "close");
		assert_denied(f, MRL_CONTROL_protocol, MRL_PROBLEM_BAD_REQUEST);
		f->view.http = 30;
		fixture_head(f);
		assert_denied(f, MRL_CONTROL_protocol, MRL_PROBLEM_BAD_REQUEST);
		call_with(f, names[i], "close"); /* HTTP/1.1: lawful */
		assert_passed(f);
	}
	stream_with(f, "TE", "trailers");
	assert_passed(f);
	stream_with(f, "TE", "gzip");
	assert_denied(f, MRL_CONTROL_protocol, MRL_PROBLEM_BAD_REQUEST);
	stream_with(f, "TE", "trailers, gzip");
	assert_denied(f, MRL_CONTROL_protocol, MRL_PROBLEM_BAD_REQUEST);
}

static void wants_https_in_streams(void **state)
{
	static const char *const bad[] = {"http", "", "HTTPS", "ftp"};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		fixture_call(f, "GET", "/v1/orders");
		f->view.http = 20;
		f->view.scheme = mrl_slice_text(bad[i]);
		fixture_head(f);
		assert_denied(f, MRL_CONTROL_protocol, MRL_PROBLEM_BAD_REQUEST);
	}
}

static void forwards_no_hop_by_hop_field(void **state)
{
	static const char *const hop[] = {"Connection",
	                                  "Keep-Alive",
	                                  "Proxy-Connection",
	                                  "TE",
	                                  "Trailer",
	                                  "Upgrade",
	                                  "HTTP2-Settings",
	                                  "Proxy",
	                                  "Proxy-Authorization",
	                                  "Accept-Encoding"};
	static const char *const kept[] = {"Accept",         "Authorization", "Content-Type",
	                                   "User-Agent",     "X-Anything",    "Proxied",
	                                   "Accept-Language"};
	struct fixture *f = *state;
	fixture_call(f, "GET", "/v1/orders");
	for (size_t i = 0; i < MRL_COUNT(hop); i++) {
		fixture_field(f, hop[i], "close");
	}
	for (size_t i = 0; i < MRL_COUNT(kept); i++) {
		fixture_field(f, kept[i], "x");
	}
	fixture_field(f, "Expect", "100-continue");
	fixture_head(f);
	assert_passed(f);
	for (size_t i = 0; i < MRL_COUNT(hop); i++) {
		assert_dropped(f, hop[i], true);
	}
	for (size_t i = 0; i < MRL_COUNT(kept); i++) {
		assert_dropped(f, kept[i], false);
	}
	assert_dropped(f, "Expect", true);
	assert_dropped(f, "Host", false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(wants_a_host_in_every_version),
		with_fixture(refuses_the_absolute_form),
		with_fixture(bounds_what_connection_names),
		with_fixture(looks_at_every_connection_field),
		with_fixture(knows_one_expectation),
		with_fixture(refuses_connection_fields_in_streams),
		with_fixture(wants_https_in_streams),
		with_fixture(forwards_no_hop_by_hop_field),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
