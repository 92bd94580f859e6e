/*
 * A second opinion on JSON Schema: an interpreter straight over the schema document and the tape,
 * slow and plain, for tests only. It shares no code with the compiler and the validator; where the
 * two differ one of them is wrong.
 */
#ifndef MRL_NAIVE_H
#define MRL_NAIVE_H

#include <merlon/schema.h>

struct naive;

enum naive_verdict {
	NAIVE_VALID,
	NAIVE_INVALID,
	NAIVE_GAVE_UP, /* too deep, too long, or a reference that leads nowhere: no opinion */
};

struct naive_failure {
	const char *keyword;              /* as problems name it */
	const struct mrl_json_node *node; /* a value; for names the value of the member */
};

#define NAIVE_FAILURES 2048

/* All failures that an implementation may name: also those of branches that failed with their
 * anyOf or oneOf. Empty where the verdict is VALID. */
struct naive_result {
	enum naive_verdict verdict;
	uint32_t count; /* past NAIVE_FAILURES they are only counted */
	struct naive_failure failures[NAIVE_FAILURES];
};

/* What the options' sources name. Memory comes from `arena`, also that of later runs. NULL: too
 * many identifiers, or no memory. */
struct naive *naive_open(const struct mrl_schema_options *options, struct mrl_arena *arena);

/* Judges the subtree at `root`. */
void naive_validate(struct naive *naive, const struct mrl_schema_entry *entry,
                    const struct mrl_json_doc *doc, const struct mrl_json_node *root,
                    struct naive_result *ret_result);

/* Whether the failure is one of those found; a name stands for its member's value. */
bool naive_found(const struct naive_result *result, struct mrl_slice keyword,
                 const struct mrl_json_node *node);

#endif
