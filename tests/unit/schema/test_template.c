/* Path templates: what is one, and what one segment takes. */
#include "../check.h"

#include "schema/template.h"

static struct mrl_arena arena;

static int setup(void **state)
{
	(void)state;
	mrl_arena_init(&arena, &mrl_memory_malloc, 4096, 1 << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	mrl_arena_release(&arena);
	return 0;
}

static void cuts_a_template(void **state)
{
	(void)state;
	struct mrl_template template;
	const char *fault;
	assert_int_equal(mrl_template_parse(MRL_SLICE("/v1/us%65rs/{id}/{name}.{ext}/"), &arena,
	                                    &template, &fault),
	                 MRL_OK);
	assert_int_equal(template.segment_count, 5);
	check_slice(template.segments[1].literals[0], "users");
	assert_true(mrl_segment_is_literal(&template.segments[1]));
	assert_true(mrl_segment_is_plain(&template.segments[2]));
	check_slice(template.segments[2].names[0], "id");
	assert_int_equal(template.segments[3].name_count, 2);
	assert_false(mrl_segment_is_plain(&template.segments[3]));
	check_slice(template.segments[3].literals[1], ".");
	check_slice(template.segments[4].literals[0], "");
}

static void refuses_what_no_target_can_be(void **state)
{
	(void)state;
	static const char *const rows[] = {
		"",       "users", "//",     "/a//b", "/.",     "/a/../b",     "/%2e",
		"/a%2Fb", "/a%00", "/a%5cb", "/%zz",  "/%4",    "/a b",        "/a?b",
		"/a#b",   "/a\\b", "/{",     "/{}",   "/a}",    "/{a}{b}",     "/{a{b}}",
		"/{a/b}", "/{a}}", "/\xFF",  "/%C3",  "/a\x7F", "/{a}-{b}{c}", "/<a>",
	};
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		struct mrl_template template;
		const char *fault = NULL;
		check_row(mrl_template_parse(mrl_slice_text(rows[i]), &arena, &template, &fault) ==
		                  MRL_ERR_INVALID,
		          rows[i]);
		check_row(fault != NULL, rows[i]);
	}
}

static void accepts_the_good_twins(void **state)
{
	(void)state;
	static const char *const rows[] = {
		"/",        "/a/b",   "/a/",       "/.a",     "/...",         "/%2e.%41",
		"/{a}-{b}", "/{a-b}", "/\xC3\xBC", "/%C3%BC", "/a:b@c,d;e=f", "/x{a}y",
	};
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		struct mrl_template template;
		const char *fault;
		check_row(mrl_template_parse(mrl_slice_text(rows[i]), &arena, &template, &fault) ==
		                  MRL_OK,
		          rows[i]);
	}
}

static void up_to_128_segments(void **state)
{
	(void)state;
	char text[2 * 129];
	struct mrl_template template;
	const char *fault;
	for (size_t i = 0; i < sizeof(text); i += 2) {
		memcpy(text + i, "/a", 2);
	}
	assert_int_equal(mrl_template_parse(mrl_slice(text, 256), &arena, &template, &fault),
	                 MRL_OK);
	assert_int_equal(mrl_template_parse(mrl_slice(text, 258), &arena, &template, &fault),
	                 MRL_ERR_INVALID);
}

