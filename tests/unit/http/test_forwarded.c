/* Whose call it is: each case is peer, field lines (a '|' begins the next line), who counts. */
#include "../check.h"

#include <merlon/http.h>

struct row {
	const char *peer;  /* "" is a Unix socket */
	const char *lines; /* NULL: the field is absent */
	const char *client;
};

static struct mrl_cidr trusted[2];

static const struct mrl_ip_rules xff = {
	.source = MRL_IP_X_FORWARDED_FOR, .trusted = trusted, .trusted_count = 2};
static const struct mrl_ip_rules rfc7239 = {
	.source = MRL_IP_FORWARDED, .trusted = trusted, .trusted_count = 2};

static int load_trusted(void **state)
{
	(void)state;
	return mrl_cidr_parse(MRL_SLICE("10.0.0.0/8"), &trusted[0]) &&
	                       mrl_cidr_parse(MRL_SLICE("2001:db8:a::/48"), &trusted[1])
	               ? 0
	               : -1;
}

/* Lines of `name` with lines of another field between. */
static struct mrl_client_ip find(const struct mrl_ip_rules *rules, const char *peer,
                                 const char *name, const char *lines)
{
	struct mrl_field fields[20];
	struct mrl_view view = {.fields = fields};
	struct mrl_client_ip client;
	struct mrl_slice rest = lines == NULL ? MRL_SLICE_NONE : mrl_slice_text(lines);
	if (peer[0] != '\0') {
		assert_true(mrl_ip_parse(mrl_slice_text(peer), &view.peer));
	}
	while (rest.data != NULL) {
		size_t size = mrl_slice_find(rest, '|');
		fields[view.field_count++] = (struct mrl_field){
			.name = mrl_slice_text(name), .value = mrl_slice_sub(rest, 0, size)};
		fields[view.field_count++] = (struct mrl_field){.name = MRL_SLICE("x-real-ip"),
		                                                .value = MRL_SLICE("9.9.9.9")};
		rest = size == rest.size ? MRL_SLICE_NONE : mrl_slice_from(rest, size + 1);
	}
	for (uint32_t i = view.field_count; i > 0; i--) {
		mrl_field_classify(&fields[i - 1]);
		view.first[fields[i - 1].id] = (uint8_t)i;
	}
	mrl_client_ip(rules, &view, &client);
	return client;
}

static void check_rows(const struct mrl_ip_rules *rules, const char *name, const struct row *rows,
                       size_t count)
{
	uint8_t memory[MRL_IP_TEXT_MAX];
	for (size_t i = 0; i < count; i++) {
		struct mrl_client_ip client = find(rules, rows[i].peer, name, rows[i].lines);
		struct mrl_slice text = mrl_ip_text(&client.ip, memory);
		if (!mrl_slice_is(text, rows[i].client)) {
			fail_msg("(%s; %s): %.*s, not %s", rows[i].peer,
			         rows[i].lines == NULL ? "" : rows[i].lines, MRL_PRINT(text),
			         rows[i].client);
		}
	}
}

