/* security_headers: the whole set on every answer, each field once [HDR-1 TLS-2]. */
#include "fixture.h"

#define API_CSP "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
#define HTML_CSP                                                                          \
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " \
	"font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "      \
	"frame-ancestors 'none'; upgrade-insecure-requests"
#define API_PERMISSIONS                                                                \
	"accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), " \
	"microphone=(), payment=(), usb=()"
#define HTML_PERMISSIONS                                                                  \
	API_PERMISSIONS ", autoplay=(), display-capture=(), fullscreen=(self), midi=(), " \
			"picture-in-picture=(), publickey-credentials-get=(self), "       \
			"screen-wake-lock=(), xr-spatial-tracking=()"
#define HSTS "max-age=63072000; includeSubDomains"

static const char *const names[] = {"Strict-Transport-Security",
                                    "X-Content-Type-Options",
                                    "X-Frame-Options",
                                    "Referrer-Policy",
                                    "Content-Security-Policy",
                                    "Permissions-Policy",
                                    "Cross-Origin-Opener-Policy",
                                    "Cross-Origin-Embedder-Policy",
                                    "Cross-Origin-Resource-Policy",
                                    "X-Permitted-Cross-Domain-Policies",
                                    "X-Request-Id"};

static uint32_t count_sets(const struct fixture *f, const char *name)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < f->reply.set_count; i++) {
		count += mrl_slice_equal_nocase(f->reply.sets[i]->name, mrl_slice_text(name));
	}
	return count;
}

static void assert_preset(const struct fixture *f, bool page)
{
	assert_reply_set(f, "Strict-Transport-Security", HSTS);
	assert_reply_set(f, "X-Content-Type-Options", "nosniff");
	assert_reply_set(f, "X-Frame-Options", "DENY");
	assert_reply_set(f, "Referrer-Policy", "no-referrer");
	assert_reply_set(f, "Content-Security-Policy", page ? HTML_CSP : API_CSP);
	assert_reply_set(f, "Permissions-Policy", page ? HTML_PERMISSIONS : API_PERMISSIONS);
	assert_reply_set(f, "Cross-Origin-Opener-Policy", "same-origin");
	assert_reply_set(f, "Cross-Origin-Embedder-Policy", "require-corp");
	assert_reply_set(f, "Cross-Origin-Resource-Policy", "same-origin");
	assert_reply_set(f, "X-Permitted-Cross-Domain-Policies", "none");
	assert_reply_set(f, "X-Request-Id", "019aa3c1-7b1e-7c3a-9f00-2b5d8c1e4a77");
	for (size_t i = 0; i < MRL_COUNT(names); i++) {
		assert_int_equal(count_sets(f, names[i]), 1);
	}
}

static void reply(struct fixture *f, const char *target, uint16_t status, const char *type)
{
	fixture_passed(f, "GET", target);
	fixture_reply(f, status, type);
}

static void run(struct fixture *f)
{
	fixture_run_reply(f, "hello");
	assert_passed(f);
}

static void stands_on_replies_of_the_upstream(void **state)
{
	static const uint16_t statuses[] = {200, 201, 206, 301, 304};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(statuses); i++) {
		reply(f, "/v1/orders", statuses[i], "application/json");
		run(f);
		assert_preset(f, false);
	}
}

static void stands_on_answers(void **state)
{
	static const uint16_t statuses[] = {204, 308, 400, 403, 404, 405, 413, 431, 494, 502, 503};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(statuses); i++) {
		fixture_call(f, "GET", "/v1/unknown");
		fixture_head(f);
		fixture_answer(f, statuses[i]);
		run(f);
		assert_preset(f, false);
		assert_reply_set(f, "Cache-Control", "no-store");
	}
}

/* Errors before a location is known: nobody has routed the call. */
static void stands_on_answers_to_calls_without_a_route(void **state)
{
	struct fixture *f = *state;
	fixture_call(f, "GET", "/v1/orders");
	f->view.host = MRL_SLICE_NONE;
	fixture_answer(f, 400);
	run(f);
	assert_preset(f, false);
}

