/*
 * Origins as a policy names them. They are compared byte by byte with what browsers send, so that
 * only the one spelling that browsers use is accepted; for others the hint shows it.
 */
#include "ip.h"
#include "split.h"

/* RFC 1035 2.3.4; with scheme and port an origin stays below this. */
#define NAME_MAX_BYTES   253
#define LABEL_MAX_BYTES  63
#define ORIGIN_MAX_BYTES 300

#define HTTPS MRL_SLICE("https://")
#define HTTP  MRL_SLICE("http://")

struct parts {
	struct mrl_slice scheme; /* with "://" */
	struct mrl_slice host;
	struct mrl_slice port; /* no data: none */
};

static bool has_byte(struct mrl_slice text, const char *any)
{
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] != 0 && strchr(any, text.data[i]) != NULL) {
			return true;
		}
	}
	return false;
}

static bool has_range(struct mrl_slice text, uint8_t low, uint8_t high)
{
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] >= low && text.data[i] <= high) {
			return true;
		}
	}
	return false;
}

/* Splits what already has no userinfo and no path. */
static struct parts split(struct mrl_slice origin)
{
	size_t scheme = mrl_slice_find_text(origin, MRL_SLICE("://"));
	struct parts parts = {.scheme = mrl_slice_sub(origin, 0, scheme + 3)};
	struct mrl_slice authority = mrl_slice_from(origin, parts.scheme.size);
	size_t name = begins(authority, '[') ? mrl_slice_find(authority, ']') : 0;
	size_t colon = name + mrl_slice_find(mrl_slice_from(authority, name), ':');
	parts.host = mrl_slice_sub(authority, 0, colon);
	if (colon < authority.size) {
		parts.port = mrl_slice_from(authority, colon + 1);
	}
	return parts;
}

static bool is_label(struct mrl_slice label)
{
	if (label.size == 0 || label.size > LABEL_MAX_BYTES || label.data[0] == '-' ||
	    label.data[label.size - 1] == '-') {
		return false;
	}
	for (size_t i = 0; i < label.size; i++) {
		uint8_t byte = label.data[i];
		if (!(byte >= 'a' && byte <= 'z') && !mrl_is_digit(byte) && byte != '-') {
			return false;
		}
	}
	return true;
}

/* Browsers read a name whose last label is a number as an IPv4 address, whatever stands before. */
static bool is_number(struct mrl_slice label)
{
	bool is_hex = mrl_slice_starts(label, MRL_SLICE("0x"));
	for (size_t i = is_hex ? 2 : 0; i < label.size; i++) {
		if (!mrl_is_digit(label.data[i]) &&
		    !(is_hex && mrl_hex_value(label.data[i]) >= 0)) {
			return false;
		}
	}
	return true;
}

static bool is_name(struct mrl_slice host)
{
	struct mrl_slice label = MRL_SLICE_NONE;
	uint8_t ipv4[4];
	for (size_t size = 0; size < host.size; size += label.size + 1) {
		struct mrl_slice rest = mrl_slice_from(host, size);
		label = mrl_slice_sub(rest, 0, mrl_slice_find(rest, '.'));
		if (!is_label(label)) {
			return false;
		}
	}
	bool ends_in_dot = host.size != 0 && host.data[host.size - 1] == '.';
	return host.size != 0 && host.size <= NAME_MAX_BYTES && !ends_in_dot &&
	       (!is_number(label) || mrl_ipv4_parse(host, ipv4));
}

/* Brackets round the RFC 5952 text, without zone. */
static bool is_ipv6_literal(struct mrl_slice host)
{
	uint8_t memory[MRL_IP_TEXT_MAX];
	struct mrl_ip ip = {.size = 16};
	if (host.size < 2 || host.data[0] != '[' || host.data[host.size - 1] != ']') {
		return false;
	}
	struct mrl_slice address = mrl_slice_sub(host, 1, host.size - 2);
	return mrl_ipv6_parse(address, ip.bytes) &&
	       mrl_slice_equal(mrl_ip_text(&ip, memory), address);
}

static bool is_local(struct mrl_slice host)
{
	return mrl_slice_is(host, "localhost") || mrl_slice_is(host, "127.0.0.1") ||
	       mrl_slice_is(host, "[::1]");
}

static bool is_default_port(const struct parts *parts)
{
	return mrl_slice_is(parts->port, mrl_slice_equal(parts->scheme, HTTPS) ? "443" : "80");
}

static bool is_port(struct mrl_slice port)
{
	uint64_t number;
	return port.size != 0 && port.size <= 5 && port.data[0] != '0' &&
	       mrl_parse_u64(port, &number) && number <= 65535;
}

/* What is wrong with the bytes; NULL: nothing. */
static const char *fault_of_bytes(struct mrl_slice origin)
{
	if (origin.size == 0) {
		return "an origin is never empty";
	}
	if (mrl_slice_is(origin, "null")) {
		return "\"null\" is what sandboxed pages of any site send";
	}
	if (has_byte(origin, "*\\^$()|")) {
		return "patterns are not supported, name each origin";
	}
	if (has_range(origin, 0x80, 0xFF)) {
		return "not ASCII, use the xn-- form of the name";
	}
	if (has_range(origin, 0x00, 0x20) || has_range(origin, 0x7F, 0x7F)) {
		return "a blank or a control character";
	}
	if (has_range(origin, 'A', 'Z')) {
		return "upper case, browsers send lower case";
	}
	return NULL;
}