/* RATE-3 */
static void test_x_forwarded_for(void **state)
{
	static const struct row rows[] = {
		{"198.51.100.4", "203.0.113.9", "198.51.100.4"},
		{"10.0.0.5", "1.1.1.1, 203.0.113.9, 10.0.0.7", "203.0.113.9"},
		{"10.0.0.5", "203.0.113.9, junk, 10.0.0.7", "10.0.0.7"},
		{"10.0.0.5", NULL, "10.0.0.5"},
		{"10.0.0.5", "203.0.113.9", "203.0.113.9"},
		{"10.0.0.5", "10.0.0.6, 10.0.0.7", "10.0.0.6"},
		/* Lines are one list, in the order received. */
		{"10.0.0.5", "1.1.1.1|203.0.113.9|10.0.0.7", "203.0.113.9"},
		{"10.0.0.5", "1.1.1.1,203.0.113.9|10.0.0.7,10.0.0.8", "203.0.113.9"},
		{"10.0.0.5", "203.0.113.9|", "10.0.0.5"},
		{"10.0.0.5", "|203.0.113.9", "203.0.113.9"},
		/* Spellings of an address. */
		{"10.0.0.5", "192.0.2.7:8080", "192.0.2.7"},
		{"10.0.0.5", "::ffff:192.0.2.7", "192.0.2.7"},
		{"10.0.0.5", "[::ffff:192.0.2.7]:80", "192.0.2.7"},
		{"10.0.0.5", "[2001:DB8:1:2::1]:443", "2001:db8:1:2::1"},
		{"10.0.0.5", "[2001:db8:1:2::1]", "2001:db8:1:2::1"},
		{"10.0.0.5", "2001:db8:1:2::1%eth0", "2001:db8:1:2::1"},
		{"10.0.0.5", "\t203.0.113.9 ", "203.0.113.9"},
		{"::ffff:10.0.0.5", "203.0.113.9, ::ffff:10.0.0.7", "203.0.113.9"},
		{"2001:db8:a::1", "203.0.113.9, 2001:db8:a:ffff::2", "203.0.113.9"},
		{"2001:db8:b::1", "203.0.113.9", "2001:db8:b::1"},
		/* What does not parse ends the walk. */
		{"10.0.0.5", "203.0.113.9, unknown", "10.0.0.5"},
		{"10.0.0.5", "203.0.113.9, _hidden", "10.0.0.5"},
		{"10.0.0.5", "203.0.113.9,", "10.0.0.5"},
		{"10.0.0.5", "203.0.113.9, ,10.0.0.7", "10.0.0.7"},
		{"10.0.0.5", "", "10.0.0.5"},
		{"10.0.0.5", "\"203.0.113.9\"", "10.0.0.5"},
		{"10.0.0.5", "for=203.0.113.9", "10.0.0.5"},
		{"10.0.0.5", "203.0.113.9:", "10.0.0.5"},
		{"10.0.0.5", "203.0.113.9:65536", "10.0.0.5"},
		{"10.0.0.5", "203.0.113.9:+80", "10.0.0.5"},
		{"10.0.0.5", "203.0.113.9 1.1.1.1", "10.0.0.5"},
		{"10.0.0.5", "203.0.113.9;1.1.1.1", "10.0.0.5"},
		{"10.0.0.5", "[203.0.113.9]", "10.0.0.5"},
		{"10.0.0.5", "[203.0.113.9]:80", "10.0.0.5"},
		{"10.0.0.5", "[2001:db8::1", "10.0.0.5"},
		{"10.0.0.5", "[2001:db8::1]x", "10.0.0.5"},
		{"10.0.0.5", "[2001:db8::1]:", "10.0.0.5"},
		{"10.0.0.5", "[]", "10.0.0.5"},
		{"10.0.0.5", "[:]", "10.0.0.5"},
		{"10.0.0.5", "2001:db8::1]", "10.0.0.5"},
		{"10.0.0.5", "203.0.113.09", "10.0.0.5"},
		/* A Unix socket is trusted only where that is said. */
		{"", "203.0.113.9", ""},
	};
	(void)state;
	check_rows(&xff, "x-forwarded-for", rows, MRL_COUNT(rows));
	check_rows(&rfc7239, "x-forwarded-for", &rows[3], 1);
}

static void test_forwarded(void **state)
{
	static const struct row rows[] = {
		{"198.51.100.4", "for=203.0.113.9", "198.51.100.4"},
		{"10.0.0.5", "for=1.1.1.1, for=203.0.113.9, for=10.0.0.7", "203.0.113.9"},
		{"10.0.0.5", "for=203.0.113.9, for=junk, for=10.0.0.7", "10.0.0.7"},
		{"10.0.0.5", NULL, "10.0.0.5"},
		{"10.0.0.5", "For=203.0.113.9;proto=http;by=203.0.113.43", "203.0.113.9"},
		{"10.0.0.5", "proto=https; FOR=\"203.0.113.9:4711\"; host=a", "203.0.113.9"},
		{"10.0.0.5", "for=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"},
		{"10.0.0.5", "for=\"[2001:db8:cafe::17]\"", "2001:db8:cafe::17"},
		{"10.0.0.5", "for=203.0.113.9|for=10.0.0.7", "203.0.113.9"},
		{"10.0.0.5", "for=203.0.113.9;host=\"a,b\", for=10.0.0.7", "203.0.113.9"},
		{"10.0.0.5", "for=203.0.113.9;secret=\"a\\\",b\", for=10.0.0.7", "10.0.0.7"},
		{"10.0.0.5", "for=1.1.1.1;secret=\"\\\", for=203.0.113.9, \\\"\"", "10.0.0.5"},
		{"10.0.0.5", "secret=\"\\\", for=203.0.113.9\"", "10.0.0.5"},
		/* A client's open quotation mark stays its own. */
		{"10.0.0.5", "for=\", for=203.0.113.9", "203.0.113.9"},
		{"10.0.0.5", "for=\"1.1.1.1, for=\"203.0.113.9\"", "203.0.113.9"},
		{"10.0.0.5", "for=\"|for=203.0.113.9", "203.0.113.9"},
		{"10.0.0.5", "host=\", for=1.1.1.1, host=\", for=10.0.0.7", "10.0.0.7"},
		/* Bad ones. */
		{"10.0.0.5", "for=203.0.113.9, for=unknown", "10.0.0.5"},
		{"10.0.0.5", "for=203.0.113.9, for=_gazonk", "10.0.0.5"},
		{"10.0.0.5", "for=203.0.113.9, proto=https", "10.0.0.5"},
		{"10.0.0.5", "for=203.0.113.9, by=10.0.0.7", "10.0.0.5"},
		{"10.0.0.5", "for=203.0.113.9;for=1.1.1.1", "10.0.0.5"},
		{"10.0.0.5", "for=203.0.113.9;", "203.0.113.9"},
		{"10.0.0.5", "for=203.0.113.9;=x", "10.0.0.5"},
		{"10.0.0.5", "for=203.0.113.9;host", "10.0.0.5"},
		{"10.0.0.5", "for = 203.0.113.9", "10.0.0.5"},
		{"10.0.0.5", "for=203.0.113.9:80", "10.0.0.5"},
		{"10.0.0.5", "for=\"203.0.113.9:_x\"", "10.0.0.5"},
		{"10.0.0.5", "for=\"203.0.113.9", "10.0.0.5"},
		{"10.0.0.5", "for=203.0.113.9\"", "10.0.0.5"},
		{"10.0.0.5", "for=\"203.0.113\\.9\"", "10.0.0.5"},
		{"10.0.0.5", "for=\"\"", "10.0.0.5"},
		{"10.0.0.5", "for=", "10.0.0.5"},
		{"10.0.0.5", "203.0.113.9", "10.0.0.5"},
		{"10.0.0.5", "", "10.0.0.5"},
	};
	(void)state;
	check_rows(&rfc7239, "forwarded", rows, MRL_COUNT(rows));
}

