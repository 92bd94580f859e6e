/* Reading: wrap, every bad frame, what a dead worker left, and what a restarted daemon finds. */
#include "ring_fixture.h"

struct pair {
	struct fixture *fixture;
	struct mrl_producer producer;
	struct mrl_consumer consumer;
};

static struct pair open_pair(void **state)
{
	struct pair pair = {.fixture = *state};
	assert_int_equal(mrl_ring_file_claim(&pair.fixture->file, MRL_RING_EDGE, &pair.producer),
	                 MRL_OK);
	mrl_ring_set_alive(&pair.fixture->file.ring, 10000);
	mrl_consumer_init(&pair.consumer, &pair.fixture->file.ring, pair.producer.index);
	return pair;
}

static void commit(struct mrl_producer *producer, uint64_t number)
{
	struct mrl_ring_call call = fixture_call(number);
	struct mrl_audit_facts facts = fixture_facts(&call);
	bool wake;
	assert_int_equal(mrl_audit_commit_extra(producer, 10000, &facts, &wake),
	                 MRL_AUDIT_REASON_NONE);
}

static struct mrl_ring_frame read_one(struct mrl_consumer *consumer)
{
	struct mrl_ring_frame frame;
	assert_int_equal(mrl_consumer_read(consumer, &frame), MRL_RING_FRAME);
	return frame;
}

static void check_empty(struct mrl_consumer *consumer)
{
	struct mrl_ring_frame frame;
	assert_int_equal(mrl_consumer_read(consumer, &frame), MRL_RING_EMPTY);
	assert_false(mrl_consumer_has_more(consumer));
}

static void test_wrap(void **state)
{
	struct pair pair = open_pair(state);
	check_empty(&pair.consumer);
	for (uint64_t i = 1; i <= 3000; i++) {
		struct mrl_audit_record record;
		commit(&pair.producer, i);
		assert_true(mrl_consumer_has_more(&pair.consumer));
		struct mrl_ring_frame frame = read_one(&pair.consumer);
		assert_int_equal(frame.wseq, i);
		assert_int_equal(frame.lost, 0);
		assert_int_equal(mrl_audit_decode(frame.payload, &record), MRL_OK);
		assert_int_equal(record.facts.time_us, 1795430400000000U + i);
		assert_int_equal(mrl_consumer_used(&pair.consumer) % 8, 0);
		mrl_consumer_durable(&pair.consumer, &pair.consumer.at);
		assert_int_equal(mrl_consumer_used(&pair.consumer), 0);
		assert_int_equal(mrl_producer_durable(&pair.producer), i);
	}
	assert_true(pair.producer.head > 10 * FIXTURE_RING);
	check_empty(&pair.consumer);
}

/* Spoils the second of four frames, which all have the same size, and reads. */
static void check_broken(void **state, void (*spoil)(uint8_t *frame))
{
	struct pair pair = open_pair(state);
	struct mrl_ring_frame frame;
	commit(&pair.producer, 1);
	uint64_t second = pair.producer.head;
	for (uint64_t i = 2; i <= 4; i++) {
		commit(&pair.producer, i);
	}
	spoil(pair.producer.data + second);
	assert_int_equal(read_one(&pair.consumer).wseq, 1);
	assert_int_equal(mrl_consumer_read(&pair.consumer, &frame), MRL_RING_BROKEN);
	check_empty(&pair.consumer);
	commit(&pair.producer, 5);
	frame = read_one(&pair.consumer);
	assert_int_equal(frame.wseq, 5);
	assert_int_equal(frame.lost, 3);
	commit(&pair.producer, 6);
	assert_int_equal(read_one(&pair.consumer).lost, 0);
}

static void spoil_len(uint8_t *frame)
{
	uint32_t len = MRL_AUDIT_PAYLOAD_MAX + 1;
	memcpy(frame, &len, sizeof(len));
}

static void spoil_len_huge(uint8_t *frame)
{
	memset(frame, 0xFF, 4);
}

static void spoil_len_beyond_head(uint8_t *frame)
{
	uint32_t len = MRL_AUDIT_PAYLOAD_MAX;
	memcpy(frame, &len, sizeof(len));
}

static void spoil_crc(uint8_t *frame)
{
	frame[4] ^= 1;
}

static void spoil_payload(uint8_t *frame)
{
	frame[20] ^= 1;
}

static void spoil_wseq(uint8_t *frame)
{
	frame[8]++;
}

static void test_bad_len(void **state)
{
	check_broken(state, spoil_len);
}

static void test_huge_len(void **state)
{
	check_broken(state, spoil_len_huge);
}

static void test_len_beyond_head(void **state)
{
	check_broken(state, spoil_len_beyond_head);
}

static void test_bad_crc(void **state)
{
	check_broken(state, spoil_crc);
}

static void test_bad_payload(void **state)
{
	check_broken(state, spoil_payload);
}

static void test_bad_wseq(void **state)
{
	check_broken(state, spoil_wseq);
}

static void test_bad_head(void **state)
{
	struct pair pair = open_pair(state);
	struct mrl_ring_frame frame;
	commit(&pair.producer, 1);
	uint64_t head = pair.producer.slot->head;
	static const uint64_t heads[] = {FIXTURE_RING + 8, UINT64_MAX, 7, 1ULL << 63};
	for (size_t i = 0; i < MRL_COUNT(heads); i++) {
		mrl_consumer_init(&pair.consumer, &pair.fixture->file.ring, pair.producer.index);
		pair.producer.slot->head = heads[i];
		assert_int_equal(mrl_consumer_read(&pair.consumer, &frame), MRL_RING_BROKEN);
		assert_int_equal(pair.consumer.at.tail, heads[i]);
	}
	pair.producer.slot->head = head;
}

