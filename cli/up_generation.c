/*
 * A generation of the configuration: copied, compiled, written, tested by nginx itself, and only
 * then named by S/current. Whatever fails on the way leaves no trace, so that the generation before
 * goes on.
 */
#include "spawn.h"
#include "text.h"
#include "up.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#define ARENA_BYTES_MAX ((size_t)1 << 30)
#define TEST_TIMEOUT_MS 30000

static bool load(struct mrl_up *up, FILE *report, struct mrl_generation *generation)
{
	struct mrl_slice text = MRL_SLICE_NONE;
	struct mrl_load_request request = {.file = up->options.config,
	                                   .generation = generation->number};
	if (up->options.config == NULL) {
		text = mrl_slice_text(mrl_up_policy_text(&generation->arena, &up->options));
		/* Relative paths are from where the command was given, and findings name it. */
		request.file = mrl_path_absolute(&generation->arena, "command line");
		request.text = &text;
	}
	enum mrl_err err = mrl_load(&generation->arena, &request, &generation->loading);
	mrl_report(report, up->cli->colour_err && report == stderr, &generation->arena,
	           &generation->loading.diagnostics);
	if (err != MRL_OK) {
		fprintf(report, "the policy cannot be loaded: %s\n", mrl_err_name(err));
	}
	return generation->loading.policy != NULL;
}

static bool fits_nginx(const struct mrl_up *up, FILE *report, const struct mrl_policy *policy)
{
	if (policy->listener_count == 0) {
		fputs("the policy has no listeners; `merlon up` needs one: "
		      "listeners: [{address: \"127.0.0.1:8443\"}]\n",
		      report);
		return false;
	}
	if (policy->http3 && !up->tools.facts.http3) {
		fprintf(report,
		        "http3 is on, but nginx %s has no HTTP/3 (1.25.0 with its module)\n",
		        up->tools.facts.version_text);
		return false;
	}
	return true;
}

/* The policy's certificates, or a leaf of the local authority for all its hosts. */
static bool choose_pairs(struct mrl_up *up, struct mrl_generation *generation)
{
	const struct mrl_policy *policy = generation->loading.policy;
	generation->pairs = generation->loading.pairs;
	generation->pair_count = policy->certificate_count;
	if (policy->certificate_count != 0) {
		return true;
	}
	struct mrl_x509_pair *leaf = mrl_must(MRL_NEW(&generation->arena, struct mrl_x509_pair));
	struct mrl_slice *names = mrl_must(
		MRL_NEW_ARRAY(&generation->arena, policy->host_count + 3, struct mrl_slice));
	size_t count = 0;
	names[count++] = MRL_SLICE("localhost");
	names[count++] = MRL_SLICE("127.0.0.1");
	names[count++] = MRL_SLICE("[::1]");
	for (uint32_t i = 0; i < policy->host_count; i++) {
		bool known = false;
		for (size_t j = 0; j < count; j++) {
			known = known || mrl_slice_equal(names[j], policy->hosts[i].name);
		}
		/* Hosts of plain listeners alone may have any name; they need no certificate. */
		if (!known && mrl_x509_local_name(policy->hosts[i].name)) {
			names[count++] = policy->hosts[i].name;
		}
	}
	generation->local_authority = true;
	generation->pairs = leaf;
	generation->pair_count = 1;
	return mrl_up_local_leaf(up->cli, &up->places, names, count, leaf);
}

static bool write_config(const struct mrl_up *up, FILE *report, struct mrl_generation *generation)
{
	struct mrl_slice text;
	const char *path = mrl_text(&generation->arena, "%s/nginx.conf", generation->folder);
	enum mrl_err err = mrl_up_config(up, generation, &text);
	if (err == MRL_OK) {
		err = mrl_file_write(path, text, 0600);
	}
	if (err == MRL_OK) {
		err = mrl_up_keeper_config(generation);
	}
	if (err != MRL_OK) {
		fprintf(report, "%s cannot be written: %s\n", path, mrl_err_name(err));
	}
	return err == MRL_OK;
}

/* nginx's own judgement of the new file. Its warnings are shown, its "test is successful" not. */
static bool test(const struct mrl_up *up, FILE *report, struct mrl_generation *generation)
{
	const char *prefix = mrl_text(&generation->arena, "%s/nginx", up->places.state);
	const char *file = mrl_text(&generation->arena, "%s/nginx.conf", generation->folder);
	const char *words[] = {
		up->tools.nginx, "-p", prefix, "-e", "stderr", "-c", file, "-t", "-q", NULL};
	struct mrl_output output = {0};
	enum mrl_err err = mrl_spawn_read(words, TEST_TIMEOUT_MS, &generation->arena, &output);
	fwrite(output.text.data, 1, output.text.size, report);
	if (err != MRL_OK || output.exit_code != 0) {
		fprintf(report, "nginx refuses the configuration (%s)\n",
		        err == MRL_OK
		                ? mrl_text(&generation->arena, "exit code %d", output.exit_code)
		                : mrl_err_name(err));
		return false;
	}
	return true;
}

