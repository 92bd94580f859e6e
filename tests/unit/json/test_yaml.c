/* Reading YAML and JSON: what is accepted, what is refused and where. */
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

static void reads_yaml(void **state)
{
	const struct mrl_node *root = fixture_root(
		*state, "a: 1\nb: [x, 'y', \"z\\n\"]\nc:\n  d: true\n  e: ~\n  f:\n  200: |\n"
			"    two\n    lines\n");
	assert_int_equal(root->kind, MRL_NODE_OBJECT);
	assert_int_equal(root->count, 3);
	assert_int_equal(mrl_node_member(root, "a")->kind, MRL_NODE_NUMBER);
	const struct mrl_node *b = mrl_node_member(root, "b");
	assert_int_equal(b->kind, MRL_NODE_ARRAY);
	assert_int_equal(b->count, 3);
	check_slice(mrl_node_pointer(root, MRL_SLICE("/b/2"))->text, "z\n");
	const struct mrl_node *c = mrl_node_member(root, "c");
	assert_int_equal(mrl_node_member(c, "d")->kind, MRL_NODE_BOOL);
	assert_int_equal(mrl_node_member(c, "e")->kind, MRL_NODE_NULL);
	assert_int_equal(mrl_node_member(c, "f")->kind, MRL_NODE_NULL);
	check_slice(mrl_node_member(c, "200")->text, "two\nlines\n");
	assert_null(mrl_node_member(c, "absent"));
}

static void reads_json(void **state)
{
	const struct mrl_node *root = fixture_root(
		*state,
		"\n{\n\t\"a\" :\t[1, -2.5e3, true, null, \"\\ud83d\\ude00\\/\"],\"b\":{}}\n");
	const struct mrl_node *a = mrl_node_member(root, "a");
	assert_int_equal(a->count, 5);
	check_slice(mrl_node_pointer(a, MRL_SLICE("/1"))->text, "-2.5e3");
	check_slice(mrl_node_pointer(a, MRL_SLICE("/4"))->text, "\xF0\x9F\x98\x80/");
	assert_int_equal(mrl_node_member(root, "b")->count, 0);
	assert_null(mrl_node_first(mrl_node_member(root, "b")));
}

static void reads_a_byte_order_mark(void **state)
{
	const struct mrl_node *root = fixture_root(*state, "\xEF\xBB\xBF{\"a\": 1}");
	check_slice(mrl_node_member(root, "a")->text, "1");
}

static void kinds_of_plain_scalars(void **state)
{
	static const struct {
		const char *text;
		enum mrl_node_kind kind;
	} rows[] = {
		{"null", MRL_NODE_NULL},         {"~", MRL_NODE_NULL},
		{"NULL", MRL_NODE_NULL},         {"nUll", MRL_NODE_STRING},
		{"true", MRL_NODE_BOOL},         {"FALSE", MRL_NODE_BOOL},
		{"yes", MRL_NODE_STRING},        {"off", MRL_NODE_STRING},
		{"y", MRL_NODE_STRING},          {"0", MRL_NODE_NUMBER},
		{"012", MRL_NODE_NUMBER},        {"+1", MRL_NODE_NUMBER},
		{".5", MRL_NODE_NUMBER},         {"1.", MRL_NODE_NUMBER},
		{"1e5", MRL_NODE_NUMBER},        {"1E+5", MRL_NODE_NUMBER},
		{"1e", MRL_NODE_STRING},         {"1_000", MRL_NODE_STRING},
		{".", MRL_NODE_STRING},          {"12:30", MRL_NODE_STRING},
		{"1.2.3", MRL_NODE_STRING},      {"'1'", MRL_NODE_STRING},
		{"\"\"", MRL_NODE_STRING},       {"0xG", MRL_NODE_STRING},
		{"0b1", MRL_NODE_STRING},        {"-", MRL_NODE_ARRAY},
		{"+", MRL_NODE_STRING},          {"1x", MRL_NODE_STRING},
		{"2027-03-31", MRL_NODE_STRING},
	};
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		check_row(fixture_root(*state, rows[i].text)->kind == rows[i].kind, rows[i].text);
	}
}

struct refusal {
	const char *text;
	const char *code;
	uint32_t line;
	uint32_t column; /* 0: any */
};

