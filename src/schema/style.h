/*
 * Values of parameters as texts, then typed. First the raw text is cut at literal delimiters, then
 * each piece is decoded once, then read as the first type that it fits; where several fit, a
 * further attempt reads it as the next.
 */
#ifndef MRL_SCHEMA_STYLE_H
#define MRL_SCHEMA_STYLE_H

#include "input.h"

/* What came under one name of a parameter. */
struct mrl_style_raw {
	struct mrl_slice text; /* raw, without the name */
	uint16_t member;       /* of an object; else MRL_CLAIM_WHOLE */
	uint32_t pair;         /* its number among all that came */
	struct mrl_slice name; /* of a member that is not listed, decoded */
};

struct mrl_style_raws {
	const struct mrl_style_raw *items;
	uint32_t count;
};

/* A piece, decoded. */
struct mrl_style_item {
	struct mrl_slice name; /* OBJECT */
	struct mrl_slice text;
	uint8_t types;
};

enum mrl_style_coding {
	MRL_CODING_NONE,    /* headers; cookies as they stand */
	MRL_CODING_PERCENT, /* path; cookies once more */
	MRL_CODING_FORM,    /* and '+' is a space: query, forms */
};

struct mrl_style_context {
	struct mrl_arena *arena;
	const uint8_t *seed;
	enum mrl_style_coding coding;
	bool nul;
	bool label_dots;
	uint32_t number_bytes;
};

enum mrl_style_fault {
	MRL_STYLE_OK,
	MRL_STYLE_SYNTAX,
	MRL_STYLE_TYPE,
	MRL_STYLE_REPEATED,
	MRL_STYLE_UNDECLARED,
};
struct mrl_slice mrl_style_fault_name(enum mrl_style_fault fault);

struct mrl_style_value {
	struct mrl_style_item *items; /* PRIMITIVE: one */
	uint32_t count;
	enum mrl_style_fault fault;
	uint32_t at; /* the item that is at fault */
};

/* Cuts and decodes. One text, or for exploded arrays and objects of queries and forms all of them.
 */
MRL_CHECKED enum mrl_err mrl_style_read(const struct mrl_style_context *context,
                                        const struct mrl_parameter *parameter,
                                        const struct mrl_style_raws *raws,
                                        struct mrl_style_value *ret_value);

/* The attempts that a value has: each reads every item as the next type that it fits, or as the
 * last. At most one per type. 0: an item (`at`) fits none. */
uint32_t mrl_style_attempts(const struct mrl_style_context *context, struct mrl_style_value *value);
/* The value onto a tape. */
void mrl_style_build(const struct mrl_style_context *context, const struct mrl_parameter *parameter,
                     const struct mrl_style_value *value, uint32_t attempt,
                     struct mrl_json_build *build);
/* One text by a mask of types, at that attempt. */
void mrl_style_build_text(const struct mrl_style_context *context, struct mrl_slice text,
                          uint8_t types, uint32_t attempt, struct mrl_json_build *build);
/* How many types of the mask the text fits. */
uint32_t mrl_style_fits(const struct mrl_style_context *context, struct mrl_slice text,
                        uint8_t types);
/* Decoded once by `context`; false in `ret_good`: malformed. */
MRL_CHECKED enum mrl_err mrl_style_decode(const struct mrl_style_context *context,
                                          struct mrl_slice raw, struct mrl_slice *ret_text,
                                          bool *ret_good);

/* The first name that stands twice; the count: none. Linear: names may be many. */
MRL_CHECKED enum mrl_err mrl_style_repeated(const struct mrl_style_context *context,
                                            const struct mrl_style_item *items, uint32_t count,
                                            uint32_t *ret_at);

#endif
