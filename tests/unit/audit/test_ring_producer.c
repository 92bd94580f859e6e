/* Reserving and committing: what lets a call in, what refuses it, and that frames never wrap. */
#include "ring_fixture.h"

static struct mrl_producer claim(struct fixture *fixture)
{
	struct mrl_producer producer;
	assert_int_equal(mrl_ring_file_claim(&fixture->file, MRL_RING_EDGE, &producer), MRL_OK);
	mrl_ring_set_alive(&fixture->file.ring, 10000);
	return producer;
}

static enum mrl_audit_reason reserve(struct mrl_producer *producer, uint64_t now_ms,
                                     uint32_t *ret_entry)
{
	struct mrl_ring_call call = fixture_call(1);
	return mrl_ring_reserve(producer, now_ms, &call, ret_entry);
}

static void test_daemon_alive(void **state)
{
	struct fixture *fixture = *state;
	struct mrl_producer producer;
	uint32_t entry;
	assert_int_equal(mrl_ring_file_claim(&fixture->file, MRL_RING_EDGE, &producer), MRL_OK);
	assert_int_equal(reserve(&producer, 10000, &entry), MRL_AUDIT_DAEMON_ABSENT);
	mrl_ring_set_alive(&fixture->file.ring, 10000);
	assert_int_equal(reserve(&producer, 15000, &entry), MRL_AUDIT_REASON_NONE);
	assert_int_equal(reserve(&producer, 15001, &entry), MRL_AUDIT_DAEMON_ABSENT);
	/* nginx's cached clock may lag behind the daemon's */
	assert_int_equal(reserve(&producer, 9000, &entry), MRL_AUDIT_REASON_NONE);
	assert_int_equal(producer.admitted, 2);
}

static void test_red(void **state)
{
	struct fixture *fixture = *state;
	struct mrl_producer producer = claim(fixture);
	uint32_t entry;
	mrl_ring_set_state(&fixture->file.ring, RING_RED, MRL_AUDIT_DISK_FULL);
	assert_int_equal(reserve(&producer, 10000, &entry), MRL_AUDIT_DISK_FULL);
	mrl_ring_set_state(&fixture->file.ring, RING_RED, MRL_AUDIT_IO_ERROR);
	assert_int_equal(reserve(&producer, 10000, &entry), MRL_AUDIT_IO_ERROR);
	mrl_ring_set_state(&fixture->file.ring, RING_AMBER, MRL_AUDIT_REASON_NONE);
	assert_int_equal(reserve(&producer, 10000, &entry), MRL_AUDIT_REASON_NONE);
}

/* Four entries; 16,384 bytes hold eight records of the longest form. */
static void test_bounds(void **state)
{
	struct fixture *fixture = *state;
	struct mrl_producer producer = claim(fixture);
	uint32_t entries[FIXTURE_INFLIGHT + 1];
	for (size_t i = 0; i < FIXTURE_INFLIGHT; i++) {
		assert_int_equal(reserve(&producer, 10000, &entries[i]), MRL_AUDIT_REASON_NONE);
		assert_int_equal(entries[i], i);
	}
	assert_int_equal(reserve(&producer, 10000, &entries[4]), MRL_AUDIT_RING_FULL);
	assert_int_equal(producer.slot->inflight, 4);
	assert_int_equal(producer.slot->admitted, 4);
	struct mrl_ring_call call = fixture_call(1);
	struct mrl_audit_facts facts = fixture_facts(&call);
	(void)!mrl_audit_commit(&producer, entries[2], &facts);
	assert_int_equal(reserve(&producer, 10000, &entries[4]), MRL_AUDIT_REASON_NONE);
	assert_int_equal(entries[4], 2); /* given back, taken again */
	assert_int_equal(producer.slot->inflight, 4);
}

static void test_ring_full(void **state)
{
	struct fixture *fixture = *state;
	struct mrl_producer producer = claim(fixture);
	struct mrl_ring_call call = fixture_call(1);
	struct mrl_audit_facts facts = fixture_facts(&call);
	uint64_t bytes = 0;
	uint32_t entry;
	bool wake;
	enum mrl_audit_reason reason;
	while ((reason = mrl_audit_commit_extra(&producer, 10000, &facts, &wake)) ==
	       MRL_AUDIT_REASON_NONE) {
		bytes = producer.head;
		assert_true(bytes <= FIXTURE_RING);
	}
	assert_int_equal(reason, MRL_AUDIT_RING_FULL);
	assert_true(bytes + MRL_AUDIT_REC_MAX > FIXTURE_RING);
	assert_int_equal(reserve(&producer, 10000, &entry), MRL_AUDIT_RING_FULL);
	/* reading alone gives no space back, being durable does */
	producer.slot->tail_read = bytes;
	assert_int_equal(reserve(&producer, 10000, &entry), MRL_AUDIT_RING_FULL);
	producer.slot->tail_durable = bytes;
	assert_int_equal(reserve(&producer, 10000, &entry), MRL_AUDIT_REASON_NONE);
}

