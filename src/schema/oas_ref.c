/*
 * `$ref`: a JSON Pointer in this file or in one beside it. Never a URL, and never above the folder
 * of the first document: what a gateway routes by stands in files that its operator put there.
 */
#include "oas.h"

#define HOPS_MAX 64

struct reference {
	const struct mrl_node *node; /* the string */
	struct mrl_slice file;       /* decoded; empty: the same */
	struct mrl_slice pointer;    /* decoded */
	const char *fault;
	const char *hint;
};

static bool fail(struct reference *reference, const char *fault, const char *hint)
{
	reference->fault = fault;
	reference->hint = hint;
	return false;
}

/* RFC 3986 2.1. False: a bad escape, NUL, or (in a file's name) an encoded separator. */
static bool decode(struct mrl_slice raw, bool is_file, uint8_t *memory, struct mrl_slice *ret_text)
{
	size_t size = 0;
	for (size_t i = 0; i < raw.size; i++) {
		uint8_t byte = raw.data[i];
		if (byte == '%') {
			int high = i + 2 < raw.size ? mrl_hex_value(raw.data[i + 1]) : -1;
			int low = i + 2 < raw.size ? mrl_hex_value(raw.data[i + 2]) : -1;
			byte = (uint8_t)((unsigned)high << 4 | (unsigned)low);
			if (high < 0 || low < 0 || byte == 0 || (is_file && byte == '/')) {
				return false;
			}
			i += 2;
		}
		memory[size++] = byte;
	}
	*ret_text = mrl_slice(memory, size);
	return true;
}

static bool has_scheme(struct mrl_slice text)
{
	size_t colon = mrl_slice_find(text, ':');
	return colon < mrl_slice_find(text, '/') && colon < text.size;
}

static bool check_file(struct reference *reference)
{
	struct mrl_slice file = reference->file;
	if (has_scheme(file) || mrl_slice_starts(file, MRL_SLICE("//"))) {
		return fail(reference, "is a URL, and nothing is read over a network",
		            "keep the document in a file beside this one");
	}
	if (mrl_slice_starts(file, MRL_SLICE("/")) || mrl_slice_find(file, '\\') != file.size ||
	    mrl_slice_find(file, '?') != file.size) {
		return fail(reference, "is no relative path",
		            "write it like \"./file.yaml#/name\"");
	}
	return true;
}

static bool split(struct reference *reference, uint8_t *memory)
{
	struct mrl_slice text = reference->node->text;
	size_t hash = mrl_slice_find(text, '#');
	if (text.size == 0) {
		return fail(reference, "is empty", NULL);
	}
	if (!decode(mrl_slice_sub(text, 0, hash), true, memory, &reference->file) ||
	    !decode(mrl_slice_from(text, hash + 1), false, memory + hash, &reference->pointer)) {
		return fail(reference, "has a bad '%' escape", NULL);
	}
	if (reference->pointer.size != 0 && reference->pointer.data[0] != '/') {
		return fail(reference, "has a fragment that is no JSON Pointer",
		            "write it like \"#/components/parameters/name\"");
	}
	return check_file(reference);
}

/* Without its last segment, which has no final '/'. */
static struct mrl_slice folder_of(struct mrl_slice path)
{
	while (path.size != 0 && path.data[path.size - 1] != '/') {
		path.size--;
	}
	return path;
}

/* One segment more on `path`, which begins with `floor` bytes that stay; false: above them. */
static bool add_segment(struct mrl_buffer *path, size_t floor, struct mrl_slice segment)
{
	if (segment.size == 0 || mrl_slice_is(segment, ".")) {
		return true;
	}
	if (!mrl_slice_is(segment, "..")) {
		mrl_buffer_put(path, segment);
		mrl_buffer_byte(path, '/');
		return true;
	}
	if (path->size == floor) {
		return false;
	}
	struct mrl_slice parent = mrl_buffer_slice(path);
	parent.size--;
	path->size = folder_of(parent).size;
	return true;
}

