/*
 * The ring file's layout, version 1, as both sides see it. Little-endian; x86-64 and aarch64 are.
 *
 * header page | slot 0 | slot 1 | ... ; a slot is its control page, its in-flight table and its
 * data. What different processes write stands on different cache lines.
 */
#ifndef MERLON_AUDIT_LAYOUT_H
#define MERLON_AUDIT_LAYOUT_H

#include <merlon/audit.h>

#define RING_PAGE 4096

enum ring_state { RING_GREEN = 0, RING_AMBER = 1, RING_RED = 2 };

enum slot_state { SLOT_FREE = 0, SLOT_LIVE = 1, SLOT_CLOSING = 2 };

struct ring_key {
	uint32_t kid, family;
	uint64_t not_before_s;
	uint8_t key[32];
};

struct mrl_ring_header {
	/* by nginx's master */
	char magic[8];
	uint32_t version, slot_count, ring_bytes, inflight_max;
	uint64_t slot_stride;
	uint64_t gen;
	uint8_t policy[32];
	uint8_t unused_1[56];
	/* by the daemon */
	uint8_t chain_uid[16], boot_id[16];
	uint8_t unused_2[32];
	uint64_t alive_ms;   /* 0 before its first */
	uint32_t asleep;     /* futex; producers clear it */
	uint32_t state;      /* enum ring_state */
	uint32_t red_reason; /* enum mrl_audit_reason */
	uint8_t unused_3[44];
	struct ring_key keys[4];
};
_Static_assert(offsetof(struct mrl_ring_header, chain_uid) == 128, "the daemon's lines");
_Static_assert(offsetof(struct mrl_ring_header, alive_ms) == 192, "read at each call");
_Static_assert(offsetof(struct mrl_ring_header, keys) == 256, "keys");
_Static_assert(sizeof(struct mrl_ring_header) <= RING_PAGE, "one page");

/* Space-Saving (Metwally 2005): the operations that were hit most, with an upper bound of how
 * often. */
#define LEDGER_CELLS 16
struct ledger_cell {
	uint64_t op_hash;
	uint32_t count, unused;
};

#define LEDGER_CLASSES 6 /* status / 100; 0: no status */

/*
 * Losses of one effect. The counters only grow and are exact. The details are those since the
 * daemon's last look (`epoch`), written under `lock`: odd while somebody writes; who finds it odd
 * leaves the details alone, so nobody ever waits, not even for a process that was killed in
 * between.
 */
struct ledger_details {
	uint64_t first_us, last_us;
	uint8_t first_id[16], last_id[16];
	struct ledger_cell cells[LEDGER_CELLS];
	uint32_t epoch, unused;
};

struct ledger {
	uint32_t lock, unused_1;
	uint64_t count, bytes;
	uint64_t classes[LEDGER_CLASSES];
	uint64_t reasons[MRL_AUDIT_REASON_COUNT];
	struct ledger_details details;
	uint8_t unused_2[32];
};
_Static_assert(sizeof(struct ledger) == 512, "cache lines of its own");

/* By the daemon: what it has already written about, durably. */
struct ledger_reported {
	uint32_t epoch, unused;
	uint64_t classes[LEDGER_CLASSES];
	uint64_t reasons[MRL_AUDIT_REASON_COUNT];
};

