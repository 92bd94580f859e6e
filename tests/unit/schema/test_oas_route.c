/* The router: which template a path takes, what is ambiguous, and that a search is bounded. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "schema/route.h"

struct routes {
	const struct mrl_router *router;
	struct mrl_path *paths;
	uint32_t count;
};

/* A router over literal templates; each path's node is the text of its template in a document. */
static enum mrl_err make_routes(struct fixture *fixture, const char *const *templates,
                                struct routes *routes)
{
	uint32_t count = 0;
	while (templates[count] != NULL) {
		count++;
	}
	size_t size = 16;
	for (uint32_t i = 0; i < count; i++) {
		size += strlen(templates[i]) + 8;
	}
	struct mrl_buffer text = mrl_buffer(mrl_arena_alloc(&fixture->arena, size, 1), size);
	MRL_PUT(&text, "[");
	for (uint32_t i = 0; i < count; i++) {
		mrl_json_put_string(&text, mrl_slice_text(templates[i]));
		MRL_PUT(&text, ",\n");
	}
	MRL_PUT(&text, "null]");
	const struct mrl_document *document;
	fixture->diagnostics = (struct mrl_diagnostics){.arena = &fixture->arena};
	assert_int_equal(mrl_document_read(&fixture->options.limits, MRL_SLICE("r"),
	                                   mrl_buffer_slice(&text), &fixture->arena,
	                                   &fixture->diagnostics, &document),
	                 MRL_OK);
	struct mrl_path *paths = MRL_NEW_ARRAY(&fixture->arena, count + 1, struct mrl_path);
	struct mrl_path **list = MRL_NEW_ARRAY(&fixture->arena, count + 1, struct mrl_path *);
	for (uint32_t i = 0; i < count; i++) {
		paths[i].template_path = mrl_slice_text(templates[i]);
		paths[i].node = &document->nodes[i + 1];
		list[i] = &paths[i];
	}
	*routes = (struct routes){.paths = paths, .count = count};
	const struct mrl_router_input input = {.paths = list, .count = count};
	return mrl_router_new(&input, &fixture->arena, &fixture->diagnostics, &routes->router);
}

static const char *find(struct fixture *fixture, const struct routes *routes, const char *raw)
{
	struct mrl_target target;
	assert_int_equal(mrl_target_parse(mrl_slice_text(raw), &fixture->arena, &target), MRL_OK);
	if (target.fault != MRL_TARGET_OK) {
		return "fault";
	}
	const struct mrl_path *path = mrl_router_find(routes->router, &target);
	return path == NULL ? "none" : (const char *)path->template_path.data;
}

static void takes_the_literal_first(void **state)
{
	static const char *const templates[] = {"/pets/mine",
	                                        "/pets/{id}",
	                                        "/books/{id}",
	                                        "/{entity}/me",
	                                        "/books/{id}/pages",
	                                        "/{entity}/list/all",
	                                        "/",
	                                        "/dir/",
	                                        "/files/{name}.json",
	                                        "/files/{name}",
	                                        "/files/{name}.json/raw",
	                                        "/caf\xC3\xA9/%61b",
	                                        NULL};
	static const struct {
		const char *raw;
		const char *expected;
	} rows[] = {
		{"/pets/mine", "/pets/mine"},
		{"/pets/%6dine", "/pets/mine"},
		{"/pets/7", "/pets/{id}"},
		{"/pets/Mine", "/pets/{id}"},
		{"/pets/", "none"},
		{"/pets", "none"},
		{"/PETS/mine", "none"},
		{"/pets/mine/", "none"},
		{"/books/me", "/books/{id}"},
		{"/shops/me", "/{entity}/me"},
		{"/pets/me", "/pets/{id}"},
		{"/books/1/pages", "/books/{id}/pages"},
		{"/books/list/all", "/{entity}/list/all"},
		{"/books/list/none", "none"},
		{"/shops/list/all", "/{entity}/list/all"},
		{"/shops/you", "none"},
		{"/", "/"},
		{"/dir/", "/dir/"},
		{"/dir", "none"},
		{"/files/a.json", "/files/{name}.json"},
		{"/files/.json", "/files/{name}"},
		{"/files/a.jsonx", "/files/{name}"},
		{"/files/a.json/raw", "/files/{name}.json/raw"},
		{"/files/a/raw", "none"},
		{"/caf%C3%A9/ab?x=/y", "/caf\xC3\xA9/%61b"},
		{"/.merlon/me", "none"},
		{"/pets/.merlon", "/pets/{id}"},
	};
	struct fixture *fixture = *state;
	struct routes routes;
	assert_int_equal(make_routes(fixture, templates, &routes), MRL_OK);
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		const char *found = find(fixture, &routes, rows[i].raw);
		if (strcmp(found, rows[i].expected) != 0) {
			fail_msg("%s led to %s", rows[i].raw, found);
		}
	}
}

