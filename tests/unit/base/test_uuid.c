/* UUID version 7, with the example of RFC 9562 A.6. */
#include "../check.h"

static void test_rfc_example(void **state)
{
	static const uint8_t random[10] = {0x0C, 0xC3, 0x18, 0xC4, 0xDC,
	                                   0x0C, 0x0C, 0x07, 0x39, 0x8F};
	uint8_t uuid[MRL_UUID_BYTES];
	uint8_t text[MRL_UUID_TEXT];
	(void)state;
	mrl_uuid7(UINT64_C(0x017F22E279B0), random, uuid);
	mrl_uuid_text(uuid, text);
	check_slice(mrl_slice(text, sizeof(text)), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

static void test_version_and_variant(void **state)
{
	uint8_t random[10];
	uint8_t uuid[MRL_UUID_BYTES];
	(void)state;
	for (unsigned fill = 0; fill < 256; fill++) {
		memset(random, (int)fill, sizeof(random));
		mrl_uuid7(UINT64_MAX, random, uuid);
		assert_int_equal(uuid[6] >> 4, 7);
		assert_int_equal(uuid[6] & 15, fill & 15);
		assert_int_equal(uuid[8] >> 6, 2);
		assert_int_equal(uuid[8] & 63, fill & 63);
		assert_int_equal(uuid[0], 0xFF);
		assert_int_equal(uuid[15], fill);
	}
}

static void test_order_is_time(void **state)
{
	static const uint8_t low[10];
	uint8_t high[10];
	uint8_t first[MRL_UUID_BYTES];
	uint8_t second[MRL_UUID_BYTES];
	(void)state;
	memset(high, 0xFF, sizeof(high));
	mrl_uuid7(1000, high, first);
	mrl_uuid7(1001, low, second);
	assert_true(memcmp(first, second, sizeof(first)) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc_example),
		cmocka_unit_test(test_version_and_variant),
		cmocka_unit_test(test_order_is_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
