/*
 * A connection to Redis until it can be spoken on: TCP, then TLS, whose certificate is always
 * verified [TLS-4]. Each try has a time limit; the tries become rarer.
 */
#include "limit_redis.h"

static void begin(struct redis *redis)
{
	ngx_connection_t *c = redis->connection;
	c->read->handler = ngx_merlon_redis_on_read;
	c->write->handler = ngx_merlon_redis_on_write;
	redis->reader = redisReaderCreate();
	if (redis->reader == NULL) {
		ngx_merlon_redis_break(redis, "no memory");
		return;
	}
	ngx_merlon_redis_hello(redis);
}

/* TLS-4 */
static void on_handshake(ngx_connection_t *c)
{
	struct redis *redis = c->data;
	if (!c->ssl->handshaked) {
		ngx_merlon_redis_break(redis, "the TLS handshake failed");
		return;
	}
	long verified = SSL_get_verify_result(c->ssl->connection);
	if (verified != X509_V_OK) {
		ngx_merlon_redis_unfit(redis, MRL_LIMIT_UNFIT_TLS,
		                       X509_verify_cert_error_string(verified));
		return;
	}
	if (ngx_ssl_check_host(c, &redis->conf->redis->server_name) != NGX_OK) {
		ngx_merlon_redis_unfit(redis, MRL_LIMIT_UNFIT_TLS, "another name");
		return;
	}
	begin(redis);
}

static void start_tls(struct redis *redis)
{
	ngx_connection_t *c = redis->connection;
	struct ngx_merlon_redis_conf *conf = redis->conf->redis;
	if (ngx_ssl_create_connection(&conf->ssl, c, NGX_SSL_BUFFER | NGX_SSL_CLIENT) != NGX_OK ||
	    SSL_set_tlsext_host_name(c->ssl->connection, (char *)conf->server_name.data) != 1) {
		ngx_merlon_redis_break(redis, "no TLS");
		return;
	}
	c->ssl->handler = on_handshake;
	ngx_int_t rc = ngx_ssl_handshake(c);
	if (rc != NGX_AGAIN) {
		on_handshake(c);
	}
}

static void on_connected(ngx_event_t *event)
{
	ngx_connection_t *c = event->data;
	struct redis *redis = c->data;
	int failed = 0;
	socklen_t size = sizeof(failed);
	if (redis->broken) {
		return;
	}
	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &failed, &size) == -1 || failed != 0) {
		ngx_merlon_redis_break(redis, "nobody answers there");
		return;
	}
	c->read->handler = ngx_merlon_redis_on_read;
	c->write->handler = ngx_merlon_redis_on_write;
	if (redis->conf->redis->ssl.ctx != NULL) {
		start_tls(redis);
	} else {
		begin(redis);
	}
}

void ngx_merlon_redis_connect(struct redis *redis)
{
	ngx_peer_connection_t *peer = &redis->peer;
	const struct ngx_merlon_redis_conf *conf = redis->conf->redis;
	ngx_memzero(peer, sizeof(*peer));
	peer->sockaddr = conf->addr.sockaddr;
	peer->socklen = conf->addr.socklen;
	peer->name = (ngx_str_t *)(uintptr_t)&conf->addr.name;
	peer->get = ngx_event_get_peer;
	peer->log = ngx_cycle->log;
	peer->log_error = NGX_ERROR_INFO;
	redis->backoff_ms = ngx_min(ngx_max(2 * redis->backoff_ms, REDIS_BACKOFF_MIN_MS),
	                            REDIS_BACKOFF_MAX_MS);
	redis->info_size = 0;
	ngx_int_t rc = ngx_event_connect_peer(peer);
	if (rc != NGX_OK && rc != NGX_AGAIN) {
		ngx_merlon_redis_plan(redis, redis->backoff_ms);
		return;
	}
	ngx_connection_t *c = peer->connection;
	redis->connection = c;
	c->data = redis;
	c->log = ngx_cycle->log;
	c->read->log = c->write->log = ngx_cycle->log;
	c->pool = ngx_create_pool(1024, ngx_cycle->log);
	c->read->handler = on_connected;
	c->write->handler = on_connected;
	ngx_merlon_redis_plan(redis, conf->policy->connect_timeout_ms);
	if (c->pool == NULL) {
		ngx_merlon_redis_break(redis, "no memory");
	} else if (rc == NGX_OK) {
		on_connected(c->write);
	}
}
