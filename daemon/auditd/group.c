/* The group: lines that become durable together. Only then do the producers get their space back.
 */
#include "auditd.h"

#include <stdlib.h>

#define RETRY_MS 200

bool group_has_room(const struct auditd *auditd)
{
	return auditd->group.size + MRL_AUDIT_LINE_MAX <= GROUP_SOFT_BYTES;
}

enum mrl_err group_grow(struct auditd *auditd, uint32_t inflight_max)
{
	/* the end of a slot: its losses, its calls in flight, its balance, all in one group */
	size_t ends = ((size_t)2 * MRL_AUDIT_REASON_COUNT + 2) * MRL_AUDIT_LINE_MAX;
	size_t capacity = GROUP_SOFT_BYTES + ends + (size_t)inflight_max * INCOMPLETE_MAX;
	if (capacity <= auditd->group.capacity) {
		return MRL_OK;
	}
	uint8_t *memory = realloc(auditd->group.data, capacity);
	if (memory == NULL) {
		return MRL_ERR_MEMORY;
	}
	auditd->group.data = memory;
	auditd->group.capacity = capacity;
	return MRL_OK;
}

void group_touched(struct auditd *auditd, uint64_t now_ms)
{
	if (auditd->group_ms == 0) {
		auditd->group_ms = now_ms;
	}
}

static void move_tails(struct ring *ring)
{
	for (uint32_t i = 0; i < ring->file.ring.sizes.slot_count; i++) {
		struct slot *slot = &ring->slots[i];
		for (size_t effect = 0; effect < 2; effect++) {
			if (slot->has_news[effect]) {
				mrl_ledger_reported(&ring->file.ring, i,
				                    (enum mrl_audit_effect)(effect + 1),
				                    &slot->news[effect]);
				slot->has_news[effect] = false;
			}
		}
		if (slot->dirty) {
			mrl_consumer_durable(&slot->consumer, &slot->consumer.at);
			slot->dirty = false;
		}
		if (slot->closing) {
			slot_finish(ring, i);
		}
	}
}

bool group_flush(struct auditd *auditd, uint64_t now_ms)
{
	if (auditd->group.size != 0) {
		enum mrl_err err = file_append(&auditd->file, mrl_buffer_slice(&auditd->group));
		uint64_t done_ms = mrl_clock_ms();
		if (err != MRL_OK) {
			health_failed(&auditd->health, err, done_ms);
			auditd->retry_ms = done_ms + RETRY_MS;
			return false;
		}
		health_synced(&auditd->health, done_ms - now_ms, done_ms);
	}
	for (size_t i = 0; i < auditd->ring_count; i++) {
		move_tails(&auditd->rings[i]);
	}
	auditd->group.size = 0;
	auditd->group_ms = 0;
	auditd->retry_ms = 0;
	auditd->group_closing = false;
	return true;
}
