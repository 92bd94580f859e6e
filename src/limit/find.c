/*
 * Where a key lives in its stripe. A live entry is never taken for another key: a flood of new
 * keys cannot reset a count [RATE-3]. The price is that new keys of a full stripe share one log.
 */
#include "zone.h"

#define NO_PLACE UINT32_MAX

struct place {
	struct mrl_limit_stripe *stripe;
	uint32_t buckets[2];
	uint16_t fingerprint;
};

static struct place place_of(const struct mrl_limit_request *request)
{
	uint64_t high = request->key.high;
	struct place place = {
		.stripe = mrl_limit_stripe(request->zone,
	                                   mrl_limit_stripe_of(request->zone, request->key)),
		.buckets = {(uint32_t)high & 31, (uint32_t)(high >> 5) & 31},
		.fingerprint = (uint16_t)(high >> 16),
	};
	if (place.buckets[1] == place.buckets[0]) {
		place.buckets[1] = (place.buckets[0] + 1) & 31;
	}
	place.fingerprint = place.fingerprint == 0 ? 1 : place.fingerprint;
	return place;
}

static struct mrl_limit_entry *find_own(const struct mrl_limit_request *request,
                                        const struct place *place)
{
	for (uint32_t i = 0; i < 2 * MRL_LIMIT_WAYS; i++) {
		uint32_t at = place->buckets[i / MRL_LIMIT_WAYS] * MRL_LIMIT_WAYS +
		              i % MRL_LIMIT_WAYS;
		if (place->stripe->fingerprints[at] != place->fingerprint) {
			continue;
		}
		struct mrl_limit_entry *entry = mrl_limit_entry(request->zone, place->stripe, at);
		if (entry->tag == request->key.low && entry->ordinal == request->ordinal) {
			return entry;
		}
	}
	return NULL;
}

static uint32_t free_ways(const struct place *place, uint32_t bucket, uint32_t *ret_at)
{
	uint32_t count = 0;
	for (uint32_t way = MRL_LIMIT_WAYS; way > 0; way--) {
		uint32_t at = bucket * MRL_LIMIT_WAYS + way - 1;
		if (place->stripe->fingerprints[at] == 0) {
			*ret_at = at;
			count++;
		}
	}
	return count;
}

static uint32_t find_free(const struct place *place)
{
	uint32_t at[2] = {NO_PLACE, NO_PLACE};
	uint32_t first = free_ways(place, place->buckets[0], &at[0]);
	uint32_t second = free_ways(place, place->buckets[1], &at[1]);
	return second > first ? at[1] : at[0];
}

static bool is_seated(const struct mrl_limit_entry *entry, struct mrl_limit_entry *const *seats,
                      uint32_t seat_count)
{
	for (uint32_t i = 0; i < seat_count; i++) {
		if (seats[i] == entry) {
			return true;
		}
	}
	return false;
}

static uint32_t find_dead(const struct mrl_limit_request *request, const struct place *place,
                          struct mrl_limit_entry *const *seats, uint32_t seat_count, uint32_t now)
{
	for (uint32_t i = 0; i < 2 * MRL_LIMIT_WAYS; i++) {
		uint32_t at = place->buckets[i / MRL_LIMIT_WAYS] * MRL_LIMIT_WAYS +
		              i % MRL_LIMIT_WAYS;
		struct mrl_limit_entry *entry = mrl_limit_entry(request->zone, place->stripe, at);
		if (mrl_limit_is_dead(request->zone, entry, now) &&
		    !is_seated(entry, seats, seat_count)) {
			return at;
		}
	}
	return NO_PLACE;
}

static struct mrl_limit_entry *overflow_of(const struct mrl_limit_request *request,
                                           const struct place *place)
{
	return mrl_limit_entry(request->zone, place->stripe,
	                       MRL_LIMIT_STRIPE_ENTRIES + request->ordinal);
}

/* What the key may have been charged before it had an entry counts on. */
static void take_overflow(const struct mrl_limit_request *request, const struct place *place,
                          struct mrl_limit_entry *entry, uint32_t now)
{
	uint16_t bit = (uint16_t)(1U << request->ordinal);
	struct mrl_limit_entry *overflow = overflow_of(request, place);
	if ((place->stripe->overflow_mask & bit) == 0) {
		return;
	}
	if (mrl_limit_is_dead(request->zone, overflow, now)) {
		place->stripe->overflow_mask = (uint16_t)(place->stripe->overflow_mask & ~bit);
		return;
	}
	memcpy(entry->cells, overflow->cells, request->zone->slots * sizeof(struct mrl_limit_cell));
	entry->first = overflow->first;
	entry->count = overflow->count;
	entry->sum = overflow->sum;
}

static struct mrl_limit_entry *use_overflow(const struct mrl_limit_request *request,
                                            const struct place *place)
{
	uint64_t *counter = &mrl_limit_header(request->zone)->counters[MRL_LIMIT_OVERFLOWS];
	struct mrl_limit_entry *entry = overflow_of(request, place);
	place->stripe->overflow_mask = (uint16_t)(place->stripe->overflow_mask |
	                                          1U << request->ordinal);
	entry->ordinal = request->ordinal;
	(void)__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
	return entry;
}

struct mrl_limit_entry *mrl_limit_seat(const struct mrl_limit_request *request,
                                       struct mrl_limit_entry *const *seats, uint32_t seat_count,
                                       uint32_t now)
{
	struct place place = place_of(request);
	struct mrl_limit_entry *entry = find_own(request, &place);
	if (entry != NULL) {
		return entry;
	}
	uint32_t at = find_free(&place);
	bool is_new = at != NO_PLACE;
	if (!is_new) {
		at = find_dead(request, &place, seats, seat_count, now);
	}
	if (at == NO_PLACE) {
		return use_overflow(request, &place);
	}
	/* Free first: a process that dies here leaves no entry of two keys. */
	place.stripe->fingerprints[at] = 0;
	entry = mrl_limit_entry(request->zone, place.stripe, at);
	*entry = (struct mrl_limit_entry){.tag = request->key.low, .ordinal = request->ordinal};
	take_overflow(request, &place, entry, now);
	__atomic_store_n(&place.stripe->fingerprints[at], place.fingerprint, __ATOMIC_RELEASE);
	place.stripe->used = (uint16_t)(place.stripe->used + is_new);
	return entry;
}

struct mrl_limit_entry *mrl_limit_find(const struct mrl_limit_request *request)
{
	struct place place = place_of(request);
	struct mrl_limit_entry *entry = find_own(request, &place);
	return entry != NULL ? entry : overflow_of(request, &place);
}
