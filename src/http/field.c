/*
 * What a field name is known for. Called for every field of every message, so that a name costs one
 * multiplication and two comparisons: a perfect hash over its first and last eight bytes.
 */
#include <merlon/http.h>

#include <endian.h>

struct known_name {
	uint64_t head; /* the first eight bytes, little endian; shorter names padded with zeros */
	uint64_t tail; /* the last eight */
	const char *name;
	uint8_t size;
	uint16_t id;
	uint16_t flags;
};

struct family {
	uint64_t head;
	uint64_t mask; /* of the bytes of `head` that the prefix has */
	const char *prefix;
	uint8_t size;
	uint16_t flags;
};

#include "field_table.h"

static uint64_t load64(const uint8_t *data)
{
	uint64_t word;
	memcpy(&word, data, sizeof(word));
	return le64toh(word);
}

static uint64_t load32(const uint8_t *data)
{
	uint32_t word;
	memcpy(&word, data, sizeof(word));
	return le32toh(word);
}

/* 1 to 7 bytes as a word padded with zeros, without reading past the end. */
static uint64_t load_short(const uint8_t *data, size_t size)
{
	if (size >= 4) {
		return load32(data) | load32(data + size - 4) << (8 * (size - 4));
	}
	return data[0] | (uint64_t)data[size / 2] << (8 * (size / 2)) |
	       (uint64_t)data[size - 1] << (8 * (size - 1));
}

static size_t hash_name(uint64_t head, uint64_t tail, size_t size)
{
	return (size_t)(((head ^ (tail << 23 | tail >> 41)) + size) * HASH_SEED >> HASH_SHIFT);
}

static bool same_name(const struct known_name *known, uint64_t head, uint64_t tail,
                      struct mrl_slice name)
{
	return known->size == name.size && known->head == head && known->tail == tail &&
	       (name.size <= 16 || memcmp(known->name + 8, name.data + 8, name.size - 16) == 0);
}

/* Families are sorted by first letter, those that begin with `x-` by the letter after it. */
static unsigned family_letter(uint64_t head)
{
	bool is_extension = (head & 0xFFFF) == ('x' | '-' << 8);
	unsigned letter = (unsigned)(is_extension ? head >> 16 : head) & 0xFF;
	if (letter < 'a' || letter > 'z') {
		return 52;
	}
	return letter - 'a' + (is_extension ? 26 : 0);
}

static bool in_family(const struct family *family, uint64_t head, struct mrl_slice name)
{
	return name.size >= family->size && (head & family->mask) == family->head &&
	       (family->size <= 8 ||
	        memcmp(family->prefix + 8, name.data + 8, family->size - 8U) == 0);
}

static uint16_t family_flags(uint64_t head, struct mrl_slice name)
{
	unsigned letter = family_letter(head);
	unsigned end = letter == 52 ? 0 : family_starts[letter + 1];
	for (unsigned i = family_starts[letter]; i < end; i++) {
		if (in_family(&families[i], head, name)) {
			return families[i].flags;
		}
	}
	return 0;
}

void mrl_field_classify(struct mrl_field *field)
{
	struct mrl_slice name = field->name;
	field->id = MRL_FIELD_UNKNOWN;
	field->flags = 0;
	if (name.size == 0) {
		return;
	}
	bool is_short = name.size < 8;
	uint64_t head = is_short ? load_short(name.data, name.size) : load64(name.data);
	uint64_t tail = is_short ? head : load64(name.data + name.size - 8);
	const struct known_name *known = &names[slots[hash_name(head, tail, name.size)]];
	if (same_name(known, head, tail, name)) {
		field->id = known->id;
		field->flags = known->flags;
		return;
	}
	field->flags = family_flags(head, name);
}
