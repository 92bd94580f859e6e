/* Files of the runners: a document, or a folder of them under a base URI. */
#include "tape.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

void load_fail(const char *what, const char *path)
{
	fprintf(stderr, "%s: %s\n", path, what);
	exit(EXIT_FAILURE);
}

static struct mrl_slice read_file(const char *path, struct mrl_arena *arena)
{
	FILE *file = fopen(path, "rb");
	struct stat status;
	if (file == NULL || fstat(fileno(file), &status) != 0) {
		load_fail("cannot be opened", path);
	}
	size_t size = (size_t)status.st_size;
	uint8_t *data = mrl_arena_alloc(arena, size + 1, 1);
	if (data == NULL || fread(data, 1, size, file) != size) {
		load_fail("cannot be read", path);
	}
	fclose(file);
	return mrl_slice(data, size);
}

static const struct mrl_node *parse(struct mrl_slice text, struct mrl_arena *arena,
                                    struct mrl_diagnostics *diagnostics)
{
	const struct mrl_document *document;
	struct mrl_document_limits limits = MRL_DOCUMENT_LIMITS;
	*diagnostics = (struct mrl_diagnostics){.arena = arena};
	enum mrl_err err = mrl_document_read(&limits, MRL_SLICE("document"), text, arena,
	                                     diagnostics, &document);
	return err == MRL_OK ? mrl_document_root(document) : NULL;
}

const struct mrl_node *load_text(struct mrl_slice text, struct mrl_arena *arena)
{
	struct mrl_diagnostics diagnostics;
	return parse(text, arena, &diagnostics);
}

const struct mrl_node *load_file(const char *path, struct mrl_arena *arena)
{
	struct mrl_diagnostics diagnostics;
	const struct mrl_node *root = parse(read_file(path, arena), arena, &diagnostics);
	if (root == NULL) {
		const struct mrl_diagnostic *first = diagnostics.first;
		fprintf(stderr, "%u:%u: %.*s\n", first == NULL ? 0 : first->line,
		        first == NULL ? 0 : first->column,
		        first == NULL ? 0 : (int)first->message.size,
		        first == NULL ? "" : (const char *)first->message.data);
		load_fail("is no document", path);
	}
	return root;
}

static struct mrl_slice copy_text(struct mrl_arena *arena, const char *text)
{
	struct mrl_slice copy;
	if (mrl_arena_copy(arena, mrl_slice_text(text), &copy) != MRL_OK) {
		load_fail("memory", text);
	}
	return copy;
}

void load_source(struct load_sources *sources, struct mrl_arena *arena, const char *path,
                 const char *uri)
{
	if (sources->count == LOAD_SOURCES) {
		load_fail("too many sources", path);
	}
	sources->items[sources->count++] = (struct mrl_schema_source){
		.uri = copy_text(arena, uri), .root = load_file(path, arena)};
}

/* As deep as the folders are. */
void load_folder(struct load_sources *sources, struct mrl_arena *arena, const char *path,
                 const char *base)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	if (folder == NULL) {
		load_fail("cannot be opened", path);
	}
	while ((entry = readdir(folder)) != NULL) {
		char below[1024], uri[1024];
		struct stat status;
		if (entry->d_name[0] == '.') {
			continue;
		}
		snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
		if (stat(below, &status) == 0 && S_ISDIR(status.st_mode)) {
			snprintf(uri, sizeof(uri), "%s%s/", base, entry->d_name);
			load_folder(sources, arena, below, uri);
		} else {
			snprintf(uri, sizeof(uri), "%s%s", base, entry->d_name);
			load_source(sources, arena, below, uri);
		}
	}
	closedir(folder);
}

void load_metaschemas(struct load_sources *sources, struct mrl_arena *arena, const char *path)
{
	const struct mrl_node *map = load_file(path, arena);
	if (map->count == 0) {
		printf("skipped: no metaschemas\n");
		exit(LOAD_SKIPPED);
	}
	for (const struct mrl_node *uri = mrl_node_first(map); uri != NULL;
	     uri = mrl_node_after(map, uri)) {
		if (sources->count == LOAD_SOURCES) {
			load_fail("too many sources", path);
		}
		sources->items[sources->count++] = (struct mrl_schema_source){
			.uri = uri->text, .root = mrl_node_value(uri)};
	}
}
