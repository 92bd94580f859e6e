/*
 * Repeated keys. Every reader of such a document takes another one of them, so none is taken. A
 * table per object keeps the search linear.
 */
#include "build.h"

struct names {
	const struct mrl_node **slots;
	uint32_t mask;
};

static bool make_names(struct names *names, uint32_t count, struct mrl_arena *scratch)
{
	uint32_t size = 4;
	while (size / 2 < count) {
		size *= 2;
	}
	names->mask = size - 1;
	names->slots = MRL_NEW_ARRAY(scratch, size, const struct mrl_node *);
	return names->slots != NULL;
}

/* The key of the same name, or NULL: then `key` is in the table. */
static const struct mrl_node *add_name(struct names *names, const struct mrl_node *key)
{
	uint32_t at = mrl_hash_text(key->text) & names->mask;
	while (names->slots[at] != NULL) {
		if (mrl_slice_equal(names->slots[at]->text, key->text)) {
			return names->slots[at];
		}
		at = (at + 1) & names->mask;
	}
	names->slots[at] = key;
	return NULL;
}

static void check_names(struct names *names, const struct mrl_node *object,
                        struct mrl_diagnostics *diagnostics)
{
	for (const struct mrl_node *key = mrl_node_first(object); key != NULL;
	     key = mrl_node_after(object, key)) {
		const struct mrl_node *first = key->kind == MRL_NODE_STRING ? add_name(names, key)
		                                                            : NULL;
		if (first != NULL) {
			uint32_t line;
			uint32_t column;
			mrl_document_position(first->document, first->offset, &line, &column);
			mrl_diagnose(diagnostics, MRL_ERROR, "yaml-syntax", key,
			             "remove one of them",
			             "the key \"%.*s\" is repeated; it stands at %u:%u already",
			             MRL_PRINT(mrl_slice_sub(key->text, 0, 200)), line, column);
		}
	}
}

enum mrl_err mrl_document_unique(const struct mrl_document *document, struct mrl_arena *scratch,
                                 struct mrl_diagnostics *diagnostics)
{
	/* What an alias repeats stands before it in the text, and was looked at there. */
	uint32_t seen_offset = 0;
	for (uint32_t i = 0; i < document->node_count; i++) {
		const struct mrl_node *node = &document->nodes[i];
		if (node->offset < seen_offset) {
			continue;
		}
		seen_offset = node->offset;
		if (node->kind != MRL_NODE_OBJECT || node->count < 2) {
			continue;
		}
		struct mrl_arena_mark mark = mrl_arena_mark(scratch);
		struct names names;
		if (!make_names(&names, node->count, scratch)) {
			return MRL_ERR_MEMORY;
		}
		check_names(&names, node, diagnostics);
		mrl_arena_reset(scratch, mark);
	}
	return MRL_OK;
}
