/*
 * Request targets: the parser agrees with a plain second one, an accepted target means the same
 * however often it is decoded, and its segments written with every byte encoded mean the same.
 */
#include "fuzz.h"

#include <merlon/http.h>

#define ARENA_BYTES (1 << 20)
#define TEXT_MAX    4096

struct naive {
	uint8_t text[TEXT_MAX]; /* decoded segments, one behind the other */
	struct mrl_slice segments[MRL_SEGMENTS_MAX];
	size_t used;
	size_t count;
};

static bool all_in(struct mrl_slice text, const char *allowed)
{
	for (size_t i = 0; i < text.size; i++) {
		bool letter = (text.data[i] | 32) >= 'a' && (text.data[i] | 32) <= 'z';
		bool digit = text.data[i] >= '0' && text.data[i] <= '9';
		if (!letter && !digit && (text.data[i] == 0 || !strchr(allowed, text.data[i]))) {
			return false;
		}
	}
	return true;
}

static int naive_hex(uint8_t byte)
{
	const char *digits = "0123456789abcdef0123456789ABCDEF";
	const char *at = byte == 0 ? NULL : strchr(digits, byte);
	at = at == NULL && byte != 0 ? strchr(digits + 16, byte) : at;
	return at == NULL ? -1 : (int)((at - digits) % 16);
}

static bool escapes_are_whole(struct mrl_slice text)
{
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] == '%' && (i + 2 >= text.size || naive_hex(text.data[i + 1]) < 0 ||
		                            naive_hex(text.data[i + 2]) < 0)) {
			return false;
		}
	}
	return true;
}

/* Decodes each code point and writes it again: the same bytes only if they were the shortest. */
static bool naive_utf8(struct mrl_slice text)
{
	for (size_t i = 0; i < text.size;) {
		static const uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};
		uint8_t first = text.data[i];
		unsigned size = first < 0x80   ? 1
		                : first < 0xC0 ? 0
		                : first < 0xE0 ? 2
		                : first < 0xF0 ? 3
		                : first < 0xF8 ? 4
		                               : 0;
		uint32_t point = size < 2 ? first : first & (0x7FU >> size);
		if (size == 0 || text.size - i < size) {
			return false;
		}
		for (unsigned k = 1; k < size; k++) {
			if (text.data[i + k] < 0x80 || text.data[i + k] > 0xBF) {
				return false;
			}
			point = point * 64 + text.data[i + k] % 64;
		}
		if (point < lowest[size] || point > 0x10FFFF ||
		    (point >= 0xD800 && point < 0xE000)) {
			return false;
		}
		i += size;
	}
	return true;
}

static struct mrl_slice naive_decode(struct mrl_slice raw, uint8_t *memory)
{
	size_t size = 0;
	for (size_t i = 0; i < raw.size; i++) {
		bool escaped = raw.data[i] == '%' && i + 2 < raw.size &&
		               naive_hex(raw.data[i + 1]) >= 0 && naive_hex(raw.data[i + 2]) >= 0;
		memory[size++] = escaped ? (uint8_t)(naive_hex(raw.data[i + 1]) * 16 +
		                                     naive_hex(raw.data[i + 2]))
		                         : raw.data[i];
		i += escaped ? 2 : 0;
	}
	return mrl_slice(memory, size);
}

static bool segment_is_safe(struct mrl_slice segment)
{
	for (size_t i = 0; i < segment.size; i++) {
		uint8_t byte = segment.data[i];
		if (byte < 32 || byte == 127 || byte == '/' || byte == '\\') {
			return false;
		}
	}
	return !mrl_slice_is(segment, ".") && !mrl_slice_is(segment, "..") && naive_utf8(segment);
}

/* A segment that a second decoding changes hides something from the next reader. */
static bool naive_segment(struct naive *naive, struct mrl_slice raw)
{
	uint8_t again[TEXT_MAX];
	if (naive->count == MRL_SEGMENTS_MAX) {
		return false;
	}
	struct mrl_slice segment = naive_decode(raw, naive->text + naive->used);
	naive->used += segment.size;
	naive->segments[naive->count++] = segment;
	return segment_is_safe(segment) && mrl_slice_equal(naive_decode(segment, again), segment);
}

