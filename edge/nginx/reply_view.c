/*
 * Shows a reply's head to the core as borrowed slices, and what nginx made of its framing: nginx is
 * generous with upstreams, and a connection that is kept carries other people's calls.
 */
#include "ngx_http_merlon.h"

static ngx_int_t view_field(ngx_http_merlon_ctx_t *ctx, ngx_table_elt_t *element)
{
	struct mrl_reply *reply = &ctx->reply;
	struct mrl_field *field = &reply->fields[reply->field_count++];
	uint8_t *name = mrl_arena_alloc(&ctx->arena, element->key.len, 1);
	if (name == NULL) {
		return NGX_ERROR;
	}
	ngx_strlow(name, element->key.data, element->key.len);
	*field = (struct mrl_field){
		.name = mrl_slice(name, element->key.len),
		.value = ngx_merlon_slice(&element->value),
		.host = element,
	};
	mrl_field_classify(field);
	if (field->id != MRL_FIELD_UNKNOWN && reply->first[field->id] == 0) {
		reply->first[field->id] = (uint8_t)reply->field_count;
	}
	return NGX_OK;
}

static ngx_int_t view_fields(ngx_http_merlon_ctx_t *ctx)
{
	ngx_list_part_t *first = &ctx->request->headers_out.headers.part;
	size_t count = 0;
	for (const ngx_list_part_t *part = first; part != NULL; part = part->next) {
		count += part->nelts;
	}
	if (count > MRL_VIEW_FIELDS_MAX) {
		ctx->reply.frame_fault = true;
		return NGX_OK;
	}
	ctx->reply.fields = MRL_NEW_ARRAY(&ctx->arena, count, struct mrl_field);
	if (ctx->reply.fields == NULL) {
		return NGX_ERROR;
	}
	for (ngx_list_part_t *part = first; part != NULL; part = part->next) {
		ngx_table_elt_t *elements = part->elts;
		for (ngx_uint_t i = 0; i < part->nelts; i++) {
			if (elements[i].hash != 0 && view_field(ctx, &elements[i]) != NGX_OK) {
				return NGX_ERROR;
			}
		}
	}
	return NGX_OK;
}

/* The last field of that name, and how many there are. */
static const ngx_table_elt_t *find_named(const ngx_list_t *headers, struct mrl_slice name,
                                         unsigned *ret_count)
{
	const ngx_table_elt_t *found = NULL;
	*ret_count = 0;
	for (const ngx_list_part_t *part = &headers->part; part != NULL; part = part->next) {
		const ngx_table_elt_t *elements = part->elts;
		for (ngx_uint_t i = 0; i < part->nelts; i++) {
			if (mrl_slice_equal_nocase(ngx_merlon_slice(&elements[i].key), name)) {
				found = &elements[i];
				(*ret_count)++;
			}
		}
	}
	return found;
}

/* nginx takes an upstream without a status line for HTTP/0.9, of two lengths the last one, and a
 * coding for chunked that only ends so. */
static bool is_frame_faulty(const ngx_http_upstream_t *upstream)
{
	const ngx_list_t *headers = &upstream->headers_in.headers;
	unsigned lengths;
	unsigned codings;
	const ngx_table_elt_t *length = find_named(headers, MRL_SLICE("content-length"), &lengths);
	const ngx_table_elt_t *coding = find_named(headers, MRL_SLICE("transfer-encoding"),
	                                           &codings);
	uint64_t number;
	if (upstream->headers_in.status_n == 0 || lengths + codings > 1) {
		return true;
	}
	if (length != NULL) {
		return !mrl_parse_u64(ngx_merlon_slice(&length->value), &number);
	}
	return coding != NULL &&
	       !mrl_slice_equal_nocase(ngx_merlon_slice(&coding->value), MRL_SLICE("chunked"));
}

ngx_int_t ngx_http_merlon_reply_view(ngx_http_merlon_ctx_t *ctx)
{
	ngx_http_request_t *r = ctx->request;
	struct mrl_reply *reply = &ctx->reply;
	const struct mrl_field **sets = reply->sets;
	*reply = (struct mrl_reply){.sets = sets};
	reply->answer = ctx->answered;
	reply->status = (uint16_t)(r->headers_out.status < 1000 ? r->headers_out.status : 999);
	reply->has_body = r->method != NGX_HTTP_HEAD && reply->status != 204 &&
	                  reply->status != 304;
	reply->type = ngx_merlon_slice(&r->headers_out.content_type);
	reply->content_length = r->headers_out.content_length_n;
	if (!ctx->answered && r->upstream != NULL && !r->cached) {
		reply->frame_fault = is_frame_faulty(r->upstream);
		ctx->upstream_replied = 1;
	}
	return view_fields(ctx);
}

/* Whether the upstream said that bytes come. */
static bool announces_body(const ngx_http_upstream_t *upstream)
{
	const ngx_list_t *headers = &upstream->headers_in.headers;
	unsigned lengths;
	unsigned codings;
	const ngx_table_elt_t *length = find_named(headers, MRL_SLICE("content-length"), &lengths);
	(void)find_named(headers, MRL_SLICE("transfer-encoding"), &codings);
	return codings != 0 ||
	       (length != NULL && !mrl_slice_is(ngx_merlon_slice(&length->value), "0"));
}

/* An upstream that announces a body where there is none, or none where there could be one, may send
 * it after all. On a connection that is kept those bytes would be the reply to somebody else's next
 * call. Bytes that come while the connection is idle, or at once, make nginx close it. */
void ngx_http_merlon_retire_bodiless(const ngx_http_merlon_ctx_t *ctx)
{
	ngx_http_upstream_t *upstream = ctx->request->upstream;
	if (upstream == NULL) {
		return;
	}
	bool doubtful = ctx->reply.has_body ? upstream->headers_in.content_length_n == 0
	                                    : announces_body(upstream);
	if (doubtful) {
		/* Both: nginx sets the first anew from the second. */
		upstream->keepalive = 0;
		upstream->headers_in.connection_close = 1;
	}
}
