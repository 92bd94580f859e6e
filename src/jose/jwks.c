/*
 * A downloaded JWK Set and the metadata that leads to it [AUTH-5]. A key that is no use is left
 * out; a set that no careful issuer publishes is refused whole, so that the last good one stays.
 */
#include <merlon/jose.h>

/* What workers read a set with. */
#define KEYS_DEPTH 4
#define OVERHEAD   64

static enum mrl_err read_object(const struct mrl_jose *jose, struct mrl_slice text,
                                struct mrl_arena *arena, struct mrl_json_doc *ret_doc,
                                bool *ret_good)
{
	struct mrl_json_limits limits = MRL_JSON_LIMITS;
	struct mrl_json_fault fault = {.code = MRL_JSON_NONE};
	limits.depth = KEYS_DEPTH;
	memcpy(limits.seed, jose->seed, sizeof(limits.seed));
	enum mrl_err err = mrl_json_read(&limits, jose->scan, text, arena, ret_doc, &fault);
	*ret_good = err == MRL_OK && fault.code == MRL_JSON_NONE &&
	            ret_doc->nodes[0].kind == MRL_JSON_KIND_OBJECT;
	return err;
}

struct judging {
	const struct mrl_json_doc *doc;
	struct mrl_arena *arena;
	struct mrl_buffer out;
	struct mrl_slice kids[MRL_JWKS_KEYS_MAX];
	uint32_t count, skipped;
	const char *fault;
};

static bool is_known(const struct judging *judging, struct mrl_slice kid)
{
	for (uint32_t i = 0; i < judging->count; i++) {
		if (kid.size != 0 && mrl_slice_equal(judging->kids[i], kid)) {
			return true;
		}
	}
	return false;
}

/* Whether its numbers are a key is for OpenSSL to say. */
static enum mrl_err is_key(const struct mrl_jwk *jwk, bool *ret_is)
{
	struct mrl_public *key = NULL;
	enum mrl_err err = mrl_public_new(&jwk->parts, &key);
	*ret_is = err == MRL_OK;
	mrl_public_free(key);
	return err == MRL_ERR_INVALID ? MRL_OK : err;
}

static enum mrl_err judge_one(struct judging *judging, const struct mrl_json_node *node)
{
	struct mrl_jwk jwk;
	enum mrl_jwk_fault fault = MRL_JWK_GOOD;
	bool usable = false;
	enum mrl_err err = mrl_jwk_read(judging->doc, node, judging->arena, &jwk, &fault);
	if (err == MRL_OK && fault == MRL_JWK_GOOD) {
		err = is_key(&jwk, &usable);
	}
	if (err != MRL_OK) {
		return err;
	}
	if (fault == MRL_JWK_OCT) {
		judging->fault = "oct";
	}
	if (!usable) {
		judging->skipped++;
		return MRL_OK;
	}
	if (is_known(judging, jwk.kid)) {
		judging->fault = "duplicate";
		return MRL_OK;
	}
	mrl_buffer_put(&judging->out, judging->count == 0 ? MRL_SLICE("") : MRL_SLICE(","));
	mrl_json_write(judging->doc, node, &judging->out);
	judging->kids[judging->count++] = jwk.kid;
	return MRL_OK;
}

static enum mrl_err judge_all(struct judging *judging)
{
	const struct mrl_json_node *list = mrl_jose_member(judging->doc, judging->doc->nodes,
	                                                   MRL_SLICE("keys"));
	if (list == NULL || list->kind != MRL_JSON_KIND_ARRAY || list->count > MRL_JWKS_KEYS_MAX) {
		judging->fault = list == NULL || list->kind != MRL_JSON_KIND_ARRAY ? "json"
		                                                                   : "many";
		return MRL_OK;
	}
	const struct mrl_json_node *item = list + 1;
	MRL_PUT(&judging->out, "{\"keys\":[");
	for (uint32_t i = 0; i < list->count && judging->fault == NULL; i++, item += item->next) {
		enum mrl_err err = judge_one(judging, item);
		if (err != MRL_OK) {
			return err;
		}
	}
	MRL_PUT(&judging->out, "]}");
	if (judging->fault == NULL && judging->count == 0) {
		judging->fault = "none";
	}
	return judging->out.overflow ? MRL_ERR_FULL : MRL_OK;
}

enum mrl_err mrl_jwks_judge(const struct mrl_jose *jose, struct mrl_slice text,
                            struct mrl_arena *arena, struct mrl_slice *ret_text,
                            uint32_t *ret_skipped, const char **ret_fault)
{
	struct mrl_json_doc doc;
	bool good = false;
	/* Escapes grow when they are written again: U+007F at most six times. */
	size_t capacity = text.size * 6 + OVERHEAD;
	struct judging judging = {.doc = &doc, .arena = arena};
	enum mrl_err err = read_object(jose, text, arena, &doc, &good);
	if (err != MRL_OK) {
		return err;
	}
	judging.out = mrl_buffer(mrl_arena_alloc(arena, capacity, 1), capacity);
	if (judging.out.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	judging.fault = good ? NULL : "json";
	err = good ? judge_all(&judging) : MRL_OK;
	if (err != MRL_OK) {
		return err;
	}
	*ret_fault = judging.fault;
	*ret_skipped = judging.skipped;
	*ret_text = mrl_buffer_slice(&judging.out);
	return MRL_OK;
}

enum mrl_err mrl_jwks_place(const struct mrl_jose *jose, struct mrl_slice metadata,
                            struct mrl_slice issuer, struct mrl_arena *arena,
                            struct mrl_slice *ret_url, bool *ret_good)
{
	struct mrl_json_doc doc;
	struct mrl_slice own = MRL_SLICE_NONE;
	struct mrl_slice url = MRL_SLICE_NONE;
	enum mrl_err err = read_object(jose, metadata, arena, &doc, ret_good);
	if (err != MRL_OK || !*ret_good) {
		return err;
	}
	*ret_good = mrl_jose_string(&doc, doc.nodes, "issuer", &own) &&
	            mrl_jose_string(&doc, doc.nodes, "jwks_uri", &url) &&
	            mrl_slice_equal(own, issuer) && mrl_slice_starts(url, MRL_SLICE("https://"));
	*ret_url = url;
	return MRL_OK;
}
