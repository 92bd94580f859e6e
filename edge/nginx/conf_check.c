/*
 * Settings of nginx's own under which something would pass us unseen. In a generated configuration
 * they are right; in somebody's own nginx they are refused with what to write instead.
 */
#include "conf.h"

static bool is_server_on(ngx_http_core_srv_conf_t *server)
{
	const ngx_http_merlon_loc_conf_t *conf =
		server->ctx->loc_conf[ngx_http_merlon_module.ctx_index];
	return conf->on == 1;
}

static bool names_page(const ngx_http_core_loc_conf_t *location, ngx_int_t status)
{
	const ngx_http_err_page_t *pages;
	if (location->error_pages == NULL) {
		return false;
	}
	pages = location->error_pages->elts;
	for (ngx_uint_t i = 0; i < location->error_pages->nelts; i++) {
		if (pages[i].status == status) {
			return true;
		}
	}
	return false;
}

static ngx_int_t complain(ngx_conf_t *cf, ngx_http_core_srv_conf_t *server, const char *what)
{
	ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
	              "merlon: server \"%V\": %s (merlon-server.conf has the lines)",
	              &server->server_name, what);
	return NGX_ERROR;
}

static ngx_int_t check_server(ngx_conf_t *cf, ngx_http_core_srv_conf_t *server)
{
	static const ngx_int_t statuses[] = {494, 495, 496, 497};
	const ngx_http_core_loc_conf_t *location =
		server->ctx->loc_conf[ngx_http_core_module.ctx_index];
	if (!is_server_on(server)) {
		return NGX_OK;
	}
	if (server->merge_slashes) {
		return complain(cf, server,
		                "write \"merge_slashes off;\": nginx must not rewrite a "
		                "path that was judged");
	}
	for (size_t i = 0; i < MRL_COUNT(statuses); i++) {
		if (!names_page(location, statuses[i])) {
			return complain(cf, server,
			                "error_page for 494 to 497 is missing: nginx would answer "
			                "them as 400 in its own words");
		}
	}
	if (server->ignore_invalid_headers) {
		ngx_log_error(NGX_LOG_WARN, cf->log, 0,
		              "merlon: server \"%V\": write \"ignore_invalid_headers off;\": what "
		              "nginx drops in silence cannot be refused",
		              &server->server_name);
	}
	return NGX_OK;
}

ngx_int_t ngx_http_merlon_check(ngx_conf_t *cf)
{
	const ngx_core_conf_t *process = (const ngx_core_conf_t *)ngx_get_conf(cf->cycle->conf_ctx,
	                                                                       ngx_core_module);
	ngx_http_core_main_conf_t *core = ngx_http_conf_get_module_main_conf(cf,
	                                                                     ngx_http_core_module);
	ngx_http_core_srv_conf_t **servers = core->servers.elts;
	if (process->master == 0) {
		ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
		              "merlon: \"master_process off\" cannot reload; remove it");
		return NGX_ERROR;
	}
	for (ngx_uint_t i = 0; i < core->servers.nelts; i++) {
		if (check_server(cf, servers[i]) != NGX_OK) {
			return NGX_ERROR;
		}
	}
	return NGX_OK;
}
