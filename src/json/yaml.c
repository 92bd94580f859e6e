/*
 * libfyaml's events into the array of nodes; the only file that knows libfyaml. It finds where
 * values begin and end. Its composer, with aliases, tags and recursion, is not used, nor its
 * decoding of scalars, which loses memory on runs of quotes and text in oddly indented blocks.
 */
#include "build.h"

#include <libfyaml.h>

#define ERRORS_MAX 20

static void stay_silent(struct fy_diag *diag, void *user, const char *text, size_t size)
{
	(void)diag;
	(void)user;
	(void)text;
	(void)size;
}

static struct fy_diag *make_diag(void)
{
	struct fy_diag_cfg cfg;
	fy_diag_cfg_default(&cfg);
	cfg.fp = NULL;
	cfg.output_fn = stay_silent;
	cfg.level = FYET_WARNING;
	cfg.colorize = false;
	struct fy_diag *diag = fy_diag_create(&cfg);
	if (diag != NULL) {
		fy_diag_set_collect_errors(diag, true);
	}
	return diag;
}

static struct fy_parser *make_parser(struct fy_diag *diag, struct mrl_slice text)
{
	/* The depth is limited by us; libfyaml's own limit is 64 and no finding of ours. */
	const struct fy_parse_cfg cfg = {
		.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_JSON_NONE |
	                 FYPCF_DISABLE_DEPTH_LIMIT | FYPCF_DEFAULT_VERSION_1_2,
		.diag = diag,
	};
	struct fy_parser *parser = fy_parser_create(&cfg);
	if (parser != NULL &&
	    fy_parser_set_string(parser, (const char *)text.data, text.size) != 0) {
		fy_parser_destroy(parser);
		return NULL;
	}
	return parser;
}

/* A value that is not written: `key:`. Whether it has marks differs by libfyaml's version. */
static bool is_absent(struct fy_event *event)
{
	if (event->type != FYET_SCALAR) {
		return false;
	}
	struct fy_token *token = event->scalar.value;
	size_t size = 0;
	return token == NULL || (fy_token_scalar_style(token) == FYSS_PLAIN &&
	                         (fy_token_get_text(token, &size) == NULL || size == 0));
}

/* Where the event stands; what is not written stands where the node before it does: at its key. */
static uint32_t offset_of(const struct mrl_build *build, struct fy_event *event)
{
	const struct fy_mark *mark = fy_event_start_mark(event);
	if (mark == NULL || mark->input_pos > build->document->text.size || is_absent(event)) {
		return build->offset;
	}
	uint32_t offset = (uint32_t)mark->input_pos;
	bool quoted = fy_event_get_node_style(event) == FYNS_SINGLE_QUOTED ||
	              fy_event_get_node_style(event) == FYNS_DOUBLE_QUOTED;
	return quoted && offset > 0 ? offset - 1 : offset;
}

/* The scalar's bytes by its token's marks: between quotes, or the lines below a header. */
static bool find_raw(const struct mrl_build *build, struct fy_token *token,
                     struct mrl_slice *ret_raw)
{
	struct mrl_slice text = build->document->text;
	const struct fy_mark *start = fy_token_start_mark(token);
	const struct fy_mark *end = fy_token_end_mark(token);
	if (start == NULL || end == NULL || end->input_pos < start->input_pos ||
	    end->input_pos > text.size) {
		return false;
	}
	*ret_raw = mrl_slice_sub(text, start->input_pos, end->input_pos - start->input_pos);
	return true;
}

static enum mrl_err decode_quoted(struct mrl_build *build, struct mrl_slice raw, uint8_t quote,
                                  struct mrl_slice *ret_text)
{
	struct mrl_slice text = build->document->text;
	size_t start = (size_t)(raw.data - text.data);
	size_t end = start + raw.size;
	if (start == 0 || end >= text.size || text.data[start - 1] != quote ||
	    text.data[end] != quote) {
		return MRL_ERR_INVALID;
	}
	return mrl_quoted_decode(raw, quote, build->arena, ret_text);
}

