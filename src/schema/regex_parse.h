/* The parser of patterns: its place, and what stands for a code point or a set of them. */
#ifndef MRL_SCHEMA_REGEX_PARSE_H
#define MRL_SCHEMA_REGEX_PARSE_H

#include "regex.h"

struct mrl_regex_parser {
	struct mrl_slice pattern;
	size_t at;
	struct mrl_arena *arena;
	uint32_t depth;
	uint32_t groups; /* that capture, in the whole pattern */
	bool named;      /* some have names: `\k` is a reference then */
	bool backtracks;
	bool looked; /* the newest atom is a lookaround */
	enum mrl_err err;
	struct mrl_regex_error error;
};

static inline bool mrl_regex_more(const struct mrl_regex_parser *parser)
{
	return parser->at < parser->pattern.size;
}

static inline uint8_t mrl_regex_peek(const struct mrl_regex_parser *parser)
{
	return parser->pattern.data[parser->at];
}

/* The first failure counts. */
void mrl_regex_fail(struct mrl_regex_parser *parser, size_t at, const char *what);
void mrl_regex_count_groups(struct mrl_regex_parser *parser);
/* The code point at the place, which moves on. */
uint32_t mrl_regex_code_point(struct mrl_regex_parser *parser);
/* At a backslash: `\1` or `\k<name>`, which is then behind. */
bool mrl_regex_backreference(struct mrl_regex_parser *parser);
/* At a backslash: true: a class escape, added; false: one code point. */
bool mrl_regex_set_at(struct mrl_regex_parser *parser, struct mrl_regex_set *set,
                      uint32_t *ret_code);
/* At '['. */
void mrl_regex_parse_class(struct mrl_regex_parser *parser, struct mrl_regex_set *set);

#endif
