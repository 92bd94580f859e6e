/* Numbers as written, compared and divided digit by digit. */
#include "inner.h"

struct decimal {
	char digits[1100]; /* without zeros at both ends; zero has none */
	uint32_t count;
	int64_t exponent; /* of the last digit */
	bool negative;
};

static int64_t exponent_of(struct mrl_slice text)
{
	int64_t value = 0;
	bool negative = mrl_slice_starts(text, MRL_SLICE("-"));
	for (size_t i = 0; i < text.size; i++) {
		if (mrl_is_digit(text.data[i]) && value < 100000000) {
			value = value * 10 + (text.data[i] - '0');
		}
	}
	return negative ? -value : value;
}

static void take_digit(struct decimal *decimal, uint8_t byte)
{
	if ((decimal->count != 0 || byte != '0') && decimal->count < sizeof(decimal->digits)) {
		decimal->digits[decimal->count++] = (char)byte;
	}
}

static struct decimal decimal_of(struct mrl_slice text)
{
	struct decimal decimal = {.negative = mrl_slice_starts(text, MRL_SLICE("-"))};
	bool fraction = false;
	for (size_t i = 0; i < text.size; i++) {
		if ((text.data[i] | 0x20) == 'e') {
			decimal.exponent += exponent_of(mrl_slice_from(text, i + 1));
			break;
		}
		if (text.data[i] == '.') {
			fraction = true;
		} else if (mrl_is_digit(text.data[i])) {
			take_digit(&decimal, text.data[i]);
			decimal.exponent -= fraction;
		}
	}
	while (decimal.count != 0 && decimal.digits[decimal.count - 1] == '0') {
		decimal.count--;
		decimal.exponent++;
	}
	if (decimal.count == 0) {
		decimal.negative = false;
		decimal.exponent = 0;
	}
	return decimal;
}

/* Of two above zero. */
static int compare_size(const struct decimal *a, const struct decimal *b)
{
	int64_t point_a = a->count + a->exponent, point_b = b->count + b->exponent;
	if (point_a != point_b) {
		return point_a < point_b ? -1 : 1;
	}
	int order = mrl_slice_compare(mrl_slice(a->digits, a->count),
	                              mrl_slice(b->digits, b->count));
	return order < 0 ? -1 : order > 0;
}

static int sign_of(const struct decimal *decimal)
{
	return decimal->count == 0 ? 0 : decimal->negative ? -1 : 1;
}

int naive_compare(struct mrl_slice a, struct mrl_slice b)
{
	struct decimal left = decimal_of(a), right = decimal_of(b);
	int sign = sign_of(&left);
	if (sign != sign_of(&right)) {
		return sign < sign_of(&right) ? -1 : 1;
	}
	return sign == 0 ? 0 : sign * compare_size(&left, &right);
}

bool naive_is_integer(struct mrl_slice number)
{
	return decimal_of(number).exponent >= 0;
}

__extension__ typedef unsigned __int128 wide;

/* The divisor has at most 36 digits that count, so ten times the remainder fits 128 bits. */
static bool divides(const struct decimal *divisor, const struct decimal *decimal)
{
	wide by = 0, rest = 0;
	for (uint32_t i = 0; i < divisor->count; i++) {
		by = by * 10 + (unsigned)(divisor->digits[i] - '0');
	}
	for (uint32_t i = 0; i < decimal->count; i++) {
		rest = (rest * 10 + (unsigned)(decimal->digits[i] - '0')) % by;
	}
	for (int64_t zeros = decimal->exponent - divisor->exponent; zeros > 0; zeros--) {
		rest = rest * 10 % by;
	}
	return rest == 0;
}

bool naive_is_multiple(struct mrl_slice number, struct mrl_slice divisor)
{
	struct decimal a = decimal_of(number), b = decimal_of(divisor);
	if (a.count == 0 || b.count == 0 || b.count > 36) {
		return a.count == 0;
	}
	/* a has no zero at its end: no multiple of ten divides it. */
	return a.exponent >= b.exponent && divides(&b, &a);
}

uint64_t naive_count(struct mrl_slice number)
{
	struct decimal decimal = decimal_of(number);
	uint64_t value = 0;
	for (uint32_t i = 0; i < decimal.count; i++) {
		value = value * 10 + (uint64_t)(decimal.digits[i] - '0');
	}
	for (int64_t i = 0; i < decimal.exponent; i++) {
		if (__builtin_mul_overflow(value, (uint64_t)10, &value)) {
			return UINT64_MAX;
		}
	}
	return decimal.negative ? 0 : value;
}
