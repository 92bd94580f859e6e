/* Small files and folders: replaced at once, removed with all that is in them. */
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool put(int fd, struct mrl_slice text)
{
	while (text.size != 0) {
		ssize_t size = write(fd, text.data, text.size);
		if (size < 0 && errno == EINTR) {
			continue;
		}
		if (size <= 0) {
			return false;
		}
		text = mrl_slice_from(text, (size_t)size);
	}
	return fsync(fd) == 0;
}

enum mrl_err mrl_file_write(const char *path, struct mrl_slice text, mode_t mode)
{
	enum mrl_err err = MRL_ERR_IO;
	char *beside = NULL;
	if (asprintf(&beside, "%s.new", path) < 0) {
		return MRL_ERR_MEMORY;
	}
	if (unlink(beside) != 0 && errno != ENOENT) {
		goto done;
	}
	int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0) {
		goto done;
	}
	bool written = put(fd, text);
	written = close(fd) == 0 && written;
	if (written && rename(beside, path) == 0) {
		err = MRL_OK;
	}
done:
	free(beside);
	return err;
}

enum mrl_err mrl_folder_make(const char *path)
{
	struct stat facts;
	if (mkdir(path, 0700) == 0) {
		return MRL_OK;
	}
	if (errno != EEXIST || lstat(path, &facts) != 0) {
		return MRL_ERR_IO;
	}
	if (!S_ISDIR(facts.st_mode)) {
		errno = ENOTDIR;
		return MRL_ERR_IO;
	}
	return MRL_OK;
}

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *place)
{
	(void)facts;
	(void)kind;
	(void)place;
	return remove(path);
}

enum mrl_err mrl_folder_remove(const char *path)
{
	if (nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) != 0 && errno != ENOENT) {
		return MRL_ERR_IO;
	}
	return MRL_OK;
}
