/*
 * The supervisor's loop. One thread, all signals taken by sigtimedwait at one place, so that
 * nothing interrupts anything; what waits for time is looked at on each turn.
 */
#include "edge_status.h"
#include "spawn.h"
#include "supervise.h"
#include "text.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define TURN_MS  50
#define READY_MS 10000

static void block_signals(sigset_t *ret_set)
{
	sigemptyset(ret_set);
	sigaddset(ret_set, SIGCHLD);
	sigaddset(ret_set, SIGTERM);
	sigaddset(ret_set, SIGINT);
	sigaddset(ret_set, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, ret_set, NULL);
	/* A reader of our messages that goes away must not end the gateway. */
	(void)signal(SIGPIPE, SIG_IGN);
}

static void end(struct mrl_supervisor *supervisor, uint64_t now_ms)
{
	if (supervisor->phase == MRL_PHASE_RUN) {
		mrl_phase_set(supervisor, MRL_PHASE_STOP_NGINX, now_ms);
		mrl_state_write(supervisor);
	}
}

static void handle(struct mrl_supervisor *supervisor, int number, uint64_t now_ms)
{
	if (number == SIGCHLD) {
		mrl_children_reap(supervisor, now_ms);
	}
	if (number == SIGTERM || number == SIGINT) {
		end(supervisor, now_ms);
	}
	if (number == SIGHUP && supervisor->phase == MRL_PHASE_RUN) {
		mrl_reload_begin(supervisor);
	}
}

/* Says that calls are answered when all workers report and the daemon records; that takes some
 * milliseconds. */
static void look_ready(struct mrl_supervisor *supervisor, uint64_t started_ms, uint64_t now_ms)
{
	const struct mrl_up *up = supervisor->up;
	if (supervisor->said) {
		return;
	}
	if (mrl_edge_count(up->places.run, supervisor->generation.number) >=
	            supervisor->generation.workers &&
	    mrl_edge_is_recorded(up->places.run)) {
		supervisor->said = true;
		mrl_up_say(up, &supervisor->generation);
		mrl_state_write(supervisor);
	} else if (now_ms - started_ms > READY_MS) {
		supervisor->said = true;
		mrl_complain(up->cli, "nginx's workers do not report; see %s/log/error.log",
		             up->places.state);
	}
}

static void turn(struct mrl_supervisor *supervisor, const sigset_t *set, uint64_t started_ms)
{
	bool idle = supervisor->phase == MRL_PHASE_RUN && supervisor->said &&
	            supervisor->reload.waits_for == 0;
	uint32_t wait_ms = idle ? 10 * TURN_MS : TURN_MS;
	struct timespec wait = {.tv_nsec = (long)wait_ms * 1000000};
	int number = sigtimedwait(set, NULL, &wait);
	uint64_t now_ms = mrl_now_ms();
	if (number > 0) {
		handle(supervisor, number, now_ms);
	}
	/* SIGCHLDs merge; asking costs a system call. */
	mrl_children_reap(supervisor, now_ms);
	if (supervisor->phase != MRL_PHASE_RUN) {
		mrl_children_stop(supervisor, now_ms);
		return;
	}
	mrl_children_start(supervisor, now_ms);
	look_ready(supervisor, started_ms, now_ms);
	mrl_reload_check(supervisor, now_ms);
	if (now_ms >= supervisor->rotate_ms) {
		supervisor->rotate_ms = now_ms + 1000;
		mrl_logs_rotate(supervisor);
	}
}

static void clear(struct mrl_supervisor *supervisor)
{
	const struct mrl_places *places = &supervisor->up->places;
	struct mrl_arena *arena = supervisor->up->cli->arena;
	(void)unlink(mrl_text(arena, "%s/merlon.status", places->run));
	(void)unlink(mrl_text(arena, "%s/merlon.pid", places->run));
	mrl_generation_free(&supervisor->generation);
	free(supervisor->reload.messages);
}

enum mrl_exit mrl_up_supervise(struct mrl_up *up, struct mrl_generation *generation)
{
	sigset_t set;
	struct mrl_supervisor supervisor = {.up = up, .generation = *generation};
	block_signals(&set);
	/* The last run's workers are gone; their numbers may be other processes' by now. */
	(void)unlink(mrl_text(up->cli->arena, "%s/edge.status", up->places.run));
	mrl_children_init(&supervisor);
	uint64_t started_ms = mrl_now_ms();
	mrl_children_start(&supervisor, started_ms);
	while (supervisor.phase != MRL_PHASE_OVER) {
		turn(&supervisor, &set, started_ms);
	}
	clear(&supervisor);
	return supervisor.code;
}
