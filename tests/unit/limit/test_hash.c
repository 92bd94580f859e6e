/* SipHash-2-4-128: the reference's value of nothing, and identities as limits hash them. */
#include "../check.h"

#include <merlon/limit.h>

#include <stdio.h>

static void vectors_hold(void **state)
{
	static const uint8_t address[] = "\x01\0\0\0\0\0\0\0\0\0\0\xFF\xFF\xC0\0\x02\x07";
	static const uint8_t user[] = "\x03\0\x12https://id.example\0\x05"
				      "alice";
	static const uint8_t name[] = "\x20\0\x04user";
	static const struct {
		struct mrl_slice bytes;
		const char *hex;
	} rows[] = {
		{{NULL, 0}, "a3817f04ba25a8e66df67214c7550293"},
		{{address, sizeof(address) - 1}, "7d5edb205082bb72c7a707b1c392e2f0"},
		{{user, sizeof(user) - 1}, "15cab062af8c13b7903bba7922c8f5ad"},
		{{name, sizeof(name) - 1}, "03ec170edbf924361af454066e0f55c5"},
	};
	uint8_t key[16];
	(void)state;
	for (uint8_t i = 0; i < 16; i++) {
		key[i] = i;
	}
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		struct mrl_limit_hash hash = mrl_limit_hash(key, rows[i].bytes);
		uint64_t words[] = {hash.low, hash.high};
		char hex[33];
		for (size_t byte = 0; byte < 16; byte++) {
			unsigned value = (unsigned)(words[byte / 8] >> (byte % 8 * 8)) & 0xFF;
			(void)snprintf(hex + 2 * byte, 3, "%02x", value);
		}
		assert_string_equal(hex, rows[i].hex);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(vectors_hold)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
