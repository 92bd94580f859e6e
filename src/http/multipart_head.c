/*
 * A part's head: Content-Disposition with name and file name, Content-Type,
 * Content-Transfer-Encoding, others kept. Backslashes, `filename*` and percent-encoding are where
 * readers part company, so none of them is read.
 */
#include "multipart.h"
#include "split.h"

#define HEAD_MAX      2048
#define FILE_NAME_MAX 255
#define FIELDS_MAX    32

struct reading {
	const struct mrl_multipart_limits *limits;
	struct mrl_slice body;
	struct mrl_part *part;
	struct mrl_part_head *head;
	struct mrl_part_field others[FIELDS_MAX];
	bool has_disposition, has_name, has_coding;
};

static bool refuse(struct reading *reading, enum mrl_multipart_fault fault)
{
	reading->head->fault = fault;
	return false;
}

static bool is_text_byte(uint8_t byte)
{
	return byte >= 0x20 && byte != 0x7F;
}

/* A token, or a quoted string without backslash. */
static bool take_value(struct mrl_slice *rest, struct mrl_slice *ret_value)
{
	if (!begins(*rest, '"')) {
		*ret_value = mrl_slice_sub(*rest, 0, token_size(*rest));
		*rest = mrl_slice_from(*rest, ret_value->size);
		return ret_value->size != 0;
	}
	size_t end = 1;
	while (end < rest->size && is_text_byte(rest->data[end]) && rest->data[end] != '\\' &&
	       rest->data[end] != '"') {
		end++;
	}
	if (end == rest->size || rest->data[end] != '"') {
		return false;
	}
	*ret_value = mrl_slice_sub(*rest, 1, end - 1);
	*rest = mrl_slice_from(*rest, end + 1);
	return true;
}

static bool keep_name(struct reading *reading, struct mrl_slice name)
{
	if (reading->has_name || mrl_slice_is(name, "_charset_")) {
		return refuse(reading, MRL_MULTIPART_NAME);
	}
	if (count_chars(name) > reading->limits->name_chars) {
		return refuse(reading, MRL_MULTIPART_NAME_LONG);
	}
	reading->has_name = true;
	reading->part->name = name;
	return true;
}

static bool keep_file_name(struct reading *reading, struct mrl_slice name)
{
	if (reading->part->has_file_name || name.size > FILE_NAME_MAX ||
	    mrl_slice_find(name, '/') != name.size || mrl_slice_is(name, ".") ||
	    mrl_slice_is(name, "..")) {
		return refuse(reading, MRL_MULTIPART_FILE_NAME);
	}
	reading->part->has_file_name = true;
	reading->part->file_name = name;
	return true;
}

/* `; name="value"`, of which `rest` begins with the ';'. */
static bool take_parameter(struct reading *reading, struct mrl_slice *rest)
{
	struct mrl_slice left = mrl_slice_trim(mrl_slice_from(*rest, 1));
	struct mrl_slice name = mrl_slice_sub(left, 0, token_size(left));
	struct mrl_slice value;
	left = mrl_slice_from(left, name.size);
	if (mrl_slice_equal_nocase(name, MRL_SLICE("filename*"))) {
		return refuse(reading, MRL_MULTIPART_FILE_NAME);
	}
	bool is_name = mrl_slice_equal_nocase(name, MRL_SLICE("name"));
	bool is_file = mrl_slice_equal_nocase(name, MRL_SLICE("filename"));
	left = begins(left, '=') ? mrl_slice_from(left, 1) : MRL_SLICE_NONE;
	if ((!is_name && !is_file) || !take_value(&left, &value)) {
		return refuse(reading, MRL_MULTIPART_DISPOSITION);
	}
	if (mrl_utf8_check(value) != value.size) {
		return refuse(reading, MRL_MULTIPART_UTF8);
	}
	*rest = mrl_slice_trim(left);
	return is_name ? keep_name(reading, value) : keep_file_name(reading, value);
}

static bool read_disposition(struct reading *reading, struct mrl_slice value)
{
	struct mrl_slice kind = mrl_slice_sub(value, 0, token_size(value));
	struct mrl_slice rest = mrl_slice_trim(mrl_slice_from(value, kind.size));
	if (reading->has_disposition || !mrl_slice_equal_nocase(kind, MRL_SLICE("form-data"))) {
		return refuse(reading, MRL_MULTIPART_DISPOSITION);
	}
	reading->has_disposition = true;
	while (rest.size != 0) {
		if (!begins(rest, ';')) {
			return refuse(reading, MRL_MULTIPART_DISPOSITION);
		}
		if (!take_parameter(reading, &rest)) {
			return false;
		}
	}
	return reading->has_name || refuse(reading, MRL_MULTIPART_NAME);
}

