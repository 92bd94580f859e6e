/*
 * Sets of keys: taken over when they are good, kept on disk for a restart, and dropped when no good
 * one came for three days. An answer that is not good changes nothing.
 */
#include "keeper.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ARENA_BYTES ((size_t)32 << 20)

static int64_t wall_s(void)
{
	return (int64_t)time(NULL);
}

static uint64_t boot_ms(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* 10 % more or less, so that gateways do not ask all at once. */
static uint64_t spread_ms(int64_t seconds)
{
	uint32_t random = 0;
	uint64_t ms = (uint64_t)seconds * 1000;
	if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random)) {
		random = (uint32_t)ms;
	}
	return ms - ms / 10 + random % (ms / 5 + 1);
}

/* By what the keys are downloaded from: another place, another file. */
static bool path_of(const struct keeper *keeper, const struct source *source, char *path,
                    size_t capacity)
{
	char place[sizeof(source->url) + sizeof(source->keys) + 1];
	uint8_t hash[MRL_SHA256_BYTES];
	uint8_t memory[33] = {0};
	struct mrl_buffer name = mrl_buffer(memory, sizeof(memory) - 1);
	int size = snprintf(place, sizeof(place), "%s %s", source->url, source->keys);
	if (size < 0 || mrl_sha256(mrl_slice(place, (size_t)size), hash) != MRL_OK) {
		return false;
	}
	mrl_buffer_hex(&name, mrl_slice(hash, 16));
	size = snprintf(path, capacity, "%s/keys/%s.jwks", keeper->state_dir, (char *)memory);
	return size > 0 && (size_t)size < capacity;
}

static bool write_all(int fd, struct mrl_slice text)
{
	while (text.size != 0) {
		ssize_t bytes = write(fd, text.data, text.size);
		if (bytes <= 0) {
			return false;
		}
		text = mrl_slice_from(text, (size_t)bytes);
	}
	return fsync(fd) == 0;
}

/* A restart without network goes on with these; a failure costs no more than that. */
static void keep(const struct keeper *keeper, const struct source *source, struct mrl_slice text)
{
	char path[4096];
	char made[4200];
	if (!path_of(keeper, source, path, sizeof(path))) {
		return;
	}
	(void)snprintf(made, sizeof(made), "%s.new", path);
	int fd = open(made, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1) {
		daemon_log(KEEPER_NAME, "%s: its keys cannot be kept in %s", source->name, made);
		return;
	}
	bool good = write_all(fd, text);
	(void)close(fd);
	if (!good || rename(made, path) != 0) {
		daemon_log(KEEPER_NAME, "%s: its keys cannot be kept in %s", source->name, path);
	}
}

static void publish(struct keeper *keeper, struct source *source, struct mrl_slice text)
{
	static uint8_t memory[MRL_TRUST_KEYS_BYTES];
	uint32_t generation;
	struct mrl_slice now = MRL_SLICE_NONE;
	enum mrl_err err = mrl_trust_keys(&keeper->writer.zone, source->row, memory, &generation,
	                                  &now);
	/* The same set again is no news, and workers keep what they have verified. */
	if ((err == MRL_OK && mrl_slice_equal(now, text)) ||
	    (err == MRL_ERR_NOT_FOUND && text.size == 0)) {
		return;
	}
	if (mrl_trust_keys_put(&keeper->writer, source->row, text) != MRL_OK) {
		daemon_log(KEEPER_NAME, "%s: its set of keys is too large", source->name);
	}
}

static void take_good(struct keeper *keeper, struct source *source, struct mrl_slice text,
                      int64_t age_s)
{
	if (source->good_s == 0 || source->failures != 0) {
		daemon_log(KEEPER_NAME, "%s: keys are there", source->name);
	}
	publish(keeper, source, text);
	keep(keeper, source, text);
	source->good_s = wall_s();
	source->failures = 0;
	source->alarmed = false;
	source->next_ms = boot_ms() + spread_ms(age_s == 0 ? KEEPER_USUAL_S : age_s);
	mrl_trust_download_ended(&keeper->writer, source->row);
}

void keeper_set_came(struct keeper *keeper, struct source *source, struct mrl_slice text,
                     int64_t age_s)
{
	struct mrl_arena arena;
	struct mrl_slice judged = MRL_SLICE_NONE;
	uint32_t skipped = 0;
	const char *fault = NULL;
	char why[64];
	mrl_arena_init(&arena, &mrl_memory_malloc, 65536, ARENA_BYTES);
	enum mrl_err err = mrl_jwks_judge(&keeper->jose, text, &arena, &judged, &skipped, &fault);
	if (err != MRL_OK || fault != NULL) {
		(void)snprintf(why, sizeof(why), "its set of keys is refused: %s",
		               fault != NULL ? fault : mrl_err_name(err));
		keeper_set_failed(keeper, source, why);
	} else {
		if (skipped != 0) {
			daemon_log(KEEPER_NAME, "%s: %u keys are no use and left out", source->name,
			           skipped);
		}
		take_good(keeper, source, judged, age_s);
	}
	mrl_arena_release(&arena);
}

void keeper_set_failed(struct keeper *keeper, struct source *source, const char *why)
{
	uint64_t wait_s = KEEPER_RETRY_MIN_S;
	for (uint32_t i = 0; i < source->failures && wait_s < KEEPER_RETRY_MAX_S; i++) {
		wait_s *= 2;
	}
	wait_s = wait_s > KEEPER_RETRY_MAX_S ? KEEPER_RETRY_MAX_S : wait_s;
	source->failures++;
	source->next_ms = boot_ms() + wait_s * 1000;
	mrl_trust_download_ended(&keeper->writer, source->row);
	daemon_log(KEEPER_NAME, "%s: no keys from %s: %s; %s, again in %u s", source->name,
	           source->at, why,
	           source->good_s == 0 ? "there are none" : "the last good ones stay",
	           (uint32_t)wait_s);
}

void keeper_set_restore(struct keeper *keeper, struct source *source)
{
	char path[4096];
	struct stat info;
	uint8_t *memory = malloc(MRL_TRUST_KEYS_BYTES);
	int fd = memory != NULL && path_of(keeper, source, path, sizeof(path))
	                 ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
	                 : -1;
	if (fd == -1) {
		free(memory);
		return;
	}
	ssize_t bytes = read(fd, memory, MRL_TRUST_KEYS_BYTES);
	bool young = fstat(fd, &info) == 0 && wall_s() - info.st_mtime < KEEPER_KEEP_S;
	(void)close(fd);
	if (bytes > 0 && young) {
		publish(keeper, source, mrl_slice(memory, (size_t)bytes));
		source->good_s = info.st_mtime;
	}
	free(memory);
}

void keeper_set_age(struct keeper *keeper, struct source *source)
{
	int64_t age_s = wall_s() - source->good_s;
	if (source->good_s == 0) {
		return;
	}
	if (age_s >= KEEPER_KEEP_S) {
		daemon_log(KEEPER_NAME, "%s: no good keys for 72 hours; its tokens are refused now",
		           source->name);
		publish(keeper, source, MRL_SLICE_NONE);
		source->good_s = 0;
	} else if (age_s >= KEEPER_ALARM_S && !source->alarmed) {
		source->alarmed = true;
		daemon_log(KEEPER_NAME, "%s: no good keys for 24 hours; see why above",
		           source->name);
	}
}
