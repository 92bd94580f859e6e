/* The program of a graph: per schema what can be worked out before the first request. */
#include "merged.h"

static void put_value(struct mrl_json_build *build, const struct mrl_node *node)
{
	switch (node->kind) {
	case MRL_NODE_NULL: mrl_json_build_null(build); break;
	case MRL_NODE_BOOL: mrl_json_build_bool(build, mrl_slice_is(node->text, "true")); break;
	case MRL_NODE_NUMBER: mrl_json_build_number(build, node->text); break;
	case MRL_NODE_STRING: mrl_json_build_string(build, node->text); break;
	case MRL_NODE_ARRAY: mrl_json_build_array(build); break;
	case MRL_NODE_OBJECT: mrl_json_build_object(build); break;
	}
}

/* A subtree of a document onto a tape, in one pass over its flat array. */
static enum mrl_err put_tree(struct mrl_json_build *build, const struct mrl_node *root)
{
	const struct mrl_node *nodes = root->document->nodes;
	uint32_t ends[MRL_COUNT(build->open)];
	uint32_t depth = 0;
	for (uint32_t i = (uint32_t)(root - nodes); i < root->next; i++) {
		const struct mrl_node *node = &nodes[i];
		const struct mrl_node *parent = &nodes[node->parent];
		bool in_object = node != root && parent->kind == MRL_NODE_OBJECT;
		bool key = in_object && mrl_node_value(node) == node + 1 &&
		           node->kind == MRL_NODE_STRING && build->nodes != NULL &&
		           build->nodes[build->node_count - 1].kind != MRL_JSON_KIND_NAME;
		if (key) {
			mrl_json_build_name(build, node->text);
			continue;
		}
		put_value(build, node);
		if (node->kind == MRL_NODE_ARRAY || node->kind == MRL_NODE_OBJECT) {
			if (depth == MRL_COUNT(ends)) {
				return MRL_ERR_LIMIT;
			}
			ends[depth++] = node->next;
		}
		while (depth != 0 && ends[depth - 1] == i + 1) {
			mrl_json_build_end(build);
			depth--;
		}
	}
	return build->err;
}

static enum mrl_err put_values(struct mrl_site *site, struct mrl_arena *arena)
{
	const struct mrl_ir *ir = site->ir;
	struct mrl_json_build build;
	bool list = ir->enumeration != NULL && ir->enumeration->kind == MRL_NODE_ARRAY;
	if (!list && ir->constant == NULL) {
		return MRL_OK;
	}
	mrl_json_build_init(&build, arena);
	if (ir->constant != NULL) {
		mrl_json_build_array(&build);
	}
	enum mrl_err err = put_tree(&build, ir->constant != NULL ? ir->constant : ir->enumeration);
	if (ir->constant != NULL) {
		mrl_json_build_end(&build);
	}
	return err == MRL_OK ? mrl_json_build_finish(&build, &site->values) : err;
}

static void put_bound(const struct mrl_node *node, struct mrl_number_bound *bound)
{
	if (node != NULL) {
		bound->given = true;
		mrl_decimal_parse(node->text, &bound->decimal);
	}
}

static enum mrl_err put_slots(struct mrl_site *site, struct mrl_arena *arena)
{
	const struct mrl_ir_members *properties = &site->ir->properties;
	uint32_t count = 4;
	while (count < 2 * properties->count) {
		count *= 2;
	}
	if (properties->count == 0) {
		return MRL_OK;
	}
	site->slots = MRL_NEW_ARRAY(arena, count, uint32_t);
	if (site->slots == NULL) {
		return MRL_ERR_MEMORY;
	}
	site->slot_count = count;
	for (uint32_t i = 0; i < properties->count; i++) {
		uint32_t place = mrl_hash_text(properties->items[i].name) & (count - 1);
		while (site->slots[place] != 0) {
			place = (place + 1) & (count - 1);
		}
		site->slots[place] = i + 1;
	}
	return MRL_OK;
}

const struct mrl_ir_member *mrl_site_property(const struct mrl_site *site, struct mrl_slice name)
{
	if (site->slot_count == 0) {
		return NULL;
	}
	uint32_t place = mrl_hash_text(name) & (site->slot_count - 1);
	while (site->slots[place] != 0) {
		const struct mrl_ir_member *member =
			&site->ir->properties.items[site->slots[place] - 1];
		if (mrl_slice_equal(member->name, name)) {
			return member;
		}
		place = (place + 1) & (site->slot_count - 1);
	}
	return NULL;
}

