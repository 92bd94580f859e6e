/* A public key as src/crypto has it. */
#ifndef MRL_CRYPTO_PUBLIC_H
#define MRL_CRYPTO_PUBLIC_H

#include <merlon/crypto.h>

#include <openssl/evp.h>

/*
 * Contexts are set up once for each algorithm and used again: that is a seventh of an RSA
 * verification. They belong to one thread, as the key does.
 */
struct mrl_public {
	enum mrl_public_kind kind;
	size_t signature_bytes;
	EVP_PKEY *key;
	EVP_PKEY_CTX *contexts[MRL_SIGNATURE_COUNT]; /* on first use */
	EVP_MD_CTX *edwards;                         /* template, and what it is copied into */
	EVP_MD_CTX *scratch;
};

/* MRL_ERR_INVALID: no key of that kind, see mrl_public_new. */
MRL_CHECKED enum mrl_err mrl_public_make(const struct mrl_public_parts *parts, EVP_PKEY **ret_key);

#endif
