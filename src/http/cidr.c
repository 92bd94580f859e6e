/*
 * Blocks of addresses. A block inside ::ffff:0:0/96 or 64:ff9b::/96 is refused: addresses of those
 * are IPv4 by the time they are compared, and `64:ff9b::/96` would name all of IPv4.
 */
#include <merlon/http.h>

static bool parse_bits(struct mrl_slice text, uint8_t max, uint8_t *ret_bits)
{
	uint64_t bits;
	bool leading_zero = text.size > 1 && text.data[0] == '0';
	if (leading_zero || !mrl_parse_u64(text, &bits) || bits > max) {
		return false;
	}
	*ret_bits = (uint8_t)bits;
	return true;
}

/* The bits of byte `index` that lie behind the first `bits`. */
static uint8_t host_mask(uint8_t bits, size_t index)
{
	if (index * 8 >= bits) {
		return 0xFF;
	}
	size_t kept = bits - index * 8;
	return (uint8_t)(kept >= 8 ? 0 : 0xFF >> kept);
}

static bool has_host_bits(const struct mrl_cidr *cidr)
{
	uint8_t set = 0;
	for (size_t i = 0; i < cidr->ip.size; i++) {
		set |= cidr->ip.bytes[i] & host_mask(cidr->bits, i);
	}
	return set != 0;
}

bool mrl_cidr_parse(struct mrl_slice text, struct mrl_cidr *ret_cidr)
{
	size_t slash = mrl_slice_find(text, '/');
	struct mrl_slice address = mrl_slice_sub(text, 0, slash);
	bool is_ipv6 = mrl_slice_find(address, ':') < address.size;
	struct mrl_cidr cidr;
	if (mrl_slice_find(address, '%') < address.size || !mrl_ip_parse(address, &cidr.ip) ||
	    cidr.ip.size != (is_ipv6 ? 16 : 4)) {
		return false;
	}
	cidr.bits = (uint8_t)(cidr.ip.size * 8);
	if (slash < text.size &&
	    !parse_bits(mrl_slice_from(text, slash + 1), cidr.bits, &cidr.bits)) {
		return false;
	}
	if (has_host_bits(&cidr)) {
		return false;
	}
	*ret_cidr = cidr;
	return true;
}

bool mrl_cidr_has(const struct mrl_cidr *cidr, const struct mrl_ip *ip)
{
	uint8_t differs = 0;
	if (cidr->ip.size != ip->size || ip->size == 0) {
		return false;
	}
	for (size_t i = 0; i < ip->size; i++) {
		differs |= (uint8_t)((cidr->ip.bytes[i] ^ ip->bytes[i]) &
		                     ~host_mask(cidr->bits, i));
	}
	return differs == 0;
}
