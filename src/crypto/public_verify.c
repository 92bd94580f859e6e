/*
 * Signatures of JWS by public keys. Hash and signature are asked of OpenSSL apart, so that the
 * context of a key is set up once and not for every token.
 */
#include "public.h"

#include <openssl/err.h>
#include <openssl/rsa.h>

#define ES512_BYTES 132
/* SEQUENCE and two INTEGERs of 66 bytes with a leading zero, long-form length (X.690). */
#define DER_MAX (3 + 2 * (2 + 1 + ES512_BYTES / 2))

enum family { PKCS1, PSS, ECDSA, EDDSA };

static const struct row {
	enum family family;
	const EVP_MD *(*hash)(void);
	enum mrl_public_kind kind;
} rows[MRL_SIGNATURE_COUNT] = {
	[MRL_SIGNATURE_RS256] = {PKCS1, EVP_sha256, MRL_PUBLIC_RSA},
	[MRL_SIGNATURE_RS384] = {PKCS1, EVP_sha384, MRL_PUBLIC_RSA},
	[MRL_SIGNATURE_RS512] = {PKCS1, EVP_sha512, MRL_PUBLIC_RSA},
	[MRL_SIGNATURE_PS256] = {PSS, EVP_sha256, MRL_PUBLIC_RSA},
	[MRL_SIGNATURE_PS384] = {PSS, EVP_sha384, MRL_PUBLIC_RSA},
	[MRL_SIGNATURE_PS512] = {PSS, EVP_sha512, MRL_PUBLIC_RSA},
	[MRL_SIGNATURE_ES256] = {ECDSA, EVP_sha256, MRL_PUBLIC_P256},
	[MRL_SIGNATURE_ES384] = {ECDSA, EVP_sha384, MRL_PUBLIC_P384},
	[MRL_SIGNATURE_ES512] = {ECDSA, EVP_sha512, MRL_PUBLIC_P521},
	[MRL_SIGNATURE_EDDSA] = {EDDSA, NULL, MRL_PUBLIC_ED25519},
};

bool mrl_public_fits(enum mrl_public_kind kind, enum mrl_signature signature)
{
	return rows[signature].kind == kind;
}

enum mrl_public_kind mrl_public_kind(const struct mrl_public *key)
{
	return key->kind;
}

size_t mrl_public_signature_bytes(const struct mrl_public *key)
{
	return key->signature_bytes;
}

static size_t signature_bytes(enum mrl_public_kind kind, EVP_PKEY *key)
{
	switch (kind) {
	case MRL_PUBLIC_RSA: return (size_t)EVP_PKEY_get_size(key);
	case MRL_PUBLIC_P256:
	case MRL_PUBLIC_ED25519: return 64;
	case MRL_PUBLIC_P384: return 96;
	case MRL_PUBLIC_P521: return ES512_BYTES;
	}
	return 0;
}

static enum mrl_err init_edwards(struct mrl_public *key)
{
	key->edwards = EVP_MD_CTX_new();
	key->scratch = EVP_MD_CTX_new();
	bool good = key->edwards != NULL && key->scratch != NULL &&
	            EVP_DigestVerifyInit(key->edwards, NULL, NULL, NULL, key->key) == 1;
	return good ? MRL_OK : MRL_ERR_CRYPTO;
}

enum mrl_err mrl_public_new(const struct mrl_public_parts *parts, struct mrl_public **ret_key)
{
	EVP_PKEY *made = NULL;
	enum mrl_err err = mrl_public_make(parts, &made);
	if (err != MRL_OK) {
		return err;
	}
	struct mrl_public *key = OPENSSL_zalloc(sizeof(*key));
	if (key == NULL) {
		EVP_PKEY_free(made);
		return MRL_ERR_MEMORY;
	}
	key->kind = parts->kind;
	key->key = made;
	key->signature_bytes = signature_bytes(parts->kind, made);
	if (parts->kind == MRL_PUBLIC_ED25519) {
		err = init_edwards(key);
	}
	if (err != MRL_OK) {
		mrl_public_free(key);
		return err;
	}
	*ret_key = key;
	return MRL_OK;
}

