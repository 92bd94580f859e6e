/*
 * base64url without padding (RFC 4648 section 5), both ways. Decoding takes the one canonical
 * spelling only: two texts of the same bytes would be two tokens to whoever compares texts.
 */
#include <merlon/base.h>

static const char digits[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

#define NOT_A_DIGIT 0xff

/* The value of each byte as a digit, so that decoding is one lookup a byte. */
#define X NOT_A_DIGIT
static const uint8_t values[256] = {
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
	X,  62, X,  X,  52, 53, 54, 55, 56, 57, 58, 59, 60, 61, X,  X,  X,  X,  X,  X,  X,  0,
	1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
	23, 24, 25, X,  X,  X,  X,  63, X,  26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38,
	39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, X,  X,  X,  X,  X,  X,  X,  X,  X,
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
};
#undef X

static bool decode_tail(struct mrl_slice tail, uint8_t *to)
{
	uint8_t a = values[tail.data[0]];
	uint8_t b = values[tail.data[1]];
	uint8_t c = tail.size == 3 ? values[tail.data[2]] : 0;
	uint8_t unused = tail.size == 3 ? c & 0x03 : b & 0x0f;
	if (((a | b | c) & 0xc0) != 0 || unused != 0) {
		return false;
	}
	to[0] = (uint8_t)(a << 2 | b >> 4);
	if (tail.size == 3) {
		to[1] = (uint8_t)(b << 4 | c >> 2);
	}
	return true;
}

bool mrl_base64url_decode(struct mrl_slice text, uint8_t *ret_bytes)
{
	size_t whole = text.size / 4;
	const uint8_t *from = text.data;
	uint8_t *to = ret_bytes;
	uint8_t seen = 0;
	if (text.size % 4 == 1) {
		return false;
	}
	for (size_t i = 0; i < whole; i++, from += 4, to += 3) {
		uint8_t a = values[from[0]];
		uint8_t b = values[from[1]];
		uint8_t c = values[from[2]];
		uint8_t d = values[from[3]];
		seen |= a | b | c | d;
		to[0] = (uint8_t)(a << 2 | b >> 4);
		to[1] = (uint8_t)(b << 4 | c >> 2);
		to[2] = (uint8_t)(c << 6 | d);
	}
	if ((seen & 0xc0) != 0) {
		return false;
	}
	return text.size % 4 == 0 || decode_tail(mrl_slice(from, text.size % 4), to);
}

static uint8_t digit(uint32_t value)
{
	return (uint8_t)digits[value & 63];
}

void mrl_base64url_encode(struct mrl_slice bytes, struct mrl_buffer *buffer)
{
	for (size_t i = 0; i < bytes.size; i += 3) {
		size_t left = bytes.size - i;
		uint32_t triple = (uint32_t)bytes.data[i] << 16;
		triple |= left > 1 ? (uint32_t)bytes.data[i + 1] << 8 : 0;
		triple |= left > 2 ? (uint32_t)bytes.data[i + 2] : 0;
		uint8_t group[4] = {digit(triple >> 18), digit(triple >> 12), digit(triple >> 6),
		                    digit(triple)};
		mrl_buffer_put(buffer, mrl_slice(group, left > 2 ? 4 : left + 1));
	}
}
