/* What a set of schemas says of an object: one table of its names. */
#include "merge.h"

struct names {
	struct mrl_slice *items;
	uint32_t count;
};

static bool collect_names(struct mrl_merge *merge, const struct mrl_merge_set *set,
                          struct names *names)
{
	size_t most = 0;
	for (uint32_t i = 0; i < set->count; i++) {
		most += (size_t)set->items[i]->properties.count + set->items[i]->required.count;
	}
	names->items = MRL_NEW_ARRAY(&merge->work, most, struct mrl_slice);
	if (names->items == NULL) {
		merge->err = MRL_ERR_MEMORY;
		return false;
	}
	for (uint32_t i = 0; i < set->count; i++) {
		const struct mrl_ir *ir = set->items[i];
		for (uint32_t j = 0; j < ir->properties.count; j++) {
			names->items[names->count++] = ir->properties.items[j].name;
		}
		for (uint32_t j = 0; j < ir->required.count; j++) {
			names->items[names->count++] = ir->required.items[j];
		}
	}
	return true;
}

/* Once each, in the order of the document. */
static bool unite(struct mrl_merge *merge, struct names *names)
{
	struct mrl_merged_names found;
	if (mrl_merged_names(&merge->work, names->items, names->count, &found) != MRL_OK) {
		merge->err = MRL_ERR_MEMORY;
		return false;
	}
	uint32_t count = 0;
	for (uint32_t i = 0; i < names->count; i++) {
		if (mrl_merged_find(&found, found.texts[i]) == i + 1) {
			names->items[count++] = found.texts[i];
		}
	}
	names->count = count;
	return true;
}

/* INPUT-2: what only the other side may say. */
static bool is_other_sides(const struct mrl_merge *merge, const struct mrl_ir *value)
{
	const struct mrl_schema_options *options = &merge->program->options;
	const struct mrl_site *site = mrl_merge_site(merge, value);
	if (options->direction == MRL_DIRECTION_REQUEST) {
		return site->read_only && options->read_only == MRL_READ_ONLY_REFUSE;
	}
	return options->direction == MRL_DIRECTION_REPLY && site->write_only;
}

struct member {
	struct mrl_merge_set values;
	bool refused;
	bool listed; /* among properties */
	bool bad;    /* a pattern that ran out of its budget: not to be told at load */
};

static bool add_patterns(struct mrl_merge *merge, const struct mrl_ir *ir, struct mrl_slice name,
                         struct member *member)
{
	bool matched = false;
	for (uint32_t i = 0; i < ir->patterns.count; i++) {
		const struct mrl_ir_member *pattern = &ir->patterns.items[i];
		uint64_t steps = UINT32_MAX;
		uint32_t regex_steps = 1000000;
		if (pattern->regex == NULL) {
			continue;
		}
		switch (mrl_regex_search(pattern->regex, name, &merge->work, &steps,
		                         &regex_steps)) {
		case MRL_REGEX_NO: break;
		case MRL_REGEX_EXHAUSTED: member->bad = true; break;
		case MRL_REGEX_YES:
			mrl_merge_add(&member->values, pattern->schema);
			matched = true;
			break;
		}
	}
	return matched;
}

static void add_rest(const struct mrl_ir *ir, struct member *member)
{
	if (ir->additional != NULL) {
		member->refused = member->refused || ir->additional->never;
		mrl_merge_add(&member->values, ir->additional);
	}
}

static void find_member(struct mrl_merge *merge, const struct mrl_merge_set *set,
                        struct mrl_slice name, struct member *member)
{
	*member = (struct member){.refused = false};
	for (uint32_t i = 0; i < set->count; i++) {
		const struct mrl_ir *ir = set->items[i];
		const struct mrl_ir_member *property = mrl_site_property(mrl_merge_site(merge, ir),
		                                                         name);
		bool matched = property != NULL;
		member->listed = member->listed || matched;
		if (matched) {
			member->refused = member->refused ||
			                  is_other_sides(merge, property->schema);
			mrl_merge_add(&member->values, property->schema);
		}
		matched = add_patterns(merge, ir, name, member) || matched;
		if (!matched) {
			add_rest(ir, member);
		}
	}
}

static const struct mrl_merged *form_of(struct mrl_merge *merge, const struct member *member,
                                        bool free)
{
	if (member->refused) {
		return NULL;
	}
	return member->values.count == 0 && free ? merge->skip
	                                         : mrl_merge_of(merge, &member->values);
}

