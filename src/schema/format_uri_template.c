/*
 * uri-template (RFC 6570 section 2, with erratum 6937: an apostrophe is a literal). All operators
 * of the grammar pass, also those reserved for extensions.
 */
#include "format.h"

#define VARCHAR (MRL_TEXT_LETTER | MRL_TEXT_DIGIT | MRL_TEXT_UNDERSCORE)

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

/* The end of one or more varchars; where they should stand if there are none. */
static size_t varchars_end(struct mrl_slice text, size_t at)
{
	size_t end = mrl_text_run(text, at, VARCHAR);
	while (mrl_text_is_percent(text, end)) {
		end = mrl_text_run(text, end + 3, VARCHAR);
	}
	return end;
}

/* varname = varchar *( ["."] varchar ), then a modifier. */
static bool is_variable(struct mrl_slice text)
{
	size_t start = 0, end = varchars_end(text, 0);
	while (end > start && end < text.size && text.data[end] == '.') {
		start = end + 1;
		end = varchars_end(text, start);
	}
	return end > start && is_modifier(mrl_slice_from(text, end));
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

/* The end of what stands outside of expressions. */
static size_t literals_end(struct mrl_slice text, size_t at)
{
	uint32_t code;
	for (;;) {
		at = mrl_text_run(text, at, MRL_TEXT_LITERAL);
		if (mrl_text_is_percent(text, at)) {
			at += 3;
			continue;
		}
		struct mrl_slice rest = mrl_slice_from(text, at);
		if (!mrl_text_next(&rest, &code) ||
		    !(mrl_is_ucschar(code) || mrl_is_iprivate(code))) {
			return at;
		}
		at = text.size - rest.size;
	}
}

bool mrl_format_uri_template(struct mrl_slice text, enum mrl_dialect dialect)
{
	(void)dialect;
	for (;;) {
		text = mrl_slice_from(text, literals_end(text, 0));
		if (text.size == 0) {
			return true;
		}
		size_t end = mrl_slice_find(text, '}');
		if (text.data[0] != '{' || end == text.size ||
		    !is_expression(mrl_slice_sub(text, 1, end - 1))) {
			return false;
		}
		text = mrl_slice_from(text, end + 1);
	}
}