static void the_order_of_the_document_does_not_count(void **state)
{
	static const char *const one[] = {"/{a}.{b}", "/{a}", "/x", "/{a}/y", "/x/{b}", NULL};
	static const char *const other[] = {"/x/{b}", "/{a}/y", "/x", "/{a}", "/{a}.{b}", NULL};
	static const char *const raws[] = {"/x", "/z", "/z.z", "/x/y", "/z/y", "/x/z", "/z/z"};
	struct fixture *fixture = *state;
	struct routes routes;
	struct routes reversed;
	assert_int_equal(make_routes(fixture, one, &routes), MRL_OK);
	assert_int_equal(make_routes(fixture, other, &reversed), MRL_OK);
	for (size_t i = 0; i < MRL_COUNT(raws); i++) {
		assert_string_equal(find(fixture, &routes, raws[i]),
		                    find(fixture, &reversed, raws[i]));
	}
}

static void a_router_of_nothing_finds_nothing(void **state)
{
	static const char *const templates[] = {NULL};
	struct routes routes;
	assert_int_equal(make_routes(*state, templates, &routes), MRL_OK);
	assert_string_equal(find(*state, &routes, "/"), "none");
	assert_string_equal(find(*state, &routes, "/a/b"), "none");
	const struct mrl_target faulty = {.fault = MRL_TARGET_FORM};
	assert_null(mrl_router_find(routes.router, &faulty));
}

struct clash {
	const char *templates[3];
	enum mrl_err err;
	const char *code; /* NULL: nothing is said */
	const char *message;
};

static void says_what_clashes(void **state)
{
	static const struct clash rows[] = {
		{{"/a/{x}", "/a/{y}"},
	         MRL_ERR_INVALID,
	         "oa-path-same",
	         "the path /a/{y} is, up to names, the same as /a/{x} at r:1:2"},
		{{"/a", "/a"}, MRL_ERR_INVALID, "oa-path-same", NULL},
		{{"/a", "/%61"}, MRL_ERR_INVALID, "oa-path-same", NULL},
		{{"/{x}.{y}/b", "/{a}.{b}/b"}, MRL_ERR_INVALID, "oa-path-same", NULL},
		{{"/{x}.{y}", "/{x}-{y}"}, MRL_ERR_INVALID, "oa-path-clash", "nothing decides"},
		{{"/a{x}", "/{x}b"}, MRL_ERR_INVALID, "oa-path-clash", NULL},
		{{"/a{x}/{y}", "/{x}b/c"}, MRL_ERR_INVALID, "oa-path-clash", NULL},
		{{"/a{x}", "/aa{x}"}, MRL_ERR_INVALID, "oa-path-clash", NULL},
		{{"/a{x}/d", "/{x}b/c"}, MRL_OK, NULL, NULL},
		{{"/a{x}", "/b{x}"}, MRL_OK, NULL, NULL},
		{{"/{x}.json", "/{x}.xml"}, MRL_OK, NULL, NULL},
		{{"/{x}.json", "/{x}"}, MRL_OK, "oa-path-clash", "the same path as"},
		{{"/books/{id}", "/{entity}/me"}, MRL_OK, "oa-path-clash", NULL},
		{{"/a/{x}", "/a/b"}, MRL_OK, NULL, NULL},
		{{"/a/{x}", "/a/{x}/b"}, MRL_OK, NULL, NULL},
		{{"/a/{x}", "/a/{x}/"}, MRL_OK, NULL, NULL},
		{{"/a/{x}/c", "/{y}/b/d"}, MRL_OK, NULL, NULL},
		{{"/v{x}/a", "/b/{y}"}, MRL_OK, NULL, NULL},
		{{"/a", "/.merlon/a"}, MRL_ERR_INVALID, "oa-path-reserved", NULL},
		{{"/a", "/%2Emerlon"}, MRL_ERR_INVALID, "oa-path-reserved", NULL},
		{{"/a", "/.merlonx/{a}"}, MRL_OK, NULL, NULL},
		{{"/a", "/x/.merlon"}, MRL_OK, NULL, NULL},
		{{"/a", "b"}, MRL_ERR_INVALID, "oa-structure", NULL},
	};
	struct fixture *fixture = *state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		struct routes routes;
		check_row(make_routes(fixture, rows[i].templates, &routes) == rows[i].err,
		          rows[i].templates[1]);
		const struct mrl_diagnostic *found = fixture->diagnostics.first;
		check_row((found == NULL) == (rows[i].code == NULL), rows[i].templates[1]);
		if (found == NULL) {
			continue;
		}
		assert_string_equal(found->code, rows[i].code);
		check_row(rows[i].message == NULL ||
		                  mrl_slice_find_text(found->message,
		                                      mrl_slice_text(rows[i].message)) <
		                          found->message.size,
		          rows[i].templates[1]);
	}
}

