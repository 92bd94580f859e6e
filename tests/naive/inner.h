/* What the files of the interpreter share. */
#ifndef MRL_NAIVE_INNER_H
#define MRL_NAIVE_INNER_H

#include "naive.h"

enum vocabulary {
	CORE = 1 << 0,
	APPLICATOR = 1 << 1,
	UNEVALUATED = 1 << 2,
	VALIDATION = 1 << 3,
	META = 1 << 4,
	FORMAT = 1 << 5,
	CONTENT = 1 << 6,
	FORMAT_ASSERTION = 1 << 7,
};

/* A schema resource: what an identifier, or the file itself, makes. */
struct resource {
	struct mrl_slice uri; /* absolute, without fragment */
	const struct mrl_node *root;
	enum mrl_dialect dialect;
	uint8_t vocabularies;
};

struct anchor {
	const struct resource *resource;
	struct mrl_slice name;
	const struct mrl_node *node;
	bool dynamic;
};

#define RESOURCES_MAX 1024
#define ANCHORS_MAX   2048

struct naive {
	const struct mrl_schema_options *options;
	struct mrl_arena *arena;
	struct resource *resources;
	struct anchor *anchors;
	uint32_t resource_count, anchor_count;
	bool full;

	/* of one run */
	const struct mrl_json_doc *doc;
	const struct mrl_json_node *root;
	struct naive_result *result;
	struct mrl_schema_caps caps;
	uint32_t depth, steps, negations;
	bool gave_up;
};

/* How a keyword holds schemas. */
enum holds {
	HOLDS_VALUE,
	HOLDS_SCHEMA,
	HOLDS_LIST,
	HOLDS_MAP,
	HOLDS_EITHER,       /* a schema or a list of them */
	HOLDS_DEPENDENCIES, /* a map of schemas and lists of names */
};

struct keyword {
	const char *name;
	uint8_t dialects; /* a bit each */
	uint8_t vocabulary;
	uint8_t family; /* the types that it speaks of: a mask of mrl_json_kind; 0: all */
	enum holds holds;
};
extern const struct keyword naive_keywords[];
extern const size_t naive_keyword_count;

/* The keyword's value if the schema's dialect knows it and no `$ref` beside it hides it. */
const struct mrl_node *naive_keyword(const struct resource *resource, const struct mrl_node *schema,
                                     const char *name);
bool naive_has(const struct resource *resource, const struct mrl_node *schema,
               const struct keyword *keyword);

/* registry.c */
void naive_register(struct naive *naive);
const struct resource *naive_resource(const struct naive *naive, const struct mrl_node *node);
const struct resource *naive_resource_at(const struct naive *naive, struct mrl_slice uri,
                                         const struct resource *from);
const struct anchor *naive_anchor(const struct naive *naive, const struct resource *resource,
                                  struct mrl_slice name);
/* NULL: it leads nowhere. `ret_anchor` is the anchor that was named, or NULL. */
const struct mrl_node *naive_resolve(struct naive *naive, const struct resource *from,
                                     struct mrl_slice reference, const struct anchor **ret_anchor);
/* RFC 3986 section 5.2, without the fragment. */
struct mrl_slice naive_uri_resolve(struct mrl_arena *arena, struct mrl_slice base,
                                   struct mrl_slice reference);

/* value.c: values of documents and tapes alike */
struct value {
	const struct mrl_node *node; /* or, where NULL: */
	const struct mrl_json_doc *doc;
	const struct mrl_json_node *json;
};
struct mrl_slice naive_text(struct value value);
bool naive_equal(struct value a, struct value b);
uint64_t naive_chars(struct mrl_slice text);

/* decimal.c */
int naive_compare(struct mrl_slice a, struct mrl_slice b);
bool naive_is_integer(struct mrl_slice number);
bool naive_is_multiple(struct mrl_slice number, struct mrl_slice divisor);
/* A count as schemas write it; UINT64_MAX at most. */
uint64_t naive_count(struct mrl_slice number);

/* pattern.c: false also where the pattern is none (`naive->gave_up` is then set) */
bool naive_matches(struct naive *naive, struct mrl_slice pattern, struct mrl_slice text);

/* What succeeded schemas say of a location. */
enum {
	EVALUATED = 1 << 0, /* of a member or item, for unevaluated*: of this schema alone */
	DECLARED = 1 << 1,
	FREE = 1 << 2,         /* a const or enum matched */
	ANY_EXPLICIT = 1 << 3, /* true or {} of additionalProperties, unevaluatedProperties */
	ANY_SILENT = 1 << 4,   /* true or {} elsewhere */
	SPOKEN = 1 << 5,       /* a schema that says something */
	READ_ONLY = 1 << 6,
	NAMED = 1 << 7,    /* by properties or patternProperties */
	VARIANT = 1 << 8,  /* equal to a declared name but for case */
	LOWER = 1 << 9,    /* the static part has a lower bound */
	UPPER = 1 << 10,   /* and an upper one */
	INTEGER = 1 << 11, /* and admits integers, not numbers */
	BOUND_CHARS = 1 << 12,
	BOUND_ITEMS = 1 << 13,
	BOUND_MEMBERS = 1 << 14,
	SHAPE_OBJECT = 1 << 15, /* names members; else a free-form object */
	SHAPE_ARRAY = 1 << 16,
	OPEN = 1 << 17, /* additionalProperties, unevaluatedProperties other than false */
};

