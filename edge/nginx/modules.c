/*
 * The module's entry points: what nginx's configure would generate for a dynamic module, and the
 * two module structures.
 *
 * The order pins the module before ngx_http_headers_filter_module: phase handlers then run before
 * those of nginx's own modules, and the header filter sees what `add_header` added.
 */
#include "conf.h"

static ngx_core_module_t core_context = {
	ngx_string("merlon"),
	ngx_merlon_create_conf,
	ngx_merlon_init_conf,
};

ngx_module_t ngx_merlon_module = {
	NGX_MODULE_V1,           &core_context, ngx_merlon_commands,
	NGX_CORE_MODULE,         NULL,          ngx_merlon_init_module,
	ngx_merlon_init_process, NULL,          NULL,
	ngx_merlon_exit_process, NULL,          NGX_MODULE_V1_PADDING,
};

static ngx_http_module_t http_context = {
	NULL,
	ngx_http_merlon_postconfiguration,
	ngx_http_merlon_create_main_conf,
	NULL,
	ngx_http_merlon_create_srv_conf,
	NULL,
	ngx_http_merlon_create_loc_conf,
	ngx_http_merlon_merge_loc_conf,
};

ngx_module_t ngx_http_merlon_module = {
	NGX_MODULE_V1,
	&http_context,
	ngx_http_merlon_commands,
	NGX_HTTP_MODULE,
	NULL,
	NULL,
	NULL,
	NULL,
	NULL,
	NULL,
	NULL,
	NGX_MODULE_V1_PADDING,
};

#define EXPORTED __attribute__((visibility("default")))

extern ngx_module_t *ngx_modules[];
extern char *ngx_module_names[];
extern char *ngx_module_order[];

EXPORTED ngx_module_t *ngx_modules[] = {&ngx_merlon_module, &ngx_http_merlon_module, NULL};
EXPORTED char *ngx_module_names[] = {"ngx_merlon_module", "ngx_http_merlon_module", NULL};
EXPORTED char *ngx_module_order[] = {"ngx_http_merlon_module", "ngx_http_headers_filter_module",
                                     NULL};
