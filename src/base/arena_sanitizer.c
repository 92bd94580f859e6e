/*
 * The arena of sanitizer builds: every allocation is a malloc of its own, so that AddressSanitizer
 * sees an overrun by one byte and a use after reset. The host's memory is not used.
 */
#include <merlon/base.h>

#include <stdlib.h>

struct mrl_arena_block {
	struct mrl_arena_block *next;
	void *object;
};

static void *malloc_give(void *host, size_t bytes)
{
	(void)host;
	return malloc(bytes);
}

static void malloc_take(void *host, void *block)
{
	(void)host;
	free(block);
}

const struct mrl_memory mrl_memory_malloc = {.give = malloc_give, .take = malloc_take};

void mrl_arena_init(struct mrl_arena *arena, const struct mrl_memory *memory, size_t block_bytes,
                    size_t cap_bytes)
{
	*arena = (struct mrl_arena){
		.memory = *memory, .cap_bytes = cap_bytes, .block_bytes = block_bytes};
}

static void give_back(struct mrl_arena *arena, const struct mrl_arena_block *until)
{
	while (arena->block != until) {
		struct mrl_arena_block *next = arena->block->next;
		free(arena->block->object);
		free(arena->block);
		arena->block = next;
	}
}

void mrl_arena_release(struct mrl_arena *arena)
{
	give_back(arena, NULL);
	arena->used_bytes = 0;
}

void *mrl_arena_alloc(struct mrl_arena *arena, size_t bytes, size_t align)
{
	if (bytes > arena->cap_bytes - arena->used_bytes) {
		return NULL;
	}
	struct mrl_arena_block *block = malloc(sizeof(*block));
	if (block == NULL) {
		return NULL;
	}
	size_t at_least = align < sizeof(void *) ? sizeof(void *) : align;
	if (posix_memalign(&block->object, at_least, bytes == 0 ? 1 : bytes) != 0) {
		free(block);
		return NULL;
	}
	block->next = arena->block;
	arena->block = block;
	arena->used_bytes += bytes;
	return block->object;
}

struct mrl_arena_mark mrl_arena_mark(const struct mrl_arena *arena)
{
	return (struct mrl_arena_mark){.block = arena->block, .used_bytes = arena->used_bytes};
}

void mrl_arena_reset(struct mrl_arena *arena, struct mrl_arena_mark mark)
{
	give_back(arena, mark.block);
	arena->used_bytes = mark.used_bytes;
}
