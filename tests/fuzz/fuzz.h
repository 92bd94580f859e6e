/*
 * What every fuzz target has: one entry point, and a check that aborts. With libFuzzer the entry
 * point is called with made-up inputs, in ordinary builds by replay_main.c with the seeds.
 */
#ifndef MRL_FUZZ_H
#define MRL_FUZZ_H

#include <stdio.h>
#include <stdlib.h>

#include <merlon/base.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(condition)                                                             \
	do {                                                                              \
		if (!(condition)) {                                                       \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, \
			        #condition);                                              \
			abort();                                                          \
		}                                                                         \
	} while (0)

/* A token of RFC 9110 5.6.2 as a POSIX regular expression. */
#define FUZZ_TOKEN "[!#$%&'*+.^_`|~0-9A-Za-z-]"

#endif