static void check_refusal(struct fixture *fixture, const struct refusal *row)
{
	const struct mrl_document *before = fixture->document;
	fixture->diagnostics = (struct mrl_diagnostics){.arena = &fixture->arena};
	enum mrl_err err = fixture_read(fixture, mrl_slice_text(row->text));
	const struct mrl_diagnostic *found = fixture->diagnostics.first;
	check_row(err == MRL_ERR_INVALID, row->text);
	check_row(fixture->document == before, row->text);
	check_row(found != NULL && fixture->diagnostics.errors > 0, row->text);
	assert_string_equal(found->code, row->code);
	if (found->line != row->line || (row->column != 0 && found->column != row->column)) {
		fail_msg("row \"%s\": at %u:%u: %.*s", row->text, found->line, found->column,
		         MRL_PRINT(found->message));
	}
}

static void refuses(void **state)
{
	static const struct refusal rows[] = {
		{"", "yaml-syntax", 1, 1},
		{"# nothing\n", "yaml-syntax", 1, 1},
		{"a: 1\na: 2\n", "yaml-syntax", 2, 1},
		{"{\"a\": 1, \"\\u0061\": 2}", "yaml-syntax", 1, 10},
		{"x:\n  a: 1\n  \xC3\xBC: 1\n  b: {q: 1, 'q': 2}\n", "yaml-syntax", 4, 13},
		{"200: a\n\"200\": b\n", "yaml-syntax", 2, 1},
		{"? [a]\n: 1\n", "yaml-syntax", 1, 3},
		{"{[a]: 1}", "yaml-syntax", 1, 2},
		{"? [a]\n: 1\n? b\n", "yaml-syntax", 1, 3},
		{"a: &x {b: 1}\n*x : 2\n", "yaml-syntax", 2, 1},
		{"a: &x {b: 1}\nc:\n  <<: *x\n", "yaml-syntax", 3, 3},
		{": 1\n", "yaml-syntax", 1, 0},
		{"a: !!str 5\n", "yaml-syntax", 1, 10},
		{"a: ! 5\n", "yaml-syntax", 1, 6},
		{"!mine {a: 1}\n", "yaml-syntax", 1, 7},
		{"a: 1\n---\nb: 2\n", "yaml-syntax", 1, 4},
		{"a: *nothing\n", "yaml-syntax", 1, 4},
		{"a: &x [1, *x]\n", "yaml-syntax", 1, 11},
		{"a: 0x1F\n", "yaml-syntax", 1, 4},
		{"a: [1, 0o17]\n", "yaml-syntax", 1, 8},
		{"a: -.inf\n", "yaml-syntax", 1, 4},
		{"a: .NaN\n", "yaml-syntax", 1, 4},
		{"a: \xC3\xBC\xFF\n", "yaml-syntax", 1, 5},
		{"a: \xED\xA0\x80\n", "yaml-syntax", 1, 4},
		{"a: 1\nb: \x01\n", "yaml-syntax", 2, 4},
		{"a: [1, 2\n", "yaml-syntax", 2, 1},
		{"a: 1\n\tb: 2\n", "yaml-syntax", 1, 4},
		{"{\"a\": \"open", "yaml-syntax", 1, 0},
		{"%TAG ! tag:x,2000:\n--- a\n", "yaml-syntax", 1, 1},
		{"%YAML 1.1\n--- a\n", "yaml-syntax", 1, 1},
		{"%YAML 3.2\n--$\na: 1\n", "yaml-syntax", 1, 1},
		{"%YAML 1.20\n--- a\n", "yaml-syntax", 1, 1},
		{"a: b: c\n", "yaml-syntax", 1, 0},
		{"a: 'x' y\n", "yaml-syntax", 1, 0},
		{"{a: 1}}", "yaml-syntax", 1, 0},
	};
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		check_refusal(*state, &rows[i]);
	}
}

static void refuses_a_nul(void **state)
{
	struct fixture *fixture = *state;
	assert_int_equal(fixture_read(fixture, mrl_slice("a: 1\0b: 2", 9)), MRL_ERR_INVALID);
	assert_int_equal(fixture->diagnostics.first->column, 5);
}

static void accepts_the_good_twins(void **state)
{
	static const char *const rows[] = {
		"a: 1\nb: 2\n",
		"{\"a\": 1, \"\\u0062\": 2}",
		"a: {x: 1}\nb: {x: 1}\n",
		"a: &x b\n*x : 2\n",
		"a: {'<<': 1}\n",
		"%YAML 1.2\n---\na: 1\n...\n",
		"%YAML 1.2 \r\n---\r\na: 1\r\n",
		"--- {a: 1}\n",
		"\"\": 1\n",
		"a: '0x1F'\n",
		"a: &x [1]\nb: [*x, *x]\n",
		"a: \"\\u0000\"\n",
		"'%TAG': 1\n",
	};
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		(void)fixture_root(*state, rows[i]);
	}
}

