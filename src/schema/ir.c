/*
 * Schemas into their normal form: from the entries on, each site once, in the order in which they
 * are reached. A list of work instead of recursion: documents say how deep they are.
 */
#include "ir_read.h"

static uint32_t slot_of(const struct mrl_ir_reading *reading, const struct mrl_node *node)
{
	uint64_t mixed = (uint64_t)(uintptr_t)node * 0x9E3779B97F4A7C15;
	return (uint32_t)(mixed >> 32) & (reading->slot_count - 1);
}

static struct mrl_ir_slot *find_slot(const struct mrl_ir_reading *reading,
                                     const struct mrl_node *node)
{
	uint32_t place = slot_of(reading, node);
	while (reading->slots[place].node != NULL && reading->slots[place].node != node) {
		place = (place + 1) & (reading->slot_count - 1);
	}
	return &reading->slots[place];
}

static enum mrl_err grow(struct mrl_ir_reading *reading)
{
	struct mrl_ir_slot *old = reading->slots;
	uint32_t old_count = reading->slot_count;
	uint32_t capacity = reading->capacity == 0 ? 64 : 2 * reading->capacity;
	struct mrl_ir **items = MRL_NEW_ARRAY(reading->arena, capacity, struct mrl_ir *);
	reading->slots = MRL_NEW_ARRAY(reading->arena, 2 * (size_t)capacity, struct mrl_ir_slot);
	if (items == NULL || reading->slots == NULL) {
		return MRL_ERR_MEMORY;
	}
	reading->slot_count = 2 * capacity;
	for (uint32_t i = 0; i < old_count; i++) {
		if (old[i].node != NULL) {
			*find_slot(reading, old[i].node) = old[i];
		}
	}
	if (reading->count != 0) {
		memcpy(items, reading->items, reading->count * sizeof(*items));
	}
	reading->items = items;
	reading->capacity = capacity;
	return MRL_OK;
}

static struct mrl_ir *make(struct mrl_ir_reading *reading, const struct mrl_node *node)
{
	struct mrl_ir *ir = MRL_NEW(reading->arena, struct mrl_ir);
	if (ir == NULL) {
		return NULL;
	}
	const struct mrl_resource *resource = mrl_registry_of(&reading->registry, node);
	ir->node = node;
	ir->id = reading->count;
	ir->dialect = resource == NULL ? reading->options->dialect : resource->dialect;
	/* Within an OpenAPI document, OpenAPI's keywords stay. */
	if (reading->options->dialect == MRL_DIALECT_OAS_31 && ir->dialect == MRL_DIALECT_2020_12) {
		ir->dialect = MRL_DIALECT_OAS_31;
	}
	ir->min_length = ir->max_length = MRL_IR_NONE;
	ir->min_contains = ir->max_contains = MRL_IR_NONE;
	ir->min_items = ir->max_items = MRL_IR_NONE;
	ir->min_properties = ir->max_properties = MRL_IR_NONE;
	ir->cap_length = ir->cap_items = ir->cap_members = MRL_IR_NONE;
	return ir;
}

enum mrl_err mrl_ir_of(struct mrl_ir_reading *reading, const struct mrl_node *node,
                       struct mrl_ir **ret_ir)
{
	if (reading->count == reading->capacity) {
		enum mrl_err err = grow(reading);
		if (err != MRL_OK) {
			return err;
		}
	}
	struct mrl_ir_slot *slot = find_slot(reading, node);
	if (slot->node == NULL) {
		struct mrl_ir *ir = make(reading, node);
		if (ir == NULL) {
			return MRL_ERR_MEMORY;
		}
		*slot = (struct mrl_ir_slot){.node = node, .ir = ir};
		reading->items[reading->count++] = ir;
	}
	*ret_ir = slot->ir;
	return MRL_OK;
}

static enum mrl_err add_anchors(struct mrl_ir_reading *reading, struct mrl_resource *resource)
{
	struct mrl_ir_members *members = &resource->ir->dynamic_anchors;
	uint32_t most = 1;
	for (const struct mrl_anchor *a = reading->registry.anchors; a != NULL; a = a->next) {
		most += a->resource == resource && a->dynamic;
	}
	members->items = MRL_NEW_ARRAY(reading->arena, most, struct mrl_ir_member);
	if (members->items == NULL) {
		return MRL_ERR_MEMORY;
	}
	enum mrl_err err = MRL_OK;
	for (const struct mrl_anchor *a = reading->registry.anchors; a != NULL && err == MRL_OK;
	     a = a->next) {
		if (a->resource == resource && a->dynamic) {
			struct mrl_ir_member *member = &members->items[members->count++];
			*member = (struct mrl_ir_member){.name = a->name, .node = a->node};
			err = mrl_ir_of(reading, a->node, &member->schema);
		}
	}
	if (err == MRL_OK && resource->recursive) {
		struct mrl_ir_member *member = &members->items[members->count++];
		*member = (struct mrl_ir_member){.name = MRL_SLICE(""), .node = resource->root};
		err = mrl_ir_of(reading, resource->root, &member->schema);
	}
	return err;
}

