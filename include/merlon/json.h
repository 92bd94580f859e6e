/*
 * JSON as clients send it (RFC 8259): a strict, bounded reader onto a flat tape, exact decimals,
 * and a builder by which other syntaxes (forms, parameters) end on the same tape. Hot.
 */
#ifndef MERLON_JSON_H
#define MERLON_JSON_H

#include <merlon/base.h>

/* Bits, so that a set of types is a mask. INTEGER is never a node's kind: see mrl_json_is_integer.
 */
enum mrl_json_kind {
	MRL_JSON_KIND_NULL = 1 << 0,
	MRL_JSON_KIND_BOOL = 1 << 1,
	MRL_JSON_KIND_OBJECT = 1 << 2,
	MRL_JSON_KIND_ARRAY = 1 << 3,
	MRL_JSON_KIND_NUMBER = 1 << 4,
	MRL_JSON_KIND_STRING = 1 << 5,
	MRL_JSON_KIND_INTEGER = 1 << 6, /* in masks of `type` only */
	MRL_JSON_KIND_NAME = 1 << 7,    /* a member's name; its value follows */
};

enum mrl_json_flag {
	MRL_JSON_TRUE = 1 << 0,     /* BOOL */
	MRL_JSON_LONG = 1 << 1,     /* NUMBER: no '.', no exponent, does not fit int64 */
	MRL_JSON_FRACTION = 1 << 2, /* NUMBER: with '.' or exponent */
	MRL_JSON_OWN = 1 << 3,   /* STRING, NAME: the text stands in doc->own, not in doc->text */
	MRL_JSON_ASCII = 1 << 4, /* STRING, NAME: every byte below 0x80 */
	MRL_JSON_MARK = 1 << 5,  /* the validator's: this location is declared */
	MRL_JSON_MARK_ALL = 1 << 6, /* the validator's: and all below */
};

/*
 * Pre-order, 16 bytes. An object's node is followed by name, value, name, value.
 */
struct mrl_json_node {
	uint8_t kind;
	uint8_t flags;
	uint16_t slot;   /* NAME: the validator's */
	uint32_t count;  /* OBJECT: members; ARRAY: items; STRING, NAME, NUMBER: bytes */
	uint32_t offset; /* of the text; of a container or literal: where it stands in the source */
	uint32_t next;   /* distance to the node after this subtree, at least 1 */
};

struct mrl_json_doc {
	struct mrl_slice text; /* the source, borrowed */
	const uint8_t *own;    /* decoded strings */
	struct mrl_json_node *nodes;
	uint32_t node_count;
	uint32_t number_faults; /* numbers outside of int64, or of a double, as IN `numbers` counts
	                         */
};

static inline struct mrl_slice mrl_json_text(const struct mrl_json_doc *doc,
                                             const struct mrl_json_node *node)
{
	const uint8_t *base = (node->flags & MRL_JSON_OWN) != 0 ? doc->own : doc->text.data;
	return mrl_slice(base + node->offset, node->count);
}

/* What is wrong with a text; the lower-case names with hyphens are public (keyword of a problem).
 */
enum mrl_json_fault_code {
	MRL_JSON_NONE,
	MRL_JSON_EMPTY,
	MRL_JSON_TRAILING,
	MRL_JSON_UNEXPECTED, /* a byte that is not allowed at this point */
	MRL_JSON_TRUNCATED,
	MRL_JSON_LITERAL,
	MRL_JSON_CONTROL,
	MRL_JSON_ESCAPE,
	MRL_JSON_SURROGATE,
	MRL_JSON_UTF8, /* at the sequence */
	MRL_JSON_BOM,
	MRL_JSON_NAME_REPEATED, /* at the second's opening quote */
	MRL_JSON_NAME_LONG,
	MRL_JSON_DEPTH, /* at the bracket */
	MRL_JSON_VALUES,
	MRL_JSON_NUMBER,
	MRL_JSON_NUMBER_LONG, /* bytes, or an exponent of more than 6 digits as written */
	MRL_JSON_NUL,
	MRL_JSON_TEXT_LONG,
};
#define MRL_JSON_FAULT_COUNT 19

struct mrl_json_fault {
	enum mrl_json_fault_code code;
	uint32_t offset; /* in bytes */
};

/* "name-repeated" */
struct mrl_slice mrl_json_fault_name(enum mrl_json_fault_code code);

struct mrl_json_limits {
	uint32_t depth;        /* 64: containers open at once */
	uint32_t values;       /* 262,144: values and names */
	uint32_t name_chars;   /* 256: code points of a name */
	uint32_t number_bytes; /* 128 */
	bool nul;              /* U+0000 is accepted in strings */
	bool keep_repeated;    /* repeated names stay; only tests set it */
	uint8_t seed[16];      /* of this process, random: the hash set of names */
};
#define MRL_JSON_LIMITS            \
	((struct mrl_json_limits){ \
		.depth = 64, .values = 262144, .name_chars = 256, .number_bytes = 128})
#define MRL_JSON_TEXT_MAX (64U << 20)

/* The string scanner of this machine; chosen once at start. Never NULL. */
struct mrl_json_scan;
extern const struct mrl_json_scan mrl_json_scan_scalar;
const struct mrl_json_scan *mrl_json_scan_best(void);

/* Worst case of arena bytes for a text of that size, to be reserved before reading:
 * at most 13 x text_bytes + 32 x depth + 4 KiB. */
