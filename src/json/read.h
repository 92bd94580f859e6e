/*
 * What the parts of the JSON reader share. The loop itself stands in read_loop.h, compiled once for
 * each way to scan strings; what it does not need often is a function here, outside of it.
 */
#ifndef MRL_JSON_READ_H
#define MRL_JSON_READ_H

#include <merlon/json.h>

#define MRL_JSON_ALWAYS static inline __attribute__((always_inline))
#define MRL_JSON_RARELY __attribute__((noinline, cold))
#define MRL_LIKELY(x)   __builtin_expect(!!(x), 1)
#define MRL_UNLIKELY(x) __builtin_expect(!!(x), 0)

/* Names of an object whose keys are compared with each other, a group at once; more make a hash
 * set. */
#define MRL_JSON_NAMES_FEW   32
#define MRL_JSON_NAMES_GROUP 8

/*
 * The names of an open object, in the stack `names`: with `mask` 0 one key for each so far, else a
 * hash set of mask + 1 entries. An object's place on the stack ends where the one in it begins.
 */
struct mrl_json_level {
	uint32_t base;
	uint32_t mask;
};

struct mrl_json_reader {
	const uint8_t *start, *end; /* of the text */
	const struct mrl_json_limits *limits;
	struct mrl_json_node *nodes, *node_end;
	uint32_t depth_max, name_bytes, number_bytes;
	uint8_t *own, *own_at; /* decoded strings and where the next one goes */
	struct mrl_json_level *levels;
	uint32_t *names;
	uint32_t number_faults;
	uint32_t probes;      /* entries of hash sets looked at: tests hold it against the text */
	const uint8_t *quote; /* of the newest name that was looked at by a function here */
	struct mrl_json_fault fault;
};

/* A string, between its quotes. */
struct mrl_json_span {
	uint32_t offset;
	uint32_t size;
	uint8_t flags;
};

struct mrl_json_scan {
	const char *name;
	/* Fills the tape: the node behind the last, or NULL with a fault. */
	struct mrl_json_node *(*run)(struct mrl_json_reader *reader);
};
extern const struct mrl_json_scan mrl_json_scan_sse2;
extern const struct mrl_json_scan mrl_json_scan_avx2;

/* mrl_json_read with its reader shown. */
MRL_CHECKED enum mrl_err mrl_json_read_with(struct mrl_json_reader *reader,
                                            const struct mrl_json_scan *scan, struct mrl_slice text,
                                            struct mrl_arena *arena, struct mrl_json_doc *ret_doc);

/* False, with the fault noted. */
bool mrl_json_fail(struct mrl_json_reader *reader, enum mrl_json_fault_code code,
                   const uint8_t *at);
/* False: the byte at `at` is not allowed there, or the text has ended. */
bool mrl_json_unexpected(struct mrl_json_reader *reader, const uint8_t *at);
/* False: what begins with 't', 'f' or 'n' at `at` is no literal. */
bool mrl_json_bad_literal(struct mrl_json_reader *reader, const uint8_t *at);

/* What stands behind the escape whose backslash is at `at`; its bytes go to own_at. NULL: a fault.
 */
const uint8_t *mrl_json_escape(struct mrl_json_reader *reader, const uint8_t *at);
/* What stands behind a run of bytes above 0x7F. NULL: a fault. */
const uint8_t *mrl_json_utf8(struct mrl_json_reader *reader, const uint8_t *at);
/* Whether a name of more bytes than code points are allowed is not too long after all. */
bool mrl_json_name_fits(struct mrl_json_reader *reader, const struct mrl_json_node *name);

/* Whether the digits of an integer without leading zeros, 19 or more, do not fit int64. */
bool mrl_json_is_long(const uint8_t *digits, size_t count, bool negative);
/* Whether a number with '.' or exponent is out of a double's range, for one of more than a few
 * bytes or with an exponent. */
bool mrl_json_leaves_double(struct mrl_slice number);
/* The flags of a number's node, for who has no reader; whether number_faults counts it. */
uint8_t mrl_json_number_flags(struct mrl_slice number, bool *ret_fault);

/* A name whose key is that of a name before it in the open object: whether they differ after all.
 */
bool mrl_json_names_confirm(struct mrl_json_reader *reader, const struct mrl_json_node *object,
                            const struct mrl_json_node *name);
/* The 33rd name and all after it, with `count` before it. False: a fault. */
bool mrl_json_names_add(struct mrl_json_reader *reader, const struct mrl_json_node *object,
                        const struct mrl_json_node *name, uint32_t count,
                        struct mrl_json_level *level);

MRL_JSON_ALWAYS const uint8_t *mrl_json_base(const struct mrl_json_reader *reader,
                                             const struct mrl_json_node *node)
{
	return (node->flags & MRL_JSON_OWN) != 0 ? reader->own : reader->start;
}

#endif
