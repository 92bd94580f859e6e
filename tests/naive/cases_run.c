/* Runs the cases of all files in a folder and counts. */
#include "cases_run.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define ARENA_BYTES ((size_t)1 << 30)

const struct mrl_json_node *cases_node(const struct closed_case *closed,
                                       const struct mrl_json_doc *doc)
{
	const struct mrl_node *node = mrl_node_pointer(closed->value, closed->pointer);
	return node == NULL ? NULL : &doc->nodes[node - closed->value];
}

static void one_case(struct cases_run *run, const struct mrl_node *node,
                     const struct mrl_node **openapi, cases_agree *agree)
{
	struct closed_case closed;
	const char *wrong = closed_case_read(node, openapi, &run->arena, &closed);
	if (wrong != NULL) {
		printf("%s", wrong);
	} else {
		run->sources.items[run->sources.count] = closed.source;
		closed.options.sources = run->sources.items;
		closed.options.source_count = run->sources.count + 1;
	}
	if (wrong == NULL && agree(run, &closed)) {
		run->passed++;
		return;
	}
	run->failed++;
	printf(": %s: %.*s\n", run->file, MRL_PRINT(closed.name));
}

static void one_file(struct cases_run *run, const char *path, cases_agree *agree)
{
	struct mrl_arena_mark mark = mrl_arena_mark(&run->arena);
	const struct mrl_node *root = load_file(path, &run->arena), *openapi = NULL;
	run->file = path;
	for (const struct mrl_node *node = mrl_node_first(root); node != NULL;
	     node = mrl_node_after(root, node)) {
		one_case(run, node, &openapi, agree);
	}
	mrl_arena_reset(&run->arena, mark);
}

int cases_main(int argc, char **argv, cases_agree *agree)
{
	static struct cases_run run;
	struct dirent *entry;
	DIR *folder = argc == 3 ? opendir(argv[1]) : NULL;
	if (folder == NULL) {
		return EXIT_FAILURE;
	}
	mrl_arena_init(&run.arena, &mrl_memory_malloc, 1 << 16, ARENA_BYTES);
	load_metaschemas(&run.sources, &run.arena, argv[2]);
	while ((entry = readdir(folder)) != NULL) {
		char path[2048];
		snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
		if (mrl_slice_ends(mrl_slice_text(path), MRL_SLICE(".json"))) {
			one_file(&run, path, agree);
		}
	}
	closedir(folder);
	printf("%u passed, %u failed\n", run.passed, run.failed);
	mrl_arena_release(&run.arena);
	return run.failed == 0 && run.passed != 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
