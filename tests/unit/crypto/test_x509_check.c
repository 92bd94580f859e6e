/* Judging what an operator brought: every fault alone, beside the pair that has none. */
#include "../check.h"
#include "crypto/x509.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define NOW_S INT64_C(1795430400)
#define DAY_S INT64_C(86400)

/* A certificate to be made: NULL issuer signs itself. */
struct recipe {
	const char *name;
	EVP_PKEY *key;
	X509 *issuer;
	EVP_PKEY *issuer_key;
	const EVP_MD *digest;
	int64_t from_s, to_s;
	const char *names;
};

static char text_memory[1 << 16];
static size_t text_used;

static X509 *make(const struct recipe *recipe)
{
	X509V3_CTX context;
	X509 *cert = X509_new();
	X509 *issuer = recipe->issuer == NULL ? cert : recipe->issuer;
	X509_set_version(cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 7);
	ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)recipe->from_s);
	ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)recipe->to_s);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
	                           (const uint8_t *)recipe->name, -1, -1, 0);
	X509_set_issuer_name(cert, X509_get_subject_name(issuer));
	X509_set_pubkey(cert, recipe->key);
	X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
	if (recipe->names != NULL) {
		X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, &context, NID_subject_alt_name,
		                                            recipe->names);
		X509_add_ext(cert, names, -1);
		X509_EXTENSION_free(names);
	}
	assert_true(X509_sign(cert, recipe->issuer_key == NULL ? recipe->key : recipe->issuer_key,
	                      recipe->digest) != 0);
	return cert;
}

static struct mrl_slice keep(BIO *bio)
{
	char *data;
	size_t size = (size_t)BIO_get_mem_data(bio, &data);
	assert_true(size < sizeof(text_memory) - text_used);
	memcpy(text_memory + text_used, data, size);
	text_used += size;
	BIO_free(bio);
	return mrl_slice(text_memory + text_used - size, size);
}

static struct mrl_slice chain_text(X509 *first, X509 *second)
{
	BIO *bio = BIO_new(BIO_s_mem());
	PEM_write_bio_X509(bio, first);
	if (second != NULL) {
		PEM_write_bio_X509(bio, second);
	}
	return keep(bio);
}

static struct mrl_slice key_text(EVP_PKEY *key, const char *passphrase)
{
	BIO *bio = BIO_new(BIO_s_mem());
	PEM_write_bio_PKCS8PrivateKey(bio, key, passphrase == NULL ? NULL : EVP_aes_128_cbc(),
	                              passphrase, passphrase == NULL ? 0 : (int)strlen(passphrase),
	                              NULL, NULL);
	return keep(bio);
}

/* The faults of a self-made leaf signed by a root that is beside it. */
static uint32_t faults_of(EVP_PKEY *leaf_key, const EVP_MD *digest, int64_t from_s, int64_t to_s)
{
	EVP_PKEY *root_key = EVP_EC_gen("P-256");
	struct recipe root = {.name = "root",
	                      .key = root_key,
	                      .digest = EVP_sha256(),
	                      .from_s = NOW_S - DAY_S,
	                      .to_s = NOW_S + 1000 * DAY_S};
	X509 *issuer = make(&root);
	struct recipe recipe = {.name = "leaf",
	                        .key = leaf_key,
	                        .issuer = issuer,
	                        .issuer_key = root_key,
	                        .digest = digest,
	                        .from_s = from_s,
	                        .to_s = to_s};
	X509 *leaf = make(&recipe);
	struct mrl_x509_pair pair = {chain_text(leaf, issuer), key_text(leaf_key, NULL)};
	struct mrl_x509_report report;
	mrl_x509_check(&pair, NOW_S, &report);
	assert_int_equal(report.chain, 2);
	X509_free(leaf);
	X509_free(issuer);
	EVP_PKEY_free(root_key);
	return report.faults;
}

static void test_keys(void **state)
{
	static const struct {
		const char *name;
		uint32_t faults;
	} rows[] = {
		{"P-256", 0},
		{"P-384", 0},
		{"P-521", MRL_X509_ALGORITHM},
		{"secp256k1", MRL_X509_ALGORITHM},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		EVP_PKEY *key = EVP_EC_gen(rows[i].name);
		uint32_t faults = faults_of(key, EVP_sha256(), NOW_S - DAY_S, NOW_S + 90 * DAY_S);
		EVP_PKEY_free(key);
		check_row(faults == rows[i].faults, rows[i].name);
	}
	EVP_PKEY *rsa = EVP_RSA_gen(2048);
	assert_int_equal(faults_of(rsa, EVP_sha256(), NOW_S - DAY_S, NOW_S + DAY_S), 0);
	EVP_PKEY_free(rsa);
	rsa = EVP_RSA_gen(1024);
	assert_int_equal(faults_of(rsa, EVP_sha256(), NOW_S - DAY_S, NOW_S + DAY_S),
	                 MRL_X509_RSA_BITS);
	EVP_PKEY_free(rsa);
	EVP_PKEY *ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	assert_int_equal(faults_of(ed, EVP_sha256(), NOW_S - DAY_S, NOW_S + DAY_S), 0);
	EVP_PKEY_free(ed);
}