static enum mrl_err decode_block(struct mrl_build *build, struct mrl_slice raw,
                                 struct mrl_slice *ret_text)
{
	struct mrl_slice text = build->document->text;
	struct mrl_slice before = mrl_slice_sub(text, 0, (size_t)(raw.data - text.data));
	return mrl_block_decode(before, build->end, raw, build->arena, ret_text);
}

static enum mrl_err decode(struct mrl_build *build, struct fy_token *token, struct mrl_slice raw,
                           struct mrl_slice *ret_text)
{
	switch (fy_token_scalar_style(token)) {
	case FYSS_PLAIN: return mrl_quoted_decode(raw, 0, build->arena, ret_text);
	case FYSS_SINGLE_QUOTED: return decode_quoted(build, raw, '\'', ret_text);
	case FYSS_DOUBLE_QUOTED: return decode_quoted(build, raw, '"', ret_text);
	case FYSS_LITERAL:
	case FYSS_FOLDED: return decode_block(build, raw, ret_text);
	case FYSS_ANY:
	case FYSS_MAX: break;
	}
	return MRL_ERR_INVALID;
}

/* MRL_ERR_INVALID with a finding: the scalar is not what its marks say. */
static enum mrl_err scalar_text(struct mrl_build *build, struct fy_token *token,
                                struct mrl_slice *ret_text)
{
	struct mrl_slice raw;
	if (token == NULL) {
		*ret_text = mrl_slice("", 0);
		return MRL_OK;
	}
	if (!find_raw(build, token, &raw)) {
		return MRL_ERR_BUG;
	}
	size_t start = (size_t)(raw.data - build->document->text.data);
	enum mrl_err err = decode(build, token, raw, ret_text);
	build->end = (uint32_t)(start + raw.size);
	if (err == MRL_ERR_INVALID) {
		mrl_build_diagnose(build, "yaml-syntax", (uint32_t)start, NULL,
		                   "this scalar has a bad escape or indentation");
	}
	return err;
}

static enum mrl_err handle_scalar(struct mrl_build *build, struct fy_event *event)
{
	struct fy_token *token = event->scalar.value;
	struct mrl_build_scalar scalar = {
		.kind = MRL_NODE_STRING,
		.offset = offset_of(build, event),
		.plain = token == NULL || fy_token_scalar_style(token) == FYSS_PLAIN,
	};
	enum mrl_err err = scalar_text(build, token, &scalar.text);
	if (err != MRL_OK) {
		return err;
	}
	if (scalar.plain && !mrl_scalar_kind(scalar.text, &scalar.kind)) {
		mrl_build_diagnose(build, "yaml-syntax", scalar.offset,
		                   "write it in decimal, or quote it",
		                   "%.*s is a number that JSON cannot say",
		                   MRL_PRINT(mrl_slice_sub(scalar.text, 0, 100)));
	}
	return mrl_build_scalar(build, &scalar);
}

static enum mrl_err handle_alias(struct mrl_build *build, struct fy_event *event)
{
	uint32_t offset = offset_of(build, event);
	size_t size = 0;
	const char *name = fy_token_get_text(event->alias.anchor, &size);
	if (name == NULL) {
		return MRL_ERR_MEMORY;
	}
	return mrl_build_alias(build, mrl_slice(name, size), offset > 0 ? offset - 1 : 0);
}

static enum mrl_err handle_properties(struct mrl_build *build, struct fy_event *event)
{
	if (fy_event_get_tag_token(event) != NULL) {
		mrl_build_diagnose(build, "yaml-syntax", offset_of(build, event),
		                   "remove it; quote a scalar that shall be a string",
		                   "explicit tags are not accepted");
	}
	struct fy_token *anchor = fy_event_get_anchor_token(event);
	if (anchor == NULL || event->type == FYET_ALIAS) {
		return MRL_OK;
	}
	size_t size = 0;
	const char *name = fy_token_get_text(anchor, &size);
	return name == NULL ? MRL_ERR_MEMORY : mrl_build_anchor(build, mrl_slice(name, size));
}

