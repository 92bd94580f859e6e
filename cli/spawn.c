/*
 * Starting other programs.
 *
 * A child must not outlive us: it asks the kernel for SIGTERM at our death, and looks whether we
 * are still there, since we may have died between fork and that request.
 */
#include "spawn.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define OUTPUT_BYTES_MAX (1U << 20)

uint64_t mrl_now_ms(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* What a child starts with: no signal blocked or handled but by the default. */
static void clear_signals(void)
{
	sigset_t none;
	sigemptyset(&none);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void become(const char *const *words, pid_t parent, int output)
{
	(void)setsid();
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent) {
		_exit(127);
	}
	clear_signals();
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0) {
		_exit(127);
	}
	if (output >= 0 && (dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0)) {
		_exit(127);
	}
	/* execv() does not write to its arguments; its type is older than const. */
	union {
		const char *const *read_only;
		char *const *words;
	} list = {.read_only = words};
	execv(words[0], list.words);
	_exit(127);
}

static enum mrl_err start(const char *const *words, int output, pid_t *ret_pid)
{
	pid_t parent = getpid();
	pid_t pid = fork();
	if (pid < 0) {
		return MRL_ERR_IO;
	}
	if (pid == 0) {
		become(words, parent, output);
	}
	*ret_pid = pid;
	return MRL_OK;
}

enum mrl_err mrl_spawn(const char *const *words, pid_t *ret_pid)
{
	return start(words, -1, ret_pid);
}

/* Reads until the other side closes; false when the time is over. */
static bool drain(int fd, uint64_t deadline_ms, struct mrl_buffer *buffer)
{
	uint8_t chunk[4096];
	for (;;) {
		uint64_t now_ms = mrl_now_ms();
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		if (now_ms >= deadline_ms) {
			return false;
		}
		if (poll(&wait, 1, (int)(deadline_ms - now_ms)) <= 0) {
			continue;
		}
		ssize_t size = read(fd, chunk, sizeof(chunk));
		if (size < 0 && errno == EINTR) {
			continue;
		}
		if (size <= 0) {
			return true;
		}
		mrl_buffer_put(buffer, mrl_slice(chunk, (size_t)size));
	}
}

static int reap(pid_t pid)
{
	int status = 0;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

enum mrl_err mrl_spawn_read(const char *const *words, uint32_t timeout_ms, struct mrl_arena *arena,
                            struct mrl_output *ret_output)
{
	int ends[2];
	pid_t pid;
	struct mrl_buffer buffer = mrl_buffer(malloc(OUTPUT_BYTES_MAX), OUTPUT_BYTES_MAX);
	if (buffer.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	enum mrl_err err = pipe2(ends, O_CLOEXEC) == 0 ? MRL_OK : MRL_ERR_IO;
	if (err != MRL_OK) {
		goto done;
	}
	err = start(words, ends[1], &pid);
	(void)close(ends[1]);
	if (err == MRL_OK) {
		bool ended = drain(ends[0], mrl_now_ms() + timeout_ms, &buffer);
		if (!ended) {
			(void)kill(pid, SIGKILL);
		}
		int code = reap(pid);
		ret_output->text = mrl_slice_text(mrl_text_of(arena, mrl_buffer_slice(&buffer)));
		ret_output->exit_code = code;
		err = ended ? MRL_OK : MRL_ERR_TIMEOUT;
	}
	(void)close(ends[0]);
done:
	free(buffer.data);
	return err;
}
