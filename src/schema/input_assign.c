/* Pairs of a query or form given to the fields that claim their names; headers likewise. */
#include "judge.h"

#define NOBODY UINT16_MAX

struct owner {
	uint16_t field;
	uint16_t member;
	struct mrl_slice name; /* of a member that is not listed */
};

/* "filter[color]" where the object has room for names that are not listed. */
static bool is_deep_rest(const struct mrl_parameter *parameter, struct mrl_slice name,
                         struct mrl_slice *ret_member)
{
	size_t base = parameter->name.size;
	if (parameter->style != MRL_STYLE_DEEP || parameter->rest == 0 || name.size < base + 2 ||
	    !mrl_slice_starts(name, parameter->name) || name.data[base] != '[' ||
	    name.data[name.size - 1] != ']') {
		return false;
	}
	*ret_member = mrl_slice_sub(name, base + 1, name.size - base - 2);
	return mrl_slice_find(*ret_member, '[') == ret_member->size &&
	       mrl_slice_find(*ret_member, ']') == ret_member->size;
}

static struct owner find_owner(const struct mrl_input_fields *fields, struct mrl_slice name)
{
	struct owner owner = {.field = NOBODY, .member = MRL_CLAIM_WHOLE};
	for (uint32_t i = 0; i < fields->claim_count; i++) {
		const struct mrl_input_claim *claim = &fields->claims[i];
		if (mrl_slice_equal(claim->name, name)) {
			return (struct owner){.field = claim->field, .member = claim->member};
		}
	}
	for (uint32_t i = 0; i < fields->count; i++) {
		if (is_deep_rest(&fields->items[i], name, &owner.name)) {
			owner.field = (uint16_t)i;
			return owner;
		}
	}
	return owner;
}

/* By field, in the order received: counted, then put in place. */
static void sort(const struct owner *owners, const struct mrl_pair *pairs, uint32_t count,
                 uint32_t field_count, struct mrl_assigned *assigned)
{
	for (uint32_t i = 0; i < count; i++) {
		if (owners[i].field == NOBODY) {
			assigned->foreign[assigned->foreign_count++] = i;
		} else {
			assigned->first[owners[i].field + 1]++;
		}
	}
	for (uint32_t i = 0; i < field_count; i++) {
		assigned->first[i + 1] += assigned->first[i];
	}
	for (uint32_t i = count; i-- > 0;) {
		if (owners[i].field != NOBODY) {
			/* From the end of each run backwards; `first` is the end of the one before.
			 */
			uint32_t at = --assigned->first[owners[i].field + 1];
			assigned->raws[at] = (struct mrl_style_raw){.text = pairs[i].value,
			                                            .member = owners[i].member,
			                                            .pair = i,
			                                            .name = owners[i].name};
		}
	}
}

enum mrl_err mrl_input_assign(const struct mrl_input_fields *fields, const struct mrl_pair *pairs,
                              uint32_t count, struct mrl_arena *arena,
                              struct mrl_assigned *ret_assigned)
{
	struct mrl_assigned assigned = {
		.raws = MRL_NEW_ARRAY(arena, count, struct mrl_style_raw),
		.first = MRL_NEW_ARRAY(arena, (size_t)fields->count + 2, uint32_t),
		.foreign = MRL_NEW_ARRAY(arena, count, uint32_t)};
	struct owner *owners = MRL_NEW_ARRAY(arena, count, struct owner);
	if (assigned.raws == NULL || assigned.first == NULL || assigned.foreign == NULL ||
	    owners == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < count; i++) {
		owners[i] = find_owner(fields, pairs[i].name);
	}
	sort(owners, pairs, count, fields->count, &assigned);
	/* Each now stands where its run begins: one place further on. */
	memmove(assigned.first, assigned.first + 1, (fields->count + 1U) * sizeof(uint32_t));
	assigned.first[fields->count] = count - assigned.foreign_count;
	*ret_assigned = assigned;
	return MRL_OK;
}

static struct mrl_slice header_name(const struct mrl_header_list *list, uint32_t i)
{
	return list->fields != NULL ? list->fields[i].name : list->part_fields[i].name;
}

static struct mrl_slice header_value(const struct mrl_header_list *list, uint32_t i)
{
	return list->fields != NULL ? list->fields[i].value : list->part_fields[i].value;
}

static enum mrl_err judge_header(struct mrl_judge *judge, const struct mrl_parameter *parameter,
                                 const struct mrl_header_list *list)
{
	struct mrl_style_raw raw = {.member = MRL_CLAIM_WHOLE};
	const struct mrl_style_raws raws = {.items = &raw, .count = 1};
	uint32_t times = 0;
	for (uint32_t i = 0; i < list->count; i++) {
		if (mrl_slice_equal_nocase(header_name(list, i), parameter->name)) {
			raw.text = header_value(list, i);
			times++;
		}
	}
	judge->name = parameter->name;
	if (times == 0) {
		return parameter->required ? mrl_refuse(judge, judge->syntax, MRL_SLICE("missing"))
		                           : MRL_OK;
	}
	return times > 1 ? mrl_refuse(judge, judge->syntax, MRL_SLICE("repeated"))
	                 : mrl_judge_value(judge, parameter, &raws);
}

enum mrl_err mrl_judge_headers(struct mrl_judge *judge, const struct mrl_input_fields *fields,
                               const struct mrl_header_list *list)
{
	enum mrl_err err = MRL_OK;
	for (uint32_t i = 0; err == MRL_OK && !mrl_judge_refused(judge) && i < fields->count; i++) {
		err = judge_header(judge, &fields->items[i], list);
	}
	return err;
}
