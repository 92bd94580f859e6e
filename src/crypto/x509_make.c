/*
 * The local authority and its leaves, for machines that have no certificate of their own.
 *
 * Who trusts this authority must not trust it with the world: a critical name constraint limits it
 * to local names, so that its key, which lies in a home folder, signs nothing else if it is stolen.
 */
#include "crypto/x509.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#define DAY_S          86400
#define AUTHORITY_DAYS 1825
#define LEAF_DAYS      90
#define BACKDATE_S     300 /* a client's clock may be a little behind */
#define SERIAL_BYTES   16
#define NAMES_TEXT_MAX 8192
#define NAME_BYTES_MAX 253

static const char constraint[] =
	"critical,permitted;DNS:localhost,permitted;DNS:test,permitted;DNS:internal,"
	"permitted;IP:127.0.0.0/255.0.0.0,"
	"permitted;IP:0:0:0:0:0:0:0:1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";

static bool dns_name(struct mrl_slice host)
{
	for (size_t i = 0; i < host.size; i++) {
		uint8_t byte = host.data[i];
		bool edge = i == 0 || i + 1 == host.size || host.data[i - 1] == '.' ||
		            host.data[i + 1] == '.';
		bool letter = (byte >= 'a' && byte <= 'z') || mrl_is_digit(byte);
		if (!letter && (edge || (byte != '-' && byte != '.'))) {
			return false;
		}
	}
	return host.size != 0 && host.size <= NAME_BYTES_MAX;
}

/* 127.0.0.0/8 in its usual four-part form. */
static bool loopback_address(struct mrl_slice host)
{
	unsigned parts = 0;
	struct mrl_slice rest = host;
	while (parts < 4) {
		size_t dot = mrl_slice_find(rest, '.');
		uint64_t number = 0;
		if (dot > 3 || !mrl_parse_u64(mrl_slice_sub(rest, 0, dot), &number) ||
		    number > 255 || (parts == 0 && number != 127)) {
			return false;
		}
		parts++;
		if (dot == rest.size) {
			rest = mrl_slice_from(rest, dot);
			break;
		}
		rest = mrl_slice_from(rest, dot + 1);
	}
	return parts == 4 && rest.size == 0 && host.data[host.size - 1] != '.';
}

bool mrl_x509_local_name(struct mrl_slice host)
{
	if (mrl_slice_is(host, "[::1]") || loopback_address(host)) {
		return true;
	}
	return dns_name(host) &&
	       (mrl_slice_is(host, "localhost") || mrl_slice_ends(host, MRL_SLICE(".localhost")) ||
	        mrl_slice_ends(host, MRL_SLICE(".test")) ||
	        mrl_slice_ends(host, MRL_SLICE(".internal")));
}

static bool set_serial(X509 *cert)
{
	uint8_t bytes[SERIAL_BYTES];
	if (RAND_bytes(bytes, sizeof(bytes)) != 1) {
		return false;
	}
	bytes[0] = (uint8_t)((bytes[0] & 0x7F) | 0x40); /* positive and of full length (RFC 5280) */
	BIGNUM *number = BN_bin2bn(bytes, sizeof(bytes), NULL);
	bool set = number != NULL &&
	           BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert)) != NULL;
	BN_free(number);
	return set;
}

static bool set_dates(X509 *cert, int64_t now_s, int days)
{
	return ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)(now_s - BACKDATE_S)) != NULL &&
	       ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)(now_s + (int64_t)days * DAY_S)) !=
	               NULL;
}

static bool add_extension(X509 *cert, X509V3_CTX *context, int id, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, context, id, value);
	bool added = extension != NULL && X509_add_ext(cert, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return added;
}

static bool set_subject(X509 *cert, struct mrl_slice common_name)
{
	X509_NAME *name = X509_get_subject_name(cert);
	return X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC, (const uint8_t *)"Merlon", -1,
	                                  -1, 0) == 1 &&
	       X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, common_name.data,
	                                  (int)common_name.size, -1, 0) == 1;
}

/* Version 3, serial, dates, subject, key: what authority and leaf have in common. */
static X509 *begin(EVP_PKEY *key, struct mrl_slice common_name, int64_t now_s, int days)
{
	X509 *cert = X509_new();
	if (cert != NULL && X509_set_version(cert, X509_VERSION_3) == 1 && set_serial(cert) &&
	    set_dates(cert, now_s, days) && set_subject(cert, common_name) &&
	    X509_set_pubkey(cert, key) == 1) {
		return cert;
	}
	X509_free(cert);
	return NULL;
}

static enum mrl_err copy_bio(BIO *bio, struct mrl_arena *arena, struct mrl_slice *ret_text)
{
	char *data = NULL;
	long size = BIO_get_mem_data(bio, &data);
	return size <= 0 ? MRL_ERR_CRYPTO
	                 : mrl_arena_copy(arena, mrl_slice(data, (size_t)size), ret_text);
}

static enum mrl_err write_pair(X509 *cert, EVP_PKEY *key, struct mrl_arena *arena,
                               struct mrl_x509_pair *ret_pair)
{
	struct mrl_x509_pair pair = {0};
	enum mrl_err err = MRL_ERR_CRYPTO;
	BIO *cert_bio = BIO_new(BIO_s_mem());
	BIO *key_bio = BIO_new(BIO_s_secmem());
	if (cert_bio == NULL || key_bio == NULL || PEM_write_bio_X509(cert_bio, cert) != 1 ||
	    PEM_write_bio_PKCS8PrivateKey(key_bio, key, NULL, NULL, 0, NULL, NULL) != 1) {
		goto done;
	}
	err = copy_bio(cert_bio, arena, &pair.cert);
	if (err == MRL_OK) {
		err = copy_bio(key_bio, arena, &pair.key);
	}
	if (err == MRL_OK) {
		*ret_pair = pair;
	}
done:
	BIO_free(cert_bio);
	BIO_free(key_bio);
	return err;
}

