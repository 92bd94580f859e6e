/*
 * The header filter: every reply comes by, from the upstream, from nginx itself, or ours.
 *
 * An upstream's reply is refused by returning a status before any further filter has seen it: nginx
 * closes the upstream, keeps the client and comes back with its own error page, which is swapped.
 */
#include "ngx_http_merlon.h"

static ngx_http_output_header_filter_pt next_filter;

static bool is_on(ngx_http_request_t *r)
{
	const ngx_http_merlon_loc_conf_t *conf = ngx_http_get_module_loc_conf(
		r, ngx_http_merlon_module);
	return conf->on || conf->answer;
}

static ngx_int_t set_field(ngx_http_request_t *r, const struct mrl_field *field)
{
	if (field->id == MRL_FIELD_CONTENT_TYPE) {
		r->headers_out.content_type = ngx_merlon_str(field->value);
		r->headers_out.content_type_len = field->value.size;
		r->headers_out.content_type_lowcase = NULL;
		return NGX_OK;
	}
	ngx_table_elt_t *element = ngx_list_push(&r->headers_out.headers);
	if (element == NULL) {
		return NGX_ERROR;
	}
	element->hash = 1;
	element->key = ngx_merlon_str(field->name);
	element->value = ngx_merlon_str(field->value);
	element->lowcase_key = NULL;
	ngx_merlon_list_element(element);
	return NGX_OK;
}

/* nginx names itself unless this field is there; one with hash 0 is there and not sent. */
static ngx_int_t hide_server(ngx_http_request_t *r)
{
	ngx_table_elt_t *element = ngx_list_push(&r->headers_out.headers);
	if (element == NULL) {
		return NGX_ERROR;
	}
	ngx_memzero(element, sizeof(*element));
	ngx_str_set(&element->key, "Server");
	r->headers_out.server = element;
	return NGX_OK;
}

static ngx_int_t apply(ngx_http_merlon_ctx_t *ctx)
{
	ngx_http_request_t *r = ctx->request;
	struct mrl_reply *reply = &ctx->reply;
	for (uint32_t i = 0; i < reply->field_count; i++) {
		if (reply->fields[i].drop) {
			((ngx_table_elt_t *)reply->fields[i].host)->hash = 0;
		}
	}
	for (uint32_t i = 0; i < reply->set_count; i++) {
		if (set_field(r, reply->sets[i]) != NGX_OK) {
			return NGX_ERROR;
		}
	}
	return hide_server(r);
}

/* An old worker answers once more and then closes, so that nobody sends into a closed door. */
static void say_close(ngx_http_request_t *r)
{
	const ngx_merlon_conf_t *conf = (const ngx_merlon_conf_t *)ngx_get_conf(ngx_cycle->conf_ctx,
	                                                                        ngx_merlon_module);
	if (conf->graceful && (ngx_quit || ngx_exiting || ngx_terminate)) {
		r->keepalive = 0;
	}
}

static ngx_int_t send_head(ngx_http_merlon_ctx_t *ctx)
{
	if (apply(ctx) != NGX_OK) {
		return NGX_ERROR;
	}
	ctx->head_sent = 1;
	say_close(ctx->request);
	return next_filter(ctx->request);
}

ngx_int_t ngx_http_merlon_send_answer_head(ngx_http_merlon_ctx_t *ctx)
{
	struct mrl_verdict verdict;
	if (ngx_http_merlon_reply_view(ctx) != NGX_OK) {
		return NGX_ERROR;
	}
	mrl_engine_run(&ctx->call, MRL_STAGE_ANSWER, &verdict);
	if (verdict.outcome != MRL_PASS) {
		ngx_http_merlon_log_failure(ctx, ctx->call.err, "answer stage");
		return NGX_ERROR;
	}
	return send_head(ctx);
}

ngx_int_t ngx_http_merlon_send_reply_head(ngx_http_merlon_ctx_t *ctx)
{
	return send_head(ctx);
}

