/* trace: one id and one trace for a call [AUDIT-1 ERR-2]. */
#include "fixture.h"

#define OURS     "019aa3c1-7b1e-7c3a-9f00-2b5d8c1e4a77"
#define NEW      "00-019aa3c17b1e7c3a9f002b5d8c1e4a77-0102030405060708-00"
#define TRACE_ID "4bf92f3577b34da6a3ce929d0e0e4736"
#define THEIRS   TRACE_ID "-00f067aa0ba902b7"
#define KEPT     "00-" TRACE_ID "-0102030405060708"

static void call_with(struct fixture *f, const char *name, const char *value)
{
	fixture_call(f, "GET", "/v1/orders");
	fixture_field(f, name, value);
	fixture_head(f);
	assert_passed(f);
}

static void begins_a_trace(void **state)
{
	struct fixture *f = *state;
	fixture_passed(f, "GET", "/v1/orders");
	assert_set(f, "X-Request-Id", OURS);
	assert_set(f, "traceparent", NEW);
	assert_int_equal(f->call.client_request_id.size, 0);
}

static void notes_harmless_ids_of_clients(void **state)
{
	static const char *const good[] = {
		"a", "A-Z_0.9", "0123456789012345678901234567890123456789012345678901234567890123"};
	static const char *const bad[] = {
		"",
		"a b",
		"a\"",
		"a/b",
		"{}",
		"\xC3\xA4",
		"01234567890123456789012345678901234567890123456789012345678901234"};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(good); i++) {
		call_with(f, "X-Request-Id", good[i]);
		assert_true(mrl_slice_is(f->call.client_request_id, good[i]));
		assert_dropped(f, "X-Request-Id", true);
		assert_set(f, "X-Request-Id", OURS);
	}
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		call_with(f, "X-Request-Id", bad[i]);
		assert_int_equal(f->call.client_request_id.size, 0);
		assert_dropped(f, "X-Request-Id", true);
		assert_set(f, "X-Request-Id", OURS);
	}
}

static void continues_a_trace(void **state)
{
	static const struct {
		const char *theirs;
		const char *ours;
	} rows[] = {
		{"00-" THEIRS "-01", KEPT "-01"},  {"00-" THEIRS "-00", KEPT "-00"},
		{"00-" THEIRS "-03", KEPT "-01"},  {"00-" THEIRS "-fe", KEPT "-00"},
		{"01-" THEIRS "-01", KEPT "-01"},  {"cc-" THEIRS "-01-more", KEPT "-01"},
		{"01-" THEIRS "-01-", KEPT "-01"},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		call_with(f, "traceparent", rows[i].theirs);
		assert_set(f, "traceparent", rows[i].ours);
		assert_dropped(f, "traceparent", true);
		assert_int_equal(f->call.trace.parent_id[1], 0xF0);
	}
}

static void begins_anew_where_theirs_is_wrong(void **state)
{
	static const char *const bad[] = {
		"",
		"00-" THEIRS,
		"00-" THEIRS "-01-more",
		"00-" THEIRS "-0",
		"01-" THEIRS "-01x",
		"ff-" THEIRS "-01",
		"00-4BF92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
		"00-" TRACE_ID "-00F067aa0ba902b7-01",
		"00-00000000000000000000000000000000-00f067aa0ba902b7-01",
		"00-" TRACE_ID "-0000000000000000-01",
		"00_" THEIRS "-01",
		"0g-" THEIRS "-01",
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		call_with(f, "traceparent", bad[i]);
		assert_set(f, "traceparent", NEW);
		assert_dropped(f, "traceparent", true);
	}
	fixture_call(f, "GET", "/v1/orders");
	fixture_field(f, "traceparent", "00-" THEIRS "-01");
	fixture_field(f, "traceparent", "00-" THEIRS "-01");
	fixture_head(f);
	assert_set(f, "traceparent", NEW);
	assert_true(f->fields[1].drop && f->fields[2].drop);
}

static void call_with_state(struct fixture *f, const char *parent, size_t first, size_t second)
{
	static char text[600];
	memset(text, 'a', sizeof(text));
	fixture_call(f, "GET", "/v1/orders");
	if (parent != NULL) {
		fixture_field(f, "traceparent", parent);
	}
	fixture_field_slice(f, "tracestate", mrl_slice(text, first));
	if (second != 0) {
		fixture_field_slice(f, "tracestate", mrl_slice(text, second));
	}
	fixture_head(f);
	assert_passed(f);
}

static void passes_a_bounded_state_with_its_trace(void **state)
{
	struct fixture *f = *state;
	call_with_state(f, "00-" THEIRS "-01", 512, 0);
	assert_dropped(f, "tracestate", false);
	call_with_state(f, "00-" THEIRS "-01", 513, 0);
	assert_dropped(f, "tracestate", true);
	call_with_state(f, "00-" THEIRS "-01", 256, 256);
	assert_false(f->fields[2].drop || f->fields[3].drop);
	call_with_state(f, "00-" THEIRS "-01", 256, 257);
	assert_true(f->fields[2].drop && f->fields[3].drop);
	call_with_state(f, NULL, 10, 0);
	assert_dropped(f, "tracestate", true);
	call_with_state(f, "ff-" THEIRS "-01", 10, 0);
	assert_dropped(f, "tracestate", true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(begins_a_trace),
		with_fixture(notes_harmless_ids_of_clients),
		with_fixture(continues_a_trace),
		with_fixture(begins_anew_where_theirs_is_wrong),
		with_fixture(passes_a_bounded_state_with_its_trace),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
