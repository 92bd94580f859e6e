/*
 * Plans: for each operation all controls, each with the nearest layer's value per key, flattened
 * into one array of steps a stage. An operation that the policy does not mention has them all.
 */
#include "keys.h"

#define LAYERS 3 /* operation, API, top: the nearest first */

/* What a plan is for. All NULL: calls that came to no host. */
struct subject {
	const struct mrl_api *api;
	struct mrl_api_layer *layer;
	const struct mrl_path *path;
	const struct mrl_operation *operation;
	const struct mrl_operation_layer *own;
};

/* A control as one plan has it. */
struct setting {
	const void *config;
	const struct mrl_exemption *exemption;
	bool shadow;
};

struct layers {
	const struct mrl_node *nodes[LAYERS]; /* of one control; NULL: nothing is written */
};

static struct layers find_layers(const struct mrl_loader *loader, const struct subject *subject,
                                 const struct mrl_control *control)
{
	const struct mrl_node *own = subject->own == NULL ? NULL : subject->own->controls;
	const struct mrl_node *api = subject->layer == NULL ? NULL : subject->layer->controls;
	return (struct layers){.nodes = {mrl_node_member(own, control->name),
	                                 mrl_node_member(api, control->name),
	                                 mrl_node_member(loader->controls, control->name)}};
}

static const struct mrl_node *nearest_value(const struct layers *layers, const char *key)
{
	for (size_t i = 0; i < LAYERS; i++) {
		const struct mrl_node *value = mrl_node_member(layers->nodes[i], key);
		if (value != NULL) {
			return value;
		}
	}
	return NULL;
}

static const struct mrl_node *nearest_layer(const struct layers *layers)
{
	for (size_t i = 0; i < LAYERS; i++) {
		if (layers->nodes[i] != NULL) {
			return layers->nodes[i];
		}
	}
	return NULL;
}

