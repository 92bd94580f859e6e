/*
 * Reload: a new generation is made while the old one serves, and nginx is told only when everything
 * in it has been tried. A policy that does not load changes nothing but the report.
 */
#include "edge_status.h"
#include "spawn.h"
#include "supervise.h"
#include "text.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SETTLE_MS       300
#define WORKERS_MS      10000
#define LOG_BYTES_SHOWN 4096
/* Each has workers with a slot of the audit ring; calls that last keep the old ones for 30 s. */
#define GENERATIONS_MAX 4

static char *log_path(const struct mrl_up *up)
{
	return mrl_text(up->cli->arena, "%s/log/error.log", up->places.state);
}

static off_t log_size(const struct mrl_up *up)
{
	struct stat facts;
	return stat(log_path(up), &facts) == 0 ? facts.st_size : 0;
}

static void finish(struct mrl_supervisor *supervisor, bool ok)
{
	struct mrl_reload *reload = &supervisor->reload;
	reload->ok = ok;
	reload->finished = reload->started;
	reload->waits_for = 0;
	reload->settles_ms = 0;
	mrl_state_write(supervisor);
	if (reload->asked_again) {
		reload->asked_again = false;
		mrl_reload_begin(supervisor);
	}
}

/* What was said about the last reload, for whoever asked and for our own errors. */
static void keep_messages(struct mrl_supervisor *supervisor, char *text, size_t size)
{
	free(supervisor->reload.messages);
	supervisor->reload.messages = text;
	supervisor->reload.messages_bytes = size;
	fwrite(text, 1, size, stderr);
	fflush(stderr);
}

static void take_over(struct mrl_supervisor *supervisor, struct mrl_generation *next)
{
	uint64_t before = supervisor->generation.number;
	struct mrl_child *nginx = &supervisor->children[0];
	mrl_generation_free(&supervisor->generation);
	supervisor->generation = *next;
	supervisor->reload.waits_for = next->number;
	supervisor->reload.deadline_ms = mrl_now_ms() + WORKERS_MS;
	supervisor->reload.log_at = log_size(supervisor->up);
	mrl_generation_prune(supervisor->up, next->number, before);
	if (nginx->pid != 0) {
		(void)kill(nginx->pid, SIGHUP);
	}
}

static bool make(struct mrl_supervisor *supervisor, FILE *report)
{
	struct mrl_generation next;
	uint64_t number = supervisor->generation.number + 1;
	if (!mrl_generation_make(supervisor->up, number, report, &next)) {
		fprintf(report, "reload failed: generation %" PRIu64 " stays at work\n",
		        supervisor->generation.number);
		mrl_generation_free(&next);
		return false;
	}
	if (mrl_generation_publish(supervisor->up, &next) != MRL_OK) {
		fprintf(report, "reload failed: %s/current cannot be replaced\n",
		        supervisor->up->places.state);
		mrl_generation_discard(&next);
		return false;
	}
	take_over(supervisor, &next);
	return true;
}

static bool must_wait(struct mrl_supervisor *supervisor)
{
	struct mrl_reload *reload = &supervisor->reload;
	if (reload->waits_for != 0) {
		reload->asked_again = true;
		return true;
	}
	bool delayed = mrl_edge_generations(supervisor->up->places.run) >= GENERATIONS_MAX;
	if (delayed && !reload->delayed) {
		fprintf(stderr, "merlon: reload waits: %u generations still have calls\n",
		        (unsigned)GENERATIONS_MAX);
	}
	reload->delayed = delayed;
	return delayed;
}

void mrl_reload_begin(struct mrl_supervisor *supervisor)
{
	struct mrl_reload *reload = &supervisor->reload;
	struct mrl_arena *arena = supervisor->up->cli->arena;
	char *text = NULL;
	size_t size = 0;
	if (must_wait(supervisor)) {
		return;
	}
	reload->started++;
	mrl_state_write(supervisor);
	struct mrl_arena_mark mark = mrl_arena_mark(arena);
	FILE *report = mrl_must(open_memstream(&text, &size));
	bool made = make(supervisor, report);
	if (fclose(report) == 0) {
		keep_messages(supervisor, text, size);
	}
	mrl_arena_reset(arena, mark);
	if (!made) {
		finish(supervisor, false);
	}
}

/* What nginx has written since it was told, if it was something bad. */
static void add_log(struct mrl_supervisor *supervisor, FILE *report)
{
	char text[LOG_BYTES_SHOWN + 1];
	int fd = open(log_path(supervisor->up), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t size = fd < 0 ? 0 : pread(fd, text, LOG_BYTES_SHOWN, supervisor->reload.log_at);
	text[size < 0 ? 0 : size] = '\0';
	char *place = NULL;
	for (char *line = strtok_r(text, "\n", &place); line != NULL;
	     line = strtok_r(NULL, "\n", &place)) {
		if (strstr(line, "[emerg]") != NULL || strstr(line, "[alert]") != NULL ||
		    strstr(line, "[crit]") != NULL) {
			fprintf(report, "%s\n", line);
		}
	}
	if (fd >= 0) {
		(void)close(fd);
	}
}

static void give_up(struct mrl_supervisor *supervisor, uint32_t have)
{
	char *text = NULL;
	size_t size = 0;
	struct mrl_arena_mark mark = mrl_arena_mark(supervisor->up->cli->arena);
	FILE *report = mrl_must(open_memstream(&text, &size));
	add_log(supervisor, report);
	fprintf(report, "reload failed: %u of %u workers have generation %" PRIu64 " after 10 s\n",
	        have, supervisor->generation.workers, supervisor->generation.number);
	if (fclose(report) == 0) {
		keep_messages(supervisor, text, size);
	}
	mrl_arena_reset(supervisor->up->cli->arena, mark);
	finish(supervisor, false);
}

/* nginx tells the old workers to end 100 ms after it started the new ones; until then they accept
 * connections too, and "at work" would be half a truth. */
static bool settled(struct mrl_supervisor *supervisor, uint64_t now_ms)
{
	struct mrl_reload *reload = &supervisor->reload;
	if (reload->settles_ms == 0) {
		reload->settles_ms = now_ms + SETTLE_MS;
	}
	return now_ms >= reload->settles_ms;
}

void mrl_reload_check(struct mrl_supervisor *supervisor, uint64_t now_ms)
{
	const struct mrl_reload *reload = &supervisor->reload;
	if (reload->waits_for == 0) {
		if (reload->delayed) {
			mrl_reload_begin(supervisor);
		}
		return;
	}
	uint32_t have = mrl_edge_count(supervisor->up->places.run, reload->waits_for);
	if (have >= supervisor->generation.workers && settled(supervisor, now_ms)) {
		fprintf(stderr, "merlon: generation %" PRIu64 " is at work\n", reload->waits_for);
		finish(supervisor, true);
		return;
	}
	if (now_ms >= reload->deadline_ms && have < supervisor->generation.workers) {
		give_up(supervisor, have);
	}
}
