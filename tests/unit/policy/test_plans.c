/* Layers, shadow mode, and what a plan holds. */
#include "findings.h"

static void refuses(void **state)
{
	static const struct finding_row rows[] = {
		{BASE "controls: []\n", "policy-type", 7, 11, "/controls",
	         "\"controls\" must be a mapping", ""},
		{BASE "controls: {field: {}}\n", "policy-key", 7, 12, "/controls/field",
	         "\"field\" is no control", "did you mean \"fields\"?"},
		{BASE "controls: {zzzzzzzzzz: {}}\n", "policy-key", 7, 12, "/controls/zzzzzzzzzz",
	         "", "one of: transport, protocol, limit"},
		{BASE "controls: {fields: on}\n", "policy-type", 7, 20, "/controls/fields",
	         "this must be a mapping", ""},
		{BASE "controls: {fields: {header_counts: 100}}\n", "policy-key", 7, 21,
	         "/controls/fields/header_counts", "\"header_counts\" is no key here",
	         "did you mean \"header_count\"?"},
		{BASE "controls: {fields: {mod: shadow}}\n", "policy-key", 7, 21,
	         "/controls/fields/mod", "", "did you mean \"mode\"?"},
		{BASE "controls: {fields: {mode: shadows}}\n", "policy-value", 7, 27,
	         "/controls/fields/mode", "\"shadows\" is no value of \"mode\"",
	         "did you mean \"shadow\"?"},
		{BASE "controls: {security_headers: {mode: shadow}}\n", "policy-mode", 7, 37,
	         "/controls/security_headers/mode", "\"security_headers\" has no mode",
	         "judges no caller"},
		{BASE "    controls: {fields: {header_count: 15}}\n", "policy-range", 7, 39,
	         "/apis/0/controls/fields/header_count", "16 to 200", ""},
		/* found by compile in each plan, told once */
		{BASE "controls: {cors: {origins: [a, \"*\"]}}\n", "policy-origin", 7, 32,
	         "/controls/cors/origins/1", "\"*\" is no exact origin", "write each origin"},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		check_finding(&rows[i]);
	}
}

#define LAYERED                                                                                \
	BASE "    controls: {fields: {header_count: 60, header_bytes: 6000}, cors: {max_age: " \
	     "60}}\n"                                                                          \
	     "    operations:\n"                                                               \
	     "      \"GET /orders\": {controls: {fields: {header_count: 20}, "                 \
	     "media: {body_bytes: 2048}}}\n"                                                   \
	     "      \"GET /legacy\": {controls: {cors: {credentials: on}}}\n"                  \
	     "controls: {fields: {header_count: 50}, media: {body_bytes: 4096}}\n"

static const struct fake_fields *fields_of(const struct mrl_plan *plan)
{
	return mrl_plan_config(plan, MRL_CONTROL_fields);
}

static const struct fake_cors *cors_of(const struct mrl_plan *plan)
{
	return mrl_plan_config(plan, MRL_CONTROL_cors);
}

static void nearest_layer_wins_per_key(void **state)
{
	struct loaded loaded;
	(void)state;
	load(LAYERED, &loaded);
	assert_int_equal(loaded.err, MRL_OK);
	const struct mrl_plan *own = operation_of(&loaded, "GET /orders")->plan;
	const struct mrl_plan *api = operation_of(&loaded, "POST /orders")->plan;
	assert_int_equal(fields_of(own)->header_count, 20);   /* operation */
	assert_int_equal(fields_of(own)->header_bytes, 6000); /* API */
	assert_int_equal(fields_of(api)->header_count, 60);
	assert_int_equal(fields_of(loaded.policy->apis[0].default_plan)->header_count, 60);
	assert_int_equal(fields_of(loaded.policy->fallback)->header_count, 50);    /* top */
	assert_int_equal(fields_of(loaded.policy->fallback)->header_bytes, 32768); /* default */
	assert_int_equal(cors_of(own)->max_age, 60);
	assert_false(cors_of(own)->credentials);
	const struct mrl_plan *legacy = operation_of(&loaded, "GET /legacy")->plan;
	assert_int_equal(cors_of(legacy)->max_age, 60);
	assert_true(cors_of(legacy)->credentials);
	release(&loaded);
}

static void compiles_for_each_operation(void **state)
{
	struct loaded loaded;
	(void)state;
	load(LAYERED, &loaded);
	const struct mrl_api *api = &loaded.policy->apis[0];
	const struct mrl_operation *own = operation_of(&loaded, "GET /legacy");
	const struct mrl_operation *other = operation_of(&loaded, "GET /orders");
	assert_ptr_equal(cors_of(own->plan)->compiled_for, own);
	assert_ptr_equal(cors_of(other->plan)->compiled_for, other);
	assert_null(cors_of(api->default_plan)->compiled_for);
	assert_null(cors_of(loaded.policy->fallback)->compiled_at);
	assert_ptr_equal(cors_of(other->plan)->compiled_at,
	                 mrl_node_pointer(api->node, MRL_SLICE("/controls/cors")));
	assert_ptr_equal(
		cors_of(own->plan)->compiled_at,
		mrl_node_pointer(api->node, MRL_SLICE("/operations/GET ~1legacy/controls/cors")));
	release(&loaded);
}

