/* Keywords of objects. */
#include "program.h"

static bool run_member(struct mrl_run *run, const struct mrl_frame *frame, const struct mrl_ir *ir,
                       const struct mrl_json_node *name, unsigned marks)
{
	uint32_t mark = run->journal_count;
	if (!mrl_run_site(run, frame, ir, name + 1)) {
		return false;
	}
	if (run->program->options.world == MRL_WORLD_OPEN) {
		run->journal_count = mark;
	}
	mrl_run_mark(run, name, MRL_MARK_DECLARED | marks);
	return true;
}

/* INPUT-2: what only the server, or only the client, may say. It is judged at the end: a branch
 * that holds but for this holds. */
static unsigned side_of(const struct mrl_run *run, const struct mrl_ir *ir)
{
	const struct mrl_schema_options *options = &run->program->options;
	const struct mrl_site *site = mrl_site_of(run, ir);
	bool refused = options->direction == MRL_DIRECTION_REQUEST
	                       ? site->read_only && options->read_only == MRL_READ_ONLY_REFUSE
	                       : options->direction == MRL_DIRECTION_REPLY && site->write_only;
	return refused ? MRL_MARK_OTHER_SIDE : 0U;
}

static bool run_patterns(struct mrl_run *run, const struct mrl_frame *frame,
                         const struct mrl_json_node *name, bool *ret_matched)
{
	const struct mrl_ir_members *patterns = &frame->site->ir->patterns;
	struct mrl_slice text = mrl_json_text(run->doc, name);
	for (uint32_t i = 0; i < patterns->count; i++) {
		const struct mrl_ir_member *pattern = &patterns->items[i];
		enum mrl_regex_outcome outcome = pattern->regex == NULL
		                                         ? MRL_REGEX_NO
		                                         : mrl_regex_search(pattern->regex, text,
		                                                            run->scratch,
		                                                            &run->steps,
		                                                            &run->regex_steps);
		if (outcome == MRL_REGEX_EXHAUSTED) {
			run->stopped = true;
			return false;
		}
		if (outcome == MRL_REGEX_YES) {
			*ret_matched = true;
			if (!run_member(run, frame, pattern->schema, name, MRL_MARK_NAMED)) {
				return false;
			}
		}
	}
	return true;
}

static bool has_variant(const struct mrl_ir *ir, struct mrl_slice name, uint32_t steps)
{
	if (ir == NULL || steps == 0) {
		return false;
	}
	for (uint32_t i = 0; i < ir->properties.count; i++) {
		if (mrl_slice_equal_nocase(ir->properties.items[i].name, name)) {
			return true;
		}
	}
	for (uint32_t i = 0; i < ir->all.count; i++) {
		if (has_variant(ir->all.items[i], name, steps - 1)) {
			return true;
		}
	}
	return has_variant(ir->ref, name, steps - 1);
}

/* A name that no schema around here lists, but for case. */
static bool is_variant(struct mrl_run *run, const struct mrl_frame *frame,
                       const struct mrl_json_node *name)
{
	if (run->program->options.world == MRL_WORLD_OPEN || run->program->options.case_variants) {
		return false;
	}
	for (const struct mrl_frame *f = frame; f != NULL && f->node == frame->node;
	     f = f->parent) {
		if (!mrl_run_step(run, 1 + f->site->ir->properties.count / 16) ||
		    has_variant(f->site->ir, mrl_json_text(run->doc, name), 8)) {
			return true;
		}
	}
	return false;
}

static bool run_one_member(struct mrl_run *run, const struct mrl_frame *frame,
                           const struct mrl_json_node *name)
{
	const struct mrl_ir *ir = frame->site->ir;
	const struct mrl_ir_member *property = mrl_site_property(frame->site,
	                                                         mrl_json_text(run->doc, name));
	bool matched = property != NULL;
	unsigned side = matched ? side_of(run, property->schema) : 0U;
	if (side != 0 && run->program->options.world == MRL_WORLD_OPEN) {
		bool request = run->program->options.direction == MRL_DIRECTION_REQUEST;
		return mrl_run_fail(run, frame, request ? "readOnly" : "writeOnly", name);
	}
	if (matched && !run_member(run, frame, property->schema, name, MRL_MARK_NAMED | side)) {
		return false;
	}
	if (!run_patterns(run, frame, name, &matched)) {
		return false;
	}
	if (matched || ir->additional == NULL) {
		return true;
	}
	if (ir->additional->never) {
		return mrl_run_fail(run, frame, "additionalProperties", name);
	}
	if (mrl_site_of(run, ir->additional)->plain) {
		mrl_run_mark(run, name + 1, MRL_MARK_EXPLICIT);
	}
	return run_member(run, frame, ir->additional, name,
	                  is_variant(run, frame, name) ? MRL_MARK_VARIANT : 0U);
}

