/* Keywords of values of any type, of numbers and of strings. */
#include "inner.h"

static const struct {
	const char *name;
	unsigned kinds;
} types[] = {
	{"null", MRL_JSON_KIND_NULL},       {"boolean", MRL_JSON_KIND_BOOL},
	{"object", MRL_JSON_KIND_OBJECT},   {"array", MRL_JSON_KIND_ARRAY},
	{"number", MRL_JSON_KIND_NUMBER},   {"string", MRL_JSON_KIND_STRING},
	{"integer", MRL_JSON_KIND_INTEGER},
};

static unsigned type_named(const struct mrl_node *name)
{
	for (size_t i = 0; i < MRL_COUNT(types); i++) {
		if (mrl_slice_is(name->text, types[i].name)) {
			return types[i].kinds;
		}
	}
	return 0;
}

static unsigned types_of(const struct frame *f, const struct mrl_node *type)
{
	unsigned mask = type->kind == MRL_NODE_STRING ? type_named(type) : 0;
	if (type->kind == MRL_NODE_ARRAY) {
		for (const struct mrl_node *each = mrl_node_first(type); each != NULL;
		     each = mrl_node_after(type, each)) {
			mask |= type_named(each);
		}
	}
	return is_true(get(f, "nullable")) ? mask | MRL_JSON_KIND_NULL : mask;
}

static bool is_number(const struct frame *f)
{
	return f->at->kind == MRL_JSON_KIND_NUMBER;
}

static void type(struct frame *f)
{
	const struct mrl_node *node = get(f, "type");
	struct mark *mark = mark_of(f, f->at);
	if (node == NULL) {
		return;
	}
	unsigned mask = types_of(f, node);
	unsigned kind = f->at->kind;
	bool integer = (mask & MRL_JSON_KIND_INTEGER) != 0 && is_number(f) &&
	               naive_is_integer(text_of(f, f->at));
	if ((mask & kind) == 0 && !integer) {
		naive_fail(f, "type");
	}
	mark->types |= (uint8_t)(mask & MRL_JSON_KIND_INTEGER ? mask | MRL_JSON_KIND_NUMBER : mask);
	if (f->is_static && (mask & MRL_JSON_KIND_INTEGER) != 0 &&
	    (mask & MRL_JSON_KIND_NUMBER) == 0) {
		mark->flags |= INTEGER;
	}
}

void naive_values(struct frame *f)
{
	struct value own = {.doc = f->naive->doc, .json = f->at};
	const struct mrl_node *list = get(f, "enum"), *constant = get(f, "const");
	bool found = false;
	type(f);
	for (const struct mrl_node *each = mrl_node_first(list); each != NULL;
	     each = mrl_node_after(list, each)) {
		found = found || naive_equal((struct value){.node = each}, own);
	}
	if (list != NULL && !found) {
		naive_fail(f, "enum");
	}
	if (constant != NULL && !naive_equal((struct value){.node = constant}, own)) {
		naive_fail(f, "const");
	}
	if (f->valid && (list != NULL || constant != NULL)) {
		mark_of(f, f->at)->flags |= FREE;
	}
}

/* `order` is 1 for maxima, -1 for minima. The exclusive one is a boolean beside the other up to
 * draft 4 and in OpenAPI 3.0, a number of its own since. */
static void bound(struct frame *f, const char *name, const char *exclusive, int order)
{
	const struct mrl_node *limit = get(f, name), *open = get(f, exclusive);
	struct mrl_slice own = text_of(f, f->at);
	int beyond = limit == NULL ? -1 : naive_compare(own, limit->text) * order;
	if (beyond > 0 || (beyond == 0 && is_true(open))) {
		naive_fail(f, name);
	}
	if (beyond >= 0 && is_true(open)) {
		naive_fail(f, exclusive);
	}
	if (open != NULL && open->kind == MRL_NODE_NUMBER &&
	    naive_compare(own, open->text) * order >= 0) {
		naive_fail(f, exclusive);
	}
}

void naive_numbers(struct frame *f)
{
	const struct mrl_node *divisor = get(f, "multipleOf");
	if (!is_number(f)) {
		return;
	}
	bound(f, "maximum", "exclusiveMaximum", 1);
	bound(f, "minimum", "exclusiveMinimum", -1);
	if (divisor != NULL && !naive_is_multiple(text_of(f, f->at), divisor->text)) {
		naive_fail(f, "multipleOf");
	}
}

static void format(struct frame *f)
{
	const struct mrl_node *node = get(f, "format");
	bool assert_formats = f->naive->options->assert_formats ||
	                      (f->resource->vocabularies & FORMAT_ASSERTION) != 0;
	if (node == NULL || node->kind != MRL_NODE_STRING || !assert_formats) {
		return;
	}
	const struct mrl_format *known = mrl_format_find(node->text);
	if (known != NULL && (known->kinds & f->at->kind) != 0 &&
	    !known->valid(text_of(f, f->at), f->resource->dialect)) {
		naive_fail(f, "format");
	}
}

void naive_strings(struct frame *f)
{
	const struct mrl_node *most = get(f, "maxLength"), *least = get(f, "minLength");
	const struct mrl_node *pattern = get(f, "pattern");
	format(f);
	if (f->at->kind != MRL_JSON_KIND_STRING) {
		return;
	}
	uint64_t chars = naive_chars(text_of(f, f->at));
	if (most != NULL && chars > naive_count(most->text)) {
		naive_fail(f, "maxLength");
	}
	if (least != NULL && chars < naive_count(least->text)) {
		naive_fail(f, "minLength");
	}
	if (pattern != NULL && !naive_matches(f->naive, pattern->text, text_of(f, f->at))) {
		naive_fail(f, "pattern");
	}
}
