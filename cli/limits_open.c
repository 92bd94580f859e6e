/* The zones of a running gateway, mapped for looking; for writing only where a key is cleared. */
#include "limits.h"
#include "load.h"
#include "text.h"

#include <merlon/audit_host.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static uint64_t now_ms(void *context)
{
	(void)context;
	return mrl_clock_ms();
}

static bool is_gone(void *context, uint32_t pid)
{
	(void)context;
	return kill((pid_t)pid, 0) == -1 && errno == ESRCH;
}

static void yield(void *context)
{
	(void)context;
	(void)sched_yield();
}

static void *map(const char *path, bool writable, size_t *ret_bytes)
{
	struct stat file;
	void *memory = MAP_FAILED;
	int fd = open(path, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW);
	if (fd == -1) {
		return MAP_FAILED;
	}
	if (fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && file.st_size > 0) {
		*ret_bytes = (size_t)file.st_size;
		memory = mmap(NULL, *ret_bytes, writable ? PROT_READ | PROT_WRITE : PROT_READ,
		              MAP_SHARED, fd, 0);
	}
	(void)close(fd);
	return memory;
}

static bool open_zone(struct mrl_limits_view *view, unsigned id)
{
	const char *path = mrl_text(view->cli->arena, "%s/limit-%s.zone", view->instance.places.run,
	                            mrl_limit_zone_names[id]);
	size_t bytes = 0;
	void *memory = map(path, view->writable, &bytes);
	if (memory == MAP_FAILED) {
		mrl_complain(view->cli, "%s cannot be read: %s", path, strerror(errno));
		return false;
	}
	if (mrl_limit_zone_look(memory, bytes, &view->store.zones[id]) != MRL_OK ||
	    mrl_limit_zone_key(memory, bytes, view->store.hash_key) != MRL_OK) {
		mrl_complain(view->cli, "%s is no zone of rate limits of this version", path);
		(void)munmap(memory, bytes);
		return false;
	}
	view->store.zones[id].order = id;
	return true;
}

static struct mrl_policy *load(struct mrl_cli *cli, const struct mrl_instance *instance)
{
	struct mrl_loading loading;
	const struct mrl_load_request request = {
		.file = mrl_text(cli->arena, "%s/current/merlon.yaml", instance->places.state)};
	if (mrl_load(cli->arena, &request, &loading) != MRL_OK || loading.policy == NULL) {
		mrl_complain(cli, "%s cannot be loaded any more", request.file);
		return NULL;
	}
	return loading.policy;
}

/* Zones stay mapped as long as the process lives. */
bool mrl_limits_open(struct mrl_cli *cli, const struct mrl_arguments *arguments, bool writable,
                     struct mrl_limits_view *ret_view)
{
	struct mrl_limits_view view = {.cli = cli, .writable = writable};
	if (!mrl_instance_find(cli, arguments, &view.instance)) {
		return false;
	}
	if (view.instance.pid == 0) {
		mrl_complain(cli, "no gateway named \"%s\" runs here (%s)", view.instance.name,
		             view.instance.places.run);
		return false;
	}
	view.store.host = (struct mrl_limit_host){
		.now_ms = now_ms, .is_gone = is_gone, .yield = yield, .pid = (uint32_t)getpid()};
	for (unsigned id = 0; id < MRL_LIMIT_ZONES; id++) {
		if (!open_zone(&view, id)) {
			return false;
		}
	}
	view.policy = load(cli, &view.instance);
	*ret_view = view;
	return view.policy != NULL;
}

void mrl_limits_close(struct mrl_limits_view *view)
{
	mrl_policy_unref(view->policy);
}

static void complain_unknown(const struct mrl_limits_view *view, const char *name)
{
	const char *names[MRL_LIMIT_SPECS_MAX];
	const struct mrl_limits *limits = &view->policy->limits;
	for (uint32_t i = 0; i < limits->count; i++) {
		names[i] = mrl_text_of(view->cli->arena, limits->specs[i].name);
	}
	const char *near = mrl_nearest(mrl_slice_text(name), names, limits->count);
	mrl_complain(view->cli, "the policy has no limit \"%s\"%s%s%s", name,
	             near == NULL ? "" : "; did you mean \"", near == NULL ? "" : near,
	             near == NULL ? "" : "\"?");
}

bool mrl_limits_find(const struct mrl_limits_view *view, const char *name,
                     struct mrl_limits_row *ret_row)
{
	const struct mrl_limits *limits = &view->policy->limits;
	uint32_t at = 0;
	while (at < limits->count && !mrl_slice_is(limits->specs[at].name, name)) {
		at++;
	}
	if (at == limits->count) {
		complain_unknown(view, name);
		return false;
	}
	struct mrl_limits_row row = {
		.spec = &limits->specs[at],
		.zone = &view->store.zones[limits->specs[at].zone],
		.salt = mrl_limit_salt(view->store.hash_key, limits->specs[at].name)};
	if (!mrl_limit_zone_row_of(row.zone, row.spec->name, &row.rule, &row.ordinal)) {
		mrl_complain(view->cli, "the gateway does not count \"%s\" yet: `merlon reload`",
		             name);
		return false;
	}
	*ret_row = row;
	return true;
}
