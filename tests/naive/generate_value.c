/* Values after a schema: mostly what it asks for, sometimes what it does not. */
#include "generate.h"

#include "tape.h"

#define VALUE_DEPTH 6
#define CANDIDATES  16
#define REACH       8

struct candidate {
	struct mrl_slice name;
	const struct mrl_node *schema;
};

/* What a schema and all it reaches in place say of a value. */
struct hints {
	struct candidate members[CANDIDATES];
	uint32_t count;
	const struct mrl_node *items, *type, *values;
};

struct maker {
	struct generator *g;
	const struct mrl_node *root;
	unsigned depth;
};

static void value(struct maker *maker, const struct mrl_node *schema);

static const struct mrl_node *target(const struct maker *maker, const struct mrl_node *ref)
{
	unsigned last = ref->text.size == 0 ? 0 : ref->text.data[ref->text.size - 1];
	return last >= '0' && last < '0' + GENERATE_DEFS ? generate_def(maker->root, last - '0')
	                                                 : NULL;
}

static void add_members(struct hints *hints, const struct mrl_node *properties)
{
	for (const struct mrl_node *key = properties == NULL ? NULL : mrl_node_first(properties);
	     key != NULL; key = mrl_node_after(properties, key)) {
		bool known = hints->count == CANDIDATES;
		for (uint32_t i = 0; i < hints->count; i++) {
			known = known || mrl_slice_equal(hints->members[i].name, key->text);
		}
		if (!known) {
			hints->members[hints->count++] = (struct candidate){
				.name = key->text, .schema = mrl_node_value(key)};
		}
	}
}

static void collect(const struct maker *maker, const struct mrl_node *schema, struct hints *hints,
                    unsigned reach);

static void collect_in_place(const struct maker *maker, const struct mrl_node *schema,
                             struct hints *hints, unsigned reach)
{
	static const char *const lists[] = {"allOf", "anyOf", "oneOf", "dependentSchemas"};
	static const char *const singles[] = {"if", "then", "else"};
	const struct mrl_node *ref = mrl_node_member(schema, "$ref");
	if (ref != NULL) {
		collect(maker, target(maker, ref), hints, reach - 1);
	}
	for (size_t i = 0; i < MRL_COUNT(lists); i++) {
		const struct mrl_node *list = mrl_node_member(schema, lists[i]);
		for (const struct mrl_node *each = list == NULL ? NULL : mrl_node_first(list);
		     each != NULL; each = mrl_node_after(list, each)) {
			collect(maker, list->kind == MRL_NODE_OBJECT ? mrl_node_value(each) : each,
			        hints, reach - 1);
		}
	}
	for (size_t i = 0; i < MRL_COUNT(singles); i++) {
		collect(maker, mrl_node_member(schema, singles[i]), hints, reach - 1);
	}
}

static void collect(const struct maker *maker, const struct mrl_node *schema, struct hints *hints,
                    unsigned reach)
{
	if (schema == NULL || reach == 0) {
		return;
	}
	const struct mrl_node *items = mrl_node_member(schema, "items");
	const struct mrl_node *type = mrl_node_member(schema, "type");
	const struct mrl_node *values = mrl_node_member(schema, "enum");
	items = items != NULL ? items : mrl_node_member(schema, "prefixItems");
	values = values != NULL ? values : mrl_node_member(schema, "const");
	hints->items = hints->items != NULL ? hints->items : items;
	hints->type = hints->type != NULL ? hints->type : type;
	hints->values = hints->values != NULL ? hints->values : values;
	add_members(hints, mrl_node_member(schema, "properties"));
	collect_in_place(maker, schema, hints, reach);
}

static void put(struct maker *maker, const char *text)
{
	mrl_buffer_put(&maker->g->out, mrl_slice_text(text));
}

static void number(struct maker *maker)
{
	static const char *const numbers[] = {
		"1",
		"0",
		"2",
		"1.0",
		"5",
		"-1",
		"1e2",
		"0.5",
		"10",
		"1.5",
		"1e0",
		"3",
		"9223372036854775807",
		"9223372036854775808",
		"1e400",
		"2147483648",
	};
	put(maker, numbers[generate_pick(maker->g, MRL_COUNT(numbers))]);
}

static void string(struct maker *maker)
{
	static const char *const strings[] = {
		"a",  "",          "ab",         "abc", "D0",
		"D1", "D2",        "2024-01-01", "b",   "\\u00e9\\u00e9",
		"D3", "xyzxyzxyz", "\\u0061",
	};
	put(maker, "\"");
	put(maker, strings[generate_pick(maker->g, MRL_COUNT(strings))]);
	put(maker, "\"");
}

