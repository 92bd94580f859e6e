/*
 * Directives and configuration memory. The policy is loaded in the master, once a configuration;
 * workers inherit it. All of it is const to the handlers.
 */
#include "conf.h"

#include <merlon/host.h>

#include <sys/random.h>

static char *read_policy(ngx_conf_t *cf, ngx_command_t *command, void *conf);
static char *set_answer(ngx_conf_t *cf, ngx_command_t *command, void *conf);

ngx_command_t ngx_merlon_commands[] = {
	{ngx_string("merlon_run_dir"), NGX_MAIN_CONF | NGX_DIRECT_CONF | NGX_CONF_TAKE1,
         ngx_conf_set_str_slot, 0, offsetof(ngx_merlon_conf_t, run_dir), NULL},
	{ngx_string("merlon_graceful"), NGX_MAIN_CONF | NGX_DIRECT_CONF | NGX_CONF_FLAG,
         ngx_conf_set_flag_slot, 0, offsetof(ngx_merlon_conf_t, graceful), NULL},
	{ngx_string("merlon_generation"), NGX_MAIN_CONF | NGX_DIRECT_CONF | NGX_CONF_TAKE1,
         ngx_conf_set_num_slot, 0, offsetof(ngx_merlon_conf_t, generation), NULL},
#ifdef MRL_BENCH
	{ngx_string("merlon_bench_controls"), NGX_MAIN_CONF | NGX_DIRECT_CONF | NGX_CONF_TAKE1,
         ngx_conf_set_num_slot, 0, offsetof(ngx_merlon_conf_t, bench_controls), NULL},
#endif
	ngx_null_command,
};

ngx_command_t ngx_http_merlon_commands[] = {
	{ngx_string("merlon_policy"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, read_policy,
         NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL},
	{ngx_string("merlon"),
         NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF | NGX_CONF_FLAG,
         ngx_conf_set_flag_slot, NGX_HTTP_LOC_CONF_OFFSET, offsetof(ngx_http_merlon_loc_conf_t, on),
         NULL},
	{ngx_string("merlon_answer"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS, set_answer,
         NGX_HTTP_LOC_CONF_OFFSET, 0, NULL},
	ngx_null_command,
};

void *ngx_merlon_create_conf(ngx_cycle_t *cycle)
{
	ngx_merlon_conf_t *conf = ngx_pcalloc(cycle->pool, sizeof(*conf));
	if (conf == NULL) {
		return NULL;
	}
	conf->graceful = NGX_CONF_UNSET;
	conf->generation = NGX_CONF_UNSET;
	conf->bench_controls = NGX_CONF_UNSET;
	conf->ring.fd = -1;
	return conf;
}

char *ngx_merlon_init_conf(ngx_cycle_t *cycle, void *conf)
{
	ngx_merlon_conf_t *settings = conf;
	ngx_conf_init_value(settings->graceful, 0);
	ngx_conf_init_value(settings->generation, 1);
	ngx_conf_init_value(settings->bench_controls, MRL_CONTROL_COUNT);
	return ngx_merlon_open_zones(cycle, settings) == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}

void *ngx_http_merlon_create_main_conf(ngx_conf_t *cf)
{
	return ngx_pcalloc(cf->pool, sizeof(ngx_http_merlon_main_conf_t));
}

void *ngx_http_merlon_create_srv_conf(ngx_conf_t *cf)
{
	return ngx_pcalloc(cf->pool, sizeof(ngx_http_merlon_srv_conf_t));
}

void *ngx_http_merlon_create_loc_conf(ngx_conf_t *cf)
{
	ngx_http_merlon_loc_conf_t *conf = ngx_pcalloc(cf->pool, sizeof(*conf));
	if (conf != NULL) {
		conf->on = NGX_CONF_UNSET;
	}
	return conf;
}

char *ngx_http_merlon_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
	const ngx_http_merlon_loc_conf_t *outer = parent;
	ngx_http_merlon_loc_conf_t *inner = child;
	const ngx_http_merlon_main_conf_t *main_conf = ngx_http_conf_get_module_main_conf(
		cf, ngx_http_merlon_module);
	ngx_conf_merge_value(inner->on, outer->on, 0);
	if (inner->on && main_conf->policy == NULL) {
		ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
		                   "\"merlon on\" needs a policy: write \"merlon_policy FILE;\" "
		                   "in the http block, before the servers");
		return NGX_CONF_ERROR;
	}
	if (outer->on == 1 && !inner->on) {
		ngx_http_merlon_srv_conf_t *server = ngx_http_conf_get_module_srv_conf(
			cf, ngx_http_merlon_module);
		server->partly = 1;
	}
	if (inner->on && ngx_http_merlon_check_location(cf) != NGX_OK) {
		return NGX_CONF_ERROR;
	}
	return NGX_CONF_OK;
}

