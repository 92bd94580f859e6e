/*
 * multipart/form-data cut into parts (RFC 7578, RFC 2046 5.1), each form of which has one spelling.
 * A delimiter is looked for at line ends alone: so time is linear whatever the boundary is.
 */
#include "multipart.h"

struct mrl_slice mrl_multipart_fault_name(enum mrl_multipart_fault fault)
{
	static const char *const names[] = {
		[MRL_MULTIPART_OK] = "",
		[MRL_MULTIPART_PREAMBLE] = "preamble",
		[MRL_MULTIPART_EPILOGUE] = "epilogue",
		[MRL_MULTIPART_TRUNCATED] = "truncated",
		[MRL_MULTIPART_LINE_END] = "line-end",
		[MRL_MULTIPART_DELIMITER] = "delimiter",
		[MRL_MULTIPART_HEAD] = "part-head",
		[MRL_MULTIPART_DISPOSITION] = "disposition",
		[MRL_MULTIPART_NAME] = "part-name",
		[MRL_MULTIPART_FILE_NAME] = "file-name",
		[MRL_MULTIPART_TYPE] = "part-type",
		[MRL_MULTIPART_CODING] = "transfer-encoding",
		[MRL_MULTIPART_UTF8] = "utf8",
		[MRL_MULTIPART_PARTS] = "parts",
		[MRL_MULTIPART_NAME_LONG] = "name-long",
	};
	return mrl_slice_text((size_t)fault < MRL_COUNT(names) ? names[fault] : "");
}

static bool is_boundary_byte(uint8_t byte)
{
	uint8_t lower = mrl_lower(byte);
	return (lower >= 'a' && lower <= 'z') || mrl_is_digit(byte) ||
	       (byte != 0 && strchr("'()+_,-./:=? ", byte) != NULL);
}

bool mrl_boundary_valid(struct mrl_slice boundary)
{
	if (boundary.size == 0 || boundary.size > 70 || boundary.data[boundary.size - 1] == ' ') {
		return false;
	}
	for (size_t i = 0; i < boundary.size; i++) {
		if (!is_boundary_byte(boundary.data[i])) {
			return false;
		}
	}
	return true;
}

struct cutting {
	struct mrl_slice body;
	struct mrl_slice boundary;
	size_t next_cr; /* of the first CR and LF not looked at yet; body.size: none */
	size_t next_lf;
	enum mrl_multipart_fault fault;
	size_t at;
};

static bool refuse(struct cutting *cutting, enum mrl_multipart_fault fault, size_t at)
{
	cutting->fault = fault;
	cutting->at = at;
	return false;
}

static size_t find_from(struct mrl_slice text, size_t start, uint8_t byte)
{
	return start + mrl_slice_find(mrl_slice_from(text, start), byte);
}

/* The next CR or LF from `start` on; each byte is looked at once for either. */
static size_t next_line_end(struct cutting *cutting, size_t start)
{
	if (cutting->next_cr < start) {
		cutting->next_cr = find_from(cutting->body, start, '\r');
	}
	if (cutting->next_lf < start) {
		cutting->next_lf = find_from(cutting->body, start, '\n');
	}
	return cutting->next_cr < cutting->next_lf ? cutting->next_cr : cutting->next_lf;
}

/* "--boundary" at `at`. */
static bool is_delimiter(const struct cutting *cutting, size_t at)
{
	struct mrl_slice rest = mrl_slice_from(cutting->body, at);
	return mrl_slice_starts(rest, MRL_SLICE("--")) &&
	       mrl_slice_starts(mrl_slice_from(rest, 2), cutting->boundary);
}

/* The end of the content that starts there: its CRLF belongs to the delimiter. */
static bool find_end(struct cutting *cutting, size_t start, size_t *ret_end)
{
	const uint8_t *data = cutting->body.data;
	/* The blank line's CRLF cannot be the delimiter's too. */
	if (is_delimiter(cutting, start)) {
		return refuse(cutting, MRL_MULTIPART_LINE_END, start);
	}
	for (size_t at = start;; at++) {
		at = next_line_end(cutting, at);
		if (at >= cutting->body.size) {
			return refuse(cutting, MRL_MULTIPART_TRUNCATED, cutting->body.size);
		}
		if (!is_delimiter(cutting, at + 1)) {
			continue;
		}
		if (data[at] != '\n' || at == start || data[at - 1] != '\r') {
			return refuse(cutting, MRL_MULTIPART_LINE_END, at);
		}
		*ret_end = at - 1;
		return true;
	}
}

enum follow { FOLLOW_PART, FOLLOW_END, FOLLOW_FAULT };

