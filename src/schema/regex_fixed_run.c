/*
 * Texts held to patterns of fixed form. ASCII is the fast path: one load and one AND a byte, with
 * a verdict for many bytes at once. Only where that fails and a class has more than ASCII,
 * characters are decoded.
 */
#include "regex_fixed.h"

#define BLOCK 32

static bool has_literal(const struct mrl_regex_fixed *fixed, struct mrl_slice text)
{
	for (uint16_t i = 0; i < fixed->count; i++) {
		struct mrl_slice literal = fixed->literals[i];
		bool found = fixed->begins ? mrl_slice_starts(text, literal)
		                           : mrl_slice_ends(text, literal);
		if (found && !(fixed->begins && fixed->ends && literal.size != text.size)) {
			return true;
		}
	}
	return false;
}

static enum mrl_regex_outcome run_literals(const struct mrl_regex_fixed *fixed,
                                           struct mrl_slice text, uint64_t *steps)
{
	size_t bytes = fixed->count;
	bool found = false;
	if (fixed->begins || fixed->ends) {
		found = has_literal(fixed, text);
	} else {
		size_t at = mrl_slice_find_text(text, fixed->literals[0]);
		found = at < text.size;
		bytes = at;
	}
	if (!mrl_regex_take(steps, 1 + bytes / 32)) {
		return MRL_REGEX_EXHAUSTED;
	}
	return found ? MRL_REGEX_YES : MRL_REGEX_NO;
}

/* The bytes are ASCII and of the class. */
static bool all_of(const uint16_t *table, uint32_t mask, const uint8_t *at, size_t count)
{
	for (; count > BLOCK; count -= BLOCK, at += BLOCK) {
		if (!all_of(table, mask, at, BLOCK)) {
			return false;
		}
	}
	uint32_t high = 0;
	for (size_t i = 0; i < count; i++) {
		mask &= table[at[i] & 0x7F];
		high |= at[i];
	}
	return mask != 0 && high < 0x80;
}

/* As many characters as the piece takes of a text of so many. */
static size_t share(const struct mrl_regex_fixed *fixed, const struct mrl_regex_piece *piece,
                    size_t chars)
{
	bool loose = piece->min != piece->max;
	return loose ? piece->min + (chars - fixed->chars_min) : piece->min;
}

static bool run_ascii(const struct mrl_regex_fixed *fixed, struct mrl_slice text)
{
	const uint8_t *at = text.data;
	if (text.size == 0) {
		return true;
	}
	for (uint16_t i = 0; i < fixed->count; i++) {
		const struct mrl_regex_piece *piece = &fixed->pieces[i];
		size_t count = share(fixed, piece, text.size);
		if (!all_of(fixed->table, piece->mask, at, count)) {
			return false;
		}
		at += count;
	}
	return true;
}

static bool is_lead(uint8_t byte)
{
	return (byte & 0xC0) != 0x80;
}

static bool run_wide(const struct mrl_regex_fixed *fixed, struct mrl_slice text, size_t chars)
{
	size_t at = 0;
	for (uint16_t i = 0; i < fixed->count; i++) {
		const struct mrl_regex_piece *piece = &fixed->pieces[i];
		for (size_t left = share(fixed, piece, chars); left > 0; left--) {
			if (!mrl_regex_class_has(piece->class, mrl_regex_decode(text, &at))) {
				return false;
			}
		}
	}
	return true;
}

/* The first or last so many bytes, where `^` and `$` do not tie the text at both ends. */
static struct mrl_slice part(const struct mrl_regex_fixed *fixed, struct mrl_slice text,
                             size_t bytes)
{
	if (fixed->begins) {
		return fixed->ends ? text : mrl_slice_sub(text, 0, bytes);
	}
	return mrl_slice_from(text, text.size - bytes);
}

/* The part as it is in characters: so many of them, or all; SIZE_MAX: the text has too few. */
static size_t wide_bytes(const struct mrl_regex_fixed *fixed, struct mrl_slice text,
                         size_t *ret_chars)
{
	size_t chars = 0;
	size_t bytes = 0;
	bool whole = fixed->begins && fixed->ends;
	while (bytes < text.size && (whole || chars < fixed->chars_min)) {
		size_t at = fixed->begins ? bytes + 1 : text.size - bytes - 1;
		bytes++;
		chars += fixed->begins ? at == text.size || is_lead(text.data[at])
		                       : is_lead(text.data[at]);
	}
	*ret_chars = chars;
	return chars < fixed->chars_min || chars > fixed->chars_max ? SIZE_MAX : bytes;
}

static enum mrl_regex_outcome run_pieces(const struct mrl_regex_fixed *fixed, struct mrl_slice text,
                                         uint64_t *steps)
{
	bool whole = fixed->begins && fixed->ends;
	bool fits = !whole || text.size <= fixed->chars_max;
	size_t chars;
	if (text.size < fixed->chars_min || (!fits && !fixed->wide)) {
		return MRL_REGEX_NO;
	}
	size_t ascii = whole ? text.size : fixed->chars_min;
	if (fits && !mrl_regex_take(steps, 1 + ascii / 32)) {
		return MRL_REGEX_EXHAUSTED;
	}
	if (fits && run_ascii(fixed, part(fixed, text, ascii))) {
		return MRL_REGEX_YES;
	}
	if (!fixed->wide) {
		return MRL_REGEX_NO;
	}
	size_t wide = wide_bytes(fixed, text, &chars);
	if (!mrl_regex_take(steps, 1 + (wide == SIZE_MAX ? text.size : wide))) {
		return MRL_REGEX_EXHAUSTED;
	}
	bool yes = wide != SIZE_MAX && run_wide(fixed, part(fixed, text, wide), chars);
	return yes ? MRL_REGEX_YES : MRL_REGEX_NO;
}

enum mrl_regex_outcome mrl_regex_fixed_run(const struct mrl_regex_fixed *fixed,
                                           struct mrl_slice text, uint64_t *steps)
{
	switch (fixed->form) {
	case MRL_REGEX_NOT_EMPTY: return text.size != 0 ? MRL_REGEX_YES : MRL_REGEX_NO;
	case MRL_REGEX_LITERALS: return run_literals(fixed, text, steps);
	case MRL_REGEX_PIECES: return run_pieces(fixed, text, steps);
	case MRL_REGEX_ANYTHING: break;
	}
	return MRL_REGEX_YES;
}
