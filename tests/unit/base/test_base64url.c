/* base64url without padding: all bytes there and back, and the spellings that are not canonical. */
#include "../check.h"

static void test_rfc4648(void **state)
{
	static const char *const rows[][2] = {
		{"", ""},           {"f", "Zg"},          {"fo", "Zm8"},         {"foo", "Zm9v"},
		{"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}};
	uint8_t text[16], bytes[16];
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		struct mrl_buffer buffer = mrl_buffer(text, sizeof(text));
		mrl_base64url_encode(mrl_slice_text(rows[i][0]), &buffer);
		check_slice(mrl_buffer_slice(&buffer), rows[i][1]);
		check_row(mrl_base64url_decode(mrl_slice_text(rows[i][1]), bytes), rows[i][1]);
		check_slice(mrl_slice(bytes, MRL_BASE64URL_BYTES(strlen(rows[i][1]))), rows[i][0]);
	}
}

static void test_every_pair_of_bytes(void **state)
{
	uint8_t text[8], bytes[8];
	(void)state;
	for (uint32_t i = 0; i < 65536; i++) {
		uint8_t pair[2] = {(uint8_t)(i >> 8), (uint8_t)i};
		struct mrl_buffer buffer = mrl_buffer(text, sizeof(text));
		mrl_base64url_encode(mrl_slice(pair, 2), &buffer);
		assert_int_equal(buffer.size, 3);
		assert_true(mrl_base64url_decode(mrl_buffer_slice(&buffer), bytes));
		assert_memory_equal(bytes, pair, 2);
	}
}

/* Of all texts of two and three digits only those with unused bits zero have a meaning. */
static void test_unused_bits(void **state)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	uint8_t bytes[8];
	(void)state;
	for (size_t i = 0; i < 64; i++) {
		char two[] = {'A', digits[i]};
		char three[] = {'A', 'A', digits[i]};
		assert_int_equal(mrl_base64url_decode(mrl_slice(two, 2), bytes), i % 16 == 0);
		assert_int_equal(mrl_base64url_decode(mrl_slice(three, 3), bytes), i % 4 == 0);
	}
}

static void test_other_bytes(void **state)
{
	static const char *const bad[] = {"A",    "Zg==", "Zg=",  "Zm8=",  "Zm9v=", "Zm 9",   " Zg",
	                                  "Zg\n", "Zm+v", "Zm/v", "Zm9vZ", "Zm.v",  "Zm\xc3v"};
	uint8_t bytes[16];
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		check_row(!mrl_base64url_decode(mrl_slice_text(bad[i]), bytes), bad[i]);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc4648),
		cmocka_unit_test(test_every_pair_of_bytes),
		cmocka_unit_test(test_unused_bits),
		cmocka_unit_test(test_other_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
