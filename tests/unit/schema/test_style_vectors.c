/*
 * tests/vectors/style: a parameter, a raw text, and the value that is read from it, or why it is
 * refused. A raw text is a query, a path segment, a header's value or a Cookie field; a list is
 * several field lines, null is none.
 */
#include "input_fixture.h"

#include <stdio.h>

#include "../vectors.h"

/* All that fail are told, not only the first. */
static unsigned failures;

#define complain(vector, format, ...)                                                      \
	do {                                                                               \
		print_error("%.*s: " format "\n", MRL_PRINT((vector)->name), __VA_ARGS__); \
		failures++;                                                                \
	} while (0)

struct vector {
	struct mrl_json_doc doc; /* of the file */
	const struct mrl_json_node *node;
	struct mrl_slice name;
};

static const struct mrl_json_node *after(const struct mrl_json_node *node)
{
	return node + node->next;
}

/* The value of a member, or NULL. */
static const struct mrl_json_node *member(const struct vector *vector,
                                          const struct mrl_json_node *object, const char *name)
{
	const struct mrl_json_node *at = object + 1;
	for (uint32_t i = 0; i < object->count; i++) {
		if (mrl_slice_is(mrl_json_text(&vector->doc, at), name)) {
			return at + 1;
		}
		at = after(at + 1);
	}
	return NULL;
}

static struct mrl_slice text_of(const struct vector *vector, const struct mrl_json_node *object,
                                const char *name)
{
	const struct mrl_json_node *node = member(vector, object, name);
	return node == NULL || node->kind != MRL_JSON_KIND_STRING
	               ? MRL_SLICE("")
	               : mrl_json_text(&vector->doc, node);
}

/* A document with that parameter alone. */
static const char *write_api(struct world *world, const struct vector *vector, bool in_path)
{
	size_t size = 20000;
	struct mrl_buffer text = mrl_buffer(mrl_arena_alloc(&world->arena, size, 1), size);
	MRL_PUT(&text,
	        "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"T\",\"version\":\"1\"},\"paths\":{");
	mrl_buffer_put(&text, in_path ? MRL_SLICE("\"/x/{color}\"") : MRL_SLICE("\"/x\""));
	MRL_PUT(&text, ":{\"get\":{\"parameters\":[");
	mrl_json_write(&vector->doc, member(vector, vector->node, "parameter"), &text);
	MRL_PUT(&text, "],\"responses\":{\"204\":{\"description\":\"Done\"}}}}}}");
	mrl_buffer_byte(&text, '\0');
	assert_false(text.overflow);
	return (const char *)text.data;
}

static struct mrl_slice join(struct world *world, const char *prefix, struct mrl_slice raw)
{
	size_t size = strlen(prefix) + raw.size;
	struct mrl_buffer text = mrl_buffer(mrl_arena_alloc(&world->arena, size, 1), size);
	mrl_buffer_put(&text, mrl_slice_text(prefix));
	mrl_buffer_put(&text, raw);
	return mrl_buffer_slice(&text);
}

static void add_lines(struct world *world, const struct vector *vector, const char *name)
{
	const struct mrl_json_node *raw = member(vector, vector->node, "raw");
	if (raw->kind == MRL_JSON_KIND_STRING) {
		world_field(world, name, mrl_json_text(&vector->doc, raw));
	}
	for (uint32_t i = 0; raw->kind == MRL_JSON_KIND_ARRAY && i < raw->count; i++) {
		world_field(world, name, mrl_json_text(&vector->doc, raw + 1 + i));
	}
}

static void request(struct world *world, const struct vector *vector)
{
	const struct mrl_json_node *parameter = member(vector, vector->node, "parameter");
	const struct mrl_json_node *raw = member(vector, vector->node, "raw");
	struct mrl_slice in = text_of(vector, parameter, "in");
	struct mrl_slice text = raw->kind == MRL_JSON_KIND_STRING ? mrl_json_text(&vector->doc, raw)
	                                                          : MRL_SLICE_NONE;
	if (mrl_slice_is(in, "path")) {
		world_request(world, "GET /x/{color}", join(world, "/x/", text));
	} else if (mrl_slice_is(in, "query")) {
		bool none = raw->kind == MRL_JSON_KIND_NULL;
		world_request(world, "GET /x", join(world, none ? "/x" : "/x?", text));
	} else {
		world_request(world, "GET /x", MRL_SLICE("/x"));
		add_lines(world, vector, mrl_slice_is(in, "cookie") ? "cookie" : "x-h");
	}
	if (mrl_slice_is(in, "header")) {
		struct mrl_slice name = text_of(vector, parameter, "name");
		for (uint32_t i = 0; i < world->view.field_count; i++) {
			world->fields[i].name = name;
		}
	}
}

static bool same_number(struct mrl_slice a, struct mrl_slice b)
{
	struct mrl_decimal left;
	struct mrl_decimal right;
	mrl_decimal_parse(a, &left);
	mrl_decimal_parse(b, &right);
	return mrl_decimal_compare(&left, &right) == 0;
}

