/*
 * A compiled schema and a run over it. The program is immutable and shared by all workers; a run's
 * memory is its scratch arena.
 */
#ifndef MRL_SCHEMA_PROGRAM_H
#define MRL_SCHEMA_PROGRAM_H

#include "ir.h"

/* In one another; more are EXHAUSTED. A document's depth is bounded by the reader, what schemas add
 * in place by this. */
#define MRL_FRAMES_MAX 1024

struct mrl_merged;

struct mrl_number_bound {
	bool given;
	struct mrl_decimal decimal;
};

/* A schema with what is worked out at load. */
struct mrl_site {
	const struct mrl_ir *ir;
	struct mrl_number_bound minimum, maximum, exclusive_minimum, exclusive_maximum;
	struct mrl_divisor multiple_of;
	bool has_multiple_of;
	bool plain;     /* no keyword at all: `true`, {} */
	bool read_only; /* by its own or through $ref and allOf */
	bool write_only;
	uint8_t declared; /* types that it names, or whose keywords it has */
	uint32_t bounds;  /* MRL_MARK_BOUND_*, OPEN, SAYS_* */
	struct mrl_json_doc
		values;      /* enum as an array, const as one of one item; nodes NULL: none */
	uint32_t *slots;     /* properties by name: 1 + index */
	uint32_t slot_count; /* a power of two; 0: none */
};

struct mrl_program {
	struct mrl_schema_options options;
	struct mrl_ir_graph graph;
	struct mrl_site *sites; /* by id of the ir */
	const struct mrl_schema_entry *entries;
	const struct mrl_merged **merged; /* by entry; NULL or NULL there: only the general form */
	struct mrl_schema_counts *counts; /* by entry; NULL: not known */
	size_t bytes;
};

/* What is known of a node by the schemas that held there. Bits 8 to 15: types declared. */
enum mrl_mark {
	MRL_MARK_DECLARED = 1 << 0, /* a name or an item is evaluated */
	MRL_MARK_ALL = 1 << 1,      /* a const or enum is this value */
	MRL_MARK_ANY = 1 << 2,      /* `true` or {} was applied */
	MRL_MARK_APPLIED = 1 << 3,  /* a schema with keywords was */
	MRL_MARK_BOUND_STRING = 1 << 4,
	MRL_MARK_BOUND_ARRAY = 1 << 5,
	MRL_MARK_BOUND_NUMBER = 1 << 6,
	MRL_MARK_OPEN = 1 << 7, /* an object may have names that are not listed */
	MRL_MARK_BOUND_MEMBERS = 1 << 16,
	MRL_MARK_SAYS_MEMBERS =
		1 << 17,               /* of an object: which names there are, or that any may be */
	MRL_MARK_SAYS_ITEMS = 1 << 18, /* the same of an array's items */
	MRL_MARK_EXPLICIT = 1 << 19,   /* a value of additionalProperties: openness that is said */
	/* Of names: */
	MRL_MARK_NAMED = 1 << 20,      /* properties or patternProperties have it */
	MRL_MARK_VARIANT = 1 << 21,    /* properties have it but for case */
	MRL_MARK_OTHER_SIDE = 1 << 22, /* readOnly in a request, writeOnly in a reply */
};

struct mrl_journal_entry {
	uint32_t node;
	uint32_t marks;
};

/* A schema at work at a location. */
struct mrl_frame {
	const struct mrl_frame *parent;
	const struct mrl_site *site;
	const struct mrl_json_node *node;
};

struct mrl_run {
	const struct mrl_program *program;
	const struct mrl_json_doc *doc;
	struct mrl_arena *scratch;
	const uint8_t *seed;
	struct mrl_journal_entry *journal;
	uint32_t journal_count, journal_capacity;
	const struct mrl_json_node *closed_root; /* of the walk at the end */
	const uint32_t *closed_marks;            /* from there on */
	uint32_t depth;
	const struct mrl_schema_caps *caps;
	uint64_t steps; /* left */
	uint32_t regex_steps;
	bool stopped; /* the allowance is used up, or memory failed: nothing counts any more */
	enum mrl_err err;
	/* The newest failure. */
	const char *keyword;
	const struct mrl_json_node *at;
	const struct mrl_site *site;
	bool capped;
};

/* Whether the schema holds; what it says of names and items is in the journal then. */
bool mrl_run_site(struct mrl_run *run, const struct mrl_frame *parent, const struct mrl_ir *ir,
                  const struct mrl_json_node *node);
bool mrl_run_scalar(struct mrl_run *run, const struct mrl_frame *frame);
bool mrl_run_array(struct mrl_run *run, const struct mrl_frame *frame);
bool mrl_run_object(struct mrl_run *run, const struct mrl_frame *frame);
/* unevaluatedItems and unevaluatedProperties; `mark`: the journal when the schema began. */
bool mrl_run_unevaluated(struct mrl_run *run, const struct mrl_frame *frame, uint32_t mark);
/* The closed world, caps and numbers, once the entry's schema holds. */
bool mrl_run_closed(struct mrl_run *run, const struct mrl_json_node *root);

/* False; notes the failure. */
bool mrl_run_fail(struct mrl_run *run, const struct mrl_frame *frame, const char *keyword,
                  const struct mrl_json_node *at);
/* The same for a cap, which the document did not ask for as a rule. */
bool mrl_run_capped(struct mrl_run *run, const struct mrl_frame *frame, const char *keyword,
                    const struct mrl_json_node *at);
/* False: the allowance is used up. */
bool mrl_run_step(struct mrl_run *run, uint64_t cost);
void mrl_run_mark(struct mrl_run *run, const struct mrl_json_node *node, unsigned marks);

/* Values as JSON has them: 1 = 1.0, members in any order. */
bool mrl_value_equal(struct mrl_run *run, const struct mrl_json_doc *a_doc,
                     const struct mrl_json_node *a, const struct mrl_json_doc *b_doc,
                     const struct mrl_json_node *b);
uint64_t mrl_value_hash(const struct mrl_run *run, const struct mrl_json_node *node);

static inline const struct mrl_site *mrl_site_of(const struct mrl_run *run, const struct mrl_ir *ir)
{
	return &run->program->sites[ir->id];
}

/* Whether $ref and allOf lead from a schema to another: a child to its parent. */
bool mrl_ir_reaches(const struct mrl_ir *ir, const struct mrl_ir *parent);
/* uniqueItems of an array. */
bool mrl_values_unique(struct mrl_run *run, const struct mrl_json_node *array);
/* Two names of the object that are equal but for ASCII case, in their order; false: none. */
bool mrl_case_variant(struct mrl_run *run, const struct mrl_json_node *object,
                      const struct mrl_json_node *ret_pair[2]);
/* A property of that name, or NULL. */
const struct mrl_ir_member *mrl_site_property(const struct mrl_site *site, struct mrl_slice name);
size_t mrl_chars(struct mrl_slice text);

#endif
