/*
 * Our side of bench/schema.py: one schema, one file of documents (JSON, one a line), and batches on
 * demand. It answers each line of its input, "MODE MILLISECONDS", with the nanoseconds that one
 * document took on average in that time, so that its driver can let several take turns.
 */
#include <merlon/schema.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "schema_yyjson.h"

#define ARENA_BYTES    ((size_t)1 << 30)
#define BLOCK_BYTES    ((size_t)1 << 20)
#define DOCUMENTS_MAX  100000
#define STEPS_PER_BYTE 64
#define REGEX_STEPS    100000000U

struct document {
	struct mrl_slice text;
	struct mrl_json_doc json;
};

struct run {
	struct mrl_schema_options options;
	struct mrl_schema_entry entry;
	struct mrl_slice schema_text;
	const struct mrl_program *program;
	struct document *documents;
	size_t document_count;
	struct mrl_arena kept, scratch;
	struct mrl_json_limits limits;
	unsigned refused;
};

static const uint8_t seed[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static void require(bool condition, const char *what)
{
	if (!condition) {
		fprintf(stderr, "schema_run: %s\n", what);
		exit(1);
	}
}

static double now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static struct mrl_slice read_file(const char *path, struct mrl_arena *arena)
{
	FILE *file = fopen(path, "rb");
	require(file != NULL && fseek(file, 0, SEEK_END) == 0, path);
	size_t size = (size_t)ftell(file);
	uint8_t *data = mrl_arena_alloc(arena, size + 1, 1);
	rewind(file);
	require(data != NULL && fread(data, 1, size, file) == size, path);
	fclose(file);
	return mrl_slice(data, size);
}

static void read_schema(struct run *run, struct mrl_arena *arena)
{
	struct mrl_document_limits limits = MRL_DOCUMENT_LIMITS;
	struct mrl_diagnostics diagnostics = {.arena = arena};
	const struct mrl_document *document = NULL;
	enum mrl_err err = mrl_document_read(&limits, MRL_SLICE("schema.json"), run->schema_text,
	                                     arena, &diagnostics, &document);
	require(err == MRL_OK, "the schema is no document");
	run->entry = (struct mrl_schema_entry){.node = mrl_document_root(document),
	                                       .uri = MRL_SLICE("https://bench.test/schema")};
}

static void compile(struct run *run, struct mrl_arena *arena)
{
	struct mrl_diagnostics diagnostics = {.arena = arena};
	if (mrl_schema_compile(&run->options, &run->entry, 1, arena, &diagnostics, &run->program) !=
	    MRL_OK) {
		const struct mrl_diagnostic *first = diagnostics.first;
		if (first != NULL) {
			fprintf(stderr, "%.*s\n", MRL_PRINT(first->message));
		}
		require(false, "the schema does not compile");
	}
}

static void parse(struct run *run, struct mrl_slice text, struct mrl_arena *arena,
                  struct mrl_json_doc *doc)
{
	struct mrl_json_fault fault;
	enum mrl_err err = mrl_json_read(&run->limits, mrl_json_scan_best(), text, arena, doc,
	                                 &fault);
	require(err == MRL_OK && fault.code == MRL_JSON_NONE, "a document is no JSON");
}

/* True: the document is valid. */
static bool validate(struct run *run, const struct mrl_json_doc *doc, size_t bytes)
{
	struct mrl_schema_result result;
	const struct mrl_schema_allowance allowance = {
		.steps = 10000 + STEPS_PER_BYTE * (uint64_t)bytes, .regex_steps = REGEX_STEPS};
	struct mrl_arena_mark mark = mrl_arena_mark(&run->scratch);
	enum mrl_err err = mrl_schema_run(run->program, 0, doc, doc->nodes, &run->scratch, seed,
	                                  &allowance, &result);
	require(err == MRL_OK && result.outcome != MRL_SCHEMA_EXHAUSTED, "validation failed");
	mrl_arena_reset(&run->scratch, mark);
	return result.outcome == MRL_SCHEMA_VALID;
}

static void once_validate(struct run *run)
{
	for (size_t at = 0; at < run->document_count; at++) {
		struct document *document = &run->documents[at];
		run->refused += !validate(run, &document->json, document->text.size);
	}
}

static void once_read(struct run *run)
{
	for (size_t at = 0; at < run->document_count; at++) {
		struct mrl_arena_mark mark = mrl_arena_mark(&run->scratch);
		struct mrl_json_doc doc;
		parse(run, run->documents[at].text, &run->scratch, &doc);
		mrl_arena_reset(&run->scratch, mark);
	}
}

static void once_both(struct run *run)
{
	for (size_t at = 0; at < run->document_count; at++) {
		struct mrl_arena_mark mark = mrl_arena_mark(&run->scratch);
		struct mrl_json_doc doc;
		parse(run, run->documents[at].text, &run->scratch, &doc);
		run->refused += !validate(run, &doc, run->documents[at].text.size);
		mrl_arena_reset(&run->scratch, mark);
	}
}

/* The kept program stays the first one. */
static void once_compile(struct run *run)
{
	const struct mrl_program *kept = run->program;
	struct mrl_arena_mark mark = mrl_arena_mark(&run->scratch);
	compile(run, &run->scratch);
	mrl_arena_reset(&run->scratch, mark);
	run->program = kept;
}

static void once_load(struct run *run)
{
	const struct mrl_schema_entry kept = run->entry;
	struct mrl_arena_mark mark = mrl_arena_mark(&run->scratch);
	read_schema(run, &run->scratch);
	once_compile(run);
	mrl_arena_reset(&run->scratch, mark);
	run->entry = kept;
}

static void once_yyjson(struct run *run)
{
	for (size_t at = 0; at < run->document_count; at++) {
		require(bench_yyjson_read(run->documents[at].text), "yyjson refuses a document");
	}
}

static const struct {
	const char *name;
	void (*once)(struct run *run);
	bool per_document;
} modes[] = {
	{"validate", once_validate, true}, {"read", once_read, true},
	{"both", once_both, true},         {"compile", once_compile, false},
	{"load", once_load, false},        {"yyjson", once_yyjson, true},
};

/* The number of rounds between two looks at the clock doubles until that takes long enough. */
static double batch(struct run *run, size_t mode, double ns)
{
	double start = now_ns(), end = start;
	uint64_t done = 0;
	for (uint64_t rounds = 1; end - start < ns;
	     rounds = end - start < ns / 4 ? rounds * 2 : rounds) {
		for (uint64_t round = 0; round < rounds; round++) {
			modes[mode].once(run);
		}
		done += rounds;
		end = now_ns();
	}
	double each = (end - start) / (double)done;
	return modes[mode].per_document ? each / (double)run->document_count : each;
}

static void read_documents(struct run *run, const char *path)
{
	struct mrl_slice rest = read_file(path, &run->kept);
	run->documents = MRL_NEW_ARRAY(&run->kept, DOCUMENTS_MAX, struct document);
	require(run->documents != NULL, "no memory");
	while (rest.size > 0) {
		size_t end = mrl_slice_find(rest, '\n');
		struct document *document = &run->documents[run->document_count];
		document->text = mrl_slice_trim(mrl_slice_sub(rest, 0, end));
		rest = mrl_slice_from(rest, end + 1);
		if (document->text.size > 0) {
			require(++run->document_count < DOCUMENTS_MAX, "too many documents");
			parse(run, document->text, &run->kept, &document->json);
		}
	}
}

static void take_option(struct run *run, const char *option)
{
	if (strcmp(option, "--closed") == 0) {
		run->options.world = MRL_WORLD_CLOSED;
		run->options.free_form = MRL_FREE_FORM_ALLOW;
	} else if (strcmp(option, "--formats") == 0) {
		run->options.assert_formats = true;
	} else {
		require(false, "options are --closed and --formats");
	}
}

static void answer(struct run *run, const char *line)
{
	for (size_t mode = 0; mode < MRL_COUNT(modes); mode++) {
		size_t size = strlen(modes[mode].name);
		if (strncmp(line, modes[mode].name, size) == 0 && line[size] == ' ') {
			printf("%.3f\n", batch(run, mode, strtod(line + size, NULL) * 1e6));
			fflush(stdout);
			return;
		}
	}
	require(false, "no such mode");
}

int main(int argc, char **argv)
{
	char line[64];
	struct run run = {.limits = MRL_JSON_LIMITS};
	run.limits.values = UINT32_MAX;
	require(argc >= 3, "usage: schema_run SCHEMA DOCUMENTS [--closed] [--formats]");
	mrl_arena_init(&run.kept, &mrl_memory_malloc, BLOCK_BYTES, ARENA_BYTES);
	mrl_arena_init(&run.scratch, &mrl_memory_malloc, BLOCK_BYTES * 64, ARENA_BYTES);
	/* As in a call: the arena has its block already. */
	require(mrl_arena_alloc(&run.scratch, 16, 16) != NULL, "no memory");
	for (int at = 3; at < argc; at++) {
		take_option(&run, argv[at]);
	}
	run.schema_text = read_file(argv[1], &run.kept);
	read_schema(&run, &run.kept);
	compile(&run, &run.kept);
	read_documents(&run, argv[2]);
	once_validate(&run);
	printf("%zu %u %d\n", run.document_count, run.refused, bench_yyjson_there());
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		answer(&run, line);
	}
	mrl_arena_release(&run.scratch);
	mrl_arena_release(&run.kept);
	return 0;
}
