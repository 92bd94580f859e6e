/* A document read from a literal, in an arena that lives as long as the test. */
#ifndef MRL_UNIT_JSON_FIXTURE_H
#define MRL_UNIT_JSON_FIXTURE_H

#include "../check.h"

#include <merlon/document.h>

struct fixture {
	struct mrl_arena arena;
	struct mrl_diagnostics diagnostics;
	struct mrl_document_limits limits;
	const struct mrl_document *document;
};

static inline void fixture_init(struct fixture *fixture)
{
	*fixture = (struct fixture){.limits = MRL_DOCUMENT_LIMITS};
	mrl_arena_init(&fixture->arena, &mrl_memory_malloc, 65536, 64U << 20);
	fixture->diagnostics.arena = &fixture->arena;
}

static inline void fixture_release(struct fixture *fixture)
{
	mrl_arena_release(&fixture->arena);
}

static inline enum mrl_err fixture_read(struct fixture *fixture, struct mrl_slice text)
{
	return mrl_document_read(&fixture->limits, MRL_SLICE("a.yaml"), text, &fixture->arena,
	                         &fixture->diagnostics, &fixture->document);
}

/* The root of a text that must be accepted. */
static inline const struct mrl_node *fixture_root(struct fixture *fixture, const char *text)
{
	enum mrl_err err = fixture_read(fixture, mrl_slice_text(text));
	if (err != MRL_OK) {
		fail_msg("refused: %.*s", MRL_PRINT(fixture->diagnostics.first->message));
	}
	return mrl_document_root(fixture->document);
}

#endif
