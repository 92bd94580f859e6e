/*
 * The audit file: whole lines, appended, durable before anybody is told so. [AUDIT-1]
 *
 * A failed write or fdatasync may leave anything behind the last durable byte, and the kernel may
 * have dropped pages that it could not write. So the file is opened again and cut back to that
 * byte; the caller still has the lines.
 */
#include "auditd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NAME "audit.jsonl"

static enum mrl_err fault(void)
{
	return errno == ENOSPC || errno == EDQUOT ? MRL_ERR_FULL : MRL_ERR_IO;
}

static enum mrl_err open_file(struct audit_file *file, uint64_t *ret_bytes)
{
	struct stat info;
	int fd = openat(file->dir, FILE_NAME, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	                0600);
	if (fd < 0) {
		return fault();
	}
	if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || fchmod(fd, 0600) != 0 ||
	    fsync(file->dir) != 0) {
		close(fd);
		return MRL_ERR_IO;
	}
	file->fd = fd;
	*ret_bytes = (uint64_t)info.st_size;
	return MRL_OK;
}

static enum mrl_err open_folder(const char *state_dir, int *ret_dir)
{
	int state = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (state < 0) {
		return errno == ENOENT ? MRL_ERR_NOT_FOUND : MRL_ERR_IO;
	}
	int dir = -1;
	if (mkdirat(state, "audit", 0700) == 0 || errno == EEXIST) {
		dir = openat(state, "audit", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	}
	close(state);
	if (dir < 0) {
		return MRL_ERR_IO;
	}
	*ret_dir = dir;
	return MRL_OK;
}

enum mrl_err file_open(struct audit_file *file, const char *state_dir)
{
	file->fd = -1;
	file->dir = -1;
	enum mrl_err err = open_folder(state_dir, &file->dir);
	if (err != MRL_OK) {
		return err;
	}
	return open_file(file, &file->durable_bytes);
}

/* After a failure: the same file from its last durable byte on. */
static enum mrl_err open_again(struct audit_file *file)
{
	uint64_t bytes;
	enum mrl_err err = open_file(file, &bytes);
	if (err != MRL_OK) {
		return err;
	}
	if (bytes > file->durable_bytes &&
	    (ftruncate(file->fd, (off_t)file->durable_bytes) != 0 || fdatasync(file->fd) != 0)) {
		err = fault();
		close(file->fd);
		file->fd = -1;
		return err;
	}
	/* somebody emptied or replaced it: what is there now is where we go on */
	file->durable_bytes = bytes < file->durable_bytes ? bytes : file->durable_bytes;
	return MRL_OK;
}

static enum mrl_err write_all(int fd, struct mrl_slice lines)
{
	while (lines.size != 0) {
		ssize_t written = write(fd, lines.data, lines.size);
		if (written < 0 && errno == EINTR) {
			continue;
		}
		if (written <= 0) {
			return fault();
		}
		lines = mrl_slice_from(lines, (size_t)written);
	}
	return fdatasync(fd) == 0 ? MRL_OK : fault();
}

enum mrl_err file_append(struct audit_file *file, struct mrl_slice lines)
{
	enum mrl_err err = file->fd < 0 ? open_again(file) : MRL_OK;
	if (err != MRL_OK) {
		return err;
	}
	err = write_all(file->fd, lines);
	if (err != MRL_OK) {
		close(file->fd);
		file->fd = -1;
		/* at once, so that no reader sees half a line for long; else before the next append
		 */
		(void)(open_again(file) == MRL_OK);
		return err;
	}
	file->durable_bytes += lines.size;
	return MRL_OK;
}

void file_release(struct audit_file *file)
{
	if (file->fd >= 0) {
		close(file->fd);
	}
	if (file->dir >= 0) {
		close(file->dir);
	}
	file->fd = -1;
	file->dir = -1;
}
