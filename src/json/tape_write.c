/*
 * A tape as JSON text: strings with as few escapes as RFC 8259 allows and U+007F, numbers as they
 * were written. Iterative: a container's end is a node's place, kept on a stack of the deepest
 * nesting that a reader may be told to accept.
 */
#include <merlon/json.h>

#define DEPTH_MAX 1024

static void put_escape(struct mrl_buffer *buffer, uint8_t byte)
{
	static const char short_names[] = "btn\0fr";
	mrl_buffer_byte(buffer, '\\');
	if (byte == '"' || byte == '\\') {
		mrl_buffer_byte(buffer, byte);
	} else if (byte >= 8 && byte <= 13 && short_names[byte - 8] != 0) {
		mrl_buffer_byte(buffer, (uint8_t)short_names[byte - 8]);
	} else {
		MRL_PUT(buffer, "u00");
		mrl_buffer_hex(buffer, mrl_slice(&byte, 1));
	}
}

static void put_string(struct mrl_buffer *buffer, struct mrl_slice text)
{
	mrl_buffer_byte(buffer, '"');
	for (size_t i = 0; i < text.size; i++) {
		uint8_t byte = text.data[i];
		if (byte < 0x20 || byte == '"' || byte == '\\' || byte == 0x7F) {
			put_escape(buffer, byte);
		} else {
			mrl_buffer_byte(buffer, byte);
		}
	}
	mrl_buffer_byte(buffer, '"');
}

static bool is_container(const struct mrl_json_node *node)
{
	return (node->kind & (MRL_JSON_KIND_OBJECT | MRL_JSON_KIND_ARRAY)) != 0;
}

static void put_scalar(const struct mrl_json_doc *doc, const struct mrl_json_node *node,
                       struct mrl_buffer *buffer)
{
	switch (node->kind) {
	case MRL_JSON_KIND_NULL: MRL_PUT(buffer, "null"); break;
	case MRL_JSON_KIND_BOOL:
		mrl_buffer_put(buffer, (node->flags & MRL_JSON_TRUE) != 0 ? MRL_SLICE("true")
		                                                          : MRL_SLICE("false"));
		break;
	case MRL_JSON_KIND_NUMBER: mrl_buffer_put(buffer, mrl_json_text(doc, node)); break;
	default: put_string(buffer, mrl_json_text(doc, node)); break;
	}
}

struct writing {
	const struct mrl_json_node *ends[DEPTH_MAX];
	uint8_t closers[DEPTH_MAX];
	uint32_t depth;
};

static void close_ended(struct writing *writing, const struct mrl_json_node *next,
                        struct mrl_buffer *buffer)
{
	while (writing->depth != 0 && writing->ends[writing->depth - 1] == next) {
		mrl_buffer_byte(buffer, writing->closers[--writing->depth]);
	}
}

void mrl_json_write(const struct mrl_json_doc *doc, const struct mrl_json_node *node,
                    struct mrl_buffer *buffer)
{
	const struct mrl_json_node *end = node + node->next;
	struct writing writing;
	bool first = true;
	writing.depth = 0;
	while (node < end && writing.depth < DEPTH_MAX) {
		if (!first) {
			mrl_buffer_byte(buffer, ',');
		}
		if (node->kind == MRL_JSON_KIND_NAME) {
			put_string(buffer, mrl_json_text(doc, node++));
			mrl_buffer_byte(buffer, ':');
		}
		first = is_container(node);
		if (first) {
			bool object = node->kind == MRL_JSON_KIND_OBJECT;
			mrl_buffer_byte(buffer, object ? '{' : '[');
			writing.ends[writing.depth] = node + node->next;
			writing.closers[writing.depth++] = object ? '}' : ']';
		} else {
			put_scalar(doc, node, buffer);
		}
		node++;
		uint32_t depth = writing.depth;
		close_ended(&writing, node, buffer);
		first = first && depth == writing.depth;
	}
}
