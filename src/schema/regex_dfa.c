/*
 * The program of a pattern as a table, made when the pattern is: one load a byte of ASCII. A column
 * stands for all code points that the pattern treats alike.
 */
#include "regex_program.h"

#include <stdlib.h>

#define STATES_MAX  2000
#define COLUMNS_MAX 255
#define TABLE_BYTES (1U << 16)
#define WORK_MAX    4000000 /* instructions looked at; a pattern that needs more is not worth it */

/* States of which the verdict is sure. */
enum { DEAD, ACCEPTING, FIRST };

struct bound {
	uint32_t first;
	uint32_t column;
};

struct mrl_regex_dfa {
	const uint16_t *next;       /* [state * columns + column] */
	const bool *accepts;        /* by state: where the text ends */
	const struct bound *bounds; /* from 128 on: the column up to the bound behind it */
	uint32_t columns, bound_count;
	uint8_t ascii[128];
};

/* A state in the making: the characters it waits for, in the order of the program. */
struct state {
	const uint32_t *places;
	uint32_t count;
	uint64_t hash;
	bool accepts;
};

struct making {
	const struct mrl_regex_program *program;
	struct mrl_arena *scratch;
	struct mrl_regex_dfa dfa;
	uint32_t *firsts; /* where code points begin that the pattern may tell apart */
	uint32_t first_count;
	uint32_t samples[COLUMNS_MAX]; /* a code point of each column */
	uint16_t *next;
	struct state *states;
	uint32_t count;
	uint32_t *seen, *stack, *places;
	uint32_t round, place_count;
	uint64_t work;
	bool accepts, matches;
};

static int by_code(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left;
	uint32_t b = *(const uint32_t *)right;
	return (a > b) - (a < b);
}

/* False: the program asks for more than a code point. */
static bool count_firsts(const struct mrl_regex_program *program, uint32_t *ret_count)
{
	uint32_t count = 2;
	for (uint32_t i = 0; i < program->count; i++) {
		const struct mrl_regex_instruction *code = &program->code[i];
		if (code->op == MRL_REGEX_OP_WORD || code->op == MRL_REGEX_OP_NO_WORD) {
			return false;
		}
		count += code->op == MRL_REGEX_OP_CLASS ? 2 * code->class->count : 0;
	}
	*ret_count = count;
	return count <= WORK_MAX / 8;
}

static bool find_firsts(struct making *making)
{
	uint32_t count;
	if (!count_firsts(making->program, &count)) {
		return false;
	}
	making->firsts = MRL_NEW_ARRAY(making->scratch, count, uint32_t);
	if (making->firsts == NULL) {
		return false;
	}
	uint32_t *firsts = making->firsts;
	uint32_t at = 1;
	firsts[at++] = 128;
	for (uint32_t i = 0; i < making->program->count; i++) {
		const struct mrl_regex_class *class = making->program->code[i].class;
		for (uint32_t j = 0; class != NULL && j < class->count; j++) {
			firsts[at++] = class->ranges[j].first;
			firsts[at++] = class->ranges[j].last + 1;
		}
	}
	qsort(firsts, at, sizeof(*firsts), by_code);
	for (uint32_t i = 0; i < at; i++) {
		bool again = making->first_count != 0 &&
		             firsts[making->first_count - 1] == firsts[i];
		if (!again && firsts[i] <= MRL_CODE_POINT_MAX) {
			firsts[making->first_count++] = firsts[i];
		}
	}
	return true;
}

/* All classes of the program treat the two alike. */
static bool alike(struct making *making, uint32_t a, uint32_t b)
{
	const struct mrl_regex_class *last = NULL;
	for (uint32_t i = 0; i < making->program->count; i++) {
		const struct mrl_regex_class *class = making->program->code[i].class;
		if (class == NULL || class == last) {
			continue;
		}
		last = class;
		making->work++;
		if (mrl_regex_class_has(class, a) != mrl_regex_class_has(class, b)) {
			return false;
		}
	}
	return true;
}

/* COLUMNS_MAX: too many, or too much work. */
static uint32_t column_of(struct making *making, uint32_t code)
{
	struct mrl_regex_dfa *dfa = &making->dfa;
	for (uint32_t i = 0; i < dfa->columns && making->work < WORK_MAX; i++) {
		if (alike(making, code, making->samples[i])) {
			return i;
		}
	}
	if (dfa->columns == COLUMNS_MAX || making->work >= WORK_MAX) {
		return COLUMNS_MAX;
	}
	making->samples[dfa->columns] = code;
	return dfa->columns++;
}

