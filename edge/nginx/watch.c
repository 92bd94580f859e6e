/*
 * A stream is scanned as it passes, piece by piece. What betrays the upstream's inside ends it: the
 * head has gone out, so there is no answer any more.
 */
#include "ngx_http_merlon.h"

static bool feed(ngx_http_merlon_ctx_t *ctx, const ngx_chain_t *in)
{
	for (const ngx_chain_t *link = in; link != NULL; link = link->next) {
		const ngx_buf_t *buffer = link->buf;
		if (ngx_buf_in_memory(buffer)) {
			mrl_leak_stream_feed(
				ctx->stream,
				mrl_slice(buffer->pos, (size_t)(buffer->last - buffer->pos)));
		}
		if (buffer->last_buf) {
			mrl_leak_stream_end(ctx->stream);
		}
	}
	return ctx->stream->result.strong.bits == 0;
}

ngx_int_t ngx_http_merlon_watch(ngx_http_merlon_ctx_t *ctx, ngx_chain_t *in,
                                ngx_http_output_body_filter_pt next)
{
	if (ctx->stream == NULL) {
		ctx->stream = ngx_palloc(ctx->request->pool, sizeof(*ctx->stream));
		if (ctx->stream == NULL) {
			return NGX_ERROR;
		}
		mrl_leak_stream_init(ctx->stream, ctx->call.watch, ctx->call.watch_off);
	}
	bool clean = feed(ctx, in);
	if (!clean || ctx->stream->result.capped) {
		mrl_call_note_leak(&ctx->call, &ctx->stream->result);
	}
	if (clean) {
		return next(ctx->request, in);
	}
	if (ctx->call.watch_reports) {
		ctx->body = MRL_BODY_PASS;
		return next(ctx->request, in);
	}
	ctx->call.denied = true;
	ctx->call.denied_by = mrl_controls[MRL_CONTROL_reply_leak];
	ctx->call.problem = MRL_PROBLEM_UPSTREAM_ERROR;
	ngx_http_merlon_log_reply(ctx, MRL_SLICE_NONE);
	ctx->body = MRL_BODY_DROP;
	return NGX_ERROR;
}
