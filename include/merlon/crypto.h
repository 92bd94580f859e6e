/*
 * Cryptography that the core needs. src/crypto is the only folder that knows OpenSSL.
 */
#ifndef MERLON_CRYPTO_H
#define MERLON_CRYPTO_H

#include <merlon/base.h>

#define MRL_SHA256_BYTES 32

/* FIPS 180-4. MRL_ERR_CRYPTO: OpenSSL has no SHA-256 or no memory. */
MRL_CHECKED enum mrl_err mrl_sha256(struct mrl_slice text, uint8_t ret_digest[MRL_SHA256_BYTES]);

/*
 * Public keys that verify signatures of JWS (RFC 7518 section 3, RFC 8037). OpenSSL allocates them;
 * verifying allocates nothing of ours.
 */
enum mrl_signature {
	MRL_SIGNATURE_RS256,
	MRL_SIGNATURE_RS384,
	MRL_SIGNATURE_RS512,
	MRL_SIGNATURE_PS256,
	MRL_SIGNATURE_PS384,
	MRL_SIGNATURE_PS512,
	MRL_SIGNATURE_ES256,
	MRL_SIGNATURE_ES384,
	MRL_SIGNATURE_ES512,
	MRL_SIGNATURE_EDDSA, /* Ed25519 */
};
#define MRL_SIGNATURE_COUNT     10
#define MRL_SIGNATURE_BYTES_MAX 1024

enum mrl_public_kind {
	MRL_PUBLIC_RSA,
	MRL_PUBLIC_P256,
	MRL_PUBLIC_P384,
	MRL_PUBLIC_P521,
	MRL_PUBLIC_ED25519,
};

/* Big-endian numbers, as a JWK has them. Coordinates have exactly the curve's size. */
struct mrl_public_parts {
	enum mrl_public_kind kind;
	struct mrl_slice n, e; /* RSA */
	struct mrl_slice x, y; /* EC; Ed25519: x alone */
};

struct mrl_public;

/*
 * MRL_ERR_INVALID: RSA outside of 2,048 to 8,192 bits, an exponent that is even or outside of
 * 65,537 to 2^64, the mark of ROCA (CVE-2017-15361); a point that is not on its curve; a coordinate
 * of another size. MRL_ERR_CRYPTO: OpenSSL has no memory.
 */
MRL_CHECKED enum mrl_err mrl_public_new(const struct mrl_public_parts *parts,
                                        struct mrl_public **ret_key);
void mrl_public_free(struct mrl_public *key);
enum mrl_public_kind mrl_public_kind(const struct mrl_public *key);
/* Whether a key of that kind can make that signature at all. */
bool mrl_public_fits(enum mrl_public_kind kind, enum mrl_signature signature);
/* The only length that a signature of the key has (RFC 7518 sections 3.3 to 3.5). */
size_t mrl_public_signature_bytes(const struct mrl_public *key);
/*
 * MRL_OK: `ret_holds` says whether `proof` (R and S side by side for ES*, RFC 7518 section 3.4) is
 * the key's signature of the text. PSS salts are as long as the hash. Another status: OpenSSL could
 * not try. Its error queue is empty afterwards.
 */
MRL_CHECKED enum mrl_err mrl_public_verify(struct mrl_public *key, enum mrl_signature signature,
                                           struct mrl_slice text, struct mrl_slice proof,
                                           bool *ret_holds);

#endif
