/* The parts of `merlon explain`. */
#ifndef MRL_CLI_EXPLAIN_H
#define MRL_CLI_EXPLAIN_H

#include "cli.h"

/* All controls, one line each. */
void mrl_explain_list(const struct mrl_cli *cli);
/* Those whose bit is set, in full. */
void mrl_explain_controls(const struct mrl_cli *cli, uint64_t controls);
/* A refusal and who issues it. */
void mrl_explain_problem(const struct mrl_cli *cli, enum mrl_problem_id problem);
/* Operations of a policy by "GET /orders/{id}", with or without base path, or by operationId. */
enum mrl_exit mrl_explain_operation(struct mrl_cli *cli, const char *file, const char *name);
/* The operations of a policy; for `merlon explain -c FILE` alone. */
enum mrl_exit mrl_explain_operations(struct mrl_cli *cli, const char *file);

/* "RATE-1 RATE-2" has "RATE-1". */
bool mrl_explain_has_item(const struct mrl_control *control, const char *item);

#endif
