/* Without -Dbench=true no plan is ever shortened. */
#include "ngx_http_merlon.h"

void ngx_http_merlon_bench(ngx_conf_t *cf, struct mrl_policy *policy)
{
	(void)cf;
	(void)policy;
}
