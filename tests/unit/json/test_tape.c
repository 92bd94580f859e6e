/* The reader's tape, faults and limits; decimals; the builder and the writer. */
#include "../check.h"

#include <merlon/json.h>

#include "json/read.h"

static const struct mrl_json_limits usual = {
	.depth = 64, .values = 262144, .name_chars = 256, .number_bytes = 128};

struct reading {
	struct mrl_arena arena;
	struct mrl_json_doc doc;
	struct mrl_json_fault fault;
};

static void read_text(struct reading *reading, const struct mrl_json_limits *limits,
                      const struct mrl_json_scan *scan, struct mrl_slice text)
{
	*reading = (struct reading){.fault = {.code = MRL_JSON_NONE}};
	mrl_arena_init(&reading->arena, &mrl_memory_malloc, 4096, 64U << 20);
	assert_int_equal(
		mrl_json_read(limits, scan, text, &reading->arena, &reading->doc, &reading->fault),
		MRL_OK);
}

static void expect_fault(const char *text, enum mrl_json_fault_code code, uint32_t offset)
{
	const struct mrl_json_scan *const scans[] = {&mrl_json_scan_scalar, &mrl_json_scan_sse2,
	                                             mrl_json_scan_best()};
	for (size_t i = 0; i < MRL_COUNT(scans); i++) {
		struct reading reading;
		read_text(&reading, &usual, scans[i], mrl_slice_text(text));
		if (reading.fault.code != code || reading.fault.offset != offset) {
			print_message("%s by %s: %d at %u\n", text, scans[i]->name,
			              reading.fault.code, reading.fault.offset);
		}
		assert_int_equal(reading.fault.code, code);
		assert_int_equal(reading.fault.offset, offset);
		mrl_arena_release(&reading.arena);
	}
}

static void faults_are_named_with_their_place(void **state)
{
	(void)state;
	expect_fault("", MRL_JSON_EMPTY, 0);
	expect_fault(" \n", MRL_JSON_EMPTY, 2);
	expect_fault("\xEF\xBB\xBF{}", MRL_JSON_BOM, 0);
	expect_fault("{} x", MRL_JSON_TRAILING, 3);
	expect_fault("[1,]", MRL_JSON_UNEXPECTED, 3);
	expect_fault("{\"a\":1,}", MRL_JSON_UNEXPECTED, 7);
	expect_fault("[1", MRL_JSON_TRUNCATED, 2);
	expect_fault("[tru]", MRL_JSON_LITERAL, 1);
	expect_fault("[\"\x01\"]", MRL_JSON_CONTROL, 2);
	expect_fault("\"\\x\"", MRL_JSON_ESCAPE, 1);
	expect_fault("\"\\ud800\"", MRL_JSON_SURROGATE, 1);
	expect_fault("\"\\udc00\"", MRL_JSON_SURROGATE, 1);
	expect_fault("\"\xC0\x80\"", MRL_JSON_UTF8, 1);
	expect_fault("\"\xED\xA0\x80\"", MRL_JSON_UTF8, 1);
	expect_fault("\"\\u0000\"", MRL_JSON_NUL, 1);
	expect_fault("[01]", MRL_JSON_NUMBER, 1);
	expect_fault("[1.]", MRL_JSON_NUMBER, 1);
	expect_fault("[+1]", MRL_JSON_UNEXPECTED, 1);
	expect_fault("[1e1234567]", MRL_JSON_NUMBER_LONG, 1);
	expect_fault("{\"a\":1,\"\\u0061\":2}", MRL_JSON_NAME_REPEATED, 7);
	expect_fault("{\"a\":{\"b\":1,\"b\":2}}", MRL_JSON_NAME_REPEATED, 12);
}

static void many_names_go_into_a_set(void **state)
{
	static char text[200000];
	(void)state;
	for (uint32_t twin = 0; twin < 2; twin++) {
		struct mrl_buffer buffer = mrl_buffer(text, sizeof(text));
		mrl_buffer_byte(&buffer, '{');
		for (uint32_t i = 0; i < 5000; i++) {
			MRL_PUT(&buffer, "\"name");
			mrl_buffer_u64(&buffer, i);
			MRL_PUT(&buffer, "\":[{\"a\":1}],");
		}
		MRL_PUT(&buffer, "\"name");
		mrl_buffer_u64(&buffer, twin == 0 ? 5000 : 17);
		MRL_PUT(&buffer, "\":0}");
		struct reading reading;
		read_text(&reading, &usual, mrl_json_scan_best(), mrl_buffer_slice(&buffer));
		assert_int_equal(reading.fault.code,
		                 twin == 0 ? MRL_JSON_NONE : MRL_JSON_NAME_REPEATED);
		mrl_arena_release(&reading.arena);
	}
}

static void depth_is_bounded(void **state)
{
	static char text[100001];
	struct reading reading;
	(void)state;
	memset(text, '[', 100000);
	read_text(&reading, &usual, mrl_json_scan_best(), mrl_slice(text, 100000));
	assert_int_equal(reading.fault.code, MRL_JSON_DEPTH);
	assert_int_equal(reading.fault.offset, 64);
	mrl_arena_release(&reading.arena);
}

