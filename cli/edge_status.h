/* R/edge.status: which generation each nginx worker has, as the module writes it. */
#ifndef MRL_CLI_EDGE_STATUS_H
#define MRL_CLI_EDGE_STATUS_H

#include <merlon/base.h>

#include <sys/types.h>

#define MRL_EDGE_WORKERS_MAX 192

struct mrl_edge_worker {
	pid_t pid;
	uint64_t generation;
};

/* The living workers; 0 also when there is no such file yet. */
size_t mrl_edge_workers(const char *run_dir, struct mrl_edge_worker workers[MRL_EDGE_WORKERS_MAX]);
/* How many of them have the generation. */
uint32_t mrl_edge_count(const char *run_dir, uint64_t generation);
/* How many generations living workers have among them. */
uint32_t mrl_edge_generations(const char *run_dir);
/* Whether merlon-auditd serves the newest ring: before that calls are refused. */
bool mrl_edge_is_recorded(const char *run_dir);

#endif
