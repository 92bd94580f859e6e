/* What a control says of a call: facts, fields for the upstream, for the answer, for the reply. */
#include "../check.h"

#include <merlon/control.h>

static const struct mrl_fact_row rows[] = {{"one", MRL_FACT_NUMBER, false, "first"},
                                           {"two", MRL_FACT_WORD, false, "second"}};

static void keeps_the_last_number(void **state)
{
	struct mrl_call call = {0};
	(void)state;
	mrl_call_number(&call, &rows[0], 1);
	mrl_call_number(&call, &rows[0], 2);
	assert_int_equal(call.fact_count, 1);
	assert_ptr_equal(call.facts[0].row, &rows[0]);
	assert_int_equal(call.facts[0].number, 2);
}

static void keeps_each_word_once(void **state)
{
	struct mrl_call call = {0};
	(void)state;
	mrl_call_word(&call, &rows[1], MRL_SLICE("a"));
	mrl_call_word(&call, &rows[1], MRL_SLICE("b"));
	mrl_call_word(&call, &rows[1], MRL_SLICE("a"));
	assert_int_equal(call.fact_count, 2);
	check_slice(call.facts[0].word, "a");
	check_slice(call.facts[1].word, "b");
}

/* What lies behind the counts is not zeroed for a new call. */
static void drops_facts_without_room(void **state)
{
	struct mrl_fact_row many[MRL_FACTS_MAX + 1] = {{.name = "x"}};
	struct mrl_call call = {0};
	(void)state;
	memset(call.facts, 0xEE, sizeof(call.facts));
	for (size_t i = 0; i < MRL_COUNT(many); i++) {
		mrl_call_number(&call, &many[i], i);
	}
	assert_int_equal(call.fact_count, MRL_FACTS_MAX);
	for (size_t i = 0; i < MRL_FACTS_MAX; i++) {
		assert_ptr_equal(call.facts[i].row, &many[i]);
		assert_int_equal(call.facts[i].word.size, 0);
	}
	mrl_call_number(&call, &many[0], 77); /* said before: it has its place */
	assert_int_equal(call.facts[0].number, 77);
}

static void sets_fields_by_name(void **state)
{
	struct mrl_call call = {0};
	(void)state;
	assert_int_equal(mrl_call_set(&call, MRL_SLICE("X-A"), MRL_SLICE("1")), MRL_OK);
	assert_int_equal(mrl_call_set(&call, MRL_SLICE("X-B"), MRL_SLICE("2")), MRL_OK);
	assert_int_equal(mrl_call_set(&call, MRL_SLICE("x-a"), MRL_SLICE("3")), MRL_OK);
	assert_int_equal(mrl_call_answer(&call, MRL_SLICE("X-A"), MRL_SLICE("4")), MRL_OK);
	assert_int_equal(call.set_count, 2);
	check_slice(call.sets[0].value, "3");
	check_slice(call.sets[1].value, "2");
	assert_int_equal(call.answer_count, 1);
	check_slice(call.answers[0].value, "4");
}

static void refuses_fields_without_room(void **state)
{
	static const uint8_t letters[] = "abcdefghijklmnopqrst";
	struct mrl_call call = {0};
	(void)state;
	for (size_t i = 0; i < MRL_CALL_SETS_MAX; i++) {
		assert_int_equal(mrl_call_set(&call, mrl_slice(&letters[i], 1), MRL_SLICE("")),
		                 MRL_OK);
	}
	assert_int_equal(mrl_call_set(&call, MRL_SLICE("z"), MRL_SLICE("")), MRL_ERR_FULL);
	assert_int_equal(mrl_call_set(&call, MRL_SLICE("A"), MRL_SLICE("again")), MRL_OK);
	assert_int_equal(call.set_count, MRL_CALL_SETS_MAX);
	check_slice(call.sets[0].value, "again");
}

/* ---- Replies ----------------------------------------------------------------------------------
 */

