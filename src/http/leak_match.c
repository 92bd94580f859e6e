/*
 * The conditions of leaks.def, matched on a view.
 *
 * A pattern is read forwards for `after` and from its end backwards for `before`, so that both
 * begin at the anchor.
 */
#include "http/leak_match.h"

/* Takes the item that is next in the cursor's direction off the pattern: `%x` (then *ret_class) or
 * a plain character. */
static char next_item(struct mrl_slice *pattern, bool back, bool *ret_class)
{
	size_t size = pattern->size;
	size_t sign = back ? size - (size >= 2 ? 2 : 1) : 0;
	*ret_class = size >= 2 && pattern->data[sign] == '%';
	size_t taken = *ret_class ? 2 : 1;
	char item = (char)(back ? pattern->data[size - 1] : pattern->data[taken - 1]);

	*pattern = back ? mrl_slice_sub(*pattern, 0, size - taken)
	                : mrl_slice_from(*pattern, taken);
	return item;
}

static bool match_item(struct cursor *cursor, char item, bool class)
{
	return class ? mrl_leak_match_class(cursor, item) : literal(cursor, item);
}

/* Up to the pattern's end or to a wildcard: `ret_rest` then begins with it. */
static bool match_fixed(struct mrl_slice pattern, struct cursor *cursor, struct mrl_slice *ret_rest,
                        char *ret_wildcard)
{
	bool class;

	*ret_wildcard = 0;
	while (pattern.size > 0) {
		char item = next_item(&pattern, cursor->back, &class);
		if (class && (item == '*' || item == '~')) {
			*ret_wildcard = item;
			break;
		}
		if (!match_item(cursor, item, class)) {
			return false;
		}
	}
	*ret_rest = pattern;
	return true;
}

/* Moves to where the item can stand; false: nowhere before the wildcard's end. */
static bool seek(struct cursor *cursor, char wildcard, char item, bool class)
{
	for (int next = peek(cursor); next >= 0; next = peek(cursor)) {
		bool possible = class ? item != 'd' || mrl_is_digit((uint8_t)next)
		                      : next == (uint8_t)item;
		if (possible) {
			return true;
		}
		if (wildcard == '*' && next == '\n') {
			return false;
		}
		step(cursor);
	}
	return false;
}

/* What follows a wildcard, at the first place where it matches. */
static bool match_behind(struct mrl_slice rest, struct cursor cursor, char wildcard)
{
	struct mrl_slice unused = rest;
	bool class;
	char item = next_item(&unused, cursor.back, &class);

	while (seek(&cursor, wildcard, item, class)) {
		struct cursor ahead = cursor;
		struct mrl_slice end;
		char second;
		if (match_fixed(rest, &ahead, &end, &second)) {
			return second == 0;
		}
		if (wildcard == '*' && peek(&cursor) == '\n') {
			return false;
		}
		step(&cursor);
	}
	return false;
}

/* A pattern has one wildcard at most and does not end in it, so this costs its length times the
 * window. */
static bool match(struct mrl_slice pattern, struct cursor cursor)
{
	struct mrl_slice rest;
	char wildcard;

	return match_fixed(pattern, &cursor, &rest, &wildcard) &&
	       (wildcard == 0 || match_behind(rest, cursor, wildcard));
}

/* The next alternative of patterns that are parted by '|'; false at the end. */
static bool next_pattern(struct mrl_slice *patterns, struct mrl_slice *ret_pattern)
{
	size_t end = mrl_slice_find(*patterns, '|');

	if (patterns->size == 0) {
		return false;
	}
	*ret_pattern = mrl_slice_sub(*patterns, 0, end);
	*patterns = mrl_slice_from(*patterns, end + 1);
	return true;
}

static bool match_any(const char *text, struct cursor cursor)
{
	struct mrl_slice patterns = mrl_slice_text(text);
	struct mrl_slice pattern;

	if (patterns.size == 0) {
		return true;
	}
	while (next_pattern(&patterns, &pattern)) {
		if (match(pattern, cursor)) {
			return true;
		}
	}
	return false;
}

bool mrl_leak_confirm(const struct mrl_leak_row *row, const struct mrl_leak_view *view)
{
	return match_any(row->after, (struct cursor){.view = view, .at = view->end}) &&
	       match_any(row->before,
	                 (struct cursor){.view = view, .at = view->start, .back = true});
}

/* May `byte` stand where the item begins? True where one byte cannot tell. */
static bool item_accepts(char item, bool class, uint8_t byte)
{
	struct mrl_leak_view view = {.text = &byte, .size = 1, .ended = true};
	struct cursor cursor = {.view = &view};

	if (class && strchr("*~eEi", item) != NULL) {
		return true;
	}
	return class && item == '5' ? mrl_is_digit(byte) : match_item(&cursor, item, class);
}

bool mrl_leak_accepts(const struct mrl_leak_row *row, uint8_t byte)
{
	struct mrl_slice patterns = mrl_slice_text(row->after);
	struct mrl_slice pattern;

	if (patterns.size == 0 || byte == '\\' || byte == '&') {
		return true;
	}
	while (next_pattern(&patterns, &pattern)) {
		bool class;
		char item = next_item(&pattern, false, &class);
		if (item_accepts(item, class, byte)) {
			return true;
		}
	}
	return false;
}

bool mrl_leak_is_address(const struct mrl_leak_row *row)
{
	return strcmp(row->after, "%i") == 0;
}
