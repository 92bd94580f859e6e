/* APIs, their hosts and documents, and settings of single operations. */
#include "findings.h"

#define START "merlon: 1\napis:\n"
#define API(name, hosts, document, rest) \
	"  - name: " name "\n"           \
	"    hosts: [" hosts "]\n"       \
	"    openapi: " document "\n"    \
	"    upstream: {url: \"http://a\"}\n" rest
#define ORDERS API("orders", "a.test", "orders.yaml", "")

static void refuses(void **state)
{
	static const struct finding_row rows[] = {
		{"merlon: 1\n", "policy-missing", 1, 1, "", "\"apis\" is missing", ""},
		{"merlon: 1\napis: []\n", "policy-range", 2, 7, "/apis", "1 to 256 items", ""},
		{START API("Orders", "a.test", "orders.yaml", ""), "policy-name", 3, 11,
	         "/apis/0/name", "\"Orders\" is no name", "a letter first"},
		{START API("1a", "a.test", "orders.yaml", ""), "policy-name", 3, 11, "/apis/0/name",
	         "", ""},
		{START API("a_b", "a.test", "orders.yaml", ""), "policy-name", 3, 11,
	         "/apis/0/name", "", ""},
		{START API("a123456789012345678901234", "a.test", "orders.yaml", ""),
	         "policy-range", 3, 11, "/apis/0/name", "1 to 24 characters", ""},
		{START ORDERS API("orders", "b.test", "pets.yaml", ""), "policy-name", 7, 11,
	         "/apis/1/name", "two APIs have the name", "the other is at"},
		{START API("orders", "", "orders.yaml", ""), "policy-range", 4, 12, "/apis/0/hosts",
	         "1 to 64 items", ""},
		{START API("orders", "\"*.a.test\"", "orders.yaml", ""), "policy-host", 4, 13,
	         "/apis/0/hosts/0", "\"*.a.test\" is no exact host", "patterns"},
		{START API("orders", "a.test, A.test", "orders.yaml", ""), "policy-host", 4, 21,
	         "/apis/0/hosts/1", "\"A.test\"", "lower case"},
		{START API("orders", "a.test", "orders.yaml", "    base_path: v1\n"),
	         "policy-base-path", 7, 16, "/apis/0/base_path", "\"v1\" is no base path", "/v1"},
		{START API("orders", "a.test", "orders.yaml", "    base_path: /a/../b\n"),
	         "policy-base-path", 7, 16, "/apis/0/base_path", "", ""},
		{START API("orders", "a.test", "orders.yaml", "    base_path: /a%20b\n"),
	         "policy-base-path", 7, 16, "/apis/0/base_path", "", ""},
		{START API("orders", "a.test", "orders.yaml", "    base_path: /a?b\n"),
	         "policy-base-path", 7, 16, "/apis/0/base_path", "", ""},
		{START ORDERS API("other", "b.test, a.test", "orders.yaml", ""), "policy-base-path",
	         7, 5, "/apis/1",
	         "\"orders\" and \"other\" have the same host \"a.test\" and base path \"/v1\"",
	         "the other is at etc/merlon.yaml:3:5"},
		{START API("orders", "a.test", "orders.yaml",
	                   "    operations: {\"GET /order\": {}}\n"),
	         "policy-operation", 7, 18, "/apis/0/operations/GET ~1order",
	         "no document has the operation \"GET /order\"", "did you mean \"GET /orders"},
		{START API("orders", "a.test", "orders.yaml",
	                   "    operations: {\"PATCH /something/else\": {}}\n"),
	         "policy-operation", 7, 18, "/apis/0/operations/PATCH ~1something~1else", "",
	         "one of: "},
		{START API("orders", "a.test", "orders.yaml",
	                   "    operations: {\"GET /orders\": {control: {}}}\n"),
	         "policy-key", 7, 34, "/apis/0/operations/GET ~1orders/control",
	         "\"control\" is no key here", "did you mean \"controls\"?"},
		{START API("orders", "a.test", "orders.yaml",
	                   "    operations: {\"GET /orders\": 1}\n"),
	         "policy-type", 7, 33, "/apis/0/operations/GET ~1orders",
	         "this must be a mapping, not a number", ""},
		{START API("orders", "a.test", "orders.yaml",
	                   "    operations: {\"GET /orders\": {controls: {fields: "
	                   "{header_count: 1}}}}\n"),
	         "policy-range", 7, 68,
	         "/apis/0/operations/GET ~1orders/controls/fields/header_count", "", ""},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		check_finding(&rows[i]);
	}
}

