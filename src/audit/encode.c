/*
 * Facts to CBOR. The code is made from keys.def: straight lines without a table walk, because it
 * runs at the end of each call.
 *
 * Nothing is checked while writing. Before, a sum that is never too small says whether all surely
 * fits; a record of which that cannot be said is encoded aside, measured, and made less until it
 * fits.
 */
#include "audit/cbor_write.h"
#include "audit/record.h"

/* What goes, in this order, when a record is too long. */
enum less { WHOLE, SHORT_AGENT, NO_PARAMS, NO_VIA, NO_FACTS, NO_TEMPLATE, LESS_END };

#define AGENT_SHORT 64
#define NAME_MAX    32 /* of a fact */
#define WORD_MAX    24
#define PARAM_MAX   24

struct mrl_slice mrl_audit_cut(struct mrl_slice text, size_t max)
{
	if (text.size <= max) {
		return text;
	}
	size_t size = max;
	while (size > 0 && max - size < 3 && (text.data[size] & 0xC0) == 0x80) {
		size--;
	}
	return mrl_slice(text.data, (text.data[size] & 0xC0) == 0x80 ? max : size);
}

static inline uint8_t *put_number(uint8_t *at, uint64_t key, uint64_t number)
{
	return cbor_head(cbor_head(at, CBOR_NUMBER, key), CBOR_NUMBER, number);
}

static inline uint8_t *put_text(uint8_t *at, uint64_t key, struct mrl_slice text, size_t max)
{
	struct mrl_slice kept = text.size <= max ? text : mrl_audit_cut(text, max);
	return cbor_string(cbor_head(at, CBOR_NUMBER, key), CBOR_TEXT, kept);
}

static inline uint8_t *put_bytes(uint8_t *at, uint64_t key, const uint8_t *bytes, size_t size)
{
	at = cbor_head(cbor_head(at, CBOR_NUMBER, key), CBOR_BYTES, size);
	memcpy(at, bytes, size);
	return at + size;
}

static uint8_t *put_ip(uint8_t *at, const struct mrl_ip *ip)
{
	return cbor_string(at, CBOR_BYTES, mrl_slice(ip->bytes, ip->size == 4 ? 4 : 16));
}

static uint8_t *put_tag(uint8_t *at, const struct mrl_audit_tag *tag)
{
	at = cbor_head(at, CBOR_ARRAY, 2);
	at = cbor_head(at, CBOR_NUMBER, tag->kid);
	return cbor_string(at, CBOR_BYTES, mrl_slice(tag->bytes, sizeof(tag->bytes)));
}

static uint8_t *put_path(uint8_t *at, const struct mrl_audit_path *path)
{
	at = cbor_head(at, CBOR_ARRAY, path->tag.kid != 0 ? 3 : 2);
	at = cbor_head(at, CBOR_NUMBER, path->depth);
	at = cbor_head(at, CBOR_NUMBER, path->bytes);
	return path->tag.kid != 0 ? put_tag(at, &path->tag) : at;
}

static uint8_t *put_via(uint8_t *at, const struct mrl_audit_facts *facts)
{
	size_t count = facts->via_count < MRL_AUDIT_VIA_MAX ? facts->via_count : MRL_AUDIT_VIA_MAX;
	at = cbor_head(at, CBOR_ARRAY, count);
	for (size_t i = 0; i < count; i++) {
		at = put_ip(at, &facts->via[i]);
	}
	return at;
}

/* A key of a nested map, with the place of what it stands for. */
struct nested {
	struct mrl_slice name;
	size_t index;
};

/* RFC 8949 4.2.1: by encoded bytes, so shorter names first. Names that are there already stay out.
 */
static size_t insert_nested(struct nested *sorted, size_t count, struct nested item)
{
	size_t at = count;
	for (; at > 0; at--) {
		struct mrl_slice before = sorted[at - 1].name;
		int order = before.size != item.name.size ? (before.size < item.name.size ? -1 : 1)
		                                          : mrl_slice_compare(before, item.name);
		if (order == 0) {
			return count;
		}
		if (order < 0) {
			break;
		}
	}
	memmove(&sorted[at + 1], &sorted[at], (count - at) * sizeof(*sorted));
	sorted[at] = item;
	return count + 1;
}

static uint8_t *put_params(uint8_t *at, const struct mrl_audit_facts *facts)
{
	struct nested sorted[MRL_AUDIT_PARAMS_MAX + 1];
	size_t count = 0;
	for (size_t i = 0; i < facts->param_count && count < MRL_AUDIT_PARAMS_MAX; i++) {
		struct nested item = {mrl_audit_cut(facts->params[i].name, PARAM_MAX), i};
		count = insert_nested(sorted, count, item);
	}
	at = cbor_head(at, CBOR_MAP, count);
	for (size_t i = 0; i < count; i++) {
		struct mrl_slice value = facts->params[sorted[i].index].value;
		at = cbor_string(at, CBOR_TEXT, sorted[i].name);
		at = cbor_string(at, CBOR_TEXT, mrl_audit_cut(value, PARAM_MAX));
	}
	return at;
}

