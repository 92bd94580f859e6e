/* R/merlon.status: what the supervisor knows, as JSON, replaced whole at each change, so that a
 * reader needs no protocol. */
#include "json_out.h"
#include "supervise.h"
#include "text.h"

#include <stdlib.h>
#include <unistd.h>

static void put_reload(struct mrl_out *json, const struct mrl_reload *reload)
{
	mrl_out_open(json, "reload", '{');
	mrl_out_number(json, "started", (int64_t)reload->started);
	mrl_out_number(json, "finished", (int64_t)reload->finished);
	mrl_out_bool(json, "ok", reload->ok);
	mrl_out_slice(json, "messages", mrl_slice(reload->messages, reload->messages_bytes));
	mrl_out_close(json);
}

static void put_children(struct mrl_out *json, const struct mrl_supervisor *supervisor)
{
	mrl_out_open(json, "children", '[');
	for (size_t i = 0; i < MRL_CHILDREN; i++) {
		const struct mrl_child *child = &supervisor->children[i];
		mrl_out_open(json, NULL, '{');
		mrl_out_text(json, "name", child->name);
		mrl_out_number(json, "pid", child->pid);
		mrl_out_number(json, "restarts", child->restarts);
		mrl_out_close(json);
	}
	mrl_out_close(json);
}

static void put_all(FILE *out, const struct mrl_supervisor *supervisor)
{
	const struct mrl_up *up = supervisor->up;
	struct mrl_out json = mrl_out_begin(out);
	mrl_out_open(&json, NULL, '{');
	mrl_out_number(&json, "pid", getpid());
	mrl_out_text(&json, "version", MRL_VERSION);
	mrl_out_text(&json, "instance", up->options.instance);
	mrl_out_text(&json, "state_dir", up->places.state);
	mrl_out_text(&json, "run_dir", up->places.run);
	mrl_out_text(&json, "policy", up->options.config == NULL ? "" : up->options.config);
	mrl_out_number(&json, "generation", (int64_t)supervisor->generation.number);
	mrl_out_number(&json, "workers", supervisor->generation.workers);
	mrl_out_bool(&json, "ready", supervisor->said);
	mrl_out_bool(&json, "ending", supervisor->phase != MRL_PHASE_RUN);
	put_children(&json, supervisor);
	put_reload(&json, &supervisor->reload);
	mrl_out_finish(&json);
}

void mrl_state_write(const struct mrl_supervisor *supervisor)
{
	char *text = NULL;
	size_t size = 0;
	struct mrl_arena *arena = supervisor->up->cli->arena;
	struct mrl_arena_mark mark = mrl_arena_mark(arena);
	FILE *out = mrl_must(open_memstream(&text, &size));
	put_all(out, supervisor);
	const char *path = mrl_text(arena, "%s/merlon.status", supervisor->up->places.run);
	if (fclose(out) != 0 || mrl_file_write(path, mrl_slice(text, size), 0600) != MRL_OK) {
		mrl_remark(supervisor->up->cli, "%s cannot be written", path);
	}
	free(text);
	mrl_arena_reset(arena, mark);
}
