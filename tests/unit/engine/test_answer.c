/* Each refusal and answer, as it goes out. */
#include "../check.h"

#include <merlon/engine.h>

struct fixture {
	struct mrl_arena arena;
	struct mrl_policy policy;
	struct mrl_call call;
	struct mrl_answer answer;
};

static void init(struct fixture *f, size_t cap_bytes)
{
	*f = (struct fixture){.policy = {.problem_base = MRL_SLICE(MRL_PROBLEM_BASE)}};
	mrl_arena_init(&f->arena, &mrl_memory_malloc, 1024, cap_bytes);
	f->call.policy = &f->policy;
	f->call.arena = &f->arena;
	f->call.request_id[0] = 0xAB;
}

static enum mrl_err answer(struct fixture *f, struct mrl_verdict verdict)
{
	return mrl_engine_answer(&f->call, &verdict, &f->answer);
}

#define INSTANCE "\"instance\":\"urn:uuid:ab000000-0000-0000-0000-000000000000\"}"

static void denies_with_a_problem(void **state)
{
	struct fixture f;
	(void)state;
	init(&f, 4096);
	assert_int_equal(answer(&f, mrl_deny(MRL_PROBLEM_NO_OPERATION)), MRL_OK);
	assert_int_equal(f.answer.status, 404);
	assert_false(f.answer.close);
	check_slice(f.answer.phrase, "Not Found");
	check_slice(f.answer.type, "application/problem+json");
	check_slice(f.answer.body, "{\"type\":\"urn:merlon:problem:no-operation\",\"title\":\"Not "
	                           "found\",\"status\":404," INSTANCE);
	assert_int_equal(f.answer.field_count, 0);
	mrl_arena_release(&f.arena);
}

static void takes_the_policy_s_base(void **state)
{
	struct fixture f;
	(void)state;
	init(&f, 4096);
	f.policy.problem_base = MRL_SLICE("https://api.example.com/problems/");
	assert_int_equal(answer(&f, mrl_deny(MRL_PROBLEM_MISDIRECTED)), MRL_OK);
	assert_true(mrl_slice_starts(
		f.answer.body,
		MRL_SLICE("{\"type\":\"https://api.example.com/problems/misdirected\",")));
	mrl_arena_release(&f.arena);
}

static void closes_where_the_row_says_so(void **state)
{
	struct fixture f;
	(void)state;
	init(&f, 4096);
	assert_int_equal(answer(&f, mrl_deny(MRL_PROBLEM_BAD_REQUEST)), MRL_OK);
	assert_true(f.answer.close);
	mrl_arena_release(&f.arena);
}

static void adds_the_call_s_fields(void **state)
{
	struct fixture f;
	(void)state;
	init(&f, 4096);
	assert_int_equal(mrl_call_answer(&f.call, MRL_SLICE("Allow"), MRL_SLICE("GET")), MRL_OK);
	assert_int_equal(answer(&f, mrl_deny(MRL_PROBLEM_METHOD_NOT_ALLOWED)), MRL_OK);
	assert_int_equal(f.answer.status, 405);
	assert_int_equal(f.answer.field_count, 1);
	check_slice(f.answer.fields[0].name, "Allow");
	check_slice(f.answer.fields[0].value, "GET");
	mrl_arena_release(&f.arena);
}

static void says_when_to_come_again(void **state)
{
	struct fixture f;
	(void)state;
	init(&f, 4096);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(answer(&f, mrl_engine_failure(&f.call, MRL_ERR_MEMORY)), MRL_OK);
		assert_int_equal(f.answer.status, 503);
		assert_int_equal(f.answer.field_count, 1);
		check_slice(f.answer.fields[0].name, "Retry-After");
		check_slice(f.answer.fields[0].value, "1");
	}
	mrl_arena_release(&f.arena);
}

static void keeps_the_upstream_s_status(void **state)
{
	struct fixture f;
	struct mrl_verdict verdict = mrl_deny(MRL_PROBLEM_UPSTREAM_REFUSED);
	(void)state;
	init(&f, 4096);
	verdict.status = 409;
	assert_int_equal(answer(&f, verdict), MRL_OK);
	assert_int_equal(f.answer.status, 409);
	check_slice(f.answer.phrase, "Conflict");
	check_slice(f.answer.body, "{\"type\":\"urn:merlon:problem:upstream-refused\",\"title\":"
	                           "\"Conflict\",\"status\":409," INSTANCE);
	mrl_arena_release(&f.arena);
}

