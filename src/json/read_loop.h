/*
 * The reader's loop: a template, included by each scan_*.c behind its `find_special` (the first
 * byte that ends a run of plain string bytes) and `match_names` (which of 8 keys are equal).
 *
 * All that changes from token to token is in a cursor whose address never leaves this file, so that
 * it stays in registers. While a container is open, its node's `next` is the index of the container
 * around it and its `count` that of the members up to the container in it.
 */
#include "json/read_number.h"
#include "json/read_string.h"

struct cursor {
	const uint8_t *at;
	struct mrl_json_node *node; /* the next free one */
	struct mrl_json_node *open; /* the container around `at` */
	uint32_t count;             /* its members or items so far */
	uint32_t depth;
	struct mrl_json_level level; /* names of the open object */
	uint8_t closer;              /* of the open container */
};

/* Indentation is long runs of spaces. Steps that are predicted are faster than vectors here, whose
 * result the next address waits for. */
static __attribute__((noinline)) const uint8_t *skip_blanks(const uint8_t *at, const uint8_t *end)
{
	while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) {
		at++;
		while (end - at >= 8 && load_word(at) == 0x2020202020202020) {
			at += 8;
		}
	}
	return at;
}

/* The byte behind white space; 0, which is allowed nowhere, at the end. */
MRL_JSON_ALWAYS uint8_t peek(const struct mrl_json_reader *reader, struct cursor *cursor)
{
	if (MRL_LIKELY(cursor->at != reader->end && *cursor->at > ' ')) {
		return *cursor->at;
	}
	cursor->at = skip_blanks(cursor->at, reader->end);
	return cursor->at < reader->end ? *cursor->at : 0;
}

MRL_JSON_ALWAYS bool has_room(struct mrl_json_reader *reader, const struct cursor *cursor)
{
	return MRL_LIKELY(cursor->node != reader->node_end) ||
	       mrl_json_fail(reader, MRL_JSON_VALUES, cursor->at);
}

MRL_JSON_ALWAYS bool put_string(struct mrl_json_reader *reader, struct cursor *cursor,
                                enum mrl_json_kind kind)
{
	struct mrl_json_span span;
	if (!has_room(reader, cursor)) {
		return false;
	}
	const uint8_t *next = take_string(reader, cursor->at, &span);
	if (next == NULL) {
		return false;
	}
	*cursor->node++ = (struct mrl_json_node){.kind = (uint8_t)kind,
	                                         .flags = span.flags,
	                                         .count = span.size,
	                                         .offset = span.offset,
	                                         .next = 1};
	cursor->at = next;
	return true;
}

/* Whether none of `count` keys is `key`, which becomes the next. */
MRL_JSON_ALWAYS bool is_new_key(uint32_t *keys, uint32_t count, uint32_t key)
{
	uint32_t hits = 0;
	uint32_t *group = keys;
	while (MRL_UNLIKELY(count >= MRL_JSON_NAMES_GROUP)) {
		hits |= match_names(group, key);
		group += MRL_JSON_NAMES_GROUP;
		count -= MRL_JSON_NAMES_GROUP;
	}
	hits |= match_names(group, key) & ((1U << count) - 1);
	group[count] = key;
	return hits == 0;
}

/* Whether the newest node, a name, is the first of that name in the open object. */
MRL_JSON_ALWAYS bool check_name(struct mrl_json_reader *reader, struct cursor *cursor,
                                const uint8_t *quote)
{
	const struct mrl_json_node *name = cursor->node - 1;
	if (MRL_LIKELY(cursor->level.mask == 0 && cursor->count < MRL_JSON_NAMES_FEW)) {
		const uint8_t *text = mrl_json_base(reader, name) + name->offset;
		uint32_t key = name_key(text, name->count, reader->end);
		if (MRL_LIKELY(
			    is_new_key(reader->names + cursor->level.base, cursor->count, key))) {
			return true;
		}
		reader->quote = quote;
		return mrl_json_names_confirm(reader, cursor->open, name);
	}
	struct mrl_json_level level = cursor->level;
	reader->quote = quote;
	bool good = mrl_json_names_add(reader, cursor->open, name, cursor->count, &level);
	cursor->level = level;
	return good;
}

/* A name and its colon. */
MRL_JSON_ALWAYS bool take_name(struct mrl_json_reader *reader, struct cursor *cursor)
{
	if (MRL_UNLIKELY(peek(reader, cursor) != '"')) {
		return mrl_json_unexpected(reader, cursor->at);
	}
	const uint8_t *quote = cursor->at;
	if (!put_string(reader, cursor, MRL_JSON_KIND_NAME)) {
		return false;
	}
	const struct mrl_json_node *name = cursor->node - 1;
	if (MRL_UNLIKELY(name->count > reader->name_bytes)) {
		reader->quote = quote;
		if (!mrl_json_name_fits(reader, name)) {
			return false;
		}
	}
	if (!check_name(reader, cursor, quote)) {
		return false;
	}
	if (MRL_UNLIKELY(peek(reader, cursor) != ':')) {
		return mrl_json_unexpected(reader, cursor->at);
	}
	cursor->at++;
	return true;
}

MRL_JSON_ALWAYS void close_container(const struct mrl_json_reader *reader, struct cursor *cursor)
{
	struct mrl_json_node *closed = cursor->open;
	cursor->open = reader->nodes + closed->next;
	closed->count = cursor->count;
	closed->next = (uint32_t)(cursor->node - closed);
	cursor->depth--;
	cursor->level = reader->levels[cursor->depth];
	cursor->count = cursor->open->count;
	cursor->closer = cursor->open->kind == MRL_JSON_KIND_OBJECT ? '}' : ']';
}

