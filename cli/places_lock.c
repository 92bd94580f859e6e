/* One supervisor an instance: R/merlon.pid is locked by the one that runs, and the kernel gives the
 * lock back when it ends, however it ends. */
#include "places.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

static const char *file_of(struct mrl_cli *cli, const struct mrl_places *places)
{
	return mrl_text(cli->arena, "%s/merlon.pid", places->run);
}

static pid_t read_pid(int fd)
{
	char text[32];
	uint64_t number = 0;
	ssize_t size = pread(fd, text, sizeof(text), 0);
	size_t digits = size <= 0 ? 0 : strspn(text, "0123456789");
	if (size > 0 && digits > (size_t)size) {
		digits = (size_t)size;
	}
	return mrl_parse_u64(mrl_slice(text, digits), &number) && number <= INT32_MAX
	               ? (pid_t)number
	               : 0;
}

/* Who looks for a holder holds the lock for an instant, too. */
static bool take(int fd)
{
	const struct timespec instant = {.tv_nsec = 20000000};
	for (unsigned i = 0; i < 5; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
			return true;
		}
		(void)nanosleep(&instant, NULL);
	}
	return false;
}

bool mrl_places_lock(struct mrl_cli *cli, const struct mrl_places *places)
{
	const char *path = file_of(cli, places);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		mrl_complain(cli, "%s cannot be opened: %s", path, strerror(errno));
		return false;
	}
	if (!take(fd)) {
		mrl_complain(cli,
		             "this instance runs already (process %d); give another a name by "
		             "--instance NAME",
		             (int)read_pid(fd));
		(void)close(fd);
		return false;
	}
	const char *text = mrl_text(cli->arena, "%d\n", (int)getpid());
	size_t size = strlen(text);
	if (ftruncate(fd, 0) != 0 || write(fd, text, size) != (ssize_t)size) {
		mrl_complain(cli, "%s cannot be written: %s", path, strerror(errno));
		(void)close(fd);
		return false;
	}
	return true; /* the descriptor stays open: it is the lock */
}

pid_t mrl_places_holder(struct mrl_cli *cli, const struct mrl_places *places)
{
	pid_t pid = 0;
	int fd = open(file_of(cli, places), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		return 0;
	}
	if (flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
		pid = read_pid(fd);
	}
	(void)close(fd);
	return pid;
}
