/*
 * The one place where refusals and answers of ours are written, whoever found the reason: a
 * control, nginx's parser, or nginx's proxy.
 */
#include "ngx_http_merlon.h"

/* What nginx says, and what we say instead. Statuses in between are found by class. */
static const struct {
	uint16_t status;
	enum mrl_problem_id problem;
} translations[] = {
	{400, MRL_PROBLEM_BAD_REQUEST},          {404, MRL_PROBLEM_NO_OPERATION},
	{405, MRL_PROBLEM_METHOD_NOT_ALLOWED},   {413, MRL_PROBLEM_INPUT_TOO_LARGE},
	{414, MRL_PROBLEM_TARGET_TOO_LONG},      {421, MRL_PROBLEM_MISDIRECTED},
	{431, MRL_PROBLEM_HEADER_TOO_LARGE},     {494, MRL_PROBLEM_HEADER_TOO_LARGE},
	{495, MRL_PROBLEM_CLIENT_CERTIFICATE},   {496, MRL_PROBLEM_CLIENT_CERTIFICATE},
	{497, MRL_PROBLEM_TLS_REQUIRED},         {501, MRL_PROBLEM_NOT_IMPLEMENTED},
	{502, MRL_PROBLEM_UPSTREAM_UNAVAILABLE}, {504, MRL_PROBLEM_UPSTREAM_TIMEOUT},
	{505, MRL_PROBLEM_VERSION_UNSUPPORTED},
};

/* RFC 9110 15.5.6: a 405 names the methods there are; for a target that is none, none. */
static void allow_methods(ngx_http_merlon_ctx_t *ctx)
{
	const ngx_http_request_t *r = ctx->request;
	struct mrl_slice allow = MRL_SLICE("");
	if (r->headers_in.server.len != 0 && r->request_line.len != 0 &&
	    ngx_http_merlon_route(ctx) == NGX_OK && ctx->call.route.path != NULL) {
		allow = ctx->call.route.path->allow;
	}
	if (mrl_call_answer(&ctx->call, MRL_SLICE("Allow"), allow) != MRL_OK) {
		ctx->call.err = MRL_ERR_FULL;
	}
}

struct mrl_verdict ngx_http_merlon_verdict_of(ngx_http_merlon_ctx_t *ctx, ngx_uint_t status)
{
	struct mrl_verdict verdict = mrl_deny(status >= 500 ? MRL_PROBLEM_GATEWAY_ERROR
	                                                    : MRL_PROBLEM_BAD_REQUEST);
	for (size_t i = 0; i < MRL_COUNT(translations); i++) {
		if (translations[i].status == status) {
			verdict.problem = translations[i].problem;
		}
	}
	if (verdict.problem == MRL_PROBLEM_BAD_REQUEST && status >= 400 && status < 500) {
		verdict.status = (uint16_t)status;
	}
	if (status == NGX_HTTP_NOT_ALLOWED) {
		allow_methods(ctx);
	}
	if (!ctx->call.denied) {
		ctx->call.denied = true;
		ctx->call.problem = verdict.problem;
	}
	return verdict;
}

