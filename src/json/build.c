/*
 * Filling the flat array: parents before children, `next` known only when a container closes. An
 * alias copies the nodes of its anchor, bounded, so that ten lines cannot become a billion nodes.
 */
#include "build.h"

#include <stdarg.h>
#include <stdio.h>

#define CHUNK       1024
#define NONE        UINT32_MAX
#define MESSAGE_MAX 512

struct mrl_build_entry {
	struct mrl_node node;
	uint32_t depth; /* of containers around it */
};

struct mrl_build_anchor {
	struct mrl_build_anchor *next;
	struct mrl_slice name;
	uint32_t index;
};

void mrl_build_diagnose(struct mrl_build *build, const char *code, uint32_t offset,
                        const char *hint, const char *format, ...)
{
	char message[MESSAGE_MAX];
	uint32_t line;
	uint32_t column;
	va_list arguments;
	va_start(arguments, format);
	(void)vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	mrl_document_position(build->document, offset, &line, &column);
	mrl_diagnose_file(build->diagnostics, MRL_ERROR, code, build->document->file, line, column,
	                  hint, "%s", message);
}

enum mrl_err mrl_build_init(struct mrl_build *build, const struct mrl_document_limits *limits,
                            struct mrl_document *document, struct mrl_arena *arena,
                            struct mrl_diagnostics *diagnostics)
{
	*build = (struct mrl_build){
		.limits = *limits,
		.document = document,
		.arena = arena,
		.diagnostics = diagnostics,
		.current = NONE,
	};
	mrl_arena_init(&build->scratch, &arena->memory, 4096, arena->cap_bytes);
	/* One byte writes three nodes at most (`?`), ten times that by aliases. */
	uint64_t most = 33 * ((uint64_t)document->text.size + 1);
	most = most < limits->nodes_max ? most : limits->nodes_max;
	build->chunks = MRL_NEW_ARRAY(&build->scratch, (size_t)(most / CHUNK + 1),
	                              struct mrl_build_entry *);
	return build->chunks == NULL ? MRL_ERR_MEMORY : MRL_OK;
}

void mrl_build_release(struct mrl_build *build)
{
	mrl_arena_release(&build->scratch);
}

static struct mrl_build_entry *entry_at(struct mrl_build *build, uint32_t index)
{
	return &build->chunks[index / CHUNK][index % CHUNK];
}

static bool awaits_key(struct mrl_build *build)
{
	if (build->current == NONE) {
		return false;
	}
	const struct mrl_node *object = &entry_at(build, build->current)->node;
	return object->kind == MRL_NODE_OBJECT && object->count % 2 == 0;
}

static enum mrl_err make_room(struct mrl_build *build, uint32_t offset)
{
	if (build->count >= build->limits.nodes_max) {
		mrl_build_diagnose(build, "yaml-limit", offset, NULL,
		                   "the document has more than %u values", build->limits.nodes_max);
		return MRL_ERR_INVALID;
	}
	if (build->count / CHUNK < build->chunk_count) {
		return MRL_OK;
	}
	struct mrl_build_entry *chunk = MRL_NEW_ARRAY(&build->scratch, CHUNK,
	                                              struct mrl_build_entry);
	if (chunk == NULL) {
		return MRL_ERR_MEMORY;
	}
	build->chunks[build->chunk_count++] = chunk;
	return MRL_OK;
}

/* One child more of the open container; an object counts keys and values until it closes. */
static enum mrl_err add(struct mrl_build *build, const struct mrl_node *node)
{
	enum mrl_err err = make_room(build, node->offset);
	if (err != MRL_OK) {
		return err;
	}
	uint32_t index = build->count++;
	struct mrl_build_entry *entry = entry_at(build, index);
	entry->node = *node;
	entry->node.parent = build->current == NONE ? index : build->current;
	entry->node.next = index + 1;
	entry->depth = build->depth;
	if (build->current != NONE) {
		entry_at(build, build->current)->node.count++;
	}
	build->offset = node->offset;
	return MRL_OK;
}

static enum mrl_err check_depth(struct mrl_build *build, uint32_t depth, uint32_t offset)
{
	if (depth <= build->limits.depth_max) {
		return MRL_OK;
	}
	mrl_build_diagnose(build, "yaml-limit", offset, NULL, "values are nested more than %u deep",
	                   build->limits.depth_max);
	return MRL_ERR_INVALID;
}

static void refuse_key(struct mrl_build *build, uint32_t offset)
{
	build->no_tree = true;
	mrl_build_diagnose(build, "yaml-syntax", offset, "write the key as a string",
	                   "a key must be a scalar");
}

enum mrl_err mrl_build_open(struct mrl_build *build, enum mrl_node_kind kind, uint32_t offset)
{
	if (awaits_key(build)) {
		refuse_key(build, offset);
	}
	enum mrl_err err = check_depth(build, build->depth + 1, offset);
	if (err != MRL_OK) {
		return err;
	}
	err = add(build, &(struct mrl_node){.kind = kind, .offset = offset});
	if (err != MRL_OK) {
		return err;
	}
	build->current = build->count - 1;
	build->depth++;
	entry_at(build, build->current)->node.next = 0; /* open: an alias to it has no end */
	return MRL_OK;
}

void mrl_build_close(struct mrl_build *build)
{
	struct mrl_node *node = &entry_at(build, build->current)->node;
	node->next = build->count;
	if (node->kind == MRL_NODE_OBJECT) {
		node->count /= 2;
	}
	build->current = node->parent == build->current ? NONE : node->parent;
	build->depth--;
}

