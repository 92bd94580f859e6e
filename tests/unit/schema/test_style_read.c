/* Raw texts cut and decoded: where a fault stands, what bounds hold. tests/vectors/style has every
 * style through the whole of a request. */
#include "../check.h"

#include "schema/style.h"

static const uint8_t seed[16] = "0123456789abcde";
static const struct mrl_parameter_member members[] = {
	{MRL_SLICE_INIT("R"), MRL_TYPES_NUMBER},
	{MRL_SLICE_INIT("G"), MRL_JSON_KIND_STRING},
};

static struct mrl_arena arena;

static struct mrl_style_context context_of(enum mrl_style_coding coding)
{
	return (struct mrl_style_context){
		.arena = &arena, .seed = seed, .coding = coding, .number_bytes = 20};
}

static struct mrl_parameter parameter_of(enum mrl_style style, enum mrl_parameter_shape shape)
{
	return (struct mrl_parameter){.name = MRL_SLICE("c"),
	                              .in = MRL_IN_QUERY,
	                              .style = style,
	                              .shape = shape,
	                              .types = MRL_TYPES_PRIMITIVE,
	                              .members = members,
	                              .member_count = MRL_COUNT(members)};
}

/* "name=text|" for each item, or the fault and its item. */
static void check_read(const struct mrl_style_context *context,
                       const struct mrl_parameter *parameter, const char *text,
                       const char *expected)
{
	const struct mrl_style_raw raw = {.text = mrl_slice_text(text), .member = MRL_CLAIM_WHOLE};
	const struct mrl_style_raws raws = {.items = &raw, .count = 1};
	struct mrl_style_value value;
	uint8_t memory[200];
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	assert_int_equal(mrl_style_read(context, parameter, &raws, &value), MRL_OK);
	if (value.fault != MRL_STYLE_OK) {
		mrl_buffer_put(&buffer, mrl_style_fault_name(value.fault));
		MRL_PUT(&buffer, "@");
		mrl_buffer_u64(&buffer, value.at);
	}
	for (uint32_t i = 0; value.fault == MRL_STYLE_OK && i < value.count; i++) {
		mrl_buffer_put(&buffer, value.items[i].name);
		MRL_PUT(&buffer, "=");
		mrl_buffer_put(&buffer, value.items[i].text);
		MRL_PUT(&buffer, "|");
	}
	check_slice(mrl_buffer_slice(&buffer), expected);
}

static void test_places_of_faults(void **state)
{
	(void)state;
	struct mrl_style_context context = context_of(MRL_CODING_FORM);
	struct mrl_parameter list = parameter_of(MRL_STYLE_FORM, MRL_SHAPE_ARRAY);
	struct mrl_parameter object = parameter_of(MRL_STYLE_FORM, MRL_SHAPE_OBJECT);
	check_read(&context, &list, "a,b+c,%2C", "=a|=b c|=,|");
	check_read(&context, &list, "a,b,%zz", "syntax@2");
	check_read(&context, &list, "%C3,b", "syntax@0");
	check_read(&context, &object, "R,1,G,x", "R=1|G=x|");
	check_read(&context, &object, "R,1,G,x,R,2", "repeated@2");
	check_read(&context, &object, "R,1,B,x", "undeclared@1");
	check_read(&context, &object, "R,1,G", "syntax@1");
	object.rest = MRL_TYPES_PRIMITIVE;
	check_read(&context, &object, "R,1,B,x", "R=1|B=x|");
	check_read(&context, &object, "B,1,R,1,B,x", "repeated@2");
}

static void test_codings(void **state)
{
	(void)state;
	struct mrl_style_context none = context_of(MRL_CODING_NONE);
	struct mrl_style_context percent = context_of(MRL_CODING_PERCENT);
	struct mrl_parameter text = parameter_of(MRL_STYLE_FORM, MRL_SHAPE_PRIMITIVE);
	check_read(&none, &text, "a+%41", "=a+%41|");
	check_read(&none, &text, "\xC3\xA4", "syntax@0");
	check_read(&percent, &text, "a+%41", "=a+A|");
	check_read(&percent, &text, "%00", "syntax@0");
	percent.nul = true;
	const struct mrl_style_raw raw = {.text = MRL_SLICE("%00"), .member = MRL_CLAIM_WHOLE};
	const struct mrl_style_raws raws = {.items = &raw, .count = 1};
	struct mrl_style_value value;
	assert_int_equal(mrl_style_read(&percent, &text, &raws, &value), MRL_OK);
	assert_int_equal(value.items[0].text.size, 1);
}

