/*
 * `merlon_bench_controls N`: plans keep the first N controls of the table only, so that the ladder
 * can tell what each group of them costs. Built with -Dbench=true alone.
 */
#include "ngx_http_merlon.h"

static void trim(const struct mrl_plan *plan, ngx_uint_t controls)
{
	struct mrl_plan *writable = (struct mrl_plan *)(uintptr_t)plan;
	if (plan == NULL) {
		return;
	}
	for (ngx_uint_t stage = 0; stage < MRL_STAGE_COUNT; stage++) {
		unsigned kept = 0;
		for (uint16_t i = 0; i < plan->counts[stage]; i++) {
			ngx_uint_t place = 0;
			while (mrl_controls[place] != plan->steps[stage][i].control) {
				place++;
			}
			kept += place < controls;
		}
		writable->counts[stage] = (uint16_t)kept;
	}
}

void ngx_http_merlon_bench(ngx_conf_t *cf, struct mrl_policy *policy)
{
	const ngx_merlon_conf_t *conf = (const ngx_merlon_conf_t *)ngx_get_conf(cf->cycle->conf_ctx,
	                                                                        ngx_merlon_module);
	if (conf->bench_controls == NGX_CONF_UNSET) {
		return;
	}
	ngx_uint_t controls = (ngx_uint_t)conf->bench_controls;
	trim(policy->fallback, controls);
	for (uint32_t i = 0; i < policy->api_count; i++) {
		const struct mrl_api *api = &policy->apis[i];
		trim(api->default_plan, controls);
		for (uint32_t j = 0; j < api->document->operation_count; j++) {
			trim(api->document->operations[j].plan, controls);
		}
	}
}
