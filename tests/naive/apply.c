/*
 * Applies a schema to a location: all keywords one after another, nothing skipped because of an
 * earlier failure. What a schema says of locations comes back as marks, which the caller keeps or
 * drops.
 */
#include "inner.h"

#define DEPTH_MAX 600
#define STEPS_MAX 300000

void naive_record(struct naive *naive, const char *keyword, const struct mrl_json_node *node)
{
	struct naive_result *result = naive->result;
	if (result->count < NAIVE_FAILURES) {
		result->failures[result->count] = (struct naive_failure){.keyword = keyword,
		                                                         .node = node};
		result->count++;
	}
}

void naive_fail(struct frame *f, const char *keyword)
{
	f->valid = false;
	naive_record(f->naive, keyword, f->at);
}

static void judge_false(struct frame *f)
{
	naive_fail(f, f->by);
	naive_fail(f, "false");
	if (f->parent != NULL && f->parent->at != f->at) {
		naive_record(f->naive, f->by, f->parent->at);
	}
}

/* The outermost resource on the way here that has it. */
static const struct mrl_node *outermost(const struct frame *f, struct mrl_slice name)
{
	const struct mrl_node *found = NULL;
	for (const struct frame *up = f; up != NULL; up = up->parent) {
		const struct anchor *anchor = naive_anchor(f->naive, up->resource, name);
		if (anchor != NULL && anchor->dynamic) {
			found = anchor->node;
		}
	}
	return found;
}

static const struct mrl_node *outermost_recursive(const struct frame *f)
{
	const struct mrl_node *found = f->resource->root;
	if (!is_true(mrl_node_member(found, "$recursiveAnchor"))) {
		return found;
	}
	for (const struct frame *up = f; up != NULL; up = up->parent) {
		if (is_true(naive_keyword(up->resource, up->resource->root, "$recursiveAnchor"))) {
			found = up->resource->root;
		}
	}
	return found;
}

static void refer(struct frame *f, const struct mrl_node *target, const char *by, unsigned how)
{
	if (target == NULL) {
		f->naive->gave_up = true;
		return;
	}
	naive_apply(f, target, f->at, by, how);
}

static void references(struct frame *f)
{
	const struct mrl_node *ref = get(f, "$ref"), *dynamic = get(f, "$dynamicRef");
	const struct anchor *anchor;
	if (ref != NULL) {
		refer(f, naive_resolve(f->naive, f->resource, ref->text, &anchor), "$ref",
		      KEEP | IN_STATIC);
	}
	if (dynamic != NULL) {
		const struct mrl_node *target = naive_resolve(f->naive, f->resource, dynamic->text,
		                                              &anchor);
		if (anchor != NULL && anchor->dynamic) {
			const struct mrl_node *outer = outermost(f, anchor->name);
			target = outer != NULL ? outer : target;
		}
		refer(f, target, "$dynamicRef", KEEP | IN_BRANCH);
	}
	if (get(f, "$recursiveRef") != NULL) {
		refer(f, outermost_recursive(f), "$recursiveRef", KEEP | IN_BRANCH);
	}
}

static void all_of(struct frame *f)
{
	const struct mrl_node *list = get(f, "allOf");
	for (const struct mrl_node *each = mrl_node_first(list); each != NULL;
	     each = mrl_node_after(list, each)) {
		naive_apply(f, each, f->at, "allOf", KEEP | IN_STATIC);
	}
}

/* anyOf and oneOf: the failures of branches count only if all failed. */
static void some_of(struct frame *f, const char *by, uint32_t most)
{
	const struct mrl_node *list = get(f, by);
	uint32_t failures = f->naive->result->count, matches = 0;
	for (const struct mrl_node *each = mrl_node_first(list); each != NULL;
	     each = mrl_node_after(list, each)) {
		matches += naive_apply(f, each, f->at, by, TRY | IN_BRANCH);
	}
	if (list == NULL) {
		return;
	}
	if (matches != 0) {
		f->naive->result->count = failures;
	}
	if (matches == 0 || matches > most) {
		naive_fail(f, by);
	}
}

