/* reply: the API answers what its document says, where the policy asks for it [INPUT-1 ERR-1]. */
#include "fixture.h"

static void answer(struct fixture *f, uint16_t status, const char *type, const char *body)
{
	fixture_passed(f, "GET", "/v1/judged");
	fixture_reply(f, status, type);
	f->reply.content_length = body == NULL ? 0 : (int64_t)strlen(body);
	(void)fixture_run_reply(f, body);
}

static void is_off_by_default(void **state)
{
	struct fixture *f = *state;
	answer(f, 200, "application/json", "{\"b\":1}");
	assert_passed(f);
	assert_int_equal(f->call.fact_count, 0);
}

static void enforces(void **state)
{
	static const struct {
		uint16_t status;
		const char *type, *body, *keyword;
	} rows[] = {
		{200, "application/json", "{\"a\":1}", NULL},
		{200, "application/json", "{\"a\":1,\"b\":1}", "undeclared"},
		{200, "application/json", "{\"a\":\"x\"}", "type"},
		{200, "application/json", "{", "truncated"},
		{200, "text/plain", "x", "content-type"},
		{201, "application/json", "{}", "status"},
	};
	struct fixture *f = *state;
	fixture_with(f, NULL, "controls: {reply: {judge: enforce}}\n");
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		answer(f, rows[i].status, rows[i].type, rows[i].body);
		if (rows[i].keyword == NULL) {
			assert_passed(f);
			continue;
		}
		assert_denied(f, MRL_CONTROL_reply, MRL_PROBLEM_REPLY_INVALID);
		assert_true(has_word(f, "reply_invalid", rows[i].keyword));
		assert_error(f, "");
	}
}

static void reports(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, NULL, "controls: {reply: {judge: report}}\n");
	answer(f, 200, "application/json", "{\"b\":1}");
	assert_passed(f);
	assert_true(has_word(f, "reply_invalid", "undeclared"));
}

static void what_is_too_long_is_not_judged(void **state)
{
	static char body[3000];
	struct fixture *f = *state;
	memset(body, ' ', sizeof(body) - 1);
	memcpy(body, "{\"a\":1", 6);
	body[sizeof(body) - 2] = '}';
	fixture_with(f, NULL, "controls: {reply: {judge: enforce, reply_bytes: 1024}}\n");
	answer(f, 200, "application/json", body);
	assert_denied(f, MRL_CONTROL_reply, MRL_PROBLEM_REPLY_INVALID);
	assert_int_equal(fact_number(f, "reply_unjudged"), 1);
	fixture_with(f, NULL, "controls: {reply: {judge: enforce, reply_bytes: 2999}}\n");
	answer(f, 200, "application/json", body);
	assert_passed(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(is_off_by_default),
		with_fixture(enforces),
		with_fixture(reports),
		with_fixture(what_is_too_long_is_not_judged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
