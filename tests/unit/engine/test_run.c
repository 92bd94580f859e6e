/* Plans built by hand, of steps that do what a script says. */
#include "../check.h"

#include <merlon/engine.h>

/* What a step does when it is asked, and how often it was. */
struct script {
	struct mrl_verdict verdict;
	enum mrl_err err;
	uint32_t needs;     /* so many times NEED first */
	const char *answer; /* a field of the answer, set before the verdict */
	unsigned asked;
	bool saw_failed_need; /* when asked last */
	uint32_t saw_needs_met;
};

static enum mrl_err decide(const void *config, struct mrl_call *call,
                           struct mrl_verdict *ret_verdict)
{
	/* The engine holds configurations const; the test lends one that it may count in. */
	struct script *script = *(struct script *const *)config;
	script->asked++;
	script->saw_failed_need = call->need_failed;
	script->saw_needs_met = call->needs_met;
	if (script->asked <= script->needs) {
		*ret_verdict = (struct mrl_verdict){
			.outcome = MRL_NEED, .need = MRL_NEED_TEST, .amount = 5};
		return MRL_OK;
	}
	if (script->answer != NULL) {
		enum mrl_err err = mrl_call_answer(call, mrl_slice_text(script->answer),
		                                   MRL_SLICE("x"));
		if (err != MRL_OK) {
			return err;
		}
	}
	if (script->verdict.outcome != MRL_PASS) {
		*ret_verdict = script->verdict;
	}
	return script->err;
}

static const struct mrl_control controls[] = {
	{.name = "first", .judges = true}, {.name = "second", .judges = true}, {.name = "third"}};

#define STEPS 3

struct fixture {
	struct script scripts[STEPS];
	struct script *lent[STEPS];
	struct mrl_step steps[STEPS];
	struct mrl_plan plan;
	struct mrl_policy policy;
	struct mrl_call call;
	struct mrl_verdict verdict;
};

static void init(struct fixture *f)
{
	*f = (struct fixture){0};
	for (size_t i = 0; i < STEPS; i++) {
		f->lent[i] = &f->scripts[i];
		f->steps[i] = (struct mrl_step){
			.decide = decide, .config = &f->lent[i], .control = &controls[i]};
	}
	f->plan.steps[MRL_STAGE_HEAD] = f->steps;
	f->plan.counts[MRL_STAGE_HEAD] = STEPS;
	f->plan.steps[MRL_STAGE_REPLY] = f->steps;
	f->plan.counts[MRL_STAGE_REPLY] = 1;
	f->call.policy = &f->policy;
	f->call.route.plan = &f->plan;
	f->call.now_us = 1000;
}

static void run(struct fixture *f)
{
	mrl_engine_run(&f->call, MRL_STAGE_HEAD, &f->verdict);
}

static void check_asked(const struct fixture *f, unsigned first, unsigned second, unsigned third)
{
	assert_int_equal(f->scripts[0].asked, first);
	assert_int_equal(f->scripts[1].asked, second);
	assert_int_equal(f->scripts[2].asked, third);
}

static void passes_all(void **state)
{
	struct fixture f;
	(void)state;
	init(&f);
	run(&f);
	assert_int_equal(f.verdict.outcome, MRL_PASS);
	assert_false(f.call.denied);
	assert_null(f.call.denied_by);
	check_asked(&f, 1, 1, 1);
}

static void stops_at_the_first_denial(void **state)
{
	struct fixture f;
	(void)state;
	init(&f);
	f.scripts[1].verdict = mrl_deny(MRL_PROBLEM_INPUT_TARGET);
	f.scripts[2].verdict = mrl_deny(MRL_PROBLEM_TLS_REQUIRED);
	run(&f);
	assert_int_equal(f.verdict.outcome, MRL_DENY);
	assert_int_equal(f.verdict.problem, MRL_PROBLEM_INPUT_TARGET);
	assert_ptr_equal(f.call.denied_by, &controls[1]);
	assert_int_equal(f.call.problem, MRL_PROBLEM_INPUT_TARGET);
	assert_true(f.call.denied);
	assert_false(f.call.shadow);
	check_asked(&f, 1, 1, 0);
}

