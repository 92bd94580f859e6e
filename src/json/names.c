/*
 * Repeated names of an object (RFC 8259 section 4 leaves open what they mean, and backends take
 * different ones). Past the 32nd name a hash set whose key is random in each process, in the
 * place on the stack where the keys of the first 32 were.
 */
#include "json/read.h"

/* An entry is the index of a name's node, with bits of its hash above. 0: none. */
#define INDEX_BITS 25
#define INDEX_MASK ((1U << INDEX_BITS) - 1)
#define FIRST_MASK 127

struct set {
	uint32_t *entries;
	uint32_t mask;
};

static struct mrl_slice text_of(const struct mrl_json_reader *reader,
                                const struct mrl_json_node *name)
{
	return mrl_slice(mrl_json_base(reader, name) + name->offset, name->count);
}

static bool same(const struct mrl_json_reader *reader, const struct mrl_json_node *a,
                 const struct mrl_json_node *b)
{
	return mrl_slice_equal(text_of(reader, a), text_of(reader, b));
}

/* The name behind a name and its value. */
static const struct mrl_json_node *name_after(const struct mrl_json_node *name)
{
	return name + 1 + name[1].next;
}

/* Only the suite of published texts is read with repeated names kept. */
static bool refuse(struct mrl_json_reader *reader)
{
	return reader->limits->keep_repeated ||
	       mrl_json_fail(reader, MRL_JSON_NAME_REPEATED, reader->quote);
}

bool mrl_json_name_fits(struct mrl_json_reader *reader, const struct mrl_json_node *name)
{
	struct mrl_slice text = text_of(reader, name);
	size_t chars = 0;
	for (size_t i = 0; i < text.size; i++) {
		chars += (text.data[i] & 0xC0) != 0x80;
	}
	return chars <= reader->limits->name_chars ||
	       mrl_json_fail(reader, MRL_JSON_NAME_LONG, reader->quote);
}

bool mrl_json_names_confirm(struct mrl_json_reader *reader, const struct mrl_json_node *object,
                            const struct mrl_json_node *name)
{
	for (const struct mrl_json_node *at = object + 1; at != name; at = name_after(at)) {
		if (same(reader, at, name)) {
			return refuse(reader);
		}
	}
	return true;
}

/* False: a name like it is in the set. */
static bool insert(struct mrl_json_reader *reader, const struct set *set,
                   const struct mrl_json_node *name)
{
	struct mrl_slice text = text_of(reader, name);
	uint64_t hash = mrl_siphash13(reader->limits->seed, text.data, text.size);
	uint32_t tag = (uint32_t)(hash >> 32) & ~INDEX_MASK;
	uint32_t at = (uint32_t)hash & set->mask;
	while (set->entries[at] != 0) {
		uint32_t entry = set->entries[at];
		reader->probes++;
		if ((entry & ~INDEX_MASK) == tag &&
		    same(reader, reader->nodes + (entry & INDEX_MASK), name)) {
			return false;
		}
		at = (at + 1) & set->mask;
	}
	set->entries[at] = tag | (uint32_t)(name - reader->nodes);
	return true;
}

/* All names before `name` into a set of a new size, at the place of the old. */
static void fill(struct mrl_json_reader *reader, const struct set *set,
                 const struct mrl_json_node *object, const struct mrl_json_node *name)
{
	memset(set->entries, 0, ((size_t)set->mask + 1) * sizeof(*set->entries));
	for (const struct mrl_json_node *at = object + 1; at != name; at = name_after(at)) {
		(void)insert(reader, set, at);
	}
}

bool mrl_json_names_add(struct mrl_json_reader *reader, const struct mrl_json_node *object,
                        const struct mrl_json_node *name, uint32_t count,
                        struct mrl_json_level *level)
{
	struct set set = {.entries = reader->names + level->base, .mask = level->mask};
	if (set.mask == 0 || count + 1 > (set.mask + 1) / 2) {
		set.mask = set.mask == 0 ? FIRST_MASK : set.mask * 2 + 1;
		fill(reader, &set, object, name);
		level->mask = set.mask;
	}
	return insert(reader, &set, name) || refuse(reader);
}
