/* The whole: top keys, files, what is told of a file that cannot be read. */
#include "findings.h"

#include <merlon/crypto.h>

static void refuses(void **state)
{
	static const struct finding_row rows[] = {
		{"null\n", "policy-type", 1, 1, "", "this must be a mapping, not null", ""},
		{"[]", "policy-type", 1, 1, "", "this must be a mapping, not an array", ""},
		{"merlon: 2\napis: []\nlater: 1\n", "policy-range", 1, 9, "/merlon",
	         "\"merlon\" is out of range: 1 to 1", "`merlon: 1`"},
		{BASE "later: 1\n", "policy-key", 7, 1, "/later", "\"later\" is no key here",
	         "one of: merlon, listeners, tls, apis"},
		{BASE "listner: []\n", "policy-key", 7, 1, "/listner", "\"listner\" is no key here",
	         "did you mean \"listeners\"?"},
		{BASE "listenerss: []\n", "policy-key", 7, 1, "/listenerss", "is no key here",
	         "did you mean \"listeners\"?"},
		{BASE "tls: []\n", "policy-type", 7, 6, "/tls",
	         "\"tls\" must be a mapping, not an array", "certificates"},
		{BASE "tls:\n", "policy-type", 7, 1, "/tls", "must be a mapping, not null", ""},
		{BASE "tls: {http4: on}\n", "policy-key", 7, 7, "/tls/http4", "is no key",
	         "did you mean \"http3\"?"},
		{BASE "tls: {certificates: [{cert: a.crt}]}\n", "policy-missing", 7, 22,
	         "/tls/certificates/0", "\"key\" is missing", "private key"},
		{BASE "tls: {certificates: [a]}\n", "policy-type", 7, 22, "/tls/certificates/0",
	         "this must be a mapping, not a string", ""},
		{BASE "audit: {on_overload: drop}\n", "policy-value", 7, 22, "/audit/on_overload",
	         "\"drop\" is no value of \"on_overload\"", "one of: refuse, pass"},
		{BASE "problem_base: \"no uri\"\n", "policy-value", 7, 15, "/problem_base",
	         "\"no uri\" is no URI", "https://api.example.com/problems/"},
		{BASE "problem_base: \"a:\\\"b\"\n", "policy-value", 7, 15, "/problem_base",
	         "is no URI", ""},
		{BASE "problem_base: \":abc\"\n", "policy-value", 7, 15, "/problem_base",
	         "is no URI", ""},
		{BASE "merlon: 1\n", "yaml-syntax", 7, 1, "/merlon", "", ""},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		check_finding(&rows[i]);
	}
}

static void tells_all_in_one_run(void **state)
{
	struct loaded loaded;
	(void)state;
	load("merlon: 1\napis: [{}]\nproblem_base: x\ntls: 1\n", &loaded);
	assert_int_equal(loaded.err, MRL_ERR_INVALID);
	/* name, hosts, openapi, upstream; problem_base; tls */
	assert_int_equal(loaded.diagnostics.errors, 6);
	release(&loaded);
}

static void wants_its_form(void **state)
{
	struct loaded loaded;
	(void)state;
	load("apis: [{}]\n", &loaded);
	assert_int_equal(loaded.err, MRL_ERR_INVALID);
	assert_int_equal(loaded.diagnostics.errors, 1); /* what follows cannot be understood */
	check_slice(loaded.diagnostics.first->message, "\"merlon\" is missing");
	check_slice(loaded.diagnostics.first->hint,
	            "form of the policy; begin the file with `merlon: 1`");
	release(&loaded);
	load("merlon: 2\napis: [{}]\n", &loaded);
	assert_int_equal(loaded.diagnostics.errors, 1);
	assert_string_equal(loaded.diagnostics.first->code, "policy-range");
	release(&loaded);
}

