/*
 * The straight line: route, run a plan, turn a verdict into an answer.
 */
#ifndef MERLON_ENGINE_H
#define MERLON_ENGINE_H

#include <merlon/policy.h>

/*
 * Chooses the plan by host, path and method: total. Parses the target. MRL_ERR_MEMORY leaves the
 * fallback plan, which denies.
 */
MRL_CHECKED enum mrl_err mrl_engine_route(struct mrl_call *call);

/*
 * Asks the controls of the plan's stage one after the other, from the first or, after NEED, from the
 * one that asked. Total: a control that fails denies with gateway-error and leaves its status in
 * call->err. A denial in shadow mode is noted and passed.
 */
void mrl_engine_run(struct mrl_call *call, enum mrl_stage stage, struct mrl_verdict *ret_verdict);

/* Before running again after NEED: whether the adapter could meet it. */
void mrl_engine_resume(struct mrl_call *call, bool met);

/* A verdict for a failure of ours; the one function that turns a status into a verdict. */
struct mrl_verdict mrl_engine_failure(struct mrl_call *call, enum mrl_err err);

/* What goes out for DENY and ANSWER, before the ANSWER stage has run over it. */
struct mrl_answer {
	uint16_t status;
	bool close;                   /* the connection is not used again */
	struct mrl_slice phrase;
	struct mrl_slice body;        /* empty: none */
	struct mrl_slice type;        /* of the body */
	const struct mrl_field *fields; /* Allow, Location, Retry-After, ... */
	uint32_t field_count;
};
MRL_CHECKED enum mrl_err mrl_engine_answer(struct mrl_call *call, const struct mrl_verdict *verdict,
                                           struct mrl_answer *ret_answer);

#endif
