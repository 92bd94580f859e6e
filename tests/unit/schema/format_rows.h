/* Tables of a format's good texts, each beside its bad twin. */
#ifndef MRL_UNIT_FORMAT_ROWS_H
#define MRL_UNIT_FORMAT_ROWS_H

#include "../check.h"

#include <stdlib.h>

#include "schema/format.h"

struct format_row {
	const char *good;
	const char *bad;
};

/* From memory of exactly its size, so that a sanitizer sees a read behind it. */
static inline bool format_valid(mrl_format_function *valid, struct mrl_slice text,
                                enum mrl_dialect dialect)
{
	uint8_t *copy = malloc(text.size == 0 ? 1 : text.size);
	assert_non_null(copy);
	if (text.size > 0) {
		memcpy(copy, text.data, text.size);
	}
	bool good = valid(mrl_slice(copy, text.size), dialect);
	free(copy);
	return good;
}

static inline void check_format(mrl_format_function *valid, const struct format_row *rows,
                                size_t count)
{
	for (size_t at = 0; at < count; at++) {
		if (rows[at].good != NULL) {
			check_row(format_valid(valid, mrl_slice_text(rows[at].good),
			                       MRL_DIALECT_2020_12),
			          rows[at].good);
		}
		if (rows[at].bad != NULL) {
			check_row(!format_valid(valid, mrl_slice_text(rows[at].bad),
			                        MRL_DIALECT_2020_12),
			          rows[at].bad);
		}
	}
}

#define check_format_rows(valid, rows) check_format((valid), (rows), MRL_COUNT(rows))

#endif