static void a_segment_matches_in_one_way_or_not(void **state)
{
	(void)state;
	static const struct {
		const char *template;
		const char *text;
		bool matches;
	} rows[] = {
		{"/a", "a", true},
		{"/a", "A", false},
		{"/a", "", false},
		{"/{x}", "anything", true},
		{"/{x}", "", false},
		{"/v{x}", "v1", true},
		{"/v{x}", "v", false},
		{"/v{x}", "w1", false},
		{"/{x}.json", "a.json", true},
		{"/{x}.json", ".json", false},
		{"/{x}.json", "a.b.json", true},
		{"/{x}.json", "a.jsonx", false},
		{"/{x}.{y}", "a.b", true},
		{"/{x}.{y}", "a.", false},
		{"/{x}.{y}", ".b", false},
		{"/{x}.{y}", "ab", false},
		{"/{x}.{y}", "a.b.c", false},
		{"/{x}.{y}", "..b", true},
		{"/{x}.{y}", "a..", true},
		{"/{x}.{y}", "...", true},
		{"/{x}.{y}", "....", false},
		{"/{x}--{y}", "a---b", false},
		{"/{x}--{y}", "a--b", true},
		{"/({x},{y})", "(1,2)", true},
		{"/({x},{y})", "(1,2", false},
		{"/{x}-{y}-{z}", "1-2-3", true},
		{"/{x}-{y}-{z}", "1-2", false},
		{"/{x}-{y}-{z}", "1-2-3-4", false},
		{"/{x}-{y}.{z}", "a-b.c", true},
		{"/{x}-{y}.{z}", "a.b-c", false},
		{"/{x}-{y}.{z}", "a.b-c.d", true},
		{"/aa{x}aa", "aaa", false},
		{"/aa{x}aa", "aaaaa", true},
	};
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		struct mrl_template template;
		const char *fault;
		assert_int_equal(mrl_template_parse(mrl_slice_text(rows[i].template), &arena,
		                                    &template, &fault),
		                 MRL_OK);
		if (mrl_segment_matches(&template.segments[0], mrl_slice_text(rows[i].text)) !=
		    rows[i].matches) {
			fail_msg("%s on %s", rows[i].template, rows[i].text);
		}
	}
}

/* All ways to split, counted the slow way. */
static unsigned count_splits(const struct mrl_template_segment *segment, uint16_t name,
                             struct mrl_slice text)
{
	struct mrl_slice literal = segment->literals[name];
	if (!mrl_slice_starts(text, literal)) {
		return 0;
	}
	text = mrl_slice_from(text, literal.size);
	if (name == segment->name_count) {
		return text.size == 0;
	}
	unsigned count = 0;
	for (size_t taken = 1; taken <= text.size; taken++) {
		count += count_splits(segment, (uint16_t)(name + 1), mrl_slice_from(text, taken));
	}
	return count;
}

/* Names and literals together are the text again, and no name is empty. */
static void check_split(const struct mrl_template_segment *segment, struct mrl_slice text)
{
	struct mrl_slice texts[MRL_SEGMENT_NAMES_MAX];
	uint8_t memory[16];
	struct mrl_buffer joined = mrl_buffer(memory, sizeof(memory));
	mrl_segment_split(segment, text, texts);
	mrl_buffer_put(&joined, segment->literals[0]);
	for (uint16_t i = 0; i < segment->name_count; i++) {
		assert_true(texts[i].size != 0);
		mrl_buffer_put(&joined, texts[i]);
		mrl_buffer_put(&joined, segment->literals[i + 1]);
	}
	assert_true(mrl_slice_equal(mrl_buffer_slice(&joined), text));
}

static void agrees_with_counting(void **state)
{
	(void)state;
	static const char *const templates[] = {"/{x}a{y}",       "/{x}aa{y}", "/{x}ab{y}",
	                                        "/{x}a{y}b{z}",   "/a{x}b",    "/{x}a{y}a{z}",
	                                        "/b{x}ab{y}a{z}a"};
	for (size_t i = 0; i < MRL_COUNT(templates); i++) {
		struct mrl_template template;
		const char *fault;
		assert_int_equal(
			mrl_template_parse(mrl_slice_text(templates[i]), &arena, &template, &fault),
			MRL_OK);
		for (unsigned bits = 0; bits < 1U << 9; bits++) {
			for (size_t size = 0; size <= 9; size++) {
				uint8_t text[9];
				for (size_t j = 0; j < size; j++) {
					text[j] = (bits >> j & 1) != 0 ? 'a' : 'b';
				}
				struct mrl_slice slice = mrl_slice(text, size);
				bool once = count_splits(&template.segments[0], 0, slice) == 1;
				if (mrl_segment_matches(&template.segments[0], slice) != once) {
					fail_msg("%s on %.*s", templates[i], MRL_PRINT(slice));
				}
				if (once) {
					check_split(&template.segments[0], slice);
				}
			}
		}
	}
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		ROW(cuts_a_template),
		ROW(refuses_what_no_target_can_be),
		ROW(accepts_the_good_twins),
		ROW(up_to_128_segments),
		ROW(a_segment_matches_in_one_way_or_not),
		ROW(agrees_with_counting),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
