/*
 * Exact decimals: numbers are compared and divided by their digits as written, never by a double
 * [INPUT-1].
 */
#include <merlon/json.h>

#include "json/read.h"

/* Exponents are kept away from where sums would wrap; reading bounds them to six digits. */
#define EXPONENT_MAX 1000000000

__extension__ typedef unsigned __int128 wide;

struct digits {
	const uint8_t *at;
	const uint8_t *end;
};

/* The next digit, '.' skipped; 0 behind the last. */
static uint8_t next_digit(struct digits *digits)
{
	if (digits->at < digits->end && *digits->at == '.') {
		digits->at++;
	}
	return digits->at < digits->end ? (uint8_t)(*digits->at++ - '0') : 0;
}

static struct digits digits_of(const struct mrl_decimal *decimal)
{
	return (struct digits){decimal->digits.data, decimal->digits.data + decimal->digits.size};
}

static int32_t read_exponent(struct mrl_slice text)
{
	bool negative = text.size != 0 && text.data[0] == '-';
	int64_t value = 0;
	for (size_t i = 0; i < text.size; i++) {
		if (mrl_is_digit(text.data[i]) && value < EXPONENT_MAX) {
			value = value * 10 + (text.data[i] - '0');
		}
	}
	value = value < EXPONENT_MAX ? value : EXPONENT_MAX;
	return (int32_t)(negative ? -value : value);
}

/* Of the digits and '.' in `text` those from the first to the last that is not 0. */
static void trim(struct mrl_slice text, struct mrl_decimal *decimal)
{
	size_t point = mrl_slice_find(text, '.');
	size_t first = 0;
	size_t last = text.size;
	while (first < last && (text.data[first] == '0' || text.data[first] == '.')) {
		first++;
	}
	while (last > first && (text.data[last - 1] == '0' || text.data[last - 1] == '.')) {
		last--;
	}
	bool inside = point >= first && point < last;
	decimal->digits = mrl_slice_sub(text, first, last - first);
	decimal->digit_count = (uint32_t)(last - first - inside);
	if (last <= point) {
		decimal->exponent += (int32_t)(point - last);
	} else {
		decimal->exponent -= (int32_t)(last - point - 1);
	}
}

void mrl_decimal_parse(struct mrl_slice number, struct mrl_decimal *ret_decimal)
{
	struct mrl_decimal decimal = {.negative = number.size != 0 && number.data[0] == '-'};
	struct mrl_slice text = mrl_slice_from(number, decimal.negative);
	size_t end = 0;
	while (end < text.size && (text.data[end] | 0x20) != 'e') {
		end++;
	}
	decimal.exponent = read_exponent(mrl_slice_from(text, end + 1));
	trim(mrl_slice_sub(text, 0, end), &decimal);
	if (decimal.digit_count == 0) {
		decimal = (struct mrl_decimal){.digits = MRL_SLICE_NONE};
	}
	*ret_decimal = decimal;
}

static int compare_magnitude(const struct mrl_decimal *a, const struct mrl_decimal *b)
{
	int64_t top_a = (int64_t)a->digit_count + a->exponent;
	int64_t top_b = (int64_t)b->digit_count + b->exponent;
	struct digits left = digits_of(a);
	struct digits right = digits_of(b);
	uint32_t most = a->digit_count > b->digit_count ? a->digit_count : b->digit_count;
	if (top_a != top_b) {
		return top_a < top_b ? -1 : 1;
	}
	for (uint32_t i = 0; i < most; i++) {
		int difference = (int)next_digit(&left) - (int)next_digit(&right);
		if (difference != 0) {
			return difference;
		}
	}
	return 0;
}

static int sign_of(const struct mrl_decimal *decimal)
{
	if (decimal->digit_count == 0) {
		return 0;
	}
	return decimal->negative ? -1 : 1;
}

int mrl_decimal_compare(const struct mrl_decimal *a, const struct mrl_decimal *b)
{
	int sign = sign_of(a);
	if (sign != sign_of(b)) {
		return sign - sign_of(b);
	}
	return sign == 0 ? 0 : sign * compare_magnitude(a, b);
}

bool mrl_decimal_is_integer(const struct mrl_decimal *decimal)
{
	return decimal->digit_count == 0 || decimal->exponent >= 0;
}

