/*
 * The phase handlers of the head: early (time, id, audit reservation), then view, route, plan HEAD,
 * and either an answer or the upstream.
 */
#include "ngx_http_merlon.h"

static bool is_on(ngx_http_request_t *r)
{
	const ngx_http_merlon_loc_conf_t *conf = ngx_http_get_module_loc_conf(
		r, ngx_http_merlon_module);
	return conf->on;
}

/* Errors that nginx found before a location was known come this way; `merlon_answer` writes them.
 */
static bool is_error_page(const ngx_http_request_t *r)
{
	static const ngx_str_t prefix = ngx_string("/.merlon/e/");
	return r->internal && r->uri.len > prefix.len &&
	       ngx_strncmp(r->uri.data, prefix.data, prefix.len) == 0;
}

ngx_int_t ngx_http_merlon_early(ngx_http_request_t *r)
{
	if (r != r->main) {
		return NGX_DECLINED;
	}
	/* No status line, no fields: nothing of what we promise could be said. */
	if (r->http_version < NGX_HTTP_VERSION_10) {
		return NGX_HTTP_CLOSE;
	}
	ngx_http_merlon_ctx_t *ctx = ngx_http_merlon_ctx(r);
	if (ctx == NULL && is_on(r)) {
		ctx = ngx_http_merlon_ctx_make(r);
		if (ctx == NULL) {
			return NGX_HTTP_INTERNAL_SERVER_ERROR;
		}
		ngx_http_merlon_view_early(ctx);
		ngx_http_merlon_reserve(ctx);
	}
	return NGX_DECLINED;
}

ngx_int_t ngx_http_merlon_route(ngx_http_merlon_ctx_t *ctx)
{
	if (ctx->routed) {
		return NGX_OK;
	}
	ctx->routed = 1;
	ngx_int_t rc = ngx_http_merlon_view(ctx);
	if (rc != NGX_OK) {
		return rc;
	}
	enum mrl_err err = mrl_engine_route(&ctx->call);
	if (err != MRL_OK) {
		ctx->call.err = err;
		ngx_http_merlon_log_failure(ctx, err, "route");
		return NGX_ERROR;
	}
	return NGX_OK;
}

/* AUDIT-1: a call that cannot be recorded is not served, unless the policy says so. */
static bool is_unrecordable(const ngx_http_merlon_ctx_t *ctx)
{
	return ctx->refused && ctx->call.policy->on_overload == MRL_OVERLOAD_REFUSE;
}

static ngx_int_t refuse_by(ngx_http_merlon_ctx_t *ctx, enum mrl_problem_id problem)
{
	struct mrl_verdict verdict = mrl_deny(problem);
	ctx->call.problem = problem;
	ctx->call.denied = true;
	return ngx_http_merlon_refuse(ctx, &verdict);
}

static ngx_int_t pass(ngx_http_merlon_ctx_t *ctx)
{
	ngx_http_request_t *r = ctx->request;
	const ngx_http_merlon_srv_conf_t *server = ngx_http_get_module_srv_conf(
		r, ngx_http_merlon_module);
	if (ngx_http_merlon_apply(ctx) != NGX_OK) {
		return NGX_HTTP_INTERNAL_SERVER_ERROR;
	}
	ngx_http_merlon_note(ctx);
	if (!server->named) {
		return NGX_DECLINED;
	}
	/* Only `operation` in shadow mode, or exempted, lets pass what no API documents. */
	const struct mrl_api *api = ctx->call.route.api;
	if (api == NULL) {
		return refuse_by(ctx, MRL_PROBLEM_NO_OPERATION);
	}
	bool opaque = ctx->call.has_input && ctx->call.input.reading == MRL_READING_OPAQUE;
	ngx_str_t location = ngx_merlon_str(opaque ? api->opaque_location : api->location);
	(void)ngx_http_named_location(r, &location);
	ngx_http_finalize_request(r, NGX_DONE);
	return NGX_DONE;
}

static ngx_int_t judge(ngx_http_merlon_ctx_t *ctx)
{
	struct mrl_verdict verdict;
	mrl_engine_run(&ctx->call, MRL_STAGE_HEAD, &verdict);
	switch (verdict.outcome) {
	case MRL_PASS: ctx->judged = 1; return pass(ctx);
	case MRL_NEED: return ngx_http_merlon_need(ctx, &verdict);
	case MRL_DENY:
	case MRL_ANSWER: return ngx_http_merlon_refuse(ctx, &verdict);
	}
	return NGX_HTTP_INTERNAL_SERVER_ERROR;
}

/* Before any `return` of the server. But where a location is off, that one is not known yet. */
ngx_int_t ngx_http_merlon_server_head(ngx_http_request_t *r)
{
	const ngx_http_merlon_srv_conf_t *server = ngx_http_get_module_srv_conf(
		r, ngx_http_merlon_module);
	return server->partly ? NGX_DECLINED : ngx_http_merlon_head(r);
}

ngx_int_t ngx_http_merlon_head(ngx_http_request_t *r)
{
	if (r != r->main || !is_on(r) || is_error_page(r)) {
		return NGX_DECLINED;
	}
	ngx_http_merlon_ctx_t *ctx = ngx_http_merlon_ctx(r);
	if (ctx == NULL) {
		/* Only the location is on: nothing was reserved in POST_READ. */
		ctx = ngx_http_merlon_ctx_make(r);
		if (ctx == NULL) {
			return NGX_HTTP_INTERNAL_SERVER_ERROR;
		}
		ngx_http_merlon_view_early(ctx);
		ngx_http_merlon_reserve(ctx);
	}
	if (ctx->judged || ctx->answered) {
		return NGX_DECLINED;
	}
	ngx_int_t rc = ngx_http_merlon_route(ctx);
	if (rc != NGX_OK) {
		return rc == NGX_ERROR ? refuse_by(ctx, MRL_PROBLEM_GATEWAY_ERROR) : rc;
	}
	if (is_unrecordable(ctx)) {
		return refuse_by(ctx, MRL_PROBLEM_UNAVAILABLE);
	}
	if (ctx->truncated) {
		return refuse_by(ctx, MRL_PROBLEM_HEADER_TOO_LARGE);
	}
	return judge(ctx);
}
