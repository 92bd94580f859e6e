/* A call that waits: what need.c shares with what it waits for. */
#ifndef NGX_MERLON_NEED_H
#define NGX_MERLON_NEED_H

#include "ngx_http_merlon.h"

/* Debian builds with debugging, where nginx reads event->data as a connection. */
struct ngx_merlon_need {
	ngx_connection_t connection;
	ngx_event_t timer;
	ngx_http_merlon_ctx_t *ctx; /* NULL: it was met */
	bool met;
	void *source; /* who would meet it; told by `leave` when nobody waits any more */
	void (*leave)(void *source, bool late);
};

/* Goes on with the call in this turn of the loop, but not before the caller has returned. */
void ngx_merlon_need_end(struct ngx_merlon_need *need, bool met);

/* limit_redis_call.c: MRL_NEED_LIMIT. */
ngx_int_t ngx_merlon_redis_ask(struct ngx_merlon_need *need);

#endif
