/*
 * Punycode (RFC 3492) of one label. Sums are 64 bits wide: with 63 code points none can wrap.
 */
#include "idna.h"

#define BASE         36U
#define T_MIN        1U
#define T_MAX        26U
#define SKEW         38U
#define DAMP         700U
#define BIAS_INITIAL 72U
#define CODE_INITIAL 128U
#define CODE_MAX     0x10ffffU

/* Section 6.1. */
static uint64_t adapt(uint64_t delta, uint32_t points, bool first)
{
	uint64_t k = 0;
	delta = first ? delta / DAMP : delta / 2;
	delta += delta / points;
	while (delta > (BASE - T_MIN) * T_MAX / 2) {
		delta /= BASE - T_MIN;
		k += BASE;
	}
	return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

static uint64_t threshold(uint64_t k, uint64_t bias)
{
	if (k <= bias + T_MIN) {
		return T_MIN;
	}
	return k >= bias + T_MAX ? T_MAX : k - bias;
}

static bool digit_value(uint8_t byte, uint64_t *ret_value)
{
	uint8_t lower = mrl_lower(byte);
	if (lower >= 'a' && lower <= 'z') {
		*ret_value = lower - (unsigned)'a';
		return true;
	}
	*ret_value = byte - (uint64_t)'0' + 26;
	return mrl_is_digit(byte);
}

/* Takes one generalized variable-length integer (section 3.3) off the front. */
static bool take_delta(struct mrl_slice *rest, uint64_t bias, uint64_t *ret_delta)
{
	const uint64_t most = (uint64_t)(CODE_MAX + 1) * (MRL_LABEL_MAX + 1);
	uint64_t delta = 0, weight = 1, digit;
	for (uint64_t k = BASE;; k += BASE) {
		if (rest->size == 0 || !digit_value(rest->data[0], &digit)) {
			return false;
		}
		*rest = mrl_slice_from(*rest, 1);
		delta += digit * weight;
		if (delta > most) {
			return false;
		}
		if (digit < threshold(k, bias)) {
			*ret_delta = delta;
			return true;
		}
		weight *= BASE - threshold(k, bias);
		if (weight > most) {
			return false;
		}
	}
}

static void insert(struct mrl_label *label, uint64_t at, uint32_t code)
{
	memmove(label->codes + at + 1, label->codes + at,
	        (label->count - at) * sizeof(*label->codes));
	label->codes[at] = code;
	label->count++;
}

/* The basic code points, before the last hyphen, in lower case. */
static bool decode_basic(struct mrl_slice text, struct mrl_label *label)
{
	if (text.size > MRL_LABEL_MAX) {
		return false;
	}
	for (size_t at = 0; at < text.size; at++) {
		if (text.data[at] >= 0x80) {
			return false;
		}
		label->codes[label->count++] = mrl_lower(text.data[at]);
	}
	return true;
}

static size_t basic_size(struct mrl_slice text)
{
	size_t size = text.size;
	while (size > 0 && text.data[size - 1] != '-') {
		size--;
	}
	return size > 0 ? size - 1 : 0;
}

bool mrl_punycode_decode(struct mrl_slice text, struct mrl_label *ret_label)
{
	struct mrl_label label = {.count = 0};
	size_t basic = basic_size(text);
	if (!decode_basic(mrl_slice_sub(text, 0, basic), &label)) {
		return false;
	}
	struct mrl_slice rest = mrl_slice_from(text, basic > 0 ? basic + 1 : 0);
	uint64_t bias = BIAS_INITIAL, code = CODE_INITIAL, at = 0, delta;
	for (bool first = true; rest.size > 0; first = false) {
		if (label.count == MRL_LABEL_MAX || !take_delta(&rest, bias, &delta)) {
			return false;
		}
		at += delta;
		code += at / (label.count + 1);
		at %= label.count + 1;
		if (code > CODE_MAX) {
			return false;
		}
		insert(&label, at++, (uint32_t)code);
		bias = adapt(delta, label.count, first);
	}
	*ret_label = label;
	return true;
}

static uint8_t digit_text(uint64_t value)
{
	return (uint8_t)(value < 26 ? 'a' + value : '0' + (value - 26));
}

static void put_delta(struct mrl_buffer *buffer, uint64_t delta, uint64_t bias)
{
	for (uint64_t k = BASE;; k += BASE) {
		uint64_t t = threshold(k, bias);
		if (delta < t) {
			mrl_buffer_byte(buffer, digit_text(delta));
			return;
		}
		mrl_buffer_byte(buffer, digit_text(t + (delta - t) % (BASE - t)));
		delta = (delta - t) / (BASE - t);
	}
}

static uint32_t put_basic(struct mrl_buffer *buffer, const struct mrl_label *label)
{
	uint32_t count = 0;
	for (uint32_t at = 0; at < label->count; at++) {
		if (label->codes[at] < CODE_INITIAL) {
			mrl_buffer_byte(buffer, (uint8_t)label->codes[at]);
			count++;
		}
	}
	if (count > 0) {
		mrl_buffer_byte(buffer, '-');
	}
	return count;
}

static uint32_t smallest_from(const struct mrl_label *label, uint32_t code)
{
	uint32_t smallest = UINT32_MAX;
	for (uint32_t at = 0; at < label->count; at++) {
		if (label->codes[at] >= code && label->codes[at] < smallest) {
			smallest = label->codes[at];
		}
	}
	return smallest;
}

size_t mrl_punycode_encode(const struct mrl_label *label, uint8_t *bytes, size_t capacity)
{
	struct mrl_buffer buffer = mrl_buffer(bytes, capacity);
	uint64_t delta = 0, bias = BIAS_INITIAL;
	uint32_t basic = put_basic(&buffer, label), done = basic, code = CODE_INITIAL;
	while (done < label->count) {
		uint32_t next = smallest_from(label, code);
		delta += (uint64_t)(next - code) * (done + 1);
		for (uint32_t at = 0; at < label->count; at++) {
			delta += label->codes[at] < next;
			if (label->codes[at] == next) {
				put_delta(&buffer, delta, bias);
				bias = adapt(delta, done + 1, done == basic);
				delta = 0;
				done++;
			}
		}
		delta++;
		code = next + 1;
	}
	return buffer.overflow ? 0 : buffer.size;
}
