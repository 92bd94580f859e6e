/*
 * A YAML or JSON text as a flat array of nodes with positions, and what is wrong with it as
 * diagnostics that a person can act on. Cold: read at load only.
 */
#ifndef MERLON_DOCUMENT_H
#define MERLON_DOCUMENT_H

#include <merlon/base.h>

enum mrl_severity { MRL_NOTE, MRL_WARNING, MRL_ERROR };

struct mrl_diagnostic {
	struct mrl_diagnostic *next;
	enum mrl_severity severity;
	const char *code; /* stable, lower case: "policy-key", "oa-path-same" */
	struct mrl_slice file;
	uint32_t line;            /* from 1; 0: the file as a whole */
	uint32_t column;          /* from 1, in code points */
	struct mrl_slice pointer; /* RFC 6901; empty for the root or a syntax error */
	struct mrl_slice message; /* what is wrong */
	struct mrl_slice hint;    /* how to mend it; may be empty */
};

/* All findings of a load in the order found; memory comes from `arena`. */
struct mrl_diagnostics {
	struct mrl_arena *arena;
	struct mrl_diagnostic *first;
	struct mrl_diagnostic *last;
	uint32_t errors;
	uint32_t warnings;
	uint32_t dropped; /* past MRL_DIAGNOSTICS_MAX, or without memory: the counts stay right */
};
#define MRL_DIAGNOSTICS_MAX 1000

enum mrl_node_kind {
	MRL_NODE_NULL,
	MRL_NODE_BOOL,
	MRL_NODE_NUMBER,
	MRL_NODE_STRING,
	MRL_NODE_ARRAY,
	MRL_NODE_OBJECT,
};

struct mrl_document;

/*
 * One value. Children follow their parent in the array: an object's are key, value, key, value (a
 * key is a STRING node). `next` skips the whole subtree.
 */
struct mrl_node {
	enum mrl_node_kind kind;
	uint32_t offset;       /* byte position in the document's text */
	uint32_t count;        /* ARRAY: items; OBJECT: members */
	uint32_t next;         /* index of the node after this subtree */
	uint32_t parent;       /* index; the root's is its own */
	struct mrl_slice text; /* STRING: decoded; NUMBER, BOOL: as written */
	const struct mrl_document *document;
};

struct mrl_document {
	struct mrl_slice file; /* as named by who loads it */
	struct mrl_slice text; /* the bytes */
	struct mrl_node *nodes;
	uint32_t node_count;
};

struct mrl_document_limits {
	uint32_t bytes_max;
	uint32_t nodes_max;
	uint32_t depth_max;
};
#define MRL_DOCUMENT_LIMITS            \
	((struct mrl_document_limits){ \
		.bytes_max = 32U << 20, .nodes_max = 5000000, .depth_max = 256})

/*
 * YAML 1.2 core schema, one document (JSON is a subset). Refused with a diagnostic and
 * MRL_ERR_INVALID: syntax errors, repeated keys, keys that are no scalars, merge keys, explicit
 * tags, a second document, a value over a limit, ill-formed UTF-8. Aliases are followed, at most 10
 * times the written nodes. `file` and `text` are borrowed for the life of the document.
 */
MRL_CHECKED enum mrl_err mrl_document_read(const struct mrl_document_limits *limits,
                                           struct mrl_slice file, struct mrl_slice text,
                                           struct mrl_arena *arena,
                                           struct mrl_diagnostics *diagnostics,
                                           const struct mrl_document **ret_document);

static inline const struct mrl_node *mrl_document_root(const struct mrl_document *document)
{
	return &document->nodes[0];
}

/* Line and column of a byte position, both from 1. */
void mrl_document_position(const struct mrl_document *document, uint32_t offset, uint32_t *ret_line,
                           uint32_t *ret_column);

/* The value of a member, or NULL (also when `object` is NULL or no object). */
const struct mrl_node *mrl_node_member(const struct mrl_node *object, const char *name);
const struct mrl_node *mrl_node_member_slice(const struct mrl_node *object, struct mrl_slice name);

/* for (n = mrl_node_first(x); n != NULL; n = mrl_node_after(x, n)): an array's items, or an
 * object's keys; mrl_node_value(key) is the member's value. */
const struct mrl_node *mrl_node_first(const struct mrl_node *parent);
const struct mrl_node *mrl_node_after(const struct mrl_node *parent, const struct mrl_node *node);
const struct mrl_node *mrl_node_value(const struct mrl_node *key);

/* The node of an RFC 6901 pointer below `node`, or NULL. */
const struct mrl_node *mrl_node_pointer(const struct mrl_node *node, struct mrl_slice pointer);
/* The pointer of a node from its document's root. */
MRL_CHECKED enum mrl_err mrl_node_path(const struct mrl_node *node, struct mrl_arena *arena,
                                       struct mrl_slice *ret_pointer);

/* "object", "string", ... for messages, with an article where one is due. */
const char *mrl_node_kind_name(enum mrl_node_kind kind);

/* Adds a finding at `node` (position, file and pointer are taken from it). Total: without memory
 * it only counts. `hint` may be NULL. */
void mrl_diagnose(struct mrl_diagnostics *diagnostics, enum mrl_severity severity, const char *code,
                  const struct mrl_node *node, const char *hint, const char *format, ...)
	MRL_PRINTF(6, 7);
/* The same for a file as a whole, or for one position in it. */
void mrl_diagnose_file(struct mrl_diagnostics *diagnostics, enum mrl_severity severity,
                       const char *code, struct mrl_slice file, uint32_t line, uint32_t column,
                       const char *hint, const char *format, ...) MRL_PRINTF(8, 9);

/* "file:line:column: error: message (at /pointer)\n    hint: ...\n" into the buffer. */
void mrl_diagnostic_text(const struct mrl_diagnostic *diagnostic, struct mrl_buffer *buffer);
/* {"severity","code","file","line","column","pointer","message","hint"} into the buffer. */
void mrl_diagnostic_json(const struct mrl_diagnostic *diagnostic, struct mrl_buffer *buffer);

/* Of `names` the one nearest to `name` by edit distance, or NULL if none is near. */
const char *mrl_nearest(struct mrl_slice name, const char *const *names, size_t count);

/* A JSON string with its quotes; ill-formed UTF-8 becomes U+FFFD. */
void mrl_json_put_string(struct mrl_buffer *buffer, struct mrl_slice text);

#endif
