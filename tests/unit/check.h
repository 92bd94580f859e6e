/* cmocka with what it needs, and comparing slices with text. */
#ifndef MRL_UNIT_CHECK_H
#define MRL_UNIT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <merlon/base.h>

#define check_slice(slice, text)                                                 \
	do {                                                                     \
		struct mrl_slice checked = (slice);                              \
		assert_int_equal(checked.size, strlen(text));                    \
		if (checked.size != 0) {                                         \
			assert_memory_equal(checked.data, (text), checked.size); \
		}                                                                \
	} while (0)

/* Says which row of a table failed. */
#define check_row(condition, text)                                      \
	do {                                                            \
		if (!(condition)) {                                     \
			fail_msg("row \"%s\": %s", (text), #condition); \
		}                                                       \
	} while (0)

#endif
