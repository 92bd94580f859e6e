/* traceparent: accepted exactly when the grammar says so, and the same when written again. */
#include "grammar.h"

#include <merlon/http.h>

static const char grammar[] = "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$";
static const char version_0[] = "^00-.{52}$";
static const char version_ff[] = "^ff-";
static const char no_trace[] = "^..-0{32}-";
static const char no_parent[] = "^..-.{32}-0{16}-";
static const char request_id[] = "^[A-Za-z0-9._-]{1,64}$";

static bool naive_valid(struct mrl_slice value)
{
	bool is_version_0 = mrl_slice_starts(value, MRL_SLICE("00"));
	return fuzz_matches(grammar, value) && !fuzz_matches(version_ff, value) &&
	       (!is_version_0 || fuzz_matches(version_0, value)) &&
	       !fuzz_matches(no_trace, value) && !fuzz_matches(no_parent, value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mrl_slice value = mrl_slice(data, size);
	uint8_t text[MRL_TRACEPARENT_TEXT];
	struct mrl_trace trace;
	struct mrl_trace again;
	bool good = mrl_traceparent_parse(value, &trace);
	if (fuzz_regex_can(value)) {
		FUZZ_CHECK(good == naive_valid(value));
		FUZZ_CHECK(mrl_request_id_valid(value) == fuzz_matches(request_id, value));
	}
	if (!good) {
		return 0;
	}
	mrl_traceparent_text(&trace, text);
	FUZZ_CHECK(memcmp(text + 2, data + 2, 51) == 0);
	FUZZ_CHECK(mrl_traceparent_parse(mrl_slice(text, sizeof(text)), &again));
	FUZZ_CHECK(memcmp(trace.trace_id, again.trace_id, sizeof(trace.trace_id)) == 0);
	FUZZ_CHECK(memcmp(trace.parent_id, again.parent_id, sizeof(trace.parent_id)) == 0);
	FUZZ_CHECK(trace.sampled == again.sampled);
	return 0;
}
