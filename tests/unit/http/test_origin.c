/* Origins that a policy may name, and the hint for each that it may not. */
#include "../check.h"

#include <merlon/http.h>

static struct mrl_arena arena;

/* CORS-1 */
static void test_good(void **state)
{
	static const char *const good[] = {
		"https://app.example.com",
		"https://app.example.com:8443",
		"https://localhost",
		"https://localhost:3000",
		"http://localhost",
		"http://localhost:3000",
		"http://127.0.0.1:5173",
		"http://[::1]",
		"http://[::1]:8080",
		"https://192.0.2.7",
		"https://[2001:db8::1]:8443",
		"https://xn--bcher-kva.example",
		"https://a",
		"https://1a.2b",
		"https://a-b.c-d",
		"https://a:1",
		"https://a:65535",
		"https://a:80",
		"http://localhost:443",
		"https://1.example",
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(good); i++) {
		struct mrl_slice hint = MRL_SLICE_NONE;
		check_row(mrl_origin_valid(mrl_slice_text(good[i]), &arena, &hint), good[i]);
		assert_null(hint.data);
	}
}

struct row {
	const char *origin;
	const char *spelling; /* NULL: none is shown */
};

static const struct row rows[] = {
	{"", NULL},
	{"null", NULL},
	{"*", NULL},
	{"https://*", NULL},
	{"https://*.example.com", NULL},
	{"https://app.*", NULL},
	{"HTTPS://APP.EXAMPLE.COM", "https://app.example.com"},
	{"https://App.example.com", "https://app.example.com"},
	{"https://app.example.com:443", "https://app.example.com"},
	{"http://localhost:80", "http://localhost"},
	{"http://app.example.com:80", "https://app.example.com"},
	{"https://app.example.com/", "https://app.example.com"},
	{"https://app.example.com/a/b?c#d", "https://app.example.com"},
	{"https://app.example.com?", "https://app.example.com"},
	{"https://app.example.com.", "https://app.example.com"},
	{"https://app.example.com.:8443", "https://app.example.com:8443"},
	{"https://user@app.example.com", "https://app.example.com"},
	{"https://user:pw@app.example.com:8443", "https://app.example.com:8443"},
	{"https://app.example.com:", "https://app.example.com"},
	{"app.example.com", "https://app.example.com"},
	{"//app.example.com", NULL},
	{"http://app.example.com", "https://app.example.com"},
	{"http://app.example.com:8080", "https://app.example.com:8080"},
	{"http://localhost.example.com", "https://localhost.example.com"},
	{"http://127.0.0.2", "https://127.0.0.2"},
	{"http://[::2]", "https://[::2]"},
	{"ftp://app.example.com", "https://app.example.com"},
	{"wss://app.example.com", "https://app.example.com"},
	{"file://", NULL},
	{"https://", NULL},
	{"https:///", NULL},
	{"https:app.example.com", NULL},
	{"localhost:3000", "https://localhost:3000"},
	{" https://app.example.com ", "https://app.example.com"},
	{"https://app.example.com https://b.example", NULL},
	{"https://app.example.com,https://b.example", NULL},
	{"https://app..example.com", NULL},
	{"https://.example.com", NULL},
	{"https://-a.example.com", NULL},
	{"https://a-.example.com", NULL},
	{"https://a_b.example.com", NULL},
	{"https://app%2eexample.com", NULL},
	{"https://app\\.example.com", NULL},
	{"https://app.example.com:0", NULL},
	{"https://app.example.com:08443", NULL},
	{"https://app.example.com:65536", NULL},
	{"https://app.example.com:84430", NULL},
	{"https://app.example.com:8443x", NULL},
	{"https://app.example.com:8443:1", NULL},
	{"https://192.0.2.256", NULL},
	{"https://192.0.2", NULL},
	{"https://192.0.2.07", NULL},
	{"https://3221225991", NULL},
	{"https://a.1", NULL},
	{"https://a.0x1f", NULL},
	{"https://a.0x", NULL},
	{"https://[::1", NULL},
	{"https://::1", NULL},
	{"https://[0:0:0:0:0:0:0:1]", NULL},
	{"https://[::0001]", NULL},
	{"https://[::1]x", NULL},
	{"https://[192.0.2.7]", NULL},
	{"https://[::1%25eth0]", NULL},
	{"https://b\xC3\xBC"
         "cher.example",
         NULL},
	{"https://app.example.com\n", NULL},
	{"https://app.example.com\x7F", NULL},
};

static void test_hints(void **state)
{
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		struct mrl_slice hint = MRL_SLICE_NONE;
		bool valid = mrl_origin_valid(mrl_slice_text(rows[i].origin), &arena, &hint);
		check_row(!valid && hint.size > 5, rows[i].origin);
		size_t at = mrl_slice_find_text(hint, MRL_SLICE(": write "));
		struct mrl_slice spelling = mrl_slice_from(hint, at + 8);
		if (!mrl_slice_is(spelling, rows[i].spelling == NULL ? "" : rows[i].spelling)) {
			fail_msg("\"%s\": %.*s", rows[i].origin, MRL_PRINT(hint));
		}
	}
}

static void test_long(void **state)
{
	uint8_t origin[400];
	struct mrl_slice hint;
	struct mrl_buffer buffer = mrl_buffer(origin, sizeof(origin));
	(void)state;
	MRL_PUT(&buffer, "https://");
	for (unsigned i = 0; i < 126; i++) {
		MRL_PUT(&buffer, "a.");
	}
	MRL_PUT(&buffer, "b");
	assert_int_equal(buffer.size, 8 + 253);
	assert_true(mrl_origin_valid(mrl_buffer_slice(&buffer), &arena, &hint));
	MRL_PUT(&buffer, "b");
	assert_false(mrl_origin_valid(mrl_buffer_slice(&buffer), &arena, &hint));
	memset(origin + 8, 'a', 63);
	assert_true(mrl_origin_valid(mrl_slice(origin, 8 + 63), &arena, &hint));
	memset(origin + 8, 'a', 64);
	assert_false(mrl_origin_valid(mrl_slice(origin, 8 + 64), &arena, &hint));
	memset(origin, 'A', sizeof(origin));
	assert_false(mrl_origin_valid(mrl_slice(origin, sizeof(origin)), &arena, &hint));
}

/* Without memory the hint is the fault alone. */
static void test_no_memory(void **state)
{
	struct mrl_arena none;
	struct mrl_slice hint = MRL_SLICE_NONE;
	(void)state;
	mrl_arena_init(&none, &mrl_memory_malloc, 64, 10);
	assert_false(mrl_origin_valid(MRL_SLICE("https://A.example"), &none, &hint));
	check_slice(hint, "upper case, browsers send lower case");
	mrl_arena_release(&none);
}

static int open_arena(void **state)
{
	(void)state;
	mrl_arena_init(&arena, &mrl_memory_malloc, 4096, 1 << 20);
	return 0;
}

static int close_arena(void **state)
{
	(void)state;
	mrl_arena_release(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_hints),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_no_memory),
	};
	return cmocka_run_group_tests(tests, open_arena, close_arena);
}
