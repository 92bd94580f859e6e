/*
 * Whose call it is when trusted proxies stand in front: X-Forwarded-For, or RFC 7239 Forwarded. A
 * client may write anything to the left of what the proxies add, so that everything is read from
 * the right; a quotation mark that it leaves open cannot reach an element behind its own.
 */
#include "split.h"

static bool is_trusted(const struct mrl_ip_rules *rules, const struct mrl_ip *ip)
{
	if (ip->size == 0) {
		return rules->trusted_unix;
	}
	for (size_t i = 0; i < rules->trusted_count; i++) {
		if (mrl_cidr_has(&rules->trusted[i], ip)) {
			return true;
		}
	}
	return false;
}

/* The start of the last element of a list; commas inside quotation marks do not count. An escaped
 * mark counts like another: with a backslash in it no element is parsed, wherever it is cut. */
static size_t last_element(struct mrl_slice line)
{
	bool quoted = false;
	for (size_t i = line.size; i > 0; i--) {
		uint8_t byte = line.data[i - 1];
		if (byte == '"') {
			quoted = !quoted;
		}
		if (byte == ',' && !quoted) {
			return i;
		}
	}
	return 0;
}

static bool is_port(struct mrl_slice text)
{
	uint64_t port;
	return text.size <= 5 && mrl_parse_u64(text, &port) && port <= 65535;
}

/* Cuts `[address]:port`, `address:port`, `address`; `port` has no data where there is none. Two
 * colons outside of brackets are an IPv6 address. */
static bool split_node(struct mrl_slice text, struct mrl_slice *ret_address,
                       struct mrl_slice *ret_port)
{
	size_t colon = mrl_slice_find(text, ':');
	struct mrl_slice behind = mrl_slice_from(text, colon + 1);
	*ret_port = MRL_SLICE_NONE;
	if (begins(text, '[')) {
		size_t bracket = mrl_slice_find(text, ']');
		if (bracket <= colon || bracket == text.size) {
			return false;
		}
		*ret_address = mrl_slice_sub(text, 1, bracket - 1);
		behind = mrl_slice_from(text, bracket + 1);
		if (behind.size != 0) {
			*ret_port = mrl_slice_from(behind, 1);
		}
		return behind.size == 0 || begins(behind, ':');
	}
	*ret_address = text;
	if (colon < text.size && mrl_slice_find(behind, ':') == behind.size) {
		*ret_address = mrl_slice_sub(text, 0, colon);
		*ret_port = behind;
	}
	return true;
}

static bool parse_node(struct mrl_slice text, struct mrl_ip *ret_ip)
{
	struct mrl_slice address;
	struct mrl_slice port;
	return split_node(text, &address, &port) && (port.data == NULL || is_port(port)) &&
	       mrl_ip_parse(address, ret_ip);
}

/* RFC 7239 4: `for` exactly once among pairs that are all well formed. A parameter's value there is
 * a token or a quoted string, as in media types. */
static bool parse_forwarded(struct mrl_slice element, struct mrl_ip *ret_ip)
{
	struct mrl_slice name;
	struct mrl_slice value;
	struct mrl_slice node = MRL_SLICE_NONE;
	bool bad;
	while (mrl_media_parameter(&element, &name, &value, &bad)) {
		if (!mrl_slice_equal_nocase(name, MRL_SLICE("for"))) {
			continue;
		}
		if (node.data != NULL) {
			return false;
		}
		node = value;
	}
	return !bad && node.data != NULL && parse_node(node, ret_ip);
}

static bool parse_element(enum mrl_ip_source source, struct mrl_slice element,
                          struct mrl_ip *ret_ip)
{
	element = mrl_slice_trim(element);
	if (source == MRL_IP_FORWARDED) {
		return parse_forwarded(element, ret_ip);
	}
	return parse_node(element, ret_ip);
}

struct walk {
	const struct mrl_ip_rules *rules;
	struct mrl_client_ip client;
	unsigned elements;
};

/* Steps through one line from the right. False: the walk has ended. */
static bool walk_line(struct walk *walk, struct mrl_slice line)
{
	for (;;) {
		struct mrl_client_ip *client = &walk->client;
		struct mrl_ip next;
		size_t start = last_element(line);
		if (!is_trusted(walk->rules, &client->ip) ||
		    walk->elements++ == MRL_IP_ELEMENTS_MAX ||
		    !parse_element(walk->rules->source, mrl_slice_from(line, start), &next)) {
			return false;
		}
		if (client->via_count < MRL_VIA_MAX) {
			client->via[client->via_count++] = client->ip;
		}
		client->ip = next;
		if (start == 0) {
			return true;
		}
		line.size = start - 1;
	}
}

/* RATE-3 AUDIT-1 */
void mrl_client_ip(const struct mrl_ip_rules *rules, const struct mrl_view *view,
                   struct mrl_client_ip *ret_client)
{
	struct walk walk = {.rules = rules, .client = {.ip = view->peer}};
	enum mrl_field_id id = rules->source == MRL_IP_FORWARDED ? MRL_FIELD_FORWARDED
	                                                         : MRL_FIELD_X_FORWARDED_FOR;
	bool reads_field = rules->source == MRL_IP_FORWARDED ||
	                   rules->source == MRL_IP_X_FORWARDED_FOR;
	uint32_t first = reads_field && view->first[id] != 0 ? view->first[id] - 1U
	                                                     : view->field_count;
	for (uint32_t i = view->field_count; i > first; i--) {
		if (view->fields[i - 1].id == id && !walk_line(&walk, view->fields[i - 1].value)) {
			break;
		}
	}
	*ret_client = walk.client;
}