static void say_diagnostics(ngx_conf_t *cf, const struct mrl_diagnostics *diagnostics)
{
	for (const struct mrl_diagnostic *d = diagnostics->first; d != NULL; d = d->next) {
		u_char text[2048];
		struct mrl_buffer buffer = mrl_buffer(text, sizeof(text));
		ngx_uint_t level = d->severity == MRL_ERROR     ? NGX_LOG_EMERG
		                   : d->severity == MRL_WARNING ? NGX_LOG_WARN
		                                                : NGX_LOG_INFO;
		mrl_diagnostic_text(d, &buffer);
		if (level != NGX_LOG_INFO) {
			ngx_log_error(level, cf->log, 0, "%*s", buffer.size, text);
		}
	}
}

static void release_policy(void *policy)
{
	mrl_policy_unref(policy);
}

static char *load(ngx_conf_t *cf, ngx_http_merlon_main_conf_t *main_conf,
                  struct mrl_diagnostics *diagnostics)
{
	const ngx_merlon_conf_t *core = (const ngx_merlon_conf_t *)ngx_get_conf(cf->cycle->conf_ctx,
	                                                                        ngx_merlon_module);
	struct mrl_policy_options options = {
		.memory = mrl_memory_malloc,
		.files = mrl_files_posix,
		.now_us = (int64_t)mrl_clock_us(),
		.generation = core->generation == NGX_CONF_UNSET ? 1 : (uint64_t)core->generation,
	};
	ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(cf->pool, 0);
	if (cleanup == NULL ||
	    getrandom(options.seed, sizeof(options.seed), 0) != sizeof(options.seed)) {
		return NGX_CONF_ERROR;
	}
	enum mrl_err err = mrl_policy_load(&options, ngx_merlon_slice(&main_conf->policy_file),
	                                   diagnostics, &main_conf->policy);
	say_diagnostics(cf, diagnostics);
	if (err != MRL_OK) {
		ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "the policy \"%V\" was not loaded: %s",
		                   &main_conf->policy_file, mrl_err_name(err));
		return NGX_CONF_ERROR;
	}
	cleanup->handler = release_policy;
	cleanup->data = main_conf->policy;
	return NGX_CONF_OK;
}

static char *read_policy(ngx_conf_t *cf, ngx_command_t *command, void *conf)
{
	ngx_http_merlon_main_conf_t *main_conf = conf;
	const ngx_str_t *words = cf->args->elts;
	struct mrl_arena arena;
	struct mrl_diagnostics diagnostics = {.arena = &arena};
	(void)command;
	if (main_conf->policy != NULL) {
		return "is duplicate";
	}
	main_conf->policy_file = words[1];
	if (ngx_conf_full_name(cf->cycle, &main_conf->policy_file, 1) != NGX_OK) {
		return NGX_CONF_ERROR;
	}
	mrl_arena_init(&arena, &mrl_memory_malloc, 64 << 10, 16 << 20);
	char *result = load(cf, main_conf, &diagnostics);
	mrl_arena_release(&arena);
	return result;
}

