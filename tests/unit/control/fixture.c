/* The fixture of controls: files from memory, a view by hand. */
#include "fixture.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define NOW_US INT64_C(1795430400000000) /* 2026-11-23 10:40 UTC */

static const char default_listeners[] = "{address: \"127.0.0.1:8443\", public_port: 443}, "
					"{address: \"127.0.0.1:8080\", plain: true}";

static const char document[] =
	"openapi: 3.1.0\n"
	"info: {title: fixture, version: '1'}\n"
	"servers: [{url: /v1}]\n"
	"components:\n"
	"  securitySchemes:\n"
	"    token: {type: http, scheme: bearer}\n"
	"    key: {type: apiKey, in: header, name: X-Api-Key}\n"
	"paths:\n"
	"  /orders:\n"
	"    get:\n"
	"      operationId: listOrders\n"
	"      parameters: [{name: X-Page, in: header, schema: {type: string}}]\n"
	"      responses:\n"
	"        '200': {description: ok, headers: {X-Total: {schema: {type: integer}}},\n"
	"                content: {application/json: {}}}\n"
	"        4XX: {description: no, content: {application/json: {}}}\n"
	"        '409': {description: taken, content: {text/plain: {}}}\n"
	"        '410': {description: gone}\n"
	"    post:\n"
	"      operationId: makeOrder\n"
	"      security: [{token: []}]\n"
	"      requestBody:\n"
	"        content:\n"
	"          application/json: {schema: {type: object, properties: {note: {type: string},\n"
	"            lines: {type: array, items: {type: integer}}, id: {type: integer, readOnly: "
	"true}}}}\n"
	"          image/png: {}\n"
	"      responses: {'201': {description: made}}\n"
	"  /judged:\n"
	"    get:\n"
	"      operationId: judged\n"
	"      parameters: [{name: at, in: query, schema: {type: array, items: {type: integer}}},\n"
	"        {name: text, in: query, schema: {type: string}}]\n"
	"      responses:\n"
	"        '200': {description: ok, content: {application/json: {schema: {type: object,\n"
	"          properties: {a: {type: integer}}}}}}\n"
	"    put:\n"
	"      operationId: putOrder\n"
	"      requestBody: {required: true, content: {application/json: {schema: {type: "
	"integer}}}}\n"
	"      responses: {'200': {description: ok}}\n"
	"  /orders/{id}:\n"
	"    parameters:\n"
	"      - {name: id, in: path, required: true, schema: {type: string, maxLength: 9}}\n"
	"    get:\n"
	"      operationId: getOrder\n"
	"      security: [{key: []}]\n"
	"      responses: {'200': {description: ok}}\n"
	"    delete:\n"
	"      operationId: dropOrder\n"
	"      responses: {'204': {description: gone}}\n"
	"  /help:\n"
	"    get:\n"
	"      operationId: help\n"
	"      responses: {'200': {description: page, content: {text/html: {}}}}\n"
	"  /probe:\n"
	"    get: {operationId: probe, responses: {'200': {description: ok}}}\n"
	"    options: {operationId: askProbe, responses: {'200': {description: ok}}}\n"
	"  /events:\n"
	"    get: {operationId: events, responses: {'200': {description: ok}}}\n"
	"  /traces:\n"
	"    get:\n"
	"      operationId: traces\n"
	"      description: 'answers like: Traceback (most recent call last)'\n"
	"      responses: {'200': {description: ok}}\n";

/* RFC 8037 A.2's. */
static const char keys[] = "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":"
			   "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}";

static enum mrl_err read_file(void *host, struct mrl_slice path, size_t bytes_max,
                              struct mrl_arena *arena, struct mrl_slice *ret_text)
{
	(void)host;
	(void)bytes_max;
	if (mrl_slice_ends(path, MRL_SLICE("keys.json"))) {
		return mrl_arena_copy(arena, mrl_slice_text(keys), ret_text);
	}
	if (!mrl_slice_ends(path, MRL_SLICE("api.yaml"))) {
		return MRL_ERR_NOT_FOUND;
	}
	return mrl_arena_copy(arena, mrl_slice_text(document), ret_text);
}

static uint64_t fixture_now(void *context)
{
	return ((struct fixture *)context)->now_ms;
}

static bool nobody_is_gone(void *context, uint32_t pid)
{
	(void)context;
	(void)pid;
	return false;
}

static void do_nothing(void *context)
{
	(void)context;
}

