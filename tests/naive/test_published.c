/*
 * The published JSON Schema suite against the validator: test_published VECTORS METASCHEMAS. The
 * vectors are $MERLON_VECTORS, else the argument; without them the test is skipped.
 */
#include "tape.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ARENA_BYTES ((size_t)1 << 30)

static const struct folder {
	const char *name;
	enum mrl_dialect dialect;
} folders[] = {
	{"draft2020-12", MRL_DIALECT_2020_12},
	{"draft2019-09", MRL_DIALECT_2019_09},
	{"draft7", MRL_DIALECT_7},
	{"draft4", MRL_DIALECT_4},
};

struct suite {
	struct mrl_arena arena;
	struct load_sources sources; /* remotes and metaschemas; the case's schema behind them */
	struct mrl_schema_options options;
	uint32_t passed, failed;
};

static void one_test(struct suite *suite, const struct mrl_program *program,
                     const struct mrl_node *group, const struct mrl_node *test)
{
	static const uint8_t seed[16];
	struct mrl_json_doc doc;
	struct mrl_schema_result result = {.outcome = MRL_SCHEMA_EXHAUSTED};
	struct mrl_schema_allowance allowance = {.steps = 10000000, .regex_steps = 1000000};
	const struct mrl_node *valid = mrl_node_member(test, "valid");
	bool wanted = mrl_slice_is(valid->text, "true");
	enum mrl_err err = MRL_ERR_INVALID;
	tape_of_node(mrl_node_member(test, "data"), &suite->arena, &doc);
	if (program != NULL) {
		err = mrl_schema_run(program, 0, &doc, doc.nodes, &suite->arena, seed, &allowance,
		                     &result);
	}
	if (err == MRL_OK && result.outcome == (wanted ? MRL_SCHEMA_VALID : MRL_SCHEMA_INVALID)) {
		suite->passed++;
		return;
	}
	suite->failed++;
	printf("%.*s: %.*s: %.*s: %s\n", MRL_PRINT(group->document->file),
	       MRL_PRINT(mrl_node_member(group, "description")->text),
	       MRL_PRINT(mrl_node_member(test, "description")->text),
	       program == NULL                          ? "not compiled"
	       : result.outcome == MRL_SCHEMA_EXHAUSTED ? "exhausted"
	       : wanted                                 ? "refused"
	                                                : "accepted");
}

static const struct mrl_program *compile(struct suite *suite, const struct mrl_node *group)
{
	struct mrl_diagnostics diagnostics = {.arena = &suite->arena};
	const struct mrl_program *program = NULL;
	struct mrl_slice text = text_of_node(mrl_node_member(group, "schema"), &suite->arena);
	struct mrl_schema_entry entry = {.node = load_text(text, &suite->arena),
	                                 .uri = MRL_SLICE("http://suite.example/schema.json")};
	if (entry.node == NULL || mrl_schema_compile(&suite->options, &entry, 1, &suite->arena,
	                                             &diagnostics, &program) != MRL_OK) {
		for (const struct mrl_diagnostic *d = diagnostics.first; d != NULL; d = d->next) {
			printf("  %s: %.*s\n", d->code, MRL_PRINT(d->message));
		}
		return NULL;
	}
	return program;
}

static void one_group(struct suite *suite, const struct mrl_node *group)
{
	struct mrl_arena_mark mark = mrl_arena_mark(&suite->arena);
	const struct mrl_node *tests = mrl_node_member(group, "tests");
	suite->options.sources = suite->sources.items;
	suite->options.source_count = suite->sources.count;
	const struct mrl_program *program = compile(suite, group);
	for (const struct mrl_node *test = mrl_node_first(tests); test != NULL;
	     test = mrl_node_after(tests, test)) {
		one_test(suite, program, group, test);
	}
	mrl_arena_reset(&suite->arena, mark);
}

static void one_file(struct suite *suite, const char *path)
{
	struct mrl_arena_mark mark = mrl_arena_mark(&suite->arena);
	const struct mrl_node *root = load_file(path, &suite->arena);
	uint32_t failed = suite->failed;
	for (const struct mrl_node *group = mrl_node_first(root); group != NULL;
	     group = mrl_node_after(root, group)) {
		one_group(suite, group);
	}
	if (suite->failed != failed) {
		printf("  in %s\n", path);
	}
	mrl_arena_reset(&suite->arena, mark);
}

static void one_folder(struct suite *suite, const char *vectors, const struct folder *folder)
{
	char path[2048];
	struct dirent *entry;
	snprintf(path, sizeof(path), "%s/tests/%s", vectors, folder->name);
	DIR *directory = opendir(path);
	if (directory == NULL) {
		load_fail("cannot be opened", path);
	}
	suite->options.dialect = folder->dialect;
	while ((entry = readdir(directory)) != NULL) {
		if (mrl_slice_ends(mrl_slice_text(entry->d_name), MRL_SLICE(".json"))) {
			snprintf(path, sizeof(path), "%s/tests/%s/%s", vectors, folder->name,
			         entry->d_name);
			one_file(suite, path);
		}
	}
	closedir(directory);
	printf("%s: %u passed, %u failed\n", folder->name, suite->passed, suite->failed);
}

/* A remote without `$schema` has the dialect of the folder that asks. */
static void load_all(struct suite *suite, const char *vectors, const char *metaschemas)
{
	char path[2048];
	snprintf(path, sizeof(path), "%s/remotes", vectors);
	load_folder(&suite->sources, &suite->arena, path, "http://localhost:1234/");
	load_metaschemas(&suite->sources, &suite->arena, metaschemas);
}

int main(int argc, char **argv)
{
	static struct suite suite;
	char vectors[1024];
	if (argc != 3) {
		return EXIT_FAILURE;
	}
	const char *given = getenv("MERLON_VECTORS");
	snprintf(vectors, sizeof(vectors), "%s/json-schema", given != NULL ? given : argv[1]);
	if (access(vectors, R_OK) != 0) {
		printf("skipped: %s is absent\n", vectors);
		return LOAD_SKIPPED;
	}
	mrl_arena_init(&suite.arena, &mrl_memory_malloc, 1 << 16, ARENA_BYTES);
	load_all(&suite, vectors, argv[2]);
	for (size_t i = 0; i < MRL_COUNT(folders); i++) {
		suite.passed = 0;
		one_folder(&suite, vectors, &folders[i]);
	}
	mrl_arena_release(&suite.arena);
	return suite.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
