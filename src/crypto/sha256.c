/* SHA-256 of a text, by OpenSSL's EVP interface. */
#include <merlon/crypto.h>

#include <openssl/evp.h>

enum mrl_err mrl_sha256(struct mrl_slice text, uint8_t ret_digest[MRL_SHA256_BYTES])
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned int size = 0;
	if (EVP_Digest(text.data, text.size, digest, &size, EVP_sha256(), NULL) != 1 ||
	    size != MRL_SHA256_BYTES) {
		return MRL_ERR_CRYPTO;
	}
	memcpy(ret_digest, digest, MRL_SHA256_BYTES);
	return MRL_OK;
}
