/*
 * Block scalars of YAML 1.2 (8.1): `|` keeps lines, `>` folds them. As with quoted scalars the
 * parser has found where they begin and end; where that does not agree with what is read here, the
 * text is refused rather than guessed.
 */
#include "build.h"

#define UNKNOWN SIZE_MAX

struct header {
	bool folded;
	uint8_t chomp;     /* '-', '+', or 0: one final line feed */
	uint8_t increment; /* the indentation below that of what is around it; 0: the first line's
	                    */
};

struct decoding {
	struct mrl_slice rest;
	struct mrl_buffer out;
	size_t indent;
	bool folded;
	bool any;       /* a line that is not empty has come */
	bool spaced;    /* the last of them began with a blank: it is not folded */
	size_t empties; /* empty lines since then */
	bool ended;     /* that line had a line feed */
};

static bool is_break(uint8_t byte)
{
	return byte == '\n' || byte == '\r';
}

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t';
}

static struct mrl_slice take_line(struct mrl_slice *rest, bool *ret_ended)
{
	size_t end = 0;
	while (end < rest->size && !is_break(rest->data[end])) {
		end++;
	}
	struct mrl_slice line = mrl_slice_sub(*rest, 0, end);
	*ret_ended = end != rest->size;
	*rest = mrl_slice_from(*rest, end);
	*rest = mrl_slice_from(*rest, mrl_slice_starts(*rest, MRL_SLICE("\r\n")) ? 2 : 1);
	return line;
}

static size_t count_spaces(struct mrl_slice line)
{
	size_t count = 0;
	while (count < line.size && line.data[count] == ' ') {
		count++;
	}
	return count;
}

static void put_line_feeds(struct decoding *decoding, size_t count)
{
	while (count-- != 0) {
		mrl_buffer_byte(&decoding->out, '\n');
	}
}

/* What stands between two lines: in `>`, a space for one break and one line feed less for several,
 * unless one of the lines begins with a blank. */
static void put_between(struct decoding *decoding, bool spaced)
{
	bool folds = decoding->folded && decoding->any && !spaced && !decoding->spaced;
	if (folds && decoding->empties == 0) {
		mrl_buffer_byte(&decoding->out, ' ');
		return;
	}
	put_line_feeds(decoding, decoding->empties + (decoding->any && !folds));
}

/* False: a line that is not indented enough. */
static bool take_one(struct decoding *decoding)
{
	bool ended;
	struct mrl_slice line = take_line(&decoding->rest, &ended);
	size_t spaces = count_spaces(line);
	if (spaces == line.size && spaces <= decoding->indent) {
		decoding->empties += ended;
		return true;
	}
	if (spaces < decoding->indent) {
		return false;
	}
	bool spaced = is_blank(line.data[decoding->indent]);
	put_between(decoding, spaced);
	mrl_buffer_put(&decoding->out, mrl_slice_from(line, decoding->indent));
	decoding->any = true;
	decoding->spaced = spaced;
	decoding->empties = 0;
	decoding->ended = ended;
	return true;
}

static void chomp(struct decoding *decoding, uint8_t chomping)
{
	if (chomping == '+') {
		put_line_feeds(decoding, decoding->empties);
	}
	if (chomping != '-') {
		put_line_feeds(decoding, decoding->ended);
	}
}

