/* Walking, pointers both ways, kind names. */
#include "fixture.h"

static int setup(void **state)
{
	static struct fixture fixture;
	fixture_init(&fixture);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	fixture_release(*state);
	return 0;
}

static void walks_items_and_members(void **state)
{
	const struct mrl_node *root = fixture_root(
		*state, "{a: [1, [2, 3], {x: 4}, 5], b: {c: {d: 1}, e: []}, f: 6}");
	uint32_t members = 0;
	for (const struct mrl_node *key = mrl_node_first(root); key != NULL;
	     key = mrl_node_after(root, key)) {
		assert_int_equal(key->kind, MRL_NODE_STRING);
		assert_ptr_equal(mrl_node_member_slice(root, key->text), mrl_node_value(key));
		members++;
	}
	assert_int_equal(members, 3);
	const struct mrl_node *a = mrl_node_member(root, "a");
	uint32_t items = 0;
	for (const struct mrl_node *item = mrl_node_first(a); item != NULL;
	     item = mrl_node_after(a, item)) {
		items++;
	}
	assert_int_equal(items, 4);
}

static void walks_nothing(void **state)
{
	const struct mrl_node *root = fixture_root(*state, "{a: [], b: {}, c: text}");
	assert_null(mrl_node_first(mrl_node_member(root, "a")));
	assert_null(mrl_node_first(mrl_node_member(root, "b")));
	assert_null(mrl_node_first(mrl_node_member(root, "c")));
	assert_null(mrl_node_first(NULL));
	assert_null(mrl_node_member(NULL, "a"));
	assert_null(mrl_node_member(mrl_node_member(root, "c"), "a"));
}

static const char pointers[] = "{\"foo\": [\"bar\", \"baz\"], \"\": 0, \"a/b\": 1, \"c%d\": 2,"
			       " \"m~n\": 8, \"~1\": 9}";

static void resolves_pointers(void **state)
{
	static const struct {
		const char *pointer;
		const char *text; /* NULL: nothing there */
	} rows[] = {
		{"/foo/0", "bar"}, {"/", "0"},       {"/a~1b", "1"},
		{"/c%d", "2"},     {"/m~0n", "8"},   {"/~01", "9"},
		{"/foo/2", NULL},  {"/foo/-", NULL}, {"/foo/01", NULL},
		{"/foo/0/", NULL}, {"foo", NULL},    {"/foo/x", NULL},
		{"/m~n", NULL},    {"/m~2n", NULL},  {"/a/b", NULL},
		{"/fo", NULL},     {"/fooo", NULL},  {"//", NULL},
		{"/foo/+0", NULL}, {"/m~", NULL},    {"/foo/18446744073709551616", NULL},
	};
	const struct mrl_node *root = fixture_root(*state, pointers);
	assert_ptr_equal(mrl_node_pointer(root, MRL_SLICE_NONE), root);
	assert_null(mrl_node_pointer(NULL, MRL_SLICE("/a")));
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		const struct mrl_node *node = mrl_node_pointer(root,
		                                               mrl_slice_text(rows[i].pointer));
		check_row((node == NULL) == (rows[i].text == NULL), rows[i].pointer);
		check_row(node == NULL || mrl_slice_is(node->text, rows[i].text), rows[i].pointer);
	}
}

/* Every value's path leads back to it. */
static void paths_return(void **state)
{
	struct fixture *fixture = *state;
	(void)fixture_root(fixture, pointers);
	for (uint32_t i = 0; i < fixture->document->node_count; i++) {
		const struct mrl_node *node = &fixture->document->nodes[i];
		struct mrl_slice path;
		assert_int_equal(mrl_node_path(node, &fixture->arena, &path), MRL_OK);
		const struct mrl_node *back = mrl_node_pointer(mrl_document_root(fixture->document),
		                                               path);
		assert_true(back == node || back == mrl_node_value(node));
	}
}

static void names_kinds(void **state)
{
	(void)state;
	assert_string_equal(mrl_node_kind_name(MRL_NODE_OBJECT), "an object");
	assert_string_equal(mrl_node_kind_name(MRL_NODE_NULL), "null");
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		ROW(walks_items_and_members),
		ROW(walks_nothing),
		ROW(resolves_pointers),
		ROW(paths_return),
		ROW(names_kinds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
