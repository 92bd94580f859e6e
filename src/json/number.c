/* What a number is by its text alone: its grammar, and the ranges of int64 and of a double. */
#include "json/read.h"

#define INT64_DIGITS 19

static size_t count_digits(struct mrl_slice text, size_t at)
{
	size_t start = at;
	while (at < text.size && mrl_is_digit(text.data[at])) {
		at++;
	}
	return at - start;
}

/* Behind ('.' digits)? at `at`; 0: no digit follows. */
static size_t skip_fraction(struct mrl_slice text, size_t at)
{
	if (at == text.size || text.data[at] != '.') {
		return at;
	}
	size_t count = count_digits(text, at + 1);
	return count == 0 ? 0 : at + 1 + count;
}

static size_t skip_exponent(struct mrl_slice text, size_t at)
{
	if (at == text.size || mrl_lower(text.data[at]) != 'e') {
		return at;
	}
	at++;
	at += at < text.size && (text.data[at] == '+' || text.data[at] == '-');
	size_t count = count_digits(text, at);
	return count == 0 ? 0 : at + count;
}

bool mrl_json_is_number(struct mrl_slice text)
{
	size_t at = text.size != 0 && text.data[0] == '-';
	size_t whole = count_digits(text, at);
	if (whole == 0 || (whole > 1 && text.data[at] == '0')) {
		return false;
	}
	at = skip_fraction(text, at + whole);
	at = at == 0 ? 0 : skip_exponent(text, at);
	return at == text.size;
}

bool mrl_json_is_long(const uint8_t *digits, size_t count, bool negative)
{
	const char *most = negative ? "9223372036854775808" : "9223372036854775807";
	if (count != INT64_DIGITS) {
		return count > INT64_DIGITS;
	}
	return memcmp(digits, most, INT64_DIGITS) > 0;
}

bool mrl_json_leaves_double(struct mrl_slice number)
{
	struct mrl_decimal decimal;
	mrl_decimal_parse(number, &decimal);
	return !mrl_decimal_in_double(&decimal);
}

uint8_t mrl_json_number_flags(struct mrl_slice number, bool *ret_fault)
{
	for (size_t i = 0; i < number.size; i++) {
		if (number.data[i] == '.' || mrl_lower(number.data[i]) == 'e') {
			*ret_fault = mrl_json_leaves_double(number);
			return MRL_JSON_FRACTION;
		}
	}
	bool negative = number.data[0] == '-';
	*ret_fault = mrl_json_is_long(number.data + negative, number.size - negative, negative);
	return *ret_fault ? MRL_JSON_LONG : 0;
}
