/* Path templates, cut into segments: "/v1/users/{id}.json". */
#ifndef MRL_SCHEMA_TEMPLATE_H
#define MRL_SCHEMA_TEMPLATE_H

#include <merlon/http.h>

/*
 * One segment: literal, name, literal, name, ..., literal; a literal between two names is never
 * empty. Literals are percent-decoded.
 */
struct mrl_template_segment {
	struct mrl_slice *literals; /* name_count + 1 */
	struct mrl_slice *names;
	uint16_t name_count; /* 0: all literal */
};

struct mrl_template {
	struct mrl_template_segment *segments;
	uint16_t segment_count;
};

/*
 * MRL_ERR_INVALID: `ret_fault` says what is wrong, and the rest is untouched. A template must be a
 * path that a target can have at all: no empty segment but a final one, no "." or "..".
 */
MRL_CHECKED enum mrl_err mrl_template_parse(struct mrl_slice text, struct mrl_arena *arena,
                                            struct mrl_template *ret_template,
                                            const char **ret_fault);

static inline bool mrl_segment_is_literal(const struct mrl_template_segment *segment)
{
	return segment->name_count == 0;
}

/* "{id}": takes any segment that is not empty. */
static inline bool mrl_segment_is_plain(const struct mrl_template_segment *segment)
{
	return segment->name_count == 1 && segment->literals[0].size == 0 &&
	       segment->literals[1].size == 0;
}

/* Equal up to the names. */
bool mrl_segment_same(const struct mrl_template_segment *a, const struct mrl_template_segment *b);

/* A decoded segment, each name taking at least one byte, in exactly one way. */
bool mrl_segment_matches(const struct mrl_template_segment *segment, struct mrl_slice text);

/* The text that each name takes of a segment that matches; `ret_texts` has room for name_count. */
void mrl_segment_split(const struct mrl_template_segment *segment, struct mrl_slice text,
                       struct mrl_slice *ret_texts);

#define MRL_SEGMENT_NAMES_MAX 16

#endif
