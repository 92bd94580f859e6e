/* fields: form, number and size of header fields [INPUT-3 INPUT-4]. */
#include "fixture.h"

#define NAME_64 "abcdefghij-abcdefghij-abcdefghij-abcdefghij-abcdefghij-abcdefghi"

static void call_with(struct fixture *f, const char *name, struct mrl_slice value)
{
	fixture_call(f, "GET", "/v1/orders");
	fixture_field_slice(f, name, value);
	fixture_head(f);
}

static void judges_names(void **state)
{
	static const char *const good[] = {"X", "X-1", "accept", "-", NAME_64};
	static const char *const bad[] = {"",    "x_y",   "x.y",   "x y", "x:",       "x@y",
	                                  "x\t", "x\xC3", "x\x01", "x/y", NAME_64 "a"};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(good); i++) {
		call_with(f, good[i], MRL_SLICE("v"));
		assert_passed(f);
	}
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		call_with(f, bad[i], MRL_SLICE("v"));
		assert_denied(f, MRL_CONTROL_fields, MRL_PROBLEM_BAD_REQUEST);
	}
}

static void judges_every_byte_of_a_value(void **state)
{
	struct fixture *f = *state;
	for (unsigned byte = 0; byte < 256; byte++) {
		uint8_t value[] = {'a', (uint8_t)byte, 'b'};
		bool bad = (byte < 0x20 && byte != '\t') || byte == 0x7F;
		call_with(f, "X-Value", mrl_slice(value, sizeof(value)));
		assert_int_equal(denied_by(f, MRL_CONTROL_fields), bad);
	}
	call_with(f, "X-Value", MRL_SLICE_NONE);
	assert_passed(f);
	/* Fields that a control knows are no exception. */
	call_with(f, "Accept", MRL_SLICE("a\r\nb"));
	assert_denied(f, MRL_CONTROL_fields, MRL_PROBLEM_BAD_REQUEST);
}

static const char *const once[] = {"Content-Length",
                                   "Content-Type",
                                   "Content-Encoding",
                                   "Transfer-Encoding",
                                   "Authorization",
                                   "Proxy-Authorization",
                                   "Origin",
                                   "Range",
                                   "If-Range",
                                   "If-Match",
                                   "If-None-Match",
                                   "If-Modified-Since",
                                   "If-Unmodified-Since",
                                   "Content-Range",
                                   "Upgrade",
                                   "Access-Control-Request-Method",
                                   "DPoP",
                                   "Access-Control-Request-Headers",
                                   "Idempotency-Key",
                                   "Sec-Fetch-Site",
                                   "X-Requested-With",
                                   "Cookie",
                                   "Expect"};

static void refuses_what_must_come_once(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(once); i++) {
		const char *value = strcmp(once[i], "Expect") == 0 ? "100-continue" : "x";
		fixture_call(f, "GET", "/v1/orders");
		fixture_field(f, once[i], value);
		fixture_field(f, "X-Between", "x");
		fixture_head(f);
		assert_false(denied_by(f, MRL_CONTROL_fields));
		fixture_field(f, once[i], value);
		fixture_head(f);
		assert_denied(f, MRL_CONTROL_fields, MRL_PROBLEM_BAD_REQUEST);
	}
	fixture_call(f, "GET", "/v1/orders");
	fixture_field(f, "Host", "api.example.com");
	fixture_head(f);
	assert_denied(f, MRL_CONTROL_fields, MRL_PROBLEM_BAD_REQUEST);
}

static void lets_others_be_repeated(void **state)
{
	static const char *const names[] = {"Accept", "X-Anything", "Via", "Forwarded",
	                                    "X-Forwarded-For"};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(names); i++) {
		fixture_call(f, "GET", "/v1/orders");
		fixture_field(f, names[i], "x");
		fixture_field(f, names[i], "x");
		fixture_head(f);
		assert_passed(f);
	}
	/* RFC 9113 8.2.3: HTTP/2 may split Cookie, nothing else. */
	fixture_call(f, "GET", "/v1/orders");
	f->view.http = 20;
	f->view.scheme = MRL_SLICE("https");
	fixture_field(f, "Cookie", "a=1");
	fixture_field(f, "Cookie", "b=2");
	fixture_head(f);
	assert_passed(f);
	fixture_field(f, "Origin", "https://api.example.com");
	fixture_field(f, "Origin", "https://api.example.com");
	fixture_head(f);
	assert_denied(f, MRL_CONTROL_fields, MRL_PROBLEM_BAD_REQUEST);
}

