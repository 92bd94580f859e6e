/* The cases of tests/vectors/closed against the interpreter. */
#include "cases_run.h"
#include "naive.h"

#include <stdio.h>

static struct naive_result result; /* too large for the stack */

static bool says(const char *what)
{
	printf("%s", what);
	for (uint32_t i = 0; i < result.count && i < 8; i++) {
		printf(" %s", result.failures[i].keyword);
	}
	return false;
}

/* Findings of the load are none of its business. */
static bool agree(struct cases_run *run, struct closed_case *closed)
{
	struct mrl_json_doc doc;
	if (closed->verdict == CLOSED_LOAD_ERROR) {
		return true;
	}
	struct naive *naive = naive_open(&closed->options, &run->arena);
	if (naive == NULL) {
		load_fail("too many identifiers", run->file);
	}
	tape_of_node(closed->value, &run->arena, &doc);
	naive_validate(naive, &closed->entry, &doc, doc.nodes, &result);
	switch (result.verdict) {
	case NAIVE_GAVE_UP: return says("gave up");
	case NAIVE_VALID: return closed->verdict == CLOSED_ACCEPT || says("accepted");
	case NAIVE_INVALID: break;
	}
	return (closed->verdict == CLOSED_REFUSE &&
	        naive_found(&result, closed->keyword, cases_node(closed, &doc))) ||
	       says("refused");
}

int main(int argc, char **argv)
{
	return cases_main(argc, argv, agree);
}
