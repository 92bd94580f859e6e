/* Reading a slot's frames: what the daemon does with memory that somebody else writes. */
#include "audit/crc32c.h"
#include "audit/reader.h"

struct mrl_slot_view mrl_slot_look(const struct mrl_ring *ring, uint32_t slot)
{
	struct mrl_ring_slot *place = ring_slot(ring, slot);
	uint64_t owner = LOAD(place->owner);
	struct mrl_slot_view view = {
		.state = (uint32_t)owner,
		.pid = (uint32_t)(owner >> 32),
		.incarnation = LOAD(place->incarnation),
	};
	view.pid_start = RELAXED(place->pid_start);
	view.kind = RELAXED(place->kind);
	view.inflight = RELAXED(place->inflight);
	view.admitted = RELAXED(place->admitted);
	view.last_wseq = LOAD(place->last_wseq);
	view.head = LOAD(place->head);
	return view;
}

void mrl_consumer_init(struct mrl_consumer *consumer, const struct mrl_ring *ring, uint32_t slot)
{
	struct mrl_ring_slot *place = ring_slot(ring, slot);
	consumer->ring = *ring;
	consumer->slot = place;
	consumer->data = slot_data(ring, place);
	consumer->at.tail = LOAD(place->tail_durable);
	consumer->at.wseq = LOAD(place->durable_wseq);
	consumer->at.reserved = RELAXED(place->durable_reserved);
	consumer->at.extra = RELAXED(place->durable_extra);
	consumer->at.lost = RELAXED(place->durable_lost);
	/* a former daemon may have skipped frames without knowing yet how many */
	consumer->resync = true;
}

/* All up to head is given up; the producer goes on at a place that is whole. */
static enum mrl_ring_read skip(struct mrl_consumer *consumer, uint64_t head)
{
	consumer->at.tail = head;
	consumer->resync = true;
	PUT_RELAXED(consumer->slot->tail_read, head);
	return MRL_RING_BROKEN;
}

enum mrl_ring_read mrl_consumer_read(struct mrl_consumer *consumer,
                                     struct mrl_ring_frame *ret_frame)
{
	uint64_t head = __atomic_load_n(&consumer->slot->head, __ATOMIC_SEQ_CST);
	uint64_t left = head - consumer->at.tail;
	uint32_t len;
	uint32_t crc;
	uint64_t wseq;
	if (left == 0) {
		return MRL_RING_EMPTY;
	}
	if (left > consumer->ring.sizes.ring_bytes || left < MRL_RING_FRAME_HEADER) {
		return skip(consumer, head);
	}
	const uint8_t *frame = consumer->data +
	                       (consumer->at.tail & (consumer->ring.sizes.ring_bytes - 1));
	memcpy(&len, frame, sizeof(len));
	memcpy(&crc, frame + 4, sizeof(crc));
	memcpy(&wseq, frame + 8, sizeof(wseq));
	if (len > MRL_AUDIT_PAYLOAD_MAX || frame_bytes(len) > left) {
		return skip(consumer, head);
	}
	memcpy(consumer->payload, frame + MRL_RING_FRAME_HEADER, len);
	struct mrl_slice payload = mrl_slice(consumer->payload, len);
	bool follows = consumer->resync ? wseq > consumer->at.wseq : wseq == consumer->at.wseq + 1;
	if (!follows || mrl_crc32c(payload) != crc) {
		return skip(consumer, head);
	}
	struct mrl_ring_frame result = {
		.payload = payload,
		.wseq = wseq,
		.lost = wseq - consumer->at.wseq - 1,
	};
	*ret_frame = result;
	consumer->at.wseq = wseq;
	consumer->resync = false;
	consumer->at.tail += frame_bytes(len);
	PUT_RELAXED(consumer->slot->tail_read, consumer->at.tail);
	return MRL_RING_FRAME;
}

uint64_t mrl_consumer_settle(struct mrl_consumer *consumer)
{
	uint64_t last_wseq = LOAD(consumer->slot->last_wseq);
	/* head is stored before last_wseq, so nothing up to it is still to be read */
	if (!consumer->resync || last_wseq <= consumer->at.wseq ||
	    LOAD(consumer->slot->head) != consumer->at.tail) {
		return 0;
	}
	uint64_t lost = last_wseq - consumer->at.wseq;
	consumer->at.wseq = last_wseq;
	consumer->resync = false;
	return lost;
}

uint64_t mrl_consumer_used(const struct mrl_consumer *consumer)
{
	return LOAD(consumer->slot->head) - RELAXED(consumer->slot->tail_durable);
}