struct reply {
	struct mrl_reply reply;
	struct mrl_field fields[8];
	const struct mrl_field *sets[MRL_REPLY_SETS_MAX];
};

static void add(struct reply *reply, const char *name)
{
	struct mrl_field *field = &reply->fields[reply->reply.field_count++];
	*field = (struct mrl_field){.name = mrl_slice_text(name)};
	mrl_field_classify(field);
	if (reply->reply.first[field->id] == 0) {
		reply->reply.first[field->id] = (uint8_t)reply->reply.field_count;
	}
}

static void init(struct reply *reply)
{
	*reply = (struct reply){0};
	reply->reply.fields = reply->fields;
	reply->reply.sets = reply->sets;
	add(reply, "vary");
	add(reply, "x-own");
	add(reply, "vary");
	add(reply, "etag");
}

static const struct mrl_field vary = {
	.name = MRL_SLICE_INIT("Vary"), .value = MRL_SLICE_INIT("Origin"), .id = MRL_FIELD_VARY};

static void replaces_the_upstream_s(void **state)
{
	struct reply r;
	(void)state;
	init(&r);
	assert_int_equal(mrl_reply_set(&r.reply, &vary), MRL_OK);
	assert_int_equal(r.reply.set_count, 1);
	assert_ptr_equal(r.sets[0], &vary);
	assert_true(r.fields[0].drop);
	assert_false(r.fields[1].drop);
	assert_true(r.fields[2].drop);
	assert_false(r.fields[3].drop);
}

static void replaces_what_was_set(void **state)
{
	static const struct mrl_field again = {.name = MRL_SLICE_INIT("VARY"),
	                                       .value = MRL_SLICE_INIT("*")};
	struct reply r;
	(void)state;
	init(&r);
	assert_int_equal(mrl_reply_set(&r.reply, &vary), MRL_OK);
	assert_int_equal(mrl_reply_set(&r.reply, &again), MRL_OK); /* has no id: by its name */
	assert_int_equal(r.reply.set_count, 1);
	assert_ptr_equal(r.sets[0], &again);
}

static void knows_names_without_an_id(void **state)
{
	static const struct mrl_field own = {.name = MRL_SLICE_INIT("X-Own"),
	                                     .value = MRL_SLICE_INIT("1")};
	static const struct mrl_field other = {.name = MRL_SLICE_INIT("X-Other"),
	                                       .value = MRL_SLICE_INIT("1")};
	struct reply r;
	(void)state;
	init(&r);
	assert_int_equal(mrl_reply_set(&r.reply, &own), MRL_OK);
	assert_int_equal(mrl_reply_set(&r.reply, &other), MRL_OK);
	assert_int_equal(r.reply.set_count, 2);
	assert_true(r.fields[1].drop);
	assert_false(r.fields[0].drop);
}

static void refuses_replies_without_room(void **state)
{
	struct mrl_field fields[MRL_REPLY_SETS_MAX + 1] = {{.drop = false}};
	uint8_t names[MRL_REPLY_SETS_MAX + 1];
	struct reply r;
	(void)state;
	init(&r);
	for (size_t i = 0; i < MRL_COUNT(fields); i++) {
		names[i] = (uint8_t)(0x80 + i);
		fields[i].name = mrl_slice(&names[i], 1);
		assert_int_equal(mrl_reply_set(&r.reply, &fields[i]),
		                 i < MRL_REPLY_SETS_MAX ? MRL_OK : MRL_ERR_FULL);
	}
	assert_int_equal(r.reply.set_count, MRL_REPLY_SETS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_the_last_number),
		cmocka_unit_test(keeps_each_word_once),
		cmocka_unit_test(drops_facts_without_room),
		cmocka_unit_test(sets_fields_by_name),
		cmocka_unit_test(refuses_fields_without_room),
		cmocka_unit_test(replaces_the_upstream_s),
		cmocka_unit_test(replaces_what_was_set),
		cmocka_unit_test(knows_names_without_an_id),
		cmocka_unit_test(refuses_replies_without_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
