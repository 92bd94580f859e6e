/* CRC-32C: the published check value, RFC 3720's vectors, and both twins alike. */
#include "check.h"

#include "audit/crc32c.h"

static void test_vectors(void **state)
{
	(void)state;
	uint8_t bytes[32] = {0};
	assert_int_equal(mrl_crc32c(MRL_SLICE("123456789")), 0xE3069283U);
	assert_int_equal(mrl_crc32c_table(MRL_SLICE("123456789")), 0xE3069283U);
	assert_int_equal(mrl_crc32c(mrl_slice(bytes, sizeof(bytes))), 0x8A9136AAU);
	memset(bytes, 0xFF, sizeof(bytes));
	assert_int_equal(mrl_crc32c(mrl_slice(bytes, sizeof(bytes))), 0x62A8AB43U);
	assert_int_equal(mrl_crc32c(MRL_SLICE_NONE), 0);
}

static void test_twins(void **state)
{
	(void)state;
	uint8_t bytes[300];
	uint32_t seed = 1;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		seed = seed * 1664525 + 1013904223;
		bytes[i] = (uint8_t)(seed >> 24);
	}
	for (size_t size = 0; size < 280; size++) {
		struct mrl_slice slice = mrl_slice(bytes + size % 9, size);
		assert_int_equal(mrl_crc32c(slice), mrl_crc32c_table(slice));
	}
	uint32_t before = mrl_crc32c(mrl_slice(bytes, 280));
	bytes[139] ^= 0x10;
	assert_int_not_equal(mrl_crc32c(mrl_slice(bytes, 280)), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_twins),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
