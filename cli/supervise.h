/* What the supervisor's files share: its children, the reload under way, and what it tells. */
#ifndef MRL_CLI_SUPERVISE_H
#define MRL_CLI_SUPERVISE_H

#include "up.h"

#define MRL_DEATHS_MAX       10
#define MRL_DEATHS_WINDOW_MS 60000
#define MRL_CHILDREN         3

struct mrl_child {
	const char *name;
	const char *words[16];
	pid_t pid; /* 0: not running */
	uint32_t restarts;
	uint32_t wait_ms; /* before the next start; doubles from 100 to 5,000 */
	uint64_t started_ms;
	uint64_t start_at_ms;               /* 0: running, or not to be started again */
	uint64_t deaths_ms[MRL_DEATHS_MAX]; /* the latest, as a ring */
	uint32_t deaths;
};

enum mrl_phase {
	MRL_PHASE_RUN,
	MRL_PHASE_STOP_NGINX,  /* calls under way are finished */
	MRL_PHASE_STOP_KEEPER, /* nobody needs keys any more */
	MRL_PHASE_STOP_OTHERS, /* their records are written */
	MRL_PHASE_OVER,
};

/* A reload, from its request until the workers have it. `started` and `finished` count. */
struct mrl_reload {
	uint64_t started, finished;
	uint64_t waits_for; /* the generation that workers have yet to report; 0: none */
	uint64_t deadline_ms;
	uint64_t settles_ms; /* when the old workers have been told too; 0: not all report */
	bool asked_again;
	bool delayed; /* until workers of an old generation have ended */
	bool ok;
	char *messages; /* of the last one; malloc */
	size_t messages_bytes;
	off_t log_at; /* error.log's size before nginx was told */
};

struct mrl_supervisor {
	struct mrl_up *up;
	struct mrl_generation generation;
	struct mrl_child children[MRL_CHILDREN]; /* nginx first */
	struct mrl_reload reload;
	enum mrl_phase phase;
	uint64_t phase_ms;  /* when it began */
	uint32_t pushes;    /* how often an end was made more urgent */
	uint64_t rotate_ms; /* next look at the logs */
	bool said;          /* that calls are answered */
	enum mrl_exit code;
};

/* up_children.c */
void mrl_children_init(struct mrl_supervisor *supervisor);
/* Starts those that are due. */
void mrl_children_start(struct mrl_supervisor *supervisor, uint64_t now_ms);
/* Takes note of the dead; one that dies too often ends everything with MRL_EXIT_SOFTWARE. */
void mrl_children_reap(struct mrl_supervisor *supervisor, uint64_t now_ms);
/* One step of an orderly end: nginx finishes its calls, then the others end. */
void mrl_children_stop(struct mrl_supervisor *supervisor, uint64_t now_ms);
void mrl_phase_set(struct mrl_supervisor *supervisor, enum mrl_phase phase, uint64_t now_ms);

/* up_reload.c: begins a reload, or notes that one is wanted after the one under way. */
void mrl_reload_begin(struct mrl_supervisor *supervisor);
/* Whether the workers have it by now. */
void mrl_reload_check(struct mrl_supervisor *supervisor, uint64_t now_ms);

/* up_state.c: writes R/merlon.status for `merlon status` and `merlon reload`. */
void mrl_state_write(const struct mrl_supervisor *supervisor);

/* up_logs.c: makes error.log, and rotates what is over 64 MiB. */
bool mrl_logs_make(const struct mrl_up *up);
void mrl_logs_rotate(struct mrl_supervisor *supervisor);

#endif
