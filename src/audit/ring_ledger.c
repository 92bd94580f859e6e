/*
 * Losses, counted where they happen: calls that were refused or served without a record. [AUDIT-1]
 *
 * Counters are exact and come first; the details (first, last, operations) are kept by whoever gets
 * the try-lock, see layout.h. Slot 0's ledgers have many writers, so every ledger is treated so.
 */
#include "audit/layout.h"

uint64_t mrl_audit_op_hash(struct mrl_slice op_id)
{
	/* FNV-1a, 64 bits: keys are operation ids out of the policy's documents */
	uint64_t hash = 0xCBF29CE484222325U;
	for (size_t i = 0; i < op_id.size; i++) {
		hash = (hash ^ op_id.data[i]) * 0x100000001B3U;
	}
	return hash == 0 ? 1 : hash;
}

static void add(uint64_t *counter, uint64_t amount)
{
	__atomic_fetch_add(counter, amount, __ATOMIC_RELAXED);
}

static void count_op(struct ledger_cell cells[LEDGER_CELLS], uint64_t op_hash)
{
	struct ledger_cell *least = &cells[0];
	for (size_t i = 0; i < LEDGER_CELLS; i++) {
		if (cells[i].op_hash == op_hash) {
			cells[i].count++;
			return;
		}
		if (cells[i].count < least->count) {
			least = &cells[i];
		}
	}
	least->op_hash = op_hash;
	least->count++;
}

static void note_details(struct ledger_details *details, const struct mrl_audit_loss *loss,
                         uint32_t epoch)
{
	bool has_id = loss->request_id.size == sizeof(details->last_id);
	if (details->epoch != epoch || details->first_us == 0) {
		details->epoch = epoch;
		memset(details->cells, 0, sizeof(details->cells));
		memset(details->first_id, 0, sizeof(details->first_id));
		details->first_us = loss->time_us;
		if (has_id) {
			memcpy(details->first_id, loss->request_id.data, sizeof(details->first_id));
		}
	}
	details->last_us = loss->time_us;
	if (has_id) {
		memcpy(details->last_id, loss->request_id.data, sizeof(details->last_id));
	}
	if (loss->op_hash != 0) {
		count_op(details->cells, loss->op_hash);
	}
}

void mrl_ring_count(const struct mrl_ring *ring, const struct mrl_producer *producer,
                    const struct mrl_audit_loss *loss)
{
	if (loss->effect != MRL_AUDIT_REFUSED && loss->effect != MRL_AUDIT_PASSED) {
		return;
	}
	struct mrl_ring_slot *slot = producer != NULL ? producer->slot : ring_slot(ring, 0);
	struct ledger *ledger = &slot->ledgers[loss->effect - 1];
	size_t status_class = loss->status / 100U;
	size_t reason = (size_t)loss->reason;
	if (reason == MRL_AUDIT_REASON_NONE || reason >= MRL_AUDIT_REASON_COUNT) {
		reason = MRL_AUDIT_IO_ERROR;
	}
	add(&ledger->count, 1);
	add(&ledger->bytes, loss->bytes);
	add(&ledger->classes[status_class < LEDGER_CLASSES ? status_class : 0], 1);
	uint32_t lock = 0;
	if (ledger_try_lock(ledger, &lock)) {
		note_details(&ledger->details, loss, LOAD(slot->reported[loss->effect - 1].epoch));
		STORE(ledger->lock, lock + 1);
	}
	/* last: what the daemon looks at */
	__atomic_fetch_add(&ledger->reasons[reason], 1, __ATOMIC_RELEASE);
}
