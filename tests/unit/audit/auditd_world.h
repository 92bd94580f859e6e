/* Folders, a ring, the daemon as a child, workers as children, and questions about the file. */
#ifndef MRL_UNIT_AUDITD_WORLD_H
#define MRL_UNIT_AUDITD_WORLD_H

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

static const char *auditd_program(void)
{
	const char *program = getenv("MERLON_AUDITD");
	if (program == NULL) {
		fprintf(stderr, "MERLON_AUDITD names no daemon\n");
		abort();
	}
	return program;
}

static void start_daemon(struct world *world)
{
	const char *program = auditd_program();
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
	if (world == NULL) {
		return -1;
	}
	fixture_sized(&world->fixture, 256, 1 << 20);
	snprintf(world->state_dir, sizeof(world->state_dir), P_tmpdir "/merlon-unit-XXXXXX");
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

#endif
