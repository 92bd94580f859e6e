/* What the policy says of Redis, read by the master: address, key, password, certificates. */
#include "limit_redis.h"

#define FILE_BYTES_MAX 1024

static ngx_int_t text_of(ngx_pool_t *pool, struct mrl_slice slice, ngx_str_t *ret_text)
{
	ret_text->len = slice.size;
	ret_text->data = ngx_pnalloc(pool, slice.size + 1);
	if (ret_text->data == NULL) {
		return NGX_ERROR;
	}
	(void)ngx_cpystrn(ret_text->data, (u_char *)(uintptr_t)slice.data, slice.size + 1);
	return NGX_OK;
}

/* The size; -1: it cannot be read whole. */
static ssize_t read_file(const ngx_cycle_t *cycle, const ngx_str_t *path,
                         u_char bytes[FILE_BYTES_MAX])
{
	ssize_t size = -1;
	int fd = open((const char *)path->data, O_RDONLY | O_CLOEXEC);
	if (fd != -1) {
		size = read(fd, bytes, FILE_BYTES_MAX);
		(void)close(fd);
	}
	if (size == -1 || size == FILE_BYTES_MAX) {
		ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno,
		              "merlon: limit-redis: \"%V\" cannot be read", path);
		return -1;
	}
	return size;
}

static ngx_int_t read_key(const ngx_cycle_t *cycle, struct ngx_merlon_redis_conf *redis)
{
	u_char bytes[FILE_BYTES_MAX];
	ngx_str_t path;
	if (text_of(cycle->pool, redis->policy->key_file, &path) != NGX_OK) {
		return NGX_ERROR;
	}
	ssize_t size = read_file(cycle, &path, bytes);
	if (size != (ssize_t)sizeof(redis->key)) {
		ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
		              "merlon: limit-redis-key: \"%V\" must have 16 bytes: head -c 16 "
		              "/dev/urandom > FILE, the same on every gateway",
		              &path);
		return NGX_ERROR;
	}
	ngx_memcpy(redis->key, bytes, sizeof(redis->key));
	return NGX_OK;
}

static ngx_int_t read_password(const ngx_cycle_t *cycle, struct ngx_merlon_redis_conf *redis)
{
	u_char bytes[FILE_BYTES_MAX];
	ngx_str_t path;
	if (redis->policy->password_file.size == 0) {
		return NGX_OK;
	}
	if (text_of(cycle->pool, redis->policy->password_file, &path) != NGX_OK) {
		return NGX_ERROR;
	}
	ssize_t size = read_file(cycle, &path, bytes);
	while (size > 0 && (bytes[size - 1] == '\n' || bytes[size - 1] == '\r')) {
		size--;
	}
	if (size <= 0) {
		ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
		              "merlon: limit-redis: \"%V\" has no password", &path);
		return NGX_ERROR;
	}
	ngx_int_t rc = text_of(cycle->pool, mrl_slice(bytes, (size_t)size), &redis->password);
	ngx_explicit_memzero(bytes, sizeof(bytes));
	return rc;
}

/* Names are resolved here, where waiting harms nobody. */
static ngx_int_t find_address(const ngx_cycle_t *cycle, struct ngx_merlon_redis_conf *redis)
{
	ngx_url_t url;
	ngx_memzero(&url, sizeof(url));
	if (text_of(cycle->pool, redis->policy->node, &url.url) != NGX_OK) {
		return NGX_ERROR;
	}
	if (ngx_parse_url(cycle->pool, &url) != NGX_OK || url.naddrs == 0) {
		ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
		              "merlon: limit-redis: \"%V\" cannot be found: %s", &url.url,
		              url.err == NULL ? "no address" : url.err);
		return NGX_ERROR;
	}
	redis->addr = url.addrs[0];
	return NGX_OK;
}

/* Always verified: there is no way to leave it out [TLS-4]. */
static ngx_int_t make_tls(ngx_cycle_t *cycle, struct ngx_merlon_redis_conf *redis)
{
	const struct mrl_limit_redis *policy = redis->policy;
	ngx_str_t ca;
	ngx_str_t cert;
	ngx_str_t key;
	ngx_conf_t cf = {.cycle = cycle, .pool = cycle->pool, .log = cycle->log};
	if (!policy->tls) {
		return NGX_OK;
	}
	ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(cycle->pool, 0);
	redis->ssl.log = cycle->log;
	if (cleanup == NULL || text_of(cycle->pool, policy->ca_file, &ca) != NGX_OK ||
	    text_of(cycle->pool, policy->cert_file, &cert) != NGX_OK ||
	    text_of(cycle->pool, policy->cert_key_file, &key) != NGX_OK ||
	    text_of(cycle->pool, policy->server_name, &redis->server_name) != NGX_OK ||
	    ngx_ssl_create(&redis->ssl, NGX_SSL_TLSv1_2 | NGX_SSL_TLSv1_3, NULL) != NGX_OK) {
		return NGX_ERROR;
	}
	cleanup->handler = ngx_ssl_cleanup_ctx;
	cleanup->data = &redis->ssl;
	if (ngx_ssl_trusted_certificate(&cf, &redis->ssl, &ca, 8) != NGX_OK) {
		return NGX_ERROR;
	}
	return cert.len == 0 ? NGX_OK : ngx_ssl_certificate(&cf, &redis->ssl, &cert, &key, NULL);
}

ngx_int_t ngx_merlon_redis_configure(ngx_cycle_t *cycle, ngx_merlon_conf_t *conf,
                                     const struct mrl_limit_redis *policy)
{
	struct ngx_merlon_redis_conf *redis = ngx_pcalloc(cycle->pool, sizeof(*redis));
	if (redis == NULL) {
		return NGX_ERROR;
	}
	redis->policy = policy;
	if (read_key(cycle, redis) != NGX_OK || read_password(cycle, redis) != NGX_OK ||
	    text_of(cycle->pool, policy->user, &redis->user) != NGX_OK ||
	    find_address(cycle, redis) != NGX_OK || make_tls(cycle, redis) != NGX_OK) {
		return NGX_ERROR;
	}
	conf->redis = redis;
	return NGX_OK;
}

const uint8_t *ngx_merlon_redis_key(const ngx_merlon_conf_t *conf)
{
	return conf->redis->key;
}
