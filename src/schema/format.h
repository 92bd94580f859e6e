/*
 * What the formats share: sets of ASCII characters, a reader of code points, and the functions that
 * the table in format.c lists. All are total over any bytes and allocate nothing.
 */
#ifndef MRL_SCHEMA_FORMAT_H
#define MRL_SCHEMA_FORMAT_H

#include <merlon/schema.h>

/* One bit for each ASCII character: below 64, above. */
struct mrl_ascii_set {
	uint64_t low, high;
};

static inline bool mrl_ascii_has(struct mrl_ascii_set set, uint8_t byte)
{
	uint64_t bits = byte < 64 ? set.low : set.high;
	return byte < 0x80 && (bits >> (byte & 63) & 1) != 0;
}

static inline bool mrl_ascii_letter(uint8_t byte)
{
	return mrl_lower(byte) >= 'a' && mrl_lower(byte) <= 'z';
}

/* Takes one code point off the front; false at the end and before ill-formed UTF-8. */
bool mrl_text_next(struct mrl_slice *rest, uint32_t *ret_code);
/* Takes "%" and two hexadecimal digits off the front. */
bool mrl_text_percent(struct mrl_slice *rest);

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

#endif
