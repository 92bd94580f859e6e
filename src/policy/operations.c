/* `operations` of an API: settings of single operations, which must stand in its document. */
#include "keys.h"

const struct mrl_key mrl_operation_keys[] = {
	{.name = "controls",
         .kind = MRL_KEY_CONTROLS,
         .meaning = "settings of this operation",
         .offset = offsetof(struct mrl_operation_layer, controls)},
	{.name = "stream",
         .kind = MRL_KEY_BOOL,
         .fallback = "off",
         .meaning = "its reply is a stream: scanned piece by piece, not held",
         .offset = offsetof(struct mrl_operation_layer, stream)},
	{0},
};

const struct mrl_operation *mrl_operation_find(const struct mrl_api *api, struct mrl_slice name)
{
	const struct mrl_api_document *document = api->document;
	for (uint32_t i = 0; document != NULL && i < document->operation_count; i++) {
		if (mrl_slice_equal(document->operations[i].name, name)) {
			return &document->operations[i];
		}
	}
	return NULL;
}

static bool is_meant(const struct mrl_api *api, const struct mrl_api *only)
{
	return api->document != NULL && (only == NULL || only == api);
}

static size_t count_operations(const struct mrl_policy *policy, const struct mrl_api *only)
{
	size_t count = 0;
	for (uint32_t i = 0; i < policy->api_count; i++) {
		const struct mrl_api *api = &policy->apis[i];
		count += is_meant(api, only) ? api->document->operation_count : 0;
	}
	return count;
}

static const char *text_of(struct mrl_arena *arena, struct mrl_slice name)
{
	char *text = mrl_arena_alloc(arena, name.size + 1, 1);
	if (text != NULL) {
		memcpy(text, name.data, name.size);
		text[name.size] = '\0';
	}
	return text;
}

/* The names of all meant operations; NULL: no memory. */
static const char **list_names(struct mrl_loader *loader, const struct mrl_api *only, size_t count)
{
	const struct mrl_policy *policy = loader->policy;
	const char **names = MRL_NEW_ARRAY(loader->arena, count, const char *);
	size_t used = 0;
	for (uint32_t i = 0; names != NULL && i < policy->api_count; i++) {
		const struct mrl_api *api = &policy->apis[i];
		uint32_t operations = is_meant(api, only) ? api->document->operation_count : 0;
		for (uint32_t j = 0; j < operations; j++) {
			names[used] = text_of(loader->arena, api->document->operations[j].name);
			if (names[used++] == NULL) {
				return NULL;
			}
		}
	}
	return names;
}

enum mrl_err mrl_operation_unknown(struct mrl_loader *loader, const struct mrl_node *node,
                                   const struct mrl_api *api)
{
	struct mrl_arena_mark mark = mrl_arena_mark(loader->arena);
	size_t count = count_operations(loader->policy, api);
	const char **names = list_names(loader, api, count);
	struct mrl_hint hint;
	if (names == NULL) {
		return MRL_ERR_MEMORY;
	}
	mrl_diagnose(loader->diagnostics, MRL_ERROR, "policy-operation", node,
	             mrl_hint_nearest(&hint, node->text, names, count),
	             "no document has the operation \"%.*s\"", MRL_PRINT(node->text));
	mrl_arena_reset(loader->arena, mark);
	return MRL_OK;
}

static enum mrl_err read_operation(struct mrl_loader *loader, uint32_t index,
                                   const struct mrl_node *key)
{
	const struct mrl_api *api = &loader->policy->apis[index];
	const struct mrl_operation *operation = mrl_operation_find(api, key->text);
	struct mrl_operation_layer own;
	enum mrl_err err = mrl_keys_read(loader, mrl_operation_keys, mrl_node_value(key), &own);
	if (err == MRL_OK) {
		err = mrl_load_layer(loader, own.controls);
	}
	if (err != MRL_OK || api->document == NULL) {
		return err;
	}
	if (operation == NULL) {
		return mrl_operation_unknown(loader, key, api);
	}
	loader->layers[index].operations[operation - api->document->operations] = own;
	return MRL_OK;
}

static enum mrl_err read_operations(struct mrl_loader *loader, uint32_t index)
{
	struct mrl_api_layer *layer = &loader->layers[index];
	const struct mrl_api_document *document = loader->policy->apis[index].document;
	enum mrl_err err = MRL_OK;
	layer->operations = MRL_NEW_ARRAY(loader->arena,
	                                  document == NULL ? 0 : document->operation_count,
	                                  struct mrl_operation_layer);
	if (layer->operations == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (const struct mrl_node *key = mrl_node_first(layer->written);
	     key != NULL && err == MRL_OK; key = mrl_node_after(layer->written, key)) {
		err = read_operation(loader, index, key);
	}
	return err;
}

enum mrl_err mrl_load_operations(struct mrl_loader *loader)
{
	enum mrl_err err = MRL_OK;
	for (uint32_t i = 0; i < loader->policy->api_count && err == MRL_OK; i++) {
		err = read_operations(loader, i);
	}
	return err;
}
