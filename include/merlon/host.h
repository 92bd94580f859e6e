/* What the host lends to the core, implemented for POSIX: src/host. */
#ifndef MERLON_HOST_H
#define MERLON_HOST_H

#include <merlon/openapi.h>

#define MRL_PATH_BYTES_MAX 4096

/*
 * A whole regular file. MRL_ERR_NOT_FOUND, MRL_ERR_LIMIT over `bytes_max`, MRL_ERR_IO: errno tells
 * why (EISDIR, EINVAL: not a regular file).
 */
MRL_CHECKED enum mrl_err mrl_file_read(struct mrl_slice path, size_t bytes_max,
                                       struct mrl_arena *arena, struct mrl_slice *ret_text);

/* The same as the port that documents are read through. */
extern const struct mrl_files mrl_files_posix;

#endif
