/* A body in pieces has the strong hits of the whole, wherever it is cut. */
#include "leak_fixture.h"

static const char *folder;

static struct mrl_leak_result feed(const struct fixture *fixture, struct mrl_slice body,
                                   size_t first, size_t step)
{
	static struct mrl_leak_stream stream;
	size_t at = 0;

	mrl_leak_stream_init(&stream, fixture->scanner, (struct mrl_leak_set){0});
	for (size_t size = first; at < body.size; size = step) {
		struct mrl_slice piece = mrl_slice_sub(body, at, size);
		mrl_leak_stream_feed(&stream, piece);
		at += piece.size;
	}
	mrl_leak_stream_end(&stream);
	return stream.result;
}

static void check_cut(const struct fixture *fixture, const char *name, struct mrl_slice body,
                      size_t first, size_t step)
{
	struct mrl_leak_result whole = scan_slice(fixture->scanner, body);
	struct mrl_leak_result pieces = feed(fixture, body, first, step);

	if (whole.strong.bits != pieces.strong.bits ||
	    whole.first_position != pieces.first_position) {
		fail_msg("%s in pieces of %zu, then %zu: %llx at %llu, not %llx at %llu", name,
		         first, step, (unsigned long long)pieces.strong.bits,
		         (unsigned long long)pieces.first_position,
		         (unsigned long long)whole.strong.bits,
		         (unsigned long long)whole.first_position);
	}
}

static void check_trace(void *context, const char *name, struct mrl_slice text)
{
	static uint8_t memory[6 * TRACE_MAX];
	struct mrl_buffer json = mrl_buffer(memory, sizeof(memory));

	for (unsigned i = 0; i < 40; i++) {
		MRL_PUT(&json, "data: {\"id\":7,\"name\":\"Anna\",\"city\":\"Delft\"}\n\n");
	}
	write_form(text, json_form, &json);
	for (size_t first = 1; first < json.size; first += 97) {
		check_cut(context, name, mrl_buffer_slice(&json), first, SIZE_MAX);
	}
	for (size_t step = 1; step < 700; step += 37) {
		check_cut(context, name, mrl_buffer_slice(&json), step, step);
	}
}

static void test_corpus_in_pieces(void **state)
{
	assert_true(each_trace(folder, check_trace, *state) >= 60);
}

/* Across the blocks that the stream copies. */
static void test_long_bodies(void **state)
{
	static uint8_t body[3 * MRL_LEAK_BLOCK];
	struct mrl_slice trace = MRL_SLICE("File \\\"a.py\\\", line 3");

	for (size_t at = 0; at + trace.size < sizeof(body); at += 41) {
		memset(body, 'x', sizeof(body));
		memcpy(body + at, trace.data, trace.size);
		check_cut(*state, "a frame", mrl_slice(body, sizeof(body)), sizeof(body), 1);
		check_cut(*state, "a frame", mrl_slice(body, sizeof(body)), at + 9, SIZE_MAX);
	}
}

/* A hit is known with the bytes that prove it: the connection can be cut before more goes out. */
static void test_hit_at_once(void **state)
{
	const struct fixture *fixture = *state;
	struct mrl_leak_stream stream;

	mrl_leak_stream_init(&stream, fixture->scanner, (struct mrl_leak_set){0});
	mrl_leak_stream_feed(&stream, MRL_SLICE("data: ORA-0094"));
	assert_int_equal(stream.result.strong.bits, 0);
	mrl_leak_stream_feed(&stream, MRL_SLICE("2"));
	assert_int_equal(stream.result.strong.bits, UINT64_C(1) << MRL_LEAK_SQL_ORACLE);
	assert_int_equal(stream.result.first_position, 6);
}

/* What one byte more would undo is not a hit before the end. */
static void test_waits_for_the_end(void **state)
{
	const struct fixture *fixture = *state;
	struct mrl_leak_stream stream;

	mrl_leak_stream_init(&stream, fixture->scanner, (struct mrl_leak_set){0});
	mrl_leak_stream_feed(&stream, MRL_SLICE("Caused by: a.BException"));
	assert_int_equal(stream.result.strong.bits, 0);
	mrl_leak_stream_end(&stream);
	assert_int_equal(stream.result.strong.bits, UINT64_C(1) << MRL_LEAK_JVM_CAUSE);
	mrl_leak_stream_init(&stream, fixture->scanner, (struct mrl_leak_set){0});
	mrl_leak_stream_feed(&stream, MRL_SLICE("Caused by: a.BException"));
	mrl_leak_stream_feed(&stream, MRL_SLICE("al"));
	mrl_leak_stream_end(&stream);
	assert_int_equal(stream.result.strong.bits, 0);
}

static void test_off(void **state)
{
	const struct fixture *fixture = *state;
	struct mrl_leak_stream stream;

	mrl_leak_stream_init(&stream, fixture->scanner,
	                     (struct mrl_leak_set){UINT64_C(1) << MRL_LEAK_SQL_STATE});
	mrl_leak_stream_feed(&stream, MRL_SLICE("SQLSTATE[1] "));
	mrl_leak_stream_end(&stream);
	assert_int_equal(stream.result.strong.bits, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_corpus_in_pieces),
		cmocka_unit_test(test_long_bodies),
		cmocka_unit_test(test_hit_at_once),
		cmocka_unit_test(test_waits_for_the_end),
		cmocka_unit_test(test_off),
	};

	folder = argc > 1 ? argv[1] : "tests/vectors/leaks";
	return cmocka_run_group_tests(tests, fixture_make, fixture_drop);
}
