/* transport: TLS 1.3 and the host of the handshake [TLS-1]. */
#include "fixture.h"

static void serves_the_host_of_the_handshake(void **state)
{
	struct fixture *f = *state;
	fixture_call(f, "GET", "/v1/orders");
	fixture_head(f);
	assert_passed(f);
	f->view.sni = MRL_SLICE("API.example.com");
	fixture_head(f);
	assert_passed(f);
}

static void refuses_any_other_host(void **state)
{
	static const char *const hosts[] = {"other.example.com", "unknown.example.com", "127.0.0.1",
	                                    "pi.example.com", "api.example.com.evil.test"};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(hosts); i++) {
		fixture_call(f, "GET", "/v1/orders");
		f->view.host = mrl_slice_text(hosts[i]);
		fixture_head(f);
		assert_denied(f, MRL_CONTROL_transport, MRL_PROBLEM_MISDIRECTED);
	}
}

static void serves_configured_hosts_without_sni(void **state)
{
	struct fixture *f = *state;
	fixture_call(f, "GET", "/v1/orders");
	f->view.sni = MRL_SLICE_NONE;
	f->view.host = MRL_SLICE("other.example.com");
	fixture_head(f);
	assert_passed(f);
	f->view.host = MRL_SLICE("unknown.example.com");
	fixture_head(f);
	assert_denied(f, MRL_CONTROL_transport, MRL_PROBLEM_MISDIRECTED);
}

static void refuses_older_tls(void **state)
{
	static const uint16_t older[] = {0, 0x0300, 0x0301, 0x0302, 0x0303};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(older); i++) {
		fixture_call(f, "GET", "/v1/orders");
		f->view.tls_version = older[i];
		fixture_head(f);
		assert_denied(f, MRL_CONTROL_transport, MRL_PROBLEM_TLS_REQUIRED);
	}
	assert_true((mrl_problems[MRL_PROBLEM_TLS_REQUIRED].flags & MRL_PROBLEM_CLOSE) != 0);
}

/* What is wrong with Host is said by `protocol`. */
static void leaves_a_bad_host_to_protocol(void **state)
{
	struct fixture *f = *state;
	fixture_call(f, "GET", "/v1/orders");
	f->view.host = MRL_SLICE_NONE;
	fixture_head(f);
	assert_denied(f, MRL_CONTROL_protocol, MRL_PROBLEM_BAD_REQUEST);
	fixture_call(f, "GET", "/v1/orders");
	f->view.absolute_form = true;
	f->view.host = MRL_SLICE("unknown.example.com");
	fixture_head(f);
	assert_denied(f, MRL_CONTROL_protocol, MRL_PROBLEM_BAD_REQUEST);
}

/* ---- In clear ---------------------------------------------------------------------------------
 */

static void call_in_clear(struct fixture *f, const char *method, const char *target)
{
	fixture_call(f, method, target);
	f->view.tls = false;
	f->view.tls_version = 0;
	f->view.sni = MRL_SLICE_NONE;
	f->view.listener = 1;
}

static void refuses_calls_in_clear(void **state)
{
	static const char *const methods[] = {"GET", "HEAD", "POST", "OPTIONS", "TRACE", "FOO"};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(methods); i++) {
		call_in_clear(f, methods[i], "/v1/orders");
		fixture_head(f);
		assert_denied(f, MRL_CONTROL_transport, MRL_PROBLEM_TLS_REQUIRED);
		assert_int_equal(fact_number(f, "credential_in_clear"), -1);
	}
	call_in_clear(f, "GET", "/v1/unknown");
	fixture_head(f);
	assert_denied(f, MRL_CONTROL_transport, MRL_PROBLEM_TLS_REQUIRED);
	call_in_clear(f, "GET", "/v1/orders");
	f->view.host = MRL_SLICE_NONE;
	fixture_head(f);
	assert_denied(f, MRL_CONTROL_transport, MRL_PROBLEM_TLS_REQUIRED);
}

