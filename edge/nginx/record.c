/*
 * One record a call [AUDIT-1], written in the log phase into the worker's ring: no lock, no
 * allocation, no system call but a wake when the daemon sleeps.
 */
#include "ngx_http_merlon.h"

#include <time.h>

static const ngx_merlon_conf_t *core_conf(void)
{
	return (const ngx_merlon_conf_t *)ngx_get_conf(ngx_cycle->conf_ctx, ngx_merlon_module);
}

static uint64_t monotonic_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

static void count_loss(ngx_http_merlon_ctx_t *ctx, enum mrl_audit_reason reason,
                       enum mrl_audit_effect effect)
{
	const ngx_merlon_conf_t *conf = core_conf();
	const struct mrl_operation *operation = ctx->call.route.operation;
	struct mrl_audit_loss loss = {
		.effect = effect,
		.reason = reason,
		.status = (uint16_t)ctx->request->headers_out.status,
		.time_us = (uint64_t)ctx->call.now_us,
		.bytes = (uint64_t)ctx->request->connection->sent,
		.op_hash = operation == NULL ? 0 : mrl_audit_op_hash(operation->id),
		.request_id = mrl_slice(ctx->call.request_id, MRL_UUID_BYTES),
	};
	mrl_ring_count(&conf->ring.ring, ctx->worker->has_producer ? &ctx->worker->producer : NULL,
	               &loss);
}

void ngx_http_merlon_reserve(ngx_http_merlon_ctx_t *ctx)
{
	const ngx_merlon_conf_t *conf = core_conf();
	struct mrl_ring_call call = {
		.time_us = (uint64_t)ctx->call.now_us,
		.ip = ctx->view.peer,
		.port = ctx->view.peer_port,
		.method = (uint8_t)ctx->view.method,
		.http = ctx->view.http,
	};
	if (conf->ring.ring.memory == NULL) {
		return; /* guest mode without a run directory: no audit */
	}
	memcpy(call.request_id, ctx->call.request_id, sizeof(call.request_id));
	enum mrl_audit_reason reason = MRL_AUDIT_NO_SLOT;
	if (ctx->worker->has_producer) {
		reason = mrl_ring_reserve(&ctx->worker->producer, ctx->start_ns / 1000000, &call,
		                          &ctx->entry);
	}
	if (reason == MRL_AUDIT_REASON_NONE) {
		ctx->reserved = 1;
		return;
	}
	/* Counted first, never recorded singly: space is for calls that were let in. */
	ctx->refused = 1;
	count_loss(ctx, reason,
	           ctx->call.policy->on_overload == MRL_OVERLOAD_PASS ? MRL_AUDIT_PASSED
	                                                              : MRL_AUDIT_REFUSED);
}

static uint8_t user_kind(const struct mrl_token *token)
{
	bool service = mrl_slice_equal(token->sub, token->client_id);
	return service ? MRL_AUDIT_SERVICE : MRL_AUDIT_USER;
}

void ngx_http_merlon_note(ngx_http_merlon_ctx_t *ctx)
{
	const struct mrl_call *call = &ctx->call;
	struct mrl_ring_note note = {0};
	if (!ctx->reserved) {
		return;
	}
	if (call->route.operation != NULL) {
		note.op_id = call->route.operation->id;
	}
	note.trace = mrl_slice(call->trace.trace_id, 16);
	note.span = mrl_slice(call->span_id, 8);
	note.ip = call->client_ip;
	if (call->token != NULL) {
		note.user = call->token->sub;
		note.user_kind = user_kind(call->token);
	}
	note.port = ctx->view.peer_port;
	mrl_ring_entry_note(&ctx->worker->producer, ctx->entry, &note);
}

static bool is_zero(const uint8_t *bytes, size_t size)
{
	uint8_t all = 0;
	for (size_t i = 0; i < size; i++) {
		all |= bytes[i];
	}
	return all == 0;
}

