/* Vectors of FIPS 180-4's examples (NIST CSRC, "SHA256.pdf"), and the empty text. */
#include "../check.h"

#include <merlon/crypto.h>

static void matches_vectors(void **state)
{
	static const struct {
		const char *text, *digest;
	} rows[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		uint8_t digest[MRL_SHA256_BYTES];
		uint8_t text[2 * MRL_SHA256_BYTES];
		struct mrl_buffer buffer = mrl_buffer(text, sizeof(text));
		assert_int_equal(mrl_sha256(mrl_slice_text(rows[i].text), digest), MRL_OK);
		mrl_buffer_hex(&buffer, mrl_slice(digest, sizeof(digest)));
		check_slice(mrl_buffer_slice(&buffer), rows[i].digest);
	}
}

static void differs_by_one_bit(void **state)
{
	uint8_t first[MRL_SHA256_BYTES];
	uint8_t second[MRL_SHA256_BYTES];
	(void)state;
	assert_int_equal(mrl_sha256(MRL_SLICE("abc"), first), MRL_OK);
	assert_int_equal(mrl_sha256(MRL_SLICE("abb"), second), MRL_OK);
	assert_memory_not_equal(first, second, sizeof(first));
	assert_int_equal(mrl_sha256(MRL_SLICE_NONE, second), MRL_OK);
	assert_int_equal(second[0], 0xE3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_vectors),
		cmocka_unit_test(differs_by_one_bit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
