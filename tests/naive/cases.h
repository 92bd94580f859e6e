/* The cases of tests/vectors/closed: a document, an operation, a value and what is due. */
#ifndef MRL_NAIVE_CASES_H
#define MRL_NAIVE_CASES_H

#include <merlon/schema.h>

enum closed_verdict { CLOSED_ACCEPT, CLOSED_REFUSE, CLOSED_LOAD_ERROR };

/* One case, ready to be judged. */
struct closed_case {
	struct mrl_slice name;
	struct mrl_schema_options options;
	struct mrl_schema_source source;
	struct mrl_schema_entry entry;
	const struct mrl_node *value; /* NULL with LOAD_ERROR */
	enum closed_verdict verdict;
	struct mrl_slice keyword, pointer;
};

/* NULL, or what is wrong with the case as written. `openapi` is that of the case or, where it has
 * none, of the one before. */
const char *closed_case_read(const struct mrl_node *node, const struct mrl_node **openapi,
                             struct mrl_arena *arena, struct closed_case *ret_case);

#endif
