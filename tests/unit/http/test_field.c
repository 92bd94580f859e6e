/* Classification, against a plain search through the same tables, and the families by example. */
#include "../check.h"

#include <merlon/http.h>

struct row {
	const char *name;
	uint16_t id;
	uint16_t flags;
};

static const struct row known[] = {
#define MRL_FIELD(id, name, flags) {name, MRL_FIELD_##id, flags},
#include <merlon/fields.def>
#undef MRL_FIELD
};

static const struct row families[] = {
#define MRL_FAMILY(prefix, flags) {prefix, 0, flags},
#include "families.def"
#undef MRL_FAMILY
};

static struct mrl_field classify(struct mrl_slice name)
{
	struct mrl_field field = {.name = name, .id = 999, .flags = 999};
	mrl_field_classify(&field);
	return field;
}

static uint16_t naive_family(struct mrl_slice name)
{
	uint16_t flags = 0;
	for (size_t i = 0; i < MRL_COUNT(families); i++) {
		if (mrl_slice_starts(name, mrl_slice_text(families[i].name))) {
			flags |= families[i].flags;
		}
	}
	return flags;
}

static struct mrl_field naive_classify(struct mrl_slice name)
{
	struct mrl_field field = {.flags = naive_family(name)};
	for (size_t i = 0; i < MRL_COUNT(known); i++) {
		if (mrl_slice_is(name, known[i].name)) {
			field.id = known[i].id;
			field.flags |= known[i].flags;
		}
	}
	return field;
}

static void check_against_naive(struct mrl_slice name)
{
	struct mrl_field field = classify(name);
	struct mrl_field naive = naive_classify(name);
	if (field.id != naive.id || field.flags != naive.flags) {
		fail_msg("\"%.*s\": id %d, flags %x", MRL_PRINT(name), field.id, field.flags);
	}
}

/* Every name, each of its bytes changed, each of its beginnings, and with a byte more. */
static void check_around(const char *text)
{
	char name[64];
	size_t size = strlen(text);
	for (size_t at = 0; at < size; at++) {
		memcpy(name, text, size);
		for (unsigned byte = 0; byte < 256; byte += (unsigned)at % 3 + 1) {
			name[at] = (char)byte;
			check_against_naive(mrl_slice(name, size));
		}
		check_against_naive(mrl_slice(text, at));
	}
	memcpy(name, text, size);
	for (const char *more = "s-0 \x7F"; *more != '\0'; more++) {
		name[size] = *more;
		check_against_naive(mrl_slice(name, size + 1));
		name[size + 1] = 'x';
		check_against_naive(mrl_slice(name, size + 2));
	}
	check_against_naive(mrl_slice(text, size));
}

static void test_names(void **state)
{
	(void)state;
	assert_int_equal(MRL_COUNT(known), MRL_FIELD_COUNT - 1);
	for (size_t i = 0; i < MRL_COUNT(known); i++) {
		assert_int_equal(classify(mrl_slice_text(known[i].name)).id, known[i].id);
		check_around(known[i].name);
	}
	for (size_t i = 0; i < MRL_COUNT(families); i++) {
		check_around(families[i].name);
	}
}

/* fields.def is searched by eye: sorted, and no name twice. */
static void test_order(void **state)
{
	(void)state;
	for (size_t i = 1; i < MRL_COUNT(known); i++) {
		check_row(strcmp(known[i - 1].name, known[i].name) < 0, known[i].name);
	}
	for (size_t i = 1; i < MRL_COUNT(families); i++) {
		check_row(strcmp(families[i - 1].name, families[i].name) < 0, families[i].name);
	}
}

static void check_flag(const char *const *names, size_t count, unsigned flag)
{
	for (size_t i = 0; i < count; i++) {
		check_row((classify(mrl_slice_text(names[i])).flags & flag) != 0, names[i]);
	}
}