static void names_both_places_of_a_repeated_key(void **state)
{
	struct fixture *fixture = *state;
	(void)!fixture_read(fixture, MRL_SLICE("p:\n  \"x/y\": 1\n  z: 1\n  x/y: 2\n  z: 2\n"));
	assert_int_equal(fixture->diagnostics.errors, 2);
	const struct mrl_diagnostic *found = fixture->diagnostics.first;
	check_slice(found->pointer, "/p/x~1y");
	check_slice(found->message, "the key \"x/y\" is repeated; it stands at 2:3 already");
	check_slice(found->next->message, "the key \"z\" is repeated; it stands at 3:3 already");
}

static void follows_aliases(void **state)
{
	const struct mrl_node *root = fixture_root(
		*state, "a: &x {k: [1, 2], m: &y end}\nb: *x\nc: [*y, *x]\nd: &x new\ne: *x\n");
	check_slice(mrl_node_pointer(root, MRL_SLICE("/b/k/1"))->text, "2");
	check_slice(mrl_node_pointer(root, MRL_SLICE("/c/0"))->text, "end");
	check_slice(mrl_node_pointer(root, MRL_SLICE("/c/1/m"))->text, "end");
	check_slice(mrl_node_member(root, "e")->text, "new");
	struct mrl_slice path;
	assert_int_equal(mrl_node_path(mrl_node_pointer(root, MRL_SLICE("/c/1/k/0")),
	                               &((struct fixture *)*state)->arena, &path),
	                 MRL_OK);
	check_slice(path, "/c/1/k/0");
}

static void a_finding_behind_an_alias_comes_once(void **state)
{
	struct fixture *fixture = *state;
	(void)!fixture_read(fixture, MRL_SLICE("a: &x {k: 1, k: 2}\nb: *x\nc: *x\n"));
	assert_int_equal(fixture->diagnostics.errors, 1);
}

/* Each line ten times the line before it. */
static void refuses_a_billion_laughs(void **state)
{
	struct fixture *fixture = *state;
	char text[2048];
	struct mrl_buffer buffer = mrl_buffer(text, sizeof(text));
	MRL_PUT(&buffer, "a0: &a0 lol\n");
	for (unsigned i = 1; i < 10; i++) {
		MRL_PUT(&buffer, "a");
		mrl_buffer_u64(&buffer, i);
		MRL_PUT(&buffer, ": &a");
		mrl_buffer_u64(&buffer, i);
		MRL_PUT(&buffer, " [");
		for (unsigned j = 0; j < 10; j++) {
			MRL_PUT(&buffer, "*a");
			mrl_buffer_u64(&buffer, i - 1);
			MRL_PUT(&buffer, " , ");
		}
		MRL_PUT(&buffer, "]\n");
	}
	assert_int_equal(fixture_read(fixture, mrl_buffer_slice(&buffer)), MRL_ERR_INVALID);
	assert_string_equal(fixture->diagnostics.first->code, "yaml-limit");
	assert_true(fixture->arena.used_bytes < 1 << 20);
}

static void aliases_up_to_ten_times(void **state)
{
	struct fixture *fixture = *state;
	/* written: root, a, 3 nodes; b, its array: 7. */
	assert_int_equal(fixture_read(fixture, MRL_SLICE("a: &x [1, 2, 3, 4, 5, 6]\n"
	                                                 "b: [*x,*x,*x,*x,*x,*x,*x,*x,*x,*x,"
	                                                 "*x,*x,*x,*x,*x]\n")),
	                 MRL_OK);
	assert_int_equal(fixture_read(fixture, MRL_SLICE("a: &x [1, 2, 3, 4, 5, 6]\n"
	                                                 "b: [*x,*x,*x,*x,*x,*x,*x,*x,*x,*x,"
	                                                 "*x,*x,*x,*x,*x,*x]\n")),
	                 MRL_ERR_INVALID);
}

