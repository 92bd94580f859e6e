/* Keywords of objects, and the inheritance that a discriminator chooses. */
#include "inner.h"

static const struct mrl_json_node *member(const struct frame *f, struct mrl_slice name)
{
	for (const struct mrl_json_node *at = f->at + 1; at != end_of(f->at); at = after(at)) {
		if (mrl_slice_equal(text_of(f, at), name)) {
			return value_of(at);
		}
	}
	return NULL;
}

static void counts(struct frame *f)
{
	const struct mrl_node *most = get(f, "maxProperties"), *least = get(f, "minProperties");
	if (most != NULL && f->at->count > naive_count(most->text)) {
		naive_fail(f, "maxProperties");
	}
	if (least != NULL && f->at->count < naive_count(least->text)) {
		naive_fail(f, "minProperties");
	}
}

/* Not demanded where it may not be sent; in the place of `not` the standard's meaning holds. */
static bool is_waived(const struct frame *f, struct mrl_slice name)
{
	return !f->naive->options->read_only_required_strict && f->naive->negations == 0 &&
	       naive_group_hides(f, name);
}

static void required(struct frame *f)
{
	const struct mrl_node *names = get(f, "required");
	if (names == NULL || names->kind != MRL_NODE_ARRAY) {
		return;
	}
	for (const struct mrl_node *name = mrl_node_first(names); name != NULL;
	     name = mrl_node_after(names, name)) {
		if (member(f, name->text) == NULL && !is_waived(f, name->text)) {
			naive_fail(f, "required");
		}
	}
}

static void names_required(struct frame *f, const struct mrl_node *names, const char *by)
{
	for (const struct mrl_node *name = mrl_node_first(names); name != NULL;
	     name = mrl_node_after(names, name)) {
		if (member(f, name->text) == NULL) {
			naive_fail(f, by);
		}
	}
}

/* dependentRequired, dependentSchemas, and `dependencies`, which is either. */
static void dependent(struct frame *f, const char *by)
{
	const struct mrl_node *map = get(f, by);
	for (const struct mrl_node *key = mrl_node_first(map); key != NULL;
	     key = mrl_node_after(map, key)) {
		const struct mrl_node *value = mrl_node_value(key);
		if (member(f, key->text) == NULL) {
			continue;
		}
		if (value->kind == MRL_NODE_ARRAY) {
			names_required(f, value, by);
		} else {
			naive_apply(f, value, f->at, by, KEEP | IN_BRANCH);
		}
	}
}

static void declare(struct frame *f, const struct mrl_json_node *value, unsigned flags)
{
	mark_of(f, value)->flags |= EVALUATED | DECLARED | flags;
}

/* Whether a name of `properties` is this one but for case. */
static bool has_variant(const struct mrl_node *properties, struct mrl_slice name)
{
	for (const struct mrl_node *key = mrl_node_first(properties); key != NULL;
	     key = mrl_node_after(properties, key)) {
		if (mrl_slice_equal_nocase(key->text, name) && !mrl_slice_equal(key->text, name)) {
			return true;
		}
	}
	return false;
}

static bool by_pattern(struct frame *f, struct mrl_slice name, const struct mrl_json_node *value)
{
	const struct mrl_node *patterns = get(f, "patternProperties");
	bool found = false;
	for (const struct mrl_node *key = mrl_node_first(patterns); key != NULL;
	     key = mrl_node_after(patterns, key)) {
		if (naive_matches(f->naive, key->text, name)) {
			found = true;
			naive_apply(f, mrl_node_value(key), value, "patternProperties",
			            KEEP | CHILD);
			declare(f, value, NAMED);
		}
	}
	return found;
}

static void one_member(struct frame *f, struct mrl_slice name, const struct mrl_json_node *value)
{
	const struct mrl_node *properties = get(f, "properties");
	const struct mrl_node *schema = mrl_node_member_slice(properties, name);
	const struct mrl_node *rest = get(f, "additionalProperties");
	if (schema != NULL) {
		naive_apply(f, schema, value, "properties", KEEP | CHILD);
		declare(f, value, NAMED);
	}
	bool matched = by_pattern(f, name, value);
	if (schema == NULL && !matched && rest != NULL) {
		naive_apply(f, rest, value, "additionalProperties", KEEP | CHILD_OPEN);
		if (!is_false(rest)) {
			declare(f, value, OPEN);
		}
	}
	if (has_variant(properties, name)) {
		mark_of(f, value)->flags |= VARIANT;
	}
}

