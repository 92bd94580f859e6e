/*
 * The straight line: route, run a plan, turn a verdict into an answer.
 */
#ifndef MERLON_ENGINE_H
#define MERLON_ENGINE_H

#include <merlon/policy.h>

/* What the engine itself may say of a call, in the form of a control's facts: `exempt`,
 * `exemption_expired`. Ends with a row without a name. */
extern const struct mrl_fact_row mrl_engine_facts[];

/*
 * Chooses the plan by host, path and method: total. Parses the target. MRL_ERR_MEMORY leaves the
 * fallback plan, which denies.
 */
MRL_CHECKED enum mrl_err mrl_engine_route(struct mrl_call *call);

/*
 * Asks the controls of the plan's stage one after the other, from the first or, after NEED and
 * mrl_engine_resume, from the one that asked. Total: a control that fails denies with
 * gateway-error, also in shadow mode, and leaves its status in call->err; so does one that asks
 * twice for the same kind. A denial in shadow mode is noted and passed. An exempt control is not
 * asked until the exemption ends by the call's time. A call that was never routed has the fallback
 * plan.
 */
void mrl_engine_run(struct mrl_call *call, enum mrl_stage stage, struct mrl_verdict *ret_verdict);

/* Before running again after NEED: whether the adapter could meet it. */
void mrl_engine_resume(struct mrl_call *call, bool met);

/* A verdict for a failure of ours; the one function that turns a status into a verdict. */
struct mrl_verdict mrl_engine_failure(struct mrl_call *call, enum mrl_err err);

/* What goes out for DENY and ANSWER, before the ANSWER stage has run over it. */
struct mrl_answer {
	uint16_t status;
	bool close; /* the connection is not used again */
	struct mrl_slice phrase;
	struct mrl_slice body;          /* empty: none */
	struct mrl_slice type;          /* of the body */
	const struct mrl_field *fields; /* Allow, Location, Retry-After, ... */
	uint32_t field_count;
};
/*
 * The body of a denial stands in the call's arena; for HEAD the adapter sends its length only.
 * MRL_ERR_STATE: the verdict is neither DENY nor ANSWER, or has no status.
 */
MRL_CHECKED enum mrl_err mrl_engine_answer(struct mrl_call *call, const struct mrl_verdict *verdict,
                                           struct mrl_answer *ret_answer);

#endif
