/*
 * Texts read as the types that a schema admits: integer, number, boolean, string, in that order.
 * Null has no spelling.
 */
#include "style.h"

/* -?(0|[1-9][0-9]*) */
static bool is_integer(struct mrl_slice text)
{
	struct mrl_slice digits = mrl_slice_starts(text, MRL_SLICE("-")) ? mrl_slice_from(text, 1)
	                                                                 : text;
	for (size_t i = 0; i < digits.size; i++) {
		if (!mrl_is_digit(digits.data[i])) {
			return false;
		}
	}
	return digits.size == 1 || (digits.size > 1 && digits.data[0] != '0');
}

/* What the reader of JSON lets a number have. */
static bool is_short(const struct mrl_style_context *context, struct mrl_slice text)
{
	size_t mark = 0;
	while (mark < text.size && mrl_lower(text.data[mark]) != 'e') {
		mark++;
	}
	struct mrl_slice exponent = mrl_slice_from(text, mark + 1);
	if (exponent.data != NULL && exponent.size != 0 &&
	    (exponent.data[0] == '+' || exponent.data[0] == '-')) {
		exponent = mrl_slice_from(exponent, 1);
	}
	return text.size <= context->number_bytes && exponent.size <= 6;
}

static bool is_bool(struct mrl_slice text)
{
	return mrl_slice_is(text, "true") || mrl_slice_is(text, "false");
}

/* The types that the text fits, in order. */
static uint32_t candidates(const struct mrl_style_context *context, struct mrl_slice text,
                           uint8_t types, enum mrl_json_kind ret_kinds[3])
{
	uint32_t count = 0;
	/* An integer read as a number is the same text on the tape. */
	if (((types & MRL_JSON_KIND_INTEGER) != 0 && is_integer(text) && is_short(context, text)) ||
	    ((types & MRL_JSON_KIND_NUMBER) != 0 && mrl_json_is_number(text) &&
	     is_short(context, text))) {
		ret_kinds[count++] = MRL_JSON_KIND_NUMBER;
	}
	if ((types & MRL_JSON_KIND_BOOL) != 0 && is_bool(text)) {
		ret_kinds[count++] = MRL_JSON_KIND_BOOL;
	}
	if ((types & MRL_JSON_KIND_STRING) != 0) {
		ret_kinds[count++] = MRL_JSON_KIND_STRING;
	}
	return count;
}

uint32_t mrl_style_fits(const struct mrl_style_context *context, struct mrl_slice text,
                        uint8_t types)
{
	enum mrl_json_kind kinds[3];
	return candidates(context, text, types, kinds);
}

void mrl_style_build_text(const struct mrl_style_context *context, struct mrl_slice text,
                          uint8_t types, uint32_t attempt, struct mrl_json_build *build)
{
	enum mrl_json_kind kinds[3] = {MRL_JSON_KIND_STRING};
	uint32_t count = candidates(context, text, types, kinds);
	enum mrl_json_kind kind = kinds[attempt < count ? attempt : count - (count != 0)];
	if (kind == MRL_JSON_KIND_NUMBER) {
		mrl_json_build_number(build, text);
	} else if (kind == MRL_JSON_KIND_BOOL) {
		mrl_json_build_bool(build, mrl_slice_is(text, "true"));
	} else {
		mrl_json_build_string(build, text);
	}
}

uint32_t mrl_style_attempts(const struct mrl_style_context *context, struct mrl_style_value *value)
{
	uint32_t attempts = 1;
	for (uint32_t i = 0; i < value->count; i++) {
		uint32_t fits = mrl_style_fits(context, value->items[i].text,
		                               value->items[i].types);
		if (fits == 0) {
			value->fault = MRL_STYLE_TYPE;
			value->at = i;
			return 0;
		}
		attempts = fits > attempts ? fits : attempts;
	}
	return attempts;
}

void mrl_style_build(const struct mrl_style_context *context, const struct mrl_parameter *parameter,
                     const struct mrl_style_value *value, uint32_t attempt,
                     struct mrl_json_build *build)
{
	if (parameter->shape == MRL_SHAPE_ARRAY) {
		mrl_json_build_array(build);
	} else if (parameter->shape == MRL_SHAPE_OBJECT) {
		mrl_json_build_object(build);
	}
	for (uint32_t i = 0; i < value->count; i++) {
		const struct mrl_style_item *item = &value->items[i];
		if (parameter->shape == MRL_SHAPE_OBJECT) {
			mrl_json_build_name(build, item->name);
		}
		mrl_style_build_text(context, item->text, item->types, attempt, build);
	}
	if (parameter->shape != MRL_SHAPE_PRIMITIVE) {
		mrl_json_build_end(build);
	}
}

enum mrl_err mrl_style_repeated(const struct mrl_style_context *context,
                                const struct mrl_style_item *items, uint32_t count,
                                uint32_t *ret_at)
{
	uint32_t slots = 8;
	while (slots < count * 2) {
		slots *= 2;
	}
	uint32_t *table = MRL_NEW_ARRAY(context->arena, slots, uint32_t);
	if (table == NULL) {
		return MRL_ERR_MEMORY;
	}
	*ret_at = count;
	for (uint32_t i = 0; i < count; i++) {
		struct mrl_slice name = items[i].name;
		/* Names come from a client: nobody outside knows the seed. */
		uint64_t slot = mrl_siphash13(context->seed, name.data, name.size) & (slots - 1);
		for (; table[slot] != 0; slot = (slot + 1) & (slots - 1)) {
			if (mrl_slice_equal(items[table[slot] - 1].name, name)) {
				*ret_at = i;
				return MRL_OK;
			}
		}
		table[slot] = i + 1;
	}
	return MRL_OK;
}
