/*
 * Identifiers: every resource and anchor of every source, found by walking the places where the
 * dialect has schemas. What stands in enum, const, examples or unknown keywords is never walked.
 */
#include "inner.h"

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

static const struct {
	const char *name;
	uint8_t vocabularies;
} vocabularies[] = {
	{"core", CORE},
	{"applicator", APPLICATOR | UNEVALUATED},
	{"unevaluated", UNEVALUATED},
	{"validation", VALIDATION},
	{"meta-data", META},
	{"format", FORMAT},
	{"format-annotation", FORMAT},
	{"format-assertion", FORMAT | FORMAT_ASSERTION},
	{"content", CONTENT},
};
#define ALL_VOCABULARIES (CORE | APPLICATOR | UNEVALUATED | VALIDATION | META | FORMAT | CONTENT)

static bool is_old(enum mrl_dialect dialect)
{
	return dialect == MRL_DIALECT_7 || dialect == MRL_DIALECT_4 ||
	       dialect == MRL_DIALECT_OAS_30;
}

static struct mrl_slice without_fragment(struct mrl_slice uri)
{
	return mrl_slice_sub(uri, 0, mrl_slice_find(uri, '#'));
}

static const struct mrl_node *source_of(const struct naive *naive, struct mrl_slice uri)
{
	for (uint32_t i = 0; i < naive->options->source_count; i++) {
		const struct mrl_schema_source *source = &naive->options->sources[i];
		if (mrl_slice_equal(without_fragment(source->uri), uri)) {
			return source->root;
		}
	}
	return NULL;
}

static bool known_dialect(struct mrl_slice uri, enum mrl_dialect *ret_dialect)
{
	for (size_t i = 0; i < MRL_COUNT(dialects); i++) {
		if (mrl_slice_is(uri, dialects[i].uri)) {
			*ret_dialect = dialects[i].dialect;
			return true;
		}
	}
	return false;
}

static uint8_t vocabulary_of(struct mrl_slice uri)
{
	for (size_t i = 0; i < MRL_COUNT(vocabularies); i++) {
		size_t length = strlen(vocabularies[i].name);
		if (uri.size > length && uri.data[uri.size - length - 1] == '/' &&
		    mrl_slice_is(mrl_slice_from(uri, uri.size - length), vocabularies[i].name)) {
			return vocabularies[i].vocabularies;
		}
	}
	return 0;
}

/* `$schema`: a dialect of ours, or a metaschema among the sources that chooses vocabularies. */
static void set_dialect(const struct naive *naive, struct resource *resource,
                        struct mrl_slice schema)
{
	struct mrl_slice uri = without_fragment(schema);
	if (known_dialect(uri, &resource->dialect)) {
		resource->vocabularies = ALL_VOCABULARIES;
		return;
	}
	const struct mrl_node *meta = source_of(naive, uri);
	const struct mrl_node *its = mrl_node_member(meta, "$schema");
	const struct mrl_node *chosen = mrl_node_member(meta, "$vocabulary");
	if (its != NULL) {
		(void)known_dialect(without_fragment(its->text), &resource->dialect);
	}
	if (chosen == NULL) {
		return;
	}
	resource->vocabularies = 0;
	for (const struct mrl_node *key = mrl_node_first(chosen); key != NULL;
	     key = mrl_node_after(chosen, key)) {
		resource->vocabularies |= vocabulary_of(key->text);
	}
}

static const struct resource *add_resource(struct naive *naive, const struct mrl_node *root,
                                           struct mrl_slice uri, const struct resource *around)
{
	if (naive->resource_count == RESOURCES_MAX) {
		naive->full = true;
		return around;
	}
	struct resource *resource = &naive->resources[naive->resource_count++];
	*resource = (struct resource){
		.uri = uri,
		.root = root,
		.dialect = around != NULL ? around->dialect : naive->options->dialect,
		.vocabularies = around != NULL ? around->vocabularies : ALL_VOCABULARIES,
	};
	const struct mrl_node *schema = mrl_node_member(root, "$schema");
	if (schema != NULL && schema->kind == MRL_NODE_STRING) {
		set_dialect(naive, resource, schema->text);
	}
	return resource;
}

static void add_anchor(struct naive *naive, const struct resource *resource,
                       const struct mrl_node *node, struct mrl_slice name, bool dynamic)
{
	if (naive->anchor_count == ANCHORS_MAX) {
		naive->full = true;
		return;
	}
	naive->anchors[naive->anchor_count++] = (struct anchor){
		.resource = resource, .name = name, .node = node, .dynamic = dynamic};
}

