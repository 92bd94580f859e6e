/*
 * Finds out whether a pattern has a fixed form. What stands at an open end of a search counts with
 * its least: `^a+` finds what `^a` finds.
 */
#include "regex_fixed.h"

#define ITEMS_MAX 256

/* A concatenation without its `^` and `$`. */
struct items {
	const struct mrl_regex_node *nodes[ITEMS_MAX];
	uint32_t count;
	bool begins, ends;
};

static bool append(struct items *items, const struct mrl_regex_node *node)
{
	if (items->ends || items->count == ITEMS_MAX) {
		return false;
	}
	items->nodes[items->count++] = node;
	return true;
}

/* False: `^` or `$` amid the pattern, or too much. */
static bool flatten(struct items *items, const struct mrl_regex_node *node)
{
	switch (node->kind) {
	case MRL_REGEX_EMPTY: return true;
	case MRL_REGEX_CONCAT: return flatten(items, node->left) && flatten(items, node->right);
	case MRL_REGEX_BEGIN: items->begins = true; return items->count == 0 && !items->ends;
	case MRL_REGEX_END: items->ends = true; return true;
	case MRL_REGEX_CLASS:
	case MRL_REGEX_EITHER:
	case MRL_REGEX_REPEAT: return append(items, node);
	case MRL_REGEX_WORD:
	case MRL_REGEX_NO_WORD: break;
	}
	return false;
}

static size_t encode(uint32_t code, uint8_t *bytes)
{
	if (code < 0x80) {
		bytes[0] = (uint8_t)code;
		return 1;
	}
	size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	for (size_t i = size - 1; i > 0; i--) {
		bytes[i] = (uint8_t)(0x80 | (code & 0x3F));
		code >>= 6;
	}
	bytes[0] = (uint8_t)((0xF00U >> size) | code);
	return size;
}

static bool is_single(const struct mrl_regex_node *node)
{
	return node->kind == MRL_REGEX_CLASS && node->class->count == 1 &&
	       node->class->ranges[0].first == node->class->ranges[0].last &&
	       (node->class->ranges[0].first & ~0x7FFU) != 0xD800;
}

static bool is_literal(const struct items *items)
{
	for (uint32_t i = 0; i < items->count; i++) {
		if (!is_single(items->nodes[i])) {
			return false;
		}
	}
	return true;
}

static enum mrl_err write_literal(const struct items *items, struct mrl_arena *arena,
                                  struct mrl_slice *ret_literal)
{
	uint8_t bytes[4 * ITEMS_MAX];
	size_t size = 0;
	for (uint32_t i = 0; i < items->count; i++) {
		size += encode(items->nodes[i]->class->ranges[0].first, bytes + size);
	}
	return mrl_arena_copy(arena, mrl_slice(bytes, size), ret_literal);
}

/* A literal and what comes behind it in an alternation, which leans to the left. */
struct choice {
	struct items items[MRL_REGEX_LITERALS_MAX];
	uint16_t count;
};

static bool collect(struct choice *choice, const struct mrl_regex_node *node)
{
	if (node->kind == MRL_REGEX_EITHER) {
		return collect(choice, node->left) && collect(choice, node->right);
	}
	if (choice->count == MRL_REGEX_LITERALS_MAX) {
		return false;
	}
	struct items *items = &choice->items[choice->count++];
	return flatten(items, node) && !items->begins && !items->ends && is_literal(items);
}

static enum mrl_err make_literals(struct mrl_regex_fixed *fixed, const struct choice *choice,
                                  struct mrl_arena *arena)
{
	struct mrl_slice *literals = MRL_NEW_ARRAY(arena, choice->count, struct mrl_slice);
	enum mrl_err err = literals == NULL ? MRL_ERR_MEMORY : MRL_OK;
	fixed->form = MRL_REGEX_LITERALS;
	fixed->literals = literals;
	fixed->count = choice->count;
	for (uint16_t i = 0; i < choice->count && err == MRL_OK; i++) {
		err = write_literal(&choice->items[i], arena, &literals[i]);
		if (choice->items[i].count > fixed->chars_max) {
			fixed->chars_max = choice->items[i].count;
		}
	}
	return err;
}

struct making {
	struct mrl_regex_fixed fixed;
	struct mrl_regex_piece pieces[MRL_REGEX_PIECES_MAX];
	const struct mrl_regex_class *classes[MRL_REGEX_MASKS_MAX];
	uint32_t class_count;
};

