/*
 * Reading a JSON text: what is known before the first token, and the memory. All of it is taken
 * before the loop starts, at its worst case, so that nothing in the loop can fail for lack of it.
 */
#include "json/read.h"

/* A name's place in a hash set has this many bits for the node. */
#define NODES_MAX (1U << 25)

/*
 * A value takes two bytes with what separates it from the next; the last one and brackets that are
 * still open take one.
 */
static size_t nodes_for(size_t text_bytes, const struct mrl_json_limits *limits)
{
	size_t most = (text_bytes + limits->depth + 1) / 2 + 1;
	most = most < limits->values ? most : limits->values;
	return most < NODES_MAX ? most : NODES_MAX;
}

/*
 * Of the n names of an open object, one entry each up to the 32nd, up to 4 (n - 1) in a hash set.
 * They take 6 n - 3 bytes of the text at least, since only one is empty: never more than 2/3 of an
 * entry for a byte. A group more, since groups are loaded whole.
 */
static size_t names_for(size_t text_bytes)
{
	return text_bytes / 3 * 2 + 2 + MRL_JSON_NAMES_GROUP;
}

/* Eight bytes of padding for each of four allocations. */
size_t mrl_json_arena_bytes(size_t text_bytes, const struct mrl_json_limits *limits)
{
	return nodes_for(text_bytes, limits) * sizeof(struct mrl_json_node) + text_bytes +
	       limits->depth * sizeof(struct mrl_json_level) +
	       names_for(text_bytes) * sizeof(uint32_t) + 64;
}

static enum mrl_err take_memory(struct mrl_json_reader *reader, struct mrl_arena *arena,
                                struct mrl_arena_mark *ret_mark)
{
	size_t size = (size_t)(reader->end - reader->start);
	size_t nodes = nodes_for(size, reader->limits);
	reader->nodes = mrl_arena_alloc(arena, nodes * sizeof(*reader->nodes), 8);
	reader->own = mrl_arena_alloc(arena, size, 1);
	*ret_mark = mrl_arena_mark(arena);
	reader->levels = mrl_arena_alloc(arena, reader->limits->depth * sizeof(*reader->levels), 8);
	reader->names = mrl_arena_alloc(arena, names_for(size) * sizeof(*reader->names), 8);
	if (reader->nodes == NULL || reader->own == NULL || reader->levels == NULL ||
	    reader->names == NULL) {
		return MRL_ERR_MEMORY;
	}
	reader->node_end = reader->nodes + nodes;
	reader->own_at = reader->own;
	return MRL_OK;
}

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* What is wrong with the text as a whole. */
static bool check_text(struct mrl_json_reader *reader, struct mrl_slice text)
{
	if (text.size > MRL_JSON_TEXT_MAX) {
		return mrl_json_fail(reader, MRL_JSON_TEXT_LONG, text.data + MRL_JSON_TEXT_MAX);
	}
	if (mrl_slice_starts(text, MRL_SLICE("\xEF\xBB\xBF"))) {
		return mrl_json_fail(reader, MRL_JSON_BOM, text.data);
	}
	const uint8_t *at = reader->start;
	while (at < reader->end && is_blank(*at)) {
		at++;
	}
	return at < reader->end || mrl_json_fail(reader, MRL_JSON_EMPTY, at);
}

static enum mrl_err read_tape(struct mrl_json_reader *reader, const struct mrl_json_scan *scan,
                              struct mrl_arena *arena, struct mrl_json_doc *ret_doc)
{
	struct mrl_arena_mark before = mrl_arena_mark(arena);
	struct mrl_arena_mark tape;
	enum mrl_err err = take_memory(reader, arena, &tape);
	const struct mrl_json_node *end = err == MRL_OK ? scan->run(reader) : NULL;
	mrl_arena_reset(arena, end == NULL ? before : tape);
	if (end == NULL) {
		return err;
	}
	*ret_doc = (struct mrl_json_doc){
		.text = mrl_slice(reader->start, (size_t)(reader->end - reader->start)),
		.own = reader->own,
		.nodes = reader->nodes,
		.node_count = (uint32_t)(end - reader->nodes),
		.number_faults = reader->number_faults,
	};
	return MRL_OK;
}

enum mrl_err mrl_json_read_with(struct mrl_json_reader *reader, const struct mrl_json_scan *scan,
                                struct mrl_slice text, struct mrl_arena *arena,
                                struct mrl_json_doc *ret_doc)
{
	const struct mrl_json_limits *limits = reader->limits;
	text = text.data == NULL ? MRL_SLICE("") : text;
	*reader = (struct mrl_json_reader){
		.start = text.data,
		.end = text.data + text.size,
		.limits = limits,
		.depth_max = limits->depth,
		.name_bytes = limits->name_chars,
		.number_bytes = limits->number_bytes,
	};
	return check_text(reader, text) ? read_tape(reader, scan, arena, ret_doc) : MRL_OK;
}

enum mrl_err mrl_json_read(const struct mrl_json_limits *limits, const struct mrl_json_scan *scan,
                           struct mrl_slice text, struct mrl_arena *arena,
                           struct mrl_json_doc *ret_doc, struct mrl_json_fault *ret_fault)
{
	struct mrl_json_reader reader = {.limits = limits};
	enum mrl_err err = mrl_json_read_with(&reader, scan, text, arena, ret_doc);
	if (err == MRL_OK) {
		*ret_fault = reader.fault;
	}
	return err;
}
