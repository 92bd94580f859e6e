/* identity: who the caller is, only Merlon says [AUTH-5 INPUT-5]. */
#include "fixture.h"

static const char *const theirs[] = {"Merlon-User",
                                     "Merlon-",
                                     "Forwarded",
                                     "X-Forwarded-For",
                                     "X-Forwarded-Proto",
                                     "X-Forwarded-Port",
                                     "X-Real-IP",
                                     "X-Client-IP",
                                     "X-Cluster-Client-IP",
                                     "True-Client-IP",
                                     "CF-Connecting-IP",
                                     "Fastly-Client-IP",
                                     "X-Originating-IP",
                                     "X-Remote-User",
                                     "X-Remote-Addr",
                                     "X-Host",
                                     "X-Envoy-External-Address",
                                     "X-Original-Host",
                                     "X-Accel-Redirect",
                                     "X-Sendfile",
                                     "X-Sendfile-Type",
                                     "Remote-User",
                                     "X-User",
                                     "X-User-Id",
                                     "X-Auth-Request-User",
                                     "X-Authenticated-Groups",
                                     "X-Amzn-Oidc-Data",
                                     "X-Goog-Iap-Jwt",
                                     "X-MS-Client-Principal",
                                     "X-WEBAUTH-USER",
                                     "Cf-Access-Jwt",
                                     "Tailscale-User-Login",
                                     "X-SSL-Client-Cert",
                                     "SSL-Client-Verify",
                                     "X-Client-Cert",
                                     "X-Client-Certificate",
                                     "Client-Cert",
                                     "Client-Cert-Chain",
                                     "X-Internal-Role",
                                     "X-Original-Method"};

static void drops_what_clients_say(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(theirs); i++) {
		fixture_call(f, "GET", "/v1/orders");
		fixture_field(f, theirs[i], "admin");
		fixture_head(f);
		assert_passed(f);
		assert_dropped(f, theirs[i], true);
		assert_int_equal(fact_number(f, "identity_dropped"), 1);
	}
}

static void counts_them(void **state)
{
	struct fixture *f = *state;
	fixture_call(f, "GET", "/v1/orders");
	for (size_t i = 0; i < MRL_COUNT(theirs); i++) {
		fixture_field(f, theirs[i], "admin");
	}
	fixture_field(f, "X-User", "twice");
	fixture_field(f, "Accept", "*/*");
	fixture_head(f);
	assert_passed(f);
	assert_int_equal(fact_number(f, "identity_dropped"), MRL_COUNT(theirs) + 1);
	assert_dropped(f, "Accept", false);
	assert_dropped(f, "Host", false);
}

/* RATE-3: what a trusted proxy says of the way here is its duty; it is dropped, but no attempt. */
static void does_not_count_a_proxys(void **state)
{
	static const char *const peers[] = {"10.0.0.5", "198.51.100.4"};
	static const int64_t counts[] = {1, 5};
	struct fixture *f = *state;
	f->listeners =
		"{address: \"127.0.0.1:8443\", client_ip: {source: x_forwarded_for, trusted: "
		"[10.0.0.0/8]}}";
	fixture_with(f, NULL, NULL);
	for (size_t i = 0; i < MRL_COUNT(peers); i++) {
		fixture_call(f, "GET", "/v1/orders");
		assert_true(mrl_ip_parse(mrl_slice_text(peers[i]), &f->view.peer));
		fixture_field(f, "X-Forwarded-For", "203.0.113.9");
		fixture_field(f, "X-Forwarded-Proto", "https");
		fixture_field(f, "X-Forwarded-Port", "443");
		fixture_field(f, "Forwarded", "for=203.0.113.9");
		fixture_field(f, "X-User", "admin");
		fixture_head(f);
		assert_passed(f);
		assert_dropped(f, "X-Forwarded-Port", true);
		assert_dropped(f, "Forwarded", true);
		assert_int_equal(fact_number(f, "identity_dropped"), counts[i]);
	}
}

static void leaves_others(void **state)
{
	static const char *const names[] = {
		"Accept",    "User-Agent", "X-Users",    "X-Userid",     "X-Hostname",
		"Merlon",    "X-Internal", "X-Remote",   "Remote-Users", "Authorization",
		"X-Api-Key", "X-Auth",     "X-Tenant-Id"};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(names); i++) {
		fixture_call(f, "GET", "/v1/orders");
		fixture_field(f, names[i], "x");
		fixture_head(f);
		assert_passed(f);
		assert_dropped(f, names[i], false);
		assert_int_equal(fact_number(f, "identity_dropped"), -1);
	}
}

static void drops_further_names(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, NULL, "controls: {identity: {strip: [X-Tenant-Id, x-team]}}\n");
	fixture_call(f, "GET", "/v1/orders");
	fixture_field(f, "X-Tenant-Id", "1");
	fixture_field(f, "X-TEAM", "1");
	fixture_field(f, "X-Teams", "1");
	fixture_head(f);
	assert_passed(f);
	assert_dropped(f, "x-tenant-id", true);
	assert_dropped(f, "x-team", true);
	assert_dropped(f, "x-teams", false);
	assert_int_equal(fact_number(f, "identity_dropped"), 2);
}

static void leaves_what_merlon_sets(void **state)
{
	struct fixture *f = *state;
	fixture_call(f, "GET", "/v1/orders");
	fixture_field(f, "X-Forwarded-For", "203.0.113.9");
	fixture_head(f);
	assert_dropped(f, "X-Forwarded-For", true);
	assert_set(f, "X-Forwarded-For", "198.51.100.4");
}

static void refuses_names_that_are_none(void **state)
{
	static const char *const bad[] = {"\"X Tenant\"", "X_Tenant", "\"\"", "\"X-*\"", "\"X:\""};
	struct fixture *f = *state;
	char text[128];
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		(void)snprintf(text, sizeof(text), "controls: {identity: {strip: [X-Ok, %s]}}\n",
		               bad[i]);
		assert_int_equal(fixture_load(f, NULL, text), MRL_ERR_INVALID);
		assert_true(diagnosed(f, "policy-field-name", "is not a header field name"));
	}
}

/* It judges nobody, so that it cannot be only tried. */
static void has_no_mode(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(fixture_load(f, NULL, "controls: {identity: {mode: shadow}}\n"),
	                 MRL_ERR_INVALID);
	assert_true(diagnosed(f, "policy-mode", ""));
}

static void documented_names_pass_by_exemption(void **state)
{
	struct fixture *f = *state;
	fixture_with(
		f, NULL,
		"exemptions: [{name: old-app, control: identity, operations: [\"GET /orders\"], "
		"reason: \"X-User is a documented parameter\", until: \"2027-01-31\"}]\n");
	fixture_call(f, "GET", "/v1/orders");
	fixture_field(f, "X-User", "1");
	fixture_head(f);
	assert_passed(f);
	assert_dropped(f, "X-User", false);
	assert_true(has_word(f, "exempt", "old-app"));
	fixture_call(f, "POST", "/v1/orders");
	fixture_field(f, "X-User", "1");
	fixture_head(f);
	assert_dropped(f, "X-User", true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(drops_what_clients_say),
		with_fixture(counts_them),
		with_fixture(does_not_count_a_proxys),
		with_fixture(leaves_others),
		with_fixture(drops_further_names),
		with_fixture(leaves_what_merlon_sets),
		with_fixture(refuses_names_that_are_none),
		with_fixture(has_no_mode),
		with_fixture(documented_names_pass_by_exemption),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
