/* Lines: names, order, absence, and that no text can break out of its line. */
#include "check.h"
#include "full_facts.h"

#include "audit/record.h"

static const struct mrl_audit_writer writer = {0x0123456789ABCDEF, 8812};

static struct mrl_slice render(const struct mrl_audit_facts *facts)
{
	static uint8_t memory[MRL_AUDIT_LINE_MAX];
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	mrl_audit_render(facts, &writer, &buffer);
	assert_false(buffer.overflow);
	return mrl_buffer_slice(&buffer);
}

static void test_minimal(void **state)
{
	(void)state;
	struct mrl_audit_facts facts = {.class_id = 1, .method = MRL_METHOD_GET, .time_us = 5};
	check_slice(render(&facts),
	            "{\"class\":1,\"time_us\":5,\"method\":\"GET\",\"verdict\":\"allowed\","
	            "\"stage\":\"complete\",\"incarnation\":\"0123456789abcdef\","
	            "\"wseq\":8812}\n");
}

static void test_incomplete_has_no_verdict(void **state)
{
	(void)state;
	const struct mrl_audit_writer none = {.incarnation = 1};
	uint8_t memory[512];
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	struct mrl_audit_facts facts = {.class_id = 1, .stage = MRL_AUDIT_INCOMPLETE, .time_us = 5};
	mrl_audit_render(&facts, &none, &buffer);
	check_slice(mrl_buffer_slice(&buffer),
	            "{\"class\":1,\"time_us\":5,\"method\":\"other\",\"stage\":\"incomplete\","
	            "\"incarnation\":\"0000000000000001\"}\n");
}

static void test_full(void **state)
{
	(void)state;
	struct mrl_audit_facts facts = full_facts();
	check_slice(
		render(&facts),
		"{\"class\":1,\"time_us\":1795430400123456,\"dur_us\":2412,\"method\":\"other\","
		"\"op_id\":\"getOrder\",\"template\":\"/v1/orders/{id}\",\"api\":\"orders\","
		"\"version\":\"1.0.0\",\"status\":404,\"verdict\":\"denied\",\"control\":"
		"\"operation\","
		"\"problem\":\"no-operation\",\"user\":\"u-481\",\"user_kind\":1,\"client\":"
		"\"app\","
		"\"issuer\":\"https://"
		"id.test\",\"token_exp\":1795431000,\"auth_method\":1,\"ip\":\"203.0.113.7\","
		"\"port\":52814,"
		"\"via\":[\"10.0.0.5\",\"2001:db8::1\"],\"up_ip\":\"127.0.0.1\",\"up_port\":3000,"
		"\"up_us\":1980,\"req_len\":412,\"req_body\":0,\"res_len\":913,\"res_body\":188,"
		"\"request_id\":\"019aa3c1-7b1e-7c3a-9f00-2b5d8c1e4a77\","
		"\"trace\":\"019aa3c17b1e7c3a9f002b5d8c1e4a77\",\"span\":\"019aa3c17b1e7c3a\","
		"\"parent\":\"019aa3c17b1e7c3a\",\"sampled\":true,\"http\":11,\"tls\":772,"
		"\"cipher\":4865,\"res_type\":\"application/json\","
		"\"params\":{\"state\":\"open\",\"id\":\"42\"},"
		"\"facts\":{\"leak\":\"python\",\"identity_dropped\":2,\"eml\":true,\"dem\":false},"
		"\"stage\":\"complete\",\"flags\":8,\"err\":6,\"gen\":12,"
		"\"login_user\":\"h1:2027:_wAAAAAAAAAAAAAAAAAAAA\","
		"\"path\":{\"depth\":3,\"bytes\":40,\"tag\":\"h1:202701:3jZVAAAAAAAAAAAAAAAAAA\"},"
		"\"activity\":1,\"user_agent\":\"curl/7.88.1\",\"client_request_id\":\"abc-1\","
		"\"accept_language\":\"de-DE\",\"method_name\":\"FOO\","
		"\"incarnation\":\"0123456789abcdef\",\"wseq\":8812}\n");
}

static void test_free_text_is_scrubbed(void **state)
{
	(void)state;
	struct mrl_audit_facts facts = {
		.class_id = 1,
		.user_agent = MRL_SLICE("a \x1B]0;x\"} \r\n{\"stage\":\"open\"} Bearer abcdefgh"),
	};
	struct mrl_slice line = render(&facts);
	assert_int_equal(mrl_slice_find(line, '\n'), line.size - 1);
	assert_int_equal(mrl_slice_find(line, 0x1B), line.size);
	struct mrl_slice wanted = MRL_SLICE(
		"\"user_agent\":\"a \xEF\xBF\xBD]0;x\\\"} \xEF\xBF\xBD\xEF\xBF\xBD"
		"{\\\"stage\\\":\\\"open\\\"} <cred>\",\"scrub_hits\":4,");
	assert_int_not_equal(mrl_slice_find_text(line, wanted), line.size);
}

