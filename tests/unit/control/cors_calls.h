/* Calls as browsers make them, to an API that lists two origins. */
#ifndef MRL_TESTS_CONTROL_CORS_CALLS_H
#define MRL_TESTS_CONTROL_CORS_CALLS_H

#include "fixture.h"

#define O    "https://app.example.com"
#define OWN  "https://api.example.com"
#define CORS ", controls: {cors: {origins: [\"" O "\", \"http://localhost:5173\"]}}"
#define ALWAYS                                                                   \
	"accept, accept-language, content-language, content-type, traceparent, " \
	"tracestate, x-request-id"
#define EXPOSED "X-Request-Id, Retry-After, RateLimit, RateLimit-Policy, Location, ETag, Link"

static inline void call_from(struct fixture *f, const char *method, const char *target,
                             const char *origin)
{
	fixture_call(f, method, target);
	if (origin != NULL) {
		fixture_field(f, "Origin", origin);
	}
	fixture_head(f);
}

static inline void preflight(struct fixture *f, const char *target, const char *origin,
                             const char *method, const char *headers)
{
	fixture_call(f, "OPTIONS", target);
	fixture_field(f, "Origin", origin);
	fixture_field(f, "Access-Control-Request-Method", method);
	if (headers != NULL) {
		fixture_field(f, "Access-Control-Request-Headers", headers);
	}
	fixture_head(f);
}

static inline void reply_to(struct fixture *f, const char *vary)
{
	fixture_reply(f, 200, "image/png");
	if (vary != NULL) {
		fixture_reply_field(f, "Vary", vary);
	}
	fixture_run_reply(f, NULL);
	assert_passed(f);
}

static inline void assert_no_cors_field(struct fixture *f)
{
	static const char *const cors_fields[] = {
		"Access-Control-Allow-Origin",         "Access-Control-Allow-Credentials",
		"Access-Control-Allow-Methods",        "Access-Control-Allow-Headers",
		"Access-Control-Expose-Headers",       "Access-Control-Max-Age",
		"Access-Control-Allow-Private-Network"};

	for (size_t i = 0; i < MRL_COUNT(cors_fields); i++) {
		assert_reply_set(f, cors_fields[i], NULL);
		assert_answer(f, cors_fields[i], NULL);
	}
}

#endif
