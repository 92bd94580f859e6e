/* A pattern as a program, for the engines that are made of it. */
#ifndef MRL_SCHEMA_REGEX_PROGRAM_H
#define MRL_SCHEMA_REGEX_PROGRAM_H

#include "regex.h"

enum mrl_regex_op {
	MRL_REGEX_OP_CLASS,
	MRL_REGEX_OP_SPLIT,
	MRL_REGEX_OP_JUMP,
	MRL_REGEX_OP_BEGIN,
	MRL_REGEX_OP_END,
	MRL_REGEX_OP_WORD,
	MRL_REGEX_OP_NO_WORD,
	MRL_REGEX_OP_MATCH
};

struct mrl_regex_instruction {
	enum mrl_regex_op op;
	uint32_t first, second; /* SPLIT; JUMP: first */
	const struct mrl_regex_class *class;
};

struct mrl_regex_program {
	struct mrl_regex_instruction *code;
	uint32_t count;
	bool begins; /* with `^`: tried at the start alone */
};

#endif
