/*
 * What a schema says of a location without regard to the value: its static part ($ref and allOf
 * alone), its cluster (all that it reaches in place), and the marks that follow.
 */
#include "inner.h"

static const struct mrl_node *ref_target(struct naive *naive, const struct resource *resource,
                                         const struct mrl_node *schema)
{
	const struct mrl_node *ref = naive_keyword(resource, schema, "$ref");
	const struct anchor *anchor;
	return ref == NULL || ref->kind != MRL_NODE_STRING
	               ? NULL
	               : naive_resolve(naive, resource, ref->text, &anchor);
}

static bool contains(const struct group *group, const struct mrl_node *schema)
{
	for (uint32_t i = 0; i < group->count; i++) {
		if (group->schemas[i] == schema) {
			return true;
		}
	}
	return false;
}

static bool add(struct naive *naive, struct group *group, const struct mrl_node *schema)
{
	if (schema == NULL || schema->kind != MRL_NODE_OBJECT || contains(group, schema)) {
		return false;
	}
	if (group->count == GROUP_MAX) {
		naive->gave_up = true;
		return false;
	}
	group->schemas[group->count++] = schema;
	return true;
}

/* Breadth first: the group is its own queue. */
void naive_group_add(struct naive *naive, struct group *group, const struct mrl_node *schema)
{
	uint32_t next = group->count;
	add(naive, group, schema);
	for (; next < group->count; next++) {
		const struct mrl_node *each = group->schemas[next];
		const struct resource *resource = naive_resource(naive, each);
		const struct mrl_node *all = naive_keyword(resource, each, "allOf");
		add(naive, group, ref_target(naive, resource, each));
		for (const struct mrl_node *arm = mrl_node_first(all); arm != NULL;
		     arm = mrl_node_after(all, arm)) {
			add(naive, group, arm);
		}
	}
}

static void add_member(struct naive *naive, const struct mrl_node *schema, struct mrl_slice name,
                       struct group *group)
{
	const struct resource *resource = naive_resource(naive, schema);
	const struct mrl_node *properties = naive_keyword(resource, schema, "properties");
	const struct mrl_node *patterns = naive_keyword(resource, schema, "patternProperties");
	const struct mrl_node *own = mrl_node_member_slice(properties, name);
	bool found = own != NULL;
	naive_group_add(naive, group, own);
	for (const struct mrl_node *key = mrl_node_first(patterns); key != NULL;
	     key = mrl_node_after(patterns, key)) {
		if (naive_matches(naive, key->text, name)) {
			found = true;
			naive_group_add(naive, group, mrl_node_value(key));
		}
	}
	if (!found) {
		naive_group_add(naive, group,
		                naive_keyword(resource, schema, "additionalProperties"));
	}
}

static void add_item(struct naive *naive, const struct mrl_node *schema, uint32_t index,
                     struct group *group)
{
	const struct resource *resource = naive_resource(naive, schema);
	const struct mrl_node *list = naive_keyword(resource, schema, "prefixItems");
	const struct mrl_node *rest = naive_keyword(resource, schema, "items");
	if (rest != NULL && rest->kind == MRL_NODE_ARRAY) {
		list = rest;
		rest = naive_keyword(resource, schema, "additionalItems");
	}
	const struct mrl_node *each = mrl_node_first(list);
	for (; each != NULL && index != 0; index--) {
		each = mrl_node_after(list, each);
	}
	naive_group_add(naive, group, each != NULL ? each : rest);
}

/* The static part of a member or item is what the whole static part of its parent applies. */
void naive_group_child(const struct frame *f, const struct mrl_json_node *child,
                       struct group *group)
{
	uint32_t index = 0;
	const struct mrl_json_node *at = f->at + 1;
	bool object = f->at->kind == MRL_JSON_KIND_OBJECT;
	for (; (object ? value_of(at) : at) != child; at = after(at)) {
		index++;
	}
	for (uint32_t i = 0; i < f->group->count; i++) {
		if (object) {
			add_member(f->naive, f->group->schemas[i], text_of(f, at), group);
		} else {
			add_item(f->naive, f->group->schemas[i], index, group);
		}
	}
}

const char *naive_hiding(const struct naive *naive)
{
	switch (naive->options->direction) {
	case MRL_DIRECTION_NONE: return NULL;
	case MRL_DIRECTION_REQUEST: return "readOnly";
	case MRL_DIRECTION_REPLY: return "writeOnly";
	}
	return NULL;
}

