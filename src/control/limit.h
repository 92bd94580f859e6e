/* What the control `limit` keeps of a plan, and the fields of its answers. */
#ifndef MRL_CONTROL_LIMIT_H
#define MRL_CONTROL_LIMIT_H

#include "control.h"

struct mrl_limit_config {
	int64_t cost;
	struct mrl_settings add;
	struct mrl_settings without;
	uint8_t specs[MRL_LIMIT_KEYS_MAX]; /* indexes into the policy's limits */
	uint8_t count;
	uint8_t anonymous_count; /* the first; the others count users or clients */
};

/* Limits that are charged together. `facts` begins with MRL_LIMIT_FACTS rows: which limit refused
 * the call, for how long, and whether Redis was missing. */
struct mrl_limit_group {
	const struct mrl_fact_row *facts;
	const uint8_t *specs;
	uint8_t count;
	uint32_t cost;
};
#define MRL_LIMIT_FACTS 3

MRL_CHECKED enum mrl_err mrl_limit_charge_group(struct mrl_call *call,
                                                const struct mrl_limit_group *group,
                                                struct mrl_verdict *ret_verdict);

/* The limits of the plan, by the keys. */
enum mrl_err mrl_limit_compile(struct mrl_compile *compile, void *config);

/* The requests for those of the limits whose parts the call has. */
MRL_CHECKED enum mrl_err mrl_limit_ask(struct mrl_call *call, const uint8_t *specs, uint8_t count,
                                       uint32_t cost, struct mrl_limit_asked *asked);

/*
 * Decides for all that was asked: in the zones alone, or together with Redis, which makes NEED of
 * the verdict; asked again it goes on where it was. `*strict` is NULL at first; while the verdict
 * passes the result stands.
 */
MRL_CHECKED enum mrl_err mrl_limit_judge(struct mrl_call *call, const struct mrl_limit_asked *asked,
                                         struct mrl_limit_strict **strict,
                                         struct mrl_limit_result *ret_result,
                                         struct mrl_verdict *ret_verdict);
/* What was admitted is given back, in Redis when the call ends. */
MRL_CHECKED enum mrl_err mrl_limit_unjudge(struct mrl_call *call,
                                           const struct mrl_limit_asked *asked,
                                           struct mrl_limit_strict *strict,
                                           const struct mrl_limit_result *result);

#endif
