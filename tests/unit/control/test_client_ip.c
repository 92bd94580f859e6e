/* client_ip: whose call it is, and who says so [AUDIT-1 RATE-3]. */
#include "fixture.h"

#define BEHIND(source, trusted)                                                            \
	"{address: \"127.0.0.1:8443\", public_port: 443, client_ip: {source: " source ", " \
	"trusted: [" trusted "]}}"

static void call_from(struct fixture *f, const char *peer, const char *name, const char *value)
{
	fixture_call(f, "GET", "/v1/orders");
	f->view.peer = (struct mrl_ip){0};
	if (peer != NULL) {
		assert_true(mrl_ip_parse(mrl_slice_text(peer), &f->view.peer));
	}
	if (value != NULL) {
		fixture_field(f, name, value);
	}
	fixture_head(f);
	assert_passed(f);
}

struct row {
	const char *peer;
	const char *value;
	const char *client; /* NULL: nobody's address */
};

static void check_rows(struct fixture *f, const char *name, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		call_from(f, rows[i].peer, name, rows[i].value);
		assert_set(f, "X-Forwarded-For", rows[i].client);
	}
}

static void believes_the_peer_alone(void **state)
{
	static const struct row rows[] = {
		{"198.51.100.4", NULL, "198.51.100.4"},
		{"198.51.100.4", "203.0.113.9", "198.51.100.4"},
		{"10.0.0.5", "203.0.113.9", "10.0.0.5"},
		{"2001:db8::1", "203.0.113.9", "2001:db8::1"},
		{NULL, "203.0.113.9", NULL},
	};
	struct fixture *f = *state;
	check_rows(f, "X-Forwarded-For", rows, MRL_COUNT(rows));
}

static void walks_x_forwarded_for(void **state)
{
	static const struct row rows[] = {
		{"198.51.100.4", "203.0.113.9", "198.51.100.4"},
		{"10.0.0.5", "1.1.1.1, 203.0.113.9, 10.0.0.7", "203.0.113.9"},
		{"10.0.0.5", "203.0.113.9, junk, 10.0.0.7", "10.0.0.7"},
		{"10.0.0.5", "203.0.113.9, unknown", "10.0.0.5"},
		{"10.0.0.5", "203.0.113.9, _hidden, 10.0.0.7", "10.0.0.7"},
		{"10.0.0.5", NULL, "10.0.0.5"},
		{"10.0.0.5", "::ffff:203.0.113.9", "203.0.113.9"},
		{"10.0.0.5", "64:ff9b::203.0.113.9", "203.0.113.9"},
		{"10.0.0.5", "fe80::1%eth0", "fe80::1"},
		{"10.0.0.5", "10.0.0.6, 10.0.0.7", "10.0.0.6"},
	};
	struct fixture *f = *state;
	f->listeners = BEHIND("x_forwarded_for", "10.0.0.0/8");
	fixture_with(f, NULL, NULL);
	check_rows(f, "X-Forwarded-For", rows, MRL_COUNT(rows));
	/* The field that the listener does not name says nothing. */
	call_from(f, "10.0.0.5", "Forwarded", "for=203.0.113.9");
	assert_set(f, "X-Forwarded-For", "10.0.0.5");
}

static void walks_all_lines_from_the_right(void **state)
{
	struct fixture *f = *state;
	f->listeners = BEHIND("x_forwarded_for", "10.0.0.0/8");
	fixture_with(f, NULL, NULL);
	fixture_call(f, "GET", "/v1/orders");
	assert_true(mrl_ip_parse(MRL_SLICE("10.0.0.5"), &f->view.peer));
	fixture_field(f, "X-Forwarded-For", "1.1.1.1");
	fixture_field(f, "X-Forwarded-For", "203.0.113.9, 10.0.0.7");
	fixture_head(f);
	assert_set(f, "X-Forwarded-For", "203.0.113.9");
	assert_int_equal(f->call.via_count, 2);
	assert_int_equal(f->call.via[0].bytes[3], 5);
	assert_int_equal(f->call.via[1].bytes[3], 7);
}

static void walks_forwarded(void **state)
{
	static const struct row rows[] = {
		{"10.0.0.5", "for=1.1.1.1, for=203.0.113.9;proto=https, for=10.0.0.7",
	         "203.0.113.9"},
		{"10.0.0.5", "for=\"[2001:db8::1]:4711\"", "2001:db8::1"},
		{"10.0.0.5", "for=_hidden, for=10.0.0.7", "10.0.0.7"},
		{"198.51.100.4", "for=203.0.113.9", "198.51.100.4"},
	};
	struct fixture *f = *state;
	f->listeners = BEHIND("forwarded", "10.0.0.0/8");
	fixture_with(f, NULL, NULL);
	check_rows(f, "Forwarded", rows, MRL_COUNT(rows));
}

/* A proxy on a Unix socket has no address of its own. */
static void trusts_unix_peers_only_if_told(void **state)
{
	struct fixture *f = *state;
	f->listeners = BEHIND("x_forwarded_for", "unix, 10.0.0.0/8");
	fixture_with(f, NULL, NULL);
	call_from(f, NULL, "X-Forwarded-For", "203.0.113.9, 10.0.0.7");
	assert_set(f, "X-Forwarded-For", "203.0.113.9");
	f->listeners = BEHIND("x_forwarded_for", "10.0.0.0/8");
	fixture_with(f, NULL, NULL);
	call_from(f, NULL, "X-Forwarded-For", "203.0.113.9, 10.0.0.7");
	assert_set(f, "X-Forwarded-For", NULL);
	assert_dropped(f, "X-Forwarded-For", true);
}

static void tells_the_upstream_in_its_own_words(void **state)
{
	static const char *const names[] = {"X-Forwarded-For", "X-Forwarded-Proto",
	                                    "X-Forwarded-Host"};
	struct fixture *f = *state;
	fixture_call(f, "GET", "/v1/orders");
	for (size_t i = 0; i < MRL_COUNT(names); i++) {
		fixture_field(f, names[i], "evil");
		fixture_field(f, names[i], "evil too");
	}
	fixture_head(f);
	assert_passed(f);
	for (uint32_t i = 1; i < f->view.field_count; i++) {
		assert_true(f->fields[i].drop);
	}
	assert_set(f, "X-Forwarded-For", "198.51.100.4");
	assert_set(f, "X-Forwarded-Proto", "https");
	assert_set(f, "X-Forwarded-Host", "api.example.com");
}

static void tells_the_public_port(void **state)
{
	struct fixture *f = *state;
	f->listeners = "{address: \"127.0.0.1:8443\"}";
	fixture_with(f, NULL, NULL);
	fixture_passed(f, "GET", "/v1/orders");
	assert_set(f, "X-Forwarded-Host", "api.example.com:8443");
	assert_set(f, "X-Forwarded-Proto", "https");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(believes_the_peer_alone),
		with_fixture(walks_x_forwarded_for),
		with_fixture(walks_all_lines_from_the_right),
		with_fixture(walks_forwarded),
		with_fixture(trusts_unix_peers_only_if_told),
		with_fixture(tells_the_upstream_in_its_own_words),
		with_fixture(tells_the_public_port),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