static bool make(struct mrl_up *up, FILE *report, struct mrl_generation *generation)
{
	if (!load(up, report, generation) || !fits_nginx(up, report, generation->loading.policy) ||
	    !choose_pairs(up, generation)) {
		return false;
	}
	uint32_t errors = generation->loading.diagnostics.errors;
	if (mrl_folder_make(generation->folder) != MRL_OK) {
		fprintf(report, "%s cannot be made: %s\n", generation->folder, strerror(errno));
		return false;
	}
	enum mrl_err err = mrl_up_copy(up->cli, generation);
	if (err != MRL_OK) {
		fprintf(report, "the policy cannot be copied: %s\n", mrl_err_name(err));
		if (generation->loading.diagnostics.errors != errors) {
			mrl_report(report, false, &generation->arena,
			           &generation->loading.diagnostics);
		}
		return false;
	}
	return write_config(up, report, generation) && test(up, report, generation);
}

bool mrl_generation_make(struct mrl_up *up, uint64_t number, FILE *report,
                         struct mrl_generation *ret_generation)
{
	struct mrl_generation *generation = ret_generation;
	*generation = (struct mrl_generation){.number = number};
	mrl_arena_init(&generation->arena, &mrl_memory_malloc, 65536, ARENA_BYTES_MAX);
	generation->folder = mrl_text(&generation->arena, "%s/gen/%" PRIu64, up->places.state,
	                              number);
	bool made = make(up, report, generation);
	if (!made && mrl_folder_remove(generation->folder) != MRL_OK) {
		fprintf(report, "%s is left behind: %s\n", generation->folder, strerror(errno));
	}
	return made;
}

void mrl_generation_free(struct mrl_generation *generation)
{
	mrl_policy_unref(generation->loading.policy);
	mrl_arena_release(&generation->arena);
	*generation = (struct mrl_generation){0};
}

void mrl_generation_discard(struct mrl_generation *generation)
{
	if (mrl_folder_remove(generation->folder) != MRL_OK) {
		fprintf(stderr, "%s is left behind: %s\n", generation->folder, strerror(errno));
	}
	mrl_generation_free(generation);
}

enum mrl_err mrl_generation_publish(const struct mrl_up *up,
                                    const struct mrl_generation *generation)
{
	struct mrl_arena *arena = up->cli->arena;
	struct mrl_arena_mark mark = mrl_arena_mark(arena);
	const char *target = mrl_text(arena, "gen/%" PRIu64, generation->number);
	const char *beside = mrl_text(arena, "%s/current.new", up->places.state);
	const char *name = mrl_text(arena, "%s/current", up->places.state);
	(void)unlink(beside);
	bool published = symlink(target, beside) == 0 && rename(beside, name) == 0;
	mrl_arena_reset(arena, mark);
	return published ? MRL_OK : MRL_ERR_IO;
}

/* The generations that lie in S/gen, by number. */
static size_t list(const struct mrl_places *places, struct mrl_arena *arena, uint64_t *numbers,
                   size_t max)
{
	size_t count = 0;
	DIR *folder = opendir(mrl_text(arena, "%s/gen", places->state));
	for (struct dirent *entry = folder == NULL ? NULL : readdir(folder);
	     entry != NULL && count < max; entry = readdir(folder)) {
		if (mrl_parse_u64(mrl_slice_text(entry->d_name), &numbers[count])) {
			count++;
		}
	}
	if (folder != NULL) {
		(void)closedir(folder);
	}
	return count;
}

uint64_t mrl_generation_last(const struct mrl_up *up)
{
	uint64_t numbers[1024];
	uint64_t last = 0;
	size_t count = list(&up->places, up->cli->arena, numbers, MRL_COUNT(numbers));
	for (size_t i = 0; i < count; i++) {
		last = numbers[i] > last ? numbers[i] : last;
	}
	return last;
}

void mrl_generation_prune(const struct mrl_up *up, uint64_t current, uint64_t before)
{
	uint64_t numbers[1024];
	struct mrl_arena *arena = up->cli->arena;
	struct mrl_arena_mark mark = mrl_arena_mark(arena);
	size_t count = list(&up->places, arena, numbers, MRL_COUNT(numbers));
	for (size_t i = 0; i < count; i++) {
		if (numbers[i] == current || numbers[i] == before) {
			continue;
		}
		const char *folder = mrl_text(arena, "%s/gen/%" PRIu64, up->places.state,
		                              numbers[i]);
		if (mrl_folder_remove(folder) != MRL_OK) {
			mrl_remark(up->cli, "%s cannot be removed: %s", folder, strerror(errno));
		}
	}
	mrl_arena_reset(arena, mark);
}
