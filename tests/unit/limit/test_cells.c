/* The log of one key, at simulated times: what is admitted, the wait, and that no window sees more.
 */
#include "../check.h"

#include <merlon/limit.h>

#define SLOTS_MAX 30

struct log {
	uint64_t memory[2 + SLOTS_MAX];
};

static struct mrl_limit_entry *entry_of(struct log *log)
{
	return (struct mrl_limit_entry *)(void *)log->memory;
}

static struct mrl_limit_rule rule_of(uint32_t units, uint32_t window, uint32_t slots)
{
	return mrl_limit_rule((struct mrl_limit_rate){units, window}, slots);
}

static void takes(struct log *log, const struct mrl_limit_rule *rule, uint32_t now, uint32_t cost)
{
	struct mrl_limit_charge charge = mrl_limit_take(entry_of(log), rule, now, cost, 0);
	assert_int_equal(charge.verdict, MRL_LIMIT_ADMITTED);
}

static void waits(struct log *log, const struct mrl_limit_rule *rule, uint32_t now, uint32_t cost,
                  uint32_t wait)
{
	struct mrl_limit_charge charge = mrl_limit_take(entry_of(log), rule, now, cost, 0);
	assert_int_equal(charge.verdict, MRL_LIMIT_DENIED);
	assert_int_equal(charge.wait_ms, wait);
}

static void worked_example_holds(void **state)
{
	struct log log = {0};
	struct mrl_limit_rule rule = rule_of(100, 60000, 14);
	(void)state;
	assert_int_equal(rule.width, 5000);
	assert_int_equal(rule.hold, 60001);
	takes(&log, &rule, 0, 20);
	takes(&log, &rule, 4999, 20);
	takes(&log, &rule, 5000, 20);
	takes(&log, &rule, 12345, 40);
	assert_int_equal(entry_of(&log)->count, 3);
	assert_int_equal(entry_of(&log)->sum, 100);
	assert_int_equal(entry_of(&log)->cells[0].t, 4999);
	assert_int_equal(entry_of(&log)->cells[0].n, 40);
	waits(&log, &rule, 12346, 1, 52654);
	waits(&log, &rule, 12346, 50, 52655);
	waits(&log, &rule, 12346, 61, 60000);
	assert_int_equal(mrl_limit_take(entry_of(&log), &rule, 12346, 101, 0).verdict,
	                 MRL_LIMIT_NEVER);
	waits(&log, &rule, 64999, 1, 1);
	takes(&log, &rule, 65000, 40);
	assert_int_equal(entry_of(&log)->count, 3);
	assert_int_equal(entry_of(&log)->cells[1].t, 5000);
	assert_int_equal(entry_of(&log)->cells[3].t, 65000);
}

/* Also where the low half of the clock starts again. */
static void waits_are_exact(void **state)
{
	static const uint32_t starts[] = {0, UINT32_MAX - 299};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(starts); i++) {
		struct log log = {0};
		uint32_t start = starts[i];
		struct mrl_limit_rule rule = rule_of(5, 10000, 14);
		for (uint32_t at = 0; at < 500; at += 100) {
			takes(&log, &rule, start + at, 1);
		}
		waits(&log, &rule, start + 500, 1, 9501);
		waits(&log, &rule, start + 10000, 1, 1);
		takes(&log, &rule, start + 10001, 1);
		waits(&log, &rule, start + 10001, 1, 100);
	}
}

static uint32_t denials(uint32_t slots, uint32_t count, double step)
{
	struct log log = {0};
	struct mrl_limit_rule rule = rule_of(100, 60000, slots);
	uint32_t denied = 0;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t now = (uint32_t)(step * i);
		denied += mrl_limit_take(entry_of(&log), &rule, now, 1, 0).verdict !=
		          MRL_LIMIT_ADMITTED;
	}
	return denied;
}

static void steady_clients_pass(void **state)
{
	(void)state;
	assert_int_equal(denials(14, 9201, 600 / 0.92), 0);
	assert_int_equal(denials(14, 10001, 600), 764);
	assert_int_equal(denials(30, 10001, 600), 376);
}

static uint32_t greedy(uint32_t units, uint32_t window)
{
	struct log log = {0};
	struct mrl_limit_rule rule = rule_of(units, window, 14);
	uint32_t admitted = 0;
	for (uint32_t now = 0; now < 10000; now++) {
		while (mrl_limit_take(entry_of(&log), &rule, now, 1, 0).verdict ==
		       MRL_LIMIT_ADMITTED) {
			admitted++;
		}
	}
	return admitted;
}

static void greedy_clients_get_all(void **state)
{
	(void)state;
	assert_int_equal(greedy(500, 3000), 2000);
	assert_int_equal(greedy(60, 1000), 600);
}