/* INPUT-2: types are declared by name or by a keyword of their family. */
static uint8_t declared_types(const struct mrl_ir *ir)
{
	uint8_t types = ir->types;
	if ((types & MRL_JSON_KIND_INTEGER) != 0) {
		types |= MRL_JSON_KIND_NUMBER;
	}
	if (ir->properties.count != 0 || ir->patterns.count != 0 || ir->additional != NULL ||
	    ir->unevaluated_properties != NULL || ir->max_properties != MRL_IR_NONE ||
	    ir->min_properties != MRL_IR_NONE || ir->dependent_schemas.count != 0 ||
	    mrl_node_member(ir->node, "properties") != NULL) {
		types |= MRL_JSON_KIND_OBJECT;
	}
	if (ir->items != NULL || ir->prefix.count != 0 || ir->contains != NULL ||
	    ir->unevaluated_items != NULL || ir->max_items != MRL_IR_NONE ||
	    ir->min_items != MRL_IR_NONE || ir->unique_items) {
		types |= MRL_JSON_KIND_ARRAY;
	}
	if (ir->min_length != MRL_IR_NONE || ir->max_length != MRL_IR_NONE || ir->pattern != NULL ||
	    ir->content_encoding_note.size != 0 || ir->content_media_type_note.size != 0) {
		types |= MRL_JSON_KIND_STRING;
	}
	if (ir->format != NULL) {
		types |= ir->format->kinds;
	}
	if (ir->minimum != NULL || ir->maximum != NULL || ir->exclusive_minimum != NULL ||
	    ir->exclusive_maximum != NULL || ir->multiple_of != NULL) {
		types |= MRL_JSON_KIND_NUMBER;
	}
	return types;
}

static uint32_t members_of(const struct mrl_ir *ir)
{
	bool open = ir->patterns.count != 0 || (ir->additional != NULL && !ir->additional->never) ||
	            (ir->unevaluated_properties != NULL && !ir->unevaluated_properties->never);
	bool said = ir->patterns.count != 0 || ir->additional != NULL ||
	            ir->unevaluated_properties != NULL ||
	            mrl_node_member(ir->node, "properties") != NULL;
	bool bound = ir->max_properties != MRL_IR_NONE || ir->cap_members != MRL_IR_NONE;
	return (open ? MRL_MARK_OPEN : 0U) | (said ? MRL_MARK_SAYS_MEMBERS : 0U) |
	       (bound ? MRL_MARK_BOUND_MEMBERS : 0U);
}

/* INPUT-3: what this schema bounds; and whether it lets unlisted names in. */
static uint32_t bounds_of(const struct mrl_ir *ir)
{
	uint32_t bounds = members_of(ir);
	bool listed = ir->enumeration != NULL || ir->constant != NULL;
	bool finite = ir->pattern != NULL && mrl_regex_chars_max(ir->pattern) != UINT32_MAX;
	if (listed || finite || ir->max_length != MRL_IR_NONE || ir->cap_length != MRL_IR_NONE ||
	    (ir->format != NULL && ir->format->chars_max != 0)) {
		bounds |= MRL_MARK_BOUND_STRING;
	}
	if (listed || ir->max_items != MRL_IR_NONE || ir->cap_items != MRL_IR_NONE) {
		bounds |= MRL_MARK_BOUND_ARRAY;
	}
	if (ir->items != NULL || ir->prefix.count != 0 || ir->unevaluated_items != NULL ||
	    (ir->contains != NULL && ir->contains_marks)) {
		bounds |= MRL_MARK_SAYS_ITEMS;
	}
	if ((ir->minimum != NULL || ir->exclusive_minimum != NULL) &&
	    (ir->maximum != NULL || ir->exclusive_maximum != NULL)) {
		bounds |= MRL_MARK_BOUND_NUMBER;
	}
	return bounds;
}

/* Through $ref and allOf, as far as a bounded number of steps leads. */
static bool says(const struct mrl_ir *ir, bool read, uint32_t steps)
{
	if (ir == NULL || steps == 0) {
		return false;
	}
	if (read ? ir->read_only : ir->write_only) {
		return true;
	}
	for (uint32_t i = 0; i < ir->all.count; i++) {
		if (says(ir->all.items[i], read, steps - 1)) {
			return true;
		}
	}
	return says(ir->ref, read, steps - 1);
}