static uint8_t *put_fact(uint8_t *at, const struct mrl_audit_fact *fact)
{
	switch (fact->kind) {
	case MRL_AUDIT_NUMBER: return cbor_head(at, CBOR_NUMBER, fact->number);
	case MRL_AUDIT_BOOL: return cbor_bool(at, fact->number != 0);
	case MRL_AUDIT_WORD: return cbor_string(at, CBOR_TEXT, mrl_audit_cut(fact->word, WORD_MAX));
	}
	return cbor_bool(at, false);
}

static uint8_t *put_facts(uint8_t *at, const struct mrl_audit_facts *facts)
{
	struct nested sorted[MRL_AUDIT_FACTS_MAX + 1];
	size_t count = 0;
	for (size_t i = 0; i < facts->fact_count && count < MRL_AUDIT_FACTS_MAX; i++) {
		struct nested item = {mrl_audit_cut(facts->facts[i].name, NAME_MAX), i};
		count = insert_nested(sorted, count, item);
	}
	at = cbor_head(at, CBOR_MAP, count);
	for (size_t i = 0; i < count; i++) {
		at = cbor_string(at, CBOR_TEXT, sorted[i].name);
		at = put_fact(at, &facts->facts[sorted[i].index]);
	}
	return at;
}

/*
 * A kind by three expressions about member `name` of the facts `f`: whether it is there, how it is
 * written, and how many bytes that takes at most beyond what a text or list has by its own size.
 */
#define HAS_NEEDED(name, max)  true
#define HAS_NUMBER(name, max)  (f->name != 0)
#define HAS_FLAGS(name, max)   (flags != 0)
#define HAS_OPTION(name, max)  f->has_##name
#define HAS_SWITCH(name, max)  f->has_##name
#define HAS_TEXT(name, max)    (f->name.size != 0)
#define HAS_ID(name, max)      (f->name.size == (max))
#define HAS_ADDRESS(name, max) (f->name.size != 0)
#define HAS_TAG(name, max)     (f->name.kid != 0)
#define HAS_PATH(name, max)    (f->name.depth != 0)
#define HAS_VIA(name, max)     (f->via_count != 0)
#define HAS_PARAMS(name, max)  (f->param_count != 0)
#define HAS_FACTS(name, max)   (f->fact_count != 0)

#define PUT_NEEDED(key, name, max)  put_number(at, key, f->name)
#define PUT_NUMBER(key, name, max)  put_number(at, key, f->name)
#define PUT_FLAGS(key, name, max)   put_number(at, key, flags)
#define PUT_OPTION(key, name, max)  put_number(at, key, f->name)
#define PUT_SWITCH(key, name, max)  cbor_bool(cbor_head(at, CBOR_NUMBER, key), f->name)
#define PUT_TEXT(key, name, max)    put_text(at, key, f->name, max)
#define PUT_ID(key, name, max)      put_bytes(at, key, f->name.data, max)
#define PUT_ADDRESS(key, name, max) put_ip(cbor_head(at, CBOR_NUMBER, key), &f->name)
#define PUT_TAG(key, name, max)     put_tag(cbor_head(at, CBOR_NUMBER, key), &f->name)
#define PUT_PATH(key, name, max)    put_path(cbor_head(at, CBOR_NUMBER, key), &f->name)
#define PUT_VIA(key, name, max)     put_via(cbor_head(at, CBOR_NUMBER, key), f)
#define PUT_PARAMS(key, name, max)  put_params(cbor_head(at, CBOR_NUMBER, key), f)
#define PUT_FACTS(key, name, max)   put_facts(cbor_head(at, CBOR_NUMBER, key), f)

#define KEY_BYTES    2
#define NUMBER_BYTES 9
#define IP_BYTES     17
#define TAG_BYTES    (1 + NUMBER_BYTES + 1 + 16)
#define PARAMS_BYTES (MRL_AUDIT_PARAMS_MAX * 2 * (2 + PARAM_MAX))
#define FACTS_BYTES  (MRL_AUDIT_FACTS_MAX * (2 + NAME_MAX + 2 + WORD_MAX))
#define HEADS_BYTES  (3 + 3) /* of both maps */

#define MOST_NEEDED(max)  NUMBER_BYTES
#define MOST_NUMBER(max)  NUMBER_BYTES
#define MOST_FLAGS(max)   NUMBER_BYTES
#define MOST_OPTION(max)  NUMBER_BYTES
#define MOST_SWITCH(max)  1
#define MOST_TEXT(max)    3
#define MOST_ID(max)      (1 + (max))
#define MOST_ADDRESS(max) IP_BYTES
#define MOST_TAG(max)     TAG_BYTES
#define MOST_PATH(max)    (1 + 2 * NUMBER_BYTES + TAG_BYTES)
#define MOST_VIA(max)     (1 + (max)*IP_BYTES)
#define MOST_PARAMS(max)  1
#define MOST_FACTS(max)   1

