/*
 * The documents of one load, each read once. What the reader of YAML says becomes findings of an
 * OpenAPI document, and spellings that YAML 1.1 reads otherwise are named.
 */
#include "oas.h"

#define FILES_MAX 256

static const char *code_for(const char *code)
{
	if (strcmp(code, "yaml-syntax") == 0) {
		return "oa-syntax";
	}
	return strcmp(code, "yaml-limit") == 0 ? "oa-limit" : code;
}

static enum mrl_err parse(struct mrl_oas_load *load, struct mrl_oas_file *file,
                          struct mrl_slice text)
{
	struct mrl_diagnostics *diagnostics = load->diagnostics;
	struct mrl_diagnostic *last = diagnostics->last;
	enum mrl_err err = mrl_document_read(&load->limits, file->path, text, load->arena,
	                                     diagnostics, &file->document);
	struct mrl_diagnostic *added = last == NULL ? diagnostics->first : last->next;
	for (; added != NULL; added = added->next) {
		added->code = code_for(added->code);
	}
	return err;
}

static void say_unreadable(struct mrl_oas_load *load, const struct mrl_oas_file *file,
                           const struct mrl_node *from, enum mrl_err err)
{
	const char *why = err == MRL_ERR_NOT_FOUND ? "is not there"
	                  : err == MRL_ERR_LIMIT   ? "is too large"
	                                           : "cannot be read";
	const char *code = err == MRL_ERR_LIMIT ? "oa-limit" : "oa-ref";
	if (from == NULL) {
		mrl_diagnose_file(load->diagnostics, MRL_ERROR, code, file->path, 0, 0, NULL,
		                  "the file %s", why);
		return;
	}
	mrl_diagnose(load->diagnostics, MRL_ERROR, code, from, NULL, "the file %.*s %s",
	             MRL_PRINT(file->path), why);
}

static bool is_one_of(struct mrl_slice text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (mrl_slice_is(text, words[i])) {
			return true;
		}
	}
	return false;
}

static bool only_holds(struct mrl_slice text, const char *bytes)
{
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] == 0 || strchr(bytes, text.data[i]) == NULL) {
			return false;
		}
	}
	return text.size != 0;
}

/* 1_000, 12:30:00, 2027-03-31 */
static bool is_number_of_11(struct mrl_slice text)
{
	if (!mrl_is_digit(text.data[0])) {
		return false;
	}
	int64_t days;
	return only_holds(text, "0123456789_") || only_holds(text, "0123456789:") ||
	       mrl_date_parse(text, &days);
}

static bool differs_in_11(const struct mrl_node *node)
{
	static const char *const words[] = {"yes", "Yes", "YES", "no",  "No", "NO", "on", "On",
	                                    "ON",  "off", "Off", "OFF", "y",  "Y",  "n",  "N"};
	struct mrl_slice text = node->text;
	struct mrl_slice written = mrl_slice_from(node->document->text, node->offset);
	if (text.size == 0 || text.size > 32 || !mrl_slice_starts(written, text)) {
		return false; /* quoted */
	}
	if (node->kind == MRL_NODE_NUMBER) {
		return text.size > 1 && text.data[0] == '0' && only_holds(text, "01234567");
	}
	return node->kind == MRL_NODE_STRING &&
	       (is_one_of(text, words, MRL_COUNT(words)) || is_number_of_11(text));
}

/* The values in one container. Keys are left alone: `y` and `on` are names of members that mean
 * just that. */
static void warn_of_values(struct mrl_oas_load *load, const struct mrl_node *parent)
{
	for (const struct mrl_node *child = mrl_node_first(parent); child != NULL;
	     child = mrl_node_after(parent, child)) {
		const struct mrl_node *value = parent->kind == MRL_NODE_OBJECT
		                                       ? mrl_node_value(child)
		                                       : child;
		if (differs_in_11(value)) {
			mrl_diagnose(load->diagnostics, MRL_WARNING, "oa-yaml11", value,
			             "quote it, or write true or false",
			             "%.*s is something else to readers of YAML 1.1",
			             MRL_PRINT(value->text));
		}
	}
}

static void warn_of_11(struct mrl_oas_load *load, const struct mrl_document *document)
{
	for (uint32_t i = 0; i < document->node_count; i++) {
		warn_of_values(load, &document->nodes[i]);
	}
}

static enum mrl_err fill(struct mrl_oas_load *load, struct mrl_oas_file *file,
                         const struct mrl_node *from)
{
	const struct mrl_files *files = &load->options->files;
	struct mrl_slice text;
	enum mrl_err err = files->read(files->host, file->path, load->limits.bytes_max, load->arena,
	                               &text);
	if (err == MRL_ERR_NOT_FOUND || err == MRL_ERR_LIMIT || err == MRL_ERR_IO) {
		say_unreadable(load, file, from, err);
		return MRL_OK;
	}
	if (err == MRL_OK) {
		err = parse(load, file, text);
	}
	if (err != MRL_OK) {
		return err == MRL_ERR_INVALID ? MRL_OK : err;
	}
	file->types = MRL_NEW_ARRAY(load->arena, file->document->node_count, uint8_t);
	if (file->types == NULL) {
		return MRL_ERR_MEMORY;
	}
	warn_of_11(load, file->document);
	return MRL_OK;
}

static uint32_t files_max(const struct mrl_oas_load *load)
{
	return load->options->files_max == 0 ? FILES_MAX : load->options->files_max;
}

enum mrl_err mrl_oas_file(struct mrl_oas_load *load, struct mrl_slice path,
                          const struct mrl_node *from, struct mrl_oas_file **ret_file)
{
	struct mrl_oas_file *file = load->files;
	while (file != NULL && !mrl_slice_equal(file->path, path)) {
		file = file->next;
	}
	if (file == NULL) {
		file = MRL_NEW(load->arena, struct mrl_oas_file);
		if (file == NULL || mrl_arena_copy(load->arena, path, &file->path) != MRL_OK) {
			return MRL_ERR_MEMORY;
		}
		file->next = load->files;
		load->files = file;
		enum mrl_err err = MRL_OK;
		if (++load->file_count <= files_max(load)) {
			err = fill(load, file, from);
		} else if (load->file_count == files_max(load) + 1 && from != NULL) {
			mrl_diagnose(load->diagnostics, MRL_ERROR, "oa-limit", from, NULL,
			             "the document refers to more than %u files", files_max(load));
		}
		if (err != MRL_OK) {
			return err;
		}
	}
	*ret_file = file;
	return MRL_OK;
}

struct mrl_oas_file *mrl_oas_file_of(const struct mrl_oas_load *load, const struct mrl_node *node)
{
	struct mrl_oas_file *file = load->files;
	while (file != NULL && file->document != node->document) {
		file = file->next;
	}
	return file;
}

bool mrl_oas_is_new(const struct mrl_oas_load *load, const char *code, const struct mrl_node *node)
{
	uint32_t line;
	uint32_t column;
	mrl_document_position(node->document, node->offset, &line, &column);
	for (const struct mrl_diagnostic *said = load->diagnostics->first; said != NULL;
	     said = said->next) {
		if (said->line == line && said->column == column && strcmp(said->code, code) == 0 &&
		    mrl_slice_equal(said->file, node->document->file)) {
			return false;
		}
	}
	return true;
}
