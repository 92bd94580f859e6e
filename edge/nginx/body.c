/*
 * The request's body: read before the upstream is asked, counted against the operation's limit,
 * kept in memory, judged by plan BODY.
 */
#include "ngx_http_merlon.h"

static ngx_http_request_body_filter_pt next_filter;

/* INPUT-3: an announced length was judged by `media`; what comes without one is counted here. */
static ngx_int_t count(ngx_http_request_t *r, ngx_chain_t *in)
{
	ngx_http_merlon_ctx_t *ctx = ngx_http_merlon_ctx(r->main);
	if (ctx == NULL || !ctx->judged || r->discard_body) {
		return next_filter(r, in);
	}
	for (const ngx_chain_t *link = in; link != NULL; link = link->next) {
		ctx->counted_bytes += (uint64_t)ngx_buf_size(link->buf);
	}
	if (ctx->counted_bytes > (uint64_t)ctx->call.route.plan->body_bytes) {
		ctx->pending = mrl_deny(MRL_PROBLEM_INPUT_TOO_LARGE);
		ctx->has_pending = 1;
		ctx->call.denied_by = mrl_controls[MRL_CONTROL_media];
		ctx->call.problem = MRL_PROBLEM_INPUT_TOO_LARGE;
		ctx->call.denied = true;
		return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
	}
	return next_filter(r, in);
}

ngx_int_t ngx_http_merlon_body_filter_init(ngx_conf_t *cf)
{
	(void)cf;
	next_filter = ngx_http_top_request_body_filter;
	ngx_http_top_request_body_filter = count;
	return NGX_OK;
}

static void body_read(ngx_http_request_t *r)
{
	ngx_http_merlon_ctx_t *ctx = ngx_http_merlon_ctx(r);
	ctx->body_read = 1;
	r->preserve_body = 1;
	r->write_event_handler = ngx_http_core_run_phases;
	ngx_http_core_run_phases(r);
}

/* Held bodies of one worker together are bounded; untouched pages of a buffer cost nothing. */
static bool reserve_memory(ngx_http_merlon_ctx_t *ctx)
{
	int64_t announced = ctx->view.content_length;
	int64_t bytes = announced >= 0 ? announced : ctx->call.route.plan->body_bytes;
	if (bytes > ctx->call.policy->body_memory_bytes - ctx->worker->held_bytes) {
		return false;
	}
	ctx->reserved_bytes = bytes;
	ctx->worker->held_bytes += bytes;
	return true;
}

static ngx_int_t read_body(ngx_http_merlon_ctx_t *ctx)
{
	ngx_http_request_t *r = ctx->request;
	if (!reserve_memory(ctx)) {
		struct mrl_verdict verdict = mrl_engine_failure(&ctx->call, MRL_ERR_FULL);
		return ngx_http_merlon_refuse(ctx, &verdict);
	}
	ctx->body_begun = 1;
	ngx_int_t rc = ngx_http_read_client_request_body(r, body_read);
	if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
		return rc;
	}
	ngx_http_finalize_request(r, NGX_DONE);
	return NGX_DONE;
}

ngx_int_t ngx_http_merlon_body(ngx_http_request_t *r)
{
	ngx_http_merlon_ctx_t *ctx = r == r->main ? ngx_http_merlon_ctx(r) : NULL;
	struct mrl_verdict verdict;
	if (ctx == NULL || !ctx->judged || ctx->answered || ctx->body_done) {
		return NGX_DECLINED;
	}
	if (ctx->view.has_body && !ctx->body_read) {
		return read_body(ctx);
	}
	mrl_engine_run(&ctx->call, MRL_STAGE_BODY, &verdict);
	switch (verdict.outcome) {
	case MRL_PASS: ctx->body_done = 1; return NGX_DECLINED;
	case MRL_NEED: return ngx_http_merlon_need(ctx, &verdict);
	case MRL_DENY:
	case MRL_ANSWER: return ngx_http_merlon_refuse(ctx, &verdict);
	}
	return NGX_HTTP_INTERNAL_SERVER_ERROR;
}
