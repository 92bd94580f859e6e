/*
 * Judges a certificate and its key before nginx gets them.
 *
 * nginx starts with an expired certificate, a chain in the wrong order or a name that no host has;
 * clients then fail one by one. All of it is found here, at load, and all faults at once.
 */
#include "crypto/x509.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <limits.h>

const struct mrl_x509_fault_row mrl_x509_fault_rows[MRL_X509_FAULTS] = {
	{"tls-cert-pem", "no certificate can be read from this file",
         "it has to be PEM, leaf first"},
	{"tls-key-pem", "no private key can be read from this file",
         "it has to be PEM without a passphrase"},
	{"tls-key-match", "the key does not belong to the certificate", NULL},
	{"tls-chain-order", "a certificate of the chain is not signed by the one after it",
         "order them: leaf, its issuer, the issuer's issuer"},
	{"tls-validity", "a certificate of the chain is not valid yet", "check the clock"},
	{"tls-validity", "a certificate of the chain has expired", "renew it"},
	{"tls-algorithm", "an RSA key of the chain has under 2048 bits", NULL},
	{"tls-algorithm", "a key of the chain is none of RSA, P-256, P-384, Ed25519", NULL},
	{"tls-signature", "a certificate of the chain is signed with SHA-1 or weaker", NULL},
	{"tls-chain-long", "the chain has more than 10 certificates", NULL},
};

static BIO *memory_bio(struct mrl_slice text)
{
	return text.size > INT_MAX ? NULL : BIO_new_mem_buf(text.data, (int)text.size);
}

/* Never asks at a terminal for a passphrase. */
static int no_passphrase(char *memory, int size, int writing, void *host)
{
	(void)memory;
	(void)size;
	(void)writing;
	(void)host;
	return -1;
}

static X509 *read_first(struct mrl_slice text)
{
	BIO *bio = memory_bio(text);
	X509 *cert = bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	ERR_clear_error();
	return cert;
}

static EVP_PKEY *read_key(struct mrl_slice text)
{
	BIO *bio = memory_bio(text);
	EVP_PKEY *key = bio == NULL ? NULL
	                            : PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	ERR_clear_error();
	return key;
}

static uint32_t key_faults(EVP_PKEY *key)
{
	char group[32] = "";
	if (key == NULL) {
		return MRL_X509_ALGORITHM;
	}
	if (EVP_PKEY_is_a(key, "RSA")) {
		return EVP_PKEY_get_bits(key) < 2048 ? MRL_X509_RSA_BITS : 0;
	}
	if (EVP_PKEY_is_a(key, "ED25519")) {
		return 0;
	}
	if (EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) &&
	    (strcmp(group, "prime256v1") == 0 || strcmp(group, "secp384r1") == 0)) {
		return 0;
	}
	return MRL_X509_ALGORITHM;
}

static uint32_t signature_faults(X509 *cert)
{
	int digest = NID_undef;
	int bits = 0;
	if ((X509_get_extension_flags(cert) & EXFLAG_SS) != 0) {
		return 0; /* nobody relies on a root's own signature */
	}
	if (!X509_get_signature_info(cert, &digest, NULL, &bits, NULL)) {
		return MRL_X509_SIGNATURE;
	}
	return digest == NID_sha1 || digest == NID_md5 || bits < 80 ? MRL_X509_SIGNATURE : 0;
}

static int64_t seconds_of(const ASN1_TIME *time)
{
	int days = 0;
	int seconds = 0;
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	if (epoch == NULL || !ASN1_TIME_diff(&days, &seconds, epoch, time)) {
		days = 0;
		seconds = 0;
	}
	ASN1_TIME_free(epoch);
	return (int64_t)days * 86400 + seconds;
}

/* One certificate alone: dates, key, signature. */
static void check_one(X509 *cert, int64_t now_s, struct mrl_x509_report *report)
{
	int64_t not_after_s = seconds_of(X509_get0_notAfter(cert));
	if (now_s < seconds_of(X509_get0_notBefore(cert))) {
		report->faults |= MRL_X509_NOT_YET;
	}
	if (now_s > not_after_s) {
		report->faults |= MRL_X509_EXPIRED;
	}
	if (report->chain == 0 || not_after_s < report->not_after_s) {
		report->not_after_s = not_after_s;
	}
	report->faults |= key_faults(X509_get0_pubkey(cert)) | signature_faults(cert);
}

