/* Escapes and classes of patterns (ECMA-262, 22.2.1: CharacterEscape, ClassRanges). */
#include "regex_parse.h"
#include "unicode.h"

void mrl_regex_fail(struct mrl_regex_parser *parser, size_t at, const char *what)
{
	if (parser->err == MRL_OK) {
		parser->err = MRL_ERR_INVALID;
		parser->error = (struct mrl_regex_error){.what = what, .offset = (uint32_t)at};
	}
}

void mrl_regex_count_groups(struct mrl_regex_parser *parser)
{
	bool in_class = false;
	struct mrl_slice text = parser->pattern;
	for (size_t i = 0; i < text.size; i++) {
		uint8_t byte = text.data[i];
		if (byte == '\\') {
			i++;
		} else if (byte == '[' || byte == ']') {
			in_class = byte == '[';
		} else if (byte == '(' && !in_class) {
			struct mrl_slice rest = mrl_slice_from(text, i + 1);
			bool looks = mrl_slice_starts(rest, MRL_SLICE("?<=")) ||
			             mrl_slice_starts(rest, MRL_SLICE("?<!"));
			bool named = !looks && mrl_slice_starts(rest, MRL_SLICE("?<"));
			bool plain = !mrl_slice_starts(rest, MRL_SLICE("?"));
			parser->groups += named || plain;
			parser->named = parser->named || named;
		}
	}
}

uint32_t mrl_regex_code_point(struct mrl_regex_parser *parser)
{
	uint8_t lead = parser->pattern.data[parser->at++];
	uint32_t more = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
	uint32_t code = more == 0 ? lead : lead & (0x3FU >> more);
	for (; more != 0 && mrl_regex_more(parser); more--) {
		code = code << 6 | (parser->pattern.data[parser->at++] & 0x3FU);
	}
	return code;
}

bool mrl_regex_backreference(struct mrl_regex_parser *parser)
{
	size_t start = parser->at;
	struct mrl_slice rest = mrl_slice_from(parser->pattern, start + 1);
	if (rest.size != 0 && rest.data[0] == 'k') {
		size_t end = mrl_slice_find(rest, '>');
		if (!parser->named || rest.size < 4 || rest.data[1] != '<' || end == rest.size) {
			mrl_regex_fail(parser, start, "no group has this name");
			return true;
		}
		parser->at = start + 2 + end;
		return true;
	}
	if (rest.size == 0 || rest.data[0] < '1' || rest.data[0] > '9') {
		return false;
	}
	uint64_t number = 0;
	parser->at++;
	while (mrl_regex_more(parser) && mrl_is_digit(mrl_regex_peek(parser)) && number < 100000) {
		number = number * 10 + (uint64_t)(mrl_regex_peek(parser) - '0');
		parser->at++;
	}
	if (number > parser->groups) {
		mrl_regex_fail(parser, start, "there is no group of this number");
	}
	return true;
}

/* So many hexadecimal digits. */
static bool take_hex(struct mrl_regex_parser *parser, size_t count, uint32_t *ret_code)
{
	uint32_t code = 0;
	for (size_t i = 0; i < count; i++) {
		int digit = parser->at + i < parser->pattern.size
		                    ? mrl_hex_value(parser->pattern.data[parser->at + i])
		                    : -1;
		if (digit < 0) {
			return false;
		}
		code = code << 4 | (uint32_t)digit;
	}
	parser->at += count;
	*ret_code = code;
	return true;
}

static bool take_braced(struct mrl_regex_parser *parser, uint32_t *ret_code)
{
	uint32_t code = 0;
	size_t start = ++parser->at;
	while (mrl_regex_more(parser) && mrl_hex_value(mrl_regex_peek(parser)) >= 0 &&
	       code <= MRL_CODE_POINT_MAX) {
		code = code << 4 | (uint32_t)mrl_hex_value(mrl_regex_peek(parser));
		parser->at++;
	}
	bool good = parser->at > start && mrl_regex_more(parser) && mrl_regex_peek(parser) == '}' &&
	            code <= MRL_CODE_POINT_MAX;
	parser->at++;
	*ret_code = code;
	return good;
}

/* Behind `\u`. Two halves of a pair are one code point. */
static bool take_unicode(struct mrl_regex_parser *parser, uint32_t *ret_code)
{
	uint32_t low;
	if (mrl_regex_more(parser) && mrl_regex_peek(parser) == '{') {
		return take_braced(parser, ret_code);
	}
	if (!take_hex(parser, 4, ret_code)) {
		return false;
	}
	size_t place = parser->at;
	struct mrl_slice rest = mrl_slice_from(parser->pattern, place);
	if (*ret_code >= 0xD800 && *ret_code < 0xDC00 && mrl_slice_starts(rest, MRL_SLICE("\\u"))) {
		parser->at += 2;
		if (take_hex(parser, 4, &low) && low >= 0xDC00 && low < 0xE000) {
			*ret_code = 0x10000 + ((*ret_code - 0xD800) << 10) + (low - 0xDC00);
		} else {
			parser->at = place;
		}
	}
	return true;
}

static bool is_punctuation(uint8_t byte)
{
	return byte >= 0x20 && byte < 0x7F && !mrl_is_digit(byte) && byte != '_' &&
	       (mrl_lower(byte) < 'a' || mrl_lower(byte) > 'z');
}

