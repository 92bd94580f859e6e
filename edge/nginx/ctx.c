/*
 * The context of a call. nginx zeroes r->ctx at every internal redirect, so the context is owned by
 * a cleanup of the request's pool and r->ctx only caches it: a call is judged and counted once,
 * whatever way it takes.
 */
#include "ngx_http_merlon.h"

#include <time.h>

static void *pool_give(void *host, size_t bytes)
{
	return ngx_palloc(host, bytes);
}

static void release(void *data)
{
	ngx_http_merlon_ctx_t *ctx = data;
	ctx->worker->held_bytes -= ctx->reserved_bytes;
	mrl_call_end(&ctx->call);
	mrl_arena_release(&ctx->arena);
}

static ngx_http_merlon_ctx_t *find(ngx_http_request_t *r)
{
	for (ngx_pool_cleanup_t *c = r->pool->cleanup; c != NULL; c = c->next) {
		if (c->handler == release) {
			return c->data;
		}
	}
	return NULL;
}

ngx_http_merlon_ctx_t *ngx_http_merlon_ctx(ngx_http_request_t *r)
{
	ngx_http_merlon_ctx_t *ctx = ngx_http_get_module_ctx(r, ngx_http_merlon_module);
	if (ctx == NULL) {
		ctx = find(r);
		ngx_http_set_ctx(r, ctx, ngx_http_merlon_module);
	}
	return ctx;
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

static void begin(ngx_http_merlon_ctx_t *ctx)
{
	uint8_t random[10];
	uint64_t now_us = clock_ns(CLOCK_REALTIME) / 1000;
	ctx->start_ns = clock_ns(CLOCK_MONOTONIC);
	ctx->call.now_us = (int64_t)now_us;
	ngx_merlon_random(ctx->worker, random, sizeof(random));
	mrl_uuid7(now_us / 1000, random, ctx->call.request_id);
	ngx_merlon_random(ctx->worker, ctx->call.span_id, sizeof(ctx->call.span_id));
	ctx->call.span_id[0] |= 1; /* W3C Trace Context: not all zero */
}

ngx_http_merlon_ctx_t *ngx_http_merlon_ctx_make(ngx_http_request_t *r)
{
	ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_merlon_ctx_t));
	if (cleanup == NULL) {
		return NULL;
	}
	ngx_http_merlon_ctx_t *ctx = cleanup->data;
	struct mrl_memory memory = {.give = pool_give, .host = r->pool};
	ngx_memzero(ctx, offsetof(ngx_http_merlon_ctx_t, call.sets));
	cleanup->handler = release;
	ctx->request = r;
	ctx->worker = ngx_merlon_worker();
	ctx->main_conf = ngx_http_get_module_main_conf(r, ngx_http_merlon_module);
	ctx->http_version = r->http_version;
	ctx->entry = MRL_RING_NO_ENTRY;
	mrl_arena_init(&ctx->arena, &memory, MRL_EDGE_ARENA_BLOCK, MRL_EDGE_ARENA_MAX);
	ctx->reply.sets = ctx->reply_sets;
	ctx->call.policy = ctx->main_conf->policy;
	ctx->call.limits = ctx->worker->limits;
	ctx->call.tokens = ctx->worker->tokens;
	ctx->call.arena = &ctx->arena;
	ctx->call.view = &ctx->view;
	ctx->call.reply = &ctx->reply;
	ctx->call.route.plan = ctx->call.policy->fallback;
	begin(ctx);
	r->log_handler = ngx_http_merlon_log_handler;
	ngx_http_set_ctx(r, ctx, ngx_http_merlon_module);
	return ctx;
}
