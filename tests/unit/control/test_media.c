/*
 * media: a body only where one is documented, bounded, uncoded [INPUT-3 INPUT-4]. It stands for all
 * controls that judge: layers, shadow mode and exemptions are tried on it.
 */
#include "fixture.h"

#define DEFAULT_BYTES 1048576

static void send_body(struct fixture *f, const char *method, const char *target, int64_t length)
{
	fixture_call(f, method, target);
	fixture_field(f, "Content-Type", "application/json");
	f->view.has_body = true;
	f->view.content_length = length;
	fixture_head(f);
}

static void takes_documented_bodies(void **state)
{
	static const int64_t lengths[] = {-1, 1, DEFAULT_BYTES};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(lengths); i++) {
		send_body(f, "POST", "/v1/orders", lengths[i]);
		assert_passed(f);
	}
	fixture_passed(f, "POST", "/v1/orders");
	assert_int_equal(f->call.route.plan->body_bytes, DEFAULT_BYTES);
}

static void refuses_undocumented_bodies(void **state)
{
	static const char *const rows[][2] = {{"GET", "/v1/orders"},
	                                      {"HEAD", "/v1/orders"},
	                                      {"DELETE", "/v1/orders/7"},
	                                      {"OPTIONS", "/v1/probe"}};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		send_body(f, rows[i][0], rows[i][1], 1);
		assert_denied(f, MRL_CONTROL_media, MRL_PROBLEM_INPUT_BODY_UNEXPECTED);
		send_body(f, rows[i][0], rows[i][1], -1);
		assert_denied(f, MRL_CONTROL_media, MRL_PROBLEM_INPUT_BODY_UNEXPECTED);
		fixture_passed(f, rows[i][0], rows[i][1]);
	}
}

static void bounds_the_length(void **state)
{
	struct fixture *f = *state;
	send_body(f, "POST", "/v1/orders", DEFAULT_BYTES + 1);
	assert_denied(f, MRL_CONTROL_media, MRL_PROBLEM_INPUT_TOO_LARGE);
	send_body(f, "POST", "/v1/orders", INT64_MAX);
	assert_denied(f, MRL_CONTROL_media, MRL_PROBLEM_INPUT_TOO_LARGE);
	/* Where none is expected its size does not matter. */
	send_body(f, "GET", "/v1/orders", INT64_MAX);
	assert_denied(f, MRL_CONTROL_media, MRL_PROBLEM_INPUT_BODY_UNEXPECTED);
}

static void takes_no_coded_body(void **state)
{
	static const char *const good[] = {"identity", "Identity"};
	static const char *const bad[] = {"gzip", "", "identity, gzip", "br", "gzip, identity"};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(good); i++) {
		fixture_call(f, "POST", "/v1/orders");
		fixture_field(f, "Content-Type", "application/json");
		fixture_field(f, "Content-Encoding", good[i]);
		f->view.has_body = true;
		fixture_head(f);
		assert_passed(f);
	}
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		fixture_call(f, "POST", "/v1/orders");
		fixture_field(f, "Content-Type", "application/json");
		fixture_field(f, "Content-Encoding", bad[i]);
		f->view.has_body = true;
		fixture_head(f);
		assert_denied(f, MRL_CONTROL_media, MRL_PROBLEM_INPUT_MEDIA_TYPE);
		assert_answer(f, "Accept-Encoding", "identity");
	}
}

static void send_type(struct fixture *f, const char *method, const char *target, const char *type,
                      int64_t length)
{
	fixture_call(f, method, target);
	if (type != NULL) {
		fixture_field(f, "Content-Type", type);
	}
	f->view.has_body = length != 0;
	f->view.content_length = length;
	(void)fixture_head(f);
}

static void takes_documented_types(void **state)
{
	static const char *const good[] = {"application/json", "Application/JSON; charset=UTF-8",
	                                   "image/png"};
	static const char *const bad[] = {"text/plain",
	                                  "application/jsonx",
	                                  "image/gif",
	                                  "application/json; charset=utf-7",
	                                  "application/json; x=1",
	                                  "",
	                                  NULL};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(good); i++) {
		send_type(f, "POST", "/v1/orders", good[i], 5);
		assert_passed(f);
	}
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		send_type(f, "POST", "/v1/orders", bad[i], 5);
		assert_denied(f, MRL_CONTROL_media, MRL_PROBLEM_INPUT_MEDIA_TYPE);
		assert_answer(f, "Accept", "application/json, image/png");
	}
}

static void wants_what_is_required(void **state)
{
	struct fixture *f = *state;
	send_type(f, "PUT", "/v1/judged", NULL, 0);
	assert_denied(f, MRL_CONTROL_media, MRL_PROBLEM_INPUT_BODY_MISSING);
	send_type(f, "PUT", "/v1/judged", "application/json", 1);
	assert_passed(f);
}

/* Types without a schema have a bound of their own, and are not read. */
static void bounds_opaque_bodies(void **state)
{
	struct fixture *f = *state;
	send_type(f, "POST", "/v1/orders", "image/png", 16777216);
	assert_passed(f);
	assert_int_equal(f->call.body_limit, 16777216);
	assert_int_equal(f->call.input.reading, MRL_READING_OPAQUE);
	send_type(f, "POST", "/v1/orders", "image/png", 16777217);
	assert_denied(f, MRL_CONTROL_media, MRL_PROBLEM_INPUT_TOO_LARGE);
	send_type(f, "POST", "/v1/orders", "application/json", 5);
	assert_int_equal(f->call.body_limit, DEFAULT_BYTES);
	fixture_with(f, NULL, "controls: {media: {opaque_bytes: 0}}\n");
	send_type(f, "POST", "/v1/orders", "image/png", 1);
	assert_denied(f, MRL_CONTROL_media, MRL_PROBLEM_INPUT_TOO_LARGE);
}

