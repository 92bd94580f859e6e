/* Several limits, one decision: under all their locks, at one reading of the clock [RATE-2]. */
#include "zone.h"

struct deciding {
	const struct mrl_limit_request *requests;
	uint32_t count;
	struct mrl_limit_stripe *stripes[MRL_LIMIT_KEYS_MAX];
	const struct mrl_limit_zone *zones[MRL_LIMIT_KEYS_MAX];
	struct mrl_limit_place places[MRL_LIMIT_KEYS_MAX];
	uint32_t stripe_count, locked;
	struct mrl_limit_entry *seats[MRL_LIMIT_KEYS_MAX];
};

/* One order for all processes: nobody waits for one that waits for it. */
static bool comes_before(const struct mrl_limit_zone *zone_a, const struct mrl_limit_stripe *a,
                         const struct mrl_limit_zone *zone_b, const struct mrl_limit_stripe *b)
{
	return zone_a->order < zone_b->order || (zone_a->order == zone_b->order && a < b);
}

static void add_stripe(struct deciding *deciding, const struct mrl_limit_zone *zone,
                       struct mrl_limit_stripe *stripe)
{
	uint32_t at = deciding->stripe_count;
	for (uint32_t i = 0; i < at; i++) {
		if (deciding->stripes[i] == stripe) {
			return;
		}
	}
	while (at > 0 &&
	       comes_before(zone, stripe, deciding->zones[at - 1], deciding->stripes[at - 1])) {
		deciding->stripes[at] = deciding->stripes[at - 1];
		deciding->zones[at] = deciding->zones[at - 1];
		at--;
	}
	deciding->stripes[at] = stripe;
	deciding->zones[at] = zone;
	deciding->stripe_count++;
}

/* What is not counted yet need not be zero. */
static void begin(struct deciding *deciding, const struct mrl_limit_request *requests,
                  uint32_t count)
{
	deciding->requests = requests;
	deciding->count = count;
	deciding->stripe_count = 0;
	deciding->locked = 0;
}

static void unlock(struct deciding *deciding)
{
	while (deciding->locked > 0) {
		mrl_limit_unlock(deciding->stripes[--deciding->locked]);
	}
}

static enum mrl_err lock(struct deciding *deciding, const struct mrl_limit_host *host)
{
	for (uint32_t i = 0; i < deciding->count; i++) {
		const struct mrl_limit_request *request = &deciding->requests[i];
		mrl_limit_place(request, &deciding->places[i]);
		add_stripe(deciding, request->zone, deciding->places[i].stripe);
	}
	while (deciding->locked < deciding->stripe_count) {
		uint32_t at = deciding->locked;
		enum mrl_err err = mrl_limit_lock(deciding->zones[at], deciding->stripes[at], host);
		if (err != MRL_OK) {
			uint64_t *busy =
				&mrl_limit_header(deciding->zones[at])->counters[MRL_LIMIT_BUSY];
			(void)__atomic_fetch_add(busy, 1, __ATOMIC_RELAXED);
			unlock(deciding);
			return err;
		}
		deciding->locked++;
	}
	for (uint32_t i = 0; i < deciding->count; i++) {
		mrl_limit_fetch(&deciding->requests[i], &deciding->places[i]);
	}
	return MRL_OK;
}

static void check(struct deciding *deciding, uint32_t at, uint32_t now,
                  struct mrl_limit_result *result)
{
	const struct mrl_limit_request *request = &deciding->requests[at];
	struct mrl_limit_entry *entry = mrl_limit_seat(request, &deciding->places[at],
	                                               deciding->seats, at, now);
	deciding->seats[at] = entry;
	mrl_limit_drop(entry, &request->rule, now);
	if (request->forced) {
		return;
	}
	struct mrl_limit_charge charge = mrl_limit_check(entry, &request->rule, now, request->cost);
	if (charge.verdict == MRL_LIMIT_ADMITTED) {
		return;
	}
	if (request->shadow) {
		result->shadowed |= 1U << at;
		return;
	}
	result->violated |= 1U << at;
	result->verdict = charge.verdict > result->verdict ? charge.verdict : result->verdict;
	result->wait_ms = charge.wait_ms > result->wait_ms ? charge.wait_ms : result->wait_ms;
}

static void stand(const struct deciding *deciding, uint32_t at, uint32_t now,
                  struct mrl_limit_standing *standing)
{
	const struct mrl_limit_entry *entry = deciding->seats[at];
	const struct mrl_limit_rule *rule = &deciding->requests[at].rule;
	standing->remaining = rule->units > entry->sum ? rule->units - entry->sum : 0;
	standing->reset_ms = entry->count == 0 ? 0
	                                       : entry->cells[entry->first].t + rule->hold - now;
}

enum mrl_err mrl_limit_decide(const struct mrl_limit_request *requests, uint32_t count,
                              const struct mrl_limit_host *host,
                              struct mrl_limit_result *ret_result)
{
	struct deciding deciding;
	begin(&deciding, requests, count);
	struct mrl_limit_result result = {.verdict = MRL_LIMIT_ADMITTED};
	if (!MRL_INVARIANT(count <= MRL_LIMIT_KEYS_MAX)) {
		return MRL_ERR_BUG;
	}
	enum mrl_err err = lock(&deciding, host);
	if (err != MRL_OK) {
		return err;
	}
	uint32_t now = (uint32_t)host->now_ms(host->context);
	for (uint32_t i = 0; i < count; i++) {
		check(&deciding, i, now, &result);
	}
	for (uint32_t i = 0; i < count; i++) {
		if (result.violated == 0 && (result.shadowed >> i & 1) == 0) {
			result.standings[i].stamp = mrl_limit_force(
				deciding.seats[i], &requests[i].rule, now, requests[i].cost, 0);
		}
		stand(&deciding, i, now, &result.standings[i]);
	}
	unlock(&deciding);
	*ret_result = result;
	return MRL_OK;
}

void mrl_limit_give_back(const struct mrl_limit_request *requests, uint32_t count,
                         const struct mrl_limit_host *host, const struct mrl_limit_result *result)
{
	struct deciding deciding;
	begin(&deciding, requests, count);
	if (lock(&deciding, host) != MRL_OK) {
		return; /* too strict until the charges count no more */
	}
	uint32_t now = (uint32_t)host->now_ms(host->context);
	for (uint32_t i = 0; i < count; i++) {
		if ((result->shadowed >> i & 1) == 0) {
			(void)mrl_limit_refund(mrl_limit_find(&requests[i], &deciding.places[i]),
			                       &requests[i].rule, now, result->standings[i].stamp,
			                       requests[i].cost);
		}
	}
	unlock(&deciding);
}
