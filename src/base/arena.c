/* The bump arena: newest block first, one pointer moves. */
#include <merlon/base.h>

#include <stdlib.h>

struct mrl_arena_block {
	struct mrl_arena_block *next;
	size_t used;
	size_t size;
	_Alignas(max_align_t) uint8_t data[];
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
		if (arena->memory.take != NULL) {
			arena->memory.take(arena->memory.host, arena->block);
		}
		arena->block = next;
	}
}

void mrl_arena_release(struct mrl_arena *arena)
{
	give_back(arena, NULL);
	arena->used_bytes = 0;
}

static size_t padding(const uint8_t *at, size_t align)
{
	return (size_t)(-(uintptr_t)at) & (align - 1);
}

static void *take_from(struct mrl_arena_block *block, size_t bytes, size_t align)
{
	size_t pad = padding(block->data + block->used, align);
	if (pad > block->size - block->used || bytes > block->size - block->used - pad) {
		return NULL;
	}
	void *object = block->data + block->used + pad;
	block->used += pad + bytes;
	return object;
}

static bool add_block(struct mrl_arena *arena, size_t bytes, size_t align)
{
	size_t size;
	size_t whole;
	if (!mrl_size_add(bytes, align, &size)) {
		return false;
	}
	size = size > arena->block_bytes ? size : arena->block_bytes;
	if (!mrl_size_add(size, sizeof(struct mrl_arena_block), &whole)) {
		return false;
	}
	struct mrl_arena_block *block = arena->memory.give(arena->memory.host, whole);
	if (block == NULL) {
		return false;
	}
	block->next = arena->block;
	block->used = 0;
	block->size = size;
	arena->block = block;
	return true;
}

void *mrl_arena_alloc(struct mrl_arena *arena, size_t bytes, size_t align)
{
	if (bytes > arena->cap_bytes - arena->used_bytes) {
		return NULL;
	}
	void *object = arena->block == NULL ? NULL : take_from(arena->block, bytes, align);
	if (object == NULL && add_block(arena, bytes, align)) {
		object = take_from(arena->block, bytes, align);
	}
	if (object != NULL) {
		arena->used_bytes += bytes;
	}
	return object;
}

struct mrl_arena_mark mrl_arena_mark(const struct mrl_arena *arena)
{
	return (struct mrl_arena_mark){.block = arena->block,
	                               .block_used = arena->block == NULL ? 0 : arena->block->used,
	                               .used_bytes = arena->used_bytes};
}

void mrl_arena_reset(struct mrl_arena *arena, struct mrl_arena_mark mark)
{
	give_back(arena, mark.block);
	if (arena->block != NULL) {
		arena->block->used = mark.block_used;
	}
	arena->used_bytes = mark.used_bytes;
}
