/*
 * The JSON reader: every scanner gives the same tape and fault; what is accepted is what a reader
 * written from RFC 8259 alone accepts, and is read again from what the writer makes of it.
 */
#include "fuzz.h"

#include <merlon/json.h>

#define DEPTH 40

static const struct mrl_json_limits limits = {
	.depth = DEPTH, .values = 5000, .name_chars = 64, .number_bytes = 64};

struct result {
	struct mrl_arena arena;
	struct mrl_json_doc doc;
	struct mrl_json_fault fault;
};

static void read_by(struct result *result, const struct mrl_json_scan *scan, struct mrl_slice text)
{
	*result = (struct result){.fault = {.code = MRL_JSON_NONE}};
	mrl_arena_init(&result->arena, &mrl_memory_malloc, 4096, 1U << 30);
	FUZZ_CHECK(mrl_json_read(&limits, scan, text, &result->arena, &result->doc,
	                         &result->fault) == MRL_OK);
	FUZZ_CHECK(result->arena.used_bytes <= mrl_json_arena_bytes(text.size, &limits));
	FUZZ_CHECK(mrl_json_arena_bytes(text.size, &limits) <= 13 * text.size + 32 * DEPTH + 4096);
}

static void check_same(const struct result *a, const struct result *b)
{
	FUZZ_CHECK(a->fault.code == b->fault.code && a->fault.offset == b->fault.offset);
	FUZZ_CHECK(a->doc.node_count == b->doc.node_count);
	for (uint32_t i = 0; i < a->doc.node_count; i++) {
		const struct mrl_json_node *node = &a->doc.nodes[i];
		FUZZ_CHECK(memcmp(node, &b->doc.nodes[i], sizeof(*node)) == 0);
		FUZZ_CHECK((node->flags & MRL_JSON_OWN) == 0 ||
		           mrl_slice_equal(mrl_json_text(&a->doc, node),
		                           mrl_json_text(&b->doc, &b->doc.nodes[i])));
	}
}

/* The grammar of RFC 8259, one function a rule: where it ends, or NULL. */
struct grammar {
	const uint8_t *end;
	unsigned depth;
};

static const uint8_t *value(struct grammar *grammar, const uint8_t *at);

static const uint8_t *blanks(const struct grammar *grammar, const uint8_t *at)
{
	while (at != NULL && at < grammar->end && memchr(" \t\r\n", *at, 4) != NULL) {
		at++;
	}
	return at;
}

static const uint8_t *one(const struct grammar *grammar, const uint8_t *at, char byte)
{
	return at != NULL && at < grammar->end && *at == (uint8_t)byte ? at + 1 : NULL;
}

static bool is_hex4(const struct grammar *grammar, const uint8_t *at)
{
	bool good = grammar->end - at >= 4;
	for (size_t i = 0; good && i < 4; i++) {
		good = mrl_hex_value(at[i]) >= 0;
	}
	return good;
}

static const uint8_t *escape(const struct grammar *grammar, const uint8_t *at)
{
	if (at < grammar->end && *at != 0 && strchr("\"\\/bfnrt", *at) != NULL) {
		return at + 1;
	}
	at = one(grammar, at, 'u');
	return at != NULL && is_hex4(grammar, at) ? at + 4 : NULL;
}

static const uint8_t *string(struct grammar *grammar, const uint8_t *at)
{
	at = one(grammar, at, '"');
	while (at != NULL && at < grammar->end && *at != '"') {
		if (*at < 0x20) {
			return NULL;
		}
		at = *at == '\\' ? escape(grammar, at + 1) : at + 1;
	}
	return one(grammar, at, '"');
}

static const uint8_t *number(const struct grammar *grammar, const uint8_t *at)
{
	const uint8_t *last = at;
	while (last < grammar->end && *last != 0 && strchr("+-.eE0123456789", *last) != NULL) {
		last++;
	}
	return mrl_json_is_number(mrl_slice(at, (size_t)(last - at))) ? last : NULL;
}

static const uint8_t *member(struct grammar *grammar, const uint8_t *at)
{
	at = blanks(grammar, string(grammar, blanks(grammar, at)));
	return value(grammar, one(grammar, at, ':'));
}