static bool naive_parse(struct mrl_slice raw, struct naive *naive)
{
	struct mrl_slice path = mrl_slice_sub(raw, 0, mrl_slice_find(raw, '?'));
	struct mrl_slice query = mrl_slice_from(raw, path.size + 1);
	if (path.size == 0 || path.data[0] != '/' || !all_in(path, "/-._~!$&'()*+,=:@%") ||
	    !all_in(query, "/?-._~!$&'()*+,;=:@%[]|") || !escapes_are_whole(path) ||
	    !escapes_are_whole(query)) {
		return false;
	}
	for (size_t start = 1; start <= path.size;) {
		size_t size = mrl_slice_find(mrl_slice_from(path, start), '/');
		bool is_last = start + size == path.size;
		if ((size == 0 && !is_last) ||
		    !naive_segment(naive, mrl_slice_sub(path, start, size))) {
			return false;
		}
		start += size + 1;
	}
	return true;
}

static bool same_segments(const struct mrl_target *target, const struct mrl_slice *segments,
                          size_t count)
{
	for (size_t i = 0; i < target->segment_count && i < count; i++) {
		if (!mrl_slice_equal(target->segments[i], segments[i])) {
			return false;
		}
	}
	return target->segment_count == count;
}

static void check_reencoded(const struct mrl_target *target, struct mrl_arena *arena)
{
	static uint8_t memory[4 * TEXT_MAX];
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	struct mrl_target again;
	for (size_t i = 0; i < target->segment_count; i++) {
		MRL_PUT(&buffer, "/");
		for (size_t at = 0; at < target->segments[i].size; at++) {
			MRL_PUT(&buffer, "%");
			mrl_buffer_hex(&buffer, mrl_slice_sub(target->segments[i], at, 1));
		}
	}
	FUZZ_CHECK(mrl_target_parse(mrl_buffer_slice(&buffer), arena, &again) == MRL_OK);
	FUZZ_CHECK(again.fault == MRL_TARGET_OK);
	FUZZ_CHECK(same_segments(&again, target->segments, target->segment_count));
}

static void check_accepted(struct mrl_slice raw, const struct mrl_target *target)
{
	FUZZ_CHECK(target->path.data == raw.data);
	FUZZ_CHECK(target->has_query == (target->path.size < raw.size));
	FUZZ_CHECK(target->path.size + (target->has_query ? 1 : 0) + target->query.size ==
	           raw.size);
	FUZZ_CHECK((target->query.data == NULL) == (target->query.size == 0));
	for (size_t i = 0; i < target->segment_count; i++) {
		FUZZ_CHECK(segment_is_safe(target->segments[i]));
		FUZZ_CHECK(target->segments[i].size != 0 || i + 1U == target->segment_count);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mrl_slice raw = mrl_slice(data, size);
	static struct naive naive;
	struct mrl_arena arena;
	struct mrl_target target;
	struct mrl_target again;
	if (size > TEXT_MAX) {
		return 0;
	}
	naive.used = 0;
	naive.count = 0;
	mrl_arena_init(&arena, &mrl_memory_malloc, 4096, ARENA_BYTES);
	FUZZ_CHECK(mrl_target_parse(raw, &arena, &target) == MRL_OK);
	FUZZ_CHECK(mrl_target_parse(raw, &arena, &again) == MRL_OK);
	FUZZ_CHECK(again.fault == target.fault);
	FUZZ_CHECK(naive_parse(raw, &naive) == (target.fault == MRL_TARGET_OK));
	if (target.fault == MRL_TARGET_OK) {
		FUZZ_CHECK(same_segments(&target, naive.segments, naive.count));
		FUZZ_CHECK(same_segments(&again, target.segments, target.segment_count));
		check_accepted(raw, &target);
		check_reencoded(&target, &arena);
	}
	mrl_arena_release(&arena);
	return 0;
}