static void named_anchors(struct naive *naive, const struct resource *resource,
                          const struct mrl_node *schema)
{
	const struct mrl_node *name = mrl_node_member(schema, "$anchor");
	if (is_old(resource->dialect)) {
		return;
	}
	if (name != NULL && name->kind == MRL_NODE_STRING) {
		add_anchor(naive, resource, schema, name->text, false);
	}
	name = mrl_node_member(schema, "$dynamicAnchor");
	if (name != NULL && name->kind == MRL_NODE_STRING &&
	    resource->dialect != MRL_DIALECT_2019_09) {
		add_anchor(naive, resource, schema, name->text, true);
	}
}

/* The dialect in which a resource's own identifier is read is its own. */
static const char *id_keyword(const struct naive *naive, const struct resource *around,
                              const struct mrl_node *schema)
{
	struct resource own = *around;
	const struct mrl_node *dialect = mrl_node_member(schema, "$schema");
	if (dialect != NULL && dialect->kind == MRL_NODE_STRING) {
		set_dialect(naive, &own, dialect->text);
	}
	if (own.dialect == MRL_DIALECT_OAS_30 ||
	    (is_old(own.dialect) && mrl_node_member(schema, "$ref") != NULL)) {
		return NULL;
	}
	return own.dialect == MRL_DIALECT_4 ? "id" : "$id";
}

static const struct resource *identify(struct naive *naive, const struct resource *around,
                                       const struct mrl_node *schema)
{
	const char *keyword = id_keyword(naive, around, schema);
	const struct mrl_node *id = keyword == NULL ? NULL : mrl_node_member(schema, keyword);
	if (id == NULL || id->kind != MRL_NODE_STRING) {
		return around;
	}
	struct mrl_slice uri = without_fragment(id->text);
	if (uri.size != 0) {
		struct mrl_slice absolute = naive_uri_resolve(naive->arena, around->uri, id->text);
		struct resource *own = around->root == schema
		                               ? &naive->resources[around - naive->resources]
		                               : NULL;
		if (own != NULL) {
			own->uri = absolute;
		}
		around = own != NULL ? own : add_resource(naive, schema, absolute, around);
	}
	if (uri.size + 1 < id->text.size && is_old(around->dialect)) {
		add_anchor(naive, around, schema, mrl_slice_from(id->text, uri.size + 1), false);
	}
	return around;
}

static void walk(struct naive *naive, const struct resource *around, const struct mrl_node *schema);

static void walk_members(struct naive *naive, const struct resource *around,
                         const struct mrl_node *map)
{
	for (const struct mrl_node *key = mrl_node_first(map); key != NULL;
	     key = mrl_node_after(map, key)) {
		const struct mrl_node *value = map->kind == MRL_NODE_OBJECT ? mrl_node_value(key)
		                                                            : key;
		walk(naive, around, value);
	}
}

static void walk_keyword(struct naive *naive, const struct resource *around,
                         const struct keyword *keyword, const struct mrl_node *value)
{
	switch (keyword->holds) {
	case HOLDS_VALUE: return;
	case HOLDS_SCHEMA: walk(naive, around, value); return;
	case HOLDS_EITHER:
		if (value->kind == MRL_NODE_OBJECT) {
			walk(naive, around, value);
			return;
		}
		walk_members(naive, around, value);
		return;
	case HOLDS_LIST:
	case HOLDS_MAP:
	case HOLDS_DEPENDENCIES: walk_members(naive, around, value); return;
	}
}

/* Also what stands beside a `$ref` that hides it: pointers lead there. Bounded by the depth of
 * documents. */
static void walk(struct naive *naive, const struct resource *around, const struct mrl_node *schema)
{
	if (schema->kind != MRL_NODE_OBJECT) {
		return;
	}
	around = identify(naive, around, schema);
	named_anchors(naive, around, schema);
	for (size_t i = 0; i < naive_keyword_count; i++) {
		const struct keyword *keyword = &naive_keywords[i];
		const struct mrl_node *value = mrl_node_member(schema, keyword->name);
		if (value != NULL && (keyword->dialects >> around->dialect & 1) != 0) {
			walk_keyword(naive, around, keyword, value);
		}
	}
}

