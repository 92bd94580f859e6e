/*
 * The error log [ERR-2 AUDIT-2]: found by the id that the client got, and without a byte of what
 * the client or the upstream sent but names of code.
 */
#include "ngx_http_merlon.h"

#define LINE_MAX_BYTES 2000

/* nginx's own handler writes request line, Referer and upstream URL: user data. */
u_char *ngx_http_merlon_log_handler(ngx_http_request_t *r, ngx_http_request_t *sr, u_char *buf,
                                    size_t len)
{
	const ngx_http_merlon_ctx_t *ctx = ngx_http_get_module_ctx(r->main, ngx_http_merlon_module);
	uint8_t id[MRL_UUID_TEXT];
	(void)sr;
	if (ctx == NULL) {
		return buf;
	}
	mrl_uuid_text(ctx->call.request_id, id);
	return ngx_snprintf(buf, len, ", id: %*s", (size_t)MRL_UUID_TEXT, id);
}

static void put_name(struct mrl_buffer *line, const char *name, struct mrl_slice text)
{
	MRL_PUT(line, ",\"");
	mrl_buffer_put(line, mrl_slice_text(name));
	MRL_PUT(line, "\":");
	mrl_json_put_string(line, text);
}

static void put_number(struct mrl_buffer *line, const char *name, uint64_t number)
{
	MRL_PUT(line, ",\"");
	mrl_buffer_put(line, mrl_slice_text(name));
	MRL_PUT(line, "\":");
	mrl_buffer_u64(line, number);
}

static void put_ids(struct mrl_buffer *line, const ngx_http_merlon_ctx_t *ctx)
{
	uint8_t id[MRL_UUID_TEXT];
	const struct mrl_operation *operation = ctx->call.route.operation;
	mrl_uuid_text(ctx->call.request_id, id);
	MRL_PUT(line, "merlon: {\"id\":");
	mrl_json_put_string(line, mrl_slice(id, sizeof(id)));
	MRL_PUT(line, ",\"trace\":\"");
	mrl_buffer_hex(line, mrl_slice(ctx->call.trace.trace_id, 16));
	MRL_PUT(line, "\"");
	if (operation != NULL) {
		put_name(line, "op", operation->id);
	}
}

static void put_upstream(struct mrl_buffer *line, const ngx_http_request_t *r)
{
	const ngx_http_upstream_t *upstream = r->upstream;
	if (upstream == NULL || upstream->state == NULL) {
		return;
	}
	if (upstream->peer.name != NULL) {
		put_name(line, "upstream", ngx_merlon_slice(upstream->peer.name));
	}
	put_number(line, "status", upstream->headers_in.status_n);
	if (upstream->state->header_time != (ngx_msec_t)-1) {
		put_number(line, "head_us", upstream->state->header_time * 1000);
	}
}

/* Why a reply failed, in one word. */
static struct mrl_slice reason_of(const ngx_http_merlon_ctx_t *ctx)
{
	const struct mrl_control *control = ctx->call.denied_by;
	if (control == mrl_controls[MRL_CONTROL_reply_error]) {
		return MRL_SLICE("upstream_5xx");
	}
	if (control == mrl_controls[MRL_CONTROL_reply_leak]) {
		return ctx->body == MRL_BODY_WATCH ? MRL_SLICE("leak_in_stream")
		                                   : MRL_SLICE("leak");
	}
	return MRL_SLICE("upstream_fault");
}

void ngx_http_merlon_log_reply(ngx_http_merlon_ctx_t *ctx, struct mrl_slice body)
{
	uint8_t text[LINE_MAX_BYTES];
	struct mrl_buffer line = mrl_buffer(text, sizeof(text) - 1);
	struct mrl_leak_report report;
	struct mrl_media_type type;
	put_ids(&line, ctx);
	put_upstream(&line, ctx->request);
	put_name(&line, "reason", reason_of(ctx));
	put_number(&line, "bytes", body.size);
	if (mrl_media_type_parse(ctx->reply.type, &type)) {
		put_name(&line, "type",
		         mrl_slice(type.type.data, type.type.size + 1 + type.subtype.size));
	}
	mrl_leak_frames(ctx->call.policy->leak_scanner, body, &report);
	if (report.strong.bits != 0 || report.weak.bits != 0) {
		MRL_PUT(&line, ",");
		mrl_leak_report_json(&report, &line);
	}
	MRL_PUT(&line, "}");
	ngx_log_error(NGX_LOG_ERR, ctx->request->connection->log, 0, "%*s", line.size, line.data);
}

void ngx_http_merlon_log_failure(ngx_http_merlon_ctx_t *ctx, enum mrl_err err, const char *where)
{
	uint8_t text[LINE_MAX_BYTES];
	struct mrl_buffer line = mrl_buffer(text, sizeof(text) - 1);
	put_ids(&line, ctx);
	put_name(&line, "reason", MRL_SLICE("failure"));
	put_name(&line, "err", mrl_slice_text(mrl_err_name(err)));
	put_name(&line, "where", mrl_slice_text(where));
	if (ctx->call.denied_by != NULL) {
		put_name(&line, "control", mrl_slice_text(ctx->call.denied_by->name));
	}
	MRL_PUT(&line, "}");
	ngx_log_error(NGX_LOG_ERR, ctx->request->connection->log, 0, "%*s", line.size, line.data);
}
