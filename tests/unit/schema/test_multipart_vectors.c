/*
 * tests/vectors/multipart: requests as they are on the wire, with what becomes of them in a field
 * X-Expect: "accept", or the kind of the refusal and its keyword.
 */
#include "input_fixture.h"

#include <stdio.h>

#include "../vectors.h"

static const char *folder;
static unsigned failures; /* all are told, not only the first */

struct request {
	struct mrl_slice type;
	struct mrl_slice expect;
	struct mrl_slice body;
	uint64_t length; /* Content-Length */
};

static struct mrl_slice take_line(struct mrl_slice *rest)
{
	size_t size = mrl_slice_find_text(*rest, MRL_SLICE("\r\n"));
	struct mrl_slice line = mrl_slice_sub(*rest, 0, size);
	*rest = mrl_slice_from(*rest, size + 2);
	return line;
}

static struct request read_request(struct mrl_slice text)
{
	struct request request = {.length = 0};
	(void)take_line(&text);
	for (struct mrl_slice line = take_line(&text); line.size != 0; line = take_line(&text)) {
		size_t colon = mrl_slice_find(line, ':');
		struct mrl_slice name = mrl_slice_sub(line, 0, colon);
		struct mrl_slice value = mrl_slice_trim(mrl_slice_from(line, colon + 1));
		if (mrl_slice_is(name, "Content-Type")) {
			request.type = value;
		} else if (mrl_slice_is(name, "X-Expect")) {
			request.expect = value;
		} else if (mrl_slice_is(name, "Content-Length")) {
			assert_true(mrl_parse_u64(value, &request.length));
		}
	}
	request.body = text;
	return request;
}

/* Without the pointer, which vectors do not say. */
static const char *outcome(struct world *world, const struct request *request)
{
	char type[256];
	snprintf(type, sizeof(type), "%.*s", MRL_PRINT(request->type));
	world_request(world, "POST /form", MRL_SLICE("/form"));
	if (!world_head(world) || !world_media(world, type) || !world_body(world, request->body)) {
		world->fault.pointer = MRL_SLICE_NONE;
		return world_fault(world);
	}
	assert_non_null(world->call.body.nodes);
	return "accept";
}

static void check_file(struct world *world, const struct vectors *file)
{
	struct request request = read_request(file->text);
	if (request.length != request.body.size) {
		fail_msg("%s: Content-Length is not that of the body", file->name);
	}
	const char *is = outcome(world, &request);
	if (!mrl_slice_is(request.expect, is)) {
		print_error("%s: %s instead of %.*s\n", file->name, is, MRL_PRINT(request.expect));
		failures++;
	}
	mrl_arena_release(&world->arena);
}

static void load(struct world *world)
{
	struct vectors file;
	vectors_open(&file, folder, ".yaml");
	assert_true(vectors_next(&file));
	char *text = test_malloc(file.text.size + 1);
	memcpy(text, file.text.data, file.text.size);
	text[file.text.size] = '\0';
	if (world_load(world, text) != MRL_OK) {
		const struct mrl_diagnostic *first = world->fixture.diagnostics.first;
		fail_msg("%s:%u: %s %.*s", file.name, first->line, first->code,
		         MRL_PRINT(first->message));
	}
	test_free(text);
	vectors_close(&file);
}

static void test_vectors(void **state)
{
	struct world *world = *state;
	struct vectors files;
	unsigned count = 0;
	load(world);
	vectors_open(&files, folder, ".http");
	while (vectors_next(&files)) {
		check_file(world, &files);
		count++;
	}
	vectors_close(&files);
	print_message("%u requests\n", count);
	assert_true(count >= 80);
	assert_int_equal(failures, 0);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		return 2;
	}
	folder = argv[1];
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_vectors, world_setup, world_teardown)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
