/*
 * Numeric addresses: reading (RFC 4291 2.2, without the forms that read differently elsewhere:
 * leading zeros, hexadecimal, fewer than four parts) and writing (RFC 5952).
 */
#include "ip.h"

#define GROUPS 8

/* Two prefixes carry an IPv4 address in their last four bytes (RFC 4291 2.5.5.2, RFC 6052 2.1). */
static bool carries_ipv4(const uint8_t bytes[16])
{
	static const uint8_t mapped[12] = {[10] = 0xFF, [11] = 0xFF};
	static const uint8_t translated[12] = {[1] = 0x64, [2] = 0xFF, [3] = 0x9B};
	return memcmp(bytes, mapped, sizeof(mapped)) == 0 ||
	       memcmp(bytes, translated, sizeof(translated)) == 0;
}

struct mrl_ip mrl_ip_make(const uint8_t *bytes, size_t size)
{
	struct mrl_ip ip = {.size = 0};
	if (size == 16 && carries_ipv4(bytes)) {
		bytes += 12;
		size = 4;
	}
	if (size == 4 || size == 16) {
		memcpy(ip.bytes, bytes, size);
		ip.size = (uint8_t)size;
	}
	return ip;
}

static bool parse_octet(struct mrl_slice text, uint8_t *ret_octet)
{
	uint64_t number;
	bool leading_zero = text.size > 1 && text.data[0] == '0';
	if (text.size > 3 || leading_zero || !mrl_parse_u64(text, &number) || number > 255) {
		return false;
	}
	*ret_octet = (uint8_t)number;
	return true;
}

bool mrl_ipv4_parse(struct mrl_slice text, uint8_t ret_bytes[4])
{
	uint8_t bytes[4];
	for (size_t i = 0; i < sizeof(bytes); i++) {
		size_t size = mrl_slice_find(text, '.');
		bool is_last = i == sizeof(bytes) - 1;
		if (is_last != (size == text.size) ||
		    !parse_octet(mrl_slice_sub(text, 0, size), &bytes[i])) {
			return false;
		}
		text = mrl_slice_from(text, size + 1);
	}
	memcpy(ret_bytes, bytes, sizeof(bytes));
	return true;
}

static bool parse_group(struct mrl_slice text, uint16_t *ret_group)
{
	unsigned group = 0;
	if (text.size == 0 || text.size > 4) {
		return false;
	}
	for (size_t i = 0; i < text.size; i++) {
		int digit = mrl_hex_value(text.data[i]);
		if (digit < 0) {
			return false;
		}
		group = group << 4 | (unsigned)digit;
	}
	*ret_group = (uint16_t)group;
	return true;
}

/* One side of "::": groups with ':' between, and at the very end of the text perhaps an IPv4
 * address for the last two. False also when there are more than eight. */
static bool parse_groups(struct mrl_slice text, bool may_end_in_ipv4, uint16_t *ret_groups,
                         size_t *ret_count)
{
	size_t count = 0;
	while (text.size != 0 && count < GROUPS) {
		size_t size = mrl_slice_find(text, ':');
		struct mrl_slice piece = mrl_slice_sub(text, 0, size);
		uint8_t ipv4[4];
		bool is_last = size == text.size;
		if (is_last && may_end_in_ipv4 && count < GROUPS - 1 &&
		    mrl_ipv4_parse(piece, ipv4)) {
			ret_groups[count++] = (uint16_t)(ipv4[0] << 8 | ipv4[1]);
			ret_groups[count++] = (uint16_t)(ipv4[2] << 8 | ipv4[3]);
			*ret_count = count;
			return true;
		}
		/* A ':' with nothing behind it. */
		if (!parse_group(piece, &ret_groups[count++]) || size + 1 == text.size) {
			return false;
		}
		text = mrl_slice_from(text, size + 1);
	}
	*ret_count = count;
	return text.size == 0;
}

bool mrl_ipv6_parse(struct mrl_slice text, uint8_t ret_bytes[16])
{
	uint16_t front[GROUPS] = {0};
	uint16_t back[GROUPS] = {0};
	size_t front_count;
	size_t back_count = 0;
	size_t gap = mrl_slice_find_text(text, MRL_SLICE("::"));
	bool has_gap = gap < text.size;
	struct mrl_slice behind = mrl_slice_from(text, gap + 2);
	if (!parse_groups(mrl_slice_sub(text, 0, gap), !has_gap, front, &front_count) ||
	    !parse_groups(behind, true, back, &back_count)) {
		return false;
	}
	size_t count = front_count + back_count;
	if (has_gap ? count >= GROUPS : count != GROUPS) {
		return false;
	}
	for (size_t i = 0; i < back_count; i++) {
		front[GROUPS - back_count + i] = back[i];
	}
	for (size_t i = 0; i < GROUPS; i++) {
		ret_bytes[2 * i] = (uint8_t)(front[i] >> 8);
		ret_bytes[2 * i + 1] = (uint8_t)front[i];
	}
	return true;
}

/* RFC 4007 11.2, RFC 6874: unreserved characters. */
static bool is_zone(struct mrl_slice text)
{
	for (size_t i = 0; i < text.size; i++) {
		uint8_t lower = mrl_lower(text.data[i]);
		if (!(lower >= 'a' && lower <= 'z') && !mrl_is_digit(lower) && lower != '-' &&
		    lower != '.' && lower != '_' && lower != '~') {
			return false;
		}
	}
	return text.size != 0;
}

bool mrl_ip_parse(struct mrl_slice text, struct mrl_ip *ret_ip)
{
	uint8_t bytes[16];
	if (mrl_ipv4_parse(text, bytes)) {
		*ret_ip = mrl_ip_make(bytes, 4);
		return true;
	}
	size_t percent = mrl_slice_find(text, '%');
	if (percent < text.size && !is_zone(mrl_slice_from(text, percent + 1))) {
		return false;
	}
	if (!mrl_ipv6_parse(mrl_slice_sub(text, 0, percent), bytes)) {
		return false;
	}
	*ret_ip = mrl_ip_make(bytes, 16);
	return true;
}

bool mrl_ip_equal(const struct mrl_ip *a, const struct mrl_ip *b)
{
	return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}
