/* Media types and their parameters (RFC 9110 8.3.1, 5.6.6). */
#include "split.h"

static struct mrl_slice suffix_of(struct mrl_slice subtype)
{
	for (size_t i = subtype.size; i > 0; i--) {
		if (subtype.data[i - 1] == '+') {
			return mrl_slice_from(subtype, i);
		}
	}
	return MRL_SLICE_NONE;
}

bool mrl_media_type_parse(struct mrl_slice value, struct mrl_media_type *ret_type)
{
	value = mrl_slice_trim(value);
	struct mrl_slice type = mrl_slice_sub(value, 0, token_size(value));
	struct mrl_slice rest = mrl_slice_from(value, type.size);
	if (type.size == 0 || !begins(rest, '/')) {
		return false;
	}
	rest = mrl_slice_from(rest, 1);
	struct mrl_slice subtype = mrl_slice_sub(rest, 0, token_size(rest));
	rest = mrl_slice_trim(mrl_slice_from(rest, subtype.size));
	if (subtype.size == 0 || (rest.size != 0 && !begins(rest, ';'))) {
		return false;
	}
	*ret_type = (struct mrl_media_type){.type = type,
	                                    .subtype = subtype,
	                                    .suffix = suffix_of(subtype),
	                                    .parameters = mrl_slice_from(rest, 1)};
	return true;
}

/* HTAB, SP, 0x21..0x7E and obs-text but '"' and '\': a quoted string that needs no unescaping. */
static bool is_quoted_byte(uint8_t byte)
{
	return (byte >= 0x20 || byte == '\t') && byte != '"' && byte != '\\' && byte != 0x7F;
}

/* A token or a quoted string at the start of `rest`, which moves behind it. */
static bool take_value(struct mrl_slice *rest, struct mrl_slice *ret_value)
{
	if (!begins(*rest, '"')) {
		*ret_value = mrl_slice_sub(*rest, 0, token_size(*rest));
		*rest = mrl_slice_from(*rest, ret_value->size);
		return ret_value->size != 0;
	}
	size_t end = 1;
	while (end < rest->size && is_quoted_byte(rest->data[end])) {
		end++;
	}
	if (end == rest->size || rest->data[end] != '"') {
		return false;
	}
	*ret_value = mrl_slice_sub(*rest, 1, end - 1);
	*rest = mrl_slice_from(*rest, end + 1);
	return true;
}

/* Behind a value only blanks may stand, then ';' or the end. */
static bool end_parameter(struct mrl_slice *rest)
{
	*rest = mrl_slice_trim(*rest);
	bool more = begins(*rest, ';');
	bool ended = rest->size == 0;
	*rest = mrl_slice_from(*rest, 1);
	return more || ended;
}

/* Empty parameters are allowed: `text/html;; charset=utf-8`. */
static struct mrl_slice skip_empty(struct mrl_slice rest)
{
	rest = mrl_slice_trim(rest);
	while (begins(rest, ';')) {
		rest = mrl_slice_trim(mrl_slice_from(rest, 1));
	}
	return rest;
}

bool mrl_media_parameter(struct mrl_slice *rest, struct mrl_slice *ret_name,
                         struct mrl_slice *ret_value, bool *ret_bad)
{
	struct mrl_slice left = skip_empty(*rest);
	struct mrl_slice name = mrl_slice_sub(left, 0, token_size(left));
	struct mrl_slice value;
	*ret_bad = false;
	if (left.size == 0) {
		*rest = left;
		return false;
	}
	left = mrl_slice_from(left, name.size);
	*ret_bad = true;
	if (name.size == 0 || !begins(left, '=')) {
		return false;
	}
	left = mrl_slice_from(left, 1);
	if (!take_value(&left, &value) || !end_parameter(&left)) {
		return false;
	}
	*ret_bad = false;
	*rest = left;
	*ret_name = name;
	*ret_value = value;
	return true;
}
