/*
 * Loading a policy with all that it names.
 *
 * Files may change while they are read; a generation is made of what was read here, once, and not
 * of a second look.
 */
#include "load.h"
#include "text.h"

#include <merlon/host.h>

#include <errno.h>
#include <time.h>

int64_t mrl_time_s(void)
{
	return (int64_t)time(NULL);
}

const char *mrl_load_reason(struct mrl_arena *arena, enum mrl_err err)
{
	if (err == MRL_ERR_NOT_FOUND) {
		return "it does not exist";
	}
	if (err == MRL_ERR_LIMIT) {
		return "it is too large";
	}
	return mrl_text(arena, "it cannot be read: %s",
	                err == MRL_ERR_IO ? strerror(errno) : mrl_err_name(err));
}

static enum mrl_err remember(struct mrl_loading *loading, struct mrl_slice path,
                             struct mrl_slice text)
{
	struct mrl_seen *seen = mrl_must(MRL_NEW(loading->arena, struct mrl_seen));
	seen->text = text;
	seen->next = loading->seen;
	loading->seen = seen;
	return mrl_arena_copy(loading->arena, path, &seen->path);
}

static enum mrl_err read_and_keep(void *host, struct mrl_slice path, size_t bytes_max,
                                  struct mrl_arena *arena, struct mrl_slice *ret_text)
{
	struct mrl_loading *loading = host;
	struct mrl_slice text;
	enum mrl_err err = mrl_file_read(path, bytes_max, arena, &text);
	if (err == MRL_OK) {
		err = remember(loading, path, text);
	}
	if (err == MRL_OK) {
		*ret_text = text;
	}
	return err;
}

/* A policy that reads nothing else (a text in memory) is remembered all the same. */
static enum mrl_err load_policy(struct mrl_loading *loading, const struct mrl_load_request *request)
{
	struct mrl_slice file = mrl_slice_text(request->file);
	const struct mrl_policy_options options = {
		.memory = mrl_memory_malloc,
		.files = {.read = read_and_keep, .host = loading},
		.now_us = loading->now_s * 1000000,
		.generation = request->generation,
	};
	if (request->text == NULL) {
		return mrl_policy_load(&options, file, &loading->diagnostics, &loading->policy);
	}
	enum mrl_err err = remember(loading, file, *request->text);
	return err != MRL_OK ? err
	                     : mrl_policy_load_text(&options, file, *request->text,
	                                            &loading->diagnostics, &loading->policy);
}

enum mrl_err mrl_load(struct mrl_arena *arena, const struct mrl_load_request *request,
                      struct mrl_loading *ret_loading)
{
	*ret_loading = (struct mrl_loading){
		.arena = arena, .diagnostics = {.arena = arena}, .now_s = mrl_time_s()};
	enum mrl_err err = load_policy(ret_loading, request);
	if (err == MRL_OK) {
		err = mrl_load_certificates(ret_loading);
	}
	if (err != MRL_OK || ret_loading->diagnostics.errors != 0) {
		mrl_policy_unref(ret_loading->policy);
		ret_loading->policy = NULL;
	}
	return err == MRL_ERR_INVALID ? MRL_OK : err;
}
