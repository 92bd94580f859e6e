/*
 * The files of the trust zone. nginx's master may have made them before us, and workers have them
 * mapped: they are grown and filled in place, never replaced.
 */
#include "keeper.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static void *map(const char *run_dir, const char *name, size_t bytes)
{
	char path[4096];
	int size = snprintf(path, sizeof(path), "%s/%s", run_dir, name);
	if (size < 0 || (size_t)size >= sizeof(path)) {
		return NULL;
	}
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1) {
		return NULL;
	}
	void *memory = ftruncate(fd, (off_t)bytes) == 0
	                       ? mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)
	                       : MAP_FAILED;
	(void)close(fd);
	return memory == MAP_FAILED ? NULL : memory;
}

/* Of this start of the kernel: what was written before it means nothing now. */
static bool read_boot_id(uint8_t id[16])
{
	char text[37] = {0};
	size_t digits = 0;
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
	if (file == NULL) {
		return false;
	}
	size_t size = fread(text, 1, 36, file);
	(void)fclose(file);
	for (size_t i = 0; i < size && digits < 32; i++) {
		int value = mrl_hex_value((uint8_t)text[i]);
		if (value >= 0) {
			id[digits / 2] = (uint8_t)(id[digits / 2] << 4 | value);
			digits++;
		}
	}
	return digits == 32;
}

enum mrl_err keeper_zone_open(struct keeper *keeper, const char *run_dir)
{
	struct mrl_trust_zone zone;
	uint8_t boot_id[16] = {0};
	uint8_t nonce_key[32];
	size_t bytes = mrl_trust_zone_bytes(MRL_TRUST_SLOTS);
	void *memory = map(run_dir, "trust.zone", bytes);
	keeper->ask = map(run_dir, "trust.ask", MRL_TRUST_ASK_BYTES);
	if (memory == NULL || keeper->ask == NULL || !read_boot_id(boot_id)) {
		return MRL_ERR_IO;
	}
	if (mrl_trust_open(memory, bytes, boot_id, &zone) != MRL_OK) {
		if (getrandom(nonce_key, sizeof(nonce_key), 0) != (ssize_t)sizeof(nonce_key)) {
			return MRL_ERR_IO;
		}
		memset(memory, 0, bytes);
		mrl_trust_make(memory, MRL_TRUST_SLOTS, boot_id, nonce_key);
		enum mrl_err err = mrl_trust_open(memory, bytes, boot_id, &zone);
		if (err != MRL_OK) {
			return err;
		}
	}
	mrl_trust_writer(&zone, &keeper->writer);
	return MRL_OK;
}