size_t mrl_json_arena_bytes(size_t text_bytes, const struct mrl_json_limits *limits);

/*
 * Exactly one RFC 8259 text. MRL_OK with ret_fault->code == MRL_JSON_NONE: accepted. MRL_OK with
 * another code: refused, the first fault in byte order, `ret_doc` untouched. Another status: our
 * failure (none, once the worst case is reserved). No byte before or behind the text is read.
 * Iterative.
 */
MRL_CHECKED enum mrl_err mrl_json_read(const struct mrl_json_limits *limits,
                                       const struct mrl_json_scan *scan, struct mrl_slice text,
                                       struct mrl_arena *arena, struct mrl_json_doc *ret_doc,
                                       struct mrl_json_fault *ret_fault);

/* Line (1 + line feeds before) and column (1 + code points since the line's start). */
void mrl_json_position(struct mrl_slice text, uint32_t offset, uint32_t *ret_line,
                       uint32_t *ret_column);

/* The RFC 6901 pointer of a node ("" for the root). A pointer of more than `bytes_max` is cut to
 * that of a whole parent. */
void mrl_json_pointer(const struct mrl_json_doc *doc, const struct mrl_json_node *node,
                      size_t bytes_max, struct mrl_buffer *buffer);
/* The node that an RFC 6901 pointer names, or NULL. */
const struct mrl_json_node *mrl_json_find(const struct mrl_json_doc *doc, struct mrl_slice pointer);

/* The subtree as JSON text: escapes what RFC 8259 demands and U+007F, numbers as kept. */
void mrl_json_write(const struct mrl_json_doc *doc, const struct mrl_json_node *node,
                    struct mrl_buffer *buffer);

/*
 * Other syntaxes onto the same tape. Calls nest: object or array, then (name, value)* or value*,
 * then end. Texts are borrowed for the life of the document. Strings must be UTF-8 already, names
 * must not repeat: that is the caller's. Any call may fail inside; finish tells.
 */
struct mrl_json_build {
	struct mrl_arena *arena;
	struct mrl_json_node *nodes;
	const uint8_t **texts; /* of each node, until finish */
	uint32_t node_count, node_capacity;
	uint32_t open[16]; /* containers */
	uint8_t depth;
	enum mrl_err err;
};
void mrl_json_build_init(struct mrl_json_build *build, struct mrl_arena *arena);
void mrl_json_build_object(struct mrl_json_build *build);
void mrl_json_build_array(struct mrl_json_build *build);
void mrl_json_build_end(struct mrl_json_build *build);
void mrl_json_build_name(struct mrl_json_build *build, struct mrl_slice name);
void mrl_json_build_string(struct mrl_json_build *build, struct mrl_slice text);
/* A JSON number as written (the caller has checked the grammar). */
void mrl_json_build_number(struct mrl_json_build *build, struct mrl_slice text);
void mrl_json_build_bool(struct mrl_json_build *build, bool value);
void mrl_json_build_null(struct mrl_json_build *build);
/* A subtree of another document, copied with its texts borrowed. */
void mrl_json_build_copy(struct mrl_json_build *build, const struct mrl_json_doc *doc,
                         const struct mrl_json_node *node);
/* All texts are then found by `own` or `text` (both based so that 32-bit offsets reach them; texts
 * too far apart are copied into the arena). */
MRL_CHECKED enum mrl_err mrl_json_build_finish(struct mrl_json_build *build,
                                               struct mrl_json_doc *ret_doc);

/* A JSON number's grammar, with nothing before or behind. */
bool mrl_json_is_number(struct mrl_slice text);

/*
 * Exact decimals: value = +-digits x 10^exponent, the digits without leading and trailing zeros;
 * zero has no digits. `digits` may contain one '.', which is skipped (borrowed from the text).
 */
struct mrl_decimal {
	struct mrl_slice digits; /* as written between first and last digit that counts */
	uint32_t digit_count;    /* of them, without a '.' */
	int32_t exponent;        /* of the last digit */
	bool negative;
};
void mrl_decimal_parse(struct mrl_slice number, struct mrl_decimal *ret_decimal);
/* Below, at or above 0 as a < b, a = b, a > b. */
int mrl_decimal_compare(const struct mrl_decimal *a, const struct mrl_decimal *b);
bool mrl_decimal_is_integer(const struct mrl_decimal *decimal);
/* False: it is no integer, or does not fit. */
bool mrl_decimal_int64(const struct mrl_decimal *decimal, int64_t *ret_number);
/* Whether |value| is 0 or within the range of a double, by text alone:
 * 4.9406564584124654e-324 to 1.7976931348623157e308. */
bool mrl_decimal_in_double(const struct mrl_decimal *decimal);
/* A divisor b x 10^y with 0 < b < 2^64. */
struct mrl_divisor {
	uint64_t digits;
	int32_t exponent;
};
/* False: it is not positive, or has too many digits. */
bool mrl_divisor_of(const struct mrl_decimal *decimal, struct mrl_divisor *ret_divisor);
bool mrl_decimal_is_multiple(const struct mrl_decimal *decimal, const struct mrl_divisor *divisor);

/* SipHash-1-3 with a 16-byte key: tables whose keys a client chooses. */
uint64_t mrl_siphash13(const uint8_t key[16], const void *data, size_t size);

#endif
