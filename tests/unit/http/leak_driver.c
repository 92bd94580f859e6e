/*
 * Scans what leak_reference.py sends: bodies, each behind its size as a line of decimal digits; for
 * each the strong and weak hits as two numbers and whether the scan was capped.
 */
#include <merlon/leak.h>
#include <stdio.h>
#include <stdlib.h>

#define BODY_MAX 65536

static bool read_body(uint8_t *memory, size_t *ret_size)
{
	size_t size;

	if (scanf("%zu", &size) != 1 || size > BODY_MAX || getchar() != '\n') {
		return false;
	}
	*ret_size = size;
	return fread(memory, 1, size, stdin) == size;
}

static void print_ids(void)
{
	for (unsigned leak = 0; leak < MRL_LEAK_COUNT; leak++) {
		printf("%s%s", leak == 0 ? "" : " ", mrl_leak_id((enum mrl_leak)leak));
	}
	printf("\n");
}

int main(void)
{
	static uint8_t memory[BODY_MAX];
	struct mrl_arena arena;
	const struct mrl_leak_scanner *scanner;
	struct mrl_leak_result result;
	size_t size;

	mrl_arena_init(&arena, &mrl_memory_malloc, 65536, 1 << 20);
	if (mrl_leak_scanner_new(&arena, &scanner) != MRL_OK) {
		return 1;
	}
	print_ids();
	while (read_body(memory, &size)) {
		mrl_leak_scan(scanner, (struct mrl_leak_set){0}, mrl_slice(memory, size), &result);
		printf("%llu %llu %d\n", (unsigned long long)result.strong.bits,
		       (unsigned long long)result.weak.bits, result.capped);
	}
	mrl_arena_release(&arena);
	return 0;
}
