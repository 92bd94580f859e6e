/*
 * What a set of schemas says of numbers: an interval of integers, bounds of short decimals and one
 * divisor, as far as they can be said so.
 */
#include "merge.h"

#define SAFE_INTEGER ((INT64_C(1) << 53) - 1)

static mrl_wide powers_of(unsigned scale)
{
	mrl_wide power = 1;
	for (unsigned i = 0; i < scale; i++) {
		power *= 10;
	}
	return power;
}

/* The whole number at or below. */
static mrl_wide floor_of(const struct mrl_short_decimal *value)
{
	mrl_wide power = powers_of(value->scale);
	mrl_wide whole = value->mantissa / power;
	return value->mantissa < 0 && value->mantissa % power != 0 ? whole - 1 : whole;
}

static bool is_whole(const struct mrl_short_decimal *value)
{
	return value->mantissa % powers_of(value->scale) == 0;
}

/* Above or below all that fit in int64. */
static int side_of(const struct mrl_node *node)
{
	struct mrl_decimal bound;
	struct mrl_decimal most;
	struct mrl_decimal least;
	mrl_decimal_parse(node->text, &bound);
	mrl_decimal_parse(MRL_SLICE("9223372036854775807"), &most);
	mrl_decimal_parse(MRL_SLICE("-9223372036854775808"), &least);
	return mrl_decimal_compare(&bound, &most) > 0    ? 1
	       : mrl_decimal_compare(&bound, &least) < 0 ? -1
	                                                 : 0;
}

static void raise_low(struct mrl_merged *merged, mrl_wide low)
{
	if (low > INT64_MAX) {
		merged->number_slow = true;
	} else if (low > merged->integer_low) {
		merged->integer_low = (int64_t)low;
	}
}

static void lower_high(struct mrl_merged *merged, mrl_wide high)
{
	if (high < INT64_MIN) {
		merged->number_slow = true;
	} else if (high < merged->integer_high) {
		merged->integer_high = (int64_t)high;
	}
}

/* Whether `value` narrows the bound that is there. */
static bool is_narrower(const struct mrl_merged_bound *bound, const struct mrl_short_decimal *value,
                        bool exclusive, bool minimum)
{
	mrl_wide a = (mrl_wide)value->mantissa * powers_of(bound->value.scale);
	mrl_wide b = (mrl_wide)bound->value.mantissa * powers_of(value->scale);
	if (!bound->given) {
		return true;
	}
	return a == b ? exclusive : minimum ? a > b : a < b;
}

static void merge_bound(struct mrl_merged *merged, const struct mrl_node *node, bool exclusive,
                        bool minimum)
{
	struct mrl_merged_bound *bound = minimum ? &merged->minimum : &merged->maximum;
	struct mrl_short_decimal value;
	int64_t number;
	struct mrl_decimal decimal;
	if (node == NULL) {
		return;
	}
	mrl_decimal_parse(node->text, &decimal);
	if (mrl_short_decimal(node->text, &value)) {
		mrl_wide floor = floor_of(&value);
		bool whole = is_whole(&value);
		if (minimum) {
			raise_low(merged, floor + (whole && !exclusive ? 0 : 1));
		} else {
			lower_high(merged, whole && exclusive ? floor - 1 : floor);
		}
		if (is_narrower(bound, &value, exclusive, minimum)) {
			*bound = (struct mrl_merged_bound){
				.given = true, .exclusive = exclusive, .value = value};
		}
		return;
	}
	/* Fractions are left to the general validator; integers often need no more. */
	merged->number_slow = merged->number_slow || !merged->integer;
	if (mrl_decimal_int64(&decimal, &number)) {
		if (minimum) {
			raise_low(merged, (mrl_wide)number + exclusive);
		} else {
			lower_high(merged, (mrl_wide)number - exclusive);
		}
	} else if (side_of(node) != (minimum ? -1 : 1)) {
		merged->number_slow = true;
	}
}

/* INPUT-4: what servers read alike. */
static void merge_policy(const struct mrl_merge *merge, const struct mrl_merge_set *set,
                         struct mrl_merged *merged)
{
	enum mrl_numbers numbers = merge->program->options.numbers;
	unsigned bounds = 0;
	bool typed = false;
	for (uint32_t i = 0; i < set->count; i++) {
		const struct mrl_site *site = mrl_merge_site(merge, set->items[i]);
		bounds |= site->bounds;
		typed = typed || (set->items[i]->types == MRL_JSON_KIND_INTEGER &&
		                  (site->bounds & MRL_MARK_BOUND_NUMBER) == 0);
	}
	bool walked = merge->closed && merged->list_count == 0 &&
	              (bounds & MRL_MARK_BOUND_NUMBER) == 0;
	if (numbers == MRL_NUMBERS_IJSON && (typed || walked)) {
		raise_low(merged, -SAFE_INTEGER);
		lower_high(merged, SAFE_INTEGER);
	}
}

bool mrl_merge_number(struct mrl_merge *merge, const struct mrl_merge_set *set,
                      struct mrl_merged *merged)
{
	merged->integer_low = INT64_MIN;
	merged->integer_high = INT64_MAX;
	merged->numbers = mrl_arena_array(merge->arena, set->count, sizeof(void *),
	                                  _Alignof(void *));
	if (merged->numbers == NULL) {
		merge->err = MRL_ERR_MEMORY;
		return false;
	}
	for (uint32_t i = 0; i < set->count; i++) {
		const struct mrl_ir *ir = set->items[i];
		merge_bound(merged, ir->minimum, false, true);
		merge_bound(merged, ir->exclusive_minimum, true, true);
		merge_bound(merged, ir->maximum, false, false);
		merge_bound(merged, ir->exclusive_maximum, true, false);
		if (ir->multiple_of != NULL) {
			merged->number_slow = merged->number_slow ||
			                      merged->divisor.mantissa != 0 ||
			                      !mrl_short_decimal(ir->multiple_of->text,
			                                         &merged->divisor);
		}
		if (ir->format != NULL && (ir->format->kinds & MRL_JSON_KIND_NUMBER) != 0) {
			merged->numbers[merged->number_count++] = mrl_merge_site(merge, ir);
		}
	}
	merge_policy(merge, set, merged);
	return true;
}
