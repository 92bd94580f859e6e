/*
 * Forms, parameters and other syntaxes onto a tape. Texts are borrowed from wherever they stand; at
 * the end they are told by their distance from the lowest one, or copied where that is too far.
 */
#include <merlon/json.h>

#include "json/read.h"

void mrl_json_build_init(struct mrl_json_build *build, struct mrl_arena *arena)
{
	*build = (struct mrl_json_build){.arena = arena};
}

static bool grow(struct mrl_json_build *build)
{
	uint32_t capacity = build->node_capacity == 0 ? 16 : 2 * build->node_capacity;
	struct mrl_json_node *nodes = mrl_arena_alloc(build->arena, capacity * sizeof(*nodes), 8);
	const uint8_t **texts = mrl_arena_alloc(build->arena, capacity * sizeof(*texts), 8);
	if (nodes == NULL || texts == NULL || capacity < build->node_capacity) {
		build->err = MRL_ERR_MEMORY;
		return false;
	}
	if (build->node_count != 0) {
		memcpy(nodes, build->nodes, build->node_count * sizeof(*nodes));
		memcpy(texts, build->texts, build->node_count * sizeof(*texts));
	}
	build->nodes = nodes;
	build->texts = texts;
	build->node_capacity = capacity;
	return true;
}

static struct mrl_json_node *put(struct mrl_json_build *build, enum mrl_json_kind kind,
                                 struct mrl_slice text)
{
	if (build->err != MRL_OK || (build->node_count == build->node_capacity && !grow(build))) {
		return NULL;
	}
	if (text.size > UINT32_MAX) {
		build->err = MRL_ERR_LIMIT;
		return NULL;
	}
	if (build->depth != 0 && kind != MRL_JSON_KIND_NAME) {
		build->nodes[build->open[build->depth - 1]].count++;
	}
	struct mrl_json_node *node = &build->nodes[build->node_count];
	*node = (struct mrl_json_node){
		.kind = (uint8_t)kind, .count = (uint32_t)text.size, .next = 1};
	build->texts[build->node_count++] = text.data;
	return node;
}

static void begin(struct mrl_json_build *build, enum mrl_json_kind kind)
{
	if (put(build, kind, MRL_SLICE_NONE) == NULL) {
		return;
	}
	if (build->depth == MRL_COUNT(build->open)) {
		build->err = MRL_ERR_LIMIT;
		return;
	}
	build->open[build->depth++] = build->node_count - 1;
}

void mrl_json_build_object(struct mrl_json_build *build)
{
	begin(build, MRL_JSON_KIND_OBJECT);
}

void mrl_json_build_array(struct mrl_json_build *build)
{
	begin(build, MRL_JSON_KIND_ARRAY);
}

void mrl_json_build_end(struct mrl_json_build *build)
{
	if (build->err != MRL_OK) {
		return;
	}
	if (build->depth == 0) {
		build->err = MRL_ERR_STATE;
		return;
	}
	struct mrl_json_node *node = &build->nodes[build->open[--build->depth]];
	node->next = build->node_count - (uint32_t)(node - build->nodes);
}

static void put_text(struct mrl_json_build *build, enum mrl_json_kind kind, struct mrl_slice text)
{
	struct mrl_json_node *node = put(build, kind, text);
	uint8_t high = 0;
	for (size_t i = 0; i < text.size; i++) {
		high |= text.data[i];
	}
	if (node != NULL && high < 0x80) {
		node->flags = MRL_JSON_ASCII;
	}
}

void mrl_json_build_name(struct mrl_json_build *build, struct mrl_slice name)
{
	put_text(build, MRL_JSON_KIND_NAME, name);
}

void mrl_json_build_string(struct mrl_json_build *build, struct mrl_slice text)
{
	put_text(build, MRL_JSON_KIND_STRING, text);
}

static uint8_t number_class(struct mrl_slice text)
{
	bool negative = text.size != 0 && text.data[0] == '-';
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] == '.' || (text.data[i] | 0x20) == 'e') {
			return MRL_JSON_FRACTION;
		}
	}
	struct mrl_slice digits = mrl_slice_from(text, negative);
	return mrl_json_is_long(digits.data, digits.size, negative) ? MRL_JSON_LONG : 0;
}

void mrl_json_build_number(struct mrl_json_build *build, struct mrl_slice text)
{
	struct mrl_json_node *node = put(build, MRL_JSON_KIND_NUMBER, text);
	if (node != NULL) {
		node->flags = number_class(text);
	}
}

