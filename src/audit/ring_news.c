/* The daemon's look at the ledgers: what is new since the last report, and that it was reported. */
#include "audit/reader.h"

#define LOCK_TRIES 64

static bool copy_details(struct ledger *ledger, struct ledger_details *ret_details)
{
	uint32_t lock = 0;
	for (unsigned tries = 0; tries < LOCK_TRIES; tries++) {
		if (ledger_try_lock(ledger, &lock)) {
			*ret_details = ledger->details;
			STORE(ledger->lock, lock + 1);
			return true;
		}
	}
	return false;
}

bool mrl_ledger_look(const struct mrl_ring *ring, uint32_t slot, enum mrl_audit_effect effect,
                     struct mrl_ledger_news *ret_news)
{
	struct mrl_ring_slot *place = ring_slot(ring, slot);
	struct ledger *ledger = &place->ledgers[effect - 1];
	struct ledger_reported *reported = &place->reported[effect - 1];
	bool any = false;
	memset(ret_news, 0, sizeof(*ret_news));
	for (size_t i = 1; i < MRL_AUDIT_REASON_COUNT; i++) {
		ret_news->reasons[i] = LOAD(ledger->reasons[i]);
		ret_news->fresh[i] = ret_news->reasons[i] - reported->reasons[i];
		any = any || ret_news->fresh[i] != 0;
	}
	if (!any) {
		return false;
	}
	for (size_t i = 0; i < LEDGER_CLASSES; i++) {
		ret_news->classes[i] = RELAXED(ledger->classes[i]);
		ret_news->fresh_classes[i] = ret_news->classes[i] - reported->classes[i];
	}
	ret_news->has_details = copy_details(ledger, &ret_news->details);
	STORE(reported->epoch, reported->epoch + 1);
	return true;
}

void mrl_ledger_reported(const struct mrl_ring *ring, uint32_t slot, enum mrl_audit_effect effect,
                         const struct mrl_ledger_news *news)
{
	struct ledger_reported *reported = &ring_slot(ring, slot)->reported[effect - 1];
	memcpy(reported->reasons, news->reasons, sizeof(reported->reasons));
	memcpy(reported->classes, news->classes, sizeof(reported->classes));
}

void mrl_ledger_resume(const struct mrl_ring *ring, uint32_t slot, enum mrl_audit_effect effect,
                       enum mrl_audit_reason reason, uint64_t total)
{
	struct mrl_ring_slot *place = ring_slot(ring, slot);
	struct ledger_reported *reported = &place->reported[effect - 1];
	if (total > reported->reasons[reason] &&
	    total <= LOAD(place->ledgers[effect - 1].reasons[reason])) {
		reported->reasons[reason] = total;
	}
}
