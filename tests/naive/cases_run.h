/* One run over all cases of a folder. */
#ifndef MRL_NAIVE_CASES_RUN_H
#define MRL_NAIVE_CASES_RUN_H

#include "cases.h"
#include "tape.h"

struct cases_run {
	struct mrl_arena arena;
	struct load_sources sources; /* metaschemas; the case's document behind them */
	uint32_t passed, failed;
	const char *file;
};

/* Says what is wrong if the case is not judged as is due. The case's options have its sources. */
typedef bool cases_agree(struct cases_run *run, struct closed_case *closed);

/* main of a runner: arguments FOLDER METASCHEMAS. */
int cases_main(int argc, char **argv, cases_agree *agree);

/* The node of the tape that the case's pointer names; tapes and documents have the same order. */
const struct mrl_json_node *cases_node(const struct closed_case *closed,
                                       const struct mrl_json_doc *doc);

#endif
