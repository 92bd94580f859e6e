/*
 * The daemon with real processes: workers that are killed, a daemon that is stopped or killed, a
 * ring that is full. After each, the file holds every call exactly once, or a gap that counts it.
 */
#include "auditd_world.h"

static void test_orderly(void **state)
{
	struct world *world = *state;
	start_daemon(world);
	wait_alive(world);
	const struct job job = {.from = 1, .to = 1000, .close = true};
	end_worker(run_worker(world, &job), 0);
	wait_for(world, "{\"slot\":\"closed\"", 1);
	check_each_once(world, 1, 1000);
	assert_int_equal(count_text(world, "\"admitted\":1000,\"reserved\":1000,\"extra\":0,"
	                                   "\"incomplete\":0,\"clean\":true"),
	                 1);
	assert_int_equal(count_text(world, "\"gap\""), 0);
	assert_int_equal(stop_daemon(world, SIGTERM), 0);
	assert_int_equal(mrl_slot_look(&world->fixture.file.ring, 1).state, SLOT_FREE);
}

static void test_killed_worker(void **state)
{
	struct world *world = *state;
	start_daemon(world);
	wait_alive(world);
	const struct job job = {.from = 1, .to = 150, .hold = 50, .stay = true};
	end_worker(run_worker(world, &job), SIGKILL);
	wait_for(world, "{\"slot\":\"closed\"", 1);
	check_each_once(world, 1, 150);
	assert_int_equal(count_text(world, "\"stage\":\"incomplete\""), 50);
	assert_int_equal(count_text(world, "\"stage\":\"complete\""), 100);
	assert_int_equal(count_text(world, "\"reserved\":100,\"extra\":0,\"incomplete\":50,"
	                                   "\"clean\":false"),
	                 1);
	assert_int_equal(stop_daemon(world, SIGTERM), 0);
}

static void test_stopped_daemon(void **state)
{
	struct world *world = *state;
	start_daemon(world);
	wait_alive(world);
	kill(world->daemon, SIGSTOP);
	const struct job job = {.from = 1, .to = 1000, .pause_us = 500, .close = true};
	end_worker(run_worker(world, &job), 0);
	read_lines(world);
	assert_int_equal(count_text(world, "\n"), 0);
	kill(world->daemon, SIGCONT);
	wait_for(world, "{\"slot\":\"closed\"", 1);
	check_each_once(world, 1, 1000);
	assert_int_equal(count_text(world, "\"gap\""), 0);
	assert_int_equal(stop_daemon(world, SIGTERM), 0);
}

/* 256 entries and 1 MiB against 2,000 calls that nobody drains: the rest is refused and counted. */
static void test_full_ring(void **state)
{
	struct world *world = *state;
	start_daemon(world);
	wait_alive(world);
	kill(world->daemon, SIGSTOP);
	const struct job job = {.from = 1, .to = 20000, .close = true};
	end_worker(run_worker(world, &job), 0);
	kill(world->daemon, SIGCONT);
	wait_for(world, "{\"slot\":\"closed\"", 1);
	size_t records = count_text(world, "\"stage\":\"complete\"");
	assert_true(records > 5000 && records < 20000);
	assert_int_equal(sum_counts(world, "{\"gap\":\"ring_full\""), 20000 - records);
	assert_int_equal(count_text(world, "\"effect\":\"refused\""), 1);
	assert_int_equal(stop_daemon(world, SIGTERM), 0);
}

static void test_no_daemon(void **state)
{
	struct world *world = *state;
	const struct job job = {.from = 1, .to = 10, .close = true};
	end_worker(run_worker(world, &job), 0);
	start_daemon(world);
	wait_for(world, "{\"slot\":\"closed\"", 1);
	assert_int_equal(sum_counts(world, "{\"gap\":\"daemon_absent\""), 10);
	assert_int_equal(stop_daemon(world, SIGTERM), 0);
}

/* Killed again and again while workers run: no call is lost, none stands there twice. */
static void test_killed_daemon(void **state)
{
	struct world *world = *state;
	start_daemon(world);
	wait_alive(world);
	for (uint32_t round = 0; round < 10; round++) {
		uint32_t from = round * 200 + 1;
		const struct job job = {
			.from = from, .to = from + 199, .hold = 20, .pause_us = 50, .stay = true};
		pid_t worker = run_worker(world, &job);
		usleep(round * 1000);
		assert_int_equal(stop_daemon(world, SIGKILL), -1);
		end_worker(worker, SIGKILL);
		start_daemon(world);
		wait_for(world, "{\"slot\":\"closed\"", round + 1);
	}
	check_each_once(world, 1, 2000);
	assert_int_equal(count_text(world, "\"stage\":\"incomplete\""), 200);
	assert_int_equal(count_text(world, "{\"slot\":\"closed\""), 10);
	assert_int_equal(count_text(world, "\"reserved\":180,\"extra\":0,\"incomplete\":20"), 10);
	assert_int_equal(count_text(world, "\"gap\""), 0);
	assert_int_equal(stop_daemon(world, SIGTERM), 0);
}

