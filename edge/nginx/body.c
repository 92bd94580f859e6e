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
	if (ctx->counted_bytes > (uint64_t)ctx->call.body_limit) {
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
	int64_t bytes = announced >= 0 ? announced : ctx->call.body_limit;
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

/* Several buffers become one: what is judged is one text. NGX_ERROR: no memory, or bytes in a file,
 * which the configuration rules out. */
static ngx_int_t join(ngx_http_merlon_ctx_t *ctx, const ngx_chain_t *bufs, size_t size)
{
	struct mrl_buffer whole = mrl_buffer(mrl_arena_alloc(&ctx->arena, size, 1), size);
	for (const ngx_chain_t *link = bufs; link != NULL; link = link->next) {
		const ngx_buf_t *buf = link->buf;
		if (whole.data == NULL || (buf->in_file && !ngx_buf_in_memory(buf))) {
			return NGX_ERROR;
		}
		mrl_buffer_put(&whole, mrl_slice(buf->pos, (size_t)(buf->last - buf->pos)));
	}
	ctx->call.body = mrl_buffer_slice(&whole);
	return whole.overflow ? NGX_ERROR : NGX_OK;
}

/* The core sees the very bytes that the upstream gets [INPUT-4]. */
static ngx_int_t show_body(ngx_http_merlon_ctx_t *ctx)
{
	const ngx_http_request_body_t *body = ctx->request->request_body;
	const ngx_chain_t *bufs = body == NULL ? NULL : body->bufs;
	size_t size = 0;
	if (bufs == NULL) {
		return NGX_OK;
	}
	if (bufs->next == NULL && !bufs->buf->in_file) {
		ctx->call.body = mrl_slice(bufs->buf->pos,
		                           (size_t)(bufs->buf->last - bufs->buf->pos));
		return NGX_OK;
	}
	for (const ngx_chain_t *link = bufs; link != NULL; link = link->next) {
		size += (size_t)ngx_buf_size(link->buf);
	}
	return join(ctx, bufs, size);
}

/* What is judged by type and size alone is not held: nginx reads it while it sends it on. */
static bool is_held(const ngx_http_merlon_ctx_t *ctx)
{
	return !ctx->call.has_input || ctx->call.input.reading != MRL_READING_OPAQUE;
}

ngx_int_t ngx_http_merlon_body(ngx_http_request_t *r)
{
	ngx_http_merlon_ctx_t *ctx = r == r->main ? ngx_http_merlon_ctx(r) : NULL;
	struct mrl_verdict verdict;
	if (ctx == NULL || !ctx->judged || ctx->answered || ctx->body_done) {
		return NGX_DECLINED;
	}
	if (ctx->view.has_body && !ctx->body_read && is_held(ctx)) {
		return read_body(ctx);
	}
	if (ctx->body_read && ctx->call.body.data == NULL && show_body(ctx) != NGX_OK) {
		verdict = mrl_engine_failure(&ctx->call, MRL_ERR_MEMORY);
		return ngx_http_merlon_refuse(ctx, &verdict);
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
