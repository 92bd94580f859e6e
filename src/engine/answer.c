/* The one place that turns a verdict into an answer (ERR-3). */
#include <merlon/engine.h>

/* A row with another status, where the verdict brings one: the upstream's, or one of nginx's. */
static struct mrl_problem problem_of(const struct mrl_verdict *verdict)
{
	struct mrl_problem problem = mrl_problems[verdict->problem];
	if (verdict->status != 0) {
		problem.status = verdict->status;
	}
	return problem;
}

static enum mrl_err write_body(struct mrl_call *call, const struct mrl_problem *problem,
                               struct mrl_answer *answer)
{
	const struct mrl_problem_details details = {.base = call->policy->problem_base,
	                                            .status = problem->status,
	                                            .request_id = call->request_id,
	                                            .error = call->problem_error,
	                                            .extension = call->problem_extension};
	size_t size = MRL_PROBLEM_BODY_MAX + details.error.size + details.extension.size;
	struct mrl_buffer body = mrl_buffer(mrl_arena_alloc(call->arena, size, 1), size);
	if (body.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	if (!mrl_problem_write(&body, problem, &details)) {
		return MRL_ERR_FULL;
	}
	answer->body = mrl_buffer_slice(&body);
	answer->type = MRL_SLICE(MRL_PROBLEM_TYPE);
	return MRL_OK;
}

static enum mrl_err deny(struct mrl_call *call, const struct mrl_verdict *verdict,
                         struct mrl_answer *answer)
{
	struct mrl_problem problem = problem_of(verdict);
	answer->status = problem.status;
	answer->close = (problem.flags & MRL_PROBLEM_CLOSE) != 0;
	if (problem.status == 0) {
		return MRL_ERR_STATE;
	}
	if ((problem.flags & MRL_PROBLEM_RETRY) != 0) {
		enum mrl_err err = mrl_call_answer(call, MRL_SLICE("Retry-After"), MRL_SLICE("1"));
		if (err != MRL_OK) {
			return err;
		}
	}
	return write_body(call, &problem, answer);
}

enum mrl_err mrl_engine_answer(struct mrl_call *call, const struct mrl_verdict *verdict,
                               struct mrl_answer *ret_answer)
{
	struct mrl_answer answer = {.status = verdict->status};
	enum mrl_err err = MRL_ERR_STATE;
	if (verdict->outcome == MRL_DENY) {
		err = deny(call, verdict, &answer);
	} else if (verdict->outcome == MRL_ANSWER && verdict->status != 0) {
		err = MRL_OK;
	}
	if (err != MRL_OK) {
		return err;
	}
	answer.phrase = mrl_status_phrase(answer.status);
	answer.fields = call->answers;
	answer.field_count = call->answer_count;
	*ret_answer = answer;
	return MRL_OK;
}