static void stops_at_an_answer(void **state)
{
	struct fixture f;
	(void)state;
	init(&f);
	f.scripts[0].verdict = mrl_answer_status(204);
	f.scripts[0].answer = "Allow";
	run(&f);
	assert_int_equal(f.verdict.outcome, MRL_ANSWER);
	assert_int_equal(f.verdict.status, 204);
	assert_int_equal(f.call.answer_count, 1);
	assert_false(f.call.denied);
	check_asked(&f, 1, 0, 0);
}

static void asks_nobody_in_an_empty_stage(void **state)
{
	struct fixture f;
	(void)state;
	init(&f);
	mrl_engine_run(&f.call, MRL_STAGE_BODY, &f.verdict);
	assert_int_equal(f.verdict.outcome, MRL_PASS);
	check_asked(&f, 0, 0, 0);
}

static void begins_each_stage_anew(void **state)
{
	struct fixture f;
	(void)state;
	init(&f);
	run(&f);
	mrl_engine_run(&f.call, MRL_STAGE_REPLY, &f.verdict);
	check_asked(&f, 2, 1, 1);
}

static void takes_the_fallback_plan_without_a_route(void **state)
{
	struct fixture f;
	(void)state;
	init(&f);
	f.call.route.plan = NULL;
	f.policy.fallback = &f.plan;
	f.scripts[0].verdict = mrl_deny(MRL_PROBLEM_BAD_REQUEST);
	run(&f);
	assert_int_equal(f.verdict.problem, MRL_PROBLEM_BAD_REQUEST);
}

static void fails_closed(void **state)
{
	struct fixture f;
	(void)state;
	init(&f);
	f.scripts[1].err = MRL_ERR_MEMORY;
	f.scripts[1].answer = "Allow";
	run(&f);
	assert_int_equal(f.verdict.outcome, MRL_DENY);
	assert_int_equal(f.verdict.problem, MRL_PROBLEM_GATEWAY_ERROR);
	assert_int_equal(f.call.err, MRL_ERR_MEMORY);
	assert_int_equal(f.call.problem, MRL_PROBLEM_GATEWAY_ERROR);
	assert_ptr_equal(f.call.denied_by, &controls[1]);
	assert_true(f.call.denied);
	assert_int_equal(f.call.answer_count, 0);
	check_asked(&f, 1, 1, 0);
}

/* A status counts, whatever verdict stands beside it. */
static void fails_closed_beside_a_pass_and_in_shadow(void **state)
{
	struct fixture f;
	(void)state;
	init(&f);
	f.steps[0].shadow = true;
	f.scripts[0].err = MRL_ERR_IO;
	f.scripts[0].verdict = mrl_answer_status(200);
	run(&f);
	assert_int_equal(f.verdict.problem, MRL_PROBLEM_GATEWAY_ERROR);
	assert_int_equal(f.call.err, MRL_ERR_IO);
	assert_false(f.call.shadow);
}

static void failure_without_a_control(void **state)
{
	struct fixture f;
	(void)state;
	init(&f);
	f.call.denied_by = &controls[0];
	f.call.shadow = true;
	f.verdict = mrl_engine_failure(&f.call, MRL_ERR_TIMEOUT);
	assert_int_equal(f.verdict.problem, MRL_PROBLEM_GATEWAY_ERROR);
	assert_int_equal(f.call.err, MRL_ERR_TIMEOUT);
	assert_null(f.call.denied_by);
	assert_true(f.call.denied);
	assert_false(f.call.shadow);
}

/* ---- Shadow mode ------------------------------------------------------------------------------
 */

static void shadow_notes_and_passes(void **state)
{
	struct fixture f;
	(void)state;
	init(&f);
	f.steps[0].shadow = true;
	f.scripts[0].verdict = mrl_deny(MRL_PROBLEM_METHOD_NOT_ALLOWED);
	f.scripts[0].answer = "Allow";
	run(&f);
	assert_int_equal(f.verdict.outcome, MRL_PASS);
	assert_ptr_equal(f.call.denied_by, &controls[0]);
	assert_int_equal(f.call.problem, MRL_PROBLEM_METHOD_NOT_ALLOWED);
	assert_true(f.call.shadow);
	assert_false(f.call.denied);
	assert_int_equal(f.call.answer_count, 0); /* nothing of the denial goes out */
	check_asked(&f, 1, 1, 1);
}