void mrl_consumer_durable(const struct mrl_consumer *consumer, const struct mrl_progress *progress)
{
	struct mrl_ring_slot *slot = consumer->slot;
	PUT_RELAXED(slot->durable_reserved, progress->reserved);
	PUT_RELAXED(slot->durable_extra, progress->extra);
	PUT_RELAXED(slot->durable_lost, progress->lost);
	STORE(slot->durable_wseq, progress->wseq);
	STORE(slot->tail_durable, progress->tail);
}

bool mrl_consumer_has_more(const struct mrl_consumer *consumer)
{
	return __atomic_load_n(&consumer->slot->head, __ATOMIC_SEQ_CST) != consumer->at.tail;
}

static struct mrl_slice known_id(const uint8_t *id, size_t size)
{
	static const uint8_t none[16];
	return memcmp(id, none, size) == 0 ? MRL_SLICE_NONE : mrl_slice(id, size);
}

bool mrl_consumer_incomplete(const struct mrl_consumer *consumer, uint32_t index,
                             struct mrl_ring_entry *ret_ids, struct mrl_audit_facts *ret_facts)
{
	memcpy(ret_ids, &slot_entries(consumer->slot)[index], sizeof(*ret_ids));
	const struct mrl_ring_entry *ids = ret_ids;
	if (ids->state != 1 || (ids->commit_wseq != 0 && ids->commit_wseq <= consumer->at.wseq)) {
		return false;
	}
	struct mrl_audit_facts facts = {
		.class_id = RELAXED(consumer->slot->kind) == MRL_RING_AUTHD ? MRL_AUDIT_AUTH
	                                                                    : MRL_AUDIT_CALL,
		.method = ids->method < MRL_METHOD_COUNT ? ids->method : MRL_METHOD_OTHER,
		.verdict = MRL_AUDIT_ALLOWED,
		.stage = MRL_AUDIT_INCOMPLETE,
		.time_us = ids->time_us,
		.http = ids->http,
		.port = ids->port,
		.request_id = mrl_slice(ids->request_id, sizeof(ids->request_id)),
		.trace = known_id(ids->trace, sizeof(ids->trace)),
		.span = known_id(ids->span, sizeof(ids->span)),
		.parent = known_id(ids->parent, sizeof(ids->parent)),
	};
	if (ids->ip_len == 4 || ids->ip_len == 16) {
		facts.ip.size = ids->ip_len;
		memcpy(facts.ip.bytes, ids->ip, ids->ip_len);
	}
	facts.op_id = mrl_slice(ids->op, ids->op_len <= ENTRY_OP_MAX ? ids->op_len : 0);
	*ret_facts = facts;
	return true;
}

void mrl_slot_clear(const struct mrl_ring *ring, uint32_t slot)
{
	struct mrl_ring_slot *place = ring_slot(ring, slot);
	memset(slot_entries(place), 0, (size_t)ring->sizes.inflight_max * MRL_RING_ENTRY_BYTES);
	STORE(place->incarnation, 0);
	place->pid_start = 0;
	place->kind = 0;
	PUT_RELAXED(place->head, 0);
	PUT_RELAXED(place->tail_read, 0);
	PUT_RELAXED(place->tail_durable, 0);
	PUT_RELAXED(place->durable_wseq, 0);
}

void mrl_slot_free(const struct mrl_ring *ring, uint32_t slot)
{
	STORE(ring_slot(ring, slot)->owner, SLOT_FREE);
}

uint64_t mrl_slot_zero_incarnation(const struct mrl_ring *ring, uint64_t incarnation)
{
	struct mrl_ring_slot *place = ring_slot(ring, 0);
	uint64_t none = 0;
	(void)__atomic_compare_exchange_n(&place->incarnation, &none, incarnation, false,
	                                  __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
	return LOAD(place->incarnation);
}

void mrl_ring_set_alive(const struct mrl_ring *ring, uint64_t now_ms)
{
	STORE(ring_header(ring)->alive_ms, now_ms);
}

void mrl_ring_set_state(const struct mrl_ring *ring, enum ring_state state,
                        enum mrl_audit_reason reason)
{
	PUT_RELAXED(ring_header(ring)->red_reason, (uint32_t)reason);
	STORE(ring_header(ring)->state, (uint32_t)state);
}

void mrl_ring_set_asleep(const struct mrl_ring *ring, bool asleep)
{
	__atomic_store_n(&ring_header(ring)->asleep, asleep ? 1U : 0U, __ATOMIC_SEQ_CST);
}