static bool to_u64(const struct mrl_decimal *decimal, int32_t zeros, uint64_t *ret_number)
{
	struct digits digits = digits_of(decimal);
	uint64_t number = 0;
	if (zeros < 0 || (int64_t)decimal->digit_count + zeros > 20) {
		return false;
	}
	for (uint32_t i = 0; i < decimal->digit_count + (uint32_t)zeros; i++) {
		if (__builtin_mul_overflow(number, UINT64_C(10), &number) ||
		    __builtin_add_overflow(number, (uint64_t)next_digit(&digits), &number)) {
			return false;
		}
	}
	*ret_number = number;
	return true;
}

bool mrl_decimal_int64(const struct mrl_decimal *decimal, int64_t *ret_number)
{
	uint64_t number = 0;
	uint64_t most = (uint64_t)INT64_MAX + decimal->negative;
	if (decimal->digit_count != 0 &&
	    (!to_u64(decimal, decimal->exponent, &number) || number > most)) {
		return false;
	}
	*ret_number = decimal->negative ? (int64_t)(0 - number) : (int64_t)number;
	return true;
}

bool mrl_decimal_in_double(const struct mrl_decimal *decimal)
{
	struct mrl_decimal most;
	struct mrl_decimal least;
	if (decimal->digit_count == 0) {
		return true;
	}
	mrl_decimal_parse(MRL_SLICE("1.7976931348623157e308"), &most);
	mrl_decimal_parse(MRL_SLICE("4.9406564584124654e-324"), &least);
	return compare_magnitude(decimal, &most) <= 0 && compare_magnitude(decimal, &least) >= 0;
}

bool mrl_divisor_of(const struct mrl_decimal *decimal, struct mrl_divisor *ret_divisor)
{
	uint64_t digits;
	if (sign_of(decimal) <= 0 || !to_u64(decimal, 0, &digits)) {
		return false;
	}
	*ret_divisor = (struct mrl_divisor){.digits = digits, .exponent = decimal->exponent};
	return true;
}

static uint64_t multiply(uint64_t a, uint64_t b, uint64_t modulus)
{
	return (uint64_t)((wide)a * b % modulus);
}

static uint64_t power_of_ten(uint32_t exponent, uint64_t modulus)
{
	uint64_t result = 1 % modulus;
	uint64_t base = 10 % modulus;
	for (; exponent != 0; exponent >>= 1) {
		if ((exponent & 1) != 0) {
			result = multiply(result, base, modulus);
		}
		base = multiply(base, base, modulus);
	}
	return result;
}

bool mrl_decimal_is_multiple(const struct mrl_decimal *decimal, const struct mrl_divisor *divisor)
{
	struct digits digits = digits_of(decimal);
	uint64_t rest = 0;
	if (decimal->digit_count == 0) {
		return true;
	}
	if (decimal->exponent < divisor->exponent) {
		return false;
	}
	for (uint32_t i = 0; i < decimal->digit_count; i++) {
		wide next = (wide)rest * 10 + next_digit(&digits);
		rest = (uint64_t)(next % divisor->digits);
	}
	uint32_t zeros = (uint32_t)((int64_t)decimal->exponent - divisor->exponent);
	return multiply(rest, power_of_ten(zeros, divisor->digits), divisor->digits) == 0;
}

bool mrl_json_is_long(const uint8_t *digits, size_t count, bool negative)
{
	const char *most = negative ? "9223372036854775808" : "9223372036854775807";
	return count > 19 || (count == 19 && memcmp(digits, most, 19) > 0);
}

bool mrl_json_leaves_double(struct mrl_slice number)
{
	struct mrl_decimal decimal;
	mrl_decimal_parse(number, &decimal);
	return !mrl_decimal_in_double(&decimal);
}

static size_t digits_at(struct mrl_slice text, size_t at)
{
	size_t end = at;
	while (end < text.size && mrl_is_digit(text.data[end])) {
		end++;
	}
	return end - at;
}

bool mrl_json_is_number(struct mrl_slice text)
{
	size_t at = text.size != 0 && text.data[0] == '-';
	size_t count = digits_at(text, at);
	if (count == 0 || (count > 1 && text.data[at] == '0')) {
		return false;
	}
	at += count;
	if (at < text.size && text.data[at] == '.') {
		count = digits_at(text, at + 1);
		at += 1 + count;
	}
	if (count != 0 && at < text.size && (text.data[at] | 0x20) == 'e') {
		at++;
		at += at < text.size && (text.data[at] == '+' || text.data[at] == '-');
		count = digits_at(text, at);
		at += count;
	}
	return count != 0 && at == text.size;
}