static void negated(struct frame *f)
{
	const struct mrl_node *schema = get(f, "not");
	if (schema == NULL) {
		return;
	}
	f->naive->negations++;
	if (naive_apply(f, schema, f->at, "not", PROBE | IN_BRANCH)) {
		naive_fail(f, "not");
	}
	f->naive->negations--;
}

static void conditional(struct frame *f)
{
	const struct mrl_node *condition = get(f, "if");
	uint32_t failures = f->naive->result->count;
	if (condition == NULL) {
		return;
	}
	bool holds = naive_apply(f, condition, f->at, "if", TRY | IN_BRANCH);
	const char *by = holds ? "then" : "else";
	f->naive->result->count = failures;
	if (get(f, by) != NULL) {
		naive_apply(f, get(f, by), f->at, by, KEEP | IN_BRANCH);
	}
}

static void judge(struct frame *f)
{
	if (is_false(f->schema)) {
		judge_false(f);
		return;
	}
	if (f->schema->kind != MRL_NODE_OBJECT) {
		return;
	}
	references(f);
	naive_values(f);
	naive_numbers(f);
	naive_strings(f);
	naive_arrays(f);
	naive_objects(f);
	all_of(f);
	some_of(f, "anyOf", UINT32_MAX);
	some_of(f, "oneOf", 1);
	negated(f);
	conditional(f);
	naive_discriminator(f);
	naive_unevaluated(f);
	naive_describe(f);
}

static void merge_one(struct mark *into, const struct mark *mark, unsigned not_kept)
{
	into->flags |= mark->flags & ~not_kept;
	into->types |= mark->types;
	into->chars = mark->chars > into->chars ? mark->chars : into->chars;
	into->items = mark->items > into->items ? mark->items : into->items;
	into->members = mark->members > into->members ? mark->members : into->members;
	into->cap_chars = mark->cap_chars != 0 ? mark->cap_chars : into->cap_chars;
	into->cap_items = mark->cap_items != 0 ? mark->cap_items : into->cap_items;
	into->cap_members = mark->cap_members != 0 ? mark->cap_members : into->cap_members;
}

/* What is evaluated below a member is nothing to the schema around. */
static void merge(struct frame *f, const struct frame *child)
{
	unsigned not_kept = child->at == f->at ? 0 : EVALUATED;
	for (uint32_t i = 0; i < child->at->next; i++) {
		merge_one(mark_of(f, child->at + i), &child->marks[i], not_kept);
	}
}

/* The first schema of a location, in the eyes of the one around. */
static void enter(struct frame *child, unsigned how)
{
	struct cluster cluster;
	struct mark *mark = &child->marks[0];
	naive_cluster(child->naive, child->schema, &cluster);
	mark->flags |= cluster.speaks            ? SPOKEN
	               : (how & CHILD_OPEN) != 0 ? ANY_EXPLICIT
	                                         : ANY_SILENT;
	mark->flags |= cluster.object ? SHAPE_OBJECT : 0;
	mark->flags |= cluster.array ? SHAPE_ARRAY : 0;
	mark->chars = cluster.chars;
	mark->items = cluster.items;
	mark->members = cluster.members;
}

static void set_group(struct frame *f, struct frame *child, unsigned how, struct group *group)
{
	bool below = (how & (CHILD | CHILD_OPEN)) != 0;
	if (f->naive->options->direction == MRL_DIRECTION_NONE ||
	    strcmp(child->by, "propertyNames") == 0) {
		group->count = 0;
	} else if (below) {
		group->count = 0;
		naive_group_child(f, child->at, group);
		naive_group_add(f->naive, group, child->schema);
	} else {
		*group = *f->group;
		naive_group_add(f->naive, group, child->schema);
	}
	child->group = group;
}

static bool is_too_much(struct naive *naive)
{
	naive->steps++;
	if (naive->depth >= DEPTH_MAX || naive->steps >= STEPS_MAX) {
		naive->gave_up = true;
	}
	return naive->gave_up;
}

