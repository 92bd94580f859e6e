/*
 * Inputs of all operations of a document. Parameters and bodies first, which gathers the schemas;
 * then all schemas at once, so that what operations share is compiled once.
 */
#include "input.h"

enum mrl_err mrl_input_site(struct mrl_input_load *load, const struct mrl_node *node,
                            struct mrl_slice *ret_site)
{
	struct mrl_slice pointer;
	enum mrl_err err = mrl_node_path(node, &load->oas.scratch, &pointer);
	if (err != MRL_OK) {
		return err;
	}
	size_t size = node->document->file.size + 1 + pointer.size;
	struct mrl_buffer site = mrl_buffer(mrl_arena_alloc(load->oas.arena, size, 1), size);
	if (site.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	mrl_buffer_put(&site, node->document->file);
	mrl_buffer_byte(&site, '#');
	mrl_buffer_put(&site, pointer);
	*ret_site = mrl_buffer_slice(&site);
	return MRL_OK;
}

static enum mrl_err read_body(struct mrl_input_load *load)
{
	struct mrl_input *input = load->input;
	const struct mrl_node *site = mrl_node_member(input->operation->node, "requestBody");
	const struct mrl_node *body = NULL;
	input->has_body = input->operation->has_body;
	input->body_required = input->operation->body_required;
	enum mrl_err err = site == NULL ? MRL_OK : mrl_oas_resolve(&load->oas, site, &body);
	return err == MRL_OK
	               ? mrl_input_medias(load, mrl_node_member(body, "content"), &input->medias)
	               : err;
}

static bool is_put(const struct mrl_input *input)
{
	return input->settings->read_only_put && (input->operation->method == MRL_METHOD_PUT ||
	                                          input->operation->method == MRL_METHOD_PATCH);
}

static enum mrl_err read_operation(struct mrl_input_load *load,
                                   const struct mrl_operation *operation,
                                   const struct mrl_node *item)
{
	struct mrl_input *input =
		&load->inputs->items[operation - load->inputs->document->operations];
	const char *fault;
	load->input = input;
	input->inputs = load->inputs;
	input->operation = operation;
	input->settings = load->options->settings == NULL
	                          ? &load->inputs->defaults
	                          : load->options->settings(load->options->host, operation);
	load->group = is_put(input) ? MRL_GROUP_PUT : MRL_GROUP_REQUEST;
	input->group = (uint8_t)load->group;
	enum mrl_err err = mrl_template_parse(operation->template_path, load->oas.arena,
	                                      &input->path, &fault);
	if (err == MRL_OK) {
		err = mrl_input_parameters(load, item);
	}
	if (err == MRL_OK) {
		err = read_body(load);
	}
	load->group = MRL_GROUP_REPLY;
	return err == MRL_OK && input->settings->judge_replies ? mrl_input_replies(load) : err;
}

static enum mrl_err read_path(struct mrl_input_load *load, const struct mrl_path *path)
{
	const struct mrl_node *item;
	enum mrl_err err = mrl_oas_resolve(&load->oas, path->node, &item);
	for (unsigned i = 0; err == MRL_OK && i < MRL_METHOD_COUNT; i++) {
		const struct mrl_operation *operation = path->operations[i];
		/* HEAD may be GET's, whose turn it is elsewhere. */
		if (operation != NULL && operation->method == (enum mrl_method)i) {
			err = read_operation(load, operation, item);
		}
	}
	return err;
}

static void use_program(struct mrl_inputs *inputs)
{
	for (uint32_t i = 0; i < inputs->count; i++) {
		inputs->items[i].program = inputs->programs[inputs->items[i].group];
	}
}

/* What references by $id and folding know is known now. */
static void narrow(struct mrl_input *input, struct mrl_parameter *parameter)
{
	if (parameter->shape != MRL_SHAPE_PRIMITIVE || parameter->entry == MRL_NO_ENTRY ||
	    parameter->style == MRL_STYLE_JSON) {
		return;
	}
	uint8_t types = mrl_program_types(input->program, parameter->entry);
	if ((types & MRL_JSON_KIND_NUMBER) != 0) {
		types |= MRL_TYPES_NUMBER;
	}
	if ((types & parameter->types) != 0) {
		parameter->types &= types;
	}
}

static void narrow_all(struct mrl_inputs *inputs)
{
	for (uint32_t i = 0; i < inputs->count; i++) {
		struct mrl_input *input = &inputs->items[i];
		for (unsigned in = MRL_IN_PATH; in < MRL_IN_COUNT; in++) {
			for (uint32_t j = 0; j < input->places[in].count; j++) {
				narrow(input, &input->places[in].items[j]);
			}
		}
	}
}

static enum mrl_err compile(struct mrl_input_load *load)
{
	const struct mrl_api_document *document = load->inputs->document;
	enum mrl_err err = MRL_OK;
	for (uint32_t i = 0; err == MRL_OK && i < document->path_count; i++) {
		err = read_path(load, &document->paths[i]);
	}
	if (err == MRL_OK) {
		err = mrl_input_programs(load);
	}
	return err == MRL_OK ? mrl_inputs_learn(load->oas.files, load->oas.arena, load->inputs)
	                     : err;
}

static struct mrl_inputs *new_inputs(const struct mrl_api_document *document,
                                     struct mrl_arena *arena)
{
	struct mrl_inputs *inputs = MRL_NEW(arena, struct mrl_inputs);
	if (inputs == NULL) {
		return NULL;
	}
	inputs->document = document;
	inputs->defaults = MRL_INPUT_SETTINGS;
	inputs->count = document->operation_count;
	inputs->items = MRL_NEW_ARRAY(arena, inputs->count, struct mrl_input);
	return inputs->items == NULL ? NULL : inputs;
}

static struct mrl_slice folder_of(struct mrl_slice path)
{
	while (path.size != 0 && path.data[path.size - 1] != '/') {
		path.size--;
	}
	return path;
}

static void init_load(struct mrl_input_load *load, struct mrl_api_document *document,
                      struct mrl_arena *arena, struct mrl_diagnostics *diagnostics)
{
	load->openapi = (struct mrl_openapi_options){.files = load->options->files};
	load->oas = (struct mrl_oas_load){
		.options = &load->openapi,
		.limits = MRL_DOCUMENT_LIMITS,
		.arena = arena,
		.diagnostics = diagnostics,
		.folder = folder_of(document->file),
		.files = (struct mrl_oas_file *)document->files,
		.v31 = mrl_slice_starts(document->version_openapi, MRL_SLICE("3.1.")),
		.api = document};
	for (const struct mrl_oas_file *file = document->files; file != NULL; file = file->next) {
		load->oas.file_count++;
	}
	mrl_arena_init(&load->oas.scratch, &arena->memory, 16384, arena->cap_bytes);
}

enum mrl_err mrl_input_compile(const struct mrl_input_options *options,
                               struct mrl_api_document *document, struct mrl_arena *arena,
                               struct mrl_diagnostics *diagnostics,
                               const struct mrl_inputs **ret_inputs)
{
	struct mrl_input_load load = {.options = options, .inputs = new_inputs(document, arena)};
	uint32_t errors_before = diagnostics->errors;
	if (load.inputs == NULL) {
		return MRL_ERR_MEMORY;
	}
	init_load(&load, document, arena, diagnostics);
	enum mrl_err err = compile(&load);
	mrl_arena_release(&load.oas.scratch);
	if (err == MRL_OK && diagnostics->errors != errors_before) {
		err = MRL_ERR_INVALID;
	}
	if (err == MRL_OK) {
		use_program(load.inputs);
		narrow_all(load.inputs);
		*ret_inputs = load.inputs;
	}
	return err;
}
