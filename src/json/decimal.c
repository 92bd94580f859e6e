/*
 * Exact decimals: digits and a power of ten, compared as text. Nothing is converted to a double,
 * and no exponent is ever written out.
 */
#include <merlon/json.h>

/* Documents may say any exponent; past this one more zeros change no answer. */
#define EXPONENT_MAX 1000000000

struct digits {
	const uint8_t *at, *end;
};

/* The next digit, past a '.'; zero for ever at the end. */
static uint8_t take_digit(struct digits *digits)
{
	if (digits->at < digits->end && *digits->at == '.') {
		digits->at++;
	}
	return digits->at < digits->end ? (uint8_t)(*digits->at++ - '0') : 0;
}

static struct digits digits_of(const struct mrl_decimal *decimal)
{
	return (struct digits){.at = decimal->digits.data,
	                       .end = decimal->digits.data + decimal->digits.size};
}

static int32_t parse_exponent(struct mrl_slice text)
{
	bool negative = text.size != 0 && text.data[0] == '-';
	bool has_sign = negative || (text.size != 0 && text.data[0] == '+');
	int32_t exponent = 0;
	for (size_t i = has_sign; i < text.size; i++) {
		int64_t next = (int64_t)exponent * 10 + (text.data[i] - '0');
		exponent = next < EXPONENT_MAX ? (int32_t)next : EXPONENT_MAX;
	}
	return negative ? -exponent : exponent;
}

static size_t find_exponent(struct mrl_slice text)
{
	size_t at = 0;
	while (at < text.size && mrl_lower(text.data[at]) != 'e') {
		at++;
	}
	return at;
}

/* The power of ten of the digit at `at`, with the '.' at `point`. */
static int32_t weight_of(size_t at, size_t point)
{
	return at < point ? (int32_t)(point - at) - 1 : -(int32_t)(at - point);
}

static bool counts(uint8_t byte)
{
	return byte >= '1' && byte <= '9';
}

void mrl_decimal_parse(struct mrl_slice number, struct mrl_decimal *ret_decimal)
{
	size_t mantissa = find_exponent(number);
	size_t point = mrl_slice_find(mrl_slice_sub(number, 0, mantissa), '.');
	size_t first = 0;
	size_t end = mantissa;
	while (first < mantissa && !counts(number.data[first])) {
		first++;
	}
	*ret_decimal = (struct mrl_decimal){.digits = MRL_SLICE("")};
	if (first == mantissa) {
		return;
	}
	while (!counts(number.data[end - 1])) {
		end--;
	}
	ret_decimal->digits = mrl_slice_sub(number, first, end - first);
	ret_decimal->digit_count = (uint32_t)(end - first - (first < point && point < end));
	ret_decimal->exponent = weight_of(end - 1, point) +
	                        parse_exponent(mrl_slice_from(number, mantissa + 1));
	ret_decimal->negative = number.data[0] == '-';
}

/* The power of ten above the first digit. */
static int64_t magnitude(const struct mrl_decimal *decimal)
{
	return (int64_t)decimal->exponent + decimal->digit_count;
}

/* Of absolute values that are not zero. */
static int compare_sizes(const struct mrl_decimal *a, const struct mrl_decimal *b)
{
	if (magnitude(a) != magnitude(b)) {
		return magnitude(a) < magnitude(b) ? -1 : 1;
	}
	struct digits of_a = digits_of(a);
	struct digits of_b = digits_of(b);
	uint32_t most = a->digit_count > b->digit_count ? a->digit_count : b->digit_count;
	for (uint32_t i = 0; i < most; i++) {
		int difference = take_digit(&of_a) - take_digit(&of_b);
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
	return sign == 0 ? 0 : sign * compare_sizes(a, b);
}

bool mrl_decimal_is_integer(const struct mrl_decimal *decimal)
{
	return decimal->digit_count == 0 || decimal->exponent >= 0;
}

/* digits x 10^zeros, if it fits. */
static bool to_u64(const struct mrl_decimal *decimal, int32_t zeros, uint64_t *ret_number)
{
	struct digits digits = digits_of(decimal);
	uint64_t number = 0;
	if ((int64_t)decimal->digit_count + zeros > 20) {
		return false;
	}
	for (uint32_t i = 0; i < decimal->digit_count + (uint32_t)zeros; i++) {
		uint8_t digit = take_digit(&digits);
		if (__builtin_mul_overflow(number, 10U, &number) ||
		    __builtin_add_overflow(number, digit, &number)) {
			return false;
		}
	}
	*ret_number = number;
	return true;
}

bool mrl_decimal_int64(const struct mrl_decimal *decimal, int64_t *ret_number)
{
	uint64_t size;
	if (!mrl_decimal_is_integer(decimal) || !to_u64(decimal, decimal->exponent, &size) ||
	    size > (uint64_t)INT64_MAX + decimal->negative) {
		return false;
	}
	*ret_number = (int64_t)(decimal->negative ? 0 - size : size);
	return true;
}

/* 1.7976931348623157e308 and 4.9406564584124654e-324. */
static const struct mrl_decimal double_max = {
	.digits = MRL_SLICE_INIT("17976931348623157"), .digit_count = 17, .exponent = 292};
static const struct mrl_decimal double_min = {
	.digits = MRL_SLICE_INIT("49406564584124654"), .digit_count = 17, .exponent = -340};

bool mrl_decimal_in_double(const struct mrl_decimal *decimal)
{
	return decimal->digit_count == 0 || (compare_sizes(decimal, &double_max) <= 0 &&
	                                     compare_sizes(decimal, &double_min) >= 0);
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
