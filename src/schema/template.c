/*
 * Path templates: parsing, and matching one segment. A segment with several names could split in
 * more than one way; then another reader may split it differently, so it does not match at all.
 */
#include "template.h"

#define NAMES_MAX MRL_SEGMENT_NAMES_MAX

struct parsing {
	struct mrl_arena *arena;
	const char *fault;
	struct mrl_slice literals[NAMES_MAX + 1];
	struct mrl_slice names[NAMES_MAX];
	uint16_t name_count;
};

static enum mrl_err refuse(struct parsing *parsing, const char *fault)
{
	parsing->fault = fault;
	return MRL_ERR_INVALID;
}

/* RFC 3986 3.3: pchar without pct-encoded. */
static bool is_pchar(uint8_t byte)
{
	return mrl_is_digit(byte) || (mrl_lower(byte) >= 'a' && mrl_lower(byte) <= 'z') ||
	       (byte != 0 && strchr("-._~!$&'()*+,;=:@", byte) != NULL);
}

static bool decode_escape(struct mrl_slice text, uint8_t *ret_byte)
{
	if (text.size < 3) {
		return false;
	}
	int high = mrl_hex_value(text.data[1]);
	int low = mrl_hex_value(text.data[2]);
	if (high < 0 || low < 0) {
		return false;
	}
	*ret_byte = (uint8_t)(high << 4 | low);
	return true;
}

/* What no target that is let in can hold after decoding. */
static bool is_forbidden(uint8_t byte)
{
	return byte < 0x20 || byte == 0x7F || byte == '/' || byte == '\\';
}

/* Bytes outside ASCII may stand raw in a document: clients send them encoded. */
static enum mrl_err decode_literal(struct parsing *parsing, struct mrl_slice raw,
                                   struct mrl_slice *ret_literal)
{
	uint8_t *data = mrl_arena_alloc(parsing->arena, raw.size, 1);
	if (data == NULL) {
		return MRL_ERR_MEMORY;
	}
	size_t size = 0;
	for (size_t i = 0; i < raw.size; i++) {
		uint8_t byte = raw.data[i];
		if (byte == '%') {
			if (!decode_escape(mrl_slice_from(raw, i), &byte) || is_forbidden(byte)) {
				return refuse(parsing, "has a '%' that no target can have");
			}
			i += 2;
		} else if (byte < 0x80 && !is_pchar(byte)) {
			return refuse(parsing, "has a character that must be percent-encoded");
		}
		data[size++] = byte;
	}
	*ret_literal = mrl_slice(data, size);
	if (mrl_utf8_check(*ret_literal) != size) {
		return refuse(parsing, "is no UTF-8 when decoded");
	}
	return MRL_OK;
}

static bool is_name(struct mrl_slice name)
{
	return name.size != 0 && mrl_slice_find(name, '{') == name.size &&
	       mrl_slice_find(name, '/') == name.size;
}

/* Moves `rest` behind "{name}", at whose brace it stands. */
static enum mrl_err take_name(struct parsing *parsing, struct mrl_slice *rest)
{
	size_t end = mrl_slice_find(*rest, '}');
	if (end == rest->size) {
		return refuse(parsing, "has a '{' without '}'");
	}
	struct mrl_slice name = mrl_slice_sub(*rest, 1, end - 1);
	if (!is_name(name)) {
		return refuse(parsing, "has braces without a name in them");
	}
	if (parsing->name_count == NAMES_MAX) {
		return refuse(parsing, "has too many names in one segment");
	}
	if (parsing->name_count > 0 && parsing->literals[parsing->name_count].size == 0) {
		return refuse(parsing, "has two names side by side: where one ends cannot be told");
	}
	parsing->names[parsing->name_count++] = name;
	*rest = mrl_slice_from(*rest, end + 1);
	return MRL_OK;
}

static enum mrl_err take_literal(struct parsing *parsing, struct mrl_slice *rest)
{
	size_t end = mrl_slice_find(*rest, '{');
	struct mrl_slice raw = mrl_slice_sub(*rest, 0, end);
	if (mrl_slice_find(raw, '}') != raw.size) {
		return refuse(parsing, "has a '}' without '{'");
	}
	enum mrl_err err = decode_literal(parsing, raw, &parsing->literals[parsing->name_count]);
	*rest = mrl_slice_from(*rest, end);
	return err;
}

static enum mrl_err split_segment(struct parsing *parsing, struct mrl_slice rest)
{
	parsing->name_count = 0;
	enum mrl_err err = take_literal(parsing, &rest);
	while (err == MRL_OK && rest.size != 0) {
		err = take_name(parsing, &rest);
		if (err == MRL_OK) {
			err = take_literal(parsing, &rest);
		}
	}
	return err;
}

static bool is_dots(struct mrl_slice text)
{
	return mrl_slice_is(text, ".") || mrl_slice_is(text, "..");
}

static enum mrl_err keep_segment(struct parsing *parsing, struct mrl_template_segment *segment)
{
	size_t count = parsing->name_count;
	segment->literals = MRL_NEW_ARRAY(parsing->arena, count + 1, struct mrl_slice);
	segment->names = MRL_NEW_ARRAY(parsing->arena, count, struct mrl_slice);
	if (segment->literals == NULL || segment->names == NULL) {
		return MRL_ERR_MEMORY;
	}
	memcpy(segment->literals, parsing->literals, (count + 1) * sizeof(struct mrl_slice));
	memcpy(segment->names, parsing->names, count * sizeof(struct mrl_slice));
	segment->name_count = (uint16_t)count;
	return MRL_OK;
}

