/* Keywords of one value: type, enum and const, numbers, strings. */
#include "program.h"

static bool has_type(const struct mrl_run *run, const struct mrl_json_node *node, uint8_t types)
{
	struct mrl_decimal decimal;
	/* A name is judged as the string that it is: propertyNames. */
	bool name = node->kind == MRL_JSON_KIND_NAME && (types & MRL_JSON_KIND_STRING) != 0;
	if (name || (node->kind & types) != 0) {
		return true;
	}
	if ((types & MRL_JSON_KIND_INTEGER) == 0 || node->kind != MRL_JSON_KIND_NUMBER) {
		return false;
	}
	if ((node->flags & MRL_JSON_FRACTION) == 0) {
		return true;
	}
	mrl_decimal_parse(mrl_json_text(run->doc, node), &decimal);
	return mrl_decimal_is_integer(&decimal);
}

static bool is_listed(struct mrl_run *run, const struct mrl_frame *frame)
{
	const struct mrl_json_doc *values = &frame->site->values;
	const struct mrl_json_node *value = values->nodes + 1;
	for (uint32_t i = 0; i < values->nodes->count && !run->stopped; i++) {
		if (mrl_value_equal(run, values, value, run->doc, frame->node)) {
			return true;
		}
		value += value->next;
	}
	return false;
}

static bool run_bounds(struct mrl_run *run, const struct mrl_frame *frame,
                       const struct mrl_decimal *value)
{
	const struct mrl_site *site = frame->site;
	if (site->minimum.given && mrl_decimal_compare(value, &site->minimum.decimal) < 0) {
		return mrl_run_fail(run, frame, "minimum", frame->node);
	}
	if (site->maximum.given && mrl_decimal_compare(value, &site->maximum.decimal) > 0) {
		return mrl_run_fail(run, frame, "maximum", frame->node);
	}
	if (site->exclusive_minimum.given &&
	    mrl_decimal_compare(value, &site->exclusive_minimum.decimal) <= 0) {
		return mrl_run_fail(run, frame, "exclusiveMinimum", frame->node);
	}
	return !site->exclusive_maximum.given ||
	       mrl_decimal_compare(value, &site->exclusive_maximum.decimal) < 0 ||
	       mrl_run_fail(run, frame, "exclusiveMaximum", frame->node);
}

/* INPUT-4: an integer that many servers' integers cannot hold, unless the document bounds it. */
static bool fits(const struct mrl_run *run, const struct mrl_site *site,
                 const struct mrl_decimal *value)
{
	int64_t number;
	int64_t most = (INT64_C(1) << 53) - 1;
	if (run->program->options.numbers == MRL_NUMBERS_EXACT ||
	    site->ir->types != MRL_JSON_KIND_INTEGER ||
	    (site->bounds & MRL_MARK_BOUND_NUMBER) != 0) {
		return true;
	}
	return mrl_decimal_int64(value, &number) &&
	       (run->program->options.numbers != MRL_NUMBERS_IJSON ||
	        (number >= -most && number <= most));
}

static bool run_number(struct mrl_run *run, const struct mrl_frame *frame)
{
	const struct mrl_site *site = frame->site;
	const struct mrl_format *format = site->ir->format;
	struct mrl_slice text = mrl_json_text(run->doc, frame->node);
	struct mrl_decimal value;
	mrl_decimal_parse(text, &value);
	if (!fits(run, site, &value)) {
		return mrl_run_fail(run, frame, "number", frame->node);
	}
	if (format != NULL && (format->kinds & MRL_JSON_KIND_NUMBER) != 0 &&
	    !format->valid(text, site->ir->dialect)) {
		return mrl_run_fail(run, frame, "format", frame->node);
	}
	if (!run_bounds(run, frame, &value)) {
		return false;
	}
	return !site->has_multiple_of || mrl_decimal_is_multiple(&value, &site->multiple_of) ||
	       mrl_run_fail(run, frame, "multipleOf", frame->node);
}

static bool run_pattern(struct mrl_run *run, const struct mrl_frame *frame, struct mrl_slice text)
{
	const struct mrl_regex *pattern = frame->site->ir->pattern;
	switch (mrl_regex_search(pattern, text, run->scratch, &run->steps, &run->regex_steps)) {
	case MRL_REGEX_YES: return true;
	case MRL_REGEX_NO: return mrl_run_fail(run, frame, "pattern", frame->node);
	case MRL_REGEX_EXHAUSTED: break;
	}
	run->stopped = true;
	return false;
}

static bool run_format(struct mrl_run *run, const struct mrl_frame *frame, struct mrl_slice text,
                       size_t chars)
{
	const struct mrl_format *format = frame->site->ir->format;
	if (format == NULL || (format->kinds & MRL_JSON_KIND_STRING) == 0) {
		return true;
	}
	bool valid = (format->chars_max == 0 || chars <= format->chars_max) &&
	             format->valid(text, frame->site->ir->dialect);
	return valid || mrl_run_fail(run, frame, "format", frame->node);
}

static bool run_string(struct mrl_run *run, const struct mrl_frame *frame)
{
	const struct mrl_ir *ir = frame->site->ir;
	struct mrl_slice text = mrl_json_text(run->doc, frame->node);
	bool ascii = (frame->node->flags & MRL_JSON_ASCII) != 0;
	size_t chars = ascii ? text.size : mrl_chars(text);
	if (!mrl_run_step(run, text.size / 32)) {
		return false;
	}
	if (ir->max_length != MRL_IR_NONE && chars > ir->max_length) {
		return mrl_run_fail(run, frame, "maxLength", frame->node);
	}
	if (chars > ir->cap_length && run->program->options.world == MRL_WORLD_CLOSED) {
		return mrl_run_capped(run, frame, "maxLength", frame->node);
	}
	if (ir->min_length != MRL_IR_NONE && chars < ir->min_length) {
		return mrl_run_fail(run, frame, "minLength", frame->node);
	}
	return run_format(run, frame, text, chars) &&
	       (ir->pattern == NULL || run_pattern(run, frame, text));
}

bool mrl_run_scalar(struct mrl_run *run, const struct mrl_frame *frame)
{
	const struct mrl_ir *ir = frame->site->ir;
	const struct mrl_json_node *node = frame->node;
	if (ir->types != 0 && !has_type(run, node, ir->types)) {
		return mrl_run_fail(run, frame, "type", node);
	}
	if (frame->site->values.nodes != NULL && !is_listed(run, frame)) {
		return mrl_run_fail(run, frame, ir->constant != NULL ? "const" : "enum", node);
	}
	if (node->kind == MRL_JSON_KIND_NUMBER) {
		return run_number(run, frame);
	}
	/* Names are judged as the strings that they are: propertyNames. */
	bool text = (node->kind & (MRL_JSON_KIND_STRING | MRL_JSON_KIND_NAME)) != 0;
	return !text || run_string(run, frame);
}
