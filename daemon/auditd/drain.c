/*
 * From a slot's frames to lines in the group, and the end of a slot: whatever its process left in
 * flight becomes `incomplete`, so that each call that was let in has its record. [AUDIT-1]
 */
#include "auditd.h"

#define SETTLE_MS 200 /* a producer that is silent for so long has published its last wseq */

/* What the file has from before a restart is counted but not written again. */
static bool is_known(const struct slot *slot)
{
	return slot->consumer.at.wseq <= slot->known_wseq;
}

static void count_lost(struct auditd *auditd, struct slot *slot, uint64_t count)
{
	if (count == 0) {
		return;
	}
	slot->consumer.at.lost += count;
	if (!is_known(slot)) {
		losses_frames(auditd, slot, count);
		daemon_log(AUDITD_NAME, "pid %u: %llu records could not be read", slot->pid,
		           (unsigned long long)count);
	}
}

static void put_record(struct auditd *auditd, struct slot *slot, struct mrl_slice payload)
{
	struct mrl_audit_record record;
	if (mrl_audit_decode(payload, &record) != MRL_OK) {
		count_lost(auditd, slot, 1);
		return;
	}
	const struct mrl_audit_facts *facts = &record.facts;
	bool extra = facts->stage == MRL_AUDIT_OPEN || (facts->flags & MRL_AUDIT_UNRESERVED) != 0;
	slot->consumer.at.extra += extra ? 1 : 0;
	slot->consumer.at.reserved += extra ? 0 : 1;
	if (!is_known(slot)) {
		struct mrl_audit_writer writer = {slot->incarnation, slot->consumer.at.wseq};
		mrl_audit_render(facts, &writer, &auditd->group);
	}
}

/* One frame. False: there is nothing to read. */
static bool drain_frame(struct auditd *auditd, struct slot *slot, uint64_t now_ms)
{
	struct mrl_ring_frame frame;
	switch (mrl_consumer_read(&slot->consumer, &frame)) {
	case MRL_RING_EMPTY: return false;
	case MRL_RING_BROKEN: slot->broken_ms = now_ms; break;
	case MRL_RING_FRAME:
		if (frame.lost != 0) {
			/* the gap's number is that of the last lost frame */
			slot->consumer.at.wseq = frame.wseq - 1;
			count_lost(auditd, slot, frame.lost);
			slot->consumer.at.wseq = frame.wseq;
		}
		slot->broken_ms = 0;
		put_record(auditd, slot, frame.payload);
		break;
	}
	slot->dirty = true;
	group_touched(auditd, now_ms);
	return true;
}

static void settle(struct auditd *auditd, struct slot *slot, uint64_t now_ms)
{
	if (slot->broken_ms != 0 && (slot->dead || now_ms - slot->broken_ms > SETTLE_MS)) {
		count_lost(auditd, slot, mrl_consumer_settle(&slot->consumer));
		slot->broken_ms = 0;
		slot->dirty = true;
		group_touched(auditd, now_ms);
	}
}

static uint64_t put_incomplete(struct auditd *auditd, struct ring *ring, struct slot *slot)
{
	const struct mrl_audit_writer writer = {.incarnation = slot->incarnation};
	uint64_t count = 0;
	for (uint32_t i = 0; i < ring->file.ring.sizes.inflight_max; i++) {
		struct mrl_ring_entry ids;
		struct mrl_audit_facts facts;
		if (!mrl_consumer_incomplete(&slot->consumer, i, &ids, &facts)) {
			continue;
		}
		count++;
		if (!recovery_has_incomplete(&auditd->recovery, slot->incarnation,
		                             ids.request_id)) {
			mrl_audit_render(&facts, &writer, &auditd->group);
		}
	}
	return count;
}

/* B3.2's balance must hold; if it does not, somebody should know. */
static void check_balance(const struct mrl_audit_balance *balance, uint64_t lost)
{
	int64_t open = (int64_t)(balance->admitted - balance->reserved - balance->incomplete);
	if (lost == 0 && (open < 0 || open > (balance->clean ? 0 : 1))) {
		daemon_log(AUDITD_NAME, "pid %u: %lld calls without a record", balance->pid,
		           (long long)open);
	}
}

/* The last lines of a slot, in one group with nothing of another slot's end. */
static void put_end(struct auditd *auditd, struct ring *ring, uint32_t index, uint64_t now_ms)
{
	struct slot *slot = &ring->slots[index];
	struct mrl_slot_view view = mrl_slot_look(&ring->file.ring, index);
	struct mrl_audit_balance balance = {
		.incarnation = slot->incarnation,
		.kind = slot->kind,
		.pid = slot->pid,
		.admitted = view.admitted,
		.reserved = slot->consumer.at.reserved,
		.extra = slot->consumer.at.extra,
		.max_wseq = slot->consumer.at.wseq,
		.clean = view.state == SLOT_CLOSING,
	};
	losses_look(auditd, ring, index, now_ms);
	balance.incomplete = put_incomplete(auditd, ring, slot);
	check_balance(&balance, slot->consumer.at.lost);
	mrl_audit_render_slot(&balance, &auditd->group);
	slot->closing = true;
	auditd->group_closing = true;
	group_touched(auditd, now_ms);
}

bool drain_slot(struct auditd *auditd, struct ring *ring, uint32_t index, uint64_t now_ms)
{
	struct slot *slot = &ring->slots[index];
	bool any = false;
	if (!slot->open || slot->closing) {
		return false;
	}
	/* dead was seen before head is read: what is empty then stays empty */
	bool dead = slot->dead;
	while (group_has_room(auditd)) {
		if (!drain_frame(auditd, slot, now_ms)) {
			settle(auditd, slot, now_ms);
			if (dead && !auditd->group_closing && !slot->has_news[0] &&
			    !slot->has_news[1]) {
				put_end(auditd, ring, index, now_ms);
				return true;
			}
			return any;
		}
		any = true;
	}
	return any;
}
