/*
 * Taking documents in: one pass over the flat array of nodes, in which a parent always stands
 * before its children, so that no recursion is needed.
 */
#include "registry.h"

/* What a node is to the pass. */
enum place {
	PLACE_SCHEMA, /* or anything else that may hold schemas */
	PLACE_MAP,    /* its names are no keywords: `properties` and its kin */
	PLACE_DATA,   /* enum, const, examples: holds no identifiers */
};

static const struct {
	const char *uri;
	enum mrl_dialect dialect;
} dialects[] = {
	{"https://json-schema.org/draft/2020-12/schema", MRL_DIALECT_2020_12},
	{"https://json-schema.org/draft/2019-09/schema", MRL_DIALECT_2019_09},
	{"http://json-schema.org/draft-07/schema", MRL_DIALECT_7},
	{"http://json-schema.org/draft-04/schema", MRL_DIALECT_4},
	{"https://spec.openapis.org/oas/3.1/dialect/base", MRL_DIALECT_OAS_31},
};

bool mrl_dialect_of(struct mrl_slice uri, enum mrl_dialect *ret_dialect)
{
	if (mrl_slice_ends(uri, MRL_SLICE("#"))) {
		uri.size--;
	}
	for (size_t i = 0; i < MRL_COUNT(dialects); i++) {
		if (mrl_slice_is(uri, dialects[i].uri)) {
			*ret_dialect = dialects[i].dialect;
			return true;
		}
	}
	return false;
}

static enum place place_below(enum place place, struct mrl_slice key)
{
	static const char *const maps[] = {"properties",  "patternProperties", "$defs",
	                                   "definitions", "dependentSchemas",  "dependencies"};
	static const char *const data[] = {"enum", "const", "default", "examples", "example"};
	if (place != PLACE_SCHEMA) {
		return place == PLACE_MAP ? PLACE_SCHEMA : PLACE_DATA;
	}
	for (size_t i = 0; i < MRL_COUNT(maps); i++) {
		if (mrl_slice_is(key, maps[i])) {
			return PLACE_MAP;
		}
	}
	for (size_t i = 0; i < MRL_COUNT(data); i++) {
		if (mrl_slice_is(key, data[i])) {
			return PLACE_DATA;
		}
	}
	return PLACE_SCHEMA;
}

static struct mrl_slice text_member(const struct mrl_node *node, const char *name)
{
	const struct mrl_node *value = mrl_node_member(node, name);
	return value != NULL && value->kind == MRL_NODE_STRING ? value->text : MRL_SLICE_NONE;
}

static bool is_old(enum mrl_dialect dialect)
{
	return dialect == MRL_DIALECT_7 || dialect == MRL_DIALECT_4;
}

static enum mrl_err add_anchor(struct mrl_registry *registry, const struct mrl_resource *resource,
                               const struct mrl_node *node, struct mrl_slice name, bool dynamic)
{
	struct mrl_anchor *anchor = MRL_NEW(registry->arena, struct mrl_anchor);
	if (anchor == NULL) {
		return MRL_ERR_MEMORY;
	}
	*anchor = (struct mrl_anchor){.next = registry->anchors,
	                              .resource = resource,
	                              .name = name,
	                              .node = node,
	                              .dynamic = dynamic};
	registry->anchors = anchor;
	return MRL_OK;
}

/* A metaschema of one's own may leave the validation vocabulary out: its keywords only annotate. */
static bool lacks_validation(struct mrl_registry *registry, const struct mrl_node *node)
{
	enum mrl_dialect dialect;
	const struct mrl_node *meta = NULL;
	struct mrl_slice schema = text_member(node, "$schema");
	if (schema.data == NULL || mrl_dialect_of(schema, &dialect) ||
	    mrl_registry_find(registry, schema, &meta) != MRL_OK || meta == NULL) {
		return false;
	}
	const struct mrl_node *vocabulary = mrl_node_member(meta, "$vocabulary");
	bool there = vocabulary == NULL || vocabulary->kind != MRL_NODE_OBJECT;
	for (const struct mrl_node *key = there ? NULL : mrl_node_first(vocabulary); key != NULL;
	     key = mrl_node_after(vocabulary, key)) {
		there = there || mrl_slice_ends(key->text, MRL_SLICE("/vocab/validation"));
	}
	return !there;
}

static enum mrl_err add_resource(struct mrl_registry *registry, struct mrl_slice uri,
                                 const struct mrl_node *node, enum mrl_dialect dialect,
                                 struct mrl_resource **ret_resource)
{
	struct mrl_resource *resource = MRL_NEW(registry->arena, struct mrl_resource);
	const struct mrl_node *recursive = mrl_node_member(node, "$recursiveAnchor");
	if (resource == NULL) {
		return MRL_ERR_MEMORY;
	}
	/* Before it is put into the list: this may take a metaschema in. */
	bool no_validation = lacks_validation(registry, node);
	*resource = (struct mrl_resource){.next = registry->resources,
	                                  .uri = uri,
	                                  .root = node,
	                                  .dialect = dialect,
	                                  .no_validation = no_validation};
	resource->recursive = recursive != NULL && recursive->kind == MRL_NODE_BOOL &&
	                      mrl_slice_is(recursive->text, "true");
	registry->resources = resource;
	registry->resource_count++;
	*ret_resource = resource;
	return MRL_OK;
}

