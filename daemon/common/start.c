/* Start-up in seven steps; see start.h. */
#include "start.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

void daemon_log(const char *name, const char *format, ...)
{
	char text[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	fprintf(stderr, "%s: %s\n", name, text);
}

/* ---- 1 arguments ---- */

static bool take_value(struct daemon_options *options, const char *key, const char *value)
{
	uint64_t parent;
	if (strcmp(key, "--run-dir") == 0) {
		options->run_dir = value;
	} else if (strcmp(key, "--state-dir") == 0) {
		options->state_dir = value;
	} else if (strcmp(key, "--user") == 0) {
		options->user = value;
	} else if (strcmp(key, "--parent") == 0) {
		if (!mrl_parse_u64(mrl_slice_text(value), &parent) || parent == 0 ||
		    parent > INT32_MAX) {
			return false;
		}
		options->parent = (pid_t)parent;
	} else {
		return false;
	}
	return true;
}

static bool parse(int argc, char **argv, struct daemon_options *ret_options)
{
	struct daemon_options options = {0};
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--foreground") == 0) {
			options.foreground = true;
			continue;
		}
		if (i + 1 == argc || !take_value(&options, argv[i], argv[i + 1])) {
			return false;
		}
		i++;
	}
	if (options.run_dir == NULL || options.state_dir == NULL) {
		return false;
	}
	*ret_options = options;
	return true;
}

/* ---- 2 descriptors ---- */

/* 0, 1 and 2 must be something, or a later open becomes "standard error". */
static bool close_inherited(void)
{
	int fd;
	do {
		fd = open("/dev/null", O_RDWR);
		if (fd < 0) {
			return false;
		}
	} while (fd <= STDERR_FILENO);
	close(fd);
	return close_range(STDERR_FILENO + 1, ~0U, 0) == 0;
}

static bool block_signals(void)
{
	sigset_t stops;
	sigemptyset(&stops);
	sigaddset(&stops, SIGTERM);
	sigaddset(&stops, SIGINT);
	return sigprocmask(SIG_BLOCK, &stops, NULL) == 0 && signal(SIGPIPE, SIG_IGN) != SIG_ERR &&
	       signal(SIGHUP, SIG_IGN) != SIG_ERR;
}

bool daemon_stopping(void)
{
	const struct timespec now = {0};
	sigset_t stops;
	sigemptyset(&stops);
	sigaddset(&stops, SIGTERM);
	sigaddset(&stops, SIGINT);
	return sigtimedwait(&stops, NULL, &now) > 0;
}

/* ---- 4 privileges ---- */

static bool become(const char *user)
{
	const struct passwd *entry = getpwnam(user);
	if (entry == NULL || entry->pw_uid == 0) {
		return false;
	}
	if (geteuid() == entry->pw_uid) {
		return true;
	}
	return initgroups(user, entry->pw_gid) == 0 && setgid(entry->pw_gid) == 0 &&
	       setuid(entry->pw_uid) == 0 && setuid(0) != 0;
}

bool daemon_follow_parent(pid_t parent)
{
	/* after every change of identity: that clears the setting */
	return prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) == 0 && getppid() == parent;
}

static bool drop_privileges(const struct daemon_program *program,
                            const struct daemon_options *options)
{
	if (options->user != NULL && !become(options->user)) {
		daemon_log(program->name, "cannot become user %s", options->user);
		return false;
	}
	if (options->parent != 0 && !daemon_follow_parent(options->parent)) {
		daemon_log(program->name, "process %ld is not our parent", (long)options->parent);
		return false;
	}
	return true;
}

/* ---- 5 limits, 6 sandbox ---- */

static bool set_limits(void)
{
	const struct rlimit none = {0};
	umask(077);
	return setrlimit(RLIMIT_CORE, &none) == 0;
}

static bool enter_sandbox(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

static int exit_code(enum mrl_err err)
{
	switch (err) {
	case MRL_OK: return EX_OK;
	case MRL_ERR_STATE: return EX_TEMPFAIL;
	case MRL_ERR_INVALID:
	case MRL_ERR_NOT_FOUND:
	case MRL_ERR_UNSUPPORTED: return EX_CONFIG;
	case MRL_ERR_MEMORY:
	case MRL_ERR_LIMIT:
	case MRL_ERR_IO:
	case MRL_ERR_TIMEOUT:
	case MRL_ERR_CRYPTO:
	case MRL_ERR_FULL:
	case MRL_ERR_BUSY:
	case MRL_ERR_BUG: return EX_SOFTWARE;
	}
	return EX_SOFTWARE;
}

static enum mrl_err run(const struct daemon_program *program, void *self,
                        const struct daemon_options *options)
{
	enum mrl_err err = program->open != NULL ? program->open(self, options) : MRL_OK;
	if (err == MRL_OK &&
	    (!drop_privileges(program, options) || !set_limits() || !enter_sandbox())) {
		err = MRL_ERR_IO;
	}
	if (err == MRL_OK) {
		err = program->prepare(self, options);
	}
	if (err != MRL_OK) {
		daemon_log(program->name, "cannot start: %s", mrl_err_name(err));
		return err;
	}
	if (options->foreground) {
		daemon_log(program->name, "ready");
	}
	return program->run(self);
}

int daemon_main(const struct daemon_program *program, void *self, int argc, char **argv)
{
	struct daemon_options options;
	if (!parse(argc, argv, &options)) {
		fprintf(stderr,
		        "usage: %s --run-dir DIR --state-dir DIR [--user NAME] [--parent PID] "
		        "[--foreground]\n",
		        program->name);
		return EX_USAGE;
	}
	if (!close_inherited() || !block_signals()) {
		return EX_OSERR;
	}
	enum mrl_err err = run(program, self, &options);
	program->release(self);
	return exit_code(err);
}

enum mrl_err daemon_lock(const char *path, int *ret_fd)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		return MRL_ERR_IO;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		enum mrl_err err = errno == EWOULDBLOCK ? MRL_ERR_STATE : MRL_ERR_IO;
		close(fd);
		return err;
	}
	*ret_fd = fd;
	return MRL_OK;
}