static bool is_required(const struct mrl_merge *merge, const struct mrl_merge_set *set,
                        struct mrl_slice name)
{
	const struct mrl_schema_options *options = &merge->program->options;
	bool waives = options->direction != MRL_DIRECTION_NONE &&
	              !options->read_only_required_strict;
	bool required = false;
	for (uint32_t i = 0; i < set->count; i++) {
		const struct mrl_ir *ir = set->items[i];
		const struct mrl_ir_member *property = mrl_site_property(mrl_merge_site(merge, ir),
		                                                         name);
		if (property != NULL && waives) {
			const struct mrl_site *site = mrl_merge_site(merge, property->schema);
			if (options->direction == MRL_DIRECTION_REQUEST ? site->read_only
			                                                : site->write_only) {
				return false;
			}
		}
		for (uint32_t j = 0; j < ir->required.count; j++) {
			required = required || mrl_slice_equal(ir->required.items[j], name);
		}
	}
	return required;
}

static bool make_slots(struct mrl_merge *merge, const struct mrl_merge_set *set,
                       const struct names *names, struct mrl_merged *merged)
{
	struct mrl_merged_names index;
	merged->slots = MRL_NEW_ARRAY(merge->arena, names->count, struct mrl_merged_slot);
	if (merged->slots == NULL ||
	    mrl_merged_names(merge->arena, names->items, names->count, &index) != MRL_OK) {
		merge->err = MRL_ERR_MEMORY;
		return false;
	}
	merged->slot_count = names->count;
	merged->table = index.table;
	merged->mask = index.mask;
	for (uint32_t i = 0; i < names->count; i++) {
		struct mrl_merged_slot *slot = &merged->slots[i];
		struct member member;
		slot->name = names->items[i];
		slot->head = mrl_merged_head(slot->name);
		find_member(merge, set, slot->name, &member);
		if (member.bad || member.values.overflow) {
			return false;
		}
		slot->value = form_of(merge, &member, merge->closed && merged->list_count != 0);
		slot->required = is_required(merge, set, slot->name);
		slot->listed = member.listed;
		merged->required_count += slot->required;
	}
	return merge->err == MRL_OK;
}

/* A name that matches one pattern: its schema, and what others say of all names. */
static bool make_patterns(struct mrl_merge *merge, const struct mrl_merge_set *set,
                          struct mrl_merged *merged)
{
	const struct mrl_ir *owner = NULL;
	for (uint32_t i = 0; i < set->count; i++) {
		if (set->items[i]->patterns.count != 0) {
			if (owner != NULL) {
				return false;
			}
			owner = set->items[i];
		}
	}
	if (owner == NULL) {
		return true;
	}
	merged->patterns = MRL_NEW_ARRAY(merge->arena, owner->patterns.count,
	                                 struct mrl_merged_pattern);
	if (merged->patterns == NULL) {
		merge->err = MRL_ERR_MEMORY;
		return false;
	}
	for (uint32_t i = 0; i < owner->patterns.count; i++) {
		struct member member = {.refused = false};
		if (owner->patterns.items[i].regex == NULL) {
			return false;
		}
		mrl_merge_add(&member.values, owner->patterns.items[i].schema);
		for (uint32_t j = 0; j < set->count; j++) {
			if (set->items[j] != owner) {
				add_rest(set->items[j], &member);
			}
		}
		merged->patterns[merged->pattern_count++] = (struct mrl_merged_pattern){
			.regex = owner->patterns.items[i].regex,
			.value = form_of(merge, &member, false),
		};
	}
	return merge->err == MRL_OK;
}

static bool make_dependent(struct mrl_merge *merge, const struct mrl_merge_set *set,
                           struct mrl_merged *merged)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < set->count; i++) {
		count += set->items[i]->dependent_count;
	}
	merged->dependent = MRL_NEW_ARRAY(merge->arena, count, struct mrl_ir_dependent);
	if (merged->dependent == NULL) {
		merge->err = MRL_ERR_MEMORY;
		return false;
	}
	for (uint32_t i = 0; i < set->count; i++) {
		for (uint32_t j = 0; j < set->items[i]->dependent_count; j++) {
			merged->dependent[merged->dependent_count++] = set->items[i]->dependent[j];
		}
	}
	return true;
}

bool mrl_merge_object(struct mrl_merge *merge, const struct mrl_merge_set *set,
                      struct mrl_merged *merged)
{
	struct names names = {.count = 0};
	struct member rest = {.refused = false};
	bool free = merge->closed && merged->list_count != 0;
	if (!collect_names(merge, set, &names) || !unite(merge, &names) ||
	    !make_slots(merge, set, &names, merged) || !make_patterns(merge, set, merged) ||
	    !make_dependent(merge, set, merged)) {
		return false;
	}
	for (uint32_t i = 0; i < set->count; i++) {
		add_rest(set->items[i], &rest);
	}
	merged->rest = form_of(merge, &rest, free);
	return merge->err == MRL_OK && !rest.values.overflow;
}
