/* What the files of the control `token` share. */
#ifndef MRL_CONTROL_TOKEN_H
#define MRL_CONTROL_TOKEN_H

#include "control.h"

#include <merlon/policy.h>

enum mrl_token_forward {
	MRL_TOKEN_FORWARD_TOKEN,
	MRL_TOKEN_FORWARD_CLAIMS,
	MRL_TOKEN_FORWARD_BOTH,
	MRL_TOKEN_FORWARD_NONE,
};

#define MRL_TOKEN_SCOPE_SETS 8

struct mrl_token_config {
	struct mrl_settings auth, audiences, scopes, client_ids, acr;
	struct mrl_setting reason;
	int64_t auth_age_max_s; /* 0: any */
	int forward;
	/* Made at load. */
	bool asks; /* a token has to be there */
	struct mrl_slice audience_names[MRL_AUDIENCES_MAX];
	uint32_t audience_count;      /* 0: the issuer's */
	struct mrl_slice *scope_sets; /* each a list with blanks; all of one suffice */
	uint32_t scope_set_count;
};

extern const struct mrl_key mrl_token_keys[];
MRL_CHECKED enum mrl_err mrl_token_compile(struct mrl_compile *compile, void *config);

/* The `Authorization` of a call, taken apart (RFC 9110 11.6.2, RFC 6750 2.1). `ret_dpop`: by the
 * scheme of RFC 9449. */
enum mrl_token_found {
	MRL_TOKEN_FOUND,
	MRL_TOKEN_MISSING,
	MRL_TOKEN_MALFORMED, /* two tokens, one in the query, or other characters */
};
MRL_CHECKED enum mrl_err mrl_token_take(struct mrl_call *call, struct mrl_slice *ret_token,
                                        bool *ret_dpop, enum mrl_token_found *ret_found);

/* Denies with the problem and its challenge (RFC 6750 3, RFC 9728 5.1, RFC 9470 3). `detail` is
 * further parameters of the challenge, with ", " before them, or empty. */
MRL_CHECKED enum mrl_err mrl_token_deny(struct mrl_call *call, enum mrl_problem_id problem,
                                        struct mrl_slice detail, struct mrl_verdict *ret_verdict);

/* Sets what the upstream learns of the caller. */
MRL_CHECKED enum mrl_err mrl_token_tell(const struct mrl_token_config *config,
                                        struct mrl_call *call);

#endif