/* Into the container that begins here; if it is empty, past it. */
MRL_JSON_ALWAYS bool open_container(struct mrl_json_reader *reader, struct cursor *cursor,
                                    bool *ret_opened)
{
	if (!has_room(reader, cursor)) {
		return false;
	}
	if (MRL_UNLIKELY(cursor->depth == reader->depth_max)) {
		return mrl_json_fail(reader, MRL_JSON_DEPTH, cursor->at);
	}
	uint32_t names = cursor->level.mask == 0 ? cursor->count : cursor->level.mask + 1;
	bool object = *cursor->at == '{';
	cursor->open->count = cursor->count;
	reader->levels[cursor->depth++] = cursor->level;
	cursor->level.base += cursor->closer == '}' ? names : 0;
	cursor->level.mask = 0;
	*cursor->node = (struct mrl_json_node){.kind = object ? MRL_JSON_KIND_OBJECT
	                                                      : MRL_JSON_KIND_ARRAY,
	                                       .offset = (uint32_t)(cursor->at - reader->start),
	                                       .next = (uint32_t)(cursor->open - reader->nodes)};
	cursor->open = cursor->node++;
	cursor->closer = object ? '}' : ']';
	cursor->count = 0;
	cursor->at++;
	*ret_opened = peek(reader, cursor) != cursor->closer;
	if (!*ret_opened) {
		cursor->at++;
		close_container(reader, cursor);
	}
	return true;
}

MRL_JSON_ALWAYS bool put_number(struct mrl_json_reader *reader, struct cursor *cursor)
{
	if (!has_room(reader, cursor)) {
		return false;
	}
	uint8_t flags = 0;
	const uint8_t *next = take_number(reader, cursor->at, &flags);
	if (next == NULL) {
		return false;
	}
	*cursor->node++ = (struct mrl_json_node){.kind = MRL_JSON_KIND_NUMBER,
	                                         .flags = flags,
	                                         .count = (uint32_t)(next - cursor->at),
	                                         .offset = (uint32_t)(cursor->at - reader->start),
	                                         .next = 1};
	cursor->at = next;
	return true;
}

MRL_JSON_ALWAYS bool begins(const uint8_t *at, const char word[4])
{
	uint32_t bytes;
	uint32_t wanted;
	memcpy(&bytes, at, 4);
	memcpy(&wanted, word, 4);
	return bytes == wanted;
}

/* true, false, null. */
MRL_JSON_ALWAYS bool put_literal(struct mrl_json_reader *reader, struct cursor *cursor)
{
	const uint8_t *at = cursor->at;
	ptrdiff_t left = reader->end - at;
	if (!has_room(reader, cursor)) {
		return false;
	}
	bool is_true = left >= 4 && begins(at, "true");
	bool is_null = left >= 4 && begins(at, "null");
	bool is_false = left >= 5 && *at == 'f' && begins(at + 1, "alse");
	if (MRL_UNLIKELY(!is_true && !is_null && !is_false)) {
		return mrl_json_bad_literal(reader, at);
	}
	*cursor->node++ = (struct mrl_json_node){.kind = is_null ? MRL_JSON_KIND_NULL
	                                                         : MRL_JSON_KIND_BOOL,
	                                         .flags = is_true ? MRL_JSON_TRUE : 0,
	                                         .offset = (uint32_t)(at - reader->start),
	                                         .next = 1};
	cursor->at += is_false ? 5 : 4;
	return true;
}

/* `*ret_opened`: it is a container, and what comes next is in it. */
MRL_JSON_ALWAYS bool take_value(struct mrl_json_reader *reader, struct cursor *cursor,
                                bool *ret_opened)
{
	uint8_t byte = peek(reader, cursor);
	*ret_opened = false;
	if (byte == '"') {
		return put_string(reader, cursor, MRL_JSON_KIND_STRING);
	}
	if (mrl_is_digit(byte) || byte == '-') {
		return put_number(reader, cursor);
	}
	if (byte == '{' || byte == '[') {
		return open_container(reader, cursor, ret_opened);
	}
	if (byte == 't' || byte == 'f' || byte == 'n') {
		return put_literal(reader, cursor);
	}
	return mrl_json_unexpected(reader, cursor->at);
}

/* Past the comma behind a value, or past all that closes up to the end. */
MRL_JSON_ALWAYS bool finish_values(struct mrl_json_reader *reader, struct cursor *cursor)
{
	while (cursor->depth != 0) {
		uint8_t byte = peek(reader, cursor);
		if (byte == ',') {
			cursor->at++;
			return true;
		}
		if (MRL_UNLIKELY(byte != cursor->closer)) {
			return mrl_json_unexpected(reader, cursor->at);
		}
		cursor->at++;
		close_container(reader, cursor);
	}
	return true;
}

static struct mrl_json_node *run(struct mrl_json_reader *reader)
{
	struct cursor cursor = {.at = reader->start, .node = reader->nodes, .open = reader->nodes};
	do {
		bool opened;
		if (cursor.closer == '}' && !take_name(reader, &cursor)) {
			return NULL;
		}
		cursor.count++;
		if (!take_value(reader, &cursor, &opened)) {
			return NULL;
		}
		if (!opened && !finish_values(reader, &cursor)) {
			return NULL;
		}
	} while (cursor.depth != 0);
	(void)peek(reader, &cursor);
	if (cursor.at != reader->end) {
		(void)mrl_json_fail(reader, MRL_JSON_TRAILING, cursor.at);
		return NULL;
	}
	return cursor.node;
}
