/* A document's value as a tape and as text, node by node. */
#include "tape.h"

static void put_text(struct mrl_json_node *out, struct mrl_slice text, struct mrl_buffer *own)
{
	out->offset = (uint32_t)own->size;
	out->count = (uint32_t)text.size;
	mrl_buffer_put(own, text);
}

static bool has_any(struct mrl_slice text, const char *bytes)
{
	for (; *bytes != '\0'; bytes++) {
		if (mrl_slice_find(text, (uint8_t)*bytes) != text.size) {
			return true;
		}
	}
	return false;
}

static bool fits_int64(struct mrl_slice text)
{
	uint64_t magnitude;
	bool negative = text.size != 0 && text.data[0] == '-';
	return mrl_parse_u64(mrl_slice_from(text, negative), &magnitude) &&
	       magnitude <= (uint64_t)INT64_MAX + negative;
}

static void number(struct mrl_json_node *out, struct mrl_slice text)
{
	out->kind = MRL_JSON_KIND_NUMBER;
	if (has_any(text, ".eE")) {
		out->flags = MRL_JSON_FRACTION;
	} else if (!fits_int64(text)) {
		out->flags = MRL_JSON_LONG;
	}
}

static void string(struct mrl_json_node *out, struct mrl_slice text)
{
	uint8_t bits = 0;
	for (size_t i = 0; i < text.size; i++) {
		bits |= text.data[i];
	}
	if (out->kind != MRL_JSON_KIND_NAME) {
		out->kind = MRL_JSON_KIND_STRING;
	}
	out->flags = bits < 0x80 ? MRL_JSON_ASCII : 0;
}

static void leaf(struct mrl_json_node *out, const struct mrl_node *node, struct mrl_buffer *own)
{
	switch (node->kind) {
	case MRL_NODE_NULL: out->kind = MRL_JSON_KIND_NULL; return;
	case MRL_NODE_BOOL:
		out->kind = MRL_JSON_KIND_BOOL;
		out->flags = mrl_slice_is(node->text, "true") ? MRL_JSON_TRUE : 0;
		return;
	case MRL_NODE_NUMBER: number(out, node->text); break;
	case MRL_NODE_STRING: string(out, node->text); break;
	case MRL_NODE_ARRAY:
	case MRL_NODE_OBJECT:
		out->kind = node->kind == MRL_NODE_ARRAY ? MRL_JSON_KIND_ARRAY
		                                         : MRL_JSON_KIND_OBJECT;
		out->count = node->count;
		return;
	}
	put_text(out, node->text, own);
}

static void mark_names(struct mrl_json_node *nodes, const struct mrl_node *root, uint32_t count)
{
	for (const struct mrl_node *object = root; object < root + count; object++) {
		const struct mrl_node *key = object->kind == MRL_NODE_OBJECT
		                                     ? mrl_node_first(object)
		                                     : NULL;
		for (; key != NULL; key = mrl_node_after(object, key)) {
			nodes[key - root].kind = MRL_JSON_KIND_NAME;
		}
	}
}

/* Both arrays are pre-order with names before values: position by position they are the same. */
void tape_of_node(const struct mrl_node *node, struct mrl_arena *arena,
                  struct mrl_json_doc *ret_doc)
{
	uint32_t start = (uint32_t)(node - node->document->nodes), count = node->next - start;
	size_t bytes = 1;
	for (uint32_t i = 0; i < count; i++) {
		bytes += node[i].text.size;
	}
	struct mrl_json_node *nodes = MRL_NEW_ARRAY(arena, count, struct mrl_json_node);
	struct mrl_buffer own = mrl_buffer(mrl_arena_alloc(arena, bytes, 1), bytes);
	if (nodes == NULL || own.data == NULL) {
		load_fail("memory", "tape");
	}
	mark_names(nodes, node, count);
	for (uint32_t i = 0; i < count; i++) {
		nodes[i].next = node[i].next - start - i;
		leaf(&nodes[i], &node[i], &own);
	}
	*ret_doc = (struct mrl_json_doc){.text = mrl_buffer_slice(&own),
	                                 .own = own.data,
	                                 .nodes = nodes,
	                                 .node_count = count};
}

static void write_node(struct mrl_buffer *out, const struct mrl_node *node)
{
	bool object = node->kind == MRL_NODE_OBJECT;
	const char *before = "";
	if (!object && node->kind != MRL_NODE_ARRAY) {
		if (node->kind == MRL_NODE_STRING) {
			mrl_json_put_string(out, node->text);
		} else {
			mrl_buffer_put(out, node->kind == MRL_NODE_NULL ? MRL_SLICE("null")
			                                                : node->text);
		}
		return;
	}
	mrl_buffer_byte(out, object ? '{' : '[');
	for (const struct mrl_node *each = mrl_node_first(node); each != NULL;
	     each = mrl_node_after(node, each)) {
		mrl_buffer_put(out, mrl_slice_text(before));
		before = ",";
		if (object) {
			mrl_json_put_string(out, each->text);
			MRL_PUT(out, ":");
		}
		write_node(out, object ? mrl_node_value(each) : each);
	}
	mrl_buffer_byte(out, object ? '}' : ']');
}

/* As deep as the document is. */
struct mrl_slice text_of_node(const struct mrl_node *node, struct mrl_arena *arena)
{
	size_t bytes = 16;
	for (const struct mrl_node *each = node; each < &node->document->nodes[node->next];
	     each++) {
		bytes += 6 * each->text.size + 8;
	}
	struct mrl_buffer out = mrl_buffer(mrl_arena_alloc(arena, bytes, 1), bytes);
	if (out.data == NULL) {
		load_fail("memory", "text");
	}
	write_node(&out, node);
	return mrl_buffer_slice(&out);
}