static void takes_the_place_of_the_upstreams(void **state)
{
	struct fixture *f = *state;
	reply(f, "/v1/orders", 200, "application/json");
	for (size_t i = 0; i < MRL_COUNT(names); i++) {
		fixture_reply_field(f, names[i], "theirs");
		fixture_reply_field(f, names[i], "theirs again");
	}
	fixture_reply_field(f, "X-Other", "stays");
	run(f);
	assert_preset(f, false);
	for (uint32_t i = 0; i + 1 < f->reply.field_count; i++) {
		assert_true(f->reply_fields[i].drop);
	}
	assert_reply_dropped(f, "X-Other", false);
}

/* ---- Transport --------------------------------------------------------------------------------
 */

static void hsts_never_in_clear(void **state)
{
	struct fixture *f = *state;
	fixture_call(f, "GET", "/v1/orders");
	f->view.tls = false;
	f->view.listener = 1;
	fixture_head(f);
	fixture_answer(f, 403);
	run(f);
	assert_reply_set(f, "Strict-Transport-Security", NULL);
	assert_reply_set(f, "X-Frame-Options", "DENY");
	/* Nor the upstream's. */
	f->view.tls = false;
	fixture_reply(f, 200, "image/png");
	fixture_reply_field(f, "Strict-Transport-Security", "max-age=1");
	run(f);
	assert_reply_dropped(f, "Strict-Transport-Security", true);
}

static void hsts_has_its_keys(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, NULL,
	             "controls: {security_headers: {hsts_preload: on, hsts_max_age: 31536000}}\n");
	reply(f, "/v1/orders", 200, "image/png");
	run(f);
	assert_reply_set(f, "Strict-Transport-Security",
	                 "max-age=31536000; includeSubDomains; preload");
	fixture_with(f, NULL, "controls: {security_headers: {hsts_max_age: 126144000}}\n");
	assert_int_equal(
		fixture_load(f, NULL, "controls: {security_headers: {hsts_max_age: 31535999}}\n"),
		MRL_ERR_INVALID);
	assert_true(diagnosed(f, "policy-range", ""));
	assert_int_equal(
		fixture_load(f, NULL, "controls: {security_headers: {hsts_max_age: 126144001}}\n"),
		MRL_ERR_INVALID);
}

/* ---- Profiles ---------------------------------------------------------------------------------
 */

static void documented_pages_get_the_html_set(void **state)
{
	static const char *const types[] = {"text/html", "text/html; charset=utf-8",
	                                    "TEXT/HTML ;charset=utf-8", "application/xhtml+xml"};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(types); i++) {
		reply(f, "/v1/help", 200, types[i]);
		run(f);
		assert_preset(f, true);
	}
}

static void all_else_gets_the_api_set(void **state)
{
	static const char *const types[] = {"application/json", "text/htmlx", "text/plain", "",
	                                    "image/svg+xml"};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(types); i++) {
		reply(f, "/v1/help", 200, types[i]);
		run(f);
		assert_preset(f, false);
	}
	reply(f, "/v1/orders", 200, "text/html"); /* not documented */
	run(f);
	assert_preset(f, false);
	reply(f, "/v1/help", 200, "text/html");
	f->reply.answer = true;
	run(f);
	assert_preset(f, false);
}

static void the_policy_may_name_the_profile(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, NULL, "controls: {security_headers: {profile: api}}\n");
	reply(f, "/v1/help", 200, "text/html");
	run(f);
	assert_preset(f, false);
	assert_false(f->call.route.plan->page);
	fixture_with(f,
	             ", operations: {\"GET /orders\": {controls: {security_headers: "
	             "{profile: html}}}}",
	             NULL);
	reply(f, "/v1/orders", 200, "text/html");
	run(f);
	assert_preset(f, true);
	assert_true(f->call.route.plan->page);
	reply(f, "/v1/orders", 200, "application/json");
	run(f);
	assert_preset(f, false);
	assert_int_equal(fixture_load(f, NULL, "controls: {security_headers: {profile: page}}\n"),
	                 MRL_ERR_INVALID);
}