/* Exactly one source: another field never counts. */
static void test_other_sources(void **state)
{
	static const struct row row = {"10.0.0.5", "203.0.113.9", "10.0.0.5"};
	struct mrl_ip_rules rules = xff;
	(void)state;
	check_rows(&xff, "forwarded", &row, 1);
	check_rows(&rfc7239, "x-forwarded-for", &row, 1);
	check_rows(&xff, "x-client-ip", &row, 1);
	rules.source = MRL_IP_PEER;
	check_rows(&rules, "x-forwarded-for", &row, 1);
	rules.source = MRL_IP_PROXY_PROTOCOL;
	check_rows(&rules, "x-forwarded-for", &row, 1);
}

static void test_unix_socket(void **state)
{
	static const struct row row = {"", "203.0.113.9", "203.0.113.9"};
	struct mrl_ip_rules rules = xff;
	(void)state;
	rules.trusted_unix = true;
	check_rows(&rules, "x-forwarded-for", &row, 1);
}

static void test_via(void **state)
{
	uint8_t memory[MRL_IP_TEXT_MAX];
	struct mrl_client_ip client = find(&xff, "10.0.0.5", "x-forwarded-for",
	                                   "1.1.1.1, 203.0.113.9, 10.0.0.7");
	(void)state;
	assert_int_equal(client.via_count, 2);
	check_slice(mrl_ip_text(&client.via[0], memory), "10.0.0.5");
	check_slice(mrl_ip_text(&client.via[1], memory), "10.0.0.7");
	client = find(&xff, "10.0.0.5", "x-forwarded-for",
	              "1.1.1.1,10.0.0.1,10.0.0.2,10.0.0.3,10.0.0.4");
	assert_int_equal(client.via_count, MRL_VIA_MAX);
	check_slice(mrl_ip_text(&client.via[3], memory), "10.0.0.2");
	check_slice(mrl_ip_text(&client.ip, memory), "1.1.1.1");
	client = find(&xff, "203.0.113.9", "x-forwarded-for", "1.1.1.1");
	assert_int_equal(client.via_count, 0);
}

/* 32 elements are read; the one behind them never is. */
static void test_elements_max(void **state)
{
	for (unsigned count = MRL_IP_ELEMENTS_MAX - 1; count <= MRL_IP_ELEMENTS_MAX; count++) {
		uint8_t lines[600];
		uint8_t memory[MRL_IP_TEXT_MAX];
		struct mrl_buffer buffer = mrl_buffer(lines, sizeof(lines) - 1);
		MRL_PUT(&buffer, "203.0.113.9");
		for (unsigned i = 0; i < count; i++) {
			MRL_PUT(&buffer, ",10.0.0.7");
		}
		lines[buffer.size] = '\0';
		struct mrl_client_ip client = find(&xff, "10.0.0.5", "x-forwarded-for",
		                                   (const char *)lines);
		check_slice(mrl_ip_text(&client.ip, memory),
		            count < MRL_IP_ELEMENTS_MAX ? "203.0.113.9" : "10.0.0.7");
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_x_forwarded_for),
		cmocka_unit_test(test_forwarded),
		cmocka_unit_test(test_other_sources),
		cmocka_unit_test(test_unix_socket),
		cmocka_unit_test(test_via),
		cmocka_unit_test(test_elements_max),
	};
	return cmocka_run_group_tests(tests, load_trusted, NULL);
}
