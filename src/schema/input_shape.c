/*
 * What a schema says of the values it admits, as far as reading text needs it: types, items,
 * members. Branches count as if all applied: what is too much here the validator refuses later.
 */
#include "input.h"

#define DEPTH_MAX  32
#define VISITS_MAX 20000

struct walk {
	struct mrl_oas_load *load;
	struct mrl_shape shape;
	uint32_t capacity; /* of members */
	uint32_t visits;
	enum mrl_err err;
};

/* `allowed` by every schema that says a type; `declared` by one that says anything of it. */
struct kinds {
	uint8_t allowed;
	uint8_t declared;
};

static const struct {
	const char *name;
	uint8_t types;
} types[] = {
	{"null", MRL_JSON_KIND_NULL},     {"boolean", MRL_JSON_KIND_BOOL},
	{"object", MRL_JSON_KIND_OBJECT}, {"array", MRL_JSON_KIND_ARRAY},
	{"number", MRL_TYPES_NUMBER},     {"integer", MRL_JSON_KIND_INTEGER},
	{"string", MRL_JSON_KIND_STRING},
};

/* Keywords that declare a type where none is said. */
static const struct {
	const char *name;
	uint8_t types;
} families[] = {
	{"minimum", MRL_TYPES_NUMBER},
	{"maximum", MRL_TYPES_NUMBER},
	{"exclusiveMinimum", MRL_TYPES_NUMBER},
	{"exclusiveMaximum", MRL_TYPES_NUMBER},
	{"multipleOf", MRL_TYPES_NUMBER},
	{"minLength", MRL_JSON_KIND_STRING},
	{"maxLength", MRL_JSON_KIND_STRING},
	{"pattern", MRL_JSON_KIND_STRING},
	{"contentMediaType", MRL_JSON_KIND_STRING},
	{"contentEncoding", MRL_JSON_KIND_STRING},
	{"items", MRL_JSON_KIND_ARRAY},
	{"prefixItems", MRL_JSON_KIND_ARRAY},
	{"contains", MRL_JSON_KIND_ARRAY},
	{"minItems", MRL_JSON_KIND_ARRAY},
	{"maxItems", MRL_JSON_KIND_ARRAY},
	{"uniqueItems", MRL_JSON_KIND_ARRAY},
	{"properties", MRL_JSON_KIND_OBJECT},
	{"patternProperties", MRL_JSON_KIND_OBJECT},
	{"additionalProperties", MRL_JSON_KIND_OBJECT},
	{"required", MRL_JSON_KIND_OBJECT},
	{"minProperties", MRL_JSON_KIND_OBJECT},
	{"maxProperties", MRL_JSON_KIND_OBJECT},
};

static uint8_t type_named(struct mrl_slice name)
{
	for (size_t i = 0; i < MRL_COUNT(types); i++) {
		if (mrl_slice_is(name, types[i].name)) {
			return types[i].types;
		}
	}
	return 0;
}

static uint8_t types_said(const struct mrl_node *type)
{
	if (type->kind != MRL_NODE_ARRAY) {
		return type_named(type->text);
	}
	uint8_t mask = 0;
	for (const struct mrl_node *item = mrl_node_first(type); item != NULL;
	     item = mrl_node_after(type, item)) {
		mask |= type_named(item->text);
	}
	return mask;
}

static uint8_t type_of_value(const struct mrl_node *value)
{
	static const uint8_t by_kind[] = {
		[MRL_NODE_NULL] = MRL_JSON_KIND_NULL,   [MRL_NODE_BOOL] = MRL_JSON_KIND_BOOL,
		[MRL_NODE_NUMBER] = MRL_TYPES_NUMBER,   [MRL_NODE_STRING] = MRL_JSON_KIND_STRING,
		[MRL_NODE_ARRAY] = MRL_JSON_KIND_ARRAY, [MRL_NODE_OBJECT] = MRL_JSON_KIND_OBJECT,
	};
	return by_kind[value->kind];
}

static struct kinds kinds_of_values(const struct mrl_node *node)
{
	const struct mrl_node *list = mrl_node_member(node, "enum");
	const struct mrl_node *constant = mrl_node_member(node, "const");
	struct kinds kinds = {.allowed = MRL_TYPES_ALL};
	uint8_t listed = 0;
	if (list != NULL && list->kind == MRL_NODE_ARRAY) {
		for (const struct mrl_node *item = mrl_node_first(list); item != NULL;
		     item = mrl_node_after(list, item)) {
			listed |= type_of_value(item);
		}
		kinds = (struct kinds){listed, listed};
	}
	if (constant != NULL) {
		uint8_t is = type_of_value(constant);
		kinds = (struct kinds){kinds.allowed & is, is};
	}
	return kinds;
}

