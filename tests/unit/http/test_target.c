/* Targets: what each splits into, or why it is refused. */
#include "../check.h"

#include <merlon/http.h>

static struct mrl_arena arena;

struct good {
	const char *raw;
	const char *segments; /* joined by a line feed */
	const char *query;    /* NULL: none */
};

static const struct good goods[] = {
	{"/", "", NULL},
	{"/a", "a", NULL},
	{"/a/", "a\n", NULL},
	{"/v1/orders/42", "v1\norders\n42", NULL},
	{"/?", "", ""},
	{"/a?b=c", "a", "b=c"},
	{"/a/?b", "a\n", "b"},
	{"/a?/b?c", "a", "/b?c"},
	{"/a?//../%2f%00", "a", "//../%2f%00"},
	{"/a?f[b]=1|2;x", "a", "f[b]=1|2;x"},
	{"/%41", "A", NULL},
	{"/a%20b", "a b", NULL},
	{"/%E2%82%AC", "\xE2\x82\xAC", NULL},
	{"/%e2%82%ac/x", "\xE2\x82\xAC\nx", NULL},
	{"/50%25", "50%", NULL},
	{"/50%25z", "50%z", NULL},
	{"/50%25a", "50%a", NULL},
	{"/50%25ag", "50%ag", NULL},
	{"/a%3Bb%3Fc%23d", "a;b?c#d", NULL},
	{"/-._~!$&'()*+,=:@", "-._~!$&'()*+,=:@", NULL},
	{"/...", "...", NULL},
	{"/.a/a./..a", ".a\na.\n..a", NULL},
	{"/%2e%2e%2e", "...", NULL},
	{"/.well-known/x", ".well-known\nx", NULL},
	{"/a:80/http:", "a:80\nhttp:", NULL},
	{"/%C2%80", "\xC2\x80", NULL},
	{"/%F4%8F%BF%BF", "\xF4\x8F\xBF\xBF", NULL},
};

struct bad {
	const char *raw;
	enum mrl_target_fault fault;
};

