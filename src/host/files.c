/*
 * Whole files for the core, which opens none itself. Only regular files: a pipe or device named in
 * a policy must not make the load wait.
 */
#include <merlon/host.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static enum mrl_err open_file(struct mrl_slice path, int *ret_fd)
{
	char name[MRL_PATH_BYTES_MAX];
	if (path.size == 0 || path.size >= sizeof(name) ||
	    memchr(path.data, '\0', path.size) != NULL) {
		errno = path.size < sizeof(name) ? EINVAL : ENAMETOOLONG;
		return MRL_ERR_IO;
	}
	memcpy(name, path.data, path.size);
	name[path.size] = '\0';
	/* O_NONBLOCK: opening a FIFO would wait for its writer. */
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		return errno == ENOENT || errno == ENOTDIR ? MRL_ERR_NOT_FOUND : MRL_ERR_IO;
	}
	*ret_fd = fd;
	return MRL_OK;
}

static enum mrl_err check_file(int fd, size_t bytes_max, size_t *ret_bytes)
{
	struct stat status;
	if (fstat(fd, &status) != 0) {
		return MRL_ERR_IO;
	}
	if (!S_ISREG(status.st_mode)) {
		errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
		return MRL_ERR_IO;
	}
	if (status.st_size < 0 || (uint64_t)status.st_size > bytes_max) {
		return MRL_ERR_LIMIT;
	}
	*ret_bytes = (size_t)status.st_size;
	return MRL_OK;
}

/* Exactly `bytes`: a file that shrinks meanwhile is being written, and half a policy is none. */
static enum mrl_err read_all(int fd, uint8_t *memory, size_t bytes)
{
	size_t done = 0;
	while (done < bytes) {
		ssize_t got = read(fd, memory + done, bytes - done);
		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got <= 0) {
			errno = got == 0 ? EIO : errno;
			return MRL_ERR_IO;
		}
		done += (size_t)got;
	}
	return MRL_OK;
}

static enum mrl_err read_open(int fd, size_t bytes_max, struct mrl_arena *arena,
                              struct mrl_slice *ret_text)
{
	size_t bytes;
	enum mrl_err err = check_file(fd, bytes_max, &bytes);
	if (err != MRL_OK) {
		return err;
	}
	uint8_t *memory = mrl_arena_alloc(arena, bytes, 1);
	if (memory == NULL) {
		return MRL_ERR_MEMORY;
	}
	err = read_all(fd, memory, bytes);
	if (err == MRL_OK) {
		*ret_text = mrl_slice(memory, bytes);
	}
	return err;
}

enum mrl_err mrl_file_read(struct mrl_slice path, size_t bytes_max, struct mrl_arena *arena,
                           struct mrl_slice *ret_text)
{
	int fd;
	enum mrl_err err = open_file(path, &fd);
	if (err != MRL_OK) {
		return err;
	}
	err = read_open(fd, bytes_max, arena, ret_text);
	int error = errno;
	(void)close(fd);
	errno = error;
	return err;
}

static enum mrl_err files_read(void *host, struct mrl_slice path, size_t bytes_max,
                               struct mrl_arena *arena, struct mrl_slice *ret_text)
{
	(void)host;
	return mrl_file_read(path, bytes_max, arena, ret_text);
}

const struct mrl_files mrl_files_posix = {.read = files_read};
