/*
 * ipv4 (RFC 2673 section 3.2, decimal without leading zeros) and ipv6 (RFC 4291 section 2.2,
 * without zone and brackets).
 */
#include "format.h"

#define IPV6_BYTES_MAX 45
#define IPV6_GROUPS    8

static bool is_octet(struct mrl_slice text)
{
	uint64_t number;
	return text.size >= 1 && text.size <= 3 && (text.size == 1 || text.data[0] != '0') &&
	       mrl_parse_u64(text, &number) && number <= 255;
}

bool mrl_format_ipv4(struct mrl_slice text, enum mrl_dialect dialect)
{
	(void)dialect;
	for (int octet = 0; octet < 3; octet++) {
		size_t dot = mrl_slice_find(text, '.');
		if (dot == text.size || !is_octet(mrl_slice_sub(text, 0, dot))) {
			return false;
		}
		text = mrl_slice_from(text, dot + 1);
	}
	return is_octet(text);
}

static bool is_group(struct mrl_slice text)
{
	for (size_t at = 0; at < text.size; at++) {
		if (mrl_hex_value(text.data[at]) < 0) {
			return false;
		}
	}
	return text.size >= 1 && text.size <= 4;
}

/* Groups that the last piece counts for; 0: it is none. */
static int last_groups(struct mrl_slice piece)
{
	if (is_group(piece)) {
		return 1;
	}
	return mrl_format_ipv4(piece, MRL_DIALECT_2020_12) ? 2 : 0;
}

/* What stands for at least one group of zeros is `gap`. */
static bool is_whole(int groups, bool gap)
{
	return gap ? groups < IPV6_GROUPS : groups == IPV6_GROUPS;
}

bool mrl_format_ipv6(struct mrl_slice text, enum mrl_dialect dialect)
{
	int groups = 0;
	bool gap = text.size >= 2 && text.data[0] == ':' && text.data[1] == ':';
	(void)dialect;
	if (text.size > IPV6_BYTES_MAX) {
		return false;
	}
	struct mrl_slice rest = mrl_slice_from(text, gap ? 2 : 0);
	if (gap && rest.size == 0) {
		return true;
	}
	for (;;) {
		size_t colon = mrl_slice_find(rest, ':');
		struct mrl_slice piece = mrl_slice_sub(rest, 0, colon);
		if (colon == rest.size) {
			int last = last_groups(piece);
			return last > 0 && is_whole(groups + last, gap);
		}
		if (!is_group(piece)) {
			return false;
		}
		groups++;
		rest = mrl_slice_from(rest, colon + 1);
		if (rest.size > 0 && rest.data[0] == ':') {
			if (gap) {
				return false;
			}
			gap = true;
			rest = mrl_slice_from(rest, 1);
			if (rest.size == 0) {
				return is_whole(groups, gap);
			}
		}
	}
}
