/* Processes that share a zone and want all they can get: together they get the limit, whoever is
 * killed on the way. */
#include "zone_fixture.h"

#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PROCESSES 8

struct shared {
	uint64_t ticks; /* the clock: turns that anybody took, so that no test waits for time */
	uint64_t admitted;
	uint64_t attempts;
};

static uint64_t shared_now(void *context)
{
	struct shared *shared = context;
	return __atomic_load_n(&shared->ticks, __ATOMIC_SEQ_CST);
}

static bool really_gone(void *context, uint32_t pid)
{
	(void)context;
	return kill((pid_t)pid, 0) == -1;
}

static void really_yield(void *context)
{
	(void)context;
	(void)sched_yield();
}

static void take_all(struct zone_fixture *fixture, struct shared *shared,
                     const struct mrl_limit_request *requests, uint32_t turns)
{
	fixture->host = (struct mrl_limit_host){.now_ms = shared_now,
	                                        .is_gone = really_gone,
	                                        .yield = really_yield,
	                                        .context = shared,
	                                        .pid = (uint32_t)getpid()};
	for (uint32_t i = 0; i < turns; i++) {
		struct mrl_limit_result result;
		if (mrl_limit_decide(requests, 2, &fixture->host, &result) == MRL_OK &&
		    result.verdict == MRL_LIMIT_ADMITTED) {
			(void)__atomic_fetch_add(&shared->admitted, 1, __ATOMIC_SEQ_CST);
		}
		(void)__atomic_fetch_add(&shared->attempts, 1, __ATOMIC_SEQ_CST);
	}
}

static pid_t start(struct zone_fixture *fixture, struct shared *shared,
                   const struct mrl_limit_request *requests, uint32_t turns)
{
	pid_t pid = fork();
	if (pid == 0) {
		take_all(fixture, shared, requests, turns);
		_exit(0);
	}
	assert_true(pid > 0);
	return pid;
}

static void together_they_get_the_limit(void **state)
{
	struct zone_fixture fixture;
	pid_t pids[PROCESSES];
	(void)state;
	fixture_open(&fixture, 256, 14);
	struct shared *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
	                             -1, 0);
	assert_true(shared != MAP_FAILED);
	const struct mrl_limit_request requests[] = {
		fixture_request(&fixture, "a", (struct mrl_limit_rate){5000, 3000}, 1),
		fixture_request(&fixture, "b", (struct mrl_limit_rate){8000, 3000}, 2),
	};
	for (uint64_t window = 0; window < 3; window++) {
		__atomic_store_n(&shared->ticks, window * 4000, __ATOMIC_SEQ_CST);
		for (size_t i = 0; i < PROCESSES; i++) {
			pids[i] = start(&fixture, shared, requests, 2000);
		}
		for (size_t i = 0; i < PROCESSES; i++) {
			assert_int_equal(waitpid(pids[i], NULL, 0), pids[i]);
		}
		assert_int_equal(shared->attempts, (window + 1) * 2000 * PROCESSES);
		assert_int_equal(shared->admitted, (window + 1) * 5000);
	}
	fixture_close(&fixture);
	(void)munmap(shared, 4096);
}

/* Each kill loses one admission at most; never is there one too many. */
static void the_killed_leave_a_sound_count(void **state)
{
	enum { KILLS = 60, LIMIT = 100000000 };
	struct zone_fixture fixture;
	struct mrl_limit_result result;
	(void)state;
	fixture_open(&fixture, 256, 14);
	struct shared *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
	                             -1, 0);
	assert_true(shared != MAP_FAILED);
	struct mrl_limit_request requests[] = {
		fixture_request(&fixture, "a", (struct mrl_limit_rate){LIMIT, 3000}, 1),
		fixture_request(&fixture, "b", (struct mrl_limit_rate){LIMIT, 3000}, 2),
	};
	for (uint32_t i = 0; i < KILLS; i++) {
		struct timespec moment = {0, 300000 + i * 7919};
		pid_t pid = start(&fixture, shared, requests, LIMIT);
		(void)nanosleep(&moment, NULL);
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
	uint64_t admitted = shared->admitted;
	fixture.host.context = shared;
	fixture.host.now_ms = shared_now;
	fixture.host.is_gone = really_gone;
	fixture.host.yield = really_yield;
	fixture.host.pid = (uint32_t)getpid();
	assert_int_equal(mrl_limit_decide(requests, 2, &fixture.host, &result), MRL_OK);
	for (size_t i = 0; i < 2; i++) {
		uint64_t counted = LIMIT - result.standings[i].remaining - 1;
		assert_true(counted >= admitted);
		assert_true(counted <= admitted + KILLS);
	}
	fixture_close(&fixture);
	(void)munmap(shared, 4096);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(together_they_get_the_limit),
		cmocka_unit_test(the_killed_leave_a_sound_count),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
