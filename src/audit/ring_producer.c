/*
 * The producer's side of a slot, once a call and more: no lock, no allocation, no system call.
 *
 * Positions only grow; a position's place is its remainder by ring_bytes, and since the data area
 * is mapped twice in a row a frame never wraps. One producer, one consumer: release stores suffice,
 * but for the last step of a commit, where "published" and "asleep" must be seen in one order by
 * both.
 */
#include "audit/crc32c.h"
#include "audit/layout.h"
#include "audit/record.h"

static enum mrl_audit_reason check_daemon(const struct mrl_ring_header *header, uint64_t now_ms)
{
	if (LOAD(header->state) == RING_RED) {
		uint32_t reason = RELAXED(header->red_reason);
		return reason == MRL_AUDIT_DISK_FULL ? MRL_AUDIT_DISK_FULL : MRL_AUDIT_IO_ERROR;
	}
	uint64_t alive_ms = RELAXED(header->alive_ms);
	if (alive_ms == 0 || (now_ms > alive_ms && now_ms - alive_ms > MRL_RING_ALIVE_MS)) {
		return MRL_AUDIT_DAEMON_ABSENT;
	}
	return MRL_AUDIT_REASON_NONE;
}

/* Room for the records of all calls in flight, whatever their size, and one more. */
static bool has_space(struct mrl_producer *producer)
{
	uint64_t needed = ((uint64_t)producer->inflight + 1) * MRL_AUDIT_REC_MAX;
	if (producer->head - producer->tail_durable + needed <= producer->ring.sizes.ring_bytes) {
		return true;
	}
	producer->tail_durable = LOAD(producer->slot->tail_durable);
	return producer->head - producer->tail_durable + needed <= producer->ring.sizes.ring_bytes;
}

static enum mrl_audit_reason check(struct mrl_producer *producer, uint64_t now_ms)
{
	enum mrl_audit_reason reason = check_daemon(producer->header, now_ms);
	if (reason != MRL_AUDIT_REASON_NONE) {
		return reason;
	}
	return has_space(producer) ? MRL_AUDIT_REASON_NONE : MRL_AUDIT_RING_FULL;
}

static bool take_entry(struct mrl_producer *producer, uint32_t *ret_entry)
{
	if (producer->free_first != 0) {
		*ret_entry = producer->free_first - 1;
		producer->free_first = producer->entries[*ret_entry].stage;
		return true;
	}
	if (producer->fresh == producer->ring.sizes.inflight_max) {
		return false;
	}
	*ret_entry = producer->fresh++;
	return true;
}

static void fill_entry(struct mrl_ring_entry *entry, const struct mrl_ring_call *call)
{
	entry->stage = MRL_AUDIT_COMPLETE;
	entry->commit_wseq = 0;
	entry->time_us = call->time_us;
	memcpy(entry->request_id, call->request_id, sizeof(entry->request_id));
	memset(entry->trace, 0, sizeof(entry->trace) + sizeof(entry->span) + sizeof(entry->parent));
	memcpy(entry->ip, call->ip.bytes, sizeof(entry->ip));
	entry->port = call->port;
	entry->ip_len = call->ip.size;
	entry->method = call->method;
	entry->http = call->http;
	entry->user_kind = 0;
	entry->user_len = 0;
	entry->op_len = 0;
	STORE(entry->state, 1);
}

enum mrl_audit_reason mrl_ring_reserve(struct mrl_producer *producer, uint64_t now_ms,
                                       const struct mrl_ring_call *call, uint32_t *ret_entry)
{
	enum mrl_audit_reason reason = check(producer, now_ms);
	if (reason != MRL_AUDIT_REASON_NONE) {
		return reason;
	}
	uint32_t entry = 0;
	if (!take_entry(producer, &entry)) {
		return MRL_AUDIT_RING_FULL;
	}
	producer->inflight++;
	producer->admitted++;
	PUT_RELAXED(producer->slot->inflight, producer->inflight);
	PUT_RELAXED(producer->slot->admitted, producer->admitted);
	fill_entry(&producer->entries[entry], call);
	*ret_entry = entry;
	return MRL_AUDIT_REASON_NONE;
}

static uint8_t note_text(uint8_t *place, size_t max, struct mrl_slice text)
{
	struct mrl_slice kept = mrl_audit_cut(text, max);
	memcpy(place, kept.data, kept.size);
	return (uint8_t)kept.size;
}

static void note_id(uint8_t *place, size_t size, struct mrl_slice id)
{
	if (id.size == size) {
		memcpy(place, id.data, size);
	}
}