static bool same_class(const struct mrl_regex_class *a, const struct mrl_regex_class *b)
{
	return a->count == b->count &&
	       (a->count == 0 || memcmp(a->ranges, b->ranges, a->count * sizeof(*a->ranges)) == 0);
}

static bool take_class(struct making *making, const struct mrl_regex_class *class,
                       struct mrl_regex_piece *piece)
{
	uint32_t i = 0;
	while (i < making->class_count && !same_class(class, making->classes[i])) {
		i++;
	}
	if (i == MRL_REGEX_MASKS_MAX) {
		return false;
	}
	making->class_count += i == making->class_count;
	making->classes[i] = class;
	piece->class = class;
	piece->mask = (uint16_t)(1U << i);
	making->fixed.wide = making->fixed.wide ||
	                     (class->count != 0 && class->ranges[class->count - 1].last >= 128);
	return true;
}

static bool take_piece(struct making *making, const struct items *items, uint32_t at)
{
	const struct mrl_regex_node *node = items->nodes[at];
	struct mrl_regex_piece piece = {.min = 1, .max = 1};
	bool open = (at == 0 && !items->begins) || (at == items->count - 1 && !items->ends);
	if (node->kind == MRL_REGEX_REPEAT) {
		piece.min = node->min;
		piece.max = open ? node->min : node->max;
		node = node->left;
	}
	if (piece.max == 0) {
		return true;
	}
	if (node->kind != MRL_REGEX_CLASS || making->fixed.count == MRL_REGEX_PIECES_MAX ||
	    !take_class(making, node->class, &piece)) {
		return false;
	}
	making->pieces[making->fixed.count++] = piece;
	return true;
}

/* The sums; false: they do not say where each piece stands. */
static bool add_up(struct mrl_regex_fixed *fixed, const struct mrl_regex_piece *pieces)
{
	uint64_t min = 0;
	uint64_t max = 0;
	uint32_t loose = 0;
	for (uint16_t i = 0; i < fixed->count; i++) {
		min += pieces[i].min;
		max += pieces[i].max;
		max = pieces[i].max == MRL_REGEX_ENDLESS ? MRL_REGEX_ENDLESS : max;
		max = max > MRL_REGEX_ENDLESS ? MRL_REGEX_ENDLESS : max;
		loose += pieces[i].min != pieces[i].max;
	}
	fixed->chars_min = (uint32_t)min;
	fixed->chars_max = (uint32_t)max;
	bool tied = fixed->begins && fixed->ends ? loose <= 1
	                                         : loose == 0 && (fixed->begins || fixed->ends);
	return min < MRL_REGEX_POSITIONS_MAX && tied;
}

static void name_form(struct mrl_regex_fixed *fixed, const struct mrl_regex_piece *pieces)
{
	const struct mrl_regex_class *class = fixed->count == 1 ? pieces[0].class : NULL;
	bool all = class != NULL && class->count == 1 && class->ranges[0].first == 0 &&
	           class->ranges[0].last == MRL_CODE_POINT_MAX && pieces[0].min < 2 &&
	           (pieces[0].max == MRL_REGEX_ENDLESS || !fixed->begins || !fixed->ends);
	bool nothing = fixed->count == 0 && !(fixed->begins && fixed->ends);
	fixed->form = MRL_REGEX_PIECES;
	if (all && pieces[0].min == 1) {
		fixed->form = MRL_REGEX_NOT_EMPTY;
	} else if (all || nothing) {
		fixed->form = MRL_REGEX_ANYTHING;
	}
}

/* The tree is gone when patterns run. */
static const struct mrl_regex_class *keep_class(const struct mrl_regex_class *class,
                                                struct mrl_arena *arena)
{
	struct mrl_regex_class *copy = MRL_NEW(arena, struct mrl_regex_class);
	struct mrl_regex_range *ranges = MRL_NEW_ARRAY(arena, class->count, struct mrl_regex_range);
	if (copy == NULL || ranges == NULL) {
		return NULL;
	}
	if (class->count != 0) {
		memcpy(ranges, class->ranges, class->count * sizeof(*ranges));
	}
	*copy = *class;
	copy->ranges = ranges;
	return copy;
}

static enum mrl_err keep_classes(struct making *making, struct mrl_arena *arena)
{
	uint16_t *table = MRL_NEW_ARRAY(arena, 128, uint16_t);
	making->fixed.table = table;
	for (uint32_t i = 0; i < making->class_count && table != NULL; i++) {
		for (uint32_t byte = 0; byte < 128; byte++) {
			bool has = mrl_regex_class_has(making->classes[i], byte);
			table[byte] |= (uint16_t)(has ? 1U << i : 0);
		}
		making->classes[i] = keep_class(making->classes[i], arena);
		if (making->classes[i] == NULL) {
			return MRL_ERR_MEMORY;
		}
	}
	return table == NULL ? MRL_ERR_MEMORY : MRL_OK;
}