static void test_settle(void **state)
{
	struct pair pair = open_pair(state);
	struct mrl_ring_frame frame;
	commit(&pair.producer, 1);
	commit(&pair.producer, 2);
	assert_int_equal(mrl_consumer_settle(&pair.consumer), 0); /* there is still to read */
	pair.producer.data[20] ^= 1;
	assert_int_equal(mrl_consumer_read(&pair.consumer, &frame), MRL_RING_BROKEN);
	assert_int_equal(mrl_consumer_settle(&pair.consumer), 2);
	assert_int_equal(mrl_consumer_settle(&pair.consumer), 0);
	commit(&pair.producer, 3);
	frame = read_one(&pair.consumer);
	assert_int_equal(frame.wseq, 3);
	assert_int_equal(frame.lost, 0);
}

/* A daemon that was killed before its group was durable reads the same frames again. */
static void test_restart(void **state)
{
	struct pair pair = open_pair(state);
	for (uint64_t i = 1; i <= 4; i++) {
		commit(&pair.producer, i);
	}
	read_one(&pair.consumer);
	pair.consumer.at.extra = 1;
	mrl_consumer_durable(&pair.consumer, &pair.consumer.at);
	read_one(&pair.consumer);
	mrl_consumer_init(&pair.consumer, &pair.fixture->file.ring, pair.producer.index);
	assert_int_equal(pair.consumer.at.extra, 1);
	struct mrl_ring_frame frame = read_one(&pair.consumer);
	assert_int_equal(frame.wseq, 2);
	assert_int_equal(frame.lost, 0);
}

static uint32_t reserve(struct pair *pair, uint64_t number)
{
	struct mrl_ring_call call = fixture_call(number);
	uint32_t entry;
	assert_int_equal(mrl_ring_reserve(&pair->producer, 10000, &call, &entry),
	                 MRL_AUDIT_REASON_NONE);
	return entry;
}

static void test_incomplete(void **state)
{
	struct pair pair = open_pair(state);
	struct mrl_ring_entry ids;
	struct mrl_audit_facts facts;
	uint32_t flying = reserve(&pair, 1);
	uint32_t done = reserve(&pair, 2);
	uint32_t cut = reserve(&pair, 3);
	struct mrl_ring_call call = fixture_call(2);
	struct mrl_audit_facts done_facts = fixture_facts(&call);
	const struct mrl_ring_note note = {.op_id = MRL_SLICE("getOrder")};
	mrl_ring_entry_note(&pair.producer, flying, &note);
	(void)!mrl_audit_commit(&pair.producer, done, &done_facts);
	read_one(&pair.consumer);
	/* killed between naming the frame and publishing it; and between publishing and giving back
	 */
	pair.producer.entries[cut].commit_wseq = 2;
	pair.producer.entries[done].state = 1;
	assert_true(mrl_consumer_incomplete(&pair.consumer, flying, &ids, &facts));
	assert_int_equal(facts.stage, MRL_AUDIT_INCOMPLETE);
	check_slice(facts.op_id, "getOrder");
	assert_int_equal(facts.ip.size, 4);
	assert_int_equal(facts.trace.size, 0);
	assert_int_equal(facts.request_id.size, 16);
	assert_true(mrl_consumer_incomplete(&pair.consumer, cut, &ids, &facts));
	assert_false(mrl_consumer_incomplete(&pair.consumer, done, &ids, &facts));
	assert_false(mrl_consumer_incomplete(&pair.consumer, 3, &ids, &facts));
}

static void test_hostile_entry(void **state)
{
	struct pair pair = open_pair(state);
	struct mrl_ring_entry ids;
	struct mrl_audit_facts facts;
	memset(&pair.producer.entries[0], 0xFF, sizeof(struct mrl_ring_entry));
	pair.producer.entries[0].state = 1;
	pair.producer.entries[0].commit_wseq = 0;
	assert_true(mrl_consumer_incomplete(&pair.consumer, 0, &ids, &facts));
	assert_int_equal(facts.op_id.size, 0);
	assert_int_equal(facts.ip.size, 0);
	assert_int_equal(facts.method, MRL_METHOD_OTHER);
}

static void test_clear(void **state)
{
	struct pair pair = open_pair(state);
	reserve(&pair, 1);
	commit(&pair.producer, 2);
	mrl_slot_clear(&pair.fixture->file.ring, pair.producer.index);
	struct mrl_slot_view view = mrl_slot_look(&pair.fixture->file.ring, pair.producer.index);
	assert_int_equal(view.state, SLOT_LIVE); /* until it is freed */
	assert_int_equal(view.head + view.incarnation, 0);
	assert_int_equal(pair.producer.entries[0].state, 0);
	mrl_slot_free(&pair.fixture->file.ring, pair.producer.index);
	assert_int_equal(mrl_slot_look(&pair.fixture->file.ring, pair.producer.index).state,
	                 SLOT_FREE);
}

#define WITH_RING(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_RING(test_wrap),       WITH_RING(test_bad_len),
		WITH_RING(test_huge_len),   WITH_RING(test_len_beyond_head),
		WITH_RING(test_bad_crc),    WITH_RING(test_bad_payload),
		WITH_RING(test_bad_wseq),   WITH_RING(test_bad_head),
		WITH_RING(test_settle),     WITH_RING(test_restart),
		WITH_RING(test_incomplete), WITH_RING(test_hostile_entry),
		WITH_RING(test_clear),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
