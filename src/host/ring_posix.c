/*
 * The audit ring's file: finding or making it on tmpfs, mapping it, claiming a slot of it.
 *
 * The mapping is larger than the file: each slot's data area appears twice in a row, so that no
 * frame ever wraps. A new file gets its name only when its header is whole, so nobody sees half a
 * ring.
 */
#include <merlon/audit_host.h>

#include "audit/layout.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define NAME_PREFIX   "audit.ring."
#define NAME_MAX_SIZE 48
#define NUMBERS_MAX   64
#define OPEN_TRIES    16

static void *map_at(uint8_t *place, size_t bytes, int fd, off_t offset)
{
	return mmap(place, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, offset);
}

static bool map_slots(const struct mrl_ring *ring, int fd)
{
	size_t data_bytes = ring->sizes.ring_bytes;
	size_t bytes = ring->control_bytes + data_bytes;
	for (uint32_t i = 0; i < ring->sizes.slot_count; i++) {
		uint8_t *place = ring->memory + MRL_RING_HEADER + i * ring->view_stride;
		off_t offset = (off_t)ring_file_offset(ring, i);
		if (map_at(place, bytes, fd, offset) == MAP_FAILED ||
		    map_at(place + bytes, data_bytes, fd, offset + (off_t)ring->control_bytes) ==
		            MAP_FAILED) {
			return false;
		}
	}
	return true;
}

/* Maps a file whose header was checked. The fd is the file's from then on. */
static enum mrl_err map_file(int fd, const struct mrl_ring_sizes *sizes,
                             struct mrl_ring_file *ret_file)
{
	struct mrl_ring_file file = {.fd = fd, .bytes = (size_t)mrl_ring_view_bytes(sizes)};
	void *memory = mmap(NULL, file.bytes, PROT_NONE,
	                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED) {
		return MRL_ERR_IO;
	}
	file.ring.memory = memory;
	if (map_at(memory, MRL_RING_HEADER, fd, 0) == MAP_FAILED ||
	    mrl_ring_attach(memory, file.bytes, &file.ring) != MRL_OK ||
	    !map_slots(&file.ring, fd)) {
		munmap(memory, file.bytes);
		return MRL_ERR_IO;
	}
	*ret_file = file;
	return MRL_OK;
}

/* The sizes of an open file, which must be long enough for them: a short one would be SIGBUS. */
static enum mrl_err read_sizes(int fd, struct mrl_ring_sizes *ret_sizes)
{
	_Alignas(8) uint8_t header[MRL_RING_HEADER];
	struct stat info;
	struct mrl_ring_sizes sizes;
	if (fstat(fd, &info) != 0 ||
	    pread(fd, header, sizeof(header), 0) != (ssize_t)sizeof(header)) {
		return MRL_ERR_INVALID;
	}
	enum mrl_err err = mrl_ring_check(header, &sizes);
	if (err != MRL_OK) {
		return err;
	}
	if ((uint64_t)info.st_size < mrl_ring_bytes_needed(&sizes)) {
		return MRL_ERR_INVALID;
	}
	*ret_sizes = sizes;
	return MRL_OK;
}

static bool ring_name(uint32_t number, char ret_name[NAME_MAX_SIZE])
{
	int size = snprintf(ret_name, NAME_MAX_SIZE, NAME_PREFIX "%u", number);
	return size > 0 && size < NAME_MAX_SIZE;
}

