/* The cases of tests/vectors/closed against the validator. What the load finds is not judged yet.
 */
#include "cases_run.h"

#include <stdio.h>

static bool agree(struct cases_run *run, struct closed_case *closed)
{
	static const uint8_t seed[16];
	struct mrl_json_doc doc;
	struct mrl_diagnostics diagnostics = {.arena = &run->arena};
	const struct mrl_program *program = NULL;
	struct mrl_schema_result result = {.outcome = MRL_SCHEMA_EXHAUSTED};
	struct mrl_schema_allowance allowance = {.steps = 10000000, .regex_steps = 1000000};
	if (closed->verdict == CLOSED_LOAD_ERROR) {
		return true;
	}
	tape_of_node(closed->value, &run->arena, &doc);
	enum mrl_err err = mrl_schema_compile(&closed->options, &closed->entry, 1, &run->arena,
	                                      &diagnostics, &program);
	if (err == MRL_OK) {
		err = mrl_schema_run(program, 0, &doc, doc.nodes, &run->arena, seed, &allowance,
		                     &result);
	}
	if (err != MRL_OK || result.outcome == MRL_SCHEMA_EXHAUSTED) {
		printf("%s", mrl_err_name(err));
		return false;
	}
	bool accepted = result.outcome == MRL_SCHEMA_VALID;
	if (accepted != (closed->verdict == CLOSED_ACCEPT)) {
		printf("%s %.*s", accepted ? "accepted" : "refused", MRL_PRINT(result.keyword));
		return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	return cases_main(argc, argv, agree);
}