static bool is_plain(const struct mrl_ir *ir)
{
	return ir->always ||
	       (!ir->never && ir->ref == NULL && ir->dynamic == NULL && ir->all.count == 0 &&
	        ir->any.count == 0 && ir->one.count == 0 && ir->negated == NULL &&
	        ir->condition == NULL && ir->enumeration == NULL && ir->constant == NULL &&
	        ir->required.count == 0 && ir->dependent_count == 0 && ir->property_names == NULL &&
	        declared_types(ir) == 0);
}

static enum mrl_err make_site(struct mrl_site *site, const struct mrl_ir *ir,
                              struct mrl_arena *arena, struct mrl_diagnostics *diagnostics)
{
	site->ir = ir;
	put_bound(ir->minimum, &site->minimum);
	put_bound(ir->maximum, &site->maximum);
	put_bound(ir->exclusive_minimum, &site->exclusive_minimum);
	put_bound(ir->exclusive_maximum, &site->exclusive_maximum);
	site->declared = declared_types(ir);
	site->bounds = bounds_of(ir);
	site->plain = is_plain(ir);
	site->read_only = says(ir, true, 8);
	site->write_only = says(ir, false, 8);
	if (ir->multiple_of != NULL) {
		struct mrl_decimal decimal;
		mrl_decimal_parse(ir->multiple_of->text, &decimal);
		site->has_multiple_of = mrl_divisor_of(&decimal, &site->multiple_of);
		if (!site->has_multiple_of) {
			mrl_diagnose(diagnostics, MRL_ERROR, "js-value", ir->multiple_of,
			             "multipleOf is above 0 and has at most 19 digits",
			             "nothing can be divided by this");
		}
	}
	enum mrl_err err = put_values(site, arena);
	return err == MRL_OK ? put_slots(site, arena) : err;
}

static bool no_caps(const struct mrl_schema_caps *caps)
{
	return caps->string_chars == 0 && caps->array_items == 0 && caps->object_members == 0;
}

enum mrl_err mrl_ir_emit(const struct mrl_schema_options *options,
                         const struct mrl_schema_entry *entries, const struct mrl_ir_graph *graph,
                         struct mrl_arena *arena, struct mrl_diagnostics *diagnostics,
                         const struct mrl_program **ret_program)
{
	size_t before = arena->used_bytes;
	uint32_t errors = diagnostics->errors;
	struct mrl_program *program = MRL_NEW(arena, struct mrl_program);
	struct mrl_site *sites = MRL_NEW_ARRAY(arena, graph->count + (size_t)1, struct mrl_site);
	struct mrl_schema_entry *copies = MRL_NEW_ARRAY(arena, graph->entry_count + (size_t)1,
	                                                struct mrl_schema_entry);
	if (program == NULL || sites == NULL || copies == NULL) {
		return MRL_ERR_MEMORY;
	}
	enum mrl_err err = MRL_OK;
	for (uint32_t i = 0; i < graph->count && err == MRL_OK; i++) {
		err = make_site(&sites[i], graph->items[i], arena, diagnostics);
	}
	for (uint32_t i = 0; i < graph->entry_count; i++) {
		copies[i] = entries[i];
		if (no_caps(&copies[i].caps)) {
			copies[i].caps = options->caps;
		}
	}
	*program = (struct mrl_program){
		.options = *options, .graph = *graph, .sites = sites, .entries = copies};
	if (err == MRL_OK) {
		err = mrl_merge(program, arena, diagnostics);
	}
	if (err == MRL_OK && diagnostics->errors != errors) {
		err = MRL_ERR_INVALID;
	}
	program->bytes = arena->used_bytes - before;
	if (err == MRL_OK) {
		*ret_program = program;
	}
	return err;
}

enum mrl_err mrl_schema_compile(const struct mrl_schema_options *options,
                                const struct mrl_schema_entry *entries, uint32_t entry_count,
                                struct mrl_arena *arena, struct mrl_diagnostics *diagnostics,
                                const struct mrl_program **ret_program)
{
	struct mrl_ir_graph graph;
	enum mrl_err err = mrl_ir_read(options, entries, entry_count, arena, diagnostics, &graph);
	return err == MRL_OK
	               ? mrl_ir_emit(options, entries, &graph, arena, diagnostics, ret_program)
	               : err;
}
