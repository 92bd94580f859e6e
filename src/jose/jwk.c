/*
 * One public JWK (RFC 7517, RFC 7518 section 6, RFC 8037). What says of itself that it is not for
 * verifying signatures is left out, with the reason.
 */
#include <merlon/jose.h>

struct reader {
	const struct mrl_json_doc *doc;
	const struct mrl_json_node *object;
	struct mrl_arena *arena;
};

static enum mrl_err read_number(const struct reader *reader, const char *name,
                                struct mrl_slice *ret_bytes, bool *ret_good)
{
	struct mrl_slice text;
	*ret_good = mrl_jose_string(reader->doc, reader->object, name, &text) && text.size != 0;
	if (!*ret_good) {
		return MRL_OK;
	}
	size_t size = MRL_BASE64URL_BYTES(text.size);
	uint8_t *bytes = mrl_arena_alloc(reader->arena, size + 1, 1);
	if (bytes == NULL) {
		return MRL_ERR_MEMORY;
	}
	*ret_good = mrl_base64url_decode(text, bytes);
	*ret_bytes = mrl_slice(bytes, size);
	return MRL_OK;
}

static bool has_private(const struct reader *reader)
{
	static const struct mrl_slice names[] = {
		MRL_SLICE_INIT("d"),   MRL_SLICE_INIT("p"),  MRL_SLICE_INIT("q"),
		MRL_SLICE_INIT("dp"),  MRL_SLICE_INIT("dq"), MRL_SLICE_INIT("qi"),
		MRL_SLICE_INIT("oth"), MRL_SLICE_INIT("k"),
	};
	for (size_t i = 0; i < MRL_COUNT(names); i++) {
		if (mrl_jose_member(reader->doc, reader->object, names[i]) != NULL) {
			return true;
		}
	}
	return false;
}

static bool is_for_verifying(const struct reader *reader, struct mrl_slice use)
{
	const struct mrl_json_node *ops = mrl_jose_member(reader->doc, reader->object,
	                                                  MRL_SLICE("key_ops"));
	if (use.size != 0 && !mrl_slice_is(use, "sig")) {
		return false;
	}
	if (ops == NULL) {
		return true;
	}
	const struct mrl_json_node *item = ops + 1;
	for (uint32_t i = 0; ops->kind == MRL_JSON_KIND_ARRAY && i < ops->count; i++) {
		if (item->kind == MRL_JSON_KIND_STRING &&
		    mrl_slice_is(mrl_json_text(reader->doc, item), "verify")) {
			return true;
		}
		item += item->next;
	}
	return false;
}

/* Each kind of key has one name as `kty`, one as `crv` and its numbers. */
static const struct kind {
	const char *kty, *crv;
	enum mrl_public_kind kind;
} kinds[] = {
	{"RSA", "", MRL_PUBLIC_RSA},
	{"EC", "P-256", MRL_PUBLIC_P256},
	{"EC", "P-384", MRL_PUBLIC_P384},
	{"EC", "P-521", MRL_PUBLIC_P521},
	{"OKP", "Ed25519", MRL_PUBLIC_ED25519},
};

static const struct kind *find_kind(struct mrl_slice kty, struct mrl_slice crv)
{
	for (size_t i = 0; i < MRL_COUNT(kinds); i++) {
		if (mrl_slice_is(kty, kinds[i].kty) &&
		    (kinds[i].kind == MRL_PUBLIC_RSA || mrl_slice_is(crv, kinds[i].crv))) {
			return &kinds[i];
		}
	}
	return NULL;
}

static enum mrl_err read_parts(const struct reader *reader, struct mrl_public_parts *parts,
                               bool *ret_good)
{
	bool rsa = parts->kind == MRL_PUBLIC_RSA;
	bool first = false;
	bool second = true;
	enum mrl_err err = read_number(reader, rsa ? "n" : "x", rsa ? &parts->n : &parts->x,
	                               &first);
	if (err == MRL_OK && parts->kind != MRL_PUBLIC_ED25519) {
		err = read_number(reader, rsa ? "e" : "y", rsa ? &parts->e : &parts->y, &second);
	}
	*ret_good = first && second;
	return err;
}

static enum mrl_jwk_fault judge(const struct reader *reader, struct mrl_jwk *jwk)
{
	struct mrl_slice kty, crv, alg, use;
	bool shape = reader->object->kind == MRL_JSON_KIND_OBJECT &&
	             mrl_jose_string(reader->doc, reader->object, "kty", &kty) &&
	             mrl_jose_string(reader->doc, reader->object, "crv", &crv) &&
	             mrl_jose_string(reader->doc, reader->object, "alg", &alg) &&
	             mrl_jose_string(reader->doc, reader->object, "use", &use) &&
	             mrl_jose_string(reader->doc, reader->object, "kid", &jwk->kid);
	if (!shape) {
		return MRL_JWK_SHAPE;
	}
	if (mrl_slice_is(kty, "oct")) {
		return MRL_JWK_OCT;
	}
	const struct kind *kind = find_kind(kty, crv);
	jwk->has_alg = alg.size != 0;
	if (kind == NULL || (jwk->has_alg && (!mrl_signature_find(alg, &jwk->alg) ||
	                                      !mrl_public_fits(kind->kind, jwk->alg)))) {
		return MRL_JWK_KTY;
	}
	jwk->parts.kind = kind->kind;
	if (jwk->kid.size > MRL_JWK_KID_MAX) {
		return MRL_JWK_KID;
	}
	if (!is_for_verifying(reader, use)) {
		return MRL_JWK_USE;
	}
	return has_private(reader) ? MRL_JWK_PRIVATE : MRL_JWK_GOOD;
}

enum mrl_err mrl_jwk_read(const struct mrl_json_doc *doc, const struct mrl_json_node *node,
                          struct mrl_arena *arena, struct mrl_jwk *ret_jwk,
                          enum mrl_jwk_fault *ret_fault)
{
	struct reader reader = {.doc = doc, .object = node, .arena = arena};
	struct mrl_jwk jwk = {0};
	bool good = false;
	*ret_fault = judge(&reader, &jwk);
	if (*ret_fault != MRL_JWK_GOOD) {
		return MRL_OK;
	}
	enum mrl_err err = read_parts(&reader, &jwk.parts, &good);
	if (err != MRL_OK) {
		return err;
	}
	if (!good) {
		*ret_fault = MRL_JWK_SHAPE;
		return MRL_OK;
	}
	*ret_jwk = jwk;
	return MRL_OK;
}
