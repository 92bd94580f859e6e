/*
 * Formats: the first byte chooses one, the rest is the text. What is valid obeys the format's own
 * maximum, and no text is valid with a line feed behind it but where a format takes any character.
 */
#include "fuzz.h"

#include <merlon/schema.h>

static const char *const names[] = {
	"date",
	"time",
	"date-time",
	"duration",
	"email",
	"idn-email",
	"hostname",
	"idn-hostname",
	"ipv4",
	"ipv6",
	"uri",
	"uri-reference",
	"iri",
	"iri-reference",
	"uri-template",
	"json-pointer",
	"relative-json-pointer",
	"uuid",
	"regex",
	"byte",
	"base64url",
	"int8",
	"int64",
	"uint64",
	"float",
	"double",
};

static size_t chars_of(struct mrl_slice text)
{
	size_t chars = 0;
	for (size_t at = 0; at < text.size; at++) {
		chars += (text.data[at] & 0xc0) != 0x80;
	}
	return chars;
}

static bool takes_any_character(struct mrl_slice name)
{
	return mrl_slice_is(name, "regex") || mrl_slice_ends(name, MRL_SLICE("json-pointer"));
}

/* The same text again, longer by a line feed. */
static bool valid_with_line_feed(const struct mrl_format *format, struct mrl_slice text)
{
	uint8_t *longer = malloc(text.size + 1);
	FUZZ_CHECK(longer != NULL);
	memcpy(longer, text.data, text.size);
	longer[text.size] = '\n';
	bool valid = format->valid(mrl_slice(longer, text.size + 1), MRL_DIALECT_2020_12);
	free(longer);
	return valid;
}

/* Every name of one is a name of the other. */
static void check_implied(const char *general, struct mrl_slice text)
{
	const struct mrl_format *format = mrl_format_find(mrl_slice_text(general));
	FUZZ_CHECK(format->valid(text, MRL_DIALECT_2020_12));
}

static void check_valid(const struct mrl_format *format, struct mrl_slice text)
{
	struct mrl_slice name = mrl_slice_text(format->name);
	FUZZ_CHECK(mrl_utf8_check(text) == text.size);
	FUZZ_CHECK(format->chars_max == 0 || chars_of(text) <= format->chars_max);
	FUZZ_CHECK(takes_any_character(name) || !valid_with_line_feed(format, text));
	if (mrl_slice_is(name, "uri")) {
		check_implied("uri-reference", text);
		check_implied("iri", text);
	} else if (mrl_slice_is(name, "iri") || mrl_slice_is(name, "uri-reference")) {
		check_implied("iri-reference", text);
	} else if (mrl_slice_is(name, "email")) {
		check_implied("idn-email", text);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0) {
		return 0;
	}
	struct mrl_slice text = mrl_slice(data + 1, size - 1);
	const struct mrl_format *format = mrl_format_find(
		mrl_slice_text(names[data[0] % MRL_COUNT(names)]));
	FUZZ_CHECK(format != NULL);
	bool valid = format->valid(text, MRL_DIALECT_2020_12);
	FUZZ_CHECK(valid == format->valid(text, MRL_DIALECT_2020_12));
	(void)format->valid(text, MRL_DIALECT_4);
	if (valid) {
		check_valid(format, text);
	}
	return 0;
}
