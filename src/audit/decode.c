/*
 * CBOR to facts, distrusting the sender: what a ring holds was written by a process that parses
 * requests. Made from keys.def, as the encoder is; every length is checked before it is used.
 */
#include "audit/cbor.h"
#include "audit/record.h"

enum kind {
	NEEDED,
	NUMBER,
	FLAGS,
	OPTION,
	SWITCH,
	TEXT,
	ID,
	ADDRESS,
	TAG,
	PATH,
	VIA,
	PARAMS,
	FACTS
};

struct row {
	uint64_t max;
	uint16_t offset;     /* of the member */
	uint16_t has_offset; /* of its has_ flag; 0: none */
	uint8_t key, width;
	enum kind kind;
};

#define MEMBER(name)     offsetof(struct mrl_audit_facts, name)
#define HAS_NEEDED(name) 0
#define HAS_NUMBER(name) 0
#define HAS_FLAGS(name)  0
#define HAS_OPTION(name) MEMBER(has_##name)
#define HAS_SWITCH(name) MEMBER(has_##name)
#define HAS_TEXT(name)   0
#define HAS_ID(name)     0
#define HAS_ADDRESS(n)   0
#define HAS_TAG(name)    0
#define HAS_PATH(name)   0
#define HAS_VIA(name)    0
#define HAS_PARAMS(name) 0
#define HAS_FACTS(name)  0
#define MRL_AUDIT_KEY(number, name, the_kind, maximum)                  \
	{.max = (maximum),                                              \
	 .offset = MEMBER(name),                                        \
	 .has_offset = HAS_##the_kind(name),                            \
	 .key = (number),                                               \
	 .width = (uint8_t)sizeof(((struct mrl_audit_facts *)0)->name), \
	 .kind = (the_kind)},

static const struct row fact_rows[] = {
#include "audit/keys.def"
};

static const struct row text_rows[] = {
#include "audit/keys_text.def"
};
#undef MRL_AUDIT_KEY

static void store_number(uint8_t *place, uint8_t width, uint64_t number)
{
	uint8_t narrow = (uint8_t)number;
	uint16_t middle = (uint16_t)number;
	switch (width) {
	case 1: memcpy(place, &narrow, sizeof(narrow)); return;
	case 2: memcpy(place, &middle, sizeof(middle)); return;
	default: memcpy(place, &number, sizeof(number)); return;
	}
}

static bool read_number(struct cbor_reader *reader, const struct row *row, uint8_t *place)
{
	uint64_t number;
	if (!mrl_cbor_number(reader, row->max, &number)) {
		return false;
	}
	/* absent is the only way to say 0 where 0 means absent */
	if ((row->kind == NUMBER || row->kind == FLAGS) && number == 0) {
		return false;
	}
	store_number(place, row->width, number);
	return true;
}

static bool read_text(struct cbor_reader *reader, size_t max, struct mrl_slice *ret_text)
{
	return mrl_cbor_string(reader, CBOR_TEXT, max, ret_text);
}

static bool read_id(struct cbor_reader *reader, size_t size, struct mrl_slice *ret_id)
{
	return mrl_cbor_string(reader, CBOR_BYTES, size, ret_id) && ret_id->size == size;
}

static bool read_address(struct cbor_reader *reader, struct mrl_ip *ret_ip)
{
	struct mrl_slice bytes;
	if (!mrl_cbor_string(reader, CBOR_BYTES, sizeof(ret_ip->bytes), &bytes) ||
	    (bytes.size != 4 && bytes.size != 16)) {
		return false;
	}
	struct mrl_ip ip = {.size = (uint8_t)bytes.size};
	memcpy(ip.bytes, bytes.data, bytes.size);
	*ret_ip = ip;
	return true;
}

static bool read_tag(struct cbor_reader *reader, struct mrl_audit_tag *ret_tag)
{
	size_t count;
	uint64_t kid;
	struct mrl_slice bytes;
	if (!mrl_cbor_items(reader, CBOR_ARRAY, 2, &count) || count != 2 ||
	    !mrl_cbor_number(reader, UINT32_MAX, &kid) || kid == 0 ||
	    !read_id(reader, sizeof(ret_tag->bytes), &bytes)) {
		return false;
	}
	ret_tag->kid = (uint32_t)kid;
	memcpy(ret_tag->bytes, bytes.data, bytes.size);
	return true;
}

static bool read_path(struct cbor_reader *reader, struct mrl_audit_path *ret_path)
{
	size_t count;
	uint64_t depth;
	uint64_t bytes;
	if (!mrl_cbor_items(reader, CBOR_ARRAY, 3, &count) || count < 2 ||
	    !mrl_cbor_number(reader, UINT8_MAX, &depth) || depth == 0 ||
	    !mrl_cbor_number(reader, UINT16_MAX, &bytes)) {
		return false;
	}
	ret_path->depth = (uint8_t)depth;
	ret_path->bytes = (uint16_t)bytes;
	return count == 2 || read_tag(reader, &ret_path->tag);
}

static bool read_via(struct cbor_reader *reader, size_t max, struct mrl_audit_record *record)
{
	size_t count;
	if (!mrl_cbor_items(reader, CBOR_ARRAY, max, &count) || count == 0) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (!read_address(reader, &record->via_memory[i])) {
			return false;
		}
	}
	record->facts.via = record->via_memory;
	record->facts.via_count = (uint8_t)count;
	return true;
}