enum mrl_err mrl_ir_resource_of(struct mrl_ir_reading *reading, struct mrl_resource *resource,
                                struct mrl_ir_resource **ret_resource)
{
	if (resource->ir == NULL) {
		resource->ir = MRL_NEW(reading->arena, struct mrl_ir_resource);
		if (resource->ir == NULL) {
			return MRL_ERR_MEMORY;
		}
		resource->ir->uri = resource->uri;
		for (const struct mrl_resource *r = resource->next; r != NULL; r = r->next) {
			resource->ir->id++;
		}
		enum mrl_err err = add_anchors(reading, resource);
		if (err != MRL_OK) {
			return err;
		}
	}
	*ret_resource = resource->ir;
	return MRL_OK;
}

void mrl_ir_bad_value(struct mrl_ir_reading *reading, const struct mrl_node *node,
                      const char *wanted)
{
	mrl_diagnose(reading->diagnostics, MRL_ERROR, "js-value", node, NULL,
	             "%s is due here, not %s", wanted, mrl_node_kind_name(node->kind));
}

static enum mrl_err read_one(struct mrl_ir_reading *reading, struct mrl_ir *ir)
{
	struct mrl_resource *resource = mrl_registry_of(&reading->registry, ir->node);
	enum mrl_err err = resource == NULL ? MRL_ERR_BUG
	                                    : mrl_ir_resource_of(reading, resource, &ir->resource);
	if (err != MRL_OK) {
		return err;
	}
	if (ir->node->kind == MRL_NODE_BOOL) {
		ir->always = mrl_slice_is(ir->node->text, "true");
		ir->never = !ir->always;
		return MRL_OK;
	}
	if (ir->node->kind != MRL_NODE_OBJECT) {
		mrl_ir_bad_value(reading, ir->node, "a schema");
		return MRL_OK;
	}
	return mrl_ir_keywords(reading, ir);
}

static enum mrl_err read_all(struct mrl_ir_reading *reading)
{
	enum mrl_err err = MRL_OK;
	for (uint32_t i = 0; i < reading->count && err == MRL_OK; i++) {
		err = read_one(reading, reading->items[i]);
	}
	return err;
}

static enum mrl_err read_entries(struct mrl_ir_reading *reading,
                                 const struct mrl_schema_entry *entries, uint32_t count,
                                 struct mrl_ir **irs)
{
	enum mrl_err err = MRL_OK;
	for (uint32_t i = 0; i < count && err == MRL_OK; i++) {
		err = mrl_registry_add(&reading->registry, entries[i].uri,
		                       mrl_document_root(entries[i].node->document));
		if (err == MRL_OK) {
			err = mrl_ir_of(reading, entries[i].node, &irs[i]);
		}
	}
	return err == MRL_OK ? read_all(reading) : err;
}

static enum mrl_err list_resources(struct mrl_ir_reading *reading, struct mrl_ir_graph *graph)
{
	graph->resource_count = reading->registry.resource_count;
	graph->resources = MRL_NEW_ARRAY(reading->arena, graph->resource_count + (size_t)1,
	                                 struct mrl_ir_resource *);
	if (graph->resources == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (struct mrl_resource *r = reading->registry.resources; r != NULL; r = r->next) {
		if (r->ir != NULL) {
			graph->resources[r->ir->id] = r->ir;
		}
	}
	return MRL_OK;
}

enum mrl_err mrl_ir_read(const struct mrl_schema_options *options,
                         const struct mrl_schema_entry *entries, uint32_t entry_count,
                         struct mrl_arena *arena, struct mrl_diagnostics *diagnostics,
                         struct mrl_ir_graph *ret_graph)
{
	uint32_t errors = diagnostics->errors;
	struct mrl_ir_reading reading = {
		.registry = {.options = options, .arena = arena, .diagnostics = diagnostics},
		.options = options,
		.arena = arena,
		.diagnostics = diagnostics,
	};
	struct mrl_ir **irs = MRL_NEW_ARRAY(arena, entry_count + (size_t)1, struct mrl_ir *);
	enum mrl_err err = irs == NULL ? MRL_ERR_MEMORY
	                               : read_entries(&reading, entries, entry_count, irs);
	struct mrl_ir_graph graph = {.items = reading.items,
	                             .count = reading.count,
	                             .entries = irs,
	                             .entry_count = entry_count};
	if (err == MRL_OK) {
		err = list_resources(&reading, &graph);
	}
	if (err != MRL_OK) {
		return err;
	}
	*ret_graph = graph;
	return diagnostics->errors == errors ? MRL_OK : MRL_ERR_INVALID;
}
