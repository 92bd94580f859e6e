/* limit: who is counted, what is charged, what the answer says [RATE-1 RATE-2 RATE-3 RATE-4]. */
#include "../check.h"
#include "fixture.h"

#define LIMITS                                                                               \
	"limits: {default: {ip: 3/60s, ip48: 4/60s, global: 1000/60s}, named: {list: {key: " \
	"[ip, operation], rate: 2/60s}}}"

static bool call_from(struct fixture *f, const char *peer, const char *target)
{
	fixture_call(f, "GET", target);
	assert_true(mrl_ip_parse(mrl_slice_text(peer), &f->view.peer));
	return fixture_head(f)->outcome != MRL_DENY;
}

static uint32_t passed(struct fixture *f, const char *peer, const char *target, uint32_t calls)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < calls; i++) {
		count += call_from(f, peer, target);
	}
	return count;
}

static void addresses_are_counted_apart(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, "", LIMITS);
	assert_int_equal(passed(f, "192.0.2.7", "/v1/orders", 5), 3);
	assert_denied(f, MRL_CONTROL_limit, MRL_PROBLEM_QUOTA_EXCEEDED);
	assert_answer(f, "Retry-After", "61");
	assert_true(has_word(f, "limit_violated", "ip"));
	assert_int_equal(fact_number(f, "limit_wait_ms"), 60001);
	check_slice(f->call.problem_extension, "\"violated-policies\":[\"ip\"]");
	assert_int_equal(passed(f, "192.0.2.8", "/v1/orders", 5), 3);
	/* The same address in other words. */
	assert_int_equal(passed(f, "::ffff:192.0.2.7", "/v1/orders", 1), 0);
	assert_int_equal(passed(f, "64:ff9b::c000:207", "/v1/orders", 1), 0);
	f->now_ms = 60000;
	assert_int_equal(passed(f, "192.0.2.7", "/v1/orders", 1), 0);
	assert_answer(f, "Retry-After", "1");
	f->now_ms = 60001;
	assert_int_equal(passed(f, "192.0.2.7", "/v1/orders", 5), 3);
}

/* A /64 is one client, and a /48 not as many as it likes. */
static void prefixes_of_ipv6_are_one_client(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, "", LIMITS);
	assert_int_equal(passed(f, "2001:db8:1:2:3:4:5:6", "/v1/orders", 2), 2);
	assert_int_equal(passed(f, "2001:db8:1:2::1", "/v1/orders", 3), 1);
	assert_int_equal(passed(f, "2001:db8:1:3::1", "/v1/orders", 3), 1);
	assert_true(has_word(f, "limit_violated", "ip48"));
	assert_int_equal(passed(f, "2001:db8:2::1", "/v1/orders", 3), 3);
}

static void what_is_not_there_counts(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, "", LIMITS);
	for (uint32_t i = 0; i < 4; i++) {
		(void)call_from(f, "192.0.2.7", "/nowhere");
		assert_denied(f, i < 3 ? MRL_CONTROL_operation : MRL_CONTROL_limit,
		              i < 3 ? MRL_PROBLEM_NO_OPERATION : MRL_PROBLEM_QUOTA_EXCEEDED);
	}
}

static void operations_add_and_cost(void **state)
{
	struct fixture *f = *state;
	fixture_with(f,
	             ", operations: {GET /orders: {controls: {limit: {add: [list]}}}, "
	             "GET /probe: {controls: {limit: {cost: 2}}}}",
	             LIMITS);
	assert_int_equal(passed(f, "192.0.2.7", "/v1/orders", 3), 2);
	assert_true(has_word(f, "limit_violated", "list"));
	/* The refusal charged nothing. */
	assert_int_equal(passed(f, "192.0.2.7", "/v1/probe", 1), 0);
	assert_int_equal(passed(f, "192.0.2.7", "/nowhere", 1), 0);
	assert_int_equal(passed(f, "192.0.2.9", "/v1/probe", 2), 1);
	assert_int_equal(fact_number(f, "limit_cost"), 2);
}

static void answers_say_where_one_stands(void **state)
{
	struct fixture *f = *state;
	fixture_with(f, "", LIMITS);
	assert_int_equal(passed(f, "192.0.2.7", "/v1/orders", 1), 1);
	fixture_reply(f, 200, "application/json");
	fixture_reply_field(f, "X-RateLimit-Limit", "5000");
	fixture_reply_field(f, "RateLimit", "\"theirs\";r=1");
	fixture_run_reply(f, "{}");
	assert_reply_set(f, "RateLimit-Policy", "\"ip\";q=3;w=60");
	assert_reply_set(f, "RateLimit", "\"ip\";r=2;t=61");
	assert_reply_dropped(f, "X-RateLimit-Limit", true);
	assert_reply_dropped(f, "RateLimit", true);
}

static void nowhere_to_count_is_a_failure(void **state)
{
	struct fixture *f = *state;
	fixture_call(f, "GET", "/v1/orders");
	f->call.limits = NULL;
	(void)fixture_head(f);
	assert_denied(f, MRL_CONTROL_limit, MRL_PROBLEM_GATEWAY_ERROR);
}

static void bad_policies_are_told(void **state)
{
	static const struct {
		const char *api, *limits, *code;
	} rows[] = {
		{"", "limits: {default: {ip: off}}", "limit-off"},
		{"", "limits: {default: {ip: none}}", "limit-off"},
		{"", "limits: {default: {global: \"\"}}", "policy"},
		{"", "limits: {default: {user: 5}}", "policy"},
		{"", "limits: {default: {ip: 5 per minute}}", "limit-syntax"},
		{"", "limits: {default: {ip: 5/2d}}", "limit-range"},
		{"", "limits: {named: {ip: {key: [ip], rate: 5/1s}}}", "limit-name"},
		{"", "limits: {named: {login-x: {key: [ip], rate: 5/1s}}}", "limit-name"},
		{"", "limits: {named: {A: {key: [ip], rate: 5/1s}}}", "limit-name"},
		{"", "limits: {named: {a: {key: [address], rate: 5/1s}}}", "limit-syntax"},
		{"", "limits: {named: {a: {key: [ip]}}}", "policy-missing"},
		{"", "limits: {zones: {ipp: {entries: 256}}}", "limit-unknown"},
		{", controls: {limit: {add: [nope]}}", "", "limit-unknown"},
		{", controls: {limit: {without: [ip]}}", "", "limit-no-ip"},
		{", controls: {limit: {cost: 2000}}", "", "limit-cost"},
		{", controls: {limit: {cost: 0}}", "", "policy"},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		check_row(fixture_load(f, rows[i].api, rows[i].limits) == MRL_ERR_INVALID,
		          rows[i].limits);
		bool found = false;
		for (const struct mrl_diagnostic *d = f->diagnostics.first; d != NULL;
		     d = d->next) {
			found = found || strncmp(d->code, rows[i].code, strlen(rows[i].code)) == 0;
		}
		check_row(found, rows[i].limits[0] != '\0' ? rows[i].limits : rows[i].api);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		with_fixture(addresses_are_counted_apart),
		with_fixture(prefixes_of_ipv6_are_one_client),
		with_fixture(what_is_not_there_counts),
		with_fixture(operations_add_and_cost),
		with_fixture(answers_say_where_one_stands),
		with_fixture(nowhere_to_count_is_a_failure),
		with_fixture(bad_policies_are_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
