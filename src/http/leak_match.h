/* A cursor on a view, and the classes of characters that leaks.def may ask for (leak_class.c). */
#ifndef MRL_HTTP_LEAK_MATCH_H
#define MRL_HTTP_LEAK_MATCH_H

#include "http/leak.h"

struct cursor {
	const struct mrl_leak_view *view;
	size_t at;
	bool back;
};

/* The next byte in the cursor's direction, or -1. */
static inline int peek(const struct cursor *cursor)
{
	if (cursor->back) {
		return cursor->at == 0 ? -1 : cursor->view->text[cursor->at - 1];
	}
	return cursor->at >= cursor->view->size ? -1 : cursor->view->text[cursor->at];
}

static inline void step(struct cursor *cursor)
{
	cursor->at = cursor->back ? cursor->at - 1 : cursor->at + 1;
}

static inline bool literal(struct cursor *cursor, char byte)
{
	if (peek(cursor) != (uint8_t)byte) {
		return false;
	}
	step(cursor);
	return true;
}

/* Steps over one `%x` but for the two wildcards; false: something else stands there. */
bool mrl_leak_match_class(struct cursor *cursor, char class);

#endif
