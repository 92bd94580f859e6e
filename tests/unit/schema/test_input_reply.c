/* Replies against what is documented; groups of schemas by direction. */
#include "input_fixture.h"

#define USER "{$ref: '#/components/schemas/User'}"

static const char api[] = "paths:\n"
			  "  /a:\n"
			  "    get:\n"
			  "      responses:\n"
			  "        '200':\n"
			  "          description: D\n"
			  "          headers:\n"
			  "            X-Count: {required: true, schema: {type: integer}}\n"
			  "            Link: {schema: {type: string, maxLength: 99}}\n"
			  "          content: {application/json: {schema: " USER "}}\n"
			  "        '204': {description: D}\n"
			  "        4XX: {description: D, content: {text/plain: {schema: {type: "
			  "string, maxLength: 9}}}}\n"
			  "        '404': {description: D, content: {image/png: {}}}\n"
			  "    put:\n"
			  "      requestBody: {content: {application/json: {schema: " USER "}}}\n"
			  "      responses: {default: {description: D}}\n"
			  "    post:\n"
			  "      requestBody: {content: {application/json: {schema: " USER "}}}\n"
			  "      responses: {default: {description: D}}\n"
			  "components:\n"
			  "  schemas:\n"
			  "    User:\n"
			  "      type: object\n"
			  "      properties:\n"
			  "        id: {type: integer, readOnly: true}\n"
			  "        name: {type: string, maxLength: 9}\n"
			  "        secret: {type: string, writeOnly: true, maxLength: 9}\n";

static int setup(void **state)
{
	world_setup(state);
	((struct world *)*state)->settings.judge_replies = true;
	((struct world *)*state)->settings.read_only_put = true;
	world_good(*state, "3.1.0", api);
	return 0;
}

struct sent {
	uint16_t status;
	const char *type;
	const char *count; /* X-Count */
	const char *coding;
	const char *body; /* NULL: none */
};

/* The fault of a reply, or "none" or how its body is read. */
static const char *judge_head(struct world *world, const char *operation, const struct sent *sent)
{
	static const char *const readings[] = {"none",      "json", "form",
	                                       "multipart", "text", "opaque"};
	struct mrl_field fields[3];
	struct mrl_reply reply = {.status = sent->status,
	                          .has_body = sent->body != NULL,
	                          .content_length = -1,
	                          .fields = fields};
	if (sent->type != NULL) {
		reply.type = mrl_slice_text(sent->type);
	}
	if (sent->count != NULL) {
		fields[reply.field_count++] = (struct mrl_field){
			.name = MRL_SLICE("x-count"), .value = mrl_slice_text(sent->count)};
	}
	if (sent->coding != NULL) {
		fields[reply.field_count++] = (struct mrl_field){
			.name = MRL_SLICE("content-encoding"),
			.value = mrl_slice_text(sent->coding)};
		reply.first[MRL_FIELD_CONTENT_ENCODING] = (uint8_t)reply.field_count;
	}
	world_request(world, operation, MRL_SLICE("/a"));
	assert_int_equal(mrl_input_reply_head(&world->call, &reply, &world->fault), MRL_OK);
	return world->fault.kind == MRL_INPUT_NONE ? readings[world->call.reading]
	                                           : world_fault(world);
}

static const char *judge(struct world *world, const struct sent *sent)
{
	const char *head = judge_head(world, "GET /a", sent);
	if (world->fault.kind != MRL_INPUT_NONE || sent->body == NULL) {
		return head;
	}
	assert_int_equal(
		mrl_input_reply_body(&world->call, mrl_slice_text(sent->body), &world->fault),
		MRL_OK);
	return world_fault(world);
}

#define JSON "application/json"

static void test_head(void **state)
{
	static const struct {
		struct sent sent;
		const char *expected;
	} rows[] = {
		{{200, JSON, "1", NULL, "{}"}, "json"},
		{{200, JSON, NULL, NULL, "{}"}, "reply missing"},
		{{200, JSON, "x", NULL, "{}"}, "reply type"},
		{{200, "text/html", "1", NULL, "{}"}, "reply content-type"},
		{{200, NULL, "1", NULL, "{}"}, "reply content-type"},
		{{200, JSON, "1", "gzip", "{}"}, "reply content-encoding"},
		{{200, JSON, "1", "identity", "{}"}, "json"},
		{{200, NULL, "1", NULL, NULL}, "none"}, /* HEAD */
		{{204, NULL, NULL, NULL, NULL}, "none"},
		{{204, JSON, NULL, NULL, "{}"}, "reply content-type"},
		{{201, JSON, "1", NULL, "{}"}, "reply status"},
		{{400, "text/plain", NULL, NULL, "a"}, "text"},
		{{404, "image/png", NULL, NULL, "a"}, "opaque"},
		{{404, "text/plain", NULL, NULL, "a"}, "reply content-type"},
		{{500, "text/plain", NULL, NULL, "a"}, "reply status"},
	};
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		assert_string_equal(judge_head(*state, "GET /a", &rows[i].sent), rows[i].expected);
	}
	const struct sent none = {.status = 500};
	assert_string_equal(judge_head(*state, "PUT /a", &none), "none");
}

static void test_body(void **state)
{
	static const struct {
		struct sent sent;
		const char *expected;
	} rows[] = {
		{{200, JSON, "1", NULL, "{\"id\":1,\"name\":\"a\"}"}, "none"},
		{{200, JSON, "1", NULL, "{\"hash\":\"a\"}"}, "reply undeclared /hash"},
		{{200, JSON, "1", NULL, "{\"secret\":\"a\"}"}, "reply writeOnly /secret"},
		{{200, JSON, "1", NULL, "{"}, "reply truncated"},
		{{400, "text/plain", NULL, NULL, "short"}, "none"},
		{{400, "text/plain", NULL, NULL, "much longer"}, "reply maxLength"},
	};
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		assert_string_equal(judge(*state, &rows[i].sent), rows[i].expected);
	}
}

static const char *request(struct world *world, const char *operation, const char *body)
{
	world_request(world, operation, MRL_SLICE("/a"));
	assert_true(world_media(world, JSON));
	(void)world_body(world, mrl_slice_text(body));
	return world_fault(world);
}

/* readOnly members in requests: PUT may where the policy lets it. */
static void test_directions(void **state)
{
	struct world *world = *state;
	assert_string_equal(request(world, "POST /a", "{\"secret\":\"a\"}"), "none");
	assert_string_equal(request(world, "POST /a", "{\"id\":1}"), "invalid readOnly /id");
	assert_string_equal(request(world, "PUT /a", "{\"id\":1}"), "none");
	assert_non_null(mrl_inputs_program(world->inputs, MRL_DIRECTION_REQUEST));
	assert_non_null(mrl_inputs_program(world->inputs, MRL_DIRECTION_REPLY));
}

static void test_off(void **state)
{
	struct world *world = *state;
	world->settings.judge_replies = false;
	world_good(world, "3.1.0", api);
	assert_null(mrl_inputs_program(world->inputs, MRL_DIRECTION_REPLY));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, world_teardown)
	const struct CMUnitTest tests[] = {TEST(test_head), TEST(test_body), TEST(test_directions),
	                                   TEST(test_off)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
