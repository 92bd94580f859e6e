/*
 * Whether a decimal is a multiple of another one (multipleOf), by remainders of its digits: the
 * zeros of an exponent cost its logarithm, not its size.
 */
#include <merlon/json.h>

__extension__ typedef unsigned __int128 wide;

/* Digits that are taken together: 10^18 fits 64 bits. */
#define GROUP 18

static uint64_t times(uint64_t a, uint64_t b, uint64_t modulus)
{
	return (uint64_t)((wide)a * b % modulus);
}

static uint64_t power_of_ten(uint32_t exponent, uint64_t modulus)
{
	uint64_t power = 1 % modulus;
	uint64_t square = 10 % modulus;
	for (; exponent != 0; exponent >>= 1) {
		if ((exponent & 1) != 0) {
			power = times(power, square, modulus);
		}
		square = times(square, square, modulus);
	}
	return power;
}

/* The digits as a whole number, modulo. */
static uint64_t remainder_of(struct mrl_slice digits, uint64_t modulus)
{
	uint64_t remainder = 0;
	for (size_t at = 0; at < digits.size;) {
		uint64_t group = 0;
		uint64_t scale = 1;
		for (unsigned taken = 0; taken < GROUP && at < digits.size; at++) {
			if (digits.data[at] == '.') {
				continue;
			}
			group = group * 10 + (uint64_t)(digits.data[at] - '0');
			scale *= 10;
			taken++;
		}
		remainder = (uint64_t)(((wide)remainder * scale + group) % modulus);
	}
	return remainder;
}

bool mrl_decimal_is_multiple(const struct mrl_decimal *decimal, const struct mrl_divisor *divisor)
{
	int64_t zeros = (int64_t)decimal->exponent - divisor->exponent;
	if (decimal->digit_count == 0) {
		return true;
	}
	/* Neither ends in a zero: the quotient's last digit stands behind the point. */
	if (zeros < 0) {
		return false;
	}
	uint64_t remainder = remainder_of(decimal->digits, divisor->digits);
	return times(remainder, power_of_ten((uint32_t)zeros, divisor->digits), divisor->digits) ==
	       0;
}
