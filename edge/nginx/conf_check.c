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
	              "merlon: server \"%V\": %s (merlon-http.conf and merlon-server.conf have the "
	              "lines)",
	              &server->server_name, what);
	return NGX_ERROR;
}

/* The first member of another module's location configuration that the module does not show: the
 * array of what was written, NULL if nothing was. NULL as well where nginx lacks the module. */
static const void *written(ngx_conf_t *cf, void *const *loc_conf, const char *module)
{
	for (ngx_uint_t i = 0; cf->cycle->modules[i] != NULL; i++) {
		if (ngx_strcmp(cf->cycle->modules[i]->name, module) == 0) {
			const void *const *conf = loc_conf[cf->cycle->modules[i]->ctx_index];
			return conf == NULL ? NULL : *conf;
		}
	}
	return NULL;
}

/* INPUT-3: a held body lies in one buffer and never reaches a disk. A generated location has the
 * size that its own API needs; which API one of somebody's own carries, nobody knows here. */
static ngx_int_t check_buffer(ngx_conf_t *cf, const ngx_http_core_loc_conf_t *location)
{
	const ngx_http_merlon_main_conf_t *main_conf = ngx_http_conf_get_module_main_conf(
		cf, ngx_http_merlon_module);
	int64_t most = 0;
	bool proxies = location->handler != NULL && location->handler != ngx_http_merlon_answer;
	if (!proxies || ngx_http_merlon_is_generated(&location->name)) {
		return NGX_OK;
	}
	for (uint32_t i = 0; i < main_conf->policy->api_count; i++) {
		if (main_conf->policy->apis[i].body_bytes_max > most) {
			most = main_conf->policy->apis[i].body_bytes_max;
		}
	}
	if (location->client_body_in_single_buffer &&
	    (int64_t)location->client_body_buffer_size >= most) {
		return NGX_OK;
	}
	ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
	              "merlon: location \"%V\": write \"client_body_buffer_size %L; "
	              "client_body_in_single_buffer on;\": the policy's largest body must fit "
	              "(merlon-proxy.conf has the lines)",
	              &location->name, most);
	return NGX_ERROR;
}

/* What the server itself answers or rewrites is seen first only where all of it is on. */
static void warn_of_rewrite(ngx_conf_t *cf, ngx_http_core_srv_conf_t *server)
{
	const ngx_http_merlon_srv_conf_t *own =
		server->ctx->srv_conf[ngx_http_merlon_module.ctx_index];
	if ((!is_server_on(server) || own->partly) &&
	    written(cf, server->ctx->loc_conf, "ngx_http_rewrite_module") != NULL) {
		ngx_log_error(
			NGX_LOG_WARN, cf->log, 0,
			"merlon: server \"%V\": its \"return\" and \"rewrite\" are not "
			"judged; write \"merlon on;\" in the server, and \"off\" nowhere in it",
			&server->server_name);
	}
}

ngx_int_t ngx_http_merlon_check_location(ngx_conf_t *cf)
{
	ngx_http_core_srv_conf_t *server = ngx_http_conf_get_module_srv_conf(cf,
	                                                                     ngx_http_core_module);
	const ngx_http_core_loc_conf_t *location = ngx_http_conf_get_module_loc_conf(
		cf, ngx_http_core_module);
	ngx_http_merlon_srv_conf_t *own = ngx_http_conf_get_module_srv_conf(cf,
	                                                                    ngx_http_merlon_module);
	void *const *loc_conf = ((const ngx_http_conf_ctx_t *)cf->ctx)->loc_conf;
	own->used = 1;
	/* RATE-3: one place decides whose call it is, `client_ip` of the policy's listener. */
	if (written(cf, loc_conf, "ngx_http_realip_module") != NULL) {
		return complain(cf, server,
		                "remove \"set_real_ip_from\": the policy's client_ip says "
		                "whose word counts");
	}
	return check_buffer(cf, location);
}

static ngx_int_t check_pages(ngx_conf_t *cf, ngx_http_core_srv_conf_t *server)
{
	static const ngx_int_t statuses[] = {494, 495, 496, 497};
	const ngx_http_merlon_srv_conf_t *own =
		server->ctx->srv_conf[ngx_http_merlon_module.ctx_index];
	for (size_t i = 0; i < MRL_COUNT(statuses); i++) {
		if (!names_page(server->ctx->loc_conf[ngx_http_core_module.ctx_index],
		                statuses[i])) {
			return complain(cf, server,
			                "error_page for 494 to 497 is missing: nginx would answer "
			                "them as 400 in its own words");
		}
	}
	if (!own->answers) {
		return complain(cf, server,
		                "location ^~ /.merlon/e/ with \"merlon_answer;\" is missing: "
		                "error_page leads there");
	}
	return NGX_OK;
}

static ngx_int_t check_server(ngx_conf_t *cf, ngx_http_core_srv_conf_t *server)
{
	const ngx_http_merlon_srv_conf_t *own =
		server->ctx->srv_conf[ngx_http_merlon_module.ctx_index];
	if (!own->used) {
		return NGX_OK;
	}
	if (server->merge_slashes) {
		return complain(cf, server,
		                "write \"merge_slashes off;\": nginx must not rewrite a "
		                "path that was judged");
	}
	warn_of_rewrite(cf, server);
	if (server->ignore_invalid_headers) {
		ngx_log_error(NGX_LOG_WARN, cf->log, 0,
		              "merlon: server \"%V\": write \"ignore_invalid_headers off;\": what "
		              "nginx drops in silence cannot be refused",
		              &server->server_name);
	}
	return is_server_on(server) ? check_pages(cf, server) : NGX_OK;
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
