/*
 * Strings and names of the reader's loop: the second half of that template. A string of plain ASCII
 * is one search for its end; any other is finished out of line, and decoded whole into `own` if it
 * has an escape.
 */
#include "json/read.h"

/* Decodes on from the escape at `stop`; `*at` is where the bytes begin that are not copied yet. */
static const uint8_t *take_escape(struct mrl_json_reader *reader, const uint8_t *stop,
                                  const uint8_t **at, struct mrl_json_span *span)
{
	size_t size = (size_t)(stop - *at);
	memcpy(reader->own_at, *at, size);
	reader->own_at += size;
	span->flags |= MRL_JSON_OWN;
	*at = mrl_json_escape(reader, stop);
	if (*at != NULL && reader->own_at[-1] >= 0x80) {
		span->flags &= (uint8_t)~MRL_JSON_ASCII;
	}
	return *at;
}

/* On from a byte that is no plain one and no closing quote. NULL: a fault. */
static const uint8_t *take_special(struct mrl_json_reader *reader, const uint8_t *stop,
                                   const uint8_t **at, struct mrl_json_span *span)
{
	if (*stop >= 0x80) {
		span->flags &= (uint8_t)~MRL_JSON_ASCII;
		return mrl_json_utf8(reader, stop);
	}
	if (*stop == '\\') {
		return take_escape(reader, stop, at, span);
	}
	(void)mrl_json_fail(reader, MRL_JSON_CONTROL, stop);
	return NULL;
}

/* `stop` is the first byte that is not plain, the string begins at `start`. What stands behind the
 * closing quote, or NULL. */
static __attribute__((noinline)) const uint8_t *finish_string(struct mrl_json_reader *reader,
                                                              const uint8_t *start,
                                                              const uint8_t *stop,
                                                              struct mrl_json_span *span)
{
	const uint8_t *at = start;
	uint8_t *own = reader->own_at;
	*span = (struct mrl_json_span){.flags = MRL_JSON_ASCII};
	while (stop < reader->end && *stop != '"') {
		stop = take_special(reader, stop, &at, span);
		if (stop == NULL) {
			return NULL;
		}
		stop = find_special(stop, reader->start, reader->end);
	}
	if (stop == reader->end) {
		(void)mrl_json_fail(reader, MRL_JSON_TRUNCATED, stop);
		return NULL;
	}
	span->offset = (uint32_t)(start - reader->start);
	span->size = (uint32_t)(stop - start);
	if ((span->flags & MRL_JSON_OWN) != 0) {
		memcpy(reader->own_at, at, (size_t)(stop - at));
		reader->own_at += stop - at;
		span->offset = (uint32_t)(own - reader->own);
		span->size = (uint32_t)(reader->own_at - own);
	}
	return stop + 1;
}

/* The string whose opening quote is at `quote`. What stands behind it, or NULL. */
MRL_JSON_ALWAYS const uint8_t *take_string(struct mrl_json_reader *reader, const uint8_t *quote,
                                           struct mrl_json_span *ret_span)
{
	const uint8_t *start = quote + 1;
	const uint8_t *stop = find_special(start, reader->start, reader->end);
	if (MRL_LIKELY(stop < reader->end && *stop == '"')) {
		ret_span->offset = (uint32_t)(start - reader->start);
		ret_span->size = (uint32_t)(stop - start);
		ret_span->flags = MRL_JSON_ASCII;
		return stop + 1;
	}
	struct mrl_json_span span;
	const uint8_t *next = finish_string(reader, start, stop, &span);
	*ret_span = span;
	return next;
}

MRL_JSON_ALWAYS uint64_t load_word(const uint8_t *at)
{
	uint64_t word;
	memcpy(&word, at, sizeof(word));
	return word;
}

static MRL_JSON_RARELY uint64_t load_short(const uint8_t *at, uint32_t size)
{
	uint64_t word = 0;
	memcpy(&word, at, size);
	return word;
}

/*
 * First eight bytes, last eight, size. Equal names have equal keys; for different ones it is only
 * unlikely, and a client can arrange it, which costs 31 comparisons a name and no more.
 */
MRL_JSON_ALWAYS uint32_t name_key(const uint8_t *at, uint32_t size, const uint8_t *end)
{
	uint64_t first;
	uint64_t last = 0;
	if (size >= 8) {
		first = load_word(at);
		last = load_word(at + size - 8);
	} else if (MRL_LIKELY(end - at >= 8) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) {
		first = load_word(at) & (((uint64_t)1 << (8 * size)) - 1);
	} else {
		first = load_short(at, size);
	}
	uint64_t mixed = (first ^ (last * 0x9E3779B97F4A7C15)) + size;
	return (uint32_t)((mixed * 0xD6E8FEB86659FD93) >> 32);
}
