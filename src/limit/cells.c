/*
 * The cell log of one key [RATE-2]. A process may die at any store: what is charged is written
 * before it is counted, so that a log is never found with less than was admitted.
 */
#include <merlon/limit.h>

#include <stdatomic.h>

#define UNITS_TOP 0x7FFFFFFFU
#define REFUND_MS 50 /* before a cell goes: a later one must not shrink in its place */
#define SPARE     2  /* cells beyond those of a window: the one that goes, and a shifted one */
#define GUARD_MS  1  /* stamps are rounded down */

struct mrl_limit_rule mrl_limit_rule(struct mrl_limit_rate rate, uint32_t slots)
{
	uint32_t cells = slots - SPARE;
	uint32_t width = (rate.window_ms + cells - 1) / cells;
	return (struct mrl_limit_rule){
		.units = rate.units,
		.hold = rate.window_ms + GUARD_MS,
		.width = rate.units <= slots ? 1 : width,
		.slots = slots,
	};
}

/* The order in which another process would find the stores of this one. */
static void in_order(void)
{
	atomic_signal_fence(memory_order_seq_cst);
}

static struct mrl_limit_cell *cell_at(struct mrl_limit_entry *entry, uint32_t slots, uint32_t place)
{
	uint32_t at = entry->first + place;
	return &entry->cells[at >= slots ? at - slots : at];
}

static const struct mrl_limit_cell *peek_at(const struct mrl_limit_entry *entry, uint32_t slots,
                                            uint32_t place)
{
	uint32_t at = entry->first + place;
	return &entry->cells[at >= slots ? at - slots : at];
}

static bool is_over(uint32_t t, uint32_t hold, uint32_t now)
{
	return (int32_t)(now - t) >= (int32_t)hold;
}

/* Both bytes by one store. */
static void set_ring(struct mrl_limit_entry *entry, uint32_t first, uint32_t count)
{
	uint8_t pair[2] = {(uint8_t)first, (uint8_t)count};
	uint16_t word;
	memcpy(&word, pair, sizeof(word));
	in_order();
	__atomic_store_n((uint16_t *)(void *)&entry->first, word, __ATOMIC_RELAXED);
	in_order();
}

static uint32_t next_place(uint32_t place, uint32_t slots)
{
	return place + 1 == slots ? 0 : place + 1;
}

void mrl_limit_drop(struct mrl_limit_entry *entry, const struct mrl_limit_rule *rule, uint32_t now)
{
	while (entry->count != 0 && is_over(entry->cells[entry->first].t, rule->hold, now)) {
		uint32_t n = entry->cells[entry->first].n;
		set_ring(entry, next_place(entry->first, rule->slots), entry->count - 1U);
		entry->sum = entry->sum > n ? entry->sum - n : 0;
	}
}

/* When the units that stand in the way are gone. */
static uint32_t wait_of(const struct mrl_limit_entry *entry, const struct mrl_limit_rule *rule,
                        uint32_t now, uint32_t cost)
{
	int64_t need = (int64_t)entry->sum + cost - rule->units;
	for (uint32_t i = 0; i < entry->count; i++) {
		const struct mrl_limit_cell *cell = peek_at(entry, rule->slots, i);
		need -= cell->n;
		if (need <= 0) {
			return cell->t + rule->hold - now;
		}
	}
	return rule->hold;
}

struct mrl_limit_charge mrl_limit_check(const struct mrl_limit_entry *entry,
                                        const struct mrl_limit_rule *rule, uint32_t now,
                                        uint32_t cost)
{
	if (cost > rule->units) {
		return (struct mrl_limit_charge){.verdict = MRL_LIMIT_NEVER};
	}
	if ((uint64_t)entry->sum + cost > rule->units) {
		return (struct mrl_limit_charge){.verdict = MRL_LIMIT_DENIED,
		                                 .wait_ms = wait_of(entry, rule, now, cost)};
	}
	return (struct mrl_limit_charge){.verdict = MRL_LIMIT_ADMITTED};
}

static uint32_t add_up(uint32_t a, uint32_t b, uint32_t top)
{
	return a > top - b ? top : a + b;
}

/* The two oldest become one, which counts as long as the later of them. */
static void merge_oldest(struct mrl_limit_entry *entry, uint32_t slots)
{
	const struct mrl_limit_cell *oldest = cell_at(entry, slots, 0);
	struct mrl_limit_cell *younger = cell_at(entry, slots, 1);
	younger->n = add_up(younger->n, oldest->n, UNITS_TOP);
	set_ring(entry, next_place(entry->first, slots), entry->count - 1U);
}

static void append(struct mrl_limit_entry *entry, const struct mrl_limit_rule *rule, uint32_t t,
                   uint32_t cost)
{
	if (entry->count >= rule->slots) {
		merge_oldest(entry, rule->slots);
	}
	*cell_at(entry, rule->slots, entry->count) = (struct mrl_limit_cell){t, cost};
	set_ring(entry, entry->first, entry->count + 1U);
}

uint32_t mrl_limit_force(struct mrl_limit_entry *entry, const struct mrl_limit_rule *rule,
                         uint32_t now, uint32_t cost, uint32_t shift)
{
	struct mrl_limit_cell *newest = entry->count == 0
	                                        ? NULL
	                                        : cell_at(entry, rule->slots, entry->count - 1U);
	uint32_t t = now + shift;
	if (newest != NULL && (int32_t)(newest->t - t) > 0) {
		t = newest->t;
	}
	if (newest != NULL && t / rule->width == newest->t / rule->width) {
		newest->t = t;
		in_order();
		newest->n = add_up(newest->n, cost, UNITS_TOP);
		in_order();
	} else {
		append(entry, rule, t, cost);
	}
	entry->sum = add_up(entry->sum, cost, UINT32_MAX);
	return t;
}

struct mrl_limit_charge mrl_limit_take(struct mrl_limit_entry *entry,
                                       const struct mrl_limit_rule *rule, uint32_t now,
                                       uint32_t cost, uint32_t shift)
{
	mrl_limit_drop(entry, rule, now);
	struct mrl_limit_charge charge = mrl_limit_check(entry, rule, now, cost);
	if (charge.verdict == MRL_LIMIT_ADMITTED) {
		charge.stamp = mrl_limit_force(entry, rule, now, cost, shift);
	}
	return charge;
}

uint32_t mrl_limit_refund(struct mrl_limit_entry *entry, const struct mrl_limit_rule *rule,
                          uint32_t now, uint32_t stamp, uint32_t cost)
{
	uint32_t place = 0;
	if (is_over(stamp, rule->hold - REFUND_MS, now)) {
		return 0;
	}
	while (place < entry->count &&
	       (int32_t)(peek_at(entry, rule->slots, place)->t - stamp) < 0) {
		place++;
	}
	if (place == entry->count) {
		return 0;
	}
	struct mrl_limit_cell *cell = cell_at(entry, rule->slots, place);
	uint32_t units = cost < cell->n ? cost : cell->n;
	entry->sum = entry->sum > units ? entry->sum - units : 0;
	in_order();
	cell->n -= units;
	return units;
}
