/*
 * json-pointer (RFC 6901 section 3) and relative-json-pointer (its draft 00: no index arithmetic).
 */
#include "format.h"

/* Empty, or "/" before each token, in which "~" stands before 0 or 1. */
static bool is_pointer(struct mrl_slice text)
{
	if (text.size > 0 && text.data[0] != '/') {
		return false;
	}
	for (size_t at = 0; at < text.size; at++) {
		bool escape = text.data[at] == '~';
		if (escape && (at + 1 == text.size || (text.data[at + 1] | 1) != '1')) {
			return false;
		}
	}
	return mrl_utf8_check(text) == text.size;
}

bool mrl_format_json_pointer(struct mrl_slice text, enum mrl_dialect dialect)
{
	(void)dialect;
	return is_pointer(text);
}

bool mrl_format_relative_json_pointer(struct mrl_slice text, enum mrl_dialect dialect)
{
	size_t digits = 0;
	(void)dialect;
	while (digits < text.size && mrl_is_digit(text.data[digits])) {
		digits++;
	}
	if (digits == 0 || (digits > 1 && text.data[0] == '0')) {
		return false;
	}
	struct mrl_slice rest = mrl_slice_from(text, digits);
	return mrl_slice_is(rest, "#") || is_pointer(rest);
}
