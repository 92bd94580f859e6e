/*
 * The table of formats, and the regex format, which has no rule of its own. A format that asserts
 * nothing is listed all the same: it is known.
 */
#include "format.h"

static bool always(struct mrl_slice text, enum mrl_dialect dialect)
{
	(void)text;
	(void)dialect;
	return true;
}

static bool regex(struct mrl_slice text, enum mrl_dialect dialect)
{
	(void)dialect;
	return mrl_regex_valid(text);
}

#define TEXT(name, chars_max, function)                         \
	{                                                       \
		name, MRL_JSON_KIND_STRING, chars_max, function \
	}
#define NUMBER(name, function)                          \
	{                                               \
		name, MRL_JSON_KIND_NUMBER, 0, function \
	}

/* docs/formats.md says the same in words. */
static const struct mrl_format formats[] = {
	TEXT("date", 10, mrl_format_date),
	TEXT("time", 64, mrl_format_time),
	TEXT("date-time", 64, mrl_format_date_time),
	TEXT("duration", 0, mrl_format_duration),
	TEXT("email", 254, mrl_format_email),
	TEXT("idn-email", 254, mrl_format_idn_email),
	TEXT("hostname", 253, mrl_format_hostname),
	TEXT("idn-hostname", 253, mrl_format_idn_hostname),
	TEXT("ipv4", 15, mrl_format_ipv4),
	TEXT("ipv6", 45, mrl_format_ipv6),
	TEXT("uri", 0, mrl_format_uri),
	TEXT("uri-reference", 0, mrl_format_uri_reference),
	TEXT("iri", 0, mrl_format_iri),
	TEXT("iri-reference", 0, mrl_format_iri_reference),
	TEXT("uri-template", 0, mrl_format_uri_template),
	TEXT("json-pointer", 0, mrl_format_json_pointer),
	TEXT("relative-json-pointer", 0, mrl_format_relative_json_pointer),
	TEXT("uuid", 36, mrl_format_uuid),
	TEXT("regex", 0, regex),
	TEXT("byte", 0, mrl_format_byte),
	TEXT("base64url", 0, mrl_format_base64url),
	NUMBER("int8", mrl_format_int8),
	NUMBER("int16", mrl_format_int16),
	NUMBER("int32", mrl_format_int32),
	NUMBER("int64", mrl_format_int64),
	NUMBER("uint8", mrl_format_uint8),
	NUMBER("uint16", mrl_format_uint16),
	NUMBER("uint32", mrl_format_uint32),
	NUMBER("uint64", mrl_format_uint64),
	NUMBER("float", mrl_format_float),
	NUMBER("double", mrl_format_double),
	{"binary", 0, 0, always},
	{"password", 0, 0, always},
};

const struct mrl_format *mrl_format_find(struct mrl_slice name)
{
	for (size_t at = 0; at < MRL_COUNT(formats); at++) {
		if (mrl_slice_is(name, formats[at].name)) {
			return &formats[at];
		}
	}
	return NULL;
}
