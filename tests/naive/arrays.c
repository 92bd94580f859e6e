/* Keywords of arrays. */
#include "inner.h"

static bool is_array(const struct frame *f)
{
	return f->at->kind == MRL_JSON_KIND_ARRAY;
}

static void counts(struct frame *f)
{
	const struct mrl_node *most = get(f, "maxItems"), *least = get(f, "minItems");
	if (most != NULL && f->at->count > naive_count(most->text)) {
		naive_fail(f, "maxItems");
	}
	if (least != NULL && f->at->count < naive_count(least->text)) {
		naive_fail(f, "minItems");
	}
}

static void unique(struct frame *f)
{
	const struct mrl_json_doc *doc = f->naive->doc;
	if (!is_true(get(f, "uniqueItems"))) {
		return;
	}
	for (const struct mrl_json_node *a = f->at + 1; a != end_of(f->at); a = after(a)) {
		for (const struct mrl_json_node *b = after(a); b != end_of(f->at); b = after(b)) {
			if (naive_equal((struct value){.doc = doc, .json = a},
			                (struct value){.doc = doc, .json = b})) {
				naive_fail(f, "uniqueItems");
				return;
			}
		}
	}
}

static void item(struct frame *f, const struct mrl_node *schema, const struct mrl_json_node *at,
                 const char *by)
{
	naive_apply(f, schema, at, by, KEEP | CHILD);
	mark_of(f, at)->flags |= EVALUATED | DECLARED;
}

/* prefixItems and items, or items as a list and additionalItems. */
static void items(struct frame *f)
{
	const struct mrl_node *list = get(f, "prefixItems"), *rest = get(f, "items");
	const char *list_name = "prefixItems", *rest_name = "items";
	if (rest != NULL && rest->kind == MRL_NODE_ARRAY) {
		list = rest;
		list_name = "items";
		rest = get(f, "additionalItems");
		rest_name = "additionalItems";
	}
	const struct mrl_node *each = mrl_node_first(list);
	for (const struct mrl_json_node *at = f->at + 1; at != end_of(f->at); at = after(at)) {
		if (each != NULL) {
			item(f, each, at, list_name);
			each = mrl_node_after(list, each);
		} else if (rest != NULL) {
			item(f, rest, at, rest_name);
		}
	}
}

static bool contained(struct frame *f, const struct mrl_node *schema,
                      const struct mrl_json_node *at)
{
	enum mrl_dialect dialect = f->resource->dialect;
	uint32_t failures = f->naive->result->count;
	if (!naive_apply(f, schema, at, "contains", TRY | CHILD)) {
		f->naive->result->count = failures;
		return false;
	}
	if (dialect == MRL_DIALECT_2020_12 || dialect == MRL_DIALECT_OAS_31) {
		mark_of(f, at)->flags |= EVALUATED | DECLARED;
	}
	return true;
}

static void contains(struct frame *f)
{
	const struct mrl_node *schema = get(f, "contains");
	const struct mrl_node *most = get(f, "maxContains"), *least = get(f, "minContains");
	uint64_t count = 0, wanted = least == NULL ? 1 : naive_count(least->text);
	if (schema == NULL) {
		return;
	}
	for (const struct mrl_json_node *at = f->at + 1; at != end_of(f->at); at = after(at)) {
		count += contained(f, schema, at);
	}
	if (count < wanted) {
		naive_fail(f, least == NULL ? "contains" : "minContains");
		naive_fail(f, "contains");
	}
	if (most != NULL && count > naive_count(most->text)) {
		naive_fail(f, "maxContains");
	}
}

void naive_arrays(struct frame *f)
{
	if (!is_array(f)) {
		return;
	}
	counts(f);
	unique(f);
	items(f);
	contains(f);
}

static bool is_evaluated(const struct frame *f, const struct mrl_json_node *child)
{
	return (mark_of(f, child)->flags & EVALUATED) != 0;
}

/* unevaluatedItems, unevaluatedProperties: after all else that applies in place. */
void naive_unevaluated(struct frame *f)
{
	const char *by = is_array(f) ? "unevaluatedItems" : "unevaluatedProperties";
	const struct mrl_node *schema = get(f, by);
	bool container = is_array(f) || f->at->kind == MRL_JSON_KIND_OBJECT;
	if (schema == NULL || !container) {
		return;
	}
	for (const struct mrl_json_node *at = f->at + 1; at != end_of(f->at); at = after(at)) {
		const struct mrl_json_node *value = is_array(f) ? at : value_of(at);
		if (is_evaluated(f, value)) {
			continue;
		}
		naive_apply(f, schema, value, by, KEEP | (is_array(f) ? CHILD : CHILD_OPEN));
		if (!is_false(schema)) {
			mark_of(f, value)->flags |= EVALUATED | DECLARED | OPEN;
		}
	}
}
