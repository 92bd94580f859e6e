/*
 * Lookups in the tables of the Unicode character database. Traits are rows that hold up to the next
 * one's first code point; normalization keeps one label on the stack, decomposed.
 */
#include "unicode.h"

/* A property's name and its part of `ranges`; sorted by name. */
struct named {
	const char *name;
	uint16_t first, count;
};

struct trait_row {
	uint32_t first, packed;
};

/* Primary composites, sorted by first and second. */
struct composition {
	uint32_t first, second, code;
};

#include "unicode_tables.inc"

#define HANGUL_FIRST   0xac00U
#define HANGUL_COUNT   11172U
#define LEAD_FIRST     0x1100U
#define LEAD_COUNT     19U
#define VOWEL_FIRST    0x1161U
#define VOWEL_COUNT    21U
#define TAIL_BEFORE    0x11a7U
#define TAIL_COUNT     28U
#define LABEL_CODES    64U
#define DECOMPOSED_MAX 4U /* of any code point that NFC keeps */

struct names {
	const struct named *rows;
	size_t count;
};

#define NAMES(table) ((struct names){(table), MRL_COUNT(table)})

static const struct named *find_name(struct names names, struct mrl_slice name)
{
	size_t low = 0, high = names.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = mrl_slice_compare(name, mrl_slice_text(names.rows[middle].name));
		if (order == 0) {
			return &names.rows[middle];
		}
		if (order < 0) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return NULL;
}

/* The names that stand behind `property=`. */
static struct names values_of(struct mrl_slice property)
{
	if (mrl_slice_is(property, "General_Category") || mrl_slice_is(property, "gc")) {
		return NAMES(category_names);
	}
	if (mrl_slice_is(property, "Script") || mrl_slice_is(property, "sc")) {
		return NAMES(script_names);
	}
	if (mrl_slice_is(property, "Script_Extensions") || mrl_slice_is(property, "scx")) {
		return NAMES(extension_names);
	}
	return (struct names){NULL, 0};
}

static const struct named *find_property(struct mrl_slice name, struct mrl_slice value)
{
	if (value.size > 0) {
		return find_name(values_of(name), value);
	}
	const struct named *found = find_name(NAMES(category_names), name);
	return found != NULL ? found : find_name(NAMES(binary_names), name);
}

bool mrl_unicode_property(struct mrl_slice name, struct mrl_slice value,
                          const struct mrl_unicode_range **ret_ranges, uint32_t *ret_count)
{
	const struct named *found = find_property(name, value);
	if (found == NULL) {
		return false;
	}
	*ret_ranges = ranges + found->first;
	*ret_count = found->count;
	return true;
}

/* The last row that begins at or before the code point. */
static uint32_t packed_of(uint32_t code)
{
	size_t low = 0, high = MRL_COUNT(trait_rows);
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (trait_rows[middle].first <= code) {
			low = middle;
		} else {
			high = middle;
		}
	}
	return trait_rows[low].packed;
}

struct mrl_unicode_traits mrl_unicode_traits(uint32_t code)
{
	uint32_t packed = packed_of(code);
	return (struct mrl_unicode_traits){
		.idna = (enum mrl_idna_class)(packed & 3),
		.joining = (enum mrl_joining_type)(packed >> 2 & 7),
		.bidi = (enum mrl_bidi_class)(1U << (packed >> 5 & 15)),
		.script = (enum mrl_unicode_script)(packed >> 9 & 3),
		.mark = (packed >> 11 & 1) != 0,
		.combining = (uint8_t)(packed >> 16),
		.nfc = (enum mrl_nfc_quick)(packed >> 12 & 3),
	};
}

static uint8_t combining_of(uint32_t code)
{
	return (uint8_t)(packed_of(code) >> 16);
}

static const struct composition *parts_of(uint32_t code)
{
	size_t low = 0, high = MRL_COUNT(decompositions);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct composition *row = &compositions[decompositions[middle]];
		if (row->code == code) {
			return row;
		}
		if (code < row->code) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return NULL;
}

static uint32_t decompose_hangul(uint32_t code, uint32_t parts[DECOMPOSED_MAX])
{
	uint32_t index = code - HANGUL_FIRST;
	parts[0] = LEAD_FIRST + index / (VOWEL_COUNT * TAIL_COUNT);
	parts[1] = VOWEL_FIRST + index / TAIL_COUNT % VOWEL_COUNT;
	parts[2] = TAIL_BEFORE + index % TAIL_COUNT;
	return index % TAIL_COUNT == 0 ? 2 : 3;
}

