/* RFC 6901 pointers of nodes on a tape, and the other way round. Iterative: a node's place is found
 * by walking down from the root past subtrees that do not have it. */
#include <merlon/json.h>

static void put_token(struct mrl_buffer *buffer, struct mrl_slice name)
{
	mrl_buffer_byte(buffer, '/');
	for (size_t i = 0; i < name.size; i++) {
		uint8_t byte = name.data[i];
		if (byte == '~' || byte == '/') {
			mrl_buffer_put(buffer, byte == '~' ? MRL_SLICE("~0") : MRL_SLICE("~1"));
		} else {
			mrl_buffer_byte(buffer, byte);
		}
	}
}

/* The child of `parent` in whose subtree `node` stands (for a name: its value), its token put. */
static const struct mrl_json_node *step(const struct mrl_json_doc *doc,
                                        const struct mrl_json_node *parent,
                                        const struct mrl_json_node *node, struct mrl_buffer *buffer)
{
	const struct mrl_json_node *child = parent + 1;
	for (uint64_t i = 0; i < parent->count; i++) {
		const struct mrl_json_node *value = child;
		value += parent->kind == MRL_JSON_KIND_OBJECT;
		if (node < value + value->next) {
			if (parent->kind == MRL_JSON_KIND_OBJECT) {
				put_token(buffer, mrl_json_text(doc, child));
			} else {
				mrl_buffer_byte(buffer, '/');
				mrl_buffer_u64(buffer, i);
			}
			return value;
		}
		child = value + value->next;
	}
	return NULL;
}

void mrl_json_pointer(const struct mrl_json_doc *doc, const struct mrl_json_node *node,
                      size_t bytes_max, struct mrl_buffer *buffer)
{
	const struct mrl_json_node *at = doc->nodes;
	size_t start = buffer->size;
	while (at != NULL && at < node) {
		size_t before = buffer->size;
		at = step(doc, at, node, buffer);
		if (buffer->size - start > bytes_max || buffer->overflow) {
			buffer->size = before;
			return;
		}
	}
}

/* Whether the escaped token is this name. */
static bool token_is(struct mrl_slice token, struct mrl_slice name)
{
	size_t at = 0;
	for (size_t i = 0; i < token.size; i++, at++) {
		uint8_t byte = token.data[i];
		if (byte == '~' && i + 1 < token.size) {
			byte = token.data[++i] == '1' ? '/' : '~';
		}
		if (at >= name.size || name.data[at] != byte) {
			return false;
		}
	}
	return at == name.size;
}

static bool is_child(const struct mrl_json_doc *doc, const struct mrl_json_node *parent,
                     const struct mrl_json_node *child, uint64_t place, struct mrl_slice token)
{
	uint64_t wanted;
	if (parent->kind == MRL_JSON_KIND_OBJECT) {
		return token_is(token, mrl_json_text(doc, child));
	}
	bool plain = token.size == 1 || (token.size != 0 && token.data[0] != '0');
	return plain && mrl_parse_u64(token, &wanted) && wanted == place;
}

static const struct mrl_json_node *find_child(const struct mrl_json_doc *doc,
                                              const struct mrl_json_node *parent,
                                              struct mrl_slice token)
{
	const struct mrl_json_node *child = parent + 1;
	uint64_t count = parent->kind == MRL_JSON_KIND_OBJECT || parent->kind == MRL_JSON_KIND_ARRAY
	                         ? parent->count
	                         : 0;
	for (uint64_t i = 0; i < count; i++) {
		const struct mrl_json_node *value = child;
		value += parent->kind == MRL_JSON_KIND_OBJECT;
		if (is_child(doc, parent, child, i, token)) {
			return value;
		}
		child = value + value->next;
	}
	return NULL;
}

const struct mrl_json_node *mrl_json_find(const struct mrl_json_doc *doc, struct mrl_slice pointer)
{
	const struct mrl_json_node *node = doc->nodes;
	while (node != NULL && pointer.size != 0) {
		if (pointer.data[0] != '/') {
			return NULL;
		}
		struct mrl_slice rest = mrl_slice_from(pointer, 1);
		size_t end = mrl_slice_find(rest, '/');
		node = find_child(doc, node, mrl_slice_sub(rest, 0, end));
		pointer = mrl_slice_from(rest, end);
	}
	return node;
}
