/*
 * uri-template (RFC 6570 section 2, with erratum 6937: an apostrophe is a literal). All operators
 * of the grammar pass, also those reserved for extensions.
 */
#include "format.h"

/* All of ASCII but controls, space and "%<>\^`{|} */
static const struct mrl_ascii_set literal_set = {0xafffffda00000000, 0x47fffffeafffffff};
/* Letters, digits, "_" */
static const struct mrl_ascii_set varchar_set = {0x03ff000000000000, 0x07fffffe87fffffe};
static const struct mrl_slice operators = MRL_SLICE_INIT("+#./;?&=,!@|");

#define PREFIX_DIGITS_MAX 4

/* ":1" to ":9999", or "*", or nothing. */
static bool is_modifier(struct mrl_slice text)
{
	if (text.size == 0 || mrl_slice_is(text, "*")) {
		return true;
	}
	struct mrl_slice digits = mrl_slice_from(text, 1);
	uint64_t number;
	return text.data[0] == ':' && digits.size <= PREFIX_DIGITS_MAX &&
	       mrl_parse_u64(digits, &number) && digits.data[0] != '0';
}

/* varname = varchar *( ["."] varchar ), then a modifier. */
static bool is_variable(struct mrl_slice text)
{
	bool name_ended = false; /* by a varchar */
	while (text.size > 0) {
		if (mrl_ascii_has(varchar_set, text.data[0])) {
			text = mrl_slice_from(text, 1);
		} else if (name_ended && text.data[0] == '.') {
			text = mrl_slice_from(text, 1);
			name_ended = false;
			continue;
		} else if (!mrl_text_percent(&text)) {
			break;
		}
		name_ended = true;
	}
	return name_ended && is_modifier(text);
}

static bool is_expression(struct mrl_slice text)
{
	if (text.size > 0 && mrl_slice_find(operators, text.data[0]) < operators.size) {
		text = mrl_slice_from(text, 1);
	}
	for (;;) {
		size_t comma = mrl_slice_find(text, ',');
		if (!is_variable(mrl_slice_sub(text, 0, comma))) {
			return false;
		}
		if (comma == text.size) {
			return true;
		}
		text = mrl_slice_from(text, comma + 1);
	}
}

static bool take_literal(struct mrl_slice *rest)
{
	uint32_t code;
	if (mrl_ascii_has(literal_set, rest->data[0])) {
		*rest = mrl_slice_from(*rest, 1);
		return true;
	}
	if (rest->data[0] < 0x80) {
		return mrl_text_percent(rest);
	}
	return mrl_text_next(rest, &code) && (mrl_is_ucschar(code) || mrl_is_iprivate(code));
}

bool mrl_format_uri_template(struct mrl_slice text, enum mrl_dialect dialect)
{
	(void)dialect;
	while (text.size > 0) {
		if (text.data[0] != '{') {
			if (!take_literal(&text)) {
				return false;
			}
			continue;
		}
		size_t end = mrl_slice_find(text, '}');
		if (end == text.size || !is_expression(mrl_slice_sub(text, 1, end - 1))) {
			return false;
		}
		text = mrl_slice_from(text, end + 1);
	}
	return true;
}
