/*
 * A run over merged forms: one pass over the tape, a small stack of what is open. Where it cannot
 * say "valid" it says nothing.
 */
#include "merged.h"

#define LEVELS_MAX 80

struct level {
	const struct mrl_merged *merged;
	const struct mrl_json_node *node;
	uint32_t left;     /* children to come */
	uint32_t required; /* of them seen */
	uint32_t unlisted; /* OBJECT: names without slot */
	uint32_t next;     /* OBJECT: the slot after the last; ARRAY: index of the next item */
};

struct walk {
	struct mrl_run *run;
	uint32_t depth;
	struct level levels[LEVELS_MAX];
};

/* ---- Choices and what others judge ------------------------------------------------------------
 */

static const struct mrl_json_node *find_member(const struct mrl_run *run,
                                               const struct mrl_json_node *object,
                                               struct mrl_slice name)
{
	const struct mrl_json_node *at = object + 1;
	for (uint32_t i = 0; i < object->count; i++) {
		if (at->count == name.size &&
		    memcmp(mrl_json_text(run->doc, at).data, name.data, name.size) == 0) {
			return at + 1;
		}
		at += 1 + at[1].next;
	}
	return NULL;
}

static const struct mrl_merged *choose_by_name(const struct mrl_run *run,
                                               const struct mrl_merged *merged,
                                               const struct mrl_json_node *node)
{
	const struct mrl_json_node *value = node->kind == MRL_JSON_KIND_OBJECT
	                                            ? find_member(run, node, merged->chooser)
	                                            : NULL;
	if (value == NULL) {
		return merged->absent;
	}
	if (value->kind != MRL_JSON_KIND_STRING) {
		return NULL;
	}
	uint32_t place = mrl_merged_find(&merged->choices, mrl_json_text(run->doc, value));
	return place == 0 ? NULL : merged->choices.values[place - 1];
}

/* NULL: refused, or not to be told. */
static const struct mrl_merged *settle(const struct mrl_run *run, const struct mrl_merged *merged,
                                       const struct mrl_json_node *node)
{
	while (merged != NULL && merged->form >= MRL_MERGED_BY_NAME) {
		merged = merged->form == MRL_MERGED_BY_NAME
		                 ? choose_by_name(run, merged, node)
		                 : merged->by_type[__builtin_ctz(node->kind)];
	}
	return merged;
}

static bool holds_in_general(struct mrl_run *run, const struct mrl_merged *merged,
                             const struct mrl_json_node *node)
{
	struct mrl_arena_mark mark = mrl_arena_mark(run->scratch);
	const struct mrl_journal_entry *journal = run->journal;
	bool holds = true;
	run->journal_count = 0;
	for (uint32_t i = 0; i < merged->start_count && holds; i++) {
		holds = mrl_run_site(run, NULL, merged->starts[i], node);
	}
	holds = holds &&
	        (run->program->options.world == MRL_WORLD_OPEN || mrl_run_closed(run, node));
	/* A journal that has grown stays: there are more such values. */
	if (run->journal == journal) {
		mrl_arena_reset(run->scratch, mark);
	}
	return holds;
}

/* INPUT-3: what no schema bounds is capped all the same. */
static bool is_within_caps(const struct mrl_run *run, const struct mrl_json_node *root)
{
	const struct mrl_schema_caps *caps = run->caps;
	for (const struct mrl_json_node *node = root; node < root + root->next; node++) {
		uint32_t most = node->kind == MRL_JSON_KIND_STRING   ? caps->string_chars
		                : node->kind == MRL_JSON_KIND_ARRAY  ? caps->array_items
		                : node->kind == MRL_JSON_KIND_OBJECT ? caps->object_members
		                                                     : 0;
		if (most != 0 && node->count > most) {
			return false;
		}
		if (node->kind == MRL_JSON_KIND_NUMBER &&
		    run->program->options.numbers != MRL_NUMBERS_EXACT) {
			struct mrl_short_decimal value;
			if (!mrl_short_decimal(mrl_json_text(run->doc, node), &value) ||
			    (value.scale == 0 && (value.mantissa > INT64_C(1) << 53 ||
			                          value.mantissa < -(INT64_C(1) << 53)))) {
				return false;
			}
		}
	}
	return true;
}

