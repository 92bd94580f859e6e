/*
 * One schema at one location: its own keywords, then what it applies in place. A branch that fails
 * takes back what it noted in the journal. Frames are counted, so recursion has an end that no
 * document or client can move.
 */
#include "merged.h"

bool mrl_run_fail(struct mrl_run *run, const struct mrl_frame *frame, const char *keyword,
                  const struct mrl_json_node *at)
{
	if (!run->stopped) {
		run->keyword = keyword;
		run->at = at;
		run->site = frame == NULL ? NULL : frame->site;
		run->capped = false;
	}
	return false;
}

bool mrl_run_capped(struct mrl_run *run, const struct mrl_frame *frame, const char *keyword,
                    const struct mrl_json_node *at)
{
	(void)mrl_run_fail(run, frame, keyword, at);
	run->capped = true;
	return false;
}

static bool stop(struct mrl_run *run, enum mrl_err err)
{
	run->stopped = true;
	run->err = run->err == MRL_OK ? err : run->err;
	return false;
}

bool mrl_run_step(struct mrl_run *run, uint64_t cost)
{
	if (run->steps < cost) {
		run->steps = 0;
		return stop(run, MRL_OK);
	}
	run->steps -= cost;
	return !run->stopped;
}

void mrl_run_mark(struct mrl_run *run, const struct mrl_json_node *node, unsigned marks)
{
	if (run->journal_count == run->journal_capacity) {
		uint32_t capacity = run->journal_capacity == 0 ? 64 : 2 * run->journal_capacity;
		struct mrl_journal_entry *journal = mrl_arena_alloc(run->scratch,
		                                                    capacity * sizeof(*journal), 4);
		if (journal == NULL) {
			(void)stop(run, MRL_ERR_MEMORY);
			return;
		}
		if (run->journal_count != 0) {
			memcpy(journal, run->journal, run->journal_count * sizeof(*journal));
		}
		run->journal = journal;
		run->journal_capacity = capacity;
	}
	run->journal[run->journal_count++] = (struct mrl_journal_entry){
		.node = (uint32_t)(node - run->doc->nodes), .marks = marks};
}

size_t mrl_chars(struct mrl_slice text)
{
	size_t chars = 0;
	for (size_t i = 0; i < text.size; i++) {
		chars += (text.data[i] & 0xC0) != 0x80;
	}
	return chars;
}

/* In place, without trace where it fails. */
static bool try_site(struct mrl_run *run, const struct mrl_frame *frame, const struct mrl_ir *ir)
{
	uint32_t mark = run->journal_count;
	bool holds = mrl_run_site(run, frame, ir, frame->node);
	if (!holds) {
		run->journal_count = mark;
	}
	return holds;
}

static bool run_all(struct mrl_run *run, const struct mrl_frame *frame)
{
	const struct mrl_ir *ir = frame->site->ir;
	for (uint32_t i = 0; i < ir->all.count; i++) {
		if (!mrl_run_site(run, frame, ir->all.items[i], frame->node)) {
			return false;
		}
	}
	return true;
}

static bool run_any(struct mrl_run *run, const struct mrl_frame *frame)
{
	const struct mrl_ir *ir = frame->site->ir;
	bool any = ir->any.count == 0;
	/* All of them: each that holds may declare. */
	for (uint32_t i = 0; i < ir->any.count && !run->stopped; i++) {
		any = try_site(run, frame, ir->any.items[i]) || any;
	}
	return any || mrl_run_fail(run, frame, "anyOf", frame->node);
}

static bool run_one(struct mrl_run *run, const struct mrl_frame *frame)
{
	const struct mrl_ir *ir = frame->site->ir;
	uint32_t count = 0;
	for (uint32_t i = 0; i < ir->one.count && count < 2 && !run->stopped; i++) {
		count += try_site(run, frame, ir->one.items[i]);
	}
	return ir->one.count == 0 || count == 1 || mrl_run_fail(run, frame, "oneOf", frame->node);
}

static bool run_not(struct mrl_run *run, const struct mrl_frame *frame)
{
	const struct mrl_ir *ir = frame->site->ir;
	uint32_t mark = run->journal_count;
	if (ir->negated == NULL) {
		return true;
	}
	bool holds = mrl_run_site(run, frame, ir->negated, frame->node);
	run->journal_count = mark;
	return !run->stopped && (!holds || mrl_run_fail(run, frame, "not", frame->node));
}

