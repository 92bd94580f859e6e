/*
 * What no schema has evaluated: unevaluatedItems and unevaluatedProperties of one schema, and the
 * closed world [INPUT-2] over all locations at the end. Both read the journal, in which only what
 * held is left.
 */
#include "program.h"

/* One byte a node of the subtree: whether the journal from `mark` on has it. */
static uint8_t *evaluated_in(struct mrl_run *run, const struct mrl_json_node *root, uint32_t mark)
{
	uint32_t first = (uint32_t)(root - run->doc->nodes);
	uint8_t *evaluated = mrl_arena_array(run->scratch, root->next, 1, 1);
	if (evaluated == NULL || !mrl_run_step(run, 1 + (run->journal_count - mark) / 8)) {
		run->err = evaluated == NULL ? MRL_ERR_MEMORY : run->err;
		run->stopped = true;
		return NULL;
	}
	for (uint32_t i = mark; i < run->journal_count; i++) {
		uint32_t node = run->journal[i].node;
		if (node >= first && node - first < root->next) {
			evaluated[node - first] |= (uint8_t)(run->journal[i].marks &
			                                     MRL_MARK_DECLARED);
		}
	}
	return evaluated;
}

static bool run_rest(struct mrl_run *run, const struct mrl_frame *frame, const struct mrl_ir *ir,
                     const struct mrl_json_node *child)
{
	bool object = frame->node->kind == MRL_JSON_KIND_OBJECT;
	uint32_t mark = run->journal_count;
	if (ir->never) {
		return mrl_run_fail(run, frame,
		                    object ? "unevaluatedProperties" : "unevaluatedItems", child);
	}
	if (!mrl_run_site(run, frame, ir, object ? child + 1 : child)) {
		return false;
	}
	if (run->program->options.world == MRL_WORLD_OPEN) {
		run->journal_count = mark;
	} else if (mrl_site_of(run, ir)->plain) {
		mrl_run_mark(run, object ? child + 1 : child, MRL_MARK_EXPLICIT);
	}
	mrl_run_mark(run, child, MRL_MARK_DECLARED);
	return true;
}

bool mrl_run_unevaluated(struct mrl_run *run, const struct mrl_frame *frame, uint32_t mark)
{
	const struct mrl_json_node *root = frame->node;
	const struct mrl_ir *rest = root->kind == MRL_JSON_KIND_OBJECT
	                                    ? frame->site->ir->unevaluated_properties
	                            : root->kind == MRL_JSON_KIND_ARRAY
	                                    ? frame->site->ir->unevaluated_items
	                                    : NULL;
	if (rest == NULL) {
		return true;
	}
	const uint8_t *evaluated = evaluated_in(run, root, mark);
	const struct mrl_json_node *child = root + 1;
	for (uint32_t i = 0; evaluated != NULL && i < root->count; i++) {
		if (evaluated[child - root] == 0 && !run_rest(run, frame, rest, child)) {
			return false;
		}
		child += root->kind == MRL_JSON_KIND_OBJECT ? 1 + child[1].next : child->next;
	}
	return evaluated != NULL;
}

static unsigned marks_of(const struct mrl_run *run, const struct mrl_json_node *node)
{
	return run->closed_marks[node - run->closed_root];
}

/* INPUT-3: what no schema bounds. */
static bool check_caps(struct mrl_run *run, const struct mrl_json_node *node, unsigned marks)
{
	const struct mrl_schema_caps *caps = run->caps;
	if (node->kind == MRL_JSON_KIND_STRING && caps->string_chars != 0 &&
	    (marks & MRL_MARK_BOUND_STRING) == 0 && node->count > caps->string_chars &&
	    mrl_chars(mrl_json_text(run->doc, node)) > caps->string_chars) {
		return mrl_run_capped(run, NULL, "maxLength", node);
	}
	if (node->kind == MRL_JSON_KIND_ARRAY && caps->array_items != 0 &&
	    (marks & MRL_MARK_BOUND_ARRAY) == 0 && node->count > caps->array_items) {
		return mrl_run_capped(run, NULL, "maxItems", node);
	}
	bool open = ((marks & (MRL_MARK_OPEN | MRL_MARK_ANY)) != 0 || marks == 0) &&
	            (marks & MRL_MARK_BOUND_MEMBERS) == 0;
	if (node->kind == MRL_JSON_KIND_OBJECT && caps->object_members != 0 && open &&
	    node->count > caps->object_members) {
		return mrl_run_capped(run, NULL, "maxProperties", node);
	}
	return true;
}

/* INPUT-4: a number that servers read differently. */
static bool check_number(struct mrl_run *run, const struct mrl_json_node *node, unsigned marks)
{
	if (node->kind != MRL_JSON_KIND_NUMBER || (marks & MRL_MARK_BOUND_NUMBER) != 0 ||
	    run->program->options.numbers == MRL_NUMBERS_EXACT) {
		return true;
	}
	struct mrl_slice text = mrl_json_text(run->doc, node);
	struct mrl_decimal decimal;
	int64_t number;
	int64_t most = (INT64_C(1) << 53) - 1;
	mrl_decimal_parse(text, &decimal);
	bool fraction = (node->flags & MRL_JSON_FRACTION) != 0;
	bool good = fraction ? mrl_decimal_in_double(&decimal)
	                     : mrl_decimal_int64(&decimal, &number) &&
	                               (run->program->options.numbers != MRL_NUMBERS_IJSON ||
	                                (number >= -most && number <= most));
	return good || mrl_run_fail(run, NULL, "number", node);
}

