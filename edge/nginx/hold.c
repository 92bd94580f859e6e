/*
 * The body filter: holds a reply's body until the plan has judged it, or swaps it for an answer's.
 *
 * While a body is held the head has not gone out, so an upstream that breaks off or leaks still
 * gets a clean answer. What is held is copied, because nginx reuses its buffers.
 */
#include "ngx_http_merlon.h"

static ngx_http_output_body_filter_pt next_filter;

/* nginx hands on a piece when its buffer is full; unbuffered, when it comes. */
void ngx_http_merlon_unbuffer(ngx_http_request_t *r)
{
	if (r->upstream != NULL) {
		r->upstream->buffering = 0;
	}
}

/* Takes what there is room for; the rest stays in the buffer and goes out behind it. */
static void take(ngx_http_merlon_ctx_t *ctx, ngx_buf_t *buffer)
{
	size_t room = ctx->held.capacity - ctx->held.size;
	size_t there = (size_t)(buffer->last - buffer->pos);
	size_t size = there < room ? there : room;
	mrl_buffer_put(&ctx->held, mrl_slice(buffer->pos, size));
	buffer->pos += size;
}

enum progress { MORE, ENOUGH, ENDED, BROKEN };

/* What nginx sends when the upstream ended too early: a flush without a byte, its connection to the
 * upstream closed. */
static bool is_broken(const ngx_http_request_t *r)
{
	const ngx_http_upstream_t *upstream = r->upstream;
	if (upstream == NULL) {
		return false;
	}
	return upstream->peer.connection == NULL ||
	       (upstream->buffering && upstream->pipe != NULL &&
	        (upstream->pipe->upstream_error || upstream->pipe->upstream_eof));
}

/* The end counts when all that came before it has been taken. */
static enum progress take_all(ngx_http_merlon_ctx_t *ctx, ngx_chain_t *in)
{
	enum progress progress = MORE;
	bool left = false;
	for (ngx_chain_t *link = in; link != NULL; link = link->next) {
		ngx_buf_t *buffer = link->buf;
		if (ngx_buf_in_memory(buffer)) {
			take(ctx, buffer);
		}
		left = left || ngx_buf_size(buffer) != 0;
		if (buffer->last_buf) {
			progress = left ? ENOUGH : ENDED;
		} else if (buffer->flush && ngx_buf_size(buffer) == 0 && is_broken(ctx->request)) {
			progress = BROKEN;
		}
	}
	return progress;
}

static enum progress collect(ngx_http_merlon_ctx_t *ctx, ngx_chain_t *in)
{
	off_t length = ctx->request->headers_out.content_length_n;
	enum progress progress = take_all(ctx, in);
	if (progress == ENDED && length >= 0 && ctx->held.size < (uint64_t)length &&
	    ctx->held.size < ctx->held.capacity) {
		return BROKEN;
	}
	if (progress == MORE && ctx->held.size == ctx->held.capacity) {
		return length >= 0 && ctx->held.size == (uint64_t)length ? ENDED : ENOUGH;
	}
	return progress;
}

static ngx_int_t append(ngx_http_request_t *r, ngx_buf_t *buffer, ngx_chain_t ***end)
{
	ngx_chain_t *link = ngx_alloc_chain_link(r->pool);
	if (link == NULL || buffer == NULL) {
		return NGX_ERROR;
	}
	link->buf = buffer;
	link->next = NULL;
	**end = link;
	*end = &link->next;
	return NGX_OK;
}

/* The flags of a buffer that was taken whole: on the held one, or behind what was left before. */
static ngx_int_t keep_flags(ngx_http_request_t *r, const ngx_buf_t *taken, ngx_chain_t *held,
                            ngx_chain_t ***end)
{
	ngx_buf_t *bearer = held->next == NULL ? held->buf : ngx_calloc_buf(r->pool);
	if (bearer == NULL) {
		return NGX_ERROR;
	}
	bearer->last_buf |= taken->last_buf;
	bearer->flush |= taken->flush;
	return bearer == held->buf ? NGX_OK : append(r, bearer, end);
}

/* What was not taken, in links of our own: nginx frees its buffers by what is left in them. */
static ngx_int_t link_rest(ngx_http_merlon_ctx_t *ctx, ngx_chain_t *in, ngx_chain_t *held)
{
	ngx_http_request_t *r = ctx->request;
	ngx_chain_t **end = &held->next;
	ngx_int_t rc = NGX_OK;
	for (ngx_chain_t *link = in; link != NULL && rc == NGX_OK; link = link->next) {
		ngx_buf_t *buffer = link->buf;
		if (ngx_buf_size(buffer) != 0) {
			rc = append(r, buffer, &end);
		} else if (buffer->last_buf || buffer->flush) {
			rc = keep_flags(r, buffer, held, &end);
		}
	}
	return rc;
}

static ngx_int_t send_held(ngx_http_merlon_ctx_t *ctx, ngx_chain_t *in)
{
	ngx_http_request_t *r = ctx->request;
	ngx_chain_t held = {.buf = ngx_calloc_buf(r->pool), .next = NULL};
	ngx_int_t rc = ngx_http_merlon_send_reply_head(ctx);
	if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
		return rc;
	}
	if (held.buf == NULL || link_rest(ctx, in, &held) != NGX_OK) {
		return NGX_ERROR;
	}
	held.buf->pos = ctx->held.data;
	held.buf->last = ctx->held.data + ctx->held.size;
	held.buf->start = held.buf->pos;
	held.buf->end = held.buf->last;
	held.buf->memory = ctx->held.size != 0;
	held.buf->last_in_chain = held.next == NULL;
	return next_filter(r, &held);
}

