/*
 * What a connection to Redis begins with: who we are, whether the server is fit to count, our
 * scripts, and whether they do there what they have to. The fitness is looked at again every ten
 * seconds, since an eviction policy can be set while the server runs.
 */
#include "limit_redis.h"

#define OUT_MS 1000

static void send_texts(struct redis *redis, enum redis_kind kind, const struct mrl_slice *args,
                       uint32_t count)
{
	if (ngx_merlon_redis_send(redis, kind, args, count) == NULL) {
		ngx_merlon_redis_break(redis, "a command could not be sent");
	}
}

void ngx_merlon_redis_check(struct redis *redis)
{
	static const struct mrl_slice sections[] = {
		MRL_SLICE_INIT("server"), MRL_SLICE_INIT("replication"), MRL_SLICE_INIT("memory"),
		MRL_SLICE_INIT("cluster")};
	redis->info_size = 0;
	redis->checked_ms = ngx_current_msec;
	for (size_t i = 0; i < MRL_COUNT(sections); i++) {
		const struct mrl_slice args[] = {MRL_SLICE("INFO"), sections[i]};
		bool is_last = i + 1 == MRL_COUNT(sections);
		send_texts(redis, is_last ? REDIS_INFO_LAST : REDIS_INFO, args, 2);
	}
}

/* AUTH without a user is Redis' default user. */
static void send_auth(struct redis *redis)
{
	const struct ngx_merlon_redis_conf *conf = redis->conf->redis;
	struct mrl_slice args[3] = {MRL_SLICE("AUTH")};
	uint32_t count = 1;
	if (conf->password.len == 0) {
		return;
	}
	if (conf->user.len != 0) {
		args[count++] = ngx_merlon_slice(&conf->user);
	}
	args[count++] = ngx_merlon_slice(&conf->password);
	send_texts(redis, REDIS_HELLO, args, count);
}

static void send_load(struct redis *redis, enum redis_kind kind, enum mrl_limit_script script)
{
	const struct mrl_slice args[] = {MRL_SLICE("SCRIPT"), MRL_SLICE("LOAD"),
	                                 mrl_slice_text(mrl_limit_scripts[script])};
	send_texts(redis, kind, args, 3);
}

/* Two charges of a key that nobody else has: 2 of 2 units pass, 2 more do not. */
static void send_test(struct redis *redis)
{
	u_char key[64];
	u_char *end = ngx_snprintf(key, sizeof(key), "mrl:rl1:{selftest:%P%xi}:", ngx_pid,
	                           ngx_random());
	const struct mrl_slice args[] = {
		MRL_SLICE("EVAL"), mrl_slice_text(mrl_limit_scripts[MRL_LIMIT_SCRIPT_CHARGE]),
		MRL_SLICE("1"),    mrl_slice(key, (size_t)(end - key)),
		MRL_SLICE("2"),    MRL_SLICE("1000"),
		MRL_SLICE("100"),  MRL_SLICE("2"),
		MRL_SLICE("0"),
	};
	send_texts(redis, REDIS_TEST_FIRST, args, MRL_COUNT(args));
	send_texts(redis, REDIS_TEST_SECOND, args, MRL_COUNT(args));
}

void ngx_merlon_redis_hello(struct redis *redis)
{
	const struct mrl_slice name[] = {MRL_SLICE("CLIENT"), MRL_SLICE("SETNAME"),
	                                 MRL_SLICE("merlon-edge")};
	send_auth(redis);
	send_texts(redis, REDIS_HELLO, name, MRL_COUNT(name));
	ngx_merlon_redis_check(redis);
}

/* One line when it becomes so, not one every two seconds. */
void ngx_merlon_redis_unfit(struct redis *redis, enum mrl_limit_unfit unfit, const char *detail)
{
	if (redis->told != unfit) {
		ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, 0,
		              "merlon: limit-redis-unfit: Redis %V is not used: %s (%s); calls are "
		              "limited by this gateway's part",
		              &redis->conf->redis->addr.name, mrl_limit_unfit_texts[unfit], detail);
	}
	redis->told = unfit;
	redis->store->server->unfit = unfit;
	redis->was_out = true;
	ngx_merlon_redis_break(redis, mrl_limit_unfit_texts[unfit]);
}

static void refused(struct redis *redis, const redisReply *reply)
{
	struct mrl_slice error = mrl_slice((const uint8_t *)reply->str, reply->len);
	if (mrl_slice_starts(error, MRL_SLICE("LOADING")) ||
	    mrl_slice_starts(error, MRL_SLICE("BUSY")) ||
	    mrl_slice_starts(error, MRL_SLICE("MASTERDOWN"))) {
		ngx_merlon_redis_break(redis, reply->str);
		return;
	}
	ngx_merlon_redis_unfit(redis, MRL_LIMIT_UNFIT_ACCESS, reply->str);
}

