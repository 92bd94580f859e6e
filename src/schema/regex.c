/* A regular expression: parsed once, then the engine that its kind allows. */
#include "regex.h"
#include "regex_fixed.h"

struct mrl_regex {
	const struct mrl_regex_fixed *fixed; /* instead of a program, where it has such a form */
	const struct mrl_regex_program *program;
	const struct mrl_regex_dfa *dfa;   /* of the program, where it is small */
	const struct mrl_regex_pcre *pcre; /* instead, for lookaround and backreferences */
	uint32_t chars_max;
	bool anchored;
};

/* The longest text of a tree in code points. */
static uint32_t longest(const struct mrl_regex_node *node)
{
	uint64_t left;
	uint64_t right;
	switch (node->kind) {
	case MRL_REGEX_CLASS: return 1;
	case MRL_REGEX_CONCAT:
		left = longest(node->left);
		right = longest(node->right);
		return left + right < MRL_REGEX_ENDLESS && left != MRL_REGEX_ENDLESS &&
		                       right != MRL_REGEX_ENDLESS
		               ? (uint32_t)(left + right)
		               : MRL_REGEX_ENDLESS;
	case MRL_REGEX_EITHER:
		left = longest(node->left);
		right = longest(node->right);
		return (uint32_t)(left > right ? left : right);
	case MRL_REGEX_REPEAT:
		left = longest(node->left);
		if (left == 0 || node->max == 0) {
			return 0;
		}
		return node->max != MRL_REGEX_ENDLESS && left * node->max < MRL_REGEX_ENDLESS &&
		                       left != MRL_REGEX_ENDLESS
		               ? (uint32_t)(left * node->max)
		               : MRL_REGEX_ENDLESS;
	case MRL_REGEX_EMPTY:
	case MRL_REGEX_BEGIN:
	case MRL_REGEX_END:
	case MRL_REGEX_WORD:
	case MRL_REGEX_NO_WORD: break;
	}
	return 0;
}

/* `^` before all and `$` behind all. Concatenations lean to the left. */
static bool is_anchored(const struct mrl_regex_node *root)
{
	const struct mrl_regex_node *first = root;
	if (root->kind != MRL_REGEX_CONCAT || root->right->kind != MRL_REGEX_END) {
		return false;
	}
	while (first->kind == MRL_REGEX_CONCAT) {
		first = first->left;
	}
	return first->kind == MRL_REGEX_BEGIN;
}

static enum mrl_err compile_linear(struct mrl_regex *regex, const struct mrl_regex_tree *tree,
                                   struct mrl_arena *arena, struct mrl_regex_error *ret_error)
{
	struct mrl_arena scratch;
	mrl_arena_init(&scratch, &arena->memory, 1U << 16, 1U << 20);
	enum mrl_err err = mrl_regex_fixed_make(tree, &scratch, arena, &regex->fixed);
	mrl_arena_release(&scratch);
	if (err == MRL_OK && regex->fixed == NULL) {
		err = mrl_regex_program_make(tree, arena, &regex->program);
	}
	if (err == MRL_ERR_LIMIT) {
		*ret_error = (struct mrl_regex_error){
			.what = "with its repetitions written out the pattern is too large"};
		return MRL_ERR_INVALID;
	}
	if (err == MRL_OK && regex->program != NULL) {
		err = mrl_regex_dfa_make(regex->program, arena, &regex->dfa);
	}
	regex->anchored = is_anchored(tree->root);
	regex->chars_max = regex->anchored ? longest(tree->root) : MRL_REGEX_ENDLESS;
	return err;
}

enum mrl_err mrl_regex_compile(struct mrl_slice pattern, struct mrl_arena *arena,
                               const struct mrl_regex **ret_regex,
                               struct mrl_regex_error *ret_error)
{
	struct mrl_regex *regex = MRL_NEW(arena, struct mrl_regex);
	struct mrl_regex_tree tree;
	enum mrl_err err = regex == NULL ? MRL_ERR_MEMORY
	                                 : mrl_regex_parse(pattern, arena, &tree, ret_error);
	if (err != MRL_OK) {
		return err;
	}
	regex->chars_max = MRL_REGEX_ENDLESS;
	err = tree.backtracks ? mrl_regex_pcre_make(pattern, arena, &regex->pcre, ret_error)
	                      : compile_linear(regex, &tree, arena, ret_error);
	if (err == MRL_OK) {
		*ret_regex = regex;
	}
	return err;
}

enum mrl_regex_engine mrl_regex_engine(const struct mrl_regex *regex)
{
	if (regex->fixed != NULL) {
		return MRL_REGEX_FIXED;
	}
	if (regex->dfa != NULL) {
		return MRL_REGEX_DFA;
	}
	return regex->pcre != NULL ? MRL_REGEX_BACKTRACK : MRL_REGEX_NFA;
}

uint32_t mrl_regex_chars_max(const struct mrl_regex *regex)
{
	return regex->chars_max;
}

bool mrl_regex_anchored(const struct mrl_regex *regex)
{
	return regex->anchored;
}

enum mrl_regex_outcome mrl_regex_search(const struct mrl_regex *regex, struct mrl_slice text,
                                        struct mrl_arena *scratch, uint64_t *steps,
                                        uint32_t *regex_steps)
{
	if (regex->fixed != NULL) {
		return mrl_regex_fixed_run(regex->fixed, text, steps);
	}
	if (regex->dfa != NULL) {
		return mrl_regex_dfa_run(regex->dfa, text, steps);
	}
	return regex->pcre != NULL ? mrl_regex_pcre_run(regex->pcre, text, scratch, regex_steps)
	                           : mrl_regex_program_run(regex->program, text, scratch, steps);
}

/* Memory is small and gone at the end: a client's string of this format is at most so long. */
bool mrl_regex_valid(struct mrl_slice pattern)
{
	struct mrl_arena arena;
	struct mrl_regex_tree tree;
	struct mrl_regex_error error;
	mrl_arena_init(&arena, &mrl_memory_malloc, 1U << 16, 8U << 20);
	enum mrl_err err = mrl_regex_parse(pattern, &arena, &tree, &error);
	mrl_arena_release(&arena);
	return err == MRL_OK;
}
