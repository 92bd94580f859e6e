/*
 * `limits: {redis: ...}` [RATE-5]: where gateways share their limits. What is not said has to be
 * asked for, since a guess would let more through: how many gateways there are, and their key.
 */
#include "limits.h"

#include <merlon/limit_redis.h>

struct raw_redis {
	struct mrl_setting node;
	const struct mrl_node *tls;
	struct mrl_setting user, password_file, key_file;
	int64_t instances;
	int64_t timeout_ms, connect_timeout_ms, guard_ms;
};

struct raw_tls {
	struct mrl_setting ca_file, server_name, cert_file, key_file;
};

#define PATH(key, told, place, must)                                                      \
	{                                                                                 \
		.name = key, .kind = MRL_KEY_TEXT, .min = 1, .max = 1024, .fallback = "", \
		.meaning = (told), .offset = (place), .required = (must)                  \
	}

static const struct mrl_key tls_keys[] = {
	PATH("ca_file", "PEM file of the authorities that the server's certificate is checked by",
             offsetof(struct raw_tls, ca_file), true),
	PATH("server_name", "the name in its certificate; default: the host of `node`",
             offsetof(struct raw_tls, server_name), false),
	PATH("cert_file", "PEM file of a certificate of our own, if the server wants one",
             offsetof(struct raw_tls, cert_file), false),
	PATH("key_file", "PEM file of its key", offsetof(struct raw_tls, key_file), false),
	{0},
};

#define NUMBER(key, low, high, usual, told, place)                                \
	{                                                                         \
		.name = key, .kind = MRL_KEY_NUMBER, .min = (low), .max = (high), \
		.fallback = (usual), .meaning = (told), .offset = (place)         \
	}

const struct mrl_key mrl_redis_keys[] = {
	PATH("node", "\"HOST:PORT\" or \"unix:PATH\" of a Redis or Valkey server",
             offsetof(struct raw_redis, node), true),
	{.name = "tls",
         .kind = MRL_KEY_OBJECT,
         .keys = tls_keys,
         .meaning = "TLS, which every server off this machine needs; always verified",
         .offset = offsetof(struct raw_redis, tls)},
	PATH("user", "name of the account; default: Redis' default user",
             offsetof(struct raw_redis, user), false),
	PATH("password_file", "file with its password, one line",
             offsetof(struct raw_redis, password_file), false),
	PATH("key_file", "16 random bytes, the same on every gateway: they hide who is counted",
             offsetof(struct raw_redis, key_file), true),
	{.name = "instances",
         .kind = MRL_KEY_NUMBER,
         .min = 1,
         .max = 64,
         .fallback = "1",
         .required = true,
         .meaning = "gateways that share: without Redis each admits its part of a limit",
         .offset = offsetof(struct raw_redis, instances)},
	NUMBER("timeout_ms", 5, 200, "20", "how long a call waits for Redis",
               offsetof(struct raw_redis, timeout_ms)),
	NUMBER("connect_timeout_ms", 5, 5000, "50", "how long a connection may take to be made",
               offsetof(struct raw_redis, connect_timeout_ms)),
	NUMBER("clock_guard_ms", 1, 1000, "50",
               "how far the server's clock may jump ahead without harm",
               offsetof(struct raw_redis, guard_ms)),
	{0},
};

static void refuse(const struct mrl_loader *loader, const char *code, const struct mrl_node *node,
                   const char *mend, const char *what)
{
	mrl_diagnose(loader->diagnostics, MRL_ERROR, code, node, mend, "%s", what);
}

/* Files are read where nginx starts, which is not where the policy lies. */
static void check_path(const struct mrl_loader *loader, const struct mrl_setting *path)
{
	if (path->text.size != 0 && path->text.data[0] != '/') {
		refuse(loader, "limit-syntax", path->node, "begin it with /",
		       "this path must be absolute");
	}
}

