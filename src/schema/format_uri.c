/*
 * uri, uri-reference (RFC 3986) and iri, iri-reference (RFC 3987). A text is cut at "#", "?", ":"
 * and
 * "//" first, as section 3 allows; each part then has its set of characters.
 */
#include "format.h"

/* What a part may have beyond ASCII. */
enum beyond { NOTHING, UCSCHAR, UCSCHAR_PRIVATE };

static const struct mrl_ascii_set scheme_set = {0x03ff680000000000, 0x07fffffe07fffffe};
/* unreserved and sub-delims: reg-name. */
static const struct mrl_ascii_set name_set = {0x2bff7fd200000000, 0x47fffffe87fffffe};
/* and ":": userinfo, IPvFuture. */
static const struct mrl_ascii_set user_set = {0x2fff7fd200000000, 0x47fffffe87fffffe};
/* and "@" "/": path. */
static const struct mrl_ascii_set path_set = {0x2fffffd200000000, 0x47fffffe87ffffff};
/* and "?": query, fragment. */
static const struct mrl_ascii_set query_set = {0xafffffd200000000, 0x47fffffe87ffffff};

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

static bool take_beyond(struct mrl_slice *rest, enum beyond beyond)
{
	uint32_t code;
	return beyond != NOTHING && rest->data[0] >= 0x80 && mrl_text_next(rest, &code) &&
	       (mrl_is_ucschar(code) || (beyond == UCSCHAR_PRIVATE && mrl_is_iprivate(code)));
}

static bool has_only(struct mrl_slice text, struct mrl_ascii_set set, enum beyond beyond)
{
	while (text.size > 0) {
		if (mrl_ascii_has(set, text.data[0])) {
			text = mrl_slice_from(text, 1);
		} else if (!mrl_text_percent(&text) && !take_beyond(&text, beyond)) {
			return false;
		}
	}
	return true;
}

/* "v1.fe" */
static bool is_future_address(struct mrl_slice text)
{
	size_t dot = mrl_slice_find(text, '.');
	if (dot < 2 || dot + 1 >= text.size || mrl_lower(text.data[0]) != 'v') {
		return false;
	}
	for (size_t at = 1; at < dot; at++) {
		if (mrl_hex_value(text.data[at]) < 0) {
			return false;
		}
	}
	/* No pct-encoded here. */
	struct mrl_slice rest = mrl_slice_from(text, dot + 1);
	return mrl_slice_find(rest, '%') == rest.size && has_only(rest, user_set, NOTHING);
}

/* Empty, or ":" and digits. */
static bool is_port(struct mrl_slice text)
{
	for (size_t at = 0; at < text.size; at++) {
		if (at == 0 ? text.data[0] != ':' : !mrl_is_digit(text.data[at])) {
			return false;
		}
	}
	return true;
}

static bool is_host_port(struct mrl_slice text, enum beyond beyond)
{
	if (text.size == 0 || text.data[0] != '[') {
		size_t colon = mrl_slice_find(text, ':');
		return has_only(mrl_slice_sub(text, 0, colon), name_set, beyond) &&
		       is_port(mrl_slice_from(text, colon));
	}
	size_t end = mrl_slice_find(text, ']');
	struct mrl_slice literal = mrl_slice_sub(text, 1, end - 1);
	return end < text.size && is_port(mrl_slice_from(text, end + 1)) &&
	       (mrl_format_ipv6(literal, MRL_DIALECT_2020_12) || is_future_address(literal));
}

static bool is_authority(struct mrl_slice text, enum beyond beyond)
{
	size_t at = mrl_slice_find(text, '@');
	if (at < text.size) {
		return has_only(mrl_slice_sub(text, 0, at), user_set, beyond) &&
		       is_host_port(mrl_slice_from(text, at + 1), beyond);
	}
	return is_host_port(text, beyond);
}

/* [ "//" authority ] path; a path behind an authority begins with "/" because that ends it. */
static bool is_hierarchy(struct mrl_slice text, enum beyond beyond)
{
	if (mrl_slice_starts(text, MRL_SLICE("//"))) {
		text = mrl_slice_from(text, 2);
		size_t slash = mrl_slice_find(text, '/');
		if (!is_authority(mrl_slice_sub(text, 0, slash), beyond)) {
			return false;
		}
		text = mrl_slice_from(text, slash);
	}
	return has_only(text, path_set, beyond);
}

/* Cuts off what follows the byte; true if that has only what a query may have. */
static bool cut_tail(struct mrl_slice *text, uint8_t byte, enum beyond beyond)
{
	size_t at = mrl_slice_find(*text, byte);
	struct mrl_slice tail = mrl_slice_from(*text, at + (at < text->size));
	*text = mrl_slice_sub(*text, 0, at);
	return has_only(tail, query_set, beyond);
}

static bool is_scheme(struct mrl_slice text)
{
	for (size_t at = 0; at < text.size; at++) {
		if (!mrl_ascii_has(scheme_set, text.data[at])) {
			return false;
		}
	}
	return text.size > 0 && mrl_ascii_letter(text.data[0]);
}

static bool is_reference(struct mrl_slice text, bool absolute, bool international)
{
	enum beyond beyond = international ? UCSCHAR : NOTHING;
	if (!cut_tail(&text, '#', beyond) ||
	    !cut_tail(&text, '?', international ? UCSCHAR_PRIVATE : NOTHING)) {
		return false;
	}
	/* Without a scheme the first segment has no colon (path-noscheme). */
	size_t colon = mrl_slice_find(text, ':');
	if (colon < mrl_slice_find(text, '/')) {
		return is_scheme(mrl_slice_sub(text, 0, colon)) &&
		       is_hierarchy(mrl_slice_from(text, colon + 1), beyond);
	}
	return !absolute && is_hierarchy(text, beyond);
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