static void take_info(struct redis *redis, const redisReply *reply)
{
	if (reply->type != REDIS_REPLY_STRING || reply->len > REDIS_INFO_MAX - redis->info_size) {
		ngx_merlon_redis_unfit(redis, MRL_LIMIT_UNFIT_INFO, "no text");
		return;
	}
	ngx_memcpy(redis->info + redis->info_size, reply->str, reply->len);
	redis->info_size += reply->len;
}

/* Fit: a new connection goes on to the scripts. */
static void judge_info(struct redis *redis)
{
	const struct mrl_limit_host *host = &redis->store->host;
	enum mrl_limit_unfit unfit = mrl_limit_info_read(mrl_slice(redis->info, redis->info_size),
	                                                 &redis->facts);
	if (unfit != MRL_LIMIT_FIT) {
		ngx_merlon_redis_unfit(redis, unfit, "INFO");
	} else if (redis->ready) {
		mrl_limit_server_seen(redis->store->server, &redis->facts,
		                      host->now_ms(host->context), false);
	} else {
		send_load(redis, REDIS_LOAD_CHARGE, MRL_LIMIT_SCRIPT_CHARGE);
		send_load(redis, REDIS_LOAD_REFUND, MRL_LIMIT_SCRIPT_REFUND);
		send_test(redis);
	}
}

/* From here on it is asked. */
static void finish(struct redis *redis)
{
	const struct mrl_limit_host *host = &redis->store->host;
	/* A connection that was made again at once left no call without Redis for long. */
	redis->was_out = redis->was_out || ngx_current_msec - redis->lost_ms > OUT_MS;
	ngx_uint_t level = redis->was_out ? NGX_LOG_WARN : NGX_LOG_NOTICE;
	ngx_log_error(level, ngx_cycle->log, 0, "merlon: Redis %V counts the limits",
	              &redis->conf->redis->addr.name);
	mrl_limit_server_seen(redis->store->server, &redis->facts, host->now_ms(host->context),
	                      redis->was_out);
	redis->told = MRL_LIMIT_FIT;
	redis->store->server->unfit = MRL_LIMIT_FIT;
	ngx_merlon_redis_greet_end(redis);
}

static void take_digest(struct redis *redis, enum mrl_limit_script script, const redisReply *reply)
{
	if (reply->type == REDIS_REPLY_STRING && reply->len == REDIS_SHA_TEXT) {
		ngx_memcpy(redis->digests[script], reply->str, REDIS_SHA_TEXT);
		return;
	}
	ngx_merlon_redis_unfit(redis, MRL_LIMIT_UNFIT_SCRIPTS, "SCRIPT LOAD");
}

static bool is_number(const redisReply *reply, size_t at, long long low, long long high)
{
	return reply->type == REDIS_REPLY_ARRAY && reply->elements == 7 &&
	       reply->element[at]->type == REDIS_REPLY_INTEGER &&
	       reply->element[at]->integer >= low && reply->element[at]->integer <= high;
}

static void take_test(struct redis *redis, const redisReply *reply, bool first)
{
	long long verdict = first ? 1 : 0;
	bool right = is_number(reply, 0, verdict, verdict) && is_number(reply, 4, 0, 0) &&
	             is_number(reply, 2, 1 - verdict, 1 - verdict) &&
	             is_number(reply, 1, first ? 0 : 1, first ? 0 : 1000) &&
	             is_number(reply, 5, 1, 1000);
	if (!right) {
		ngx_merlon_redis_unfit(redis, MRL_LIMIT_UNFIT_SCRIPTS, "the test's answer");
	} else if (!first && !redis->broken) {
		finish(redis);
	}
}

void ngx_merlon_redis_greeted(struct redis *redis, enum redis_kind kind, const redisReply *reply)
{
	if (reply->type == REDIS_REPLY_ERROR) {
		refused(redis, reply);
		return;
	}
	switch (kind) {
	case REDIS_LOAD_CHARGE: take_digest(redis, MRL_LIMIT_SCRIPT_CHARGE, reply); return;
	case REDIS_LOAD_REFUND: take_digest(redis, MRL_LIMIT_SCRIPT_REFUND, reply); return;
	case REDIS_TEST_FIRST: take_test(redis, reply, true); return;
	case REDIS_TEST_SECOND: take_test(redis, reply, false); return;
	case REDIS_INFO: take_info(redis, reply); return;
	case REDIS_INFO_LAST:
		take_info(redis, reply);
		if (!redis->broken) {
			judge_info(redis);
		}
		return;
	case REDIS_HELLO:
	case REDIS_CHARGE:
	case REDIS_REFUND: return;
	}
}
