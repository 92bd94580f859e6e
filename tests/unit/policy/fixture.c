/* See fixture.h. The controls judge nothing; cors has a compile function that finds "*" wrong. */
#include "fixture.h"

#include <errno.h>
#include <stdio.h>

static const struct {
	const char *path;
	const char *text;
} texts[] = {
	{"etc/orders.yaml",
         "openapi: 3.1.0\n"
         "info: {title: Orders, version: \"1\"}\n"
         "servers: [{url: /v1}]\n"
         "paths:\n"
         "  /orders:\n"
         "    get: {operationId: listOrders, responses: {\"200\": {description: All.}}}\n"
         "    post: {operationId: addOrder, responses: {\"201\": {description: New.}}}\n"
         "  /orders/{id}:\n"
         "    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\n"
         "    get: {operationId: getOrder, responses: {\"200\": {description: One.}}}\n"
         "  /legacy:\n"
         "    get: {operationId: legacy, responses: {\"200\": {description: Old.}}}\n"},
	{"etc/pets.yaml",
         "openapi: 3.1.0\n"
         "info: {title: Pets, version: \"1\"}\n"
         "servers: [{url: /pets}]\n"
         "paths:\n"
         "  /legacy:\n"
         "    get: {operationId: oldPets, responses: {\"200\": {description: Old.}}}\n"},
	{"etc/more.yaml",
         "openapi: 3.1.0\n"
         "info: {title: More, version: \"1\"}\n"
         "paths:\n"
         "  /v1/legacy:\n"
         "    get: {operationId: more, responses: {\"200\": {description: Old.}}}\n"},
	{"etc/bad.yaml", "openapi: [\n"},
};

static enum mrl_err read_text(void *host, struct mrl_slice path, size_t bytes_max,
                              struct mrl_arena *arena, struct mrl_slice *ret_text)
{
	(void)host;
	if (mrl_slice_ends(path, MRL_SLICE("locked.yaml"))) {
		errno = EACCES;
		return MRL_ERR_IO;
	}
	for (size_t i = 0; i < MRL_COUNT(texts); i++) {
		if (mrl_slice_is(path, texts[i].path)) {
			struct mrl_slice text = mrl_slice_text(texts[i].text);
			return text.size > bytes_max ? MRL_ERR_LIMIT
			                             : mrl_arena_copy(arena, text, ret_text);
		}
	}
	return MRL_ERR_NOT_FOUND;
}

const struct mrl_files fixture_files = {.read = read_text};

struct mrl_policy_options fixture_options(void)
{
	return (struct mrl_policy_options){.memory = mrl_memory_malloc,
	                                   .files = fixture_files,
	                                   .now_us = NOW_US,
	                                   .generation = 7};
}

void load(const char *text, struct loaded *ret_loaded)
{
	struct mrl_policy_options options = fixture_options();
	*ret_loaded = (struct loaded){0};
	mrl_arena_init(&ret_loaded->arena, &mrl_memory_malloc, 4096, 1 << 20);
	ret_loaded->diagnostics.arena = &ret_loaded->arena;
	ret_loaded->err = mrl_policy_load_text(&options, MRL_SLICE("etc/merlon.yaml"),
	                                       mrl_slice_text(text), &ret_loaded->diagnostics,
	                                       &ret_loaded->policy);
}

void release(struct loaded *loaded)
{
	mrl_policy_unref(loaded->policy);
	mrl_arena_release(&loaded->arena);
}

const struct mrl_operation *operation_of(const struct loaded *loaded, const char *name)
{
	assert_non_null(loaded->policy);
	for (uint32_t i = 0; i < loaded->policy->api_count; i++) {
		const struct mrl_api_document *document = loaded->policy->apis[i].document;
		for (uint32_t j = 0; j < document->operation_count; j++) {
			if (mrl_slice_is(document->operations[j].name, name)) {
				return &document->operations[j];
			}
		}
	}
	fail_msg("no operation %s", name);
	return NULL;
}

/* ---- Controls ---------------------------------------------------------------------------------
 */

static enum mrl_err pass(const void *config, struct mrl_call *call, struct mrl_verdict *ret_verdict)
{
	(void)config;
	(void)call;
	(void)ret_verdict;
	return MRL_OK;
}

static enum mrl_err compile_cors(struct mrl_compile *compile, void *config)
{
	struct fake_cors *cors = config;
	enum mrl_err err = MRL_OK;
	cors->compiled_for = compile->operation;
	cors->compiled_at = compile->node;
	for (uint32_t i = 0; i < cors->origins.count; i++) {
		const struct mrl_setting *origin = &cors->origins.items[i];
		if (mrl_slice_is(origin->text, "*")) {
			mrl_diagnose(compile->diagnostics, MRL_ERROR, "policy-origin", origin->node,
			             "write each origin", "\"*\" is no exact origin");
			err = MRL_ERR_INVALID;
		}
	}
	return err;
}

