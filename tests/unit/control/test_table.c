/* The table of controls: everything that docs, policy and audit are made from. */
#include "fixture.h"

/* One word of a list that is parted by blanks. */
static bool next_word(struct mrl_slice *rest, struct mrl_slice *ret_word)
{
	size_t end = mrl_slice_find(*rest, ' ');
	*ret_word = mrl_slice_sub(*rest, 0, end);
	*rest = mrl_slice_from(*rest, end + 1);
	return ret_word->size != 0;
}

static const struct {
	const char *family;
	unsigned count;
} checklist[] = {{"AUTH-", 6}, {"RATE-", 5}, {"INPUT-", 5}, {"TLS-", 4},
                 {"CORS-", 4}, {"ERR-", 4},  {"HDR-", 1},   {"AUDIT-", 4}};

static bool is_item(struct mrl_slice word)
{
	for (size_t i = 0; i < MRL_COUNT(checklist); i++) {
		struct mrl_slice family = mrl_slice_text(checklist[i].family);
		uint64_t number;
		if (mrl_slice_starts(word, family)) {
			return mrl_parse_u64(mrl_slice_from(word, family.size), &number) &&
			       number >= 1 && number <= checklist[i].count;
		}
	}
	return false;
}

static bool is_name(const char *name, size_t size_max)
{
	size_t size = strlen(name);
	for (size_t i = 0; i < size; i++) {
		if (!(name[i] >= 'a' && name[i] <= 'z') && name[i] != '_' &&
		    !(i > 0 && mrl_is_digit((uint8_t)name[i]))) {
			return false;
		}
	}
	return size > 0 && size <= size_max;
}

static bool is_line(const char *text, size_t size_max)
{
	return text != NULL && text[0] != '\0' && strlen(text) <= size_max &&
	       strchr(text, '\n') == NULL;
}

static void controls_are_in_their_order(void **state)
{
	static const char *const order[] = {
		"transport",   "protocol",   "fields",       "target",
		"client_ip",   "trace",      "cors",         "operation",
		"media",       "identity",   "own_cookies",  "reply_frame",
		"reply_error", "reply_leak", "reply_fields", "security_headers"};
	int at = -1;
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(order); i++) {
		int found = 0;
		while (found < MRL_CONTROL_COUNT &&
		       strcmp(mrl_controls[found]->name, order[i]) != 0) {
			found++;
		}
		assert_true(found < MRL_CONTROL_COUNT);
		assert_true(found > at);
		at = found;
	}
}

static void controls_say_what_they_are(void **state)
{
	(void)state;
	for (int i = 0; i < MRL_CONTROL_COUNT; i++) {
		const struct mrl_control *control = mrl_controls[i];
		bool asked = false;
		assert_non_null(control);
		assert_true(is_name(control->name, 32));
		assert_true(is_line(control->summary, 100));
		for (int stage = 0; stage < MRL_STAGE_COUNT; stage++) {
			asked = asked || control->decide[stage] != NULL;
		}
		assert_true(asked);
		for (int j = 0; j < i; j++) {
			assert_string_not_equal(control->name, mrl_controls[j]->name);
		}
	}
}

static void controls_answer_checklist_items(void **state)
{
	(void)state;
	for (int i = 0; i < MRL_CONTROL_COUNT; i++) {
		struct mrl_slice rest = mrl_slice_text(mrl_controls[i]->items);
		struct mrl_slice item;
		unsigned count = 0;
		while (next_word(&rest, &item)) {
			count++;
			if (!is_item(item)) {
				fail_msg("%s: \"%.*s\"", mrl_controls[i]->name, MRL_PRINT(item));
			}
		}
		assert_true(count != 0);
		assert_int_equal(rest.size, 0);
	}
}

static void check_default(const struct mrl_control *control, const struct mrl_key *key)
{
	uint64_t number;
	size_t choice = 0;
	assert_non_null(key->fallback);
	switch (key->kind) {
	case MRL_KEY_BOOL:
		assert_true(strcmp(key->fallback, "on") == 0 || strcmp(key->fallback, "off") == 0);
		return;
	case MRL_KEY_NUMBER:
		assert_true(mrl_parse_u64(mrl_slice_text(key->fallback), &number));
		assert_true(key->min < key->max);
		assert_true((int64_t)number >= key->min && (int64_t)number <= key->max);
		return;
	case MRL_KEY_ENUM:
		assert_non_null(key->choices);
		while (key->choices[choice] != NULL &&
		       strcmp(key->choices[choice], key->fallback) != 0) {
			choice++;
		}
		assert_non_null(key->choices[choice]);
		return;
	case MRL_KEY_TEXT:
		assert_true((int64_t)strlen(key->fallback) >= key->min);
		assert_true((int64_t)strlen(key->fallback) <= key->max);
		return;
	case MRL_KEY_LIST:
		assert_string_equal(key->fallback, "[]");
		assert_true(key->max > 0);
		return;
	case MRL_KEY_OBJECT:
	case MRL_KEY_OBJECTS:
	case MRL_KEY_MAP:
	case MRL_KEY_CONTROLS: fail_msg("%s: %s is a section", control->name, key->name);
	}
}

