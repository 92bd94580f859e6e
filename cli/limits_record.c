/*
 * A key that was forgotten is on record [AUDIT-1]: one line of the error log says who, which and
 * why; an audit record goes through the ring like that of a call. Without the record nothing is
 * forgotten.
 */
#include "limits.h"
#include "text.h"

#include <merlon/audit_host.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define RINGS_MAX 16
#define WORD_MAX  24

/* What a reason may not do is to look like another line. */
static char *one_line(struct mrl_arena *arena, const char *reason)
{
	char *text = mrl_text(arena, "%s", reason);
	for (char *at = text; *at != '\0'; at++) {
		*at = (unsigned char)*at < ' ' || *at == '"' || *at == 0x7F ? ' ' : *at;
	}
	return text;
}

static bool write_line(const struct mrl_limits_view *view, const char *limit, const char *key,
                       const char *reason, const char *id)
{
	struct mrl_arena *arena = view->cli->arena;
	const char *path = mrl_text(arena, "%s/log/error.log", view->instance.places.state);
	char stamp[32] = "";
	struct tm parts;
	time_t now = time(NULL);
	int fd = open(path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
	if (localtime_r(&now, &parts) != NULL) {
		(void)strftime(stamp, sizeof(stamp), "%Y/%m/%d %H:%M:%S", &parts);
	}
	const char *line = mrl_text(arena,
	                            "%s [notice] %d#0: merlon: limits clear: limit \"%s\" key %s "
	                            "by uid %u, reason: \"%s\", record %s\n",
	                            stamp, (int)getpid(), limit, key, (unsigned)getuid(),
	                            one_line(arena, reason), id);
	size_t size = strlen(line);
	bool written = fd != -1 && write(fd, line, size) == (ssize_t)size;
	if (!written) {
		mrl_complain(view->cli, "%s cannot be written: %s", path, strerror(errno));
	}
	if (fd != -1) {
		(void)close(fd);
	}
	return written;
}

static enum mrl_err open_ring(const char *run_dir, struct mrl_ring_file *ret_file)
{
	uint32_t numbers[RINGS_MAX];
	size_t count = 0;
	enum mrl_err err = mrl_ring_file_list(run_dir, numbers, RINGS_MAX, &count);
	if (err == MRL_OK && count == 0) {
		err = MRL_ERR_NOT_FOUND;
	}
	return err == MRL_OK ? mrl_ring_file_attach(run_dir, numbers[count - 1], ret_file) : err;
}

static enum mrl_err commit(struct mrl_producer *producer, const struct mrl_ring *ring,
                           struct mrl_slice limit, const uint8_t id[MRL_UUID_BYTES])
{
	const struct mrl_audit_fact fact = {.name = MRL_SLICE("limit_cleared"),
	                                    .word = mrl_slice_sub(limit, 0, WORD_MAX),
	                                    .kind = MRL_AUDIT_WORD};
	struct mrl_ring_call call = {.time_us = mrl_clock_us()};
	uint32_t entry;
	memcpy(call.request_id, id, sizeof(call.request_id));
	if (mrl_ring_reserve(producer, mrl_clock_ms(), &call, &entry) != MRL_AUDIT_REASON_NONE) {
		return MRL_ERR_FULL;
	}
	const struct mrl_audit_facts facts = {
		.class_id = MRL_AUDIT_CALL,
		.stage = MRL_AUDIT_COMPLETE,
		.time_us = call.time_us,
		.op_id = MRL_SLICE("(limits clear)"),
		.request_id = mrl_slice(id, MRL_UUID_BYTES),
		.facts = &fact,
		.fact_count = 1,
	};
	if (mrl_audit_commit(producer, entry, &facts)) {
		mrl_ring_wake(ring);
	}
	return MRL_OK;
}

/* The slot stays claimed until this process has ended: then auditd drains and frees it. */
bool mrl_limits_record(const struct mrl_limits_view *view, const struct mrl_limits_row *row,
                       const char *key, const char *reason)
{
	struct mrl_ring_file file = {.fd = -1};
	struct mrl_producer producer;
	uint8_t random[10];
	uint8_t id[MRL_UUID_BYTES];
	uint8_t text[MRL_UUID_TEXT + 1] = "";
	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random)) {
		mrl_complain(view->cli, "no random bytes: %s", strerror(errno));
		return false;
	}
	mrl_uuid7(mrl_clock_us() / 1000, random, id);
	mrl_uuid_text(id, text);
	enum mrl_err err = open_ring(view->instance.places.run, &file);
	if (err == MRL_OK) {
		err = mrl_ring_file_claim(&file, MRL_RING_EDGE, &producer);
	}
	if (err == MRL_OK) {
		err = commit(&producer, &file.ring, row->spec->name, id);
	}
	mrl_ring_file_release(&file);
	if (err != MRL_OK) {
		mrl_complain(view->cli,
		             "nothing was cleared: no audit record could be written (%s)",
		             mrl_err_name(err));
		return false;
	}
	return write_line(view, mrl_text_of(view->cli->arena, row->spec->name), key, reason,
	                  (const char *)text);
}
