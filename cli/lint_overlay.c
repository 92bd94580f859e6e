/*
 * An OpenAPI Overlay 1.0.0 that adds the bounds which the document lacks: what the gateway would
 * cap by default, written where everybody can see it, and change it.
 */
#include "json_out.h"
#include "lint.h"
#include "text.h"

#include <errno.h>

struct mend {
	const char *code;
	const char *keyword;
	int64_t body, parameter;
};

static const struct mend mends[] = {
	{"oa-maxlength", "maxLength", 4096, 1024},
	{"oa-array-max", "maxItems", 10000, 256},
	{"oa-map-max", "maxProperties", 256, 256},
};

static const struct mend *mend_of(const char *code)
{
	for (size_t i = 0; i < MRL_COUNT(mends); i++) {
		if (strcmp(mends[i].code, code) == 0) {
			return &mends[i];
		}
	}
	return NULL;
}

static bool is_of_parameter(struct mrl_slice pointer)
{
	return mrl_slice_find_text(pointer, MRL_SLICE("/parameters/")) < pointer.size;
}

/* RFC 9535: $['paths']['/orders']['post']; a pointer's digits may be an index or a name, and the
 * document tells which. */
static void put_target(struct mrl_buffer *path, const struct mrl_node *root,
                       struct mrl_slice pointer)
{
	const struct mrl_node *node = root;
	mrl_buffer_byte(path, '$');
	while (pointer.size != 0) {
		struct mrl_slice rest = mrl_slice_from(pointer, 1);
		struct mrl_slice token = mrl_slice_sub(rest, 0, mrl_slice_find(rest, '/'));
		bool index = node != NULL && node->kind == MRL_NODE_ARRAY;
		mrl_buffer_put(path, index ? MRL_SLICE("[") : MRL_SLICE("['"));
		for (size_t i = 0; i < token.size; i++) {
			uint8_t byte = token.data[i];
			if (byte == '~' && i + 1 < token.size) {
				byte = token.data[++i] == '1' ? '/' : '~';
			}
			if (byte == '\'' || byte == '\\') {
				mrl_buffer_byte(path, '\\');
			}
			mrl_buffer_byte(path, byte);
		}
		mrl_buffer_put(path, index ? MRL_SLICE("]") : MRL_SLICE("']"));
		node = mrl_node_pointer(node, mrl_slice_sub(pointer, 0, token.size + 1));
		pointer = mrl_slice_from(rest, token.size);
	}
}

#define TARGET_BYTES 8192

static void put_action(struct mrl_out *json, const struct mrl_lint *lint,
                       const struct mrl_diagnostic *d, const struct mend *mend)
{
	const struct mrl_node *root = mrl_document_root(
		lint->document->operations[0].node->document);
	struct mrl_buffer target = mrl_buffer(
		mrl_must(mrl_arena_alloc(lint->arena, TARGET_BYTES, 1)), TARGET_BYTES);
	put_target(&target, root, d->pointer);
	if (target.overflow) {
		return;
	}
	mrl_out_open(json, NULL, '{');
	mrl_out_slice(json, "target", mrl_buffer_slice(&target));
	mrl_out_open(json, "update", '{');
	mrl_out_number(json, mend->keyword,
	               is_of_parameter(d->pointer) ? mend->parameter : mend->body);
	mrl_out_close(json);
	mrl_out_close(json);
}

static void put_overlay(FILE *out, const struct mrl_lint *lint)
{
	struct mrl_out json = mrl_out_begin(out);
	mrl_out_open(&json, NULL, '{');
	mrl_out_text(&json, "overlay", "1.0.0");
	mrl_out_open(&json, "info", '{');
	mrl_out_text(&json, "title", "Bounds that the document lacks, by merlon lint");
	mrl_out_text(&json, "version", "1.0.0");
	mrl_out_close(&json);
	mrl_out_slice(&json, "extends", lint->file);
	mrl_out_open(&json, "actions", '[');
	for (const struct mrl_diagnostic *d = lint->diagnostics.first; d != NULL; d = d->next) {
		const struct mend *mend = mend_of(d->code);
		if (mend != NULL && mrl_slice_equal(d->file, lint->file)) {
			put_action(&json, lint, d, mend);
		}
	}
	mrl_out_finish(&json);
}

bool mrl_lint_overlay(const struct mrl_lint *lint, const char *path)
{
	FILE *out = lint->document == NULL || lint->document->operation_count == 0
	                    ? NULL
	                    : fopen(path, "we");
	if (out == NULL) {
		return false;
	}
	put_overlay(out, lint);
	bool written = ferror(out) == 0;
	return fclose(out) == 0 && written;
}
