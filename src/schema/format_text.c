/*
 * Classes of ASCII characters, and reading text by code points. What is not well-formed UTF-8 ends
 * the text, so a format that has not reached the end fails.
 */
#include "format.h"

#define LETTER     (MRL_TEXT_LETTER | MRL_TEXT_ATEXT | MRL_TEXT_LITERAL)
#define HEX_LETTER (LETTER | MRL_TEXT_HEX)
#define DIGIT      (MRL_TEXT_DIGIT | MRL_TEXT_HEX | MRL_TEXT_ATEXT | MRL_TEXT_LITERAL)
#define MARK       (MRL_TEXT_MARK | MRL_TEXT_LITERAL)
#define SUB_DELIM  (MRL_TEXT_SUB_DELIM | MRL_TEXT_LITERAL)
#define ATEXT      MRL_TEXT_ATEXT
#define LITERAL    MRL_TEXT_LITERAL
#define SCHEME     MRL_TEXT_SCHEME

const uint16_t mrl_text_classes[256] = {
	['!'] = SUB_DELIM | ATEXT,
	['#'] = ATEXT | LITERAL,
	['$'] = SUB_DELIM | ATEXT,
	['%'] = ATEXT,
	['&'] = SUB_DELIM | ATEXT,
	['\''] = SUB_DELIM | ATEXT,
	['('] = SUB_DELIM,
	[')'] = SUB_DELIM,
	['*'] = SUB_DELIM | ATEXT,
	['+'] = SUB_DELIM | ATEXT | SCHEME,
	[','] = SUB_DELIM,
	['-'] = MARK | ATEXT | SCHEME | MRL_TEXT_HYPHEN,
	['.'] = MARK | SCHEME,
	['/'] = ATEXT | LITERAL | MRL_TEXT_SLASH,
	['0'] = DIGIT,
	['1'] = DIGIT,
	['2'] = DIGIT,
	['3'] = DIGIT,
	['4'] = DIGIT,
	['5'] = DIGIT,
	['6'] = DIGIT,
	['7'] = DIGIT,
	['8'] = DIGIT,
	['9'] = DIGIT,
	[':'] = LITERAL | MRL_TEXT_COLON,
	[';'] = SUB_DELIM,
	['='] = SUB_DELIM | ATEXT,
	['?'] = ATEXT | LITERAL | MRL_TEXT_QUESTION,
	['@'] = LITERAL | MRL_TEXT_AT,
	['A'] = HEX_LETTER,
	['B'] = HEX_LETTER,
	['C'] = HEX_LETTER,
	['D'] = HEX_LETTER,
	['E'] = HEX_LETTER,
	['F'] = HEX_LETTER,
	['G'] = LETTER,
	['H'] = LETTER,
	['I'] = LETTER,
	['J'] = LETTER,
	['K'] = LETTER,
	['L'] = LETTER,
	['M'] = LETTER,
	['N'] = LETTER,
	['O'] = LETTER,
	['P'] = LETTER,
	['Q'] = LETTER,
	['R'] = LETTER,
	['S'] = LETTER,
	['T'] = LETTER,
	['U'] = LETTER,
	['V'] = LETTER,
	['W'] = LETTER,
	['X'] = LETTER,
	['Y'] = LETTER,
	['Z'] = LETTER,
	['['] = LITERAL,
	[']'] = LITERAL,
	['^'] = ATEXT,
	['_'] = MARK | ATEXT | MRL_TEXT_UNDERSCORE,
	['`'] = ATEXT,
	['a'] = HEX_LETTER,
	['b'] = HEX_LETTER,
	['c'] = HEX_LETTER,
	['d'] = HEX_LETTER,
	['e'] = HEX_LETTER,
	['f'] = HEX_LETTER,
	['g'] = LETTER,
	['h'] = LETTER,
	['i'] = LETTER,
	['j'] = LETTER,
	['k'] = LETTER,
	['l'] = LETTER,
	['m'] = LETTER,
	['n'] = LETTER,
	['o'] = LETTER,
	['p'] = LETTER,
	['q'] = LETTER,
	['r'] = LETTER,
	['s'] = LETTER,
	['t'] = LETTER,
	['u'] = LETTER,
	['v'] = LETTER,
	['w'] = LETTER,
	['x'] = LETTER,
	['y'] = LETTER,
	['z'] = LETTER,
	['{'] = ATEXT,
	['|'] = ATEXT,
	['}'] = ATEXT,
	['~'] = MARK | ATEXT,
};

/* Of a sequence by its first byte; 0: none begins so. */
static uint32_t sequence_bytes(uint8_t first)
{
	if (first < 0x80) {
		return 1;
	}
	if (first < 0xc2 || first > 0xf4) {
		return 0;
	}
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

bool mrl_text_next(struct mrl_slice *rest, uint32_t *ret_code)
{
	static const uint8_t first_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	uint32_t bytes = rest->size > 0 ? sequence_bytes(rest->data[0]) : 0;
	if (bytes == 0 || rest->size < bytes) {
		return false;
	}
	uint32_t code = rest->data[0] & first_bits[bytes];
	for (uint32_t at = 1; at < bytes; at++) {
		if ((rest->data[at] & 0xc0) != 0x80) {
			return false;
		}
		code = code << 6 | (rest->data[at] & 0x3f);
	}
	if (code < smallest[bytes] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
		return false;
	}
	*rest = mrl_slice_from(*rest, bytes);
	*ret_code = code;
	return true;
}

bool mrl_text_is_percent(struct mrl_slice text, size_t at)
{
	return text.size - at >= 3 && text.data[at] == '%' &&
	       mrl_text_is(text.data[at + 1], MRL_TEXT_HEX) &&
	       mrl_text_is(text.data[at + 2], MRL_TEXT_HEX);
}
