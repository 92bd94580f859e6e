/* Sleeping and waking over shared memory, clocks, and watching other processes, on Linux. */
#include <merlon/audit_host.h>

#include "audit/layout.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void mrl_ring_wake(const struct mrl_ring *ring)
{
	(void)syscall(SYS_futex, &ring_header(ring)->asleep, FUTEX_WAKE, 1, NULL, NULL, 0);
}

void mrl_ring_wait(const struct mrl_ring *ring, uint32_t timeout_ms)
{
	struct timespec timeout = {
		.tv_sec = timeout_ms / 1000,
		.tv_nsec = (long)(timeout_ms % 1000) * 1000000,
	};
	(void)syscall(SYS_futex, &ring_header(ring)->asleep, FUTEX_WAIT, 1, &timeout, NULL, 0);
}

static uint64_t read_clock(clockid_t clock, uint64_t per_second)
{
	struct timespec now;
	if (clock_gettime(clock, &now) != 0) {
		return 0;
	}
	return (uint64_t)now.tv_sec * per_second +
	       (uint64_t)now.tv_nsec / (1000000000U / per_second);
}

uint64_t mrl_clock_ms(void)
{
	return read_clock(CLOCK_MONOTONIC, 1000);
}

uint64_t mrl_clock_us(void)
{
	return read_clock(CLOCK_REALTIME, 1000000);
}

/* Field 22; field 2, the name, may hold blanks and parentheses, so it ends at the last one. */
static bool parse_stat(struct mrl_slice text, uint64_t *ret_start)
{
	size_t at = text.size;
	while (at > 0 && text.data[at - 1] != ')') {
		at--;
	}
	struct mrl_slice rest = mrl_slice_from(text, at);
	for (int field = 2; field < 22; field++) {
		rest = mrl_slice_from(rest, mrl_slice_find(rest, ' ') + 1);
	}
	return mrl_parse_u64(mrl_slice_sub(rest, 0, mrl_slice_find(rest, ' ')), ret_start);
}

enum mrl_err mrl_process_start(pid_t pid, uint64_t *ret_start)
{
	char path[32];
	uint8_t text[1024];
	int size = snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	if (size < 0 || (size_t)size >= sizeof(path)) {
		return MRL_ERR_IO;
	}
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		return errno == ENOENT ? MRL_ERR_NOT_FOUND : MRL_ERR_IO;
	}
	ssize_t got = read(fd, text, sizeof(text));
	close(fd);
	if (got <= 0) {
		return MRL_ERR_NOT_FOUND;
	}
	return parse_stat(mrl_slice(text, (size_t)got), ret_start) ? MRL_OK : MRL_ERR_IO;
}

enum mrl_err mrl_process_watch(pid_t pid, int *ret_fd)
{
	long fd = syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0) {
		return errno == ESRCH ? MRL_ERR_NOT_FOUND : MRL_ERR_IO;
	}
	*ret_fd = (int)fd;
	return MRL_OK;
}