/* nginx's own page keeps its way through the filters; its head and its body become ours. */
static ngx_int_t swap(ngx_http_merlon_ctx_t *ctx)
{
	ngx_http_request_t *r = ctx->request;
	ngx_uint_t status = r->err_status != 0 ? r->err_status : r->headers_out.status;
	struct mrl_verdict verdict = ctx->has_pending ? ctx->pending
	                                              : ngx_http_merlon_verdict_of(ctx, status);
	ctx->has_pending = 0;
	if (ngx_http_merlon_put_answer(ctx, &verdict) != NGX_OK) {
		return NGX_ERROR;
	}
	ctx->body = MRL_BODY_REPLACE;
	return ngx_http_merlon_send_answer_head(ctx);
}

/* nginx only carries the refusal back to us, so any status that it has no habits about will do:
 * 408, 444 and 499, 500 and 501 would close the connection. */
#define CARRIER NGX_HTTP_BAD_GATEWAY

static ngx_int_t refuse(ngx_http_merlon_ctx_t *ctx, const struct mrl_verdict *verdict)
{
	ngx_http_request_t *r = ctx->request;
	struct mrl_slice body = MRL_SLICE_NONE;
	if (r->upstream != NULL) {
		body = mrl_slice(r->upstream->buffer.pos,
		                 (size_t)(r->upstream->buffer.last - r->upstream->buffer.pos));
		r->upstream->keepalive = 0;
	}
	/* A refusal of the upstream's that says what it should is no failure. */
	if (verdict->problem != MRL_PROBLEM_UPSTREAM_REFUSED) {
		ngx_http_merlon_log_reply(ctx, body);
	}
	ctx->pending = *verdict;
	ctx->has_pending = 1;
	r->http_version = ctx->http_version;
	ngx_http_clean_header(r);
	return CARRIER;
}

ngx_int_t ngx_http_merlon_run_reply(ngx_http_merlon_ctx_t *ctx, struct mrl_verdict *ret_verdict)
{
	mrl_engine_run(&ctx->call, MRL_STAGE_REPLY, ret_verdict);
	if (ret_verdict->outcome == MRL_NEED && ret_verdict->need == MRL_NEED_REPLY_BODY &&
	    ctx->body == MRL_BODY_PASS) {
		return NGX_AGAIN;
	}
	if (ret_verdict->outcome == MRL_NEED) {
		*ret_verdict = mrl_engine_failure(&ctx->call, MRL_ERR_UNSUPPORTED);
	}
	return NGX_OK;
}

static ngx_int_t judge_reply(ngx_http_merlon_ctx_t *ctx)
{
	struct mrl_verdict verdict;
	if (ngx_http_merlon_reply_view(ctx) != NGX_OK) {
		return NGX_ERROR;
	}
	ngx_http_merlon_retire_bodiless(ctx);
	if (ngx_http_merlon_run_reply(ctx, &verdict) == NGX_AGAIN) {
		return ngx_http_merlon_hold_begin(ctx, verdict.amount);
	}
	if (verdict.outcome != MRL_PASS) {
		return refuse(ctx, &verdict);
	}
	if (ctx->call.watch != NULL && ctx->reply.has_body) {
		ctx->body = MRL_BODY_WATCH;
		ngx_http_merlon_unbuffer(ctx->request);
	}
	return send_head(ctx);
}

static ngx_int_t filter(ngx_http_request_t *r)
{
	if (r != r->main || !is_on(r)) {
		return next_filter(r);
	}
	ngx_http_merlon_ctx_t *ctx = ngx_http_merlon_ctx(r);
	if (ctx == NULL) {
		/* nginx refused the request before any phase: it gets an id and a record too. */
		ctx = ngx_http_merlon_ctx_make(r);
		if (ctx == NULL) {
			return NGX_ERROR;
		}
		ngx_http_merlon_view_early(ctx);
	}
	/* HTTP/0.9 has no head: the body of an error would go out alone. */
	if (ctx->http_version < NGX_HTTP_VERSION_10) {
		return NGX_ERROR;
	}
	if (ctx->head_sent) {
		return next_filter(r);
	}
	if (ctx->answered) {
		return ngx_http_merlon_send_answer_head(ctx);
	}
	if (r->err_status >= NGX_HTTP_BAD_REQUEST || ctx->has_pending) {
		return swap(ctx);
	}
	return judge_reply(ctx);
}

ngx_int_t ngx_http_merlon_reply_init(ngx_conf_t *cf)
{
	(void)cf;
	next_filter = ngx_http_top_header_filter;
	ngx_http_top_header_filter = filter;
	return NGX_OK;
}
