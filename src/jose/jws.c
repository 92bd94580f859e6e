/*
 * A compact JWS, strict [AUTH-5]: three parts in canonical base64url, a header that is one JSON
 * object with one reading. `jku`, `x5u`, `jwk`, `x5c` and `x5t` are not looked at: a token does not
 * choose the key that proves it.
 */
#include <merlon/jose.h>

#define DEPTH  4
#define VALUES 2048

enum mrl_err mrl_jose_json(const struct mrl_jose *jose, struct mrl_slice text,
                           struct mrl_arena *arena, struct mrl_json_doc *ret_doc, bool *ret_good)
{
	struct mrl_json_limits limits = MRL_JSON_LIMITS;
	struct mrl_json_fault fault = {.code = MRL_JSON_NONE};
	struct mrl_json_doc doc;
	limits.depth = DEPTH;
	limits.values = VALUES;
	memcpy(limits.seed, jose->seed, sizeof(limits.seed));
	enum mrl_err err = mrl_json_read(&limits, jose->scan, text, arena, &doc, &fault);
	if (err != MRL_OK) {
		return err;
	}
	*ret_good = fault.code == MRL_JSON_NONE && doc.nodes[0].kind == MRL_JSON_KIND_OBJECT;
	if (*ret_good) {
		*ret_doc = doc;
	}
	return MRL_OK;
}

const struct mrl_json_node *mrl_jose_member(const struct mrl_json_doc *doc,
                                            const struct mrl_json_node *object,
                                            struct mrl_slice name)
{
	const struct mrl_json_node *at = object + 1;
	for (uint32_t i = 0; i < object->count; i++) {
		if (mrl_slice_equal(mrl_json_text(doc, at), name)) {
			return at + 1;
		}
		at += 1 + at[1].next;
	}
	return NULL;
}

bool mrl_jose_string(const struct mrl_json_doc *doc, const struct mrl_json_node *object,
                     const char *name, struct mrl_slice *ret_text)
{
	const struct mrl_json_node *value = mrl_jose_member(doc, object, mrl_slice_text(name));
	if (value != NULL && value->kind != MRL_JSON_KIND_STRING) {
		return false;
	}
	*ret_text = value == NULL ? MRL_SLICE_NONE : mrl_json_text(doc, value);
	return true;
}

static enum mrl_err decode(struct mrl_slice text, struct mrl_arena *arena,
                           struct mrl_slice *ret_bytes, bool *ret_good)
{
	size_t size = MRL_BASE64URL_BYTES(text.size);
	uint8_t *bytes = mrl_arena_alloc(arena, size + 1, 1);
	if (bytes == NULL) {
		return MRL_ERR_MEMORY;
	}
	*ret_good = mrl_base64url_decode(text, bytes);
	*ret_bytes = mrl_slice(bytes, size);
	return MRL_OK;
}

/* GOOD: exactly two dots, and no part too long. */
static enum mrl_token_reason split(struct mrl_slice text, struct mrl_slice ret_parts[3])
{
	if (text.size > MRL_TOKEN_CHARS_MAX) {
		return MRL_TOKEN_LONG;
	}
	size_t first = mrl_slice_find(text, '.');
	struct mrl_slice rest = mrl_slice_from(text, first + 1);
	size_t second = mrl_slice_find(rest, '.');
	if (first == text.size || second == rest.size ||
	    mrl_slice_find(mrl_slice_from(rest, second + 1), '.') != rest.size - second - 1) {
		return MRL_TOKEN_PARTS;
	}
	ret_parts[0] = mrl_slice_sub(text, 0, first);
	ret_parts[1] = mrl_slice_sub(rest, 0, second);
	ret_parts[2] = mrl_slice_from(rest, second + 1);
	bool fits = ret_parts[0].size <= MRL_JWS_HEADER_CHARS &&
	            ret_parts[2].size <= MRL_JWS_SIGNATURE_CHARS;
	return fits ? MRL_TOKEN_GOOD : MRL_TOKEN_LONG;
}

static enum mrl_token_reason read_header(const struct mrl_json_doc *doc, struct mrl_jws *jws)
{
	const struct mrl_json_node *root = doc->nodes;
	struct mrl_slice alg;
	bool strings = mrl_jose_string(doc, root, "alg", &alg) &&
	               mrl_jose_string(doc, root, "kid", &jws->kid) &&
	               mrl_jose_string(doc, root, "typ", &jws->typ);
	if (!strings) {
		return MRL_TOKEN_JSON;
	}
	/* RFC 7797 changes what is signed, RFC 7515 4.1.11 what is meant: neither is implemented.
	 */
	if (mrl_jose_member(doc, root, MRL_SLICE("crit")) != NULL ||
	    mrl_jose_member(doc, root, MRL_SLICE("b64")) != NULL) {
		return MRL_TOKEN_CRIT;
	}
	return mrl_signature_find(alg, &jws->alg) ? MRL_TOKEN_GOOD : MRL_TOKEN_ALG;
}

static enum mrl_err decode_parts(const struct mrl_slice parts[3], struct mrl_arena *arena,
                                 struct mrl_slice ret_bytes[3], bool *ret_good)
{
	bool good = true;
	for (int i = 0; i < 3 && good; i++) {
		enum mrl_err err = decode(parts[i], arena, &ret_bytes[i], &good);
		if (err != MRL_OK) {
			return err;
		}
	}
	*ret_good = good;
	return MRL_OK;
}

enum mrl_err mrl_jws_read(const struct mrl_jose *jose, struct mrl_slice text,
                          struct mrl_arena *arena, struct mrl_jws *ret_jws,
                          enum mrl_token_reason *ret_reason)
{
	struct mrl_slice parts[3];
	struct mrl_slice bytes[3];
	bool good = false;
	*ret_reason = split(text, parts);
	if (*ret_reason != MRL_TOKEN_GOOD) {
		return MRL_OK;
	}
	enum mrl_err err = decode_parts(parts, arena, bytes, &good);
	if (err != MRL_OK || !good) {
		*ret_reason = MRL_TOKEN_B64;
		return err;
	}
	struct mrl_json_doc *header = MRL_NEW(arena, struct mrl_json_doc);
	if (header == NULL) {
		return MRL_ERR_MEMORY;
	}
	err = mrl_jose_json(jose, bytes[0], arena, header, &good);
	if (err != MRL_OK || !good) {
		*ret_reason = MRL_TOKEN_JSON;
		return err;
	}
	struct mrl_jws jws = {
		.signed_text = mrl_slice_sub(text, 0, parts[0].size + 1 + parts[1].size),
		.payload = bytes[1],
		.proof = bytes[2],
		.header = header,
	};
	*ret_reason = read_header(header, &jws);
	if (*ret_reason == MRL_TOKEN_GOOD) {
		*ret_jws = jws;
	}
	return MRL_OK;
}
