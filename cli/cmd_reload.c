/*
 * `merlon reload`: asks the supervisor by SIGHUP and prints what it says.
 *
 * Its state counts reloads begun and finished. One that is under way may have read the policy
 * before it was changed, so that only one begun after our signal answers us.
 */
#include "instance.h"
#include "json_out.h"
#include "text.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

#define STEP_MS 50
#define WAIT_MS 60000

static void sleep_step(void)
{
	struct timespec step = {.tv_nsec = (long)STEP_MS * 1000000};
	(void)nanosleep(&step, NULL);
}

static bool wait_for(struct mrl_cli *cli, struct mrl_instance *instance, uint64_t wanted)
{
	for (unsigned waited_ms = 0; waited_ms < WAIT_MS; waited_ms += STEP_MS) {
		struct mrl_arena_mark mark = mrl_arena_mark(cli->arena);
		mrl_instance_refresh(cli, instance);
		if (instance->pid == 0) {
			return false;
		}
		if (instance->state != NULL &&
		    mrl_instance_number(instance, "/reload/finished") >= wanted) {
			return true;
		}
		instance->state = NULL;
		mrl_arena_reset(cli->arena, mark);
		sleep_step();
	}
	return false;
}

static enum mrl_exit print(struct mrl_cli *cli, const struct mrl_instance *instance)
{
	bool ok = mrl_slice_is(mrl_instance_text(instance, "/reload/ok"), "true");
	struct mrl_slice messages = mrl_instance_text(instance, "/reload/messages");
	uint64_t generation = mrl_instance_number(instance, "/generation");
	if (cli->json) {
		struct mrl_out json = mrl_out_begin(stdout);
		mrl_out_open(&json, NULL, '{');
		mrl_out_bool(&json, "ok", ok);
		mrl_out_number(&json, "generation", (int64_t)generation);
		mrl_out_slice(&json, "messages", messages);
		mrl_out_finish(&json);
	} else {
		fwrite(messages.data, 1, messages.size, stdout);
		if (ok) {
			printf("generation %llu is at work\n", (unsigned long long)generation);
		}
	}
	return ok ? MRL_EXIT_OK : MRL_EXIT_FAILED;
}

enum mrl_exit mrl_cmd_reload(struct mrl_cli *cli, const struct mrl_arguments *arguments)
{
	struct mrl_instance instance;
	if (!mrl_instance_find(cli, arguments, &instance)) {
		return MRL_EXIT_USAGE;
	}
	if (instance.pid == 0) {
		mrl_complain(cli, "no gateway named \"%s\" runs here (%s)", instance.name,
		             instance.places.run);
		return MRL_EXIT_FAILED;
	}
	uint64_t wanted = mrl_instance_number(&instance, "/reload/started") + 1;
	if (kill(instance.pid, SIGHUP) != 0) {
		mrl_complain(cli, "process %d cannot be told: %s", (int)instance.pid,
		             strerror(errno));
		return MRL_EXIT_FAILED;
	}
	if (!wait_for(cli, &instance, wanted)) {
		mrl_complain(cli, "no answer from process %d", (int)instance.pid);
		return MRL_EXIT_FAILED;
	}
	return print(cli, &instance);
}
