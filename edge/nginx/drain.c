/*
 * No call fails by a reload. nginx closes idle connections at once when a worker quits, while
 * clients send on them. Here such a connection is kept for two seconds more: what comes is answered
 * once, with `Connection: close`; then it closes. HTTP/2 has GOAWAY for this.
 *
 * The hook is nginx's channel from the master: its handler sets ngx_quit, and right behind it,
 * before the worker's loop looks at ngx_quit, the idle connections are taken out of nginx's hands.
 */
#include "ngx_http_merlon.h"

#define LAST_CALL_MS 2000

static ngx_event_handler_pt channel_handler;
static ngx_connection_t timer_connection;
static ngx_event_t timer;

static bool chose_h2(const ngx_connection_t *c)
{
	const unsigned char *protocol = NULL;
	unsigned size = 0;
	if (c->ssl == NULL) {
		return false;
	}
	SSL_get0_alpn_selected(c->ssl->connection, &protocol, &size);
	return size == 2 && memcmp(protocol, "h2", 2) == 0;
}

static bool is_http(const ngx_connection_t *c)
{
	return c->listening != NULL && c->listening->handler == ngx_http_init_connection;
}

static void keep_idle(void)
{
	ngx_connection_t *connections = ngx_cycle->connections;
	for (ngx_uint_t i = 0; i < ngx_cycle->connection_n; i++) {
		ngx_connection_t *c = &connections[i];
		if (c->fd != (ngx_socket_t)-1 && c->idle && c->read != NULL && c->read->timer_set &&
		    is_http(c) && !chose_h2(c)) {
			c->idle = 0;
			ngx_add_timer(c->read, LAST_CALL_MS);
		}
	}
}

static void on_channel(ngx_event_t *event)
{
	channel_handler(event);
	if (ngx_quit && !ngx_exiting) {
		keep_idle();
	}
}

/* The channel's connection is made after init_process: it is looked for until it is there. */
static void find_channel(ngx_event_t *event)
{
	ngx_connection_t *connections = ngx_cycle->connections;
	for (ngx_uint_t i = 0; i < ngx_cycle->connection_n; i++) {
		ngx_connection_t *c = &connections[i];
		if (c->fd == ngx_channel && c->read != NULL && c->read->handler != NULL) {
			channel_handler = c->read->handler;
			c->read->handler = on_channel;
			return;
		}
	}
	ngx_add_timer(event, 1);
}

ngx_int_t ngx_merlon_drain_init(ngx_cycle_t *cycle)
{
	timer_connection.fd = (ngx_socket_t)-1;
	timer.data = &timer_connection;
	timer.handler = find_channel;
	timer.log = cycle->log;
	timer.cancelable = 1;
	ngx_add_timer(&timer, 1);
	return NGX_OK;
}
