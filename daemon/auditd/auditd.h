/*
 * merlon-auditd: from the rings to the audit file. One thread, one loop:
 *
 *     slots     which rings and slots there are, who is dead                       (slots.c)
 *     drain     frames -> checked, scrubbed lines in the group                     (drain.c)
 *     losses    ledgers -> gap lines in the group                                  (losses.c)
 *     group     one write, one fdatasync; then the tails move                      (group.c)
 *     file      the file itself                                                    (file.c)
 *     health    green, amber, red                                                  (health.c)
 *
 * Until a group is durable its bytes stay in memory and its frames in the ring: a failed write is
 * repeated, a killed daemon reads the ring again and leaves out what recover.c found in the file.
 */
#ifndef MERLON_AUDITD_H
#define MERLON_AUDITD_H

#include <merlon/audit_host.h>

#include "audit/reader.h"
#include "common/start.h"

#define AUDITD_NAME "merlon-auditd"

#define RINGS_MAX 8

#define GROUP_MS         5
#define GROUP_AMBER_MS   20
#define GROUP_SYNC_BYTES ((size_t)256 << 10) /* this much waits: write now */
#define GROUP_SOFT_BYTES ((size_t)1 << 20)   /* no more frames beyond this */
#define INCOMPLETE_MAX   1024                /* bytes of an `incomplete` line */
#define HOUSEKEEPING_MS  100
#define LOSSES_MS        500

/* ---- the file ---- */

struct audit_file {
	int dir; /* S/audit */
	int fd;  /* -1: to be opened again */
	uint64_t durable_bytes;
};

/* Opens or creates S/audit/audit.jsonl, 0600. */
MRL_CHECKED enum mrl_err file_open(struct audit_file *file, const char *state_dir);
/* Appends all of it and makes it durable. MRL_ERR_FULL: no space; MRL_ERR_IO. After a failure the
 * file is as it was before, at the latest when the next append begins. */
MRL_CHECKED enum mrl_err file_append(struct audit_file *file, struct mrl_slice lines);
void file_release(struct audit_file *file);

/* ---- what a former daemon wrote last ---- */

struct known_slot {
	uint64_t incarnation;
	uint64_t wseq; /* the highest in the file */
	bool closed;
	uint64_t totals[2][MRL_AUDIT_REASON_COUNT];
};

struct known_id {
	uint64_t incarnation;
	uint8_t request_id[16];
};

struct recovery {
	struct known_slot *slots;
	size_t slot_count, slot_capacity;
	struct known_id *incomplete;
	size_t incomplete_count, incomplete_capacity;
};

/* Reads the end of the file; cuts off a last line without line feed. */
MRL_CHECKED enum mrl_err recover(struct audit_file *file, struct recovery *ret_recovery);
/* NULL: the file's end does not know it. */
const struct known_slot *recovery_slot(const struct recovery *recovery, uint64_t incarnation);
bool recovery_has_incomplete(const struct recovery *recovery, uint64_t incarnation,
                             const uint8_t request_id[16]);
void recovery_release(struct recovery *recovery);

/* ---- health ---- */

struct health {
	enum ring_state state;
	enum mrl_audit_reason reason;
	uint64_t errors_ms[3];      /* the last three failures, newest first */
	uint64_t bad_ms;            /* when a cause of red was last seen */
	bool full;                  /* the last write found no space */
	uint64_t span_ms;           /* syncs are counted from here on */
	uint32_t syncs, slow_syncs; /* slow: over 50 ms */
	bool slow;
};

void health_failed(struct health *health, enum mrl_err err, uint64_t now_ms);
void health_synced(struct health *health, uint64_t spent_ms, uint64_t now_ms);
/* The state now; `filled`: some ring is more than half full. */
enum ring_state health_judge(struct health *health, bool filled, uint64_t now_ms);

/* ---- slots ---- */

struct slot {
	bool open;
	bool dead;    /* its process is gone, or said that it goes */
	bool closing; /* the group holds its last lines */
	bool dirty;   /* the group holds something of it */
	bool has_news[2];
	int pidfd; /* -1: none */
	uint32_t pid, kind;
	uint64_t pid_start;
	uint64_t incarnation;
	uint64_t known_wseq; /* up to here the file has it already */
	uint64_t broken_ms;  /* when frames were, or may have been, skipped; 0: not */
	struct mrl_consumer consumer;
	struct mrl_ledger_news news[2];
};

struct ring {
	struct mrl_ring_file file;
	struct slot *slots;
};

struct auditd {
	const char *run_dir;
	int lock_fd, run_lock_fd;
	struct audit_file file;
	struct recovery recovery;
	struct health health;
	struct ring rings[RINGS_MAX];
	size_t ring_count;
	struct mrl_buffer group;
	uint64_t group_ms;            /* when its first line came */
	uint64_t retry_ms;            /* not before, after a failure */
	uint64_t house_ms, losses_ms; /* when they were last looked at */
	bool group_closing;           /* one slot's end a group */
};

/* Attaches new rings, opens new slots, notices the dead, drops rings that nobody uses any more. */
void slots_look(struct auditd *auditd, uint64_t now_ms);
void slots_release(struct auditd *auditd);
/* After the group with its last lines is durable. */
void slot_finish(struct ring *ring, uint32_t index);

/* ---- lines into the group ---- */

/* Room for one line more. */
bool group_has_room(const struct auditd *auditd);
/* Memory for all rings that are attached; MRL_ERR_MEMORY. */
MRL_CHECKED enum mrl_err group_grow(struct auditd *auditd, uint32_t inflight_max);
/* Writes the group; on success all dirty slots move their tails. False: it failed, try later. */
bool group_flush(struct auditd *auditd, uint64_t now_ms);
/* The group's clock starts, if it does not run. */
void group_touched(struct auditd *auditd, uint64_t now_ms);

/* Reads what there is, as far as the group has room. True: something was read. */
bool drain_slot(struct auditd *auditd, struct ring *ring, uint32_t index, uint64_t now_ms);
/* Gap lines for what the ledgers tell; nothing while the last ones are not durable. */
void losses_look(struct auditd *auditd, struct ring *ring, uint32_t index, uint64_t now_ms);
/* Frames of a slot that cannot be read. */
void losses_frames(struct auditd *auditd, const struct slot *slot, uint64_t count);

#endif
