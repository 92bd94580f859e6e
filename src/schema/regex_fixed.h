/* Patterns of fixed form: literals, and characters of classes in a row, compared directly. */
#ifndef MRL_SCHEMA_REGEX_FIXED_H
#define MRL_SCHEMA_REGEX_FIXED_H

#include "regex.h"

#define MRL_REGEX_PIECES_MAX   32
#define MRL_REGEX_LITERALS_MAX 16
#define MRL_REGEX_MASKS_MAX    16 /* classes that differ: bits of `table` */

enum mrl_regex_form {
	MRL_REGEX_ANYTHING,
	MRL_REGEX_NOT_EMPTY,
	MRL_REGEX_LITERALS,
	MRL_REGEX_PIECES,
};

/* `min` to `max` characters of one class. */
struct mrl_regex_piece {
	const struct mrl_regex_class *class;
	uint32_t min, max;
	uint16_t mask;
};

struct mrl_regex_fixed {
	enum mrl_regex_form form;
	bool begins, ends;  /* `^`, `$` */
	bool wide;          /* a class has more than ASCII */
	uint16_t count;     /* pieces or literals */
	uint32_t chars_min; /* of the pieces */
	uint32_t chars_max;
	const struct mrl_slice *literals;
	const struct mrl_regex_piece *pieces; /* one at most of no fixed size, if `^` and `$` */
	const uint16_t *table;                /* ASCII: the masks of the classes that have it */
};

/* *ret_fixed stays NULL: the pattern has no such form. */
MRL_CHECKED enum mrl_err mrl_regex_fixed_make(const struct mrl_regex_tree *tree,
                                              struct mrl_arena *scratch, struct mrl_arena *arena,
                                              const struct mrl_regex_fixed **ret_fixed);
uint32_t mrl_regex_fixed_chars_max(const struct mrl_regex_fixed *fixed);
enum mrl_regex_outcome mrl_regex_fixed_run(const struct mrl_regex_fixed *fixed,
                                           struct mrl_slice text, uint64_t *steps);

#endif
