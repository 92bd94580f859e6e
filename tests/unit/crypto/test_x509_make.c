/* The local authority: what it signs, what it must not, and that the pair it makes is sound. */
#include "../check.h"
#include "crypto/x509.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define NOW_S INT64_C(1795430400)

static struct mrl_arena arena;

static int start(void **state)
{
	(void)state;
	mrl_arena_init(&arena, &mrl_memory_malloc, 4096, 1 << 20);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	mrl_arena_release(&arena);
	return 0;
}

static X509 *parse(struct mrl_slice pem)
{
	BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.size);
	X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO_free(bio);
	assert_non_null(cert);
	return cert;
}

/* OpenSSL's own judgement of leaf under authority at NOW_S, as a strict client makes it. */
static int verify(const struct mrl_x509_pair *authority, const struct mrl_x509_pair *leaf,
                  const char *host)
{
	X509 *root = parse(authority->cert);
	X509 *cert = parse(leaf->cert);
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	X509_STORE_add_cert(store, root);
	X509_STORE_CTX_init(context, store, cert, NULL);
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(context);
	X509_VERIFY_PARAM_set_time(param, (time_t)NOW_S);
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT);
	X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER);
	if (X509_VERIFY_PARAM_set1_ip_asc(param, host) != 1) {
		X509_VERIFY_PARAM_set1_host(param, host, 0);
	}
	X509_verify_cert(context);
	int error = X509_STORE_CTX_get_error(context);
	X509_STORE_CTX_free(context);
	X509_STORE_free(store);
	X509_free(cert);
	X509_free(root);
	return error;
}

static void test_leaf_verifies(void **state)
{
	const struct mrl_slice names[] = {MRL_SLICE("localhost"), MRL_SLICE("127.0.0.1"),
	                                  MRL_SLICE("[::1]"), MRL_SLICE("api.test")};
	struct mrl_x509_pair authority;
	struct mrl_x509_pair leaf;
	struct mrl_x509_report report;
	(void)state;
	assert_int_equal(mrl_x509_authority(NOW_S, &arena, &authority), MRL_OK);
	assert_int_equal(mrl_x509_leaf(&authority, names, MRL_COUNT(names), NOW_S, &arena, &leaf),
	                 MRL_OK);
	assert_int_equal(verify(&authority, &leaf, "localhost"), X509_V_OK);
	assert_int_equal(verify(&authority, &leaf, "127.0.0.1"), X509_V_OK);
	assert_int_equal(verify(&authority, &leaf, "::1"), X509_V_OK);
	assert_int_equal(verify(&authority, &leaf, "api.test"), X509_V_OK);
	assert_int_equal(verify(&authority, &leaf, "other.test"), X509_V_ERR_HOSTNAME_MISMATCH);
	assert_true(mrl_x509_signed_by(leaf.cert, authority.cert));
	assert_false(mrl_x509_signed_by(authority.cert, leaf.cert));
	mrl_x509_check(&leaf, NOW_S, &report);
	assert_int_equal(report.faults, 0);
	assert_int_equal(report.not_after_s, NOW_S + INT64_C(90) * 86400);
	mrl_x509_check(&authority, NOW_S, &report);
	assert_int_equal(report.faults, 0);
	assert_int_equal(report.not_after_s, NOW_S + INT64_C(1825) * 86400);
}

static void test_authority_extensions(void **state)
{
	struct mrl_x509_pair authority;
	char subject[128];
	(void)state;
	assert_int_equal(mrl_x509_authority(NOW_S, &arena, &authority), MRL_OK);
	X509 *cert = parse(authority.cert);
	assert_int_equal(X509_get_pathlen(cert), 0);
	assert_int_equal(X509_check_ca(cert), 1);
	assert_int_equal(X509_get_key_usage(cert), KU_KEY_CERT_SIGN | KU_CRL_SIGN);
	int critical = 0;
	NAME_CONSTRAINTS *limits = X509_get_ext_d2i(cert, NID_name_constraints, &critical, NULL);
	assert_non_null(limits);
	assert_int_equal(critical, 1);
	assert_int_equal(sk_GENERAL_SUBTREE_num(limits->permittedSubtrees), 5);
	NAME_CONSTRAINTS_free(limits);
	X509_NAME_get_text_by_NID(X509_get_subject_name(cert), NID_commonName, subject,
	                          sizeof(subject));
	assert_int_equal(strlen(subject), strlen("Merlon local CA 01234567"));
	assert_memory_equal(subject, "Merlon local CA ", 16);
	X509_free(cert);
}

