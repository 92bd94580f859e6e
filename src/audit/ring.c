/* The ring file's sizes, header and slots: what happens once a process, not once a call. */
#include "audit/layout.h"

#define RING_BYTES_MIN ((uint64_t)16 << 20)
#define SLOTS_MIN      16

enum mrl_err mrl_ring_sizes_default(uint32_t workers, uint32_t connections,
                                    struct mrl_ring_sizes *ret_sizes)
{
	uint64_t slots = (uint64_t)workers * 16; /* old workers drain, a reload after the other */
	uint64_t inflight = (uint64_t)connections * 2;
	uint64_t wanted = inflight * 4 * MRL_AUDIT_REC_MAX;
	uint64_t bytes = RING_BYTES_MIN;
	while (bytes < wanted) {
		bytes *= 2;
	}
	if (slots > UINT32_MAX || inflight > UINT32_MAX || bytes > UINT32_MAX) {
		return MRL_ERR_LIMIT;
	}
	struct mrl_ring_sizes sizes = {
		.slot_count = slots < SLOTS_MIN ? SLOTS_MIN : (uint32_t)slots,
		.ring_bytes = (uint32_t)bytes,
		.inflight_max = inflight == 0 ? 1 : (uint32_t)inflight,
	};
	*ret_sizes = sizes;
	return MRL_OK;
}

enum mrl_err mrl_ring_sizes_check(const struct mrl_ring_sizes *sizes)
{
	uint64_t needed = (uint64_t)sizes->inflight_max * 2 * MRL_AUDIT_REC_MAX;
	if (sizes->slot_count < 2 || sizes->inflight_max == 0 || sizes->ring_bytes < RING_PAGE ||
	    (sizes->ring_bytes & (sizes->ring_bytes - 1)) != 0 || sizes->ring_bytes < needed) {
		return MRL_ERR_INVALID;
	}
	return MRL_OK;
}

uint64_t mrl_ring_bytes_needed(const struct mrl_ring_sizes *sizes)
{
	uint64_t stride = ring_control_bytes(sizes->inflight_max) + sizes->ring_bytes;
	return MRL_RING_HEADER + sizes->slot_count * stride;
}

uint64_t mrl_ring_view_bytes(const struct mrl_ring_sizes *sizes)
{
	return mrl_ring_bytes_needed(sizes) + (uint64_t)sizes->slot_count * sizes->ring_bytes;
}

enum mrl_err mrl_ring_format(void *header, const struct mrl_ring_sizes *sizes)
{
	if (mrl_ring_sizes_check(sizes) != MRL_OK) {
		return MRL_ERR_INVALID;
	}
	struct mrl_ring_header *head = header;
	head->version = MRL_RING_VERSION;
	head->slot_count = sizes->slot_count;
	head->ring_bytes = sizes->ring_bytes;
	head->inflight_max = sizes->inflight_max;
	head->slot_stride = ring_control_bytes(sizes->inflight_max) + sizes->ring_bytes;
	uint64_t magic;
	memcpy(&magic, MRL_RING_MAGIC, sizeof(magic));
	__atomic_store_n((uint64_t *)(void *)head->magic, magic, __ATOMIC_RELEASE);
	return MRL_OK;
}

enum mrl_err mrl_ring_check(const void *header, struct mrl_ring_sizes *ret_sizes)
{
	const struct mrl_ring_header *head = header;
	if (memcmp(head->magic, MRL_RING_MAGIC, sizeof(head->magic)) != 0) {
		return MRL_ERR_INVALID;
	}
	if (head->version != MRL_RING_VERSION) {
		return MRL_ERR_UNSUPPORTED;
	}
	struct mrl_ring_sizes sizes = {
		.slot_count = head->slot_count,
		.ring_bytes = head->ring_bytes,
		.inflight_max = head->inflight_max,
	};
	if (mrl_ring_sizes_check(&sizes) != MRL_OK ||
	    head->slot_stride != ring_control_bytes(sizes.inflight_max) + sizes.ring_bytes) {
		return MRL_ERR_INVALID;
	}
	*ret_sizes = sizes;
	return MRL_OK;
}