static void loads_the_smallest(void **state)
{
	struct loaded loaded;
	uint8_t digest[MRL_SHA256_BYTES];
	(void)state;
	load(BASE, &loaded);
	assert_int_equal(loaded.err, MRL_OK);
	assert_null(loaded.diagnostics.first);
	const struct mrl_policy *policy = loaded.policy;
	check_slice(policy->file, "etc/merlon.yaml");
	assert_int_equal(policy->generation, 7);
	assert_int_equal(policy->references, 1);
	check_slice(policy->problem_base, "urn:merlon:problem:");
	assert_int_equal(policy->on_overload, MRL_OVERLOAD_REFUSE);
	assert_int_equal(policy->listener_count, 0);
	assert_int_equal(policy->certificate_count, 0);
	assert_false(policy->http3);
	assert_int_equal(policy->files.count, 2);
	check_slice(policy->files.items[0], "etc/merlon.yaml");
	check_slice(policy->files.items[1], "etc/orders.yaml");
	assert_int_equal(mrl_sha256(MRL_SLICE(BASE), digest), MRL_OK);
	assert_memory_equal(policy->digest, digest, sizeof(digest));
	release(&loaded);
}

static void takes_every_section(void **state)
{
	struct loaded loaded;
	(void)state;
	load(BASE "tls: {certificates: [{cert: api.crt, key: /etc/keys/api.key}], http3: on}\n"
	          "audit: {on_overload: pass}\n"
	          "problem_base: https://api.example.com/problems/\n",
	     &loaded);
	assert_int_equal(loaded.err, MRL_OK);
	const struct mrl_policy *policy = loaded.policy;
	assert_int_equal(policy->certificate_count, 1);
	check_slice(policy->certificates[0].cert, "etc/api.crt");
	check_slice(policy->certificates[0].key, "/etc/keys/api.key");
	assert_true(policy->http3);
	assert_int_equal(policy->on_overload, MRL_OVERLOAD_PASS);
	check_slice(policy->problem_base, "https://api.example.com/problems/");
	release(&loaded);
}

static void check_file(const char *file, const char *message)
{
	struct mrl_policy_options options = fixture_options();
	struct mrl_arena arena;
	struct mrl_diagnostics diagnostics = {.arena = &arena};
	struct mrl_policy *policy = NULL;
	mrl_arena_init(&arena, &mrl_memory_malloc, 1024, 65536);
	assert_int_equal(mrl_policy_load(&options, mrl_slice_text(file), &diagnostics, &policy),
	                 MRL_ERR_INVALID);
	assert_null(policy);
	assert_int_equal(diagnostics.errors, 1);
	check_slice(diagnostics.first->file, file);
	assert_int_equal(diagnostics.first->line, 0);
	check_slice(diagnostics.first->message, message);
	mrl_arena_release(&arena);
}

static void tells_of_files(void **state)
{
	(void)state;
	check_file("none.yaml", "the policy cannot be read: there is no such file");
	check_file("locked.yaml", "the policy cannot be read: Permission denied");
}

static enum mrl_err read_base(void *host, struct mrl_slice path, size_t bytes_max,
                              struct mrl_arena *arena, struct mrl_slice *ret_text)
{
	if (mrl_slice_is(path, "etc/merlon.yaml")) {
		*ret_text = MRL_SLICE(BASE);
		return MRL_OK;
	}
	return fixture_files.read(host, path, bytes_max, arena, ret_text);
}

static void loads_from_a_file(void **state)
{
	struct mrl_policy_options options = fixture_options();
	struct mrl_arena arena;
	struct mrl_diagnostics diagnostics = {.arena = &arena};
	struct mrl_policy *policy = NULL;
	(void)state;
	options.files.read = read_base;
	mrl_arena_init(&arena, &mrl_memory_malloc, 1024, 65536);
	assert_int_equal(
		mrl_policy_load(&options, MRL_SLICE("etc/merlon.yaml"), &diagnostics, &policy),
		MRL_OK);
	assert_int_equal(policy->files.count, 2);
	assert_ptr_equal(mrl_policy_ref(policy), policy);
	mrl_policy_unref(policy);
	check_slice(policy->file, "etc/merlon.yaml"); /* one reference is left */
	mrl_policy_unref(policy);
	mrl_policy_unref(NULL);
	assert_null(mrl_policy_ref(NULL));
	mrl_arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses),
		cmocka_unit_test(tells_all_in_one_run),
		cmocka_unit_test(wants_its_form),
		cmocka_unit_test(loads_the_smallest),
		cmocka_unit_test(takes_every_section),
		cmocka_unit_test(tells_of_files),
		cmocka_unit_test(loads_from_a_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
