/*
 * What a control says of a call: facts for the record, fields for the upstream, for the answer and
 * for the reply. A control may be asked again after NEED, so saying a thing twice says it once.
 */
#include <merlon/control.h>

/* Where the fact goes: its own place if it was said before, else a new one; NULL: no room. */
static struct mrl_fact *fact_place(struct mrl_call *call, const struct mrl_fact_row *row,
                                   struct mrl_slice word)
{
	for (uint8_t i = 0; i < call->fact_count; i++) {
		struct mrl_fact *fact = &call->facts[i];
		if (fact->row == row && mrl_slice_equal(fact->word, word)) {
			return fact;
		}
	}
	return call->fact_count == MRL_FACTS_MAX ? NULL : &call->facts[call->fact_count++];
}

void mrl_call_number(struct mrl_call *call, const struct mrl_fact_row *row, uint64_t number)
{
	struct mrl_fact *fact = fact_place(call, row, MRL_SLICE_NONE);
	if (fact != NULL) {
		*fact = (struct mrl_fact){.row = row, .number = number};
	}
}

void mrl_call_word(struct mrl_call *call, const struct mrl_fact_row *row, struct mrl_slice word)
{
	struct mrl_fact *fact = fact_place(call, row, word);
	if (fact != NULL) {
		*fact = (struct mrl_fact){.row = row, .word = word};
	}
}

static enum mrl_err put_field(struct mrl_field *fields, uint8_t *count, struct mrl_slice name,
                              struct mrl_slice value)
{
	uint8_t place = 0;
	while (place < *count && !mrl_slice_equal_nocase(fields[place].name, name)) {
		place++;
	}
	if (place == MRL_CALL_SETS_MAX) {
		return MRL_ERR_FULL;
	}
	*count = place == *count ? (uint8_t)(place + 1) : *count;
	fields[place] = (struct mrl_field){.name = name, .value = value};
	return MRL_OK;
}

enum mrl_err mrl_call_set(struct mrl_call *call, struct mrl_slice name, struct mrl_slice value)
{
	return put_field(call->sets, &call->set_count, name, value);
}

enum mrl_err mrl_call_answer(struct mrl_call *call, struct mrl_slice name, struct mrl_slice value)
{
	return put_field(call->answers, &call->answer_count, name, value);
}

static bool is_same_name(const struct mrl_field *a, const struct mrl_field *b)
{
	if (a->id != MRL_FIELD_UNKNOWN && b->id != MRL_FIELD_UNKNOWN) {
		return a->id == b->id;
	}
	return mrl_slice_equal_nocase(a->name, b->name);
}

/* Fields of the reply that were classified are found by `first`; most names are not there at all.
 */
static void drop_same(struct mrl_reply *reply, const struct mrl_field *field)
{
	uint32_t start = 0;
	if (field->id != MRL_FIELD_UNKNOWN) {
		if (reply->first[field->id] == 0) {
			return;
		}
		start = reply->first[field->id] - 1U;
	}
	for (uint32_t i = start; i < reply->field_count; i++) {
		if (is_same_name(&reply->fields[i], field)) {
			reply->fields[i].drop = true;
		}
	}
}

enum mrl_err mrl_reply_set(struct mrl_reply *reply, const struct mrl_field *field)
{
	uint32_t place = 0;
	while (place < reply->set_count && !is_same_name(reply->sets[place], field)) {
		place++;
	}
	if (place == MRL_REPLY_SETS_MAX) {
		return MRL_ERR_FULL;
	}
	drop_same(reply, field);
	reply->set_count += place == reply->set_count ? 1U : 0U;
	reply->sets[place] = field;
	return MRL_OK;
}
