/* See fixture.h. */
#include "fixture.h"

static enum mrl_err file_read(void *host, struct mrl_slice path, size_t bytes_max,
                              struct mrl_arena *arena, struct mrl_slice *ret_text)
{
	struct fixture *fixture = host;
	fixture->reads++;
	for (size_t i = 0; i < FIXTURE_FILES && fixture->files[i].path != NULL; i++) {
		if (mrl_slice_is(path, fixture->files[i].path)) {
			struct mrl_slice text = mrl_slice_text(fixture->files[i].text);
			return text.size > bytes_max ? MRL_ERR_LIMIT
			                             : mrl_arena_copy(arena, text, ret_text);
		}
	}
	return MRL_ERR_NOT_FOUND;
}

void fixture_init(struct fixture *fixture)
{
	*fixture = (struct fixture){0};
	mrl_arena_init(&fixture->arena, &mrl_memory_malloc, 65536, 256U << 20);
	fixture->diagnostics.arena = &fixture->arena;
	fixture->options.files = (struct mrl_files){.read = file_read, .host = fixture};
	fixture->options.limits = MRL_DOCUMENT_LIMITS;
	fixture->options.files_max = 256;
}

void fixture_release(struct fixture *fixture)
{
	mrl_arena_release(&fixture->arena);
}

enum mrl_err fixture_load(struct fixture *fixture, const char *text)
{
	fixture->files[0] = (struct fixture_file){"d/api.yaml", text};
	fixture->diagnostics = (struct mrl_diagnostics){.arena = &fixture->arena};
	fixture->api = NULL;
	return mrl_openapi_load(&fixture->options, MRL_SLICE("d/api.yaml"), &fixture->arena,
	                        &fixture->diagnostics, &fixture->api);
}

const char *fixture_text(struct fixture *fixture, const char *version, const char *rest)
{
	size_t size = strlen(rest) + 128;
	struct mrl_buffer text = mrl_buffer(mrl_arena_alloc(&fixture->arena, size, 1), size);
	MRL_PUT(&text, "openapi: ");
	mrl_buffer_put(&text, mrl_slice_text(version));
	MRL_PUT(&text, "\ninfo: {title: T, version: '1'}\n");
	mrl_buffer_put(&text, mrl_slice_text(rest));
	mrl_buffer_byte(&text, '\0');
	return (const char *)text.data;
}

static void say_refused(const struct mrl_diagnostics *diagnostics, const char *rest)
{
	for (const struct mrl_diagnostic *d = diagnostics->first; d != NULL; d = d->next) {
		print_error("%s %u:%u %.*s\n", d->code, d->line, d->column, MRL_PRINT(d->message));
	}
	fail_msg("refused: %s", rest);
}

struct mrl_api_document *fixture_good(struct fixture *fixture, const char *version,
                                      const char *rest)
{
	enum mrl_err err = fixture_load(fixture, fixture_text(fixture, version, rest));
	if (err != MRL_OK) {
		say_refused(&fixture->diagnostics, rest);
	}
	return fixture->api;
}

const struct mrl_diagnostic *fixture_finding(const struct fixture *fixture, const char *code)
{
	for (const struct mrl_diagnostic *d = fixture->diagnostics.first; d != NULL; d = d->next) {
		if (strcmp(d->code, code) == 0) {
			return d;
		}
	}
	return NULL;
}

void fixture_check_finding(struct fixture *fixture, const struct fixture_row *row)
{
	const struct mrl_diagnostic *found = NULL;
	for (const struct mrl_diagnostic *d = fixture->diagnostics.first; d != NULL; d = d->next) {
		if (strcmp(d->code, row->code) == 0 && mrl_slice_is(d->pointer, row->pointer)) {
			found = d;
			break;
		}
	}
	if (found == NULL) {
		say_refused(&fixture->diagnostics, row->rest);
		return;
	}
	if (row->message != NULL &&
	    mrl_slice_find_text(found->message, mrl_slice_text(row->message)) ==
	            found->message.size) {
		fail_msg("row \"%s\": message is %.*s", row->rest, MRL_PRINT(found->message));
	}
}

void fixture_check_error(struct fixture *fixture, const struct fixture_row *row)
{
	enum mrl_err err = fixture_load(fixture, fixture_text(fixture, row->version, row->rest));
	check_row(err == MRL_ERR_INVALID, row->rest);
	check_row(fixture->api == NULL, row->rest);
	fixture_check_finding(fixture, row);
}

void fixture_check_warning(struct fixture *fixture, const struct fixture_row *row)
{
	(void)fixture_good(fixture, row->version, row->rest);
	fixture_check_finding(fixture, row);
}

const struct mrl_operation *fixture_operation(const struct fixture *fixture, const char *name)
{
	for (uint32_t i = 0; i < fixture->api->operation_count; i++) {
		if (mrl_slice_is(fixture->api->operations[i].name, name)) {
			return &fixture->api->operations[i];
		}
	}
	fail_msg("there is no operation %s", name);
	return NULL;
}

const struct mrl_path *fixture_path(const struct fixture *fixture, const char *template_path)
{
	for (uint32_t i = 0; i < fixture->api->path_count; i++) {
		if (mrl_slice_is(fixture->api->paths[i].template_path, template_path)) {
			return &fixture->api->paths[i];
		}
	}
	fail_msg("there is no path %s", template_path);
	return NULL;
}

bool fixture_names(const struct mrl_names *names, const char *const *expected)
{
	uint32_t same = 0;
	while (expected[same] != NULL && same < names->count &&
	       mrl_slice_is(names->items[same], expected[same])) {
		same++;
	}
	if (expected[same] == NULL && same == names->count) {
		return true;
	}
	for (uint32_t i = 0; i < names->count; i++) {
		print_error("has %.*s\n", MRL_PRINT(names->items[i]));
	}
	return false;
}

int fixture_setup(void **state)
{
	static struct fixture fixture;
	fixture_init(&fixture);
	*state = &fixture;
	return 0;
}

int fixture_teardown(void **state)
{
	fixture_release(*state);
	return 0;
}