static void a_text_is_written_as_it_was(void **state)
{
	const char *text =
		"{\"a\":[1,2.50,-0,[],{}],\"b\":{\"c\":\"x\\n\\\"\\u007f\xC3\xA9\",\"d\":null},"
		"\"e\":[[true],false],\"f\":\"\"}";
	uint8_t memory[512];
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	struct reading reading;
	(void)state;
	read_text(&reading, &usual, mrl_json_scan_best(), mrl_slice_text(text));
	assert_int_equal(reading.fault.code, MRL_JSON_NONE);
	mrl_json_write(&reading.doc, reading.doc.nodes, &buffer);
	assert_true(mrl_slice_is(mrl_buffer_slice(&buffer), text));
	const struct mrl_json_node *node = mrl_json_find(&reading.doc, MRL_SLICE("/a/1"));
	assert_non_null(node);
	assert_true(mrl_slice_is(mrl_json_text(&reading.doc, node), "2.50"));
	assert_null(mrl_json_find(&reading.doc, MRL_SLICE("/a/01")));
	node = mrl_json_find(&reading.doc, MRL_SLICE("/b/d"));
	buffer = mrl_buffer(memory, sizeof(memory));
	mrl_json_pointer(&reading.doc, node, 256, &buffer);
	assert_true(mrl_slice_is(mrl_buffer_slice(&buffer), "/b/d"));
	buffer = mrl_buffer(memory, sizeof(memory));
	mrl_json_pointer(&reading.doc, node, 3, &buffer);
	assert_true(mrl_slice_is(mrl_buffer_slice(&buffer), "/b"));
	mrl_arena_release(&reading.arena);
}

static void a_tape_is_built(void **state)
{
	struct mrl_arena arena;
	struct mrl_json_build build;
	struct mrl_json_doc doc;
	uint8_t memory[256];
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	(void)state;
	mrl_arena_init(&arena, &mrl_memory_malloc, 4096, 1U << 20);
	mrl_json_build_init(&build, &arena);
	mrl_json_build_object(&build);
	mrl_json_build_name(&build, MRL_SLICE("list"));
	mrl_json_build_array(&build);
	for (int i = 0; i < 20; i++) {
		mrl_json_build_number(&build, MRL_SLICE("7"));
	}
	mrl_json_build_end(&build);
	mrl_json_build_name(&build, MRL_SLICE("b"));
	mrl_json_build_bool(&build, true);
	mrl_json_build_end(&build);
	assert_int_equal(mrl_json_build_finish(&build, &doc), MRL_OK);
	mrl_json_write(&doc, doc.nodes, &buffer);
	assert_true(
		mrl_slice_is(mrl_buffer_slice(&buffer),
	                     "{\"list\":[7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7],\"b\":true}"));
	mrl_json_build_init(&build, &arena);
	mrl_json_build_array(&build);
	assert_int_equal(mrl_json_build_finish(&build, &doc), MRL_ERR_STATE);
	mrl_arena_release(&arena);
}

static struct mrl_decimal decimal(const char *text)
{
	struct mrl_decimal result;
	mrl_decimal_parse(mrl_slice_text(text), &result);
	return result;
}

static void decimals_are_exact(void **state)
{
	static const struct {
		const char *value, *divisor;
		bool multiple;
	} rows[] = {
		{"4.35", "0.01", true},     {"4.355", "0.01", false},
		{"0.0075", "0.0001", true}, {"0.00751", "0.0001", false},
		{"3", "1.5", true},         {"4", "1.5", false},
		{"1e308", "0.5", true},     {"0.75", "0.5", false},
		{"0", "0.123456789", true}, {"1e308", "0.123456789", false},
		{"-9", "3", true},          {"1e999999", "7", false},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		struct mrl_decimal value = decimal(rows[i].value);
		struct mrl_decimal by = decimal(rows[i].divisor);
		struct mrl_divisor divisor;
		assert_true(mrl_divisor_of(&by, &divisor));
		assert_int_equal(mrl_decimal_is_multiple(&value, &divisor), rows[i].multiple);
	}
	struct mrl_decimal a = decimal("9007199254740993");
	struct mrl_decimal b = decimal("9007199254740992");
	assert_true(mrl_decimal_compare(&a, &b) > 0);
	a = decimal("100e-1");
	b = decimal("1.0e1");
	assert_int_equal(mrl_decimal_compare(&a, &b), 0);
	a = decimal("-0.0");
	b = decimal("0");
	assert_int_equal(mrl_decimal_compare(&a, &b), 0);
	a = decimal("9.99e399");
	b = decimal("1e400");
	assert_true(mrl_decimal_compare(&a, &b) < 0);
}

static void ranges_are_by_text(void **state)
{
	static const struct {
		const char *text;
		bool int64, in_double;
	} rows[] = {
		{"9223372036854775807", true, true},
		{"9223372036854775808", false, true},
		{"-9223372036854775808", true, true},
		{"-9223372036854775809", false, true},
		{"1e400", false, false},
		{"1.7976931348623157e308", false, true},
		{"1.7976931348623158e308", false, false},
		{"5e-324", false, true},
		{"4e-324", false, false},
		{"0e-400", true, true},
		{"1.5", false, true},
		{"1e3", true, true},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		struct mrl_decimal value = decimal(rows[i].text);
		int64_t number;
		assert_int_equal(mrl_decimal_int64(&value, &number), rows[i].int64);
		assert_int_equal(mrl_decimal_in_double(&value), rows[i].in_double);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_are_named_with_their_place),
		cmocka_unit_test(many_names_go_into_a_set),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(a_text_is_written_as_it_was),
		cmocka_unit_test(a_tape_is_built),
		cmocka_unit_test(decimals_are_exact),
		cmocka_unit_test(ranges_are_by_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