/* With every entry taken, each can still commit the longest record. */
static void test_log_phase_never_lacks_space(void **state)
{
	struct fixture *fixture = *state;
	struct mrl_producer producer = claim(fixture);
	struct mrl_ring_call call = fixture_call(1);
	struct mrl_audit_facts facts = fixture_facts(&call);
	uint8_t agent[256];
	uint32_t entries[FIXTURE_INFLIGHT];
	bool wake;
	memset(agent, 'x', sizeof(agent));
	facts.user_agent = mrl_slice(agent, sizeof(agent));
	for (size_t round = 0; round < 100; round++) {
		for (size_t i = 0; i < FIXTURE_INFLIGHT; i++) {
			assert_int_equal(reserve(&producer, 10000, &entries[i]),
			                 MRL_AUDIT_REASON_NONE);
		}
		while (mrl_audit_commit_extra(&producer, 10000, &facts, &wake) ==
		       MRL_AUDIT_REASON_NONE) {
		}
		for (size_t i = 0; i < FIXTURE_INFLIGHT; i++) {
			(void)!mrl_audit_commit(&producer, entries[i], &facts);
			assert_true(producer.head - producer.slot->tail_durable <= FIXTURE_RING);
		}
		producer.slot->tail_durable = producer.head;
	}
}

static void test_entry(void **state)
{
	struct fixture *fixture = *state;
	struct mrl_producer producer = claim(fixture);
	uint8_t trace[16] = {1};
	uint8_t long_op[100];
	uint32_t entry;
	memset(long_op, 'o', sizeof(long_op));
	assert_int_equal(reserve(&producer, 10000, &entry), MRL_AUDIT_REASON_NONE);
	const struct mrl_ring_entry *place = &producer.entries[entry];
	assert_int_equal(place->state, 1);
	assert_int_equal(place->commit_wseq, 0);
	assert_int_equal(place->ip_len, 4);
	assert_int_equal(place->port, 52814);
	const struct mrl_ring_note note = {
		.op_id = mrl_slice(long_op, sizeof(long_op)),
		.user = MRL_SLICE("u-481"),
		.user_kind = 1,
		.trace = mrl_slice(trace, sizeof(trace)),
		.ip = {.bytes = {10, 0, 0, 1}, .size = 4},
		.port = 9,
	};
	mrl_ring_entry_note(&producer, entry, &note);
	assert_int_equal(place->op_len, 64);
	assert_int_equal(place->user_len, 5);
	assert_int_equal(place->user_kind, 1);
	assert_int_equal(place->trace[0], 1);
	assert_int_equal(place->ip[0], 10);
	const struct mrl_ring_note nothing = {0};
	mrl_ring_entry_note(&producer, entry, &nothing);
	assert_int_equal(place->op_len, 64);
	assert_int_equal(place->port, 9);
	struct mrl_ring_call call = fixture_call(1);
	struct mrl_audit_facts facts = fixture_facts(&call);
	(void)!mrl_audit_commit(&producer, entry, &facts);
	assert_int_equal(place->state, 0);
	assert_int_equal(place->commit_wseq, 1);
	/* what the last call noted does not show in the next */
	assert_int_equal(reserve(&producer, 10000, &entry), MRL_AUDIT_REASON_NONE);
	assert_int_equal(place->op_len + place->user_len + place->trace[0], 0);
	assert_int_equal(place->commit_wseq, 0);
}

static void test_flags(void **state)
{
	struct fixture *fixture = *state;
	struct mrl_producer producer = claim(fixture);
	struct mrl_consumer consumer;
	struct mrl_ring_frame frame;
	struct mrl_audit_record record;
	struct mrl_ring_call call = fixture_call(1);
	struct mrl_audit_facts facts = fixture_facts(&call);
	bool wake;
	mrl_consumer_init(&consumer, &fixture->file.ring, producer.index);
	assert_int_equal(mrl_audit_commit_extra(&producer, 10000, &facts, &wake), 0);
	facts.stage = MRL_AUDIT_OPEN;
	assert_int_equal(mrl_audit_commit_extra(&producer, 10000, &facts, &wake), 0);
	assert_int_equal(mrl_consumer_read(&consumer, &frame), MRL_RING_FRAME);
	assert_int_equal(mrl_audit_decode(frame.payload, &record), MRL_OK);
	assert_int_equal(record.facts.flags, MRL_AUDIT_UNRESERVED);
	assert_int_equal(mrl_consumer_read(&consumer, &frame), MRL_RING_FRAME);
	assert_int_equal(mrl_audit_decode(frame.payload, &record), MRL_OK);
	assert_int_equal(record.facts.flags, 0);
	assert_int_equal(mrl_producer_last(&producer), 2);
	assert_int_equal(mrl_producer_durable(&producer), 0);
}

static void test_wake(void **state)
{
	struct fixture *fixture = *state;
	struct mrl_producer producer = claim(fixture);
	struct mrl_ring_call call = fixture_call(1);
	struct mrl_audit_facts facts = fixture_facts(&call);
	bool wake = true;
	assert_int_equal(mrl_audit_commit_extra(&producer, 10000, &facts, &wake), 0);
	assert_false(wake);
	mrl_ring_set_asleep(&fixture->file.ring, true);
	assert_int_equal(mrl_audit_commit_extra(&producer, 10000, &facts, &wake), 0);
	assert_true(wake);
	assert_int_equal(mrl_audit_commit_extra(&producer, 10000, &facts, &wake), 0);
	assert_false(wake); /* one wake a sleep */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_daemon_alive, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_red, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_bounds, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_ring_full, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_log_phase_never_lacks_space, fixture_setup,
	                                        fixture_teardown),
		cmocka_unit_test_setup_teardown(test_entry, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_flags, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_wake, fixture_setup, fixture_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