static bool run_if(struct mrl_run *run, const struct mrl_frame *frame)
{
	const struct mrl_ir *ir = frame->site->ir;
	if (ir->condition == NULL) {
		return true;
	}
	const struct mrl_ir *branch = try_site(run, frame, ir->condition) ? ir->consequence
	                                                                  : ir->alternative;
	return !run->stopped && (branch == NULL || mrl_run_site(run, frame, branch, frame->node));
}

/* The outermost resource of the dynamic scope that has such an anchor. */
static const struct mrl_ir *dynamic_target(const struct mrl_frame *frame)
{
	const struct mrl_ir *ir = frame->site->ir;
	const struct mrl_ir *target = ir->dynamic;
	for (const struct mrl_frame *f = frame; f != NULL; f = f->parent) {
		const struct mrl_ir_members *anchors = &f->site->ir->resource->dynamic_anchors;
		for (uint32_t i = 0; i < anchors->count; i++) {
			if (mrl_slice_equal(anchors->items[i].name, ir->dynamic_name)) {
				target = anchors->items[i].schema;
			}
		}
	}
	return target;
}

static bool run_references(struct mrl_run *run, const struct mrl_frame *frame)
{
	const struct mrl_ir *ir = frame->site->ir;
	if (ir->ref != NULL && !mrl_run_site(run, frame, ir->ref, frame->node)) {
		return false;
	}
	return ir->dynamic == NULL || mrl_run_site(run, frame, dynamic_target(frame), frame->node);
}

#define INHERITANCE_MAX 16

static bool reaches(const struct mrl_ir *ir, const struct mrl_ir *parent, uint32_t steps)
{
	if (ir == NULL || steps == 0 || ir == parent) {
		return ir == parent;
	}
	for (uint32_t i = 0; i < ir->all.count; i++) {
		if (reaches(ir->all.items[i], parent, steps - 1)) {
			return true;
		}
	}
	return reaches(ir->ref, parent, steps - 1);
}

bool mrl_ir_reaches(const struct mrl_ir *ir, const struct mrl_ir *parent)
{
	return reaches(ir, parent, INHERITANCE_MAX);
}

/* The component that the value of the discriminator means, by mapping or name; NULL: none. */
static const struct mrl_ir *chosen_child(const struct mrl_run *run, const struct mrl_frame *frame,
                                         const struct mrl_json_node *value)
{
	const struct mrl_ir_members *mapping = &frame->site->ir->discriminator->mapping;
	struct mrl_slice text = mrl_json_text(run->doc, value);
	for (uint32_t i = 0; i < mapping->count; i++) {
		if (mrl_slice_equal(mapping->items[i].name, text) &&
		    mrl_ir_reaches(mapping->items[i].schema, frame->site->ir)) {
			return mapping->items[i].schema;
		}
	}
	return NULL;
}

/* Once for a schema at a location: the child applies its parent again. */
static bool is_at_work(const struct mrl_frame *frame)
{
	for (const struct mrl_frame *f = frame->parent; f != NULL && f->node == frame->node;
	     f = f->parent) {
		if (f->site == frame->site) {
			return true;
		}
	}
	return false;
}

/* The form by inheritance: a schema that stands for its children. */
static bool run_discriminator(struct mrl_run *run, const struct mrl_frame *frame)
{
	const struct mrl_ir *ir = frame->site->ir;
	if (ir->discriminator == NULL || ir->any.count + ir->one.count != 0 ||
	    frame->node->kind != MRL_JSON_KIND_OBJECT || is_at_work(frame)) {
		return true;
	}
	const struct mrl_json_node *name = frame->node + 1;
	for (uint32_t i = 0; i < frame->node->count; i++, name += 1 + name[1].next) {
		if (!mrl_slice_equal(mrl_json_text(run->doc, name), ir->discriminator->property)) {
			continue;
		}
		const struct mrl_ir *child = name[1].kind == MRL_JSON_KIND_STRING
		                                     ? chosen_child(run, frame, name + 1)
		                                     : NULL;
		if (child != NULL) {
			return child == ir || mrl_run_site(run, frame, child, frame->node);
		}
		return run->program->options.discriminator_unknown ||
		       mrl_run_fail(run, frame, "discriminator", name + 1);
	}
	return true;
}

static bool run_own(struct mrl_run *run, const struct mrl_frame *frame)
{
	if (!mrl_run_scalar(run, frame)) {
		return false;
	}
	if (frame->node->kind == MRL_JSON_KIND_ARRAY) {
		return mrl_run_array(run, frame);
	}
	return frame->node->kind != MRL_JSON_KIND_OBJECT || mrl_run_object(run, frame);
}

