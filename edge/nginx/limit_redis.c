/*
 * The connection of a worker to Redis [RATE-5]: made at start, made again when it breaks, never
 * waited for. nginx carries the bytes and TLS; hiredis writes commands and reads answers.
 */
#include "limit_redis.h"

#define LOOK_MS    100
#define SILENT_MS  1000
#define CHECK_MS   10000
#define OUT_MAX    (1U << 20)
#define READ_BYTES 8192
#define UNREAD_MAX 65536 /* of one answer */

static struct redis state;

struct redis *ngx_merlon_redis(void)
{
	return state.conf == NULL ? NULL : &state;
}

static void set_ready(struct redis *redis, bool ready)
{
	uint32_t *workers = &redis->store->server->ready;
	if (redis->ready != ready) {
		redis->ready = redis->store->ready = ready;
		(void)__atomic_fetch_add(workers, ready ? 1U : UINT32_MAX, __ATOMIC_RELAXED);
	}
}

/* nginx leaves a timer as it is that would change by little. */
void ngx_merlon_redis_plan(struct redis *redis, ngx_msec_t after_ms)
{
	if (redis->timer.timer_set) {
		ngx_del_timer(&redis->timer);
	}
	ngx_add_timer(&redis->timer, after_ms);
}

static void drop_waits(struct redis *redis)
{
	while (!ngx_queue_empty(&redis->waits)) {
		ngx_queue_t *first = ngx_queue_head(&redis->waits);
		struct redis_wait *wait = ngx_queue_data(first, struct redis_wait, link);
		ngx_queue_remove(first);
		ngx_merlon_redis_lost(wait);
		ngx_free(wait);
	}
	redis->wait_count = 0;
}

static void disconnect(struct redis *redis)
{
	ngx_connection_t *c = redis->connection;
	redis->connection = NULL;
	set_ready(redis, false);
	if (c != NULL) {
		if (c->ssl != NULL) {
			c->ssl->no_wait_shutdown = 1;
			c->ssl->no_send_shutdown = 1;
			(void)ngx_ssl_shutdown(c);
		}
		ngx_pool_t *pool = c->pool;
		ngx_close_connection(c);
		if (pool != NULL) {
			ngx_destroy_pool(pool);
		}
	}
	if (redis->reader != NULL) {
		redisReaderFree(redis->reader);
		redis->reader = NULL;
	}
	redis->out_size = redis->out_sent = redis->unread = 0;
	redis->broken = false;
	drop_waits(redis);
}

/* Not at once: the caller may be in the middle of what would go. */
void ngx_merlon_redis_break(struct redis *redis, const char *why)
{
	if (redis->connection == NULL || redis->broken) {
		return;
	}
	ngx_uint_t level = redis->ready ? NGX_LOG_ERR : NGX_LOG_INFO;
	ngx_log_error(level, ngx_cycle->log, 0, "merlon: Redis %V: %s",
	              &redis->conf->redis->addr.name, why);
	redis->was_out = redis->was_out || redis->failures != 0;
	redis->lost_ms = redis->ready ? ngx_current_msec : redis->lost_ms;
	redis->broken = true;
	set_ready(redis, false);
	ngx_merlon_redis_plan(redis, 0);
}

static void flush(struct redis *redis)
{
	ngx_connection_t *c = redis->connection;
	while (redis->out_sent < redis->out_size) {
		ssize_t sent = c->send(c, redis->out + redis->out_sent,
		                       redis->out_size - redis->out_sent);
		if (sent == NGX_AGAIN) {
			break;
		}
		if (sent <= 0) {
			ngx_merlon_redis_break(redis, "the connection ended");
			return;
		}
		redis->out_sent += (size_t)sent;
	}
	if (redis->out_sent == redis->out_size) {
		redis->out_sent = redis->out_size = 0;
	}
	if (ngx_handle_write_event(c->write, 0) != NGX_OK) {
		ngx_merlon_redis_break(redis, "no event");
	}
}

static bool put_out(struct redis *redis, const char *text, size_t size)
{
	size_t needed = redis->out_size + size;
	if (needed > OUT_MAX) {
		return false;
	}
	if (needed > redis->out_capacity) {
		size_t capacity = ngx_max(needed, 2 * redis->out_capacity);
		u_char *out = ngx_alloc(capacity, ngx_cycle->log);
		if (out == NULL) {
			return false;
		}
		ngx_memcpy(out, redis->out, redis->out_size);
		ngx_free(redis->out);
		redis->out = out;
		redis->out_capacity = capacity;
	}
	ngx_memcpy(redis->out + redis->out_size, text, size);
	redis->out_size += size;
	return true;
}

static bool format(struct redis *redis, const struct mrl_slice *args, uint32_t count)
{
	const char *texts[MRL_LIMIT_ARGS_MAX + 2];
	size_t sizes[MRL_LIMIT_ARGS_MAX + 2];
	char *command = NULL;
	for (uint32_t i = 0; i < count; i++) {
		texts[i] = (const char *)args[i].data;
		sizes[i] = args[i].size;
	}
	int size = redisFormatCommandArgv(&command, (int)count, texts, sizes);
	bool put = size > 0 && put_out(redis, command, (size_t)size);
	redisFreeCommand(command);
	return put;
}

