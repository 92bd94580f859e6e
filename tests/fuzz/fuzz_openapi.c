/*
 * OpenAPI documents and the router over them. A line "%file NAME" begins a further file, which a
 * `$ref` may name. What is refused has a finding; what is accepted has whole operations, and each
 * of its paths, its names filled in, is found by the router.
 */
#include "fuzz.h"

#include <merlon/openapi.h>

#define ARENA_BYTES (64U << 20)
#define FILES_MAX   8

struct file {
	struct mrl_slice name;
	struct mrl_slice text;
};

struct files {
	struct file items[FILES_MAX];
	size_t count;
};

/* At "%file NAME\n" lines; the first file has no such line. */
static void split(struct mrl_slice input, struct files *files)
{
	static const struct mrl_slice mark = MRL_SLICE_INIT("\n%file ");
	struct mrl_slice name = MRL_SLICE("d/api.yaml");
	while (files->count < FILES_MAX) {
		size_t end = mrl_slice_find_text(input, mark);
		files->items[files->count++] = (struct file){name, mrl_slice_sub(input, 0, end)};
		if (end == input.size) {
			return;
		}
		input = mrl_slice_from(input, end + mark.size);
		name = mrl_slice_sub(input, 0, mrl_slice_find(input, '\n'));
		input = mrl_slice_from(input, name.size + 1);
	}
}

static enum mrl_err read_file(void *host, struct mrl_slice path, size_t bytes_max,
                              struct mrl_arena *arena, struct mrl_slice *ret_text)
{
	const struct files *files = host;
	FUZZ_CHECK(mrl_slice_starts(path, MRL_SLICE("d/")));
	FUZZ_CHECK(mrl_slice_find_text(path, MRL_SLICE("/../")) == path.size);
	for (size_t i = 0; i < files->count; i++) {
		struct mrl_slice name = files->items[i].name;
		if (i == 0 ? mrl_slice_equal(path, name)
		           : mrl_slice_equal(mrl_slice_from(path, 2), name)) {
			return files->items[i].text.size > bytes_max
			               ? MRL_ERR_LIMIT
			               : mrl_arena_copy(arena, files->items[i].text, ret_text);
		}
	}
	return MRL_ERR_NOT_FOUND;
}

static void check_findings(const struct mrl_diagnostics *diagnostics, enum mrl_err err)
{
	char memory[16384];
	FUZZ_CHECK((err == MRL_OK) == (diagnostics->errors == 0));
	for (const struct mrl_diagnostic *found = diagnostics->first; found != NULL;
	     found = found->next) {
		struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
		FUZZ_CHECK(strncmp(found->code, "oa-", 3) == 0 && found->message.size != 0);
		mrl_diagnostic_text(found, &buffer);
		mrl_diagnostic_json(found, &buffer);
	}
}

static void check_names(const struct mrl_names *names)
{
	for (uint32_t i = 0; i < names->count; i++) {
		FUZZ_CHECK(mrl_utf8_check(names->items[i]) == names->items[i].size);
	}
}

static void check_operation(const struct mrl_operation *operation)
{
	FUZZ_CHECK(operation->id.size != 0 && operation->name.size != 0);
	FUZZ_CHECK(operation->method != MRL_METHOD_OTHER && operation->method != MRL_METHOD_TRACE);
	FUZZ_CHECK(!operation->authorization || operation->secured);
	FUZZ_CHECK(operation->has_body || !operation->body_required);
	FUZZ_CHECK(operation->node->kind == MRL_NODE_OBJECT);
	check_names(&operation->header_parameters);
	check_names(&operation->api_key_headers);
	check_names(&operation->body_types);
	check_names(&operation->texts);
	for (uint32_t i = 0; i < operation->reply_count; i++) {
		check_names(&operation->replies[i].types);
		check_names(&operation->replies[i].headers);
	}
}

/* The template with "~" for each name. */
static struct mrl_slice fill_in(struct mrl_slice template_path, struct mrl_arena *arena)
{
	struct mrl_buffer path = mrl_buffer(mrl_arena_alloc(arena, template_path.size, 1),
	                                    template_path.size);
	FUZZ_CHECK(path.data != NULL);
	while (template_path.size != 0) {
		size_t brace = mrl_slice_find(template_path, '{');
		mrl_buffer_put(&path, mrl_slice_sub(template_path, 0, brace));
		if (brace != template_path.size) {
			mrl_buffer_byte(&path, '~');
		}
		template_path = mrl_slice_from(template_path, brace);
		template_path = mrl_slice_from(template_path,
		                               mrl_slice_find(template_path, '}') + 1);
	}
	return mrl_buffer_slice(&path);
}

static void check_route(const struct mrl_router *router, const struct mrl_path *path,
                        struct mrl_arena *arena)
{
	struct mrl_target target;
	struct mrl_slice raw = fill_in(path->template_path, arena);
	FUZZ_CHECK(mrl_target_parse(raw, arena, &target) == MRL_OK);
	/* Letters that stand raw in the document, literals with '~' (which may split in two ways),
	 * and matrix segments are not judged. */
	if (target.fault != MRL_TARGET_OK ||
	    mrl_slice_find(path->template_path, '~') != path->template_path.size ||
	    mrl_slice_find_text(path->template_path, MRL_SLICE("%7")) != path->template_path.size) {
		return;
	}
	FUZZ_CHECK(mrl_router_find(router, &target) != NULL);
}

static void check_api(struct mrl_api_document *api, struct mrl_arena *arena)
{
	struct mrl_diagnostics diagnostics = {.arena = arena};
	const struct mrl_router *router = NULL;
	struct mrl_path **paths = MRL_NEW_ARRAY(arena, api->path_count, struct mrl_path *);
	FUZZ_CHECK(paths != NULL);
	for (uint32_t i = 0; i < api->path_count; i++) {
		paths[i] = &api->paths[i];
		FUZZ_CHECK(mrl_slice_ends(paths[i]->allow, MRL_SLICE("OPTIONS")));
	}
	for (uint32_t i = 0; i < api->operation_count; i++) {
		check_operation(&api->operations[i]);
	}
	const struct mrl_router_input input = {.paths = paths, .count = api->path_count};
	enum mrl_err err = mrl_router_new(&input, arena, &diagnostics, &router);
	check_findings(&diagnostics, err);
	for (uint32_t i = 0; router != NULL && i < api->path_count; i++) {
		check_route(router, paths[i], arena);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct files files = {0};
	struct mrl_arena arena;
	split(mrl_slice(data, size), &files);
	const struct mrl_openapi_options options = {
		.files = {.read = read_file, .host = &files},
		.limits = {.bytes_max = 1 << 20, .nodes_max = 20000, .depth_max = 64},
		.files_max = 4,
	};
	mrl_arena_init(&arena, &mrl_memory_malloc, 65536, ARENA_BYTES);
	struct mrl_diagnostics diagnostics = {.arena = &arena};
	struct mrl_api_document *api = NULL;
	enum mrl_err err = mrl_openapi_load(&options, MRL_SLICE("d/api.yaml"), &arena, &diagnostics,
	                                    &api);
	FUZZ_CHECK(err == MRL_OK || err == MRL_ERR_INVALID);
	check_findings(&diagnostics, err);
	if (api != NULL) {
		check_api(api, &arena);
	}
	mrl_arena_release(&arena);
	return 0;
}
