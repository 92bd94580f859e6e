/* SipHash-1-3 against CPython's, which is another one (its key is zero with PYTHONHASHSEED=0). */
#include "../check.h"

#include <merlon/json.h>

/* Of the bytes 0, 1 .. n. */
static const uint64_t expected[] = {
	7541581120933061747U,  75343234424780393U,    5569996484167262381U,  8990380680374275517U,
	6538700447601091189U,  16411785027166084315U, 3389392686435873370U,  16921169381604339434U,
	8471974163824919394U,  12654965034304477725U, 18331003481413385471U, 12014184315100324290U,
	11587535417075797517U, 9189037121149337191U,  17514137373579004394U, 9904005486622393783U,
	5225236159122152477U,  12520781802769745533U, 657325654227320089U,
};

static void each_size_has_its_hash(void **state)
{
	static const uint8_t zero[16] = {0};
	uint8_t bytes[MRL_COUNT(expected)];
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(expected); i++) {
		bytes[i] = (uint8_t)i;
		assert_true(mrl_siphash13(zero, bytes, i + 1) == expected[i]);
	}
}

static void the_key_counts(void **state)
{
	uint8_t key[16] = {0};
	(void)state;
	uint64_t hash = mrl_siphash13(key, "name", 4);
	for (size_t i = 0; i < sizeof(key); i++) {
		key[i] = 1;
		assert_true(mrl_siphash13(key, "name", 4) != hash);
		key[i] = 0;
	}
	assert_true(mrl_siphash13(key, "", 0) != mrl_siphash13(key, "\0", 1));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_size_has_its_hash),
		cmocka_unit_test(the_key_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
