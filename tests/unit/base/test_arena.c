/* The arena's contract; built twice, against arena.c and against arena_sanitizer.c. */
#include "../check.h"

struct counter {
	size_t given;
	size_t taken;
	size_t left; /* how many more blocks the host gives */
};

static void *count_give(void *host, size_t bytes)
{
	struct counter *counter = host;
	if (counter->left == 0) {
		return NULL;
	}
	counter->left--;
	counter->given++;
	return mrl_memory_malloc.give(NULL, bytes);
}

static void count_take(void *host, void *block)
{
	struct counter *counter = host;
	counter->taken++;
	mrl_memory_malloc.take(NULL, block);
}

static void test_cap(void **state)
{
	struct mrl_arena arena;
	(void)state;
	mrl_arena_init(&arena, &mrl_memory_malloc, 64, 100);
	assert_non_null(mrl_arena_alloc(&arena, 60, 1));
	assert_non_null(mrl_arena_alloc(&arena, 40, 1));
	assert_int_equal(arena.used_bytes, 100);
	assert_null(mrl_arena_alloc(&arena, 1, 1));
	assert_non_null(mrl_arena_alloc(&arena, 0, 1));
	assert_int_equal(arena.used_bytes, 100);
	mrl_arena_release(&arena);
	assert_int_equal(arena.used_bytes, 0);
	assert_null(mrl_arena_alloc(&arena, 101, 1));
	assert_non_null(mrl_arena_alloc(&arena, 100, 1));
	mrl_arena_release(&arena);
}

static void test_alignment(void **state)
{
	struct mrl_arena arena;
	(void)state;
	mrl_arena_init(&arena, &mrl_memory_malloc, 256, 100000);
	for (size_t align = 1; align <= 64; align *= 2) {
		for (size_t bytes = 1; bytes < 40; bytes += 7) {
			uint8_t *object = mrl_arena_alloc(&arena, bytes, align);
			assert_non_null(object);
			assert_int_equal((uintptr_t)object % align, 0);
			memset(object, 0xA5, bytes);
		}
	}
	mrl_arena_release(&arena);
}

static void test_objects_do_not_overlap(void **state)
{
	struct mrl_arena arena;
	uint8_t *objects[200];
	(void)state;
	mrl_arena_init(&arena, &mrl_memory_malloc, 128, 100000);
	for (size_t i = 0; i < MRL_COUNT(objects); i++) {
		objects[i] = mrl_arena_alloc(&arena, 1 + i, 8);
		assert_non_null(objects[i]);
		memset(objects[i], (int)i, 1 + i);
	}
	for (size_t i = 0; i < MRL_COUNT(objects); i++) {
		for (size_t at = 0; at <= i; at++) {
			assert_int_equal(objects[i][at], (uint8_t)i);
		}
	}
	mrl_arena_release(&arena);
}

static void test_overflow(void **state)
{
	struct mrl_arena arena;
	(void)state;
	mrl_arena_init(&arena, &mrl_memory_malloc, 64, SIZE_MAX);
	assert_null(mrl_arena_array(&arena, SIZE_MAX / 2, 3, 8));
	assert_null(mrl_arena_array(&arena, SIZE_MAX, SIZE_MAX, 8));
	assert_int_equal(arena.used_bytes, 0);
	mrl_arena_init(&arena, &mrl_memory_malloc, 64, 1000);
	assert_null(mrl_arena_alloc(&arena, SIZE_MAX, 64));
	assert_null(mrl_arena_alloc(&arena, SIZE_MAX - 63, 64));
	mrl_arena_release(&arena);
}

static void test_array_is_zero(void **state)
{
	struct mrl_arena arena;
	(void)state;
	mrl_arena_init(&arena, &mrl_memory_malloc, 64, 1000);
	struct mrl_arena_mark mark = mrl_arena_mark(&arena);
	memset(mrl_arena_alloc(&arena, 64, 8), 0xFF, 64);
	mrl_arena_reset(&arena, mark);
	uint64_t *numbers = MRL_NEW_ARRAY(&arena, 8, uint64_t);
	for (size_t i = 0; i < 8; i++) {
		assert_int_equal(numbers[i], 0);
	}
	mrl_arena_release(&arena);
}

