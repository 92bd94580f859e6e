/*
 * Whether a text is a problem document (RFC 9457) for a status. It only has to be sure enough to
 * let an upstream's error pass; what is not plainly one is replaced.
 */
#include <merlon/http.h>

struct reader {
	struct mrl_slice rest;
};

static void skip_blanks(struct reader *reader)
{
	while (reader->rest.size > 0 &&
	       (reader->rest.data[0] == ' ' || reader->rest.data[0] == '\t' ||
	        reader->rest.data[0] == '\r' || reader->rest.data[0] == '\n')) {
		reader->rest = mrl_slice_from(reader->rest, 1);
	}
}

static bool take(struct reader *reader, uint8_t byte)
{
	skip_blanks(reader);
	if (reader->rest.size == 0 || reader->rest.data[0] != byte) {
		return false;
	}
	reader->rest = mrl_slice_from(reader->rest, 1);
	return true;
}

/* A string without its quotes, escapes as they stand. */
static bool take_string(struct reader *reader, struct mrl_slice *ret_string)
{
	if (!take(reader, '"')) {
		return false;
	}
	for (size_t i = 0; i < reader->rest.size; i++) {
		uint8_t byte = reader->rest.data[i];
		if (byte == '"') {
			*ret_string = mrl_slice_sub(reader->rest, 0, i);
			reader->rest = mrl_slice_from(reader->rest, i + 1);
			return true;
		}
		if (byte < 0x20) {
			return false;
		}
		i += byte == '\\' ? 1 : 0;
	}
	return false;
}

/* An array or object: only brackets and strings are looked at, no deeper than 255. */
static bool skip_nested(struct reader *reader)
{
	struct mrl_slice string;
	unsigned depth = 0;
	do {
		skip_blanks(reader);
		if (reader->rest.size == 0) {
			return false;
		}
		uint8_t byte = reader->rest.data[0];
		if (byte == '"') {
			if (!take_string(reader, &string)) {
				return false;
			}
			continue;
		}
		depth += byte == '{' || byte == '[' ? 1U : 0U;
		depth -= byte == '}' || byte == ']' ? 1U : 0U;
		reader->rest = mrl_slice_from(reader->rest, 1);
	} while (depth > 0 && depth < 256);
	return depth == 0;
}

static struct mrl_slice take_plain(struct reader *reader)
{
	size_t size = 0;
	while (size < reader->rest.size) {
		uint8_t byte = reader->rest.data[size];
		if (byte <= ' ' || byte == ',' || byte == '}' || byte == ']') {
			break;
		}
		size++;
	}
	struct mrl_slice plain = mrl_slice_sub(reader->rest, 0, size);
	reader->rest = mrl_slice_from(reader->rest, size);
	return plain;
}

static bool take_value(struct reader *reader, struct mrl_slice *ret_plain)
{
	skip_blanks(reader);
	uint8_t first = reader->rest.size == 0 ? 0 : reader->rest.data[0];
	*ret_plain = MRL_SLICE_NONE;
	if (first == '"') {
		return take_string(reader, ret_plain);
	}
	if (first == '{' || first == '[') {
		return skip_nested(reader);
	}
	*ret_plain = take_plain(reader);
	return ret_plain->size != 0;
}

static bool is_status(struct mrl_slice plain, uint16_t status)
{
	uint64_t number;
	return mrl_parse_u64(plain, &number) && number == status;
}

bool mrl_problem_read(struct mrl_slice body, uint16_t status)
{
	struct reader reader = {.rest = body};
	struct mrl_slice name;
	struct mrl_slice plain;
	if (!take(&reader, '{')) {
		return false;
	}
	if (take(&reader, '}')) {
		skip_blanks(&reader);
		return reader.rest.size == 0;
	}
	do {
		if (!take_string(&reader, &name) || !take(&reader, ':') ||
		    !take_value(&reader, &plain)) {
			return false;
		}
		if (mrl_slice_is(name, "status") && !is_status(plain, status)) {
			return false;
		}
	} while (take(&reader, ','));
	if (!take(&reader, '}')) {
		return false;
	}
	skip_blanks(&reader);
	return reader.rest.size == 0;
}