uint64_t mrl_ring_alive_ms(const void *header)
{
	const struct mrl_ring_header *ring = header;
	return __atomic_load_n(&ring->alive_ms, __ATOMIC_ACQUIRE);
}

enum mrl_err mrl_ring_attach(void *memory, size_t bytes, struct mrl_ring *ret_ring)
{
	struct mrl_ring ring = {.memory = memory};
	if (bytes < MRL_RING_HEADER) {
		return MRL_ERR_LIMIT;
	}
	enum mrl_err err = mrl_ring_check(memory, &ring.sizes);
	if (err != MRL_OK) {
		return err;
	}
	if (bytes < mrl_ring_view_bytes(&ring.sizes)) {
		return MRL_ERR_LIMIT;
	}
	ring.control_bytes = ring_control_bytes(ring.sizes.inflight_max);
	ring.view_stride = ring.control_bytes + (size_t)2 * ring.sizes.ring_bytes;
	*ret_ring = ring;
	return MRL_OK;
}

void mrl_ring_set_policy(const struct mrl_ring *ring, uint64_t gen, const uint8_t sha256[32])
{
	struct mrl_ring_header *header = ring_header(ring);
	memcpy(header->policy, sha256, sizeof(header->policy));
	STORE(header->gen, gen);
}

enum mrl_err mrl_ring_take(const struct mrl_ring *ring, uint32_t pid, uint32_t *ret_slot)
{
	uint64_t wanted = (uint64_t)pid << 32 | SLOT_LIVE;
	for (uint32_t i = 1; i < ring->sizes.slot_count; i++) {
		uint64_t free_word = SLOT_FREE;
		if (__atomic_compare_exchange_n(&ring_slot(ring, i)->owner, &free_word, wanted,
		                                false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
			*ret_slot = i;
			return MRL_OK;
		}
	}
	return MRL_ERR_FULL;
}

uint32_t mrl_ring_free_slots(const struct mrl_ring *ring)
{
	uint32_t count = 0;
	for (uint32_t i = 1; i < ring->sizes.slot_count; i++) {
		count += LOAD(ring_slot(ring, i)->owner) == SLOT_FREE ? 1 : 0;
	}
	return count;
}

void mrl_ring_give_back(const struct mrl_ring *ring, uint32_t slot)
{
	STORE(ring_slot(ring, slot)->owner, SLOT_FREE);
}

/* All but the owner's word, which is what keeps others away. */
static void reset_slot(struct mrl_ring_slot *slot)
{
	PUT_RELAXED(slot->head, 0);
	PUT_RELAXED(slot->tail_read, 0);
	PUT_RELAXED(slot->tail_durable, 0);
	PUT_RELAXED(slot->durable_wseq, 0);
	PUT_RELAXED(slot->durable_reserved, 0);
	PUT_RELAXED(slot->durable_extra, 0);
	PUT_RELAXED(slot->durable_lost, 0);
	slot->last_wseq = 0;
	slot->admitted = 0;
	slot->inflight = 0;
	memset(slot->reported, 0, sizeof(slot->reported));
	memset(slot->ledgers, 0, sizeof(slot->ledgers));
}

void mrl_ring_claim(const struct mrl_ring *ring, uint32_t slot,
                    const struct mrl_ring_identity *identity, struct mrl_producer *ret_producer)
{
	struct mrl_ring_slot *own = ring_slot(ring, slot);
	reset_slot(own);
	own->pid_start = identity->pid_start;
	own->kind = identity->kind;
	struct mrl_producer producer = {
		.ring = *ring,
		.header = ring_header(ring),
		.slot = own,
		.entries = slot_entries(own),
		.data = slot_data(ring, own),
		.index = slot,
		.pid = identity->pid,
	};
	*ret_producer = producer;
	STORE(own->incarnation, identity->incarnation);
}