static void shadow_keeps_the_first(void **state)
{
	struct fixture f;
	(void)state;
	init(&f);
	f.steps[0].shadow = true;
	f.steps[1].shadow = true;
	f.scripts[0].verdict = mrl_deny(MRL_PROBLEM_METHOD_NOT_ALLOWED);
	f.scripts[1].verdict = mrl_deny(MRL_PROBLEM_INPUT_TARGET);
	run(&f);
	assert_ptr_equal(f.call.denied_by, &controls[0]);
	assert_int_equal(f.call.problem, MRL_PROBLEM_METHOD_NOT_ALLOWED);
}

static void a_denial_outweighs_a_shadow(void **state)
{
	struct fixture f;
	(void)state;
	init(&f);
	f.steps[0].shadow = true;
	f.scripts[0].verdict = mrl_deny(MRL_PROBLEM_METHOD_NOT_ALLOWED);
	f.scripts[2].verdict = mrl_deny(MRL_PROBLEM_INPUT_TARGET);
	run(&f);
	assert_int_equal(f.verdict.problem, MRL_PROBLEM_INPUT_TARGET);
	assert_ptr_equal(f.call.denied_by, &controls[2]);
	assert_true(f.call.denied);
	assert_false(f.call.shadow);
}

static void a_shadow_does_not_hide_a_denial(void **state)
{
	struct fixture f;
	(void)state;
	init(&f);
	(void)mrl_engine_failure(&f.call, MRL_ERR_MEMORY);
	f.steps[0].shadow = true;
	f.scripts[0].verdict = mrl_deny(MRL_PROBLEM_INPUT_TARGET);
	run(&f);
	assert_null(f.call.denied_by);
	assert_int_equal(f.call.problem, MRL_PROBLEM_GATEWAY_ERROR);
	assert_false(f.call.shadow);
}

/* An answer judges nobody: a preflight is answered in shadow mode too. */
static void shadow_answers(void **state)
{
	struct fixture f;
	(void)state;
	init(&f);
	f.steps[0].shadow = true;
	f.scripts[0].verdict = mrl_answer_status(204);
	run(&f);
	assert_int_equal(f.verdict.outcome, MRL_ANSWER);
	assert_false(f.call.shadow);
}

/* ---- Exemptions -------------------------------------------------------------------------------
 */

static void valid_exemption_skips(void **state)
{
	static const struct mrl_exemption exemption = {.name = MRL_SLICE_INIT("old-portal"),
	                                               .until_us = 1001};
	struct fixture f;
	(void)state;
	init(&f);
	f.steps[0].exemption = &exemption;
	f.scripts[0].verdict = mrl_deny(MRL_PROBLEM_INPUT_TARGET);
	run(&f);
	assert_int_equal(f.verdict.outcome, MRL_PASS);
	check_asked(&f, 0, 1, 1);
	assert_int_equal(f.call.fact_count, 1);
	assert_string_equal(f.call.facts[0].row->name, "exempt");
	check_slice(f.call.facts[0].word, "old-portal");
}

static void expired_exemption_applies(void **state)
{
	static const struct mrl_exemption exemption = {.name = MRL_SLICE_INIT("old-portal"),
	                                               .until_us = 1000};
	struct fixture f;
	(void)state;
	init(&f);
	f.steps[0].exemption = &exemption;
	f.scripts[0].verdict = mrl_deny(MRL_PROBLEM_INPUT_TARGET);
	run(&f);
	assert_int_equal(f.verdict.outcome, MRL_DENY);
	check_asked(&f, 1, 0, 0);
	assert_int_equal(f.call.fact_count, 1);
	assert_string_equal(f.call.facts[0].row->name, "exemption_expired");
	check_slice(f.call.facts[0].word, "old-portal");
}

/* ---- NEED -------------------------------------------------------------------------------------
 */

static void need_is_met(void **state)
{
	struct fixture f;
	(void)state;
	init(&f);
	f.scripts[1].needs = 1;
	run(&f);
	assert_int_equal(f.verdict.outcome, MRL_NEED);
	assert_int_equal(f.verdict.need, MRL_NEED_TEST);
	assert_int_equal(f.verdict.amount, 5);
	mrl_engine_resume(&f.call, true);
	run(&f);
	assert_int_equal(f.verdict.outcome, MRL_PASS);
	assert_int_equal(f.scripts[1].saw_needs_met, 1U << MRL_NEED_TEST);
	assert_false(f.scripts[1].saw_failed_need);
	check_asked(&f, 1, 2, 1);
}

