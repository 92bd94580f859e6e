/*
 * A schema as one normal form for all dialects: what ir.c makes of documents and what folding,
 * merging and emission read. References are resolved; a site that is reached twice is one object.
 */
#ifndef MRL_SCHEMA_IR_H
#define MRL_SCHEMA_IR_H

#include <merlon/schema.h>

struct mrl_ir;
struct mrl_ir_resource;

struct mrl_ir_list {
	struct mrl_ir **items;
	uint32_t count;
};

struct mrl_ir_member {
	struct mrl_slice name; /* property, or pattern */
	struct mrl_ir *schema;
	const struct mrl_node *node;   /* of the name */
	const struct mrl_regex *regex; /* patternProperties */
};

struct mrl_ir_members {
	struct mrl_ir_member *items;
	uint32_t count;
};

struct mrl_ir_names {
	struct mrl_slice *items;
	uint32_t count;
};

/* dependentRequired, and `dependencies` with a list. */
struct mrl_ir_dependent {
	struct mrl_slice name;
	struct mrl_ir_names required;
};

/* discriminator: `values` are mapping keys and component names in effect, with their schemas. */
struct mrl_ir_discriminator {
	struct mrl_slice property;
	struct mrl_ir_members mapping; /* explicit; schemas resolved */
	const struct mrl_node *node;
};

#define MRL_IR_NONE UINT64_MAX

/*
 * One schema. Every pointer may be NULL and every list empty: the keyword is not there. Numbers
 * that are absent are MRL_IR_NONE. Keywords that the dialect ignores (siblings of `$ref` up to
 * draft 7 and in OpenAPI 3.0) are already gone.
 */
struct mrl_ir {
	const struct mrl_node *node; /* where it stands */
	struct mrl_ir_resource *resource;
	uint32_t id; /* from 0, in the order made; index into mrl_ir_graph.items */
	enum mrl_dialect dialect;
	bool never;  /* the schema `false`; `true` is one without keywords */
	bool always; /* the schema `true`, as written */

	uint8_t types; /* mask of mrl_json_kind with INTEGER (NUMBER then not set); 0: no `type`.
	                * OpenAPI 3.0: nullable adds NULL */
	const struct mrl_node *enumeration; /* an array of values */
	const struct mrl_node *constant;

	const struct mrl_node *minimum, *maximum; /* number nodes */
	const struct mrl_node *exclusive_minimum,
		*exclusive_maximum; /* number nodes, all dialects */
	const struct mrl_node *multiple_of;

	uint64_t min_length, max_length;
	const struct mrl_regex *pattern;
	const struct mrl_node *pattern_node;
	const struct mrl_format *format;    /* only where it is to be asserted */
	const struct mrl_node *format_node; /* as written, whether known or not */
	struct mrl_slice content_encoding, content_media_type; /* to be asserted: content_assert */
	struct mrl_slice content_encoding_note, content_media_type_note; /* annotations */
	struct mrl_ir *content_schema;

	struct mrl_ir_list prefix; /* prefixItems, or `items` as a list */
	struct mrl_ir *items;      /* of the rest: items or additionalItems */
	struct mrl_ir *contains;
	uint64_t min_contains, max_contains; /* min: 1 where not said; contains only */
	bool contains_marks;                 /* 2020-12: matched items are evaluated */
	uint64_t min_items, max_items;
	bool unique_items;
	struct mrl_ir *unevaluated_items;

	struct mrl_ir_members properties;
	struct mrl_ir_members patterns;
	struct mrl_ir *additional;
	struct mrl_ir *property_names;
	struct mrl_ir_names required;
	struct mrl_ir_dependent *dependent;
	uint32_t dependent_count;
	struct mrl_ir_members dependent_schemas; /* and `dependencies` with a schema */
	uint64_t min_properties, max_properties;
	struct mrl_ir *unevaluated_properties;

	struct mrl_ir_list all, any, one;
	struct mrl_ir *negated;
	struct mrl_ir *condition, *consequence, *alternative; /* if, then, else */
	struct mrl_ir *ref; /* $ref; also a $dynamicRef whose target is fixed at load */
	/* $dynamicRef, $recursiveRef that is decided at run time: `dynamic` is where the outermost
	 * resource of the dynamic scope has no such anchor, `dynamic_name` the anchor ("" for
	 * $recursiveRef). */
	struct mrl_ir *dynamic;
	struct mrl_slice dynamic_name;

	/* OpenAPI */
	bool read_only, write_only;
	struct mrl_ir_discriminator *discriminator;
	uint64_t cap_length, cap_items, cap_members; /* x-max-length, x-max-items, x-max-members */
	bool nullable;
};

/* A schema resource: what `$id` makes. Dynamic scope is a list of these. */
struct mrl_ir_resource {
	struct mrl_slice uri;
	uint32_t id;
	struct mrl_ir_members dynamic_anchors; /* name, schema; recursiveAnchor: the name "" */
};

struct mrl_ir_graph {
	struct mrl_ir **items; /* by id */
	uint32_t count;
	struct mrl_ir **entries; /* as given; NULL after an error */
	uint32_t entry_count;
	struct mrl_ir_resource **resources; /* by id */
	uint32_t resource_count;
};

/*
 * Reads all that the entries reach. Findings of the documents' own (js-dialect, js-pattern,
 * js-value, js-ref-loop, js-id-twice, oa-ref, oa-keyword, oa-nullable, ...) are said here; the
 * others (oa-never, oa-any, oa-maxlength, ...) by what follows. MRL_ERR_INVALID after an error;
 * the graph is then still complete enough to be walked by who wants to find more.
 */
MRL_CHECKED enum mrl_err mrl_ir_read(const struct mrl_schema_options *options,
                                     const struct mrl_schema_entry *entries, uint32_t entry_count,
                                     struct mrl_arena *arena, struct mrl_diagnostics *diagnostics,
                                     struct mrl_ir_graph *ret_graph);

/*
 * The program of a graph: folding, merging, sites and caps, closed world, emission.
 */
MRL_CHECKED enum mrl_err mrl_ir_emit(const struct mrl_schema_options *options,
                                     const struct mrl_schema_entry *entries,
                                     const struct mrl_ir_graph *graph, struct mrl_arena *arena,
                                     struct mrl_diagnostics *diagnostics,
                                     const struct mrl_program **ret_program);

#endif
