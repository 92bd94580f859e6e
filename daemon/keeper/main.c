/*
 * merlon-keeper's loop: what is due is started, what came is judged, what workers ask for is looked
 * at every 20 ms.
 */
#include "keeper.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define HOUSE_MS 1000

static uint64_t boot_ms(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* A token named a key that the set lacks: once in 30 s that is a reason to look. */
static bool is_asked(struct keeper *keeper, struct source *source, uint64_t now_ms)
{
	uint32_t word = mrl_trust_asked(keeper->ask, source->row);
	if (word == source->asked || now_ms - source->began_ms < KEEPER_ASK_S * 1000) {
		return false;
	}
	source->asked = word;
	return true;
}

static void look(struct keeper *keeper, uint64_t now_ms)
{
	for (uint32_t i = 0; i < keeper->source_count; i++) {
		struct source *source = &keeper->sources[i];
		if (source->row == MRL_TRUST_ISSUERS || source->easy != NULL) {
			continue;
		}
		if (now_ms >= source->next_ms || is_asked(keeper, source, now_ms)) {
			source->asked = mrl_trust_asked(keeper->ask, source->row);
			keeper_fetch_start(keeper, source, now_ms);
		}
	}
}

static void keep_house(struct keeper *keeper, uint64_t now_ms)
{
	keeper_config_look(keeper, now_ms);
	mrl_trust_alive(&keeper->writer, now_ms);
	for (uint32_t i = 0; i < keeper->source_count; i++) {
		keeper_set_age(keeper, &keeper->sources[i]);
	}
}

static enum mrl_err run(void *self)
{
	struct keeper *keeper = self;
	uint64_t house_ms = 0;
	while (!daemon_stopping()) {
		uint64_t now_ms = boot_ms();
		if (now_ms - house_ms >= HOUSE_MS) {
			house_ms = now_ms;
			keep_house(keeper, now_ms);
		}
		look(keeper, now_ms);
		keeper_fetch_turn(keeper);
	}
	return MRL_OK;
}

static enum mrl_err make_folder(const char *state_dir)
{
	char path[4096];
	int size = snprintf(path, sizeof(path), "%s/keys", state_dir);
	if (size < 0 || (size_t)size >= sizeof(path)) {
		return MRL_ERR_LIMIT;
	}
	return mkdir(path, 0700) == 0 || errno == EEXIST ? MRL_OK : MRL_ERR_IO;
}

static enum mrl_err prepare(void *self, const struct daemon_options *options)
{
	struct keeper *keeper = self;
	char path[4096];
	keeper->state_dir = options->state_dir;
	keeper->jose.scan = mrl_json_scan_best();
	int size = snprintf(path, sizeof(path), "%s/keeper.lock", options->run_dir);
	if (size < 0 || (size_t)size >= sizeof(path)) {
		return MRL_ERR_LIMIT;
	}
	enum mrl_err err = daemon_lock(path, &keeper->lock_fd);
	if (err == MRL_OK) {
		err = make_folder(options->state_dir);
	}
	if (err == MRL_OK) {
		err = keeper_zone_open(keeper, options->run_dir);
	}
	if (err != MRL_OK) {
		return err;
	}
	bool random = getrandom(keeper->jose.seed, sizeof(keeper->jose.seed), 0) ==
	              (ssize_t)sizeof(keeper->jose.seed);
	bool curl = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
	keeper->multi = curl ? curl_multi_init() : NULL;
	return keeper->multi != NULL && random ? MRL_OK : MRL_ERR_MEMORY;
}

static void release(void *self)
{
	struct keeper *keeper = self;
	for (uint32_t i = 0; i < keeper->source_count; i++) {
		keeper_fetch_cancel(keeper, &keeper->sources[i]);
	}
	if (keeper->multi != NULL) {
		(void)curl_multi_cleanup(keeper->multi);
		curl_global_cleanup();
	}
}

int main(int argc, char **argv)
{
	static struct keeper keeper;
	const struct daemon_program program = {
		.name = KEEPER_NAME,
		.prepare = prepare,
		.run = run,
		.release = release,
	};
	return daemon_main(&program, &keeper, argc, argv);
}