/* INPUT-4 */
static const struct bad bads[] = {
	{"", MRL_TARGET_FORM},
	{"*", MRL_TARGET_FORM},
	{"a", MRL_TARGET_FORM},
	{"?a", MRL_TARGET_FORM},
	{" /a", MRL_TARGET_FORM},
	{"\\a", MRL_TARGET_FORM},
	{"http://a.example/b", MRL_TARGET_FORM},
	{"a.example:443", MRL_TARGET_FORM},
	{"/a#b", MRL_TARGET_BYTES},
	{"/a?b#c", MRL_TARGET_BYTES},
	{"/a b", MRL_TARGET_BYTES},
	{"/a\tb", MRL_TARGET_BYTES},
	{"/a\x7F", MRL_TARGET_BYTES},
	{"/\xC3\xA9", MRL_TARGET_BYTES},
	{"/a\\b", MRL_TARGET_BYTES},
	{"/a|b", MRL_TARGET_BYTES},
	{"/a[b]", MRL_TARGET_BYTES},
	{"/a\"", MRL_TARGET_BYTES},
	{"/<a>", MRL_TARGET_BYTES},
	{"/a^b", MRL_TARGET_BYTES},
	{"/a`b", MRL_TARGET_BYTES},
	{"/{a}", MRL_TARGET_BYTES},
	{"/%zz", MRL_TARGET_BYTES},
	{"/%4", MRL_TARGET_BYTES},
	{"/%", MRL_TARGET_BYTES},
	{"/%4/1", MRL_TARGET_BYTES},
	{"/%4?1", MRL_TARGET_BYTES},
	{"/%%41", MRL_TARGET_BYTES},
	{"/%u0041", MRL_TARGET_BYTES},
	{"/a?%zz", MRL_TARGET_BYTES},
	{"/a?%4", MRL_TARGET_BYTES},
	{"/a?b c", MRL_TARGET_BYTES},
	{"/a?b\\c", MRL_TARGET_BYTES},
	{"/a?b\"", MRL_TARGET_BYTES},
	{"/a?<b>", MRL_TARGET_BYTES},
	{"/a?{b}", MRL_TARGET_BYTES},
	{"/a?b^c`d", MRL_TARGET_BYTES},
	{"/a?\xC3\xA9", MRL_TARGET_BYTES},
	{"/a?\x01", MRL_TARGET_BYTES},
	{"//", MRL_TARGET_SEGMENT},
	{"//a", MRL_TARGET_SEGMENT},
	{"/a//b", MRL_TARGET_SEGMENT},
	{"/a//", MRL_TARGET_SEGMENT},
	{"/.", MRL_TARGET_SEGMENT},
	{"/..", MRL_TARGET_SEGMENT},
	{"/./a", MRL_TARGET_SEGMENT},
	{"/../a", MRL_TARGET_SEGMENT},
	{"/a/../b", MRL_TARGET_SEGMENT},
	{"/a/.", MRL_TARGET_SEGMENT},
	{"/a/..?b", MRL_TARGET_SEGMENT},
	{"/a/%2e%2e/b", MRL_TARGET_SEGMENT},
	{"/a/%2E", MRL_TARGET_SEGMENT},
	{"/a/.%2e", MRL_TARGET_SEGMENT},
	{"/a/%2e./b", MRL_TARGET_SEGMENT},
	{"/a%2fb", MRL_TARGET_ENCODED},
	{"/a%2Fb", MRL_TARGET_ENCODED},
	{"/a%5cb", MRL_TARGET_ENCODED},
	{"/a%5Cb", MRL_TARGET_ENCODED},
	{"/%00", MRL_TARGET_ENCODED},
	{"/a%0ab", MRL_TARGET_ENCODED},
	{"/a%1F", MRL_TARGET_ENCODED},
	{"/a%7f", MRL_TARGET_ENCODED},
	{"/%252e", MRL_TARGET_ENCODED},
	{"/%2541", MRL_TARGET_ENCODED},
	{"/a%25zz%2541", MRL_TARGET_ENCODED},
	{"/%25%34%31", MRL_TARGET_ENCODED},
	{"/%2%35", MRL_TARGET_BYTES},
	{"/%25252e", MRL_TARGET_ENCODED},
	{"/%C3", MRL_TARGET_UTF8},
	{"/%C3/%A9", MRL_TARGET_UTF8},
	{"/%FF", MRL_TARGET_UTF8},
	{"/%C0%AF", MRL_TARGET_UTF8},
	{"/%C0%AE%C0%AE", MRL_TARGET_UTF8},
	{"/%E0%80%AF", MRL_TARGET_UTF8},
	{"/%ED%A0%80", MRL_TARGET_UTF8},
	{"/%F4%90%80%80", MRL_TARGET_UTF8},
	{"/a;b=c", MRL_TARGET_SEMICOLON},
	{"/;", MRL_TARGET_SEMICOLON},
	{"/..;/a", MRL_TARGET_SEMICOLON},
};

static struct mrl_target parse(struct mrl_slice raw)
{
	struct mrl_target target;
	assert_int_equal(mrl_target_parse(raw, &arena, &target), MRL_OK);
	return target;
}

static void join(const struct mrl_target *target, struct mrl_buffer *buffer)
{
	for (size_t i = 0; i < target->segment_count; i++) {
		if (i != 0) {
			mrl_buffer_byte(buffer, '\n');
		}
		mrl_buffer_put(buffer, target->segments[i]);
	}
}

static void test_goods(void **state)
{
	uint8_t memory[200];
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(goods); i++) {
		struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
		struct mrl_target target = parse(mrl_slice_text(goods[i].raw));
		size_t path_size = mrl_slice_find(mrl_slice_text(goods[i].raw), '?');
		join(&target, &buffer);
		check_row(target.fault == MRL_TARGET_OK, goods[i].raw);
		check_row(mrl_slice_is(mrl_buffer_slice(&buffer), goods[i].segments), goods[i].raw);
		check_row(target.has_query == (goods[i].query != NULL), goods[i].raw);
		check_row(target.path.size == path_size, goods[i].raw);
		check_row(mrl_slice_is(target.query, goods[i].query == NULL ? "" : goods[i].query),
		          goods[i].raw);
	}
}