static void check_op_id(const char *text, const char *json)
{
	struct mrl_audit_facts facts = {.class_id = 1, .op_id = mrl_slice_text(text)};
	struct mrl_slice line = render(&facts);
	check_row(mrl_slice_find_text(line, mrl_slice_text(json)) != line.size, json);
}

/* Text of the policy is not scrubbed, but it cannot break a line either. */
static void test_text_is_escaped(void **state)
{
	(void)state;
	static const struct {
		const char *text, *json;
	} rows[] = {
		{"a\"\\/", "\"op_id\":\"a\\\"\\\\/\""},
		{"\x01\n\x1F\x7F", "\"op_id\":\"\\u0001\\u000a\\u001f\\u007f\""},
		{"\xC2\x9B", "\"op_id\":\"\\u009b\""},
		{"\xE2\x80\xA8\xE2\x80\xAE\xD8\x9C", "\"op_id\":\"\\u2028\\u202e\\u061c\""},
		{"\xE2\x82\xAC\xF0\x9F\x98\x80", "\"op_id\":\"\xE2\x82\xAC\xF0\x9F\x98\x80\""},
		{"x\xE2\x82", "\"op_id\":\"x\xEF\xBF\xBD\xEF\xBF\xBD\""},
		{"\xF5\x80", "\"op_id\":\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
	};
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		check_op_id(rows[i].text, rows[i].json);
	}
}

/* The longest line: all maxima, everything to be escaped. */
static void test_longest(void **state)
{
	(void)state;
	static struct huge huge;
	huge_facts(&huge);
	memset(huge.text, 1, sizeof(huge.text));
	memset(huge.names, 2, sizeof(huge.names));
	struct mrl_audit_facts facts = huge.facts;
	facts.op_id.size = 96;
	facts.template.size = 160;
	facts.api.size = 48;
	facts.version.size = facts.control.size = 24;
	facts.res_type.size = 64;
	facts.problem.size = 40;
	facts.user.size = facts.issuer.size = 96;
	facts.client.size = 64;
	facts.user_agent.size = 256;
	facts.client_request_id.size = 64;
	facts.accept_language.size = facts.method_name.size = 16;
	facts.param_count = MRL_AUDIT_PARAMS_MAX;
	facts.fact_count = MRL_AUDIT_FACTS_MAX;
	facts.via_count = MRL_AUDIT_VIA_MAX;
	for (size_t i = 0; i < 16; i++) {
		huge.rows[i].word.size = 24;
		huge.params[i].value.size = huge.params[i].name.size = 24;
		huge.rows[i].name.size = 32;
	}
	assert_true(render(&facts).size <= MRL_AUDIT_LINE_MAX);
}

static void test_gap(void **state)
{
	(void)state;
	uint8_t memory[1024];
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	struct mrl_audit_gap gap = {
		.reason = MRL_AUDIT_RING_FULL,
		.effect = MRL_AUDIT_REFUSED,
		.has_count = true,
		.count = 17,
		.total = 20,
		.incarnation = 255,
		.first_us = 1,
		.last_us = 2,
		.classes = {0, 0, 0, 0, 0, 17},
		.ops = {{0xAB, 3}},
	};
	memcpy(gap.first_id, full_id, sizeof(full_id));
	mrl_audit_render_gap(&gap, &buffer);
	check_slice(mrl_buffer_slice(&buffer),
	            "{\"gap\":\"ring_full\",\"count\":17,\"effect\":\"refused\",\"first_us\":1,"
	            "\"last_us\":2,\"classes\":[0,0,0,0,0,17],\"ops\":[[\"00000000000000ab\",3]],"
	            "\"first_id\":\"019aa3c1-7b1e-7c3a-9f00-2b5d8c1e4a77\",\"total\":20,"
	            "\"incarnation\":\"00000000000000ff\"}\n");
	gap = (struct mrl_audit_gap){.reason = MRL_AUDIT_DECODE_ERROR,
	                             .effect = MRL_AUDIT_RECORD_LOST};
	buffer.size = 0;
	mrl_audit_render_gap(&gap, &buffer);
	check_slice(mrl_buffer_slice(&buffer), "{\"gap\":\"decode_error\",\"count\":null,"
	                                       "\"effect\":\"lost\","
	                                       "\"incarnation\":\"0000000000000000\"}\n");
}

static void test_slot(void **state)
{
	(void)state;
	uint8_t memory[512];
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	const struct mrl_audit_balance balance = {
		.incarnation = 1,
		.kind = 1,
		.pid = 7,
		.admitted = 5,
		.reserved = 3,
		.extra = 1,
		.incomplete = 2,
		.max_wseq = 4,
	};
	mrl_audit_render_slot(&balance, &buffer);
	check_slice(mrl_buffer_slice(&buffer),
	            "{\"slot\":\"closed\",\"kind\":1,\"pid\":7,\"admitted\":5,\"reserved\":3,"
	            "\"extra\":1,\"incomplete\":2,\"clean\":false,"
	            "\"incarnation\":\"0000000000000001\",\"max_wseq\":4}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_minimal),
		cmocka_unit_test(test_incomplete_has_no_verdict),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_free_text_is_scrubbed),
		cmocka_unit_test(test_text_is_escaped),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_slot),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
