/*
 * Paths and their operations, first as drafts, then as arrays. One key of `paths` is several paths
 * where servers have different base paths; operations may have servers of their own.
 */
#include "oas.h"

static const struct {
	const char *name;
	enum mrl_method method;
} methods[] = {
	{"get", MRL_METHOD_GET},         {"head", MRL_METHOD_HEAD},   {"post", MRL_METHOD_POST},
	{"put", MRL_METHOD_PUT},         {"patch", MRL_METHOD_PATCH}, {"delete", MRL_METHOD_DELETE},
	{"options", MRL_METHOD_OPTIONS},
};

/* A key of `paths` while its drafts are made. */
struct entry {
	const struct mrl_node *key;
	const struct mrl_node *item;
	struct mrl_names base_paths; /* the Path Item's, else the root's */
	struct mrl_oas_draft *drafts;
};

static enum mrl_err find_draft(struct mrl_oas_load *load, struct entry *entry,
                               struct mrl_slice base_path, struct mrl_oas_draft **ret_draft)
{
	struct mrl_oas_draft *draft = entry->drafts;
	while (draft != NULL && !mrl_slice_equal(draft->base_path, base_path)) {
		draft = draft->next;
	}
	if (draft == NULL) {
		draft = MRL_NEW(&load->scratch, struct mrl_oas_draft);
		if (draft == NULL) {
			return MRL_ERR_MEMORY;
		}
		*draft = (struct mrl_oas_draft){.next = entry->drafts,
		                                .base_path = base_path,
		                                .key = entry->key,
		                                .item = entry->item};
		entry->drafts = draft;
	}
	*ret_draft = draft;
	return MRL_OK;
}

/* `base_path` of the policy replaces all servers. */
static enum mrl_err base_paths_of(struct mrl_oas_load *load, const struct mrl_node *object,
                                  const struct mrl_names *inherited, struct mrl_names *ret_paths)
{
	const struct mrl_node *servers = mrl_node_member(object, "servers");
	if (load->options->base_path_given || servers == NULL) {
		*ret_paths = *inherited;
		return MRL_OK;
	}
	return mrl_oas_base_paths(load, servers, ret_paths);
}

static enum mrl_err draft_operation(struct mrl_oas_load *load, struct entry *entry,
                                    const struct mrl_node *operation, enum mrl_method method)
{
	struct mrl_names base_paths;
	enum mrl_err err = base_paths_of(load, operation, &entry->base_paths, &base_paths);
	for (uint32_t i = 0; err == MRL_OK && i < base_paths.count; i++) {
		struct mrl_oas_draft *draft;
		err = find_draft(load, entry, base_paths.items[i], &draft);
		if (err == MRL_OK) {
			draft->operations[method] = operation;
		}
	}
	return err;
}

static enum mrl_err draft_operations(struct mrl_oas_load *load, struct entry *entry)
{
	enum mrl_err err = MRL_OK;
	const struct mrl_node *trace = mrl_node_member(entry->item, "trace");
	if (trace != NULL && mrl_oas_is_new(load, "oa-trace", trace)) {
		mrl_diagnose(load->diagnostics, MRL_WARNING, "oa-trace", trace, "remove it",
		             "TRACE sends a request back to whoever can make a browser ask, and is "
		             "never routed");
	}
	for (size_t i = 0; err == MRL_OK && i < MRL_COUNT(methods); i++) {
		const struct mrl_node *operation = mrl_node_member(entry->item, methods[i].name);
		if (operation != NULL && operation->kind == MRL_NODE_OBJECT) {
			err = draft_operation(load, entry, operation, methods[i].method);
		}
	}
	/* A Path Item may be empty (for reasons of access); its path is known all the same. */
	if (err == MRL_OK && entry->drafts == NULL) {
		struct mrl_oas_draft *draft;
		err = find_draft(load, entry, entry->base_paths.items[0], &draft);
	}
	return err;
}

static void keep_drafts(struct mrl_oas_load *load, const struct entry *entry)
{
	struct mrl_oas_draft *draft = entry->drafts;
	bool several = draft != NULL && draft->next != NULL;
	while (draft != NULL) {
		struct mrl_oas_draft *next = draft->next;
		draft->twin = several;
		draft->next = load->drafts;
		load->drafts = draft;
		draft = next;
	}
}