static void test_bads(void **state)
{
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(bads); i++) {
		struct mrl_slice raw = mrl_slice_text(bads[i].raw);
		struct mrl_target target = parse(raw);
		if (target.fault != bads[i].fault) {
			fail_msg("\"%s\": fault %d, not %d", bads[i].raw, target.fault,
			         bads[i].fault);
		}
		assert_int_equal(target.segment_count, 0);
		assert_null(target.segments);
		assert_int_equal(target.path.size, mrl_slice_find(raw, '?'));
	}
}

/* A NUL inside is a byte like any other. */
static void test_nul(void **state)
{
	(void)state;
	assert_int_equal(parse(MRL_SLICE("/a\0b")).fault, MRL_TARGET_BYTES);
	assert_int_equal(parse(MRL_SLICE("/a?\0")).fault, MRL_TARGET_BYTES);
	assert_int_equal(parse(MRL_SLICE("\0/a")).fault, MRL_TARGET_FORM);
	assert_int_equal(parse(MRL_SLICE_NONE).fault, MRL_TARGET_FORM);
}

/* What lies behind the end is not part of an escape. */
static void test_cut_escape(void **state)
{
	struct mrl_slice path = MRL_SLICE("/%41");
	struct mrl_slice query = MRL_SLICE("/?%41");
	(void)state;
	for (size_t cut = 1; cut < 3; cut++) {
		assert_int_equal(parse(mrl_slice_sub(path, 0, path.size - cut)).fault,
		                 MRL_TARGET_BYTES);
		assert_int_equal(parse(mrl_slice_sub(query, 0, query.size - cut)).fault,
		                 MRL_TARGET_BYTES);
	}
}

static bool is_plain(unsigned byte)
{
	return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= 'a' && byte <= 'z') ||
	       (byte != 0 && byte < 128 && strchr("-._~!$&'()*+,=:@", (int)byte) != NULL);
}

static void test_every_byte(void **state)
{
	(void)state;
	for (unsigned byte = 0; byte < 256; byte++) {
		uint8_t path[] = {'/', 'a', (uint8_t)byte, 'b'};
		uint8_t query[] = {'/', '?', 'a', (uint8_t)byte, 'b'};
		bool in_path = is_plain(byte) || byte == '/' || byte == '?';
		bool in_query = in_path || (byte != 0 && strchr(";[]|", (int)byte) != NULL);
		assert_int_equal(parse(mrl_slice(path, 4)).fault == MRL_TARGET_OK, in_path);
		assert_int_equal(parse(mrl_slice(query, 5)).fault == MRL_TARGET_OK, in_query);
	}
}

static void test_every_escape(void **state)
{
	(void)state;
	for (unsigned byte = 0; byte < 256; byte++) {
		uint8_t raw[5] = {'/', 'a', '%'};
		struct mrl_buffer digits = mrl_buffer(raw + 3, 2);
		uint8_t one = (uint8_t)byte;
		mrl_buffer_hex(&digits, mrl_slice(&one, 1));
		enum mrl_target_fault fault = parse(mrl_slice(raw, 5)).fault;
		bool forbidden = byte < 0x20 || byte == 0x7F || byte == '/' || byte == '\\';
		assert_int_equal(fault, forbidden      ? MRL_TARGET_ENCODED
		                        : byte >= 0x80 ? MRL_TARGET_UTF8
		                                       : MRL_TARGET_OK);
	}
}

/* Segments without '%' point into the request, others into the arena. */
static void test_borrowed(void **state)
{
	struct mrl_slice raw = MRL_SLICE("/plain/%41/also");
	struct mrl_target target = parse(raw);
	(void)state;
	assert_ptr_equal(target.segments[0].data, raw.data + 1);
	assert_ptr_equal(target.segments[2].data, raw.data + 11);
	assert_true(target.segments[1].data < raw.data ||
	            target.segments[1].data >= raw.data + raw.size);
}