static struct mrl_slice host_of(struct mrl_slice node)
{
	size_t colon = node.size;
	while (colon > 0 && node.data[colon - 1] != ':') {
		colon--;
	}
	struct mrl_slice host = mrl_slice_sub(node, 0, colon == 0 ? node.size : colon - 1);
	bool bracketed = host.size > 2 && host.data[0] == '[';
	return bracketed ? mrl_slice_sub(host, 1, host.size - 2) : host;
}

static bool is_loopback(struct mrl_slice host)
{
	struct mrl_ip ip;
	if (mrl_slice_is(host, "localhost")) {
		return true;
	}
	return mrl_ip_parse(host, &ip) &&
	       (ip.size == 4 ? ip.bytes[0] == 127 : ip.size == 16 && mrl_slice_is(host, "::1"));
}

static void check_node(const struct mrl_loader *loader, const struct mrl_setting *node,
                       const struct mrl_limit_redis *redis)
{
	uint64_t port = 0;
	struct mrl_slice text = node->text;
	/* One that is missing has been told. */
	if (node->node == NULL || mrl_slice_starts(text, MRL_SLICE("unix:/"))) {
		return;
	}
	struct mrl_slice host = host_of(text);
	size_t at = mrl_slice_starts(text, MRL_SLICE("[")) ? host.size + 3 : host.size + 1;
	if (host.size == 0 || at >= text.size || !mrl_parse_u64(mrl_slice_from(text, at), &port) ||
	    port == 0 || port > UINT16_MAX) {
		refuse(loader, "limit-syntax", node->node,
		       "\"redis.example:6379\", \"[::1]:6379\" or \"unix:/run/redis.sock\"",
		       "this is no address of a server");
	} else if (!redis->tls && !is_loopback(host)) {
		refuse(loader, "limit-redis-tls", node->node, "add `tls: {ca_file: FILE}`",
		       "a server off this machine is only talked to over TLS");
	}
}

static enum mrl_err take_tls(struct mrl_loader *loader, const struct mrl_node *node,
                             struct mrl_limit_redis *redis)
{
	struct raw_tls raw;
	if (node == NULL) {
		return MRL_OK;
	}
	enum mrl_err err = mrl_keys_read(loader, tls_keys, node, &raw);
	redis->tls = true;
	redis->ca_file = raw.ca_file.text;
	redis->server_name = raw.server_name.text;
	redis->cert_file = raw.cert_file.text;
	redis->cert_key_file = raw.key_file.text;
	check_path(loader, &raw.ca_file);
	check_path(loader, &raw.cert_file);
	check_path(loader, &raw.key_file);
	if ((raw.cert_file.text.size == 0) != (raw.key_file.text.size == 0)) {
		refuse(loader, "limit-syntax", node, "write both or neither",
		       "`cert_file` and `key_file` belong together");
	}
	return err;
}

enum mrl_err mrl_load_redis(struct mrl_loader *loader, const struct mrl_node *node)
{
	struct raw_redis raw;
	struct mrl_limit_redis *redis = MRL_NEW(loader->arena, struct mrl_limit_redis);
	if (node == NULL) {
		return MRL_OK;
	}
	enum mrl_err err = redis == NULL ? MRL_ERR_MEMORY
	                                 : mrl_keys_read(loader, mrl_redis_keys, node, &raw);
	if (err == MRL_OK) {
		err = take_tls(loader, raw.tls, redis);
	}
	if (err != MRL_OK) {
		return err;
	}
	redis->node = raw.node.text;
	redis->user = raw.user.text;
	redis->password_file = raw.password_file.text;
	redis->key_file = raw.key_file.text;
	redis->instances = (uint32_t)raw.instances;
	redis->timeout_ms = (uint32_t)raw.timeout_ms;
	redis->connect_timeout_ms = (uint32_t)raw.connect_timeout_ms;
	redis->guard_ms = (uint32_t)raw.guard_ms;
	if (redis->server_name.size == 0) {
		redis->server_name = host_of(redis->node);
	}
	check_path(loader, &raw.password_file);
	check_path(loader, &raw.key_file);
	check_node(loader, &raw.node, redis);
	loader->policy->limits.redis = redis;
	return MRL_OK;
}