/* What comes behind the "--boundary" at `*at`, which moves there. */
static enum follow pass_delimiter(struct cutting *cutting, size_t *at)
{
	size_t behind = *at + 2 + cutting->boundary.size;
	struct mrl_slice rest = mrl_slice_from(cutting->body, behind);
	if (mrl_slice_starts(rest, MRL_SLICE("\r\n"))) {
		*at = behind + 2;
		return FOLLOW_PART;
	}
	if (!mrl_slice_starts(rest, MRL_SLICE("--"))) {
		(void)refuse(cutting, MRL_MULTIPART_DELIMITER, behind);
		return FOLLOW_FAULT;
	}
	rest = mrl_slice_from(rest, 2);
	if (rest.size != 0 && !mrl_slice_equal(rest, MRL_SLICE("\r\n"))) {
		(void)refuse(cutting, MRL_MULTIPART_EPILOGUE, behind + 2);
		return FOLLOW_FAULT;
	}
	return FOLLOW_END;
}

/* One part from its head on; `*at` moves to the delimiter behind it. */
static enum mrl_err cut_part(struct cutting *cutting, struct mrl_arena *arena,
                             const struct mrl_multipart_limits *limits, size_t *at,
                             struct mrl_part *part)
{
	struct mrl_part_head head = {.at = *at};
	size_t end;
	enum mrl_err err = mrl_part_head_read(limits, cutting->body, arena, part, &head);
	part->offset = (uint32_t)*at;
	if (err != MRL_OK || head.fault != MRL_MULTIPART_OK) {
		(void)refuse(cutting, head.fault, head.at);
		return err;
	}
	if (find_end(cutting, head.at, &end)) {
		part->content = mrl_slice_sub(cutting->body, head.at, end - head.at);
		*at = end + 2;
	}
	return MRL_OK;
}

/* Parts are few: an array that doubles. */
static struct mrl_part *next_part(struct mrl_multipart *multipart, uint32_t *capacity,
                                  struct mrl_arena *arena)
{
	if (multipart->count == *capacity) {
		uint32_t wanted = *capacity == 0 ? 8 : *capacity * 2;
		struct mrl_part *parts = MRL_NEW_ARRAY(arena, wanted, struct mrl_part);
		if (parts == NULL) {
			return NULL;
		}
		if (multipart->count != 0) {
			memcpy(parts, multipart->parts, multipart->count * sizeof(*parts));
		}
		multipart->parts = parts;
		*capacity = wanted;
	}
	return &multipart->parts[multipart->count++];
}

static enum mrl_err cut(struct cutting *cutting, const struct mrl_multipart_limits *limits,
                        struct mrl_arena *arena, struct mrl_multipart *multipart)
{
	uint32_t capacity = 0;
	size_t at = 0;
	enum mrl_err err = MRL_OK;
	enum follow follow = pass_delimiter(cutting, &at);
	if (follow == FOLLOW_END) {
		(void)refuse(cutting, MRL_MULTIPART_DELIMITER, at); /* no part at all */
	}
	while (err == MRL_OK && cutting->fault == MRL_MULTIPART_OK && follow == FOLLOW_PART) {
		if (multipart->count == limits->parts) {
			(void)refuse(cutting, MRL_MULTIPART_PARTS, at);
			break;
		}
		struct mrl_part *part = next_part(multipart, &capacity, arena);
		if (part == NULL) {
			return MRL_ERR_MEMORY;
		}
		err = cut_part(cutting, arena, limits, &at, part);
		if (err == MRL_OK && cutting->fault == MRL_MULTIPART_OK) {
			follow = pass_delimiter(cutting, &at);
		}
	}
	return err;
}

enum mrl_err mrl_multipart_split(const struct mrl_multipart_limits *limits,
                                 struct mrl_slice boundary, struct mrl_slice body,
                                 struct mrl_arena *arena, struct mrl_multipart *ret_multipart)
{
	struct cutting cutting = {.body = body, .boundary = boundary};
	struct mrl_multipart multipart = {.count = 0};
	enum mrl_err err = MRL_OK;
	cutting.next_cr = find_from(body, 0, '\r');
	cutting.next_lf = find_from(body, 0, '\n');
	if (!is_delimiter(&cutting, 0)) {
		(void)refuse(&cutting, MRL_MULTIPART_PREAMBLE, 0);
	} else {
		err = cut(&cutting, limits, arena, &multipart);
	}
	if (err != MRL_OK) {
		return err;
	}
	if (cutting.fault != MRL_MULTIPART_OK) {
		multipart = (struct mrl_multipart){.fault = cutting.fault,
		                                   .offset = (uint32_t)cutting.at};
	}
	*ret_multipart = multipart;
	return MRL_OK;
}