static int open_ring(int dir, uint32_t number)
{
	char name[NAME_MAX_SIZE];
	if (!ring_name(number, name)) {
		return -1;
	}
	return openat(dir, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
}

static enum mrl_err attach_number(int dir, uint32_t number, struct mrl_ring_file *ret_file)
{
	struct mrl_ring_sizes sizes;
	int fd = open_ring(dir, number);
	if (fd < 0) {
		return errno == ENOENT ? MRL_ERR_NOT_FOUND : MRL_ERR_IO;
	}
	enum mrl_err err = read_sizes(fd, &sizes);
	if (err == MRL_OK) {
		err = map_file(fd, &sizes, ret_file);
	}
	if (err != MRL_OK) {
		close(fd);
		return err;
	}
	ret_file->number = number;
	return MRL_OK;
}

static int compare_numbers(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a;
	uint32_t right = *(const uint32_t *)b;
	return left < right ? -1 : left > right ? 1 : 0;
}

static bool parse_name(const char *name, uint32_t *ret_number)
{
	struct mrl_slice text = mrl_slice_text(name);
	uint64_t number;
	if (!mrl_slice_starts(text, MRL_SLICE(NAME_PREFIX)) ||
	    !mrl_parse_u64(mrl_slice_from(text, sizeof(NAME_PREFIX) - 1), &number) ||
	    number > UINT32_MAX) {
		return false;
	}
	*ret_number = (uint32_t)number;
	return true;
}

enum mrl_err mrl_ring_file_list(const char *run_dir, uint32_t *numbers, size_t max,
                                size_t *ret_count)
{
	DIR *dir = opendir(run_dir);
	size_t count = 0;
	if (dir == NULL) {
		return errno == ENOENT ? MRL_ERR_NOT_FOUND : MRL_ERR_IO;
	}
	for (struct dirent *entry = readdir(dir); entry != NULL && count < max;
	     entry = readdir(dir)) {
		count += parse_name(entry->d_name, &numbers[count]) ? 1 : 0;
	}
	closedir(dir);
	qsort(numbers, count, sizeof(*numbers), compare_numbers);
	*ret_count = count;
	return MRL_OK;
}

/* B1.1: what a worker touches must never wait for a disk. */
static enum mrl_err open_run_dir(const char *run_dir, int *ret_dir)
{
	struct statfs info;
	int dir = open(run_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0) {
		return errno == ENOENT ? MRL_ERR_NOT_FOUND : MRL_ERR_IO;
	}
	if (fstatfs(dir, &info) != 0 || info.f_type != TMPFS_MAGIC) {
		close(dir);
		return MRL_ERR_UNSUPPORTED;
	}
	*ret_dir = dir;
	return MRL_OK;
}

/* Blocks for the header and every slot's control page; a slot's table and data come when claimed.
 */
static bool allocate_controls(int fd, const struct mrl_ring_sizes *sizes)
{
	struct mrl_ring ring = {
		.sizes = *sizes,
		.control_bytes = ring_control_bytes(sizes->inflight_max),
	};
	if (ftruncate(fd, (off_t)mrl_ring_bytes_needed(sizes)) != 0 ||
	    posix_fallocate(fd, 0, MRL_RING_HEADER) != 0) {
		return false;
	}
	for (uint32_t i = 0; i < sizes->slot_count; i++) {
		if (posix_fallocate(fd, (off_t)ring_file_offset(&ring, i), RING_PAGE) != 0) {
			return false;
		}
	}
	return true;
}

static bool write_header(int fd, const struct mrl_ring_sizes *sizes)
{
	_Alignas(8) uint8_t header[MRL_RING_HEADER] = {0};
	return mrl_ring_format(header, sizes) == MRL_OK &&
	       pwrite(fd, header, sizeof(header), 0) == (ssize_t)sizeof(header);
}

static bool fill_new(int fd, const struct mrl_ring_options *options)
{
	return fchmod(fd, 0660) == 0 && fchown(fd, options->owner, options->group) == 0 &&
	       allocate_controls(fd, &options->sizes) && write_header(fd, &options->sizes);
}

/* Makes audit.ring.<number>; MRL_ERR_STATE: somebody else made it meanwhile. */
static enum mrl_err create_number(int dir, uint32_t number, const struct mrl_ring_options *options)
{
	char name[NAME_MAX_SIZE];
	char hidden[NAME_MAX_SIZE];
	int size = snprintf(hidden, sizeof(hidden), ".audit.ring.%ld", (long)getpid());
	if (!ring_name(number, name) || size <= 0 || (size_t)size >= sizeof(hidden)) {
		return MRL_ERR_IO;
	}
	unlinkat(dir, hidden, 0);
	int fd = openat(dir, hidden, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		return MRL_ERR_IO;
	}
	enum mrl_err err = fill_new(fd, options) ? MRL_OK : MRL_ERR_IO;
	if (err == MRL_OK && linkat(dir, hidden, dir, name, 0) != 0) {
		err = errno == EEXIST ? MRL_ERR_STATE : MRL_ERR_IO;
	}
	int saved = errno;
	unlinkat(dir, hidden, 0);
	close(fd);
	errno = saved;
	return err;
}

static bool same_sizes(const struct mrl_ring_sizes *a, const struct mrl_ring_sizes *b)
{
	return a->slot_count == b->slot_count && a->ring_bytes == b->ring_bytes &&
	       a->inflight_max == b->inflight_max;
}

/* The newest file if it fits; else the number of the one to be made. */
static enum mrl_err open_newest(const struct mrl_ring_options *options, int dir,
                                struct mrl_ring_file *ret_file, uint32_t *ret_number)
{
	uint32_t numbers[NUMBERS_MAX];
	size_t count;
	struct mrl_ring_file file;
	enum mrl_err err = mrl_ring_file_list(options->run_dir, numbers, MRL_COUNT(numbers),
	                                      &count);
	if (err != MRL_OK) {
		return err;
	}
	*ret_number = count == 0 ? 0 : numbers[count - 1] + 1;
	if (count == 0 || attach_number(dir, numbers[count - 1], &file) != MRL_OK) {
		return MRL_ERR_NOT_FOUND;
	}
	if (!same_sizes(&file.ring.sizes, &options->sizes)) {
		mrl_ring_file_release(&file);
		return MRL_ERR_NOT_FOUND;
	}
	*ret_file = file;
	return MRL_OK;
}

static enum mrl_err open_or_create(const struct mrl_ring_options *options, int dir,
                                   struct mrl_ring_file *ret_file)
{
	for (int tries = 0; tries < OPEN_TRIES; tries++) {
		uint32_t number = 0;
		enum mrl_err err = open_newest(options, dir, ret_file, &number);
		if (err != MRL_ERR_NOT_FOUND) {
			return err;
		}
		err = create_number(dir, number, options);
		if (err == MRL_OK) {
			return attach_number(dir, number, ret_file);
		}
		if (err != MRL_ERR_STATE) {
			return err;
		}
	}
	return MRL_ERR_IO;
}

enum mrl_err mrl_ring_file_open(const struct mrl_ring_options *options,
                                struct mrl_ring_file *ret_file)
{
	int dir;
	if (mrl_ring_sizes_check(&options->sizes) != MRL_OK) {
		return MRL_ERR_INVALID;
	}
	enum mrl_err err = open_run_dir(options->run_dir, &dir);
	if (err != MRL_OK) {
		return err;
	}
	err = open_or_create(options, dir, ret_file);
	close(dir);
	return err;
}

enum mrl_err mrl_ring_file_attach(const char *run_dir, uint32_t number,
                                  struct mrl_ring_file *ret_file)
{
	int dir;
	enum mrl_err err = open_run_dir(run_dir, &dir);
	if (err != MRL_OK) {
		return err;
	}
	err = attach_number(dir, number, ret_file);
	close(dir);
	return err;
}

void mrl_ring_file_release(struct mrl_ring_file *file)
{
	if (file->ring.memory != NULL) {
		munmap(file->ring.memory, file->bytes);
		close(file->fd);
	}
	memset(file, 0, sizeof(*file));
	file->fd = -1;
}