static void opaque_types_are_of_an_operation(void **state)
{
	struct fixture *f = *state;
	fixture_with(f,
	             ", operations: {\"POST /orders\": {controls: {media: {opaque: "
	             "[application/json]}}}}",
	             NULL);
	send_type(f, "POST", "/v1/orders", "application/json", 2000000);
	assert_passed(f);
	assert_int_equal(f->call.input.reading, MRL_READING_OPAQUE);
	assert_int_equal(fixture_load(f, NULL, "controls: {media: {opaque: [application/json]}}\n"),
	                 MRL_ERR_INVALID);
	assert_true(diagnosed(f, "policy-layer", "opaque"));
	assert_int_equal(
		fixture_load(
			f,
			", operations: {\"POST /orders\": {controls: {media: {opaque: [json]}}}}",
			NULL),
		MRL_ERR_INVALID);
	assert_true(diagnosed(f, "policy-value", "json"));
}

static void keeps_to_its_ranges(void **state)
{
	static const char *const bad[] = {"body_bytes: 1023", "body_bytes: 67108865",
	                                  "body_memory_bytes: 16777215",
	                                  "body_memory_bytes: 17179869185"};
	struct fixture *f = *state;
	char text[128];
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		(void)snprintf(text, sizeof(text), "controls: {media: {%s}}\n", bad[i]);
		assert_int_equal(fixture_load(f, NULL, text), MRL_ERR_INVALID);
		assert_true(diagnosed(f, "policy-range", ""));
	}
	fixture_with(f, NULL, "controls: {media: {body_bytes: 67108864}}\n");
	fixture_with(f, NULL, "controls: {media: {body_bytes: 1024}}\n");
}

/* ---- What holds for all controls --------------------------------------------------------------
 */

static void the_nearest_layer_counts(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, NULL, "controls: {media: {body_bytes: 4096}}\n");
	send_body(f, "POST", "/v1/orders", 4096);
	assert_passed(f);
	send_body(f, "POST", "/v1/orders", 4097);
	assert_denied(f, MRL_CONTROL_media, MRL_PROBLEM_INPUT_TOO_LARGE);
	fixture_with(f, ", controls: {media: {body_bytes: 3072}}",
	             "controls: {media: {body_bytes: 4096}}\n");
	send_body(f, "POST", "/v1/orders", 3072);
	assert_passed(f);
	send_body(f, "POST", "/v1/orders", 3073);
	assert_denied(f, MRL_CONTROL_media, MRL_PROBLEM_INPUT_TOO_LARGE);
	fixture_with(f,
	             ", controls: {media: {body_bytes: 3072}}, operations: {\"POST /orders\": "
	             "{controls: {media: {body_bytes: 2048}}}}",
	             "controls: {media: {body_bytes: 4096}}\n");
	send_body(f, "POST", "/v1/orders", 2048);
	assert_passed(f);
	assert_int_equal(f->call.route.plan->body_bytes, 2048);
	send_body(f, "POST", "/v1/orders", 2049);
	assert_denied(f, MRL_CONTROL_media, MRL_PROBLEM_INPUT_TOO_LARGE);
}

static void shadow_mode_notes_and_passes(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, NULL, "controls: {media: {mode: shadow}}\n");
	send_body(f, "GET", "/v1/orders", 5);
	assert_passed(f);
	assert_true(f->call.shadow);
	assert_false(f->call.denied);
	assert_ptr_equal(f->call.denied_by, mrl_controls[MRL_CONTROL_media]);
	assert_int_equal(f->call.problem, MRL_PROBLEM_INPUT_BODY_UNEXPECTED);
	send_body(f, "POST", "/v1/orders", 5);
	assert_passed(f);
	assert_false(f->call.shadow);
	assert_null(f->call.denied_by);
}

#define EXEMPTION                                                                         \
	"exemptions: [{name: old-portal, control: media, operations: [\"GET /orders\"], " \
	"reason: \"sends a body until it is replaced\", until: \"%s\"}]\n"

static void exemptions_hold_until_they_end(void **state)
{
	struct fixture *f = *state;
	char text[256];
	(void)snprintf(text, sizeof(text), EXEMPTION, "2026-11-23");
	fixture_with(f, NULL, text);
	send_body(f, "GET", "/v1/orders", 5);
	assert_passed(f);
	assert_true(has_word(f, "exempt", "old-portal"));
	assert_null(f->call.denied_by);
	send_body(f, "DELETE", "/v1/orders/7", 5); /* not named */
	assert_denied(f, MRL_CONTROL_media, MRL_PROBLEM_INPUT_BODY_UNEXPECTED);
	assert_false(has_word(f, "exempt", "old-portal"));
	(void)snprintf(text, sizeof(text), EXEMPTION, "2026-11-22");
	fixture_with(f, NULL, text);
	assert_true(diagnosed(f, "policy-exemption-expired", "old-portal"));
	send_body(f, "GET", "/v1/orders", 5);
	assert_denied(f, MRL_CONTROL_media, MRL_PROBLEM_INPUT_BODY_UNEXPECTED);
	assert_true(has_word(f, "exemption_expired", "old-portal"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(takes_documented_bodies),
		with_fixture(refuses_undocumented_bodies),
		with_fixture(bounds_the_length),
		with_fixture(takes_no_coded_body),
		with_fixture(takes_documented_types),
		with_fixture(wants_what_is_required),
		with_fixture(bounds_opaque_bodies),
		with_fixture(opaque_types_are_of_an_operation),
		with_fixture(keeps_to_its_ranges),
		with_fixture(the_nearest_layer_counts),
		with_fixture(shadow_mode_notes_and_passes),
		with_fixture(exemptions_hold_until_they_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