static const struct mrl_key cors_keys[] = {
	{"origins", MRL_KEY_LIST, 0, 3, "[]", NULL, "exact origins",
         offsetof(struct fake_cors, origins)},
	{"credentials", MRL_KEY_BOOL, 0, 1, "off", NULL, "cookies",
         offsetof(struct fake_cors, credentials)},
	{"max_age", MRL_KEY_NUMBER, -1, 7200, "600", NULL, "seconds",
         offsetof(struct fake_cors, max_age)},
	{0},
};

static const struct mrl_key fields_keys[] = {
	{"header_count", MRL_KEY_NUMBER, 16, 200, "100", NULL, "most fields",
         offsetof(struct fake_fields, header_count)},
	{"header_bytes", MRL_KEY_NUMBER, 4096, 57344, "32768", NULL, "all fields",
         offsetof(struct fake_fields, header_bytes)},
	{0},
};

static const char *const profiles[] = {"auto", "api", "html", NULL};

static const struct mrl_key preset_keys[] = {
	{"profile", MRL_KEY_ENUM, 0, 0, "auto", profiles, "kind of reply",
         offsetof(struct fake_preset, profile)},
	{"csp", MRL_KEY_TEXT, 1, 20, NULL, NULL, "own policy", offsetof(struct fake_preset, csp)},
	{0},
};

static enum mrl_err compile_media(struct mrl_compile *compile, void *config)
{
	compile->plan->body_bytes = *(const int64_t *)config;
	return MRL_OK;
}

static const struct mrl_key media_keys[] = {
	{"body_bytes", MRL_KEY_NUMBER, 1024, 67108864, "1048576", NULL, "largest body", 0},
	{"body_memory_bytes", MRL_KEY_NUMBER, 1024, 67108864, "2048", NULL, "all bodies", 8},
	{0},
};

#define HEAD_ONLY                       \
	{                               \
		[MRL_STAGE_HEAD] = pass \
	}
#define REPLY_ONLY                       \
	{                                \
		[MRL_STAGE_REPLY] = pass \
	}
#define PLAIN(control)                                                                     \
	[MRL_CONTROL_##control] = &(const struct mrl_control)                              \
	{                                                                                  \
		.name = #control, .summary = #control, .judges = true, .decide = HEAD_ONLY \
	}

const struct mrl_control *const mrl_controls[MRL_CONTROL_COUNT] = {
	PLAIN(transport),
	PLAIN(protocol),
	PLAIN(limit),
	PLAIN(login),
	PLAIN(token),
	PLAIN(object),
	PLAIN(limit_caller),
	PLAIN(target),
	PLAIN(client_ip),
	PLAIN(trace),
	PLAIN(operation),
	PLAIN(params),
	PLAIN(body),
	PLAIN(reply),
	PLAIN(identity),
	PLAIN(own_cookies),
	PLAIN(reply_frame),
	PLAIN(reply_error),
	PLAIN(reply_leak),
	PLAIN(reply_fields),
	[MRL_CONTROL_fields] = &(
		const struct mrl_control){.name = "fields",
                                          .summary = "fields",
                                          .judges = true,
                                          .keys = fields_keys,
                                          .config_bytes = sizeof(struct fake_fields),
                                          .decide = HEAD_ONLY},
	[MRL_CONTROL_cors] = &(const struct mrl_control){.name = "cors",
                                                         .summary = "cors",
                                                         .judges = true,
                                                         .keys = cors_keys,
                                                         .config_bytes = sizeof(struct fake_cors),
                                                         .compile = compile_cors,
                                                         .decide = {[MRL_STAGE_HEAD] = pass,
                                                                    [MRL_STAGE_REPLY] = pass,
                                                                    [MRL_STAGE_ANSWER] = pass}},
	[MRL_CONTROL_media] = &(const struct mrl_control){.name = "media",
                                                          .summary = "media",
                                                          .judges = true,
                                                          .keys = media_keys,
                                                          .config_bytes = 16,
                                                          .compile = compile_media,
                                                          .decide = HEAD_ONLY},
	[MRL_CONTROL_security_headers] = &(
		const struct mrl_control){.name = "security_headers",
                                          .summary = "preset",
                                          .keys = preset_keys,
                                          .config_bytes = sizeof(struct fake_preset),
                                          .decide = REPLY_ONLY},
};
