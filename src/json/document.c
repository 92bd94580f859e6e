/* Reading a document: what can be refused by its bytes alone first, then the parser. */
#include "build.h"

static enum mrl_err refuse(struct mrl_build *build, const char *code, size_t offset,
                           const char *message)
{
	mrl_build_diagnose(build, code, (uint32_t)offset, NULL, "%s", message);
	return MRL_ERR_INVALID;
}

static bool is_control(uint8_t byte)
{
	return byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r';
}

static size_t find_control(struct mrl_slice text)
{
	size_t i = 0;
	while (i < text.size && !is_control(text.data[i])) {
		i++;
	}
	return i;
}

/* "%YAML 1.2" and nothing but blanks. */
static bool is_version(struct mrl_slice line)
{
	static const struct mrl_slice version = MRL_SLICE_INIT("%YAML 1.2");
	if (line.size != 0 && line.data[line.size - 1] == '\r') {
		line.size--;
	}
	return mrl_slice_starts(line, version) &&
	       mrl_slice_trim(mrl_slice_from(line, version.size)).size == 0;
}

/* A line that begins with '%' and says anything else: other versions read scalars in other ways,
 * and a list of tags, which are refused anyway, costs the parser the square of its length. */
static size_t find_directive(struct mrl_slice text)
{
	size_t at = 0;
	while (at < text.size) {
		struct mrl_slice rest = mrl_slice_from(text, at);
		struct mrl_slice line = mrl_slice_sub(rest, 0, mrl_slice_find(rest, '\n'));
		if (text.data[at] == '%' && !is_version(line)) {
			return at;
		}
		at += line.size + 1;
	}
	return text.size;
}

static enum mrl_err check_bytes(struct mrl_build *build, struct mrl_slice text)
{
	size_t at = mrl_utf8_check(text);
	if (at != text.size) {
		return refuse(build, "yaml-syntax", at, "this is no UTF-8");
	}
	at = find_control(text);
	if (at != text.size) {
		return refuse(build, "yaml-syntax", at, "control characters must be escaped");
	}
	at = find_directive(text);
	if (at != text.size) {
		return refuse(build, "yaml-syntax", at,
		              "directives other than %YAML 1.2 are not read");
	}
	return MRL_OK;
}

static enum mrl_err read_nodes(struct mrl_build *build)
{
	enum mrl_err err = check_bytes(build, build->document->text);
	if (err == MRL_OK) {
		err = mrl_yaml_read(build);
	}
	return err == MRL_OK ? mrl_build_finish(build) : err;
}

enum mrl_err mrl_document_read(const struct mrl_document_limits *limits, struct mrl_slice file,
                               struct mrl_slice text, struct mrl_arena *arena,
                               struct mrl_diagnostics *diagnostics,
                               const struct mrl_document **ret_document)
{
	if (text.size > limits->bytes_max || text.size >= UINT32_MAX) {
		mrl_diagnose_file(diagnostics, MRL_ERROR, "yaml-limit", file, 0, 0, NULL,
		                  "the file is larger than %u bytes", limits->bytes_max);
		return MRL_ERR_INVALID;
	}
	struct mrl_document *document = MRL_NEW(arena, struct mrl_document);
	if (document == NULL) {
		return MRL_ERR_MEMORY;
	}
	*document = (struct mrl_document){.file = file, .text = text};
	uint32_t errors_before = diagnostics->errors;
	struct mrl_build build;
	enum mrl_err err = mrl_build_init(&build, limits, document, arena, diagnostics);
	if (err == MRL_OK) {
		err = read_nodes(&build);
	}
	mrl_build_release(&build);
	if (err == MRL_OK && diagnostics->errors != errors_before) {
		err = MRL_ERR_INVALID;
	}
	if (err == MRL_OK) {
		*ret_document = document;
	}
	return err;
}