static const char *fault_of_host(const struct parts *parts)
{
	bool is_dotted = parts->host.size != 0 && parts->host.data[parts->host.size - 1] == '.';
	if (is_dotted) {
		return "a dot at the end of the host";
	}
	if (!is_name(parts->host) && !is_ipv6_literal(parts->host)) {
		return "the host is neither a name nor an address in its shortest form";
	}
	if (parts->port.data != NULL && is_default_port(parts)) {
		return "browsers leave out the default port";
	}
	if (parts->port.data != NULL && !is_port(parts->port)) {
		return "the port is not a number from 1 to 65535";
	}
	if (mrl_slice_equal(parts->scheme, HTTP) && !is_local(parts->host)) {
		return "http only with localhost, 127.0.0.1, [::1]";
	}
	return NULL;
}

/* What is wrong with an origin, the first thing first; NULL: nothing. */
static const char *fault_of(struct mrl_slice origin)
{
	const char *fault = fault_of_bytes(origin);
	if (fault != NULL) {
		return fault;
	}
	struct parts parts = split(origin);
	struct mrl_slice authority = mrl_slice_from(origin, parts.scheme.size);
	if (mrl_slice_find_text(origin, MRL_SLICE("://")) == origin.size) {
		return "no scheme";
	}
	if (!mrl_slice_equal(parts.scheme, HTTPS) && !mrl_slice_equal(parts.scheme, HTTP)) {
		return "the scheme is not https";
	}
	if (has_byte(authority, "/?#")) {
		return "an origin has no path, not even a slash at the end";
	}
	if (has_byte(authority, "@")) {
		return "an origin has no user";
	}
	return fault_of_host(&parts);
}

static void put_lower(struct mrl_buffer *buffer, struct mrl_slice text)
{
	for (size_t i = 0; i < text.size; i++) {
		mrl_buffer_byte(buffer, mrl_lower(text.data[i]));
	}
}

/* The host and port of a URL: without scheme, user and path. */
static struct mrl_slice authority_of(struct mrl_slice text)
{
	size_t scheme = mrl_slice_find_text(text, MRL_SLICE("://"));
	text = scheme == text.size ? text : mrl_slice_from(text, scheme + 3);
	for (size_t i = 0; i < text.size; i++) {
		if (has_byte(mrl_slice_sub(text, i, 1), "/?#")) {
			text.size = i;
		}
	}
	size_t user = mrl_slice_find(text, '@');
	return user == text.size ? text : mrl_slice_from(text, user + 1);
}

/* What a browser would send for that origin: `buffer` takes it. */
static void respell(struct mrl_slice origin, struct mrl_buffer *buffer)
{
	uint8_t memory[ORIGIN_MAX_BYTES];
	struct mrl_buffer lower = mrl_buffer(memory, sizeof(memory));
	put_lower(&lower, mrl_slice_trim(origin));
	struct mrl_slice text = mrl_buffer_slice(&lower);
	bool is_http = mrl_slice_starts(text, HTTP);
	struct mrl_slice authority = authority_of(text);
	uint8_t whole[ORIGIN_MAX_BYTES + 8];
	struct mrl_buffer url = mrl_buffer(whole, sizeof(whole));
	mrl_buffer_put(&url, is_http ? HTTP : HTTPS);
	mrl_buffer_put(&url, authority);
	struct parts parts = split(mrl_buffer_slice(&url));
	bool keeps_port = parts.port.size != 0 && !is_default_port(&parts);
	if (parts.host.size != 0 && parts.host.data[parts.host.size - 1] == '.') {
		parts.host.size--;
	}
	mrl_buffer_put(buffer, is_http && is_local(parts.host) ? HTTP : HTTPS);
	mrl_buffer_put(buffer, parts.host);
	if (keeps_port) {
		mrl_buffer_byte(buffer, ':');
		mrl_buffer_put(buffer, parts.port);
	}
	buffer->overflow = buffer->overflow || lower.overflow;
}

bool mrl_origin_valid(struct mrl_slice origin, struct mrl_arena *arena, struct mrl_slice *ret_hint)
{
	uint8_t spelling_memory[ORIGIN_MAX_BYTES];
	uint8_t hint_memory[ORIGIN_MAX_BYTES + 100];
	struct mrl_buffer spelling = mrl_buffer(spelling_memory, sizeof(spelling_memory));
	struct mrl_buffer hint = mrl_buffer(hint_memory, sizeof(hint_memory));
	const char *fault = fault_of(origin);
	if (fault == NULL) {
		return true;
	}
	*ret_hint = mrl_slice_text(fault);
	respell(origin, &spelling);
	if (mrl_slice_is(origin, "null") || spelling.overflow ||
	    fault_of(mrl_buffer_slice(&spelling)) != NULL) {
		return false;
	}
	mrl_buffer_put(&hint, *ret_hint);
	MRL_PUT(&hint, ": write ");
	mrl_buffer_put(&hint, mrl_buffer_slice(&spelling));
	/* Out of memory: the fault alone. */
	if (mrl_arena_copy(arena, mrl_buffer_slice(&hint), ret_hint) != MRL_OK) {
		*ret_hint = mrl_slice_text(fault);
	}
	return false;
}