void mrl_public_free(struct mrl_public *key)
{
	if (key == NULL) {
		return;
	}
	for (size_t i = 0; i < MRL_SIGNATURE_COUNT; i++) {
		EVP_PKEY_CTX_free(key->contexts[i]);
	}
	EVP_MD_CTX_free(key->edwards);
	EVP_MD_CTX_free(key->scratch);
	EVP_PKEY_free(key->key);
	OPENSSL_free(key);
}

static EVP_PKEY_CTX *make_context(EVP_PKEY *key, const struct row *row)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	bool good = context != NULL && EVP_PKEY_verify_init(context) == 1 &&
	            EVP_PKEY_CTX_set_signature_md(context, row->hash()) == 1;
	if (good && row->family == PKCS1) {
		good = EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
	}
	if (good && row->family == PSS) {
		good = EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_rsa_mgf1_md(context, row->hash()) == 1 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
	}
	if (!good) {
		EVP_PKEY_CTX_free(context);
		return NULL;
	}
	return context;
}

static void put_integer(struct mrl_buffer *der, struct mrl_slice number)
{
	while (number.size > 1 && number.data[0] == 0) {
		number = mrl_slice_from(number, 1);
	}
	bool sign = (number.data[0] & 0x80) != 0;
	mrl_buffer_byte(der, 0x02);
	mrl_buffer_byte(der, (uint8_t)(number.size + sign));
	if (sign) {
		mrl_buffer_byte(der, 0);
	}
	mrl_buffer_put(der, number);
}

/* R and S side by side as OpenSSL wants them: SEQUENCE { INTEGER r, INTEGER s }. */
static void to_der(struct mrl_slice proof, struct mrl_buffer *der)
{
	uint8_t memory[DER_MAX];
	struct mrl_buffer body = mrl_buffer(memory, sizeof(memory));
	put_integer(&body, mrl_slice_sub(proof, 0, proof.size / 2));
	put_integer(&body, mrl_slice_from(proof, proof.size / 2));
	mrl_buffer_byte(der, 0x30);
	if (body.size > 127) {
		mrl_buffer_byte(der, 0x81);
	}
	mrl_buffer_byte(der, (uint8_t)body.size);
	mrl_buffer_put(der, mrl_buffer_slice(&body));
}

static enum mrl_err verify_edwards(struct mrl_public *key, struct mrl_slice text,
                                   struct mrl_slice proof, bool *ret_holds)
{
	if (EVP_MD_CTX_copy_ex(key->scratch, key->edwards) != 1) {
		return MRL_ERR_CRYPTO;
	}
	*ret_holds = EVP_DigestVerify(key->scratch, proof.data, proof.size, text.data, text.size) ==
	             1;
	return MRL_OK;
}

static enum mrl_err verify_hash(struct mrl_public *key, enum mrl_signature signature,
                                struct mrl_slice text, struct mrl_slice proof, bool *ret_holds)
{
	const struct row *row = &rows[signature];
	EVP_PKEY_CTX **context = &key->contexts[signature];
	uint8_t hash[EVP_MAX_MD_SIZE];
	uint8_t memory[DER_MAX];
	unsigned int hash_bytes = 0;
	struct mrl_buffer der = mrl_buffer(memory, sizeof(memory));
	if (*context == NULL) {
		*context = make_context(key->key, row);
	}
	if (*context == NULL ||
	    EVP_Digest(text.data, text.size, hash, &hash_bytes, row->hash(), NULL) != 1) {
		return MRL_ERR_CRYPTO;
	}
	if (row->family == ECDSA) {
		to_der(proof, &der);
		proof = mrl_buffer_slice(&der);
	}
	*ret_holds = EVP_PKEY_verify(*context, proof.data, proof.size, hash, hash_bytes) == 1;
	return MRL_OK;
}

enum mrl_err mrl_public_verify(struct mrl_public *key, enum mrl_signature signature,
                               struct mrl_slice text, struct mrl_slice proof, bool *ret_holds)
{
	bool holds = false;
	if (!mrl_public_fits(key->kind, signature) || proof.size != key->signature_bytes) {
		*ret_holds = false;
		return MRL_OK;
	}
	enum mrl_err err = rows[signature].family == EDDSA
	                           ? verify_edwards(key, text, proof, &holds)
	                           : verify_hash(key, signature, text, proof, &holds);
	/* What OpenSSL noted would surface in the next TLS handshake of this thread. */
	if (!holds) {
		ERR_clear_error();
	}
	if (err == MRL_OK) {
		*ret_holds = holds;
	}
	return err;
}
