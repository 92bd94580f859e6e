/* Text in the arena, and paths made absolute without asking the file system. */
#include "text.h"
#include "cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

void *mrl_must(void *memory)
{
	if (memory == NULL) {
		static const char message[] = "merlon: error: out of memory\n";
		ssize_t ignored = write(STDERR_FILENO, message, sizeof(message) - 1);
		(void)ignored;
		_exit(MRL_EXIT_SOFTWARE);
	}
	return memory;
}

char *mrl_text(struct mrl_arena *arena, const char *format, ...)
{
	va_list arguments;
	va_list again;
	va_start(arguments, format);
	va_copy(again, arguments);
	int size = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	char *text = mrl_must(size < 0 ? NULL : mrl_arena_alloc(arena, (size_t)size + 1, 1));
	(void)vsnprintf(text, (size_t)size + 1, format, again);
	va_end(again);
	return text;
}

char *mrl_text_of(struct mrl_arena *arena, struct mrl_slice slice)
{
	char *text = mrl_must(mrl_arena_alloc(arena, slice.size + 1, 1));
	if (slice.size != 0) {
		memcpy(text, slice.data, slice.size);
	}
	text[slice.size] = '\0';
	return text;
}

/* Takes the last part off a path under construction. */
static size_t step_up(const char *path, size_t size)
{
	while (size > 0 && path[size - 1] != '/') {
		size--;
	}
	return size > 0 ? size - 1 : 0;
}

char *mrl_path_absolute(struct mrl_arena *arena, const char *path)
{
	char *here = path[0] == '/' ? NULL : getcwd(NULL, 0);
	char *full = mrl_text(arena, "%s/%s", here == NULL ? "" : here, path);
	free(here);
	size_t size = 0;
	const char *part = full;
	while (*part != '\0') {
		size_t length = strcspn(part, "/");
		bool dots = length == 2 && part[0] == '.' && part[1] == '.';
		if (dots) {
			size = step_up(full, size);
		}
		if (length != 0 && !dots && !(length == 1 && part[0] == '.')) {
			full[size] =
				'/'; /* never ahead of `part`: what is written was read before */
			memmove(full + size + 1, part, length);
			size += length + 1;
		}
		part += length + (part[length] == '/');
	}
	if (size == 0) {
		full[size++] = '/';
	}
	full[size] = '\0';
	return full;
}

char *mrl_path_folder(struct mrl_arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');
	if (slash == NULL) {
		return mrl_text(arena, ".");
	}
	return slash == path ? mrl_text(arena, "/")
	                     : mrl_text_of(arena, mrl_slice(path, (size_t)(slash - path)));
}

const char *mrl_path_base(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash == NULL ? path : slash + 1;
}
