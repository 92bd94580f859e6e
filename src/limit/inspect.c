/*
 * Looking at the keys of a zone while others charge them, and forgetting one. Whoever looks takes
 * no lock: what is read is a copy whose every number is brought into its bounds.
 */
#include "zone.h"

#define SLOTS_MAX 30U

bool mrl_limit_zone_row_of(const struct mrl_limit_zone *zone, struct mrl_slice name,
                           struct mrl_limit_rule *ret_rule, uint8_t *ret_ordinal)
{
	const struct mrl_limit_row *rows = mrl_limit_header(zone)->rows;
	for (uint8_t i = 0; i < MRL_LIMIT_ROWS_MAX; i++) {
		const struct mrl_limit_row *row = &rows[i];
		if (row->flags != 0 && row->retired_ms == 0 &&
		    strnlen(row->name, sizeof(row->name)) == name.size &&
		    memcmp(row->name, name.data, name.size) == 0) {
			*ret_rule = (struct mrl_limit_rule){row->units, row->hold,
			                                    row->width == 0 ? 1 : row->width,
			                                    zone->slots};
			*ret_ordinal = i;
			return true;
		}
	}
	return false;
}

static uint32_t units_of(const struct mrl_limit_entry *entry, const struct mrl_limit_rule *rule,
                         uint32_t now, uint32_t *ret_reset_ms)
{
	uint64_t units = 0;
	uint32_t slots = rule->slots < SLOTS_MAX ? rule->slots : SLOTS_MAX;
	uint32_t first = entry->first;
	uint32_t count = entry->count < slots ? entry->count : slots;
	*ret_reset_ms = 0;
	for (uint32_t i = 0; i < count; i++) {
		struct mrl_limit_cell cell = entry->cells[(first + i) % slots];
		uint32_t left = cell.t + rule->hold - now;
		if ((int32_t)left <= 0) {
			continue;
		}
		*ret_reset_ms = units == 0 ? left : *ret_reset_ms;
		units += cell.n;
	}
	return units > UINT32_MAX ? UINT32_MAX : (uint32_t)units;
}

struct looking {
	const struct mrl_limit_zone *zone;
	struct mrl_limit_rule rule;
	void (*see)(void *context, const struct mrl_limit_seen *seen);
	void *context;
	uint32_t now;
	uint8_t ordinal;
};

static void look_at(const struct looking *looking, struct mrl_limit_stripe *stripe, uint32_t at)
{
	const struct mrl_limit_entry *entry = mrl_limit_entry(looking->zone, stripe, at);
	struct mrl_limit_seen seen = {.tag = entry->tag,
	                              .overflow = at >= MRL_LIMIT_STRIPE_ENTRIES};
	if (entry->ordinal != looking->ordinal ||
	    (!seen.overflow && stripe->fingerprints[at] == 0)) {
		return;
	}
	seen.units = units_of(entry, &looking->rule, looking->now, &seen.reset_ms);
	if (seen.units != 0) {
		looking->see(looking->context, &seen);
	}
}

void mrl_limit_zone_each(const struct mrl_limit_zone *zone, uint8_t ordinal, uint64_t now_ms,
                         void (*see)(void *context, const struct mrl_limit_seen *seen),
                         void *context)
{
	const struct mrl_limit_row *row =
		&mrl_limit_header(zone)->rows[ordinal % MRL_LIMIT_ROWS_MAX];
	struct looking looking = {.zone = zone,
	                          .rule = {row->units, row->hold, 1, zone->slots},
	                          .see = see,
	                          .context = context,
	                          .now = (uint32_t)now_ms,
	                          .ordinal = ordinal};
	for (uint32_t i = 0; i < zone->stripes; i++) {
		struct mrl_limit_stripe *stripe = mrl_limit_stripe(zone, i);
		for (uint32_t at = 0; at < MRL_LIMIT_STRIPE_ENTRIES; at++) {
			look_at(&looking, stripe, at);
		}
		look_at(&looking, stripe, MRL_LIMIT_STRIPE_ENTRIES + ordinal % MRL_LIMIT_ROWS_MAX);
	}
}

static bool is_key(const struct mrl_limit_zone *zone, struct mrl_limit_stripe *stripe, uint32_t at,
                   uint64_t tag, uint8_t ordinal)
{
	const struct mrl_limit_entry *entry = mrl_limit_entry(zone, stripe, at);
	return stripe->fingerprints[at] != 0 && entry->tag == tag && entry->ordinal == ordinal;
}

/* The ring first: whoever finds this half done finds an entry that mends itself. */
static uint32_t forget(struct mrl_limit_entry *entry)
{
	uint32_t units = entry->sum;
	__atomic_store_n(&entry->count, 0, __ATOMIC_RELAXED);
	entry->sum = 0;
	return units;
}

enum mrl_err mrl_limit_zone_clear(const struct mrl_limit_zone *zone, uint8_t ordinal, uint64_t tag,
                                  const struct mrl_limit_host *host, uint32_t *ret_units)
{
	uint32_t units = 0;
	for (uint32_t i = 0; i < zone->stripes; i++) {
		struct mrl_limit_stripe *stripe = mrl_limit_stripe(zone, i);
		uint32_t at = 0;
		while (at < MRL_LIMIT_STRIPE_ENTRIES && !is_key(zone, stripe, at, tag, ordinal)) {
			at++;
		}
		if (at == MRL_LIMIT_STRIPE_ENTRIES) {
			continue;
		}
		enum mrl_err err = mrl_limit_lock(zone, stripe, host);
		if (err != MRL_OK) {
			return err;
		}
		if (is_key(zone, stripe, at, tag, ordinal)) {
			units = forget(mrl_limit_entry(zone, stripe, at));
		}
		mrl_limit_unlock(stripe);
		break;
	}
	*ret_units = units;
	return MRL_OK;
}

enum mrl_err mrl_limit_take_out(const struct mrl_limit_request *request,
                                const struct mrl_limit_host *host, uint32_t *ret_units)
{
	struct mrl_limit_place place;
	uint32_t units = 0;
	mrl_limit_place(request, &place);
	enum mrl_err err = mrl_limit_lock(request->zone, place.stripe, host);
	if (err != MRL_OK) {
		return err;
	}
	struct mrl_limit_entry *entry = mrl_limit_find_own(request, &place);
	if (entry != NULL) {
		mrl_limit_drop(entry, &request->rule, (uint32_t)host->now_ms(host->context));
		units = forget(entry);
	}
	mrl_limit_unlock(place.stripe);
	*ret_units = units;
	return MRL_OK;
}
