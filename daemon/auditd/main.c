/*
 * merlon-auditd's loop. It sleeps in one futex that producers wake; while a group waits for its
 * time it only naps, so that producers are not asked to wake it for every call.
 */
#include "auditd.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define NAP_MS         1
#define SEVERAL_NAP_MS 5    /* one futex a ring: with several we look ourselves */
#define STOP_MS        5000 /* producers that go on while we stop do not hold us longer */

static bool drain_all(struct auditd *auditd, uint64_t now_ms)
{
	bool any = false;
	for (size_t i = 0; i < auditd->ring_count; i++) {
		struct ring *ring = &auditd->rings[i];
		for (uint32_t j = 1; j < ring->file.ring.sizes.slot_count; j++) {
			any = drain_slot(auditd, ring, j, now_ms) || any;
		}
	}
	return any;
}

static void look_at_losses(struct auditd *auditd, uint64_t now_ms)
{
	for (size_t i = 0; i < auditd->ring_count; i++) {
		struct ring *ring = &auditd->rings[i];
		for (uint32_t j = 0; j < ring->file.ring.sizes.slot_count; j++) {
			bool told = j == 0 || (ring->slots[j].open && !ring->slots[j].closing);
			if (told && group_has_room(auditd)) {
				losses_look(auditd, ring, j, now_ms);
			}
		}
	}
}

static bool is_filled(const struct auditd *auditd)
{
	for (size_t i = 0; i < auditd->ring_count; i++) {
		const struct ring *ring = &auditd->rings[i];
		for (uint32_t j = 1; j < ring->file.ring.sizes.slot_count; j++) {
			if (ring->slots[j].open && mrl_consumer_used(&ring->slots[j].consumer) >
			                                   ring->file.ring.sizes.ring_bytes / 2) {
				return true;
			}
		}
	}
	return false;
}

static void publish_state(struct auditd *auditd, uint64_t now_ms)
{
	enum ring_state state = health_judge(&auditd->health, is_filled(auditd), now_ms);
	for (size_t i = 0; i < auditd->ring_count; i++) {
		mrl_ring_set_state(&auditd->rings[i].file.ring, state, auditd->health.reason);
	}
}

static void keep_house(struct auditd *auditd, uint64_t now_ms)
{
	if (now_ms - auditd->house_ms < HOUSEKEEPING_MS) {
		return;
	}
	auditd->house_ms = now_ms;
	slots_look(auditd, now_ms);
	publish_state(auditd, now_ms);
	if (now_ms - auditd->losses_ms >= LOSSES_MS) {
		auditd->losses_ms = now_ms;
		look_at_losses(auditd, now_ms);
	}
}

static bool group_is_due(const struct auditd *auditd, uint64_t now_ms)
{
	uint64_t window = auditd->health.state == RING_GREEN ? GROUP_MS : GROUP_AMBER_MS;
	if (auditd->group_ms == 0 || now_ms < auditd->retry_ms) {
		return false;
	}
	return now_ms - auditd->group_ms >= window || auditd->group.size >= GROUP_SYNC_BYTES;
}

static void nap(uint32_t ms)
{
	const struct timespec pause = {.tv_nsec = (long)ms * 1000000};
	nanosleep(&pause, NULL);
}

static void set_asleep(const struct auditd *auditd, bool asleep)
{
	for (size_t i = 0; i < auditd->ring_count; i++) {
		mrl_ring_set_asleep(&auditd->rings[i].file.ring, asleep);
	}
}

static bool has_more(const struct auditd *auditd)
{
	for (size_t i = 0; i < auditd->ring_count; i++) {
		const struct ring *ring = &auditd->rings[i];
		for (uint32_t j = 1; j < ring->file.ring.sizes.slot_count; j++) {
			if (ring->slots[j].open &&
			    mrl_consumer_has_more(&ring->slots[j].consumer)) {
				return true;
			}
		}
	}
	return false;
}

/* Nothing waits: sleep until a producer wakes us or the house wants keeping. */
static void sleep_until_woken(struct auditd *auditd, uint64_t now_ms)
{
	uint64_t house_ms = auditd->house_ms + HOUSEKEEPING_MS;
	uint32_t left = house_ms > now_ms ? (uint32_t)(house_ms - now_ms) : 1;
	if (auditd->ring_count != 1) {
		nap(auditd->ring_count == 0 ? left : SEVERAL_NAP_MS);
		return;
	}
	set_asleep(auditd, true);
	if (!has_more(auditd)) {
		mrl_ring_wait(&auditd->rings[0].file.ring, left);
	}
	set_asleep(auditd, false);
}

static void turn(struct auditd *auditd)
{
	uint64_t now_ms = mrl_clock_ms();
	keep_house(auditd, now_ms);
	bool any = drain_all(auditd, now_ms);
	if (group_is_due(auditd, now_ms)) {
		(void)group_flush(auditd, now_ms);
		return;
	}
	if (auditd->group_ms != 0) {
		nap(NAP_MS);
		return;
	}
	if (!any) {
		sleep_until_woken(auditd, now_ms);
	}
}

/* All that is in the rings now becomes durable; calls in flight stay for the next daemon. */
static void finish(struct auditd *auditd)
{
	uint64_t start_ms = mrl_clock_ms();
	bool more = true;
	slots_look(auditd, start_ms);
	look_at_losses(auditd, start_ms);
	while (more && mrl_clock_ms() - start_ms < STOP_MS) {
		uint64_t now_ms = mrl_clock_ms();
		bool any = drain_all(auditd, now_ms);
		more = any || auditd->group_ms != 0;
		if (auditd->group_ms != 0 && now_ms < auditd->retry_ms) {
			nap(NAP_MS);
		} else if (more) {
			(void)group_flush(auditd, now_ms);
		}
	}
}

static enum mrl_err run(void *self)
{
	struct auditd *auditd = self;
	while (!daemon_stopping()) {
		turn(auditd);
	}
	finish(auditd);
	return MRL_OK;
}

static enum mrl_err lock_dir(const char *dir, const char *name, int *ret_fd)
{
	char path[4096];
	int size = snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (size < 0 || (size_t)size >= sizeof(path)) {
		return MRL_ERR_LIMIT;
	}
	return daemon_lock(path, ret_fd);
}

/* One daemon a run directory, since a slot has one reader, and one a file. */
static enum mrl_err prepare(void *self, const struct daemon_options *options)
{
	struct auditd *auditd = self;
	auditd->run_dir = options->run_dir;
	enum mrl_err err = lock_dir(options->run_dir, "auditd.lock", &auditd->run_lock_fd);
	if (err == MRL_OK) {
		err = file_open(&auditd->file, options->state_dir);
	}
	if (err == MRL_OK) {
		err = lock_dir(options->state_dir, "audit/lock", &auditd->lock_fd);
	}
	if (err == MRL_OK) {
		err = recover(&auditd->file, &auditd->recovery);
	}
	return err == MRL_OK ? group_grow(auditd, 0) : err;
}

static void release(void *self)
{
	struct auditd *auditd = self;
	slots_release(auditd);
	file_release(&auditd->file);
	recovery_release(&auditd->recovery);
	free(auditd->group.data);
	auditd->group = mrl_buffer(NULL, 0);
}

int main(int argc, char **argv)
{
	const struct daemon_program program = {
		.name = AUDITD_NAME,
		.prepare = prepare,
		.run = run,
		.release = release,
	};
	struct auditd auditd = {.file = {.dir = -1, .fd = -1}};
	return daemon_main(&program, &auditd, argc, argv);
}
