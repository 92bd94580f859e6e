/* A running instance, as seen from another process: its lock and what it wrote of itself. */
#ifndef MRL_CLI_INSTANCE_H
#define MRL_CLI_INSTANCE_H

#include "places.h"

struct mrl_instance {
	const char *name;
	struct mrl_places places;
	pid_t pid;                    /* of its supervisor; 0: it does not run */
	const struct mrl_node *state; /* of R/merlon.status; NULL: not there (yet) */
};

/* By --instance. Complains and returns false where it cannot be looked for. */
bool mrl_instance_find(struct mrl_cli *cli, const struct mrl_arguments *arguments,
                       struct mrl_instance *ret_instance);
/* Reads its state anew. */
void mrl_instance_refresh(struct mrl_cli *cli, struct mrl_instance *instance);
/* Numbers of its state, by RFC 6901 pointer; 0 where there is none. */
uint64_t mrl_instance_number(const struct mrl_instance *instance, const char *pointer);
struct mrl_slice mrl_instance_text(const struct mrl_instance *instance, const char *pointer);

#endif