static char *set_answer(ngx_conf_t *cf, ngx_command_t *command, void *conf)
{
	ngx_http_merlon_loc_conf_t *loc_conf = conf;
	ngx_http_core_loc_conf_t *core = ngx_http_conf_get_module_loc_conf(cf,
	                                                                   ngx_http_core_module);
	ngx_http_merlon_srv_conf_t *server = ngx_http_conf_get_module_srv_conf(
		cf, ngx_http_merlon_module);
	(void)command;
	loc_conf->answer = 1;
	if (mrl_slice_is(ngx_merlon_slice(&core->name), "/.merlon/e/")) {
		server->answers = 1;
	}
	core->handler = ngx_http_merlon_answer;
	return NGX_CONF_OK;
}

static ngx_int_t add_handler(ngx_http_core_main_conf_t *core, ngx_http_phases phase,
                             ngx_http_handler_pt handler)
{
	ngx_http_handler_pt *place = ngx_array_push(&core->phases[phase].handlers);
	if (place == NULL) {
		return NGX_ERROR;
	}
	*place = handler;
	return NGX_OK;
}

static ngx_int_t add_handlers(ngx_conf_t *cf)
{
	static const struct {
		ngx_http_phases phase;
		ngx_http_handler_pt handler;
	} handlers[] = {
		{NGX_HTTP_POST_READ_PHASE, ngx_http_merlon_early},
		{NGX_HTTP_SERVER_REWRITE_PHASE, ngx_http_merlon_server_head},
		{NGX_HTTP_REWRITE_PHASE, ngx_http_merlon_head},
		{NGX_HTTP_PREACCESS_PHASE, ngx_http_merlon_body},
		{NGX_HTTP_LOG_PHASE, ngx_http_merlon_record},
	};
	ngx_http_core_main_conf_t *core = ngx_http_conf_get_module_main_conf(cf,
	                                                                     ngx_http_core_module);
	for (size_t i = 0; i < MRL_COUNT(handlers); i++) {
		if (add_handler(core, handlers[i].phase, handlers[i].handler) != NGX_OK) {
			return NGX_ERROR;
		}
	}
	return NGX_OK;
}

/* The generated configuration has one named location an API. */
bool ngx_http_merlon_is_generated(const ngx_str_t *location)
{
	static const ngx_str_t prefix = ngx_string("@mrl_");
	return location->len > prefix.len &&
	       ngx_strncmp(location->data, prefix.data, prefix.len) == 0;
}

static void find_named(ngx_conf_t *cf)
{
	ngx_http_core_main_conf_t *core = ngx_http_conf_get_module_main_conf(cf,
	                                                                     ngx_http_core_module);
	ngx_http_core_srv_conf_t **servers = core->servers.elts;
	for (ngx_uint_t i = 0; i < core->servers.nelts; i++) {
		ngx_http_merlon_srv_conf_t *server =
			servers[i]->ctx->srv_conf[ngx_http_merlon_module.ctx_index];
		ngx_http_core_loc_conf_t **named = servers[i]->named_locations;
		for (; named != NULL && *named != NULL; named++) {
			if (ngx_http_merlon_is_generated(&(*named)->name)) {
				server->named = 1;
			}
		}
	}
}

ngx_int_t ngx_http_merlon_postconfiguration(ngx_conf_t *cf)
{
	const ngx_http_merlon_main_conf_t *main_conf = ngx_http_conf_get_module_main_conf(
		cf, ngx_http_merlon_module);
	if (main_conf->policy == NULL) {
		return NGX_OK;
	}
	find_named(cf);
	ngx_http_merlon_bench(cf, main_conf->policy);
	if (ngx_http_merlon_check(cf) != NGX_OK || add_handlers(cf) != NGX_OK) {
		return NGX_ERROR;
	}
	if (ngx_http_merlon_body_filter_init(cf) != NGX_OK ||
	    ngx_http_merlon_reply_init(cf) != NGX_OK) {
		return NGX_ERROR;
	}
	return ngx_http_merlon_hold_init(cf);
}