static void refuses_unknown_hosts_in_clear(void **state)
{
	struct fixture *f = *state;
	call_in_clear(f, "GET", "/v1/orders");
	f->view.host = MRL_SLICE("unknown.example.com");
	fixture_head(f);
	assert_denied(f, MRL_CONTROL_transport, MRL_PROBLEM_MISDIRECTED);
}

static void notes_credentials_in_clear(void **state)
{
	static const char *const names[] = {"Authorization", "Cookie"};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(names); i++) {
		call_in_clear(f, "GET", "/v1/orders");
		fixture_field(f, names[i], "secret");
		fixture_head(f);
		assert_denied(f, MRL_CONTROL_transport, MRL_PROBLEM_TLS_REQUIRED);
		assert_int_equal(fact_number(f, "credential_in_clear"), 1);
	}
	/* The same over TLS is nobody's loss. */
	fixture_call(f, "GET", "/v1/orders");
	fixture_field(f, "Authorization", "secret");
	fixture_head(f);
	assert_passed(f);
	assert_int_equal(fact_number(f, "credential_in_clear"), -1);
}

#define PAGE ", operations: {\"GET /help\": {controls: {security_headers: {profile: html}}}}"

static void shows_pages_the_way(void **state)
{
	static const char *const methods[] = {"GET", "HEAD"};
	struct fixture *f = *state;
	fixture_with(f, PAGE, NULL);
	for (size_t i = 0; i < MRL_COUNT(methods); i++) {
		call_in_clear(f, methods[i], "/v1/help?q=%41");
		fixture_head(f);
		assert_int_equal(f->verdict.outcome, MRL_ANSWER);
		assert_int_equal(f->verdict.status, 308);
		assert_answer(f, "Location", "https://api.example.com/v1/help?q=%41");
	}
}

static void shows_the_public_port(void **state)
{
	struct fixture *f = *state;
	f->listeners = "{address: \"127.0.0.1:8443\"}, {address: \"127.0.0.1:8080\", plain: true}";
	fixture_with(f, PAGE, NULL);
	call_in_clear(f, "GET", "/v1/help");
	fixture_head(f);
	assert_answer(f, "Location", "https://api.example.com:8443/v1/help");
}

static void shows_nobody_else_the_way(void **state)
{
	struct fixture *f = *state;
	call_in_clear(f, "GET", "/v1/help"); /* documents HTML, but the policy says nothing */
	fixture_head(f);
	assert_denied(f, MRL_CONTROL_transport, MRL_PROBLEM_TLS_REQUIRED);
	fixture_with(f, PAGE, NULL);
	call_in_clear(f, "GET", "/v1/orders");
	fixture_head(f);
	assert_denied(f, MRL_CONTROL_transport, MRL_PROBLEM_TLS_REQUIRED);
	call_in_clear(f, "POST", "/v1/help");
	fixture_head(f);
	assert_denied(f, MRL_CONTROL_transport, MRL_PROBLEM_TLS_REQUIRED);
	call_in_clear(f, "GET", "/v1/help");
	f->view.has_body = true;
	fixture_head(f);
	assert_denied(f, MRL_CONTROL_transport, MRL_PROBLEM_TLS_REQUIRED);
	call_in_clear(f, "GET", "/v1/help");
	fixture_field(f, "Cookie", "a=b");
	fixture_head(f);
	assert_denied(f, MRL_CONTROL_transport, MRL_PROBLEM_TLS_REQUIRED);
	assert_int_equal(f->call.answer_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(serves_the_host_of_the_handshake),
		with_fixture(refuses_any_other_host),
		with_fixture(serves_configured_hosts_without_sni),
		with_fixture(refuses_older_tls),
		with_fixture(leaves_a_bad_host_to_protocol),
		with_fixture(refuses_calls_in_clear),
		with_fixture(refuses_unknown_hosts_in_clear),
		with_fixture(notes_credentials_in_clear),
		with_fixture(shows_pages_the_way),
		with_fixture(shows_the_public_port),
		with_fixture(shows_nobody_else_the_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
