/*
 * The published tests of formats, straight to the format's function: $MERLON_VECTORS, or the folder
 * beside the sources; neither is there: skipped.
 */
#include "format_rows.h"

#include <dirent.h>
#include <stdio.h>

#define EXIT_SKIPPED 77
#define PATH_MAX_    4096

struct draft {
	const char *folder;
	enum mrl_dialect dialect;
	unsigned all;
};

static const struct draft drafts[] = {
	{"draft2020-12", MRL_DIALECT_2020_12, 764},
	{"draft2019-09", MRL_DIALECT_2019_09, 757},
	{"draft7", MRL_DIALECT_7, 676},
	{"draft4", MRL_DIALECT_4, 219},
};

struct tally {
	const struct draft *draft;
	unsigned all, passed;
};

static const char *root;
static struct mrl_arena arena;

static const struct mrl_json_node *find(const struct mrl_json_doc *doc, unsigned group, int test,
                                        const char *name)
{
	char pointer[80];
	if (test < 0) {
		snprintf(pointer, sizeof(pointer), "/%u/%s", group, name);
	} else {
		snprintf(pointer, sizeof(pointer), "/%u/tests/%d/%s", group, test, name);
	}
	return mrl_json_find(doc, mrl_slice_text(pointer));
}

static bool accepts(struct mrl_slice name, const struct mrl_json_doc *doc,
                    const struct mrl_json_node *data, enum mrl_dialect dialect)
{
	const struct mrl_format *format = mrl_format_find(name);
	return format == NULL || (format->kinds & data->kind) == 0 ||
	       format_valid(format->valid, mrl_json_text(doc, data), dialect);
}

static void judge(const struct mrl_json_doc *doc, unsigned group, struct tally *tally)
{
	const struct mrl_json_node *schema = find(doc, group, -1, "schema/format");
	assert_non_null(schema);
	struct mrl_slice name = mrl_json_text(doc, schema);
	const struct mrl_json_node *data;
	for (int test = 0; (data = find(doc, group, test, "data")) != NULL; test++) {
		bool valid = (find(doc, group, test, "valid")->flags & MRL_JSON_TRUE) != 0;
		tally->all++;
		if (accepts(name, doc, data, tally->draft->dialect) == valid) {
			tally->passed++;
			continue;
		}
		struct mrl_slice text = data->kind == MRL_JSON_KIND_STRING
		                                ? mrl_json_text(doc, data)
		                                : MRL_SLICE("(no string)");
		printf("%s: %.*s: \"%.*s\" should be %s\n", tally->draft->folder, MRL_PRINT(name),
		       MRL_PRINT(text), valid ? "valid" : "invalid");
	}
}

static struct mrl_slice read_file(const char *path)
{
	size_t room = 1 << 20;
	uint8_t *data = mrl_arena_alloc(&arena, room, 1);
	FILE *file = fopen(path, "rb");
	assert_true(data != NULL && file != NULL);
	size_t size = fread(data, 1, room, file);
	assert_true(size < room);
	fclose(file);
	return mrl_slice(data, size);
}

static void judge_file(const char *path, struct tally *tally)
{
	struct mrl_json_limits limits = MRL_JSON_LIMITS;
	struct mrl_json_doc doc;
	struct mrl_json_fault fault;
	limits.nul = true;
	assert_int_equal(
		mrl_json_read(&limits, mrl_json_scan_best(), read_file(path), &arena, &doc, &fault),
		MRL_OK);
	assert_int_equal(fault.code, MRL_JSON_NONE);
	for (unsigned group = 0; group < doc.nodes[0].count; group++) {
		judge(&doc, group, tally);
	}
}

static void passes_a_draft(const struct draft *draft)
{
	struct tally tally = {.draft = draft};
	char path[PATH_MAX_];
	snprintf(path, sizeof(path), "%s/json-schema/tests/%s/optional/format", root,
	         draft->folder);
	DIR *folder = opendir(path);
	assert_non_null(folder);
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
		char file[PATH_MAX_ + 300];
		if (entry->d_name[0] != '.') {
			snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
			judge_file(file, &tally);
			mrl_arena_release(&arena);
		}
	}
	closedir(folder);
	printf("%s: %u of %u\n", draft->folder, tally.passed, tally.all);
	assert_int_equal(tally.all, draft->all);
	assert_int_equal(tally.passed, tally.all);
}

static void passes_the_published_tests(void **state)
{
	(void)state;
	for (size_t at = 0; at < MRL_COUNT(drafts); at++) {
		passes_a_draft(&drafts[at]);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passes_the_published_tests),
	};
	root = getenv("MERLON_VECTORS");
	if (root == NULL && argc > 1) {
		root = argv[1];
	}
	DIR *there = root != NULL ? opendir(root) : NULL;
	if (there == NULL) {
		printf("no published vectors\n");
		return EXIT_SKIPPED;
	}
	closedir(there);
	mrl_arena_init(&arena, &mrl_memory_malloc, 1 << 16, 64 << 20);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
