/* The bytes of names and values: each byte at each place of a word. */
#include "../check.h"

#include <merlon/http.h>

static void test_names(void **state)
{
	uint8_t name[MRL_FIELD_NAME_MAX + 1];
	(void)state;
	memset(name, 'a', sizeof(name));
	assert_true(mrl_field_name_valid(mrl_slice(name, 1)));
	assert_true(mrl_field_name_valid(mrl_slice(name, MRL_FIELD_NAME_MAX)));
	assert_false(mrl_field_name_valid(mrl_slice(name, MRL_FIELD_NAME_MAX + 1)));
	assert_false(mrl_field_name_valid(MRL_SLICE_NONE));
	assert_true(mrl_field_name_valid(MRL_SLICE("X-Request-ID")));
	for (unsigned byte = 0; byte < 256; byte++) {
		bool good = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
		            (byte >= 'a' && byte <= 'z') || byte == '-';
		name[5] = (uint8_t)byte;
		assert_int_equal(mrl_field_name_valid(mrl_slice(name, 20)), good);
	}
}

static void test_values(void **state)
{
	uint8_t value[24];
	(void)state;
	for (size_t size = 1; size <= sizeof(value); size++) {
		for (size_t at = 0; at < size; at++) {
			for (unsigned byte = 0; byte < 256; byte++) {
				bool good = byte == '\t' || (byte >= 0x20 && byte != 0x7F);
				memset(value, 'v', sizeof(value));
				value[at] = (uint8_t)byte;
				assert_int_equal(mrl_field_value_valid(mrl_slice(value, size)),
				                 good);
			}
		}
	}
}

/* A borrow between bytes of a word must not hide a neighbour, nor make one up. */
static void test_neighbours(void **state)
{
	uint8_t value[8];
	(void)state;
	for (unsigned low = 0; low < 256; low++) {
		for (unsigned high = 0; high < 256; high++) {
			memset(value, 0x80, sizeof(value));
			value[3] = (uint8_t)low;
			value[4] = (uint8_t)high;
			bool good = (low == '\t' || (low >= 0x20 && low != 0x7F)) &&
			            (high == '\t' || (high >= 0x20 && high != 0x7F));
			assert_int_equal(mrl_field_value_valid(mrl_slice(value, 8)), good);
		}
	}
	assert_true(mrl_field_value_valid(MRL_SLICE_NONE));
	assert_true(mrl_field_value_valid(MRL_SLICE("a\tb\tc\td\te\tf")));
	assert_false(mrl_field_value_valid(MRL_SLICE("a\tb\tc\td\te\nf")));
}

/* Each byte of each size counts, and under AddressSanitizer none behind the end is read. */
static void test_exact_memory(void **state)
{
	(void)state;
	for (size_t size = 1; size < 50; size++) {
		uint8_t *text = test_malloc(size);
		for (size_t at = 0; at < size; at++) {
			memset(text, 'x', size);
			assert_true(mrl_field_name_valid(mrl_slice(text, size)));
			assert_true(mrl_field_value_valid(mrl_slice(text, size)));
			text[at] = '\n';
			assert_false(mrl_field_name_valid(mrl_slice(text, size)));
			assert_false(mrl_field_value_valid(mrl_slice(text, size)));
		}
		test_free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_neighbours),
		cmocka_unit_test(test_exact_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
