/* Names of one object that are equal but for case: a set under a secret of this process. */
#include "program.h"

struct case_set {
	const struct mrl_json_node *object;
	uint32_t *table; /* distance from the object; 0: free */
	uint32_t mask;
	uint64_t secret[2];
};

#define CASE_BITS UINT64_C(0x2020202020202020)

static uint64_t mix(uint64_t a, uint64_t b)
{
	__extension__ typedef unsigned __int128 wide;
	wide product = (wide)a * b;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t hash_of(const uint64_t secret[2], struct mrl_slice name)
{
	uint64_t hash = secret[0] ^ name.size;
	for (size_t i = 0; i < name.size; i += 8) {
		uint64_t word = 0;
		memcpy(&word, name.data + i, name.size - i < 8 ? name.size - i : 8);
		hash = mix(hash ^ (word | CASE_BITS), secret[1] | 1);
	}
	return hash;
}

/* The name in the set that equals this one, else NULL, and it is in the set from now on. */
static const struct mrl_json_node *put(const struct mrl_run *run, const struct case_set *set,
                                       const struct mrl_json_node *name)
{
	struct mrl_slice text = mrl_json_text(run->doc, name);
	uint32_t place = (uint32_t)hash_of(set->secret, text) & set->mask;
	for (; set->table[place] != 0; place = (place + 1) & set->mask) {
		const struct mrl_json_node *other = set->object + set->table[place];
		if (mrl_slice_equal_nocase(mrl_json_text(run->doc, other), text)) {
			return other;
		}
	}
	set->table[place] = (uint32_t)(name - set->object);
	return NULL;
}

bool mrl_case_variant(struct mrl_run *run, const struct mrl_json_node *object,
                      const struct mrl_json_node *ret_pair[2])
{
	struct mrl_arena_mark mark = mrl_arena_mark(run->scratch);
	struct case_set set = {.object = object, .mask = 3};
	const struct mrl_json_node *name = object + 1;
	const struct mrl_json_node *other = NULL;
	while (set.mask < 2 * object->count) {
		set.mask = 2 * set.mask + 1;
	}
	set.table = MRL_NEW_ARRAY(run->scratch, set.mask + (size_t)1, uint32_t);
	if (set.table == NULL || !mrl_run_step(run, 1 + object->count / 4)) {
		run->err = set.table == NULL ? MRL_ERR_MEMORY : run->err;
		run->stopped = true;
		return false;
	}
	memcpy(set.secret, run->seed, sizeof(set.secret));
	for (uint32_t i = 0; i < object->count; i++, name += 1 + name[1].next) {
		other = put(run, &set, name);
		if (other != NULL) {
			ret_pair[0] = other;
			ret_pair[1] = name;
			break;
		}
	}
	mrl_arena_reset(run->scratch, mark);
	return other != NULL;
}