static void test_marks_nest(void **state)
{
	struct mrl_arena arena;
	(void)state;
	mrl_arena_init(&arena, &mrl_memory_malloc, 64, 1000);
	struct mrl_arena_mark empty = mrl_arena_mark(&arena);
	uint8_t *kept = mrl_arena_alloc(&arena, 10, 1);
	memset(kept, 7, 10);
	struct mrl_arena_mark outer = mrl_arena_mark(&arena);
	assert_non_null(mrl_arena_alloc(&arena, 300, 8));
	struct mrl_arena_mark inner = mrl_arena_mark(&arena);
	assert_non_null(mrl_arena_alloc(&arena, 500, 8));
	mrl_arena_reset(&arena, inner);
	assert_int_equal(arena.used_bytes, 310);
	mrl_arena_reset(&arena, outer);
	assert_int_equal(arena.used_bytes, 10);
	assert_non_null(mrl_arena_alloc(&arena, 990, 1));
	assert_null(mrl_arena_alloc(&arena, 1, 1));
	for (size_t i = 0; i < 10; i++) {
		assert_int_equal(kept[i], 7);
	}
	mrl_arena_reset(&arena, empty);
	assert_int_equal(arena.used_bytes, 0);
	assert_null(arena.block);
	mrl_arena_release(&arena);
}

static void test_copy(void **state)
{
	struct mrl_arena arena;
	struct mrl_slice copy = MRL_SLICE("old");
	(void)state;
	mrl_arena_init(&arena, &mrl_memory_malloc, 64, 5);
	assert_int_equal(mrl_arena_copy(&arena, MRL_SLICE("sixsix"), &copy), MRL_ERR_MEMORY);
	check_slice(copy, "old");
	assert_int_equal(mrl_arena_copy(&arena, MRL_SLICE("five5"), &copy), MRL_OK);
	check_slice(copy, "five5");
	assert_int_equal(mrl_arena_copy(&arena, MRL_SLICE_NONE, &copy), MRL_OK);
	assert_int_equal(copy.size, 0);
	mrl_arena_release(&arena);
}

/* Each block is given back once, whatever the order; the sanitizer arena uses no host memory. */
static void test_host_memory(void **state)
{
	struct counter counter = {.left = 3};
	struct mrl_memory memory = {.give = count_give, .take = count_take, .host = &counter};
	struct mrl_arena arena;
	(void)state;
	mrl_arena_init(&arena, &memory, 64, 100000);
	struct mrl_arena_mark mark = mrl_arena_mark(&arena);
	assert_non_null(mrl_arena_alloc(&arena, 60, 1));
	assert_non_null(mrl_arena_alloc(&arena, 60, 1));
	assert_non_null(mrl_arena_alloc(&arena, 60, 1));
	if (counter.given != 0) {
		assert_int_equal(counter.given, 3);
		assert_null(mrl_arena_alloc(&arena, 60, 1));
		assert_int_equal(arena.used_bytes, 180);
	}
	mrl_arena_reset(&arena, mark);
	assert_int_equal(counter.taken, counter.given);
	mrl_arena_release(&arena);
	assert_int_equal(counter.taken, counter.given);
}

static void *pool_give(void *host, size_t bytes)
{
	static _Alignas(max_align_t) uint8_t pool[4096];
	size_t *used = host;
	size_t start = (*used + 15) & ~(size_t)15;
	*used = start + bytes;
	return *used <= sizeof(pool) ? pool + start : NULL;
}

/* nginx frees a request's pool at once: no `take`. */
static void test_host_without_take(void **state)
{
	size_t used = 0;
	struct mrl_memory memory = {.give = pool_give, .host = &used};
	struct mrl_arena arena;
	(void)state;
	mrl_arena_init(&arena, &memory, 64, 1000);
	assert_non_null(mrl_arena_alloc(&arena, 100, 8));
	mrl_arena_release(&arena);
	assert_non_null(mrl_arena_alloc(&arena, 100, 8));
	mrl_arena_release(&arena);
	mrl_arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cap),
		cmocka_unit_test(test_alignment),
		cmocka_unit_test(test_objects_do_not_overlap),
		cmocka_unit_test(test_overflow),
		cmocka_unit_test(test_array_is_zero),
		cmocka_unit_test(test_marks_nest),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_host_memory),
		cmocka_unit_test(test_host_without_take),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
