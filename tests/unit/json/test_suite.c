/*
 * The published parsing suite [INPUT-4]: y_ is accepted, n_ is refused, and each i_ is decided. The
 * folder is $MERLON_VECTORS, else the argument; without it the test is skipped.
 */
#include "../check.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include <merlon/json.h>

#define SKIPPED 77

struct mode {
	const char *name;
	struct mrl_json_limits limits;
	bool gateway;
	/* y_ accepted, n_ refused, i_ accepted */
	int expected[3];
};

static const struct mode modes[] = {
	{"suite",
         {.depth = 512,
          .values = 1 << 20,
          .name_chars = 256,
          .number_bytes = 128,
          .nul = true,
          .keep_repeated = true},
         false,
         {95, 188, 9}},
	{"repeats refused",
         {.depth = 512, .values = 1 << 20, .name_chars = 256, .number_bytes = 128, .nul = true},
         false,
         {93, 188, 9}},
	{"gateway",
         {.depth = 64, .values = 262144, .name_chars = 256, .number_bytes = 128},
         true,
         {91, 188, 0}},
};

static char folder[4096];

static bool accepts(const struct mode *mode, const struct mrl_json_scan *scan,
                    struct mrl_slice text)
{
	struct mrl_arena arena;
	struct mrl_json_doc doc = {.text = MRL_SLICE_NONE};
	struct mrl_json_fault fault;
	mrl_arena_init(&arena, &mrl_memory_malloc, 4096, 64U << 20);
	enum mrl_err err = mrl_json_read(&mode->limits, scan, text, &arena, &doc, &fault);
	assert_int_equal(err, MRL_OK);
	bool accepted = fault.code == MRL_JSON_NONE && !(mode->gateway && doc.number_faults != 0);
	mrl_arena_release(&arena);
	return accepted;
}

static size_t read_file(const char *name, uint8_t *data, size_t capacity)
{
	char path[8192];
	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	size_t size = fread(data, 1, capacity, file);
	(void)fclose(file);
	return size;
}

static void count_one(const struct mode *mode, const char *name, int counts[3])
{
	static uint8_t data[1 << 20];
	struct mrl_slice text = mrl_slice(data, read_file(name, data, sizeof(data)));
	bool accepted = accepts(mode, &mrl_json_scan_scalar, text);
	assert_int_equal(accepted, accepts(mode, mrl_json_scan_best(), text));
	counts[0] += name[0] == 'y' && accepted;
	counts[1] += name[0] == 'n' && !accepted;
	counts[2] += name[0] == 'i' && accepted;
	if ((name[0] == 'n' && accepted) ||
	    (name[0] == 'y' && !accepted && mode->limits.keep_repeated)) {
		print_message("%s: %s is decided wrongly\n", mode->name, name);
	}
}

static void counts_are_as_decided(void **state)
{
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(modes); i++) {
		int counts[3] = {0};
		DIR *all = opendir(folder);
		assert_non_null(all);
		for (struct dirent *entry = readdir(all); entry != NULL; entry = readdir(all)) {
			size_t size = strlen(entry->d_name);
			if (size > 5 && strcmp(entry->d_name + size - 5, ".json") == 0) {
				count_one(&modes[i], entry->d_name, counts);
			}
		}
		(void)closedir(all);
		assert_int_equal(counts[0], modes[i].expected[0]);
		assert_int_equal(counts[1], modes[i].expected[1]);
		assert_int_equal(counts[2], modes[i].expected[2]);
	}
}

int main(int count, char **arguments)
{
	const char *vectors = getenv("MERLON_VECTORS");
	static const struct CMUnitTest tests[] = {cmocka_unit_test(counts_are_as_decided)};
	if (vectors == NULL) {
		vectors = count > 1 ? arguments[1] : ".";
	}
	(void)snprintf(folder, sizeof(folder), "%s/json-parsing/test_parsing", vectors);
	DIR *there = opendir(folder);
	if (there == NULL) {
		print_message("skipped: no published vectors in %s\n", vectors);
		return SKIPPED;
	}
	(void)closedir(there);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
