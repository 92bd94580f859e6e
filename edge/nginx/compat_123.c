/* nginx from 1.23 on: header elements of one name are linked, and HTTP/3 may be there. */
#include "ngx_http_merlon.h"

void ngx_merlon_list_element(ngx_table_elt_t *element)
{
	element->next = NULL;
}

/* HTTP/3 without a length: nginx reads the body as if it were chunked. */
bool ngx_merlon_stream_open(const ngx_http_request_t *r)
{
	if (r->stream != NULL) {
		return !r->stream->in_closed;
	}
	return r->http_version == NGX_HTTP_VERSION_30 && r->headers_in.content_length_n != 0;
}