static uint8_t verdict_of(const struct mrl_call *call)
{
	if (call->err != MRL_OK) {
		return MRL_AUDIT_FAILED;
	}
	if (call->denied && !call->shadow) {
		return MRL_AUDIT_DENIED;
	}
	return call->shadow ? MRL_AUDIT_SHADOW_DENIED : MRL_AUDIT_ALLOWED;
}

static void put_route(const ngx_http_merlon_ctx_t *ctx, struct mrl_audit_facts *facts)
{
	const struct mrl_route *route = &ctx->call.route;
	facts->op_id = ctx->routed ? MRL_SLICE("(unmatched)") : MRL_SLICE("(unparsed)");
	if (route->operation != NULL) {
		facts->op_id = route->operation->id;
	}
	if (route->path != NULL) {
		facts->template = route->path->template_path;
	}
	if (route->api != NULL) {
		facts->api = route->api->name;
		facts->version = route->api->document->version;
	}
}

static bool is_on(ngx_http_request_t *r)
{
	const ngx_http_merlon_loc_conf_t *conf = ngx_http_get_module_loc_conf(
		r, ngx_http_merlon_module);
	return conf->on || conf->answer;
}

/* A request that never came whole was judged by nobody, and one that waited for something from
 * outside not to the end: whoever left or was too slow in between was not allowed anything. */
static void note_unread(ngx_http_merlon_ctx_t *ctx)
{
	bool is_judged = ctx->judged && ctx->body_begun == ctx->body_read && ctx->need == NULL;
	if (!is_judged && !ctx->call.denied && !ctx->answered && is_on(ctx->request)) {
		ctx->call.denied = true;
		ctx->call.shadow = false;
		ctx->call.denied_by = NULL;
		ctx->call.problem = MRL_PROBLEM_BAD_REQUEST;
	}
}

static void put_outcome(const ngx_http_merlon_ctx_t *ctx, struct mrl_audit_facts *facts)
{
	const struct mrl_call *call = &ctx->call;
	const ngx_http_request_t *r = ctx->request;
	facts->verdict = verdict_of(call);
	facts->err = (uint16_t)call->err;
	facts->gen = call->policy->generation;
	if (facts->verdict != MRL_AUDIT_ALLOWED) {
		facts->problem = mrl_slice_text(mrl_problems[call->problem].id);
		facts->control = call->denied_by == NULL ? MRL_SLICE_NONE
		                                         : mrl_slice_text(call->denied_by->name);
	}
	/* 499: the client left before it had its answer; 408: it never finished asking. */
	facts->status = (uint16_t)(r->err_status != 0 ? r->err_status : r->headers_out.status);
	if (r->connection->error && (facts->status == 0 || !ctx->head_sent)) {
		facts->status = NGX_HTTP_CLIENT_CLOSED_REQUEST;
	}
	if (r->connection->error) {
		facts->flags |= MRL_AUDIT_ABORTED;
	}
}

static void put_tls(const ngx_http_merlon_ctx_t *ctx, struct mrl_audit_facts *facts)
{
	const ngx_connection_t *c = ctx->request->connection;
	const SSL_CIPHER *cipher = c->ssl == NULL ? NULL
	                                          : SSL_get_current_cipher(c->ssl->connection);
	facts->tls = ctx->view.tls ? ctx->view.tls_version : 0;
	facts->cipher = cipher == NULL ? 0 : SSL_CIPHER_get_protocol_id(cipher);
}

/* AUDIT-1: whose call it was, if that was proved. */
static void put_caller(const struct mrl_token *token, struct mrl_audit_facts *facts)
{
	if (token == NULL) {
		return;
	}
	facts->user = token->sub;
	facts->user_kind = user_kind(token);
	facts->client = token->client_id;
	facts->issuer = token->issuer->url;
	facts->token_exp = (uint64_t)token->exp_s;
	facts->auth_method = MRL_AUDIT_BEARER;
}

