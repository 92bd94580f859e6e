/* Reads R/edge.status. The file is shared memory of other processes: it is read in one go, and
 * nothing in it is believed but numbers. */
#include "edge_status.h"

#include <merlon/audit_host.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MAGIC "MRLEDGE1"

struct slot {
	uint32_t pid;
	uint32_t reserved;
	uint64_t generation;
};

struct status {
	char magic[8];
	struct slot slots[MRL_EDGE_WORKERS_MAX];
};

static bool read_status(const char *run_dir, struct status *ret_status)
{
	char *path = NULL;
	if (asprintf(&path, "%s/edge.status", run_dir) < 0) {
		return false;
	}
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	free(path);
	if (fd < 0) {
		return false;
	}
	ssize_t size = read(fd, ret_status, sizeof(*ret_status));
	(void)close(fd);
	return size == (ssize_t)sizeof(*ret_status) &&
	       memcmp(ret_status->magic, MAGIC, sizeof(ret_status->magic)) == 0;
}

static bool lives(uint32_t pid)
{
	return pid != 0 && pid <= INT32_MAX && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
}

size_t mrl_edge_workers(const char *run_dir, struct mrl_edge_worker workers[MRL_EDGE_WORKERS_MAX])
{
	struct status status;
	size_t count = 0;
	if (!read_status(run_dir, &status)) {
		return 0;
	}
	for (size_t i = 0; i < MRL_EDGE_WORKERS_MAX; i++) {
		if (lives(status.slots[i].pid)) {
			workers[count++] = (struct mrl_edge_worker){(pid_t)status.slots[i].pid,
			                                            status.slots[i].generation};
		}
	}
	return count;
}

uint32_t mrl_edge_count(const char *run_dir, uint64_t generation)
{
	struct mrl_edge_worker workers[MRL_EDGE_WORKERS_MAX];
	size_t count = mrl_edge_workers(run_dir, workers);
	uint32_t with = 0;
	for (size_t i = 0; i < count; i++) {
		with += workers[i].generation == generation;
	}
	return with;
}

uint32_t mrl_edge_generations(const char *run_dir)
{
	struct mrl_edge_worker workers[MRL_EDGE_WORKERS_MAX];
	size_t count = mrl_edge_workers(run_dir, workers);
	uint32_t generations = 0;
	for (size_t i = 0; i < count; i++) {
		bool seen = false;
		for (size_t j = 0; j < i; j++) {
			seen = seen || workers[j].generation == workers[i].generation;
		}
		generations += seen ? 0 : 1;
	}
	return generations;
}

static bool is_alive(const char *run_dir, uint32_t number)
{
	struct mrl_ring_file file = {.fd = -1};
	if (mrl_ring_file_attach(run_dir, number, &file) != MRL_OK) {
		return false;
	}
	bool alive = mrl_ring_alive_ms(file.ring.memory) != 0;
	mrl_ring_file_release(&file);
	return alive;
}

bool mrl_edge_is_recorded(const char *run_dir)
{
	uint32_t numbers[16];
	size_t count = 0;
	if (mrl_ring_file_list(run_dir, numbers, MRL_COUNT(numbers), &count) != MRL_OK ||
	    count == 0) {
		return false;
	}
	return is_alive(run_dir, numbers[count - 1]);
}
