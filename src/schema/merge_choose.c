/*
 * Choices that load can settle: branches of an anyOf or oneOf of which at most one can hold, told
 * by the type or by a member that all of them require with values of their own; and the children
 * that a discriminator stands for.
 */
#include "merge.h"

#define BRANCHES_MAX 256

struct choice {
	struct mrl_merge *merge;
	const struct mrl_merge_job *job;
	const struct mrl_ir *ir;
	const struct mrl_ir_list *branches;
	struct mrl_merged *merged;
};

/* All that starts here, and that branch instead of the choice; NULL: none of them. */
static const struct mrl_merged *with_branch(const struct choice *choice,
                                            const struct mrl_ir *branch)
{
	struct mrl_merge_set starts = choice->job->starts;
	mrl_merge_add(&starts, branch);
	mrl_merge_decide(&starts, choice->ir);
	return starts.overflow ? NULL : mrl_merge_of(choice->merge, &starts);
}

static void close_branch(const struct mrl_ir *branch, struct mrl_merge_set *ret_set)
{
	struct mrl_merge_set starts = {.count = 0};
	mrl_merge_add(&starts, branch);
	mrl_merge_close(&starts, ret_set);
}

/* ---- By type ----------------------------------------------------------------------------------
 */

static uint8_t types_of(const struct mrl_ir *branch)
{
	struct mrl_merge_set set;
	uint8_t types = 0x3F;
	close_branch(branch, &set);
	for (uint32_t i = 0; i < set.count; i++) {
		uint8_t own = set.items[i]->types;
		own |= (own & MRL_JSON_KIND_INTEGER) != 0 ? MRL_JSON_KIND_NUMBER : 0U;
		types &= set.items[i]->never ? 0U : own == 0 ? 0x3F : own;
	}
	return set.overflow ? 0x3F : types;
}

static bool choose_by_type(const struct choice *choice)
{
	uint8_t seen = 0;
	for (uint32_t i = 0; i < choice->branches->count; i++) {
		uint8_t types = types_of(choice->branches->items[i]);
		if ((seen & types) != 0) {
			return false;
		}
		seen |= types;
	}
	choice->merged->form = MRL_MERGED_BY_TYPE;
	for (uint32_t i = 0; i < choice->branches->count; i++) {
		const struct mrl_ir *branch = choice->branches->items[i];
		uint8_t types = types_of(branch);
		for (unsigned bit = 0; bit < 6; bit++) {
			if ((types >> bit & 1) != 0) {
				choice->merged->by_type[bit] = with_branch(choice, branch);
			}
		}
	}
	return choice->merge->err == MRL_OK;
}

/* ---- By a member ------------------------------------------------------------------------------
 */

static bool requires(const struct mrl_merge_set *set, struct mrl_slice name)
{
	for (uint32_t i = 0; i < set->count; i++) {
		for (uint32_t j = 0; j < set->items[i]->required.count; j++) {
			if (mrl_slice_equal(set->items[i]->required.items[j], name)) {
				return true;
			}
		}
	}
	return false;
}

/* The strings that a branch admits for a member; NULL: not only strings, or not listed, or the
 * member need not be there. */
static const struct mrl_json_doc *values_of(const struct mrl_merge *merge,
                                            const struct mrl_merge_set *branch,
                                            struct mrl_slice name)
{
	const struct mrl_json_doc *values = NULL;
	for (uint32_t i = 0; i < branch->count; i++) {
		const struct mrl_ir_member *member = mrl_site_property(
			mrl_merge_site(merge, branch->items[i]), name);
		struct mrl_merge_set set;
		if (member == NULL) {
			continue;
		}
		close_branch(member->schema, &set);
		for (uint32_t j = 0; j < set.count; j++) {
			const struct mrl_site *site = mrl_merge_site(merge, set.items[j]);
			if (site->read_only || site->write_only) {
				return NULL;
			}
			values = values == NULL && site->values.nodes != NULL ? &site->values
			                                                      : values;
		}
	}
	return values;
}

static bool only_strings(const struct mrl_json_doc *values)
{
	const struct mrl_json_node *value = values->nodes + 1;
	for (uint32_t i = 0; i < values->nodes->count; i++, value += value->next) {
		if (value->kind != MRL_JSON_KIND_STRING) {
			return false;
		}
	}
	return values->nodes->count != 0;
}

struct table {
	struct mrl_slice *texts;
	const struct mrl_merged **values;
	uint32_t count;
};

static bool make_table(struct mrl_merge *merge, uint32_t most, struct table *table)
{
	table->texts = MRL_NEW_ARRAY(merge->arena, most, struct mrl_slice);
	table->values = mrl_arena_array(merge->arena, most, sizeof(void *), _Alignof(void *));
	if (table->texts == NULL || table->values == NULL) {
		merge->err = MRL_ERR_MEMORY;
	}
	return merge->err == MRL_OK;
}

