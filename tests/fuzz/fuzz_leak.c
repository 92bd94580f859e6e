/*
 * The leak scanner: a body in pieces has the strong hits of the whole, the search of this processor
 * finds what the plain one finds, and a signature is never hit without one of its anchors.
 *
 * The first byte of the input says how the body is cut.
 */
#include "fuzz.h"
#include "http/leak.h"

static const struct mrl_leak_scanner *scanner(void)
{
	static const struct mrl_leak_scanner *made;
	static struct mrl_arena arena;

	if (made == NULL) {
		mrl_arena_init(&arena, &mrl_memory_malloc, 65536, 1 << 20);
		FUZZ_CHECK(mrl_leak_scanner_new(&arena, &made) == MRL_OK);
	}
	return made;
}

static bool has_anchor(struct mrl_slice body, const struct mrl_leak_row *row)
{
	for (size_t i = 0; row->anchors[i] != NULL; i++) {
		if (mrl_slice_find_text(body, mrl_slice_text(row->anchors[i])) < body.size) {
			return true;
		}
	}
	return false;
}

/* Signatures without a condition hit exactly where an anchor stands, others there at most. */
static void check_anchors(struct mrl_slice body, const struct mrl_leak_result *result)
{
	for (unsigned leak = 0; leak < MRL_LEAK_COUNT; leak++) {
		const struct mrl_leak_row *row = &mrl_leak_rows[leak];
		bool hit = ((result->strong.bits | result->weak.bits) >> leak & 1) != 0;
		bool free = row->before[0] == '\0' && row->after[0] == '\0';
		bool anchor = has_anchor(body, row);
		FUZZ_CHECK(anchor || !hit);
		FUZZ_CHECK(hit || !anchor || !free);
	}
}

static void check_plain(struct mrl_slice body, const struct mrl_leak_result *result)
{
	struct mrl_leak_scanner plain = *scanner();
	struct mrl_leak_result other;

	plain.find = mrl_leak_find_scalar;
	mrl_leak_scan(&plain, (struct mrl_leak_set){0}, body, &other);
	FUZZ_CHECK(memcmp(&other.strong, &result->strong, sizeof(other.strong)) == 0);
	FUZZ_CHECK(memcmp(&other.weak, &result->weak, sizeof(other.weak)) == 0);
	FUZZ_CHECK(other.first_position == result->first_position);
}

static void check_pieces(struct mrl_slice body, uint8_t cut, const struct mrl_leak_result *whole)
{
	static struct mrl_leak_stream stream;
	uint32_t state = cut + 1u;

	mrl_leak_stream_init(&stream, scanner(), (struct mrl_leak_set){0});
	for (size_t at = 0; at < body.size;) {
		state = state * UINT32_C(1664525) + UINT32_C(1013904223);
		size_t size = 1 + (state >> 16) % (1u << cut % 12);
		mrl_leak_stream_feed(&stream, mrl_slice_sub(body, at, size));
		at += size;
	}
	mrl_leak_stream_end(&stream);
	if (!whole->capped && !stream.result.capped) {
		FUZZ_CHECK(stream.result.strong.bits == whole->strong.bits);
	}
}

static void check_name(const struct mrl_leak_name *name)
{
	FUZZ_CHECK(name->size <= MRL_LEAK_NAME_MAX);
	for (size_t i = 0; i < name->size; i++) {
		uint8_t byte = name->text[i];
		FUZZ_CHECK(mrl_leak_is_word(byte) || (byte != 0 && strchr(".$<>:-", byte) != NULL));
	}
}

static void check_report(struct mrl_slice body)
{
	struct mrl_leak_report report;
	uint8_t memory[MRL_LEAK_REPORT_MAX];
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));

	mrl_leak_frames(scanner(), body, &report);
	FUZZ_CHECK(report.frame_count <= MRL_LEAK_FRAMES_MAX);
	check_name(&report.exception);
	for (uint32_t i = 0; i < report.frame_count; i++) {
		check_name(&report.frames[i].file);
		check_name(&report.frames[i].function);
	}
	mrl_leak_report_json(&report, &buffer);
	FUZZ_CHECK(!buffer.overflow);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mrl_leak_result result;

	if (size < 1) {
		return 0;
	}
	struct mrl_slice body = mrl_slice(data + 1, size - 1);
	mrl_leak_scan(scanner(), (struct mrl_leak_set){0}, body, &result);
	check_anchors(body, &result);
	check_plain(body, &result);
	check_pieces(body, data[0], &result);
	check_report(body);
	return 0;
}