/* ---- Containers -------------------------------------------------------------------------------
 */

static inline bool is_slot(const struct mrl_merged_slot *slot, struct mrl_slice name, uint64_t head)
{
	return slot->head == head && slot->name.size == name.size &&
	       (name.size <= 8 || memcmp(slot->name.data + 8, name.data + 8, name.size - 8) == 0);
}

/* Documents keep an order: the slot after the last one comes first. */
static inline const struct mrl_merged_slot *find_slot(const struct mrl_merged *merged,
                                                      uint32_t next, struct mrl_slice name)
{
	uint64_t head = mrl_merged_head(name);
	if (next < merged->slot_count && is_slot(&merged->slots[next], name, head)) {
		return &merged->slots[next];
	}
	uint32_t place = mrl_merged_hash(name, head) & merged->mask;
	for (; merged->table[place] != 0; place = (place + 1) & merged->mask) {
		const struct mrl_merged_slot *slot = &merged->slots[merged->table[place] - 1];
		if (is_slot(slot, name, head)) {
			return slot;
		}
	}
	return NULL;
}

static bool is_case_variant(const struct mrl_merged *merged, struct mrl_slice name)
{
	for (uint32_t i = 0; i < merged->slot_count; i++) {
		if (mrl_slice_equal_nocase(merged->slots[i].name, name)) {
			return true;
		}
	}
	return false;
}

/* The form of a name that no slot has. */
static const struct mrl_merged *find_rest(struct mrl_run *run, const struct mrl_merged *merged,
                                          struct mrl_slice name)
{
	const struct mrl_merged *found = merged->rest;
	uint32_t matches = 0;
	if (merged->open && !run->program->options.case_variants && is_case_variant(merged, name)) {
		return NULL;
	}
	for (uint32_t i = 0; i < merged->pattern_count; i++) {
		enum mrl_regex_outcome outcome = mrl_regex_search(merged->patterns[i].regex, name,
		                                                  run->scratch, &run->steps,
		                                                  &run->regex_steps);
		if (outcome == MRL_REGEX_EXHAUSTED || (outcome == MRL_REGEX_YES && matches == 1)) {
			return NULL;
		}
		if (outcome == MRL_REGEX_YES) {
			found = merged->patterns[i].value;
			matches++;
		}
	}
	return found;
}

static inline const struct mrl_merged *enter_member(struct walk *walk, struct level *level,
                                                    const struct mrl_json_node *name)
{
	const struct mrl_merged *merged = level->merged;
	struct mrl_slice text = mrl_json_text(walk->run->doc, name);
	const struct mrl_merged_slot *slot = find_slot(merged, level->next, text);
	if (slot == NULL) {
		level->unlisted++;
		return find_rest(walk->run, merged, text);
	}
	level->next = (uint32_t)(slot - merged->slots) + 1;
	level->required += slot->required;
	return slot->value;
}

static inline const struct mrl_merged *enter_item(struct level *level)
{
	uint32_t index = level->next++;
	return index < level->merged->prefix_count ? level->merged->prefix[index]
	                                           : level->merged->items;
}

static bool depends(const struct mrl_run *run, const struct mrl_merged *merged,
                    const struct mrl_json_node *object)
{
	for (uint32_t i = 0; i < merged->dependent_count; i++) {
		const struct mrl_ir_dependent *dependent = &merged->dependent[i];
		if (find_member(run, object, dependent->name) == NULL) {
			continue;
		}
		for (uint32_t j = 0; j < dependent->required.count; j++) {
			if (find_member(run, object, dependent->required.items[j]) == NULL) {
				return false;
			}
		}
	}
	return true;
}

static bool begins_object(const struct mrl_run *run, const struct mrl_merged *merged,
                          const struct mrl_json_node *node)
{
	uint32_t cap = run->caps->object_members;
	return node->count <= merged->max_members && node->count >= merged->min_members &&
	       (!merged->members_capped || cap == 0 || node->count <= cap) &&
	       (merged->dependent_count == 0 || depends(run, merged, node));
}