static void sets_limits(void **state)
{
	struct loaded loaded;
	(void)state;
	load(LAYERED, &loaded);
	assert_int_equal(operation_of(&loaded, "GET /orders")->plan->body_bytes, 2048);
	assert_int_equal(operation_of(&loaded, "POST /orders")->plan->body_bytes, 4096);
	assert_int_equal(loaded.policy->apis[0].body_bytes_max, 4096);
	assert_int_equal(loaded.policy->body_memory_bytes, 2048); /* the key's default here */
	release(&loaded);
}

static void shares_what_is_the_same(void **state)
{
	struct loaded loaded;
	(void)state;
	load(LAYERED, &loaded);
	const struct mrl_plan *first = operation_of(&loaded, "POST /orders")->plan;
	const struct mrl_plan *second = operation_of(&loaded, "GET /orders/{id}")->plan;
	const struct mrl_plan *own = operation_of(&loaded, "GET /orders")->plan;
	assert_ptr_equal(fields_of(first), fields_of(second));
	assert_ptr_equal(fields_of(first), fields_of(loaded.policy->apis[0].default_plan));
	assert_ptr_not_equal(fields_of(first), fields_of(own));
	assert_ptr_not_equal(fields_of(first), fields_of(loaded.policy->fallback));
	assert_ptr_not_equal(cors_of(first), cors_of(second)); /* compiled */
	assert_ptr_equal(mrl_plan_config(first, MRL_CONTROL_security_headers),
	                 mrl_plan_config(loaded.policy->fallback, MRL_CONTROL_security_headers));
	release(&loaded);
}

/* An operation that the policy does not mention has all controls, in the table's order. */
static void holds_all_controls(void **state)
{
	struct loaded loaded;
	(void)state;
	load(BASE, &loaded);
	const struct mrl_plan *plan = operation_of(&loaded, "GET /orders")->plan;
	assert_int_equal(plan->counts[MRL_STAGE_HEAD], MRL_CONTROL_COUNT - 1);
	assert_int_equal(plan->counts[MRL_STAGE_BODY], 0);
	assert_int_equal(plan->counts[MRL_STAGE_REPLY], 2);
	assert_int_equal(plan->counts[MRL_STAGE_ANSWER], 1);
	for (uint16_t i = 0; i < plan->counts[MRL_STAGE_HEAD]; i++) {
		const struct mrl_step *step = &plan->steps[MRL_STAGE_HEAD][i];
		assert_ptr_equal(step->control, mrl_controls[i]);
		assert_non_null(step->decide);
		assert_false(step->shadow);
		assert_null(step->exemption);
	}
	assert_ptr_equal(plan->steps[MRL_STAGE_REPLY][0].control, mrl_controls[MRL_CONTROL_cors]);
	assert_ptr_equal(plan->steps[MRL_STAGE_REPLY][1].control,
	                 mrl_controls[MRL_CONTROL_security_headers]);
	release(&loaded);
}

static bool is_shadow(const struct mrl_plan *plan)
{
	return plan->steps[MRL_STAGE_HEAD][MRL_CONTROL_fields].shadow;
}

static void mode_is_a_key_like_others(void **state)
{
	struct loaded loaded;
	(void)state;
	load(BASE "    operations:\n"
	          "      \"GET /orders\": {controls: {fields: {mode: enforce}}}\n"
	          "controls: {fields: {mode: shadow}}\n",
	     &loaded);
	assert_int_equal(loaded.err, MRL_OK);
	assert_false(is_shadow(operation_of(&loaded, "GET /orders")->plan));
	assert_true(is_shadow(operation_of(&loaded, "POST /orders")->plan));
	assert_true(is_shadow(loaded.policy->fallback));
	/* the configuration is the same, the mode is the step's */
	assert_int_equal(fields_of(operation_of(&loaded, "GET /orders")->plan)->header_count, 100);
	release(&loaded);
}

/* The same in every stage of a control. */
static void shadow_holds_in_each_stage(void **state)
{
	struct loaded loaded;
	(void)state;
	load(BASE "controls: {cors: {mode: shadow}}\n", &loaded);
	const struct mrl_plan *plan = loaded.policy->fallback;
	assert_true(plan->steps[MRL_STAGE_HEAD][MRL_CONTROL_cors].shadow);
	assert_true(plan->steps[MRL_STAGE_REPLY][0].shadow);
	assert_false(plan->steps[MRL_STAGE_REPLY][1].shadow);
	release(&loaded);
}

static void finds_numbers(void **state)
{
	struct loaded loaded;
	int64_t number = -7;
	(void)state;
	load(BASE, &loaded);
	const struct mrl_plan *plan = loaded.policy->fallback;
	assert_true(mrl_plan_number(plan, MRL_CONTROL_fields, "header_bytes", &number));
	assert_int_equal(number, 32768);
	number = -7;
	assert_false(mrl_plan_number(plan, MRL_CONTROL_fields, "none", &number));
	assert_false(mrl_plan_number(plan, MRL_CONTROL_cors, "credentials", &number));
	assert_false(mrl_plan_number(plan, MRL_CONTROL_trace, "none", &number));
	assert_int_equal(number, -7);
	release(&loaded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses),
		cmocka_unit_test(nearest_layer_wins_per_key),
		cmocka_unit_test(compiles_for_each_operation),
		cmocka_unit_test(sets_limits),
		cmocka_unit_test(shares_what_is_the_same),
		cmocka_unit_test(holds_all_controls),
		cmocka_unit_test(mode_is_a_key_like_others),
		cmocka_unit_test(shadow_holds_in_each_stage),
		cmocka_unit_test(finds_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
