/*
 * A generation's own copies of policy, documents and certificates, so that what nginx reads does
 * not change under it.
 *
 * The policy names other files by paths that mean nothing in the copy's folder. Only those few
 * values are replaced, in place: lines and all the rest stay as they were written.
 */
#include "text.h"
#include "up.h"

#include <errno.h>
#include <stdlib.h>

#define CHANGES_MAX 1024

struct change {
	const struct mrl_node *node; /* a string in the policy */
	const char *text;            /* what stands there in the copy */
};

struct copying {
	struct mrl_cli *cli;
	struct mrl_generation *generation;
	struct mrl_arena *arena;
	struct change changes[CHANGES_MAX];
	size_t count;
	enum mrl_err err;
};

static void fail(struct copying *copying, enum mrl_err err)
{
	if (copying->err == MRL_OK) {
		copying->err = err;
	}
}

static void change(struct copying *copying, const struct mrl_node *node, const char *text)
{
	if (node == NULL) {
		return;
	}
	if (copying->count == CHANGES_MAX) {
		fail(copying, MRL_ERR_LIMIT);
		return;
	}
	copying->changes[copying->count++] = (struct change){node, text};
}

/* Folders between the generation's and the file are made on the way. */
static void write_inside(struct copying *copying, const char *name, struct mrl_slice text)
{
	char *path = mrl_text(copying->arena, "%s/%s", copying->generation->folder, name);
	size_t at = strlen(copying->generation->folder) + 1;
	for (size_t next = strcspn(path + at, "/"); path[at + next] == '/';
	     next = strcspn(path + at, "/")) {
		path[at + next] = '\0';
		enum mrl_err err = mrl_folder_make(path);
		path[at + next] = '/';
		at += next + 1;
		if (err != MRL_OK) {
			fail(copying, err);
			return;
		}
	}
	enum mrl_err err = mrl_file_write(path, text, 0600);
	if (err != MRL_OK) {
		mrl_complain(copying->cli, "%s cannot be written: %s", path, strerror(errno));
		fail(copying, err);
	}
}

/* All that was read below the document's folder; references never lead above it. */
static void copy_document(struct copying *copying, const struct mrl_api *api)
{
	struct mrl_arena *arena = copying->arena;
	const char *file = mrl_path_absolute(arena, mrl_text_of(arena, api->document->file));
	const char *folder = mrl_path_folder(arena, file);
	size_t size = strcmp(folder, "/") == 0 ? 0 : strlen(folder);
	const char *name = mrl_text_of(arena, api->name);
	for (const struct mrl_seen *seen = copying->generation->loading.seen; seen != NULL;
	     seen = seen->next) {
		const char *path = mrl_path_absolute(arena, mrl_text_of(arena, seen->path));
		bool policy = seen->next == NULL; /* the first that was read */
		if (!policy && strncmp(path, folder, size) == 0 && path[size] == '/') {
			write_inside(copying, mrl_text(arena, "apis/%s%s", name, path + size),
			             seen->text);
		}
	}
	change(copying, mrl_node_member(api->node, "openapi"),
	       mrl_text(arena, "apis/%s%s", name, file + size));
}

static void copy_upstream(struct copying *copying, const struct mrl_api *api)
{
	struct mrl_arena *arena = copying->arena;
	const struct mrl_upstream *upstream = &api->upstream;
	if (upstream->unix_path.size != 0) {
		change(copying, mrl_node_member(upstream->node, "url"),
		       mrl_text(arena, "unix:%.*s", MRL_PRINT(upstream->unix_path)));
	}
	if (upstream->ca.size != 0) {
		change(copying, mrl_node_member(upstream->node, "ca"),
		       mrl_text(arena, "apis/%.*s.ca.pem", MRL_PRINT(api->name)));
	}
}

/* Sets of keys that stand in files of the policy. */
static void copy_issuers(struct copying *copying)
{
	const struct mrl_issuers *issuers = &copying->generation->loading.policy->issuers;
	for (uint32_t i = 0; i < issuers->count; i++) {
		const struct mrl_issuer *issuer = &issuers->items[i];
		if (issuer->keys_text.size != 0) {
			const char *name = mrl_text(copying->arena, "issuers/%.*s.json",
			                            MRL_PRINT(issuer->name));
			write_inside(copying, name, issuer->keys_text);
			change(copying, issuer->keys_node, name);
		}
		if (issuer->ca.size != 0) {
			change(copying, issuer->ca_node,
			       mrl_path_absolute(copying->arena,
			                         mrl_text_of(copying->arena, issuer->ca)));
		}
	}
}

