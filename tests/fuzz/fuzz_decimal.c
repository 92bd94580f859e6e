/*
 * Exact decimals, two a line: the order is one, and where long doubles and integers of 128 bits can
 * say the same, it is what they say.
 */
#include "fuzz.h"

#include <errno.h>
#include <math.h>

#include <merlon/json.h>

__extension__ typedef __int128 wide;

#define NUMBER_MAX 128

struct number {
	char text[NUMBER_MAX + 1];
	struct mrl_decimal decimal;
	long double near;
};

static bool parse(struct mrl_slice text, struct number *ret_number)
{
	if (text.size > NUMBER_MAX || !mrl_json_is_number(text)) {
		return false;
	}
	memcpy(ret_number->text, text.data, text.size);
	ret_number->text[text.size] = 0;
	mrl_decimal_parse(mrl_slice_text(ret_number->text), &ret_number->decimal);
	ret_number->near = strtold(ret_number->text, NULL);
	return true;
}

static int sign(int number)
{
	return (number > 0) - (number < 0);
}

/* More apart than rounding can bring them. */
static bool apart(long double a, long double b)
{
	return isfinite(a) && isfinite(b) && fabsl(a - b) > 1e-17L * fmaxl(fabsl(a), fabsl(b));
}

static void check_order(const struct number *a, const struct number *b)
{
	int order = sign(mrl_decimal_compare(&a->decimal, &b->decimal));
	FUZZ_CHECK(order == -sign(mrl_decimal_compare(&b->decimal, &a->decimal)));
	FUZZ_CHECK(mrl_decimal_compare(&a->decimal, &a->decimal) == 0);
	FUZZ_CHECK(!apart(a->near, b->near) || order == (a->near > b->near ? 1 : -1));
}

static void check_ranges(const struct number *number)
{
	int64_t fits = 0;
	bool plain = strpbrk(number->text, ".eE") == NULL;
	errno = 0;
	long long wanted = strtoll(number->text, NULL, 10);
	bool good = mrl_decimal_int64(&number->decimal, &fits);
	FUZZ_CHECK(!plain || good == (errno == 0));
	FUZZ_CHECK(!plain || !good || fits == wanted);
	FUZZ_CHECK(!good || mrl_decimal_is_integer(&number->decimal));
	long double size = fabsl(number->near);
	if (apart(size, 1.7976931348623157e308L) && apart(size, 4.9406564584124654e-324L)) {
		bool inside = number->decimal.digit_count == 0 ||
		              (size < 1.7976931348623157e308L && size > 4.9406564584124654e-324L);
		FUZZ_CHECK(mrl_decimal_in_double(&number->decimal) == inside);
	}
}

static wide digits_of(const struct mrl_decimal *decimal)
{
	wide number = 0;
	for (size_t i = 0; i < decimal->digits.size; i++) {
		uint8_t byte = decimal->digits.data[i];
		number = byte == '.' ? number : number * 10 + (byte - '0');
	}
	return number;
}

static void check_multiple(const struct number *a, const struct number *b)
{
	struct mrl_divisor divisor;
	if (!mrl_divisor_of(&b->decimal, &divisor)) {
		return;
	}
	bool multiple = mrl_decimal_is_multiple(&a->decimal, &divisor);
	FUZZ_CHECK(a->decimal.digit_count != 0 || multiple);
	int64_t zeros = (int64_t)a->decimal.exponent - b->decimal.exponent;
	if (a->decimal.digit_count > 18 || zeros > 18 || zeros < -18) {
		return;
	}
	wide left = digits_of(&a->decimal);
	wide right = digits_of(&b->decimal);
	for (int64_t i = 0; i < zeros; i++) {
		left *= 10;
	}
	for (int64_t i = zeros; i < 0 && right < (wide)1 << 100; i++) {
		right *= 10;
	}
	FUZZ_CHECK(multiple == (left % right == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mrl_slice text = mrl_slice(data, size);
	struct number a;
	struct number b;
	if (data == NULL) {
		return 0;
	}
	size_t line = mrl_slice_find(text, '\n');
	struct mrl_slice rest = mrl_slice_from(text, line + 1);
	rest.size = mrl_slice_find(rest, '\n');
	if (!parse(mrl_slice_sub(text, 0, line), &a) || !parse(rest, &b)) {
		return 0;
	}
	check_order(&a, &b);
	check_ranges(&a);
	check_multiple(&a, &b);
	check_multiple(&b, &a);
	return 0;
}