static void test_one_daemon(void **state)
{
	struct world *world = *state;
	start_daemon(world);
	wait_alive(world);
	pid_t first = world->daemon;
	start_daemon(world);
	int status;
	assert_int_equal(waitpid(world->daemon, &status, 0), world->daemon);
	assert_int_equal(WEXITSTATUS(status), 75);
	world->daemon = first;
	assert_int_equal(stop_daemon(world, SIGTERM), 0);
}

/* A new ring beside the old one: the old one goes when its worker is gone. */
static void test_new_ring(void **state)
{
	struct world *world = *state;
	struct mrl_ring_file old = world->fixture.file;
	start_daemon(world);
	wait_alive(world);
	const struct job before = {.from = 1, .to = 10, .hold = 2, .stay = true};
	pid_t worker = run_worker(world, &before);
	world->fixture.options.sizes.slot_count = 5;
	assert_int_equal(mrl_ring_file_open(&world->fixture.options, &world->fixture.file), MRL_OK);
	assert_int_equal(world->fixture.file.number, 1);
	wait_alive(world);
	const struct job after = {.from = 11, .to = 20, .close = true};
	end_worker(run_worker(world, &after), 0);
	wait_for(world, "{\"slot\":\"closed\"", 1);
	end_worker(worker, SIGKILL);
	wait_for(world, "{\"slot\":\"closed\"", 2);
	check_each_once(world, 1, 20);
	uint32_t numbers[4];
	size_t count = 2;
	for (uint64_t start_ms = mrl_clock_ms(); count != 1;) {
		assert_true(mrl_clock_ms() - start_ms < DEADLINE_MS);
		usleep(10000);
		assert_int_equal(mrl_ring_file_list(world->fixture.dir, numbers, 4, &count),
		                 MRL_OK);
	}
	assert_int_equal(numbers[0], 1);
	mrl_ring_file_release(&old);
	assert_int_equal(stop_daemon(world, SIGTERM), 0);
}

/* What cannot be read is counted, and the records around it arrive. */
static void test_spoiled_frame(void **state)
{
	struct world *world = *state;
	const struct job job = {.from = 1, .to = 20, .stay = true};
	start_daemon(world);
	wait_alive(world);
	kill(world->daemon, SIGSTOP);
	pid_t worker = run_worker(world, &job);
	struct mrl_ring_slot *slot = ring_slot(&world->fixture.file.ring, 1);
	slot_data(&world->fixture.file.ring, slot)[25] ^= 1;
	kill(world->daemon, SIGCONT);
	wait_for(world, "{\"gap\":\"decode_error\"", 1);
	assert_int_equal(sum_counts(world, "{\"gap\":\"decode_error\""), 20);
	end_worker(worker, SIGKILL);
	wait_for(world, "{\"slot\":\"closed\"", 1);
	assert_int_equal(count_text(world, "\"effect\":\"lost\""), 1);
	assert_int_equal(stop_daemon(world, SIGTERM), 0);
}

static void test_torn_line(void **state)
{
	struct world *world = *state;
	char path[80];
	start_daemon(world);
	wait_alive(world);
	const struct job job = {.from = 1, .to = 5, .close = true};
	end_worker(run_worker(world, &job), 0);
	wait_for(world, "{\"slot\":\"closed\"", 1);
	stop_daemon(world, SIGKILL);
	snprintf(path, sizeof(path), "%s/audit/audit.jsonl", world->state_dir);
	int fd = open(path, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "{\"class\":1,\"ti", 14), 14);
	close(fd);
	start_daemon(world);
	wait_alive(world);
	const struct job more = {.from = 6, .to = 10, .close = true};
	end_worker(run_worker(world, &more), 0);
	wait_for(world, "{\"slot\":\"closed\"", 2);
	assert_int_equal(count_text(world, "\"ti{"), 0);
	assert_int_equal(count_text(world, "\n"), 12);
	check_each_once(world, 1, 10);
	assert_int_equal(stop_daemon(world, SIGTERM), 0);
}

static void test_usage(void **state)
{
	struct world *world = *state;
	const char *program = auditd_program();
	int status;
	world->daemon = fork();
	if (world->daemon == 0) {
		close(STDERR_FILENO);
		execl(program, program, "--run-dir", NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(world->daemon, &status, 0), world->daemon);
	world->daemon = 0;
	assert_int_equal(WEXITSTATUS(status), 64);
}

/* Not our child: it must not serve on when whoever started it is gone. */
static void test_wrong_parent(void **state)
{
	struct world *world = *state;
	const char *program = auditd_program();
	int status;
	world->daemon = fork();
	if (world->daemon == 0) {
		close(STDERR_FILENO);
		execl(program, program, "--run-dir", world->fixture.dir, "--state-dir",
		      world->state_dir, "--parent", "1", NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(world->daemon, &status, 0), world->daemon);
	world->daemon = 0;
	assert_int_equal(WEXITSTATUS(status), 70);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORLD(test_orderly),        IN_WORLD(test_killed_worker),
		IN_WORLD(test_stopped_daemon), IN_WORLD(test_full_ring),
		IN_WORLD(test_no_daemon),      IN_WORLD(test_killed_daemon),
		IN_WORLD(test_one_daemon),     IN_WORLD(test_new_ring),
		IN_WORLD(test_spoiled_frame),  IN_WORLD(test_torn_line),
		IN_WORLD(test_usage),          IN_WORLD(test_wrong_parent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