static void copy_certificates(struct copying *copying)
{
	struct mrl_generation *generation = copying->generation;
	const struct mrl_policy *policy = generation->loading.policy;
	for (uint32_t i = 0; i < generation->pair_count; i++) {
		const char *cert = mrl_text(copying->arena, "tls/%u.crt", i);
		const char *key = mrl_text(copying->arena, "tls/%u.key", i);
		write_inside(copying, cert, generation->pairs[i].cert);
		write_inside(copying, key, generation->pairs[i].key);
		if (i < policy->certificate_count) {
			change(copying, mrl_node_member(policy->certificates[i].node, "cert"),
			       cert);
			change(copying, mrl_node_member(policy->certificates[i].node, "key"), key);
		}
	}
}

static void note_listeners(struct copying *copying)
{
	const struct mrl_policy *policy = copying->generation->loading.policy;
	for (uint32_t i = 0; i < policy->listener_count; i++) {
		if (policy->listeners[i].port == 0) {
			change(copying, mrl_node_member(policy->listeners[i].node, "address"),
			       mrl_text_of(copying->arena, policy->listeners[i].address));
		}
	}
}

static int by_place(const void *a, const void *b)
{
	uint32_t first = ((const struct change *)a)->node->offset;
	uint32_t second = ((const struct change *)b)->node->offset;
	return (first > second) - (first < second);
}

/* Where the value's bytes stand, behind a quote or without; false: written with escapes. */
static bool place_of(struct mrl_slice text, const struct mrl_node *node, size_t *ret_at)
{
	for (size_t at = node->offset; at <= node->offset + (size_t)1; at++) {
		if (mrl_slice_equal(mrl_slice_sub(text, at, node->text.size), node->text)) {
			*ret_at = at;
			return true;
		}
	}
	return false;
}

/* The policy with its changes into a stream. */
static void put_policy(struct copying *copying, struct mrl_slice text, FILE *out)
{
	size_t done = 0;
	qsort(copying->changes, copying->count, sizeof(copying->changes[0]), by_place);
	for (size_t i = 0; i < copying->count; i++) {
		const struct change *one = &copying->changes[i];
		size_t at = 0;
		if (i > 0 && one->node->offset == one[-1].node->offset) {
			continue; /* an alias: one place, one value */
		}
		if (!place_of(text, one->node, &at) || at < done) {
			mrl_diagnose(&copying->generation->loading.diagnostics, MRL_ERROR,
			             "policy-path", one->node, NULL,
			             "write this path as one word on one line, without escapes");
			fail(copying, MRL_ERR_INVALID);
			return;
		}
		fwrite(text.data + done, 1, at - done, out);
		fputs(one->text, out);
		done = at + one->node->text.size;
	}
	fwrite(text.data + done, 1, text.size - done, out);
}

static void copy_policy(struct copying *copying)
{
	const struct mrl_seen *first = copying->generation->loading.seen;
	char *memory = NULL;
	size_t size = 0;
	while (first->next != NULL) {
		first = first->next;
	}
	FILE *out = open_memstream(&memory, &size);
	if (out == NULL) {
		fail(copying, MRL_ERR_MEMORY);
		return;
	}
	put_policy(copying, first->text, out);
	if (fclose(out) != 0) {
		fail(copying, MRL_ERR_MEMORY);
	} else if (copying->err == MRL_OK) {
		write_inside(copying, "merlon.yaml", mrl_slice(memory, size));
	}
	free(memory);
}

enum mrl_err mrl_up_copy(struct mrl_cli *cli, struct mrl_generation *generation)
{
	const struct mrl_policy *policy = generation->loading.policy;
	struct copying *copying = mrl_must(MRL_NEW(&generation->arena, struct copying));
	copying->cli = cli;
	copying->generation = generation;
	copying->arena = &generation->arena;
	for (uint32_t i = 0; i < policy->api_count; i++) {
		const struct mrl_api *api = &policy->apis[i];
		copy_document(copying, api);
		copy_upstream(copying, api);
		if (api->upstream.ca.size != 0) {
			write_inside(
				copying,
				mrl_text(copying->arena, "apis/%.*s.ca.pem", MRL_PRINT(api->name)),
				generation->loading.authorities[i]);
		}
	}
	copy_issuers(copying);
	copy_certificates(copying);
	note_listeners(copying);
	copy_policy(copying);
	return copying->err;
}
