/*
 * The writer's side of revocations [AUTH-6]: entries are added, grow, and leave by expiry alone. A
 * table is rebuilt into the idle one and shown whole, so that readers never miss an entry; when it
 * is full, single tokens and sessions of the issuer with most of them become one entry that revokes
 * all of its tokens until now: too many refusals, but none too few.
 */
#include "trust_zone.h"

#define NO_ROW UINT32_MAX

void mrl_trust_writer(const struct mrl_trust_zone *zone, struct mrl_trust_writer *ret_writer)
{
	struct mrl_trust_header *header = mrl_trust_header(zone);
	const struct mrl_trust_slot *table = mrl_trust_table(zone, header->flips);
	uint32_t used = 0;
	for (uint32_t i = 0; i < zone->slots; i++) {
		used += table[i].rk[0] != 0;
	}
	MRL_TRUST_STORE(&header->used, used);
	/* dirty: the former writer may have died between an entry and its epoch */
	*ret_writer = (struct mrl_trust_writer){.zone = *zone,
	                                        .used = used,
	                                        .full = (uint32_t)((uint64_t)zone->slots * 7 / 10),
	                                        .dirty = true};
}

/* The slot of the key, or the free one where it belongs. A table is never full. */
static struct mrl_trust_slot *seek(struct mrl_trust_slot *table, uint32_t slots,
                                   struct mrl_trust_words key)
{
	uint32_t at = (uint32_t)key.first & (slots - 1);
	while (table[at].rk[0] != 0 &&
	       (table[at].rk[0] != key.first || table[at].rk[1] != key.second)) {
		at = (at + 1) & (slots - 1);
	}
	return &table[at];
}

static void fill(struct mrl_trust_slot *slot, struct mrl_trust_words key,
                 const struct mrl_trust_entry *entry, uint8_t row)
{
	MRL_TRUST_STORE(&slot->rk[1], key.second);
	MRL_TRUST_STORE(&slot->not_before_s, entry->not_before_s);
	MRL_TRUST_STORE(&slot->expires_boot_s, entry->expires_boot_s);
	MRL_TRUST_STORE(&slot->kind, (uint8_t)entry->kind);
	MRL_TRUST_STORE(&slot->row, row);
	MRL_TRUST_SHOW(&slot->rk[0], key.first);
}

/* Expiry first: a reader between the two sees an entry that is stricter, not one that is over. */
static void grow(struct mrl_trust_slot *slot, const struct mrl_trust_entry *entry)
{
	if (entry->expires_boot_s > slot->expires_boot_s) {
		MRL_TRUST_STORE(&slot->expires_boot_s, entry->expires_boot_s);
	}
	if (entry->not_before_s > slot->not_before_s) {
		MRL_TRUST_STORE(&slot->not_before_s, entry->not_before_s);
	}
}

/* Whether it is the adding that counts: a new one. */
static bool add(struct mrl_trust_slot *table, uint32_t slots, struct mrl_trust_words key,
                const struct mrl_trust_entry *entry, uint8_t row)
{
	struct mrl_trust_slot *slot = seek(table, slots, key);
	if (slot->rk[0] != 0) {
		grow(slot, entry);
		return false;
	}
	fill(slot, key, entry, row);
	return true;
}

static bool is_single(const struct mrl_trust_slot *slot)
{
	return slot->kind == MRL_TRUST_JTI || slot->kind == MRL_TRUST_SID;
}

static struct mrl_trust_slot *clear_idle(const struct mrl_trust_writer *writer, uint64_t flips)
{
	struct mrl_trust_slot *idle = mrl_trust_table(&writer->zone, flips + 1);
	/* a reader that sees a cleared slot sees that this table is not the active one */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	for (uint32_t i = 0; i < writer->zone.slots; i++) {
		MRL_TRUST_STORE(&idle[i].rk[0], 0);
	}
	return idle;
}

static void turn(struct mrl_trust_writer *writer, uint64_t flips, uint32_t used)
{
	struct mrl_trust_header *header = mrl_trust_header(&writer->zone);
	writer->used = used;
	writer->dirty = true;
	MRL_TRUST_STORE(&header->used, used);
	MRL_TRUST_SHOW(&header->flips, flips + 1);
}

/* Without what has expired and, but for NO_ROW, with one entry for the row's tokens and sessions.
 */