static void warns_of_a_host_twice(void **state)
{
	static const struct finding_row row = {
		START API("orders", "a.test, a.test", "orders.yaml", ""),
		"policy-host",
		4,
		21,
		"/apis/0/hosts/1",
		"\"a.test\" is named twice",
		""};
	(void)state;
	check_warning(&row);
}

/* The document's own findings name its file; the rest of the policy is read on. */
static void tells_of_documents(void **state)
{
	static const struct {
		const char *document, *file;
	} rows[] = {{"none.yaml", "etc/none.yaml"},
	            {"locked.yaml", "etc/locked.yaml"},
	            {"bad.yaml", "etc/bad.yaml"}};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		char text[512];
		struct mrl_buffer buffer = mrl_buffer(text, sizeof(text));
		struct loaded loaded;
		MRL_PUT(&buffer, START "  - name: orders\n    hosts: [a.test]\n    openapi: ");
		mrl_buffer_put(&buffer, mrl_slice_text(rows[i].document));
		MRL_PUT(&buffer, "\n    upstream: {url: \"http://a\"}\n"
		                 "    operations: {\"GET /none\": {}}\n"
		                 "controls: {none: {}}\n\0");
		assert_false(buffer.overflow);
		load(text, &loaded);
		assert_int_equal(loaded.err, MRL_ERR_INVALID);
		const struct mrl_diagnostic *first = loaded.diagnostics.first;
		assert_non_null(first);
		check_slice(first->file, rows[i].file);
		assert_non_null(loaded.diagnostics.last);
		check_slice(loaded.diagnostics.last->message, "\"none\" is no control");
		release(&loaded);
	}
}

static void takes(void **state)
{
	struct loaded loaded;
	(void)state;
	load(START API("orders", "a.test, \"[::1]\"", "orders.yaml",
	               "    base_path: /v2/\n"
	               "    operations: {\"GET /orders\": {stream: on}}\n")
	             API("pets", "a.test", "pets.yaml", "    base_path: /\n"),
	     &loaded);
	assert_int_equal(loaded.err, MRL_OK);
	assert_int_equal(loaded.policy->api_count, 2);
	const struct mrl_api *apis = loaded.policy->apis;
	check_slice(apis[0].name, "orders");
	check_slice(apis[0].location, "@mrl_orders");
	check_slice(apis[0].base_path, "/v2");
	assert_int_equal(apis[0].hosts.count, 2);
	check_slice(apis[1].base_path, "");
	const struct mrl_operation *list = operation_of(&loaded, "GET /orders");
	assert_ptr_equal(list->api, &apis[0]);
	check_slice(list->template_path, "/v2/orders");
	assert_true(list->plan->stream);
	assert_false(operation_of(&loaded, "POST /orders")->plan->stream);
	for (uint32_t i = 0; i < apis[0].document->path_count; i++) {
		assert_ptr_equal(apis[0].document->paths[i].api, &apis[0]);
	}
	release(&loaded);
	load(START ORDERS, &loaded);
	check_slice(loaded.policy->apis[0].base_path, "/v1"); /* the document's */
	release(&loaded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses),
		cmocka_unit_test(warns_of_a_host_twice),
		cmocka_unit_test(tells_of_documents),
		cmocka_unit_test(takes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
