/* traceparent, with the example of the specification, and each of its bytes flipped. */
#include "../check.h"

#include <merlon/http.h>

#define EXAMPLE "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

static bool accepts(const char *text)
{
	struct mrl_trace trace;
	return mrl_traceparent_parse(mrl_slice_text(text), &trace);
}

static void test_example(void **state)
{
	struct mrl_trace trace;
	uint8_t text[MRL_TRACEPARENT_TEXT];
	(void)state;
	assert_true(mrl_traceparent_parse(MRL_SLICE(EXAMPLE), &trace));
	assert_int_equal(trace.trace_id[0], 0x4b);
	assert_int_equal(trace.trace_id[15], 0x36);
	assert_int_equal(trace.parent_id[0], 0x00);
	assert_int_equal(trace.parent_id[7], 0xb7);
	assert_true(trace.sampled);
	mrl_traceparent_text(&trace, text);
	check_slice(mrl_slice(text, sizeof(text)), EXAMPLE);
}

/* ERR-2 */
static void test_flags(void **state)
{
	struct mrl_trace trace;
	uint8_t text[MRL_TRACEPARENT_TEXT];
	(void)state;
	assert_true(mrl_traceparent_parse(
		MRL_SLICE("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-fe"), &trace));
	assert_false(trace.sampled);
	mrl_traceparent_text(&trace, text);
	check_slice(mrl_slice(text, sizeof(text)),
	            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00");
	assert_true(mrl_traceparent_parse(
		MRL_SLICE("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff"), &trace));
	assert_true(trace.sampled);
}

static void test_versions(void **state)
{
	(void)state;
	assert_true(accepts("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
	assert_true(accepts("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-"));
	assert_true(accepts("fe-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more"));
	assert_false(accepts("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x"));
	assert_false(accepts("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-"));
	assert_false(accepts("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 "));
	assert_false(accepts("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
	assert_false(accepts("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x"));
}

static void test_zero(void **state)
{
	(void)state;
	assert_false(accepts("00-00000000000000000000000000000000-00f067aa0ba902b7-01"));
	assert_false(accepts("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"));
	assert_true(accepts("00-00000000000000000000000000000001-0000000000000001-00"));
}

/* Every byte replaced by every other: what stays acceptable is lower-case hex in its place. */
static void test_every_flip(void **state)
{
	char text[] = EXAMPLE;
	(void)state;
	for (size_t at = 0; at < MRL_TRACEPARENT_TEXT; at++) {
		bool dash = at == 2 || at == 35 || at == 52;
		for (unsigned byte = 1; byte < 256; byte++) {
			bool hex = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f');
			memcpy(text, EXAMPLE, sizeof(text));
			text[at] = (char)byte;
			assert_int_equal(accepts(text), dash ? byte == '-' : hex);
		}
	}
}

static void test_cut(void **state)
{
	struct mrl_trace trace;
	(void)state;
	for (size_t size = 0; size < MRL_TRACEPARENT_TEXT; size++) {
		assert_false(mrl_traceparent_parse(mrl_slice(EXAMPLE, size), &trace));
	}
	assert_false(mrl_traceparent_parse(MRL_SLICE_NONE, &trace));
}

static void test_request_id(void **state)
{
	uint8_t id[MRL_REQUEST_ID_MAX + 1];
	(void)state;
	memset(id, 'a', sizeof(id));
	assert_true(mrl_request_id_valid(mrl_slice(id, MRL_REQUEST_ID_MAX)));
	assert_false(mrl_request_id_valid(mrl_slice(id, MRL_REQUEST_ID_MAX + 1)));
	assert_false(mrl_request_id_valid(MRL_SLICE_NONE));
	for (unsigned byte = 0; byte < 256; byte++) {
		bool good = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
		            (byte >= 'a' && byte <= 'z') || byte == '.' || byte == '_' ||
		            byte == '-';
		id[1] = (uint8_t)byte;
		assert_int_equal(mrl_request_id_valid(mrl_slice(id, 3)), good);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example),    cmocka_unit_test(test_flags),
		cmocka_unit_test(test_versions),   cmocka_unit_test(test_zero),
		cmocka_unit_test(test_every_flip), cmocka_unit_test(test_cut),
		cmocka_unit_test(test_request_id),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