void mrl_ring_entry_note(struct mrl_producer *producer, uint32_t entry,
                         const struct mrl_ring_note *note)
{
	struct mrl_ring_entry *place = &producer->entries[entry];
	note_id(place->trace, sizeof(place->trace), note->trace);
	note_id(place->span, sizeof(place->span), note->span);
	note_id(place->parent, sizeof(place->parent), note->parent);
	if (note->ip.size != 0) {
		memcpy(place->ip, note->ip.bytes, sizeof(place->ip));
		place->port = note->port;
		STORE(place->ip_len, note->ip.size);
	}
	if (note->op_id.size != 0) {
		uint8_t size = note_text(place->op, ENTRY_OP_MAX, note->op_id);
		STORE(place->op_len, size);
	}
	if (note->user.size != 0) {
		uint8_t size = note_text(place->user, ENTRY_USER_MAX, note->user);
		place->user_kind = note->user_kind;
		STORE(place->user_len, size);
	}
}

/* Writes header and pad around a payload that already stands in its place; the frame's size. */
static uint64_t seal_frame(uint8_t *frame, size_t payload_bytes, uint64_t wseq)
{
	uint64_t bytes = frame_bytes(payload_bytes);
	uint8_t *payload = frame + MRL_RING_FRAME_HEADER;
	memset(payload + payload_bytes, 0, bytes - MRL_RING_FRAME_HEADER - payload_bytes);
	uint32_t len = (uint32_t)payload_bytes;
	uint32_t crc = mrl_crc32c(mrl_slice(payload, payload_bytes));
	memcpy(frame, &len, sizeof(len));
	memcpy(frame + 4, &crc, sizeof(crc));
	memcpy(frame + 8, &wseq, sizeof(wseq));
	return bytes;
}

static void give_entry(struct mrl_producer *producer, uint32_t entry)
{
	STORE(producer->entries[entry].state, 0);
	producer->entries[entry].stage = producer->free_first;
	producer->free_first = entry + 1;
	producer->inflight--;
	PUT_RELAXED(producer->slot->inflight, producer->inflight);
}

/* Whether the daemon sleeps; only one of all producers is told so. */
static bool must_wake(struct mrl_ring_header *header)
{
	return __atomic_load_n(&header->asleep, __ATOMIC_SEQ_CST) != 0 &&
	       __atomic_exchange_n(&header->asleep, 0, __ATOMIC_SEQ_CST) != 0;
}

/*
 * The order matters to a daemon that finds us dead: an entry that names the wseq of a frame that
 * was never published is incomplete, one that names a published frame is recorded. The store of
 * head is a full fence too, so that either we see `asleep` or the daemon, which looks again after
 * setting it, sees the frame.
 */
static bool commit(struct mrl_producer *producer, uint32_t entry,
                   const struct mrl_audit_facts *facts, uint8_t flags)
{
	uint8_t *frame = producer->data + (producer->head & (producer->ring.sizes.ring_bytes - 1));
	struct mrl_buffer payload = mrl_buffer(frame + MRL_RING_FRAME_HEADER,
	                                       MRL_AUDIT_PAYLOAD_MAX);
	/* It cannot fail; if it does, the daemon reports the empty frame as a lost record. */
	(void)MRL_INVARIANT(mrl_audit_encode_flags(facts, flags, &payload) == MRL_OK);
	uint64_t wseq = producer->last_wseq + 1;
	if (entry != MRL_RING_NO_ENTRY) {
		STORE(producer->entries[entry].commit_wseq, wseq);
	}
	producer->head += seal_frame(frame, payload.size, wseq);
	__atomic_store_n(&producer->slot->head, producer->head, __ATOMIC_SEQ_CST);
	producer->last_wseq = wseq;
	STORE(producer->slot->last_wseq, wseq);
	if (entry != MRL_RING_NO_ENTRY) {
		give_entry(producer, entry);
	}
	return must_wake(producer->header);
}

bool mrl_audit_commit(struct mrl_producer *producer, uint32_t entry,
                      const struct mrl_audit_facts *facts)
{
	return commit(producer, entry, facts, facts->flags);
}

enum mrl_audit_reason mrl_audit_commit_extra(struct mrl_producer *producer, uint64_t now_ms,
                                             const struct mrl_audit_facts *facts, bool *ret_wake)
{
	enum mrl_audit_reason reason = check(producer, now_ms);
	if (reason != MRL_AUDIT_REASON_NONE) {
		return reason;
	}
	uint8_t flags = facts->flags;
	if (facts->stage != MRL_AUDIT_OPEN) {
		flags |= MRL_AUDIT_UNRESERVED;
	}
	*ret_wake = commit(producer, MRL_RING_NO_ENTRY, facts, flags);
	return MRL_AUDIT_REASON_NONE;
}

uint64_t mrl_producer_durable(const struct mrl_producer *producer)
{
	return LOAD(producer->slot->durable_wseq);
}

void mrl_ring_close(struct mrl_producer *producer)
{
	STORE(producer->slot->owner, (uint64_t)producer->pid << 32 | SLOT_CLOSING);
}
