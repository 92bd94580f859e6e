/*
 * A decision over limits: in the zones alone, or together with Redis [RATE-5]. Redis is asked by
 * the adapter while the call waits; what it does not say in time is decided without it.
 */
#include "limit.h"

/* The first time: a question, or a decision without Redis. */
static enum mrl_err begin(struct mrl_call *call, struct mrl_limit_strict *strict,
                          struct mrl_verdict *ret_verdict)
{
	enum mrl_limit_step step;
	enum mrl_err err = mrl_limit_strict_begin(call->limits, strict, &step);
	if (err != MRL_OK || step == MRL_LIMIT_DECIDED) {
		return err;
	}
	call->exchange = MRL_NEW(call->arena, struct mrl_limit_exchange);
	if (call->exchange == NULL) {
		return MRL_ERR_MEMORY;
	}
	mrl_limit_charge_command(call->limits, strict, &call->exchange->command);
	call->exchange->sent = MRL_LIMIT_NOT_EXECUTED;
	*ret_verdict = (struct mrl_verdict){.outcome = MRL_NEED, .need = MRL_NEED_LIMIT};
	return MRL_OK;
}

static enum mrl_err end(struct mrl_call *call, struct mrl_limit_strict *strict)
{
	const struct mrl_limit_exchange *exchange = call->exchange;
	call->exchange = NULL;
	return mrl_limit_strict_end(call->limits, strict, exchange->sent, exchange->values,
	                            exchange->value_count);
}

enum mrl_err mrl_limit_judge(struct mrl_call *call, const struct mrl_limit_asked *asked,
                             struct mrl_limit_strict **strict, struct mrl_limit_result *ret_result,
                             struct mrl_verdict *ret_verdict)
{
	enum mrl_err err;
	if (call->limits->redis == NULL) {
		return mrl_limit_decide(asked->requests, asked->count, &call->limits->host,
		                        ret_result);
	}
	if (*strict != NULL && call->exchange != NULL) {
		err = end(call, *strict);
	} else {
		*strict = MRL_NEW(call->arena, struct mrl_limit_strict);
		if (*strict == NULL) {
			return MRL_ERR_MEMORY;
		}
		(*strict)->asked = *asked;
		err = begin(call, *strict, ret_verdict);
	}
	if (err == MRL_OK && ret_verdict->outcome == MRL_PASS) {
		*ret_result = (*strict)->result;
	}
	return err;
}

enum mrl_err mrl_limit_unjudge(struct mrl_call *call, const struct mrl_limit_asked *asked,
                               struct mrl_limit_strict *strict,
                               const struct mrl_limit_result *result)
{
	if (strict == NULL) {
		mrl_limit_give_back(asked->requests, asked->count, &call->limits->host, result);
		return MRL_OK;
	}
	mrl_limit_strict_give_back(call->limits, strict);
	if (!strict->in_redis) {
		return MRL_OK;
	}
	struct mrl_limit_command *refund = MRL_NEW(call->arena, struct mrl_limit_command);
	if (refund == NULL) {
		return MRL_ERR_MEMORY;
	}
	mrl_limit_refund_command(call->limits, strict, refund);
	call->refund = refund;
	return MRL_OK;
}
