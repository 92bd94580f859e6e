/*
 * The request target: RFC 3986 bytes, split at raw '/', each segment decoded once. What two parsers
 * could read differently is refused: dot segments, empty segments, encoded delimiters, a second
 * layer of encoding.
 */
#include <merlon/http.h>

/* What a byte may be part of. */
enum {
	IN_SEGMENT = 1 << 0, /* pchar of RFC 3986 but '%' and ';' */
	IN_QUERY = 1 << 1, /* pchar but '%', then "/?", and "[]|" that documented styles send raw */
};

#define BOTH    (IN_SEGMENT | IN_QUERY)
#define FIVE(x) [x] = BOTH, [(x) + 1] = BOTH, [(x) + 2] = BOTH, [(x) + 3] = BOTH, [(x) + 4] = BOTH
#define LETTERS(x) \
	FIVE(x), FIVE((x) + 5), FIVE((x) + 10), FIVE((x) + 15), FIVE((x) + 20), [(x) + 25] = BOTH

static const uint8_t classes[256] = {
	LETTERS('a'),     LETTERS('A'),     FIVE('0'),        FIVE('5'),        ['-'] = BOTH,
	['.'] = BOTH,     ['_'] = BOTH,     ['~'] = BOTH,     ['!'] = BOTH,     ['$'] = BOTH,
	['&'] = BOTH,     ['\''] = BOTH,    ['('] = BOTH,     [')'] = BOTH,     ['*'] = BOTH,
	['+'] = BOTH,     [','] = BOTH,     ['='] = BOTH,     [':'] = BOTH,     ['@'] = BOTH,
	[';'] = IN_QUERY, ['/'] = IN_QUERY, ['?'] = IN_QUERY, ['['] = IN_QUERY, [']'] = IN_QUERY,
	['|'] = IN_QUERY,
};

/* Enough for nearly every path; then 32, then 128 (MRL_SEGMENTS_MAX). */
#define SEGMENTS_FIRST 8

struct scan {
	const uint8_t *at;
	const uint8_t *end;
	struct mrl_arena *arena;
	struct mrl_slice *segments;
	size_t count;
	size_t capacity;
	unsigned flags;
	bool has_semicolon;
	enum mrl_target_fault fault;
	enum mrl_err err;
};

static bool refuse(struct scan *scan, enum mrl_target_fault fault)
{
	scan->fault = fault;
	return false;
}

static bool is_dots(struct mrl_slice segment)
{
	return segment.size != 0 && segment.size <= 2 && segment.data[0] == '.' &&
	       segment.data[segment.size - 1] == '.';
}

/* Some servers cut a segment there before they look for "..". */
static struct mrl_slice before_semicolon(struct mrl_slice segment)
{
	return mrl_slice_sub(segment, 0, mrl_slice_find(segment, ';'));
}

static bool has_escape(struct mrl_slice text)
{
	for (size_t i = 0; i + 2 < text.size; i++) {
		if (text.data[i] == '%' && mrl_hex_value(text.data[i + 1]) >= 0 &&
		    mrl_hex_value(text.data[i + 2]) >= 0) {
			return true;
		}
	}
	return false;
}

