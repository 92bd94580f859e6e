/*
 * How every daemon of Merlon starts: the same seven steps, so that what a process may do is known
 * before it touches its first input.
 *
 *     1 parse the arguments       5 limits: no core dump, umask 077
 *     2 close what was inherited  6 no new privileges
 *     3 open what is needed       7 announce ready, run
 *     4 drop privileges
 */
#ifndef MERLON_DAEMON_START_H
#define MERLON_DAEMON_START_H

#include <merlon/base.h>
#include <sys/types.h>

struct daemon_options {
	const char *run_dir;
	const char *state_dir;
	const char *user; /* NULL: stay who we are */
	pid_t parent;     /* 0: none */
	bool foreground;  /* say when ready; logging goes to standard error in any case */
};

struct daemon_program {
	const char *name;
	/* Step 3, with the privileges of the start; NULL: nothing needs them. */
	enum mrl_err (*open)(void *self, const struct daemon_options *options);
	/* Before step 7, as who we are from then on. A status of both becomes the exit code. */
	enum mrl_err (*prepare)(void *self, const struct daemon_options *options);
	/* Step 7: until daemon_stopping(); then finish in order. */
	enum mrl_err (*run)(void *self);
	void (*release)(void *self);
};

/* Exit codes of sysexits.h: 0, 64 usage, 70 failure, 75 already running, 78 configuration. */
int daemon_main(const struct daemon_program *program, void *self, int argc, char **argv);

/* Whether SIGTERM or SIGINT came. Both are blocked from the start and only looked for here. */
bool daemon_stopping(void);

/*
 * Step 4's end for children of `merlon up`: SIGTERM when the parent dies. False: it is dead
 * already, or we are somebody else's child.
 */
bool daemon_follow_parent(pid_t parent);

/* One line on standard error: "name: text". */
void daemon_log(const char *name, const char *format, ...) MRL_PRINTF(2, 3);

/* An exclusive lock on a file, held until the process ends. MRL_ERR_STATE: somebody else has it. */
MRL_CHECKED enum mrl_err daemon_lock(const char *path, int *ret_fd);

#endif