static bool begins_array(struct mrl_run *run, const struct mrl_merged *merged,
                         const struct mrl_json_node *node)
{
	uint32_t cap = run->caps->array_items;
	return node->count <= merged->max_items && node->count >= merged->min_items &&
	       (!merged->waits_for_caps || cap == 0 || node->count <= cap) &&
	       (!merged->unique || mrl_values_unique(run, node));
}

static bool ends(struct mrl_run *run, const struct level *level)
{
	if (level->node->kind != MRL_JSON_KIND_OBJECT) {
		return true;
	}
	const struct mrl_json_node *pair[2];
	bool varies = level->unlisted > 1 && level->merged->open &&
	              !run->program->options.case_variants &&
	              mrl_case_variant(run, level->node, pair);
	return !varies && level->required == level->merged->required_count;
}

/* ---- The walk ---------------------------------------------------------------------------------
 */

/* Opens a container; false: it does not hold. */
static bool open_level(struct walk *walk, const struct mrl_merged *merged,
                       const struct mrl_json_node *node)
{
	bool object = node->kind == MRL_JSON_KIND_OBJECT;
	if (walk->depth == LEVELS_MAX || !(object ? begins_object(walk->run, merged, node)
	                                          : begins_array(walk->run, merged, node))) {
		return false;
	}
	walk->levels[walk->depth++] = (struct level){
		.merged = merged, .node = node, .left = node->count};
	return true;
}

/* One value of a form that judges; containers are opened, their children come later. */
static inline bool judge(struct walk *walk, const struct mrl_merged *merged,
                         const struct mrl_json_node *node)
{
	if ((merged->types & node->kind) == 0 ||
	    (merged->list_count != 0 && !mrl_merged_listed(walk->run, merged, node))) {
		return false;
	}
	switch (node->kind) {
	case MRL_JSON_KIND_STRING: return mrl_merged_string(walk->run, merged, node);
	case MRL_JSON_KIND_NUMBER: return mrl_merged_number(walk->run, merged, node);
	case MRL_JSON_KIND_OBJECT:
	case MRL_JSON_KIND_ARRAY: return open_level(walk, merged, node);
	default: return true;
	}
}

/* Where the tape goes on behind the value; NULL: not valid, or not known. */
static inline const struct mrl_json_node *judge_value(struct walk *walk,
                                                      const struct mrl_merged *merged,
                                                      const struct mrl_json_node *node)
{
	if (merged != NULL && merged->form >= MRL_MERGED_BY_NAME) {
		merged = settle(walk->run, merged, node);
	}
	if (merged == NULL) {
		return NULL;
	}
	if (merged->form == MRL_MERGED_JUDGE) {
		return judge(walk, merged, node) ? node + 1 : NULL;
	}
	bool holds = merged->form == MRL_MERGED_SKIP ||
	             (merged->form == MRL_MERGED_FREE ? is_within_caps(walk->run, node)
	                                              : holds_in_general(walk->run, merged, node));
	return holds ? node + node->next : NULL;
}

bool mrl_merged_run(struct mrl_run *run, const struct mrl_merged *merged,
                    struct mrl_json_node *root)
{
	struct walk walk = {.run = run, .depth = 0};
	const struct mrl_json_node *node = judge_value(&walk, merged, root);
	while (node != NULL && walk.depth != 0) {
		struct level *level = &walk.levels[walk.depth - 1];
		if (level->left == 0) {
			if (!ends(run, level)) {
				return false;
			}
			walk.depth--;
			continue;
		}
		level->left--;
		if (level->node->kind == MRL_JSON_KIND_OBJECT) {
			const struct mrl_merged *form = enter_member(&walk, level, node);
			node = judge_value(&walk, form, node + 1);
		} else {
			node = judge_value(&walk, enter_item(level), node);
		}
	}
	return node != NULL && !run->stopped;
}
