/* Names of identities: as the first bytes of their hash read, and nothing else is one. */
#include "../check.h"

#include <merlon/limit.h>

static void names_are_the_first_bytes(void **state)
{
	static const struct {
		uint8_t bytes[8];
		const char *name;
	} rows[] = {
		{{0x7d, 0x5e, 0xdb, 0x20, 0x50, 0x82, 0xbb, 0x72}, "fV7bIFCCu3I"},
		{{0x70, 0x36, 0x72, 0xac, 0x3b, 0x10, 0xd7, 0xd9}, "cDZyrDsQ19k"},
		{{0x15, 0xca, 0xb0, 0x62, 0xaf, 0x8c, 0x13, 0xb7}, "FcqwYq-ME7c"},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		struct mrl_limit_hash hash = {.high = 99};
		char name[MRL_LIMIT_KEY_NAME + 1];
		uint64_t low = 0;
		memcpy(&hash.low, rows[i].bytes, sizeof(hash.low));
		mrl_limit_key_name(hash, name);
		assert_string_equal(name, rows[i].name);
		assert_true(mrl_limit_key_name_read(mrl_slice_text(name), &low));
		assert_int_equal(low, hash.low);
	}
}

static void what_is_no_name_is_refused(void **state)
{
	static const char *const names[] = {
		"", "fV7bIFCCu3", "fV7bIFCCu3IA", "fV7bIFCCu3J", "fV7bIFCCu+I", "fV7bIFC u3I"};
	uint64_t low = 42;
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(names); i++) {
		assert_false(mrl_limit_key_name_read(mrl_slice_text(names[i]), &low));
	}
	assert_false(mrl_limit_key_name_read(mrl_slice("fV7bIFC\0u3I", 11), &low));
	assert_int_equal(low, 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_the_first_bytes),
		cmocka_unit_test(what_is_no_name_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