static enum mrl_err decode(struct mrl_slice raw, const struct header *header, size_t indent,
                           struct mrl_arena *arena, struct mrl_slice *ret_text)
{
	struct decoding decoding = {
		.rest = raw,
		.out = mrl_buffer(mrl_arena_alloc(arena, raw.size + 2, 1), raw.size + 2),
		.indent = indent,
		.folded = header->folded,
	};
	if (decoding.out.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	while (decoding.rest.size != 0) {
		if (!take_one(&decoding)) {
			return MRL_ERR_INVALID;
		}
	}
	chomp(&decoding, header->chomp);
	*ret_text = mrl_buffer_slice(&decoding.out);
	return decoding.out.overflow ? MRL_ERR_INVALID : MRL_OK;
}

/* Of the first line that is not empty; UNKNOWN: all are. */
static size_t first_indent(struct mrl_slice raw)
{
	while (raw.size != 0) {
		bool ended;
		struct mrl_slice line = take_line(&raw, &ended);
		size_t spaces = count_spaces(line);
		if (spaces != line.size) {
			return spaces;
		}
	}
	return UNKNOWN;
}

/* "|2-", "> # comment": an indicator, a digit and a sign in any order, then nothing or a comment.
 */
static bool parse_header(struct mrl_slice text, struct header *ret_header)
{
	struct header header = {.folded = mrl_slice_starts(text, MRL_SLICE(">"))};
	size_t at = 1;
	for (; at < text.size; at++) {
		uint8_t byte = text.data[at];
		if ((byte == '-' || byte == '+') && header.chomp == 0) {
			header.chomp = byte;
		} else if (byte >= '1' && byte <= '9' && header.increment == 0) {
			header.increment = (uint8_t)(byte - '0');
		} else {
			break;
		}
	}
	struct mrl_slice tail = mrl_slice_from(text, at);
	struct mrl_slice trimmed = mrl_slice_trim(tail);
	if (trimmed.size != 0 && (trimmed.data[0] != '#' || trimmed.data == tail.data)) {
		return false;
	}
	*ret_header = header;
	return true;
}

/* The first indicator behind a blank, from `from` on, that can be a header: between the scalar
 * before it and the header stand only anchors and indicators of structure. */
static bool find_header(struct mrl_slice line, size_t from, struct header *ret_header)
{
	for (size_t i = from; i < line.size; i++) {
		bool indicates = line.data[i] == '|' || line.data[i] == '>';
		bool apart = i == 0 || is_blank(line.data[i - 1]);
		if (indicates && apart && parse_header(mrl_slice_from(line, i), ret_header)) {
			return true;
		}
	}
	return false;
}

/* "- ", "? " or ": " */
static bool is_indicator(struct mrl_slice line, size_t at)
{
	return at + 1 < line.size && is_blank(line.data[at + 1]) &&
	       (line.data[at] == '-' || line.data[at] == '?' || line.data[at] == ':');
}

/* The column of the collection around a scalar, by the line of its header: that of a key, or of the
 * last indicator before an entry. UNKNOWN: the header stands alone, or behind "---". */
static size_t outer_indent(struct mrl_slice line)
{
	size_t at = count_spaces(line);
	size_t outer = UNKNOWN;
	while (is_indicator(line, at)) {
		outer = at++;
		while (at < line.size && is_blank(line.data[at])) {
			at++;
		}
	}
	uint8_t byte = at < line.size ? line.data[at] : '|';
	bool is_key = byte != '|' && byte != '>' && byte != '&' &&
	              !mrl_slice_starts(line, MRL_SLICE("---"));
	return is_key ? at : outer;
}

/* UNKNOWN with a fault: content that is not indented below what is around it. */
static bool find_indent(const struct header *header, struct mrl_slice line, struct mrl_slice raw,
                        size_t *ret_indent)
{
	size_t outer = outer_indent(line);
	size_t first = first_indent(raw);
	if (header->increment != 0) {
		bool starts = mrl_slice_starts(line, MRL_SLICE("---"));
		*ret_indent = header->increment + (outer == UNKNOWN ? 0 : outer);
		return outer != UNKNOWN || starts || first == UNKNOWN;
	}
	*ret_indent = first;
	return outer == UNKNOWN || first > outer;
}

static struct mrl_slice last_line(struct mrl_slice text)
{
	while (text.size != 0 && is_break(text.data[text.size - 1])) {
		text.size--;
	}
	size_t start = text.size;
	while (start > 0 && !is_break(text.data[start - 1])) {
		start--;
	}
	return mrl_slice_from(text, start);
}

enum mrl_err mrl_block_decode(struct mrl_slice before, size_t scalar_end, struct mrl_slice raw,
                              struct mrl_arena *arena, struct mrl_slice *ret_text)
{
	struct header header;
	size_t indent;
	struct mrl_slice line = last_line(before);
	size_t line_start = (size_t)(line.data - before.data);
	size_t from = scalar_end > line_start ? scalar_end - line_start : 0;
	if (!find_header(line, from, &header) || !find_indent(&header, line, raw, &indent)) {
		return MRL_ERR_INVALID;
	}
	return decode(raw, &header, indent, arena, ret_text);
}
