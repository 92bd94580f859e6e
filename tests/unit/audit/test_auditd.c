/*
 * The daemon with real processes: workers that are killed, a daemon that is stopped or killed, a
 * ring that is full. After each, the file holds every call exactly once, or a gap that counts it.
 */
#include "ring_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#define DEADLINE_MS 10000

struct world {
	struct fixture fixture;
	char state_dir[40];
	pid_t daemon;
	char *text; /* the file, NUL-terminated */
};

/* ---- the daemon ---- */

static void start_daemon(struct world *world)
{
	const char *program = getenv("MERLON_AUDITD");
	assert_non_null(program);
	pid_t parent = getpid();
	world->daemon = fork();
	assert_true(world->daemon >= 0);
	if (world->daemon == 0) {
		char pid[16];
		snprintf(pid, sizeof(pid), "%ld", (long)parent);
		execl(program, program, "--run-dir", world->fixture.dir, "--state-dir",
		      world->state_dir, "--parent", pid, NULL);
		_exit(127);
	}
}

/* The exit code, or -1 for a signal. */
static int stop_daemon(struct world *world, int signal)
{
	int status;
	kill(world->daemon, signal);
	assert_int_equal(waitpid(world->daemon, &status, 0), world->daemon);
	world->daemon = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void wait_alive(struct world *world)
{
	struct mrl_ring_header *header = ring_header(&world->fixture.file.ring);
	uint64_t start_ms = mrl_clock_ms();
	while (LOAD(header->alive_ms) < start_ms) {
		assert_true(mrl_clock_ms() - start_ms < DEADLINE_MS);
		usleep(5000);
	}
}

/* ---- the file ---- */

static void read_lines(struct world *world)
{
	char path[80];
	struct stat info;
	snprintf(path, sizeof(path), "%s/audit/audit.jsonl", world->state_dir);
	free(world->text);
	world->text = NULL;
	int fd = open(path, O_RDONLY);
	if (fd < 0) {
		world->text = calloc(1, 1); /* not yet */
		assert_non_null(world->text);
		return;
	}
	assert_int_equal(fstat(fd, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	world->text = calloc(1, (size_t)info.st_size + 1);
	assert_non_null(world->text);
	assert_int_equal(read(fd, world->text, (size_t)info.st_size), info.st_size);
	close(fd);
}

static size_t count_text(const struct world *world, const char *text)
{
	size_t count = 0;
	for (const char *at = strstr(world->text, text); at != NULL; at = strstr(at + 1, text)) {
		count++;
	}
	return count;
}

/* Sum of `"count":n` over lines with this text. */
static uint64_t sum_counts(const struct world *world, const char *text)
{
	uint64_t sum = 0;
	for (const char *at = strstr(world->text, text); at != NULL; at = strstr(at + 1, text)) {
		const char *count = strstr(at, "\"count\":");
		assert_non_null(count);
		sum += strtoull(count + 8, NULL, 10);
	}
	return sum;
}

static void wait_for(struct world *world, const char *text, size_t count)
{
	uint64_t start_ms = mrl_clock_ms();
	for (read_lines(world); count_text(world, text) < count; read_lines(world)) {
		if (mrl_clock_ms() - start_ms > DEADLINE_MS) {
			fail_msg("%zu of %zu lines with %s", count_text(world, text), count, text);
		}
		usleep(10000);
	}
}

/* Each of the calls 1..count has exactly one line; request ids begin with their number. */
static void check_each_once(struct world *world, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i <= to; i++) {
		struct mrl_ring_call call = fixture_call(i);
		uint8_t text[MRL_UUID_TEXT + 1] = {0};
		mrl_uuid_text(call.request_id, text);
		if (count_text(world, (const char *)text) != 1) {
			fail_msg("call %u has %zu lines", i, count_text(world, (const char *)text));
		}
	}
}

/* ---- workers ---- */

struct job {
	uint32_t from, to;
	uint32_t hold; /* that many of the last calls are left in flight */
	uint32_t pause_us;
	bool close;
	bool stay; /* until it is killed */
};

static void work(struct world *world, const struct job *job, int ready)
{
	struct mrl_producer producer;
	if (mrl_ring_file_claim(&world->fixture.file, MRL_RING_EDGE, &producer) != MRL_OK) {
		_exit(2);
	}
	for (uint32_t i = job->from; i <= job->to; i++) {
		struct mrl_ring_call call = fixture_call(i);
		struct mrl_audit_facts facts = fixture_facts(&call);
		uint32_t entry;
		enum mrl_audit_reason reason = mrl_ring_reserve(&producer, mrl_clock_ms(), &call,
		                                                &entry);
		if (reason != MRL_AUDIT_REASON_NONE) {
			const struct mrl_audit_loss loss = {
				.effect = MRL_AUDIT_REFUSED,
				.reason = reason,
				.status = 503,
				.time_us = call.time_us,
				.request_id = mrl_slice(call.request_id, 16),
			};
			mrl_ring_count(&world->fixture.file.ring, &producer, &loss);
		} else if (i + job->hold <= job->to && mrl_audit_commit(&producer, entry, &facts)) {
			mrl_ring_wake(&world->fixture.file.ring);
		}
		if (job->pause_us != 0) {
			usleep(job->pause_us);
		}
	}
	if (job->close) {
		mrl_ring_close(&producer);
	}
	if (write(ready, "x", 1) != 1) {
		_exit(3);
	}
	while (job->stay) {
		pause();
	}
	_exit(0);
}

/* Returns when the worker has done its calls. */
static pid_t run_worker(struct world *world, const struct job *job)
{
	int ready[2];
	char byte;
	assert_int_equal(pipe(ready), 0);
	pid_t worker = fork();
	assert_true(worker >= 0);
	if (worker == 0) {
		work(world, job, ready[1]);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return worker;
}

static void end_worker(pid_t worker, int signal)
{
	int status;
	if (signal != 0) {
		kill(worker, signal);
	}
	assert_int_equal(waitpid(worker, &status, 0), worker);
}

/* ---- the world ---- */

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	assert_non_null(world);
	fixture_sized(&world->fixture, 256, 1 << 20);
	strncpy(world->state_dir, "/tmp/merlon-unit-XXXXXX", sizeof(world->state_dir) - 1);
	assert_non_null(mkdtemp(world->state_dir));
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;
	static const char *const names[] = {"audit/audit.jsonl", "audit/lock", "audit", ""};
	char path[80];
	if (world->daemon != 0) {
		stop_daemon(world, SIGKILL);
	}
	for (size_t i = 0; i < MRL_COUNT(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", world->state_dir, names[i]);
		remove(path);
	}
	fixture_remove(&world->fixture);
	free(world->text);
	free(world);
	return 0;
}

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
	const char *program = getenv("MERLON_AUDITD");
	int status;
	assert_non_null(program);
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
	const char *program = getenv("MERLON_AUDITD");
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
