/*
 * The scrubber: its result is well-formed, bounded and without controls; a text that no rule
 * touched is left as it was, and no rule touches it later.
 */
#include "fuzz.h"

#include "audit/record.h"

#define TEXT_MAX 256

static void check_clean(struct mrl_slice text)
{
	FUZZ_CHECK(mrl_utf8_check(text) == text.size);
	for (size_t i = 0; i < text.size; i++) {
		FUZZ_CHECK(text.data[i] >= 0x20 && text.data[i] != 0x7F);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	uint8_t first[MRL_AUDIT_SCRUBBED(TEXT_MAX)];
	uint8_t second[MRL_AUDIT_SCRUBBED(sizeof(first))];
	struct mrl_buffer clean = mrl_buffer(first, sizeof(first));
	struct mrl_buffer again = mrl_buffer(second, sizeof(second));
	uint32_t hits;
	uint32_t more;
	mrl_audit_scrub(mrl_slice(bytes, size < TEXT_MAX ? size : TEXT_MAX), &clean, &hits);
	FUZZ_CHECK(!clean.overflow);
	check_clean(mrl_buffer_slice(&clean));
	mrl_audit_scrub(mrl_buffer_slice(&clean), &again, &more);
	FUZZ_CHECK(!again.overflow);
	FUZZ_CHECK(hits != 0 || (more == 0 && mrl_slice_equal(mrl_buffer_slice(&clean),
	                                                      mrl_buffer_slice(&again))));
	check_clean(mrl_buffer_slice(&again));
	return 0;
}
