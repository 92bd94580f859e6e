/*
 * A record as one line of JSON: the first form of the audit file.
 *
 * Names are those of keys.def; what is absent has no member. What only the daemon knows stands
 * last.
 */
#include "audit/json_put.h"
#include "audit/record.h"

static void put_address(struct mrl_buffer *buffer, const struct mrl_ip *ip)
{
	uint8_t memory[MRL_IP_TEXT_MAX];
	json_put_string(buffer, mrl_ip_text(ip, memory));
}

/* h1:<kid>:<22 characters of base64url> */
static void put_tag(struct mrl_buffer *buffer, const struct mrl_audit_tag *tag)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	uint32_t bits = 0;
	unsigned held = 0;
	mrl_buffer_put(buffer, MRL_SLICE("\"h1:"));
	mrl_buffer_u64(buffer, tag->kid);
	mrl_buffer_byte(buffer, ':');
	for (size_t i = 0; i < sizeof(tag->bytes); i++) {
		bits = bits << 8 | tag->bytes[i];
		for (held += 8; held >= 6; held -= 6) {
			mrl_buffer_byte(buffer, (uint8_t)digits[bits >> (held - 6) & 63]);
		}
	}
	mrl_buffer_byte(buffer, (uint8_t)digits[bits << (6 - held) & 63]);
	mrl_buffer_byte(buffer, '"');
}

static void put_path(struct mrl_buffer *buffer, const struct mrl_audit_path *path)
{
	mrl_buffer_byte(buffer, '{');
	json_put_number(buffer, "depth", path->depth);
	json_put_number(buffer, "bytes", path->bytes);
	if (path->tag.kid != 0) {
		json_put_name(buffer, "tag");
		put_tag(buffer, &path->tag);
	}
	mrl_buffer_byte(buffer, '}');
}

static void put_via(struct mrl_buffer *buffer, const struct mrl_audit_facts *facts)
{
	mrl_buffer_byte(buffer, '[');
	for (size_t i = 0; i < facts->via_count; i++) {
		if (i != 0) {
			mrl_buffer_byte(buffer, ',');
		}
		put_address(buffer, &facts->via[i]);
	}
	mrl_buffer_byte(buffer, ']');
}

static void put_key(struct mrl_buffer *buffer, struct mrl_slice name, bool first)
{
	if (!first) {
		mrl_buffer_byte(buffer, ',');
	}
	json_put_string(buffer, name);
	mrl_buffer_byte(buffer, ':');
}

static void put_params(struct mrl_buffer *buffer, const struct mrl_audit_facts *facts)
{
	mrl_buffer_byte(buffer, '{');
	for (size_t i = 0; i < facts->param_count; i++) {
		put_key(buffer, facts->params[i].name, i == 0);
		json_put_string(buffer, facts->params[i].value);
	}
	mrl_buffer_byte(buffer, '}');
}

static void put_fact(struct mrl_buffer *buffer, const struct mrl_audit_fact *fact)
{
	switch (fact->kind) {
	case MRL_AUDIT_NUMBER: mrl_buffer_u64(buffer, fact->number); return;
	case MRL_AUDIT_BOOL: json_put_literal(buffer, fact->number != 0 ? "true" : "false"); return;
	case MRL_AUDIT_WORD: json_put_string(buffer, fact->word); return;
	}
	json_put_literal(buffer, "null");
}

static void put_facts(struct mrl_buffer *buffer, const struct mrl_audit_facts *facts)
{
	mrl_buffer_byte(buffer, '{');
	for (size_t i = 0; i < facts->fact_count; i++) {
		put_key(buffer, facts->facts[i].name, i == 0);
		put_fact(buffer, &facts->facts[i]);
	}
	mrl_buffer_byte(buffer, '}');
}

static void put_free_text(struct mrl_buffer *buffer, struct mrl_slice text, uint32_t *hits)
{
	uint8_t memory[MRL_AUDIT_SCRUBBED(256)];
	struct mrl_buffer clean = mrl_buffer(memory, sizeof(memory));
	uint32_t found = 0;
	mrl_audit_scrub(text, &clean, &found);
	*hits += found;
	json_put_string(buffer, mrl_buffer_slice(&clean));
}

/* Numbers that have words. NULL: none; the number itself is written. */
static const char *word_of(const char *const *words, size_t count, uint64_t number)
{
	return number < count ? words[number] : NULL;
}

static const char *const verdicts[] = {"allowed", "denied", "failed", "shadow_denied",
                                       "challenged"};
static const char *const stages[] = {"complete", "open", "close", "incomplete"};