static enum mrl_err parse_segment(struct parsing *parsing, struct mrl_slice raw, bool is_last,
                                  struct mrl_template_segment *segment)
{
	enum mrl_err err = split_segment(parsing, raw);
	if (err != MRL_OK) {
		return err;
	}
	if (parsing->name_count == 0 && parsing->literals[0].size == 0 && !is_last) {
		return refuse(parsing, "has an empty segment");
	}
	if (parsing->name_count == 0 && is_dots(parsing->literals[0])) {
		return refuse(parsing, "has a segment \".\" or \"..\"");
	}
	return keep_segment(parsing, segment);
}

static uint32_t count_slashes(struct mrl_slice text)
{
	uint32_t count = 0;
	for (size_t i = 0; i < text.size; i++) {
		count += text.data[i] == '/';
	}
	return count;
}

static enum mrl_err parse(struct parsing *parsing, struct mrl_slice text,
                          struct mrl_template *template)
{
	uint32_t count = count_slashes(text);
	if (text.size == 0 || text.data[0] != '/') {
		return refuse(parsing, "does not begin with '/'");
	}
	if (count > MRL_SEGMENTS_MAX) {
		return refuse(parsing, "has more than 128 segments");
	}
	template->segments = MRL_NEW_ARRAY(parsing->arena, count, struct mrl_template_segment);
	if (template->segments == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < count; i++) {
		text = mrl_slice_from(text, 1);
		struct mrl_slice raw = mrl_slice_sub(text, 0, mrl_slice_find(text, '/'));
		text = mrl_slice_from(text, raw.size);
		enum mrl_err err = parse_segment(parsing, raw, i + 1 == count,
		                                 &template->segments[i]);
		if (err != MRL_OK) {
			return err;
		}
	}
	template->segment_count = (uint16_t)count;
	return MRL_OK;
}

enum mrl_err mrl_template_parse(struct mrl_slice text, struct mrl_arena *arena,
                                struct mrl_template *ret_template, const char **ret_fault)
{
	struct parsing parsing = {.arena = arena};
	struct mrl_template template = {0};
	enum mrl_err err = parse(&parsing, text, &template);
	if (err == MRL_OK) {
		*ret_template = template;
	} else if (err == MRL_ERR_INVALID) {
		*ret_fault = parsing.fault;
	}
	return err;
}

bool mrl_segment_same(const struct mrl_template_segment *a, const struct mrl_template_segment *b)
{
	if (a->name_count != b->name_count) {
		return false;
	}
	for (uint16_t i = 0; i <= a->name_count; i++) {
		if (!mrl_slice_equal(a->literals[i], b->literals[i])) {
			return false;
		}
	}
	return true;
}

static bool find_last(struct mrl_slice text, struct mrl_slice literal, size_t *ret_at)
{
	for (size_t at = text.size; at-- > 0;) {
		if (mrl_slice_starts(mrl_slice_from(text, at), literal)) {
			*ret_at = at;
			return true;
		}
	}
	return false;
}

/*
 * The literals between the names, each as early as it can be and as late as it can be. The split is
 * unique if and only if these are the same places; their distances from the start then add up to
 * the same sum.
 */
static bool splits_once(const struct mrl_template_segment *segment, struct mrl_slice text)
{
	size_t early_sum = 0;
	size_t late_sum = 0;
	size_t start = 1; /* a name takes one byte at least */
	for (uint16_t i = 1; i < segment->name_count; i++) {
		struct mrl_slice literal = segment->literals[i];
		struct mrl_slice rest = mrl_slice_from(text, start);
		size_t at = mrl_slice_find_text(rest, literal);
		if (at == rest.size) {
			return false;
		}
		early_sum += start + at;
		start += at + literal.size + 1;
	}
	if (start > text.size) {
		return false;
	}
	size_t end = text.size - 1;
	for (uint16_t i = (uint16_t)(segment->name_count - 1); i > 0; i--) {
		size_t at;
		if (!find_last(mrl_slice_sub(text, 0, end), segment->literals[i], &at) || at == 0) {
			return false;
		}
		late_sum += at;
		end = at - 1;
	}
	return early_sum == late_sum;
}

bool mrl_segment_matches(const struct mrl_template_segment *segment, struct mrl_slice text)
{
	struct mrl_slice first = segment->literals[0];
	if (mrl_segment_is_literal(segment)) {
		return mrl_slice_equal(first, text);
	}
	struct mrl_slice last = segment->literals[segment->name_count];
	if (text.size < first.size + last.size + segment->name_count ||
	    !mrl_slice_starts(text, first) || !mrl_slice_ends(text, last)) {
		return false;
	}
	text = mrl_slice_sub(text, first.size, text.size - first.size - last.size);
	return segment->name_count == 1 || splits_once(segment, text);
}

void mrl_segment_split(const struct mrl_template_segment *segment, struct mrl_slice text,
                       struct mrl_slice *ret_texts)
{
	text = mrl_slice_from(text, segment->literals[0].size);
	for (uint16_t i = 0; i < segment->name_count; i++) {
		struct mrl_slice literal = segment->literals[i + 1];
		bool last = i + 1 == segment->name_count;
		/* It splits in one way only: so each name may end as early as it can. */
		size_t size = last ? text.size - literal.size
		                   : 1 + mrl_slice_find_text(mrl_slice_from(text, 1), literal);
		ret_texts[i] = mrl_slice_sub(text, 0, size);
		text = mrl_slice_from(text, size + literal.size);
	}
}