static void open_limits(struct fixture *fixture)
{
	struct mrl_limit_origin origin = {.now_ms = 0};
	enum mrl_limit_zone_id full;
	fixture->limits.host = (struct mrl_limit_host){.now_ms = fixture_now,
	                                               .is_gone = nobody_is_gone,
	                                               .yield = do_nothing,
	                                               .context = fixture,
	                                               .pid = 1};
	for (uint32_t i = 0; i < MRL_LIMIT_ZONES; i++) {
		struct mrl_limit_zone_sizes sizes = {256, 14, i};
		size_t bytes = mrl_limit_zone_bytes(&sizes);
		free(fixture->zones[i]);
		fixture->zones[i] = calloc(1, bytes);
		assert_non_null(fixture->zones[i]);
		mrl_limit_zone_make(fixture->zones[i], &sizes, &origin);
		assert_int_equal(mrl_limit_zone_attach(fixture->zones[i], bytes, &sizes, &origin,
		                                       &fixture->limits.zones[i]),
		                 MRL_OK);
	}
	assert_int_equal(mrl_limit_store_open(&fixture->limits, &fixture->policy->limits, &full),
	                 MRL_OK);
}

static void close_limits(struct fixture *fixture)
{
	for (uint32_t i = 0; i < MRL_LIMIT_ZONES; i++) {
		free(fixture->zones[i]);
		fixture->zones[i] = NULL;
	}
}

static void init(struct fixture *fixture)
{
	mrl_arena_init(&fixture->arena, &mrl_memory_malloc, 4096, 4 << 20);
	mrl_arena_init(&fixture->loading, &mrl_memory_malloc, 4096, 16 << 20);
	fixture->diagnostics = (struct mrl_diagnostics){.arena = &fixture->loading};
	fixture->policy = NULL;
}

static void release(struct fixture *fixture)
{
	mrl_policy_unref(fixture->policy);
	mrl_arena_release(&fixture->arena);
	mrl_arena_release(&fixture->loading);
	close_limits(fixture);
}

enum mrl_err fixture_load(struct fixture *fixture, const char *api, const char *more)
{
	char text[8192];
	struct mrl_policy_options options = {
		.memory = mrl_memory_malloc,
		.files = {.read = read_file},
		.now_us = NOW_US,
		.generation = 1,
	};
	release(fixture);
	init(fixture);
	int size = snprintf(text, sizeof(text),
	                    "merlon: 1\n"
	                    "listeners: [%s]\n"
	                    "apis: [{name: shop, hosts: [api.example.com, other.example.com],\n"
	                    "        openapi: api.yaml,\n"
	                    "        upstream: {url: \"http://127.0.0.1:3000\"}%s}]\n%s",
	                    fixture->listeners != NULL ? fixture->listeners : default_listeners,
	                    api != NULL ? api : "", more != NULL ? more : "");
	assert_true(size > 0 && (size_t)size < sizeof(text));
	enum mrl_err err = mrl_policy_load_text(&options, MRL_SLICE("merlon.yaml"),
	                                        mrl_slice(text, (size_t)size),
	                                        &fixture->diagnostics, &fixture->policy);
	if (err == MRL_OK) {
		open_limits(fixture);
	}
	return err;
}

static void print_diagnostics(const struct fixture *fixture)
{
	for (const struct mrl_diagnostic *d = fixture->diagnostics.first; d != NULL; d = d->next) {
		char text[1024];
		struct mrl_buffer buffer = mrl_buffer(text, sizeof(text));
		mrl_diagnostic_text(d, &buffer);
		print_error("%.*s", MRL_PRINT(mrl_buffer_slice(&buffer)));
	}
}

void fixture_with(struct fixture *fixture, const char *api, const char *more)
{
	enum mrl_err err = fixture_load(fixture, api, more);
	if (err != MRL_OK) {
		print_diagnostics(fixture);
	}
	assert_int_equal(err, MRL_OK);
}

int fixture_setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	assert_non_null(fixture);
	init(fixture);
	fixture_with(fixture, NULL, NULL);
	*state = fixture;
	return 0;
}

int fixture_teardown(void **state)
{
	release(*state);
	free(*state);
	return 0;
}

void fixture_call(struct fixture *fixture, const char *method, const char *target)
{
	struct mrl_view *view = &fixture->view;
	*view = (struct mrl_view){
		.method = mrl_method_of(mrl_slice_text(method)),
		.method_name = mrl_slice_text(method),
		.http = 11,
		.tls = true,
		.tls_version = 0x0304,
		.target = mrl_slice_text(target),
		.host = MRL_SLICE("api.example.com"),
		.sni = MRL_SLICE("api.example.com"),
		.peer = {.bytes = {198, 51, 100, 4}, .size = 4},
		.content_length = -1,
		.fields = fixture->fields,
	};
	fixture->reply = (struct mrl_reply){0};
	fixture->verdict = MRL_VERDICT_PASS;
	fixture->call = (struct mrl_call){
		.policy = fixture->policy,
		.limits = &fixture->limits,
		.arena = &fixture->arena,
		.view = view,
		.reply = &fixture->reply,
		.now_us = NOW_US,
		.request_id = {0x01, 0x9a, 0xa3, 0xc1, 0x7b, 0x1e, 0x7c, 0x3a, 0x9f, 0, 0x2b, 0x5d,
	                       0x8c, 0x1e, 0x4a, 0x77},
		.span_id = {1, 2, 3, 4, 5, 6, 7, 8},
	};
	fixture_field(fixture, "Host", "api.example.com");
}