/* method, verdict, stage, class: the members that do not read as their numbers or names. */
static void put_needed(struct mrl_buffer *buffer, const char *name, size_t offset, uint64_t number)
{
	const char *word = NULL;
	switch (offset) {
	case offsetof(struct mrl_audit_facts, class_id): name = "class"; break;
	case offsetof(struct mrl_audit_facts, verdict):
		word = word_of(verdicts, MRL_COUNT(verdicts), number);
		break;
	case offsetof(struct mrl_audit_facts, stage):
		word = word_of(stages, MRL_COUNT(stages), number);
		break;
	case offsetof(struct mrl_audit_facts, method): {
		struct mrl_slice method = mrl_method_name((enum mrl_method)number);
		json_put_name(buffer, name);
		json_put_string(buffer, method.size != 0 ? method : MRL_SLICE("other"));
		return;
	}
	default: break;
	}
	if (word != NULL) {
		json_put_word(buffer, name, word);
		return;
	}
	json_put_number(buffer, name, number);
}

/* The request's id reads as a UUID, the others as hexadecimal. */
static void put_id(struct mrl_buffer *buffer, bool uuid, struct mrl_slice id)
{
	if (uuid) {
		json_put_uuid(buffer, id.data);
		return;
	}
	json_put_hex(buffer, id);
}

#define OFFSET(name) offsetof(struct mrl_audit_facts, name)
#define WHEN(condition, name, put)       \
	if (condition) {                 \
		json_put_name(b, #name); \
		put;                     \
	}
/* A call that broke off has no verdict. */
#define SAYS(name) (OFFSET(name) != OFFSET(verdict) || f->stage != MRL_AUDIT_INCOMPLETE)
#define OUT_NEEDED(name)                                     \
	if (SAYS(name)) {                                    \
		put_needed(b, #name, OFFSET(name), f->name); \
	}
#define OUT_NUMBER(name)  WHEN(f->name != 0, name, mrl_buffer_u64(b, f->name))
#define OUT_FLAGS(name)   OUT_NUMBER(name)
#define OUT_OPTION(name)  WHEN(f->has_##name, name, mrl_buffer_u64(b, f->name))
#define OUT_SWITCH(name)  WHEN(f->has_##name, name, json_put_literal(b, f->name ? "true" : "false"))
#define OUT_TEXT(name)    WHEN(f->name.size != 0, name, json_put_string(b, f->name))
#define OUT_ADDRESS(name) WHEN(f->name.size != 0, name, put_address(b, &f->name))
#define OUT_TAG(name)     WHEN(f->name.kid != 0, name, put_tag(b, &f->name))
#define OUT_PATH(name)    WHEN(f->name.depth != 0, name, put_path(b, &f->name))
#define OUT_VIA(name)     WHEN(f->via_count != 0, name, put_via(b, f))
#define OUT_PARAMS(name)  WHEN(f->param_count != 0, name, put_params(b, f))
#define OUT_FACTS(name)   WHEN(f->fact_count != 0, name, put_facts(b, f))
#define OUT_ID(name) \
	WHEN(f->name.size != 0, name, put_id(b, OFFSET(name) == OFFSET(request_id), f->name))

/* As many statements as the table has rows. NOLINTNEXTLINE(readability-function-size) */
static void put_known(struct mrl_buffer *b, const struct mrl_audit_facts *f)
{
#define MRL_AUDIT_KEY(key, name, kind, max) OUT_##kind(name)
#include "audit/keys.def"
#undef MRL_AUDIT_KEY
}

static void put_free(struct mrl_buffer *b, const struct mrl_audit_facts *f, uint32_t *hits)
{
#define MRL_AUDIT_KEY(key, name, kind, max) \
	WHEN(f->name.size != 0, name, put_free_text(b, f->name, hits))
#include "audit/keys_text.def"
#undef MRL_AUDIT_KEY
}

void mrl_audit_render(const struct mrl_audit_facts *facts, const struct mrl_audit_writer *writer,
                      struct mrl_buffer *buffer)
{
	uint32_t hits = 0;
	mrl_buffer_byte(buffer, '{');
	put_known(buffer, facts);
	put_free(buffer, facts, &hits);
	if (hits != 0) {
		json_put_number(buffer, "scrub_hits", hits);
	}
	json_put_name(buffer, "incarnation");
	json_put_hex64(buffer, writer->incarnation);
	if (writer->wseq != 0) {
		json_put_number(buffer, "wseq", writer->wseq);
	}
	mrl_buffer_put(buffer, MRL_SLICE("}\n"));
}
