/* `limits: {redis: ...}`: what has to be said, and what may not be. */
#include "findings.h"

#include <merlon/limit_redis.h>

#define REDIS(value) BASE "limits: {redis: {" value "}}\n"
#define REST         ", key_file: /k, instances: 2"

static void refuses(void **state)
{
	static const struct finding_row rows[] = {
		{REDIS("node: \"127.0.0.1:1\", key_file: /k"), "policy-missing", 7, 17,
	         "/limits/redis", "\"instances\" is missing", ""},
		{REDIS("node: \"127.0.0.1:1\", instances: 2"), "policy-missing", 7, 17,
	         "/limits/redis", "\"key_file\" is missing", ""},
		{REDIS("key_file: /k, instances: 2"), "policy-missing", 7, 17, "/limits/redis",
	         "\"node\" is missing", ""},
		{REDIS("node: \"127.0.0.1:1\", key_file: /k, instances: 65"), "policy-range", 7, 64,
	         "/limits/redis/instances", "", ""},
		{REDIS("node: \"127.0.0.1:1\", key_file: k, instances: 2"), "limit-syntax", 7, 49,
	         "/limits/redis/key_file", "must be absolute", "begin it with /"},
		{REDIS("node: \"192.0.2.1:6379\"" REST), "limit-redis-tls", 7, 24,
	         "/limits/redis/node", "only talked to over TLS", "ca_file"},
		{REDIS("node: \"redis.example:6379\"" REST), "limit-redis-tls", 7, 24,
	         "/limits/redis/node", "only talked to over TLS", "ca_file"},
		{REDIS("node: \"127.0.0.1\"" REST), "limit-syntax", 7, 24, "/limits/redis/node",
	         "no address of a server", ""},
		{REDIS("node: \"127.0.0.1:0\"" REST), "limit-syntax", 7, 24, "/limits/redis/node",
	         "no address of a server", ""},
		{REDIS("node: \"127.0.0.1:65536\"" REST), "limit-syntax", 7, 24,
	         "/limits/redis/node", "no address of a server", ""},
		{REDIS("node: \":6379\"" REST), "limit-syntax", 7, 24, "/limits/redis/node",
	         "no address of a server", ""},
		{REDIS("node: \"r.example:1\", tls: {}" REST), "policy-missing", 7, 44,
	         "/limits/redis/tls", "\"ca_file\" is missing", ""},
		{REDIS("node: \"r.example:1\", tls: {ca_file: /c, cert_file: /d}" REST),
	         "limit-syntax", 7, 44, "/limits/redis/tls", "belong together", ""},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		check_finding(&rows[i]);
	}
}

static void takes(const char *text, const char *name, bool tls)
{
	struct loaded loaded;
	load(text, &loaded);
	assert_non_null(loaded.policy);
	const struct mrl_limit_redis *redis = loaded.policy->limits.redis;
	assert_non_null(redis);
	assert_int_equal(redis->tls, tls);
	assert_int_equal(redis->instances, 2);
	assert_int_equal(redis->timeout_ms, 20);
	assert_int_equal(redis->guard_ms, 50);
	assert_true(mrl_slice_is(redis->server_name, name));
	release(&loaded);
}

static void reads(void **state)
{
	struct loaded loaded;
	(void)state;
	takes(REDIS("node: \"127.0.0.1:6379\"" REST), "127.0.0.1", false);
	takes(REDIS("node: \"[::1]:6379\"" REST), "::1", false);
	takes(REDIS("node: \"localhost:6379\"" REST), "localhost", false);
	takes(REDIS("node: \"unix:/run/r.sock\"" REST), "unix", false);
	takes(REDIS("node: \"r.example:6379\", tls: {ca_file: /c}" REST), "r.example", true);
	takes(REDIS("node: \"r.example:6379\", tls: {ca_file: /c, server_name: x.y}" REST), "x.y",
	      true);
	load(BASE, &loaded);
	assert_null(loaded.policy->limits.redis);
	release(&loaded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses),
		cmocka_unit_test(reads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
