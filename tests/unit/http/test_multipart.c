/* Multipart bodies: what is cut out, and each fault at its place. tests/vectors/multipart has a
 * case for every clause; here are texts, positions and bounds. */
#include "../check.h"

#include <merlon/http.h>

static const struct mrl_multipart_limits limits = {.parts = 4, .name_chars = 8};

#define HEAD "Content-Disposition: form-data; name=\"a\"\r\n\r\n"
#define PART "--b\r\n" HEAD
#define END  "\r\n--b--\r\n"

static struct mrl_multipart split(struct mrl_slice boundary, struct mrl_slice body,
                                  struct mrl_arena *arena)
{
	struct mrl_multipart multipart;
	assert_int_equal(mrl_multipart_split(&limits, boundary, body, arena, &multipart), MRL_OK);
	return multipart;
}

/* "name(type)[file]=content|" for each part, or the fault and its offset. */
static void put_parts(const struct mrl_multipart *multipart, struct mrl_buffer *buffer)
{
	if (multipart->fault != MRL_MULTIPART_OK) {
		assert_int_equal(multipart->count, 0);
		mrl_buffer_put(buffer, mrl_multipart_fault_name(multipart->fault));
		MRL_PUT(buffer, "@");
		mrl_buffer_u64(buffer, multipart->offset);
	}
	for (uint32_t i = 0; i < multipart->count; i++) {
		const struct mrl_part *part = &multipart->parts[i];
		mrl_buffer_put(buffer, part->name);
		if (part->has_type) {
			MRL_PUT(buffer, "(");
			mrl_buffer_put(buffer, part->type);
			MRL_PUT(buffer, ")");
		}
		if (part->has_file_name) {
			MRL_PUT(buffer, "[");
			mrl_buffer_put(buffer, part->file_name);
			MRL_PUT(buffer, "]");
		}
		MRL_PUT(buffer, "=");
		mrl_buffer_put(buffer, part->content);
		MRL_PUT(buffer, "|");
	}
}

static void check_body(struct mrl_slice boundary, struct mrl_slice body, const char *expected)
{
	struct mrl_arena arena;
	uint8_t memory[1000];
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	mrl_arena_init(&arena, &mrl_memory_malloc, 4096, 1U << 20);
	struct mrl_multipart multipart = split(boundary, body, &arena);
	put_parts(&multipart, &buffer);
	if (!mrl_slice_is(mrl_buffer_slice(&buffer), expected)) {
		fail_msg("%.*s\nbecame %.*s\ninstead of %s", MRL_PRINT(body),
		         MRL_PRINT(mrl_buffer_slice(&buffer)), expected);
	}
	mrl_arena_release(&arena);
}

#define check(body, expected) check_body(MRL_SLICE("b"), MRL_SLICE(body), (expected))

static void test_parts(void **state)
{
	(void)state;
	check(PART "1" END, "a=1|");
	check(PART "1\r\n--b--", "a=1|");
	check(PART "" END, "a=|");
	check(PART "1\r\n" PART "2" END, "a=1|a=2|");
	check(PART "line\r\nline\nline\r" END, "a=line\r\nline\nline\r|");
	check(PART "x--b" END, "a=x--b|");
	check(PART "\r\n-b\r\n--c\r\n-- b" END, "a=\r\n-b\r\n--c\r\n-- b|");
	check("--b\r\nCONTENT-TYPE:text/plain\r\ncontent-disposition:form-data;name=a;"
	      "filename=\"f.txt\"\r\nContent-Transfer-Encoding: BINARY\r\nX-A: 1\r\n\r\n1" END,
	      "a(text/plain)[f.txt]=1|");
	check("--b\r\nContent-Disposition: form-data; filename=\"\"; name=\"\"\r\n\r\n" END,
	      "[]=|");
}

static void test_other_fields(void **state)
{
	(void)state;
	struct mrl_arena arena;
	mrl_arena_init(&arena, &mrl_memory_malloc, 4096, 1U << 20);
	struct mrl_multipart multipart = split(
		MRL_SLICE("b"),
		MRL_SLICE("--b\r\nX-One: 1\r\nContent-Disposition: form-data; name=a\r\n"
	                  "X-Two:  2 \r\n\r\n1" END),
		&arena);
	assert_int_equal(multipart.count, 1);
	assert_int_equal(multipart.parts[0].field_count, 2);
	check_slice(multipart.parts[0].fields[0].name, "X-One");
	check_slice(multipart.parts[0].fields[1].value, "2");
	assert_int_equal(multipart.parts[0].offset, 5);
	mrl_arena_release(&arena);
}