static bool read_type(struct reading *reading, struct mrl_slice value)
{
	if (reading->part->has_type) {
		return refuse(reading, MRL_MULTIPART_TYPE);
	}
	reading->part->has_type = true;
	reading->part->type = value;
	return true;
}

/* RFC 7578 4.7: base64 and quoted-printable would make the bytes others than those judged. */
static bool read_coding(struct reading *reading, struct mrl_slice value)
{
	if (reading->has_coding || (!mrl_slice_equal_nocase(value, MRL_SLICE("7bit")) &&
	                            !mrl_slice_equal_nocase(value, MRL_SLICE("8bit")) &&
	                            !mrl_slice_equal_nocase(value, MRL_SLICE("binary")))) {
		return refuse(reading, MRL_MULTIPART_CODING);
	}
	reading->has_coding = true;
	return true;
}

static bool keep_other(struct reading *reading, struct mrl_slice name, struct mrl_slice value)
{
	struct mrl_part *part = reading->part;
	for (uint32_t i = 0; i < part->field_count; i++) {
		if (mrl_slice_equal_nocase(reading->others[i].name, name)) {
			return refuse(reading, MRL_MULTIPART_HEAD);
		}
	}
	if (part->field_count == FIELDS_MAX) {
		return refuse(reading, MRL_MULTIPART_HEAD);
	}
	reading->others[part->field_count++] = (struct mrl_part_field){.name = name,
	                                                               .value = value};
	return true;
}

static bool read_field(struct reading *reading, struct mrl_slice line)
{
	struct mrl_slice name = mrl_slice_sub(line, 0, token_size(line));
	struct mrl_slice rest = mrl_slice_from(line, name.size);
	struct mrl_slice value = mrl_slice_trim(mrl_slice_from(rest, 1));
	if (name.size == 0 || !begins(rest, ':')) {
		return refuse(reading, MRL_MULTIPART_HEAD);
	}
	for (size_t i = 0; i < value.size; i++) {
		if (!is_text_byte(value.data[i]) && value.data[i] != '\t') {
			return refuse(reading, MRL_MULTIPART_HEAD);
		}
	}
	if (mrl_slice_equal_nocase(name, MRL_SLICE("content-disposition"))) {
		return read_disposition(reading, value);
	}
	if (mrl_slice_equal_nocase(name, MRL_SLICE("content-type"))) {
		return read_type(reading, value);
	}
	return mrl_slice_equal_nocase(name, MRL_SLICE("content-transfer-encoding"))
	               ? read_coding(reading, value)
	               : keep_other(reading, name, value);
}

/* Moves the head's `at` behind the next line and its CRLF; false: there is none. */
static bool take_line(struct reading *reading, size_t start, struct mrl_slice *ret_line)
{
	size_t left = HEAD_MAX - (reading->head->at - start);
	struct mrl_slice rest = mrl_slice_sub(reading->body, reading->head->at, left);
	size_t size = mrl_slice_find(rest, '\n');
	if (size == rest.size) {
		bool is_long = rest.size == left;
		return refuse(reading, is_long ? MRL_MULTIPART_HEAD : MRL_MULTIPART_TRUNCATED);
	}
	if (size == 0 || rest.data[size - 1] != '\r' || mrl_slice_find(rest, '\r') != size - 1) {
		return refuse(reading, MRL_MULTIPART_LINE_END);
	}
	*ret_line = mrl_slice_sub(rest, 0, size - 1);
	return true;
}

static bool read_head(struct reading *reading)
{
	size_t start = reading->head->at;
	for (;;) {
		struct mrl_slice line;
		if (!take_line(reading, start, &line)) {
			return false;
		}
		if (line.size == 0 && !reading->has_disposition) {
			return refuse(reading, MRL_MULTIPART_DISPOSITION);
		}
		if (line.size != 0 && !read_field(reading, line)) {
			return false;
		}
		reading->head->at += line.size + 2;
		if (line.size == 0) {
			return true;
		}
	}
}

enum mrl_err mrl_part_head_read(const struct mrl_multipart_limits *limits, struct mrl_slice body,
                                struct mrl_arena *arena, struct mrl_part *part,
                                struct mrl_part_head *head)
{
	struct reading reading = {.limits = limits, .body = body, .part = part, .head = head};
	if (!read_head(&reading) || part->field_count == 0) {
		return MRL_OK;
	}
	part->fields = MRL_NEW_ARRAY(arena, part->field_count, struct mrl_part_field);
	if (part->fields == NULL) {
		return MRL_ERR_MEMORY;
	}
	memcpy(part->fields, reading.others, part->field_count * sizeof(*part->fields));
	return MRL_OK;
}