static bool run(struct frame *f, struct frame *child, unsigned how)
{
	struct naive *naive = child->naive;
	struct mrl_arena_mark mark = mrl_arena_mark(naive->arena);
	uint32_t failures = naive->result->count;
	child->marks = MRL_NEW_ARRAY(naive->arena, child->at->next, struct mark);
	if (child->marks == NULL) {
		naive->gave_up = true;
		return true;
	}
	if ((how & (CHILD | CHILD_OPEN)) != 0) {
		enter(child, how);
	}
	naive->depth++;
	judge(child);
	naive->depth--;
	if ((how & PROBE) != 0) {
		naive->result->count = failures;
	} else if ((how & TRY) == 0 || child->valid) {
		merge(f, child);
	}
	mrl_arena_reset(naive->arena, mark);
	return child->valid;
}

bool naive_apply(struct frame *f, const struct mrl_node *schema, const struct mrl_json_node *at,
                 const char *by, unsigned how)
{
	struct group group;
	struct frame child = {
		.naive = f->naive,
		.parent = f,
		.resource = naive_resource(f->naive, schema),
		.schema = schema,
		.at = at,
		.by = by,
		.is_static = (how & (CHILD | CHILD_OPEN)) != 0 ||
	                     ((how & IN_BRANCH) == 0 && f->is_static),
		.valid = true,
	};
	if (is_too_much(f->naive) || child.resource == NULL) {
		f->naive->gave_up = true;
		return true;
	}
	set_group(f, &child, how, &group);
	if (!run(f, &child, how) && (how & (TRY | PROBE)) == 0) {
		f->valid = false;
	}
	return child.valid;
}

static void judge_root(struct naive *naive, const struct mrl_node *schema)
{
	struct group group = {.count = 0};
	struct frame root = {
		.naive = naive,
		.resource = naive_resource(naive, schema),
		.schema = schema,
		.at = naive->root,
		.by = "false",
		.group = &group,
		.is_static = true,
		.valid = true,
	};
	root.marks = MRL_NEW_ARRAY(naive->arena, naive->root->next, struct mark);
	if (root.marks == NULL || root.resource == NULL) {
		naive->gave_up = true;
		return;
	}
	naive_group_add(naive, &group, schema);
	enter(&root, CHILD);
	judge(&root);
	mark_of(&root, naive->root)->flags |= DECLARED;
	naive_walk(&root);
	naive->result->verdict = root.valid ? NAIVE_VALID : NAIVE_INVALID;
}

void naive_validate(struct naive *naive, const struct mrl_schema_entry *entry,
                    const struct mrl_json_doc *doc, const struct mrl_json_node *root,
                    struct naive_result *ret_result)
{
	struct mrl_arena_mark mark = mrl_arena_mark(naive->arena);
	const struct mrl_schema_caps *own = &entry->caps;
	bool given = own->string_chars != 0 || own->array_items != 0 || own->object_members != 0;
	naive->caps = given ? *own : naive->options->caps;
	naive->doc = doc;
	naive->root = root;
	naive->result = ret_result;
	naive->depth = naive->steps = naive->negations = 0;
	naive->gave_up = naive->full;
	ret_result->count = 0;
	judge_root(naive, entry->node);
	if (naive->gave_up) {
		ret_result->verdict = NAIVE_GAVE_UP;
	}
	mrl_arena_reset(naive->arena, mark);
}

struct naive *naive_open(const struct mrl_schema_options *options, struct mrl_arena *arena)
{
	struct naive *naive = MRL_NEW(arena, struct naive);
	if (naive == NULL) {
		return NULL;
	}
	naive->options = options;
	naive->arena = arena;
	naive->resources = MRL_NEW_ARRAY(arena, RESOURCES_MAX, struct resource);
	naive->anchors = MRL_NEW_ARRAY(arena, ANCHORS_MAX, struct anchor);
	if (naive->resources == NULL || naive->anchors == NULL) {
		return NULL;
	}
	naive_register(naive);
	return naive->full ? NULL : naive;
}

bool naive_found(const struct naive_result *result, struct mrl_slice keyword,
                 const struct mrl_json_node *node)
{
	const struct mrl_json_node *value = node != NULL && node->kind == MRL_JSON_KIND_NAME
	                                            ? node + 1
	                                            : node;
	for (uint32_t i = 0; i < result->count; i++) {
		if (result->failures[i].node == value &&
		    mrl_slice_is(keyword, result->failures[i].keyword)) {
			return true;
		}
	}
	return false;
}
