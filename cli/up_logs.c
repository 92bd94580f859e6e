/* error.log: made before nginx makes it with a wider mode, and rotated when it is over 64 MiB. */
#include "supervise.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_BYTES_MAX ((off_t)64 << 20)
#define LOGS_KEPT     8

bool mrl_logs_make(const struct mrl_up *up)
{
	const char *path = mrl_text(up->cli->arena, "%s/log/error.log", up->places.state);
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || fchmod(fd, 0600) != 0) {
		mrl_complain(up->cli, "%s cannot be written: %s", path, strerror(errno));
		if (fd >= 0) {
			(void)close(fd);
		}
		return false;
	}
	return close(fd) == 0;
}

/* error.log.7 to .8 and so on; the oldest goes. */
static void shift(struct mrl_arena *arena, const char *path)
{
	for (int i = LOGS_KEPT; i > 0; i--) {
		const char *from = i == 1 ? path : mrl_text(arena, "%s.%d", path, i - 1);
		(void)rename(from, mrl_text(arena, "%s.%d", path, i));
	}
}

void mrl_logs_rotate(struct mrl_supervisor *supervisor)
{
	struct stat facts;
	const struct mrl_up *up = supervisor->up;
	struct mrl_arena_mark mark = mrl_arena_mark(up->cli->arena);
	const char *path = mrl_text(up->cli->arena, "%s/log/error.log", up->places.state);
	if (lstat(path, &facts) == 0 && facts.st_size > LOG_BYTES_MAX) {
		shift(up->cli->arena, path);
		(void)mrl_logs_make(up);
		if (supervisor->children[0].pid != 0) {
			(void)kill(supervisor->children[0].pid, SIGUSR1);
		}
	}
	mrl_arena_reset(up->cli->arena, mark);
}