/* folder + the referring file's place below it + the reference, without "." and "..". */
static enum mrl_err join(struct mrl_oas_load *load, struct reference *reference,
                         struct mrl_slice *ret_path)
{
	struct mrl_slice from = folder_of(reference->node->document->file);
	size_t size = from.size + reference->file.size + 2;
	struct mrl_buffer path = mrl_buffer(mrl_arena_alloc(&load->scratch, size, 1), size);
	if (path.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	mrl_buffer_put(&path, from);
	struct mrl_slice rest = reference->file;
	for (bool more = true; more;) {
		size_t end = mrl_slice_find(rest, '/');
		if (!add_segment(&path, load->folder.size, mrl_slice_sub(rest, 0, end))) {
			(void)fail(reference, "leads above the folder of the first document",
			           "move the file into that folder");
			return MRL_OK;
		}
		more = end != rest.size;
		rest = mrl_slice_from(rest, end + 1);
	}
	if (path.size == load->folder.size) {
		(void)fail(reference, "names no file", NULL);
		return MRL_OK;
	}
	path.size--; /* the final '/' */
	*ret_path = mrl_buffer_slice(&path);
	return MRL_OK;
}

static enum mrl_err find_document(struct mrl_oas_load *load, struct reference *reference,
                                  const struct mrl_document **ret_document)
{
	if (reference->file.size == 0) {
		*ret_document = reference->node->document;
		return MRL_OK;
	}
	struct mrl_slice path;
	enum mrl_err err = join(load, reference, &path);
	if (err != MRL_OK || reference->fault != NULL) {
		return err;
	}
	struct mrl_oas_file *file;
	err = mrl_oas_file(load, path, reference->node, &file);
	if (err == MRL_OK) {
		*ret_document = file->document;
	}
	return err;
}

static enum mrl_err find_target(struct mrl_oas_load *load, struct reference *reference,
                                const struct mrl_node **ret_target)
{
	const struct mrl_document *document = NULL;
	uint8_t *memory = mrl_arena_alloc(&load->scratch, reference->node->text.size, 1);
	if (memory == NULL) {
		return MRL_ERR_MEMORY;
	}
	*ret_target = NULL;
	enum mrl_err err = MRL_OK;
	if (split(reference, memory)) {
		err = find_document(load, reference, &document);
	}
	if (err != MRL_OK || document == NULL) {
		return err;
	}
	*ret_target = mrl_node_pointer(mrl_document_root(document), reference->pointer);
	if (*ret_target == NULL) {
		(void)fail(reference, "leads to nothing", NULL);
	}
	return MRL_OK;
}

bool mrl_oas_is_ref(const struct mrl_node *node)
{
	const struct mrl_node *ref = mrl_node_member(node, "$ref");
	return ref != NULL && ref->kind == MRL_NODE_STRING;
}

enum mrl_err mrl_oas_ref_step(struct mrl_oas_load *load, const struct mrl_node *node, bool quiet,
                              const struct mrl_node **ret_target)
{
	struct reference reference = {.node = mrl_node_member(node, "$ref")};
	const struct mrl_node *target = NULL;
	struct mrl_arena_mark mark = mrl_arena_mark(&load->scratch);
	enum mrl_err err = find_target(load, &reference, &target);
	mrl_arena_reset(&load->scratch, mark);
	if (err != MRL_OK) {
		return err;
	}
	if (reference.fault != NULL && !quiet) {
		mrl_diagnose(load->diagnostics, MRL_ERROR, "oa-ref", reference.node, reference.hint,
		             "the reference \"%.*s\" %s",
		             MRL_PRINT(mrl_slice_sub(reference.node->text, 0, 300)),
		             reference.fault);
	}
	*ret_target = target;
	return MRL_OK;
}

enum mrl_err mrl_oas_resolve(struct mrl_oas_load *load, const struct mrl_node *node,
                             const struct mrl_node **ret_target)
{
	for (unsigned hops = 0; node != NULL && mrl_oas_is_ref(node); hops++) {
		if (hops == HOPS_MAX) {
			node = NULL;
			break;
		}
		enum mrl_err err = mrl_oas_ref_step(load, node, true, &node);
		if (err != MRL_OK) {
			return err;
		}
	}
	*ret_target = node;
	return MRL_OK;
}
