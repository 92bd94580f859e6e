/*
 * Where a key lives in its stripe. A live entry is never taken for another key: a flood of new
 * keys cannot reset a count [RATE-3]. The price is that new keys of a full stripe share one log.
 */
#include "zone.h"

#define NO_PLACE UINT32_MAX

/* Words of four fingerprints: two for each bucket. */
#define WORDS 4U

static uint32_t place_word(const struct mrl_limit_place *place, uint32_t word)
{
	return place->buckets[word / 2] * MRL_LIMIT_WAYS + word % 2 * 4;
}

void mrl_limit_place(const struct mrl_limit_request *request, struct mrl_limit_place *ret_place)
{
	uint64_t high = request->key.high;
	uint32_t first = (uint32_t)high & 31;
	uint32_t second = (uint32_t)(high >> 5) & 31;
	uint16_t fingerprint = (uint16_t)(high >> 16);
	*ret_place = (struct mrl_limit_place){
		.stripe = mrl_limit_stripe(request->zone,
	                                   mrl_limit_stripe_of(request->zone, request->key)),
		.buckets = {first, second == first ? (first + 1) & 31 : second},
		.fingerprint = fingerprint == 0 ? 1 : fingerprint,
	};
	__builtin_prefetch(ret_place->stripe);
	__builtin_prefetch(&ret_place->stripe->fingerprints[place_word(ret_place, 0)]);
	__builtin_prefetch(&ret_place->stripe->fingerprints[place_word(ret_place, 2)]);
}

#define LANES     0x0001000100010001U
#define LANE_TOPS 0x8000800080008000U

/* Four fingerprints at once: the top bit of each that is this one. Above a lane that is, the next
 * may be taken for one too; the tag tells. */
static uint64_t matches(const struct mrl_limit_place *place, uint32_t word)
{
	uint64_t four;
	memcpy(&four, &place->stripe->fingerprints[place_word(place, word)], sizeof(four));
	four ^= LANES * place->fingerprint;
	return (four - LANES) & ~four & LANE_TOPS;
}

struct mrl_limit_entry *mrl_limit_find_own(const struct mrl_limit_request *request,
                                           const struct mrl_limit_place *place)
{
	for (uint32_t word = 0; word < WORDS; word++) {
		for (uint64_t found = matches(place, word); found != 0; found &= found - 1) {
			uint32_t at = place_word(place, word) +
			              (uint32_t)__builtin_ctzll(found) / 16;
			struct mrl_limit_entry *entry = mrl_limit_entry(request->zone,
			                                                place->stripe, at);
			if (entry->tag == request->key.low && entry->ordinal == request->ordinal &&
			    place->stripe->fingerprints[at] == place->fingerprint) {
				return entry;
			}
		}
	}
	return NULL;
}

void mrl_limit_fetch(const struct mrl_limit_request *request, const struct mrl_limit_place *place)
{
	for (uint32_t word = 0; word < WORDS; word++) {
		uint64_t found = matches(place, word);
		if (found != 0) {
			uint32_t at = place_word(place, word) +
			              (uint32_t)__builtin_ctzll(found) / 16;
			const uint8_t *entry = (const uint8_t *)mrl_limit_entry(request->zone,
			                                                        place->stripe, at);
			__builtin_prefetch(entry);
			__builtin_prefetch(entry + 64);
			return;
		}
	}
}

static uint32_t free_ways(const struct mrl_limit_place *place, uint32_t bucket, uint32_t *ret_at)
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

static uint32_t find_free(const struct mrl_limit_place *place)
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

static uint32_t find_dead(const struct mrl_limit_request *request,
                          const struct mrl_limit_place *place, struct mrl_limit_entry *const *seats,
                          uint32_t seat_count, uint32_t now)
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
                                           const struct mrl_limit_place *place)
{
	return mrl_limit_entry(request->zone, place->stripe,
	                       MRL_LIMIT_STRIPE_ENTRIES + request->ordinal);
}

/* What the key may have been charged before it had an entry counts on. */
static void take_overflow(const struct mrl_limit_request *request,
                          const struct mrl_limit_place *place, struct mrl_limit_entry *entry,
                          uint32_t now)
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
                                            const struct mrl_limit_place *place)
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
                                       const struct mrl_limit_place *place,
                                       struct mrl_limit_entry *const *seats, uint32_t seat_count,
                                       uint32_t now)
{
	struct mrl_limit_entry *entry = mrl_limit_find_own(request, place);
	if (entry != NULL) {
		return entry;
	}
	uint32_t at = find_free(place);
	bool is_new = at != NO_PLACE;
	if (!is_new) {
		at = find_dead(request, place, seats, seat_count, now);
	}
	if (at == NO_PLACE) {
		return use_overflow(request, place);
	}
	/* Free first: a process that dies here leaves no entry of two keys. */
	place->stripe->fingerprints[at] = 0;
	entry = mrl_limit_entry(request->zone, place->stripe, at);
	*entry = (struct mrl_limit_entry){.tag = request->key.low, .ordinal = request->ordinal};
	take_overflow(request, place, entry, now);
	__atomic_store_n(&place->stripe->fingerprints[at], place->fingerprint, __ATOMIC_RELEASE);
	place->stripe->used = (uint16_t)(place->stripe->used + is_new);
	return entry;
}

struct mrl_limit_entry *mrl_limit_find(const struct mrl_limit_request *request,
                                       const struct mrl_limit_place *place)
{
	struct mrl_limit_entry *entry = mrl_limit_find_own(request, place);
	return entry != NULL ? entry : overflow_of(request, place);
}
