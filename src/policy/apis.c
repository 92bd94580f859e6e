/*
 * `apis`: each with its hosts, its OpenAPI document and its upstream.
 *
 * A document that cannot be read leaves its API without one; the rest of the policy is read on.
 */
#include "address.h"
#include "keys.h"

struct raw {
	struct mrl_setting name;
	struct mrl_settings hosts;
	struct mrl_setting openapi;
	struct mrl_setting base_path;
	const struct mrl_node *upstream;
	const struct mrl_node *controls;
	const struct mrl_node *operations;
};

const struct mrl_key mrl_api_keys[] = {
	{.name = "name",
         .kind = MRL_KEY_TEXT,
         .min = 1,
         .max = 24,
         .required = true,
         .pattern = MRL_NAME_PATTERN,
         .meaning = "short name, for logs and metrics",
         .offset = offsetof(struct raw, name)},
	{.name = "hosts",
         .kind = MRL_KEY_LIST,
         .min = 1,
         .max = 64,
         .required = true,
         .meaning = "exact host names or addresses under which clients call it",
         .offset = offsetof(struct raw, hosts)},
	{.name = "openapi",
         .kind = MRL_KEY_TEXT,
         .min = 1,
         .max = 4096,
         .required = true,
         .meaning = "path of its OpenAPI 3.0 or 3.1 document, from the policy's folder",
         .offset = offsetof(struct raw, openapi)},
	{.name = "base_path",
         .kind = MRL_KEY_TEXT,
         .min = 1,
         .max = 512,
         .meaning = "path before those of the document; default: from its `servers`",
         .offset = offsetof(struct raw, base_path)},
	{.name = "upstream",
         .kind = MRL_KEY_OBJECT,
         .required = true,
         .keys = mrl_upstream_keys,
         .meaning = "the server behind",
         .offset = offsetof(struct raw, upstream)},
	{.name = "controls",
         .kind = MRL_KEY_CONTROLS,
         .meaning = "settings of this API",
         .offset = offsetof(struct raw, controls)},
	{.name = "operations",
         .kind = MRL_KEY_MAP,
         .keys = mrl_operation_keys,
         .meaning = "settings of single operations, by \"METHOD /template\" as in the document",
         .offset = offsetof(struct raw, operations)},
	{0},
};

static bool is_repeated(struct mrl_loader *loader, const struct mrl_settings *hosts, uint32_t index)
{
	for (uint32_t i = 0; i < index; i++) {
		if (mrl_slice_equal(hosts->items[i].text, hosts->items[index].text)) {
			mrl_diagnose(loader->diagnostics, MRL_WARNING, "policy-host",
			             hosts->items[index].node, NULL, "\"%.*s\" is named twice",
			             MRL_PRINT(hosts->items[index].text));
			return true;
		}
	}
	return false;
}

static enum mrl_err read_hosts(struct mrl_loader *loader, const struct mrl_settings *hosts,
                               struct mrl_api *api)
{
	api->hosts.items = MRL_NEW_ARRAY(loader->arena, hosts->count, struct mrl_slice);
	if (api->hosts.items == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < hosts->count; i++) {
		const struct mrl_setting *host = &hosts->items[i];
		const char *fault = mrl_host_fault(host->text);
		if (fault != NULL) {
			mrl_diagnose(loader->diagnostics, MRL_ERROR, "policy-host", host->node,
			             fault, "\"%.*s\" is no exact host", MRL_PRINT(host->text));
		} else if (!is_repeated(loader, hosts, i)) {
			api->hosts.items[api->hosts.count++] = host->text;
		}
	}
	return MRL_OK;
}

static bool is_base_path(const struct mrl_target *target)
{
	return target->fault == MRL_TARGET_OK && !target->has_query &&
	       mrl_slice_find(target->path, '%') == target->path.size;
}

/* A base path is matched by decoded segments: what the edge would refuse as a target, and escapes,
 * cannot stand in it. */
static enum mrl_err read_base_path(struct mrl_loader *loader, const struct mrl_setting *written,
                                   struct mrl_openapi_options *options)
{
	struct mrl_slice path = written->text;
	struct mrl_target target = {.path = MRL_SLICE_NONE};
	enum mrl_err err = MRL_OK;
	while (path.size > 0 && path.data[path.size - 1] == '/') {
		path.size--;
	}
	if (path.size != 0) {
		err = mrl_target_parse(path, loader->arena, &target);
	}
	if (err != MRL_OK) {
		return err;
	}
	if (!is_base_path(&target)) {
		mrl_diagnose(loader->diagnostics, MRL_ERROR, "policy-base-path", written->node,
		             "write it like \"/v1\"; \"/\" for none", "\"%.*s\" is no base path",
		             MRL_PRINT(written->text));
		return MRL_OK;
	}
	options->base_path = path;
	options->base_path_given = true;
	return MRL_OK;
}

