/*
 * The flat array of nodes while a reader fills it. Chunks in a scratch arena first, one array in
 * the document's arena when all are known, since neither their number nor their place is known
 * before.
 */
#ifndef MRL_JSON_BUILD_H
#define MRL_JSON_BUILD_H

#include <merlon/document.h>

struct mrl_build_entry;
struct mrl_build_anchor;

#define MRL_BUILD_BUCKETS 256

struct mrl_build {
	struct mrl_document_limits limits;
	struct mrl_document *document;
	struct mrl_arena *arena;
	struct mrl_arena scratch;
	struct mrl_diagnostics *diagnostics;
	struct mrl_build_entry **chunks;
	struct mrl_build_anchor *anchors[MRL_BUILD_BUCKETS];
	uint32_t chunk_count;
	uint32_t count;   /* nodes so far */
	uint64_t copied;  /* of them by aliases */
	uint32_t current; /* the open container; UINT32_MAX: none */
	uint32_t depth;   /* open containers */
	uint32_t end;     /* of the newest scalar's text */
	uint32_t offset;  /* of the newest node: where one without a text of its own stands */
	bool no_tree;     /* a key is a container: members cannot be walked */
};

struct mrl_build_scalar {
	enum mrl_node_kind kind;
	uint32_t offset;
	bool plain; /* written without quotes */
	struct mrl_slice text;
};

/* `text` and `file` of the document are set. */
MRL_CHECKED enum mrl_err mrl_build_init(struct mrl_build *build,
                                        const struct mrl_document_limits *limits,
                                        struct mrl_document *document, struct mrl_arena *arena,
                                        struct mrl_diagnostics *diagnostics);
void mrl_build_release(struct mrl_build *build);

/* MRL_ERR_INVALID from these: a limit; the diagnostic is written. Other findings only count. */
MRL_CHECKED enum mrl_err mrl_build_open(struct mrl_build *build, enum mrl_node_kind kind,
                                        uint32_t offset);
void mrl_build_close(struct mrl_build *build);
MRL_CHECKED enum mrl_err mrl_build_scalar(struct mrl_build *build,
                                          const struct mrl_build_scalar *scalar);
/* The next node added is what `name` stands for from here on. */
MRL_CHECKED enum mrl_err mrl_build_anchor(struct mrl_build *build, struct mrl_slice name);
MRL_CHECKED enum mrl_err mrl_build_alias(struct mrl_build *build, struct mrl_slice name,
                                         uint32_t offset);
/* Fills document->nodes, and finds repeated keys. */
MRL_CHECKED enum mrl_err mrl_build_finish(struct mrl_build *build);

void mrl_build_diagnose(struct mrl_build *build, const char *code, uint32_t offset,
                        const char *hint, const char *format, ...) MRL_PRINTF(5, 6);

/* YAML 1.2 core schema (10.3.2): the kind of a plain scalar; false for a number that JSON cannot
 * say: hexadecimal, octal, infinite, or none. */
bool mrl_scalar_kind(struct mrl_slice text, enum mrl_node_kind *ret_kind);

/*
 * The text of a quoted scalar from what stands between its quotes, or with `quote` 0 of a plain
 * one; borrowed where nothing has to be decoded. MRL_ERR_INVALID: an escape is bad.
 */
MRL_CHECKED enum mrl_err mrl_quoted_decode(struct mrl_slice raw, uint8_t quote,
                                           struct mrl_arena *arena, struct mrl_slice *ret_text);

/*
 * The text of a block scalar whose lines are `raw`. `before` is all that stands before them, its
 * last line with the header; the scalar before this one ends at `scalar_end` in it.
 * MRL_ERR_INVALID: its lines are not what a block scalar's can be.
 */
MRL_CHECKED enum mrl_err mrl_block_decode(struct mrl_slice before, size_t scalar_end,
                                          struct mrl_slice raw, struct mrl_arena *arena,
                                          struct mrl_slice *ret_text);

/* Repeated keys of all objects, each with both places. `scratch` is for the search alone. */
MRL_CHECKED enum mrl_err mrl_document_unique(const struct mrl_document *document,
                                             struct mrl_arena *scratch,
                                             struct mrl_diagnostics *diagnostics);

/* Events of libfyaml into `build`. */
MRL_CHECKED enum mrl_err mrl_yaml_read(struct mrl_build *build);

#endif
