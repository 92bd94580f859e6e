/* Values that are no containers, by their merged form: numbers without decimals where they are
 * short, strings by their bytes where those suffice. */
#include "merged.h"

enum mrl_err mrl_merged_names(struct mrl_arena *arena, const struct mrl_slice *texts,
                              uint32_t count, struct mrl_merged_names *ret_names)
{
	uint32_t size = 4;
	while (size < 2 * count) {
		size *= 2;
	}
	ret_names->texts = texts;
	ret_names->mask = size - 1;
	ret_names->table = MRL_NEW_ARRAY(arena, size, uint32_t);
	if (ret_names->table == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < count; i++) {
		uint32_t place = mrl_merged_hash(texts[i], mrl_merged_head(texts[i])) &
		                 ret_names->mask;
		while (ret_names->table[place] != 0) {
			place = (place + 1) & ret_names->mask;
		}
		ret_names->table[place] = i + 1;
	}
	return MRL_OK;
}

uint32_t mrl_merged_find(const struct mrl_merged_names *names, struct mrl_slice text)
{
	uint32_t place = mrl_merged_hash(text, mrl_merged_head(text)) & names->mask;
	for (; names->table[place] != 0; place = (place + 1) & names->mask) {
		if (mrl_slice_equal(names->texts[names->table[place] - 1], text)) {
			return names->table[place];
		}
	}
	return 0;
}

bool mrl_short_decimal(struct mrl_slice text, struct mrl_short_decimal *ret_value)
{
	bool negative = text.size != 0 && text.data[0] == '-';
	uint64_t mantissa = 0;
	size_t digits = 0;
	size_t scale = 0;
	bool point = false;
	if (text.size > MRL_SHORT_DIGITS + 2) {
		return false;
	}
	for (size_t i = negative; i < text.size; i++) {
		uint8_t byte = text.data[i];
		if (byte == '.') {
			point = true;
			continue;
		}
		if (byte < '0' || byte > '9' || ++digits > MRL_SHORT_DIGITS) {
			return false;
		}
		mantissa = 10 * mantissa + (byte - '0');
		scale += point;
	}
	*ret_value = (struct mrl_short_decimal){
		.mantissa = negative ? -(int64_t)mantissa : (int64_t)mantissa,
		.scale = (uint8_t)scale,
	};
	return true;
}

static const uint64_t powers[MRL_SHORT_DIGITS + 1] = {
	UINT64_C(1),
	UINT64_C(10),
	UINT64_C(100),
	UINT64_C(1000),
	UINT64_C(10000),
	UINT64_C(100000),
	UINT64_C(1000000),
	UINT64_C(10000000),
	UINT64_C(100000000),
	UINT64_C(1000000000),
	UINT64_C(10000000000),
	UINT64_C(100000000000),
	UINT64_C(1000000000000),
	UINT64_C(10000000000000),
	UINT64_C(100000000000000),
	UINT64_C(1000000000000000),
	UINT64_C(10000000000000000),
	UINT64_C(100000000000000000),
	UINT64_C(1000000000000000000),
};

static int compare(const struct mrl_short_decimal *a, const struct mrl_short_decimal *b)
{
	mrl_wide left = (mrl_wide)a->mantissa * powers[b->scale];
	mrl_wide right = (mrl_wide)b->mantissa * powers[a->scale];
	return left < right ? -1 : left > right;
}

static bool in_bounds(const struct mrl_merged *merged, const struct mrl_short_decimal *value)
{
	if (merged->minimum.given &&
	    compare(value, &merged->minimum.value) < (merged->minimum.exclusive ? 1 : 0)) {
		return false;
	}
	return !merged->maximum.given ||
	       compare(value, &merged->maximum.value) <= (merged->maximum.exclusive ? -1 : 0);
}

static bool is_multiple(const struct mrl_short_decimal *divisor,
                        const struct mrl_short_decimal *value)
{
	if (value->scale <= divisor->scale) {
		uint64_t power = powers[divisor->scale - value->scale];
		int64_t scaled;
		if (!__builtin_mul_overflow(value->mantissa, (int64_t)power, &scaled)) {
			return scaled % divisor->mantissa == 0;
		}
	}
	mrl_wide left = (mrl_wide)value->mantissa * powers[divisor->scale];
	mrl_wide right = (mrl_wide)divisor->mantissa * powers[value->scale];
	return left % right == 0;
}