struct redis_wait *ngx_merlon_redis_send(struct redis *redis, enum redis_kind kind,
                                         const struct mrl_slice *args, uint32_t count)
{
	if (redis->connection == NULL || redis->broken || count > MRL_LIMIT_ARGS_MAX + 2 ||
	    redis->wait_count >= REDIS_WAITS_MAX) {
		return NULL;
	}
	struct redis_wait *wait = ngx_calloc(sizeof(*wait), ngx_cycle->log);
	if (wait == NULL || !format(redis, args, count)) {
		ngx_free(wait);
		return NULL;
	}
	if (redis->wait_count == 0) {
		redis->heard_ms = ngx_current_msec;
	}
	wait->kind = kind;
	ngx_queue_insert_tail(&redis->waits, &wait->link);
	redis->wait_count++;
	flush(redis);
	return wait;
}

static void take_answer(struct redis *redis, const redisReply *reply)
{
	if (ngx_queue_empty(&redis->waits)) {
		ngx_merlon_redis_break(redis, "an answer to nothing");
		return;
	}
	ngx_queue_t *first = ngx_queue_head(&redis->waits);
	struct redis_wait *wait = ngx_queue_data(first, struct redis_wait, link);
	ngx_queue_remove(first);
	redis->wait_count--;
	redis->heard_ms = ngx_current_msec;
	if (wait->kind == REDIS_CHARGE || wait->kind == REDIS_REFUND) {
		ngx_merlon_redis_answered(redis, wait, reply);
	} else {
		ngx_merlon_redis_greeted(redis, wait->kind, reply);
	}
	ngx_free(wait);
}

/* All whole answers; false: what came is none. */
static bool take_answers(struct redis *redis)
{
	void *reply = NULL;
	while (!redis->broken) {
		if (redisReaderGetReply(redis->reader, &reply) != REDIS_OK) {
			return false;
		}
		if (reply == NULL) {
			return redis->unread <= UNREAD_MAX;
		}
		redis->unread = 0;
		take_answer(redis, reply);
		freeReplyObject(reply);
		reply = NULL;
	}
	return true;
}

void ngx_merlon_redis_on_read(ngx_event_t *event)
{
	ngx_connection_t *c = event->data;
	struct redis *redis = c->data;
	u_char bytes[READ_BYTES];
	while (!redis->broken) {
		ssize_t size = c->recv(c, bytes, sizeof(bytes));
		if (size == NGX_AGAIN) {
			break;
		}
		if (size <= 0) {
			ngx_merlon_redis_break(redis, "the connection ended");
			return;
		}
		redis->unread += (size_t)size;
		if (redisReaderFeed(redis->reader, (const char *)bytes, (size_t)size) != REDIS_OK ||
		    !take_answers(redis)) {
			ngx_merlon_redis_break(redis, "an answer that is none");
			return;
		}
	}
	if (!redis->broken && ngx_handle_read_event(c->read, 0) != NGX_OK) {
		ngx_merlon_redis_break(redis, "no event");
	}
}

void ngx_merlon_redis_on_write(ngx_event_t *event)
{
	ngx_connection_t *c = event->data;
	struct redis *redis = c->data;
	if (!redis->broken) {
		flush(redis);
	}
}

static void look(struct redis *redis)
{
	if (!redis->ready) {
		ngx_merlon_redis_break(redis, "no connection in time");
		return;
	}
	if (redis->wait_count != 0 && ngx_current_msec - redis->heard_ms >= SILENT_MS) {
		ngx_merlon_redis_break(redis, "silent for a second");
		return;
	}
	if (ngx_current_msec - redis->checked_ms >= CHECK_MS) {
		ngx_merlon_redis_check(redis);
	}
	ngx_merlon_redis_plan(redis, LOOK_MS);
}

static void on_timer(ngx_event_t *event)
{
	(void)event;
	if (state.broken) {
		disconnect(&state);
		ngx_merlon_redis_plan(&state, ngx_max(state.backoff_ms, REDIS_BACKOFF_MIN_MS));
	} else if (state.connection == NULL) {
		ngx_merlon_redis_connect(&state);
	} else {
		look(&state);
	}
}

/* hello.c: all was answered well. */
void ngx_merlon_redis_greet_end(struct redis *redis)
{
	redis->backoff_ms = 0;
	redis->failures = 0;
	redis->was_out = false;
	redis->checked_ms = ngx_current_msec;
	set_ready(redis, true);
	ngx_merlon_redis_plan(redis, LOOK_MS);
}

ngx_int_t ngx_merlon_redis_start(ngx_cycle_t *cycle, ngx_merlon_conf_t *conf)
{
	if (conf->redis == NULL) {
		return NGX_OK;
	}
	struct mrl_limit_denial *denials = ngx_pcalloc(cycle->pool,
	                                               MRL_LIMIT_DENIALS * sizeof(*denials));
	if (denials == NULL) {
		return NGX_ERROR;
	}
	ngx_memzero(&state, sizeof(state));
	ngx_time_update(); /* that of the master is old by the time that loading took */
	state.lost_ms = ngx_current_msec;
	state.conf = conf;
	state.store = &conf->limits;
	conf->limits.denials = denials;
	ngx_queue_init(&state.waits);
	state.timer_connection.fd = (ngx_socket_t)-1;
	state.timer.data = &state.timer_connection;
	state.timer.handler = on_timer;
	state.timer.log = cycle->log;
	state.timer.cancelable = 1;
	ngx_merlon_redis_connect(&state);
	return NGX_OK;
}

void ngx_merlon_redis_stop(void)
{
	if (state.conf != NULL) {
		disconnect(&state);
		ngx_free(state.out);
		state.conf = NULL;
	}
}