/* Only the first part of a composite has parts of its own. Last part first, then turned round. */
static uint32_t decompose(uint32_t code, uint32_t parts[DECOMPOSED_MAX])
{
	if (code - HANGUL_FIRST < HANGUL_COUNT) {
		return decompose_hangul(code, parts);
	}
	uint32_t count = 0;
	const struct composition *row;
	while (count < DECOMPOSED_MAX - 1 && (row = parts_of(code)) != NULL) {
		parts[count++] = row->second;
		code = row->first;
	}
	parts[count++] = code;
	for (uint32_t at = 0; at < count / 2; at++) {
		uint32_t kept = parts[at];
		parts[at] = parts[count - 1 - at];
		parts[count - 1 - at] = kept;
	}
	return count;
}

/* 0: the two do not compose. */
static uint32_t compose_hangul(uint32_t first, uint32_t second)
{
	if (first - LEAD_FIRST < LEAD_COUNT && second - VOWEL_FIRST < VOWEL_COUNT) {
		return HANGUL_FIRST +
		       ((first - LEAD_FIRST) * VOWEL_COUNT + second - VOWEL_FIRST) * TAIL_COUNT;
	}
	bool open = first - HANGUL_FIRST < HANGUL_COUNT && (first - HANGUL_FIRST) % TAIL_COUNT == 0;
	return open && second - TAIL_BEFORE - 1 < TAIL_COUNT - 1 ? first + second - TAIL_BEFORE : 0;
}

static uint32_t compose(uint32_t first, uint32_t second)
{
	size_t low = 0, high = MRL_COUNT(compositions);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct composition *row = &compositions[middle];
		if (row->first == first && row->second == second) {
			return row->code;
		}
		if (first < row->first || (first == row->first && second < row->second)) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return compose_hangul(first, second);
}

/* Appends one code point at its place in canonical order (a stable insertion). */
static void insert(uint32_t *codes, uint32_t count, uint32_t code)
{
	uint8_t order = combining_of(code);
	uint32_t at = count;
	while (order > 0 && at > 0 && combining_of(codes[at - 1]) > order) {
		codes[at] = codes[at - 1];
		at--;
	}
	codes[at] = code;
}

/* In place; the number of code points left. */
static uint32_t compose_all(uint32_t *codes, uint32_t count)
{
	uint32_t kept = 0, starter = UINT32_MAX;
	int last = -1;
	for (uint32_t at = 0; at < count; at++) {
		uint8_t order = combining_of(codes[at]);
		uint32_t joined = starter != UINT32_MAX && last < order
		                          ? compose(codes[starter], codes[at])
		                          : 0;
		if (joined != 0) {
			codes[starter] = joined;
			continue;
		}
		if (order == 0) {
			starter = kept;
		}
		last = order == 0 ? -1 : order;
		codes[kept++] = codes[at];
	}
	return kept;
}

/* The worst of NFC_Quick_Check; YES only where nothing can move or join. */
static enum mrl_nfc_quick quick_check(const uint32_t *codes, uint32_t count)
{
	enum mrl_nfc_quick worst = MRL_NFC_YES;
	uint8_t last = 0;
	for (uint32_t at = 0; at < count; at++) {
		struct mrl_unicode_traits traits = mrl_unicode_traits(codes[at]);
		bool moves = traits.combining > 0 && traits.combining < last;
		if (traits.nfc == MRL_NFC_NO || moves) {
			return MRL_NFC_NO;
		}
		worst = traits.nfc > worst ? traits.nfc : worst;
		last = traits.combining;
	}
	return worst;
}

bool mrl_unicode_is_nfc(const uint32_t *codes, uint32_t count)
{
	uint32_t work[LABEL_CODES * DECOMPOSED_MAX];
	uint32_t size = 0;
	enum mrl_nfc_quick quick = quick_check(codes, count);
	if (quick != MRL_NFC_MAYBE || count > LABEL_CODES) {
		return quick == MRL_NFC_YES;
	}
	for (uint32_t at = 0; at < count; at++) {
		uint32_t parts[DECOMPOSED_MAX];
		uint32_t part_count = decompose(codes[at], parts);
		for (uint32_t part = 0; part < part_count; part++) {
			insert(work, size++, parts[part]);
		}
	}
	size = compose_all(work, size);
	return size == count && memcmp(work, codes, count * sizeof(*codes)) == 0;
}
