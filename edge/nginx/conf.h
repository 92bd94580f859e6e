/* The configuration's callbacks, for the module structures. */
#ifndef NGX_HTTP_MERLON_CONF_H
#define NGX_HTTP_MERLON_CONF_H

#include "ngx_http_merlon.h"

extern ngx_command_t ngx_merlon_commands[];
extern ngx_command_t ngx_http_merlon_commands[];

void *ngx_merlon_create_conf(ngx_cycle_t *cycle);
char *ngx_merlon_init_conf(ngx_cycle_t *cycle, void *conf);
void *ngx_http_merlon_create_main_conf(ngx_conf_t *cf);
void *ngx_http_merlon_create_srv_conf(ngx_conf_t *cf);
void *ngx_http_merlon_create_loc_conf(ngx_conf_t *cf);
char *ngx_http_merlon_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child);

bool ngx_http_merlon_is_generated(const ngx_str_t *location);

/* conf_check.c: settings of nginx's own that would let something past us. */
ngx_int_t ngx_http_merlon_check(ngx_conf_t *cf);
/* The same for one server or location that is on, while it is merged. */
ngx_int_t ngx_http_merlon_check_location(ngx_conf_t *cf);

#endif