static bool make_columns(struct making *making, struct mrl_arena *arena)
{
	struct mrl_regex_dfa *dfa = &making->dfa;
	struct bound *bounds = MRL_NEW_ARRAY(arena, making->first_count, struct bound);
	dfa->bounds = bounds;
	for (uint32_t i = 0; i < making->first_count && bounds != NULL; i++) {
		uint32_t first = making->firsts[i];
		uint32_t end = i + 1 < making->first_count ? making->firsts[i + 1] : first + 1;
		uint32_t column = column_of(making, first);
		if (column == COLUMNS_MAX) {
			return false;
		}
		for (uint32_t code = first; code < end && code < 128; code++) {
			dfa->ascii[code] = (uint8_t)column;
		}
		bool same = dfa->bound_count != 0 && bounds[dfa->bound_count - 1].column == column;
		if (first >= 128 && !same) {
			bounds[dfa->bound_count++] = (struct bound){first, column};
		}
	}
	return bounds != NULL;
}

/* All that is reached from `start` without a character. At the end of the text `$` holds, and
 * nothing behind it waits for a character. */
static void follow(struct making *making, uint32_t start, bool at_start, bool at_end)
{
	uint32_t depth = 0;
	making->stack[depth++] = start;
	while (depth != 0) {
		uint32_t at = making->stack[--depth];
		const struct mrl_regex_instruction *code = &making->program->code[at];
		if (making->seen[at] == making->round) {
			continue;
		}
		making->seen[at] = making->round;
		making->work++;
		switch (code->op) {
		case MRL_REGEX_OP_MATCH: making->matches = true; break;
		case MRL_REGEX_OP_CLASS: making->places[making->place_count++] = at; break;
		case MRL_REGEX_OP_SPLIT: making->stack[depth++] = code->second; /* fall through */
		case MRL_REGEX_OP_JUMP: making->stack[depth++] = code->first; break;
		case MRL_REGEX_OP_BEGIN:
		case MRL_REGEX_OP_END:
			if (code->op == MRL_REGEX_OP_BEGIN ? at_start : at_end) {
				making->stack[depth++] = at + 1;
			}
			break;
		case MRL_REGEX_OP_WORD:
		case MRL_REGEX_OP_NO_WORD: break;
		}
	}
}

/* What follows when the places of `from` that have `code` take it; NULL: the start. */
static void arrive(struct making *making, const struct state *from, uint32_t code, bool at_end)
{
	making->round++;
	making->place_count = 0;
	making->matches = false;
	for (uint32_t i = 0; from != NULL && i < from->count; i++) {
		uint32_t place = from->places[i];
		making->work++;
		if (mrl_regex_class_has(making->program->code[place].class, code)) {
			follow(making, place + 1, false, at_end);
		}
	}
	if (from == NULL || !making->program->begins) {
		follow(making, 0, from == NULL, at_end);
	}
}

static uint64_t hash_places(const uint32_t *places, uint32_t count, bool accepts)
{
	uint64_t hash = 0xCBF29CE484222325U + accepts;
	for (uint32_t i = 0; i < count; i++) {
		hash = (hash ^ places[i]) * 0x100000001B3U;
	}
	return hash;
}

/* STATES_MAX: no room. */
static uint32_t add_state(struct making *making, bool accepts)
{
	qsort(making->places, making->place_count, sizeof(*making->places), by_code);
	size_t bytes = making->place_count * sizeof(*making->places);
	uint64_t hash = hash_places(making->places, making->place_count, accepts);
	making->work += making->count;
	for (uint32_t i = FIRST; i < making->count; i++) {
		const struct state *state = &making->states[i];
		if (state->hash == hash && state->accepts == accepts &&
		    state->count == making->place_count &&
		    memcmp(state->places, making->places, bytes) == 0) {
			return i;
		}
	}
	if (making->count == STATES_MAX ||
	    (making->count + 1) * making->dfa.columns * sizeof(uint16_t) > TABLE_BYTES) {
		return STATES_MAX;
	}
	uint32_t *places = MRL_NEW_ARRAY(making->scratch, making->place_count + 1, uint32_t);
	if (places == NULL) {
		return STATES_MAX;
	}
	memcpy(places, making->places, bytes);
	making->states[making->count] = (struct state){places, making->place_count, hash, accepts};
	return making->count++;
}

static uint32_t reach(struct making *making, uint32_t from, uint32_t code)
{
	const struct state *state = from == 0 ? NULL : &making->states[from];
	arrive(making, state, code, true);
	bool accepts = making->matches;
	arrive(making, state, code, false);
	if (making->matches) {
		return ACCEPTING;
	}
	if (making->place_count == 0 && !accepts && making->program->begins) {
		return DEAD;
	}
	return add_state(making, accepts);
}

