/* What a set of schemas says of a value's type, of strings, numbers, arrays and listed values. */
#include "merge.h"

#define ALL_TYPES                                                                               \
	(MRL_JSON_KIND_NULL | MRL_JSON_KIND_BOOL | MRL_JSON_KIND_OBJECT | MRL_JSON_KIND_ARRAY | \
	 MRL_JSON_KIND_NUMBER | MRL_JSON_KIND_STRING)

/* What depends on the value in ways that are not merged. */
static bool is_mergeable(const struct mrl_ir *ir)
{
	return ir->dynamic == NULL && ir->negated == NULL && ir->condition == NULL &&
	       ir->dependent_schemas.count == 0 && ir->unevaluated_items == NULL &&
	       ir->unevaluated_properties == NULL && ir->property_names == NULL &&
	       ir->contains == NULL;
}

static bool is_decided(const struct mrl_merge_set *set, const struct mrl_ir *ir)
{
	for (uint32_t i = 0; i < set->decided_count; i++) {
		if (set->decided[i] == ir) {
			return true;
		}
	}
	return false;
}

const struct mrl_ir *mrl_merge_open_choice(const struct mrl_merge_set *set)
{
	for (uint32_t i = 0; i < set->count; i++) {
		const struct mrl_ir *ir = set->items[i];
		bool choice = ir->any.count + ir->one.count != 0 || ir->discriminator != NULL;
		if (choice && !is_decided(set, ir)) {
			return ir;
		}
	}
	return NULL;
}

static void merge_types(const struct mrl_merge_set *set, struct mrl_merged *merged)
{
	merged->types = ALL_TYPES;
	for (uint32_t i = 0; i < set->count; i++) {
		uint8_t types = set->items[i]->types;
		bool integer = (types & (MRL_JSON_KIND_INTEGER | MRL_JSON_KIND_NUMBER)) ==
		               MRL_JSON_KIND_INTEGER;
		merged->integer = merged->integer || integer;
		types |= integer ? MRL_JSON_KIND_NUMBER : 0U;
		merged->types &= set->items[i]->never ? 0U : types == 0 ? ALL_TYPES : types;
	}
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return b == MRL_IR_NONE || (a != MRL_IR_NONE && a > b) ? a : b;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b; /* MRL_IR_NONE is the largest */
}

static void merge_sizes(const struct mrl_merge_set *set, bool closed, struct mrl_merged *merged)
{
	merged->min_length = merged->min_items = merged->min_members = 0;
	merged->max_length = merged->max_items = merged->max_members = MRL_IR_NONE;
	for (uint32_t i = 0; i < set->count && closed; i++) {
		const struct mrl_ir *ir = set->items[i];
		merged->max_length = smaller(merged->max_length, ir->cap_length);
		merged->max_items = smaller(merged->max_items, ir->cap_items);
		merged->max_members = smaller(merged->max_members, ir->cap_members);
	}
	for (uint32_t i = 0; i < set->count; i++) {
		const struct mrl_ir *ir = set->items[i];
		merged->min_length = larger(merged->min_length, ir->min_length);
		merged->max_length = smaller(merged->max_length, ir->max_length);
		merged->min_items = larger(merged->min_items, ir->min_items);
		merged->max_items = smaller(merged->max_items, ir->max_items);
		merged->min_members = larger(merged->min_members, ir->min_properties);
		merged->max_members = smaller(merged->max_members, ir->max_properties);
		merged->unique = merged->unique || ir->unique_items;
	}
}

static bool merge_strings(struct mrl_merge *merge, const struct mrl_merge_set *set,
                          struct mrl_merged *merged)
{
	merged->strings = mrl_arena_array(merge->arena, set->count, sizeof(void *),
	                                  _Alignof(void *));
	if (merged->strings == NULL) {
		merge->err = MRL_ERR_MEMORY;
		return false;
	}
	for (uint32_t i = 0; i < set->count; i++) {
		const struct mrl_ir *ir = set->items[i];
		bool format = ir->format != NULL && (ir->format->kinds & MRL_JSON_KIND_STRING) != 0;
		if (ir->pattern != NULL || format) {
			merged->strings[merged->string_count++] = mrl_merge_site(merge, ir);
		}
	}
	merged->string_free = merged->string_count == 0;
	return true;
}

static bool merge_list(struct mrl_merge *merge, const struct mrl_site *site,
                       struct mrl_merged_list *list)
{
	const struct mrl_json_node *value = site->values.nodes + 1;
	uint32_t count = 0;
	struct mrl_slice *texts = MRL_NEW_ARRAY(merge->arena, site->values.nodes->count,
	                                        struct mrl_slice);
	list->site = site;
	for (uint32_t i = 0; texts != NULL && i < site->values.nodes->count; i++) {
		if (value->kind == MRL_JSON_KIND_STRING) {
			texts[count++] = mrl_json_text(&site->values, value);
		}
		value += value->next;
	}
	if (texts == NULL ||
	    mrl_merged_names(merge->arena, texts, count, &list->strings) != MRL_OK) {
		merge->err = MRL_ERR_MEMORY;
		return false;
	}
	return true;
}

