/*
 * Whether something is revoked [AUTH-6], asked by any number of readers. A slot is complete when
 * its first word is there; a table that was left while we looked says nothing, so we look again.
 */
#include "trust_zone.h"

uint64_t mrl_trust_epoch(const struct mrl_trust_zone *zone)
{
	return MRL_TRUST_SEE(&mrl_trust_header(zone)->epoch);
}

static const struct mrl_trust_slot *find(const struct mrl_trust_slot *table, uint32_t slots,
                                         struct mrl_trust_words key)
{
	uint32_t at = (uint32_t)key.first & (slots - 1);
	for (uint32_t i = 0; i < slots; i++) {
		const struct mrl_trust_slot *slot = &table[at];
		uint64_t first = MRL_TRUST_SEE(&slot->rk[0]);
		if (first == 0) {
			return NULL;
		}
		if (first == key.first && MRL_TRUST_LOAD(&slot->rk[1]) == key.second) {
			return slot;
		}
		at = (at + 1) & (slots - 1);
	}
	return NULL;
}

static bool applies(const struct mrl_trust_entry *entry, int64_t iat_s, uint32_t now_boot_s)
{
	if (entry->expires_boot_s <= now_boot_s) {
		return false;
	}
	switch (entry->kind) {
	case MRL_TRUST_SUB:
	case MRL_TRUST_CLIENT:
	case MRL_TRUST_ISS: return iat_s < 0 || (uint64_t)iat_s < entry->not_before_s;
	case MRL_TRUST_JTI:
	case MRL_TRUST_SID:
	case MRL_TRUST_KID:
	case MRL_TRUST_SESSION: return true;
	}
	return true;
}

bool mrl_trust_revoked(const struct mrl_trust_zone *zone, const struct mrl_trust_rk *rk,
                       int64_t iat_s, uint32_t now_boot_s, struct mrl_trust_entry *ret_entry)
{
	const struct mrl_trust_header *header = mrl_trust_header(zone);
	struct mrl_trust_words key = mrl_trust_words(rk);
	struct mrl_trust_entry entry = {.expires_boot_s = 0};
	bool found;
	uint64_t flips;
	/* a rebuild takes milliseconds and the next one begins no sooner than the keeper's next
	 * batch: this ends after a turn or two */
	do {
		flips = MRL_TRUST_SEE(&header->flips);
		const struct mrl_trust_slot *slot = find(mrl_trust_table(zone, flips), zone->slots,
		                                         key);
		found = slot != NULL;
		if (found) {
			entry.kind = (enum mrl_trust_kind)MRL_TRUST_LOAD(&slot->kind);
			entry.not_before_s = MRL_TRUST_LOAD(&slot->not_before_s);
			entry.expires_boot_s = MRL_TRUST_LOAD(&slot->expires_boot_s);
		}
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (MRL_TRUST_LOAD(&header->flips) != flips);
	if (!found || !applies(&entry, iat_s, now_boot_s)) {
		return false;
	}
	*ret_entry = entry;
	return true;
}
