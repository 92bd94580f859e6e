/* Addresses as text: RFC 5952, where the longest run of zero groups becomes "::". */
#include <merlon/http.h>

#define GROUPS 8

struct run {
	size_t start;
	size_t size;
};

/* The longest run of two or more zero groups, the first of equals (RFC 5952 4.2). */
static struct run longest_zeros(const uint16_t groups[GROUPS])
{
	struct run best = {.start = GROUPS, .size = 1};
	size_t size = 0;
	for (size_t i = 0; i < GROUPS; i++) {
		size = groups[i] == 0 ? size + 1 : 0;
		if (size > best.size) {
			best = (struct run){.start = i + 1 - size, .size = size};
		}
	}
	return best;
}

static void put_group(struct mrl_buffer *buffer, uint16_t group)
{
	static const char digits[] = "0123456789abcdef";
	bool started = false;
	for (int shift = 12; shift >= 0; shift -= 4) {
		unsigned digit = (unsigned)group >> shift & 15;
		started = started || digit != 0 || shift == 0;
		if (started) {
			mrl_buffer_byte(buffer, (uint8_t)digits[digit]);
		}
	}
}

static void put_ipv6(struct mrl_buffer *buffer, const uint8_t bytes[16])
{
	uint16_t groups[GROUPS];
	for (size_t i = 0; i < GROUPS; i++) {
		groups[i] = (uint16_t)(bytes[2 * i] << 8 | bytes[2 * i + 1]);
	}
	struct run zeros = longest_zeros(groups);
	for (size_t i = 0; i < GROUPS; i++) {
		if (i == zeros.start) {
			MRL_PUT(buffer, "::");
			i += zeros.size - 1;
			continue;
		}
		if (i != 0 && i != zeros.start + zeros.size) {
			MRL_PUT(buffer, ":");
		}
		put_group(buffer, groups[i]);
	}
}

static void put_ipv4(struct mrl_buffer *buffer, const uint8_t bytes[4])
{
	for (size_t i = 0; i < 4; i++) {
		if (i != 0) {
			MRL_PUT(buffer, ".");
		}
		mrl_buffer_u64(buffer, bytes[i]);
	}
}

struct mrl_slice mrl_ip_text(const struct mrl_ip *ip, uint8_t memory[MRL_IP_TEXT_MAX])
{
	struct mrl_buffer buffer = mrl_buffer(memory, MRL_IP_TEXT_MAX);
	if (ip->size == 4) {
		put_ipv4(&buffer, ip->bytes);
	}
	if (ip->size == 16) {
		put_ipv6(&buffer, ip->bytes);
	}
	return mrl_buffer_slice(&buffer);
}