static void put_client(const ngx_http_merlon_ctx_t *ctx, struct mrl_audit_facts *facts)
{
	const struct mrl_call *call = &ctx->call;
	const struct mrl_view *view = &ctx->view;
	facts->http = view->http;
	facts->method = (uint8_t)view->method;
	facts->ip = call->client_ip.size != 0 ? call->client_ip : view->peer;
	facts->port = view->peer_port;
	facts->via = call->via;
	facts->via_count = call->via_count;
	if (view->method == MRL_METHOD_OTHER) {
		facts->method_name = mrl_slice_sub(view->method_name, 0, 16);
	}
	if (ctx->viewed && !ctx->truncated) {
		const struct mrl_field *agent = mrl_view_field(view, MRL_FIELD_USER_AGENT);
		const struct mrl_field *language = mrl_view_field(view, MRL_FIELD_ACCEPT_LANGUAGE);
		facts->user_agent = agent == NULL ? MRL_SLICE_NONE : agent->value;
		facts->accept_language =
			language == NULL ? MRL_SLICE_NONE
					 : mrl_slice_sub(language->value, 0,
		                                         mrl_slice_find(language->value, ','));
	}
	facts->client_request_id = call->client_request_id;
	put_caller(call->token, facts);
}

static void put_trace(const ngx_http_merlon_ctx_t *ctx, struct mrl_audit_facts *facts)
{
	const struct mrl_call *call = &ctx->call;
	facts->request_id = mrl_slice(call->request_id, MRL_UUID_BYTES);
	if (is_zero(call->trace.trace_id, 16)) {
		return;
	}
	facts->trace = mrl_slice(call->trace.trace_id, 16);
	facts->span = mrl_slice(call->span_id, 8);
	if (!is_zero(call->trace.parent_id, 8)) {
		facts->parent = mrl_slice(call->trace.parent_id, 8);
	}
	facts->has_sampled = true;
	facts->sampled = call->trace.sampled;
}

static void put_sizes(const ngx_http_merlon_ctx_t *ctx, struct mrl_audit_facts *facts)
{
	const ngx_http_request_t *r = ctx->request;
	off_t sent = r->connection->sent;
	facts->has_req_len = facts->has_res_len = true;
	facts->req_len = (uint64_t)r->request_length;
	facts->res_len = (uint64_t)sent;
	facts->has_res_body = sent >= (off_t)r->header_size;
	facts->res_body = facts->has_res_body ? (uint64_t)(sent - (off_t)r->header_size) : 0;
	facts->has_req_body = ctx->counted_bytes != 0;
	facts->req_body = ctx->counted_bytes;
	struct mrl_slice type = ngx_merlon_slice(&r->headers_out.content_type);
	facts->res_type = mrl_slice_trim(mrl_slice_sub(type, 0, mrl_slice_find(type, ';')));
}

/* nginx has let go of the address by now; its text is still there: "10.0.0.1:80", "[::1]:80". */
static void put_peer(struct mrl_slice peer, struct mrl_audit_facts *facts)
{
	size_t colon = peer.size;
	uint64_t port;
	while (colon > 0 && peer.data[colon - 1] != ':') {
		colon--;
	}
	struct mrl_slice host = mrl_slice_sub(peer, 0, colon == 0 ? 0 : colon - 1);
	if (host.data != NULL && host.size > 2 && host.data[0] == '[') {
		host = mrl_slice_sub(host, 1, host.size - 2);
	}
	if (mrl_parse_u64(mrl_slice_from(peer, colon), &port) && port <= UINT16_MAX &&
	    mrl_ip_parse(host, &facts->up_ip)) {
		facts->up_port = (uint16_t)port;
	}
}

static void put_upstream(const ngx_http_merlon_ctx_t *ctx, struct mrl_audit_facts *facts)
{
	const ngx_http_upstream_t *upstream = ctx->request->upstream;
	if (upstream == NULL || upstream->state == NULL) {
		return;
	}
	if (upstream->state->response_time != (ngx_msec_t)-1) {
		facts->has_up_us = true;
		facts->up_us = upstream->state->response_time * 1000;
	}
	if (upstream->state->peer != NULL) {
		put_peer(ngx_merlon_slice(upstream->state->peer), facts);
	}
}

