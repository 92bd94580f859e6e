/*
 * hostname (RFC 1123 section 2.1; since draft 7 with A-labels) and idn-hostname (RFC 5890 to 5893).
 * No dot stands at the end. Labels of an idn-hostname may also be separated by U+3002, U+FF0E and
 * U+FF61 (RFC 3490 section 3.1).
 */
#include "format.h"
#include "idna.h"

#define NAME_BYTES_MAX   253
#define ACE_PREFIX_BYTES 4

#define LETTER_DIGIT_HYPHEN (MRL_TEXT_LETTER | MRL_TEXT_DIGIT | MRL_TEXT_HYPHEN)

/* The end of the label that begins at `at`; `at` itself: none does. */
static size_t label_end(struct mrl_slice text, size_t at)
{
	size_t end = mrl_text_run(text, at, LETTER_DIGIT_HYPHEN);
	bool label = end > at && end - at <= MRL_LABEL_MAX && text.data[at] != '-' &&
	             text.data[end - 1] != '-';
	return label ? end : at;
}

bool mrl_is_ldh_label(struct mrl_slice label)
{
	return label.size > 0 && label_end(label, 0) == label.size;
}

bool mrl_is_ldh_name(struct mrl_slice name)
{
	for (size_t at = 0;; at++) {
		size_t end = label_end(name, at);
		if (end == at || end == name.size) {
			return end > at;
		}
		if (name.data[end] != '.') {
			return false;
		}
		at = end;
	}
}

/* Hyphens in third and fourth place: RFC 5890 section 2.3.1 keeps such names for IDNA. */
static bool is_reserved(struct mrl_slice label)
{
	return label.size >= 4 && label.data[2] == '-' && label.data[3] == '-';
}

static bool begins_as_a_label(struct mrl_slice label)
{
	return is_reserved(label) && mrl_lower(label.data[0]) == 'x' &&
	       mrl_lower(label.data[1]) == 'n';
}

/* A-labels are of draft 7 and later; OpenAPI 3.0 stands on a draft before it. */
static bool knows_a_labels(enum mrl_dialect dialect)
{
	return dialect != MRL_DIALECT_4 && dialect != MRL_DIALECT_OAS_30;
}

static bool is_host_label(struct mrl_slice label, struct mrl_bidi_name *name)
{
	if (begins_as_a_label(label)) {
		return mrl_is_ldh_label(label) && mrl_idna_is_a_label(label, name);
	}
	mrl_idna_note_ascii(label, name);
	return mrl_is_ldh_label(label);
}

/* Labels that may be A-labels, and the direction of them all. */
static bool is_idna_name(struct mrl_slice text)
{
	struct mrl_bidi_name name = {false, false};
	for (;;) {
		size_t dot = mrl_slice_find(text, '.');
		if (!is_host_label(mrl_slice_sub(text, 0, dot), &name)) {
			return false;
		}
		if (dot == text.size) {
			return mrl_idna_bidi_ok(&name);
		}
		text = mrl_slice_from(text, dot + 1);
	}
}

/* Only a name with two hyphens in a row can have an A-label. */
bool mrl_format_hostname(struct mrl_slice text, enum mrl_dialect dialect)
{
	return text.size <= NAME_BYTES_MAX && mrl_is_ldh_name(text) &&
	       (!knows_a_labels(dialect) ||
	        mrl_slice_find_text(text, MRL_SLICE("--")) == text.size || is_idna_name(text));
}

static bool is_dot(uint32_t code)
{
	return code == '.' || code == 0x3002 || code == 0xff0e || code == 0xff61;
}

/*
 * Takes a label and the dot behind it off the front: its code points and its text. False:
 * ill-formed UTF-8, or more code points than any label has.
 */
static bool take_label(struct mrl_slice *rest, struct mrl_label *label, struct mrl_slice *text,
                       bool *ended)
{
	uint32_t code;
	struct mrl_slice left = *rest, start = *rest;
	label->count = 0;
	for (*ended = false; mrl_text_next(&left, &code) && !is_dot(code); *rest = left) {
		if (label->count == MRL_LABEL_MAX) {
			return false;
		}
		label->codes[label->count++] = code;
	}
	*text = mrl_slice_sub(start, 0, start.size - rest->size);
	*ended = rest->size == 0;
	*rest = left;
	return *ended || left.size < start.size - text->size;
}

/* Bytes of a label on the wire; 0: it is none. */
static size_t wire_bytes(const struct mrl_label *label, struct mrl_slice text,
                         struct mrl_bidi_name *name)
{
	uint8_t bytes[MRL_LABEL_MAX - ACE_PREFIX_BYTES];
	if (text.size == label->count) {
		bool known = !is_reserved(text) || begins_as_a_label(text);
		return known && is_host_label(text, name) ? text.size : 0;
	}
	size_t size = mrl_punycode_encode(label, bytes, sizeof(bytes));
	return size > 0 && mrl_idna_is_u_label(label, name) ? ACE_PREFIX_BYTES + size : 0;
}

bool mrl_format_idn_hostname(struct mrl_slice text, enum mrl_dialect dialect)
{
	struct mrl_bidi_name name = {false, false};
	struct mrl_label label;
	struct mrl_slice label_text;
	bool ended = false;
	size_t total = 0;
	(void)dialect;
	while (!ended) {
		if (!take_label(&text, &label, &label_text, &ended)) {
			return false;
		}
		size_t bytes = wire_bytes(&label, label_text, &name);
		total += bytes + !ended;
		if (bytes == 0 || total > NAME_BYTES_MAX) {
			return false;
		}
	}
	return mrl_idna_bidi_ok(&name);
}