static bool merge_lists(struct mrl_merge *merge, const struct mrl_merge_set *set,
                        struct mrl_merged *merged)
{
	merged->lists = MRL_NEW_ARRAY(merge->arena, set->count, struct mrl_merged_list);
	if (merged->lists == NULL) {
		merge->err = MRL_ERR_MEMORY;
		return false;
	}
	for (uint32_t i = 0; i < set->count; i++) {
		const struct mrl_site *site = mrl_merge_site(merge, set->items[i]);
		if (site->values.nodes != NULL &&
		    !merge_list(merge, site, &merged->lists[merged->list_count++])) {
			return false;
		}
	}
	return true;
}

/* What the closed world adds: types that nobody declared, and caps. */
static void close_world(const struct mrl_merge *merge, const struct mrl_merge_set *set,
                        struct mrl_merged *merged)
{
	unsigned declared = 0;
	unsigned bounds = 0;
	for (uint32_t i = 0; i < set->count; i++) {
		const struct mrl_site *site = mrl_merge_site(merge, set->items[i]);
		declared |= site->declared;
		bounds |= site->bounds | (site->plain ? MRL_MARK_ANY : 0U);
	}
	merged->types &= (uint8_t)declared;
	merged->string_capped = (bounds & MRL_MARK_BOUND_STRING) == 0;
	merged->waits_for_caps = (bounds & MRL_MARK_BOUND_ARRAY) == 0;
	merged->open = (bounds & (MRL_MARK_OPEN | MRL_MARK_ANY)) != 0;
	merged->members_capped = merged->open && (bounds & MRL_MARK_BOUND_MEMBERS) == 0;
	merged->silent = ((merged->types & MRL_JSON_KIND_OBJECT) != 0 &&
	                  (bounds & MRL_MARK_SAYS_MEMBERS) == 0) ||
	                 ((merged->types & MRL_JSON_KIND_ARRAY) != 0 &&
	                  (bounds & MRL_MARK_SAYS_ITEMS) == 0);
}

static bool is_plain(const struct mrl_merge *merge, const struct mrl_merge_set *set)
{
	for (uint32_t i = 0; i < set->count; i++) {
		if (!mrl_merge_site(merge, set->items[i])->plain) {
			return false;
		}
	}
	return true;
}

static const struct mrl_merged *item_form(struct mrl_merge *merge, const struct mrl_merge_set *set,
                                          uint32_t index, bool free)
{
	struct mrl_merge_set items = {.count = 0};
	for (uint32_t i = 0; i < set->count; i++) {
		const struct mrl_ir *ir = set->items[i];
		mrl_merge_add(&items,
		              index < ir->prefix.count ? ir->prefix.items[index] : ir->items);
	}
	return items.count == 0 && free ? merge->skip : mrl_merge_of(merge, &items);
}

static bool merge_array(struct mrl_merge *merge, const struct mrl_merge_set *set,
                        struct mrl_merged *merged, bool free)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < set->count; i++) {
		count = set->items[i]->prefix.count > count ? set->items[i]->prefix.count : count;
	}
	merged->prefix = mrl_arena_array(merge->arena, count + (size_t)1, sizeof(void *),
	                                 _Alignof(void *));
	if (merged->prefix == NULL) {
		merge->err = MRL_ERR_MEMORY;
		return false;
	}
	merged->prefix_count = count;
	for (uint32_t i = 0; i < count; i++) {
		merged->prefix[i] = item_form(merge, set, i, free);
	}
	merged->items = item_form(merge, set, UINT32_MAX, free);
	return merge->err == MRL_OK;
}

bool mrl_merge_fill(struct mrl_merge *merge, const struct mrl_merge_set *set,
                    struct mrl_merged *merged)
{
	for (uint32_t i = 0; i < set->count; i++) {
		if (!is_mergeable(set->items[i])) {
			return false;
		}
	}
	if (is_plain(merge, set)) {
		if (merge->closed && merge->program->options.free_form == MRL_FREE_FORM_EMPTY) {
			return false;
		}
		merged->form = merge->closed ? MRL_MERGED_FREE : MRL_MERGED_SKIP;
		return true;
	}
	merged->form = MRL_MERGED_JUDGE;
	merge_types(set, merged);
	merge_sizes(set, merge->closed, merged);
	if (!merge_strings(merge, set, merged) || !merge_lists(merge, set, merged)) {
		return false;
	}
	/* A listed value is declared with all that is in it. */
	bool closed = merge->closed && merged->list_count == 0;
	if (closed) {
		close_world(merge, set, merged);
	}
	if (merged->silent && merge->program->options.free_form == MRL_FREE_FORM_ALLOW) {
		return false;
	}
	if ((merged->types & MRL_JSON_KIND_NUMBER) != 0 && !mrl_merge_number(merge, set, merged)) {
		return false;
	}
	if ((merged->types & MRL_JSON_KIND_ARRAY) != 0 &&
	    !merge_array(merge, set, merged, !closed)) {
		return false;
	}
	return (merged->types & MRL_JSON_KIND_OBJECT) == 0 || mrl_merge_object(merge, set, merged);
}
