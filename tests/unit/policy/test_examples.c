/* Every example policy is loaded with the real controls, as a user would. */
#include "../check.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>

#include <merlon/policy.h>

/* 2026-11-23 12:00:00 UTC: before the exemptions' ends. */
#define NOW_US INT64_C(1795435200000000)

static const char *folder;

static enum mrl_err read_open(FILE *file, size_t bytes_max, struct mrl_arena *arena,
                              struct mrl_slice *ret_text)
{
	uint8_t *data = mrl_arena_alloc(arena, 1 << 16, 1);
	if (data == NULL) {
		return MRL_ERR_MEMORY;
	}
	size_t size = fread(data, 1, 1 << 16, file);
	*ret_text = mrl_slice(data, size);
	return size == 1 << 16 || size > bytes_max ? MRL_ERR_LIMIT : MRL_OK;
}

static enum mrl_err read_file(void *host, struct mrl_slice path, size_t bytes_max,
                              struct mrl_arena *arena, struct mrl_slice *ret_text)
{
	char name[1024];
	(void)host;
	struct mrl_buffer buffer = mrl_buffer(name, sizeof(name) - 1);
	mrl_buffer_put(&buffer, path);
	name[buffer.size] = '\0';
	FILE *file = fopen(name, "rb");
	if (file == NULL) {
		return errno == ENOENT ? MRL_ERR_NOT_FOUND : MRL_ERR_IO;
	}
	enum mrl_err err = read_open(file, bytes_max, arena, ret_text);
	(void)fclose(file);
	return err;
}

static void print_findings(const struct mrl_diagnostics *diagnostics)
{
	uint8_t memory[8192];
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	for (const struct mrl_diagnostic *d = diagnostics->first; d != NULL; d = d->next) {
		mrl_diagnostic_text(d, &buffer);
	}
	print_message("%.*s", (int)buffer.size, (const char *)buffer.data);
}

static void check_example(const char *path)
{
	struct mrl_policy_options options = {
		.memory = mrl_memory_malloc, .files = {.read = read_file}, .now_us = NOW_US};
	struct mrl_arena arena;
	struct mrl_diagnostics diagnostics = {.arena = &arena};
	struct mrl_policy *policy = NULL;
	mrl_arena_init(&arena, &mrl_memory_malloc, 4096, 1 << 20);
	enum mrl_err err = mrl_policy_load(&options, mrl_slice_text(path), &diagnostics, &policy);
	if (err != MRL_OK || diagnostics.warnings != 0) {
		print_findings(&diagnostics);
		fail_msg("%s: %s", path, mrl_err_name(err));
	}
	mrl_policy_unref(policy);
	mrl_arena_release(&arena);
}

static size_t check_all(const char *pattern)
{
	char path[1024];
	glob_t found;
	struct mrl_buffer buffer = mrl_buffer(path, sizeof(path) - 1);
	mrl_buffer_put(&buffer, mrl_slice_text(folder));
	mrl_buffer_put(&buffer, mrl_slice_text(pattern));
	path[buffer.size] = '\0';
	assert_int_equal(glob(path, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		check_example(found.gl_pathv[i]);
	}
	size_t count = found.gl_pathc;
	globfree(&found);
	return count;
}

/* A control is done when it has an example policy. */
static void every_example_loads(void **state)
{
	(void)state;
	assert_true(check_all("/policies/*.yaml") >= MRL_CONTROL_COUNT);
	assert_int_equal(check_all("/orders/merlon.yaml"), 1);
}

int main(int count, char **arguments)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_example_loads),
	};
	folder = count == 2 ? arguments[1] : "examples";
	return cmocka_run_group_tests(tests, NULL, NULL);
}
