/*
 * Navigation over the flat array of nodes, and RFC 6901 pointers both ways. Nothing recurses: the
 * way up is `parent`, the way over is `next`.
 */
#include <merlon/document.h>

static const struct mrl_node *node_at(const struct mrl_node *near, uint32_t index)
{
	return &near->document->nodes[index];
}

static uint32_t index_of(const struct mrl_node *node)
{
	return (uint32_t)(node - node->document->nodes);
}

static bool is_container(const struct mrl_node *node)
{
	return node != NULL && (node->kind == MRL_NODE_ARRAY || node->kind == MRL_NODE_OBJECT);
}

const struct mrl_node *mrl_node_first(const struct mrl_node *parent)
{
	return is_container(parent) && parent->count != 0 ? parent + 1 : NULL;
}

const struct mrl_node *mrl_node_value(const struct mrl_node *key)
{
	return key + 1;
}

const struct mrl_node *mrl_node_after(const struct mrl_node *parent, const struct mrl_node *node)
{
	const struct mrl_node *last = parent->kind == MRL_NODE_OBJECT ? mrl_node_value(node) : node;
	return last->next == parent->next ? NULL : node_at(parent, last->next);
}

const struct mrl_node *mrl_node_member_slice(const struct mrl_node *object, struct mrl_slice name)
{
	if (object == NULL || object->kind != MRL_NODE_OBJECT) {
		return NULL;
	}
	for (const struct mrl_node *key = mrl_node_first(object); key != NULL;
	     key = mrl_node_after(object, key)) {
		if (mrl_slice_equal(key->text, name)) {
			return mrl_node_value(key);
		}
	}
	return NULL;
}

const struct mrl_node *mrl_node_member(const struct mrl_node *object, const char *name)
{
	return mrl_node_member_slice(object, mrl_slice_text(name));
}

static const struct mrl_node *item_at(const struct mrl_node *array, uint64_t index)
{
	if (index >= array->count) {
		return NULL;
	}
	const struct mrl_node *item = mrl_node_first(array);
	while (item != NULL && index-- != 0) {
		item = mrl_node_after(array, item);
	}
	return item;
}

/* RFC 6901 section 4: digits without leading zero; "-" is behind the last item, so no node. */
static const struct mrl_node *array_step(const struct mrl_node *array, struct mrl_slice token)
{
	uint64_t index;
	if (!mrl_parse_u64(token, &index) || (token.size > 1 && token.data[0] == '0')) {
		return NULL;
	}
	return item_at(array, index);
}

/* Takes one character off an escaped token: ~0 is ~, ~1 is /; -1 for another escape. */
static int next_unescaped(struct mrl_slice *token)
{
	uint8_t byte = token->data[0];
	*token = mrl_slice_from(*token, 1);
	if (byte != '~') {
		return byte;
	}
	uint8_t code = token->size == 0 ? 0 : token->data[0];
	*token = mrl_slice_from(*token, 1);
	if (code == '0') {
		return '~';
	}
	return code == '1' ? '/' : -1;
}

static bool token_is(struct mrl_slice token, struct mrl_slice name)
{
	while (token.size != 0) {
		if (name.size == 0 || next_unescaped(&token) != name.data[0]) {
			return false;
		}
		name = mrl_slice_from(name, 1);
	}
	return name.size == 0;
}

static const struct mrl_node *object_step(const struct mrl_node *object, struct mrl_slice token)
{
	for (const struct mrl_node *key = mrl_node_first(object); key != NULL;
	     key = mrl_node_after(object, key)) {
		if (token_is(token, key->text)) {
			return mrl_node_value(key);
		}
	}
	return NULL;
}

