/* nginx before 1.23: header elements stand alone, HTTP/2 is the newest version. */
#include "ngx_http_merlon.h"

void ngx_merlon_list_element(ngx_table_elt_t *element)
{
	(void)element;
}

bool ngx_merlon_stream_open(const ngx_http_request_t *r)
{
	return r->stream != NULL && !r->stream->in_closed;
}
