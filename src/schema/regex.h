/* What the parts of the regular expressions share: a pattern as a tree, and as a program. */
#ifndef MRL_SCHEMA_REGEX_H
#define MRL_SCHEMA_REGEX_H

#include <merlon/schema.h>

#define MRL_REGEX_BYTES_MAX     4096
#define MRL_REGEX_GROUPS_MAX    100 /* one in another */
#define MRL_REGEX_POSITIONS_MAX 10000
#define MRL_REGEX_ENDLESS       UINT32_MAX
#define MRL_CODE_POINT_MAX      0x10FFFFU

struct mrl_regex_range {
	uint32_t first, last;
};

/* Code points: ranges in order that do not touch. */
struct mrl_regex_class {
	uint64_t ascii[2];
	struct mrl_regex_range *ranges;
	uint32_t count;
};

enum mrl_regex_kind {
	MRL_REGEX_EMPTY,
	MRL_REGEX_CLASS,
	MRL_REGEX_CONCAT,
	MRL_REGEX_EITHER,
	MRL_REGEX_REPEAT, /* of `left`, `min` to `max` times */
	MRL_REGEX_BEGIN,
	MRL_REGEX_END,
	MRL_REGEX_WORD,
	MRL_REGEX_NO_WORD,
};

struct mrl_regex_node {
	enum mrl_regex_kind kind;
	uint32_t min, max;
	const struct mrl_regex_class *class;
	struct mrl_regex_node *left, *right;
};

struct mrl_regex_tree {
	struct mrl_regex_node *root;
	bool backtracks; /* lookaround or backreferences: the tree is of no use */
};

MRL_CHECKED enum mrl_err mrl_regex_parse(struct mrl_slice pattern, struct mrl_arena *arena,
                                         struct mrl_regex_tree *ret_tree,
                                         struct mrl_regex_error *ret_error);

/* A set in the making. */
struct mrl_regex_set {
	struct mrl_arena *arena;
	struct mrl_regex_range *ranges;
	uint32_t count, capacity;
	enum mrl_err err;
};
void mrl_regex_set_add(struct mrl_regex_set *set, uint32_t first, uint32_t last);
void mrl_regex_set_invert(struct mrl_regex_set *set);
/* d, D, s, S, w, W. False: another letter. */
bool mrl_regex_set_escape(struct mrl_regex_set *set, uint8_t letter);
MRL_CHECKED enum mrl_err mrl_regex_set_finish(struct mrl_regex_set *set,
                                              const struct mrl_regex_class **ret_class);
bool mrl_regex_class_has(const struct mrl_regex_class *class, uint32_t code);

/* The code point at `at`, which moves behind it. The text is valid UTF-8. */
uint32_t mrl_regex_decode(struct mrl_slice text, size_t *at);
/* False: not so many steps are left; then none are. */
bool mrl_regex_take(uint64_t *steps, uint64_t cost);

struct mrl_regex_program;
/* MRL_ERR_LIMIT: more positions than allowed. */
MRL_CHECKED enum mrl_err mrl_regex_program_make(const struct mrl_regex_tree *tree,
                                                struct mrl_arena *arena,
                                                const struct mrl_regex_program **ret_program);
enum mrl_regex_outcome mrl_regex_program_run(const struct mrl_regex_program *program,
                                             struct mrl_slice text, struct mrl_arena *scratch,
                                             uint64_t *steps);

struct mrl_regex_dfa;
/* *ret_dfa stays NULL: the pattern is too large for a table, or asks for words. Of `program`
 * nothing is kept. */
MRL_CHECKED enum mrl_err mrl_regex_dfa_make(const struct mrl_regex_program *program,
                                            struct mrl_arena *arena,
                                            const struct mrl_regex_dfa **ret_dfa);
enum mrl_regex_outcome mrl_regex_dfa_run(const struct mrl_regex_dfa *dfa, struct mrl_slice text,
                                         uint64_t *steps);

struct mrl_regex_pcre;
MRL_CHECKED enum mrl_err mrl_regex_pcre_text(struct mrl_slice pattern, struct mrl_arena *arena,
                                             struct mrl_slice *ret_text);
MRL_CHECKED enum mrl_err mrl_regex_pcre_make(struct mrl_slice pattern, struct mrl_arena *arena,
                                             const struct mrl_regex_pcre **ret_pcre,
                                             struct mrl_regex_error *ret_error);
enum mrl_regex_outcome mrl_regex_pcre_run(const struct mrl_regex_pcre *pcre, struct mrl_slice text,
                                          struct mrl_arena *scratch, uint32_t *steps);

#endif
