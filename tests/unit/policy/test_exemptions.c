/* Exemptions: named, reasoned, with an end. Now is 2026-11-23, 12:00 UTC. */
#include "findings.h"

#define EXEMPTION(name, control, operations, reason, until) \
	BASE "exemptions:\n"                                \
	     "  - name: " name "\n"                         \
	     "    control: " control "\n"                   \
	     "    operations: [" operations "]\n"           \
	     "    reason: " reason "\n"                     \
	     "    until: " until "\n"
#define OLD(rest)                                                                                \
	EXEMPTION("old-portal", "fields", "\"GET /legacy\"", "replaced in spring", "2027-03-31") \
	rest
#define SECOND(name, control, operation)                                       \
	"  - {name: " name ", control: " control ", operations: [\"" operation \
	"\"], reason: replaced in spring, until: 2027-03-31}\n"
#define PETS                             \
	"  - name: pets\n"               \
	"    hosts: [api.example.com]\n" \
	"    openapi: pets.yaml\n"       \
	"    upstream: {url: \"http://127.0.0.1:3000\"}\n"

static void refuses(void **state)
{
	static const struct finding_row rows[] = {
		{EXEMPTION("Old", "fields", "\"GET /legacy\"", "replaced in spring", "2027-03-31"),
	         "policy-name", 8, 11, "/exemptions/0/name", "\"Old\" is no name", ""},
		{EXEMPTION("old", "field", "\"GET /legacy\"", "replaced in spring", "2027-03-31"),
	         "policy-exemption", 9, 14, "/exemptions/0/control", "\"field\" is no control",
	         "did you mean \"fields\"?"},
		{EXEMPTION("old", "fields", "\"GET /legaci\"", "replaced in spring", "2027-03-31"),
	         "policy-operation", 10, 18, "/exemptions/0/operations/0",
	         "no document has the operation \"GET /legaci\"", "did you mean \"GET /legacy\"?"},
		{EXEMPTION("old", "fields", "", "replaced in spring", "2027-03-31"), "policy-range",
	         10, 17, "/exemptions/0/operations", "1 to 1000 items", ""},
		{EXEMPTION("old", "fields", "\"GET /legacy\"", "too short", "2027-03-31"),
	         "policy-range", 11, 13, "/exemptions/0/reason", "10 to 200 characters", "why"},
		{EXEMPTION("old", "fields", "\"GET /legacy\"", "replaced in spring", "2027-02-29"),
	         "policy-exemption", 12, 12, "/exemptions/0/until", "\"2027-02-29\" is no date",
	         "2027-03-31"},
		{EXEMPTION("old", "fields", "\"GET /legacy\"", "replaced in spring", "31.03.2027"),
	         "policy-exemption", 12, 12, "/exemptions/0/until", "is no date", ""},
		{EXEMPTION("old", "fields", "\"GET /legacy\"", "replaced in spring", "2027-11-25"),
	         "policy-exemption", 12, 12, "/exemptions/0/until",
	         "\"2027-11-25\" is too far ahead", "366 days"},
		{EXEMPTION("old", "fields", "\"GET /legacy\"", "replaced in spring",
	                   "2027-03-31\n    api: pets"),
	         "policy-exemption", 13, 10, "/exemptions/0/api", "\"pets\" is no API", ""},
		{BASE "exemptions: [{name: old, control: fields, operations: [\"GET /legacy\"], "
	              "reason: replaced in spring}]\n",
	         "policy-missing", 7, 14, "/exemptions/0", "\"until\" is missing", ""},
		{OLD(SECOND("old-portal", "cors", "GET /orders")), "policy-exemption", 13, 12,
	         "/exemptions/1/name", "is the name of two exemptions",
	         "the other is at etc/merlon.yaml:8:5"},
		{OLD(SECOND("other", "fields", "GET /legacy")), "policy-exemption", 13, 49,
	         "/exemptions/1/operations/0", "is exempt from this control already", ""},
		{BASE PETS "exemptions:\n" SECOND("old", "fields", "GET /legacy"),
	         "policy-exemption", 12, 47, "/exemptions/0/operations/0",
	         "is an operation of more than one API", "`api`"},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		check_finding(&rows[i]);
	}
}

/* Seen: two without a name were taken for two of the same name, at no place. */
static void two_without_a_name(void **state)
{
	struct loaded loaded;
	(void)state;
	load(BASE "exemptions:\n"
	          "  - {control: none, operations: [\"GET /legacy\"], reason: replaced in spring, "
	          "until: 2027-03-31}\n"
	          "  - {control: nope, operations: [\"GET /legacy\"], reason: replaced in spring, "
	          "until: 2027-03-31}\n",
	     &loaded);
	assert_int_equal(loaded.err, MRL_ERR_INVALID);
	assert_int_equal(loaded.diagnostics.errors, 4); /* two names, two controls */
	release(&loaded);
}