/* What each branch admits for the member; false: it does not tell them apart. */
static bool list_branches(const struct choice *choice, struct mrl_slice name,
                          const struct mrl_json_doc **lists, uint32_t *ret_count)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < choice->branches->count; i++) {
		struct mrl_merge_set set;
		close_branch(choice->branches->items[i], &set);
		if (set.overflow || !requires(&set, name)) {
			return false;
		}
		lists[i] = values_of(choice->merge, &set, name);
		if (lists[i] == NULL || !only_strings(lists[i])) {
			return false;
		}
		count += lists[i]->nodes->count;
	}
	*ret_count = count;
	return true;
}

static bool are_distinct(struct mrl_merge *merge, const struct table *table)
{
	struct mrl_merged_names found;
	if (mrl_merged_names(&merge->work, table->texts, table->count, &found) != MRL_OK) {
		merge->err = MRL_ERR_MEMORY;
		return false;
	}
	for (uint32_t i = 0; i < table->count; i++) {
		if (mrl_merged_find(&found, table->texts[i]) != i + 1) {
			return false;
		}
	}
	return true;
}

static bool list_values(const struct choice *choice, struct mrl_slice name, struct table *table)
{
	const struct mrl_json_doc *lists[BRANCHES_MAX];
	uint32_t most;
	if (!list_branches(choice, name, lists, &most) || !make_table(choice->merge, most, table)) {
		return false;
	}
	for (uint32_t i = 0; i < choice->branches->count; i++) {
		const struct mrl_json_node *value = lists[i]->nodes + 1;
		for (uint32_t j = 0; j < lists[i]->nodes->count; j++, value += value->next) {
			table->texts[table->count++] = mrl_json_text(lists[i], value);
		}
	}
	if (!are_distinct(choice->merge, table)) {
		return false;
	}
	for (uint32_t i = 0, at = 0; i < choice->branches->count; i++) {
		const struct mrl_merged *form = with_branch(choice, choice->branches->items[i]);
		for (uint32_t j = 0; j < lists[i]->nodes->count; j++) {
			table->values[at++] = form;
		}
	}
	return choice->merge->err == MRL_OK;
}

static bool take_table(const struct choice *choice, struct mrl_slice name,
                       const struct table *table)
{
	struct mrl_merged *merged = choice->merged;
	merged->form = MRL_MERGED_BY_NAME;
	merged->chooser = name;
	merged->choices.values = table->values;
	merged->choice_count = table->count;
	enum mrl_err err = mrl_merged_names(choice->merge->arena, table->texts, table->count,
	                                    &merged->choices);
	choice->merge->err = choice->merge->err == MRL_OK ? err : choice->merge->err;
	return choice->merge->err == MRL_OK;
}

static bool choose_by_member(const struct choice *choice)
{
	struct mrl_merge_set first;
	close_branch(choice->branches->items[0], &first);
	for (uint32_t i = 0; i < first.count && !first.overflow; i++) {
		const struct mrl_ir_names *required = &first.items[i]->required;
		for (uint32_t j = 0; j < required->count; j++) {
			struct table table = {.count = 0};
			if (list_values(choice, required->items[j], &table)) {
				return take_table(choice, required->items[j], &table);
			}
		}
	}
	return false;
}

/* ---- Discriminators ---------------------------------------------------------------------------
 */

/* Without the member, and for what is no object, the schema stands for itself. */
static bool choose_child(const struct choice *choice)
{
	const struct mrl_ir_members *mapping = &choice->ir->discriminator->mapping;
	struct table table = {.count = 0};
	if (!make_table(choice->merge, mapping->count, &table)) {
		return false;
	}
	for (uint32_t i = 0; i < mapping->count; i++) {
		const struct mrl_ir *child = mapping->items[i].schema;
		if (mrl_ir_reaches(child, choice->ir)) {
			table.texts[table.count] = mapping->items[i].name;
			table.values[table.count++] = with_branch(choice, child);
		}
	}
	choice->merged->absent = with_branch(choice, NULL);
	return take_table(choice, choice->ir->discriminator->property, &table);
}

bool mrl_merge_choose(struct mrl_merge *merge, const struct mrl_merge_job *job,
                      const struct mrl_merge_set *set, struct mrl_merged *merged)
{
	struct choice choice = {
		.merge = merge, .job = job, .ir = mrl_merge_open_choice(set), .merged = merged};
	const struct mrl_ir *ir = choice.ir;
	if (ir->any.count + ir->one.count == 0) {
		return choose_child(&choice);
	}
	choice.branches = ir->any.count != 0 ? &ir->any : &ir->one;
	if ((ir->any.count != 0 && ir->one.count != 0) || choice.branches->count > BRANCHES_MAX) {
		return false;
	}
	return choose_by_type(&choice) || (merge->err == MRL_OK && choose_by_member(&choice));
}
