/*
 * Text and small files of the command line. Texts are NUL-terminated and live in the arena; without
 * memory the process ends with MRL_EXIT_SOFTWARE.
 */
#ifndef MRL_CLI_TEXT_H
#define MRL_CLI_TEXT_H

#include <merlon/base.h>

#include <sys/types.h>

char *mrl_text(struct mrl_arena *arena, const char *format, ...) MRL_PRINTF(2, 3);
/* A slice as text; a NUL inside ends it early. */
char *mrl_text_of(struct mrl_arena *arena, struct mrl_slice slice);
/* Objects that cannot be missing. */
void *mrl_must(void *memory);

/* Replaces the file at once: written beside it, flushed, renamed. Never follows a link. */
MRL_CHECKED enum mrl_err mrl_file_write(const char *path, struct mrl_slice text, mode_t mode);
/* One folder; no error if it is there. The folder above it has to exist. */
MRL_CHECKED enum mrl_err mrl_folder_make(const char *path);
/* A folder and all in it; links are removed, not followed. What is not there is no error. */
MRL_CHECKED enum mrl_err mrl_folder_remove(const char *path);

/* Lexically: no "//", "." or "..", and absolute; relative paths are from the working folder. */
char *mrl_path_absolute(struct mrl_arena *arena, const char *path);
/* Without the last part; "/" for what lies at the top. */
char *mrl_path_folder(struct mrl_arena *arena, const char *path);
const char *mrl_path_base(const char *path);

#endif