/* A name of a nested map, after `before`: shorter first, then by bytes. */
static bool read_name(struct cbor_reader *reader, size_t max, const struct mrl_slice *before,
                      struct mrl_slice *ret_name)
{
	if (!read_text(reader, max, ret_name)) {
		return false;
	}
	return before == NULL || before->size < ret_name->size ||
	       (before->size == ret_name->size && mrl_slice_compare(*before, *ret_name) < 0);
}

static bool read_params(struct cbor_reader *reader, size_t max, struct mrl_audit_record *record)
{
	struct mrl_audit_param *params = record->param_memory;
	size_t count;
	if (!mrl_cbor_items(reader, CBOR_MAP, max, &count) || count == 0) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		const struct mrl_slice *before = i == 0 ? NULL : &params[i - 1].name;
		if (!read_name(reader, 24, before, &params[i].name) ||
		    !read_text(reader, 24, &params[i].value)) {
			return false;
		}
	}
	record->facts.params = params;
	record->facts.param_count = (uint8_t)count;
	return true;
}

static bool read_fact_value(struct cbor_reader *reader, struct mrl_audit_fact *fact)
{
	struct cbor_reader ahead = *reader;
	enum cbor_major major;
	uint64_t argument;
	bool value;
	if (!mrl_cbor_head(&ahead, &major, &argument)) {
		return false;
	}
	if (major == CBOR_TEXT) {
		fact->kind = MRL_AUDIT_WORD;
		return read_text(reader, 24, &fact->word);
	}
	if (major == CBOR_NUMBER) {
		fact->kind = MRL_AUDIT_NUMBER;
		return mrl_cbor_number(reader, UINT64_MAX, &fact->number);
	}
	if (!mrl_cbor_bool(reader, &value)) {
		return false;
	}
	fact->kind = MRL_AUDIT_BOOL;
	fact->number = value ? 1 : 0;
	return true;
}

static bool read_facts(struct cbor_reader *reader, size_t max, struct mrl_audit_record *record)
{
	struct mrl_audit_fact *facts = record->fact_memory;
	size_t count;
	if (!mrl_cbor_items(reader, CBOR_MAP, max, &count) || count == 0) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		const struct mrl_slice *before = i == 0 ? NULL : &facts[i - 1].name;
		if (!read_name(reader, 32, before, &facts[i].name) ||
		    !read_fact_value(reader, &facts[i])) {
			return false;
		}
	}
	record->facts.facts = facts;
	record->facts.fact_count = (uint8_t)count;
	return true;
}

static bool read_value(struct cbor_reader *reader, const struct row *row,
                       struct mrl_audit_record *record)
{
	void *place = (uint8_t *)&record->facts + row->offset;
	size_t max = (size_t)row->max;
	switch (row->kind) {
	case NEEDED:
	case NUMBER:
	case FLAGS:
	case OPTION: return read_number(reader, row, place);
	case SWITCH: return mrl_cbor_bool(reader, place);
	case TEXT: return read_text(reader, max, place) && ((struct mrl_slice *)place)->size != 0;
	case ID: return read_id(reader, max, place);
	case ADDRESS: return read_address(reader, place);
	case TAG: return read_tag(reader, place);
	case PATH: return read_path(reader, place);
	case VIA: return read_via(reader, max, record);
	case PARAMS: return read_params(reader, max, record);
	case FACTS: return read_facts(reader, max, record);
	}
	return false;
}

static const struct row *find_row(const struct row *rows, size_t count, uint64_t key)
{
	for (size_t i = 0; i < count; i++) {
		if (rows[i].key == key) {
			return &rows[i];
		}
	}
	return NULL;
}

/* One map over `rows`, keys ascending; all NEEDED rows must come. */
static bool read_map(struct cbor_reader *reader, const struct row *rows, size_t row_count,
                     struct mrl_audit_record *record)
{
	size_t needed = 0;
	size_t pairs;
	const struct row *before = NULL;
	for (size_t i = 0; i < row_count; i++) {
		needed += rows[i].kind == NEEDED ? 1 : 0;
	}
	if (!mrl_cbor_items(reader, CBOR_MAP, row_count, &pairs)) {
		return false;
	}
	for (; pairs > 0; pairs--) {
		uint64_t key;
		if (!mrl_cbor_number(reader, UINT8_MAX, &key) ||
		    (before != NULL && key <= before->key)) {
			return false;
		}
		const struct row *row = find_row(rows, row_count, key);
		if (row == NULL || !read_value(reader, row, record)) {
			return false;
		}
		if (row->has_offset != 0) {
			*((uint8_t *)&record->facts + row->has_offset) = true;
		}
		needed -= row->kind == NEEDED ? 1 : 0;
		before = row;
	}
	return needed == 0;
}

enum mrl_err mrl_audit_decode(struct mrl_slice payload, struct mrl_audit_record *ret_record)
{
	struct cbor_reader reader = {.at = payload.data, .end = payload.data + payload.size};
	memset(ret_record, 0, sizeof(*ret_record));
	if (payload.size == 0 || payload.size > MRL_AUDIT_PAYLOAD_MAX ||
	    !read_map(&reader, fact_rows, MRL_COUNT(fact_rows), ret_record) ||
	    !read_map(&reader, text_rows, MRL_COUNT(text_rows), ret_record) ||
	    reader.at != reader.end || ret_record->facts.class_id == 0) {
		return MRL_ERR_INVALID;
	}
	return MRL_OK;
}