static bool run_name(struct mrl_run *run, const struct mrl_frame *frame,
                     const struct mrl_json_node *name)
{
	const struct mrl_ir *ir = frame->site->ir;
	uint32_t mark = run->journal_count;
	if (ir->property_names == NULL) {
		return true;
	}
	bool holds = mrl_run_site(run, frame, ir->property_names, name);
	run->journal_count = mark;
	return holds || run->stopped || mrl_run_fail(run, frame, "propertyNames", name);
}

static const struct mrl_json_node *find_member(const struct mrl_run *run,
                                               const struct mrl_json_node *object,
                                               struct mrl_slice name)
{
	const struct mrl_json_node *at = object + 1;
	for (uint32_t i = 0; i < object->count; i++) {
		if (mrl_slice_equal(mrl_json_text(run->doc, at), name)) {
			return at;
		}
		at += 1 + at[1].next;
	}
	return NULL;
}

/* A name that the client may not send need not be there, wherever around here that is said. */
static bool is_waived_in(const struct mrl_run *run, const struct mrl_ir *ir, struct mrl_slice name,
                         uint32_t steps)
{
	bool request = run->program->options.direction == MRL_DIRECTION_REQUEST;
	if (ir == NULL || steps == 0) {
		return false;
	}
	const struct mrl_ir_member *member = mrl_site_property(mrl_site_of(run, ir), name);
	const struct mrl_site *site = member == NULL ? NULL : mrl_site_of(run, member->schema);
	if (site != NULL && (request ? site->read_only : site->write_only)) {
		return true;
	}
	for (uint32_t i = 0; i < ir->all.count; i++) {
		if (is_waived_in(run, ir->all.items[i], name, steps - 1)) {
			return true;
		}
	}
	return is_waived_in(run, ir->ref, name, steps - 1);
}

static bool is_waived(const struct mrl_run *run, const struct mrl_frame *frame,
                      struct mrl_slice name)
{
	const struct mrl_schema_options *options = &run->program->options;
	if (options->direction == MRL_DIRECTION_NONE || options->read_only_required_strict) {
		return false;
	}
	for (const struct mrl_frame *f = frame; f != NULL && f->node == frame->node;
	     f = f->parent) {
		if (is_waived_in(run, f->site->ir, name, 8)) {
			return true;
		}
	}
	return false;
}

static bool run_required(struct mrl_run *run, const struct mrl_frame *frame)
{
	const struct mrl_ir_names *required = &frame->site->ir->required;
	for (uint32_t i = 0; i < required->count; i++) {
		if (!mrl_run_step(run, 1 + frame->node->count / 8)) {
			return false;
		}
		if (find_member(run, frame->node, required->items[i]) == NULL &&
		    !is_waived(run, frame, required->items[i])) {
			return mrl_run_fail(run, frame, "required", frame->node);
		}
	}
	return true;
}

static bool run_dependent(struct mrl_run *run, const struct mrl_frame *frame)
{
	const struct mrl_ir *ir = frame->site->ir;
	for (uint32_t i = 0; i < ir->dependent_count; i++) {
		const struct mrl_ir_dependent *dependent = &ir->dependent[i];
		if (find_member(run, frame->node, dependent->name) == NULL) {
			continue;
		}
		for (uint32_t j = 0; j < dependent->required.count; j++) {
			if (find_member(run, frame->node, dependent->required.items[j]) == NULL) {
				return mrl_run_fail(run, frame, "dependentRequired", frame->node);
			}
		}
	}
	for (uint32_t i = 0; i < ir->dependent_schemas.count; i++) {
		const struct mrl_ir_member *member = &ir->dependent_schemas.items[i];
		if (find_member(run, frame->node, member->name) != NULL &&
		    !mrl_run_site(run, frame, member->schema, frame->node)) {
			return false;
		}
	}
	return true;
}

bool mrl_run_object(struct mrl_run *run, const struct mrl_frame *frame)
{
	const struct mrl_ir *ir = frame->site->ir;
	const struct mrl_json_node *name = frame->node + 1;
	uint32_t count = frame->node->count;
	if (ir->max_properties != MRL_IR_NONE && count > ir->max_properties) {
		return mrl_run_fail(run, frame, "maxProperties", frame->node);
	}
	if (count > ir->cap_members && run->program->options.world == MRL_WORLD_CLOSED) {
		return mrl_run_capped(run, frame, "maxProperties", frame->node);
	}
	if (ir->min_properties != MRL_IR_NONE && count < ir->min_properties) {
		return mrl_run_fail(run, frame, "minProperties", frame->node);
	}
	if (!run_required(run, frame)) {
		return false;
	}
	bool members = ir->properties.count != 0 || ir->patterns.count != 0 ||
	               ir->additional != NULL || ir->property_names != NULL;
	for (uint32_t i = 0; members && i < count; i++) {
		if (!run_name(run, frame, name) || !run_one_member(run, frame, name)) {
			return false;
		}
		name += 1 + name[1].next;
	}
	return run_dependent(run, frame);
}
