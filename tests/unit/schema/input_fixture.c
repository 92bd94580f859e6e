/* See input_fixture.h. */
#include "input_fixture.h"

static const uint8_t seed[16] = "0123456789abcde";

static const struct mrl_input_settings *settings_of(void *host,
                                                    const struct mrl_operation *operation)
{
	(void)operation;
	return &((struct world *)host)->settings;
}

void world_init(struct world *world)
{
	*world = (struct world){.settings = MRL_INPUT_SETTINGS};
	fixture_init(&world->fixture);
	world->options = (struct mrl_input_options){
		.files = world->fixture.options.files, .settings = settings_of, .host = world};
	world->options.files.host = &world->fixture;
	mrl_arena_init(&world->arena, &mrl_memory_malloc, 65536, 256U << 20);
}

void world_release(struct world *world)
{
	mrl_arena_release(&world->arena);
	fixture_release(&world->fixture);
}

int world_setup(void **state)
{
	static struct world world;
	world_init(&world);
	*state = &world;
	return 0;
}

int world_teardown(void **state)
{
	world_release(*state);
	return 0;
}

enum mrl_err world_load(struct world *world, const char *text)
{
	enum mrl_err err = fixture_load(&world->fixture, text);
	return err == MRL_OK ? mrl_input_compile(&world->options, world->fixture.api,
	                                         &world->fixture.arena, &world->fixture.diagnostics,
	                                         &world->inputs)
	                     : err;
}

void world_good(struct world *world, const char *version, const char *rest)
{
	if (world_load(world, fixture_text(&world->fixture, version, rest)) == MRL_OK) {
		return;
	}
	for (const struct mrl_diagnostic *d = world->fixture.diagnostics.first; d != NULL;
	     d = d->next) {
		print_error("%s %u:%u %.*s\n", d->code, d->line, d->column, MRL_PRINT(d->message));
	}
	fail_msg("refused: %s", rest);
}

void world_request(struct world *world, const char *operation, struct mrl_slice target)
{
	const struct mrl_operation *found = fixture_operation(&world->fixture, operation);
	world->view = (struct mrl_view){
		.method = found->method, .http = 11, .target = target, .fields = world->fields};
	world->call = (struct mrl_input_call){.input = mrl_input_of(world->inputs, found),
	                                      .view = &world->view,
	                                      .target = &world->target,
	                                      .arena = &world->arena,
	                                      .seed = seed,
	                                      .scan = mrl_json_scan_best()};
	world->fault = (struct mrl_input_fault){.kind = MRL_INPUT_NONE};
	assert_int_equal(
		mrl_target_parse_with(target, MRL_TARGET_MATRIX, &world->arena, &world->target),
		MRL_OK);
}

void world_field(struct world *world, const char *name, struct mrl_slice value)
{
	assert_true(world->view.field_count < WORLD_FIELDS);
	struct mrl_field *field = &world->fields[world->view.field_count++];
	*field = (struct mrl_field){.name = mrl_slice_text(name), .value = value};
	mrl_field_classify(field);
	if (field->id != MRL_FIELD_UNKNOWN && world->view.first[field->id] == 0) {
		world->view.first[field->id] = (uint8_t)world->view.field_count;
	}
}

bool world_head(struct world *world)
{
	if (world->target.fault != MRL_TARGET_OK) {
		world->fault = (struct mrl_input_fault){.kind = MRL_INPUT_TARGET};
		return false;
	}
	assert_int_equal(mrl_input_head(&world->call, &world->fault), MRL_OK);
	return world->fault.kind == MRL_INPUT_NONE;
}

bool world_media(struct world *world, const char *content_type)
{
	world->view.has_body = true;
	if (content_type != NULL) {
		world_field(world, "content-type", mrl_slice_text(content_type));
	}
	assert_int_equal(mrl_input_media(&world->call, &world->fault), MRL_OK);
	return world->fault.kind == MRL_INPUT_NONE;
}

bool world_body(struct world *world, struct mrl_slice body)
{
	assert_int_equal(mrl_input_body(&world->call, body, &world->fault), MRL_OK);
	return world->fault.kind == MRL_INPUT_NONE;
}

static const char *const kinds[] = {
	[MRL_INPUT_NONE] = "none",
	[MRL_INPUT_TARGET] = "target",
	[MRL_INPUT_PARAMETER] = "parameter",
	[MRL_INPUT_MEDIA_TYPE] = "media-type",
	[MRL_INPUT_CODING] = "coding",
	[MRL_INPUT_BODY_UNEXPECTED] = "body-unexpected",
	[MRL_INPUT_BODY_MISSING] = "body-missing",
	[MRL_INPUT_SYNTAX] = "syntax",
	[MRL_INPUT_INVALID] = "invalid",
	[MRL_INPUT_TOO_COMPLEX] = "too-complex",
	[MRL_INPUT_REPLY] = "reply",
};

static struct mrl_buffer new_buffer(struct world *world, size_t size)
{
	return mrl_buffer(mrl_arena_alloc(&world->arena, size, 1), size);
}

static const char *end_text(struct mrl_buffer *buffer)
{
	mrl_buffer_byte(buffer, '\0');
	assert_false(buffer->overflow);
	return (const char *)buffer->data;
}

const char *world_fault(struct world *world)
{
	static const char *const places[] = {"body", "path", "query", "header", "cookie"};
	struct mrl_buffer text = new_buffer(world, 2000);
	const struct mrl_input_fault *fault = &world->fault;
	mrl_buffer_put(&text, mrl_slice_text(kinds[fault->kind]));
	if (fault->kind == MRL_INPUT_PARAMETER) {
		MRL_PUT(&text, " ");
		mrl_buffer_put(&text, mrl_slice_text(places[fault->in]));
		MRL_PUT(&text, " ");
		mrl_buffer_put(&text, fault->name);
	}
	if (fault->keyword.size != 0) {
		MRL_PUT(&text, " ");
		mrl_buffer_put(&text, fault->keyword);
	}
	if (fault->pointer.size != 0) {
		MRL_PUT(&text, " ");
		mrl_buffer_put(&text, fault->pointer);
	}
	return end_text(&text);
}

const char *world_error(struct world *world)
{
	struct mrl_buffer text = new_buffer(world, 2000);
	mrl_input_fault_write(&text, &world->fault);
	return end_text(&text);
}

const char *world_text(struct world *world, const struct mrl_json_doc *doc)
{
	struct mrl_buffer text = new_buffer(world, 100000);
	mrl_json_write(doc, doc->nodes, &text);
	return end_text(&text);
}
