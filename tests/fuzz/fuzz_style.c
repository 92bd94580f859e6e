/*
 * Parameters' values: whatever is read ends as JSON text that the reader accepts, with as many
 * items as delimiters say; nothing is made up. The first byte is the parameter, the rest its raw
 * text; a line feed is the next pair of a query.
 */
#include "fuzz.h"

#include "schema/style.h"

static const struct mrl_parameter_member members[] = {
	{MRL_SLICE_INIT("R"), MRL_TYPES_NUMBER},
	{MRL_SLICE_INIT("G"), MRL_JSON_KIND_STRING},
	{MRL_SLICE_INIT("B"), MRL_TYPES_PRIMITIVE},
};

#define RAWS_MAX 8

struct input {
	struct mrl_parameter parameter;
	struct mrl_style_context context;
	struct mrl_style_raw raws[RAWS_MAX];
	uint32_t count;
};

static enum mrl_input_place place_of(enum mrl_style style, uint8_t byte)
{
	switch (style) {
	case MRL_STYLE_SIMPLE: return (byte & 1) != 0 ? MRL_IN_PATH : MRL_IN_HEADER;
	case MRL_STYLE_LABEL:
	case MRL_STYLE_MATRIX: return MRL_IN_PATH;
	case MRL_STYLE_FORM: return (byte & 1) != 0 ? MRL_IN_QUERY : MRL_IN_COOKIE;
	case MRL_STYLE_SPACE:
	case MRL_STYLE_PIPE:
	case MRL_STYLE_DEEP:
	case MRL_STYLE_JSON:
	case MRL_STYLE_TEXT: break;
	}
	return MRL_IN_QUERY;
}

static void choose(struct input *input, uint8_t byte, uint8_t more)
{
	static const enum mrl_style_coding codings[] = {
		[MRL_IN_BODY] = MRL_CODING_FORM,      [MRL_IN_PATH] = MRL_CODING_PERCENT,
		[MRL_IN_QUERY] = MRL_CODING_FORM,     [MRL_IN_HEADER] = MRL_CODING_NONE,
		[MRL_IN_COOKIE] = MRL_CODING_PERCENT,
	};
	struct mrl_parameter *parameter = &input->parameter;
	*parameter = (struct mrl_parameter){.name = MRL_SLICE("color"),
	                                    .style = (enum mrl_style)(byte % 7),
	                                    .shape = (enum mrl_parameter_shape)(more % 3),
	                                    .explode = (more & 4) != 0,
	                                    .types = more & MRL_TYPES_PRIMITIVE,
	                                    .members = members,
	                                    .member_count = MRL_COUNT(members),
	                                    .rest = (more & 8) != 0 ? MRL_TYPES_PRIMITIVE : 0};
	parameter->in = place_of(parameter->style, byte / 7);
	input->context.coding = codings[parameter->in];
}

static void cut(struct input *input, struct mrl_slice text)
{
	for (input->count = 0; input->count < RAWS_MAX; input->count++) {
		size_t end = mrl_slice_find(text, '\n');
		uint16_t member = (uint16_t)(input->count % (MRL_COUNT(members) + 1));
		bool listed = input->parameter.shape == MRL_SHAPE_OBJECT &&
		              member < MRL_COUNT(members);
		input->raws[input->count] = (struct mrl_style_raw){
			.text = mrl_slice_sub(text, 0, end),
			.member = listed ? member : MRL_CLAIM_WHOLE,
			.name = MRL_SLICE("x")};
		if (end == text.size) {
			input->count++;
			return;
		}
		text = mrl_slice_from(text, end + 1);
	}
}

static bool stands_before(const struct mrl_style_value *value, uint32_t at)
{
	for (uint32_t i = 0; i < at; i++) {
		if (mrl_slice_equal(value->items[i].name, value->items[at].name)) {
			return true;
		}
	}
	return false;
}

static void check_items(const struct mrl_style_value *value, enum mrl_parameter_shape shape)
{
	FUZZ_CHECK(shape != MRL_SHAPE_PRIMITIVE || value->count == 1);
	for (uint32_t i = 0; i < value->count; i++) {
		FUZZ_CHECK(mrl_utf8_check(value->items[i].text) == value->items[i].text.size);
		FUZZ_CHECK(shape != MRL_SHAPE_OBJECT || !stands_before(value, i));
	}
}

/* What is on the tape is JSON. */
static void check_tape(const struct input *input, const struct mrl_style_value *value,
                       uint32_t attempt)
{
	struct mrl_arena *arena = input->context.arena;
	size_t size = 1U << 20;
	struct mrl_buffer text = mrl_buffer(mrl_arena_alloc(arena, size, 1), size);
	struct mrl_json_limits limits = MRL_JSON_LIMITS;
	struct mrl_json_fault fault = {.code = MRL_JSON_NONE};
	struct mrl_json_build build;
	struct mrl_json_doc doc;
	struct mrl_json_doc again;
	mrl_json_build_init(&build, arena);
	mrl_style_build(&input->context, &input->parameter, value, attempt, &build);
	FUZZ_CHECK(mrl_json_build_finish(&build, &doc) == MRL_OK);
	mrl_json_write(&doc, doc.nodes, &text);
	FUZZ_CHECK(text.data != NULL && !text.overflow);
	limits.name_chars = UINT32_MAX;
	FUZZ_CHECK(mrl_json_read(&limits, mrl_json_scan_best(), mrl_buffer_slice(&text), arena,
	                         &again, &fault) == MRL_OK);
	FUZZ_CHECK(fault.code == MRL_JSON_NONE);
	FUZZ_CHECK(again.node_count == doc.node_count);
}

static void check(struct input *input)
{
	const struct mrl_style_raws raws = {.items = input->raws, .count = input->count};
	struct mrl_style_value value;
	FUZZ_CHECK(mrl_style_read(&input->context, &input->parameter, &raws, &value) == MRL_OK);
	if (value.fault != MRL_STYLE_OK) {
		FUZZ_CHECK(value.at <= value.count);
		FUZZ_CHECK(mrl_style_fault_name(value.fault).size != 0);
		return;
	}
	check_items(&value, input->parameter.shape);
	uint32_t attempts = mrl_style_attempts(&input->context, &value);
	FUZZ_CHECK(attempts <= 3 && (attempts == 0) == (value.fault == MRL_STYLE_TYPE));
	for (uint32_t i = 0; i < attempts; i++) {
		check_tape(input, &value, i);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t seed[16] = "0123456789abcde";
	struct mrl_arena arena;
	struct input input = {.context = {.arena = &arena, .seed = seed, .number_bytes = 128}};
	if (size < 2 || size > 65536) {
		return 0;
	}
	mrl_arena_init(&arena, &mrl_memory_malloc, 65536, 256U << 20);
	choose(&input, data[0], data[1]);
	cut(&input, mrl_slice(data + 2, size - 2));
	check(&input);
	mrl_arena_release(&arena);
	return 0;
}