static void note(struct mrl_run *run, const struct mrl_frame *frame)
{
	const struct mrl_site *site = frame->site;
	if (run->program->options.world == MRL_WORLD_CLOSED) {
		unsigned marks = site->plain ? MRL_MARK_ANY : MRL_MARK_APPLIED;
		unsigned all = site->values.nodes != NULL ? MRL_MARK_ALL : 0U;
		mrl_run_mark(run, frame->node,
		             marks | all | site->bounds | (unsigned)site->declared << 8);
	}
}

static bool run_frame(struct mrl_run *run, const struct mrl_frame *frame)
{
	const struct mrl_ir *ir = frame->site->ir;
	uint32_t mark = run->journal_count;
	if (ir->never) {
		return mrl_run_fail(run, frame, "false", frame->node);
	}
	bool holds = run_references(run, frame) && run_own(run, frame) && run_all(run, frame) &&
	             run_any(run, frame) && run_one(run, frame) && run_not(run, frame) &&
	             run_if(run, frame) && run_discriminator(run, frame) &&
	             mrl_run_unevaluated(run, frame, mark);
	if (holds) {
		note(run, frame);
	}
	return holds && !run->stopped;
}

bool mrl_run_site(struct mrl_run *run, const struct mrl_frame *parent, const struct mrl_ir *ir,
                  const struct mrl_json_node *node)
{
	struct mrl_frame frame = {.parent = parent, .site = mrl_site_of(run, ir), .node = node};
	if (run->depth == MRL_FRAMES_MAX) {
		return stop(run, MRL_OK);
	}
	if (!mrl_run_step(run, 1)) {
		return false;
	}
	run->depth++;
	bool holds = run_frame(run, &frame);
	run->depth--;
	return holds;
}

static void tell(const struct mrl_run *run, const struct mrl_schema_allowance *allowance,
                 bool valid, struct mrl_schema_result *result)
{
	result->outcome = run->stopped ? MRL_SCHEMA_EXHAUSTED
	                  : valid      ? MRL_SCHEMA_VALID
	                               : MRL_SCHEMA_INVALID;
	result->steps = allowance->steps - run->steps;
	result->regex_steps = allowance->regex_steps - run->regex_steps;
	if (result->outcome == MRL_SCHEMA_INVALID) {
		result->keyword = mrl_slice_text(run->keyword);
		result->node = run->at;
		result->capped = run->capped;
		result->site = run->site == NULL ? UINT32_MAX : run->site->ir->id;
	}
}

/* What takes more than the allowance is left to the general validator, which stops there. */
static bool run_merged(struct mrl_run *run, uint32_t entry, struct mrl_json_node *root)
{
	const struct mrl_merged *merged = run->program->merged == NULL
	                                          ? NULL
	                                          : run->program->merged[entry];
	struct mrl_run before = *run;
	if (merged == NULL || merged->form == MRL_MERGED_GENERAL) {
		return false;
	}
	bool valid = mrl_run_step(run, root->next + run->doc->text.size / 32) &&
	             mrl_merged_run(run, merged, root);
	if (!valid) {
		*run = before;
	}
	return valid;
}

static bool run_general(struct mrl_run *run, uint32_t entry, const struct mrl_json_node *root)
{
	bool valid = mrl_run_site(run, NULL, run->program->graph.entries[entry], root);
	return valid &&
	       (run->program->options.world == MRL_WORLD_OPEN || mrl_run_closed(run, root));
}

enum mrl_err mrl_schema_run(const struct mrl_program *program, uint32_t entry,
                            const struct mrl_json_doc *doc, struct mrl_json_node *root,
                            struct mrl_arena *scratch, const uint8_t seed[16],
                            const struct mrl_schema_allowance *allowance,
                            struct mrl_schema_result *ret_result)
{
	struct mrl_arena_mark mark = mrl_arena_mark(scratch);
	struct mrl_schema_result result = {.keyword = MRL_SLICE("")};
	struct mrl_run run = {
		.program = program,
		.doc = doc,
		.scratch = scratch,
		.seed = seed,
		.caps = &program->entries[entry].caps,
		.steps = allowance->steps,
		.regex_steps = allowance->regex_steps,
	};
	bool valid = run_merged(&run, entry, root) || run_general(&run, entry, root);
	tell(&run, allowance, valid, &result);
	mrl_arena_reset(scratch, mark);
	if (run.err == MRL_OK) {
		*ret_result = result;
	}
	return run.err;
}
