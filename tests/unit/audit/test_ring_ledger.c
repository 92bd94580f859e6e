/* Losses: exact counts by reason, details of the span since the last look, dead lock holders. */
#include "ring_fixture.h"

static void count(struct fixture *fixture, enum mrl_audit_reason reason, uint64_t time_us,
                  const char *op)
{
	uint8_t id[16] = {(uint8_t)time_us};
	const struct mrl_audit_loss loss = {
		.effect = MRL_AUDIT_REFUSED,
		.reason = reason,
		.status = 503,
		.time_us = time_us,
		.bytes = 10,
		.op_hash = op == NULL ? 0 : mrl_audit_op_hash(mrl_slice_text(op)),
		.request_id = mrl_slice(id, sizeof(id)),
	};
	mrl_ring_count(&fixture->file.ring, NULL, &loss);
}

static void test_counts(void **state)
{
	struct fixture *fixture = *state;
	const struct mrl_ring *ring = &fixture->file.ring;
	struct mrl_ledger_news news;
	assert_false(mrl_ledger_look(ring, 0, MRL_AUDIT_REFUSED, &news));
	count(fixture, MRL_AUDIT_RING_FULL, 5, "a");
	count(fixture, MRL_AUDIT_RING_FULL, 6, "b");
	count(fixture, MRL_AUDIT_DAEMON_ABSENT, 7, "a");
	assert_false(mrl_ledger_look(ring, 0, MRL_AUDIT_PASSED, &news));
	assert_true(mrl_ledger_look(ring, 0, MRL_AUDIT_REFUSED, &news));
	assert_int_equal(news.fresh[MRL_AUDIT_RING_FULL], 2);
	assert_int_equal(news.fresh[MRL_AUDIT_DAEMON_ABSENT], 1);
	assert_int_equal(news.fresh_classes[5], 3);
	assert_true(news.has_details);
	assert_int_equal(news.details.first_us, 5);
	assert_int_equal(news.details.last_us, 7);
	assert_int_equal(news.details.first_id[0], 5);
	assert_int_equal(news.details.last_id[0], 7);
	assert_int_equal(ring_slot(ring, 0)->ledgers[0].bytes, 30);
	assert_int_equal(news.details.cells[0].op_hash, mrl_audit_op_hash(MRL_SLICE("a")));
	assert_int_equal(news.details.cells[0].count, 2);
	assert_int_equal(news.details.cells[1].count, 1);
	/* not durable yet: still news. Then not any more, and a new span begins */
	assert_true(mrl_ledger_look(ring, 0, MRL_AUDIT_REFUSED, &news));
	mrl_ledger_reported(ring, 0, MRL_AUDIT_REFUSED, &news);
	assert_false(mrl_ledger_look(ring, 0, MRL_AUDIT_REFUSED, &news));
	count(fixture, MRL_AUDIT_RING_FULL, 9, NULL);
	assert_true(mrl_ledger_look(ring, 0, MRL_AUDIT_REFUSED, &news));
	assert_int_equal(news.fresh[MRL_AUDIT_RING_FULL], 1);
	assert_int_equal(news.reasons[MRL_AUDIT_RING_FULL], 3);
	assert_int_equal(news.details.first_us, 9);
	assert_int_equal(news.details.cells[0].count, 0);
}

static void test_own_slot(void **state)
{
	struct fixture *fixture = *state;
	struct mrl_ledger_news news;
	struct mrl_producer producer;
	assert_int_equal(mrl_ring_file_claim(&fixture->file, MRL_RING_EDGE, &producer), MRL_OK);
	const struct mrl_audit_loss loss = {
		.effect = MRL_AUDIT_PASSED,
		.reason = MRL_AUDIT_RING_FULL,
		.status = 200,
	};
	mrl_ring_count(&fixture->file.ring, &producer, &loss);
	assert_false(mrl_ledger_look(&fixture->file.ring, 0, MRL_AUDIT_PASSED, &news));
	assert_true(mrl_ledger_look(&fixture->file.ring, 1, MRL_AUDIT_PASSED, &news));
	assert_int_equal(news.fresh_classes[2], 1);
	const struct mrl_audit_loss wrong = {.effect = MRL_AUDIT_RECORD_LOST};
	mrl_ring_count(&fixture->file.ring, &producer, &wrong); /* no ledger for that */
}

static void test_space_saving(void **state)
{
	struct fixture *fixture = *state;
	struct mrl_ledger_news news;
	char name[8];
	for (unsigned i = 0; i < 400; i++) {
		snprintf(name, sizeof(name), "%u", i % 40);
		count(fixture, MRL_AUDIT_RING_FULL, 1, i % 2 == 0 ? "hot" : name);
	}
	assert_true(mrl_ledger_look(&fixture->file.ring, 0, MRL_AUDIT_REFUSED, &news));
	uint64_t hot = 0;
	uint64_t sum = 0;
	for (size_t i = 0; i < LEDGER_CELLS; i++) {
		const struct ledger_cell *cell = &news.details.cells[i];
		sum += cell->count;
		hot = cell->op_hash == mrl_audit_op_hash(MRL_SLICE("hot")) ? cell->count : hot;
	}
	assert_int_equal(sum, 400);
	assert_true(hot >= 200);
}

/* A process that was killed while it held the lock: counts go on, details stay away. */
static void test_dead_holder(void **state)
{
	struct fixture *fixture = *state;
	struct mrl_ledger_news news;
	ring_slot(&fixture->file.ring, 0)->ledgers[0].lock = 1;
	count(fixture, MRL_AUDIT_RING_FULL, 5, "a");
	assert_true(mrl_ledger_look(&fixture->file.ring, 0, MRL_AUDIT_REFUSED, &news));
	assert_int_equal(news.fresh[MRL_AUDIT_RING_FULL], 1);
	assert_false(news.has_details);
}

static void test_resume(void **state)
{
	struct fixture *fixture = *state;
	const struct mrl_ring *ring = &fixture->file.ring;
	struct mrl_ledger_news news;
	for (unsigned i = 0; i < 5; i++) {
		count(fixture, MRL_AUDIT_RING_FULL, 5, "a");
	}
	mrl_ledger_resume(ring, 0, MRL_AUDIT_REFUSED, MRL_AUDIT_RING_FULL, 3);
	assert_true(mrl_ledger_look(ring, 0, MRL_AUDIT_REFUSED, &news));
	assert_int_equal(news.fresh[MRL_AUDIT_RING_FULL], 2);
	/* more than ever was counted is of another ring's life */
	mrl_ledger_resume(ring, 0, MRL_AUDIT_REFUSED, MRL_AUDIT_RING_FULL, 6);
	assert_true(mrl_ledger_look(ring, 0, MRL_AUDIT_REFUSED, &news));
	assert_int_equal(news.fresh[MRL_AUDIT_RING_FULL], 2);
}

static void test_op_hash(void **state)
{
	(void)state;
	assert_int_not_equal(mrl_audit_op_hash(MRL_SLICE_NONE), 0);
	/* FNV-1a's published vector */
	assert_true(mrl_audit_op_hash(MRL_SLICE("foobar")) == 0x85944171F73967E8U);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_counts, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_own_slot, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_space_saving, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_dead_holder, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_resume, fixture_setup, fixture_teardown),
		cmocka_unit_test(test_op_hash),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