/* Each authority is its own: a leaf of one is none of the other's. */
static void test_foreign_authority(void **state)
{
	const struct mrl_slice names[] = {MRL_SLICE("localhost")};
	struct mrl_x509_pair first;
	struct mrl_x509_pair second;
	struct mrl_x509_pair leaf;
	(void)state;
	assert_int_equal(mrl_x509_authority(NOW_S, &arena, &first), MRL_OK);
	assert_int_equal(mrl_x509_authority(NOW_S, &arena, &second), MRL_OK);
	assert_int_equal(mrl_x509_leaf(&first, names, 1, NOW_S, &arena, &leaf), MRL_OK);
	assert_false(mrl_x509_signed_by(leaf.cert, second.cert));
	assert_int_not_equal(verify(&second, &leaf, "localhost"), X509_V_OK);
}

static void test_names(void **state)
{
	static const char *const local[] = {"localhost", "a.localhost", "api.test", "a.b.internal",
	                                    "127.0.0.1", "127.255.0.9", "[::1]"};
	static const char *const foreign[] = {"",
	                                      "test",
	                                      "internal",
	                                      "example.com",
	                                      "apitest",
	                                      "localhost.example.com",
	                                      "128.0.0.1",
	                                      "127.0.0",
	                                      "127.0.0.256",
	                                      "127.0.0.1.",
	                                      "127.0.0.1.1",
	                                      "[::2]",
	                                      "a..test",
	                                      "-a.test",
	                                      "a-.test",
	                                      ".test",
	                                      "A.test",
	                                      "a,DNS:b.test",
	                                      "*.test"};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(local); i++) {
		check_row(mrl_x509_local_name(mrl_slice_text(local[i])), local[i]);
	}
	for (size_t i = 0; i < MRL_COUNT(foreign); i++) {
		check_row(!mrl_x509_local_name(mrl_slice_text(foreign[i])), foreign[i]);
	}
}

static void test_leaf_refusals(void **state)
{
	const struct mrl_slice bad[] = {MRL_SLICE("localhost"), MRL_SLICE("example.com")};
	const struct mrl_slice good[] = {MRL_SLICE("localhost")};
	const struct mrl_x509_pair garbage = {MRL_SLICE("no certificate"), MRL_SLICE("no key")};
	struct mrl_x509_pair authority;
	struct mrl_x509_pair leaf = {0};
	(void)state;
	assert_int_equal(mrl_x509_authority(NOW_S, &arena, &authority), MRL_OK);
	assert_int_equal(mrl_x509_leaf(&authority, bad, 2, NOW_S, &arena, &leaf), MRL_ERR_INVALID);
	assert_int_equal(mrl_x509_leaf(&authority, good, 0, NOW_S, &arena, &leaf), MRL_ERR_INVALID);
	assert_int_equal(mrl_x509_leaf(&garbage, good, 1, NOW_S, &arena, &leaf), MRL_ERR_CRYPTO);
	assert_null(leaf.cert.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_leaf_verifies, start, stop),
		cmocka_unit_test_setup_teardown(test_authority_extensions, start, stop),
		cmocka_unit_test_setup_teardown(test_foreign_authority, start, stop),
		cmocka_unit_test_setup_teardown(test_names, start, stop),
		cmocka_unit_test_setup_teardown(test_leaf_refusals, start, stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
