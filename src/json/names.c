/*
 * Repeated names of an object [INPUT-4]. Up to eight are compared by a key; more go into a hash set
 * under a secret of this process, since a client chooses them.
 *
 * An entry is the index of the name's node, and bits of its hash above that; 0 is free, for the
 * first node is never a name. The set is rebuilt from the tape when it is half full.
 */
#include "json/read.h"

#define NODE_BITS 25
#define NODE_MASK ((1U << NODE_BITS) - 1)

static struct mrl_slice text_of(const struct mrl_json_reader *reader,
                                const struct mrl_json_node *name)
{
	return mrl_slice(mrl_json_base(reader, name) + name->offset, name->count);
}

static bool repeated(struct mrl_json_reader *reader)
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
	struct mrl_slice text = text_of(reader, name);
	for (const struct mrl_json_node *other = object + 1; other < name;) {
		if (mrl_slice_equal(text_of(reader, other), text)) {
			return repeated(reader);
		}
		other++;
		other += other->next;
	}
	return true;
}

/* False: a name of that text is there already. */
static bool insert(struct mrl_json_reader *reader, const struct mrl_json_level *level,
                   const struct mrl_json_node *name)
{
	struct mrl_slice text = text_of(reader, name);
	uint64_t hash = mrl_siphash13(reader->limits->seed, text.data, text.size);
	uint32_t tag = (uint32_t)(hash >> 32) & ~NODE_MASK;
	uint32_t *entries = reader->names + level->base;
	uint32_t place = (uint32_t)hash & level->mask;
	while (entries[place] != 0) {
		uint32_t entry = entries[place];
		const struct mrl_json_node *other = reader->nodes + (entry & NODE_MASK);
		reader->probes++;
		if ((entry & ~NODE_MASK) == tag && mrl_slice_equal(text_of(reader, other), text)) {
			return false;
		}
		place = (place + 1) & level->mask;
	}
	reader->probes++;
	entries[place] = tag | (uint32_t)(name - reader->nodes);
	return true;
}

static void rebuild(struct mrl_json_reader *reader, const struct mrl_json_node *object,
                    const struct mrl_json_node *end, const struct mrl_json_level *level)
{
	memset(reader->names + level->base, 0, (level->mask + (size_t)1) * sizeof(*reader->names));
	for (const struct mrl_json_node *name = object + 1; name < end;) {
		(void)insert(reader, level, name);
		name++;
		name += name->next;
	}
}

bool mrl_json_names_add(struct mrl_json_reader *reader, const struct mrl_json_node *object,
                        const struct mrl_json_node *name, uint32_t count,
                        struct mrl_json_level *level)
{
	if (level->mask == 0 || (count + 1) * 2 > level->mask + 1) {
		uint32_t size = level->mask == 0 ? 4 * MRL_JSON_NAMES_FEW : 2 * (level->mask + 1);
		level->mask = size - 1;
		rebuild(reader, object, name, level);
	}
	return insert(reader, level, name) || repeated(reader);
}
