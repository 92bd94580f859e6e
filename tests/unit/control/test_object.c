/* object: rules over path, query, body and token; what is not there opens nothing [INPUT-5]. */
#include "../../../src/control/rule.h"

#include "../check.h"
#include "fixture.h"

#define ISSUERS \
	"issuers: {shop: {issuer: \"https://id.test\", keys: keys.json, audiences: [ours]}}\n"

static const char payload[] =
	"{\"sub\":\"u1\",\"n\":7,\"big\":12345678901234567890,\"yes\":true,\"none\":null,"
	"\"tenant\":{\"id\":\"t1\"},\"roles\":[\"admin\",3],\"scope\":\"read write\","
	"\"https://x/y\":\"z\",\"text7\":\"7\"}";

static enum mrl_outcome ask(struct fixture *f, const char *method, const char *target,
                            const char *body)
{
	static struct mrl_token token;
	const struct mrl_control *object = mrl_controls[MRL_CONTROL_object];
	struct mrl_jose jose = {.scan = mrl_json_scan_best()};
	bool good = false;
	fixture_call(f, method, target);
	assert_int_equal(mrl_engine_route(&f->call), MRL_OK);
	assert_non_null(f->call.route.operation);
	token = (struct mrl_token){.issuer = NULL};
	assert_int_equal(
		mrl_jose_json(&jose, mrl_slice_text(payload), &f->arena, &token.payload, &good),
		MRL_OK);
	assert_true(good);
	f->call.token = &token;
	f->verdict = MRL_VERDICT_PASS;
	f->view.has_body = body != NULL;
	const void *config = mrl_plan_config(f->call.route.plan, MRL_CONTROL_object);
	assert_int_equal(object->decide[MRL_STAGE_HEAD](config, &f->call, &f->verdict), MRL_OK);
	if (body != NULL && f->verdict.outcome == MRL_PASS) {
		f->call.body = mrl_slice_text(body);
		assert_int_equal(object->decide[MRL_STAGE_BODY](config, &f->call, &f->verdict),
		                 MRL_OK);
	}
	f->call.token = NULL;
	return f->verdict.outcome;
}

static void with_rule(struct fixture *f, const char *operation, const char *rule)
{
	char api[2048];
	(void)snprintf(api, sizeof(api),
	               ", operations: {\"%s\": {controls: {object: {require: ['%s']}}}}", operation,
	               rule);
	fixture_with(f, api, ISSUERS);
}

struct row {
	const char *rule;
	bool holds;
};

static void rules_over_the_path_and_token(void **state)
{
	static const struct row rows[] = {
		{"path.id == token.sub", true},
		{"path.id != token.sub", false},
		{"path.id == token.tenant.id", false},
		{"token.sub == \"u1\"", true},
		{"token.sub == \"U1\"", false},
		{"path.id == \"u1\" && token.n == 7", true},
		{"token.n == 7.0", true},
		{"token.n == \"7\"", false}, /* a number is no text */
		{"token.text7 == 7", false},
		{"token.big == 12345678901234567890", true},
		{"token.big == 12345678901234567891", false},
		{"token.yes == \"true\"", false},
		{"\"admin\" in token.roles", true},
		{"3 in token.roles", true},
		{"\"3\" in token.roles", false},
		{"\"root\" in token.roles", false},
		{"\"write\" in token.scope", true},
		{"\"writ\" in token.scope", false},
		{"token.sub in [\"u0\", \"u1\"]", true},
		{"token.sub in [\"u0\"]", false},
		{"path.id in token.roles", false},
		{"token[\"https://x/y\"] == \"z\"", true},
		{"token[\"tenant\"].id == \"t1\"", true},
		{"!(path.id == \"u2\")", true},
		{"!!(path.id == \"u1\")", true},
		{"path.id == \"u2\" || path.id == \"u1\"", true},
		{"path.id == \"u2\" || path.id == \"u3\" && path.id == \"u1\"", false},
		{"(path.id == \"u1\" || path.id == \"u3\") && token.n == 8", false},
	};
	char quoted[256];
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		(void)snprintf(quoted, sizeof(quoted), "%s", rows[i].rule);
		with_rule(f, "GET /orders/{id}", quoted);
		bool holds = ask(f, "GET", "/v1/orders/u1", NULL) == MRL_PASS;
		check_row(holds == rows[i].holds, rows[i].rule);
	}
}

/* Neither a comparison nor its opposite holds. */
static void what_is_not_there_opens_nothing(void **state)
{
	static const char *const rules[] = {
		"token.nothing == \"u1\"",      "token.nothing != \"u1\"",
		"!(token.nothing == \"u1\")",   "!(token.nothing != \"u1\")",
		"token.none != \"u1\"",         "token.tenant != \"u1\"",
		"token.roles != \"u1\"",        "!(\"x\" in token.nothing)",
		"!(\"x\" in token.n)",          "!(token.nothing in [\"x\"])",
		"!(token.sub.deeper == \"x\")", "path.id == \"u1\" && token.nothing != \"x\"",
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < MRL_COUNT(rules); i++) {
		with_rule(f, "GET /orders/{id}", rules[i]);
		check_row(ask(f, "GET", "/v1/orders/u1", NULL) == MRL_DENY, rules[i]);
	}
	with_rule(f, "GET /orders/{id}", "path.id == \"u1\" || token.nothing == \"x\"");
	assert_int_equal(ask(f, "GET", "/v1/orders/u1", NULL), MRL_PASS);
}