/* The dialect that an object with an identifier, or a root, has for itself. */
static enum mrl_dialect dialect_at(struct mrl_registry *registry, const struct mrl_node *node,
                                   enum mrl_dialect outer)
{
	struct mrl_slice schema = text_member(node, "$schema");
	enum mrl_dialect dialect = outer;
	if (schema.data == NULL || mrl_dialect_of(schema, &dialect)) {
		return dialect;
	}
	const struct mrl_node *meta = NULL;
	if (mrl_registry_find(registry, schema, &meta) == MRL_OK && meta != NULL && meta != node) {
		/* A metaschema of the documents' own: it says its dialect itself. */
		const struct mrl_resource *resource = mrl_registry_of(registry, meta);
		return resource == NULL ? outer : resource->dialect;
	}
	mrl_diagnose(registry->diagnostics, MRL_ERROR, "js-dialect",
	             mrl_node_member(node, "$schema"),
	             "use https://json-schema.org/draft/2020-12/schema, 2019-09, draft-07 or "
	             "draft-04",
	             "this dialect is not known");
	return outer;
}

static struct mrl_slice id_of(const struct mrl_node *node, enum mrl_dialect dialect)
{
	bool hidden = is_old(dialect) && mrl_node_member(node, "$ref") != NULL;
	return hidden ? MRL_SLICE_NONE : text_member(node, dialect == MRL_DIALECT_4 ? "id" : "$id");
}

static enum mrl_err identify(struct mrl_registry *registry, const struct mrl_node *node,
                             struct mrl_resource **resource)
{
	struct mrl_resource *outer = *resource;
	enum mrl_dialect dialect = outer->root == node ? outer->dialect
	                                               : dialect_at(registry, node, outer->dialect);
	struct mrl_slice id = id_of(node, dialect);
	struct mrl_slice absolute;
	struct mrl_slice fragment;
	mrl_uri_split(id, &absolute, &fragment);
	enum mrl_err err = MRL_OK;
	if (absolute.size != 0) {
		struct mrl_slice uri;
		err = mrl_uri_resolve(registry->arena, outer->uri, absolute, &uri);
		if (err == MRL_OK && outer->root == node && !mrl_slice_equal(uri, outer->uri)) {
			err = add_resource(registry, uri, node, dialect, resource);
		} else if (err == MRL_OK && outer->root != node) {
			err = add_resource(registry, uri, node, dialect, resource);
		}
	}
	if (err == MRL_OK && is_old(dialect) && fragment.size != 0) {
		err = add_anchor(registry, *resource, node, fragment, false);
	}
	struct mrl_slice anchor = text_member(node, "$anchor");
	if (err == MRL_OK && !is_old(dialect) && anchor.data != NULL) {
		err = add_anchor(registry, *resource, node, anchor, false);
	}
	anchor = text_member(node, "$dynamicAnchor");
	if (err == MRL_OK && !is_old(dialect) && anchor.data != NULL) {
		err = add_anchor(registry, *resource, node, anchor, true);
	}
	return err;
}

static enum mrl_err walk(struct mrl_registry *registry, const struct mrl_node *root,
                         struct mrl_resource **resources)
{
	const struct mrl_node *nodes = root->document->nodes;
	uint32_t first = (uint32_t)(root - nodes);
	uint8_t *places = mrl_arena_array(registry->arena, root->next - first, 1, 1);
	if (places == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < root->next - first; i++) {
		const struct mrl_node *node = root + i;
		uint32_t parent = i == 0 ? 0 : node->parent - first;
		if (i != 0) {
			bool member = root[parent].kind == MRL_NODE_OBJECT;
			const struct mrl_node *key = member ? node - 1 : NULL;
			resources[i] = resources[parent];
			places[i] = member && mrl_node_value(key) == node
			                    ? (uint8_t)place_below(places[parent], key->text)
			                    : places[parent];
		}
		if (node->kind == MRL_NODE_OBJECT && places[i] == PLACE_SCHEMA) {
			enum mrl_err err = identify(registry, node, &resources[i]);
			if (err != MRL_OK) {
				return err;
			}
		}
	}
	return MRL_OK;
}

static const struct mrl_registered *registered_with(const struct mrl_registry *registry,
                                                    const struct mrl_node *node)
{
	const struct mrl_node *nodes = node->document->nodes;
	for (const struct mrl_registered *r = registry->documents; r != NULL; r = r->next) {
		if (r->root->document == node->document && node >= r->root &&
		    node < nodes + r->root->next) {
			return r;
		}
	}
	return NULL;
}

enum mrl_err mrl_registry_add(struct mrl_registry *registry, struct mrl_slice uri,
                              const struct mrl_node *root)
{
	if (registered_with(registry, root) != NULL) {
		return MRL_OK;
	}
	size_t count = root->next - (size_t)(root - root->document->nodes);
	struct mrl_registered *registered = MRL_NEW(registry->arena, struct mrl_registered);
	struct mrl_resource **resources = MRL_NEW_ARRAY(registry->arena, count,
	                                                struct mrl_resource *);
	if (registered == NULL || resources == NULL) {
		return MRL_ERR_MEMORY;
	}
	*registered = (struct mrl_registered){
		.next = registry->documents, .root = root, .resources = resources};
	registry->documents = registered;
	enum mrl_err err = add_resource(registry, uri, root, registry->options->dialect,
	                                &resources[0]);
	if (err == MRL_OK) {
		resources[0]->dialect = dialect_at(registry, root, registry->options->dialect);
		err = walk(registry, root, resources);
	}
	return err;
}

struct mrl_resource *mrl_registry_of(const struct mrl_registry *registry,
                                     const struct mrl_node *node)
{
	const struct mrl_registered *registered = registered_with(registry, node);
	return registered == NULL ? NULL : registered->resources[node - registered->root];
}
