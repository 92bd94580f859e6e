/* References into what was taken in: by URI, then by pointer or anchor. */
#include "registry.h"

static const struct mrl_resource *resource_named(const struct mrl_registry *registry,
                                                 struct mrl_slice uri)
{
	for (const struct mrl_resource *r = registry->resources; r != NULL; r = r->next) {
		if (mrl_slice_equal(r->uri, uri)) {
			return r;
		}
	}
	return NULL;
}

static bool same_uri(struct mrl_slice source, struct mrl_slice uri)
{
	source.size -= mrl_slice_ends(source, MRL_SLICE("#"));
	return mrl_slice_equal(source, uri);
}

/* Nothing is ever read over a network: the host's port knows files [TLS-4]. */
static enum mrl_err fetch(struct mrl_registry *registry, struct mrl_slice uri)
{
	const struct mrl_schema_options *options = registry->options;
	const struct mrl_node *root = NULL;
	for (uint32_t i = 0; i < options->source_count; i++) {
		if (same_uri(options->sources[i].uri, uri)) {
			return mrl_registry_add(registry, uri, options->sources[i].root);
		}
	}
	if (options->read == NULL) {
		return MRL_OK;
	}
	enum mrl_err err = options->read(options->host, uri, &root);
	if (err == MRL_ERR_NOT_FOUND) {
		return MRL_OK;
	}
	return err == MRL_OK ? mrl_registry_add(registry, uri, root) : err;
}

/* Percent escapes of a fragment undone. */
static enum mrl_err decode(struct mrl_arena *arena, struct mrl_slice text,
                           struct mrl_slice *ret_text)
{
	struct mrl_buffer out = mrl_buffer(mrl_arena_alloc(arena, text.size + 1, 1), text.size);
	if (out.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (size_t i = 0; i < text.size; i++) {
		int high = i + 2 < text.size ? mrl_hex_value(text.data[i + 1]) : -1;
		int low = i + 2 < text.size ? mrl_hex_value(text.data[i + 2]) : -1;
		if (text.data[i] == '%' && high >= 0 && low >= 0) {
			mrl_buffer_byte(&out, (uint8_t)(high << 4 | low));
			i += 2;
		} else {
			mrl_buffer_byte(&out, text.data[i]);
		}
	}
	*ret_text = mrl_buffer_slice(&out);
	return MRL_OK;
}

const struct mrl_anchor *mrl_registry_anchor(const struct mrl_registry *registry,
                                             const struct mrl_resource *resource,
                                             struct mrl_slice name)
{
	for (const struct mrl_anchor *a = registry->anchors; a != NULL; a = a->next) {
		if (a->resource == resource && mrl_slice_equal(a->name, name)) {
			return a;
		}
	}
	return NULL;
}

enum mrl_err mrl_registry_find(struct mrl_registry *registry, struct mrl_slice uri,
                               const struct mrl_node **ret_node)
{
	struct mrl_slice absolute;
	struct mrl_slice fragment;
	mrl_uri_split(uri, &absolute, &fragment);
	const struct mrl_resource *resource = resource_named(registry, absolute);
	enum mrl_err err = MRL_OK;
	if (resource == NULL) {
		err = fetch(registry, absolute);
		resource = resource_named(registry, absolute);
	}
	*ret_node = NULL;
	if (err != MRL_OK || resource == NULL) {
		return err;
	}
	if (fragment.size == 0) {
		*ret_node = resource->root;
		return MRL_OK;
	}
	err = decode(registry->arena, fragment, &fragment);
	if (err != MRL_OK) {
		return err;
	}
	if (fragment.data[0] == '/') {
		*ret_node = mrl_node_pointer(resource->root, fragment);
		return MRL_OK;
	}
	const struct mrl_anchor *anchor = mrl_registry_anchor(registry, resource, fragment);
	*ret_node = anchor == NULL ? NULL : anchor->node;
	return MRL_OK;
}
