/* The cases of tests/vectors/closed against the compiler and the validator. */
#include "cases_run.h"

#include <stdio.h>

static bool has_finding(const struct mrl_diagnostics *diagnostics, struct mrl_slice code)
{
	for (const struct mrl_diagnostic *each = diagnostics->first; each != NULL;
	     each = each->next) {
		if (each->severity == MRL_ERROR && mrl_slice_is(code, each->code)) {
			return true;
		}
	}
	return false;
}

static bool load_agrees(const struct closed_case *closed, enum mrl_err err,
                        const struct mrl_diagnostics *diagnostics)
{
	const struct mrl_diagnostic *first = diagnostics->first;
	if (closed->verdict == CLOSED_LOAD_ERROR && err == MRL_ERR_INVALID) {
		if (has_finding(diagnostics, closed->keyword)) {
			return true;
		}
	}
	printf("load: %s %s", mrl_err_name(err), first == NULL ? "nothing found" : first->code);
	return false;
}

/* A name stands for its member's value. */
static bool is_due(const struct closed_case *closed, const struct mrl_json_doc *doc,
                   const struct mrl_schema_result *result)
{
	const struct mrl_json_node *node = result->node;
	node = node->kind == MRL_JSON_KIND_NAME ? node + 1 : node;
	return closed->verdict == CLOSED_REFUSE &&
	       mrl_slice_equal(closed->keyword, result->keyword) && cases_node(closed, doc) == node;
}

static bool run_agrees(const struct closed_case *closed, const struct mrl_json_doc *doc,
                       const struct mrl_schema_result *result)
{
	switch (result->outcome) {
	case MRL_SCHEMA_VALID:
		if (closed->verdict != CLOSED_ACCEPT) {
			printf("accepted");
		}
		return closed->verdict == CLOSED_ACCEPT;
	case MRL_SCHEMA_INVALID:
		if (is_due(closed, doc, result)) {
			return true;
		}
		printf("refused: %.*s at node %d", MRL_PRINT(result->keyword),
		       (int)(result->node - doc->nodes));
		return false;
	case MRL_SCHEMA_EXHAUSTED: break;
	}
	printf("exhausted");
	return false;
}

static bool agree(struct cases_run *run, struct closed_case *closed)
{
	static const uint8_t seed[16];
	static const struct mrl_schema_allowance allowance = {.steps = 1000000,
	                                                      .regex_steps = 1000000};
	struct mrl_diagnostics diagnostics = {.arena = &run->arena};
	struct mrl_json_limits limits = MRL_JSON_LIMITS;
	const struct mrl_program *program;
	struct mrl_schema_result result;
	struct mrl_json_fault fault;
	struct mrl_json_doc doc;
	enum mrl_err err = mrl_schema_compile(&closed->options, &closed->entry, 1, &run->arena,
	                                      &diagnostics, &program);
	if (err != MRL_OK || closed->verdict == CLOSED_LOAD_ERROR) {
		return load_agrees(closed, err, &diagnostics);
	}
	struct mrl_slice text = text_of_node(closed->value, &run->arena);
	if (mrl_json_read(&limits, mrl_json_scan_best(), text, &run->arena, &doc, &fault) !=
	            MRL_OK ||
	    fault.code != MRL_JSON_NONE) {
		load_fail("value is no JSON", run->file);
	}
	if (mrl_schema_run(program, 0, &doc, doc.nodes, &run->arena, seed, &allowance, &result) !=
	    MRL_OK) {
		load_fail("the validator failed", run->file);
	}
	return run_agrees(closed, &doc, &result);
}

int main(int argc, char **argv)
{
	return cases_main(argc, argv, agree);
}
