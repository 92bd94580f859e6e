/* One text for each signature, and beside it one that nearly is. */
#include "leak_fixture.h"

static const struct twin {
	enum mrl_leak leak;
	const char *good;
	const char *bad;
} twins[] = {
	{MRL_LEAK_JVM_FRAME, "\tat a.B.c(B.java:7)", "\tat a.B.c(B.java:x)"},
	{MRL_LEAK_JVM_FRAME, "at a.B$1.<init>(B.kt:7)", "flat a.B.c(B.kt:7)"},
	{MRL_LEAK_JVM_FRAME, "at java.base/a.B.c(B.scala:7)", "at a.B.c[B.scala:7)"},
	{MRL_LEAK_JVM_CAUSE, "Caused by: a.BException: x", "Caused by: a.BExceptional"},
	{MRL_LEAK_JVM_CAUSE, "Caused by: a.BError", "Caused by: the Error"},
	{MRL_LEAK_JVM_THREAD, "Exception in thread \"x\"", "exception in thread"},
	{MRL_LEAK_DOTNET_LINE, "x.cs:line 4", "x.cs:line four"},
	{MRL_LEAK_DOTNET_EXCEPTION, "System.IO.IOException: x", "System.IO.Exceptional"},
	{MRL_LEAK_DOTNET_EXCEPTION, "System.Exception", "Ecosystem.System_.Exception"},
	{MRL_LEAK_DOTNET_FRAME, "   at System.A.B(C d)", "   at System.A.B\n("},
	{MRL_LEAK_DOTNET_FRAME, "   at Microsoft.A(", "  at Microsoft.A("},
	{MRL_LEAK_PYTHON_TRACEBACK, "Traceback (most recent call last)", "Traceback (most recent)"},
	{MRL_LEAK_PYTHON_FRAME, "File \"a.py\", line 3", "File \"a.py\", line x"},
	{MRL_LEAK_PYTHON_FRAME, "File \\\"a.py\\\", line 3", "File \"a.py\"\n, line 3"},
	{MRL_LEAK_PYTHON_FRAME, "File &quot;a.py&quot;, line 3", "File 'a.py', line 3"},
	{MRL_LEAK_PYTHON_WERKZEUG, "Werkzeug Debugger", "Werkzeug"},
	{MRL_LEAK_PYTHON_WERKZEUG, "Werkzeug\\/2.0", "Werkzeug/x"},
	{MRL_LEAK_PYTHON_DJANGO, "django.db.utils.X", "django.db.util"},
	{MRL_LEAK_NODE_INTERNAL, "(node:internal/a/b:9:5)", "(node:internal/a/b:9)"},
	{MRL_LEAK_NODE_INTERNAL, "node_modules/a.js:9:5", "node_modules/a\n:9:5"},
	{MRL_LEAK_NODE_FRAME, "at f (/a/b.js:9:5)", "cat f (/a/b.js:9:5)"},
	{MRL_LEAK_NODE_FRAME, "at /a/b.ts:9:5", "at /a/b.ts:9"},
	{MRL_LEAK_NODE_FRAME, "at x\\n at /a/b.mjs:9:5", "at x\\n /a/b.mjs:9:5"},
	{MRL_LEAK_NODE_PROMISE, "UnhandledPromiseRejection", "Unhandled Promise"},
	{MRL_LEAK_PHP_ERROR, "Fatal error: x in /a.php:3", "Fatal error: x in /a.html"},
	{MRL_LEAK_PHP_ERROR, "<b>Parse error</b>: x in /a.php", "<b>Parse error</i>: x in /a.php"},
	{MRL_LEAK_PHP_LINE, "a.php on line 3", "a.php on line x"},
	{MRL_LEAK_PHP_LINE, "<b>a.php</b> on line <b>3</b>", "page on line 3"},
	{MRL_LEAK_PHP_TRACE, "Stack trace:\\n#0 /a", "Stack trace: #1 /a"},
	{MRL_LEAK_PHP_FRAME, "#3 /a.php(12): f()", "#3 /a.php(12) f()"},
	{MRL_LEAK_RUBY_FRAME, "a.rb:3:in `b'", "a.rb:3: in b"},
	{MRL_LEAK_RUBY_NO_METHOD, "NoMethodError", "NoMethod Error"},
	{MRL_LEAK_RUBY_RAILS, "ActiveRecord::X", "ActiveRecord:: "},
	{MRL_LEAK_GO_GOROUTINE, "goroutine 1 [running]", "goroutine one [running]"},
	{MRL_LEAK_GO_PANIC, "panic: x\n/a.go:3", "panic: x\n/a.go:x"},
	{MRL_LEAK_GO_FRAME, "/a.go:3 +0x1", "/a.go:3 +x1"},
	{MRL_LEAK_RUST_PANIC, "panicked at 'x', a.rs:3", "panicked at 'x', a.rs"},
	{MRL_LEAK_RUST_FRAME, "at ./a.rs:3:5", "in ./a.rs:3:5"},
	{MRL_LEAK_ELIXIR_FRAME, "(a 1.2.3) lib/b.ex:4: C.d/1", "(a 1) lib/b.ex:4: C.d/1"},
	{MRL_LEAK_ELIXIR_FRAME, "(a 1.2) b.erl:4", "(a 1.2)\nb.erl:4"},
	{MRL_LEAK_ERLANG_FRAME, "{file,\"a.erl\"},{line,4}", "{file,\"a.txt\"},{line,4}"},
	{MRL_LEAK_NATIVE_SANITIZER, "AddressSanitizer", "Address Sanitizer"},
	{MRL_LEAK_NATIVE_SMASHING, "stack smashing detected", "stack smashing is bad"},
	{MRL_LEAK_NATIVE_TERMINATE, "terminate called after", "terminated, called after"},
	{MRL_LEAK_NATIVE_MAIN, "#1 0x5f in main /a.c:3", "#1 5f in main /a.c:3"},
	{MRL_LEAK_NATIVE_MAIN, "#1  0x5f in main () at a.c:3", "#1   0x5f in main () at a.c:3"},
	{MRL_LEAK_SQL_STATE, "SQLSTATE[42", "SQLSTATES"},
	{MRL_LEAK_SQL_STATE, "SQLSTATE 42", "SQLSTATE is"},
	{MRL_LEAK_SQL_ORACLE, "\\nORA-00942", "FLORA-00942"},
	{MRL_LEAK_SQL_ORACLE, "PLS-00201", "PLS-0020x"},
	{MRL_LEAK_SQL_MYSQL, "You have an error in your SQL", "You have an error in your text"},
	{MRL_LEAK_SQL_DRIVER, "psycopg2.errors", "psycopg2 is"},
	{MRL_LEAK_SQL_DRIVER, "PDOException: a", "PDOException, a"},
	{MRL_LEAK_SQL_SQLITE, "SQLITE_BUSY", "SQLITE_busy"},
	{MRL_LEAK_SQL_NEAR, "near \"x\": syntax error", "near x: syntax error"},
	{MRL_LEAK_SQL_POSTGRES, "syntax error at or near \\\"x", "syntax error at or near x"},
	{MRL_LEAK_SQL_UNIQUE, "violates unique constraint", "violates a unique constraint"},
	{MRL_LEAK_SQL_CONSTRAINT, "constraint failed: a.b", "constraint failed."},
	{MRL_LEAK_SQL_DUPLICATE, "Duplicate entry 'a' for key", "Duplicate entry 'a'\nfor key"},
	{MRL_LEAK_STORE_MONGO, "MongoError: x", "MongoErrors"},
	{MRL_LEAK_STORE_MONGO_KEY, "E11000 duplicate key", "E11001 duplicate key"},
	{MRL_LEAK_STORE_REDIS, "WRONGTYPE Operation", "WRONGTYPE"},
	{MRL_LEAK_STORE_SEARCH, "search_phase_execution_exception", "search_phase"},
	{MRL_LEAK_HINT_JSON_POSITION, "in JSON at position 4", "in JSON at the position"},
	{MRL_LEAK_HINT_JSON_TOKEN, "Unexpected token }", "unexpected token }"},
	{MRL_LEAK_HINT_JSON_END, "Unexpected end of JSON input", "Unexpected end"},
	{MRL_LEAK_HINT_CANNOT, "Cannot DELETE \\/a", "Cannot DELETE it"},
	{MRL_LEAK_HINT_PATH, "\"/usr/src/a.js\"", "https://x.test/usr/src/a.js"},
	{MRL_LEAK_HINT_PATH, "file:///home/a/b.py", "/home/a/b.pyc"},
	{MRL_LEAK_HINT_PATH, "in C:\\\\a\\\\b.cs:", "in AC:\\\\a\\\\b.cs:"},
	{MRL_LEAK_HINT_PATH, "(/app/a.ex)", "(/apple/a.ex)"},
	{MRL_LEAK_HINT_ADDRESS, "10.0.0.1", "10.0.0.256"},
	{MRL_LEAK_HINT_ADDRESS, "172.31.0.1:80", "172.32.0.1:80"},
	{MRL_LEAK_HINT_ADDRESS, "at 192.168.1.1.", "at 192.168.1.1.1"},
	{MRL_LEAK_HINT_ADDRESS, "(10.1.2.3)", "210.1.2.3"},
	{MRL_LEAK_HINT_NGINX, "nginx/1.22", "nginx/x"},
	{MRL_LEAK_HINT_APACHE, "Apache/2", "Apache"},
};

