/*
 * A worker's slot: taken, allocated, made live; and its blocks given back. In that order, because a
 * store to a page that tmpfs cannot give would be SIGBUS.
 */
#include <merlon/audit_host.h>

#include "audit/layout.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/vfs.h>
#include <unistd.h>

static bool draw_incarnation(uint64_t *ret_incarnation)
{
	uint64_t incarnation = 0;
	while (incarnation == 0) {
		if (getrandom(&incarnation, sizeof(incarnation), 0) != sizeof(incarnation)) {
			return false;
		}
	}
	*ret_incarnation = incarnation;
	return true;
}

/* From here on no store to the slot can fail for want of memory, nor cause a page fault. */
static bool allocate_slot(const struct mrl_ring_file *file, uint32_t slot)
{
	const struct mrl_ring *ring = &file->ring;
	size_t bytes = ring->control_bytes + ring->sizes.ring_bytes;
	if (posix_fallocate(file->fd, (off_t)ring_file_offset(ring, slot), (off_t)bytes) != 0) {
		return false;
	}
	/* only speed: a kernel without it faults the pages in one by one */
	(void)madvise(ring_slot(ring, slot), bytes, MADV_POPULATE_WRITE);
	return true;
}

enum mrl_err mrl_ring_file_claim(const struct mrl_ring_file *file, uint32_t kind,
                                 struct mrl_producer *ret_producer)
{
	struct mrl_ring_identity identity = {.pid = (uint32_t)getpid(), .kind = kind};
	uint32_t slot;
	if (!draw_incarnation(&identity.incarnation)) {
		return MRL_ERR_IO;
	}
	enum mrl_err err = mrl_ring_take(&file->ring, identity.pid, &slot);
	if (err != MRL_OK) {
		return err;
	}
	if (!allocate_slot(file, slot)) {
		mrl_ring_file_punch(file, slot);
		mrl_ring_give_back(&file->ring, slot);
		return MRL_ERR_FULL;
	}
	if (mrl_process_start((pid_t)identity.pid, &identity.pid_start) != MRL_OK) {
		identity.pid_start = 0;
	}
	mrl_ring_claim(&file->ring, slot, &identity, ret_producer);
	return MRL_OK;
}

bool mrl_ring_file_has_room(const struct mrl_ring_file *file, uint32_t count)
{
	const struct mrl_ring *ring = &file->ring;
	uint64_t bytes = (uint64_t)count * (ring->control_bytes + ring->sizes.ring_bytes);
	struct statfs info;
	if (mrl_ring_free_slots(ring) < count || fstatfs(file->fd, &info) != 0) {
		return false;
	}
	/* a tmpfs without a limit says 0 blocks */
	return info.f_blocks == 0 || info.f_bavail * (uint64_t)info.f_bsize >= bytes;
}

void mrl_ring_file_punch(const struct mrl_ring_file *file, uint32_t slot)
{
	const struct mrl_ring *ring = &file->ring;
	size_t bytes = ring->control_bytes - RING_PAGE + ring->sizes.ring_bytes;
	(void)fallocate(file->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
	                (off_t)ring_file_offset(ring, slot) + RING_PAGE, (off_t)bytes);
}
