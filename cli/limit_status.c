/* The zones of rate limits, read without a lock: numbers of a moment. */
#include "limit_status.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 4096

static void look(void *memory, size_t bytes, struct mrl_limit_status *status)
{
	struct mrl_limit_zone zone;
	if (mrl_limit_zone_look(memory, bytes, &zone) == MRL_OK) {
		status->there = true;
		status->entries = zone.stripes * 256;
		mrl_limit_zone_count(&zone, &status->counts);
		status->server = *mrl_limit_server(&zone);
	}
}

static void read_zone(const char *path, struct mrl_limit_status *status)
{
	struct stat file;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd == -1) {
		return;
	}
	if (fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && file.st_size > 0) {
		size_t bytes = (size_t)file.st_size;
		void *memory = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
		if (memory != MAP_FAILED) {
			look(memory, bytes, status);
			(void)munmap(memory, bytes);
		}
	}
	(void)close(fd);
}

void mrl_limit_status(const char *run_dir, struct mrl_limit_status statuses[MRL_LIMIT_ZONES])
{
	char path[PATH_BYTES];
	for (unsigned id = 0; id < MRL_LIMIT_ZONES; id++) {
		statuses[id] = (struct mrl_limit_status){.there = false};
		int size = snprintf(path, sizeof(path), "%s/limit-%s.zone", run_dir,
		                    mrl_limit_zone_names[id]);
		if (size > 0 && (size_t)size < sizeof(path)) {
			read_zone(path, &statuses[id]);
		}
	}
}