static enum mrl_err check_document(struct mrl_build *build)
{
	if (build->count != 0) {
		mrl_build_diagnose(build, "yaml-syntax", build->offset,
		                   "keep one document, without a line ---",
		                   "a second document begins after this value");
		return MRL_ERR_INVALID;
	}
	return MRL_OK;
}

static enum mrl_err check_end(struct mrl_build *build, struct fy_event *event)
{
	uint32_t end = offset_of(build, event);
	if (build->count == 0) {
		mrl_build_diagnose(build, "yaml-syntax", 0, NULL, "there is no value in it");
		return MRL_ERR_INVALID;
	}
	if (end < build->document->text.size) {
		mrl_build_diagnose(build, "yaml-syntax", end, NULL, "this cannot be read on");
		return MRL_ERR_INVALID;
	}
	return MRL_OK;
}

static enum mrl_err handle_value(struct mrl_build *build, struct fy_event *event)
{
	enum mrl_err err = handle_properties(build, event);
	if (err != MRL_OK) {
		return err;
	}
	if (event->type == FYET_SCALAR) {
		return handle_scalar(build, event);
	}
	enum mrl_node_kind kind = event->type == FYET_MAPPING_START ? MRL_NODE_OBJECT
	                                                            : MRL_NODE_ARRAY;
	return mrl_build_open(build, kind, offset_of(build, event));
}

static enum mrl_err handle(struct mrl_build *build, struct fy_event *event)
{
	switch (event->type) {
	case FYET_DOCUMENT_START: return check_document(build);
	case FYET_STREAM_END: return check_end(build, event);
	case FYET_MAPPING_START:
	case FYET_SEQUENCE_START:
	case FYET_SCALAR: return handle_value(build, event);
	case FYET_ALIAS: return handle_alias(build, event);
	case FYET_MAPPING_END:
	case FYET_SEQUENCE_END: mrl_build_close(build); return MRL_OK;
	case FYET_NONE:
	case FYET_STREAM_START:
	case FYET_DOCUMENT_END: return MRL_OK;
	}
	return MRL_ERR_BUG;
}

/* What libfyaml complains of, as findings of ours; how many. */
static uint32_t take_errors(struct mrl_build *build, struct fy_diag *diag)
{
	uint32_t count = 0;
	void *position = NULL;
	struct fy_diag_error *error;
	while (count < ERRORS_MAX && (error = fy_diag_errors_iterate(diag, &position)) != NULL) {
		mrl_diagnose_file(build->diagnostics, MRL_ERROR, "yaml-syntax",
		                  build->document->file,
		                  error->line > 0 ? (uint32_t)error->line : 0,
		                  error->column > 0 ? (uint32_t)error->column : 0, NULL, "%s",
		                  error->msg == NULL ? "unreadable" : error->msg);
		count++;
	}
	return count;
}

static enum mrl_err run(struct mrl_build *build, struct fy_parser *parser)
{
	for (;;) {
		struct fy_event *event = fy_parser_parse(parser);
		if (event == NULL) {
			return MRL_ERR_INVALID;
		}
		bool at_end = event->type == FYET_STREAM_END;
		enum mrl_err err = handle(build, event);
		fy_parser_event_free(parser, event);
		if (err != MRL_OK || at_end) {
			return err;
		}
	}
}

enum mrl_err mrl_yaml_read(struct mrl_build *build)
{
	struct fy_diag *diag = make_diag();
	if (diag == NULL) {
		return MRL_ERR_MEMORY;
	}
	enum mrl_err err = MRL_ERR_MEMORY;
	struct fy_parser *parser = make_parser(diag, build->document->text);
	if (parser != NULL) {
		uint32_t errors_before = build->diagnostics->errors;
		err = run(build, parser);
		if (take_errors(build, diag) != 0) {
			err = MRL_ERR_INVALID;
		} else if (err == MRL_ERR_INVALID && build->diagnostics->errors == errors_before) {
			mrl_build_diagnose(build, "yaml-syntax", build->offset, NULL,
			                   "this cannot be read on");
		}
		fy_parser_destroy(parser);
	}
	fy_diag_destroy(diag);
	return err;
}
