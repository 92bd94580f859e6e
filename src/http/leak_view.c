/*
 * The text around an anchor with JSON escapes and HTML entities undone.
 *
 * An escape that is cut off by the end of what has come is left out: read as plain text it could
 * match what the whole body does not.
 */
#include "http/leak.h"

struct mrl_leak_view mrl_leak_view_raw(const struct mrl_leak_text *text, size_t start, size_t end)
{
	size_t from = start > MRL_LEAK_WINDOW ? start - MRL_LEAK_WINDOW : 0;
	struct mrl_slice part = mrl_slice_sub(text->slice, from, end - from + MRL_LEAK_WINDOW);

	return (struct mrl_leak_view){.text = part.data,
	                              .size = part.size,
	                              .start = start - from,
	                              .end = end - from,
	                              .ended = text->ended && from + part.size == text->slice.size};
}

/* The byte of `\u00XX`, 0 if it is none of ASCII. */
static uint8_t unicode_byte(const uint8_t *four)
{
	int high = mrl_hex_value(four[2]);
	int low = mrl_hex_value(four[3]);

	if (four[0] != '0' || four[1] != '0' || high < 0 || high > 7 || low < 0) {
		return 0;
	}
	return (uint8_t)(high << 4 | low);
}

/* How many bytes the JSON escape at the start of `text` takes; 0: none, *ret_byte is untouched. */
static size_t json_escape(struct mrl_slice text, uint8_t *ret_byte)
{
	static const char from[] = "\"\\/ntr";
	static const char to[] = "\"\\/\n\t\r";

	if (text.size >= 6 && text.data[1] == 'u' && unicode_byte(text.data + 2) != 0) {
		*ret_byte = unicode_byte(text.data + 2);
		return 6;
	}
	const char *found = text.size < 2 ? NULL : memchr(from, text.data[1], sizeof(from) - 1);
	if (found == NULL) {
		return 0;
	}
	*ret_byte = (uint8_t)to[found - from];
	return 2;
}

/* `&#39;` and `&#x27;` of ASCII; `text` begins behind the '#' and ends before the ';'. */
static uint8_t number_byte(struct mrl_slice text)
{
	bool hex = text.size > 0 && mrl_lower(text.data[0]) == 'x';
	int number = 0;

	for (size_t i = hex ? 1 : 0; i < text.size; i++) {
		int value = mrl_hex_value(text.data[i]);
		if (value < 0 || (!hex && value > 9)) {
			return 0;
		}
		number = number * (hex ? 16 : 10) + value;
	}
	return number < 0x80 ? (uint8_t)number : 0;
}

#define ENTITY_MAX 7 /* "&quot;", "&#x0027" would be longer and is not undone */

static size_t html_entity(struct mrl_slice text, uint8_t *ret_byte)
{
	static const struct {
		const char *name;
		uint8_t byte;
	} names[] = {{"&quot", '"'}, {"&apos", '\''}, {"&lt", '<'}, {"&gt", '>'}, {"&amp", '&'}};
	size_t end = mrl_slice_find(mrl_slice_sub(text, 0, ENTITY_MAX), ';');

	if (end < 3 || end >= text.size || text.data[end] != ';') {
		return 0;
	}
	struct mrl_slice entity = mrl_slice_sub(text, 0, end);
	uint8_t byte = entity.data[1] == '#' ? number_byte(mrl_slice_from(entity, 2)) : 0;
	for (size_t i = 0; i < MRL_COUNT(names); i++) {
		byte = mrl_slice_is(entity, names[i].name) ? names[i].byte : byte;
	}
	if (byte == 0) {
		return 0;
	}
	*ret_byte = byte;
	return end + 1;
}

/* Could more bytes make an escape of what `text` begins with? */
static bool cut_off(struct mrl_slice text)
{
	if (text.data[0] == '\\') {
		return text.size < 2 || (text.data[1] == 'u' && text.size < 6);
	}
	return text.data[0] == '&' && text.size < ENTITY_MAX;
}

static size_t decode(struct mrl_slice text, bool ended, uint8_t *to)
{
	size_t size = 0;

	for (size_t i = 0; i < text.size;) {
		struct mrl_slice rest = mrl_slice(text.data + i, text.size - i);
		size_t taken = 0;
		to[size] = rest.data[0];
		if (rest.data[0] == '\\') {
			taken = json_escape(rest, &to[size]);
		}
		if (rest.data[0] == '&') {
			taken = html_entity(rest, &to[size]);
		}
		if (taken == 0 && !ended && cut_off(rest)) {
			break;
		}
		size++;
		i += taken == 0 ? 1 : taken;
	}
	return size;
}

bool mrl_leak_view_escaped(const struct mrl_leak_view *raw)
{
	return memchr(raw->text, '\\', raw->size) != NULL ||
	       memchr(raw->text, '&', raw->size) != NULL;
}

struct mrl_leak_view mrl_leak_view_decode(const struct mrl_leak_view *raw,
                                          uint8_t scratch[MRL_LEAK_VIEW_MAX])
{
	struct mrl_slice before = mrl_slice(raw->text, raw->start);
	struct mrl_slice after = mrl_slice(raw->text + raw->end, raw->size - raw->end);
	size_t anchor_size = raw->end - raw->start;
	struct mrl_leak_view view = {.text = scratch, .ended = raw->ended};

	view.start = decode(before, true, scratch);
	view.end = view.start + anchor_size;
	memcpy(scratch + view.start, raw->text + raw->start, anchor_size);
	view.size = view.end + decode(after, raw->ended, scratch + view.end);
	return view;
}