bool naive_group_hides(const struct frame *f, struct mrl_slice name)
{
	const char *keyword = naive_hiding(f->naive);
	struct group group = {.count = 0};
	for (uint32_t i = 0; keyword != NULL && i < f->group->count; i++) {
		add_member(f->naive, f->group->schemas[i], name, &group);
	}
	for (uint32_t i = 0; i < group.count; i++) {
		const struct mrl_node *schema = group.schemas[i];
		if (is_true(naive_keyword(naive_resource(f->naive, schema), schema, keyword))) {
			return true;
		}
	}
	return false;
}

static void add_all(struct naive *naive, struct group *group, const struct mrl_node *list)
{
	for (const struct mrl_node *each = mrl_node_first(list); each != NULL;
	     each = mrl_node_after(list, each)) {
		add(naive, group, list->kind == MRL_NODE_OBJECT ? mrl_node_value(each) : each);
	}
}

static void add_in_place(struct naive *naive, struct group *group, const struct mrl_node *schema)
{
	static const char *const one[] = {"if", "then", "else"};
	static const char *const many[] = {"allOf", "anyOf", "oneOf", "dependentSchemas",
	                                   "dependencies"};
	const struct resource *resource = naive_resource(naive, schema);
	const struct mrl_node *dynamic = naive_keyword(resource, schema, "$dynamicRef");
	const struct anchor *anchor;
	add(naive, group, ref_target(naive, resource, schema));
	if (dynamic != NULL) {
		add(naive, group, naive_resolve(naive, resource, dynamic->text, &anchor));
	}
	if (naive_keyword(resource, schema, "$recursiveRef") != NULL) {
		add(naive, group, resource->root);
	}
	for (size_t i = 0; i < MRL_COUNT(one); i++) {
		add(naive, group, naive_keyword(resource, schema, one[i]));
	}
	for (size_t i = 0; i < MRL_COUNT(many); i++) {
		add_all(naive, group, naive_keyword(resource, schema, many[i]));
	}
}

static void raise(uint64_t *most, const struct mrl_node *count)
{
	uint64_t value = count == NULL ? 0 : naive_count(count->text);
	*most = value > *most ? value : *most;
}

static void raise_by_text(uint64_t *most, const struct mrl_node *value)
{
	if (value != NULL && value->kind == MRL_NODE_STRING && naive_chars(value->text) > *most) {
		*most = naive_chars(value->text);
	}
}

static void describe_one(const struct resource *resource, const struct mrl_node *schema,
                         struct cluster *cluster)
{
	const struct mrl_node *list = naive_keyword(resource, schema, "enum");
	const struct mrl_node *format = naive_keyword(resource, schema, "format");
	const struct mrl_format *known = format == NULL ? NULL : mrl_format_find(format->text);
	bool speaks = list != NULL || naive_keyword(resource, schema, "type") != NULL ||
	              naive_keyword(resource, schema, "const") != NULL || known != NULL;
	for (size_t i = 0; i < naive_keyword_count; i++) {
		speaks = speaks || (naive_keywords[i].family != 0 &&
		                    naive_has(resource, schema, &naive_keywords[i]));
	}
	cluster->speaks = cluster->speaks || speaks;
	raise(&cluster->chars, naive_keyword(resource, schema, "maxLength"));
	raise(&cluster->items, naive_keyword(resource, schema, "maxItems"));
	raise(&cluster->members, naive_keyword(resource, schema, "maxProperties"));
	raise_by_text(&cluster->chars, naive_keyword(resource, schema, "const"));
	for (const struct mrl_node *each = mrl_node_first(list); each != NULL;
	     each = mrl_node_after(list, each)) {
		raise_by_text(&cluster->chars, each);
	}
	if (known != NULL && known->chars_max > cluster->chars) {
		cluster->chars = known->chars_max;
	}
}

static bool has_any(const struct resource *resource, const struct mrl_node *schema,
                    const char *const *names)
{
	for (; *names != NULL; names++) {
		if (naive_keyword(resource, schema, *names) != NULL) {
			return true;
		}
	}
	return false;
}

void naive_cluster(struct naive *naive, const struct mrl_node *schema, struct cluster *ret_cluster)
{
	static const char *const object[] = {"properties",           "patternProperties",
	                                     "additionalProperties", "unevaluatedProperties",
	                                     "discriminator",        NULL};
	static const char *const array[] = {"items", "prefixItems", "additionalItems",
	                                    "unevaluatedItems", NULL};
	struct group group = {.count = 0};
	*ret_cluster = (struct cluster){.speaks = is_false(schema)};
	add(naive, &group, schema);
	for (uint32_t i = 0; i < group.count; i++) {
		const struct resource *resource = naive_resource(naive, group.schemas[i]);
		add_in_place(naive, &group, group.schemas[i]);
		describe_one(resource, group.schemas[i], ret_cluster);
		ret_cluster->object |= has_any(resource, group.schemas[i], object);
		ret_cluster->array |= has_any(resource, group.schemas[i], array);
	}
}
