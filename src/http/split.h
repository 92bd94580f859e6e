/* Cutting a text at a separator, piece by piece; for the parsers of this folder. */
#ifndef MRL_HTTP_SPLIT_H
#define MRL_HTTP_SPLIT_H

#include <merlon/http.h>

/* The bytes up to the next `separator`, or all. `rest` moves behind it; its data is NULL after the
 * last piece, so that the empty piece behind a final separator still comes. */
static inline bool split_next(struct mrl_slice *rest, uint8_t separator,
                              struct mrl_slice *ret_piece)
{
	if (rest->data == NULL) {
		return false;
	}
	size_t size = mrl_slice_find(*rest, separator);
	*ret_piece = mrl_slice_sub(*rest, 0, size);
	*rest = size == rest->size ? MRL_SLICE_NONE : mrl_slice_from(*rest, size + 1);
	return true;
}

static inline bool begins(struct mrl_slice text, uint8_t byte)
{
	return text.data != NULL && text.size != 0 && text.data[0] == byte;
}

/* RFC 9110 5.6.2. */
static inline bool is_token_byte(uint8_t byte)
{
	uint8_t lower = mrl_lower(byte);
	return (lower >= 'a' && lower <= 'z') || mrl_is_digit(byte) ||
	       (byte != 0 && strchr("!#$%&'*+-.^_`|~", byte) != NULL);
}

static inline size_t token_size(struct mrl_slice text)
{
	size_t size = 0;
	while (size < text.size && is_token_byte(text.data[size])) {
		size++;
	}
	return size;
}

/* Code points of well-formed UTF-8. */
static inline size_t count_chars(struct mrl_slice text)
{
	size_t count = 0;
	for (size_t i = 0; i < text.size; i++) {
		count += (text.data[i] & 0xC0U) != 0x80U;
	}
	return count;
}

#endif