/* The name as a document of its own: it is no location of the value. */
static bool name_is_valid(struct frame *f, const struct mrl_node *schema,
                          const struct mrl_json_node *name)
{
	struct mrl_json_node text = *name;
	text.kind = MRL_JSON_KIND_STRING;
	text.next = 1;
	return naive_apply(f, schema, &text, "propertyNames", PROBE | CHILD);
}

static void property_names(struct frame *f)
{
	const struct mrl_node *schema = get(f, "propertyNames");
	for (const struct mrl_json_node *at = f->at + 1; schema != NULL && at != end_of(f->at);
	     at = after(at)) {
		if (!name_is_valid(f, schema, at)) {
			naive_fail(f, "propertyNames");
			naive_record(f->naive, "propertyNames", value_of(at));
		}
	}
}

void naive_objects(struct frame *f)
{
	if (f->at->kind != MRL_JSON_KIND_OBJECT) {
		return;
	}
	counts(f);
	required(f);
	for (const struct mrl_json_node *at = f->at + 1; at != end_of(f->at); at = after(at)) {
		one_member(f, text_of(f, at), value_of(at));
	}
	property_names(f);
	dependent(f, "dependentRequired");
	dependent(f, "dependentSchemas");
	dependent(f, "dependencies");
}

static const struct mrl_node *components_of(const struct frame *f)
{
	const struct mrl_node *root = mrl_document_root(f->schema->document);
	return mrl_node_member(mrl_node_member(root, "components"), "schemas");
}

/* By mapping, which holds a reference or a name, or by the name of a component. */
static const struct mrl_node *chosen(struct frame *f, const struct mrl_node *mapping,
                                     struct mrl_slice value)
{
	const struct mrl_node *components = components_of(f);
	const struct mrl_node *target = mrl_node_member_slice(mapping, value);
	const struct anchor *anchor;
	if (target == NULL) {
		return mrl_node_member_slice(components, value);
	}
	const struct mrl_node *named = mrl_node_member_slice(components, target->text);
	return named != NULL ? named : naive_resolve(f->naive, f->resource, target->text, &anchor);
}

static bool reaches(struct frame *f, const struct mrl_node *from)
{
	struct group group = {.count = 0};
	naive_group_add(f->naive, &group, from);
	for (uint32_t i = 0; i < group.count; i++) {
		if (group.schemas[i] == f->schema) {
			return true;
		}
	}
	return false;
}

/* Once per location and schema, so that the way back ends. */
static bool is_under_way(const struct frame *f)
{
	for (const struct frame *up = f->parent; up != NULL; up = up->parent) {
		if (up->at == f->at && up->discriminated == f->schema) {
			return true;
		}
	}
	return false;
}

static void choose(struct frame *f, const struct mrl_node *discriminator,
                   const struct mrl_json_node *value)
{
	const struct mrl_node *mapping = mrl_node_member(discriminator, "mapping");
	const struct mrl_node *child = value->kind == MRL_JSON_KIND_STRING
	                                       ? chosen(f, mapping, text_of(f, value))
	                                       : NULL;
	if (child == NULL || !reaches(f, child)) {
		if (!f->naive->options->discriminator_unknown) {
			naive_fail(f, "discriminator");
			naive_record(f->naive, "discriminator", value);
		}
		return;
	}
	if (child != f->schema) {
		f->discriminated = f->schema;
		naive_apply(f, child, f->at, "discriminator", KEEP | IN_BRANCH);
		f->discriminated = NULL;
	}
}

void naive_discriminator(struct frame *f)
{
	const struct mrl_node *discriminator = get(f, "discriminator");
	const struct mrl_node *name = mrl_node_member(discriminator, "propertyName");
	if (name == NULL || f->at->kind != MRL_JSON_KIND_OBJECT || get(f, "oneOf") != NULL ||
	    get(f, "anyOf") != NULL || is_under_way(f)) {
		return;
	}
	const struct mrl_json_node *value = member(f, name->text);
	if (value != NULL) {
		choose(f, discriminator, value);
	}
}