static uint8_t put_facts(const struct mrl_call *call, struct mrl_audit_fact facts[MRL_FACTS_MAX])
{
	static const enum mrl_audit_fact_kind kinds[] = {
		[MRL_FACT_NUMBER] = MRL_AUDIT_NUMBER,
		[MRL_FACT_BOOL] = MRL_AUDIT_BOOL,
		[MRL_FACT_WORD] = MRL_AUDIT_WORD,
	};
	for (uint8_t i = 0; i < call->fact_count; i++) {
		const struct mrl_fact *fact = &call->facts[i];
		facts[i] = (struct mrl_audit_fact){
			.name = mrl_slice_text(fact->row->name),
			.word = fact->word,
			.number = fact->number,
			.kind = kinds[fact->row->kind],
		};
	}
	return call->fact_count;
}

static void commit(ngx_http_merlon_ctx_t *ctx, const struct mrl_audit_facts *facts)
{
	bool wake = false;
	if (ctx->reserved) {
		ctx->reserved = 0;
		wake = mrl_audit_commit(&ctx->worker->producer, ctx->entry, facts);
	} else {
		enum mrl_audit_reason reason = MRL_AUDIT_NO_SLOT;
		if (ctx->worker->has_producer) {
			reason = mrl_audit_commit_extra(&ctx->worker->producer,
			                                monotonic_ns() / 1000000, facts, &wake);
		}
		if (reason != MRL_AUDIT_REASON_NONE) {
			count_loss(ctx, reason, MRL_AUDIT_REFUSED);
		}
	}
	if (wake) {
		mrl_ring_wake(&core_conf()->ring.ring);
	}
}

/* A request that nginx dropped before any filter ran: a time-out, a client that left. */
static ngx_http_merlon_ctx_t *late_ctx(ngx_http_request_t *r)
{
	ngx_http_merlon_ctx_t *ctx = ngx_http_merlon_ctx(r);
	if (ctx != NULL || !is_on(r)) {
		return ctx;
	}
	ctx = ngx_http_merlon_ctx_make(r);
	if (ctx != NULL) {
		ngx_http_merlon_view_early(ctx);
	}
	return ctx;
}

ngx_int_t ngx_http_merlon_record(ngx_http_request_t *r)
{
	ngx_http_merlon_ctx_t *ctx = r == r->main ? late_ctx(r) : NULL;
	struct mrl_audit_fact control_facts[MRL_FACTS_MAX];
	if (ctx != NULL && ctx->call.refund != NULL) {
		ngx_merlon_redis_refund(ctx->call.refund);
		ctx->call.refund = NULL;
	}
	if (ctx == NULL || ctx->recorded || core_conf()->ring.ring.memory == NULL) {
		return NGX_OK;
	}
	ctx->recorded = 1;
	if (ctx->refused && ctx->call.policy->on_overload == MRL_OVERLOAD_REFUSE) {
		return NGX_OK; /* counted at `reserve` */
	}
	struct mrl_audit_facts facts = {
		.class_id = MRL_AUDIT_CALL,
		.stage = MRL_AUDIT_COMPLETE,
		.time_us = (uint64_t)ctx->call.now_us,
		.has_dur_us = true,
		.dur_us = (monotonic_ns() - ctx->start_ns) / 1000,
	};
	note_unread(ctx);
	put_route(ctx, &facts);
	put_outcome(ctx, &facts);
	put_client(ctx, &facts);
	put_tls(ctx, &facts);
	put_trace(ctx, &facts);
	put_sizes(ctx, &facts);
	put_upstream(ctx, &facts);
	facts.facts = control_facts;
	facts.fact_count = put_facts(&ctx->call, control_facts);
	commit(ctx, &facts);
	return NGX_OK;
}
