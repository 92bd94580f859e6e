/*
 * Cryptography that the core needs. src/crypto is the only folder that knows OpenSSL.
 */
#ifndef MERLON_CRYPTO_H
#define MERLON_CRYPTO_H

#include <merlon/base.h>

#define MRL_SHA256_BYTES 32

/* FIPS 180-4. MRL_ERR_CRYPTO: OpenSSL has no SHA-256 or no memory. */
MRL_CHECKED enum mrl_err mrl_sha256(struct mrl_slice text, uint8_t ret_digest[MRL_SHA256_BYTES]);

#endif
