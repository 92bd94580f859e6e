/* Grammars as POSIX regular expressions: the second opinion of several targets. */
#ifndef MRL_FUZZ_GRAMMAR_H
#define MRL_FUZZ_GRAMMAR_H

#include "fuzz.h"

#include <regex.h>

#define FUZZ_REGEX_BYTES 200

/* POSIX matching of nested repetitions is slow and knows no NUL. */
static inline bool fuzz_regex_can(struct mrl_slice text)
{
	return text.size < FUZZ_REGEX_BYTES && mrl_slice_find(text, 0) == text.size;
}

static inline bool fuzz_matches(const char *pattern, struct mrl_slice text)
{
	char memory[FUZZ_REGEX_BYTES + 1];
	regex_t regex;
	memcpy(memory, text.size == 0 ? "" : (const char *)text.data, text.size);
	memory[text.size] = '\0';
	FUZZ_CHECK(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) == 0);
	bool matches = regexec(&regex, memory, 0, NULL, 0) == 0;
	regfree(&regex);
	return matches;
}

#endif
