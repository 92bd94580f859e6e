/*
 * OpenAPI's discriminator where a schema stands for its children: which component a value means, by
 * the mapping or as its name. Whether a component is a child is asked when all are read.
 */
#include "ir_read.h"

static const struct mrl_node *components_of(const struct mrl_node *node)
{
	return mrl_node_pointer(mrl_document_root(node->document),
	                        MRL_SLICE("/components/schemas"));
}

static enum mrl_err put(struct mrl_ir_reading *reading, struct mrl_ir_members *members,
                        const struct mrl_node *key, const struct mrl_node *target)
{
	struct mrl_ir_member *member = &members->items[members->count++];
	*member = (struct mrl_ir_member){.name = key->text, .node = key};
	return mrl_ir_of(reading, target, &member->schema);
}

/* A name, or a reference. */
static enum mrl_err find(struct mrl_ir_reading *reading, const struct mrl_node *value,
                         const struct mrl_node **ret_target)
{
	const struct mrl_resource *resource = mrl_registry_of(&reading->registry, value);
	struct mrl_slice uri;
	*ret_target = mrl_node_member_slice(components_of(value), value->text);
	if (*ret_target != NULL || resource == NULL) {
		return MRL_OK;
	}
	enum mrl_err err = mrl_uri_resolve(reading->arena, resource->uri, value->text, &uri);
	return err == MRL_OK ? mrl_registry_find(&reading->registry, uri, ret_target) : err;
}

static enum mrl_err put_mapping(struct mrl_ir_reading *reading, const struct mrl_node *mapping,
                                struct mrl_ir_members *members)
{
	for (const struct mrl_node *key = mrl_node_first(mapping); key != NULL;
	     key = mrl_node_after(mapping, key)) {
		const struct mrl_node *target = NULL;
		enum mrl_err err = find(reading, mrl_node_value(key), &target);
		if (err == MRL_OK && target == NULL) {
			mrl_diagnose(reading->diagnostics, MRL_ERROR, "oa-ref", mrl_node_value(key),
			             "name a component, or correct the reference",
			             "nothing is found for this value");
		} else if (err == MRL_OK) {
			err = put(reading, members, key, target);
		}
		if (err != MRL_OK) {
			return err;
		}
	}
	return MRL_OK;
}

enum mrl_err mrl_ir_discriminate(struct mrl_ir_reading *reading, struct mrl_ir *ir)
{
	struct mrl_ir_members *members = &ir->discriminator->mapping;
	const struct mrl_node *mapping = mrl_node_member(ir->discriminator->node, "mapping");
	const struct mrl_node *components = components_of(ir->node);
	size_t most = 1 + (mapping == NULL ? 0U : mapping->count) +
	              (components == NULL ? 0U : components->count);
	members->items = MRL_NEW_ARRAY(reading->arena, most, struct mrl_ir_member);
	if (members->items == NULL) {
		return MRL_ERR_MEMORY;
	}
	enum mrl_err err = mapping == NULL || mapping->kind != MRL_NODE_OBJECT
	                           ? MRL_OK
	                           : put_mapping(reading, mapping, members);
	for (const struct mrl_node *key = mrl_node_first(components); key != NULL && err == MRL_OK;
	     key = mrl_node_after(components, key)) {
		err = put(reading, members, key, mrl_node_value(key));
	}
	return err;
}