static bool found(const struct fixture *fixture, enum mrl_leak leak, const char *text)
{
	struct mrl_leak_result result = scan_text(fixture->scanner, text);

	return mrl_leak_set_has(result.strong, leak) || mrl_leak_set_has(result.weak, leak);
}

static void test_twins(void **state)
{
	for (size_t i = 0; i < MRL_COUNT(twins); i++) {
		if (!found(*state, twins[i].leak, twins[i].good)) {
			fail_msg("%s misses: %s", mrl_leak_id(twins[i].leak), twins[i].good);
		}
		if (found(*state, twins[i].leak, twins[i].bad)) {
			fail_msg("%s takes: %s", mrl_leak_id(twins[i].leak), twins[i].bad);
		}
	}
}

static void test_every_signature_has_twins(void **state)
{
	struct mrl_leak_set seen = {0};

	(void)state;
	for (size_t i = 0; i < MRL_COUNT(twins); i++) {
		mrl_leak_set_add(&seen, twins[i].leak);
	}
	for (unsigned leak = 0; leak < MRL_LEAK_COUNT; leak++) {
		if (!mrl_leak_set_has(seen, (enum mrl_leak)leak)) {
			fail_msg("%s has no twins", mrl_leak_id((enum mrl_leak)leak));
		}
	}
}

