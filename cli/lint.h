/* `merlon lint` over an OpenAPI document: what it leaves open, in three formats, and a mend. */
#ifndef MRL_CLI_LINT_H
#define MRL_CLI_LINT_H

#include "cli.h"

#include <merlon/input.h>

/* A rule that findings name. */
struct mrl_lint_rule {
	const char *code;
	const char *meaning;
};
/* By code; ends with a row without one. */
extern const struct mrl_lint_rule mrl_lint_rules[];

struct mrl_lint {
	struct mrl_arena *arena;
	struct mrl_slice file; /* as given */
	struct mrl_diagnostics diagnostics;
	struct mrl_api_document *document; /* NULL: it could not be read */
	const struct mrl_inputs *inputs;   /* NULL: its schemas could not be compiled */
	bool strict;
};

/* Whether the text is an OpenAPI document rather than a policy. */
bool mrl_lint_is_document(struct mrl_slice text);
/* Reads and compiles with the defaults; all findings are in `lint`. */
MRL_CHECKED enum mrl_err mrl_lint_document(struct mrl_lint *lint);

void mrl_lint_text(const struct mrl_cli *cli, const struct mrl_lint *lint);
void mrl_lint_json(const struct mrl_lint *lint);
/* SARIF 2.1.0. */
void mrl_lint_sarif(const struct mrl_lint *lint);
uint32_t mrl_lint_notes(const struct mrl_lint *lint);

/* An OpenAPI Overlay 1.0.0 that bounds what the findings name. False: it cannot be written. */
bool mrl_lint_overlay(const struct mrl_lint *lint, const char *path);

#endif