/* The byte behind a '%' at `at`, or -1. */
static int escaped_byte(const uint8_t *at, const uint8_t *end)
{
	if (end - at < 3) {
		return -1;
	}
	int high = mrl_hex_value(at[1]);
	int low = mrl_hex_value(at[2]);
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* These end, split or hide a segment in the next parser. */
static bool may_be_escaped(int byte)
{
	return byte >= 0x20 && byte != 0x7F && byte != '/' && byte != '\\';
}

/* INPUT-4: what comes out of the one decoding is judged as strictly as what went in. */
static bool judge_decoded(struct scan *scan, struct mrl_slice decoded)
{
	if (is_dots(before_semicolon(decoded))) {
		return refuse(scan, MRL_TARGET_SEGMENT);
	}
	if (has_escape(decoded)) {
		return refuse(scan, MRL_TARGET_ENCODED);
	}
	return mrl_utf8_check(decoded) == decoded.size || refuse(scan, MRL_TARGET_UTF8);
}

static bool decode(struct scan *scan, struct mrl_slice raw, struct mrl_slice *ret_decoded)
{
	uint8_t *bytes = mrl_arena_alloc(scan->arena, raw.size, 1);
	const uint8_t *end = raw.data + raw.size;
	size_t size = 0;
	if (bytes == NULL) {
		scan->err = MRL_ERR_MEMORY;
		return false;
	}
	for (const uint8_t *at = raw.data; at < end; at++) {
		if (*at != '%') {
			bytes[size++] = *at;
			continue;
		}
		int byte = escaped_byte(at, end);
		if (byte < 0) {
			return refuse(scan, MRL_TARGET_BYTES);
		}
		if (!may_be_escaped(byte)) {
			return refuse(scan, MRL_TARGET_ENCODED);
		}
		bytes[size++] = (uint8_t)byte;
		at += 2;
	}
	*ret_decoded = mrl_slice(bytes, size);
	return judge_decoded(scan, *ret_decoded);
}

static bool grow(struct scan *scan)
{
	size_t capacity = scan->capacity == 0 ? SEGMENTS_FIRST : scan->capacity * 4;
	if (capacity > MRL_SEGMENTS_MAX) {
		return refuse(scan, MRL_TARGET_SEGMENTS);
	}
	struct mrl_slice *segments = mrl_arena_alloc(scan->arena, capacity * sizeof(*segments),
	                                             _Alignof(struct mrl_slice));
	if (segments == NULL) {
		scan->err = MRL_ERR_MEMORY;
		return false;
	}
	if (scan->count != 0) {
		memcpy(segments, scan->segments, scan->count * sizeof(*segments));
	}
	scan->segments = segments;
	scan->capacity = capacity;
	return true;
}

static bool is_matrix(const struct scan *scan, uint8_t byte)
{
	return byte == ';' && (scan->flags & MRL_TARGET_MATRIX) != 0;
}

/* From behind a '/' to the next one, to '?' or to the end; '%' only remembered. */
static bool scan_segment(struct scan *scan)
{
	const uint8_t *start = scan->at;
	const uint8_t *at = start;
	bool escaped = false;
	for (;; at++) {
		while (at < scan->end && (classes[*at] & IN_SEGMENT) != 0) {
			at++;
		}
		if (at == scan->end || (*at != '%' && !is_matrix(scan, *at))) {
			break;
		}
		escaped = escaped || *at == '%';
		scan->has_semicolon = scan->has_semicolon || *at == ';';
	}
	scan->at = at;
	if (at < scan->end && *at != '/' && *at != '?') {
		return refuse(scan, *at == ';' ? MRL_TARGET_SEMICOLON : MRL_TARGET_BYTES);
	}
	struct mrl_slice segment = mrl_slice(start, (size_t)(at - start));
	bool inner_empty = segment.size == 0 && at < scan->end && *at == '/';
	if (inner_empty || is_dots(scan->has_semicolon ? before_semicolon(segment) : segment)) {
		return refuse(scan, MRL_TARGET_SEGMENT);
	}
	if (scan->count == scan->capacity && !grow(scan)) {
		return false;
	}
	if (escaped && !decode(scan, segment, &segment)) {
		return false;
	}
	scan->segments[scan->count++] = segment;
	return true;
}

static bool scan_path(struct scan *scan)
{
	if (scan->at == scan->end || *scan->at != '/') {
		return refuse(scan, MRL_TARGET_FORM);
	}
	while (scan->at < scan->end && *scan->at == '/') {
		scan->at++;
		if (!scan_segment(scan)) {
			return false;
		}
	}
	return true;
}

static bool scan_query(struct scan *scan)
{
	for (const uint8_t *at = scan->at; at < scan->end; at++) {
		if ((classes[*at] & IN_QUERY) != 0) {
			continue;
		}
		if (*at != '%' || escaped_byte(at, scan->end) < 0) {
			return refuse(scan, MRL_TARGET_BYTES);
		}
		at += 2;
	}
	return true;
}

/* A refused target is not taken apart; path and query are for the record only. */
static void fill_refused(struct mrl_slice raw, struct mrl_target *target)
{
	size_t mark = mrl_slice_find(raw, '?');
	target->path = mrl_slice_sub(raw, 0, mark);
	target->has_query = mark < raw.size;
	target->query = target->has_query ? mrl_slice_from(raw, mark + 1) : MRL_SLICE_NONE;
}

enum mrl_err mrl_target_parse_with(struct mrl_slice raw, unsigned flags, struct mrl_arena *arena,
                                   struct mrl_target *ret_target)
{
	struct mrl_target target = {.fault = MRL_TARGET_FORM};
	if (raw.size == 0) {
		*ret_target = target;
		return MRL_OK;
	}
	struct scan scan = {
		.at = raw.data, .end = raw.data + raw.size, .arena = arena, .flags = flags};
	target.fault = MRL_TARGET_OK;
	bool accepted = scan_path(&scan);
	if (accepted) {
		size_t path_size = (size_t)(scan.at - raw.data);
		target.path = mrl_slice_sub(raw, 0, path_size);
		target.has_query = path_size < raw.size;
		scan.at += target.has_query ? 1 : 0;
		target.query = mrl_slice(scan.at, (size_t)(scan.end - scan.at));
		target.segments = scan.segments;
		target.segment_count = (uint16_t)scan.count;
		target.has_semicolon = scan.has_semicolon;
		accepted = scan_query(&scan);
	}
	if (scan.err != MRL_OK) {
		return scan.err;
	}
	if (!accepted) {
		target = (struct mrl_target){.fault = scan.fault};
		fill_refused(raw, &target);
	}
	if (target.query.size == 0) {
		target.query = MRL_SLICE_NONE;
	}
	*ret_target = target;
	return MRL_OK;
}

enum mrl_err mrl_target_parse(struct mrl_slice raw, struct mrl_arena *arena,
                              struct mrl_target *ret_target)
{
	return mrl_target_parse_with(raw, 0, arena, ret_target);
}