/* All 2^depth combinations of "a" and "{x}", which a path of many "a" could try one by one. */
static uint32_t competing(struct fixture *fixture, unsigned depth, const char **templates)
{
	for (unsigned bits = 0; bits < 1U << depth; bits++) {
		struct mrl_buffer text = mrl_buffer(
			mrl_arena_alloc(&fixture->arena, depth * 4 + 4, 1), depth * 4 + 4);
		for (unsigned i = 0; i < depth; i++) {
			mrl_buffer_put(&text,
			               (bits >> i & 1) != 0 ? MRL_SLICE("/{x}") : MRL_SLICE("/a"));
		}
		MRL_PUT(&text, "/z");
		mrl_buffer_byte(&text, '\0');
		templates[bits] = (const char *)text.data;
	}
	templates[1U << depth] = NULL;
	return 1U << depth;
}

static void a_search_is_bounded(void **state)
{
	struct fixture *fixture = *state;
	static const char *templates[1 << 10];
	struct routes routes;
	(void)competing(fixture, 8, templates);
	assert_int_equal(make_routes(fixture, templates, &routes), MRL_OK);
	assert_int_equal(routes.router->visits_max, (1 << 9) - 1 + (1 << 8));
	assert_string_equal(find(fixture, &routes, "/a/a/a/a/a/a/a/a/y"), "none");
	assert_string_equal(find(fixture, &routes, "/a/a/a/a/a/a/a/a/z"), "/a/a/a/a/a/a/a/a/z");
	assert_string_equal(find(fixture, &routes, "/a/b/a/a/a/a/a/a/z"), "/a/{x}/a/a/a/a/a/a/z");
	(void)competing(fixture, 9, templates);
	assert_int_equal(make_routes(fixture, templates, &routes), MRL_ERR_INVALID);
	assert_non_null(fixture_finding(fixture, "oa-path-clash"));
}

static void deep_paths_use_no_stack_of_ours(void **state)
{
	struct fixture *fixture = *state;
	char deep[129 * 4 + 1];
	char raw[129 * 2 + 1];
	size_t size = 0;
	for (unsigned i = 0; i < 128; i++) {
		size += (size_t)snprintf(deep + size, sizeof(deep) - size, "/{x}");
		memcpy(raw + 2 * i, "/a", 3);
	}
	const char *const templates[] = {deep, "/{x}", NULL};
	struct routes routes;
	assert_int_equal(make_routes(fixture, templates, &routes), MRL_OK);
	assert_string_equal(find(fixture, &routes, raw), deep);
	memcpy(raw + 256, "/a", 3);
	assert_string_equal(find(fixture, &routes, raw), "fault");
}

/* What the rule says, written down the slow way: at each segment keep the best kind of match that
 * leads to a leaf. */