static enum mrl_err keep_pieces(struct making *making, struct mrl_arena *arena)
{
	struct mrl_regex_fixed *fixed = &making->fixed;
	name_form(fixed, making->pieces);
	if (fixed->form != MRL_REGEX_PIECES) {
		return MRL_OK;
	}
	struct mrl_regex_piece *pieces = MRL_NEW_ARRAY(arena, fixed->count, struct mrl_regex_piece);
	if (pieces == NULL || keep_classes(making, arena) != MRL_OK) {
		return MRL_ERR_MEMORY;
	}
	for (uint16_t i = 0; i < fixed->count; i++) {
		pieces[i] = making->pieces[i];
		uint32_t bit = (uint32_t)__builtin_ctz(pieces[i].mask);
		pieces[i].class = making->classes[bit];
	}
	fixed->pieces = pieces;
	return MRL_OK;
}

static enum mrl_err keep(const struct mrl_regex_fixed *fixed, struct mrl_arena *arena,
                         const struct mrl_regex_fixed **ret_fixed)
{
	struct mrl_regex_fixed *kept = MRL_NEW(arena, struct mrl_regex_fixed);
	if (kept == NULL) {
		return MRL_ERR_MEMORY;
	}
	*kept = *fixed;
	*ret_fixed = kept;
	return MRL_OK;
}

static enum mrl_err try_pieces(const struct items *items, struct mrl_arena *arena,
                               const struct mrl_regex_fixed **ret_fixed)
{
	struct making making = {.fixed = {.begins = items->begins, .ends = items->ends}};
	for (uint32_t i = 0; i < items->count; i++) {
		if (!take_piece(&making, items, i)) {
			return MRL_OK;
		}
	}
	bool one = making.fixed.count < 2; /* `[\s\S]*` */
	bool tied = add_up(&making.fixed, making.pieces);
	if (!tied && one) {
		name_form(&making.fixed, making.pieces);
		tied = making.fixed.form != MRL_REGEX_PIECES;
	}
	enum mrl_err err = tied ? keep_pieces(&making, arena) : MRL_OK;
	return tied && err == MRL_OK ? keep(&making.fixed, arena, ret_fixed) : err;
}

/* Branches that are literals, alone in the pattern. Where none is a beginning or an end of the
 * text, one alone is searched for. */
static enum mrl_err try_literals(const struct items *items, struct mrl_arena *scratch,
                                 struct mrl_arena *arena, const struct mrl_regex_fixed **ret_fixed)
{
	struct mrl_regex_fixed fixed = {.begins = items->begins, .ends = items->ends};
	struct choice *choice = MRL_NEW(scratch, struct choice);
	if (choice == NULL) {
		return MRL_ERR_MEMORY;
	}
	if (is_literal(items) && items->count != 0) {
		choice->items[choice->count++] = *items;
	} else if (items->count != 1 || items->nodes[0]->kind != MRL_REGEX_EITHER ||
	           !collect(choice, items->nodes[0])) {
		return MRL_OK;
	}
	if (choice->count > 1 && !fixed.begins && !fixed.ends) {
		return MRL_OK;
	}
	enum mrl_err err = make_literals(&fixed, choice, arena);
	return err == MRL_OK ? keep(&fixed, arena, ret_fixed) : err;
}

enum mrl_err mrl_regex_fixed_make(const struct mrl_regex_tree *tree, struct mrl_arena *scratch,
                                  struct mrl_arena *arena, const struct mrl_regex_fixed **ret_fixed)
{
	struct items *items = MRL_NEW(scratch, struct items);
	*ret_fixed = NULL;
	if (items == NULL) {
		return MRL_ERR_MEMORY;
	}
	if (!flatten(items, tree->root)) {
		return MRL_OK;
	}
	enum mrl_err err = try_literals(items, scratch, arena, ret_fixed);
	return err == MRL_OK && *ret_fixed == NULL ? try_pieces(items, arena, ret_fixed) : err;
}

uint32_t mrl_regex_fixed_chars_max(const struct mrl_regex_fixed *fixed)
{
	bool whole = fixed->begins && fixed->ends && fixed->form >= MRL_REGEX_LITERALS;
	return whole ? fixed->chars_max : MRL_REGEX_ENDLESS;
}