/* No name twice: the reader refuses that. */
static void extra_name(struct maker *maker, const struct hints *hints, bool first)
{
	static const char *const extras[] = {"q", "Id", "K", "a", "b", "B", "zz", "x"};
	const char *name = extras[generate_pick(maker->g, MRL_COUNT(extras))];
	for (uint32_t i = 0; i < hints->count; i++) {
		if (mrl_slice_is(hints->members[i].name, name)) {
			return;
		}
	}
	put(maker, first ? "\"" : ",\"");
	put(maker, name);
	put(maker, "\":");
	value(maker, NULL);
}

static void object(struct maker *maker, const struct hints *hints)
{
	bool first = true;
	put(maker, "{");
	for (uint32_t i = 0; i < hints->count; i++) {
		if (generate_pick(maker->g, 4) == 3) {
			continue;
		}
		put(maker, first ? "\"" : ",\"");
		mrl_buffer_put(&maker->g->out, hints->members[i].name);
		put(maker, "\":");
		value(maker, hints->members[i].schema);
		first = false;
	}
	if (generate_pick(maker->g, 5) == 4) {
		extra_name(maker, hints, first);
	}
	put(maker, "}");
}

static void array(struct maker *maker, const struct hints *hints)
{
	unsigned count = generate_pick(maker->g, 4);
	const struct mrl_node *items = hints->items;
	bool tuple = items != NULL && items->kind == MRL_NODE_ARRAY;
	const struct mrl_node *each = tuple ? mrl_node_first(items) : items;
	put(maker, "[");
	for (unsigned i = 0; i < count; i++) {
		put(maker, i == 0 ? "" : ",");
		value(maker, each);
		each = tuple && each != NULL ? mrl_node_after(items, each) : each;
	}
	put(maker, "]");
}

static void copied(struct maker *maker, const struct mrl_node *values)
{
	struct mrl_arena arena;
	mrl_arena_init(&arena, &mrl_memory_malloc, 1024, 1 << 16);
	unsigned index = values->kind == MRL_NODE_ARRAY && values->count != 0
	                         ? generate_pick(maker->g, values->count)
	                         : 0;
	const struct mrl_node *each = values;
	if (values->kind == MRL_NODE_ARRAY && values->count != 0) {
		for (each = mrl_node_first(values); index != 0; index--) {
			each = mrl_node_after(values, each);
		}
	}
	mrl_buffer_put(&maker->g->out, text_of_node(each, &arena));
	mrl_arena_release(&arena);
}

static void random_value(struct maker *maker, const struct hints *hints)
{
	switch (generate_pick(maker->g, 7)) {
	case 0: number(maker); return;
	case 1: string(maker); return;
	case 2: put(maker, "null"); return;
	case 3: put(maker, "true"); return;
	case 4: put(maker, "false"); return;
	case 5: object(maker, hints); return;
	default: array(maker, hints); return;
	}
}

static void typed(struct maker *maker, const struct hints *hints)
{
	const struct mrl_node *type = hints->type;
	if (type != NULL && type->kind == MRL_NODE_ARRAY && type->count != 0) {
		type = mrl_node_first(type) + generate_pick(maker->g, type->count);
	}
	if (type == NULL && hints->count != 0) {
		object(maker, hints);
	} else if (type == NULL) {
		random_value(maker, hints);
	} else if (mrl_slice_is(type->text, "object")) {
		object(maker, hints);
	} else if (mrl_slice_is(type->text, "array")) {
		array(maker, hints);
	} else if (mrl_slice_is(type->text, "string")) {
		string(maker);
	} else if (mrl_slice_is(type->text, "boolean") || mrl_slice_is(type->text, "null")) {
		put(maker, mrl_slice_is(type->text, "null") ? "null" : "true");
	} else {
		number(maker);
	}
}

static void value(struct maker *maker, const struct mrl_node *schema)
{
	struct hints hints = {.count = 0};
	if (maker->depth == VALUE_DEPTH) {
		put(maker, "1");
		return;
	}
	maker->depth++;
	collect(maker, schema, &hints, REACH);
	unsigned kind = generate_pick(maker->g, 12);
	if (kind == 11) {
		random_value(maker, &hints);
	} else if (hints.values != NULL && kind < 10) {
		copied(maker, hints.values);
	} else {
		typed(maker, &hints);
	}
	maker->depth--;
}

void generate_value(struct generator *generator, const struct mrl_node *root,
                    const struct mrl_node *schema)
{
	struct maker maker = {.g = generator, .root = root};
	value(&maker, schema);
}
