/* Starting other programs: to keep, or to wait for what they print. */
#ifndef MRL_CLI_SPAWN_H
#define MRL_CLI_SPAWN_H

#include <merlon/base.h>

#include <sys/types.h>

/*
 * A child in a session of its own, so that Ctrl-C at the terminal reaches us alone, that gets
 * SIGTERM when we die. Standard input is empty; output and errors are ours. All descriptors of ours
 * are close-on-exec. MRL_ERR_IO: fork failed. A program that cannot be executed exits 127.
 */
MRL_CHECKED enum mrl_err mrl_spawn(const char *const *words, pid_t *ret_pid);

struct mrl_output {
	struct mrl_slice text; /* output and errors together; cut at 1 MiB */
	int exit_code;         /* 128 + number for a signal */
};

/* Runs to its end. MRL_ERR_TIMEOUT: it was killed after `timeout_ms`. */
MRL_CHECKED enum mrl_err mrl_spawn_read(const char *const *words, uint32_t timeout_ms,
                                        struct mrl_arena *arena, struct mrl_output *ret_output);

/* CLOCK_MONOTONIC. */
uint64_t mrl_now_ms(void);

#endif
