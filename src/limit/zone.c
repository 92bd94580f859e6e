/* Zones: made, found again after a restart, the rows of their limits, and what is swept. */
#include "zone.h"

#define LAYOUT      1U
#define OVERFLOWS   MRL_LIMIT_ROWS_MAX
#define FORGOTTEN   (MRL_LIMIT_WINDOW_MAX + 60000U) /* no charge is older */
#define SWEEP_PARTS 64U
#define ROW_USED    1U

static const uint8_t magic[8] = {'M', 'R', 'L', 'L', 'I', 'M', 0, 1};

static uint32_t entry_bytes(const struct mrl_limit_zone_sizes *sizes)
{
	return (uint32_t)(sizeof(struct mrl_limit_entry) +
	                  sizes->cells * sizeof(struct mrl_limit_cell));
}

static uint32_t stripe_count(const struct mrl_limit_zone_sizes *sizes)
{
	return (sizes->entries + MRL_LIMIT_STRIPE_ENTRIES - 1) / MRL_LIMIT_STRIPE_ENTRIES;
}

static uint32_t stripe_bytes(const struct mrl_limit_zone_sizes *sizes)
{
	return (uint32_t)offsetof(struct mrl_limit_stripe, entries) +
	       (MRL_LIMIT_STRIPE_ENTRIES + OVERFLOWS) * entry_bytes(sizes);
}

size_t mrl_limit_zone_bytes(const struct mrl_limit_zone_sizes *sizes)
{
	return MRL_LIMIT_HEADER_BYTES + (size_t)stripe_count(sizes) * stripe_bytes(sizes);
}

static uint64_t check_of(const uint8_t key[16])
{
	return mrl_limit_hash(key, MRL_SLICE("merlon")).low;
}

void mrl_limit_zone_make(void *memory, const struct mrl_limit_zone_sizes *sizes,
                         const struct mrl_limit_origin *origin)
{
	struct mrl_limit_header *header = memory;
	header->layout = LAYOUT;
	header->entry_bytes = entry_bytes(sizes);
	header->stripes = stripe_count(sizes);
	header->header_bytes = MRL_LIMIT_HEADER_BYTES;
	memcpy(header->boot_id, origin->boot_id, sizeof(header->boot_id));
	memcpy(header->hash_key, origin->hash_key, sizeof(header->hash_key));
	header->last_seen_ms = origin->now_ms;
	header->key_check = check_of(origin->hash_key);
	memcpy(header->magic, magic, sizeof(magic));
}

static bool is_zone(const struct mrl_limit_header *header, size_t bytes)
{
	return bytes >= sizeof(*header) && memcmp(header->magic, magic, sizeof(magic)) == 0 &&
	       header->layout == LAYOUT && header->header_bytes == MRL_LIMIT_HEADER_BYTES &&
	       header->key_check == check_of(header->hash_key);
}

enum mrl_err mrl_limit_zone_key(const void *memory, size_t bytes, uint8_t ret_key[16])
{
	const struct mrl_limit_header *header = memory;
	if (!is_zone(header, bytes)) {
		return MRL_ERR_STATE;
	}
	memcpy(ret_key, header->hash_key, sizeof(header->hash_key));
	return MRL_OK;
}

enum mrl_err mrl_limit_zone_sizes_of(const void *memory, size_t bytes,
                                     struct mrl_limit_zone_sizes *ret_sizes)
{
	const struct mrl_limit_header *header = memory;
	if (!is_zone(header, bytes)) {
		return MRL_ERR_STATE;
	}
	ret_sizes->entries = header->stripes * MRL_LIMIT_STRIPE_ENTRIES;
	ret_sizes->cells = (header->entry_bytes - (uint32_t)sizeof(struct mrl_limit_entry)) /
	                   (uint32_t)sizeof(struct mrl_limit_cell);
	return MRL_OK;
}

enum mrl_err mrl_limit_zone_attach(void *memory, size_t bytes,
                                   const struct mrl_limit_zone_sizes *sizes,
                                   const struct mrl_limit_origin *origin,
                                   struct mrl_limit_zone *ret_zone)
{
	const struct mrl_limit_header *header = memory;
	if (bytes != mrl_limit_zone_bytes(sizes) || !is_zone(header, bytes) ||
	    header->entry_bytes != entry_bytes(sizes) || header->stripes != stripe_count(sizes) ||
	    memcmp(header->boot_id, origin->boot_id, sizeof(header->boot_id)) != 0 ||
	    memcmp(header->hash_key, origin->hash_key, sizeof(header->hash_key)) != 0 ||
	    origin->now_ms - header->last_seen_ms >= FORGOTTEN) {
		return MRL_ERR_STATE;
	}
	*ret_zone = (struct mrl_limit_zone){
		.memory = memory,
		.stripes = header->stripes,
		.slots = sizes->cells,
		.entry_bytes = header->entry_bytes,
		.stripe_bytes = stripe_bytes(sizes),
		.order = sizes->order,
	};
	return MRL_OK;
}

enum mrl_err mrl_limit_zone_look(void *memory, size_t bytes, struct mrl_limit_zone *ret_zone)
{
	struct mrl_limit_zone_sizes sizes = {.order = 0};
	enum mrl_err err = mrl_limit_zone_sizes_of(memory, bytes, &sizes);
	if (err != MRL_OK || mrl_limit_zone_bytes(&sizes) != bytes) {
		return MRL_ERR_STATE;
	}
	*ret_zone = (struct mrl_limit_zone){
		.memory = memory,
		.stripes = stripe_count(&sizes),
		.slots = sizes.cells,
		.entry_bytes = entry_bytes(&sizes),
		.stripe_bytes = stripe_bytes(&sizes),
	};
	return MRL_OK;
}