static enum mrl_err check_template(struct mrl_oas_load *load, const struct mrl_node *key,
                                   bool *ret_good)
{
	struct mrl_template template;
	const char *fault;
	enum mrl_err err = mrl_template_parse(key->text, &load->scratch, &template, &fault);
	*ret_good = err == MRL_OK;
	/* That it must begin with '/' the first pass has said. */
	if (err == MRL_ERR_INVALID && mrl_slice_starts(key->text, MRL_SLICE("/"))) {
		mrl_diagnose(load->diagnostics, MRL_ERROR, "oa-structure", key, NULL, "the path %s",
		             fault);
	}
	return err == MRL_ERR_INVALID ? MRL_OK : err;
}

static enum mrl_err draft_path(struct mrl_oas_load *load, const struct mrl_node *key)
{
	struct entry entry = {.key = key};
	bool good;
	enum mrl_err err = check_template(load, key, &good);
	if (err == MRL_OK && good) {
		err = mrl_oas_resolve(load, mrl_node_value(key), &entry.item);
	}
	if (err != MRL_OK || entry.item == NULL || entry.item->kind != MRL_NODE_OBJECT) {
		return err;
	}
	err = base_paths_of(load, entry.item, &load->base_paths, &entry.base_paths);
	if (err == MRL_OK) {
		err = mrl_oas_path_parameters(load, key, entry.item);
	}
	if (err == MRL_OK) {
		err = draft_operations(load, &entry);
	}
	keep_drafts(load, &entry);
	return err;
}

