/*
 * NEED: a control waits for something from outside. The request is suspended and the same step is
 * asked again when the answer is here, or when its deadline has passed.
 *
 * A client that leaves takes the pending record with it: the request's cleanup stops its timer.
 */
#include "need.h"

struct kind {
	ngx_int_t (*start)(struct ngx_merlon_need *need, const struct mrl_verdict *verdict);
};

#define TEST_DEADLINE_MS 1000

/* Met after so many milliseconds, or not met if that is past the deadline. */
static ngx_int_t start_test(struct ngx_merlon_need *need, const struct mrl_verdict *verdict)
{
	need->met = verdict->amount <= TEST_DEADLINE_MS;
	ngx_add_timer(&need->timer, need->met ? (ngx_msec_t)verdict->amount : TEST_DEADLINE_MS);
	return NGX_OK;
}

/* The control has put the question into the call. */
static ngx_int_t start_limit(struct ngx_merlon_need *need, const struct mrl_verdict *verdict)
{
	(void)verdict;
	return ngx_merlon_redis_ask(need);
}

static const struct kind kinds[MRL_NEED_COUNT] = {
	[MRL_NEED_LIMIT] = {start_limit},
	[MRL_NEED_TEST] = {start_test},
};

static void leave(struct ngx_merlon_need *need, bool late)
{
	void *source = need->source;
	need->source = NULL;
	if (source != NULL) {
		need->leave(source, late);
	}
}

static void forget(void *data)
{
	struct ngx_merlon_need *need = data;
	leave(need, false);
	if (need->timer.posted) {
		ngx_delete_posted_event(&need->timer);
	}
	if (need->timer.timer_set) {
		ngx_del_timer(&need->timer);
	}
	ngx_free(need);
}

static void resume(ngx_http_merlon_ctx_t *ctx, bool met)
{
	ngx_http_request_t *r = ctx->request;
	ngx_connection_t *c = r->connection;
	ctx->need = NULL;
	mrl_engine_resume(&ctx->call, met);
	ngx_http_set_log_request(c->log, r);
	r->read_event_handler = ngx_http_block_reading;
	r->write_event_handler = ngx_http_core_run_phases;
	ngx_http_core_run_phases(r);
	ngx_http_run_posted_requests(c);
}

static void arrived(ngx_event_t *event)
{
	struct ngx_merlon_need *need = (struct ngx_merlon_need *)event->data;
	ngx_http_merlon_ctx_t *ctx = need->ctx;
	need->ctx = NULL;
	leave(need, true);
	if (ctx != NULL) {
		resume(ctx, need->met);
	}
}

void ngx_merlon_need_end(struct ngx_merlon_need *need, bool met)
{
	need->source = NULL;
	need->met = met;
	if (need->timer.timer_set) {
		ngx_del_timer(&need->timer);
	}
	ngx_post_event(&need->timer, &ngx_posted_events);
}

static struct ngx_merlon_need *make(ngx_http_merlon_ctx_t *ctx)
{
	ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(ctx->request->pool, 0);
	struct ngx_merlon_need *need = ngx_calloc(sizeof(*need), ctx->request->connection->log);
	if (cleanup == NULL || need == NULL) {
		ngx_free(need);
		return NULL;
	}
	need->connection.fd = (ngx_socket_t)-1;
	need->ctx = ctx;
	need->timer.data = need;
	need->timer.handler = arrived;
	need->timer.log = ngx_cycle->log;
	cleanup->handler = forget;
	cleanup->data = need;
	ctx->need = need;
	return need;
}

ngx_int_t ngx_http_merlon_need(ngx_http_merlon_ctx_t *ctx, const struct mrl_verdict *verdict)
{
	ngx_http_request_t *r = ctx->request;
	const struct kind *kind = &kinds[verdict->need < MRL_NEED_COUNT ? verdict->need : 0];
	struct ngx_merlon_need *need = kind->start == NULL ? NULL : make(ctx);
	if (need == NULL || kind->start(need, verdict) != NGX_OK) {
		enum mrl_err err = kind->start == NULL ? MRL_ERR_UNSUPPORTED : MRL_ERR_MEMORY;
		struct mrl_verdict failure = mrl_engine_failure(&ctx->call, err);
		return ngx_http_merlon_refuse(ctx, &failure);
	}
	r->read_event_handler = ngx_http_test_reading;
	r->write_event_handler = ngx_http_request_empty_handler;
	return NGX_DONE;
}