static const uint8_t *container(struct grammar *grammar, const uint8_t *at, char closer)
{
	const uint8_t *empty = one(grammar, blanks(grammar, at), closer);
	while (empty == NULL && at != NULL) {
		at = blanks(grammar, (closer == '}' ? member : value)(grammar, at));
		empty = one(grammar, at, closer);
		at = empty == NULL ? one(grammar, at, ',') : at;
	}
	return empty;
}

static const uint8_t *word(const struct grammar *grammar, const uint8_t *at, struct mrl_slice text)
{
	struct mrl_slice rest = mrl_slice(at, (size_t)(grammar->end - at));
	return mrl_slice_starts(rest, text) ? at + text.size : NULL;
}

static const uint8_t *value(struct grammar *grammar, const uint8_t *at)
{
	at = blanks(grammar, at);
	if (at == NULL || at == grammar->end || grammar->depth > DEPTH) {
		return NULL;
	}
	grammar->depth += *at == '{' || *at == '[';
	switch (*at) {
	case '{': at = container(grammar, at + 1, '}'); break;
	case '[': at = container(grammar, at + 1, ']'); break;
	case '"': return string(grammar, at);
	case 't': return word(grammar, at, MRL_SLICE("true"));
	case 'f': return word(grammar, at, MRL_SLICE("false"));
	case 'n': return word(grammar, at, MRL_SLICE("null"));
	default: return number(grammar, at);
	}
	grammar->depth--;
	return at;
}

static bool is_json(struct mrl_slice text)
{
	struct grammar grammar = {.end = text.data + text.size};
	const uint8_t *end = blanks(&grammar, value(&grammar, text.data));
	return end == grammar.end && mrl_utf8_check(text) == text.size;
}

/* What is refused although the grammar has it. */
static bool is_rule(enum mrl_json_fault_code code)
{
	return code == MRL_JSON_NAME_REPEATED || code == MRL_JSON_NAME_LONG ||
	       code == MRL_JSON_DEPTH || code == MRL_JSON_VALUES || code == MRL_JSON_NUMBER_LONG ||
	       code == MRL_JSON_NUL || code == MRL_JSON_SURROGATE;
}

static void check_round(const struct result *first)
{
	size_t capacity = 6 * first->doc.text.size + 16;
	uint8_t *memory = malloc(2 * capacity);
	FUZZ_CHECK(memory != NULL);
	struct mrl_buffer once = mrl_buffer(memory, capacity);
	struct mrl_buffer twice = mrl_buffer(memory + capacity, capacity);
	struct result second;
	mrl_json_write(&first->doc, first->doc.nodes, &once);
	FUZZ_CHECK(!once.overflow && is_json(mrl_buffer_slice(&once)));
	read_by(&second, mrl_json_scan_best(), mrl_buffer_slice(&once));
	FUZZ_CHECK(second.fault.code == MRL_JSON_NONE);
	FUZZ_CHECK(second.doc.node_count == first->doc.node_count);
	FUZZ_CHECK(second.doc.number_faults == first->doc.number_faults);
	mrl_json_write(&second.doc, second.doc.nodes, &twice);
	FUZZ_CHECK(mrl_slice_equal(mrl_buffer_slice(&once), mrl_buffer_slice(&twice)));
	mrl_arena_release(&second.arena);
	free(memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mrl_slice text = mrl_slice(data, size);
	struct result scalar;
	struct result best;
	if (data == NULL) {
		return 0;
	}
	read_by(&scalar, &mrl_json_scan_scalar, text);
	read_by(&best, mrl_json_scan_best(), text);
	check_same(&scalar, &best);
	if (scalar.fault.code == MRL_JSON_NONE) {
		FUZZ_CHECK(is_json(text));
		check_round(&scalar);
	} else {
		FUZZ_CHECK(scalar.fault.offset <= size);
		FUZZ_CHECK(is_rule(scalar.fault.code) || !is_json(text));
	}
	mrl_arena_release(&scalar.arena);
	mrl_arena_release(&best.arena);
	return 0;
}