static struct mrl_slice lower(char *memory, size_t capacity, const char *name)
{
	size_t size = strlen(name);
	assert_true(size < capacity);
	for (size_t i = 0; i < size; i++) {
		memory[i] = (char)tolower((unsigned char)name[i]);
	}
	return mrl_slice(memory, size);
}

void fixture_field_slice(struct fixture *fixture, const char *name, struct mrl_slice value)
{
	struct mrl_view *view = &fixture->view;
	assert_true(view->field_count < FIXTURE_FIELDS);
	uint32_t index = view->field_count++;
	struct mrl_field *field = &fixture->fields[index];
	*field = (struct mrl_field){
		.name = lower(fixture->names[index], sizeof(fixture->names[index]), name),
		.value = value,
	};
	mrl_field_classify(field);
	view->field_flags |= field->flags;
	view->field_bytes += (uint32_t)(field->name.size + field->value.size + 4);
	if (field->id != MRL_FIELD_UNKNOWN && view->first[field->id] == 0) {
		view->first[field->id] = (uint8_t)view->field_count;
	}
}

void fixture_field(struct fixture *fixture, const char *name, const char *value)
{
	fixture_field_slice(fixture, name, mrl_slice_text(value));
}

const struct mrl_verdict *fixture_head(struct fixture *fixture)
{
	assert_int_equal(mrl_engine_route(&fixture->call), MRL_OK);
	mrl_engine_run(&fixture->call, MRL_STAGE_HEAD, &fixture->verdict);
	return &fixture->verdict;
}

void fixture_passed(struct fixture *fixture, const char *method, const char *target)
{
	fixture_call(fixture, method, target);
	(void)fixture_head(fixture);
	assert_passed(fixture);
}

const struct mrl_verdict *fixture_body(struct fixture *fixture, const char *method,
                                       const char *target, const char *body)
{
	fixture_call(fixture, method, target);
	fixture_field(fixture, "Content-Type", "application/json");
	fixture->view.has_body = true;
	fixture->view.content_length = (int64_t)strlen(body);
	(void)fixture_head(fixture);
	assert_passed(fixture);
	fixture->call.body = mrl_slice_text(body);
	mrl_engine_run(&fixture->call, MRL_STAGE_BODY, &fixture->verdict);
	return &fixture->verdict;
}

void fixture_reply(struct fixture *fixture, uint16_t status, const char *type)
{
	fixture->reply = (struct mrl_reply){
		.status = status,
		.has_body = true,
		.type = type == NULL ? MRL_SLICE_NONE : mrl_slice_text(type),
		.content_length = -1,
		.fields = fixture->reply_fields,
		.sets = fixture->sets,
	};
}

void fixture_answer(struct fixture *fixture, uint16_t status)
{
	fixture_reply(fixture, status, MRL_PROBLEM_TYPE);
	fixture->reply.answer = true;
}

void fixture_reply_field(struct fixture *fixture, const char *name, const char *value)
{
	struct mrl_reply *reply = &fixture->reply;
	assert_true(reply->field_count < FIXTURE_FIELDS);
	uint32_t index = reply->field_count++;
	char *memory = fixture->names[FIXTURE_FIELDS + index];
	struct mrl_field *field = &fixture->reply_fields[index];
	*field = (struct mrl_field){
		.name = lower(memory, sizeof(fixture->names[0]), name),
		.value = mrl_slice_text(value),
	};
	mrl_field_classify(field);
	if (field->id != MRL_FIELD_UNKNOWN && reply->first[field->id] == 0) {
		reply->first[field->id] = (uint8_t)reply->field_count;
	}
}

const struct mrl_verdict *fixture_run_reply(struct fixture *fixture, const char *body)
{
	enum mrl_stage stage = fixture->reply.answer ? MRL_STAGE_ANSWER : MRL_STAGE_REPLY;
	mrl_engine_run(&fixture->call, stage, &fixture->verdict);
	if (fixture->verdict.outcome == MRL_NEED && body != NULL) {
		assert_int_equal(fixture->verdict.need, MRL_NEED_REPLY_BODY);
		struct mrl_slice whole = mrl_slice_text(body);
		fixture->reply.body = mrl_slice_sub(whole, 0, fixture->verdict.amount);
		fixture->reply.body_ended = fixture->reply.body.size == whole.size;
		mrl_engine_resume(&fixture->call, true);
		mrl_engine_run(&fixture->call, stage, &fixture->verdict);
	}
	return &fixture->verdict;
}
