/* How much of what an entry reaches is unbounded: the load report's numbers. */
#include "merge.h"

struct counting {
	struct mrl_merge *merge;
	const struct mrl_merged **open; /* a stack */
	uint32_t depth;
	uint32_t round; /* a form counts once an entry */
	uint32_t *seen; /* by number of the form: the round */
};

static void push(struct counting *counting, const struct mrl_merged *merged)
{
	if (merged == NULL || counting->seen[merged->number] == counting->round) {
		return;
	}
	counting->seen[merged->number] = counting->round;
	counting->open[counting->depth++] = merged;
}

static void push_children(struct counting *counting, const struct mrl_merged *merged)
{
	for (uint32_t i = 0; i < merged->slot_count; i++) {
		push(counting, merged->slots[i].value);
	}
	for (uint32_t i = 0; i < merged->pattern_count; i++) {
		push(counting, merged->patterns[i].value);
	}
	for (uint32_t i = 0; i < merged->prefix_count; i++) {
		push(counting, merged->prefix[i]);
	}
	for (uint32_t i = 0; i < merged->choice_count; i++) {
		push(counting, merged->choices.values[i]);
	}
	for (uint32_t i = 0; i < MRL_COUNT(merged->by_type); i++) {
		push(counting, merged->by_type[i]);
	}
	push(counting, merged->rest);
	push(counting, merged->items);
	push(counting, merged->absent);
}

static void add(const struct mrl_merged *merged, struct mrl_schema_counts *counts)
{
	bool listed = merged->list_count != 0;
	if (merged->form != MRL_MERGED_JUDGE) {
		return;
	}
	if ((merged->types & MRL_JSON_KIND_STRING) != 0) {
		counts->strings++;
		counts->strings_capped += !listed && merged->string_capped;
	}
	if ((merged->types & MRL_JSON_KIND_ARRAY) != 0) {
		counts->arrays++;
		counts->arrays_capped += !listed && merged->waits_for_caps;
	}
	counts->open_objects += (merged->types & MRL_JSON_KIND_OBJECT) != 0 && merged->open;
}

enum mrl_err mrl_merge_count(struct mrl_merge *merge, const struct mrl_merged *const *entries,
                             struct mrl_schema_counts **ret_counts)
{
	uint32_t count = merge->program->graph.entry_count;
	size_t forms = merge->jobs + (size_t)3;
	struct mrl_schema_counts *counts = MRL_NEW_ARRAY(merge->arena, count + (size_t)1,
	                                                 struct mrl_schema_counts);
	struct counting counting = {
		.merge = merge,
		.open = mrl_arena_array(&merge->work, forms, sizeof(void *), _Alignof(void *)),
		.seen = MRL_NEW_ARRAY(&merge->work, forms, uint32_t),
	};
	if (counts == NULL || counting.open == NULL || counting.seen == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < count; i++) {
		counting.round = i + 1;
		push(&counting, entries[i]);
		while (counting.depth != 0) {
			const struct mrl_merged *merged = counting.open[--counting.depth];
			add(merged, &counts[i]);
			push_children(&counting, merged);
		}
	}
	*ret_counts = counts;
	return MRL_OK;
}