struct mark {
	uint32_t flags;
	uint8_t types; /* declared */
	/* largest bounds that branches may apply; caps that the document gives */
	uint64_t chars, items, members, cap_chars, cap_items, cap_members;
};

/* The schemas that $ref and allOf alone apply to one location. */
#define GROUP_MAX 256
struct group {
	const struct mrl_node *schemas[GROUP_MAX];
	uint32_t count;
};

/* One schema applied to one location. */
struct frame {
	struct naive *naive;
	const struct frame *parent;
	const struct resource *resource;
	const struct mrl_node *schema;
	const struct mrl_json_node *at;
	const char *by; /* the keyword that applied it */
	const struct group *group;
	struct mark *marks; /* of the subtree at `at` */
	const struct mrl_node *discriminated;
	bool is_static; /* reached from the location's own schema by $ref and allOf alone */
	bool valid;
};

/* How a schema is applied: what becomes of its marks ... */
enum {
	KEEP = 0,  /* they are kept; its failure is the frame's */
	TRY = 1,   /* they are kept if it succeeds */
	PROBE = 2, /* neither marks nor failures are kept */
	/* ... and where. */
	IN_STATIC = 0,
	IN_BRANCH = 4,
	CHILD = 8,
	CHILD_OPEN = 16, /* by additionalProperties, unevaluatedProperties */
};
bool naive_apply(struct frame *frame, const struct mrl_node *schema, const struct mrl_json_node *at,
                 const char *by, unsigned how);

static inline const struct mrl_node *get(const struct frame *frame, const char *name)
{
	return naive_keyword(frame->resource, frame->schema, name);
}

static inline struct mark *mark_of(const struct frame *frame, const struct mrl_json_node *node)
{
	return &frame->marks[node - frame->at];
}

static inline struct mrl_slice text_of(const struct frame *frame, const struct mrl_json_node *node)
{
	return mrl_json_text(frame->naive->doc, node);
}

static inline bool is_true(const struct mrl_node *node)
{
	return node != NULL && node->kind == MRL_NODE_BOOL && mrl_slice_is(node->text, "true");
}

static inline bool is_false(const struct mrl_node *node)
{
	return node != NULL && node->kind == MRL_NODE_BOOL && mrl_slice_is(node->text, "false");
}

/* for (p = first_child(c); p != end_of(c); p = after(p)) of an array's values or an object's
 * names, value_of(name) is the member's value. */
static inline const struct mrl_json_node *end_of(const struct mrl_json_node *container)
{
	return container + container->next;
}

static inline const struct mrl_json_node *value_of(const struct mrl_json_node *name)
{
	return name + 1;
}

static inline const struct mrl_json_node *after(const struct mrl_json_node *node)
{
	const struct mrl_json_node *value = node->kind == MRL_JSON_KIND_NAME ? value_of(node)
	                                                                     : node;
	return value + value->next;
}

void naive_record(struct naive *naive, const char *keyword, const struct mrl_json_node *node);
void naive_fail(struct frame *frame, const char *keyword);

/* scalars.c, arrays.c, objects.c: the keywords of each family */
void naive_values(struct frame *frame);
void naive_numbers(struct frame *frame);
void naive_strings(struct frame *frame);
void naive_arrays(struct frame *frame);
void naive_objects(struct frame *frame);
void naive_unevaluated(struct frame *frame);
void naive_discriminator(struct frame *frame);

/* cluster.c */
struct cluster {
	bool speaks;        /* enum, const, or a keyword of a type's family, somewhere in place */
	bool object, array; /* names members, items */
	uint64_t chars, items, members; /* the largest bounds, branches included */
};
void naive_cluster(struct naive *naive, const struct mrl_node *schema, struct cluster *ret_cluster);
void naive_group_add(struct naive *naive, struct group *group, const struct mrl_node *schema);
void naive_group_child(const struct frame *frame, const struct mrl_json_node *child,
                       struct group *group);
/* Whether the static part makes the member read-only for requests, write-only for replies. */
bool naive_group_hides(const struct frame *frame, struct mrl_slice name);
/* The keyword in effect in this direction, or NULL. */
const char *naive_hiding(const struct naive *naive);
void naive_describe(struct frame *frame);

/* walk.c: what is judged once all schemas were applied */
void naive_walk(struct frame *frame);

#endif