static size_t size_of(enum mrl_key_kind kind)
{
	switch (kind) {
	case MRL_KEY_BOOL: return sizeof(bool);
	case MRL_KEY_NUMBER: return sizeof(int64_t);
	case MRL_KEY_ENUM: return sizeof(int);
	case MRL_KEY_TEXT: return sizeof(struct mrl_setting);
	case MRL_KEY_LIST: return sizeof(struct mrl_settings);
	case MRL_KEY_OBJECT:
	case MRL_KEY_OBJECTS:
	case MRL_KEY_MAP:
	case MRL_KEY_CONTROLS: break;
	}
	return sizeof(void *);
}

static void keys_have_sane_defaults(void **state)
{
	(void)state;
	for (int i = 0; i < MRL_CONTROL_COUNT; i++) {
		const struct mrl_control *control = mrl_controls[i];
		for (const struct mrl_key *key = control->keys; key != NULL && key->name != NULL;
		     key++) {
			assert_true(is_name(key->name, 32));
			assert_string_not_equal(key->name, "mode");
			assert_true(is_line(key->meaning, 100));
			check_default(control, key);
			assert_true(key->offset + size_of(key->kind) <= control->config_bytes);
			for (const struct mrl_key *other = control->keys; other < key; other++) {
				assert_string_not_equal(key->name, other->name);
				assert_true(key->offset + size_of(key->kind) <= other->offset ||
				            other->offset + size_of(other->kind) <= key->offset);
			}
		}
	}
}

static void facts_can_stand_in_records(void **state)
{
	(void)state;
	for (int i = 0; i < MRL_CONTROL_COUNT; i++) {
		for (const struct mrl_fact_row *fact = mrl_controls[i]->facts;
		     fact != NULL && fact->name != NULL; fact++) {
			assert_true(is_name(fact->name, 32));
			assert_true(is_line(fact->meaning, 100));
			for (int j = 0; j < i; j++) {
				for (const struct mrl_fact_row *other = mrl_controls[j]->facts;
				     other != NULL && other->name != NULL; other++) {
					/* Controls of one family may share a table. */
					assert_true(fact == other ||
					            strcmp(fact->name, other->name) != 0);
				}
			}
		}
	}
}

static void problems_are_known(void **state)
{
	(void)state;
	for (int i = 0; i < MRL_CONTROL_COUNT; i++) {
		const struct mrl_control *control = mrl_controls[i];
		assert_int_equal(control->problem_count == 0, control->problems == NULL);
		for (uint8_t j = 0; j < control->problem_count; j++) {
			assert_true(control->problems[j] < MRL_PROBLEM_COUNT);
			assert_true(is_line(mrl_problems[control->problems[j]].id, 32));
			for (uint8_t k = 0; k < j; k++) {
				assert_int_not_equal(control->problems[j], control->problems[k]);
			}
		}
		/* Who can only be tried must be able to refuse. */
		assert_true(!control->judges || control->problem_count != 0);
	}
}

static const struct {
	enum mrl_control_id id;
	bool head, reply, answer, judges;
} stages[] = {
	{MRL_CONTROL_transport, true, false, false, false},
	{MRL_CONTROL_protocol, true, false, false, true},
	{MRL_CONTROL_fields, true, false, false, true},
	{MRL_CONTROL_target, true, false, false, true},
	{MRL_CONTROL_client_ip, true, false, false, false},
	{MRL_CONTROL_trace, true, false, false, false},
	{MRL_CONTROL_cors, true, true, true, true},
	{MRL_CONTROL_operation, true, false, false, true},
	{MRL_CONTROL_media, true, false, false, true},
	{MRL_CONTROL_identity, true, false, false, false},
	{MRL_CONTROL_own_cookies, true, true, false, true},
	{MRL_CONTROL_reply_frame, false, true, false, false},
	{MRL_CONTROL_reply_error, false, true, false, true},
	{MRL_CONTROL_reply_leak, false, true, false, true},
	{MRL_CONTROL_reply_fields, false, true, false, false},
	{MRL_CONTROL_security_headers, false, true, true, false},
};

/* On answers of ours only cors and security_headers run. */
static void controls_stand_in_their_stages(void **state)
{
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(stages); i++) {
		const struct mrl_control *control = mrl_controls[stages[i].id];
		assert_int_equal(control->decide[MRL_STAGE_HEAD] != NULL, stages[i].head);
		assert_int_equal(control->decide[MRL_STAGE_REPLY] != NULL, stages[i].reply);
		assert_int_equal(control->decide[MRL_STAGE_ANSWER] != NULL, stages[i].answer);
		assert_int_equal(control->judges, stages[i].judges);
	}
}

/* An operation that the policy does not mention has them all. */
static void plans_have_all_controls(void **state)
{
	struct fixture *f = *state;
	fixture_passed(f, "GET", "/v1/orders");
	for (int stage = 0; stage < MRL_STAGE_COUNT; stage++) {
		const struct mrl_plan *plan = f->call.route.plan;
		uint16_t at = 0;
		for (int i = 0; i < MRL_CONTROL_COUNT; i++) {
			if (mrl_controls[i]->decide[stage] != NULL) {
				assert_true(at < plan->counts[stage]);
				assert_ptr_equal(plan->steps[stage][at++].control, mrl_controls[i]);
			}
		}
		assert_int_equal(at, plan->counts[stage]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(controls_are_in_their_order),
		cmocka_unit_test(controls_say_what_they_are),
		cmocka_unit_test(controls_answer_checklist_items),
		cmocka_unit_test(keys_have_sane_defaults),
		cmocka_unit_test(facts_can_stand_in_records),
		cmocka_unit_test(problems_are_known),
		cmocka_unit_test(controls_stand_in_their_stages),
		with_fixture(plans_have_all_controls),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
