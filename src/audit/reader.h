/*
 * The daemon's side of the ring: reading frames, finding what a dead worker left, moving the tails,
 * telling the producers how things stand.
 *
 * Nothing here trusts the memory: each frame is copied before it is checked, each length bounded.
 */
#ifndef MERLON_AUDIT_READER_H
#define MERLON_AUDIT_READER_H

#include "audit/layout.h"
#include "audit/record.h"

/* A slot as found; `state` is enum slot_state. */
struct mrl_slot_view {
	uint32_t state, pid, kind, inflight;
	uint64_t pid_start, incarnation, admitted, last_wseq, head;
};
struct mrl_slot_view mrl_slot_look(const struct mrl_ring *ring, uint32_t slot);

/* How far a slot was read: position, last frame, and the balance of what was read. */
struct mrl_progress {
	uint64_t tail, wseq;
	uint64_t reserved, extra, lost;
};

/* One slot's reader. It moves tail and wseq; the balance is the caller's to count. */
struct mrl_consumer {
	struct mrl_ring ring;
	struct mrl_ring_slot *slot;
	const uint8_t *data;
	struct mrl_progress at;
	bool resync; /* frames were skipped; the next one tells how many */
	uint8_t payload[MRL_AUDIT_PAYLOAD_MAX];
};

/* Begins where the last durable record ends. */
void mrl_consumer_init(struct mrl_consumer *consumer, const struct mrl_ring *ring, uint32_t slot);

enum mrl_ring_read {
	MRL_RING_FRAME,
	MRL_RING_EMPTY,
	MRL_RING_BROKEN, /* bad length, checksum, number or position: all up to head is skipped */
};

struct mrl_ring_frame {
	struct mrl_slice payload; /* in the consumer, until the next read */
	uint64_t wseq;
	uint64_t lost; /* frames that were skipped before this one */
};

enum mrl_ring_read mrl_consumer_read(struct mrl_consumer *consumer,
                                     struct mrl_ring_frame *ret_frame);
/* After BROKEN, once the producer has been silent for a while or is dead: how many frames were
 * lost. Otherwise 0. */
uint64_t mrl_consumer_settle(struct mrl_consumer *consumer);
/* Bytes between head and what is durable. */
uint64_t mrl_consumer_used(const struct mrl_consumer *consumer);
/* Tells the producer, and a daemon after us: everything up to here is on disk. */
void mrl_consumer_durable(const struct mrl_consumer *consumer, const struct mrl_progress *progress);

/*
 * Entry `index` of a dead producer's table as the facts of an `incomplete` record; false: it was
 * not in flight or its record was read. `ret_ids` holds what the facts borrow.
 */
bool mrl_consumer_incomplete(const struct mrl_consumer *consumer, uint32_t index,
                             struct mrl_ring_entry *ret_ids, struct mrl_audit_facts *ret_facts);

/* What a ledger tells beyond what was reported. False: nothing new. A new time span begins for the
 * details, but the news stay news until they are reported. */
struct mrl_ledger_news {
	uint64_t reasons[MRL_AUDIT_REASON_COUNT]; /* totals */
	uint64_t fresh[MRL_AUDIT_REASON_COUNT];   /* of them not yet reported */
	uint64_t classes[LEDGER_CLASSES];         /* totals */
	uint64_t fresh_classes[LEDGER_CLASSES];
	bool has_details; /* first, last, cells */
	struct ledger_details details;
};
bool mrl_ledger_look(const struct mrl_ring *ring, uint32_t slot, enum mrl_audit_effect effect,
                     struct mrl_ledger_news *ret_news);
/* The news are on disk. */
void mrl_ledger_reported(const struct mrl_ring *ring, uint32_t slot, enum mrl_audit_effect effect,
                         const struct mrl_ledger_news *news);
/* A former daemon reported up to here. */
void mrl_ledger_resume(const struct mrl_ring *ring, uint32_t slot, enum mrl_audit_effect effect,
                       enum mrl_audit_reason reason, uint64_t total);

/* Freeing a drained slot: clear, give its blocks back to the host, then free it for the next one.
 */
void mrl_slot_clear(const struct mrl_ring *ring, uint32_t slot);
void mrl_slot_free(const struct mrl_ring *ring, uint32_t slot);
/* Slot 0 gets an incarnation too, for its losses: the given one unless it has one. */
uint64_t mrl_slot_zero_incarnation(const struct mrl_ring *ring, uint64_t incarnation);

void mrl_ring_set_alive(const struct mrl_ring *ring, uint64_t now_ms);
void mrl_ring_set_state(const struct mrl_ring *ring, enum ring_state state,
                        enum mrl_audit_reason reason);
/* Says that the daemon is about to sleep; the caller looks at all slots once more, then waits. */
void mrl_ring_set_asleep(const struct mrl_ring *ring, bool asleep);
/* Whether some live slot has something to read beyond `consumer`, with the order of set_asleep. */
bool mrl_consumer_has_more(const struct mrl_consumer *consumer);

#endif