static void link_operations(struct mrl_api *api)
{
	struct mrl_api_document *document = api->document;
	for (uint32_t i = 0; i < document->operation_count; i++) {
		document->operations[i].api = api;
	}
	for (uint32_t i = 0; i < document->path_count; i++) {
		document->paths[i].api = api;
	}
}

static enum mrl_err read_document(struct mrl_loader *loader, const struct raw *raw,
                                  struct mrl_api *api)
{
	struct mrl_openapi_options options = {
		.files = loader->files,
		.limits = MRL_DOCUMENT_LIMITS,
		.files_max = 256,
	};
	struct mrl_slice file;
	enum mrl_err err = MRL_OK;
	if (raw->base_path.node != NULL) {
		err = read_base_path(loader, &raw->base_path, &options);
	}
	if (err == MRL_OK) {
		err = mrl_loader_path(loader, raw->openapi.text, &file);
	}
	if (err != MRL_OK || raw->openapi.node == NULL) {
		return err;
	}
	err = mrl_openapi_load(&options, file, loader->arena, loader->diagnostics, &api->document);
	if (err != MRL_OK) {
		return err == MRL_ERR_INVALID ? MRL_OK : err;
	}
	api->base_path = api->document->base_path;
	link_operations(api);
	return MRL_OK;
}

/* "@mrl_<name>_opaque", of which the first part names the other location. */
static enum mrl_err name_locations(struct mrl_loader *loader, struct mrl_api *api)
{
	static const struct mrl_slice prefix = MRL_SLICE_INIT("@mrl_");
	static const struct mrl_slice suffix = MRL_SLICE_INIT("_opaque");
	size_t size = prefix.size + api->name.size + suffix.size;
	struct mrl_buffer location = mrl_buffer(mrl_arena_alloc(loader->arena, size, 1), size);
	if (location.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	mrl_buffer_put(&location, prefix);
	mrl_buffer_put(&location, api->name);
	api->location = mrl_buffer_slice(&location);
	mrl_buffer_put(&location, suffix);
	api->opaque_location = mrl_buffer_slice(&location);
	return MRL_OK;
}

static void check_name(struct mrl_loader *loader, const struct mrl_setting *name, uint32_t index)
{
	const struct mrl_api *apis = loader->policy->apis;
	struct mrl_hint hint;
	if (!mrl_name_check(loader, name)) {
		return;
	}
	for (uint32_t i = 0; i < index; i++) {
		if (mrl_slice_equal(apis[i].name, name->text)) {
			mrl_diagnose(loader->diagnostics, MRL_ERROR, "policy-name", name->node,
			             mrl_hint_place(&hint, apis[i].node),
			             "two APIs have the name \"%.*s\"", MRL_PRINT(name->text));
			return;
		}
	}
}

static enum mrl_err take_api(struct mrl_loader *loader, const void *values,
                             const struct mrl_node *node, uint32_t index)
{
	const struct raw *raw = values;
	struct mrl_api *api = &loader->policy->apis[index];
	*api = (struct mrl_api){.name = raw->name.text, .node = node};
	loader->layers[index] = (struct mrl_api_layer){.controls = raw->controls,
	                                               .written = raw->operations};
	loader->policy->api_count++;
	check_name(loader, &raw->name, index);
	enum mrl_err err = name_locations(loader, api);
	if (err == MRL_OK) {
		err = read_hosts(loader, &raw->hosts, api);
	}
	if (err == MRL_OK) {
		err = mrl_load_upstream(loader, raw->upstream, &api->upstream);
	}
	if (err == MRL_OK) {
		err = mrl_load_layer(loader, raw->controls);
	}
	return err != MRL_OK ? err : read_document(loader, raw, api);
}

enum mrl_err mrl_load_apis(struct mrl_loader *loader, const struct mrl_node *node)
{
	static const struct mrl_section section = {
		.keys = mrl_api_keys, .raw_bytes = sizeof(struct raw), .take = take_api};
	uint32_t count = mrl_node_items(node);
	loader->policy->apis = MRL_NEW_ARRAY(loader->arena, count, struct mrl_api);
	loader->layers = MRL_NEW_ARRAY(loader->arena, count, struct mrl_api_layer);
	if (loader->policy->apis == NULL || loader->layers == NULL) {
		return MRL_ERR_MEMORY;
	}
	return mrl_section_read(loader, &section, node);
}
