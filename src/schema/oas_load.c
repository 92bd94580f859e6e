/* OpenAPI 3.0 and 3.1 documents: version, the first pass, what the document says of itself, paths.
 */
#include "oas.h"

static struct mrl_slice text_of(const struct mrl_node *object, const char *name)
{
	const struct mrl_node *node = mrl_node_member(object, name);
	return node == NULL ? MRL_SLICE_NONE : node->text;
}

static struct mrl_slice folder_of(struct mrl_slice path)
{
	while (path.size != 0 && path.data[path.size - 1] != '/') {
		path.size--;
	}
	return path;
}

static enum mrl_err refuse_version(struct mrl_oas_load *load, const struct mrl_node *node,
                                   const char *hint, const char *what)
{
	mrl_diagnose(load->diagnostics, MRL_ERROR, "oa-version", node, hint, "%s", what);
	return MRL_ERR_INVALID;
}

/* "3.0.3": MAJOR.MINOR. and digits. */
static bool is_version(struct mrl_slice text, const char *series)
{
	uint64_t patch;
	return mrl_slice_starts(text, mrl_slice_text(series)) &&
	       mrl_parse_u64(mrl_slice_from(text, strlen(series)), &patch);
}

static enum mrl_err check_version(struct mrl_oas_load *load)
{
	const struct mrl_node *version = mrl_node_member(load->root, "openapi");
	const struct mrl_node *swagger = mrl_node_member(load->root, "swagger");
	if (load->root->kind != MRL_NODE_OBJECT || (version == NULL && swagger == NULL)) {
		return refuse_version(load, load->root, "it must begin like \"openapi: 3.1.0\"",
		                      "this is no OpenAPI document");
	}
	if (version == NULL) {
		return refuse_version(load, swagger,
		                      "convert it to OpenAPI 3.0; editors and converters do that "
		                      "without loss",
		                      "Swagger 2.0 documents are not read");
	}
	load->v31 = is_version(version->text, "3.1.");
	if (version->kind != MRL_NODE_STRING ||
	    (!load->v31 && !is_version(version->text, "3.0."))) {
		return refuse_version(load, version,
		                      "write the version like \"3.0.3\" or \"3.1.0\"",
		                      "only OpenAPI 3.0.x and 3.1.x are read");
	}
	return MRL_OK;
}

static struct mrl_slice without_final_slashes(struct mrl_slice path)
{
	while (path.size != 0 && path.data[path.size - 1] == '/') {
		path.size--;
	}
	return path;
}

static enum mrl_err find_base_paths(struct mrl_oas_load *load)
{
	struct mrl_oas_list list = {0};
	if (!load->options->base_path_given) {
		return mrl_oas_base_paths(load, mrl_node_member(load->root, "servers"),
		                          &load->base_paths);
	}
	struct mrl_slice given = without_final_slashes(load->options->base_path);
	enum mrl_err err = mrl_oas_list_add(load, &list, given);
	return err == MRL_OK ? mrl_oas_list_end(load, &list, &load->base_paths) : err;
}

static enum mrl_err describe(struct mrl_oas_load *load)
{
	const struct mrl_node *info = mrl_node_member(load->root, "info");
	load->api = MRL_NEW(load->arena, struct mrl_api_document);
	if (load->api == NULL) {
		return MRL_ERR_MEMORY;
	}
	enum mrl_err err = find_base_paths(load);
	if (err != MRL_OK) {
		return err;
	}
	*load->api = (struct mrl_api_document){
		.file = load->root->document->file,
		.title = text_of(info, "title"),
		.version = text_of(info, "version"),
		.version_openapi = text_of(load->root, "openapi"),
		/* Where all servers are broken there is none, and errors enough. */
		.base_path = load->base_paths.count == 0 ? MRL_SLICE_NONE
	                                                 : load->base_paths.items[0],
	};
	return MRL_OK;
}

static enum mrl_err run(struct mrl_oas_load *load, struct mrl_slice path)
{
	static enum mrl_err (*const steps[])(struct mrl_oas_load *) = {check_version, mrl_oas_check,
	                                                               describe, mrl_oas_paths};
	struct mrl_oas_file *file;
	enum mrl_err err = mrl_oas_file(load, path, NULL, &file);
	if (err != MRL_OK) {
		return err;
	}
	if (file->document == NULL) {
		return MRL_ERR_INVALID;
	}
	load->root = mrl_document_root(file->document);
	for (size_t i = 0; err == MRL_OK && i < MRL_COUNT(steps); i++) {
		err = steps[i](load);
	}
	if (err == MRL_OK) {
		load->api->files = load->files;
	}
	return err;
}

enum mrl_err mrl_openapi_load(const struct mrl_openapi_options *options, struct mrl_slice file,
                              struct mrl_arena *arena, struct mrl_diagnostics *diagnostics,
                              struct mrl_api_document **ret_document)
{
	struct mrl_oas_load load = {
		.options = options,
		.limits = options->limits.bytes_max == 0 ? MRL_DOCUMENT_LIMITS : options->limits,
		.arena = arena,
		.diagnostics = diagnostics,
		.folder = folder_of(file),
	};
	uint32_t errors_before = diagnostics->errors;
	mrl_arena_init(&load.scratch, &arena->memory, 16384, arena->cap_bytes);
	enum mrl_err err = run(&load, file);
	mrl_arena_release(&load.scratch);
	if (err == MRL_OK && diagnostics->errors != errors_before) {
		err = MRL_ERR_INVALID;
	}
	if (err == MRL_OK) {
		*ret_document = load.api;
	}
	return err;
}
