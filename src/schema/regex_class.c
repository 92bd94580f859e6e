/* Sets of code points: what a class, an escape or a property stands for. */
#include "regex.h"

static bool grow(struct mrl_regex_set *set)
{
	uint32_t capacity = set->capacity == 0 ? 16 : 2 * set->capacity;
	struct mrl_regex_range *ranges = MRL_NEW_ARRAY(set->arena, capacity,
	                                               struct mrl_regex_range);
	if (ranges == NULL) {
		set->err = MRL_ERR_MEMORY;
		return false;
	}
	if (set->count != 0) {
		memcpy(ranges, set->ranges, set->count * sizeof(*ranges));
	}
	set->ranges = ranges;
	set->capacity = capacity;
	return true;
}

void mrl_regex_set_add(struct mrl_regex_set *set, uint32_t first, uint32_t last)
{
	if (set->err != MRL_OK || first > last || (set->count == set->capacity && !grow(set))) {
		return;
	}
	set->ranges[set->count++] = (struct mrl_regex_range){first, last};
}

/* Insertion keeps it short: classes are, and properties come in order. */
static void order(struct mrl_regex_set *set)
{
	uint32_t kept = 0;
	for (uint32_t i = 1; i < set->count; i++) {
		struct mrl_regex_range range = set->ranges[i];
		uint32_t place = i;
		while (place > 0 && set->ranges[place - 1].first > range.first) {
			set->ranges[place] = set->ranges[place - 1];
			place--;
		}
		set->ranges[place] = range;
	}
	for (uint32_t i = 1; i < set->count; i++) {
		struct mrl_regex_range *last = &set->ranges[kept];
		if (set->ranges[i].first <= last->last + 1) {
			last->last = set->ranges[i].last > last->last ? set->ranges[i].last
			                                              : last->last;
		} else {
			set->ranges[++kept] = set->ranges[i];
		}
	}
	set->count = set->count == 0 ? 0 : kept + 1;
}

void mrl_regex_set_invert(struct mrl_regex_set *set)
{
	struct mrl_regex_set inverse = {.arena = set->arena, .err = set->err};
	uint32_t next = 0;
	order(set);
	for (uint32_t i = 0; i < set->count; i++) {
		if (set->ranges[i].first > next) {
			mrl_regex_set_add(&inverse, next, set->ranges[i].first - 1);
		}
		next = set->ranges[i].last + 1;
	}
	if (next <= MRL_CODE_POINT_MAX) {
		mrl_regex_set_add(&inverse, next, MRL_CODE_POINT_MAX);
	}
	*set = inverse;
}

/* ECMA-262: WhiteSpace and LineTerminator. */
static const struct mrl_regex_range spaces[] = {
	{0x09, 0x0D},     {0x20, 0x20},     {0xA0, 0xA0},     {0x1680, 0x1680}, {0x2000, 0x200A},
	{0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}, {0xFEFF, 0xFEFF}};
static const struct mrl_regex_range digits[] = {{'0', '9'}};
static const struct mrl_regex_range words[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};

static void add_all(struct mrl_regex_set *set, const struct mrl_regex_range *ranges, size_t count,
                    bool inverted)
{
	struct mrl_regex_set part = {.arena = set->arena};
	for (size_t i = 0; i < count; i++) {
		mrl_regex_set_add(&part, ranges[i].first, ranges[i].last);
	}
	if (inverted) {
		mrl_regex_set_invert(&part);
	}
	for (uint32_t i = 0; i < part.count; i++) {
		mrl_regex_set_add(set, part.ranges[i].first, part.ranges[i].last);
	}
	set->err = set->err == MRL_OK ? part.err : set->err;
}

bool mrl_regex_set_escape(struct mrl_regex_set *set, uint8_t letter)
{
	switch (letter) {
	case 'd':
	case 'D': add_all(set, digits, MRL_COUNT(digits), letter == 'D'); return true;
	case 's':
	case 'S': add_all(set, spaces, MRL_COUNT(spaces), letter == 'S'); return true;
	case 'w':
	case 'W': add_all(set, words, MRL_COUNT(words), letter == 'W'); return true;
	default: return false;
	}
}

enum mrl_err mrl_regex_set_finish(struct mrl_regex_set *set,
                                  const struct mrl_regex_class **ret_class)
{
	struct mrl_regex_class *class = MRL_NEW(set->arena, struct mrl_regex_class);
	order(set);
	if (class == NULL || set->err != MRL_OK) {
		return class == NULL ? MRL_ERR_MEMORY : set->err;
	}
	class->ranges = set->ranges;
	class->count = set->count;
	for (uint32_t i = 0; i < set->count; i++) {
		for (uint32_t c = set->ranges[i].first; c <= set->ranges[i].last && c < 128; c++) {
			class->ascii[c / 64] |= UINT64_C(1) << (c % 64);
		}
	}
	*ret_class = class;
	return MRL_OK;
}

bool mrl_regex_class_has(const struct mrl_regex_class *class, uint32_t code)
{
	uint32_t low = 0;
	uint32_t high = class->count;
	if (code < 128) {
		return (class->ascii[code / 64] >> (code % 64) & 1) != 0;
	}
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		if (class->ranges[middle].last < code) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low < class->count && class->ranges[low].first <= code;
}