/* Context counts up to 256 bytes and no further. */
static void test_window(void **state)
{
	char text[600];

	for (size_t gap = 249; gap <= 250; gap++) {
		memset(text, 'x', sizeof(text));
		memcpy(text, "File \"", 6);
		memcpy(text + 6 + gap, ", line 3", 9);
		assert_int_equal(found(*state, MRL_LEAK_PYTHON_FRAME, text), gap <= 250);
		memset(text, 'x', sizeof(text));
		memcpy(text, "File \"", 6);
		memcpy(text + 7 + gap, ", line 3", 9);
		assert_int_equal(found(*state, MRL_LEAK_PYTHON_FRAME, text), gap <= 249);
	}
}

/* Where the text begins must not matter: the vector search looks at 32 places at once. */
static void test_every_offset(void **state)
{
	const struct fixture *fixture = *state;
	uint8_t text[256];
	struct mrl_slice wanted = MRL_SLICE("SQLSTATE[");

	for (size_t at = 0; at + wanted.size <= 200; at++) {
		memset(text, ' ', sizeof(text));
		memcpy(text + at, wanted.data, wanted.size);
		struct mrl_leak_result all = scan_slice(fixture->scanner,
		                                        mrl_slice(text, at + wanted.size));
		assert_int_equal(all.first_position, at);
		struct mrl_leak_result cut = scan_slice(fixture->scanner,
		                                        mrl_slice(text, at + wanted.size - 1));
		assert_int_equal(cut.strong.bits, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_twins),
		cmocka_unit_test(test_every_signature_has_twins),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_every_offset),
	};

	return cmocka_run_group_tests(tests, fixture_make, fixture_drop);
}
