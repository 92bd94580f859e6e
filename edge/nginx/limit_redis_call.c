/*
 * A call's question to Redis and what comes of it. Nothing is sent twice, except to a server that
 * did not have the script: that one has surely not run it.
 */
#include "limit_redis.h"

#define FAILURES_MAX 5 /* in a row: Redis is left alone until it answers again */

static struct redis_wait *put(struct redis *redis, enum redis_kind kind,
                              const struct mrl_limit_command *command, bool with_source)
{
	struct mrl_slice args[MRL_LIMIT_ARGS_MAX + 2];
	args[0] = with_source ? MRL_SLICE("EVAL") : MRL_SLICE("EVALSHA");
	args[1] = mrl_slice_text(with_source ? mrl_limit_scripts[command->script]
	                                     : redis->digests[command->script]);
	memcpy(&args[2], command->args, command->count * sizeof(command->args[0]));
	return ngx_merlon_redis_send(redis, kind, args, command->count + 2);
}

static void fail(struct redis *redis)
{
	if (++redis->failures == FAILURES_MAX) {
		ngx_merlon_redis_break(redis, "five failures in a row");
	}
}

/* The call has gone, or has waited for too long. */
static void leave(void *source, bool late)
{
	struct redis_wait *wait = source;
	wait->need = NULL;
	if (late) {
		fail(ngx_merlon_redis());
	}
}

static struct mrl_limit_exchange *exchange_of(const struct ngx_merlon_need *need)
{
	return need->ctx->call.exchange;
}

ngx_int_t ngx_merlon_redis_ask(struct ngx_merlon_need *need)
{
	struct redis *redis = ngx_merlon_redis();
	struct mrl_limit_exchange *exchange = exchange_of(need);
	struct redis_wait *wait = redis == NULL || !redis->ready
	                                  ? NULL
	                                  : put(redis, REDIS_CHARGE, &exchange->command, false);
	exchange->sent = MRL_LIMIT_NOT_EXECUTED;
	if (wait == NULL) {
		ngx_merlon_need_end(need, false);
		return NGX_OK;
	}
	exchange->sent = MRL_LIMIT_UNKNOWN;
	wait->need = need;
	need->source = wait;
	need->leave = leave;
	ngx_add_timer(&need->timer, redis->conf->redis->policy->timeout_ms);
	return NGX_OK;
}

void ngx_merlon_redis_refund(const struct mrl_limit_command *command)
{
	struct redis *redis = ngx_merlon_redis();
	if (redis != NULL && redis->ready) {
		/* One that is lost is too strict until the charge counts no more. */
		(void)put(redis, REDIS_REFUND, command, false);
	}
}

void ngx_merlon_redis_lost(struct redis_wait *wait)
{
	if (wait->need != NULL) {
		ngx_merlon_need_end(wait->need, false);
	}
}

static bool take_values(const redisReply *reply, struct mrl_limit_exchange *exchange)
{
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements > MRL_LIMIT_REPLY_VALUES) {
		return false;
	}
	for (size_t i = 0; i < reply->elements; i++) {
		if (reply->element[i]->type != REDIS_REPLY_INTEGER) {
			return false;
		}
		exchange->values[i] = reply->element[i]->integer;
	}
	exchange->value_count = (uint32_t)reply->elements;
	return true;
}

/* SCRIPT FLUSH, or a server that was started anew behind a proxy. */
static bool repeat(struct redis *redis, const struct redis_wait *wait)
{
	struct ngx_merlon_need *need = wait->need;
	if (wait->repeated) {
		return false;
	}
	struct redis_wait *again = put(redis, REDIS_CHARGE, &exchange_of(need)->command, true);
	if (again == NULL) {
		return false;
	}
	again->repeated = true;
	again->need = need;
	need->source = again;
	return true;
}

static void answered_error(struct redis *redis, const struct redis_wait *wait,
                           const redisReply *reply)
{
	struct ngx_merlon_need *need = wait->need;
	enum mrl_limit_fault fault = mrl_limit_fault_of(
		mrl_slice((const uint8_t *)reply->str, reply->len));
	if (fault == MRL_LIMIT_FAULT_NO_SCRIPT && repeat(redis, wait)) {
		return;
	}
	exchange_of(need)->sent = fault == MRL_LIMIT_FAULT_UNKNOWN ? MRL_LIMIT_UNKNOWN
	                                                           : MRL_LIMIT_NOT_EXECUTED;
	ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0, "merlon: Redis %V: %s",
	              &redis->conf->redis->addr.name, reply->str);
	fail(redis);
	ngx_merlon_need_end(need, false);
}

void ngx_merlon_redis_answered(struct redis *redis, struct redis_wait *wait,
                               const redisReply *reply)
{
	struct ngx_merlon_need *need = wait->need;
	if (need == NULL) {
		return; /* too late, or nobody ever waited */
	}
	if (reply->type == REDIS_REPLY_ERROR) {
		answered_error(redis, wait, reply);
		return;
	}
	bool good = take_values(reply, exchange_of(need));
	exchange_of(need)->sent = good ? MRL_LIMIT_REPLIED : MRL_LIMIT_UNKNOWN;
	redis->failures = good ? 0 : redis->failures;
	ngx_merlon_need_end(need, good);
}
