/*
 * Numbers of the reader's loop: their grammar (RFC 8259 section 6), their class, and whether they
 * leave the range of int64 or of a double. They stay as written.
 */
#include "json/read.h"

/* Digits that fit int64 whatever they are. */
#define SAFE_DIGITS 18
/* Without an exponent a number of so many bytes is below 10^300 and zero or above 10^-300. */
#define SAFE_BYTES 300
/* Digits of an exponent, leading zeros counted. */
#define EXPONENT_DIGITS 6

MRL_JSON_ALWAYS const uint8_t *skip_digits(const uint8_t *at, const uint8_t *end)
{
	while (at < end && mrl_is_digit(*at)) {
		at++;
	}
	return at;
}

/* NULL: the number from `start` breaks off at `at`. */
static MRL_JSON_RARELY const uint8_t *bad_number(struct mrl_json_reader *reader,
                                                 const uint8_t *start, const uint8_t *at)
{
	(void)(at == reader->end ? mrl_json_fail(reader, MRL_JSON_TRUNCATED, at)
	                         : mrl_json_fail(reader, MRL_JSON_NUMBER, start));
	return NULL;
}

static MRL_JSON_RARELY const uint8_t *long_number(struct mrl_json_reader *reader,
                                                  const uint8_t *start)
{
	(void)mrl_json_fail(reader, MRL_JSON_NUMBER_LONG, start);
	return NULL;
}

/* From the 'e' at `at`. */
static __attribute__((noinline)) const uint8_t *take_exponent(struct mrl_json_reader *reader,
                                                              const uint8_t *start,
                                                              const uint8_t *at)
{
	at++;
	at += at < reader->end && (*at == '+' || *at == '-');
	const uint8_t *digits = at;
	at = skip_digits(digits, reader->end);
	if (at == digits) {
		return bad_number(reader, start, at);
	}
	return at - digits > EXPONENT_DIGITS ? long_number(reader, start) : at;
}

MRL_JSON_ALWAYS bool begins_exponent(const struct mrl_json_reader *reader, const uint8_t *at)
{
	return at < reader->end && (*at | 0x20) == 'e';
}

/* From the '.' or 'e' at `at`. */
MRL_JSON_ALWAYS const uint8_t *take_fraction(struct mrl_json_reader *reader, const uint8_t *start,
                                             const uint8_t *at)
{
	if (*at == '.') {
		const uint8_t *digits = at + 1;
		at = skip_digits(digits, reader->end);
		if (MRL_UNLIKELY(at == digits)) {
			return bad_number(reader, start, at);
		}
	}
	bool scaled = begins_exponent(reader, at);
	if (scaled) {
		at = take_exponent(reader, start, at);
	}
	if (at != NULL && (scaled || MRL_UNLIKELY(at - start > SAFE_BYTES))) {
		reader->number_faults += mrl_json_leaves_double(
			mrl_slice(start, (size_t)(at - start)));
	}
	return at;
}

/* What stands behind the number at `start`, or NULL. */
MRL_JSON_ALWAYS const uint8_t *take_number(struct mrl_json_reader *reader, const uint8_t *start,
                                           uint8_t *ret_flags)
{
	const uint8_t *digits = start + (*start == '-');
	const uint8_t *at = skip_digits(digits, reader->end);
	if (MRL_UNLIKELY(at == digits || (*digits == '0' && at - digits > 1))) {
		return bad_number(reader, start, at == digits ? at : digits);
	}
	if (at < reader->end && (*at == '.' || (*at | 0x20) == 'e')) {
		*ret_flags = MRL_JSON_FRACTION;
		at = take_fraction(reader, start, at);
	} else if (MRL_UNLIKELY(at - digits > SAFE_DIGITS) &&
	           mrl_json_is_long(digits, (size_t)(at - digits), *start == '-')) {
		*ret_flags = MRL_JSON_LONG;
		reader->number_faults++;
	}
	if (MRL_UNLIKELY(at != NULL && at - start > reader->number_bytes)) {
		return long_number(reader, start);
	}
	return at;
}