static void need_is_not_met(void **state)
{
	struct fixture f;
	(void)state;
	init(&f);
	f.scripts[0].needs = 1;
	f.scripts[0].verdict = mrl_deny(MRL_PROBLEM_UNAVAILABLE);
	run(&f);
	mrl_engine_resume(&f.call, false);
	run(&f);
	assert_int_equal(f.verdict.problem, MRL_PROBLEM_UNAVAILABLE);
	assert_int_equal(f.scripts[0].saw_needs_met, 0);
	assert_true(f.scripts[0].saw_failed_need);
	check_asked(&f, 2, 0, 0);
}

static void need_twice_is_a_failure(void **state)
{
	struct fixture f;
	(void)state;
	init(&f);
	f.scripts[0].needs = 2;
	run(&f);
	mrl_engine_resume(&f.call, true);
	run(&f);
	assert_int_equal(f.verdict.problem, MRL_PROBLEM_GATEWAY_ERROR);
	assert_int_equal(f.call.err, MRL_ERR_STATE);
	assert_ptr_equal(f.call.denied_by, &controls[0]);
}

/* Another control may need the same thing. */
static void need_of_two_steps(void **state)
{
	struct fixture f;
	(void)state;
	init(&f);
	f.scripts[0].needs = 1;
	f.scripts[1].needs = 1;
	run(&f);
	mrl_engine_resume(&f.call, true);
	run(&f);
	assert_int_equal(f.verdict.outcome, MRL_NEED);
	mrl_engine_resume(&f.call, true);
	run(&f);
	assert_int_equal(f.verdict.outcome, MRL_PASS);
	check_asked(&f, 2, 2, 1);
}

/* An adapter that runs again without an answer starts from the first step. */
static void need_without_resume(void **state)
{
	struct fixture f;
	(void)state;
	init(&f);
	f.scripts[1].needs = 1;
	run(&f);
	run(&f);
	assert_int_equal(f.verdict.outcome, MRL_PASS);
	check_asked(&f, 2, 2, 1);
}

static void resume_without_need(void **state)
{
	struct fixture f;
	(void)state;
	init(&f);
	mrl_engine_resume(&f.call, true);
	assert_int_equal(f.call.needs_met, 0);
	assert_false(f.call.resumed);
	run(&f);
	check_asked(&f, 1, 1, 1);
}

static void resume_in_another_stage(void **state)
{
	struct fixture f;
	(void)state;
	init(&f);
	f.scripts[1].needs = 1;
	run(&f);
	mrl_engine_resume(&f.call, true);
	mrl_engine_run(&f.call, MRL_STAGE_REPLY, &f.verdict);
	assert_int_equal(f.verdict.outcome, MRL_PASS);
	check_asked(&f, 2, 1, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passes_all),
		cmocka_unit_test(stops_at_the_first_denial),
		cmocka_unit_test(stops_at_an_answer),
		cmocka_unit_test(asks_nobody_in_an_empty_stage),
		cmocka_unit_test(begins_each_stage_anew),
		cmocka_unit_test(takes_the_fallback_plan_without_a_route),
		cmocka_unit_test(fails_closed),
		cmocka_unit_test(fails_closed_beside_a_pass_and_in_shadow),
		cmocka_unit_test(failure_without_a_control),
		cmocka_unit_test(shadow_notes_and_passes),
		cmocka_unit_test(shadow_keeps_the_first),
		cmocka_unit_test(a_denial_outweighs_a_shadow),
		cmocka_unit_test(a_shadow_does_not_hide_a_denial),
		cmocka_unit_test(shadow_answers),
		cmocka_unit_test(valid_exemption_skips),
		cmocka_unit_test(expired_exemption_applies),
		cmocka_unit_test(need_is_met),
		cmocka_unit_test(need_is_not_met),
		cmocka_unit_test(need_twice_is_a_failure),
		cmocka_unit_test(need_of_two_steps),
		cmocka_unit_test(need_without_resume),
		cmocka_unit_test(resume_without_need),
		cmocka_unit_test(resume_in_another_stage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