static struct kinds kinds_in_place(const struct mrl_node *node)
{
	struct kinds kinds = kinds_of_values(node);
	const struct mrl_node *type = mrl_node_member(node, "type");
	const struct mrl_node *nullable = mrl_node_member(node, "nullable");
	if (type != NULL) {
		uint8_t said = types_said(type);
		if (nullable != NULL && nullable->kind == MRL_NODE_BOOL) {
			said |= MRL_JSON_KIND_NULL;
		}
		kinds.allowed &= said;
		kinds.declared |= said;
		return kinds;
	}
	for (size_t i = 0; i < MRL_COUNT(families); i++) {
		if (mrl_node_member(node, families[i].name) != NULL) {
			kinds.declared |= families[i].types;
		}
	}
	return kinds;
}

static void read_lengths(struct walk *walk, const struct mrl_node *node)
{
	const struct mrl_node *min = mrl_node_member(node, "minLength");
	const struct mrl_node *max = mrl_node_member(node, "maxLength");
	uint64_t number;
	if (min != NULL && mrl_parse_u64(min->text, &number) && number > walk->shape.min_length) {
		walk->shape.min_length = number;
	}
	if (max != NULL && mrl_parse_u64(max->text, &number) && number < walk->shape.max_length) {
		walk->shape.max_length = number;
	}
}

/* What a string holds that is not plain text. */
static void read_content(struct walk *walk, const struct mrl_node *node)
{
	const struct mrl_node *format = mrl_node_member(node, "format");
	const struct mrl_node *media = mrl_node_member(node, "contentMediaType");
	const struct mrl_node *encoding = mrl_node_member(node, "contentEncoding");
	const struct mrl_node *schema = mrl_node_member(node, "contentSchema");
	bool is_json = media != NULL &&
	               mrl_slice_equal_nocase(media->text, MRL_SLICE("application/json"));
	walk->shape.content_json = walk->shape.content_json || (is_json && encoding == NULL);
	walk->shape.binary = walk->shape.binary ||
	                     (format != NULL && mrl_slice_is(format->text, "binary")) ||
	                     (media != NULL && encoding == NULL && !is_json);
	if (schema != NULL && walk->shape.content_schema == NULL) {
		walk->shape.content_schema = schema;
	}
	read_lengths(walk, node);
}

static struct mrl_shape_member *find_member(struct mrl_shape *shape, struct mrl_slice name)
{
	for (uint32_t i = 0; i < shape->member_count; i++) {
		if (mrl_slice_equal(shape->members[i].name, name)) {
			return &shape->members[i];
		}
	}
	return NULL;
}

static void add_member(struct walk *walk, struct mrl_slice name, const struct mrl_node *schema)
{
	struct mrl_shape *shape = &walk->shape;
	if (find_member(shape, name) != NULL) {
		return;
	}
	if (shape->member_count == walk->capacity) {
		uint32_t capacity = walk->capacity == 0 ? 16 : walk->capacity * 2;
		struct mrl_shape_member *members = MRL_NEW_ARRAY(walk->load->arena, capacity,
		                                                 struct mrl_shape_member);
		if (members == NULL) {
			walk->err = MRL_ERR_MEMORY;
			return;
		}
		if (shape->member_count != 0) {
			memcpy(members, shape->members, shape->member_count * sizeof(*members));
		}
		shape->members = members;
		walk->capacity = capacity;
	}
	shape->members[shape->member_count++] = (struct mrl_shape_member){.name = name,
	                                                                  .schema = schema};
}

static bool is_false(const struct mrl_node *node)
{
	return node->kind == MRL_NODE_BOOL && mrl_lower(node->text.data[0]) == 'f';
}

static void read_members(struct walk *walk, const struct mrl_node *node)
{
	static const char *const opening[] = {"additionalProperties", "unevaluatedProperties"};
	const struct mrl_node *properties = mrl_node_member(node, "properties");
	const struct mrl_node *items = mrl_node_member(node, "items");
	if (properties != NULL && properties->kind == MRL_NODE_OBJECT) {
		for (const struct mrl_node *key = mrl_node_first(properties); key != NULL;
		     key = mrl_node_after(properties, key)) {
			add_member(walk, key->text, mrl_node_value(key));
		}
	}
	for (size_t i = 0; i < MRL_COUNT(opening); i++) {
		const struct mrl_node *rest = mrl_node_member(node, opening[i]);
		if (rest == NULL || is_false(rest)) {
			continue;
		}
		walk->shape.open = true;
		walk->shape.rest_schema = rest->kind == MRL_NODE_OBJECT ? rest : NULL;
	}
	walk->shape.open = walk->shape.open || mrl_node_member(node, "patternProperties") != NULL;
	if (items != NULL && walk->shape.items == NULL) {
		walk->shape.items = items;
	}
}

