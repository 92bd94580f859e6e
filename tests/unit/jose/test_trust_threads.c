/*
 * One writer and eight readers of the trust zone at once, through many rebuilds: nothing that was
 * inserted and is not over is ever missed, and no set of keys is ever seen half.
 *
 * The writer's clock is the number of the entry, so that entries end in order.
 */
#include "trust_fixture.h"

#include <pthread.h>

#define READERS  8
#define LIVE     2000 /* entries at once, of 2,867 that fit */
#define SETS     2000
#define PER_TICK 100 /* entries a second of the writer's clock */

static uint64_t inserts = 10000000;

struct shared {
	struct fixture fixture;
	uint64_t done; /* entries that were acknowledged */
	bool over;
};

static uint32_t second_of(uint64_t number)
{
	return (uint32_t)(number / PER_TICK + 1);
}

static void *write_entries(void *argument)
{
	struct shared *shared = argument;
	for (uint64_t i = 0; i < inserts; i++) {
		const struct mrl_trust_entry entry = {MRL_TRUST_JTI, 0,
		                                      second_of(i) + LIVE / PER_TICK + 2};
		struct mrl_trust_rk rk = fixture_number_rk(i);
		const struct mrl_trust_now now = {.unix_s = 1, .boot_s = second_of(i)};
		if (mrl_trust_insert(&shared->fixture.writer, 0, &rk, &entry, now) != MRL_OK) {
			abort();
		}
		mrl_trust_commit(&shared->fixture.writer);
		__atomic_store_n(&shared->done, i + 1, __ATOMIC_RELEASE);
	}
	__atomic_store_n(&shared->over, true, __ATOMIC_RELEASE);
	return NULL;
}

static void *read_entries(void *argument)
{
	struct shared *shared = argument;
	uint64_t random = (uint64_t)(uintptr_t)&random | 1, missed = 0;
	while (!__atomic_load_n(&shared->over, __ATOMIC_ACQUIRE)) {
		uint64_t done = __atomic_load_n(&shared->done, __ATOMIC_ACQUIRE);
		random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		uint64_t back = 1 + (random >> 33) % LIVE;
		if (back > done) {
			continue;
		}
		struct mrl_trust_rk rk = fixture_number_rk(done - back);
		struct mrl_trust_entry found;
		/* judged at the time that we began at: later it may rightly be gone, and the
		 * writer says how far it is only after */
		bool is = mrl_trust_revoked(&shared->fixture.zone, &rk, 0, second_of(done - back),
		                            &found);
		uint64_t now = __atomic_load_n(&shared->done, __ATOMIC_ACQUIRE);
		missed += !is && now - (done - back) < LIVE;
	}
	return (void *)(uintptr_t)missed;
}

static void readers_miss_nothing(void **state)
{
	struct shared shared = {.done = 0};
	pthread_t writer, readers[READERS];
	uintptr_t missed = 0;
	(void)state;
	fixture_make(&shared.fixture, MRL_TRUST_SLOTS_MIN);
	for (int i = 0; i < READERS; i++) {
		assert_int_equal(pthread_create(&readers[i], NULL, read_entries, &shared), 0);
	}
	assert_int_equal(pthread_create(&writer, NULL, write_entries, &shared), 0);
	for (int i = 0; i < READERS; i++) {
		void *result;
		assert_int_equal(pthread_join(readers[i], &result), 0);
		missed += (uintptr_t)result;
	}
	assert_int_equal(pthread_join(writer, NULL), 0);
	assert_int_equal(missed, 0);
	free(shared.fixture.memory);
}

static void *write_keys(void *argument)
{
	static uint8_t text[4096];
	struct shared *shared = argument;
	for (uint32_t i = 0; i < SETS; i++) {
		memset(text, (int)(i & 0xFF), sizeof(text));
		if (mrl_trust_keys_put(&shared->fixture.writer, 0,
		                       mrl_slice(text, sizeof(text) - i % 9)) != MRL_OK) {
			abort();
		}
	}
	__atomic_store_n(&shared->over, true, __ATOMIC_RELEASE);
	return NULL;
}

static void *read_keys(void *argument)
{
	struct shared *shared = argument;
	uint8_t *into = malloc(MRL_TRUST_KEYS_BYTES);
	uint64_t wrong = into == NULL;
	while (into != NULL && !__atomic_load_n(&shared->over, __ATOMIC_ACQUIRE)) {
		struct mrl_slice text;
		uint32_t generation;
		if (mrl_trust_keys(&shared->fixture.zone, 0, into, &generation, &text) != MRL_OK) {
			continue;
		}
		wrong += text.size != 4096 - (generation - 1) % 9;
		for (size_t i = 0; i < text.size; i++) {
			wrong += text.data[i] != (uint8_t)(generation - 1);
		}
	}
	free(into);
	return (void *)(uintptr_t)wrong;
}

static void no_set_is_seen_half(void **state)
{
	struct shared shared = {.done = 0};
	pthread_t writer, readers[READERS];
	uintptr_t wrong = 0;
	(void)state;
	fixture_make(&shared.fixture, MRL_TRUST_SLOTS_MIN);
	for (int i = 0; i < READERS; i++) {
		assert_int_equal(pthread_create(&readers[i], NULL, read_keys, &shared), 0);
	}
	assert_int_equal(pthread_create(&writer, NULL, write_keys, &shared), 0);
	for (int i = 0; i < READERS; i++) {
		void *result;
		assert_int_equal(pthread_join(readers[i], &result), 0);
		wrong += (uintptr_t)result;
	}
	assert_int_equal(pthread_join(writer, NULL), 0);
	assert_int_equal(wrong, 0);
	free(shared.fixture.memory);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(readers_miss_nothing),
		cmocka_unit_test(no_set_is_seen_half),
	};
	if (argc > 1) {
		inserts = strtoull(argv[1], NULL, 10);
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