static bool authority_extensions(X509 *cert)
{
	X509V3_CTX context;
	X509V3_set_ctx(&context, cert, cert, NULL, NULL, 0);
	return add_extension(cert, &context, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
	       add_extension(cert, &context, NID_key_usage, "critical,keyCertSign,cRLSign") &&
	       add_extension(cert, &context, NID_name_constraints, constraint) &&
	       add_extension(cert, &context, NID_subject_key_identifier, "hash");
}

enum mrl_err mrl_x509_authority(int64_t now_s, struct mrl_arena *arena,
                                struct mrl_x509_pair *ret_pair)
{
	uint8_t random[4];
	uint8_t memory[64];
	struct mrl_buffer name = mrl_buffer(memory, sizeof(memory));
	enum mrl_err err = MRL_ERR_CRYPTO;
	X509 *cert = NULL;
	EVP_PKEY *key = EVP_EC_gen("P-256");
	if (key == NULL || RAND_bytes(random, sizeof(random)) != 1) {
		goto done;
	}
	MRL_PUT(&name, "Merlon local CA ");
	mrl_buffer_hex(&name, mrl_slice(random, sizeof(random)));
	cert = begin(key, mrl_buffer_slice(&name), now_s, AUTHORITY_DAYS);
	if (cert == NULL || X509_set_issuer_name(cert, X509_get_subject_name(cert)) != 1 ||
	    !authority_extensions(cert) || X509_sign(cert, key, EVP_sha256()) == 0) {
		goto done;
	}
	err = write_pair(cert, key, arena, ret_pair);
done:
	X509_free(cert);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return err;
}

/* "DNS:localhost,IP:127.0.0.1". All names have passed mrl_x509_local_name: none holds a comma. */
static bool names_text(const struct mrl_slice *names, size_t count, struct mrl_buffer *text)
{
	for (size_t i = 0; i < count; i++) {
		struct mrl_slice name = names[i];
		if (!mrl_x509_local_name(name)) {
			return false;
		}
		bool address = name.data[0] == '[' || loopback_address(name);
		if (name.data[0] == '[') {
			name = mrl_slice_sub(name, 1, name.size - 2);
		}
		mrl_buffer_put(text, i == 0 ? MRL_SLICE("") : MRL_SLICE(","));
		mrl_buffer_put(text, address ? MRL_SLICE("IP:") : MRL_SLICE("DNS:"));
		mrl_buffer_put(text, name);
	}
	mrl_buffer_byte(text, '\0');
	return count != 0 && !text->overflow;
}

static bool leaf_extensions(X509 *cert, X509 *issuer, const char *names)
{
	X509V3_CTX context;
	X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
	return add_extension(cert, &context, NID_basic_constraints, "critical,CA:FALSE") &&
	       add_extension(cert, &context, NID_key_usage, "critical,digitalSignature") &&
	       add_extension(cert, &context, NID_ext_key_usage, "serverAuth") &&
	       add_extension(cert, &context, NID_subject_alt_name, names) &&
	       add_extension(cert, &context, NID_subject_key_identifier, "hash") &&
	       add_extension(cert, &context, NID_authority_key_identifier, "keyid");
}

/* Signs a leaf for `key` with an authority that was read; NULL on failure. */
static X509 *sign_leaf(EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key, const char *names,
                       int64_t now_s)
{
	X509 *cert = begin(key, MRL_SLICE("Merlon local gateway"), now_s, LEAF_DAYS);
	if (cert != NULL && X509_set_issuer_name(cert, X509_get_subject_name(issuer)) == 1 &&
	    leaf_extensions(cert, issuer, names) &&
	    X509_sign(cert, issuer_key, EVP_sha256()) != 0) {
		return cert;
	}
	X509_free(cert);
	return NULL;
}

enum mrl_err mrl_x509_leaf(const struct mrl_x509_pair *authority, const struct mrl_slice *names,
                           size_t count, int64_t now_s, struct mrl_arena *arena,
                           struct mrl_x509_pair *ret_pair)
{
	uint8_t memory[NAMES_TEXT_MAX];
	struct mrl_buffer text = mrl_buffer(memory, sizeof(memory));
	if (!names_text(names, count, &text) || authority->cert.size > INT32_MAX ||
	    authority->key.size > INT32_MAX) {
		return MRL_ERR_INVALID;
	}
	enum mrl_err err = MRL_ERR_CRYPTO;
	BIO *cert_bio = BIO_new_mem_buf(authority->cert.data, (int)authority->cert.size);
	BIO *key_bio = BIO_new_mem_buf(authority->key.data, (int)authority->key.size);
	X509 *issuer = cert_bio == NULL ? NULL : PEM_read_bio_X509(cert_bio, NULL, NULL, NULL);
	EVP_PKEY *issuer_key = key_bio == NULL ? NULL
	                                       : PEM_read_bio_PrivateKey(key_bio, NULL, NULL, NULL);
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = NULL;
	if (issuer != NULL && issuer_key != NULL && key != NULL) {
		cert = sign_leaf(key, issuer, issuer_key, (const char *)memory, now_s);
	}
	if (cert != NULL) {
		err = write_pair(cert, key, arena, ret_pair);
	}
	X509_free(cert);
	EVP_PKEY_free(key);
	EVP_PKEY_free(issuer_key);
	X509_free(issuer);
	BIO_free(key_bio);
	BIO_free(cert_bio);
	ERR_clear_error();
	return err;
}
