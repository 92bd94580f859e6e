/* The parts of `merlon limits`. */
#ifndef MRL_CLI_LIMITS_H
#define MRL_CLI_LIMITS_H

#include "instance.h"
#include "json_out.h"

/* The zones of a running gateway and the policy that it counts by. */
struct mrl_limits_view {
	struct mrl_cli *cli;
	struct mrl_instance instance;
	struct mrl_policy *policy;
	struct mrl_limit_store store; /* zones, hash key and host; zones that are not there are 0 */
	bool writable;
};

/* One limit in its zone. */
struct mrl_limits_row {
	const struct mrl_limit_spec *spec;
	const struct mrl_limit_zone *zone;
	struct mrl_limit_rule rule;
	struct mrl_limit_hash salt;
	uint8_t ordinal;
};

/* Complains and returns false: none runs, or its files cannot be read. */
bool mrl_limits_open(struct mrl_cli *cli, const struct mrl_arguments *arguments, bool writable,
                     struct mrl_limits_view *ret_view);
void mrl_limits_close(struct mrl_limits_view *view);
/* Complains and returns false: the policy has no such limit, or nothing counts under it. */
bool mrl_limits_find(const struct mrl_limits_view *view, const char *name,
                     struct mrl_limits_row *ret_row);

/* What the words behind the limit's name stand for: one for each part of its key, or --key NAME.
 * Complains and returns false. */
bool mrl_limits_key(const struct mrl_limits_view *view, const struct mrl_arguments *arguments,
                    const struct mrl_limits_row *row, struct mrl_limit_hash *ret_identity);

/* "ip+operation" */
char *mrl_limits_parts(struct mrl_arena *arena, const struct mrl_limit_spec *spec);

/* Tells of a key that was forgotten: a line of error.log and an audit record. Complains and returns
 * false: it is not on record. */
bool mrl_limits_record(const struct mrl_limits_view *view, const struct mrl_limits_row *row,
                       const char *key, const char *reason);

enum mrl_exit mrl_limits_status(struct mrl_cli *cli, const struct mrl_arguments *arguments);

#endif
