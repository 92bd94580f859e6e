/*
 * The keys of an issuer, and which of them must prove a token [AUTH-5]. With two or more keys a
 * token names its key: trying one after the other would let a caller choose.
 */
#include <merlon/jose.h>

/* The tape of the largest set, and its decoded numbers. */
#define READ_BYTES ((size_t)4 << 20)

struct key {
	uint8_t kid[MRL_JWK_KID_MAX];
	uint8_t kid_bytes; /* 0: none */
	bool has_alg;
	enum mrl_signature alg;
	struct mrl_public *public;
};

struct mrl_keyset {
	struct mrl_arena arena; /* holds the set itself */
	uint32_t count;
	struct key keys[MRL_JWKS_KEYS_MAX];
};

static struct mrl_slice kid_of(const struct key *key)
{
	return mrl_slice(key->kid, key->kid_bytes);
}

static enum mrl_err add(struct mrl_keyset *set, const struct mrl_jwk *jwk)
{
	struct key *key = &set->keys[set->count];
	enum mrl_err err = mrl_public_new(&jwk->parts, &key->public);
	if (err == MRL_ERR_INVALID) {
		return MRL_OK;
	}
	if (err != MRL_OK) {
		return err;
	}
	if (jwk->kid.size != 0) {
		memcpy(key->kid, jwk->kid.data, jwk->kid.size);
	}
	key->kid_bytes = (uint8_t)jwk->kid.size;
	key->has_alg = jwk->has_alg;
	key->alg = jwk->alg;
	set->count++;
	return MRL_OK;
}

static enum mrl_err add_all(struct mrl_keyset *set, const struct mrl_json_doc *doc,
                            struct mrl_arena *arena)
{
	const struct mrl_json_node *list = mrl_jose_member(doc, doc->nodes, MRL_SLICE("keys"));
	if (list == NULL || list->kind != MRL_JSON_KIND_ARRAY || list->count > MRL_JWKS_KEYS_MAX) {
		return MRL_ERR_INVALID;
	}
	const struct mrl_json_node *item = list + 1;
	for (uint32_t i = 0; i < list->count; i++, item += item->next) {
		struct mrl_jwk jwk;
		enum mrl_jwk_fault fault = MRL_JWK_GOOD;
		enum mrl_err err = mrl_jwk_read(doc, item, arena, &jwk, &fault);
		if (err == MRL_OK && fault == MRL_JWK_GOOD) {
			err = add(set, &jwk);
		}
		if (err != MRL_OK) {
			return err;
		}
	}
	return set->count == 0 ? MRL_ERR_NOT_FOUND : MRL_OK;
}

static enum mrl_err fill(struct mrl_keyset *set, const struct mrl_jose *jose, struct mrl_slice text,
                         struct mrl_arena *arena)
{
	struct mrl_json_doc doc;
	bool good = false;
	enum mrl_err err = mrl_jose_json(jose, text, arena, &doc, &good);
	if (err != MRL_OK) {
		return err;
	}
	return good ? add_all(set, &doc, arena) : MRL_ERR_INVALID;
}

enum mrl_err mrl_keyset_new(const struct mrl_jose *jose, struct mrl_slice text,
                            struct mrl_keyset **ret_set)
{
	struct mrl_arena own, scratch;
	mrl_arena_init(&own, &mrl_memory_malloc, sizeof(struct mrl_keyset) + 64, READ_BYTES);
	struct mrl_keyset *set = MRL_NEW(&own, struct mrl_keyset);
	if (set == NULL) {
		return MRL_ERR_MEMORY;
	}
	set->arena = own;
	mrl_arena_init(&scratch, &mrl_memory_malloc, 65536, READ_BYTES);
	enum mrl_err err = text.size > MRL_JWKS_BYTES_MAX ? MRL_ERR_INVALID
	                                                  : fill(set, jose, text, &scratch);
	mrl_arena_release(&scratch);
	if (err != MRL_OK) {
		mrl_keyset_free(set);
		return err;
	}
	*ret_set = set;
	return MRL_OK;
}

void mrl_keyset_free(struct mrl_keyset *set)
{
	if (set == NULL) {
		return;
	}
	for (uint32_t i = 0; i < set->count; i++) {
		mrl_public_free(set->keys[i].public);
	}
	struct mrl_arena arena = set->arena;
	mrl_arena_release(&arena);
}

uint32_t mrl_keyset_count(const struct mrl_keyset *set)
{
	return set->count;
}

struct mrl_slice mrl_keyset_kid(const struct mrl_keyset *set, uint32_t index)
{
	return kid_of(&set->keys[index]);
}

/* Not found: NULL. */
static struct key *find(struct mrl_keyset *set, struct mrl_slice kid)
{
	struct key *found = NULL;
	if (set->count == 1) {
		struct mrl_slice own = kid_of(&set->keys[0]);
		bool fits = kid.size == 0 || own.size == 0 || mrl_slice_equal(kid, own);
		return fits ? &set->keys[0] : NULL;
	}
	for (uint32_t i = 0; i < set->count && kid.size != 0; i++) {
		if (!mrl_slice_equal(kid, kid_of(&set->keys[i]))) {
			continue;
		}
		if (found != NULL) {
			return NULL;
		}
		found = &set->keys[i];
	}
	return found;
}

enum mrl_err mrl_keyset_verify(struct mrl_keyset *set, const struct mrl_jws *jws,
                               uint32_t *ret_index, enum mrl_token_reason *ret_reason)
{
	bool holds = false;
	struct key *key = find(set, jws->kid);
	if (key == NULL) {
		*ret_reason = MRL_TOKEN_KID;
		return MRL_OK;
	}
	*ret_reason = MRL_TOKEN_KEY;
	if (!mrl_public_fits(mrl_public_kind(key->public), jws->alg) ||
	    (key->has_alg && key->alg != jws->alg)) {
		return MRL_OK;
	}
	*ret_reason = MRL_TOKEN_SIGLEN;
	if (jws->proof.size != mrl_public_signature_bytes(key->public)) {
		return MRL_OK;
	}
	enum mrl_err err = mrl_public_verify(key->public, jws->alg, jws->signed_text, jws->proof,
	                                     &holds);
	if (err != MRL_OK) {
		return err;
	}
	*ret_reason = holds ? MRL_TOKEN_GOOD : MRL_TOKEN_SIG;
	*ret_index = (uint32_t)(key - set->keys);
	return MRL_OK;
}