/* Two tapes in step; numbers by value. */
static bool same_value(const struct mrl_json_doc *a, const struct mrl_json_node *left,
                       const struct mrl_json_doc *b, const struct mrl_json_node *right)
{
	if (left->next != right->next) {
		return false;
	}
	for (uint32_t i = 0; i < left->next; i++) {
		const struct mrl_json_node *x = &left[i];
		const struct mrl_json_node *y = &right[i];
		bool container = (x->kind & (MRL_JSON_KIND_ARRAY | MRL_JSON_KIND_OBJECT)) != 0;
		bool same = x->kind == y->kind;
		if (same && x->kind == MRL_JSON_KIND_NUMBER) {
			same = same_number(mrl_json_text(a, x), mrl_json_text(b, y));
		} else if (same && x->kind == MRL_JSON_KIND_BOOL) {
			same = (x->flags & MRL_JSON_TRUE) == (y->flags & MRL_JSON_TRUE);
		} else if (same && container) {
			same = x->count == y->count;
		} else if (same && x->kind != MRL_JSON_KIND_NULL) {
			same = mrl_slice_equal(mrl_json_text(a, x), mrl_json_text(b, y));
		}
		if (!same) {
			return false;
		}
	}
	return true;
}

static void want_value(struct world *world, const struct vector *vector,
                       const struct mrl_json_node *value)
{
	if (!world_head(world)) {
		complain(vector, "refused: %s", world_fault(world));
		return;
	}
	const struct mrl_json_doc *doc = world->call.value_count == 0 ? NULL
	                                                              : &world->call.values[0].doc;
	if (value == NULL && doc != NULL) {
		complain(vector, "has the value %s", world_text(world, doc));
	} else if (value != NULL && doc == NULL) {
		complain(vector, "%s", "has no value");
	} else if (value != NULL && !same_value(&vector->doc, value, doc, doc->nodes)) {
		complain(vector, "read as %s", world_text(world, doc));
	}
}

static void want_fault(struct world *world, const struct vector *vector,
                       const struct mrl_json_node *expect)
{
	struct mrl_slice keyword = text_of(vector, expect, "keyword");
	enum mrl_input_kind kind = keyword.size == 0 ? MRL_INPUT_TARGET : MRL_INPUT_PARAMETER;
	if (world_head(world)) {
		complain(vector, "%s", "accepted");
	} else if (world->fault.kind != kind || !mrl_slice_equal(world->fault.keyword, keyword)) {
		complain(vector, "refused as %s", world_fault(world));
	}
}

static void want_load(struct world *world, const struct vector *vector, struct mrl_slice code,
                      const char *api)
{
	char name[40];
	snprintf(name, sizeof(name), "%.*s", MRL_PRINT(code));
	if (world_load(world, api) != MRL_ERR_INVALID ||
	    fixture_finding(&world->fixture, name) == NULL) {
		complain(vector, "no finding %s", name);
	}
}

static void want_request(struct world *world, const struct vector *vector,
                         const struct mrl_json_node *expect)
{
	request(world, vector);
	if (member(vector, expect, "keyword") != NULL ||
	    member(vector, expect, "problem") != NULL) {
		want_fault(world, vector, expect);
	} else {
		want_value(world, vector, member(vector, expect, "value"));
	}
}

static void check_vector(const struct vector *vector)
{
	struct world *world;
	const struct mrl_json_node *expect = member(vector, vector->node, "expect");
	const struct mrl_json_node *parameter = member(vector, vector->node, "parameter");
	struct mrl_slice load = text_of(vector, expect, "load");
	world_setup((void **)&world);
	const char *api = write_api(world, vector,
	                            mrl_slice_is(text_of(vector, parameter, "in"), "path"));
	if (load.size != 0) {
		want_load(world, vector, load, api);
	} else if (world_load(world, api) == MRL_OK) {
		want_request(world, vector, expect);
	} else {
		const struct mrl_diagnostic *first = world->fixture.diagnostics.first;
		complain(vector, "not loaded: %s %.*s", first->code, MRL_PRINT(first->message));
	}
	world_release(world);
}

static unsigned check_file(struct mrl_slice text)
{
	struct mrl_json_limits limits = MRL_JSON_LIMITS;
	struct mrl_json_fault fault = {.code = MRL_JSON_NONE};
	struct mrl_arena arena;
	struct vector vector;
	mrl_arena_init(&arena, &mrl_memory_malloc, 65536, 64U << 20);
	assert_int_equal(
		mrl_json_read(&limits, mrl_json_scan_best(), text, &arena, &vector.doc, &fault),
		MRL_OK);
	assert_int_equal(fault.code, MRL_JSON_NONE);
	vector.node = vector.doc.nodes + 1;
	uint32_t count = vector.doc.nodes->count;
	for (uint32_t i = 0; i < count; i++) {
		vector.name = text_of(&vector, vector.node, "name");
		check_vector(&vector);
		vector.node = after(vector.node);
	}
	mrl_arena_release(&arena);
	return count;
}

static const char *folder;

static void test_vectors(void **state)
{
	(void)state;
	struct vectors vectors;
	unsigned count = 0;
	vectors_open(&vectors, folder, ".json");
	while (vectors_next(&vectors)) {
		count += check_file(vectors.text);
	}
	vectors_close(&vectors);
	print_message("%u cases\n", count);
	assert_true(count >= 200);
	assert_int_equal(failures, 0);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		return 2;
	}
	folder = argv[1];
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_vectors)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
