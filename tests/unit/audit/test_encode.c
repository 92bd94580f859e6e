/* Records are what a second, independent reader of CBOR finds in them; too long ones lose in order.
 */
#include "diagnose.h"
#include "full_facts.h"

#include "audit/record.h"

static struct diagnosis diagnosis;

static const char *encode(const struct mrl_audit_facts *facts, size_t capacity)
{
	static uint8_t memory[4096];
	struct mrl_buffer buffer = mrl_buffer(memory, capacity);
	if (mrl_audit_encode(facts, &buffer) != MRL_OK) {
		assert_int_equal(buffer.size, 0);
		return "limit";
	}
	return diagnose(&diagnosis, mrl_buffer_slice(&buffer));
}

static void test_minimal(void **state)
{
	(void)state;
	struct mrl_audit_facts facts = {.class_id = 1, .time_us = 24};
	assert_string_equal(encode(&facts, 2032), "{0:1,1:24,3:0,10:0,48:0}{}");
}

static void test_full(void **state)
{
	(void)state;
	struct mrl_audit_facts facts = full_facts();
	assert_string_equal(
		encode(&facts, 2032),
		"{0:1,1:1795430400123456,2:2412,3:0,5:\"getOrder\",6:\"/v1/orders/{id}\","
		"7:\"orders\",8:\"1.0.0\",9:404,10:1,11:\"operation\",12:\"no-operation\","
		"14:\"u-481\",15:1,16:\"app\",19:\"https://id.test\",20:1795431000,21:1,"
		"23:h'cb007107',24:52814,25:[h'0a000005',h'20010db8000000000000000000000001'],"
		"26:h'7f000001',27:3000,28:1980,29:412,30:0,31:913,32:188,"
		"36:h'019aa3c17b1e7c3a9f002b5d8c1e4a77',37:h'019aa3c17b1e7c3a9f002b5d8c1e4a77',"
		"38:h'019aa3c17b1e7c3a',39:h'019aa3c17b1e7c3a',40:true,41:11,42:772,43:4865,"
		"45:\"application/json\",46:{\"id\":\"42\",\"state\":\"open\"},"
		"47:{\"dem\":false,\"eml\":true,\"leak\":\"python\",\"identity_dropped\":2},48:0,"
		"49:8,50:6,51:12,52:[2027,h'ff000000000000000000000000000000'],"
		"53:[3,40,[202701,h'de365500000000000000000000000000']],54:1}"
		"{1:\"curl/7.88.1\",2:\"abc-1\",3:\"de-DE\",5:\"FOO\"}");
}

static void test_numbers_are_shortest(void **state)
{
	(void)state;
	static const struct {
		uint64_t number;
		uint8_t size;
	} rows[] = {
		{0, 1},     {23, 1},    {24, 2},         {255, 2},        {256, 3},
		{65535, 3}, {65536, 5}, {UINT32_MAX, 5}, {1ULL << 32, 9}, {UINT64_MAX, 9},
	};
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		uint8_t memory[2032];
		struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
		struct mrl_audit_facts facts = {.class_id = 1, .time_us = rows[i].number};
		assert_int_equal(mrl_audit_encode(&facts, &buffer), MRL_OK);
		assert_int_equal(buffer.size, 12 + rows[i].size);
	}
}

static void check_cut(const char *text, size_t max, size_t size)
{
	check_row(mrl_audit_cut(mrl_slice_text(text), max).size == size, text);
}

static void test_cut(void **state)
{
	(void)state;
	check_cut("abc", 3, 3);
	check_cut("abcd", 3, 3);
	check_cut("ab\xC3\xA9", 3, 2);
	check_cut("a\xE2\x82\xACz", 4, 4);
	check_cut("a\xE2\x82\xACz", 3, 1);
	check_cut("a\xE2\x82\xACz", 2, 1);
	check_cut("\xF0\x9F\x98\x80", 3, 0);
	check_cut("\x80\x80\x80\x80\x80\x80", 5, 5); /* no character begins here: bytes */
	check_cut("", 0, 0);
}

static void test_maxima(void **state)
{
	(void)state;
	static struct huge huge;
	huge_facts(&huge);
	huge.facts.param_count = huge.facts.fact_count = huge.facts.via_count = 0;
	assert_string_not_equal(encode(&huge.facts, 2032), "limit");
	struct mrl_audit_record record;
	uint8_t memory[2032];
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	assert_int_equal(mrl_audit_encode(&huge.facts, &buffer), MRL_OK);
	assert_int_equal(mrl_audit_decode(mrl_buffer_slice(&buffer), &record), MRL_OK);
	assert_int_equal(record.facts.op_id.size, 96);
	assert_int_equal(record.facts.template.size, 160);
	assert_int_equal(record.facts.user_agent.size, 256);
	assert_int_equal(record.facts.method_name.size, 16);
	assert_int_equal(record.facts.flags & MRL_AUDIT_TRUNCATED, 0);
}