/* INPUT-2: names that differ only by case are read alike by some servers. */
static bool check_case(struct mrl_run *run, const struct mrl_json_node *object)
{
	const struct mrl_json_node *name = object + 1;
	uint32_t unlisted = 0;
	if ((marks_of(run, object) & MRL_MARK_OPEN) == 0 || run->program->options.case_variants) {
		return true;
	}
	for (uint32_t i = 0; i < object->count; i++, name += 1 + name[1].next) {
		unsigned marks = marks_of(run, name) & (MRL_MARK_NAMED | MRL_MARK_VARIANT);
		if (marks == MRL_MARK_VARIANT) {
			return mrl_run_fail(run, NULL, "case-variant", name);
		}
		unlisted += marks == 0;
	}
	const struct mrl_json_node *pair[2];
	if (unlisted == 0 || !mrl_case_variant(run, object, pair)) {
		return !run->stopped;
	}
	/* Told of the one that nobody lists. */
	bool listed = (marks_of(run, pair[0]) & MRL_MARK_NAMED) != 0;
	return mrl_run_fail(run, NULL, "case-variant", pair[listed]);
}

static bool check_children(struct mrl_run *run, const struct mrl_json_node *node)
{
	const struct mrl_json_node *child = node + 1;
	bool object = node->kind == MRL_JSON_KIND_OBJECT;
	if (!object && node->kind != MRL_JSON_KIND_ARRAY) {
		return true;
	}
	for (uint32_t i = 0; i < node->count; i++) {
		if ((marks_of(run, child) & MRL_MARK_DECLARED) == 0) {
			return mrl_run_fail(run, NULL, "undeclared", child);
		}
		if ((marks_of(run, child) & MRL_MARK_OTHER_SIDE) != 0) {
			bool request = run->program->options.direction == MRL_DIRECTION_REQUEST;
			return mrl_run_fail(run, NULL, request ? "readOnly" : "writeOnly", child);
		}
		child += object ? 1 + child[1].next : child->next;
	}
	return !object || check_case(run, node);
}

static bool check_node(struct mrl_run *run, const struct mrl_json_node *node)
{
	unsigned marks = marks_of(run, node);
	if (!check_caps(run, node, marks) || !check_number(run, node, marks)) {
		return false;
	}
	if ((marks & MRL_MARK_APPLIED) != 0 && (marks >> 8 & node->kind) == 0) {
		return mrl_run_fail(run, NULL, "type", node);
	}
	return check_children(run, node);
}

/* A container of which no schema says what may be in it. */
static bool is_silent(const struct mrl_json_node *node, unsigned marks)
{
	return (node->kind == MRL_JSON_KIND_OBJECT && (marks & MRL_MARK_SAYS_MEMBERS) == 0) ||
	       (node->kind == MRL_JSON_KIND_ARRAY && (marks & MRL_MARK_SAYS_ITEMS) == 0);
}

/* INPUT-2: nothing is said of the value, and nobody said that this is meant. */
static bool is_free_form(const struct mrl_run *run, const struct mrl_json_node *node,
                         unsigned marks)
{
	return run->program->options.free_form == MRL_FREE_FORM_ALLOW &&
	       (marks & MRL_MARK_APPLIED) != 0 && is_silent(node, marks) &&
	       (marks >> 8 & node->kind) != 0;
}

static bool check_empty(struct mrl_run *run, const struct mrl_json_node *node, unsigned marks)
{
	const uint8_t containers = MRL_JSON_KIND_OBJECT | MRL_JSON_KIND_ARRAY;
	bool any = (marks & (MRL_MARK_ANY | MRL_MARK_APPLIED | MRL_MARK_EXPLICIT)) == MRL_MARK_ANY;
	return run->program->options.free_form != MRL_FREE_FORM_EMPTY || !any ||
	       ((node->kind & containers) != 0 && node->count == 0) ||
	       mrl_run_fail(run, NULL, "type", node);
}

static bool check_free(struct mrl_run *run, const struct mrl_json_node *node, unsigned marks)
{
	return check_caps(run, node, marks | MRL_MARK_ANY) && check_number(run, node, marks) &&
	       check_empty(run, node, marks);
}

/* Below `true` alone all is free but caps and numbers; below a const's value all is declared. */
static bool walk(struct mrl_run *run, const struct mrl_json_node *root)
{
	const struct mrl_json_node *end = root + root->next;
	const struct mrl_json_node *free_until = root;
	for (const struct mrl_json_node *node = root; node < end; node++) {
		if (node->kind == MRL_JSON_KIND_NAME) {
			continue;
		}
		unsigned own = marks_of(run, node);
		if ((own & MRL_MARK_ALL) != 0) {
			node += node->next - 1;
			continue;
		}
		bool any = (own & (MRL_MARK_ANY | MRL_MARK_APPLIED)) == MRL_MARK_ANY;
		if (node >= free_until && (any || is_free_form(run, node, own))) {
			free_until = node + node->next;
		}
		if (!(node < free_until ? check_free(run, node, own) : check_node(run, node))) {
			return false;
		}
	}
	return true;
}

bool mrl_run_closed(struct mrl_run *run, const struct mrl_json_node *root)
{
	uint32_t first = (uint32_t)(root - run->doc->nodes);
	uint32_t *marks = mrl_arena_array(run->scratch, root->next, sizeof(*marks), 4);
	if (marks == NULL || !mrl_run_step(run, 1 + (root->next + run->journal_count) / 8)) {
		run->err = marks == NULL ? MRL_ERR_MEMORY : run->err;
		run->stopped = true;
		return false;
	}
	for (uint32_t i = 0; i < run->journal_count; i++) {
		marks[run->journal[i].node - first] |= run->journal[i].marks;
	}
	run->closed_root = root;
	run->closed_marks = marks;
	return walk(run, root);
}
