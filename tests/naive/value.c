/* Values of schema documents and of tapes, compared as JSON values: 1 is 1.0, order is nothing. */
#include "inner.h"

static unsigned kind_of(struct value value)
{
	static const uint8_t kinds[] = {
		[MRL_NODE_NULL] = MRL_JSON_KIND_NULL,     [MRL_NODE_BOOL] = MRL_JSON_KIND_BOOL,
		[MRL_NODE_NUMBER] = MRL_JSON_KIND_NUMBER, [MRL_NODE_STRING] = MRL_JSON_KIND_STRING,
		[MRL_NODE_ARRAY] = MRL_JSON_KIND_ARRAY,   [MRL_NODE_OBJECT] = MRL_JSON_KIND_OBJECT,
	};
	return value.node != NULL ? kinds[value.node->kind] : value.json->kind;
}

struct mrl_slice naive_text(struct value value)
{
	if (value.node != NULL) {
		return value.node->text;
	}
	if (value.json->kind == MRL_JSON_KIND_BOOL) {
		return (value.json->flags & MRL_JSON_TRUE) != 0 ? MRL_SLICE("true")
		                                                : MRL_SLICE("false");
	}
	return mrl_json_text(value.doc, value.json);
}

static uint32_t count_of(struct value value)
{
	return value.node != NULL ? value.node->count : value.json->count;
}

/* Item or name by position: slow, and beyond doubt. */
static struct value child(struct value value, uint32_t index)
{
	if (value.node != NULL) {
		const struct mrl_node *node = mrl_node_first(value.node);
		for (; index != 0; index--) {
			node = mrl_node_after(value.node, node);
		}
		return (struct value){.node = node};
	}
	const struct mrl_json_node *json = value.json + 1;
	for (; index != 0; index--) {
		json = after(json);
	}
	return (struct value){.doc = value.doc, .json = json};
}

static struct value member_value(struct value name)
{
	if (name.node != NULL) {
		return (struct value){.node = mrl_node_value(name.node)};
	}
	return (struct value){.doc = name.doc, .json = value_of(name.json)};
}

static bool equal_items(struct value a, struct value b)
{
	for (uint32_t i = 0; i < count_of(a); i++) {
		if (!naive_equal(child(a, i), child(b, i))) {
			return false;
		}
	}
	return true;
}

static bool has_member(struct value object, struct value name)
{
	for (uint32_t i = 0; i < count_of(object); i++) {
		struct value each = child(object, i);
		if (mrl_slice_equal(naive_text(each), naive_text(name))) {
			return naive_equal(member_value(each), member_value(name));
		}
	}
	return false;
}

static bool equal_members(struct value a, struct value b)
{
	for (uint32_t i = 0; i < count_of(a); i++) {
		if (!has_member(b, child(a, i))) {
			return false;
		}
	}
	return true;
}

/* As deep as the shallower of the two. */
bool naive_equal(struct value a, struct value b)
{
	unsigned kind = kind_of(a);
	if (kind != kind_of(b)) {
		return false;
	}
	if (kind == MRL_JSON_KIND_NULL) {
		return true;
	}
	if (kind == MRL_JSON_KIND_NUMBER) {
		return naive_compare(naive_text(a), naive_text(b)) == 0;
	}
	if (kind == MRL_JSON_KIND_BOOL || kind == MRL_JSON_KIND_STRING) {
		return mrl_slice_equal(naive_text(a), naive_text(b));
	}
	if (count_of(a) != count_of(b)) {
		return false;
	}
	return kind == MRL_JSON_KIND_ARRAY ? equal_items(a, b) : equal_members(a, b);
}

uint64_t naive_chars(struct mrl_slice text)
{
	uint64_t chars = 0;
	for (size_t i = 0; i < text.size; i++) {
		chars += (text.data[i] & 0xC0) != 0x80;
	}
	return chars;
}
