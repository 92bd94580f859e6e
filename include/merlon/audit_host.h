/*
 * The audit ring's file on POSIX: creating, mapping, claiming, waking. For edge, cli and daemons.
 *
 * nginx's master opens the file in init_module; workers inherit the mapping over fork and open
 * nothing. The file survives reload and crash: a master finds the newest one with equal layout and
 * sizes again; other sizes make a new file, and the daemon removes the old one when it is drained.
 */
#ifndef MERLON_AUDIT_HOST_H
#define MERLON_AUDIT_HOST_H

#include <merlon/audit.h>
#include <sys/types.h>

struct mrl_ring_file {
	struct mrl_ring ring;
	size_t bytes;    /* of the mapping */
	uint32_t number; /* n of audit.ring.n */
	int fd;
};

struct mrl_ring_options {
	const char *run_dir;
	struct mrl_ring_sizes sizes;
	uid_t owner; /* who the daemon runs as; (uid_t)-1: leave it */
	gid_t group; /* (gid_t)-1: leave it */
};

/*
 * The master's side. MRL_ERR_UNSUPPORTED: run_dir is not on tmpfs (a disk could block a worker).
 * MRL_ERR_INVALID: sizes. MRL_ERR_IO: errno tells. A reload opens again and releases the old one
 * in the master (workers have their own mappings).
 */
MRL_CHECKED enum mrl_err mrl_ring_file_open(const struct mrl_ring_options *options,
                                            struct mrl_ring_file *ret_file);
/* The daemon's side: one file by number. MRL_ERR_NOT_FOUND: it is not there (any more). */
MRL_CHECKED enum mrl_err mrl_ring_file_attach(const char *run_dir, uint32_t number,
                                              struct mrl_ring_file *ret_file);
/* The numbers of the ring files in run_dir, ascending, at most `max`. */
MRL_CHECKED enum mrl_err mrl_ring_file_list(const char *run_dir, uint32_t *numbers, size_t max,
                                            size_t *ret_count);
/* Unmaps and closes; a released or zeroed file (fd 0 or -1, no memory) is accepted. */
void mrl_ring_file_release(struct mrl_ring_file *file);

/*
 * A worker's slot (init_process): takes one, allocates its blocks so that no later store can fail,
 * touches them, makes it live. MRL_ERR_FULL: no slot, or no room on tmpfs; the process then has no
 * producer and counts by slot 0 with reason NO_SLOT.
 */
MRL_CHECKED enum mrl_err mrl_ring_file_claim(const struct mrl_ring_file *file, uint32_t kind,
                                             struct mrl_producer *ret_producer);
/* Whether so many processes more could claim just now: slots, and blocks of the tmpfs. */
bool mrl_ring_file_has_room(const struct mrl_ring_file *file, uint32_t count);
/* Gives the blocks of a slot's data back to tmpfs. The daemon calls it before it frees the slot. */
void mrl_ring_file_punch(const struct mrl_ring_file *file, uint32_t slot);

/* Wakes the daemon: the one system call after a commit, made only when it sleeps. */
void mrl_ring_wake(const struct mrl_ring *ring);
/* The daemon sleeps until woken or the time is over; returns at once if `asleep` is no longer set.
 */
void mrl_ring_wait(const struct mrl_ring *ring, uint32_t timeout_ms);

/* Field 22 of /proc/PID/stat; MRL_ERR_NOT_FOUND: no such process. */
MRL_CHECKED enum mrl_err mrl_process_start(pid_t pid, uint64_t *ret_start);
/* A descriptor that becomes readable when the process ends. MRL_ERR_NOT_FOUND: it has ended. */
MRL_CHECKED enum mrl_err mrl_process_watch(pid_t pid, int *ret_fd);

/* CLOCK_MONOTONIC in ms, as mrl_ring_reserve wants it, and CLOCK_REALTIME in us. */
uint64_t mrl_clock_ms(void);
uint64_t mrl_clock_us(void);

#endif