const struct mrl_node *mrl_node_pointer(const struct mrl_node *node, struct mrl_slice pointer)
{
	while (node != NULL && pointer.size != 0) {
		if (pointer.data[0] != '/' || !is_container(node)) {
			return NULL;
		}
		pointer = mrl_slice_from(pointer, 1);
		struct mrl_slice token = mrl_slice_sub(pointer, 0, mrl_slice_find(pointer, '/'));
		pointer = mrl_slice_from(pointer, token.size);
		node = node->kind == MRL_NODE_ARRAY ? array_step(node, token)
		                                    : object_step(node, token);
	}
	return node;
}

/* The token of a node in its parent, unescaped; an array's index is written into `digits`. A key
 * has the token of its member. */
static struct mrl_slice token_of(const struct mrl_node *node, uint8_t digits[20])
{
	const struct mrl_node *parent = node_at(node, node->parent);
	struct mrl_buffer buffer = mrl_buffer(digits, 20);
	uint32_t position = 0;
	for (const struct mrl_node *child = mrl_node_first(parent); child != NULL;
	     child = mrl_node_after(parent, child)) {
		if (parent->kind == MRL_NODE_OBJECT &&
		    (child == node || mrl_node_value(child) == node)) {
			return child->text;
		}
		if (child == node) {
			break;
		}
		position++;
	}
	mrl_buffer_u64(&buffer, position);
	return mrl_buffer_slice(&buffer);
}

static bool needs_escape(uint8_t byte)
{
	return byte == '~' || byte == '/';
}

static size_t escaped_size(struct mrl_slice token)
{
	size_t size = token.size;
	for (size_t i = 0; i < token.size; i++) {
		size += needs_escape(token.data[i]);
	}
	return size;
}

/* Writes "/" and the escaped token so that it ends before `end`; returns where it starts. */
static uint8_t *put_token_before(uint8_t *end, struct mrl_slice token)
{
	for (size_t i = token.size; i > 0; i--) {
		uint8_t byte = token.data[i - 1];
		if (needs_escape(byte)) {
			*--end = byte == '~' ? '0' : '1';
			byte = '~';
		}
		*--end = byte;
	}
	*--end = '/';
	return end;
}

enum mrl_err mrl_node_path(const struct mrl_node *node, struct mrl_arena *arena,
                           struct mrl_slice *ret_pointer)
{
	uint8_t digits[20];
	size_t size = 0;
	const struct mrl_node *at = node;
	for (; index_of(at) != 0; at = node_at(at, at->parent)) {
		if (!mrl_size_add(size, 1 + escaped_size(token_of(at, digits)), &size)) {
			return MRL_ERR_LIMIT;
		}
	}
	uint8_t *text = mrl_arena_alloc(arena, size, 1);
	if (text == NULL) {
		return MRL_ERR_MEMORY;
	}
	uint8_t *start = text + size;
	for (at = node; index_of(at) != 0; at = node_at(at, at->parent)) {
		start = put_token_before(start, token_of(at, digits));
	}
	*ret_pointer = mrl_slice(text, size);
	return MRL_OK;
}

const char *mrl_node_kind_name(enum mrl_node_kind kind)
{
	switch (kind) {
	case MRL_NODE_NULL: return "null";
	case MRL_NODE_BOOL: return "a boolean";
	case MRL_NODE_NUMBER: return "a number";
	case MRL_NODE_STRING: return "a string";
	case MRL_NODE_ARRAY: return "an array";
	case MRL_NODE_OBJECT: return "an object";
	}
	return "nothing";
}

void mrl_document_position(const struct mrl_document *document, uint32_t offset, uint32_t *ret_line,
                           uint32_t *ret_column)
{
	struct mrl_slice before = mrl_slice_sub(document->text, 0, offset);
	uint32_t line = 1;
	for (;;) {
		size_t end = mrl_slice_find(before, '\n');
		if (end == before.size) {
			break;
		}
		before = mrl_slice_from(before, end + 1);
		line++;
	}
	uint32_t column = 1;
	for (size_t i = 0; i < before.size; i++) {
		column += (before.data[i] & 0xC0) != 0x80;
	}
	*ret_line = line;
	*ret_column = column;
}
