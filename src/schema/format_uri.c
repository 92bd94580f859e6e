/*
 * uri, uri-reference (RFC 3986) and iri, iri-reference (RFC 3987), read in one pass: each part
 * takes what its set of characters allows and ends before the first other one.
 */
#include "format.h"

/* What a part may have beyond ASCII. */
enum beyond { NOTHING, UCSCHAR, UCSCHAR_PRIVATE };

#define SCHEME (MRL_TEXT_LETTER | MRL_TEXT_DIGIT | MRL_TEXT_SCHEME)
/* unreserved and sub-delims: reg-name */
#define NAME     (MRL_TEXT_LETTER | MRL_TEXT_DIGIT | MRL_TEXT_MARK | MRL_TEXT_SUB_DELIM)
#define USERINFO (NAME | MRL_TEXT_COLON)
#define SEGMENT  (USERINFO | MRL_TEXT_AT)
#define PATH     (SEGMENT | MRL_TEXT_SLASH)
#define QUERY    (PATH | MRL_TEXT_QUESTION)

static bool turns_direction(uint32_t code)
{
	return code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e);
}

bool mrl_is_ucschar(uint32_t code)
{
	if (code >= 0x10000) {
		return code < 0xf0000 && (code & 0xffff) <= 0xfffd &&
		       (code < 0xe0000 || code >= 0xe1000);
	}
	return ((code >= 0xa0 && code < 0xd800) || (code >= 0xf900 && code < 0xfdd0) ||
	        (code >= 0xfdf0 && code < 0xfff0)) &&
	       !turns_direction(code);
}

bool mrl_is_iprivate(uint32_t code)
{
	return (code >= 0xe000 && code < 0xf900) ||
	       (code >= 0xf0000 && code <= 0x10fffd && (code & 0xffff) <= 0xfffd);
}

/* Takes one character beyond ASCII. */
static bool take_beyond(struct mrl_slice text, size_t *at, enum beyond beyond)
{
	uint32_t code;
	struct mrl_slice rest = mrl_slice_from(text, *at);
	if (!mrl_text_next(&rest, &code) ||
	    !(mrl_is_ucschar(code) || (beyond == UCSCHAR_PRIVATE && mrl_is_iprivate(code)))) {
		return false;
	}
	*at = text.size - rest.size;
	return true;
}

/* The end of what a part may have: of the classes, percent-encoded, or beyond ASCII. */
static size_t part_end(struct mrl_slice text, size_t at, unsigned classes, enum beyond beyond)
{
	for (;;) {
		at = mrl_text_run(text, at, classes);
		if (at == text.size) {
			return at;
		}
		if (mrl_text_is_percent(text, at)) {
			at += 3;
			continue;
		}
		bool ascii = text.data[at] < 0x80;
		if (ascii || beyond == NOTHING || !take_beyond(text, &at, beyond)) {
			return at;
		}
	}
}

static bool has(struct mrl_slice text, size_t at, char byte)
{
	return at < text.size && text.data[at] == (uint8_t)byte;
}

/* "v1.fe", without percent-encoding. */
static bool is_future_address(struct mrl_slice text)
{
	size_t dot = text.size == 0 ? 0 : mrl_text_run(text, 1, MRL_TEXT_HEX);
	return dot >= 2 && dot + 1 < text.size && mrl_lower(text.data[0]) == 'v' &&
	       text.data[dot] == '.' && mrl_text_run(text, dot + 1, USERINFO) == text.size;
}

/* The end of "[...]", or where it stands if that is no address. */
static size_t literal_end(struct mrl_slice text, size_t at)
{
	struct mrl_slice rest = mrl_slice_from(text, at + 1);
	size_t size = mrl_slice_find(rest, ']');
	struct mrl_slice literal = mrl_slice_sub(rest, 0, size);
	bool good = size < rest.size &&
	            (mrl_format_ipv6(literal, MRL_DIALECT_2020_12) || is_future_address(literal));
	return good ? at + size + 2 : at;
}

/* [ userinfo "@" ] host [ ":" port ] */
static size_t authority_end(struct mrl_slice text, size_t at, enum beyond beyond)
{
	size_t user = part_end(text, at, USERINFO, beyond);
	at = has(text, user, '@') ? user + 1 : at;
	at = has(text, at, '[') ? literal_end(text, at) : part_end(text, at, NAME, beyond);
	return has(text, at, ':') ? mrl_text_run(text, at + 1, MRL_TEXT_DIGIT) : at;
}

/* Behind "scheme:", or 0. */
static size_t scheme_end(struct mrl_slice text)
{
	size_t at = mrl_text_run(text, 0, SCHEME);
	bool scheme = has(text, at, ':') && mrl_text_is(text.data[0], MRL_TEXT_LETTER);
	return scheme ? at + 1 : 0;
}

/* Without a scheme the first segment has no colon (path-noscheme). */
static bool begins_with_a_colon(struct mrl_slice text, enum beyond beyond)
{
	return has(text, part_end(text, 0, NAME | MRL_TEXT_AT, beyond), ':');
}

static bool is_reference(struct mrl_slice text, bool absolute, bool international)
{
	enum beyond beyond = international ? UCSCHAR : NOTHING;
	size_t at = scheme_end(text);
	if (at == 0 && (absolute || begins_with_a_colon(text, beyond))) {
		return false;
	}
	if (has(text, at, '/') && has(text, at + 1, '/')) {
		at = authority_end(text, at + 2, beyond);
		if (at < text.size && !mrl_text_is(text.data[at], MRL_TEXT_SLASH) &&
		    !has(text, at, '?') && !has(text, at, '#')) {
			return false;
		}
	}
	at = part_end(text, at, PATH, beyond);
	if (has(text, at, '?')) {
		at = part_end(text, at + 1, QUERY, international ? UCSCHAR_PRIVATE : NOTHING);
	}
	if (has(text, at, '#')) {
		at = part_end(text, at + 1, QUERY, beyond);
	}
	return at == text.size;
}

bool mrl_format_uri(struct mrl_slice text, enum mrl_dialect dialect)
{
	(void)dialect;
	return is_reference(text, true, false);
}

bool mrl_format_uri_reference(struct mrl_slice text, enum mrl_dialect dialect)
{
	(void)dialect;
	return is_reference(text, false, false);
}

bool mrl_format_iri(struct mrl_slice text, enum mrl_dialect dialect)
{
	(void)dialect;
	return is_reference(text, true, true);
}

bool mrl_format_iri_reference(struct mrl_slice text, enum mrl_dialect dialect)
{
	(void)dialect;
	return is_reference(text, false, true);
}
