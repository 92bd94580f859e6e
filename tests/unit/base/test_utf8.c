/* UTF-8: every code point, and every way to write one wrongly. */
#include "../check.h"

static size_t encode(uint32_t point, uint8_t *bytes)
{
	if (point < 0x80) {
		bytes[0] = (uint8_t)point;
		return 1;
	}
	if (point < 0x800) {
		bytes[0] = (uint8_t)(0xC0 | point >> 6);
		bytes[1] = (uint8_t)(0x80 | (point & 63));
		return 2;
	}
	if (point < 0x10000) {
		bytes[0] = (uint8_t)(0xE0 | point >> 12);
		bytes[1] = (uint8_t)(0x80 | (point >> 6 & 63));
		bytes[2] = (uint8_t)(0x80 | (point & 63));
		return 3;
	}
	bytes[0] = (uint8_t)(0xF0 | point >> 18);
	bytes[1] = (uint8_t)(0x80 | (point >> 12 & 63));
	bytes[2] = (uint8_t)(0x80 | (point >> 6 & 63));
	bytes[3] = (uint8_t)(0x80 | (point & 63));
	return 4;
}

static void test_every_code_point(void **state)
{
	uint8_t bytes[5];
	(void)state;
	for (uint32_t point = 0; point < 0x110000 + 0x1000; point++) {
		size_t size = encode(point, bytes);
		bool good = point < 0x110000 && (point < 0xD800 || point > 0xDFFF);
		bytes[size] = 'x';
		size_t at = mrl_utf8_check(mrl_slice(bytes, size + 1));
		assert_int_equal(at, good ? size + 1 : 0);
	}
}

static void test_cut_short(void **state)
{
	static const char *const whole[] = {"\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(whole); i++) {
		for (size_t size = 1; size < strlen(whole[i]); size++) {
			assert_int_equal(mrl_utf8_check(mrl_slice(whole[i], size)), 0);
		}
	}
}

static void test_ill_formed(void **state)
{
	static const char *const bad[] = {
		"\x80",
		"\xBF",
		"\xC0\x80",
		"\xC1\xBF",
		"\xE0\x80\xAF",
		"\xE0\x9F\xBF",
		"\xED\xA0\x80",
		"\xED\xBF\xBF",
		"\xF0\x80\x80\xAF",
		"\xF0\x8F\xBF\xBF",
		"\xF4\x90\x80\x80",
		"\xF5\x80\x80\x80",
		"\xFE",
		"\xFF",
		"\xC3\x28",
		"\xE2\x28\xA1",
		"\xE2\x82\x28",
		"\xF0\x28\x8C\xBC",
		"\xF8\x88\x80\x80\x80",
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(bad); i++) {
		check_row(mrl_utf8_check(mrl_slice_text(bad[i])) == 0, bad[i]);
	}
}

static void test_position(void **state)
{
	(void)state;
	assert_int_equal(mrl_utf8_check(MRL_SLICE("ab\xC3\xA9z\xFFq")), 5);
	assert_int_equal(mrl_utf8_check(MRL_SLICE("ab\xC3\xA9")), 4);
	assert_int_equal(mrl_utf8_check(MRL_SLICE_NONE), 0);
	assert_int_equal(mrl_utf8_check(MRL_SLICE("\0")), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_code_point),
		cmocka_unit_test(test_cut_short),
		cmocka_unit_test(test_ill_formed),
		cmocka_unit_test(test_position),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
