/* The bounded writer, and what both arenas share. */
#include <merlon/base.h>

void mrl_buffer_put(struct mrl_buffer *buffer, struct mrl_slice slice)
{
	if (slice.size > buffer->capacity - buffer->size) {
		buffer->overflow = true;
		return;
	}
	if (slice.size != 0) {
		memcpy(buffer->data + buffer->size, slice.data, slice.size);
		buffer->size += slice.size;
	}
}

void mrl_buffer_byte(struct mrl_buffer *buffer, uint8_t byte)
{
	mrl_buffer_put(buffer, mrl_slice(&byte, 1));
}

void mrl_buffer_u64(struct mrl_buffer *buffer, uint64_t number)
{
	uint8_t digits[20];
	size_t start = sizeof(digits);
	do {
		digits[--start] = (uint8_t)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	mrl_buffer_put(buffer, mrl_slice(digits + start, sizeof(digits) - start));
}

void mrl_buffer_i64(struct mrl_buffer *buffer, int64_t number)
{
	if (number >= 0) {
		mrl_buffer_u64(buffer, (uint64_t)number);
		return;
	}
	mrl_buffer_byte(buffer, '-');
	mrl_buffer_u64(buffer, 0 - (uint64_t)number);
}

void mrl_buffer_hex(struct mrl_buffer *buffer, struct mrl_slice bytes)
{
	static const char digits[] = "0123456789abcdef";
	if (bytes.size > (buffer->capacity - buffer->size) / 2) {
		buffer->overflow = true;
		return;
	}
	for (size_t i = 0; i < bytes.size; i++) {
		buffer->data[buffer->size++] = (uint8_t)digits[bytes.data[i] >> 4];
		buffer->data[buffer->size++] = (uint8_t)digits[bytes.data[i] & 15];
	}
}

void *mrl_arena_array(struct mrl_arena *arena, size_t count, size_t bytes, size_t align)
{
	size_t total;
	if (!mrl_size_mul(count, bytes, &total)) {
		return NULL;
	}
	void *objects = mrl_arena_alloc(arena, total, align);
	return objects == NULL ? NULL : memset(objects, 0, total);
}

enum mrl_err mrl_arena_copy(struct mrl_arena *arena, struct mrl_slice slice,
                            struct mrl_slice *ret_copy)
{
	uint8_t *copy = mrl_arena_alloc(arena, slice.size, 1);
	if (copy == NULL) {
		return MRL_ERR_MEMORY;
	}
	if (slice.size != 0) {
		memcpy(copy, slice.data, slice.size);
	}
	*ret_copy = mrl_slice(copy, slice.size);
	return MRL_OK;
}
