/* The fixture of controls: what the last run must have left. */
#include "fixture.h"

bool denied_by(const struct fixture *fixture, enum mrl_control_id control)
{
	return fixture->verdict.outcome == MRL_DENY &&
	       fixture->call.denied_by == mrl_controls[control];
}

void assert_denied(const struct fixture *fixture, enum mrl_control_id control,
                   enum mrl_problem_id problem)
{
	assert_int_equal(fixture->verdict.outcome, MRL_DENY);
	assert_string_equal(mrl_problems[fixture->verdict.problem].id, mrl_problems[problem].id);
	assert_non_null(fixture->call.denied_by);
	assert_string_equal(fixture->call.denied_by->name, mrl_controls[control]->name);
}

void assert_refused(const struct fixture *fixture, enum mrl_control_id control,
                    enum mrl_problem_id problem, uint16_t status)
{
	assert_denied(fixture, control, problem);
	assert_int_equal(fixture->verdict.status, status);
}

void assert_passed(const struct fixture *fixture)
{
	if (fixture->verdict.outcome == MRL_DENY) {
		print_error("denied: %s\n", mrl_problems[fixture->verdict.problem].id);
	}
	assert_int_equal(fixture->verdict.outcome, MRL_PASS);
}

static const struct mrl_field *find(const struct mrl_field *fields, uint32_t count,
                                    const char *name)
{
	for (uint32_t i = 0; i < count; i++) {
		if (mrl_slice_equal_nocase(fields[i].name, mrl_slice_text(name))) {
			return &fields[i];
		}
	}
	return NULL;
}

void assert_dropped(const struct fixture *fixture, const char *name, bool dropped)
{
	const struct mrl_field *field = find(fixture->fields, fixture->view.field_count, name);
	if (field == NULL) {
		fail_msg("no field %s", name);
		return;
	}
	assert_int_equal(field->drop, dropped);
}

void assert_reply_dropped(const struct fixture *fixture, const char *name, bool dropped)
{
	const struct mrl_field *field = find(fixture->reply_fields, fixture->reply.field_count,
	                                     name);
	if (field == NULL) {
		fail_msg("no field %s", name);
		return;
	}
	assert_int_equal(field->drop, dropped);
}

static void assert_value(const struct mrl_field *field, const char *value)
{
	if (value == NULL) {
		assert_null(field);
		return;
	}
	assert_non_null(field);
	assert_int_equal(field->value.size, strlen(value));
	assert_memory_equal(field->value.data, value, strlen(value));
}

void assert_set(const struct fixture *fixture, const char *name, const char *value)
{
	assert_value(find(fixture->call.sets, fixture->call.set_count, name), value);
}

void assert_reply_set(const struct fixture *fixture, const char *name, const char *value)
{
	const struct mrl_field *found = NULL;
	for (uint32_t i = 0; i < fixture->reply.set_count && found == NULL; i++) {
		found = find(fixture->reply.sets[i], 1, name);
	}
	assert_value(found, value);
}

void assert_answer(const struct fixture *fixture, const char *name, const char *value)
{
	assert_value(find(fixture->call.answers, fixture->call.answer_count, name), value);
}

int64_t fact_number(const struct fixture *fixture, const char *name)
{
	for (uint8_t i = 0; i < fixture->call.fact_count; i++) {
		if (strcmp(fixture->call.facts[i].row->name, name) == 0) {
			return (int64_t)fixture->call.facts[i].number;
		}
	}
	return -1;
}

bool has_word(const struct fixture *fixture, const char *name, const char *word)
{
	for (uint8_t i = 0; i < fixture->call.fact_count; i++) {
		const struct mrl_fact *fact = &fixture->call.facts[i];
		if (strcmp(fact->row->name, name) == 0 && mrl_slice_is(fact->word, word)) {
			return true;
		}
	}
	return false;
}

static bool holds(struct mrl_slice text, const char *part)
{
	struct mrl_slice wanted = mrl_slice_text(part);
	return wanted.size == 0 || mrl_slice_find_text(text, wanted) < text.size;
}

bool diagnosed(const struct fixture *fixture, const char *code, const char *part)
{
	for (const struct mrl_diagnostic *d = fixture->diagnostics.first; d != NULL; d = d->next) {
		if (strcmp(d->code, code) == 0 &&
		    (holds(d->message, part) || holds(d->hint, part))) {
			return true;
		}
	}
	return false;
}

void assert_error(const struct fixture *fixture, const char *error)
{
	const struct mrl_slice *text = &fixture->call.problem_error;
	char copy[4096];
	assert_true(text->size < sizeof(copy));
	if (text->size != 0) {
		memcpy(copy, text->data, text->size);
	}
	copy[text->size] = '\0';
	assert_string_equal(copy, error);
}
