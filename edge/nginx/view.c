/*
 * Shows nginx's request to the core as borrowed slices, and carries the core's edits back into it.
 *
 * nginx points into its list of header fields from elsewhere (headers_in.host and others), so a
 * dropped field stays in the list under a name that `proxy_set_header` removes.
 */
#include "ngx_http_merlon.h"

#include <merlon/policy.h>

#define DROPPED_NAME  "Merlon-Drop"
#define DROPPED_LOWER "merlon-drop"

static uint8_t http_number(ngx_uint_t version)
{
	switch (version) {
	case NGX_HTTP_VERSION_10: return 10;
	case NGX_HTTP_VERSION_20: return 20;
	case 3000: return 30;
	default: return 11;
	}
}

/* HTTP/1: between the first and the last blank of the request line, so that a fragment is seen. */
static struct mrl_slice raw_target(const ngx_http_request_t *r)
{
	struct mrl_slice line = ngx_merlon_slice(&r->request_line);
	if (r->stream != NULL || r->http_version > NGX_HTTP_VERSION_11) {
		return ngx_merlon_slice(&r->unparsed_uri);
	}
	size_t start = mrl_slice_find(line, ' ');
	while (start < line.size && line.data[start] == ' ') {
		start++;
	}
	size_t end = line.size;
	while (end > start && line.data[end - 1] != ' ') {
		end--;
	}
	while (end > start && line.data[end - 1] == ' ') {
		end--;
	}
	return mrl_slice_sub(line, start, end - start);
}

/* No address and port 0 for a Unix socket. */
static struct mrl_ip read_address(const struct sockaddr *address, uint16_t *ret_port)
{
	*ret_port = 0;
	if (address->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)address;
		*ret_port = ntohs(in->sin_port);
		return mrl_ip_make((const uint8_t *)&in->sin_addr, 4);
	}
	if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)address;
		*ret_port = ntohs(in6->sin6_port);
		return mrl_ip_make((const uint8_t *)&in6->sin6_addr, 16);
	}
	return (struct mrl_ip){.size = 0};
}

/* How well a listener's address fits: the very address, all of that family, only the port. */
static int fit_of(const struct mrl_listener *listener, const struct mrl_ip *local,
                  const ngx_str_t *text)
{
	if (local->size == 0) {
		return mrl_slice_equal(listener->address, ngx_merlon_slice(text)) ? 3 : 1;
	}
	if (mrl_ip_equal(&listener->ip, local)) {
		return 3;
	}
	return listener->any && listener->ip.size == local->size ? 2 : 1;
}

/* Several addresses may share a port, and each says for itself whose word of the client's address
 * counts. nginx has one socket for all of them if one is a wildcard; the connection's own local
 * address then tells them apart. */
static uint16_t find_listener(const struct mrl_policy *policy, const ngx_connection_t *c)
{
	static const ngx_str_t nothing = ngx_null_string;
	uint16_t port;
	struct mrl_ip local = read_address(c->local_sockaddr, &port);
	const ngx_str_t *text = c->listening == NULL ? &nothing : &c->listening->addr_text;
	uint16_t found = UINT16_MAX;
	int best = 0;
	for (uint32_t i = 0; i < policy->listener_count; i++) {
		const struct mrl_listener *listener = &policy->listeners[i];
		int fit = listener->port == port ? fit_of(listener, &local, text) : 0;
		if (fit > best) {
			best = fit;
			found = (uint16_t)i;
		}
	}
	return found;
}

static bool is_trusted(const struct mrl_listener *listener, const struct mrl_ip *peer)
{
	for (uint32_t i = 0; i < listener->trusted_count; i++) {
		if (mrl_cidr_has(&listener->trusted[i], peer)) {
			return true;
		}
	}
	return false;
}

/* RATE-3, AUDIT-1: what PROXY told counts from a trusted peer only; from any other it closes. */
static ngx_int_t view_proxy(struct mrl_view *view, const struct mrl_policy *policy,
                            const ngx_connection_t *c)
{
	if (view->listener >= policy->listener_count ||
	    policy->listeners[view->listener].ip_source != MRL_IP_PROXY_PROTOCOL) {
		return NGX_OK;
	}
	if (!is_trusted(&policy->listeners[view->listener], &view->peer)) {
		return NGX_HTTP_CLOSE;
	}
	if (c->proxy_protocol != NULL) {
		struct mrl_ip ip;
		if (!mrl_ip_parse(ngx_merlon_slice(&c->proxy_protocol->src_addr), &ip)) {
			return NGX_HTTP_CLOSE;
		}
		view->peer = ip;
		view->peer_port = c->proxy_protocol->src_port;
	}
	return NGX_OK;
}

static void view_tls(struct mrl_view *view, const ngx_connection_t *c)
{
	if (c->ssl == NULL) {
		return;
	}
	const SSL *ssl = c->ssl->connection;
	const char *sni = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	view->tls = true;
	view->tls_version = (uint16_t)SSL_version(ssl);
	view->sni = sni == NULL ? MRL_SLICE_NONE : mrl_slice_text(sni);
}

