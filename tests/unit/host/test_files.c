/* Whole regular files, and everything that is none. */
#include "../check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <merlon/host.h>

struct fixture {
	struct mrl_arena arena;
	char folder[64];
	char path[128];
};

static void make_path(struct fixture *fixture, const char *name)
{
	(void)snprintf(fixture->path, sizeof(fixture->path), "%s/%s", fixture->folder, name);
}

static int setup(void **state)
{
	static struct fixture fixture;
	mrl_arena_init(&fixture.arena, &mrl_memory_malloc, 4096, 1 << 20);
	const char *temporary = getenv("TMPDIR");
	(void)snprintf(fixture.folder, sizeof(fixture.folder), "%s/merlon-files-XXXXXX",
	               temporary == NULL ? P_tmpdir : temporary);
	if (mkdtemp(fixture.folder) == NULL) {
		return 1;
	}
	make_path(&fixture, "file");
	FILE *file = fopen(fixture.path, "w");
	if (file == NULL || fputs("hello", file) < 0) {
		return 1;
	}
	*state = &fixture;
	return fclose(file);
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;
	make_path(fixture, "file");
	(void)unlink(fixture->path);
	make_path(fixture, "fifo");
	(void)unlink(fixture->path);
	mrl_arena_release(&fixture->arena);
	return rmdir(fixture->folder);
}

static enum mrl_err read_named(struct fixture *fixture, const char *name, size_t bytes_max,
                               struct mrl_slice *ret_text)
{
	make_path(fixture, name);
	return mrl_files_posix.read(mrl_files_posix.host, mrl_slice_text(fixture->path), bytes_max,
	                            &fixture->arena, ret_text);
}

static void reads_up_to_the_limit(void **state)
{
	struct mrl_slice text = MRL_SLICE("before");
	assert_int_equal(read_named(*state, "file", 4, &text), MRL_ERR_LIMIT);
	check_slice(text, "before");
	assert_int_equal(read_named(*state, "file", 5, &text), MRL_OK);
	check_slice(text, "hello");
}

static void says_what_is_not_there(void **state)
{
	struct mrl_slice text;
	assert_int_equal(read_named(*state, "none", 5, &text), MRL_ERR_NOT_FOUND);
	assert_int_equal(read_named(*state, "file/x", 5, &text), MRL_ERR_NOT_FOUND);
}

static void reads_no_folder_and_waits_for_no_pipe(void **state)
{
	struct fixture *fixture = *state;
	struct mrl_slice text;
	assert_int_equal(read_named(fixture, ".", 5, &text), MRL_ERR_IO);
	assert_int_equal(errno, EISDIR);
	make_path(fixture, "fifo");
	assert_int_equal(mkfifo(fixture->path, 0600), 0);
	assert_int_equal(read_named(fixture, "fifo", 5, &text), MRL_ERR_IO);
	assert_int_equal(errno, EINVAL);
}

static void refuses_paths_that_are_none(void **state)
{
	struct fixture *fixture = *state;
	struct mrl_slice text;
	static char longest[MRL_PATH_BYTES_MAX];
	memset(longest, 'a', sizeof(longest));
	assert_int_equal(mrl_file_read(MRL_SLICE_NONE, 5, &fixture->arena, &text), MRL_ERR_IO);
	assert_int_equal(mrl_file_read(MRL_SLICE("/dev/null\0x"), 5, &fixture->arena, &text),
	                 MRL_ERR_IO);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(
		mrl_file_read(mrl_slice(longest, sizeof(longest)), 5, &fixture->arena, &text),
		MRL_ERR_IO);
	assert_int_equal(errno, ENAMETOOLONG);
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		ROW(reads_up_to_the_limit),
		ROW(says_what_is_not_there),
		ROW(reads_no_folder_and_waits_for_no_pipe),
		ROW(refuses_paths_that_are_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
