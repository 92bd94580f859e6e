/* Regular expressions by PCRE2, with ECMA-262's `u` meaning where the two differ. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "inner.h"

/* The class escape and the dot of ECMA-262, and names of categories that PCRE2 10.42 lacks. */
#define SPACE "\\t\\n\\u000b\\f\\r \\u00a0\\ufeff\\p{Zs}\\u2028\\u2029"

static const struct {
	const char *from, *to;
} outside[] = {
	{"\\s", "[" SPACE "]"},
	{"\\S", "[^" SPACE "]"},
	{".", "[^\\n\\r\\u2028\\u2029]"},
	{"[^]", "(?s:.)"},
	{"[]", "(?!)"},
	{"\\p{Letter}", "\\p{L}"},
	{"\\P{Letter}", "\\P{L}"},
	{"\\p{digit}", "\\p{Nd}"},
	{"\\p{Number}", "\\p{N}"},
	{"\\p{Uppercase_Letter}", "\\p{Lu}"},
	{"\\p{Lowercase_Letter}", "\\p{Ll}"},
};
static const struct {
	const char *from, *to;
} inside[] = {
	{"\\s", SPACE},
	{"\\p{Letter}", "\\p{L}"},
	{"\\p{digit}", "\\p{Nd}"},
	{"\\p{Number}", "\\p{N}"},
	{"\\b", "\\u0008"},
	{"[", "\\["},
};

static const char *replacement(struct mrl_slice rest, bool in_class, size_t *ret_size)
{
	size_t count = in_class ? MRL_COUNT(inside) : MRL_COUNT(outside);
	for (size_t i = 0; i < count; i++) {
		const char *from = in_class ? inside[i].from : outside[i].from;
		if (mrl_slice_starts(rest, mrl_slice_text(from))) {
			*ret_size = strlen(from);
			return in_class ? inside[i].to : outside[i].to;
		}
	}
	return NULL;
}

static struct mrl_slice translated(struct mrl_slice pattern, struct mrl_buffer *out)
{
	bool in_class = false;
	while (pattern.size != 0) {
		size_t size = 1;
		const char *other = replacement(pattern, in_class, &size);
		if (other != NULL) {
			mrl_buffer_put(out, mrl_slice_text(other));
			pattern = mrl_slice_from(pattern, size);
			continue;
		}
		uint8_t byte = pattern.data[0];
		in_class = in_class ? byte != ']' : byte == '[';
		size = byte == '\\' ? 2 : 1;
		mrl_buffer_put(out, mrl_slice_sub(pattern, 0, size));
		pattern = mrl_slice_from(pattern, size);
	}
	return mrl_buffer_slice(out);
}

static bool search(struct naive *naive, const pcre2_code *code, struct mrl_slice text)
{
	pcre2_match_data *match = pcre2_match_data_create_from_pattern(code, NULL);
	PCRE2_SPTR subject = text.size == 0 ? (PCRE2_SPTR) "" : text.data;
	int found = pcre2_match(code, subject, text.size, 0, 0, match, NULL);
	pcre2_match_data_free(match);
	if (found < 0 && found != PCRE2_ERROR_NOMATCH) {
		naive->gave_up = true;
	}
	return found >= 0;
}

bool naive_matches(struct naive *naive, struct mrl_slice pattern, struct mrl_slice text)
{
	static const uint32_t options = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY |
	                                PCRE2_MATCH_UNSET_BACKREF | PCRE2_ALT_BSUX;
	uint8_t memory[8192];
	struct mrl_buffer out = mrl_buffer(memory, sizeof(memory));
	struct mrl_slice own = translated(pattern, &out);
	int error;
	PCRE2_SIZE offset;
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	pcre2_set_compile_extra_options(context, PCRE2_EXTRA_ALT_BSUX);
	pcre2_code *code = pcre2_compile(own.data == NULL ? (PCRE2_SPTR) "" : own.data, own.size,
	                                 options, &error, &offset, context);
	pcre2_compile_context_free(context);
	if (code == NULL || out.overflow) {
		naive->gave_up = true;
		pcre2_code_free(code);
		return false;
	}
	bool found = search(naive, code, text);
	pcre2_code_free(code);
	return found;
}