static void rebuild(struct mrl_trust_writer *writer, uint32_t collapsed, struct mrl_trust_now now)
{
	const struct mrl_trust_zone *zone = &writer->zone;
	uint64_t flips = mrl_trust_header(zone)->flips;
	const struct mrl_trust_slot *from = mrl_trust_table(zone, flips);
	struct mrl_trust_slot *idle = clear_idle(writer, flips);
	struct mrl_trust_entry whole = {.kind = MRL_TRUST_ISS, .not_before_s = now.unix_s + 1};
	uint32_t used = 0;
	for (uint32_t i = 0; i < zone->slots; i++) {
		const struct mrl_trust_slot *slot = &from[i];
		if (slot->rk[0] == 0 || slot->expires_boot_s <= now.boot_s) {
			continue;
		}
		if (slot->row == collapsed && is_single(slot)) {
			whole.expires_boot_s = slot->expires_boot_s > whole.expires_boot_s
			                               ? slot->expires_boot_s
			                               : whole.expires_boot_s;
			continue;
		}
		const struct mrl_trust_entry entry = {.kind = (enum mrl_trust_kind)slot->kind,
		                                      .not_before_s = slot->not_before_s,
		                                      .expires_boot_s = slot->expires_boot_s};
		const struct mrl_trust_words key = {slot->rk[0], slot->rk[1]};
		used += add(idle, zone->slots, key, &entry, slot->row);
	}
	if (whole.expires_boot_s != 0) {
		struct mrl_trust_words key = mrl_trust_words(
			&mrl_trust_row_at(zone, collapsed)->rk);
		used += add(idle, zone->slots, key, &whole, (uint8_t)collapsed);
	}
	turn(writer, flips, used);
}

/* The row with most tokens and sessions; NO_ROW: there are none. */
static uint32_t most(const struct mrl_trust_writer *writer)
{
	const struct mrl_trust_zone *zone = &writer->zone;
	const struct mrl_trust_slot *table = mrl_trust_table(zone, mrl_trust_header(zone)->flips);
	uint32_t counts[MRL_TRUST_ISSUERS] = {0};
	uint32_t best = 0;
	for (uint32_t i = 0; i < zone->slots; i++) {
		if (table[i].rk[0] != 0 && is_single(&table[i])) {
			counts[table[i].row % MRL_TRUST_ISSUERS]++;
		}
	}
	for (uint32_t i = 1; i < MRL_TRUST_ISSUERS; i++) {
		best = counts[i] > counts[best] ? i : best;
	}
	return counts[best] == 0 ? NO_ROW : best;
}

/* Room for one more. Freeing a few at a time would rebuild for each insert. */
static bool make_room(struct mrl_trust_writer *writer, struct mrl_trust_now now)
{
	rebuild(writer, NO_ROW, now);
	if (writer->used + writer->zone.slots / 64 >= writer->full) {
		uint32_t row = most(writer);
		if (row != NO_ROW) {
			rebuild(writer, row, now);
			uint32_t *collapses = &mrl_trust_header(&writer->zone)->collapses;
			MRL_TRUST_STORE(collapses, *collapses + 1);
		}
	}
	return writer->used < writer->full;
}

enum mrl_err mrl_trust_insert(struct mrl_trust_writer *writer, uint32_t row,
                              const struct mrl_trust_rk *rk, const struct mrl_trust_entry *entry,
                              struct mrl_trust_now now)
{
	struct mrl_trust_header *header = mrl_trust_header(&writer->zone);
	struct mrl_trust_words key = mrl_trust_words(rk);
	const struct mrl_trust_slot *slot = seek(mrl_trust_table(&writer->zone, header->flips),
	                                         writer->zone.slots, key);
	if (slot->rk[0] == 0 && writer->used >= writer->full && !make_room(writer, now)) {
		return MRL_ERR_FULL;
	}
	writer->used += add(mrl_trust_table(&writer->zone, header->flips), writer->zone.slots, key,
	                    entry, (uint8_t)(row % MRL_TRUST_ISSUERS));
	writer->dirty = true;
	MRL_TRUST_STORE(&header->used, writer->used);
	return MRL_OK;
}

void mrl_trust_sweep(struct mrl_trust_writer *writer, uint32_t now_boot_s)
{
	const struct mrl_trust_slot *table = mrl_trust_table(
		&writer->zone, mrl_trust_header(&writer->zone)->flips);
	uint32_t expired = 0;
	for (uint32_t i = 0; i < writer->zone.slots; i++) {
		expired += table[i].rk[0] != 0 && table[i].expires_boot_s <= now_boot_s;
	}
	if (expired != 0 && expired >= writer->used / 4) {
		rebuild(writer, NO_ROW, (struct mrl_trust_now){.boot_s = now_boot_s});
	}
}

void mrl_trust_commit(struct mrl_trust_writer *writer)
{
	if (!writer->dirty) {
		return;
	}
	writer->dirty = false;
	(void)__atomic_add_fetch(&mrl_trust_header(&writer->zone)->epoch, 1, __ATOMIC_RELEASE);
}
