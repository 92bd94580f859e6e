/*
 * The schemas of an API as entries of programs: one for requests, one for PUT and PATCH where these
 * may carry readOnly members, one for replies. Documents are known by URIs below one folder, so
 * that no reference leads above it, and other files are read through the host alone.
 */
#include "input.h"

#define PREFIX "file:///.merlon/api/"

static bool is_plain(uint8_t byte)
{
	uint8_t lower = mrl_lower(byte);
	return (lower >= 'a' && lower <= 'z') || mrl_is_digit(byte) ||
	       (byte != 0 && strchr("-._~/", byte) != NULL);
}

static enum mrl_err make_uri(struct mrl_input_load *load, struct mrl_slice path,
                             struct mrl_slice *ret_uri)
{
	size_t size = sizeof(PREFIX) + path.size * 3;
	struct mrl_buffer uri = mrl_buffer(mrl_arena_alloc(load->oas.arena, size, 1), size);
	if (uri.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	MRL_PUT(&uri, PREFIX);
	for (size_t i = 0; i < path.size; i++) {
		if (is_plain(path.data[i])) {
			mrl_buffer_byte(&uri, path.data[i]);
		} else {
			mrl_buffer_byte(&uri, '%');
			mrl_buffer_hex(&uri, mrl_slice_sub(path, i, 1));
		}
	}
	*ret_uri = mrl_buffer_slice(&uri);
	return MRL_OK;
}

enum mrl_err mrl_input_uri(struct mrl_input_load *load, const struct mrl_document *document,
                           struct mrl_slice *ret_uri)
{
	for (const struct mrl_input_source *known = load->sources; known != NULL;
	     known = known->next) {
		if (known->document == document) {
			*ret_uri = known->uri;
			return MRL_OK;
		}
	}
	struct mrl_input_source *source = MRL_NEW(&load->oas.scratch, struct mrl_input_source);
	if (source == NULL) {
		return MRL_ERR_MEMORY;
	}
	struct mrl_slice path = document->file;
	if (mrl_slice_starts(path, load->oas.folder)) {
		path = mrl_slice_from(path, load->oas.folder.size);
	}
	*source = (struct mrl_input_source){.next = load->sources, .document = document};
	enum mrl_err err = make_uri(load, path, &source->uri);
	if (err == MRL_OK) {
		load->sources = source;
		load->source_count++;
		*ret_uri = source->uri;
	}
	return err;
}

static uint32_t hash_of(const struct mrl_node *node, bool is_parameter)
{
	struct {
		const struct mrl_node *node;
		uintptr_t is_parameter;
	} key = {node, is_parameter};
	return mrl_hash_text(mrl_slice(&key, sizeof(key)));
}

static void put_slot(struct mrl_input_entries *entries, uint32_t index)
{
	const struct mrl_schema_entry *entry = &entries->items[index];
	uint32_t slot = hash_of(entry->node, entry->parameter) & entries->slot_mask;
	while (entries->slots[slot] != 0) {
		slot = (slot + 1) & entries->slot_mask;
	}
	entries->slots[slot] = index + 1;
}

static enum mrl_err grow(struct mrl_input_load *load, struct mrl_input_entries *entries)
{
	uint32_t capacity = entries->capacity == 0 ? 64 : entries->capacity * 2;
	struct mrl_arena *scratch = &load->oas.scratch;
	struct mrl_schema_entry *items = MRL_NEW_ARRAY(scratch, capacity, struct mrl_schema_entry);
	uint32_t *slots = MRL_NEW_ARRAY(scratch, (size_t)capacity * 2, uint32_t);
	if (items == NULL || slots == NULL) {
		return MRL_ERR_MEMORY;
	}
	if (entries->count != 0) {
		memcpy(items, entries->items, entries->count * sizeof(*items));
	}
	*entries = (struct mrl_input_entries){.items = items,
	                                      .count = entries->count,
	                                      .capacity = capacity,
	                                      .slots = slots,
	                                      .slot_mask = capacity * 2 - 1};
	for (uint32_t i = 0; i < entries->count; i++) {
		put_slot(entries, i);
	}
	return MRL_OK;
}

static bool is_same(const struct mrl_schema_entry *a, const struct mrl_schema_entry *b)
{
	return a->node == b->node && a->parameter == b->parameter &&
	       a->caps.string_chars == b->caps.string_chars &&
	       a->caps.array_items == b->caps.array_items &&
	       a->caps.object_members == b->caps.object_members;
}

enum mrl_err mrl_input_entry(struct mrl_input_load *load, const struct mrl_node *schema,
                             bool is_parameter, uint32_t *ret_entry)
{
	struct mrl_input_entries *entries = &load->entries[load->group];
	const struct mrl_input_settings *settings = load->input->settings;
	struct mrl_schema_entry entry = {.node = schema,
	                                 .parameter = is_parameter,
	                                 .caps = is_parameter ? settings->parameter_caps
	                                                      : settings->body_caps};
	if (entries->count == entries->capacity) {
		enum mrl_err err = grow(load, entries);
		if (err != MRL_OK) {
			return err;
		}
	}
	uint32_t slot = hash_of(schema, is_parameter) & entries->slot_mask;
	for (; entries->slots[slot] != 0; slot = (slot + 1) & entries->slot_mask) {
		if (is_same(&entries->items[entries->slots[slot] - 1], &entry)) {
			*ret_entry = entries->slots[slot] - 1;
			return MRL_OK;
		}
	}
	enum mrl_err err = mrl_input_uri(load, schema->document, &entry.uri);
	if (err != MRL_OK) {
		return err;
	}
	entries->items[entries->count] = entry;
	*ret_entry = entries->count++;
	entries->slots[slot] = *ret_entry + 1;
	return MRL_OK;
}

/* "file:///.merlon/api/schemas/pet.yaml" to the path that the host knows; false: not ours. */
static bool path_of(struct mrl_slice uri, struct mrl_buffer *path)
{
	struct mrl_slice prefix = MRL_SLICE(PREFIX);
	if (!mrl_slice_starts(uri, prefix) || uri.size == prefix.size) {
		return false;
	}
	for (size_t i = prefix.size; i < uri.size; i++) {
		uint8_t byte = uri.data[i];
		if (byte == '%') {
			int high = uri.size - i > 2 ? mrl_hex_value(uri.data[i + 1]) : -1;
			int low = uri.size - i > 2 ? mrl_hex_value(uri.data[i + 2]) : -1;
			byte = (uint8_t)((unsigned)high << 4 | (unsigned)low);
			i += 2;
			if (high < 0 || low < 0 || byte == 0 || byte == '/') {
				return false;
			}
		}
		mrl_buffer_byte(path, byte);
	}
	return mrl_slice_find_text(mrl_buffer_slice(path), MRL_SLICE("//")) == path->size;
}

static enum mrl_err read_schema(void *host, struct mrl_slice uri, const struct mrl_node **ret_root)
{
	struct mrl_input_load *load = host;
	size_t size = load->oas.folder.size + uri.size;
	struct mrl_buffer path = mrl_buffer(mrl_arena_alloc(&load->oas.scratch, size, 1), size);
	struct mrl_oas_file *file;
	if (path.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	mrl_buffer_put(&path, load->oas.folder);
	if (!path_of(uri, &path)) {
		const struct mrl_schema_options *given = &load->options->schema;
		return given->read == NULL ? MRL_ERR_NOT_FOUND
		                           : given->read(given->host, uri, ret_root);
	}
	enum mrl_err err = mrl_oas_file(&load->oas, mrl_buffer_slice(&path), NULL, &file);
	if (err != MRL_OK) {
		return err;
	}
	if (file->document == NULL) {
		return MRL_ERR_NOT_FOUND;
	}
	*ret_root = mrl_document_root(file->document);
	return MRL_OK;
}

static enum mrl_err list_sources(struct mrl_input_load *load, struct mrl_schema_options *options)
{
	const struct mrl_schema_options *given = &load->options->schema;
	struct mrl_slice uri;
	enum mrl_err err = MRL_OK;
	for (const struct mrl_oas_file *file = load->oas.files; err == MRL_OK && file != NULL;
	     file = file->next) {
		err = file->document == NULL ? MRL_OK : mrl_input_uri(load, file->document, &uri);
	}
	uint32_t count = load->source_count + given->source_count;
	struct mrl_schema_source *sources = MRL_NEW_ARRAY(&load->oas.scratch, count,
	                                                  struct mrl_schema_source);
	if (err != MRL_OK || sources == NULL) {
		return err == MRL_OK ? MRL_ERR_MEMORY : err;
	}
	uint32_t at = 0;
	for (const struct mrl_input_source *own = load->sources; own != NULL; own = own->next) {
		sources[at++] = (struct mrl_schema_source){
			.uri = own->uri, .root = mrl_document_root(own->document)};
	}
	for (uint32_t i = 0; i < given->source_count; i++) {
		sources[at++] = given->sources[i];
	}
	options->sources = sources;
	options->source_count = count;
	return MRL_OK;
}

static enum mrl_err compile(struct mrl_input_load *load, const struct mrl_schema_options *shared,
                            enum mrl_input_group group)
{
	const struct mrl_input_entries *entries = &load->entries[group];
	struct mrl_schema_options options = *shared;
	if (entries->count == 0) {
		return MRL_OK;
	}
	options.direction = group == MRL_GROUP_REPLY ? MRL_DIRECTION_REPLY : MRL_DIRECTION_REQUEST;
	if (group == MRL_GROUP_PUT) {
		options.read_only = MRL_READ_ONLY_ALLOW;
	}
	return mrl_schema_compile(&options, entries->items, entries->count, load->oas.arena,
	                          load->oas.diagnostics, &load->inputs->programs[group]);
}

enum mrl_err mrl_input_programs(struct mrl_input_load *load)
{
	struct mrl_schema_options options = load->options->schema;
	enum mrl_err err = list_sources(load, &options);
	options.dialect = load->oas.v31 ? MRL_DIALECT_OAS_31 : MRL_DIALECT_OAS_30;
	options.world = MRL_WORLD_CLOSED;
	options.assert_formats = true;
	options.read = read_schema;
	options.host = load;
	bool invalid = false;
	for (unsigned i = 0; err == MRL_OK && i < MRL_GROUP_COUNT; i++) {
		err = compile(load, &options, (enum mrl_input_group)i);
		invalid = invalid || err == MRL_ERR_INVALID;
		err = err == MRL_ERR_INVALID ? MRL_OK : err;
	}
	return err == MRL_OK && invalid ? MRL_ERR_INVALID : err;
}