static ngx_int_t put_field(ngx_http_request_t *r, const struct mrl_field *field)
{
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

/* nginx has no phrase for 417, 422 and 431. */
static ngx_int_t put_status(ngx_http_request_t *r, const struct mrl_answer *answer)
{
	size_t size = sizeof("599 ") + answer->phrase.size;
	u_char *line = ngx_pnalloc(r->pool, size);
	if (line == NULL) {
		return NGX_ERROR;
	}
	u_char *end = ngx_snprintf(line, size, "%03ui %*s", (ngx_uint_t)answer->status,
	                           answer->phrase.size, answer->phrase.data);
	r->err_status = 0;
	r->headers_out.status = answer->status;
	r->headers_out.status_line.data = line;
	r->headers_out.status_line.len = (size_t)(end - line);
	return NGX_OK;
}

static void put_type(ngx_http_request_t *r, const struct mrl_answer *answer)
{
	r->headers_out.content_type = ngx_merlon_str(answer->type);
	r->headers_out.content_type_len = answer->type.size;
	r->headers_out.content_type_lowcase = NULL;
	ngx_str_null(&r->headers_out.charset);
	r->headers_out.content_length_n = (off_t)answer->body.size;
	if (answer->status == NGX_HTTP_NO_CONTENT) {
		r->headers_out.content_length_n = -1;
	}
}

/* nginx applies these when it has a location; many calls are refused before. */
static bool has_more_calls(const ngx_http_request_t *r)
{
	const ngx_http_core_loc_conf_t *conf = ngx_http_get_module_loc_conf(r,
	                                                                    ngx_http_core_module);
	const ngx_connection_t *c = r->connection;
	return conf->keepalive_timeout != 0 && c->requests < conf->keepalive_requests &&
	       ngx_current_msec - c->start_time <= conf->keepalive_time;
}

ngx_int_t ngx_http_merlon_put_answer(ngx_http_merlon_ctx_t *ctx, const struct mrl_verdict *verdict)
{
	ngx_http_request_t *r = ctx->request;
	struct mrl_answer *answer = &ctx->answer;
	enum mrl_err err = mrl_engine_answer(&ctx->call, verdict, answer);
	if (err != MRL_OK) {
		ngx_http_merlon_log_failure(ctx, err, "answer");
		return NGX_ERROR;
	}
	ctx->answered = 1;
	ngx_http_clean_header(r);
	r->http_version = ctx->http_version;
	/* Never from 0 to 1: behind a request that could not be read to its end stands no other. */
	r->keepalive = r->keepalive && !answer->close && has_more_calls(r);
	if (put_status(r, answer) != NGX_OK) {
		return NGX_ERROR;
	}
	put_type(r, answer);
	for (uint32_t i = 0; i < answer->field_count; i++) {
		if (put_field(r, &answer->fields[i]) != NGX_OK) {
			return NGX_ERROR;
		}
	}
	return NGX_OK;
}

ngx_int_t ngx_http_merlon_send_body(ngx_http_merlon_ctx_t *ctx, ngx_http_output_body_filter_pt send)
{
	ngx_http_request_t *r = ctx->request;
	ngx_buf_t *buffer = ngx_calloc_buf(r->pool);
	if (buffer == NULL) {
		return NGX_ERROR;
	}
	buffer->pos = (u_char *)(uintptr_t)ctx->answer.body.data;
	buffer->last = buffer->pos + ctx->answer.body.size;
	buffer->start = buffer->pos;
	buffer->end = buffer->last;
	buffer->memory = ctx->answer.body.size != 0;
	buffer->last_buf = 1;
	buffer->last_in_chain = 1;
	ngx_chain_t chain = {.buf = buffer, .next = NULL};
	return send(r, &chain);
}

/* Head and body by way of all filters. */
static ngx_int_t send_answer(ngx_http_merlon_ctx_t *ctx, const struct mrl_verdict *verdict)
{
	ngx_http_request_t *r = ctx->request;
	/* Else 100 Continue would go out to who waits with a body that nobody wants. */
	r->expect_tested = 1;
	ngx_int_t rc = ngx_http_discard_request_body(r);
	if (rc != NGX_OK) {
		return rc;
	}
	if (ngx_http_merlon_put_answer(ctx, verdict) != NGX_OK) {
		return NGX_HTTP_CLOSE;
	}
	rc = ngx_http_send_header(r);
	if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
		return rc;
	}
	return ngx_http_merlon_send_body(ctx, ngx_http_output_filter);
}

ngx_int_t ngx_http_merlon_refuse(ngx_http_merlon_ctx_t *ctx, const struct mrl_verdict *verdict)
{
	ngx_http_request_t *r = ctx->request;
	ngx_http_merlon_note(ctx);
	ngx_http_finalize_request(r, send_answer(ctx, verdict));
	return NGX_DONE;
}

static ngx_uint_t status_of_page(const ngx_str_t *uri)
{
	static const struct {
		const char *name;
		ngx_uint_t status;
	} pages[] = {
		{"/.merlon/e/header-too-large", 494},
		{"/.merlon/e/client-certificate", 495},
		{"/.merlon/e/tls-required", 497},
	};
	for (size_t i = 0; i < MRL_COUNT(pages); i++) {
		if (mrl_slice_is(ngx_merlon_slice(uri), pages[i].name)) {
			return pages[i].status;
		}
	}
	return NGX_HTTP_NOT_FOUND;
}

ngx_int_t ngx_http_merlon_answer(ngx_http_request_t *r)
{
	ngx_http_merlon_ctx_t *ctx = ngx_http_merlon_ctx(r);
	if (ctx == NULL) {
		ctx = ngx_http_merlon_ctx_make(r);
		if (ctx == NULL) {
			return NGX_HTTP_CLOSE;
		}
		ngx_http_merlon_view_early(ctx);
	}
	struct mrl_verdict verdict = ngx_http_merlon_verdict_of(ctx, status_of_page(&r->uri));
	return send_answer(ctx, &verdict);
}
