/* What a plain scalar is by the core schema of YAML 1.2. */
#include "build.h"

static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
static const char *const booleans[] = {"true", "True", "TRUE", "false", "False", "FALSE"};
static const char *const no_numbers[] = {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"};

static bool is_one_of(struct mrl_slice text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (mrl_slice_is(text, words[i])) {
			return true;
		}
	}
	return false;
}

static struct mrl_slice skip_sign(struct mrl_slice text)
{
	bool has_sign = text.size != 0 && (text.data[0] == '+' || text.data[0] == '-');
	return mrl_slice_from(text, has_sign);
}

static size_t count_digits(struct mrl_slice text)
{
	size_t count = 0;
	while (count < text.size && mrl_is_digit(text.data[count])) {
		count++;
	}
	return count;
}

/* [eE][-+]?[0-9]+, or nothing. */
static bool is_exponent(struct mrl_slice text)
{
	if (text.size == 0) {
		return true;
	}
	struct mrl_slice digits = skip_sign(mrl_slice_from(text, 1));
	return mrl_lower(text.data[0]) == 'e' && digits.size != 0 &&
	       count_digits(digits) == digits.size;
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool is_number(struct mrl_slice text)
{
	text = skip_sign(text);
	size_t whole = count_digits(text);
	size_t fraction = 0;
	text = mrl_slice_from(text, whole);
	if (text.size != 0 && text.data[0] == '.') {
		text = mrl_slice_from(text, 1);
		fraction = count_digits(text);
		text = mrl_slice_from(text, fraction);
	}
	return whole + fraction != 0 && is_exponent(text);
}

/* 0x1F, 0o17 */
static bool is_other_base(struct mrl_slice text)
{
	if (text.size < 3 || text.data[0] != '0' || (text.data[1] != 'x' && text.data[1] != 'o')) {
		return false;
	}
	int base = text.data[1] == 'x' ? 16 : 8;
	for (size_t i = 2; i < text.size; i++) {
		int value = mrl_hex_value(text.data[i]);
		if (value < 0 || value >= base) {
			return false;
		}
	}
	return true;
}

bool mrl_scalar_kind(struct mrl_slice text, enum mrl_node_kind *ret_kind)
{
	if (is_other_base(text) || is_one_of(skip_sign(text), no_numbers, MRL_COUNT(no_numbers))) {
		return false;
	}
	if (is_number(text)) {
		*ret_kind = MRL_NODE_NUMBER;
	} else if (is_one_of(text, booleans, MRL_COUNT(booleans))) {
		*ret_kind = MRL_NODE_BOOL;
	} else if (is_one_of(text, nulls, MRL_COUNT(nulls))) {
		*ret_kind = MRL_NODE_NULL;
	} else {
		*ret_kind = MRL_NODE_STRING;
	}
	return true;
}
