/*
 * YAML and JSON documents: what is accepted is a sound tree whose every node its own pointer leads
 * back to; what is refused has a finding with a place in the text.
 */
#include "fuzz.h"

#include <merlon/document.h>

#define NODES_MAX   20000
#define PATHS_MAX   300 /* a pointer costs time linear in what stands before its node */
#define ARENA_BYTES (64U << 20)

static void check_object(const struct mrl_node *node)
{
	uint32_t count = 0;
	for (const struct mrl_node *key = mrl_node_first(node); key != NULL;
	     key = mrl_node_after(node, key)) {
		FUZZ_CHECK(key->kind == MRL_NODE_STRING);
		FUZZ_CHECK(count > 100 || mrl_node_member_slice(node, key->text) == key + 1);
		count++;
	}
	FUZZ_CHECK(count == node->count);
}

static void check_node(const struct mrl_document *document, uint32_t index)
{
	const struct mrl_node *node = &document->nodes[index];
	FUZZ_CHECK(node->document == document && node->offset <= document->text.size);
	FUZZ_CHECK(node->next > index && node->next <= document->nodes[node->parent].next);
	FUZZ_CHECK(index == 0 ? node->parent == 0 : node->parent < index);
	FUZZ_CHECK(mrl_utf8_check(node->text) == node->text.size);
	if (node->kind == MRL_NODE_OBJECT) {
		check_object(node);
	}
	if (node->kind < MRL_NODE_ARRAY) {
		FUZZ_CHECK(node->next == index + 1 && node->count == 0);
	}
}

static void check_path(const struct mrl_node *node, struct mrl_arena *arena)
{
	struct mrl_slice path;
	FUZZ_CHECK(mrl_node_path(node, arena, &path) == MRL_OK);
	const struct mrl_node *back = mrl_node_pointer(mrl_document_root(node->document), path);
	FUZZ_CHECK(back == node || back == mrl_node_value(node));
}

static void check_findings(const struct mrl_diagnostics *diagnostics, enum mrl_err err)
{
	char memory[8192];
	FUZZ_CHECK((err == MRL_OK) == (diagnostics->errors == 0));
	for (const struct mrl_diagnostic *found = diagnostics->first; found != NULL;
	     found = found->next) {
		struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
		FUZZ_CHECK(strncmp(found->code, "yaml-", 5) == 0 && found->message.size != 0);
		mrl_diagnostic_text(found, &buffer);
		mrl_diagnostic_json(found, &buffer);
		FUZZ_CHECK(mrl_utf8_check(mrl_buffer_slice(&buffer)) == buffer.size);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct mrl_document_limits limits = {
		.bytes_max = 1 << 20, .nodes_max = NODES_MAX, .depth_max = 64};
	struct mrl_arena arena;
	mrl_arena_init(&arena, &mrl_memory_malloc, 65536, ARENA_BYTES);
	struct mrl_diagnostics diagnostics = {.arena = &arena};
	const struct mrl_document *document = NULL;
	enum mrl_err err = mrl_document_read(&limits, MRL_SLICE("f"), mrl_slice(data, size), &arena,
	                                     &diagnostics, &document);
	FUZZ_CHECK(err == MRL_OK || err == MRL_ERR_INVALID);
	FUZZ_CHECK((err == MRL_OK) == (document != NULL));
	check_findings(&diagnostics, err);
	for (uint32_t i = 0; document != NULL && i < document->node_count; i++) {
		check_node(document, i);
		if (i < PATHS_MAX) {
			check_path(&document->nodes[i], &arena);
		}
	}
	mrl_arena_release(&arena);
	return 0;
}
