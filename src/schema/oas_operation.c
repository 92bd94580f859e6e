/* One operation, all fields of struct mrl_operation but those that depend on its base path. */
#include "oas.h"

/* "GET /users/{id}" */
static enum mrl_err make_name(struct mrl_oas_load *load, const struct mrl_oas_source *source,
                              struct mrl_slice *ret_name)
{
	struct mrl_slice method = mrl_method_name(source->method);
	size_t size = method.size + 1 + source->path.size;
	struct mrl_buffer name = mrl_buffer(mrl_arena_alloc(load->arena, size, 1), size);
	if (name.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	mrl_buffer_put(&name, method);
	mrl_buffer_byte(&name, ' ');
	mrl_buffer_put(&name, source->path);
	*ret_name = mrl_buffer_slice(&name);
	return MRL_OK;
}

struct mrl_oas_id {
	struct mrl_oas_id *next;
	const struct mrl_node *node;
};

/* The first of that name, or NULL; then it is remembered. */
static enum mrl_err remember_id(struct mrl_oas_load *load, const struct mrl_node *node,
                                const struct mrl_node **ret_first)
{
	struct mrl_oas_id **bucket = &load->ids[mrl_hash_text(node->text) % MRL_COUNT(load->ids)];
	*ret_first = NULL;
	for (const struct mrl_oas_id *id = *bucket; id != NULL; id = id->next) {
		if (mrl_slice_equal(id->node->text, node->text)) {
			*ret_first = id->node;
			return MRL_OK;
		}
	}
	struct mrl_oas_id *id = MRL_NEW(&load->scratch, struct mrl_oas_id);
	if (id == NULL) {
		return MRL_ERR_MEMORY;
	}
	*id = (struct mrl_oas_id){.next = *bucket, .node = node};
	*bucket = id;
	return MRL_OK;
}

static enum mrl_err read_id(struct mrl_oas_load *load, const struct mrl_oas_source *source,
                            struct mrl_operation *operation)
{
	const struct mrl_node *node = mrl_node_member(source->operation, "operationId");
	const struct mrl_node *first;
	operation->id = operation->name;
	if (node == NULL || node->kind != MRL_NODE_STRING || node->text.size == 0) {
		return MRL_OK;
	}
	operation->id = node->text;
	enum mrl_err err = remember_id(load, node, &first);
	if (err == MRL_OK && first != NULL) {
		uint32_t line;
		uint32_t column;
		mrl_document_position(first->document, first->offset, &line, &column);
		mrl_diagnose(load->diagnostics, MRL_WARNING, "oa-operation-id", node,
		             "give each operation a name of its own",
		             "the operationId stands at %.*s:%u:%u already",
		             MRL_PRINT(first->document->file), line, column);
	}
	return err;
}

static void warn_of_body(struct mrl_oas_load *load, const struct mrl_oas_source *source,
                         const struct mrl_node *body)
{
	if (source->method == MRL_METHOD_GET || source->method == MRL_METHOD_HEAD ||
	    source->method == MRL_METHOD_DELETE) {
		mrl_diagnose(load->diagnostics, MRL_WARNING, "oa-get-body", body,
		             "use POST, or query parameters",
		             "%.*s requests with a body are read differently by different servers",
		             MRL_PRINT(mrl_method_name(source->method)));
	}
}

static enum mrl_err read_body(struct mrl_oas_load *load, const struct mrl_oas_source *source,
                              struct mrl_operation *operation)
{
	const struct mrl_node *site = mrl_node_member(source->operation, "requestBody");
	const struct mrl_node *body;
	if (site == NULL) {
		return MRL_OK;
	}
	warn_of_body(load, source, site);
	enum mrl_err err = mrl_oas_resolve(load, site, &body);
	if (err != MRL_OK) {
		return err;
	}
	const struct mrl_node *required = mrl_node_member(body, "required");
	operation->has_body = true;
	operation->body_required = required != NULL && required->kind == MRL_NODE_BOOL &&
	                           mrl_lower(required->text.data[0]) == 't';
	return mrl_oas_media_types(load, mrl_node_member(body, "content"), &operation->body_types);
}

enum mrl_err mrl_oas_operation(struct mrl_oas_load *load, const struct mrl_oas_source *source,
                               struct mrl_operation *ret_operation)
{
	static enum mrl_err (*const parts[])(struct mrl_oas_load *, const struct mrl_oas_source *,
	                                     struct mrl_operation *) = {
		read_id,          read_body,       mrl_oas_parameters,
		mrl_oas_security, mrl_oas_replies, mrl_oas_texts,
	};
	struct mrl_operation operation = {.method = source->method, .node = source->operation};
	enum mrl_err err = make_name(load, source, &operation.name);
	for (size_t i = 0; err == MRL_OK && i < MRL_COUNT(parts); i++) {
		err = parts[i](load, source, &operation);
	}
	if (err == MRL_OK) {
		*ret_operation = operation;
	}
	return err;
}
