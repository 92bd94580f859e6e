/* R/limit-*.zone: how full the zones of rate limits are. */
#ifndef MRL_CLI_LIMIT_STATUS_H
#define MRL_CLI_LIMIT_STATUS_H

#include <merlon/limit_redis.h>

struct mrl_limit_status {
	bool there;
	uint32_t entries;
	struct mrl_limit_zone_counts counts;
	struct mrl_limit_server server; /* of the zone core */
};
void mrl_limit_status(const char *run_dir, struct mrl_limit_status statuses[MRL_LIMIT_ZONES]);

#endif
