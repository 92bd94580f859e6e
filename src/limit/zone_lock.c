/* Locks of stripes: who holds one stands in it, so that the next can follow one that died. */
#include "zone.h"

#define SPINS   2048
#define GIVE_UP 5U /* ms */

static void pause_briefly(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#endif
}

static bool take(struct mrl_limit_stripe *stripe, uint32_t seen, uint32_t pid)
{
	return __atomic_compare_exchange_n(&stripe->lock, &seen, pid, false, __ATOMIC_ACQUIRE,
	                                   __ATOMIC_RELAXED);
}

/* Over-counted at most: an entry holds what was admitted before its holder died. */
static void mend_entry(struct mrl_limit_entry *entry, uint32_t slots)
{
	uint64_t sum = 0;
	entry->first = (uint8_t)(entry->first % slots);
	entry->count = entry->count > slots ? (uint8_t)slots : entry->count;
	for (uint32_t i = 0; i < entry->count; i++) {
		sum += entry->cells[(entry->first + i) % slots].n;
	}
	entry->sum = sum > UINT32_MAX ? UINT32_MAX : (uint32_t)sum;
}

static void mend(const struct mrl_limit_zone *zone, struct mrl_limit_stripe *stripe)
{
	uint16_t used = 0;
	for (uint32_t i = 0; i < MRL_LIMIT_STRIPE_ENTRIES + MRL_LIMIT_ROWS_MAX; i++) {
		mend_entry(mrl_limit_entry(zone, stripe, i), zone->slots);
	}
	for (uint32_t i = 0; i < MRL_LIMIT_STRIPE_ENTRIES; i++) {
		used = (uint16_t)(used + (stripe->fingerprints[i] != 0));
	}
	stripe->used = used;
	stripe->recoveries++;
}

/* Our own pid: of one that had it before us, for nobody locks a stripe twice. */
static bool is_left_behind(const struct mrl_limit_host *host, uint32_t word)
{
	return word == host->pid || host->is_gone(host->context, word);
}

enum mrl_err mrl_limit_lock(const struct mrl_limit_zone *zone, struct mrl_limit_stripe *stripe,
                            const struct mrl_limit_host *host)
{
	uint64_t since_ms = 0;
	for (;;) {
		for (uint32_t i = 0; i < SPINS; i++) {
			if (__atomic_load_n(&stripe->lock, __ATOMIC_RELAXED) == 0 &&
			    take(stripe, 0, host->pid)) {
				return MRL_OK;
			}
			pause_briefly();
		}
		uint32_t seen = __atomic_load_n(&stripe->lock, __ATOMIC_RELAXED);
		if (seen != 0 && is_left_behind(host, seen) && take(stripe, seen, host->pid)) {
			mend(zone, stripe);
			return MRL_OK;
		}
		uint64_t now_ms = host->now_ms(host->context);
		since_ms = since_ms == 0 ? now_ms : since_ms;
		if (now_ms - since_ms > GIVE_UP) {
			return MRL_ERR_BUSY;
		}
		host->yield(host->context);
	}
}

void mrl_limit_unlock(struct mrl_limit_stripe *stripe)
{
	__atomic_store_n(&stripe->lock, 0, __ATOMIC_RELEASE);
}