static void test_segments_max(void **state)
{
	uint8_t raw[2 * (MRL_SEGMENTS_MAX + 1)];
	(void)state;
	for (size_t i = 0; i < sizeof(raw); i++) {
		raw[i] = i % 2 == 0 ? '/' : 'a';
	}
	for (size_t count = 1; count <= MRL_SEGMENTS_MAX; count++) {
		struct mrl_target target = parse(mrl_slice(raw, 2 * count));
		assert_int_equal(target.fault, MRL_TARGET_OK);
		assert_int_equal(target.segment_count, count);
		for (size_t i = 0; i < count; i++) {
			assert_ptr_equal(target.segments[i].data, raw + 2 * i + 1);
		}
	}
	assert_int_equal(parse(mrl_slice(raw, sizeof(raw))).fault, MRL_TARGET_SEGMENTS);
	/* A '/' at the end begins one more, empty. */
	assert_int_equal(parse(mrl_slice(raw, 2 * MRL_SEGMENTS_MAX + 1)).fault,
	                 MRL_TARGET_SEGMENTS);
	assert_int_equal(parse(mrl_slice(raw, 2 * MRL_SEGMENTS_MAX - 1)).segment_count,
	                 MRL_SEGMENTS_MAX);
}

static struct mrl_target parse_matrix(const char *raw)
{
	struct mrl_target target;
	assert_int_equal(
		mrl_target_parse_with(mrl_slice_text(raw), MRL_TARGET_MATRIX, &arena, &target),
		MRL_OK);
	return target;
}

/* `;` may stand in the path where who knows the route judges it; dots before it are dots. */
static void test_matrix(void **state)
{
	(void)state;
	struct mrl_target target = parse_matrix("/a;x=1/b?c");
	assert_int_equal(target.fault, MRL_TARGET_OK);
	assert_true(target.has_semicolon);
	check_slice(target.segments[0], "a;x=1");
	assert_false(parse_matrix("/a/b?c;d").has_semicolon);
	assert_false(parse_matrix("/a%3Bb").has_semicolon);
	assert_int_equal(parse_matrix("/a%3Bb").fault, MRL_TARGET_OK);
	assert_int_equal(parse_matrix("/..;x=1/b").fault, MRL_TARGET_SEGMENT);
	assert_int_equal(parse_matrix("/.;/b").fault, MRL_TARGET_SEGMENT);
	assert_int_equal(parse_matrix("/a/%2e%2e;x").fault, MRL_TARGET_SEGMENT);
	assert_int_equal(parse_matrix("/%2e%2e%3bx").fault, MRL_TARGET_SEGMENT);
	assert_int_equal(parse_matrix("/...;x").fault, MRL_TARGET_OK);
	assert_int_equal(parse(MRL_SLICE("/a;x=1/b")).fault, MRL_TARGET_SEMICOLON);
}

/* Each allocation fails in turn: a status, and the output untouched. */
static void test_memory(void **state)
{
	struct mrl_slice raw = MRL_SLICE("/a/%41/b/c/d/e/f/g/%42/h?i");
	struct mrl_target target = {.fault = MRL_TARGET_UTF8, .segment_count = 99};
	struct mrl_arena small;
	size_t cap = 0;
	enum mrl_err err = MRL_ERR_MEMORY;
	(void)state;
	for (; err != MRL_OK && cap < 2000; cap++) {
		mrl_arena_init(&small, &mrl_memory_malloc, 256, cap);
		err = mrl_target_parse(raw, &small, &target);
		if (err != MRL_OK) {
			assert_int_equal(err, MRL_ERR_MEMORY);
			assert_int_equal(target.segment_count, 99);
		}
		mrl_arena_release(&small);
	}
	assert_int_equal(err, MRL_OK);
	assert_int_equal(target.segment_count, 10);
	assert_true(cap > 600);
}

static int open_arena(void **state)
{
	(void)state;
	mrl_arena_init(&arena, &mrl_memory_malloc, 4096, 16 << 20);
	return 0;
}

static int close_arena(void **state)
{
	(void)state;
	mrl_arena_release(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_goods),      cmocka_unit_test(test_bads),
		cmocka_unit_test(test_nul),        cmocka_unit_test(test_cut_escape),
		cmocka_unit_test(test_every_byte), cmocka_unit_test(test_every_escape),
		cmocka_unit_test(test_borrowed),   cmocka_unit_test(test_segments_max),
		cmocka_unit_test(test_memory),     cmocka_unit_test(test_matrix),
	};
	return cmocka_run_group_tests(tests, open_arena, close_arena);
}