static uint32_t control_of(uint8_t letter)
{
	switch (letter) {
	case 't': return '\t';
	case 'n': return '\n';
	case 'v': return '\v';
	case 'f': return '\f';
	case 'r': return '\r';
	default: return 0;
	}
}

/* The code point of an escape whose letter is at the place. */
static uint32_t take_escaped(struct mrl_regex_parser *parser)
{
	size_t start = parser->at;
	uint8_t letter = mrl_regex_more(parser) ? mrl_regex_peek(parser) : 0;
	uint32_t code = control_of(letter);
	parser->at++;
	if (code != 0 || (is_punctuation(letter) && letter != 0)) {
		return code != 0 ? code : letter;
	}
	uint8_t next = mrl_regex_more(parser) ? mrl_regex_peek(parser) : 0;
	if (letter == '0' && !mrl_is_digit(next)) {
		return 0;
	}
	if (letter == 'c' && mrl_lower(next) >= 'a' && mrl_lower(next) <= 'z') {
		parser->at++;
		return next & 0x1FU;
	}
	if ((letter == 'x' && take_hex(parser, 2, &code)) ||
	    (letter == 'u' && take_unicode(parser, &code))) {
		return code;
	}
	mrl_regex_fail(parser, start - 1, "ECMA-262 has no such escape");
	return 0;
}

/* Behind `\p` or `\P`. */
static void add_property(struct mrl_regex_parser *parser, struct mrl_regex_set *set, bool inverted)
{
	size_t start = parser->at;
	struct mrl_slice rest = mrl_slice_from(parser->pattern, start);
	size_t end = mrl_slice_find(rest, '}');
	const struct mrl_unicode_range *ranges;
	uint32_t count;
	if (rest.size == 0 || rest.data[0] != '{' || end == rest.size) {
		mrl_regex_fail(parser, start - 2, "a property stands in braces: \\p{Letter}");
		return;
	}
	struct mrl_slice inside = mrl_slice_sub(rest, 1, end - 1);
	size_t equals = mrl_slice_find(inside, '=');
	if (!mrl_unicode_property(mrl_slice_sub(inside, 0, equals),
	                          mrl_slice_from(inside, equals + 1), &ranges, &count)) {
		mrl_regex_fail(parser, start, "ECMA-262 has no such property");
		return;
	}
	struct mrl_regex_set part = {.arena = set->arena};
	for (uint32_t i = 0; i < count; i++) {
		mrl_regex_set_add(&part, ranges[i].first, ranges[i].last);
	}
	if (inverted) {
		mrl_regex_set_invert(&part);
	}
	for (uint32_t i = 0; i < part.count; i++) {
		mrl_regex_set_add(set, part.ranges[i].first, part.ranges[i].last);
	}
	parser->at = start + end + 1;
}

bool mrl_regex_set_at(struct mrl_regex_parser *parser, struct mrl_regex_set *set,
                      uint32_t *ret_code)
{
	parser->at++;
	uint8_t letter = mrl_regex_more(parser) ? mrl_regex_peek(parser) : 0;
	if (letter == 'p' || letter == 'P') {
		parser->at++;
		add_property(parser, set, letter == 'P');
		return true;
	}
	if (mrl_regex_set_escape(set, letter)) {
		parser->at++;
		return true;
	}
	*ret_code = take_escaped(parser);
	return false;
}

/* One item of a class; true: a set, which is no end of a range. */
static bool take_item(struct mrl_regex_parser *parser, struct mrl_regex_set *set,
                      uint32_t *ret_code)
{
	if (mrl_regex_peek(parser) != '\\') {
		*ret_code = mrl_regex_code_point(parser);
		return false;
	}
	if (parser->at + 1 < parser->pattern.size && parser->pattern.data[parser->at + 1] == 'b') {
		parser->at += 2;
		*ret_code = '\b';
		return false;
	}
	return mrl_regex_set_at(parser, set, ret_code);
}

static bool at_range(const struct mrl_regex_parser *parser)
{
	struct mrl_slice rest = mrl_slice_from(parser->pattern, parser->at);
	return rest.size > 1 && rest.data[0] == '-' && rest.data[1] != ']';
}

static void take_range(struct mrl_regex_parser *parser, struct mrl_regex_set *set)
{
	size_t start = parser->at;
	uint32_t first;
	uint32_t last;
	if (take_item(parser, set, &first)) {
		return;
	}
	last = first;
	if (at_range(parser)) {
		parser->at++;
		if (take_item(parser, set, &last)) {
			/* `a-\d`: the '-' is itself. */
			mrl_regex_set_add(set, '-', '-');
			last = first;
		}
	}
	if (first > last) {
		mrl_regex_fail(parser, start, "this range ends before it begins");
		return;
	}
	mrl_regex_set_add(set, first, last);
}

void mrl_regex_parse_class(struct mrl_regex_parser *parser, struct mrl_regex_set *set)
{
	size_t start = parser->at++;
	bool inverted = mrl_regex_more(parser) && mrl_regex_peek(parser) == '^';
	parser->at += inverted;
	while (parser->err == MRL_OK && mrl_regex_more(parser) && mrl_regex_peek(parser) != ']') {
		take_range(parser, set);
	}
	if (!mrl_regex_more(parser)) {
		mrl_regex_fail(parser, start, "this class does not end");
	}
	parser->at++;
	if (inverted) {
		mrl_regex_set_invert(set);
	}
}
