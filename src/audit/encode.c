/*
 * Facts to CBOR. The code is made from keys.def: straight lines without a table walk, because it
 * runs at the end of each call. It is tried whole first; only a record that does not fit is encoded
 * again with less in it.
 */
#include "audit/cbor.h"
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

static void put_number(struct cbor_writer *writer, uint64_t key, uint64_t number)
{
	cbor_head(writer, CBOR_NUMBER, key);
	cbor_head(writer, CBOR_NUMBER, number);
}

static void put_text(struct cbor_writer *writer, uint64_t key, struct mrl_slice text, size_t max)
{
	cbor_head(writer, CBOR_NUMBER, key);
	cbor_string(writer, CBOR_TEXT, mrl_audit_cut(text, max));
}

static void put_bytes(struct cbor_writer *writer, uint64_t key, struct mrl_slice bytes)
{
	cbor_head(writer, CBOR_NUMBER, key);
	cbor_string(writer, CBOR_BYTES, bytes);
}

static void put_bool(struct cbor_writer *writer, uint64_t key, bool value)
{
	cbor_head(writer, CBOR_NUMBER, key);
	cbor_bool(writer, value);
}

static void write_tag(struct cbor_writer *writer, const struct mrl_audit_tag *tag)
{
	cbor_head(writer, CBOR_ARRAY, 2);
	cbor_head(writer, CBOR_NUMBER, tag->kid);
	cbor_string(writer, CBOR_BYTES, mrl_slice(tag->bytes, sizeof(tag->bytes)));
}

static void put_tag(struct cbor_writer *writer, uint64_t key, const struct mrl_audit_tag *tag)
{
	cbor_head(writer, CBOR_NUMBER, key);
	write_tag(writer, tag);
}

static void put_path(struct cbor_writer *writer, uint64_t key, const struct mrl_audit_path *path)
{
	cbor_head(writer, CBOR_NUMBER, key);
	cbor_head(writer, CBOR_ARRAY, path->tag.kid != 0 ? 3 : 2);
	cbor_head(writer, CBOR_NUMBER, path->depth);
	cbor_head(writer, CBOR_NUMBER, path->bytes);
	if (path->tag.kid != 0) {
		write_tag(writer, &path->tag);
	}
}

