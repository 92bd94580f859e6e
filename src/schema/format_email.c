/*
 * email (Mailbox of RFC 5321 section 4.1.2) and idn-email (RFC 6531 section 3.3, which adds all
 * that is not ASCII to local parts and domains; IDNA does not judge those domains here).
 */
#include "format.h"

#define MAILBOX_CHARS_MAX 254
#define LOCAL_BYTES_MAX   64
#define LABEL_CHARS_MAX   63

/* Takes a dot-string off the front; atoms end before what belongs to none. */
static bool take_dot_string(struct mrl_slice *rest, bool international)
{
	struct mrl_slice left = *rest;
	size_t at = 0, start = 0;
	uint32_t code;
	for (;;) {
		at = mrl_text_run(left, at, MRL_TEXT_ATEXT);
		struct mrl_slice beyond = mrl_slice_from(left, at);
		if (international && beyond.size > 0 && beyond.data[0] >= 0x80 &&
		    mrl_text_next(&beyond, &code)) {
			at = left.size - beyond.size;
			continue;
		}
		if (at == start) {
			return false;
		}
		if (at == left.size || left.data[at] != '.') {
			*rest = mrl_slice_from(left, at);
			return true;
		}
		start = ++at;
	}
}

/* Takes a quoted-string off the front. */
static bool take_quoted(struct mrl_slice *rest, bool international)
{
	uint32_t code;
	struct mrl_slice left = mrl_slice_from(*rest, 1);
	while (mrl_text_next(&left, &code)) {
		if (code == '"') {
			*rest = left;
			return true;
		}
		if (code == '\\' && (!mrl_text_next(&left, &code) || code >= 0x7f)) {
			return false;
		}
		if (code < 0x20 || code == 0x7f || (code >= 0x80 && !international)) {
			return false;
		}
	}
	return false;
}

static bool is_address_literal(struct mrl_slice text)
{
	static const struct mrl_slice tag = MRL_SLICE_INIT("IPv6:");
	if (text.size < 2 || text.data[text.size - 1] != ']') {
		return false;
	}
	text = mrl_slice_sub(text, 1, text.size - 2);
	if (mrl_slice_equal_nocase(mrl_slice_sub(text, 0, tag.size), tag)) {
		return mrl_format_ipv6(mrl_slice_from(text, tag.size), MRL_DIALECT_2020_12);
	}
	return mrl_format_ipv4(text, MRL_DIALECT_2020_12);
}

/* sub-domain of RFC 6531: as in RFC 5321, but with any code points beyond ASCII. */
static bool is_international_label(struct mrl_slice label)
{
	uint32_t code = '-', count = 0;
	while (label.size > 0) {
		bool first = count == 0;
		if (!mrl_text_next(&label, &code)) {
			return false;
		}
		bool letter = code >= 0x80 ||
		              mrl_text_is((uint8_t)code, MRL_TEXT_LETTER | MRL_TEXT_DIGIT);
		if (!letter && (first || code != '-')) {
			return false;
		}
		count++;
	}
	return code != '-' && count <= LABEL_CHARS_MAX;
}

static bool is_international_name(struct mrl_slice name)
{
	for (;;) {
		size_t dot = mrl_slice_find(name, '.');
		if (!is_international_label(mrl_slice_sub(name, 0, dot))) {
			return false;
		}
		if (dot == name.size) {
			return true;
		}
		name = mrl_slice_from(name, dot + 1);
	}
}

static bool is_mailbox(struct mrl_slice text, bool international)
{
	struct mrl_slice rest = text;
	bool quoted = text.size > 0 && text.data[0] == '"';
	bool local = quoted ? take_quoted(&rest, international)
	                    : take_dot_string(&rest, international);
	if (!local || text.size - rest.size > LOCAL_BYTES_MAX || rest.size < 2 ||
	    rest.data[0] != '@') {
		return false;
	}
	rest = mrl_slice_from(rest, 1);
	if (rest.data[0] == '[') {
		return is_address_literal(rest);
	}
	return international ? is_international_name(rest) : mrl_is_ldh_name(rest);
}

bool mrl_format_email(struct mrl_slice text, enum mrl_dialect dialect)
{
	(void)dialect;
	return text.size <= MAILBOX_CHARS_MAX && is_mailbox(text, false);
}

static bool chars_at_most(struct mrl_slice text, size_t max)
{
	size_t chars = 0;
	for (size_t at = 0; at < text.size && chars <= max; at++) {
		chars += (text.data[at] & 0xc0) != 0x80;
	}
	return chars <= max;
}

bool mrl_format_idn_email(struct mrl_slice text, enum mrl_dialect dialect)
{
	(void)dialect;
	return chars_at_most(text, MAILBOX_CHARS_MAX) && is_mailbox(text, true);
}