#define CHECK_FLAG(flag, ...)                                              \
	do {                                                               \
		static const char *const flagged[] = {__VA_ARGS__};        \
		check_flag(flagged, MRL_COUNT(flagged), MRL_FIELD_##flag); \
	} while (0)

/* INPUT-3 INPUT-4 */
static void test_request_flags(void **state)
{
	(void)state;
	CHECK_FLAG(ONCE, "host", "content-length", "content-type", "content-encoding",
	           "transfer-encoding", "authorization", "proxy-authorization", "origin", "expect",
	           "range", "if-range", "if-match", "if-none-match", "if-modified-since",
	           "if-unmodified-since", "content-range", "access-control-request-method",
	           "access-control-request-headers", "upgrade", "dpop", "idempotency-key",
	           "sec-fetch-site", "x-requested-with");
	CHECK_FLAG(H1_ONCE, "cookie");
	CHECK_FLAG(OVERRIDE, "x-http-method-override", "x-http-method", "x-method-override",
	           "x-original-url", "x-rewrite-url");
	CHECK_FLAG(HOP, "connection", "keep-alive", "proxy-connection", "te", "trailer", "upgrade",
	           "http2-settings", "expect", "proxy", "proxy-authorization", "accept-encoding");
}

/* AUTH-5 INPUT-5 */
static void test_identity(void **state)
{
	(void)state;
	CHECK_FLAG(IDENTITY, "merlon-subject", "forwarded", "x-forwarded-for", "x-forwarded-user",
	           "x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip",
	           "cf-connecting-ip", "fastly-client-ip", "x-originating-ip", "x-remote-user",
	           "x-host", "x-envoy-external-address", "x-original-forwarded-for",
	           "x-original-url", "x-accel-redirect", "x-sendfile", "x-sendfile-type",
	           "remote-user", "x-user", "x-user-id", "x-auth-request-user",
	           "x-authenticated-userid", "x-amzn-oidc-data", "x-goog-iap-jwt-assertion",
	           "x-ms-client-principal", "x-webauth-user", "cf-access-jwt-assertion",
	           "tailscale-user-login", "x-ssl-client-cert", "ssl-client-verify",
	           "x-client-cert", "x-client-certificate", "client-cert", "client-cert-chain",
	           "x-internal-role");
	static const char *const others[] = {"x-forwarded", "x-users", "x-client",    "merlon",
	                                     "x-internal",  "user",    "x-authority", "remote",
	                                     "x-realm-ip",  "cookie",  "x-goog"};
	for (size_t i = 0; i < MRL_COUNT(others); i++) {
		check_row((classify(mrl_slice_text(others[i])).flags & MRL_FIELD_IDENTITY) == 0,
		          others[i]);
	}
}

/* ERR-1 CORS-4 HDR-1 */
static void test_reply_flags(void **state)
{
	(void)state;
	CHECK_FLAG(LEAK, "server", "x-powered-by", "x-aspnet-version", "x-aspnetmvc-version",
	           "x-generator", "x-drupal-cache", "x-runtime", "x-version", "x-backend-server",
	           "x-served-by", "x-debug-token", "x-rack-cache", "x-varnish", "x-cache",
	           "x-cache-hits", "via", "x-envoy-upstream-service-time", "x-kong-proxy-latency",
	           "x-apisix-upstream-status", "x-amz-cf-id", "x-upstream", "x-application-context",
	           "x-php-version", "sourcemap", "x-sourcemap", "x-chromelogger-data",
	           "server-timing", "x-accel-expires", "x-sendfile", "access-control-allow-origin",
	           "access-control-allow-private-network", "timing-allow-origin", "public-key-pins",
	           "public-key-pins-report-only", "expect-ct", "x-xss-protection", "nel",
	           "report-to", "reporting-endpoints", "content-security-policy-report-only",
	           "alt-svc", "refresh", "trailer", "merlon-drop");
	CHECK_FLAG(CACHE, "expires", "pragma", "age");
	CHECK_FLAG(PRESET, "strict-transport-security", "x-content-type-options", "x-frame-options",
	           "referrer-policy", "content-security-policy", "permissions-policy",
	           "cross-origin-opener-policy", "cross-origin-embedder-policy",
	           "cross-origin-resource-policy", "x-permitted-cross-domain-policies",
	           "x-request-id");
	static const char *const others[] = {"content-type", "location",      "etag",
	                                     "retry-after",  "set-cookie",    "vary",
	                                     "link",         "x-total-count", "www-authenticate",
	                                     "ratelimit",    "allow"};
	for (size_t i = 0; i < MRL_COUNT(others); i++) {
		check_row((classify(mrl_slice_text(others[i])).flags &
		           (MRL_FIELD_LEAK | MRL_FIELD_CACHE | MRL_FIELD_PRESET)) == 0,
		          others[i]);
	}
}

static void test_empty(void **state)
{
	(void)state;
	assert_int_equal(classify(MRL_SLICE_NONE).id, MRL_FIELD_UNKNOWN);
	assert_int_equal(classify(MRL_SLICE_NONE).flags, 0);
}

/* A slice ends where it ends: under AddressSanitizer this reads past a heap block if it does not.
 */
static void test_exact_memory(void **state)
{
	(void)state;
	for (size_t size = 1; size < 40; size++) {
		uint8_t *name = test_malloc(size);
		memset(name, 'x', size);
		check_against_naive(mrl_slice(name, size));
		test_free(name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),         cmocka_unit_test(test_order),
		cmocka_unit_test(test_request_flags), cmocka_unit_test(test_identity),
		cmocka_unit_test(test_reply_flags),   cmocka_unit_test(test_empty),
		cmocka_unit_test(test_exact_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
