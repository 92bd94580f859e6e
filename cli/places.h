/*
 * The folders of an instance: state S, which stays, and run R, which lies in memory. Both are its
 * user's alone.
 */
#ifndef MRL_CLI_PLACES_H
#define MRL_CLI_PLACES_H

#include "cli.h"

#include <sys/types.h>

struct mrl_places {
	const char *state; /* S */
	const char *run;   /* R */
	uid_t owner;       /* who they belong to */
	gid_t group;
};

/* [a-z][a-z0-9-]{0,23} */
bool mrl_instance_valid(const char *name);

/* Where they are, whether or not they exist. Complains and returns false without a home. */
bool mrl_places_find(struct mrl_cli *cli, const char *instance, struct mrl_places *ret_places);

/*
 * Makes S and R and checks them: own user, 0700, no link, R on tmpfs, and a path that nginx's
 * configuration can hold. As root they are made for `owner`. Complains and returns false.
 */
bool mrl_places_make(struct mrl_cli *cli, const struct mrl_places *places);
/* The folders inside S; to be called as the owner. */
bool mrl_places_fill(struct mrl_cli *cli, const struct mrl_places *places);

/* Becomes the user for good, keeping only the right to bind low ports. Complains and returns false.
 */
bool mrl_places_become(struct mrl_cli *cli, const char *user);
/* The ids of an account other than root. Complains and returns false. */
bool mrl_places_user(struct mrl_cli *cli, const char *user, struct mrl_places *places);

/*
 * R/merlon.pid, locked as long as this process lives: one supervisor an instance. Complains and
 * returns false if another has it.
 */
bool mrl_places_lock(struct mrl_cli *cli, const struct mrl_places *places);
/* The process that holds the lock; 0: none runs. */
pid_t mrl_places_holder(struct mrl_cli *cli, const struct mrl_places *places);

#endif
