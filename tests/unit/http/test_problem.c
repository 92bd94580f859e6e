/* Error bodies, byte for byte, and the table that they come from. */
#include "../check.h"

#include <merlon/http.h>

static const uint8_t request_id[MRL_UUID_BYTES] = {0x01, 0x9a, 0xa3, 0xc1, 0x7b, 0x1e, 0x7c, 0x3a,
                                                   0x9f, 0x00, 0x2b, 0x5d, 0x8c, 0x1e, 0x4a, 0x77};

static bool write_problem(struct mrl_buffer *buffer, const struct mrl_problem *row, uint16_t status,
                          const char *base)
{
	const struct mrl_problem_details details = {
		.base = mrl_slice_text(base), .status = status, .request_id = request_id};
	return mrl_problem_write(buffer, row, &details);
}

static void check_body(enum mrl_problem_id id, uint16_t status, const char *base, const char *body)
{
	uint8_t memory[MRL_PROBLEM_BODY_MAX];
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	assert_true(write_problem(&buffer, &mrl_problems[id], status, base));
	check_slice(mrl_buffer_slice(&buffer), body);
}

#define INSTANCE "\"instance\":\"urn:uuid:019aa3c1-7b1e-7c3a-9f00-2b5d8c1e4a77\"}"

/* ERR-3 */
static void test_body(void **state)
{
	(void)state;
	check_body(MRL_PROBLEM_NO_OPERATION, 0, MRL_PROBLEM_BASE,
	           "{\"type\":\"urn:merlon:problem:no-operation\",\"title\":\"Not found\","
	           "\"status\":404," INSTANCE);
	check_body(MRL_PROBLEM_NO_OPERATION, 500, MRL_PROBLEM_BASE,
	           "{\"type\":\"urn:merlon:problem:no-operation\",\"title\":\"Not found\","
	           "\"status\":404," INSTANCE);
	check_body(MRL_PROBLEM_GATEWAY_ERROR, 0, "https://errors.example/",
	           "{\"type\":\"https://errors.example/gateway-error\","
	           "\"title\":\"Temporarily unavailable\",\"status\":503," INSTANCE);
}

static void test_upstream_status(void **state)
{
	(void)state;
	check_body(MRL_PROBLEM_UPSTREAM_REFUSED, 422, "b:",
	           "{\"type\":\"b:upstream-refused\",\"title\":\"Unprocessable Content\","
	           "\"status\":422," INSTANCE);
	check_body(MRL_PROBLEM_UPSTREAM_ERROR, 504, "b:",
	           "{\"type\":\"b:upstream-error\",\"title\":\"Gateway Timeout\","
	           "\"status\":504," INSTANCE);
	check_body(MRL_PROBLEM_UPSTREAM_REFUSED, 499, "b:",
	           "{\"type\":\"b:upstream-refused\",\"title\":\"Bad Request\","
	           "\"status\":499," INSTANCE);
}

static void test_base_is_escaped(void **state)
{
	(void)state;
	check_body(MRL_PROBLEM_MISDIRECTED, 0, "a\"b\\c\n:",
	           "{\"type\":\"a\\\"b\\\\c\\u000a:misdirected\",\"title\":\"Misdirected "
	           "Request\",\"status\":421," INSTANCE);
}

static void test_error(void **state)
{
	uint8_t memory[MRL_PROBLEM_BODY_MAX];
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	const struct mrl_problem_details details = {
		.base = MRL_SLICE("b:"),
		.request_id = request_id,
		.error = MRL_SLICE("{\"in\":\"body\",\"pointer\":\"/a\",\"keyword\":\"type\"}"),
	};
	(void)state;
	assert_true(mrl_problem_write(&buffer, &mrl_problems[MRL_PROBLEM_INPUT_INVALID], &details));
	check_slice(mrl_buffer_slice(&buffer),
	            "{\"type\":\"b:input-invalid\",\"title\":\"Body not accepted\",\"status\":422,"
	            "\"instance\":\"urn:uuid:019aa3c1-7b1e-7c3a-9f00-2b5d8c1e4a77\","
	            "\"errors\":[{\"in\":\"body\",\"pointer\":\"/a\",\"keyword\":\"type\"}]}");
}

static void test_too_small(void **state)
{
	uint8_t memory[MRL_PROBLEM_BODY_MAX];
	size_t size = 0;
	bool fits = false;
	(void)state;
	for (; !fits && size < sizeof(memory); size++) {
		struct mrl_buffer buffer = mrl_buffer(memory, size);
		fits = write_problem(&buffer, &mrl_problems[MRL_PROBLEM_NO_OPERATION], 0,
		                     MRL_PROBLEM_BASE);
	}
	assert_int_equal(size,
	                 strlen("{\"type\":\"urn:merlon:problem:no-operation\",\"title\":\"Not "
	                        "found\",\"status\":404," INSTANCE) +
	                         1);
}

static bool needs_no_escape(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text < 0x20 || *text > 0x7E || *text == '"' || *text == '\\') {
			return false;
		}
	}
	return true;
}

static void test_table(void **state)
{
	uint8_t memory[MRL_PROBLEM_BODY_MAX];
	(void)state;
	for (size_t i = 0; i < MRL_PROBLEM_COUNT; i++) {
		const struct mrl_problem *row = &mrl_problems[i];
		struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
		check_row(row->status == 0 || (row->status >= 400 && row->status < 600), row->id);
		check_row((row->status == 0) == (row->title[0] == '\0'), row->id);
		check_row(needs_no_escape(row->id) && needs_no_escape(row->title), row->id);
		check_row(write_problem(&buffer, row, 431, MRL_PROBLEM_BASE), row->id);
		for (size_t other = 0; other < i; other++) {
			check_row(strcmp(row->id, mrl_problems[other].id) != 0, row->id);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_body),
		cmocka_unit_test(test_upstream_status),
		cmocka_unit_test(test_base_is_escaped),
		cmocka_unit_test(test_error),
		cmocka_unit_test(test_too_small),
		cmocka_unit_test(test_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
