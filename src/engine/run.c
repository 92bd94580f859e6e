/*
 * The straight line: a plan's steps, one after the other.
 *
 * Shadow mode, exemptions and failing closed exist here once, for all controls. Nothing allocates.
 */
#include <merlon/engine.h>

enum { FACT_EXEMPT, FACT_EXEMPTION_EXPIRED };

const struct mrl_fact_row mrl_engine_facts[] = {
	[FACT_EXEMPT] = {"exempt", MRL_FACT_WORD, false,
                         "name of the exemption by which a control was not asked"},
	[FACT_EXEMPTION_EXPIRED] = {"exemption_expired", MRL_FACT_WORD, false,
                                    "name of an exemption that has ended: the control applied"},
	{0},
};

static bool is_exempt(struct mrl_call *call, const struct mrl_step *step)
{
	const struct mrl_exemption *exemption = step->exemption;
	if (exemption == NULL) {
		return false;
	}
	bool valid = call->now_us < exemption->until_us;
	mrl_call_word(call, &mrl_engine_facts[valid ? FACT_EXEMPT : FACT_EXEMPTION_EXPIRED],
	              exemption->name);
	return valid;
}

static bool is_well_formed(const struct mrl_verdict *verdict)
{
	switch (verdict->outcome) {
	case MRL_PASS: return true;
	case MRL_DENY:
		return (unsigned)verdict->problem < MRL_PROBLEM_COUNT &&
		       (mrl_problems[verdict->problem].status != 0 || verdict->status != 0);
	case MRL_ANSWER: return verdict->status != 0;
	case MRL_NEED:
		return verdict->need != MRL_NEED_NOTHING &&
		       (unsigned)verdict->need < MRL_NEED_COUNT;
	}
	return false;
}

struct mrl_verdict mrl_engine_failure(struct mrl_call *call, enum mrl_err err)
{
	call->err = MRL_INVARIANT(err != MRL_OK) ? err : MRL_ERR_BUG;
	call->problem = MRL_PROBLEM_GATEWAY_ERROR;
	call->denied_by = NULL;
	call->denied = true;
	call->shadow = false;
	call->answer_count = 0;
	call->problem_error = MRL_SLICE_NONE;
	return mrl_deny(MRL_PROBLEM_GATEWAY_ERROR);
}

static struct mrl_verdict failure_of(struct mrl_call *call, const struct mrl_step *step,
                                     enum mrl_err err)
{
	struct mrl_verdict verdict = mrl_engine_failure(call, err);
	call->denied_by = step->control;
	return verdict;
}

/* A denial in shadow mode is noted, unless an earlier one was, and nothing of it goes out. */
static struct mrl_verdict judge_denial(struct mrl_call *call, const struct mrl_step *step,
                                       const struct mrl_verdict *verdict, uint8_t answer_count)
{
	bool first = call->denied_by == NULL && !call->denied;
	if (!step->shadow || first) {
		call->denied_by = step->control;
		call->problem = verdict->problem;
		call->shadow = step->shadow;
	}
	if (!step->shadow) {
		call->denied = true;
		return *verdict;
	}
	call->answer_count = answer_count;
	call->problem_error = MRL_SLICE_NONE;
	return MRL_VERDICT_PASS;
}

/* A control that got what it asked for, or was told that it cannot be had, must come to an end. */
static struct mrl_verdict judge_need(struct mrl_call *call, const struct mrl_step *step,
                                     const struct mrl_verdict *verdict)
{
	uint32_t bit = UINT32_C(1) << verdict->need;
	if ((call->needs_asked & bit) != 0) {
		return failure_of(call, step, MRL_ERR_STATE);
	}
	call->needs_asked |= bit;
	call->need = verdict->need;
	return *verdict;
}

/* Anything but a plain pass. */
static struct mrl_verdict settle(struct mrl_call *call, const struct mrl_step *step,
                                 enum mrl_err err, const struct mrl_verdict *verdict,
                                 uint8_t answer_count)
{
	if (err == MRL_OK && !MRL_INVARIANT(is_well_formed(verdict))) {
		err = MRL_ERR_BUG;
	}
	if (err != MRL_OK) {
		return failure_of(call, step, err);
	}
	if (verdict->outcome == MRL_DENY) {
		return judge_denial(call, step, verdict, answer_count);
	}
	return verdict->outcome == MRL_NEED ? judge_need(call, step, verdict) : *verdict;
}

static void ask(struct mrl_call *call, const struct mrl_step *step, struct mrl_verdict *verdict)
{
	uint8_t answer_count = call->answer_count;
	if (is_exempt(call, step)) {
		return;
	}
	enum mrl_err err = step->decide(step->config, call, verdict);
	call->watch_reports = call->watch_reports || (step->shadow && call->watch != NULL);
	if (err != MRL_OK || verdict->outcome != MRL_PASS) {
		*verdict = settle(call, step, err, verdict, answer_count);
	}
}

/* Where to go on: at the step that asked, if the adapter has answered; else at the first. */
static void find_place(struct mrl_call *call, enum mrl_stage stage)
{
	if (!call->resumed || call->stage != stage) {
		call->step = 0;
		call->needs_asked = 0;
	}
	call->stage = stage;
	call->need = MRL_NEED_NOTHING;
	call->resumed = false;
}

void mrl_engine_run(struct mrl_call *call, enum mrl_stage stage, struct mrl_verdict *ret_verdict)
{
	const struct mrl_plan *plan = call->route.plan != NULL ? call->route.plan
	                                                       : call->policy->fallback;
	*ret_verdict = MRL_VERDICT_PASS;
	find_place(call, stage);
	while (call->step < plan->counts[stage]) {
		ask(call, &plan->steps[stage][call->step], ret_verdict);
		if (ret_verdict->outcome != MRL_PASS) {
			return;
		}
		call->step++;
		call->needs_asked = 0;
	}
}

void mrl_engine_resume(struct mrl_call *call, bool met)
{
	if (call->need == MRL_NEED_NOTHING) {
		return;
	}
	if (met) {
		call->needs_met |= UINT32_C(1) << call->need;
	}
	call->need_failed = !met;
	call->need = MRL_NEED_NOTHING;
	call->resumed = true;
}
