/*
 * Hosts and ports as a policy writes them.
 *
 * The edge compares hosts byte by byte, so each has exactly one accepted spelling; the others are
 * told how to get there.
 */
#include "address.h"

static const char *parse_port(struct mrl_slice text, uint16_t *ret_port)
{
	uint64_t port;
	if (!mrl_parse_u64(text, &port) || port == 0 || port > UINT16_MAX || text.data[0] == '0') {
		return "a port is a number from 1 to 65535";
	}
	*ret_port = (uint16_t)port;
	return NULL;
}

/* Where the host ends: after the bracket, or at the first ':'. */
static size_t host_end(struct mrl_slice text)
{
	if (text.size == 0 || text.data[0] != '[') {
		return mrl_slice_find(text, ':');
	}
	size_t bracket = mrl_slice_find(text, ']');
	return bracket == text.size ? bracket : bracket + 1;
}

const char *mrl_address_parse(struct mrl_slice text, struct mrl_address *ret_address)
{
	size_t end = host_end(text);
	struct mrl_address address = {.written = mrl_slice_sub(text, 0, end)};
	struct mrl_slice rest = mrl_slice_from(text, end);
	bool bracketed = mrl_slice_starts(address.written, MRL_SLICE("[")) &&
	                 mrl_slice_ends(address.written, MRL_SLICE("]"));
	address.host = bracketed ? mrl_slice_sub(text, 1, end - 2) : address.written;
	if (!bracketed && mrl_slice_find(mrl_slice_from(rest, 1), ':') + 1 < rest.size) {
		return "an IPv6 address stands in brackets: [::1]:8443";
	}
	if (end == 0) {
		return "a host is missing before the port";
	}
	if (rest.size != 0) {
		const char *fault = rest.data[0] != ':'
		                            ? "after the bracket only ':' and a port can stand"
		                            : parse_port(mrl_slice_from(rest, 1), &address.port);
		if (fault != NULL) {
			return fault;
		}
	}
	*ret_address = address;
	return NULL;
}

static bool is_shortest(struct mrl_slice text, uint8_t size)
{
	uint8_t memory[MRL_IP_TEXT_MAX];
	struct mrl_ip ip;
	return mrl_ip_parse(text, &ip) && ip.size == size &&
	       mrl_slice_equal(mrl_ip_text(&ip, memory), text);
}

static const char *ipv6_fault(struct mrl_slice host)
{
	if (host.data[host.size - 1] != ']' ||
	    !is_shortest(mrl_slice_sub(host, 1, host.size - 2), 16)) {
		return "write an IPv6 address in brackets and in its shortest form (RFC 5952), "
		       "without "
		       "a zone";
	}
	return NULL;
}

static bool is_label(struct mrl_slice label)
{
	if (label.size == 0 || label.size > 63 || label.data[0] == '-' ||
	    label.data[label.size - 1] == '-') {
		return false;
	}
	for (size_t i = 0; i < label.size; i++) {
		uint8_t byte = label.data[i];
		if (!(byte >= 'a' && byte <= 'z') && !mrl_is_digit(byte) && byte != '-' &&
		    byte != '_') {
			return false;
		}
	}
	return true;
}

static bool are_labels(struct mrl_slice host)
{
	while (true) {
		size_t dot = mrl_slice_find(host, '.');
		if (!is_label(mrl_slice_sub(host, 0, dot))) {
			return false;
		}
		if (dot == host.size) {
			return true;
		}
		host = mrl_slice_from(host, dot + 1);
	}
}

/* A name whose last label is a number is read as an IPv4 address by many (WHATWG URL, 4.1). */
static bool ends_in_number(struct mrl_slice host)
{
	size_t start = host.size;
	while (start > 0 && host.data[start - 1] != '.') {
		start--;
	}
	struct mrl_slice last = mrl_slice_from(host, start);
	return last.size != 0 && mrl_is_digit(last.data[0]) &&
	       (mrl_slice_starts(last, MRL_SLICE("0x")) || mrl_is_digit(last.data[last.size - 1]));
}

static bool has_upper(struct mrl_slice host)
{
	for (size_t i = 0; i < host.size; i++) {
		if (host.data[i] >= 'A' && host.data[i] <= 'Z') {
			return true;
		}
	}
	return false;
}

static bool holds(struct mrl_slice host, uint8_t byte)
{
	return mrl_slice_find(host, byte) < host.size;
}

const char *mrl_host_fault(struct mrl_slice host)
{
	if (host.size == 0 || host.size > 253) {
		return "a host has 1 to 253 characters";
	}
	if (holds(host, '*') || holds(host, '~')) {
		return "write out each host: patterns are not accepted";
	}
	if (holds(host, '/')) {
		return "write the host alone, without scheme and path";
	}
	if (has_upper(host)) {
		return "write it in lower case";
	}
	if (host.data[0] == '[') {
		return ipv6_fault(host);
	}
	if (holds(host, ':')) {
		return "write the host alone, without a port; IPv6 in brackets";
	}
	if (host.data[host.size - 1] == '.') {
		return "write it without the final dot";
	}
	if (!are_labels(host)) {
		return "letters, digits, '-' and dots only; other scripts as xn-- labels";
	}
	if (ends_in_number(host) && !is_shortest(host, 4)) {
		return "write an IPv4 address as four decimal numbers";
	}
	return NULL;
}

bool mrl_host_is_ip(struct mrl_slice host)
{
	return mrl_host_fault(host) == NULL && (host.data[0] == '[' || ends_in_number(host));
}

bool mrl_unix_path_valid(struct mrl_slice path)
{
	for (size_t i = 0; i < path.size; i++) {
		uint8_t byte = path.data[i];
		bool letter = mrl_lower(byte) >= 'a' && mrl_lower(byte) <= 'z';
		if (!letter && !mrl_is_digit(byte) && memchr("/._-+@", byte, 6) == NULL) {
			return false;
		}
	}
	return path.size != 0;
}
