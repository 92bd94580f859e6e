/*
 * What the formats share: classes of ASCII characters, a reader of code points, and the functions
 * that the table in format.c lists. All are total over any bytes and allocate nothing.
 */
#ifndef MRL_SCHEMA_FORMAT_H
#define MRL_SCHEMA_FORMAT_H

#include <merlon/schema.h>

/* What an ASCII character may be; sets of characters are masks of these. */
enum mrl_text_class {
	MRL_TEXT_LETTER = 1 << 0,
	MRL_TEXT_DIGIT = 1 << 1,
	MRL_TEXT_HEX = 1 << 2,       /* also DIGIT or LETTER */
	MRL_TEXT_MARK = 1 << 3,      /* - . _ ~ */
	MRL_TEXT_SUB_DELIM = 1 << 4, /* RFC 3986 section 2.2 */
	MRL_TEXT_COLON = 1 << 5,
	MRL_TEXT_AT = 1 << 6,
	MRL_TEXT_SLASH = 1 << 7,
	MRL_TEXT_QUESTION = 1 << 8,
	MRL_TEXT_SCHEME = 1 << 9,   /* of a scheme, but letters and digits: + - . */
	MRL_TEXT_ATEXT = 1 << 10,   /* RFC 5322 section 3.2.3 */
	MRL_TEXT_LITERAL = 1 << 11, /* RFC 6570 section 2.1, with erratum 6937 */
	MRL_TEXT_HYPHEN = 1 << 12,
	MRL_TEXT_UNDERSCORE = 1 << 13,
};

/* By byte; 0 from 0x80 on. */
extern const uint16_t mrl_text_classes[256];

static inline bool mrl_text_is(uint8_t byte, unsigned classes)
{
	return (mrl_text_classes[byte] & classes) != 0;
}

/* The first position from `at` on whose byte is of none of the classes. */
static inline size_t mrl_text_run(struct mrl_slice text, size_t at, unsigned classes)
{
	while (at < text.size && mrl_text_is(text.data[at], classes)) {
		at++;
	}
	return at;
}

/* Takes one code point off the front; false at the end and before ill-formed UTF-8. */
bool mrl_text_next(struct mrl_slice *rest, uint32_t *ret_code);
/* Whether "%" and two hexadecimal digits stand there. */
bool mrl_text_is_percent(struct mrl_slice text, size_t at);

typedef bool mrl_format_function(struct mrl_slice text, enum mrl_dialect dialect);

mrl_format_function mrl_format_date, mrl_format_time, mrl_format_date_time, mrl_format_duration;
mrl_format_function mrl_format_hostname, mrl_format_idn_hostname;
mrl_format_function mrl_format_email, mrl_format_idn_email;
mrl_format_function mrl_format_ipv4, mrl_format_ipv6;
mrl_format_function mrl_format_uri, mrl_format_uri_reference;
mrl_format_function mrl_format_iri, mrl_format_iri_reference, mrl_format_uri_template;
mrl_format_function mrl_format_json_pointer, mrl_format_relative_json_pointer;
mrl_format_function mrl_format_uuid, mrl_format_byte, mrl_format_base64url;
mrl_format_function mrl_format_int8, mrl_format_int16, mrl_format_int32, mrl_format_int64;
mrl_format_function mrl_format_uint8, mrl_format_uint16, mrl_format_uint32, mrl_format_uint64;
mrl_format_function mrl_format_float, mrl_format_double;

/* RFC 3987 2.2. Characters that turn the direction of text (section 4.1) are none. */
bool mrl_is_ucschar(uint32_t code);
bool mrl_is_iprivate(uint32_t code);

/* RFC 1123 2.1: 1 to 63 letters, digits and inner hyphens. */
bool mrl_is_ldh_label(struct mrl_slice label);
/* Such labels with dots between them. */
bool mrl_is_ldh_name(struct mrl_slice name);

#endif