static enum mrl_err join_path(struct mrl_oas_load *load, const struct mrl_oas_draft *draft,
                              struct mrl_slice *ret_path)
{
	size_t size = draft->base_path.size + draft->key->text.size;
	struct mrl_buffer path = mrl_buffer(mrl_arena_alloc(load->arena, size, 1), size);
	if (path.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	mrl_buffer_put(&path, draft->base_path);
	mrl_buffer_put(&path, draft->key->text);
	*ret_path = mrl_buffer_slice(&path);
	return MRL_OK;
}

/* GET HEAD POST PUT PATCH DELETE, with OPTIONS or without. */
static enum mrl_err list_methods(struct mrl_oas_load *load, const struct mrl_path *path,
                                 bool with_options, struct mrl_slice *ret_text)
{
	char memory[64];
	struct mrl_buffer text = mrl_buffer(memory, sizeof(memory));
	for (size_t i = 0; i < MRL_COUNT(methods); i++) {
		enum mrl_method method = methods[i].method;
		bool is_options = method == MRL_METHOD_OPTIONS;
		if (is_options ? !with_options : path->operations[method] == NULL) {
			continue;
		}
		if (text.size != 0) {
			MRL_PUT(&text, ", ");
		}
		mrl_buffer_put(&text, mrl_method_name(method));
	}
	return mrl_arena_copy(load->arena, mrl_buffer_slice(&text), ret_text);
}

/* The same operation under another base path was read already: only its path differs. */
static const struct mrl_operation *find_twin(const struct mrl_api_document *api,
                                             const struct mrl_node *node,
                                             const struct mrl_oas_draft *draft)
{
	for (uint32_t i = api->operation_count; draft->twin && i-- > 0;) {
		const struct mrl_operation *known = &api->operations[i];
		size_t method_size = mrl_method_name(known->method).size + 1;
		if (known->node == node &&
		    mrl_slice_equal(mrl_slice_from(known->name, method_size), draft->key->text)) {
			return known;
		}
	}
	return NULL;
}

/* Records name an operation without operationId by method and whole path. */
static enum mrl_err name_unnamed(struct mrl_oas_load *load, struct mrl_operation *operation)
{
	const struct mrl_node *id = mrl_node_member(operation->node, "operationId");
	struct mrl_slice method = mrl_method_name(operation->method);
	size_t capacity = method.size + 1 + operation->template_path.size;
	if (id != NULL && id->kind == MRL_NODE_STRING && id->text.size != 0) {
		return MRL_OK;
	}
	struct mrl_buffer name = mrl_buffer(mrl_arena_alloc(load->arena, capacity, 1), capacity);
	if (name.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	mrl_buffer_put(&name, method);
	mrl_buffer_byte(&name, ' ');
	mrl_buffer_put(&name, operation->template_path);
	operation->id = mrl_buffer_slice(&name);
	return MRL_OK;
}

static enum mrl_err fill_operation(struct mrl_oas_load *load, const struct mrl_oas_draft *draft,
                                   enum mrl_method method, struct mrl_path *path)
{
	struct mrl_operation *operation = &load->api->operations[load->api->operation_count];
	const struct mrl_oas_source source = {
		.path = draft->key->text,
		.item = draft->item,
		.operation = draft->operations[method],
		.method = method,
	};
	const struct mrl_operation *twin = find_twin(load->api, source.operation, draft);
	if (twin != NULL) {
		*operation = *twin;
	} else {
		enum mrl_err err = mrl_oas_operation(load, &source, operation);
		if (err != MRL_OK) {
			return err;
		}
	}
	operation->template_path = path->template_path;
	path->operations[method] = operation;
	load->api->operation_count++;
	return name_unnamed(load, operation);
}

static enum mrl_err fill_path(struct mrl_oas_load *load, const struct mrl_oas_draft *draft,
                              struct mrl_path *path)
{
	path->node = mrl_node_value(draft->key);
	enum mrl_err err = join_path(load, draft, &path->template_path);
	for (size_t i = 0; err == MRL_OK && i < MRL_COUNT(methods); i++) {
		if (draft->operations[methods[i].method] != NULL) {
			err = fill_operation(load, draft, methods[i].method, path);
		}
	}
	if (path->operations[MRL_METHOD_HEAD] == NULL) {
		path->operations[MRL_METHOD_HEAD] = path->operations[MRL_METHOD_GET];
	}
	if (err == MRL_OK) {
		err = list_methods(load, path, true, &path->allow);
	}
	return err == MRL_OK ? list_methods(load, path, false, &path->allow_cors) : err;
}

static uint32_t count_operations(const struct mrl_oas_draft *draft)
{
	uint32_t count = 0;
	for (size_t i = 0; i < MRL_COUNT(draft->operations); i++) {
		count += draft->operations[i] != NULL;
	}
	return count;
}

static enum mrl_err fill_arrays(struct mrl_oas_load *load)
{
	struct mrl_api_document *api = load->api;
	uint32_t paths = 0;
	uint32_t operations = 0;
	for (const struct mrl_oas_draft *draft = load->drafts; draft != NULL; draft = draft->next) {
		paths++;
		operations += count_operations(draft);
	}
	api->paths = MRL_NEW_ARRAY(load->arena, paths, struct mrl_path);
	api->operations = MRL_NEW_ARRAY(load->arena, operations, struct mrl_operation);
	if (api->paths == NULL || api->operations == NULL) {
		return MRL_ERR_MEMORY;
	}
	enum mrl_err err = MRL_OK;
	for (const struct mrl_oas_draft *draft = load->drafts; err == MRL_OK && draft != NULL;
	     draft = draft->next) {
		err = fill_path(load, draft, &api->paths[api->path_count++]);
	}
	return err;
}

static void reverse_drafts(struct mrl_oas_load *load)
{
	struct mrl_oas_draft *reversed = NULL;
	while (load->drafts != NULL) {
		struct mrl_oas_draft *draft = load->drafts;
		load->drafts = draft->next;
		draft->next = reversed;
		reversed = draft;
	}
	load->drafts = reversed;
}

enum mrl_err mrl_oas_paths(struct mrl_oas_load *load)
{
	const struct mrl_node *paths = mrl_node_member(load->root, "paths");
	enum mrl_err err = MRL_OK;
	if (paths != NULL && paths->kind == MRL_NODE_OBJECT) {
		for (const struct mrl_node *key = mrl_node_first(paths);
		     err == MRL_OK && key != NULL; key = mrl_node_after(paths, key)) {
			if (!mrl_slice_starts(key->text, MRL_SLICE("x-"))) {
				err = draft_path(load, key);
			}
		}
	}
	reverse_drafts(load);
	return err == MRL_OK ? fill_arrays(load) : err;
}
