/* Reading an OpenAPI document as the gateway would, with everything told that it finds. */
#include "lint.h"

#include <merlon/host.h>

static bool is_document_of(const struct mrl_document *document)
{
	const struct mrl_node *root = mrl_document_root(document);
	return mrl_node_member(root, "openapi") != NULL || mrl_node_member(root, "swagger") != NULL;
}

bool mrl_lint_is_document(struct mrl_slice text)
{
	struct mrl_arena arena;
	struct mrl_document_limits limits = MRL_DOCUMENT_LIMITS;
	struct mrl_diagnostics diagnostics = {.arena = &arena};
	const struct mrl_document *document = NULL;
	mrl_arena_init(&arena, &mrl_memory_malloc, 1U << 16, (size_t)1 << 30);
	bool is = mrl_document_read(&limits, MRL_SLICE(""), text, &arena, &diagnostics,
	                            &document) == MRL_OK &&
	          is_document_of(document);
	mrl_arena_release(&arena);
	return is;
}

static void find_open(struct mrl_lint *lint, const struct mrl_operation *operation)
{
	bool meant = mrl_node_member(operation->node, "security") != NULL;
	if (!operation->secured) {
		mrl_diagnose(&lint->diagnostics, meant ? MRL_NOTE : MRL_WARNING, "oa-security",
		             operation->node,
		             meant ? NULL : "add security, or `security: []` if that is meant",
		             "anybody may call %.*s", MRL_PRINT(operation->name));
	}
}

static enum mrl_err check_paths(struct mrl_lint *lint)
{
	struct mrl_api_document *document = lint->document;
	struct mrl_path **paths = MRL_NEW_ARRAY(lint->arena, document->path_count,
	                                        struct mrl_path *);
	const struct mrl_router *router;
	if (paths == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < document->path_count; i++) {
		paths[i] = &document->paths[i];
	}
	const struct mrl_router_input input = {.paths = paths, .count = document->path_count};
	enum mrl_err err = mrl_router_new(&input, lint->arena, &lint->diagnostics, &router);
	return err == MRL_ERR_INVALID ? MRL_OK : err;
}

enum mrl_err mrl_lint_document(struct mrl_lint *lint)
{
	const struct mrl_openapi_options options = {
		.files = mrl_files_posix, .limits = MRL_DOCUMENT_LIMITS, .files_max = 256};
	const struct mrl_input_options inputs = {
		.files = mrl_files_posix,
		.schema = {.numbers = MRL_NUMBERS_INT64,
	                   .bounds_required = lint->strict,
	                   .notes = true},
	};
	enum mrl_err err = mrl_openapi_load(&options, lint->file, lint->arena, &lint->diagnostics,
	                                    &lint->document);
	if (err != MRL_OK) {
		lint->document = NULL;
		return err == MRL_ERR_INVALID ? MRL_OK : err;
	}
	for (uint32_t i = 0; i < lint->document->operation_count; i++) {
		find_open(lint, &lint->document->operations[i]);
	}
	err = check_paths(lint);
	if (err != MRL_OK) {
		return err;
	}
	err = mrl_input_compile(&inputs, lint->document, lint->arena, &lint->diagnostics,
	                        &lint->inputs);
	return err == MRL_ERR_INVALID ? MRL_OK : err;
}
