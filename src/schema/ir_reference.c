/*
 * References of schemas: resolved at load. What a dynamic one means is decided there too, wherever
 * the fragment names no dynamic anchor.
 */
#include "ir_read.h"

static enum mrl_err find(struct mrl_ir_reading *reading, const struct mrl_ir *ir,
                         const struct mrl_node *node, struct mrl_slice *ret_uri,
                         const struct mrl_node **ret_target)
{
	const struct mrl_resource *resource = mrl_registry_of(&reading->registry, ir->node);
	enum mrl_err err = mrl_uri_resolve(reading->arena, resource->uri, node->text, ret_uri);
	return err == MRL_OK ? mrl_registry_find(&reading->registry, *ret_uri, ret_target) : err;
}

/* The fragment is the name of a dynamic anchor of the resource that the target stands in. */
static const struct mrl_anchor *dynamic_anchor(const struct mrl_ir_reading *reading,
                                               const struct mrl_node *target, struct mrl_slice uri)
{
	struct mrl_slice absolute;
	struct mrl_slice name;
	mrl_uri_split(uri, &absolute, &name);
	for (const struct mrl_anchor *a = reading->registry.anchors; a != NULL; a = a->next) {
		if (a->dynamic && a->node == target && mrl_slice_equal(a->name, name)) {
			return a;
		}
	}
	return NULL;
}

static enum mrl_err set_dynamic(struct mrl_ir_reading *reading, struct mrl_ir *ir,
                                const struct mrl_node *target, struct mrl_slice name)
{
	ir->dynamic_name = name;
	return mrl_ir_of(reading, target, &ir->dynamic);
}

/* Does a chain of $ref alone lead back to where it began? Such a schema says nothing. */
static bool loops(const struct mrl_ir *ir)
{
	const struct mrl_ir *slow = ir;
	const struct mrl_ir *fast = ir->ref;
	while (fast != NULL && fast->ref != NULL && fast != slow) {
		slow = slow->ref;
		fast = fast->ref->ref;
	}
	return fast != NULL && fast == slow;
}

static enum mrl_err add_to_all(struct mrl_ir_reading *reading, struct mrl_ir *ir,
                               const struct mrl_node *target)
{
	struct mrl_ir **items = MRL_NEW_ARRAY(reading->arena, ir->all.count + (size_t)1,
	                                      struct mrl_ir *);
	if (items == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < ir->all.count; i++) {
		items[i] = ir->all.items[i];
	}
	ir->all.items = items;
	return mrl_ir_of(reading, target, &ir->all.items[ir->all.count++]);
}

enum mrl_err mrl_ir_reference(struct mrl_ir_reading *reading, struct mrl_ir *ir,
                              const struct mrl_node *node, struct mrl_slice keyword)
{
	const struct mrl_node *target = NULL;
	struct mrl_slice uri;
	if (node->kind != MRL_NODE_STRING) {
		mrl_ir_bad_value(reading, node, "a URI reference");
		return MRL_OK;
	}
	enum mrl_err err = find(reading, ir, node, &uri, &target);
	if (err != MRL_OK) {
		return err;
	}
	if (target == NULL) {
		mrl_diagnose(reading->diagnostics, MRL_ERROR, "oa-ref", node,
		             "correct it, or bundle the document under `schemas`",
		             "nothing is found at this reference");
		return MRL_OK;
	}
	if (mrl_slice_is(keyword, "$dynamicRef")) {
		const struct mrl_anchor *anchor = dynamic_anchor(reading, target, uri);
		if (anchor != NULL) {
			return set_dynamic(reading, ir, target, anchor->name);
		}
	}
	const struct mrl_resource *resource = mrl_registry_of(&reading->registry, target);
	if (mrl_slice_is(keyword, "$recursiveRef") && resource->recursive &&
	    resource->root == target) {
		return set_dynamic(reading, ir, target, MRL_SLICE(""));
	}
	/* A schema may have both: the second stands as one of allOf would. */
	if (ir->ref != NULL) {
		return add_to_all(reading, ir, target);
	}
	err = mrl_ir_of(reading, target, &ir->ref);
	if (err == MRL_OK && loops(ir)) {
		mrl_diagnose(reading->diagnostics, MRL_ERROR, "js-ref-loop", node,
		             "let one of them say what the value is",
		             "this reference leads back to itself");
	}
	return err;
}