/* Another 4xx of nginx is a bad request with that status. */
static void takes_another_status_with_a_row(void **state)
{
	struct fixture f;
	struct mrl_verdict verdict = mrl_deny(MRL_PROBLEM_BAD_REQUEST);
	(void)state;
	init(&f, 4096);
	verdict.status = 402;
	assert_int_equal(answer(&f, verdict), MRL_OK);
	assert_int_equal(f.answer.status, 402);
	check_slice(f.answer.body, "{\"type\":\"urn:merlon:problem:bad-request\",\"title\":"
	                           "\"Malformed request\",\"status\":402," INSTANCE);
	mrl_arena_release(&f.arena);
}

static void answers_without_a_body(void **state)
{
	struct fixture f;
	(void)state;
	init(&f, 4096);
	assert_int_equal(mrl_call_answer(&f.call, MRL_SLICE("Location"), MRL_SLICE("/")), MRL_OK);
	assert_int_equal(answer(&f, mrl_answer_status(308)), MRL_OK);
	assert_int_equal(f.answer.status, 308);
	check_slice(f.answer.phrase, "Permanent Redirect");
	assert_int_equal(f.answer.body.size, 0);
	assert_int_equal(f.answer.type.size, 0);
	assert_int_equal(f.answer.field_count, 1);
	mrl_arena_release(&f.arena);
}

/* Bad twins: nothing is written to the answer. */
static void refuses_what_is_no_answer(void **state)
{
	struct fixture f;
	(void)state;
	init(&f, 4096);
	f.answer.status = 1;
	assert_int_equal(answer(&f, MRL_VERDICT_PASS), MRL_ERR_STATE);
	assert_int_equal(answer(&f, (struct mrl_verdict){.outcome = MRL_NEED}), MRL_ERR_STATE);
	assert_int_equal(answer(&f, mrl_answer_status(0)), MRL_ERR_STATE);
	assert_int_equal(answer(&f, mrl_deny(MRL_PROBLEM_UPSTREAM_ERROR)), MRL_ERR_STATE);
	assert_int_equal(f.answer.status, 1);
	mrl_arena_release(&f.arena);
}

static void has_no_memory(void **state)
{
	struct fixture f;
	(void)state;
	init(&f, MRL_PROBLEM_BODY_MAX - 1);
	f.answer.status = 1;
	assert_int_equal(answer(&f, mrl_deny(MRL_PROBLEM_NO_OPERATION)), MRL_ERR_MEMORY);
	assert_int_equal(f.answer.status, 1);
	mrl_arena_release(&f.arena);
}

/* Every row of the table makes a body that fits, with the longest base that a policy may have. */
static void every_problem_fits(void **state)
{
	static uint8_t base[200];
	(void)state;
	memset(base, 'a', sizeof(base));
	for (int i = 0; i < MRL_PROBLEM_COUNT; i++) {
		struct fixture f;
		struct mrl_verdict verdict = mrl_deny((enum mrl_problem_id)i);
		init(&f, 4096);
		f.policy.problem_base = mrl_slice(base, sizeof(base));
		verdict.status = mrl_problems[i].status == 0 ? 431 : 0;
		check_row(answer(&f, verdict) == MRL_OK, mrl_problems[i].id);
		mrl_arena_release(&f.arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(denies_with_a_problem),
		cmocka_unit_test(takes_the_policy_s_base),
		cmocka_unit_test(closes_where_the_row_says_so),
		cmocka_unit_test(adds_the_call_s_fields),
		cmocka_unit_test(says_when_to_come_again),
		cmocka_unit_test(keeps_the_upstream_s_status),
		cmocka_unit_test(takes_another_status_with_a_row),
		cmocka_unit_test(answers_without_a_body),
		cmocka_unit_test(refuses_what_is_no_answer),
		cmocka_unit_test(has_no_memory),
		cmocka_unit_test(every_problem_fits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
