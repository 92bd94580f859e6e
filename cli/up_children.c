/*
 * The children of `merlon up`: started, started again when they die, ended in order.
 *
 * nginx ends first, so that the daemon which writes the records still runs when the last call is
 * done.
 */
#include "spawn.h"
#include "supervise.h"
#include "text.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_FIRST_MS   100
#define WAIT_LONGEST_MS 5000
#define STEADY_MS       30000 /* after so long alive the wait begins anew */
#define QUIT_MS         10000
#define TERM_MS         5000

void mrl_children_init(struct mrl_supervisor *supervisor)
{
	const struct mrl_up *up = supervisor->up;
	struct mrl_arena *arena = up->cli->arena;
	supervisor->children[0] = (struct mrl_child){
		.name = "nginx",
		.words = {up->tools.nginx, "-p", mrl_text(arena, "%s/nginx", up->places.state),
	                  "-e", "stderr", "-c",
	                  mrl_text(arena, "%s/current/nginx.conf", up->places.state)},
		.wait_ms = WAIT_FIRST_MS,
		.start_at_ms = 1};
	supervisor->children[1] = (struct mrl_child){
		.name = "merlon-auditd",
		.words = {up->tools.auditd, "--run-dir", up->places.run, "--state-dir",
	                  up->places.state, "--parent", mrl_text(arena, "%d", (int)getpid())},
		.wait_ms = WAIT_FIRST_MS,
		.start_at_ms = 1};
	supervisor->children[2] = (struct mrl_child){
		.name = "merlon-keeper",
		.words = {up->tools.keeper, "--run-dir", up->places.run, "--state-dir",
	                  up->places.state, "--parent", mrl_text(arena, "%d", (int)getpid())},
		.wait_ms = WAIT_FIRST_MS,
		.start_at_ms = 1};
}

void mrl_phase_set(struct mrl_supervisor *supervisor, enum mrl_phase phase, uint64_t now_ms)
{
	supervisor->phase = phase;
	supervisor->phase_ms = now_ms;
	supervisor->pushes = 0;
}

static void start_later(struct mrl_child *child, uint64_t now_ms)
{
	child->start_at_ms = now_ms + child->wait_ms;
	child->wait_ms = child->wait_ms * 2 > WAIT_LONGEST_MS ? WAIT_LONGEST_MS
	                                                      : child->wait_ms * 2;
}

void mrl_children_start(struct mrl_supervisor *supervisor, uint64_t now_ms)
{
	for (size_t i = 0; i < MRL_CHILDREN; i++) {
		struct mrl_child *child = &supervisor->children[i];
		if (child->pid != 0 || child->start_at_ms == 0 || now_ms < child->start_at_ms) {
			continue;
		}
		child->start_at_ms = 0;
		child->started_ms = now_ms;
		if (mrl_spawn(child->words, &child->pid) != MRL_OK) {
			mrl_complain(supervisor->up->cli, "%s cannot be started", child->name);
			child->pid = 0;
			start_later(child, now_ms);
		}
		mrl_state_write(supervisor);
	}
}

/* Ten deaths in 60 s: starting again helps nobody. */
static bool dies_too_often(struct mrl_child *child, uint64_t now_ms)
{
	uint64_t *oldest = &child->deaths_ms[child->deaths % MRL_DEATHS_MAX];
	bool often = child->deaths >= MRL_DEATHS_MAX - 1 &&
	             now_ms - child->deaths_ms[(child->deaths + 1) % MRL_DEATHS_MAX] <
	                     MRL_DEATHS_WINDOW_MS;
	*oldest = now_ms;
	child->deaths++;
	return often;
}

static void note_death(struct mrl_supervisor *supervisor, struct mrl_child *child, int status,
                       uint64_t now_ms)
{
	child->pid = 0;
	if (supervisor->phase != MRL_PHASE_RUN) {
		return;
	}
	mrl_remark(supervisor->up->cli, "%s ended (%s %d); it is started again", child->name,
	           WIFEXITED(status) ? "exit code" : "signal",
	           WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	if (now_ms - child->started_ms > STEADY_MS) {
		child->wait_ms = WAIT_FIRST_MS;
	}
	child->restarts++;
	if (dies_too_often(child, now_ms)) {
		mrl_complain(supervisor->up->cli, "%s ended %d times in 60 s; giving up",
		             child->name, MRL_DEATHS_MAX);
		supervisor->code = MRL_EXIT_SOFTWARE;
		mrl_phase_set(supervisor, MRL_PHASE_STOP_NGINX, now_ms);
		return;
	}
	start_later(child, now_ms);
}

void mrl_children_reap(struct mrl_supervisor *supervisor, uint64_t now_ms)
{
	int status;
	pid_t pid;
	bool any = false;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (size_t i = 0; i < MRL_CHILDREN; i++) {
			if (supervisor->children[i].pid == pid) {
				note_death(supervisor, &supervisor->children[i], status, now_ms);
				any = true;
			}
		}
	}
	if (any) {
		mrl_state_write(supervisor);
	}
}

/* The gentlest signal first, then more urgent ones as time passes. */
static void push(struct mrl_supervisor *supervisor, const struct mrl_child *child, int gentle,
                 uint64_t now_ms)
{
	uint64_t past_ms = now_ms - supervisor->phase_ms;
	const int signals[] = {gentle, SIGTERM, SIGKILL};
	uint32_t due = 1U + (past_ms >= QUIT_MS) + (past_ms >= QUIT_MS + TERM_MS);
	while (supervisor->pushes < due) {
		(void)kill(child->pid, signals[supervisor->pushes]);
		supervisor->pushes++;
	}
}

void mrl_children_stop(struct mrl_supervisor *supervisor, uint64_t now_ms)
{
	struct mrl_child *nginx = &supervisor->children[0];
	struct mrl_child *auditd = &supervisor->children[1];
	struct mrl_child *keeper = &supervisor->children[2];
	if (supervisor->phase == MRL_PHASE_STOP_NGINX) {
		if (nginx->pid != 0) {
			push(supervisor, nginx, SIGQUIT, now_ms);
			return;
		}
		mrl_phase_set(supervisor, MRL_PHASE_STOP_KEEPER, now_ms);
	}
	if (supervisor->phase == MRL_PHASE_STOP_KEEPER) {
		if (keeper->pid != 0) {
			push(supervisor, keeper, SIGTERM, now_ms);
			return;
		}
		mrl_phase_set(supervisor, MRL_PHASE_STOP_OTHERS, now_ms);
	}
	if (supervisor->phase == MRL_PHASE_STOP_OTHERS) {
		if (auditd->pid != 0) {
			push(supervisor, auditd, SIGTERM, now_ms);
			return;
		}
		mrl_phase_set(supervisor, MRL_PHASE_OVER, now_ms);
	}
}