static void refunds_are_of_their_own_cell(void **state)
{
	struct log log = {0};
	struct log other = {0};
	struct mrl_limit_rule rule = rule_of(3, 10000, 14);
	(void)state;
	takes(&log, &rule, 0, 1);
	takes(&log, &rule, 10, 1);
	takes(&log, &rule, 20, 1);
	assert_int_equal(mrl_limit_refund(entry_of(&log), &rule, 30, 10, 1), 1);
	takes(&log, &rule, 31, 1);
	waits(&log, &rule, 32, 1, 9969);
	takes(&other, &rule, 0, 1);
	takes(&other, &rule, 0, 1);
	assert_int_equal(mrl_limit_refund(entry_of(&other), &rule, 9950, 0, 1), 1);
	assert_int_equal(mrl_limit_refund(entry_of(&other), &rule, 9951, 0, 1), 0);
}

static void shifted_charges_count_from_there(void **state)
{
	struct log log = {0};
	struct mrl_limit_rule rule = rule_of(100, 60000, 14);
	rule.width = 1;
	(void)state;
	assert_int_equal(mrl_limit_take(entry_of(&log), &rule, 1000, 10, 200).stamp, 1200);
	takes(&log, &rule, 1050, 1);
	assert_int_equal(entry_of(&log)->count, 1);
	assert_int_equal(entry_of(&log)->cells[0].n, 11);
	mrl_limit_drop(entry_of(&log), &rule, 61200);
	assert_int_equal(entry_of(&log)->sum, 11);
	mrl_limit_drop(entry_of(&log), &rule, 61201);
	assert_int_equal(entry_of(&log)->sum, 0);
}

static void full_logs_merge_the_oldest(void **state)
{
	struct log log = {0};
	struct mrl_limit_rule rule = {.units = 100, .hold = 60001, .width = 5000, .slots = 3};
	(void)state;
	for (uint32_t at = 0; at <= 15000; at += 5000) {
		takes(&log, &rule, at, 1);
	}
	assert_int_equal(entry_of(&log)->count, 3);
	assert_int_equal(entry_of(&log)->cells[entry_of(&log)->first].t, 5000);
	assert_int_equal(entry_of(&log)->cells[entry_of(&log)->first].n, 2);
}

#define CHARGES 20000

static uint64_t seed;

static uint32_t draw(uint32_t below)
{
	seed = seed * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(seed >> 33) % below;
}

/* Every window that ends at a charge, against a list of all that was admitted. */
static void check_windows(const uint64_t *times, const uint32_t *costs, uint32_t count,
                          uint32_t window, uint32_t units)
{
	uint64_t sum = 0;
	uint32_t first = 0;
	for (uint32_t i = 0; i < count; i++) {
		sum += costs[i];
		while (times[i] - times[first] >= (uint64_t)window * 1000) {
			sum -= costs[first++];
		}
		assert_true(sum <= units);
	}
}

/* Times in microseconds, as the real clock has them; the log sees whole milliseconds. */
static void no_window_sees_more(void **state)
{
	static uint64_t times[CHARGES];
	static uint32_t costs[CHARGES];
	(void)state;
	seed = 1;
	for (uint32_t round = 0; round < 40; round++) {
		struct log log = {0};
		uint32_t slots = draw(2) == 0 ? 14 : 30;
		uint32_t units = 1 + draw(1000);
		uint32_t window = 1000 + draw(59000);
		struct mrl_limit_rule rule = rule_of(units, window, slots);
		uint32_t pace = 1 + (uint32_t)((uint64_t)window * 1500 / units);
		uint64_t now = draw(1000000);
		uint32_t count = 0;
		for (uint32_t i = 0; i < CHARGES; i++) {
			now += draw(pace);
			uint32_t cost = 1 + (draw(8) == 0 ? draw(50) : 0);
			struct mrl_limit_charge charge = mrl_limit_take(
				entry_of(&log), &rule, (uint32_t)(now / 1000), cost, 0);
			if (charge.verdict == MRL_LIMIT_ADMITTED) {
				times[count] = now;
				costs[count++] = cost;
			}
		}
		check_windows(times, costs, count, window, units);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(worked_example_holds),
		cmocka_unit_test(waits_are_exact),
		cmocka_unit_test(steady_clients_pass),
		cmocka_unit_test(greedy_clients_get_all),
		cmocka_unit_test(refunds_are_of_their_own_cell),
		cmocka_unit_test(shifted_charges_count_from_there),
		cmocka_unit_test(full_logs_merge_the_oldest),
		cmocka_unit_test(no_window_sees_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
