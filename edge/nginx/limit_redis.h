/*
 * The one connection of a worker to Redis, as its files share it. Answers come in the order of the
 * commands; each command has a wait, which belongs to the connection and outlives its call.
 */
#ifndef NGX_MERLON_LIMIT_REDIS_H
#define NGX_MERLON_LIMIT_REDIS_H

#include "need.h"

#include <ngx_event_connect.h>
#include <ngx_event_openssl.h>

#include <hiredis/hiredis.h>

struct ngx_merlon_redis_conf {
	const struct mrl_limit_redis *policy;
	ngx_addr_t addr;
	ngx_ssl_t ssl; /* ctx NULL: no TLS */
	ngx_str_t server_name;
	ngx_str_t user;
	ngx_str_t password;
	uint8_t key[16];
};

enum redis_kind {
	REDIS_HELLO, /* nothing but an error matters */
	REDIS_INFO,
	REDIS_INFO_LAST,
	REDIS_LOAD_CHARGE, /* the answer is the script's digest */
	REDIS_LOAD_REFUND,
	REDIS_TEST_FIRST, /* the answer is known */
	REDIS_TEST_SECOND,
	REDIS_CHARGE,
	REDIS_REFUND,
};

struct redis_wait {
	ngx_queue_t link;
	enum redis_kind kind;
	bool repeated;
	struct ngx_merlon_need *need; /* NULL: nobody waits */
};

#define REDIS_BACKOFF_MIN_MS 50
#define REDIS_BACKOFF_MAX_MS 2000

#define REDIS_SHA_TEXT  40
#define REDIS_INFO_MAX  32768
#define REDIS_WAITS_MAX 1024

struct redis {
	ngx_merlon_conf_t *conf;
	struct mrl_limit_store *store;
	ngx_peer_connection_t peer;
	ngx_connection_t *connection; /* NULL: none */
	redisReader *reader;
	ngx_queue_t waits;
	uint32_t wait_count;
	u_char *out;
	size_t out_size, out_sent, out_capacity;
	size_t unread; /* bytes of an answer that is not whole */
	ngx_connection_t timer_connection;
	ngx_event_t timer;
	ngx_msec_t backoff_ms, heard_ms, checked_ms, lost_ms;
	uint32_t failures; /* in a row */
	bool ready, was_out, broken;
	enum mrl_limit_unfit told;
	struct mrl_limit_info facts;
	size_t info_size;
	u_char info[REDIS_INFO_MAX];
	char digests[MRL_LIMIT_SCRIPTS][REDIS_SHA_TEXT + 1];
};

/* limit_redis.c */
struct redis *ngx_merlon_redis(void); /* of this worker; NULL: none is configured */
/* A command; its wait, or NULL: there is no connection, or too much is unanswered. */
struct redis_wait *ngx_merlon_redis_send(struct redis *redis, enum redis_kind kind,
                                         const struct mrl_slice *args, uint32_t count);
/* At the end of this turn: what is unanswered fails, and it connects again. */
void ngx_merlon_redis_break(struct redis *redis, const char *why);

/* The server is fit: it is asked from here on. */
void ngx_merlon_redis_greet_end(struct redis *redis);

/* When it is looked after again. */
void ngx_merlon_redis_plan(struct redis *redis, ngx_msec_t after_ms);
void ngx_merlon_redis_on_read(ngx_event_t *event);
void ngx_merlon_redis_on_write(ngx_event_t *event);

/* limit_redis_connect.c */
void ngx_merlon_redis_connect(struct redis *redis);

/* limit_redis_hello.c */
void ngx_merlon_redis_hello(struct redis *redis);
void ngx_merlon_redis_check(struct redis *redis);
void ngx_merlon_redis_unfit(struct redis *redis, enum mrl_limit_unfit unfit, const char *detail);
/* An answer to what hello or check sent. */
void ngx_merlon_redis_greeted(struct redis *redis, enum redis_kind kind, const redisReply *reply);

/* limit_redis_call.c */
void ngx_merlon_redis_answered(struct redis *redis, struct redis_wait *wait,
                               const redisReply *reply);
/* It will not be answered. */
void ngx_merlon_redis_lost(struct redis_wait *wait);

#endif