/* Policy key label_dots: commas are then data. */
static void test_label_dots(void **state)
{
	(void)state;
	struct mrl_style_context context = context_of(MRL_CODING_PERCENT);
	struct mrl_parameter list = parameter_of(MRL_STYLE_LABEL, MRL_SHAPE_ARRAY);
	list.in = MRL_IN_PATH;
	check_read(&context, &list, ".a,b.c", "=a|=b.c|");
	context.label_dots = true;
	check_read(&context, &list, ".a,b.c", "=a,b|=c|");
	struct mrl_parameter object = parameter_of(MRL_STYLE_LABEL, MRL_SHAPE_OBJECT);
	object.in = MRL_IN_PATH;
	check_read(&context, &object, ".R.100.G.200", "R=100|G=200|");
}

static uint32_t fits(const char *text, uint8_t types)
{
	struct mrl_style_context context = context_of(MRL_CODING_NONE);
	return mrl_style_fits(&context, mrl_slice_text(text), types);
}

static void test_types(void **state)
{
	(void)state;
	const uint8_t integer = MRL_JSON_KIND_INTEGER;
	const uint8_t number = MRL_TYPES_NUMBER;
	assert_int_equal(fits("0", integer), 1);
	assert_int_equal(fits("-0", integer), 1);
	assert_int_equal(fits("00", integer), 0);
	assert_int_equal(fits("-", integer), 0);
	assert_int_equal(fits("", integer), 0);
	assert_int_equal(fits("1.0", integer), 0);
	assert_int_equal(fits("1.0", number), 1);
	assert_int_equal(fits("1e1", number), 1);
	assert_int_equal(fits("12345678901234567890", number), 1);
	assert_int_equal(fits("123456789012345678901", number), 0);
	assert_int_equal(fits("1e999999", number), 1);
	assert_int_equal(fits("1e-999999", number), 1);
	assert_int_equal(fits("1e1000000", number), 0);
	assert_int_equal(fits("true", MRL_JSON_KIND_BOOL), 1);
	assert_int_equal(fits("True", MRL_JSON_KIND_BOOL), 0);
	assert_int_equal(fits("null", MRL_JSON_KIND_NULL), 0);
	assert_int_equal(fits("", MRL_JSON_KIND_STRING), 1);
	assert_int_equal(fits("1", MRL_TYPES_PRIMITIVE), 2);
	assert_int_equal(fits("true", MRL_TYPES_PRIMITIVE), 2);
	assert_int_equal(fits("x", MRL_TYPES_ALL), 1);
}

static void test_attempts(void **state)
{
	(void)state;
	struct mrl_style_context context = context_of(MRL_CODING_NONE);
	struct mrl_style_item items[] = {
		{.text = MRL_SLICE("x"), .types = MRL_TYPES_PRIMITIVE},
		{.text = MRL_SLICE("1"), .types = MRL_TYPES_PRIMITIVE},
		{.text = MRL_SLICE("y"), .types = MRL_JSON_KIND_BOOL},
	};
	struct mrl_style_value value = {.items = items, .count = 2};
	assert_int_equal(mrl_style_attempts(&context, &value), 2);
	assert_int_equal(value.fault, MRL_STYLE_OK);
	value.count = 3;
	assert_int_equal(mrl_style_attempts(&context, &value), 0);
	assert_int_equal(value.fault, MRL_STYLE_TYPE);
	assert_int_equal(value.at, 2);
}

/* As many names as there may be, the last one the first again. */
static void test_repeated(void **state)
{
	(void)state;
	static struct mrl_style_item items[4097];
	static uint8_t names[4097][4];
	struct mrl_style_context context = context_of(MRL_CODING_NONE);
	uint32_t at = 0;
	for (uint32_t i = 0; i < MRL_COUNT(items); i++) {
		memcpy(names[i], &i, 4);
		items[i].name = mrl_slice(names[i], 4);
	}
	assert_int_equal(mrl_style_repeated(&context, items, 4097, &at), MRL_OK);
	assert_int_equal(at, 4097);
	items[4096].name = items[0].name;
	assert_int_equal(mrl_style_repeated(&context, items, 4097, &at), MRL_OK);
	assert_int_equal(at, 4096);
	assert_int_equal(mrl_style_repeated(&context, items, 0, &at), MRL_OK);
	assert_int_equal(at, 0);
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
		cmocka_unit_test(test_places_of_faults), cmocka_unit_test(test_codings),
		cmocka_unit_test(test_label_dots),       cmocka_unit_test(test_types),
		cmocka_unit_test(test_attempts),         cmocka_unit_test(test_repeated),
	};
	return cmocka_run_group_tests(tests, open_arena, close_arena);
}