struct mrl_ring_slot {
	uint64_t incarnation; /* stored last of all when a slot is claimed; 0: not yet */
	uint64_t owner; /* enum slot_state | pid << 32: one word, so that no claim is ownerless */
	uint64_t pid_start;
	uint32_t kind;
	uint8_t unused_1[36];
	/* by the producer, at each call */
	uint64_t head, last_wseq, admitted;
	uint32_t inflight;
	uint8_t unused_2[36];
	/* by the daemon */
	uint64_t tail_read;
	uint8_t unused_3[56];
	uint64_t tail_durable, durable_wseq;
	uint64_t durable_reserved, durable_extra, durable_lost; /* records up to there, by kind */
	uint8_t unused_4[24];
	struct ledger_reported reported[2]; /* by effect - 1 */
	uint8_t unused_5[80];
	struct ledger ledgers[2];
};
_Static_assert(offsetof(struct mrl_ring_slot, head) == 64, "lines");
_Static_assert(offsetof(struct mrl_ring_slot, tail_read) == 128, "lines");
_Static_assert(offsetof(struct mrl_ring_slot, tail_durable) == 192, "lines");
_Static_assert(offsetof(struct mrl_ring_slot, reported) == 256, "lines");
_Static_assert(offsetof(struct mrl_ring_slot, ledgers) == 640, "lines");
_Static_assert(sizeof(struct mrl_ring_slot) <= RING_PAGE, "one page");

#define ENTRY_USER_MAX 96
#define ENTRY_OP_MAX   64

/* A call in flight, for the record that the daemon writes if the worker dies. */
struct mrl_ring_entry {
	uint32_t state; /* 1: in flight */
	uint32_t stage; /* enum mrl_audit_stage; while free: the producer's free list */
	uint64_t commit_wseq;
	uint64_t time_us;
	uint8_t request_id[16], trace[16], span[8], parent[8], ip[16];
	uint16_t port;
	uint8_t ip_len, method, http, user_kind;
	uint8_t user_len, op_len; /* stored after their texts */
	uint8_t user[ENTRY_USER_MAX], op[ENTRY_OP_MAX];
};
_Static_assert(sizeof(struct mrl_ring_entry) == MRL_RING_ENTRY_BYTES, "as the constant says");

static inline struct mrl_ring_header *ring_header(const struct mrl_ring *ring)
{
	return (struct mrl_ring_header *)(void *)ring->memory;
}

static inline struct mrl_ring_slot *ring_slot(const struct mrl_ring *ring, uint32_t index)
{
	return (struct mrl_ring_slot *)(void *)(ring->memory + MRL_RING_HEADER +
	                                        index * ring->view_stride);
}

static inline struct mrl_ring_entry *slot_entries(struct mrl_ring_slot *slot)
{
	return (struct mrl_ring_entry *)(void *)((uint8_t *)slot + RING_PAGE);
}

static inline uint8_t *slot_data(const struct mrl_ring *ring, struct mrl_ring_slot *slot)
{
	return (uint8_t *)slot + ring->control_bytes;
}

static inline size_t ring_control_bytes(uint32_t inflight_max)
{
	size_t table = (size_t)inflight_max * MRL_RING_ENTRY_BYTES;
	return RING_PAGE + (table + RING_PAGE - 1) / RING_PAGE * RING_PAGE;
}

/* Where a slot begins in the file, which has each data area once. */
static inline uint64_t ring_file_offset(const struct mrl_ring *ring, uint32_t index)
{
	uint64_t stride = ring->control_bytes + ring->sizes.ring_bytes;
	return MRL_RING_HEADER + index * stride;
}

/* Header, payload and the zeros up to the next multiple of 8. */
static inline uint64_t frame_bytes(size_t payload_bytes)
{
	return MRL_RING_FRAME_HEADER + ((uint64_t)payload_bytes + 7) / 8 * 8;
}

#define LOAD(place)           __atomic_load_n(&(place), __ATOMIC_ACQUIRE)
#define STORE(place, value)   __atomic_store_n(&(place), (value), __ATOMIC_RELEASE)
#define RELAXED(place)        __atomic_load_n(&(place), __ATOMIC_RELAXED)
#define PUT_RELAXED(place, v) __atomic_store_n(&(place), (v), __ATOMIC_RELAXED)

static inline bool ledger_try_lock(struct ledger *ledger, uint32_t *ret_lock)
{
	uint32_t lock = RELAXED(ledger->lock);
	if ((lock & 1) != 0 || !__atomic_compare_exchange_n(&ledger->lock, &lock, lock + 1, false,
	                                                    __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
		return false;
	}
	*ret_lock = lock + 1;
	return true;
}

#endif