static bool signed_by(X509 *cert, X509 *issuer)
{
	bool signed_ok = X509_check_issued(issuer, cert) == X509_V_OK &&
	                 X509_verify(cert, X509_get0_pubkey(issuer)) == 1;
	ERR_clear_error();
	return signed_ok;
}

/* The chain from its second certificate on; `previous` is the leaf. */
static void check_chain(BIO *bio, X509 *leaf, int64_t now_s, struct mrl_x509_report *report)
{
	X509 *previous = leaf;
	X509 *cert;
	while ((cert = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL)) != NULL) {
		if (report->chain == MRL_X509_CHAIN_MAX) {
			report->faults |= MRL_X509_CHAIN_LONG;
			X509_free(cert);
			break;
		}
		check_one(cert, now_s, report);
		if (!signed_by(previous, cert)) {
			report->faults |= MRL_X509_ORDER;
		}
		report->chain++;
		if (previous != leaf) {
			X509_free(previous);
		}
		previous = cert;
	}
	if (previous != leaf) {
		X509_free(previous);
	}
}

/* TLS-1: what is served can be verified by every client. */
void mrl_x509_check(const struct mrl_x509_pair *pair, int64_t now_s,
                    struct mrl_x509_report *ret_report)
{
	struct mrl_x509_report report = {0};
	BIO *bio = memory_bio(pair->cert);
	X509 *leaf = bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
	EVP_PKEY *key = read_key(pair->key);
	if (leaf == NULL) {
		report.faults |= MRL_X509_CERT_PEM;
	}
	if (key == NULL) {
		report.faults |= MRL_X509_KEY_PEM;
	}
	if (leaf != NULL) {
		check_one(leaf, now_s, &report);
		report.chain = 1;
		check_chain(bio, leaf, now_s, &report);
	}
	if (leaf != NULL && key != NULL && X509_check_private_key(leaf, key) != 1) {
		report.faults |= MRL_X509_KEY_MATCH;
	}
	EVP_PKEY_free(key);
	X509_free(leaf);
	BIO_free(bio);
	ERR_clear_error();
	*ret_report = report;
}

/* OpenSSL wants an address NUL-terminated and without brackets. */
static bool covers_address(X509 *cert, struct mrl_slice host)
{
	char text[64];
	if (host.size > 2 && host.data[0] == '[') {
		host = mrl_slice_sub(host, 1, host.size - 2);
	}
	if (host.size == 0 || host.size >= sizeof(text)) {
		return false;
	}
	memcpy(text, host.data, host.size);
	text[host.size] = '\0';
	return X509_check_ip_asc(cert, text, 0) == 1;
}

bool mrl_x509_covers(struct mrl_slice cert, struct mrl_slice host)
{
	const unsigned flags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
	                       X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
	X509 *leaf = read_first(cert);
	bool covers = leaf != NULL && host.size != 0 &&
	              (covers_address(leaf, host) ||
	               X509_check_host(leaf, (const char *)host.data, host.size, flags, NULL) == 1);
	X509_free(leaf);
	ERR_clear_error();
	return covers;
}

enum mrl_err mrl_x509_digest(struct mrl_slice cert, uint8_t ret_digest[32])
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned size = 0;
	X509 *leaf = read_first(cert);
	bool made = leaf != NULL && X509_digest(leaf, EVP_sha256(), digest, &size) == 1 &&
	            size == 32;
	X509_free(leaf);
	if (!made) {
		return MRL_ERR_CRYPTO;
	}
	memcpy(ret_digest, digest, 32);
	return MRL_OK;
}

bool mrl_x509_signed_by(struct mrl_slice cert, struct mrl_slice authority)
{
	X509 *leaf = read_first(cert);
	X509 *issuer = read_first(authority);
	bool signed_ok = leaf != NULL && issuer != NULL && signed_by(leaf, issuer);
	X509_free(leaf);
	X509_free(issuer);
	return signed_ok;
}