/* Which of user_agent's size, params, via, facts, template remain when only so much fits. */
static void check_less(const struct mrl_audit_facts *facts, size_t capacity, size_t agent,
                       const unsigned left[4])
{
	uint8_t memory[4096];
	struct mrl_audit_record record;
	struct mrl_buffer buffer = mrl_buffer(memory, capacity);
	assert_int_equal(mrl_audit_encode(facts, &buffer), MRL_OK);
	assert_int_equal(mrl_audit_decode(mrl_buffer_slice(&buffer), &record), MRL_OK);
	assert_int_equal(record.facts.user_agent.size, agent);
	assert_int_equal(record.facts.param_count, left[0]);
	assert_int_equal(record.facts.via_count, left[1]);
	assert_int_equal(record.facts.fact_count, left[2]);
	assert_int_equal(record.facts.template.size, left[3]);
	assert_int_equal(record.facts.flags & MRL_AUDIT_TRUNCATED, 1);
}

static void test_truncation_order(void **state)
{
	(void)state;
	static struct huge huge;
	huge_facts(&huge);
	/* All maxima at once are more than a frame holds; what the caller has takes nothing away.
	 */
	size_t caller = (size_t)2 * (1 + 2 + 96) + 1 + 2 + 64;
	huge.facts.user = huge.facts.client = huge.facts.issuer = MRL_SLICE_NONE;
	uint8_t memory[4096];
	struct mrl_buffer whole = mrl_buffer(memory, sizeof(memory));
	assert_int_equal(mrl_audit_encode(&huge.facts, &whole), MRL_OK);
	/* what each step frees: text heads shrink from 3 to 2 bytes at 64 */
	size_t params = 2 + 1 + 6 * (2 + 24 + 2 + 24);
	size_t via = 2 + 1 + 4 * 17;
	size_t facts = 2 + 1 + 8 * (2 + 32 + 2 + 24);
	size_t left = whole.size - 1 - (256 - 64);
	check_less(&huge.facts, whole.size - 1, 64, (const unsigned[]){6, 4, 8, 160});
	check_less(&huge.facts, left, 64, (const unsigned[]){6, 4, 8, 160});
	check_less(&huge.facts, left - 1, 64, (const unsigned[]){0, 4, 8, 160});
	left -= params;
	check_less(&huge.facts, left, 64, (const unsigned[]){0, 4, 8, 160});
	check_less(&huge.facts, left - 1, 64, (const unsigned[]){0, 0, 8, 160});
	left -= via;
	check_less(&huge.facts, left, 64, (const unsigned[]){0, 0, 8, 160});
	check_less(&huge.facts, left - 1, 64, (const unsigned[]){0, 0, 0, 160});
	left -= facts;
	check_less(&huge.facts, left, 64, (const unsigned[]){0, 0, 0, 160});
	check_less(&huge.facts, left - 1, 64, (const unsigned[]){0, 0, 0, 0});
	left -= 1 + 2 + 160;
	assert_true(left + caller <= MRL_AUDIT_WORST_MAX);
	check_less(&huge.facts, left, 64, (const unsigned[]){0, 0, 0, 0});
	assert_string_equal(encode(&huge.facts, left - 1), "limit");
}

static void test_no_byte_beyond(void **state)
{
	(void)state;
	static struct huge huge;
	uint8_t memory[2100];
	huge_facts(&huge);
	for (size_t agent = 0; agent <= 256; agent++) {
		huge.facts.user_agent.size = agent;
		huge.facts.fact_count = (uint8_t)(agent % 9);
		memset(memory, 0xEE, sizeof(memory));
		struct mrl_buffer buffer = mrl_buffer(memory, MRL_AUDIT_PAYLOAD_MAX);
		assert_int_equal(mrl_audit_encode(&huge.facts, &buffer), MRL_OK);
		for (size_t i = MRL_AUDIT_PAYLOAD_MAX; i < sizeof(memory); i++) {
			assert_int_equal(memory[i], 0xEE);
		}
	}
}

static void test_same_names_once(void **state)
{
	(void)state;
	const struct mrl_audit_fact rows[] = {
		{.name = MRL_SLICE_INIT("b"), .number = 1},
		{.name = MRL_SLICE_INIT("b"), .number = 2},
		{.name = MRL_SLICE_INIT("a"), .number = 3},
	};
	struct mrl_audit_facts facts = {.class_id = 1, .facts = rows, .fact_count = 3};
	assert_string_equal(encode(&facts, 2032), "{0:1,1:0,3:0,10:0,47:{\"a\":3,\"b\":1},48:0}{}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_minimal),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_numbers_are_shortest),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_maxima),
		cmocka_unit_test(test_truncation_order),
		cmocka_unit_test(test_no_byte_beyond),
		cmocka_unit_test(test_same_names_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
