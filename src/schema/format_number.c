/*
 * int8 to uint64, float and double, judged by the number's text alone. An integer format demands an
 * integer's spelling: 1.0 is none.
 */
#include "format.h"

/* `-below` to `above`; -0 is 0. */
static bool in_range(struct mrl_slice text, uint64_t below, uint64_t above)
{
	uint64_t number;
	bool negative = text.size > 0 && text.data[0] == '-';
	return mrl_parse_u64(mrl_slice_from(text, negative ? 1 : 0), &number) &&
	       number <= (negative ? below : above);
}

bool mrl_format_int8(struct mrl_slice text, enum mrl_dialect dialect)
{
	(void)dialect;
	return in_range(text, (uint64_t)INT8_MAX + 1, INT8_MAX);
}

bool mrl_format_int16(struct mrl_slice text, enum mrl_dialect dialect)
{
	(void)dialect;
	return in_range(text, (uint64_t)INT16_MAX + 1, INT16_MAX);
}

bool mrl_format_int32(struct mrl_slice text, enum mrl_dialect dialect)
{
	(void)dialect;
	return in_range(text, (uint64_t)INT32_MAX + 1, INT32_MAX);
}

bool mrl_format_int64(struct mrl_slice text, enum mrl_dialect dialect)
{
	(void)dialect;
	return in_range(text, (uint64_t)INT64_MAX + 1, INT64_MAX);
}

bool mrl_format_uint8(struct mrl_slice text, enum mrl_dialect dialect)
{
	(void)dialect;
	return in_range(text, 0, UINT8_MAX);
}

bool mrl_format_uint16(struct mrl_slice text, enum mrl_dialect dialect)
{
	(void)dialect;
	return in_range(text, 0, UINT16_MAX);
}

bool mrl_format_uint32(struct mrl_slice text, enum mrl_dialect dialect)
{
	(void)dialect;
	return in_range(text, 0, UINT32_MAX);
}

bool mrl_format_uint64(struct mrl_slice text, enum mrl_dialect dialect)
{
	(void)dialect;
	return in_range(text, 0, UINT64_MAX);
}

/* Without an exponent, so few characters that any number of them is in range. */
static bool is_short(struct mrl_slice text)
{
	static const size_t bytes_max = 38;
	return text.size <= bytes_max &&
	       mrl_text_run(text, 0, MRL_TEXT_DIGIT | MRL_TEXT_MARK) == text.size;
}

bool mrl_format_float(struct mrl_slice text, enum mrl_dialect dialect)
{
	struct mrl_decimal number, most;
	bool is_number = mrl_json_is_number(text);
	(void)dialect;
	if (!is_number || is_short(text)) {
		return is_number;
	}
	mrl_decimal_parse(text, &number);
	mrl_decimal_parse(MRL_SLICE("3.4028234663852886e38"), &most);
	number.negative = false;
	return mrl_decimal_compare(&number, &most) <= 0;
}

bool mrl_format_double(struct mrl_slice text, enum mrl_dialect dialect)
{
	struct mrl_decimal number;
	bool is_number = mrl_json_is_number(text);
	(void)dialect;
	if (!is_number || is_short(text)) {
		return is_number;
	}
	mrl_decimal_parse(text, &number);
	return mrl_decimal_in_double(&number);
}
