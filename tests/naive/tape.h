/* What the runners share: files, and a document's values as tapes. */
#ifndef MRL_NAIVE_TAPE_H
#define MRL_NAIVE_TAPE_H

#include <merlon/json.h>
#include <merlon/schema.h>

/* Ends the program with a message: a runner without its files tests nothing. */
void load_fail(const char *what, const char *path) __attribute__((noreturn));

/* A JSON or YAML file; `uri` becomes the document's name. */
const struct mrl_node *load_file(const char *path, struct mrl_arena *arena);
/* The same of a text; NULL: it is none. */
const struct mrl_node *load_text(struct mrl_slice text, struct mrl_arena *arena);

/* The value as a tape without the reader's help; number_faults is left at 0. */
void tape_of_node(const struct mrl_node *node, struct mrl_arena *arena,
                  struct mrl_json_doc *ret_doc);
/* The value as JSON text. */
struct mrl_slice text_of_node(const struct mrl_node *node, struct mrl_arena *arena);

#define LOAD_SOURCES 256
#define LOAD_SKIPPED 77
struct load_sources {
	struct mrl_schema_source items[LOAD_SOURCES + 1]; /* one more for a case */
	uint32_t count;
};
/* A file, and all of a folder and those below, under a base URI. */
void load_source(struct load_sources *sources, struct mrl_arena *arena, const char *path,
                 const char *uri);
void load_folder(struct load_sources *sources, struct mrl_arena *arena, const char *path,
                 const char *base);
/* The published metaschemas: a file with an object of them by URI. Without any the program ends,
 * skipped. */
void load_metaschemas(struct load_sources *sources, struct mrl_arena *arena, const char *path);

#endif