void ngx_http_merlon_view_early(ngx_http_merlon_ctx_t *ctx)
{
	const ngx_http_request_t *r = ctx->request;
	struct mrl_view *view = &ctx->view;
	struct mrl_slice line = ngx_merlon_slice(&r->request_line);
	view->http = http_number(r->http_version);
	view->content_length = -1;
	view->method_name = mrl_slice_sub(line, 0, mrl_slice_find(line, ' '));
	view->method = mrl_method_of(view->method_name);
	view->listener = find_listener(ctx->call.policy, r->connection);
	view->peer = read_address(r->connection->sockaddr, &view->peer_port);
	view_tls(view, r->connection);
}

static void view_field(ngx_http_merlon_ctx_t *ctx, ngx_table_elt_t *element)
{
	struct mrl_view *view = &ctx->view;
	struct mrl_field *field = &view->fields[view->field_count++];
	bool no_colon = view->http < 20 && element->value.len == 0 &&
	                element->value.data == element->key.data + element->key.len;
	*field = (struct mrl_field){
		.name = mrl_slice(element->lowcase_key, no_colon ? 0 : element->key.len),
		.value = ngx_merlon_slice(&element->value),
		.host = element,
	};
	mrl_field_classify(field);
	view->field_flags |= field->flags;
	view->field_bytes += (uint32_t)(element->key.len + element->value.len + 4);
	if (field->id != MRL_FIELD_UNKNOWN && view->first[field->id] == 0) {
		view->first[field->id] = (uint8_t)view->field_count;
	}
}

static size_t count_fields(const ngx_list_t *headers)
{
	size_t count = 0;
	for (const ngx_list_part_t *part = &headers->part; part != NULL; part = part->next) {
		count += part->nelts;
	}
	return count;
}

static ngx_int_t view_fields(ngx_http_merlon_ctx_t *ctx)
{
	ngx_list_t *headers = &ctx->request->headers_in.headers;
	size_t count = count_fields(headers);
	if (count > MRL_VIEW_FIELDS_MAX) {
		ctx->truncated = 1;
		count = 0;
	}
	ctx->view.fields = mrl_arena_alloc(&ctx->arena, count * sizeof(struct mrl_field),
	                                   _Alignof(struct mrl_field));
	if (ctx->view.fields == NULL) {
		return NGX_ERROR;
	}
	for (ngx_list_part_t *part = &headers->part; part != NULL && !ctx->truncated;
	     part = part->next) {
		ngx_table_elt_t *elements = part->elts;
		for (ngx_uint_t i = 0; i < part->nelts; i++) {
			view_field(ctx, &elements[i]);
		}
	}
	return NGX_OK;
}

ngx_int_t ngx_http_merlon_view(ngx_http_merlon_ctx_t *ctx)
{
	ngx_http_request_t *r = ctx->request;
	struct mrl_view *view = &ctx->view;
	if (ctx->viewed) {
		return NGX_OK;
	}
	ngx_http_merlon_view_early(ctx);
	view->method_name = ngx_merlon_slice(&r->method_name);
	view->method = mrl_method_of(view->method_name);
	view->target = raw_target(r);
	view->host = ngx_merlon_slice(&r->headers_in.server);
	view->scheme = ngx_merlon_slice(&r->schema);
	view->absolute_form = view->http < 20 && r->host_start != NULL;
	view->content_length = r->headers_in.content_length_n;
	view->has_body = r->headers_in.content_length_n > 0 || r->headers_in.chunked ||
	                 (view->http >= 20 && ngx_merlon_stream_open(r));
	ctx->viewed = 1;
	ngx_int_t rc = view_proxy(view, ctx->call.policy, r->connection);
	return rc != NGX_OK ? rc : view_fields(ctx);
}

static void drop(ngx_http_request_t *r, ngx_table_elt_t *element)
{
	/* nginx answers 100 Continue by this element, and never forwards it. */
	if (element == r->headers_in.expect) {
		return;
	}
	ngx_str_set(&element->key, DROPPED_NAME);
	element->lowcase_key = (u_char *)DROPPED_LOWER;
	element->hash = ngx_hash_key(element->lowcase_key, element->key.len);
	ngx_str_null(&element->value);
}

static ngx_int_t add(ngx_http_request_t *r, const struct mrl_field *field)
{
	ngx_table_elt_t *element = ngx_list_push(&r->headers_in.headers);
	if (element == NULL) {
		return NGX_ERROR;
	}
	element->key = ngx_merlon_str(field->name);
	element->value = ngx_merlon_str(field->value);
	element->lowcase_key = ngx_pnalloc(r->pool, field->name.size);
	if (element->lowcase_key == NULL) {
		return NGX_ERROR;
	}
	element->hash = ngx_hash_strlow(element->lowcase_key, element->key.data, element->key.len);
	ngx_merlon_list_element(element);
	return NGX_OK;
}

ngx_int_t ngx_http_merlon_apply(ngx_http_merlon_ctx_t *ctx)
{
	for (uint32_t i = 0; i < ctx->view.field_count; i++) {
		if (ctx->view.fields[i].drop) {
			drop(ctx->request, ctx->view.fields[i].host);
		}
	}
	for (uint8_t i = 0; i < ctx->call.set_count; i++) {
		if (add(ctx->request, &ctx->call.sets[i]) != NGX_OK) {
			return NGX_ERROR;
		}
	}
	return NGX_OK;
}