void mrl_json_build_bool(struct mrl_json_build *build, bool value)
{
	struct mrl_json_node *node = put(build, MRL_JSON_KIND_BOOL, MRL_SLICE_NONE);
	if (node != NULL) {
		node->flags = value ? MRL_JSON_TRUE : 0;
	}
}

void mrl_json_build_null(struct mrl_json_build *build)
{
	(void)put(build, MRL_JSON_KIND_NULL, MRL_SLICE_NONE);
}

void mrl_json_build_copy(struct mrl_json_build *build, const struct mrl_json_doc *doc,
                         const struct mrl_json_node *node)
{
	const uint8_t texts = MRL_JSON_KIND_STRING | MRL_JSON_KIND_NAME | MRL_JSON_KIND_NUMBER;
	uint8_t depth = build->depth;
	for (uint32_t i = 0; i < node->next && build->err == MRL_OK; i++) {
		const struct mrl_json_node *from = &node[i];
		struct mrl_slice text = (from->kind & texts) == 0 ? MRL_SLICE_NONE
		                                                  : mrl_json_text(doc, from);
		struct mrl_json_node *to = put(build, (enum mrl_json_kind)from->kind, text);
		if (to != NULL) {
			to->flags = from->flags &
			            (uint8_t) ~(MRL_JSON_OWN | MRL_JSON_MARK | MRL_JSON_MARK_ALL);
			to->count = from->count;
			to->next = from->next;
		}
		/* What stands in the copy is counted there already. */
		build->depth = 0;
	}
	build->depth = depth;
}

static bool has_text(const struct mrl_json_build *build, uint32_t i)
{
	return (build->nodes[i].kind &
	        (MRL_JSON_KIND_STRING | MRL_JSON_KIND_NAME | MRL_JSON_KIND_NUMBER)) != 0 &&
	       build->nodes[i].count != 0;
}

/* From the lowest text to the end of the highest. */
static void find_range(const struct mrl_json_build *build, uintptr_t *ret_low, uintptr_t *ret_high)
{
	*ret_low = UINTPTR_MAX;
	*ret_high = 0;
	for (uint32_t i = 0; i < build->node_count; i++) {
		uintptr_t start = (uintptr_t)build->texts[i];
		if (has_text(build, i)) {
			uintptr_t end = start + build->nodes[i].count;
			*ret_low = start < *ret_low ? start : *ret_low;
			*ret_high = end > *ret_high ? end : *ret_high;
		}
	}
}

static enum mrl_err copy_texts(struct mrl_json_build *build)
{
	size_t size = 0;
	for (uint32_t i = 0; i < build->node_count; i++) {
		size += has_text(build, i) ? build->nodes[i].count : 0;
	}
	uint8_t *copy = mrl_arena_alloc(build->arena, size, 1);
	if (copy == NULL || size > UINT32_MAX) {
		return copy == NULL ? MRL_ERR_MEMORY : MRL_ERR_LIMIT;
	}
	for (uint32_t i = 0; i < build->node_count; i++) {
		if (has_text(build, i)) {
			memcpy(copy, build->texts[i], build->nodes[i].count);
			build->texts[i] = copy;
			copy += build->nodes[i].count;
		}
	}
	return MRL_OK;
}

enum mrl_err mrl_json_build_finish(struct mrl_json_build *build, struct mrl_json_doc *ret_doc)
{
	uintptr_t low;
	uintptr_t high;
	if (build->err != MRL_OK || build->depth != 0 || build->node_count == 0) {
		return build->err != MRL_OK ? build->err : MRL_ERR_STATE;
	}
	find_range(build, &low, &high);
	if (high > low && high - low > UINT32_MAX) {
		enum mrl_err err = copy_texts(build);
		if (err != MRL_OK) {
			return err;
		}
		find_range(build, &low, &high);
	}
	for (uint32_t i = 0; i < build->node_count; i++) {
		if (has_text(build, i)) {
			build->nodes[i].offset = (uint32_t)((uintptr_t)build->texts[i] - low);
		}
	}
	*ret_doc = (struct mrl_json_doc){
		.text = high > low ? mrl_slice((const uint8_t *)low, high - low) : MRL_SLICE(""),
		.nodes = build->nodes,
		.node_count = build->node_count,
	};
	return MRL_OK;
}