static bool formats_hold(const struct mrl_merged *merged, struct mrl_slice text)
{
	for (uint32_t i = 0; i < merged->number_count; i++) {
		const struct mrl_ir *ir = merged->numbers[i]->ir;
		if (!ir->format->valid(text, ir->dialect)) {
			return false;
		}
	}
	return true;
}

/* Up to 19 digits: the reader has said that they fit. */
static int64_t integer_of(struct mrl_slice text)
{
	bool negative = text.data[0] == '-';
	uint64_t number = 0;
	for (size_t i = negative; i < text.size; i++) {
		number = 10 * number + (text.data[i] - '0');
	}
	return negative ? (int64_t)(0 - number) : (int64_t)number;
}

static bool integer_holds(const struct mrl_merged *merged, struct mrl_slice text)
{
	int64_t number = integer_of(text);
	if (number < merged->integer_low || number > merged->integer_high) {
		return false;
	}
	if (merged->divisor.mantissa == 0) {
		return true;
	}
	const struct mrl_short_decimal value = {.mantissa = number};
	return is_multiple(&merged->divisor, &value);
}

bool mrl_merged_number(const struct mrl_run *run, const struct mrl_merged *merged,
                       const struct mrl_json_node *node)
{
	struct mrl_slice text = mrl_json_text(run->doc, node);
	struct mrl_short_decimal value;
	if (merged->number_slow || (node->flags & MRL_JSON_LONG) != 0) {
		return false;
	}
	if ((node->flags & MRL_JSON_FRACTION) == 0) {
		return integer_holds(merged, text) && formats_hold(merged, text);
	}
	/* A short decimal is within a double's range. */
	if (merged->integer || !mrl_short_decimal(text, &value)) {
		return false;
	}
	return in_bounds(merged, &value) &&
	       (merged->divisor.mantissa == 0 || is_multiple(&merged->divisor, &value)) &&
	       formats_hold(merged, text);
}

static bool string_site_holds(struct mrl_run *run, const struct mrl_site *site,
                              struct mrl_slice text, bool ascii)
{
	const struct mrl_format *format = site->ir->format;
	if (format != NULL && (format->kinds & MRL_JSON_KIND_STRING) != 0) {
		if (format->chars_max != 0 && text.size > format->chars_max &&
		    (ascii || mrl_chars(text) > format->chars_max)) {
			return false;
		}
		if (!format->valid(text, site->ir->dialect)) {
			return false;
		}
	}
	return site->ir->pattern == NULL ||
	       mrl_regex_search(site->ir->pattern, text, run->scratch, &run->steps,
	                        &run->regex_steps) == MRL_REGEX_YES;
}

bool mrl_merged_string(struct mrl_run *run, const struct mrl_merged *merged,
                       const struct mrl_json_node *node)
{
	struct mrl_slice text = mrl_json_text(run->doc, node);
	bool ascii = (node->flags & MRL_JSON_ASCII) != 0;
	uint64_t most = merged->max_length;
	if (merged->string_capped && run->caps->string_chars != 0 &&
	    run->caps->string_chars < most) {
		most = run->caps->string_chars;
	}
	/* A character has one to four bytes: only between the two it has to be counted. */
	if (text.size > most || text.size < (ascii ? 1 : 4) * merged->min_length) {
		size_t chars = ascii ? text.size : mrl_chars(text);
		if (chars > most || chars < merged->min_length) {
			return false;
		}
	}
	for (uint32_t i = 0; i < merged->string_count; i++) {
		if (!string_site_holds(run, merged->strings[i], text, ascii)) {
			return false;
		}
	}
	return true;
}

static bool is_in(struct mrl_run *run, const struct mrl_merged_list *list,
                  const struct mrl_json_node *node)
{
	const struct mrl_json_doc *values = &list->site->values;
	const struct mrl_json_node *value = values->nodes + 1;
	if (node->kind == MRL_JSON_KIND_STRING) {
		return mrl_merged_find(&list->strings, mrl_json_text(run->doc, node)) != 0;
	}
	for (uint32_t i = 0; i < values->nodes->count; i++, value += value->next) {
		if (mrl_value_equal(run, values, value, run->doc, node)) {
			return true;
		}
	}
	return false;
}

bool mrl_merged_listed(struct mrl_run *run, const struct mrl_merged *merged,
                       const struct mrl_json_node *node)
{
	for (uint32_t i = 0; i < merged->list_count; i++) {
		if (!is_in(run, &merged->lists[i], node)) {
			return false;
		}
	}
	return true;
}
