/*
 * "Did you mean": the nearest of some names by edit distance, where a swap of two neighbours counts
 * once and case does not count.
 */
#include <merlon/document.h>

#define NAME_MAX_CHARS 64

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* One row of the distance table: `before` is row i - 1, `older` row i - 2. */
struct rows {
	uint8_t older[NAME_MAX_CHARS + 1];
	uint8_t before[NAME_MAX_CHARS + 1];
	uint8_t row[NAME_MAX_CHARS + 1];
};

static void fill_row(struct rows *rows, struct mrl_slice a, struct mrl_slice b, size_t i)
{
	uint8_t byte = mrl_lower(a.data[i - 1]);
	rows->row[0] = (uint8_t)i;
	for (size_t j = 1; j <= b.size; j++) {
		uint8_t other = mrl_lower(b.data[j - 1]);
		size_t cost = least(rows->before[j - 1] + (size_t)(byte != other),
		                    least(rows->before[j], rows->row[j - 1]) + (size_t)1);
		if (i > 1 && j > 1 && byte == mrl_lower(b.data[j - 2]) &&
		    other == mrl_lower(a.data[i - 2])) {
			cost = least(cost, rows->older[j - 2] + (size_t)1);
		}
		rows->row[j] = (uint8_t)cost;
	}
}

/* Both at most NAME_MAX_CHARS bytes. */
static size_t distance(struct mrl_slice a, struct mrl_slice b)
{
	struct rows rows;
	for (size_t j = 0; j <= b.size; j++) {
		rows.before[j] = (uint8_t)j;
	}
	for (size_t i = 1; i <= a.size; i++) {
		fill_row(&rows, a, b, i);
		memcpy(rows.older, rows.before, sizeof(rows.older));
		memcpy(rows.before, rows.row, sizeof(rows.before));
	}
	return rows.before[b.size];
}

const char *mrl_nearest(struct mrl_slice name, const char *const *names, size_t count)
{
	/* A third of the letters wrong, at most three, is still a slip. */
	size_t best_distance = least(name.size / 3 + 1, 3) + 1;
	const char *best = NULL;
	if (name.size == 0 || name.size > NAME_MAX_CHARS) {
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		struct mrl_slice other = mrl_slice_text(names[i]);
		if (other.size == 0 || other.size > NAME_MAX_CHARS) {
			continue;
		}
		size_t away = distance(name, other);
		if (away < best_distance && away < name.size) {
			best_distance = away;
			best = names[i];
		}
	}
	return best;
}