/* The start is FIRST; where its verdict is sure, a row of nothing else. */
static bool make_states(struct making *making)
{
	uint32_t columns = making->dfa.columns;
	making->count = FIRST;
	uint32_t start = reach(making, 0, 0);
	for (uint32_t i = FIRST; start == FIRST && i < making->count; i++) {
		for (uint32_t column = 0; column < columns; column++) {
			uint32_t to = reach(making, i, making->samples[column]);
			if (to == STATES_MAX || making->work > WORK_MAX) {
				return false;
			}
			making->next[i * columns + column] = (uint16_t)to;
		}
	}
	return start == FIRST;
}

static bool get_room(struct making *making)
{
	size_t count = making->program->count;
	making->seen = MRL_NEW_ARRAY(making->scratch, count, uint32_t);
	making->stack = MRL_NEW_ARRAY(making->scratch, 2 * count + 2, uint32_t);
	making->places = MRL_NEW_ARRAY(making->scratch, count, uint32_t);
	making->next = mrl_arena_array(making->scratch, 1, TABLE_BYTES, 2);
	making->states = MRL_NEW_ARRAY(making->scratch, STATES_MAX, struct state);
	return making->seen != NULL && making->stack != NULL && making->places != NULL &&
	       making->next != NULL && making->states != NULL;
}

static enum mrl_err keep(const struct making *making, struct mrl_arena *arena,
                         const struct mrl_regex_dfa **ret_dfa)
{
	size_t cells = (size_t)making->count * making->dfa.columns;
	uint16_t *next = MRL_NEW_ARRAY(arena, cells, uint16_t);
	bool *accepts = MRL_NEW_ARRAY(arena, making->count, bool);
	struct mrl_regex_dfa *dfa = MRL_NEW(arena, struct mrl_regex_dfa);
	if (next == NULL || accepts == NULL || dfa == NULL) {
		return MRL_ERR_MEMORY;
	}
	memcpy(next, making->next, cells * sizeof(*next));
	for (uint32_t i = FIRST; i < making->count; i++) {
		accepts[i] = making->states[i].accepts;
	}
	*dfa = making->dfa;
	dfa->next = next;
	dfa->accepts = accepts;
	*ret_dfa = dfa;
	return MRL_OK;
}

enum mrl_err mrl_regex_dfa_make(const struct mrl_regex_program *program, struct mrl_arena *arena,
                                const struct mrl_regex_dfa **ret_dfa)
{
	struct mrl_arena scratch;
	mrl_arena_init(&scratch, &arena->memory, 1U << 16, 1U << 24);
	struct mrl_arena_mark mark = mrl_arena_mark(arena);
	struct making making = {.program = program, .scratch = &scratch};
	enum mrl_err err = MRL_OK;
	*ret_dfa = NULL;
	if (find_firsts(&making) && make_columns(&making, arena) && get_room(&making) &&
	    make_states(&making)) {
		err = keep(&making, arena, ret_dfa);
	} else {
		mrl_arena_reset(arena, mark);
	}
	mrl_arena_release(&scratch);
	return err;
}

static uint32_t column_at(const struct mrl_regex_dfa *dfa, struct mrl_slice text, size_t *at)
{
	uint32_t code = mrl_regex_decode(text, at);
	uint32_t low = 0;
	uint32_t high = dfa->bound_count;
	while (high - low > 1) {
		uint32_t middle = (low + high) / 2;
		bool behind = dfa->bounds[middle].first <= code;
		low = behind ? middle : low;
		high = behind ? high : middle;
	}
	return dfa->bounds[low].column;
}

enum mrl_regex_outcome mrl_regex_dfa_run(const struct mrl_regex_dfa *dfa, struct mrl_slice text,
                                         uint64_t *steps)
{
	uint32_t state = FIRST;
	size_t at = 0;
	if (!mrl_regex_take(steps, 1 + text.size / 32)) {
		return MRL_REGEX_EXHAUSTED;
	}
	while (at < text.size && state >= FIRST) {
		uint8_t byte = text.data[at];
		uint32_t column = byte < 128 ? dfa->ascii[byte] : column_at(dfa, text, &at);
		at += byte < 128;
		state = dfa->next[state * dfa->columns + column];
	}
	bool yes = state == ACCEPTING || (state >= FIRST && dfa->accepts[state]);
	return yes ? MRL_REGEX_YES : MRL_REGEX_NO;
}
