/*
 * The layout of a zone, little-endian: a header, then stripes, each with a lock, fingerprints and
 * the entries that they stand for. A key lives in one of two buckets of one stripe.
 */
#ifndef MRL_LIMIT_ZONE_H
#define MRL_LIMIT_ZONE_H

#include <merlon/limit.h>

#define MRL_LIMIT_HEADER_BYTES   65536U
#define MRL_LIMIT_STRIPE_ENTRIES 256U
#define MRL_LIMIT_BUCKETS        32U
#define MRL_LIMIT_WAYS           8U

enum mrl_limit_counter { MRL_LIMIT_OVERFLOWS, MRL_LIMIT_BUSY, MRL_LIMIT_COUNTERS };

struct mrl_limit_row {
	char name[MRL_LIMIT_NAME_BYTES];
	uint32_t units, hold, width, flags; /* flags: 1, the row is in use */
	uint64_t retired_ms;                /* 0: it is not */
	uint64_t unused;
};
_Static_assert(sizeof(struct mrl_limit_row) == 64, "a row");

struct mrl_limit_header {
	uint8_t magic[8];
	uint32_t layout, entry_bytes, stripes, header_bytes;
	uint8_t boot_id[16];
	uint8_t hash_key[16];
	uint8_t instance_id[16];
	uint64_t pid_namespace;
	uint64_t last_seen_ms;
	uint64_t key_check;
	uint8_t unused[4000];
	struct mrl_limit_row rows[MRL_LIMIT_ROWS_MAX];
	uint8_t processes[7168];
	uint64_t counters[256];
	uint8_t unused_counters[2048];
	uint8_t server[128]; /* struct mrl_limit_server, in the zone core */
};
_Static_assert(offsetof(struct mrl_limit_header, rows) == 4096, "rows");
_Static_assert(offsetof(struct mrl_limit_header, counters) == 12288, "counters");
_Static_assert(offsetof(struct mrl_limit_header, server) == 16384, "server");

struct mrl_limit_stripe {
	uint32_t lock; /* 0 or the holder's pid */
	uint16_t used;
	uint16_t overflow_mask; /* the rows that have charged an overflow entry */
	uint32_t recoveries;
	uint8_t unused[52];
	uint16_t fingerprints[MRL_LIMIT_BUCKETS * MRL_LIMIT_WAYS]; /* 0: free */
	uint8_t entries[]; /* 256, then one for the overflow of each row */
};
_Static_assert(offsetof(struct mrl_limit_stripe, entries) == 576, "entries");

static inline struct mrl_limit_header *mrl_limit_header(const struct mrl_limit_zone *zone)
{
	return (struct mrl_limit_header *)(void *)zone->memory;
}

static inline struct mrl_limit_stripe *mrl_limit_stripe(const struct mrl_limit_zone *zone,
                                                        uint32_t number)
{
	return (struct mrl_limit_stripe *)(void *)(zone->memory + MRL_LIMIT_HEADER_BYTES +
	                                           (size_t)number * zone->stripe_bytes);
}

static inline struct mrl_limit_entry *mrl_limit_entry(const struct mrl_limit_zone *zone,
                                                      struct mrl_limit_stripe *stripe,
                                                      uint32_t number)
{
	return (struct mrl_limit_entry *)(void *)(stripe->entries +
	                                          (size_t)number * zone->entry_bytes);
}

static inline uint32_t mrl_limit_stripe_of(const struct mrl_limit_zone *zone,
                                           struct mrl_limit_hash key)
{
	return (uint32_t)(((key.high >> 32) * zone->stripes) >> 32);
}

/* No charge of it counts any more, whichever limit it was charged under. */
bool mrl_limit_is_dead(const struct mrl_limit_zone *zone, const struct mrl_limit_entry *entry,
                       uint32_t now);

/* Where a key may live: two buckets of one stripe. */
struct mrl_limit_place {
	struct mrl_limit_stripe *stripe;
	uint32_t buckets[2];
	uint16_t fingerprint;
};
/* Memory that a decision will need is asked for early, of all its limits at once. */
void mrl_limit_place(const struct mrl_limit_request *request, struct mrl_limit_place *ret_place);
void mrl_limit_fetch(const struct mrl_limit_request *request, const struct mrl_limit_place *place);

/* The entry of a key, made if it has none; `seats`: entries that must stay. Never NULL: a key
 * without room shares the overflow entry of its row. */
struct mrl_limit_entry *mrl_limit_seat(const struct mrl_limit_request *request,
                                       const struct mrl_limit_place *place,
                                       struct mrl_limit_entry *const *seats, uint32_t seat_count,
                                       uint32_t now);
/* The entry of a key; NULL: it has none. */
struct mrl_limit_entry *mrl_limit_find_own(const struct mrl_limit_request *request,
                                           const struct mrl_limit_place *place);
/* The entry that it was charged in. */
struct mrl_limit_entry *mrl_limit_find(const struct mrl_limit_request *request,
                                       const struct mrl_limit_place *place);

/* MRL_ERR_BUSY: after 5 ms. A holder that is gone is followed, its stripe mended.
 */
MRL_CHECKED enum mrl_err mrl_limit_lock(const struct mrl_limit_zone *zone,
                                        struct mrl_limit_stripe *stripe,
                                        const struct mrl_limit_host *host);
void mrl_limit_unlock(struct mrl_limit_stripe *stripe);

#endif