static void bounds_one_field(void **state)
{
	static char value[12289];
	struct fixture *f = *state;
	memset(value, 'v', sizeof(value));
	call_with(f, "x-long", mrl_slice(value, 12288 - 6));
	assert_passed(f);
	call_with(f, "x-long", mrl_slice(value, 12288 - 5));
	assert_denied(f, MRL_CONTROL_fields, MRL_PROBLEM_HEADER_TOO_LARGE);
}

/* Names and values, 4 more for each. */
static void bounds_all_fields(void **state)
{
	static char value[12000];
	struct fixture *f = *state;
	memset(value, 'v', sizeof(value));
	fixture_call(f, "GET", "/v1/orders");
	fixture_field_slice(f, "x-a", mrl_slice(value, 12000));
	fixture_field_slice(f, "x-b", mrl_slice(value, 12000));
	fixture_field_slice(f, "x-c", mrl_slice(value, 32768 - f->view.field_bytes - 7));
	assert_int_equal(f->view.field_bytes, 32768);
	fixture_head(f);
	assert_passed(f);
	f->view.field_bytes++;
	fixture_head(f);
	assert_denied(f, MRL_CONTROL_fields, MRL_PROBLEM_HEADER_TOO_LARGE);
}

static void call_with_count(struct fixture *f, uint32_t count)
{
	fixture_call(f, "GET", "/v1/orders");
	while (f->view.field_count < count) {
		fixture_field(f, "x", "y");
	}
	fixture_head(f);
}

static void bounds_the_number(void **state)
{
	struct fixture *f = *state;
	call_with_count(f, 100);
	assert_passed(f);
	call_with_count(f, 101);
	assert_denied(f, MRL_CONTROL_fields, MRL_PROBLEM_HEADER_TOO_LARGE);
	fixture_with(f, NULL, "controls: {fields: {header_count: 200}}\n");
	call_with_count(f, 200);
	assert_passed(f);
	call_with_count(f, 201);
	assert_denied(f, MRL_CONTROL_fields, MRL_PROBLEM_HEADER_TOO_LARGE);
}

static void too_many_outweighs_malformed(void **state)
{
	struct fixture *f = *state;
	call_with_count(f, 100);
	fixture_field(f, "bad_name", "x");
	fixture_head(f);
	assert_denied(f, MRL_CONTROL_fields, MRL_PROBLEM_HEADER_TOO_LARGE);
}

static void keeps_to_its_ranges(void **state)
{
	static const char *const bad[] = {
		"{header_count: 15}",         "{header_count: 201}",
		"{header_bytes: 4095}",       "{header_bytes: 57345}",
		"{header_field_bytes: 1023}", "{header_field_bytes: 15361}"};
	static const char *const good[] = {
		"{header_count: 16, header_bytes: 4096, header_field_bytes: 1024}",
		"{header_count: 200, header_bytes: 57344, header_field_bytes: 15360}"};
	struct fixture *f = *state;
	char text[128];
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		(void)snprintf(text, sizeof(text), "controls: {fields: %s}\n", bad[i]);
		assert_int_equal(fixture_load(f, NULL, text), MRL_ERR_INVALID);
		assert_true(diagnosed(f, "policy-range", ""));
	}
	for (size_t i = 0; i < MRL_COUNT(good); i++) {
		(void)snprintf(text, sizeof(text), "controls: {fields: %s}\n", good[i]);
		fixture_with(f, NULL, text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(judges_names),
		with_fixture(judges_every_byte_of_a_value),
		with_fixture(refuses_what_must_come_once),
		with_fixture(lets_others_be_repeated),
		with_fixture(bounds_one_field),
		with_fixture(bounds_all_fields),
		with_fixture(bounds_the_number),
		with_fixture(too_many_outweighs_malformed),
		with_fixture(keeps_to_its_ranges),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
