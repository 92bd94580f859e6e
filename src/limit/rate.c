/* A rate as a policy writes it. */
#include <merlon/limit.h>

static uint32_t unit_ms(uint8_t letter)
{
	switch (letter) {
	case 's': return 1000;
	case 'm': return 60 * 1000;
	case 'h': return 60 * 60 * 1000;
	case 'd': return 24 * 60 * 60 * 1000;
	default: return 0;
	}
}

/* A whole number without leading zeros, of at most so many digits. */
static bool read_number(struct mrl_slice *text, size_t digits_max, uint64_t *ret_number)
{
	size_t digits = 0;
	uint64_t number = 0;
	while (digits < text->size && mrl_is_digit(text->data[digits])) {
		if (digits == digits_max) {
			return false;
		}
		number = number * 10 + (text->data[digits++] - '0');
	}
	if (digits == 0 || text->data[0] == '0') {
		return false;
	}
	*text = mrl_slice_from(*text, digits);
	*ret_number = number;
	return true;
}

enum mrl_err mrl_limit_rate_read(struct mrl_slice text, struct mrl_limit_rate *ret_rate)
{
	uint64_t units;
	uint64_t count;
	if (!read_number(&text, 10, &units) || text.size == 0 || text.data[0] != '/') {
		return MRL_ERR_INVALID;
	}
	text = mrl_slice_from(text, 1);
	if (!read_number(&text, 5, &count) || text.size != 1 || unit_ms(text.data[0]) == 0) {
		return MRL_ERR_INVALID;
	}
	uint64_t window = count * unit_ms(text.data[0]);
	if (units > MRL_LIMIT_UNITS_MAX || window > MRL_LIMIT_WINDOW_MAX) {
		return MRL_ERR_LIMIT;
	}
	*ret_rate = (struct mrl_limit_rate){(uint32_t)units, (uint32_t)window};
	return MRL_OK;
}
