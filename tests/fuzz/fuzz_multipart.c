/* Multipart bodies: what is accepted is nothing but its parts, delimiters and their line ends, and
 * no delimiter is hidden in a part. The boundary is the input's first line. */
#include "fuzz.h"

#include <merlon/http.h>

static void expect(struct mrl_slice *rest, struct mrl_slice text)
{
	FUZZ_CHECK(mrl_slice_starts(*rest, text));
	*rest = mrl_slice_from(*rest, text.size);
}

static void expect_delimiter(struct mrl_slice *rest, struct mrl_slice boundary)
{
	expect(rest, MRL_SLICE("--"));
	expect(rest, boundary);
}

static bool is_delimiter(struct mrl_slice text, struct mrl_slice boundary)
{
	return mrl_slice_starts(text, MRL_SLICE("--")) &&
	       mrl_slice_starts(mrl_slice_from(text, 2), boundary);
}

static void check_content(struct mrl_slice content, struct mrl_slice boundary)
{
	FUZZ_CHECK(!is_delimiter(content, boundary));
	for (size_t i = 0; i < content.size; i++) {
		bool line_end = content.data[i] == '\r' || content.data[i] == '\n';
		FUZZ_CHECK(!line_end || !is_delimiter(mrl_slice_from(content, i + 1), boundary));
	}
}

static void check_part(const struct mrl_part *part)
{
	FUZZ_CHECK(mrl_utf8_check(part->name) == part->name.size);
	FUZZ_CHECK(mrl_slice_find(part->name, '"') == part->name.size);
	FUZZ_CHECK(mrl_slice_find(part->name, '\\') == part->name.size);
	FUZZ_CHECK(part->file_name.size <= 255);
	FUZZ_CHECK(mrl_slice_find(part->file_name, '/') == part->file_name.size);
	FUZZ_CHECK(mrl_slice_find(part->type, '\n') == part->type.size);
}

/* The body again, from its parts. */
static void check_body(struct mrl_slice body, struct mrl_slice boundary,
                       const struct mrl_multipart *multipart)
{
	struct mrl_slice rest = body;
	FUZZ_CHECK(multipart->count != 0);
	for (uint32_t i = 0; i < multipart->count; i++) {
		const struct mrl_part *part = &multipart->parts[i];
		expect_delimiter(&rest, boundary);
		expect(&rest, MRL_SLICE("\r\n"));
		FUZZ_CHECK(rest.data == body.data + part->offset);
		FUZZ_CHECK(part->content.data > rest.data);
		size_t head = (size_t)(part->content.data - rest.data);
		FUZZ_CHECK(head <= 2048);
		FUZZ_CHECK(mrl_slice_ends(mrl_slice_sub(rest, 0, head), MRL_SLICE("\r\n\r\n")));
		rest = mrl_slice_from(rest, head + part->content.size);
		expect(&rest, MRL_SLICE("\r\n"));
		check_part(part);
		check_content(part->content, boundary);
	}
	expect_delimiter(&rest, boundary);
	expect(&rest, MRL_SLICE("--"));
	FUZZ_CHECK(rest.size == 0 || mrl_slice_equal(rest, MRL_SLICE("\r\n")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct mrl_multipart_limits limits = {.parts = 16, .name_chars = 32};
	struct mrl_slice text = mrl_slice(data, size);
	struct mrl_slice boundary = mrl_slice_sub(text, 0, mrl_slice_find(text, '\n'));
	struct mrl_slice body = mrl_slice_from(text, boundary.size + 1);
	struct mrl_multipart multipart;
	struct mrl_arena arena;
	if (!mrl_boundary_valid(boundary)) {
		return 0;
	}
	mrl_arena_init(&arena, &mrl_memory_malloc, 4096, 64U << 20);
	FUZZ_CHECK(mrl_multipart_split(&limits, boundary, body, &arena, &multipart) == MRL_OK);
	if (multipart.fault == MRL_MULTIPART_OK) {
		check_body(body, boundary, &multipart);
	} else {
		FUZZ_CHECK(multipart.count == 0 && multipart.offset <= body.size);
		FUZZ_CHECK(mrl_multipart_fault_name(multipart.fault).size != 0);
	}
	mrl_arena_release(&arena);
	return 0;
}
