/*
 * Public keys from the numbers of a JWK. What is weak or off its curve is no key: it is refused
 * here, once, so that verifying need not ask.
 */
#include "public.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

#define RSA_BITS_MIN       2048
#define RSA_BITS_MAX       8192
#define RSA_EXPONENT_MIN   65537
#define RSA_EXPONENT_BYTES 9
#define COORDINATE_MAX     66
#define ED25519_BYTES      32

static const struct {
	const char *name; /* NULL: not an elliptic curve over a prime */
	size_t bytes;
} curves[] = {
	[MRL_PUBLIC_RSA] = {NULL, 0},
	[MRL_PUBLIC_P256] = {"P-256", 32},
	[MRL_PUBLIC_P384] = {"P-384", 48},
	[MRL_PUBLIC_P521] = {"P-521", COORDINATE_MAX},
	[MRL_PUBLIC_ED25519] = {NULL, ED25519_BYTES},
};

/* Whether n mod prime is a power of 65537 mod prime. */
static bool in_group(BN_ULONG remainder, BN_ULONG prime)
{
	BN_ULONG power = 1;
	for (BN_ULONG i = 0; i < prime; i++) {
		if (power == remainder) {
			return true;
		}
		power = power * RSA_EXPONENT_MIN % prime;
	}
	return false;
}

/* Keys of a broken generator (CVE-2017-15361) show by all of these at once; a good key does so once
 * in 2^27 times. */
static bool has_roca_mark(const BIGNUM *n)
{
	static const uint8_t primes[] = {3,   5,   7,   11,  13,  17,  19,  23,  29,  31,
	                                 37,  41,  43,  47,  53,  59,  61,  67,  71,  73,
	                                 79,  83,  89,  97,  101, 103, 107, 109, 113, 127,
	                                 131, 137, 139, 149, 151, 157, 163, 167};
	for (size_t i = 0; i < MRL_COUNT(primes); i++) {
		if (!in_group(BN_mod_word(n, primes[i]), primes[i])) {
			return false;
		}
	}
	return true;
}

static bool is_exponent(const BIGNUM *e)
{
	BIGNUM *limit = BN_new();
	bool good = limit != NULL && BN_set_bit(limit, 64) == 1 && BN_is_odd(e) &&
	            BN_cmp(e, limit) <= 0 &&
	            (BN_num_bits(e) > 32 || BN_get_word(e) >= RSA_EXPONENT_MIN);
	BN_free(limit);
	return good;
}

static enum mrl_err from_params(const char *type, OSSL_PARAM_BLD *build, EVP_PKEY **ret_key)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;
	enum mrl_err err = MRL_ERR_CRYPTO;
	if (params != NULL && context != NULL && EVP_PKEY_fromdata_init(context) == 1) {
		err = EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) == 1
		              ? MRL_OK
		              : MRL_ERR_INVALID;
	}
	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_free(params);
	if (err == MRL_OK) {
		*ret_key = key;
	}
	return err;
}

static enum mrl_err make_rsa(const struct mrl_public_parts *parts, EVP_PKEY **ret_key)
{
	if (parts->n.size > RSA_BITS_MAX / 8 || parts->e.size > RSA_EXPONENT_BYTES) {
		return MRL_ERR_INVALID;
	}
	BIGNUM *n = BN_bin2bn(parts->n.data, (int)parts->n.size, NULL);
	BIGNUM *e = BN_bin2bn(parts->e.data, (int)parts->e.size, NULL);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	enum mrl_err err = MRL_ERR_CRYPTO;
	if (n != NULL && e != NULL && build != NULL) {
		bool good = BN_num_bits(n) >= RSA_BITS_MIN && BN_is_odd(n) && is_exponent(e) &&
		            !has_roca_mark(n);
		err = good ? MRL_OK : MRL_ERR_INVALID;
	}
	if (err == MRL_OK) {
		err = OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
		                      OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1
		              ? from_params("RSA", build, ret_key)
		              : MRL_ERR_CRYPTO;
	}
	OSSL_PARAM_BLD_free(build);
	BN_free(n);
	BN_free(e);
	return err;
}

static enum mrl_err make_curve(const struct mrl_public_parts *parts, EVP_PKEY **ret_key)
{
	uint8_t point[1 + 2 * COORDINATE_MAX] = {POINT_CONVERSION_UNCOMPRESSED};
	size_t bytes = curves[parts->kind].bytes;
	if (parts->x.size != bytes || parts->y.size != bytes) {
		return MRL_ERR_INVALID;
	}
	memcpy(point + 1, parts->x.data, bytes);
	memcpy(point + 1 + bytes, parts->y.data, bytes);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	enum mrl_err err = MRL_ERR_CRYPTO;
	if (build != NULL &&
	    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME,
	                                    curves[parts->kind].name, 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point,
	                                     1 + 2 * bytes) == 1) {
		err = from_params("EC", build, ret_key);
	}
	OSSL_PARAM_BLD_free(build);
	return err;
}

static enum mrl_err make_edwards(const struct mrl_public_parts *parts, EVP_PKEY **ret_key)
{
	if (parts->x.size != ED25519_BYTES) {
		return MRL_ERR_INVALID;
	}
	EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, parts->x.data,
	                                            parts->x.size);
	if (key == NULL) {
		return MRL_ERR_INVALID;
	}
	*ret_key = key;
	return MRL_OK;
}

static enum mrl_err check(EVP_PKEY *key)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	enum mrl_err err = MRL_ERR_CRYPTO;
	if (context != NULL) {
		err = EVP_PKEY_public_check(context) == 1 ? MRL_OK : MRL_ERR_INVALID;
	}
	EVP_PKEY_CTX_free(context);
	return err;
}

enum mrl_err mrl_public_make(const struct mrl_public_parts *parts, EVP_PKEY **ret_key)
{
	EVP_PKEY *key = NULL;
	enum mrl_err err;
	if (parts->kind == MRL_PUBLIC_RSA) {
		err = make_rsa(parts, &key);
	} else if (parts->kind == MRL_PUBLIC_ED25519) {
		err = make_edwards(parts, &key);
	} else {
		err = make_curve(parts, &key);
	}
	if (err == MRL_OK) {
		err = check(key);
	}
	/* What OpenSSL noted would surface in the next TLS handshake of this thread. */
	ERR_clear_error();
	if (err != MRL_OK) {
		EVP_PKEY_free(key);
		return err;
	}
	*ret_key = key;
	return MRL_OK;
}