/* The whole answer goes out now. If the upstream is not at its end, the error makes nginx close it:
 * the client has all that it will get. */
static ngx_int_t answer_instead(ngx_http_merlon_ctx_t *ctx, const struct mrl_verdict *verdict,
                                bool ended)
{
	ngx_http_request_t *r = ctx->request;
	ngx_http_merlon_log_reply(ctx, mrl_buffer_slice(&ctx->held));
	ctx->body = MRL_BODY_DROP;
	if (ngx_http_merlon_put_answer(ctx, verdict) != NGX_OK) {
		return NGX_ERROR;
	}
	r->keepalive = r->keepalive && ended;
	ngx_int_t rc = ngx_http_merlon_send_answer_head(ctx);
	if (rc != NGX_ERROR && rc <= NGX_OK && !r->header_only) {
		rc = ngx_http_merlon_send_body(ctx, next_filter);
	}
	return ended ? rc : NGX_ERROR;
}

/* The upstream ended too early, or what it sends cannot be read on. */
static ngx_int_t answer_broken(ngx_http_merlon_ctx_t *ctx, bool ended)
{
	struct mrl_verdict verdict = mrl_deny(MRL_PROBLEM_UPSTREAM_UNAVAILABLE);
	ctx->call.denied = true;
	ctx->call.problem = verdict.problem;
	ctx->request->keepalive = ctx->keepalive;
	return answer_instead(ctx, &verdict, ended);
}

static void consume(ngx_chain_t *in)
{
	for (ngx_chain_t *link = in; link != NULL; link = link->next) {
		link->buf->pos = link->buf->last;
		link->buf->file_pos = link->buf->file_last;
	}
}

/* nginx cuts a reply whose chunks cannot be read, without a word to any filter. */
static void finalize(ngx_http_request_t *r, ngx_int_t rc)
{
	ngx_http_merlon_ctx_t *ctx = ngx_http_merlon_ctx(r);
	if (rc == NGX_ERROR && ctx->body == MRL_BODY_HOLD && !r->connection->error) {
		(void)answer_broken(ctx, false);
	}
	ctx->finalize(r, rc);
}

static void watch_end(ngx_http_merlon_ctx_t *ctx)
{
	ngx_http_upstream_t *upstream = ctx->request->upstream;
	if (upstream != NULL && upstream->finalize_request != NULL) {
		ctx->finalize = upstream->finalize_request;
		upstream->finalize_request = finalize;
	}
}

ngx_int_t ngx_http_merlon_hold_begin(ngx_http_merlon_ctx_t *ctx, uint64_t bytes_max)
{
	off_t length = ctx->request->headers_out.content_length_n;
	size_t capacity = (size_t)bytes_max;
	if (length >= 0 && (uint64_t)length < bytes_max) {
		capacity = (size_t)length;
	} else {
		ngx_http_merlon_unbuffer(ctx->request);
	}
	uint8_t *memory = mrl_arena_alloc(&ctx->arena, capacity, 1);
	if (memory == NULL) {
		return NGX_ERROR;
	}
	ctx->held = mrl_buffer(memory, capacity);
	ctx->body = MRL_BODY_HOLD;
	ctx->keepalive = ctx->request->keepalive;
	watch_end(ctx);
	ctx->request->filter_need_in_memory = 1;
	return NGX_OK;
}

static ngx_int_t judge(ngx_http_merlon_ctx_t *ctx, enum progress progress, ngx_chain_t *in)
{
	struct mrl_verdict verdict;
	if (progress == BROKEN) {
		return answer_broken(ctx, true);
	}
	ctx->reply.body = mrl_buffer_slice(&ctx->held);
	ctx->reply.body_ended = progress == ENDED;
	mrl_engine_resume(&ctx->call, true);
	(void)ngx_http_merlon_run_reply(ctx, &verdict);
	if (verdict.outcome == MRL_PASS) {
		ctx->body = MRL_BODY_PASS;
		return send_held(ctx, in);
	}
	consume(in);
	return answer_instead(ctx, &verdict, progress == ENDED);
}

static ngx_int_t hold(ngx_http_merlon_ctx_t *ctx, ngx_chain_t *in)
{
	if (in == NULL) {
		return NGX_OK;
	}
	enum progress progress = collect(ctx, in);
	return progress == MORE ? NGX_OK : judge(ctx, progress, in);
}

/* The body of nginx's error page: ours goes out in its place, once. */
static ngx_int_t replace(ngx_http_merlon_ctx_t *ctx, ngx_chain_t *in)
{
	consume(in);
	ctx->body = MRL_BODY_DROP;
	return ngx_http_merlon_send_body(ctx, next_filter);
}

static ngx_int_t filter(ngx_http_request_t *r, ngx_chain_t *in)
{
	ngx_http_merlon_ctx_t *ctx = r == r->main ? ngx_http_merlon_ctx(r) : NULL;
	if (ctx == NULL) {
		return next_filter(r, in);
	}
	switch (ctx->body) {
	case MRL_BODY_PASS: return next_filter(r, in);
	case MRL_BODY_HOLD: return hold(ctx, in);
	case MRL_BODY_REPLACE: return replace(ctx, in);
	case MRL_BODY_WATCH: return ngx_http_merlon_watch(ctx, in, next_filter);
	case MRL_BODY_DROP: consume(in); return next_filter(r, NULL);
	}
	return NGX_ERROR;
}

ngx_int_t ngx_http_merlon_hold_init(ngx_conf_t *cf)
{
	(void)cf;
	next_filter = ngx_http_top_body_filter;
	ngx_http_top_body_filter = filter;
	return NGX_OK;
}