static struct kinds visit(struct walk *walk, const struct mrl_node *node, unsigned depth);

static struct kinds visit_list(struct walk *walk, const struct mrl_node *list, bool all,
                               unsigned depth)
{
	struct kinds kinds = {.allowed = all ? MRL_TYPES_ALL : 0};
	if (list == NULL || list->kind != MRL_NODE_ARRAY || list->count == 0) {
		return (struct kinds){.allowed = MRL_TYPES_ALL};
	}
	for (const struct mrl_node *item = mrl_node_first(list); item != NULL;
	     item = mrl_node_after(list, item)) {
		struct kinds of_item = visit(walk, item, depth);
		kinds.allowed = all ? kinds.allowed & of_item.allowed
		                    : kinds.allowed | of_item.allowed;
		kinds.declared |= of_item.declared;
	}
	return kinds;
}

static struct kinds join(struct kinds a, struct kinds b)
{
	return (struct kinds){a.allowed & b.allowed, a.declared | b.declared};
}

/* if, then, else: names and items only, since which of them applies nobody knows. */
static struct kinds visit_conditions(struct walk *walk, const struct mrl_node *node, unsigned depth)
{
	static const char *const names[] = {"if", "then", "else"};
	struct kinds kinds = {.allowed = MRL_TYPES_ALL};
	for (size_t i = 0; i < MRL_COUNT(names); i++) {
		const struct mrl_node *branch = mrl_node_member(node, names[i]);
		if (branch != NULL) {
			kinds.declared |= visit(walk, branch, depth).declared;
		}
	}
	return kinds;
}

static struct kinds visit_reference(struct walk *walk, const struct mrl_node *node, unsigned depth)
{
	const struct mrl_node *target = NULL;
	enum mrl_err err = mrl_oas_ref_step(walk->load, node, true, &target);
	if (err != MRL_OK) {
		walk->err = err;
	}
	/* What leads elsewhere (by $id, by URI) the compiler of schemas follows or refuses. */
	return target == NULL ? (struct kinds){MRL_TYPES_ALL, MRL_TYPES_ALL}
	                      : visit(walk, target, depth);
}

static struct kinds visit(struct walk *walk, const struct mrl_node *node, unsigned depth)
{
	struct kinds kinds = {.allowed = MRL_TYPES_ALL};
	if (node->kind != MRL_NODE_OBJECT || depth == DEPTH_MAX || walk->err != MRL_OK ||
	    ++walk->visits > VISITS_MAX) {
		return kinds;
	}
	if (mrl_oas_is_ref(node)) {
		kinds = visit_reference(walk, node, depth + 1);
		if (!walk->load->v31) {
			return kinds; /* 3.0 ignores what stands beside it */
		}
	}
	kinds = join(kinds, kinds_in_place(node));
	read_content(walk, node);
	read_members(walk, node);
	kinds = join(kinds, visit_list(walk, mrl_node_member(node, "allOf"), true, depth + 1));
	kinds = join(kinds, visit_list(walk, mrl_node_member(node, "anyOf"), false, depth + 1));
	kinds = join(kinds, visit_list(walk, mrl_node_member(node, "oneOf"), false, depth + 1));
	return join(kinds, visit_conditions(walk, node, depth + 1));
}

static enum mrl_err begin(struct mrl_oas_load *load, const struct mrl_node *schema,
                          struct mrl_shape *ret_shape)
{
	struct walk walk = {.load = load, .shape.max_length = UINT64_MAX};
	struct kinds kinds = visit(&walk, schema, 0);
	walk.shape.any = kinds.declared == 0;
	walk.shape.types = kinds.declared == 0 ? kinds.allowed : kinds.allowed & kinds.declared;
	*ret_shape = walk.shape;
	return walk.err;
}

enum mrl_err mrl_shape_of(struct mrl_oas_load *load, const struct mrl_node *schema,
                          struct mrl_shape *ret_shape)
{
	struct mrl_shape shape;
	enum mrl_err err = begin(load, schema, &shape);
	for (uint32_t i = 0; err == MRL_OK && i < shape.member_count; i++) {
		struct mrl_shape member;
		err = begin(load, shape.members[i].schema, &member);
		shape.members[i].types = member.types;
	}
	if (err == MRL_OK) {
		*ret_shape = shape;
	}
	return err;
}