#define ADDS_NEEDED(name)  0
#define ADDS_NUMBER(name)  0
#define ADDS_FLAGS(name)   0
#define ADDS_OPTION(name)  0
#define ADDS_SWITCH(name)  0
#define ADDS_TEXT(name)    f->name.size
#define ADDS_ID(name)      0
#define ADDS_ADDRESS(name) 0
#define ADDS_TAG(name)     0
#define ADDS_PATH(name)    0
#define ADDS_VIA(name)     0
#define ADDS_PARAMS(name)  (f->param_count != 0 ? PARAMS_BYTES : 0)
#define ADDS_FACTS(name)   (f->fact_count != 0 ? FACTS_BYTES : 0)

enum {
#define MRL_AUDIT_KEY(key, name, kind, max) +KEY_BYTES + MOST_##kind(max)
	FIXED_BYTES = HEADS_BYTES + CBOR_SLACK
#include "audit/keys.def"
#include "audit/keys_text.def"
#undef MRL_AUDIT_KEY
};

/* Never less than what the facts take, CBOR_SLACK included. */
static size_t most_bytes(const struct mrl_audit_facts *f)
{
#define MRL_AUDIT_KEY(key, name, kind, max) +ADDS_##kind(name)
	return (size_t)FIXED_BYTES
#include "audit/keys.def"
#include "audit/keys_text.def"
		;
#undef MRL_AUDIT_KEY
}

/* A map's head comes first but counts what follows: two bytes are kept for it, mostly needed. */
static uint8_t *put_map_head(uint8_t *start, uint8_t *end, size_t count)
{
	if (count >= 24) {
		start[0] = CBOR_MAP << 5 | 24;
		start[1] = (uint8_t)count;
		return end;
	}
	start[0] = (uint8_t)(CBOR_MAP << 5 | count);
	memmove(start + 1, start + 2, (size_t)(end - start - 2));
	return end - 1;
}

#define MRL_AUDIT_KEY(key, name, kind, max)      \
	if (HAS_##kind(name, max)) {             \
		at = PUT_##kind(key, name, max); \
		count++;                         \
	}

/* As many statements as the table has rows. NOLINTNEXTLINE(readability-function-size) */
static uint8_t *put_known(uint8_t *start, const struct mrl_audit_facts *f, uint8_t flags)
{
	uint8_t *at = start + 2;
	size_t count = 0;
#include "audit/keys.def"
	return put_map_head(start, at, count);
}

static uint8_t *put_free(uint8_t *start, const struct mrl_audit_facts *f)
{
	uint8_t *at = start + 1;
	size_t count = 0;
#include "audit/keys_text.def"
	start[0] = (uint8_t)(CBOR_MAP << 5 | count);
	return at;
}
#undef MRL_AUDIT_KEY

/* Room for all keys at their maxima: texts and free texts together have less than 1,024. */
#define ASIDE_BYTES (FIXED_BYTES + PARAMS_BYTES + FACTS_BYTES + 1024)

static void lessen(struct mrl_audit_facts *facts, enum less less)
{
	switch (less) {
	case WHOLE: break;
	case SHORT_AGENT: facts->user_agent = mrl_audit_cut(facts->user_agent, AGENT_SHORT); break;
	case NO_PARAMS: facts->param_count = 0; break;
	case NO_VIA: facts->via_count = 0; break;
	case NO_FACTS: facts->fact_count = 0; break;
	case NO_TEMPLATE: facts->template = MRL_SLICE_NONE; break;
	case LESS_END: break;
	}
}

static enum mrl_err encode_aside(const struct mrl_audit_facts *facts, uint8_t flags,
                                 struct mrl_buffer *buffer)
{
	uint8_t aside[ASIDE_BYTES];
	struct mrl_audit_facts copy = *facts;
	for (enum less less = WHOLE; less < LESS_END; less++) {
		uint8_t cut = less == WHOLE ? 0 : MRL_AUDIT_TRUNCATED;
		lessen(&copy, less);
		uint8_t *end = put_free(put_known(aside, &copy, flags | cut), &copy);
		struct mrl_slice encoded = mrl_slice(aside, (size_t)(end - aside));
		if (encoded.size <= buffer->capacity - buffer->size) {
			mrl_buffer_put(buffer, encoded);
			return MRL_OK;
		}
	}
	return MRL_ERR_LIMIT;
}

enum mrl_err mrl_audit_encode_flags(const struct mrl_audit_facts *facts, uint8_t flags,
                                    struct mrl_buffer *buffer)
{
	if (most_bytes(facts) > buffer->capacity - buffer->size) {
		return encode_aside(facts, flags, buffer);
	}
	uint8_t *start = buffer->data + buffer->size;
	uint8_t *end = put_free(put_known(start, facts, flags), facts);
	buffer->size += (size_t)(end - start);
	return MRL_OK;
}

enum mrl_err mrl_audit_encode(const struct mrl_audit_facts *facts, struct mrl_buffer *buffer)
{
	return mrl_audit_encode_flags(facts, facts->flags, buffer);
}
