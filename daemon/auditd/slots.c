/*
 * Which rings and slots there are, and which of their processes are gone.
 *
 * A process is watched by a pidfd; that the pid is still the one that claimed the slot is checked
 * by its start time, after the pidfd was opened.
 */
#include "auditd.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

/* ---- rings ---- */

static bool is_attached(const struct auditd *auditd, uint32_t number)
{
	for (size_t i = 0; i < auditd->ring_count; i++) {
		if (auditd->rings[i].file.number == number) {
			return true;
		}
	}
	return false;
}

static void resume_losses(const struct auditd *auditd, const struct ring *ring, uint32_t index,
                          uint64_t incarnation)
{
	const struct known_slot *known = recovery_slot(&auditd->recovery, incarnation);
	if (known == NULL) {
		return;
	}
	for (size_t effect = 0; effect < 2; effect++) {
		for (size_t i = 1; i < MRL_AUDIT_REASON_COUNT; i++) {
			mrl_ledger_resume(&ring->file.ring, index,
			                  (enum mrl_audit_effect)(effect + 1),
			                  (enum mrl_audit_reason)i, known->totals[effect][i]);
		}
	}
}

/* Slot 0 has no process, only losses; they are told apart by an incarnation of the ring's life. */
static void open_slot_zero(const struct auditd *auditd, struct ring *ring)
{
	uint64_t drawn = 0;
	if (getrandom(&drawn, sizeof(drawn), 0) != sizeof(drawn) || drawn == 0) {
		drawn = mrl_clock_us();
	}
	ring->slots[0].incarnation = mrl_slot_zero_incarnation(&ring->file.ring, drawn);
	resume_losses(auditd, ring, 0, ring->slots[0].incarnation);
}

static void attach_ring(struct auditd *auditd, uint32_t number)
{
	struct ring ring = {0};
	if (mrl_ring_file_attach(auditd->run_dir, number, &ring.file) != MRL_OK) {
		return;
	}
	ring.slots = calloc(ring.file.ring.sizes.slot_count, sizeof(*ring.slots));
	if (ring.slots == NULL || group_grow(auditd, ring.file.ring.sizes.inflight_max) != MRL_OK) {
		free(ring.slots);
		mrl_ring_file_release(&ring.file);
		return;
	}
	mrl_ring_set_asleep(&ring.file.ring, false);
	open_slot_zero(auditd, &ring);
	auditd->rings[auditd->ring_count++] = ring;
}

static void release_ring(struct ring *ring)
{
	for (uint32_t i = 0; i < ring->file.ring.sizes.slot_count; i++) {
		if (ring->slots[i].open && ring->slots[i].pidfd >= 0) {
			close(ring->slots[i].pidfd);
		}
	}
	free(ring->slots);
	mrl_ring_file_release(&ring->file);
}

static bool is_unused(const struct ring *ring)
{
	const struct slot *zero = &ring->slots[0];
	for (uint32_t i = 1; i < ring->file.ring.sizes.slot_count; i++) {
		if (ring->slots[i].open || mrl_slot_look(&ring->file.ring, i).state != SLOT_FREE) {
			return false;
		}
	}
	return !zero->has_news[0] && !zero->has_news[1];
}

/* New sizes made a new file: the old one goes when its last worker is gone and all is told. */
static void drop_unused(struct auditd *auditd)
{
	char path[4096];
	if (auditd->ring_count < 2 || auditd->group_ms != 0 || !is_unused(&auditd->rings[0])) {
		return;
	}
	int size = snprintf(path, sizeof(path), "%s/audit.ring.%u", auditd->run_dir,
	                    auditd->rings[0].file.number);
	if (size > 0 && (size_t)size < sizeof(path)) {
		unlink(path);
	}
	release_ring(&auditd->rings[0]);
	auditd->ring_count--;
	memmove(&auditd->rings[0], &auditd->rings[1],
	        auditd->ring_count * sizeof(auditd->rings[0]));
}

static void look_for_rings(struct auditd *auditd)
{
	uint32_t numbers[64];
	size_t count;
	if (mrl_ring_file_list(auditd->run_dir, numbers, MRL_COUNT(numbers), &count) != MRL_OK) {
		return;
	}
	for (size_t i = 0; i < count && auditd->ring_count < RINGS_MAX; i++) {
		if (!is_attached(auditd, numbers[i])) {
			attach_ring(auditd, numbers[i]);
		}
	}
}