/* It still stands in its plan: the engine notes that it has ended. */
static void warns_of_the_expired(void **state)
{
	static const struct finding_row row = {
		EXEMPTION("old", "fields", "\"GET /legacy\"", "replaced in spring", "2026-11-22"),
		"policy-exemption-expired",
		12,
		12,
		"/exemptions/0/until",
		"the exemption \"old\" has ended",
		"renew"};
	struct loaded loaded;
	(void)state;
	check_warning(&row);
	load(row.text, &loaded);
	const struct mrl_plan *plan = operation_of(&loaded, "GET /legacy")->plan;
	const struct mrl_exemption *exemption =
		plan->steps[MRL_STAGE_HEAD][MRL_CONTROL_fields].exemption;
	assert_non_null(exemption);
	assert_true(exemption->until_us <= NOW_US);
	release(&loaded);
}

/* The last day counts whole, and so does the 366th. */
static void takes_the_bounds(void **state)
{
	static const struct {
		const char *text;
		int64_t until_us;
	} rows[] = {
		{EXEMPTION("old", "fields", "\"GET /legacy\"", "\"1234567890\"", "2026-11-23"),
	         INT64_C(1795478400000000)},
		{EXEMPTION("old", "fields", "\"GET /legacy\"", "\"1234567890\"", "2027-11-24"),
	         INT64_C(1827100800000000)},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		struct loaded loaded;
		load(rows[i].text, &loaded);
		check_row(loaded.err == MRL_OK, rows[i].text);
		assert_null(loaded.diagnostics.first);
		assert_int_equal(loaded.policy->exemptions[0].until_us, rows[i].until_us);
		release(&loaded);
	}
}

static const struct mrl_exemption *exemption_of(const struct mrl_operation *operation,
                                                enum mrl_control_id control)
{
	const struct mrl_plan *plan = operation->plan;
	for (uint16_t i = 0; i < plan->counts[MRL_STAGE_HEAD]; i++) {
		if (plan->steps[MRL_STAGE_HEAD][i].control == mrl_controls[control]) {
			return plan->steps[MRL_STAGE_HEAD][i].exemption;
		}
	}
	return NULL;
}

static void reaches_its_steps_only(void **state)
{
	struct loaded loaded;
	(void)state;
	load(OLD(SECOND("other", "cors", "GET /orders")), &loaded);
	assert_int_equal(loaded.err, MRL_OK);
	const struct mrl_exemption *exemptions = loaded.policy->exemptions;
	const struct mrl_operation *legacy = operation_of(&loaded, "GET /legacy");
	const struct mrl_operation *orders = operation_of(&loaded, "GET /orders");
	check_slice(exemptions[0].name, "old-portal");
	check_slice(exemptions[0].reason, "replaced in spring");
	assert_int_equal(exemptions[0].control, MRL_CONTROL_fields);
	assert_null(exemptions[0].api);
	assert_ptr_equal(exemption_of(legacy, MRL_CONTROL_fields), &exemptions[0]);
	assert_null(exemption_of(legacy, MRL_CONTROL_cors));
	assert_ptr_equal(exemption_of(orders, MRL_CONTROL_cors), &exemptions[1]);
	assert_null(exemption_of(orders, MRL_CONTROL_fields));
	release(&loaded);
}

static void reaches_one_api(void **state)
{
	struct loaded loaded;
	(void)state;
	load(BASE PETS "exemptions: [{name: old, api: pets, control: fields, operations: [\"GET "
	               "/legacy\"], reason: replaced in spring, until: 2027-03-31}]\n",
	     &loaded);
	assert_int_equal(loaded.err, MRL_OK);
	const struct mrl_policy *policy = loaded.policy;
	assert_ptr_equal(policy->exemptions[0].api, &policy->apis[1]);
	assert_null(exemption_of(operation_of(&loaded, "GET /legacy"), MRL_CONTROL_fields));
	assert_non_null(exemption_of(&policy->apis[1].document->operations[0], MRL_CONTROL_fields));
	release(&loaded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses),
		cmocka_unit_test(two_without_a_name),
		cmocka_unit_test(warns_of_the_expired),
		cmocka_unit_test(takes_the_bounds),
		cmocka_unit_test(reaches_its_steps_only),
		cmocka_unit_test(reaches_one_api),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