static void rules_over_the_query(void **state)
{
	struct fixture *f = *state;
	with_rule(f, "GET /judged", "query.text == token.sub");
	assert_int_equal(ask(f, "GET", "/v1/judged?text=u1", NULL), MRL_PASS);
	assert_int_equal(ask(f, "GET", "/v1/judged?te%78t=%751", NULL), MRL_PASS);
	assert_int_equal(ask(f, "GET", "/v1/judged?text=u2", NULL), MRL_DENY);
	assert_int_equal(ask(f, "GET", "/v1/judged?text=u1&text=u2", NULL), MRL_DENY);
	assert_int_equal(ask(f, "GET", "/v1/judged?text=u2&text=u1", NULL), MRL_DENY);
	assert_int_equal(ask(f, "GET", "/v1/judged", NULL), MRL_DENY);
}

static void rules_over_the_body(void **state)
{
	struct fixture *f = *state;
	with_rule(f, "POST /orders", "body.owner.id == token.sub");
	assert_int_equal(ask(f, "POST", "/v1/orders", "{\"owner\":{\"id\":\"u1\"}}"), MRL_PASS);
	assert_int_equal(ask(f, "POST", "/v1/orders", "{\"owner\":{\"id\":\"u2\"}}"), MRL_DENY);
	assert_int_equal(ask(f, "POST", "/v1/orders", "{\"owner\":{}}"), MRL_DENY);
	assert_int_equal(ask(f, "POST", "/v1/orders", "{\"owner\":\"u1\"}"), MRL_DENY);
	assert_int_equal(ask(f, "POST", "/v1/orders", "nonsense"), MRL_DENY);
	assert_int_equal(ask(f, "POST", "/v1/orders", NULL), MRL_DENY);
	assert_int_equal(f->verdict.problem, MRL_PROBLEM_UPSTREAM_REFUSED);
	assert_int_equal(f->verdict.status, 404);
	assert_int_equal(fact_number(f, "object_rule"), 1);
}

static void without_a_token_nothing_holds(void **state)
{
	struct fixture *f = *state;
	const struct mrl_control *object = mrl_controls[MRL_CONTROL_object];
	with_rule(f, "GET /orders/{id}", "path.id != token.sub");
	fixture_call(f, "GET", "/v1/orders/x");
	assert_int_equal(mrl_engine_route(&f->call), MRL_OK);
	const void *config = mrl_plan_config(f->call.route.plan, MRL_CONTROL_object);
	f->verdict = MRL_VERDICT_PASS;
	assert_int_equal(object->decide[MRL_STAGE_HEAD](config, &f->call, &f->verdict), MRL_OK);
	assert_int_equal(f->verdict.outcome, MRL_DENY);
}

static void bad_rules_are_told(void **state)
{
	static const struct {
		const char *operation, *rule, *message;
	} rows[] = {
		{"GET /orders/{id}", "path.user == token.sub", "no segment of the path"},
		{"GET /orders/{id}", "path.id", "==, != or in is missing"},
		{"GET /orders/{id}", "path.id = token.sub", "==, != or in is missing"},
		{"GET /orders/{id}", "path == token.sub", "say which"},
		{"GET /orders/{id}", "header.x == token.sub",
	         "values are path, query, body, token"},
		{"GET /orders/{id}", "body.x == token.sub", "has no body"},
		{"GET /orders/{id}", "\"a\" == \"a\"", "two constants"},
		{"GET /orders/{id}", "[\"a\"] == token.sub", "behind `in` alone"},
		{"GET /orders/{id}", "token.sub in path.id", "behind `in` stands a list"},
		{"GET /orders/{id}", "path.id == token.sub token.x == 1", "&& or || is missing"},
		{"GET /orders/{id}", "(path.id == token.sub", "a bracket has no end"},
		{"GET /orders/{id}", "path.id == \"u1", "the quote has no end"},
		{"GET /orders/{id}", "path.id == 01", "no number"},
		{"GET /orders/{id}", "!!!!!!!!!!!!!!!!!!(path.id == 1)", "too many brackets"},
		{"GET /orders/{id}", "token.a.b.c.d.e == 1", "too many names"},
		{"GET /orders/{id}", " ", "values are path"},
	};
	struct fixture *f = *state;
	char api[2048];
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		(void)snprintf(api, sizeof(api),
		               ", operations: {\"%s\": {controls: {object: {require: ['%s']}}}}",
		               rows[i].operation, rows[i].rule);
		check_row(fixture_load(f, api, ISSUERS) == MRL_ERR_INVALID, rows[i].rule);
		check_row(diagnosed(f, "object-rule", rows[i].message), rows[i].rule);
	}
	assert_int_equal(fixture_load(f,
	                              ", operations: {\"GET /orders/{id}\": {controls: {object: "
	                              "{require: [\"path.id == token.sub\"]}}}}",
	                              ""),
	                 MRL_ERR_INVALID);
	assert_true(diagnosed(f, "object-rule", "no issuer is known"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		with_fixture(rules_over_the_path_and_token),
		with_fixture(what_is_not_there_opens_nothing),
		with_fixture(rules_over_the_query),
		with_fixture(rules_over_the_body),
		with_fixture(without_a_token_nothing_holds),
		with_fixture(bad_rules_are_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