/* ---- Caching and types ------------------------------------------------------------------------
 */

static void reply_with_caching(struct fixture *f, const char *target, uint16_t status)
{
	reply(f, target, status, "image/png");
	fixture_reply_field(f, "Cache-Control", "max-age=60");
	fixture_reply_field(f, "Expires", "Sun, 06 Nov 1994 08:49:37 GMT");
	fixture_reply_field(f, "Pragma", "x");
	fixture_reply_field(f, "Age", "5");
}

static void open_operations_may_be_stored(void **state)
{
	static const char *const fields[] = {"Cache-Control", "Expires", "Pragma", "Age"};
	struct fixture *f = *state;
	reply_with_caching(f, "/v1/orders", 200);
	run(f);
	assert_reply_set(f, "Cache-Control", NULL);
	for (size_t i = 0; i < MRL_COUNT(fields); i++) {
		assert_reply_dropped(f, fields[i], false);
	}
}

static void secured_ones_may_not(void **state)
{
	static const char *const fields[] = {"Cache-Control", "Expires", "Pragma", "Age"};
	struct fixture *f = *state;
	reply_with_caching(f, "/v1/orders/7", 200);
	run(f);
	assert_reply_set(f, "Cache-Control", "no-store");
	for (size_t i = 0; i < MRL_COUNT(fields); i++) {
		assert_reply_dropped(f, fields[i], true);
	}
}

static void errors_may_not_be_stored(void **state)
{
	struct fixture *f = *state;
	reply(f, "/v1/orders", 404, "application/json"); /* documented: it passes */
	fixture_reply_field(f, "Cache-Control", "max-age=60");
	run(f);
	assert_reply_set(f, "Cache-Control", "no-store");
	assert_reply_dropped(f, "Cache-Control", true);
}

static void silence_means_no_store(void **state)
{
	struct fixture *f = *state;
	reply(f, "/v1/orders", 200, "image/png");
	fixture_reply_field(f, "Expires", "0");
	run(f);
	assert_reply_set(f, "Cache-Control", "no-store");
	assert_reply_dropped(f, "Expires", true);
	/* What was removed says nothing either. */
	fixture_with(f, NULL, "controls: {reply_fields: {remove: [Cache-Control]}}\n");
	reply_with_caching(f, "/v1/orders", 200);
	run(f);
	assert_reply_set(f, "Cache-Control", "no-store");
	assert_reply_dropped(f, "Cache-Control", true);
}

static void bodies_have_a_type(void **state)
{
	struct fixture *f = *state;
	reply(f, "/v1/orders", 200, NULL);
	run(f);
	assert_reply_set(f, "Content-Type", "application/octet-stream");
	reply(f, "/v1/orders", 200, "text/plain");
	run(f);
	assert_reply_set(f, "Content-Type", NULL);
	reply(f, "/v1/orders", 204, NULL);
	f->reply.has_body = false;
	run(f);
	assert_reply_set(f, "Content-Type", NULL);
	reply(f, "/v1/orders", 200, NULL);
	f->reply.content_length = 0;
	run(f);
	assert_reply_set(f, "Content-Type", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(stands_on_replies_of_the_upstream),
		with_fixture(stands_on_answers),
		with_fixture(stands_on_answers_to_calls_without_a_route),
		with_fixture(takes_the_place_of_the_upstreams),
		with_fixture(hsts_never_in_clear),
		with_fixture(hsts_has_its_keys),
		with_fixture(documented_pages_get_the_html_set),
		with_fixture(all_else_gets_the_api_set),
		with_fixture(the_policy_may_name_the_profile),
		with_fixture(open_operations_may_be_stored),
		with_fixture(secured_ones_may_not),
		with_fixture(errors_may_not_be_stored),
		with_fixture(silence_means_no_store),
		with_fixture(bodies_have_a_type),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
