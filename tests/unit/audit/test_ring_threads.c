/*
 * One producer and one consumer at once, for ThreadSanitizer and for the order of "published" and
 * "asleep": every record arrives, in order, and a sleeping consumer is always woken.
 */
#include "ring_fixture.h"

#include <pthread.h>
#include <sched.h>

#define RECORDS  60000
#define WAIT_MS  2000 /* a wake that was lost would cost this much: the test would time out */
#define LOSSES   20000
#define COUNTERS 4

struct shared {
	struct fixture fixture;
	struct mrl_producer producer;
};

static void *produce(void *argument)
{
	struct shared *shared = argument;
	for (uint64_t i = 1; i <= RECORDS;) {
		struct mrl_ring_call call = fixture_call(i);
		uint32_t entry;
		if (mrl_ring_reserve(&shared->producer, 10000, &call, &entry) !=
		    MRL_AUDIT_REASON_NONE) {
			sched_yield();
			continue;
		}
		struct mrl_audit_facts facts = fixture_facts(&call);
		if (mrl_audit_commit(&shared->producer, entry, &facts)) {
			mrl_ring_wake(&shared->producer.ring);
		}
		if (i % 1000 == 0) {
			usleep(100); /* let the consumer fall asleep now and then */
		}
		i++;
	}
	return NULL;
}

static void check_frame(const struct mrl_ring_frame *frame, uint64_t expected)
{
	struct mrl_audit_record record;
	assert_int_equal(frame->wseq, expected);
	assert_int_equal(frame->lost, 0);
	assert_int_equal(mrl_audit_decode(frame->payload, &record), MRL_OK);
	assert_int_equal(record.facts.time_us, 1795430400000000U + expected);
}

static void sleep_unless_more(const struct mrl_ring *ring, const struct mrl_consumer *consumer)
{
	mrl_ring_set_asleep(ring, true);
	if (!mrl_consumer_has_more(consumer)) {
		mrl_ring_wait(ring, WAIT_MS);
	}
	mrl_ring_set_asleep(ring, false);
}

static void test_pair(void **state)
{
	(void)state;
	static struct shared shared;
	static struct mrl_consumer consumer;
	pthread_t thread;
	fixture_sized(&shared.fixture, FIXTURE_INFLIGHT, FIXTURE_RING);
	const struct mrl_ring *ring = &shared.fixture.file.ring;
	assert_int_equal(mrl_ring_file_claim(&shared.fixture.file, MRL_RING_EDGE, &shared.producer),
	                 MRL_OK);
	mrl_ring_set_alive(ring, 10000);
	mrl_consumer_init(&consumer, ring, shared.producer.index);
	assert_int_equal(pthread_create(&thread, NULL, produce, &shared), 0);
	for (uint64_t expected = 1; expected <= RECORDS;) {
		struct mrl_ring_frame frame;
		enum mrl_ring_read read = mrl_consumer_read(&consumer, &frame);
		assert_int_not_equal(read, MRL_RING_BROKEN);
		if (read == MRL_RING_FRAME) {
			check_frame(&frame, expected);
			mrl_consumer_durable(&consumer, &consumer.at);
			expected++;
			continue;
		}
		sleep_unless_more(ring, &consumer);
	}
	assert_int_equal(pthread_join(thread, NULL), 0);
	fixture_remove(&shared.fixture);
}

static void *lose(void *argument)
{
	struct fixture *fixture = argument;
	for (unsigned i = 0; i < LOSSES; i++) {
		struct mrl_ring_call call = fixture_call(i);
		const struct mrl_audit_loss loss = {
			.effect = MRL_AUDIT_REFUSED,
			.reason = MRL_AUDIT_NO_SLOT,
			.status = 503,
			.time_us = i + 1,
			.op_hash = i % 20 + 1,
			.request_id = mrl_slice(call.request_id, sizeof(call.request_id)),
		};
		mrl_ring_count(&fixture->file.ring, NULL, &loss);
	}
	return NULL;
}

/* Slot 0 has many writers: whatever the daemon sees in between, the sum is exact. */
static void test_ledger(void **state)
{
	(void)state;
	static struct fixture fixture;
	pthread_t threads[COUNTERS];
	uint64_t sum = 0;
	struct mrl_ledger_news news;
	fixture_sized(&fixture, FIXTURE_INFLIGHT, FIXTURE_RING);
	for (size_t i = 0; i < COUNTERS; i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, lose, &fixture), 0);
	}
	while (sum < (uint64_t)COUNTERS * LOSSES) {
		if (mrl_ledger_look(&fixture.file.ring, 0, MRL_AUDIT_REFUSED, &news)) {
			sum += news.fresh[MRL_AUDIT_NO_SLOT];
			mrl_ledger_reported(&fixture.file.ring, 0, MRL_AUDIT_REFUSED, &news);
		}
		sched_yield();
	}
	for (size_t i = 0; i < COUNTERS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	}
	assert_int_equal(sum, (uint64_t)COUNTERS * LOSSES);
	assert_false(mrl_ledger_look(&fixture.file.ring, 0, MRL_AUDIT_REFUSED, &news));
	fixture_remove(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pair),
		cmocka_unit_test(test_ledger),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
