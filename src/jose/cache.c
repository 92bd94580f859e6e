/*
 * The cache of verified tokens [AUTH-5]. A copy is read again rather than its slices moved: the
 * claims' reader is the one place that knows where they point.
 */
#include <merlon/jose.h>

#define WAYS       4
#define DATA_BYTES 2048 /* payload, decoded strings and tape of one token */

struct slot {
	uint8_t hash[MRL_SHA256_BYTES];
	int64_t end_s; /* 0: free */
	uint32_t generation;
	uint32_t held;
	uint32_t used; /* clock of the last use */
	struct mrl_token *token;
};

struct entry {
	struct mrl_token token; /* first: a held token is its entry */
	struct slot *slot;
	uint8_t kid[MRL_JWK_KID_MAX];
	_Alignas(16) uint8_t data[DATA_BYTES];
};

struct mrl_token_cache {
	uint32_t mask; /* of sets */
	uint32_t clock;
	struct slot *slots;
	struct entry *entries;
};

enum mrl_err mrl_token_cache_new(struct mrl_arena *arena, uint32_t entries,
                                 struct mrl_token_cache **ret_cache)
{
	struct mrl_token_cache *cache = MRL_NEW(arena, struct mrl_token_cache);
	size_t bytes;
	if (cache == NULL || !mrl_size_mul(entries, sizeof(struct entry), &bytes)) {
		return MRL_ERR_MEMORY;
	}
	cache->mask = entries / WAYS - 1;
	cache->slots = MRL_NEW_ARRAY(arena, entries, struct slot);
	/* Not cleared: what is never used is never touched, and costs no memory. */
	cache->entries = mrl_arena_alloc(arena, bytes, _Alignof(struct entry));
	if (cache->slots == NULL || cache->entries == NULL) {
		return MRL_ERR_MEMORY;
	}
	*ret_cache = cache;
	return MRL_OK;
}

static struct slot *set_of(struct mrl_token_cache *cache, const uint8_t *hash)
{
	uint32_t at;
	memcpy(&at, hash, sizeof(at));
	return &cache->slots[(size_t)(at & cache->mask) * WAYS];
}

const struct mrl_token *mrl_token_cache_find(struct mrl_token_cache *cache,
                                             const uint8_t hash[MRL_SHA256_BYTES],
                                             const uint32_t *generations, int64_t now_s)
{
	struct slot *set = set_of(cache, hash);
	for (size_t i = 0; i < WAYS; i++) {
		struct slot *slot = &set[i];
		if (slot->end_s <= now_s || memcmp(slot->hash, hash, MRL_SHA256_BYTES) != 0 ||
		    slot->generation != generations[slot->token->issuer_index]) {
			continue;
		}
		slot->used = ++cache->clock;
		slot->held++;
		return slot->token;
	}
	return NULL;
}

/* The least recently used that nobody holds; NULL: all are held. */
static struct slot *victim(struct mrl_token_cache *cache, const uint8_t *hash, int64_t now_s)
{
	struct slot *set = set_of(cache, hash);
	struct slot *best = NULL;
	for (size_t i = 0; i < WAYS; i++) {
		struct slot *slot = &set[i];
		if (slot->held != 0) {
			continue;
		}
		if (slot->end_s <= now_s || memcmp(slot->hash, hash, MRL_SHA256_BYTES) == 0) {
			return slot;
		}
		if (best == NULL || cache->clock - slot->used > cache->clock - best->used) {
			best = slot;
		}
	}
	return best;
}

static size_t own_bytes(const struct mrl_json_doc *doc)
{
	size_t size = 0;
	for (uint32_t i = 0; i < doc->node_count; i++) {
		const struct mrl_json_node *node = &doc->nodes[i];
		if ((node->flags & MRL_JSON_OWN) != 0 &&
		    (size_t)node->offset + node->count > size) {
			size = (size_t)node->offset + node->count;
		}
	}
	return size;
}

/* False: it has no room. */
static bool copy_payload(const struct mrl_json_doc *from, struct entry *entry)
{
	size_t nodes = (size_t)from->node_count * sizeof(struct mrl_json_node);
	size_t own = own_bytes(from);
	if (nodes > DATA_BYTES || from->text.size > DATA_BYTES - nodes ||
	    own > DATA_BYTES - nodes - from->text.size) {
		return false;
	}
	struct mrl_json_doc *doc = &entry->token.payload;
	*doc = *from;
	doc->nodes = (struct mrl_json_node *)(void *)entry->data;
	memcpy(entry->data, from->nodes, nodes);
	memcpy(entry->data + nodes, from->text.data, from->text.size);
	doc->text = mrl_slice(entry->data + nodes, from->text.size);
	doc->own = entry->data + nodes + from->text.size;
	if (own != 0) {
		memcpy(entry->data + nodes + from->text.size, from->own, own);
	}
	return true;
}

void mrl_token_cache_put(struct mrl_token_cache *cache, const uint8_t hash[MRL_SHA256_BYTES],
                         const struct mrl_token *token, uint32_t generation, int64_t now_s)
{
	struct slot *slot = victim(cache, hash, now_s);
	if (slot == NULL || token->jws.kid.size > MRL_JWK_KID_MAX) {
		return;
	}
	struct entry *entry = &cache->entries[slot - cache->slots];
	slot->end_s = 0;
	entry->slot = slot;
	entry->token = (struct mrl_token){.issuer = token->issuer,
	                                  .issuer_index = token->issuer_index,
	                                  .jws.alg = token->jws.alg};
	if (!copy_payload(&token->payload, entry) ||
	    mrl_token_claims(token->issuer, now_s, &entry->token) != MRL_TOKEN_GOOD) {
		return;
	}
	if (token->jws.kid.size != 0) {
		memcpy(entry->kid, token->jws.kid.data, token->jws.kid.size);
	}
	entry->token.jws.kid = mrl_slice(entry->kid, token->jws.kid.size);
	memcpy(slot->hash, hash, MRL_SHA256_BYTES);
	slot->generation = generation;
	slot->used = ++cache->clock;
	slot->token = &entry->token;
	slot->end_s = token->exp_s + token->issuer->leeway_s;
}

void mrl_token_cache_release(struct mrl_token_cache *cache, const struct mrl_token *token)
{
	const struct entry *entry = (const struct entry *)(const void *)token;
	(void)cache;
	if (MRL_INVARIANT(entry->slot->held != 0)) {
		entry->slot->held--;
	}
}