/* ---- slots ---- */

/* Whether no process has this pid, or another one than claimed the slot. When the host does not
 * say, it is alive: a slot that is kept too long costs memory, one that is freed too soon costs
 * records. */
static bool is_gone(uint32_t pid, uint64_t pid_start)
{
	uint64_t start;
	enum mrl_err err = mrl_process_start((pid_t)pid, &start);
	return err == MRL_ERR_NOT_FOUND || (err == MRL_OK && pid_start != 0 && pid_start != start);
}

/* A claim that was never finished: nothing was ever written there. */
static void drop_half_claimed(const struct ring *ring, uint32_t index,
                              const struct mrl_slot_view *view)
{
	if (!is_gone(view->pid, view->pid_start)) {
		return;
	}
	mrl_slot_clear(&ring->file.ring, index);
	mrl_ring_file_punch(&ring->file, index);
	mrl_slot_free(&ring->file.ring, index);
}

static void open_slot(const struct auditd *auditd, struct ring *ring, uint32_t index,
                      const struct mrl_slot_view *view, uint64_t now_ms)
{
	struct slot *slot = &ring->slots[index];
	const struct known_slot *known = recovery_slot(&auditd->recovery, view->incarnation);
	memset(slot, 0, sizeof(*slot));
	slot->pidfd = -1;
	slot->pid = view->pid;
	slot->kind = view->kind;
	slot->pid_start = view->pid_start;
	slot->incarnation = view->incarnation;
	slot->known_wseq = known == NULL ? 0 : known->wseq;
	/* first the pidfd, then the start time: so the pidfd is that of the process which has it */
	if (mrl_process_watch((pid_t)view->pid, &slot->pidfd) != MRL_OK) {
		slot->pidfd = -1;
	}
	slot->dead = is_gone(view->pid, view->pid_start);
	slot->broken_ms = now_ms; /* what a former daemon skipped is settled once */
	mrl_consumer_init(&slot->consumer, &ring->file.ring, index);
	resume_losses(auditd, ring, index, view->incarnation);
	slot->open = true;
	if (known != NULL && known->closed) {
		/* killed between the durable end and freeing the slot */
		slot_finish(ring, index);
	}
}

void slot_finish(struct ring *ring, uint32_t index)
{
	struct slot *slot = &ring->slots[index];
	if (slot->pidfd >= 0) {
		close(slot->pidfd);
	}
	memset(slot, 0, sizeof(*slot));
	slot->pidfd = -1;
	mrl_slot_clear(&ring->file.ring, index);
	mrl_ring_file_punch(&ring->file, index);
	mrl_slot_free(&ring->file.ring, index);
}

static bool has_ended(const struct slot *slot)
{
	struct pollfd ended = {.fd = slot->pidfd, .events = POLLIN};
	if (slot->pidfd < 0) {
		return is_gone(slot->pid, slot->pid_start);
	}
	return poll(&ended, 1, 0) > 0;
}

static void look_at_slot(const struct auditd *auditd, struct ring *ring, uint32_t index,
                         uint64_t now_ms)
{
	struct slot *slot = &ring->slots[index];
	struct mrl_slot_view view = mrl_slot_look(&ring->file.ring, index);
	if (slot->open) {
		slot->dead = slot->dead || view.state == SLOT_CLOSING || has_ended(slot);
		return;
	}
	if (view.state == SLOT_FREE) {
		return;
	}
	if (view.incarnation == 0) {
		drop_half_claimed(ring, index, &view);
		return;
	}
	open_slot(auditd, ring, index, &view, now_ms);
}

void slots_look(struct auditd *auditd, uint64_t now_ms)
{
	look_for_rings(auditd);
	for (size_t i = 0; i < auditd->ring_count; i++) {
		struct ring *ring = &auditd->rings[i];
		mrl_ring_set_alive(&ring->file.ring, now_ms);
		for (uint32_t j = 1; j < ring->file.ring.sizes.slot_count; j++) {
			look_at_slot(auditd, ring, j, now_ms);
		}
	}
	drop_unused(auditd);
}

void slots_release(struct auditd *auditd)
{
	for (size_t i = 0; i < auditd->ring_count; i++) {
		release_ring(&auditd->rings[i]);
	}
	auditd->ring_count = 0;
}