static void put_via(struct cbor_writer *writer, uint64_t key, const struct mrl_audit_facts *facts)
{
	size_t count = facts->via_count < MRL_AUDIT_VIA_MAX ? facts->via_count : MRL_AUDIT_VIA_MAX;
	cbor_head(writer, CBOR_NUMBER, key);
	cbor_head(writer, CBOR_ARRAY, count);
	for (size_t i = 0; i < count; i++) {
		cbor_string(writer, CBOR_BYTES, mrl_slice(facts->via[i].bytes, facts->via[i].size));
	}
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

static void put_params(struct cbor_writer *writer, uint64_t key,
                       const struct mrl_audit_facts *facts)
{
	struct nested sorted[MRL_AUDIT_PARAMS_MAX + 1];
	size_t count = 0;
	for (size_t i = 0; i < facts->param_count && count < MRL_AUDIT_PARAMS_MAX; i++) {
		struct nested item = {mrl_audit_cut(facts->params[i].name, PARAM_MAX), i};
		count = insert_nested(sorted, count, item);
	}
	cbor_head(writer, CBOR_NUMBER, key);
	cbor_head(writer, CBOR_MAP, count);
	for (size_t i = 0; i < count; i++) {
		struct mrl_slice value = facts->params[sorted[i].index].value;
		cbor_string(writer, CBOR_TEXT, sorted[i].name);
		cbor_string(writer, CBOR_TEXT, mrl_audit_cut(value, PARAM_MAX));
	}
}

static void write_fact(struct cbor_writer *writer, const struct mrl_audit_fact *fact)
{
	switch (fact->kind) {
	case MRL_AUDIT_NUMBER: cbor_head(writer, CBOR_NUMBER, fact->number); return;
	case MRL_AUDIT_BOOL: cbor_bool(writer, fact->number != 0); return;
	case MRL_AUDIT_WORD:
		cbor_string(writer, CBOR_TEXT, mrl_audit_cut(fact->word, WORD_MAX));
		return;
	}
	cbor_bool(writer, false);
}

static void put_facts(struct cbor_writer *writer, uint64_t key, const struct mrl_audit_facts *facts)
{
	struct nested sorted[MRL_AUDIT_FACTS_MAX + 1];
	size_t count = 0;
	for (size_t i = 0; i < facts->fact_count && count < MRL_AUDIT_FACTS_MAX; i++) {
		struct nested item = {mrl_audit_cut(facts->facts[i].name, NAME_MAX), i};
		count = insert_nested(sorted, count, item);
	}
	cbor_head(writer, CBOR_NUMBER, key);
	cbor_head(writer, CBOR_MAP, count);
	for (size_t i = 0; i < count; i++) {
		cbor_string(writer, CBOR_TEXT, sorted[i].name);
		write_fact(writer, &facts->facts[sorted[i].index]);
	}
}

/* One expression and one statement a kind; `f` is the copy that is encoded. */
#define HAS_NEEDED(name, max)  true
#define HAS_NUMBER(name, max)  (f->name != 0)
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

#define PUT_NEEDED(key, name, max)  put_number(writer, key, f->name)
#define PUT_NUMBER(key, name, max)  put_number(writer, key, f->name)
#define PUT_OPTION(key, name, max)  put_number(writer, key, f->name)
#define PUT_SWITCH(key, name, max)  put_bool(writer, key, f->name)
#define PUT_TEXT(key, name, max)    put_text(writer, key, f->name, max)
#define PUT_ID(key, name, max)      put_bytes(writer, key, f->name)
#define PUT_ADDRESS(key, name, max) put_bytes(writer, key, mrl_slice(f->name.bytes, f->name.size))
#define PUT_TAG(key, name, max)     put_tag(writer, key, &f->name)
#define PUT_PATH(key, name, max)    put_path(writer, key, &f->name)
#define PUT_VIA(key, name, max)     put_via(writer, key, f)
#define PUT_PARAMS(key, name, max)  put_params(writer, key, f)
#define PUT_FACTS(key, name, max)   put_facts(writer, key, f)

static size_t count_keys(const struct mrl_audit_facts *f)
{
	size_t count = 0;
#define MRL_AUDIT_KEY(key, name, kind, max) count += (HAS_##kind(name, max)) ? 1 : 0;
#include "audit/keys.def"
#undef MRL_AUDIT_KEY
	return count;
}

static size_t count_texts(const struct mrl_audit_facts *f)
{
	size_t count = 0;
#define MRL_AUDIT_KEY(key, name, kind, max) count += (HAS_##kind(name, max)) ? 1 : 0;
#include "audit/keys_text.def"
#undef MRL_AUDIT_KEY
	return count;
}

#define MRL_AUDIT_KEY(key, name, kind, max) \
	if (HAS_##kind(name, max)) {        \
		PUT_##kind(key, name, max); \
	}

static void write_maps(struct cbor_writer *writer, const struct mrl_audit_facts *f)
{
	cbor_head(writer, CBOR_MAP, count_keys(f));
#include "audit/keys.def"
	cbor_head(writer, CBOR_MAP, count_texts(f));
#include "audit/keys_text.def"
}
#undef MRL_AUDIT_KEY

static void lessen(struct mrl_audit_facts *facts, enum less less)
{
	facts->flags |= MRL_AUDIT_TRUNCATED;
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

enum mrl_err mrl_audit_encode_flags(const struct mrl_audit_facts *facts, uint8_t flags,
                                    struct mrl_buffer *buffer)
{
	struct mrl_audit_facts copy = *facts;
	copy.flags = flags;
	for (enum less less = WHOLE; less < LESS_END; less++) {
		if (less != WHOLE) {
			lessen(&copy, less);
		}
		struct cbor_writer writer = {
			.at = buffer->data + buffer->size,
			.end = buffer->data + buffer->capacity,
		};
		write_maps(&writer, &copy);
		if (!writer.full) {
			buffer->size = (size_t)(writer.at - buffer->data);
			return MRL_OK;
		}
	}
	return MRL_ERR_LIMIT;
}

enum mrl_err mrl_audit_encode(const struct mrl_audit_facts *facts, struct mrl_buffer *buffer)
{
	return mrl_audit_encode_flags(facts, facts->flags, buffer);
}
