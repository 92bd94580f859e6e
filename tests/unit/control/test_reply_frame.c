/* reply_frame: an upstream that does not speak HTTP is down [ERR-1 INPUT-4]. */
#include "fixture.h"

static void reply(struct fixture *f, uint16_t status)
{
	fixture_passed(f, "GET", "/v1/orders");
	fixture_reply(f, status, "image/png");
}

static void assert_fault(struct fixture *f)
{
	fixture_run_reply(f, NULL);
	assert_denied(f, MRL_CONTROL_reply_frame, MRL_PROBLEM_UPSTREAM_UNAVAILABLE);
	assert_int_equal(fact_number(f, "upstream_fault"), 1);
}

static void assert_no_fault(struct fixture *f)
{
	fixture_run_reply(f, NULL);
	assert_false(denied_by(f, MRL_CONTROL_reply_frame));
	assert_int_equal(fact_number(f, "upstream_fault"), -1);
}

static void takes_final_statuses_only(void **state)
{
	static const uint16_t good[] = {200, 204, 299, 304, 404, 499, 500, 599};
	static const uint16_t bad[] = {0, 1, 99, 100, 101, 102, 103, 199, 600, 999, 65535};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(good); i++) {
		reply(f, good[i]);
		assert_no_fault(f);
	}
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		reply(f, bad[i]);
		assert_fault(f);
	}
}

static void switches_protocols_only_if_asked(void **state)
{
	struct fixture *f = *state;
	reply(f, 101);
	f->reply.upgrade_asked = true;
	f->reply.has_body = false;
	assert_no_fault(f);
	reply(f, 100);
	f->reply.upgrade_asked = true;
	assert_fault(f);
	reply(f, 103);
	f->reply.upgrade_asked = true;
	assert_fault(f);
}

/* No status line, two lengths, a foreign coding: the adapter saw it. */
static void refuses_broken_frames(void **state)
{
	static const uint16_t statuses[] = {200, 404, 500};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(statuses); i++) {
		reply(f, statuses[i]);
		f->reply.frame_fault = true;
		assert_fault(f);
	}
}

static void refuses_names_that_are_none(void **state)
{
	static const char *const bad[] = {"", "x_y", "x y", "x:", "x\x01", "x.y"};
	static const char *const good[] = {"X-Fine", "x", "server"};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		reply(f, 200);
		fixture_reply_field(f, bad[i], "v");
		assert_fault(f);
	}
	for (size_t i = 0; i < MRL_COUNT(good); i++) {
		reply(f, 200);
		fixture_reply_field(f, good[i], "v");
		assert_no_fault(f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(takes_final_statuses_only),
		with_fixture(switches_protocols_only_if_asked),
		with_fixture(refuses_broken_frames),
		with_fixture(refuses_names_that_are_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
