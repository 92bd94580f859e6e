/* The cases of tests/vectors/closed against the interpreter: test_closed FOLDER METASCHEMAS. */
#include "cases.h"
#include "naive.h"
#include "tape.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define ARENA_BYTES ((size_t)1 << 30)

struct run {
	struct mrl_arena arena;
	struct load_sources sources; /* metaschemas; the case's document behind them */
	uint32_t passed, failed;
	const char *file;
};

static struct naive_result result; /* too large for the stack */

static void judge(struct run *run, struct closed_case *closed, struct mrl_json_doc *ret_doc)
{
	run->sources.items[run->sources.count] = closed->source;
	closed->options.sources = run->sources.items;
	closed->options.source_count = run->sources.count + 1;
	struct naive *naive = naive_open(&closed->options, &run->arena);
	if (naive == NULL) {
		load_fail("too many identifiers", run->file);
	}
	tape_of_node(closed->value, &run->arena, ret_doc);
	naive_validate(naive, &closed->entry, ret_doc, ret_doc->nodes, &result);
}

/* The case's value and its tape have the same order of nodes. */
static const struct mrl_json_node *node_at(const struct closed_case *closed,
                                           const struct mrl_json_doc *doc)
{
	const struct mrl_node *node = mrl_node_pointer(closed->value, closed->pointer);
	return node == NULL ? NULL : &doc->nodes[node - closed->value];
}

static void tell(const char *what, const struct mrl_json_doc *doc)
{
	printf("%s", what);
	for (uint32_t i = 0; i < result.count && i < 8; i++) {
		printf(" %s at node %d", result.failures[i].keyword,
		       (int)(result.failures[i].node - doc->nodes));
	}
	printf("\n");
}

static bool naive_agrees(struct run *run, struct closed_case *closed, struct mrl_json_doc *doc)
{
	if (closed->verdict == CLOSED_LOAD_ERROR) {
		return true;
	}
	judge(run, closed, doc);
	if (closed->verdict == CLOSED_ACCEPT) {
		return result.verdict == NAIVE_VALID;
	}
	return result.verdict == NAIVE_INVALID &&
	       naive_found(&result, closed->keyword, node_at(closed, doc));
}

static void one_case(struct run *run, const struct mrl_node *node, const struct mrl_node **openapi)
{
	struct closed_case closed;
	const char *wrong = closed_case_read(node, openapi, &run->arena, &closed);
	struct mrl_json_doc doc = {0};
	result.count = 0;
	if (wrong == NULL && naive_agrees(run, &closed, &doc)) {
		run->passed++;
		return;
	}
	run->failed++;
	printf("%s: %.*s: ", run->file, MRL_PRINT(closed.name));
	tell(wrong != NULL                     ? wrong
	     : result.verdict == NAIVE_GAVE_UP ? "gave up"
	     : result.verdict == NAIVE_VALID   ? "accepted"
	                                       : "refused:",
	     &doc);
}

static void one_file(struct run *run, const char *path)
{
	struct mrl_arena_mark mark = mrl_arena_mark(&run->arena);
	const struct mrl_node *root = load_file(path, &run->arena), *openapi = NULL;
	run->file = path;
	for (const struct mrl_node *node = mrl_node_first(root); node != NULL;
	     node = mrl_node_after(root, node)) {
		one_case(run, node, &openapi);
	}
	mrl_arena_reset(&run->arena, mark);
}

int main(int argc, char **argv)
{
	static struct run run;
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
			one_file(&run, path);
		}
	}
	closedir(folder);
	printf("%u passed, %u failed\n", run.passed, run.failed);
	mrl_arena_release(&run.arena);
	return run.failed == 0 && run.passed != 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
