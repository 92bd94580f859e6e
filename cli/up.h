/*
 * What the files of `merlon up` share. One process supervises: it makes generations of the
 * configuration and keeps nginx and the daemons running; it never touches a request.
 */
#ifndef MRL_CLI_UP_H
#define MRL_CLI_UP_H

#include "load.h"
#include "places.h"
#include "tools.h"

#define MRL_UP_NAMES_MAX   32
#define MRL_UP_WORKERS_MAX 16
#define MRL_UP_PAIRS_MAX   64 /* certificates, as many as a policy may name */

struct mrl_up_options {
	const char *config; /* absolute; NULL: the policy is made from the rest */
	const char *upstream;
	const char *openapi; /* absolute */
	const char *listen;
	const char *plain; /* NULL: none */
	const char *names[MRL_UP_NAMES_MAX];
	uint32_t name_count;
	const char *instance;
};

/* What a generation of the configuration is made from, and what it came to. */
struct mrl_generation {
	uint64_t number;
	const char *folder; /* S/gen/N */
	struct mrl_arena arena;
	struct mrl_loading loading;
	const struct mrl_x509_pair *pairs; /* the policy's, or one of the local authority */
	uint32_t pair_count;
	bool local_authority;
	uint32_t workers;
};

struct mrl_up {
	struct mrl_cli *cli;
	struct mrl_up_options options;
	struct mrl_places places;
	struct mrl_tools tools;
};

/* up_policy.c: the policy that stands for the options without -c. */
char *mrl_up_policy_text(struct mrl_arena *arena, const struct mrl_up_options *options);

/*
 * up_ca.c: the local authority and a leaf for the names, kept between runs; a leaf with under 30
 * days, or not for all names, is made anew. Complains and returns false if that fails.
 */
bool mrl_up_local_leaf(struct mrl_cli *cli, const struct mrl_places *places,
                       const struct mrl_slice *names, size_t count, struct mrl_x509_pair *ret_pair);

/*
 * up_copy.c: writes policy, documents, certificates into the generation's folder; the policy's
 * paths are replaced by those of the copies, all else stays byte for byte.
 */
MRL_CHECKED enum mrl_err mrl_up_copy(struct mrl_cli *cli, struct mrl_generation *generation);

/* up_keeper.c: keeper.json beside it. */
MRL_CHECKED enum mrl_err mrl_up_keeper_config(struct mrl_generation *generation);

/* up_config.c: nginx.conf of a generation, whole, as a text in its arena. */
MRL_CHECKED enum mrl_err mrl_up_config(const struct mrl_up *up, struct mrl_generation *generation,
                                       struct mrl_slice *ret_text);
/* up_config_server.c: the server blocks. */
void mrl_up_config_servers(FILE *out, const struct mrl_up *up, struct mrl_generation *generation);
/* up_config_api.c: the named location of an API, and its upstream. */
void mrl_up_config_upstream(FILE *out, const struct mrl_api *api);
void mrl_up_config_location(FILE *out, const struct mrl_generation *generation,
                            const struct mrl_api *api);

/*
 * up_generation.c: steps (a) to (d) of a reload: copies, compiles, writes nginx.conf, has nginx
 * test it. False: everything was reported to `report` and nothing is left behind.
 * mrl_generation_free in either case.
 */
bool mrl_generation_make(struct mrl_up *up, uint64_t number, FILE *report,
                         struct mrl_generation *ret_generation);
void mrl_generation_free(struct mrl_generation *generation);
/* The same, and its folder goes too. */
void mrl_generation_discard(struct mrl_generation *generation);
/* Step (e): S/current names the generation from now on. */
MRL_CHECKED enum mrl_err mrl_generation_publish(const struct mrl_up *up,
                                                const struct mrl_generation *generation);
/* The highest number in S/gen; 0: none. */
uint64_t mrl_generation_last(const struct mrl_up *up);
/* Removes all generations but these two. */
void mrl_generation_prune(const struct mrl_up *up, uint64_t current, uint64_t before);

/* up_ports.c: whether every listener can be bound; complains about those that cannot. */
bool mrl_up_ports_free(struct mrl_cli *cli, const struct mrl_policy *policy);

/* up_say.c: what a newcomer needs, once calls are answered. */
void mrl_up_say(const struct mrl_up *up, const struct mrl_generation *generation);

/* up_supervise.c: runs until told to end. Takes the generation over. */
enum mrl_exit mrl_up_supervise(struct mrl_up *up, struct mrl_generation *generation);

#endif