static bool is_named(const struct mrl_limit_row *row, struct mrl_slice name)
{
	return (row->flags & ROW_USED) != 0 && strnlen(row->name, sizeof(row->name)) == name.size &&
	       memcmp(row->name, name.data, name.size) == 0;
}

static bool is_free(const struct mrl_limit_row *row, uint64_t now_ms)
{
	return (row->flags & ROW_USED) == 0 ||
	       (row->retired_ms != 0 &&
	        now_ms - row->retired_ms >= (uint64_t)row->hold + row->width);
}

enum mrl_err mrl_limit_zone_row(const struct mrl_limit_zone *zone, struct mrl_slice name,
                                const struct mrl_limit_rule *rule, uint64_t now_ms,
                                uint8_t *ret_ordinal)
{
	struct mrl_limit_row *rows = mrl_limit_header(zone)->rows;
	uint8_t at = 0;
	while (at < MRL_LIMIT_ROWS_MAX && !is_named(&rows[at], name)) {
		at++;
	}
	if (at == MRL_LIMIT_ROWS_MAX) {
		for (at = 0; at < MRL_LIMIT_ROWS_MAX && !is_free(&rows[at], now_ms); at++) {
		}
	}
	if (at == MRL_LIMIT_ROWS_MAX || name.size >= MRL_LIMIT_NAME_BYTES) {
		return MRL_ERR_FULL;
	}
	struct mrl_limit_row *row = &rows[at];
	if (!is_named(row, name)) {
		*row = (struct mrl_limit_row){.hold = 0};
		memcpy(row->name, name.data, name.size);
	}
	row->units = rule->units;
	row->width = rule->width;
	/* Old workers may still charge under a longer one: all agree on what is dead. */
	row->hold = rule->hold > row->hold ? rule->hold : row->hold;
	row->retired_ms = 0;
	row->flags = ROW_USED;
	*ret_ordinal = at;
	return MRL_OK;
}

void mrl_limit_zone_retire(const struct mrl_limit_zone *zone, uint32_t kept, uint64_t now_ms)
{
	struct mrl_limit_row *rows = mrl_limit_header(zone)->rows;
	for (uint32_t i = 0; i < MRL_LIMIT_ROWS_MAX; i++) {
		if ((kept >> i & 1) == 0 && rows[i].retired_ms == 0) {
			rows[i].retired_ms = now_ms;
		}
	}
}

bool mrl_limit_is_dead(const struct mrl_limit_zone *zone, const struct mrl_limit_entry *entry,
                       uint32_t now)
{
	const struct mrl_limit_row *rows = mrl_limit_header(zone)->rows;
	if (entry->count == 0) {
		return true;
	}
	uint32_t newest = (entry->first + entry->count - 1U) % zone->slots;
	uint32_t hold = rows[entry->ordinal % MRL_LIMIT_ROWS_MAX].hold;
	return (int32_t)(now - entry->cells[newest].t) >= (int32_t)hold;
}

/* A stripe that is locked is at work, and swept by its own inserts. */
static void sweep_stripe(const struct mrl_limit_zone *zone, struct mrl_limit_stripe *stripe,
                         uint32_t pid, uint32_t now)
{
	uint32_t unlocked = 0;
	if (!__atomic_compare_exchange_n(&stripe->lock, &unlocked, pid, false, __ATOMIC_ACQUIRE,
	                                 __ATOMIC_RELAXED)) {
		return;
	}
	for (uint32_t i = 0; i < MRL_LIMIT_STRIPE_ENTRIES; i++) {
		const struct mrl_limit_entry *entry = mrl_limit_entry(zone, stripe, i);
		if (stripe->fingerprints[i] != 0 && mrl_limit_is_dead(zone, entry, now)) {
			stripe->fingerprints[i] = 0;
			stripe->used--;
		}
	}
	__atomic_store_n(&stripe->lock, 0, __ATOMIC_RELEASE);
}

void mrl_limit_zone_sweep(const struct mrl_limit_zone *zone, const struct mrl_limit_host *host,
                          uint32_t turn)
{
	uint64_t now_ms = host->now_ms(host->context);
	__atomic_store_n(&mrl_limit_header(zone)->last_seen_ms, now_ms, __ATOMIC_RELAXED);
	for (uint32_t i = turn % SWEEP_PARTS; i < zone->stripes; i += SWEEP_PARTS) {
		sweep_stripe(zone, mrl_limit_stripe(zone, i), host->pid, (uint32_t)now_ms);
	}
}

void mrl_limit_zone_count(const struct mrl_limit_zone *zone,
                          struct mrl_limit_zone_counts *ret_counts)
{
	const uint64_t *counters = mrl_limit_header(zone)->counters;
	struct mrl_limit_zone_counts counts = {.overflows = counters[MRL_LIMIT_OVERFLOWS],
	                                       .busy = counters[MRL_LIMIT_BUSY]};
	for (uint32_t i = 0; i < zone->stripes; i++) {
		const struct mrl_limit_stripe *stripe = mrl_limit_stripe(zone, i);
		counts.used += stripe->used;
		counts.recoveries += stripe->recoveries;
	}
	*ret_counts = counts;
}
