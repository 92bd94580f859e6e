/* Keywords of arrays. */
#include "program.h"

/* An item is judged; its own notes stay only where somebody will ask for them. */
static bool run_item(struct mrl_run *run, const struct mrl_frame *frame, const struct mrl_ir *ir,
                     const struct mrl_json_node *item)
{
	uint32_t mark = run->journal_count;
	if (!mrl_run_site(run, frame, ir, item)) {
		return false;
	}
	if (run->program->options.world == MRL_WORLD_OPEN) {
		run->journal_count = mark;
	}
	mrl_run_mark(run, item, MRL_MARK_DECLARED);
	return true;
}

static bool run_items(struct mrl_run *run, const struct mrl_frame *frame)
{
	const struct mrl_ir *ir = frame->site->ir;
	const struct mrl_json_node *item = frame->node + 1;
	for (uint32_t i = 0; i < frame->node->count; i++) {
		const struct mrl_ir *schema = i < ir->prefix.count ? ir->prefix.items[i]
		                                                   : ir->items;
		if (schema == NULL) {
			return true;
		}
		if (!run_item(run, frame, schema, item)) {
			return false;
		}
		item += item->next;
	}
	return true;
}

static bool run_contains(struct mrl_run *run, const struct mrl_frame *frame)
{
	const struct mrl_ir *ir = frame->site->ir;
	const struct mrl_json_node *item = frame->node + 1;
	uint64_t count = 0;
	if (ir->contains == NULL) {
		return true;
	}
	for (uint32_t i = 0; i < frame->node->count && !run->stopped; i++) {
		uint32_t mark = run->journal_count;
		bool holds = mrl_run_site(run, frame, ir->contains, item);
		if (!holds || run->program->options.world == MRL_WORLD_OPEN) {
			run->journal_count = mark;
		}
		if (holds && ir->contains_marks) {
			mrl_run_mark(run, item, MRL_MARK_DECLARED);
		}
		count += holds;
		item += item->next;
	}
	if (count < ir->min_contains) {
		return mrl_run_fail(run, frame, ir->min_contains == 1 ? "contains" : "minContains",
		                    frame->node);
	}
	return ir->max_contains == MRL_IR_NONE || count <= ir->max_contains ||
	       mrl_run_fail(run, frame, "maxContains", frame->node);
}

struct hashed {
	uint64_t hash;
	const struct mrl_json_node *node;
};

/* Hashes under a secret of this process find candidates, equality decides. */
bool mrl_values_unique(struct mrl_run *run, const struct mrl_json_node *array)
{
	uint32_t count = array->count;
	uint32_t size = 4;
	if (count < 2) {
		return true;
	}
	while (size < 2 * count) {
		size *= 2;
	}
	struct hashed *table = MRL_NEW_ARRAY(run->scratch, size, struct hashed);
	if (table == NULL || !mrl_run_step(run, array->next)) {
		run->err = table == NULL ? MRL_ERR_MEMORY : run->err;
		run->stopped = true;
		return false;
	}
	const struct mrl_json_node *item = array + 1;
	for (uint32_t i = 0; i < count; i++, item += item->next) {
		uint64_t hash = mrl_value_hash(run, item);
		uint32_t place = (uint32_t)hash & (size - 1);
		for (; table[place].node != NULL; place = (place + 1) & (size - 1)) {
			if (table[place].hash == hash &&
			    mrl_value_equal(run, run->doc, table[place].node, run->doc, item)) {
				return false;
			}
		}
		table[place] = (struct hashed){hash, item};
	}
	return !run->stopped;
}

static bool run_unique(struct mrl_run *run, const struct mrl_frame *frame)
{
	return !frame->site->ir->unique_items || mrl_values_unique(run, frame->node) ||
	       mrl_run_fail(run, frame, "uniqueItems", frame->node);
}

bool mrl_run_array(struct mrl_run *run, const struct mrl_frame *frame)
{
	const struct mrl_ir *ir = frame->site->ir;
	uint32_t count = frame->node->count;
	if (ir->max_items != MRL_IR_NONE && count > ir->max_items) {
		return mrl_run_fail(run, frame, "maxItems", frame->node);
	}
	if (count > ir->cap_items && run->program->options.world == MRL_WORLD_CLOSED) {
		return mrl_run_capped(run, frame, "maxItems", frame->node);
	}
	if (ir->min_items != MRL_IR_NONE && count < ir->min_items) {
		return mrl_run_fail(run, frame, "minItems", frame->node);
	}
	return run_items(run, frame) && run_contains(run, frame) && run_unique(run, frame);
}