static const struct mrl_path *slow_find(const struct mrl_route_entry *entries, uint32_t count,
                                        const struct mrl_target *target)
{
	const struct mrl_route_entry *best = NULL;
	for (uint32_t i = 0; i < count; i++) {
		const struct mrl_template *template = &entries[i].template;
		bool matches = template->segment_count == target->segment_count;
		for (uint16_t s = 0; matches && s < template->segment_count; s++) {
			matches = mrl_segment_matches(&template->segments[s], target->segments[s]);
		}
		if (!matches) {
			continue;
		}
		for (uint16_t s = 0; best != NULL && s < template->segment_count; s++) {
			int mine = mrl_segment_is_literal(&template->segments[s]) ? 0
			           : mrl_segment_is_plain(&template->segments[s]) ? 2
			                                                          : 1;
			const struct mrl_template_segment *other = &best->template.segments[s];
			int its = mrl_segment_is_literal(other) ? 0
			          : mrl_segment_is_plain(other) ? 2
			                                        : 1;
			if (mine != its) {
				best = mine < its ? NULL : best;
				break;
			}
		}
		best = best == NULL ? &entries[i] : best;
	}
	return best == NULL ? NULL : best->path;
}

static void agrees_with_the_rule(void **state)
{
	static const char *const pieces[] = {"a", "b", "ab", "{x}", "{x}b", "{y}"};
	static const char *const values[] = {"a", "b", "ab", "bb", "c", "cb"};
	struct fixture *fixture = *state;
	srandom(7);
	for (unsigned round = 0; round < 300; round++) {
		static char memory[12][64];
		const char *templates[13];
		uint32_t count = 0;
		for (unsigned i = 0; i < 12; i++) {
			size_t size = 0;
			for (long segments = 1 + random() % 3; segments > 0; segments--) {
				size += (size_t)snprintf(memory[count] + size, 64 - size, "/%s",
				                         pieces[random() % 6]);
			}
			templates[count] = memory[count];
			templates[count + 1] = NULL;
			struct routes one;
			count += make_routes(fixture, templates, &one) == MRL_OK;
		}
		templates[count] = NULL;
		struct routes routes;
		assert_int_equal(make_routes(fixture, templates, &routes), MRL_OK);
		struct mrl_route_entry entries[12];
		for (uint32_t i = 0; i < count; i++) {
			const char *fault;
			entries[i].path = &routes.paths[i];
			assert_int_equal(mrl_template_parse(routes.paths[i].template_path,
			                                    &fixture->arena, &entries[i].template,
			                                    &fault),
			                 MRL_OK);
		}
		for (unsigned i = 0; i < 100; i++) {
			char raw[64];
			size_t size = 0;
			struct mrl_target target;
			for (long segments = 1 + random() % 3; segments > 0; segments--) {
				size += (size_t)snprintf(raw + size, sizeof(raw) - size, "/%s",
				                         values[random() % 6]);
			}
			assert_int_equal(
				mrl_target_parse(mrl_slice(raw, size), &fixture->arena, &target),
				MRL_OK);
			assert_ptr_equal(mrl_router_find(routes.router, &target),
			                 slow_find(entries, count, &target));
		}
	}
}

static void loads_and_routes(void **state)
{
	struct fixture *fixture = *state;
	(void)fixture_good(fixture, "3.1.0",
	                   "servers: [{url: /v1}]\npaths:\n  /pets/mine: {get: {}}\n"
	                   "  /pets/{id}:\n"
	                   "    parameters: [{name: id, in: path, required: true, schema: {}}]\n"
	                   "    get: {}\n    delete: {}\n");
	struct mrl_path *list[2] = {&fixture->api->paths[0], &fixture->api->paths[1]};
	const struct mrl_router_input input = {.paths = list, .count = 2};
	const struct mrl_router *router;
	assert_int_equal(mrl_router_new(&input, &fixture->arena, &fixture->diagnostics, &router),
	                 MRL_OK);
	const struct routes routes = {.router = router};
	assert_string_equal(find(fixture, &routes, "/pets/mine"), "none");
	struct mrl_target target;
	assert_int_equal(mrl_target_parse(MRL_SLICE("/v1/pets/mine"), &fixture->arena, &target),
	                 MRL_OK);
	const struct mrl_path *mine = mrl_router_find(router, &target);
	check_slice(mine->allow, "GET, HEAD, OPTIONS");
	assert_null(mine->operations[MRL_METHOD_DELETE]);
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		ROW(takes_the_literal_first),
		ROW(the_order_of_the_document_does_not_count),
		ROW(a_router_of_nothing_finds_nothing),
		ROW(says_what_clashes),
		ROW(a_search_is_bounded),
		ROW(deep_paths_use_no_stack_of_ours),
		ROW(agrees_with_the_rule),
		ROW(loads_and_routes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