static void test_dates_and_digest(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	(void)state;
	assert_int_equal(faults_of(key, EVP_sha256(), NOW_S, NOW_S), 0);
	assert_int_equal(faults_of(key, EVP_sha256(), NOW_S + 1, NOW_S + DAY_S), MRL_X509_NOT_YET);
	assert_int_equal(faults_of(key, EVP_sha256(), NOW_S - DAY_S, NOW_S - 1), MRL_X509_EXPIRED);
	assert_int_equal(faults_of(key, EVP_sha1(), NOW_S - DAY_S, NOW_S + DAY_S),
	                 MRL_X509_SIGNATURE);
	EVP_PKEY_free(key);
}

static void test_pairs(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	EVP_PKEY *other = EVP_EC_gen("P-256");
	struct recipe recipe = {.name = "root",
	                        .key = key,
	                        .digest = EVP_sha256(),
	                        .from_s = NOW_S - DAY_S,
	                        .to_s = NOW_S + DAY_S};
	X509 *root = make(&recipe);
	recipe = (struct recipe){.name = "leaf",
	                         .key = other,
	                         .issuer = root,
	                         .issuer_key = key,
	                         .digest = EVP_sha256(),
	                         .from_s = NOW_S - DAY_S,
	                         .to_s = NOW_S + DAY_S};
	X509 *leaf = make(&recipe);
	struct mrl_slice good_key = key_text(other, NULL);
	struct mrl_slice junk = MRL_SLICE("-----BEGIN CERTIFICATE-----\nAAAA\n");
	const struct {
		const char *name;
		struct mrl_x509_pair pair;
		uint32_t faults;
	} rows[] = {
		{"good", {chain_text(leaf, root), good_key}, 0},
		{"alone", {chain_text(leaf, NULL), good_key}, 0},
		{"twice", {chain_text(leaf, leaf), good_key}, MRL_X509_ORDER},
		{"foreign key", {chain_text(leaf, root), key_text(key, NULL)}, MRL_X509_KEY_MATCH},
		{"root first",
	         {chain_text(root, leaf), good_key},
	         MRL_X509_ORDER | MRL_X509_KEY_MATCH},
		{"locked key",
	         {chain_text(leaf, root), key_text(other, "x1x2x3")},
	         MRL_X509_KEY_PEM},
		{"no key", {chain_text(leaf, root), junk}, MRL_X509_KEY_PEM},
		{"no cert", {junk, good_key}, MRL_X509_CERT_PEM},
		{"nothing", {MRL_SLICE_NONE, MRL_SLICE_NONE}, MRL_X509_CERT_PEM | MRL_X509_KEY_PEM},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		struct mrl_x509_report report;
		mrl_x509_check(&rows[i].pair, NOW_S, &report);
		check_row(report.faults == rows[i].faults, rows[i].name);
	}
	X509_free(leaf);
	X509_free(root);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
}

static void test_covers(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct recipe recipe = {
		.name = "subject.example.com",
		.key = key,
		.digest = EVP_sha256(),
		.from_s = NOW_S,
		.to_s = NOW_S + DAY_S,
		.names = "DNS:api.example.com,DNS:*.wild.example.com,IP:192.0.2.1,IP:::1",
	};
	static const char *const yes[] = {"api.example.com", "a.wild.example.com", "192.0.2.1",
	                                  "[::1]"};
	static const char *const no[] = {"subject.example.com",
	                                 "wild.example.com",
	                                 "a.b.wild.example.com",
	                                 "example.com",
	                                 "192.0.2.2",
	                                 "[::2]",
	                                 ""};
	X509 *cert = make(&recipe);
	struct mrl_slice text = chain_text(cert, NULL);
	uint8_t digest[32];
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(yes); i++) {
		check_row(mrl_x509_covers(text, mrl_slice_text(yes[i])), yes[i]);
	}
	for (size_t i = 0; i < MRL_COUNT(no); i++) {
		check_row(!mrl_x509_covers(text, mrl_slice_text(no[i])), no[i]);
	}
	assert_false(mrl_x509_covers(MRL_SLICE("x"), MRL_SLICE("api.example.com")));
	assert_int_equal(mrl_x509_digest(text, digest), MRL_OK);
	assert_int_equal(mrl_x509_digest(MRL_SLICE("x"), digest), MRL_ERR_CRYPTO);
	X509_free(cert);
	EVP_PKEY_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_dates_and_digest),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_covers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
