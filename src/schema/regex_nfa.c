/*
 * All positions that a pattern can be at, followed at once through the text: linear in pattern
 * times text whatever the client sends. Recursion is over the tree, whose depth parsing bounds.
 */
#include "regex_program.h"

struct making {
	struct mrl_regex_instruction *code;
	uint32_t count;
};

static uint32_t put(struct making *making, enum mrl_regex_op op)
{
	if (making->count == MRL_REGEX_POSITIONS_MAX) {
		return MRL_REGEX_POSITIONS_MAX;
	}
	making->code[making->count] = (struct mrl_regex_instruction){.op = op};
	return making->count++;
}

static bool emit(struct making *making, const struct mrl_regex_node *node);

/* `left`* */
static bool emit_loop(struct making *making, const struct mrl_regex_node *body)
{
	uint32_t split = put(making, MRL_REGEX_OP_SPLIT);
	if (split == MRL_REGEX_POSITIONS_MAX || !emit(making, body)) {
		return false;
	}
	uint32_t jump = put(making, MRL_REGEX_OP_JUMP);
	if (jump == MRL_REGEX_POSITIONS_MAX) {
		return false;
	}
	making->code[jump].first = split;
	making->code[split].first = split + 1;
	making->code[split].second = making->count;
	return true;
}

static bool emit_optional(struct making *making, const struct mrl_regex_node *body)
{
	uint32_t split = put(making, MRL_REGEX_OP_SPLIT);
	if (split == MRL_REGEX_POSITIONS_MAX || !emit(making, body)) {
		return false;
	}
	making->code[split].first = split + 1;
	making->code[split].second = making->count;
	return true;
}

static bool emit_repeat(struct making *making, const struct mrl_regex_node *node)
{
	/* Nothing repeated is nothing, however often. */
	if (node->left->kind == MRL_REGEX_EMPTY) {
		return true;
	}
	for (uint32_t i = 0; i < node->min; i++) {
		if (!emit(making, node->left)) {
			return false;
		}
	}
	if (node->max == MRL_REGEX_ENDLESS) {
		return emit_loop(making, node->left);
	}
	for (uint32_t i = node->min; i < node->max; i++) {
		if (!emit_optional(making, node->left)) {
			return false;
		}
	}
	return true;
}

static bool emit_either(struct making *making, const struct mrl_regex_node *node)
{
	uint32_t split = put(making, MRL_REGEX_OP_SPLIT);
	if (split == MRL_REGEX_POSITIONS_MAX || !emit(making, node->left)) {
		return false;
	}
	uint32_t jump = put(making, MRL_REGEX_OP_JUMP);
	if (jump == MRL_REGEX_POSITIONS_MAX) {
		return false;
	}
	making->code[split].first = split + 1;
	making->code[split].second = making->count;
	if (!emit(making, node->right)) {
		return false;
	}
	making->code[jump].first = making->count;
	return true;
}

static bool emit(struct making *making, const struct mrl_regex_node *node)
{
	static const enum mrl_regex_op ops[] = {[MRL_REGEX_BEGIN] = MRL_REGEX_OP_BEGIN,
	                                        [MRL_REGEX_END] = MRL_REGEX_OP_END,
	                                        [MRL_REGEX_WORD] = MRL_REGEX_OP_WORD,
	                                        [MRL_REGEX_NO_WORD] = MRL_REGEX_OP_NO_WORD};
	uint32_t place;
	switch (node->kind) {
	case MRL_REGEX_EMPTY: return true;
	case MRL_REGEX_CLASS:
		place = put(making, MRL_REGEX_OP_CLASS);
		if (place == MRL_REGEX_POSITIONS_MAX) {
			return false;
		}
		making->code[place].class = node->class;
		return true;
	case MRL_REGEX_CONCAT:
		/* Long patterns lean to the left: its spine is no recursion of theirs. */
		return emit(making, node->left) && emit(making, node->right);
	case MRL_REGEX_EITHER: return emit_either(making, node);
	case MRL_REGEX_REPEAT: return emit_repeat(making, node);
	case MRL_REGEX_BEGIN:
	case MRL_REGEX_END:
	case MRL_REGEX_WORD:
	case MRL_REGEX_NO_WORD: return put(making, ops[node->kind]) != MRL_REGEX_POSITIONS_MAX;
	}
	return false;
}

enum mrl_err mrl_regex_program_make(const struct mrl_regex_tree *tree, struct mrl_arena *arena,
                                    const struct mrl_regex_program **ret_program)
{
	struct mrl_regex_program *program = MRL_NEW(arena, struct mrl_regex_program);
	struct mrl_arena scratch;
	mrl_arena_init(&scratch, &arena->memory, 1U << 16, 1U << 24);
	struct making making = {.code = MRL_NEW_ARRAY(&scratch, MRL_REGEX_POSITIONS_MAX,
	                                              struct mrl_regex_instruction)};
	enum mrl_err err = MRL_ERR_MEMORY;
	if (program != NULL && making.code != NULL) {
		bool fits = emit(&making, tree->root) &&
		            put(&making, MRL_REGEX_OP_MATCH) != MRL_REGEX_POSITIONS_MAX;
		program->code = fits ? MRL_NEW_ARRAY(arena, making.count,
		                                     struct mrl_regex_instruction)
		                     : NULL;
		err = fits ? MRL_ERR_MEMORY : MRL_ERR_LIMIT;
	}
	if (program != NULL && program->code != NULL && making.code != NULL) {
		memcpy(program->code, making.code, making.count * sizeof(*program->code));
		program->count = making.count;
		program->begins = program->code[0].op == MRL_REGEX_OP_BEGIN;
		*ret_program = program;
		err = MRL_OK;
	}
	mrl_arena_release(&scratch);
	return err;
}

