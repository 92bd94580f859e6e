/*
 * Which issuers there are: `keeper.json` of the current generation, as `merlon up` writes it. A
 * reload makes another file; it is seen within a second.
 */
#include "keeper.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONFIG_BYTES_MAX (64U << 10)

static bool take(char *into, size_t capacity, struct mrl_slice text)
{
	if (text.size >= capacity) {
		return false;
	}
	if (text.size != 0) {
		memcpy(into, text.data, text.size);
	}
	into[text.size] = '\0';
	return true;
}

static bool read_source(const struct mrl_json_doc *doc, const struct mrl_json_node *node,
                        struct source *source)
{
	struct mrl_slice name, url, keys, ca;
	*source = (struct source){.next_ms = 0};
	return node->kind == MRL_JSON_KIND_OBJECT && mrl_jose_string(doc, node, "name", &name) &&
	       mrl_jose_string(doc, node, "url", &url) &&
	       mrl_jose_string(doc, node, "keys", &keys) && mrl_jose_string(doc, node, "ca", &ca) &&
	       name.size != 0 && url.size != 0 && keys.size != 0 &&
	       take(source->name, sizeof(source->name), name) &&
	       take(source->url, sizeof(source->url), url) &&
	       take(source->keys, sizeof(source->keys), keys) &&
	       take(source->ca, sizeof(source->ca), ca);
}

static struct source *find(struct keeper *keeper, const struct source *wanted)
{
	for (uint32_t i = 0; i < keeper->source_count; i++) {
		struct source *source = &keeper->sources[i];
		if (strcmp(source->url, wanted->url) == 0 &&
		    strcmp(source->keys, wanted->keys) == 0 &&
		    strcmp(source->ca, wanted->ca) == 0) {
			return source;
		}
	}
	return NULL;
}

/* Nobody trusts that issuer any more, unless it is still there with keys from elsewhere. */
static void drop_row(struct keeper *keeper, uint32_t row, const struct source *sources,
                     uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (sources[i].row == row) {
			return;
		}
	}
	if (row != MRL_TRUST_ISSUERS) {
		mrl_trust_row_drop(&keeper->writer, row);
	}
}

/* An issuer that was there before goes on as it was, with what it has. */
static void adopt(struct keeper *keeper, struct source *sources, uint32_t count, uint64_t now_ms)
{
	for (uint32_t i = 0; i < count; i++) {
		struct source *old = find(keeper, &sources[i]);
		if (old != NULL) {
			keeper_fetch_cancel(keeper, old);
			sources[i] = *old;
			sources[i].next_ms = old->good_s == 0 ? now_ms : old->next_ms;
			old->url[0] = '\0';
			continue;
		}
		sources[i].next_ms = now_ms;
		if (mrl_trust_row(&keeper->writer, mrl_slice_text(sources[i].url),
		                  &sources[i].row) != MRL_OK) {
			daemon_log(KEEPER_NAME, "%s: no room for its keys", sources[i].name);
			sources[i].row = MRL_TRUST_ISSUERS;
		} else {
			sources[i].asked = mrl_trust_asked(keeper->ask, sources[i].row);
			keeper_set_restore(keeper, &sources[i]);
		}
	}
	for (uint32_t i = 0; i < keeper->source_count; i++) {
		struct source *old = &keeper->sources[i];
		if (old->url[0] != '\0') {
			keeper_fetch_cancel(keeper, old);
			drop_row(keeper, old->row, sources, count);
		}
	}
	memcpy(keeper->sources, sources, count * sizeof(*sources));
	keeper->source_count = count;
}

static void read_config(struct keeper *keeper, struct mrl_slice text, uint64_t now_ms)
{
	static struct source sources[MRL_TRUST_ISSUERS];
	struct mrl_arena arena;
	struct mrl_json_doc doc;
	bool good = false;
	uint32_t count = 0;
	mrl_arena_init(&arena, &mrl_memory_malloc, 65536, 4U << 20);
	enum mrl_err err = mrl_jose_json(&keeper->jose, text, &arena, &doc, &good);
	const struct mrl_json_node *list = err == MRL_OK && good
	                                           ? mrl_jose_member(&doc, doc.nodes,
	                                                             MRL_SLICE("issuers"))
	                                           : NULL;
	good = list != NULL && list->kind == MRL_JSON_KIND_ARRAY &&
	       list->count <= MRL_TRUST_ISSUERS;
	for (const struct mrl_json_node *item = list == NULL ? NULL : list + 1;
	     good && count < list->count; item += item->next) {
		good = read_source(&doc, item, &sources[count++]);
	}
	mrl_arena_release(&arena);
	if (!good) {
		daemon_log(KEEPER_NAME, "keeper.json cannot be read; the issuers stay as they are");
		return;
	}
	adopt(keeper, sources, count, now_ms);
}

void keeper_config_look(struct keeper *keeper, uint64_t now_ms)
{
	static uint8_t memory[CONFIG_BYTES_MAX];
	char path[4096];
	struct stat seen;
	int size = snprintf(path, sizeof(path), "%s/current/keeper.json", keeper->state_dir);
	if (size < 0 || (size_t)size >= sizeof(path)) {
		return;
	}
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1) {
		return;
	}
	int64_t time_ns = fstat(fd, &seen) != 0 ? keeper->config_ns
	                                        : seen.st_mtim.tv_sec * INT64_C(1000000000) +
	                                                  seen.st_mtim.tv_nsec;
	if (time_ns != keeper->config_ns || seen.st_ino != keeper->config_ino) {
		ssize_t bytes = read(fd, memory, sizeof(memory));
		keeper->config_ns = time_ns;
		keeper->config_ino = seen.st_ino;
		if (bytes >= 0) {
			read_config(keeper, mrl_slice(memory, (size_t)bytes), now_ms);
		}
	}
	(void)close(fd);
}