static void check_key(struct mrl_build *build, const struct mrl_build_scalar *scalar)
{
	if (!scalar->plain) {
		return;
	}
	if (mrl_slice_is(scalar->text, "<<")) {
		mrl_build_diagnose(build, "yaml-syntax", scalar->offset, "write the members out",
		                   "merge keys (<<) are no YAML 1.2");
	}
	if (scalar->text.size == 0) {
		mrl_build_diagnose(build, "yaml-syntax", scalar->offset,
		                   "write \"\" if the empty name is meant", "a key is missing");
	}
}

enum mrl_err mrl_build_scalar(struct mrl_build *build, const struct mrl_build_scalar *scalar)
{
	enum mrl_node_kind kind = scalar->kind;
	if (awaits_key(build)) {
		check_key(build, scalar);
		kind = MRL_NODE_STRING;
	}
	return add(build, &(struct mrl_node){
				  .kind = kind, .offset = scalar->offset, .text = scalar->text});
}

enum mrl_err mrl_build_anchor(struct mrl_build *build, struct mrl_slice name)
{
	struct mrl_build_anchor *anchor = MRL_NEW(&build->scratch, struct mrl_build_anchor);
	if (anchor == NULL || mrl_arena_copy(&build->scratch, name, &anchor->name) != MRL_OK) {
		return MRL_ERR_MEMORY;
	}
	struct mrl_build_anchor **bucket = &build->anchors[mrl_hash_text(name) % MRL_BUILD_BUCKETS];
	anchor->index = build->count;
	anchor->next = *bucket;
	*bucket = anchor;
	return MRL_OK;
}

/* The newest of that name (YAML 1.2.2, 7.1), or NULL. */
static const struct mrl_build_anchor *find_anchor(struct mrl_build *build, struct mrl_slice name)
{
	const struct mrl_build_anchor *anchor =
		build->anchors[mrl_hash_text(name) % MRL_BUILD_BUCKETS];
	while (anchor != NULL && !mrl_slice_equal(anchor->name, name)) {
		anchor = anchor->next;
	}
	return anchor;
}

static enum mrl_err check_copied(struct mrl_build *build, uint64_t written, uint32_t offset)
{
	if (build->copied <= 10 * written) {
		return MRL_OK;
	}
	mrl_build_diagnose(build, "yaml-limit", offset, "write fewer aliases",
	                   "aliases repeat more than 10 times what is written");
	return MRL_ERR_INVALID;
}

/* The subtree at `from`, as the next child of the open container. */
static enum mrl_err copy_subtree(struct mrl_build *build, uint32_t from, uint32_t offset)
{
	uint32_t size = entry_at(build, from)->node.next - from;
	uint32_t start = build->count;
	uint32_t depth = build->depth;
	build->copied += size;
	/* Whether it is too much is known at the end; that it cannot be right is known here. */
	enum mrl_err err = check_copied(build, build->document->text.size + 1, offset);
	for (uint32_t i = 0; err == MRL_OK && i < size; i++) {
		struct mrl_build_entry from_entry = *entry_at(build, from + i);
		uint32_t at = depth + from_entry.depth - entry_at(build, from)->depth;
		bool opens = from_entry.node.kind >= MRL_NODE_ARRAY;
		err = check_depth(build, at + opens, offset);
		if (err == MRL_OK) {
			err = make_room(build, offset);
		}
		if (err != MRL_OK) {
			return err;
		}
		from_entry.node.next += start - from;
		from_entry.node.parent += start - from;
		from_entry.depth = at;
		*entry_at(build, build->count++) = from_entry;
	}
	return err;
}

static enum mrl_err add_alias(struct mrl_build *build, uint32_t from, uint32_t offset)
{
	uint32_t start = build->count;
	bool as_key = awaits_key(build);
	enum mrl_err err = copy_subtree(build, from, offset);
	if (err != MRL_OK) {
		return err;
	}
	struct mrl_node *root = &entry_at(build, start)->node;
	if (as_key && root->kind >= MRL_NODE_ARRAY) {
		refuse_key(build, offset);
	} else if (as_key) {
		root->kind = MRL_NODE_STRING;
	}
	root->parent = build->current == NONE ? start : build->current;
	if (build->current != NONE) {
		entry_at(build, build->current)->node.count++;
	}
	return MRL_OK;
}

enum mrl_err mrl_build_alias(struct mrl_build *build, struct mrl_slice name, uint32_t offset)
{
	const struct mrl_build_anchor *anchor = find_anchor(build, name);
	const char *fault = NULL;
	if (anchor == NULL) {
		fault = "stands for nothing before it";
	} else if (entry_at(build, anchor->index)->node.next == 0) {
		fault = "holds itself";
	}
	if (fault == NULL) {
		return add_alias(build, anchor->index, offset);
	}
	mrl_build_diagnose(build, "yaml-syntax", offset, NULL, "the alias *%.*s %s",
	                   MRL_PRINT(mrl_slice_sub(name, 0, 100)), fault);
	return add(build, &(struct mrl_node){.kind = MRL_NODE_NULL, .offset = offset});
}

enum mrl_err mrl_build_finish(struct mrl_build *build)
{
	enum mrl_err err = check_copied(build, build->count - build->copied, 0);
	if (err != MRL_OK) {
		return err;
	}
	if (build->no_tree) {
		return MRL_ERR_INVALID;
	}
	struct mrl_document *document = build->document;
	document->nodes = MRL_NEW_ARRAY(build->arena, build->count, struct mrl_node);
	if (document->nodes == NULL) {
		return MRL_ERR_MEMORY;
	}
	document->node_count = build->count;
	for (uint32_t i = 0; i < build->count; i++) {
		document->nodes[i] = entry_at(build, i)->node;
		document->nodes[i].document = document;
	}
	return mrl_document_unique(document, &build->scratch, build->diagnostics);
}
