/* target: one reading of the request target [INPUT-4]. */
#include "fixture.h"

static void get(struct fixture *f, const char *target)
{
	fixture_call(f, "GET", target);
	fixture_head(f);
}

static void passes_what_has_one_reading(void **state)
{
	static const char *const good[] = {
		"/v1/orders",          "/v1/orders?a=b&c=%41", "/v1/orders/a%20b",
		"/v1/orders/%41",      "/v1/orders/%C3%A4",    "/v1/orders?x=%2F%5C%00",
		"/v1/orders?a[b]=c|d", "/v1/orders/a:b@c,d=e", "/v1/orders?"};
	struct fixture *f = *state;
	/* Most of these are no documented parameters. */
	fixture_with(f, NULL, "controls: {params: {mode: shadow}}\n");
	for (size_t i = 0; i < MRL_COUNT(good); i++) {
		get(f, good[i]);
		assert_passed(f);
	}
}

static void refuses_what_has_two(void **state)
{
	static const struct {
		const char *target;
		const char *fault;
	} rows[] = {
		{"*", "form"},
		{"v1/orders", "form"},
		{"", "form"},
		{"/v1/orders#x", "bytes"},
		{"/v1/orders?a#x", "bytes"},
		{"/v1/or ders", "bytes"},
		{"/v1/or\"ders", "bytes"},
		{"/v1/orders\\x", "bytes"},
		{"/v1/\xC3\xA4", "bytes"},
		{"/v1/\x7F", "bytes"},
		{"/v1/%zz", "bytes"},
		{"/v1/%4", "bytes"},
		{"/v1/orders?x=%4", "bytes"},
		{"/v1/orders?x=<", "bytes"},
		{"//v1/orders", "segment"},
		{"/v1//orders", "segment"},
		{"/v1/./orders", "segment"},
		{"/v1/../orders", "segment"},
		{"/v1/orders/..", "segment"},
		{"/v1/%2e%2e/orders", "segment"},
		{"/v1/.%2E/orders", "segment"},
		{"/v1/%2e", "segment"},
		{"/v1%2forders", "encoded"},
		{"/v1%2Forders", "encoded"},
		{"/v1/%5c", "encoded"},
		{"/v1/%00", "encoded"},
		{"/v1/%1F", "encoded"},
		{"/v1/%0a", "encoded"},
		{"/v1/%7f", "encoded"},
		{"/v1/%252e", "encoded"},
		{"/v1/%2541", "encoded"},
		{"/v1/%C3", "utf8"},
		{"/v1/%C0%AF", "utf8"},
		{"/v1/%ED%A0%80", "utf8"},
		{"/v1/orders;a=b", "semicolon"},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		get(f, rows[i].target);
		if (!has_word(f, "target_fault", rows[i].fault)) {
			fail_msg("%s is not \"%s\"", rows[i].target, rows[i].fault);
		}
		assert_denied(f, MRL_CONTROL_target, MRL_PROBLEM_INPUT_TARGET);
	}
}

static void get_of_size(struct fixture *f, size_t size)
{
	static char text[16000];
	struct mrl_slice start = MRL_SLICE("/v1/orders?");
	memset(text, 'a', sizeof(text));
	memcpy(text, start.data, start.size);
	fixture_call(f, "GET", "/v1/orders");
	f->view.target = mrl_slice(text, size);
	fixture_head(f);
}

static void bounds_the_length(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, NULL, "controls: {params: {mode: shadow}}\n");
	get_of_size(f, 8192);
	assert_passed(f);
	get_of_size(f, 8193);
	assert_denied(f, MRL_CONTROL_target, MRL_PROBLEM_TARGET_TOO_LONG);
	fixture_with(f, NULL, "controls: {target: {target_bytes: 256}, params: {mode: shadow}}\n");
	get_of_size(f, 256);
	assert_passed(f);
	get_of_size(f, 257);
	assert_denied(f, MRL_CONTROL_target, MRL_PROBLEM_TARGET_TOO_LONG);
}

/* "/a" so many times. */
static void get_segments(struct fixture *f, size_t count)
{
	static char text[512];
	assert_true(2 * count < sizeof(text));
	for (size_t i = 0; i < count; i++) {
		text[2 * i] = '/';
		text[2 * i + 1] = 'a';
	}
	text[2 * count] = '\0';
	get(f, text);
}

static void bounds_the_segments(void **state)
{
	struct fixture *f = *state;
	get_segments(f, 32);
	assert_denied(f, MRL_CONTROL_operation, MRL_PROBLEM_NO_OPERATION);
	get_segments(f, 33);
	assert_denied(f, MRL_CONTROL_target, MRL_PROBLEM_INPUT_TARGET);
	assert_true(has_word(f, "target_fault", "segments"));
	fixture_with(f, NULL, "controls: {target: {segments: 128}}\n");
	get_segments(f, 128);
	assert_denied(f, MRL_CONTROL_operation, MRL_PROBLEM_NO_OPERATION);
	get_segments(f, 129);
	assert_denied(f, MRL_CONTROL_target, MRL_PROBLEM_INPUT_TARGET);
}

static void refuses_overrides(void **state)
{
	static const char *const names[] = {"X-HTTP-Method-Override", "X-HTTP-Method",
	                                    "X-Method-Override", "X-Original-URL", "X-Rewrite-URL"};
	static const char *const values[] = {"", "GET", "/v1/orders"};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(names) * MRL_COUNT(values); i++) {
		fixture_call(f, "GET", "/v1/orders");
		fixture_field(f, names[i / MRL_COUNT(values)], values[i % MRL_COUNT(values)]);
		fixture_head(f);
		assert_denied(f, MRL_CONTROL_target, MRL_PROBLEM_INPUT_TARGET);
		assert_true(has_word(f, "target_fault", "override"));
	}
	fixture_call(f, "GET", "/v1/orders");
	fixture_field(f, "X-HTTP-Methods", "GET");
	fixture_head(f);
	assert_passed(f);
	assert_false(has_word(f, "target_fault", "override"));
}

static void keeps_to_its_ranges(void **state)
{
	static const char *const bad[] = {"target_bytes: 255", "target_bytes: 15361", "segments: 0",
	                                  "segments: 129"};
	struct fixture *f = *state;
	char text[128];
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		(void)snprintf(text, sizeof(text), "controls: {target: {%s}}\n", bad[i]);
		assert_int_equal(fixture_load(f, NULL, text), MRL_ERR_INVALID);
		assert_true(diagnosed(f, "policy-range", ""));
	}
	fixture_with(f, NULL, "controls: {target: {target_bytes: 15360, segments: 1}}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(passes_what_has_one_reading), with_fixture(refuses_what_has_two),
		with_fixture(bounds_the_length),           with_fixture(bounds_the_segments),
		with_fixture(refuses_overrides),           with_fixture(keeps_to_its_ranges),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
