/*
 * The classes of leaks.def: names, exceptions, paths, addresses.
 *
 * A match on part of a body must stay one when more bytes come: whatever asks for an end needs to
 * see the byte behind it, unless the body has ended.
 */
#include "http/leak_match.h"

#define NAME_MAX_BYTES 128
#define E_MAX_BYTES    64

static bool is_upper(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z';
}

/* Sets of ASCII as two words; the bits of one byte below and above 64. */
#define BIT(byte) (UINT64_C(1) << ((byte)&63))
#define DIGITS    (UINT64_C(0x3FF) << 48)
#define LETTERS   UINT64_C(0x07FFFFFE07FFFFFE)

static inline bool in_set(uint8_t byte, uint64_t low, uint64_t high)
{
	return byte < 0x80 && ((byte < 64 ? low : high) >> (byte & 63) & 1) != 0;
}

static inline bool is_name(uint8_t byte)
{
	return in_set(byte,
	              DIGITS | BIT('.') | BIT('$') | BIT('<') | BIT('>') | BIT('/') | BIT('-'),
	              LETTERS | BIT('_') | BIT('@'));
}

static inline bool is_path(uint8_t byte)
{
	return in_set(byte, DIGITS | BIT('.') | BIT('+') | BIT('-') | BIT('/'),
	              LETTERS | BIT('_') | BIT('@') | BIT('~') | BIT('\\'));
}

/* Steps over at most `max` bytes of a class. Inlined, so that the class is too. */
__attribute__((always_inline)) static inline size_t run(struct cursor *cursor,
                                                        bool (*class)(uint8_t), size_t max)
{
	size_t count = 0;

	while (count < max && peek(cursor) >= 0 && class((uint8_t)peek(cursor))) {
		step(cursor);
		count++;
	}
	return count;
}

/* Does the name have `ending` as the end of a word? The cursor stands behind the name. */
static bool name_ends(const struct cursor *cursor, struct mrl_slice name, struct mrl_slice ending)
{
	for (size_t from = 0; from < name.size;) {
		size_t found = from + mrl_slice_find_text(mrl_slice_from(name, from), ending);
		size_t end = found + ending.size;
		if (end > name.size) {
			return false;
		}
		if (end < name.size && !mrl_leak_is_word(name.data[end])) {
			return true;
		}
		if (end == name.size) {
			int next = peek(cursor);
			return next < 0 ? cursor->view->ended : !mrl_leak_is_word((uint8_t)next);
		}
		from = found + 1;
	}
	return false;
}

static bool exception(struct cursor *cursor, size_t max, bool errors_too)
{
	size_t start = cursor->at;
	size_t size = run(cursor, is_name, max);
	struct mrl_slice name = mrl_slice(cursor->view->text + start, size);

	return name_ends(cursor, name, MRL_SLICE("Exception")) ||
	       (errors_too && name_ends(cursor, name, MRL_SLICE("Error")));
}

static bool boundary(const struct cursor *cursor)
{
	int next = peek(cursor);

	if (next < 0) {
		return cursor->back || cursor->view->ended;
	}
	return !mrl_leak_is_word((uint8_t)next);
}

static bool rooted(struct mrl_slice path)
{
	static const char *const roots[] = {"home/", "usr/", "var/", "app/", "srv/", "opt/"};

	for (size_t i = 0; i < MRL_COUNT(roots); i++) {
		if (mrl_slice_starts(path, mrl_slice_text(roots[i]))) {
			return true;
		}
	}
	return false;
}

/* `/usr/...`, `file:///usr/...` or `X:\...`, ending at the cursor. Not the path of a URL. */
static bool absolute_path(struct cursor *cursor)
{
	size_t end = cursor->at;
	run(cursor, is_path, MRL_LEAK_VIEW_MAX);
	const uint8_t *start = cursor->view->text + cursor->at;
	struct mrl_slice path = mrl_slice(start, end - cursor->at);
	size_t slashes = 0;

	while (slashes < path.size && path.data[slashes] == '/') {
		slashes++;
	}
	if (slashes == 1 || slashes == 3) {
		return rooted(mrl_slice_from(path, slashes));
	}
	return cursor->at >= 2 && path.size > 0 && path.data[0] == '\\' && start[-1] == ':' &&
	       mrl_leak_is_letter(start[-2]) && (cursor->at == 2 || !mrl_leak_is_word(start[-3]));
}

static bool octet(struct cursor *cursor, unsigned *ret_octet)
{
	size_t start = cursor->at;
	size_t size = run(cursor, mrl_is_digit, 3);
	unsigned number = 0;

	for (size_t i = 0; i < size; i++) {
		number = number * 10 + (cursor->view->text[start + i] - '0');
	}
	*ret_octet = number;
	return size > 0 && number <= 255;
}

static bool address_ends(struct cursor *cursor)
{
	if (!boundary(cursor)) {
		return false;
	}
	if (peek(cursor) != '.') {
		return true;
	}
	step(cursor);
	return peek(cursor) < 0 || !mrl_is_digit((uint8_t)peek(cursor));
}

/* RFC 1918: 10/8, 172.16/12, 192.168/16, from the anchor's start on. */
bool mrl_leak_private_address(const struct mrl_leak_view *view)
{
	struct cursor at = {.view = view, .at = view->start};
	unsigned octets[4] = {0};

	for (size_t i = 0; i < 4; i++) {
		if (!(i == 0 || literal(&at, '.')) || !octet(&at, &octets[i])) {
			return false;
		}
	}
	return address_ends(&at) && (octets[0] == 10 || (octets[0] == 172 && octets[1] / 16 == 1) ||
	                             (octets[0] == 192 && octets[1] == 168));
}

bool mrl_leak_match_class(struct cursor *cursor, char class)
{
	switch (class) {
	case 'd': return run(cursor, mrl_is_digit, 10) > 0;
	case '5': return run(cursor, mrl_is_digit, 5) == 5;
	case 'w': return run(cursor, is_name, NAME_MAX_BYTES) > 0;
	case 'u': return run(cursor, is_upper, NAME_MAX_BYTES) > 0;
	case 'e': return exception(cursor, NAME_MAX_BYTES, true);
	case 'E': return exception(cursor, E_MAX_BYTES, false);
	case 'b': return boundary(cursor);
	case 'p': return absolute_path(cursor);
	case 'i': return mrl_leak_private_address(cursor->view);
	}
	return false;
}