/* Where an OpenAPI document holds schemas: by the key `schema`, and in components. */
static void walk_openapi(struct naive *naive, const struct resource *around,
                         const struct mrl_node *node)
{
	const struct mrl_node *components = mrl_node_member(node, "components");
	const struct mrl_node *schemas = mrl_node_member(components, "schemas");
	if (schemas != NULL) {
		walk_members(naive, around, schemas);
	}
	for (uint32_t i = 0; i < node->document->node_count; i++) {
		const struct mrl_node *each = &node->document->nodes[i];
		const struct mrl_node *schema = mrl_node_member(each, "schema");
		if (schema != NULL && naive_resource(naive, schema) == around) {
			walk(naive, around, schema);
		}
	}
}

static void walk_source(struct naive *naive, const struct mrl_schema_source *source)
{
	const struct resource *resource = add_resource(naive, source->root,
	                                               without_fragment(source->uri), NULL);
	if (mrl_node_member(source->root, "openapi") != NULL) {
		const struct mrl_node *dialect = mrl_node_member(source->root, "jsonSchemaDialect");
		if (dialect != NULL && resource != NULL) {
			set_dialect(naive, &naive->resources[resource - naive->resources],
			            dialect->text);
		}
		walk_openapi(naive, resource, source->root);
		return;
	}
	walk(naive, resource, source->root);
}

void naive_register(struct naive *naive)
{
	for (uint32_t i = 0; i < naive->options->source_count; i++) {
		walk_source(naive, &naive->options->sources[i]);
	}
}

const struct resource *naive_resource(const struct naive *naive, const struct mrl_node *node)
{
	for (;;) {
		for (uint32_t i = 0; i < naive->resource_count; i++) {
			if (naive->resources[i].root == node) {
				return &naive->resources[i];
			}
		}
		const struct mrl_node *up = &node->document->nodes[node->parent];
		if (up == node) {
			return NULL;
		}
		node = up;
	}
}

/* An identifier within the same document wins. */
const struct resource *naive_resource_at(const struct naive *naive, struct mrl_slice uri,
                                         const struct resource *from)
{
	const struct resource *found = NULL;
	for (uint32_t i = 0; i < naive->resource_count; i++) {
		const struct resource *resource = &naive->resources[i];
		if (!mrl_slice_equal(resource->uri, uri)) {
			continue;
		}
		if (resource->root->document == from->root->document) {
			return resource;
		}
		found = found == NULL ? resource : found;
	}
	const struct mrl_node *source = source_of(naive, uri);
	return found != NULL || source == NULL ? found : naive_resource(naive, source);
}

const struct anchor *naive_anchor(const struct naive *naive, const struct resource *resource,
                                  struct mrl_slice name)
{
	for (uint32_t i = 0; i < naive->anchor_count; i++) {
		const struct anchor *anchor = &naive->anchors[i];
		if (anchor->resource == resource && mrl_slice_equal(anchor->name, name)) {
			return anchor;
		}
	}
	return NULL;
}

static struct mrl_slice percent_decoded(struct mrl_arena *arena, struct mrl_slice text)
{
	uint8_t *out = mrl_arena_alloc(arena, text.size + 1, 1);
	size_t size = 0;
	for (size_t i = 0; out != NULL && i < text.size; i++) {
		int high = i + 2 < text.size ? mrl_hex_value(text.data[i + 1]) : -1;
		int low = i + 2 < text.size ? mrl_hex_value(text.data[i + 2]) : -1;
		bool escape = text.data[i] == '%' && high >= 0 && low >= 0;
		out[size++] = (uint8_t)(escape ? high << 4 | low : text.data[i]);
		i += escape ? 2 : 0;
	}
	return mrl_slice(out, size);
}

const struct mrl_node *naive_resolve(struct naive *naive, const struct resource *from,
                                     struct mrl_slice reference, const struct anchor **ret_anchor)
{
	struct mrl_slice uri = without_fragment(reference);
	struct mrl_slice fragment = percent_decoded(naive->arena,
	                                            mrl_slice_from(reference, uri.size + 1));
	const struct resource *resource = from;
	*ret_anchor = NULL;
	if (uri.size != 0) {
		struct mrl_slice absolute = naive_uri_resolve(naive->arena, from->uri, uri);
		resource = naive_resource_at(naive, absolute, from);
	}
	if (resource == NULL) {
		return NULL;
	}
	if (fragment.size == 0) {
		return resource->root;
	}
	if (fragment.data[0] == '/') {
		return mrl_node_pointer(resource->root, fragment);
	}
	*ret_anchor = naive_anchor(naive, resource, fragment);
	return *ret_anchor == NULL ? NULL : (*ret_anchor)->node;
}