static void holds_the_limits(void **state)
{
	struct fixture *fixture = *state;
	fixture->limits = (struct mrl_document_limits){
		.bytes_max = 20, .nodes_max = 5, .depth_max = 3};
	assert_int_equal(fixture_read(fixture, MRL_SLICE("[[[1]]]")), MRL_OK);
	assert_int_equal(fixture_read(fixture, MRL_SLICE("[[[[]]]]")), MRL_ERR_INVALID);
	assert_int_equal(fixture_read(fixture, MRL_SLICE("[1,2,3,4]")), MRL_OK);
	assert_int_equal(fixture_read(fixture, MRL_SLICE("[1,2,3,4,5]")), MRL_ERR_INVALID);
	assert_int_equal(fixture_read(fixture, MRL_SLICE("\"aaaaaaaaaaaaaaaaaa\"")), MRL_OK);
	assert_int_equal(fixture_read(fixture, MRL_SLICE("\"aaaaaaaaaaaaaaaaaaa\"")),
	                 MRL_ERR_INVALID);
	assert_int_equal(fixture_read(fixture, MRL_SLICE("a: &x [[]]\nb: [*x]\n")),
	                 MRL_ERR_INVALID);
	for (const struct mrl_diagnostic *d = fixture->diagnostics.first; d != NULL; d = d->next) {
		assert_string_equal(d->code, "yaml-limit");
	}
}

static void many_brackets_end_at_the_limit(void **state)
{
	static char text[100000];
	memset(text, '[', sizeof(text));
	struct fixture *fixture = *state;
	assert_int_equal(fixture_read(fixture, mrl_slice(text, sizeof(text))), MRL_ERR_INVALID);
	assert_string_equal(fixture->diagnostics.first->code, "yaml-limit");
	assert_int_equal(fixture->diagnostics.first->column, 257);
}

static void many_keys_are_found_quickly(void **state)
{
	struct fixture *fixture = *state;
	enum { KEYS = 50000 };
	uint8_t *memory = mrl_arena_alloc(&fixture->arena, KEYS * 16, 1);
	struct mrl_buffer buffer = mrl_buffer(memory, KEYS * 16);
	for (unsigned i = 0; i < KEYS; i++) {
		MRL_PUT(&buffer, "k");
		mrl_buffer_u64(&buffer, i);
		MRL_PUT(&buffer, ": v\n");
	}
	assert_int_equal(fixture_read(fixture, mrl_buffer_slice(&buffer)), MRL_OK);
	assert_int_equal(mrl_document_root(fixture->document)->count, KEYS);
	MRL_PUT(&buffer, "k7: v\n");
	assert_int_equal(fixture_read(fixture, mrl_buffer_slice(&buffer)), MRL_ERR_INVALID);
}

static void positions_count_code_points(void **state)
{
	const struct mrl_node *root = fixture_root(*state, "a: 1\n\xC3\xBC\xF0\x9F\x98\x80: 'x'\n");
	uint32_t line;
	uint32_t column;
	const struct mrl_node *value = mrl_node_pointer(root,
	                                                MRL_SLICE("/\xC3\xBC\xF0\x9F\x98\x80"));
	mrl_document_position(root->document, value->offset, &line, &column);
	assert_int_equal(line, 2);
	assert_int_equal(column, 5);
}

/* Every allocation fails once: a status, nothing lost (AddressSanitizer looks). */
static void any_allocation_may_fail(void **state)
{
	struct fixture *fixture = *state;
	struct mrl_slice text = MRL_SLICE(
		"a: &x {k: [1, \"\\u0041\"], l: 'b\n\n c'}\nb: *x\nb: 1\n");
	size_t cap = 1;
	enum mrl_err err = MRL_ERR_MEMORY;
	for (; cap < 1 << 20 && err == MRL_ERR_MEMORY; cap += 24) {
		struct mrl_arena arena;
		mrl_arena_init(&arena, &mrl_memory_malloc, 256, cap);
		struct mrl_diagnostics diagnostics = {.arena = &arena};
		err = mrl_document_read(&fixture->limits, MRL_SLICE("a"), text, &arena,
		                        &diagnostics, &fixture->document);
		mrl_arena_release(&arena);
	}
	assert_int_equal(err, MRL_ERR_INVALID);
	assert_true(cap > 1000);
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		ROW(reads_yaml),
		ROW(reads_json),
		ROW(reads_a_byte_order_mark),
		ROW(kinds_of_plain_scalars),
		ROW(refuses),
		ROW(refuses_a_nul),
		ROW(accepts_the_good_twins),
		ROW(names_both_places_of_a_repeated_key),
		ROW(follows_aliases),
		ROW(a_finding_behind_an_alias_comes_once),
		ROW(refuses_a_billion_laughs),
		ROW(aliases_up_to_ten_times),
		ROW(holds_the_limits),
		ROW(many_brackets_end_at_the_limit),
		ROW(many_keys_are_found_quickly),
		ROW(positions_count_code_points),
		ROW(any_allocation_may_fail),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