static enum mrl_err read_config(struct mrl_loader *loader, const struct mrl_control *control,
                                const struct layers *layers, void **ret_config)
{
	void *config = mrl_arena_array(loader->arena, 1, control->config_bytes,
	                               _Alignof(max_align_t));
	if (config == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (const struct mrl_key *key = control->keys; key != NULL && key->name != NULL; key++) {
		enum mrl_err err = mrl_key_read(loader, key, nearest_value(layers, key->name),
		                                config);
		if (err != MRL_OK) {
			return err;
		}
	}
	*ret_config = config;
	return MRL_OK;
}

/* Where a configuration can be found again, or NULL: compiled ones depend on the operation. */
static const void **shared_place(struct mrl_loader *loader, const struct subject *subject,
                                 enum mrl_control_id id, const struct layers *layers)
{
	if (mrl_controls[id]->compile != NULL || layers->nodes[0] != NULL) {
		return NULL;
	}
	return layers->nodes[1] == NULL ? &loader->shared[id] : &subject->layer->shared[id];
}

static enum mrl_err compile_config(struct mrl_loader *loader, const struct subject *subject,
                                   const struct mrl_control *control, struct mrl_compile *compile,
                                   void *config)
{
	struct mrl_diagnostics findings = {.arena = loader->diagnostics->arena};
	compile->arena = loader->arena;
	compile->diagnostics = &findings;
	compile->policy = loader->policy;
	compile->api = subject->api;
	compile->operation = subject->operation;
	compile->path = subject->path;
	return mrl_findings_take(loader, &findings, control->compile(compile, config));
}

static enum mrl_err make_config(struct mrl_loader *loader, const struct subject *subject,
                                enum mrl_control_id id, struct mrl_plan *plan,
                                struct setting *setting)
{
	const struct mrl_control *control = mrl_controls[id];
	struct layers layers = find_layers(loader, subject, control);
	const void **shared = shared_place(loader, subject, id, &layers);
	const struct mrl_node *mode = nearest_value(&layers, mrl_mode_keys[0].name);
	setting->shadow = mode != NULL &&
	                  mrl_slice_is(mode->text, mrl_mode_keys[0].choices[MRL_MODE_SHADOW]);
	if (shared != NULL && *shared != NULL) {
		setting->config = *shared;
		return MRL_OK;
	}
	void *config;
	enum mrl_err err = read_config(loader, control, &layers, &config);
	if (err == MRL_OK && control->compile != NULL) {
		struct mrl_compile compile = {
			.node = nearest_layer(&layers), .own = layers.nodes[0], .plan = plan};
		err = compile_config(loader, subject, control, &compile, config);
	}
	if (err != MRL_OK) {
		return err;
	}
	setting->config = config;
	if (shared != NULL) {
		*shared = config;
	}
	return MRL_OK;
}

static uint16_t count_steps(enum mrl_stage stage)
{
	uint16_t count = 0;
	for (int i = 0; i < MRL_CONTROL_COUNT; i++) {
		if (mrl_controls[i]->decide[stage] != NULL) {
			count++;
		}
	}
	return count;
}

static enum mrl_err make_steps(struct mrl_loader *loader, const struct setting *settings,
                               enum mrl_stage stage, struct mrl_plan *plan)
{
	struct mrl_step *step = MRL_NEW_ARRAY(loader->arena, count_steps(stage), struct mrl_step);
	if (step == NULL) {
		return MRL_ERR_MEMORY;
	}
	plan->steps[stage] = step;
	plan->counts[stage] = count_steps(stage);
	for (int i = 0; i < MRL_CONTROL_COUNT; i++) {
		if (mrl_controls[i]->decide[stage] == NULL) {
			continue;
		}
		*step++ = (struct mrl_step){
			.decide = mrl_controls[i]->decide[stage],
			.config = settings[i].config,
			.exemption = settings[i].exemption,
			.control = mrl_controls[i],
			.shadow = settings[i].shadow,
		};
	}
	return MRL_OK;
}

static enum mrl_err make_plan(struct mrl_loader *loader, const struct subject *subject,
                              const struct mrl_plan **ret_plan)
{
	struct setting settings[MRL_CONTROL_COUNT] = {0};
	struct mrl_plan *plan = MRL_NEW(loader->arena, struct mrl_plan);
	enum mrl_err err = plan == NULL ? MRL_ERR_MEMORY : MRL_OK;
	if (err == MRL_OK) {
		plan->settings = MRL_INPUT_SETTINGS;
	}
	for (int i = 0; i < MRL_CONTROL_COUNT && err == MRL_OK; i++) {
		err = make_config(loader, subject, (enum mrl_control_id)i, plan, &settings[i]);
		if (subject->operation != NULL) {
			settings[i].exemption = mrl_exemption_find(
				loader->policy, (enum mrl_control_id)i, subject->operation);
		}
	}
	for (int i = 0; i < MRL_STAGE_COUNT && err == MRL_OK; i++) {
		err = make_steps(loader, settings, (enum mrl_stage)i, plan);
	}
	if (err != MRL_OK) {
		return err;
	}
	plan->stream = subject->own != NULL && subject->own->stream;
	*ret_plan = plan;
	return MRL_OK;
}

static void note_body(struct mrl_api *api, const struct mrl_plan *plan)
{
	if (plan->body_bytes > api->body_bytes_max) {
		api->body_bytes_max = plan->body_bytes;
	}
}

/* HEAD without an operation of its own stands under HEAD, but is GET's. */
static bool is_own(const struct mrl_path *path, int method)
{
	const struct mrl_operation *operation = path->operations[method];
	return operation != NULL && (int)operation->method == method;
}

static enum mrl_err plan_path(struct mrl_loader *loader, struct mrl_api *api,
                              struct mrl_api_layer *layer, struct mrl_path *path)
{
	for (int method = 0; method < MRL_METHOD_COUNT; method++) {
		struct mrl_operation *operation = path->operations[method];
		if (!is_own(path, method)) {
			continue;
		}
		struct subject subject = {
			.api = api,
			.layer = layer,
			.path = path,
			.operation = operation,
			.own = &layer->operations[operation - api->document->operations],
		};
		enum mrl_err err = make_plan(loader, &subject, &operation->plan);
		if (err != MRL_OK) {
			return err;
		}
		note_body(api, operation->plan);
	}
	return MRL_OK;
}

static enum mrl_err plan_api(struct mrl_loader *loader, uint32_t index)
{
	struct mrl_api *api = &loader->policy->apis[index];
	struct mrl_api_layer *layer = &loader->layers[index];
	struct subject subject = {.api = api, .layer = layer};
	enum mrl_err err = make_plan(loader, &subject, &api->default_plan);
	if (err == MRL_OK) {
		note_body(api, api->default_plan);
	}
	for (uint32_t i = 0; i < api->document->path_count && err == MRL_OK; i++) {
		err = plan_path(loader, api, layer, &api->document->paths[i]);
	}
	return err == MRL_OK ? mrl_load_inputs(loader, api) : err;
}

static void set_host_fallback(struct mrl_host *host)
{
	const struct mrl_api *first = host->apis[0];
	for (uint32_t i = 1; i < host->api_count; i++) {
		first = host->apis[i] < first ? host->apis[i] : first;
	}
	host->fallback = first->default_plan;
}

enum mrl_err mrl_load_plans(struct mrl_loader *loader)
{
	struct mrl_policy *policy = loader->policy;
	struct subject nobody = {0};
	enum mrl_err err = make_plan(loader, &nobody, &policy->fallback);
	for (uint32_t i = 0; i < policy->api_count && err == MRL_OK; i++) {
		err = plan_api(loader, i);
	}
	for (uint32_t i = 0; i < policy->host_count && err == MRL_OK; i++) {
		set_host_fallback(&policy->hosts[i]);
	}
	if (err == MRL_OK && !mrl_plan_number(policy->fallback, MRL_CONTROL_media,
	                                      "body_memory_bytes", &policy->body_memory_bytes)) {
		policy->body_memory_bytes = INT64_C(256) << 20;
	}
	return err;
}