struct running {
	const struct mrl_regex_program *program;
	uint32_t *now, *next, *stack;
	uint32_t now_count, next_count;
	uint32_t *seen; /* by instruction: the place of the text where it was added last, from 1 */
	uint32_t place;
	bool before_word, behind_word, at_start, at_end;
};

static bool holds(const struct running *running, enum mrl_regex_op op)
{
	if (op == MRL_REGEX_OP_BEGIN || op == MRL_REGEX_OP_END) {
		return op == MRL_REGEX_OP_BEGIN ? running->at_start : running->at_end;
	}
	return (running->before_word != running->behind_word) == (op == MRL_REGEX_OP_WORD);
}

/* All that is reached from `start` without a character; true: a match. */
static bool follow(struct running *running, uint32_t start)
{
	uint32_t depth = 0;
	running->stack[depth++] = start;
	while (depth != 0) {
		uint32_t at = running->stack[--depth];
		const struct mrl_regex_instruction *code = &running->program->code[at];
		if (running->seen[at] == running->place) {
			continue;
		}
		running->seen[at] = running->place;
		switch (code->op) {
		case MRL_REGEX_OP_MATCH: return true;
		case MRL_REGEX_OP_CLASS: running->next[running->next_count++] = at; break;
		case MRL_REGEX_OP_SPLIT: running->stack[depth++] = code->second; /* fall through */
		case MRL_REGEX_OP_JUMP: running->stack[depth++] = code->first; break;
		case MRL_REGEX_OP_BEGIN:
		case MRL_REGEX_OP_END:
		case MRL_REGEX_OP_WORD:
		case MRL_REGEX_OP_NO_WORD:
			if (holds(running, code->op)) {
				running->stack[depth++] = at + 1;
			}
			break;
		}
	}
	return false;
}

uint32_t mrl_regex_decode(struct mrl_slice text, size_t *at)
{
	uint8_t lead = text.data[(*at)++];
	uint32_t more = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
	uint32_t code = more == 0 ? lead : lead & (0x3FU >> more);
	for (; more != 0 && *at < text.size; more--) {
		code = code << 6 | (text.data[(*at)++] & 0x3FU);
	}
	return code;
}

static bool is_word(uint32_t code)
{
	return code < 128 && (mrl_is_digit((uint8_t)code) || code == '_' ||
	                      (mrl_lower((uint8_t)code) >= 'a' && mrl_lower((uint8_t)code) <= 'z'));
}

/* What stands at the place between two characters, then on from those that took the one before. */
static bool arrive(struct running *running, struct mrl_slice text, size_t at, uint32_t code)
{
	size_t peek = at;
	running->behind_word = at < text.size && is_word(mrl_regex_decode(text, &peek));
	running->at_end = at == text.size;
	running->place++;
	running->next_count = 0;
	for (uint32_t i = 0; i < running->now_count; i++) {
		uint32_t from = running->now[i];
		if (mrl_regex_class_has(running->program->code[from].class, code) &&
		    follow(running, from + 1)) {
			return true;
		}
	}
	bool starts = running->at_start || !running->program->begins;
	if (starts && follow(running, 0)) {
		return true;
	}
	uint32_t *swap = running->now;
	running->now = running->next;
	running->next = swap;
	running->now_count = running->next_count;
	running->at_start = false;
	return false;
}

bool mrl_regex_take(uint64_t *steps, uint64_t cost)
{
	bool enough = *steps >= cost;
	*steps = enough ? *steps - cost : 0;
	return enough;
}

static enum mrl_regex_outcome run(struct running *running, struct mrl_slice text, uint64_t *steps)
{
	size_t at = 0;
	running->at_start = true;
	if (arrive(running, text, 0, 0)) {
		return MRL_REGEX_YES;
	}
	while (at < text.size) {
		if (!mrl_regex_take(steps, 1 + running->now_count / 16)) {
			return MRL_REGEX_EXHAUSTED;
		}
		if (running->now_count == 0 && running->program->begins) {
			return MRL_REGEX_NO;
		}
		uint32_t code = mrl_regex_decode(text, &at);
		running->before_word = is_word(code);
		if (arrive(running, text, at, code)) {
			return MRL_REGEX_YES;
		}
	}
	return MRL_REGEX_NO;
}

enum mrl_regex_outcome mrl_regex_program_run(const struct mrl_regex_program *program,
                                             struct mrl_slice text, struct mrl_arena *scratch,
                                             uint64_t *steps)
{
	struct mrl_arena_mark mark = mrl_arena_mark(scratch);
	size_t count = program->count;
	struct running running = {
		.program = program,
		.now = mrl_arena_alloc(scratch, count * sizeof(uint32_t), 4),
		.next = mrl_arena_alloc(scratch, count * sizeof(uint32_t), 4),
		.stack = mrl_arena_alloc(scratch, 2 * count * sizeof(uint32_t) + 8, 4),
		.seen = mrl_arena_array(scratch, count, sizeof(uint32_t), 4),
	};
	enum mrl_regex_outcome outcome = MRL_REGEX_EXHAUSTED;
	if (running.now != NULL && running.next != NULL && running.stack != NULL &&
	    running.seen != NULL && mrl_regex_take(steps, 1 + count / 32)) {
		outcome = run(&running, text, steps);
	}
	mrl_arena_reset(scratch, mark);
	return outcome;
}