static void test_faults(void **state)
{
	(void)state;
	check("", "preamble@0");
	check("--", "preamble@0");
	check("--b", "delimiter@3");
	check("--b--", "delimiter@0");
	check("\r\n" PART "1" END, "preamble@0");
	check(PART "1" END "x", "epilogue@57");
	check(PART "1" END "\r\n", "epilogue@57");
	check(PART "1\n--b--\r\n", "line-end@50");
	check(PART "1\r--b--\r\n", "line-end@50");
	check(PART "1\r\n--bb\r\n", "delimiter@55");
	check(PART "1\r\n--b \r\n", "delimiter@55");
	check(PART "--b--\r\n", "line-end@49");
	check(PART "1", "truncated@50");
	check(PART "1\r\n--b", "delimiter@55");
	check("--b\r\n\r\n1" END, "disposition@5");
	check("--b\r\nX: 1\n\r\n1" END, "line-end@5");
	check("--b\r\nX 1\r\n\r\n1" END, "part-head@5");
	check("--b\r\n X: 1\r\n\r\n1" END, "part-head@5");
	check(PART "1\r\n" PART "2\r\n" PART "3\r\n" PART "4" END, "a=1|a=2|a=3|a=4|");
	check(PART "1\r\n" PART "2\r\n" PART "3\r\n" PART "4\r\n" PART "5" END, "parts@213");
}

static void test_boundary(void **state)
{
	(void)state;
	char text[72];
	memset(text, 'x', sizeof(text));
	assert_true(mrl_boundary_valid(mrl_slice(text, 70)));
	assert_false(mrl_boundary_valid(mrl_slice(text, 71)));
	assert_false(mrl_boundary_valid(MRL_SLICE_NONE));
	assert_true(mrl_boundary_valid(MRL_SLICE("aZ09'()+_,-./:=? x")));
	assert_false(mrl_boundary_valid(MRL_SLICE("x ")));
	assert_false(mrl_boundary_valid(MRL_SLICE("x;")));
	assert_false(mrl_boundary_valid(MRL_SLICE("x\"")));
	assert_false(mrl_boundary_valid(MRL_SLICE("x*")));
	assert_false(mrl_boundary_valid(MRL_SLICE("x\x80")));
}

/* A head of 2,048 bytes with its blank line is the longest. */
static void check_head(size_t padding, enum mrl_multipart_fault fault)
{
	static uint8_t memory[4096];
	struct mrl_buffer body = mrl_buffer(memory, sizeof(memory));
	struct mrl_arena arena;
	MRL_PUT(&body, "--b\r\nX: ");
	for (size_t i = 0; i < padding; i++) {
		mrl_buffer_byte(&body, 'x');
	}
	MRL_PUT(&body, "\r\n" HEAD "1" END);
	mrl_arena_init(&arena, &mrl_memory_malloc, 4096, 1U << 20);
	struct mrl_multipart multipart = split(MRL_SLICE("b"), mrl_buffer_slice(&body), &arena);
	assert_int_equal(multipart.fault, fault);
	mrl_arena_release(&arena);
}

static void test_head_bytes(void **state)
{
	(void)state;
	size_t rest = strlen("X: \r\n" HEAD);
	check_head(2048 - rest, MRL_MULTIPART_OK);
	check_head(2048 - rest + 1, MRL_MULTIPART_HEAD);
}

static void test_memory(void **state)
{
	(void)state;
	for (size_t cap = 0; cap < 2000; cap += 32) {
		struct mrl_arena arena;
		struct mrl_multipart multipart = {.count = 77};
		mrl_arena_init(&arena, &mrl_memory_malloc, 64, cap);
		enum mrl_err err = mrl_multipart_split(&limits, MRL_SLICE("b"),
		                                       MRL_SLICE("--b\r\nX: 1\r\n" HEAD "1" END),
		                                       &arena, &multipart);
		assert_true(err == MRL_ERR_MEMORY ? multipart.count == 77 : multipart.count == 1);
		mrl_arena_release(&arena);
	}
}

/* Only line ends are looked at: dashes without end cost what other bytes cost. */
static void test_near_boundaries(void **state)
{
	(void)state;
	size_t size = 1U << 20;
	struct mrl_arena arena;
	char boundary[70];
	mrl_arena_init(&arena, &mrl_memory_malloc, 4096, 16U << 20);
	uint8_t *body = mrl_arena_alloc(&arena, size, 1);
	memset(boundary, '-', sizeof(boundary));
	memset(body, '-', size);
	memcpy(body + 72, "\r\n" HEAD, strlen("\r\n" HEAD));
	body[72 + strlen("\r\n" HEAD)] = 'x';
	struct mrl_multipart multipart = split(mrl_slice(boundary, sizeof(boundary)),
	                                       mrl_slice(body, size), &arena);
	assert_int_equal(multipart.fault, MRL_MULTIPART_TRUNCATED);
	mrl_arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),           cmocka_unit_test(test_other_fields),
		cmocka_unit_test(test_faults),          cmocka_unit_test(test_boundary),
		cmocka_unit_test(test_head_bytes),      cmocka_unit_test(test_memory),
		cmocka_unit_test(test_near_boundaries),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
