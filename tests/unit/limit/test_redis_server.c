/* Which server may count, and since when it knows all. */
#include "../check.h"

#include <merlon/limit_redis.h>

#define INFO(version, role, cluster, policy)                                               \
	"# Server\r\nredis_version:" version "\r\nrun_id:abc\r\nuptime_in_seconds:100\r\n" \
	"role:" role "\r\nmaster_replid:def\r\nmaxmemory_policy:" policy                   \
	"\r\ncluster_enabled:" cluster "\r\n"

static void servers_are_judged(void **state)
{
	static const struct {
		const char *text;
		enum mrl_limit_unfit unfit;
	} rows[] = {
		{INFO("7.0.15", "master", "0", "noeviction"), MRL_LIMIT_FIT},
		{INFO("6.2.0", "master", "0", "noeviction"), MRL_LIMIT_FIT},
		{INFO("6.0.20", "master", "0", "noeviction"), MRL_LIMIT_UNFIT_VERSION},
		{INFO("x", "master", "0", "noeviction"), MRL_LIMIT_UNFIT_VERSION},
		{INFO("7.2.4\r\nvalkey_version:8.0.1", "master", "0", "noeviction"), MRL_LIMIT_FIT},
		{INFO("7.2.4\r\nvalkey_version:7.1.9", "master", "0", "noeviction"),
	         MRL_LIMIT_UNFIT_VERSION},
		{INFO("7.0.15", "slave", "0", "noeviction"), MRL_LIMIT_UNFIT_ROLE},
		{INFO("7.0.15", "master", "1", "noeviction"), MRL_LIMIT_UNFIT_CLUSTER},
		{INFO("7.0.15", "master", "0", "allkeys-lru"), MRL_LIMIT_UNFIT_POLICY},
		{INFO("7.0.15", "master", "0", "volatile-ttl"), MRL_LIMIT_UNFIT_POLICY},
		{"redis_version:7.0.15\r\n", MRL_LIMIT_UNFIT_INFO},
		{"", MRL_LIMIT_UNFIT_INFO},
		{"\n\n:\n", MRL_LIMIT_UNFIT_INFO},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		struct mrl_limit_info info = {.dataset = 0};
		assert_int_equal(mrl_limit_info_read(mrl_slice_text(rows[i].text), &info),
		                 rows[i].unfit);
		assert_true(rows[i].unfit == MRL_LIMIT_UNFIT_INFO || info.dataset != 0);
	}
}

static void what_it_knows_begins_where_data_may_be_missing(void **state)
{
	const struct mrl_limit_info old = {.dataset = 1, .uptime_s = 100};
	const struct mrl_limit_info anew = {.dataset = 2, .uptime_s = 0};
	struct mrl_limit_server server = {.dataset = 0};
	(void)state;
	mrl_limit_server_seen(&server, &old, 500000, false);
	assert_int_equal(server.since_ms, 400000);
	mrl_limit_server_seen(&server, &old, 600000, false);
	assert_int_equal(server.since_ms, 400000);
	mrl_limit_server_seen(&server, &old, 700000, true);
	assert_int_equal(server.since_ms, 700000);
	mrl_limit_server_seen(&server, &anew, 800000, false);
	assert_int_equal(server.since_ms, 800000);
	server = (struct mrl_limit_server){.dataset = 0};
	mrl_limit_server_seen(&server, &old, 5000, false);
	assert_int_equal(server.since_ms, 0);
}

static void faults_tell_whether_it_was_executed(void **state)
{
	(void)state;
	assert_int_equal(mrl_limit_fault_of(MRL_SLICE("NOSCRIPT No matching script.")),
	                 MRL_LIMIT_FAULT_NO_SCRIPT);
	assert_int_equal(mrl_limit_fault_of(MRL_SLICE("OOM command not allowed")),
	                 MRL_LIMIT_FAULT_NOT_EXECUTED);
	assert_int_equal(mrl_limit_fault_of(MRL_SLICE("LOADING")), MRL_LIMIT_FAULT_NOT_EXECUTED);
	assert_int_equal(mrl_limit_fault_of(MRL_SLICE("ERR Error running script")),
	                 MRL_LIMIT_FAULT_UNKNOWN);
	assert_int_equal(mrl_limit_fault_of(MRL_SLICE("")), MRL_LIMIT_FAULT_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(servers_are_judged),
		cmocka_unit_test(what_it_knows_begins_where_data_may_be_missing),
		cmocka_unit_test(faults_tell_whether_it_was_executed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
