/* `listeners`: where nginx listens, and whose word counts for a client's address (RATE-3). */
#include "address.h"
#include "keys.h"

struct raw {
	struct mrl_setting address;
	int64_t public_port;
	bool plain;
	const struct mrl_node *client_ip;
};

struct raw_client_ip {
	int source;
	struct mrl_settings trusted;
};

static const char *const sources[] = {
	[MRL_IP_PEER] = "peer",
	[MRL_IP_PROXY_PROTOCOL] = "proxy_protocol",
	[MRL_IP_X_FORWARDED_FOR] = "x_forwarded_for",
	[MRL_IP_FORWARDED] = "forwarded",
	NULL,
};

static const struct mrl_key client_ip_keys[] = {
	{.name = "source",
         .kind = MRL_KEY_ENUM,
         .fallback = "peer",
         .choices = sources,
         .meaning = "where the client's address comes from when the peer is a trusted proxy",
         .offset = offsetof(struct raw_client_ip, source)},
	{.name = "trusted",
         .kind = MRL_KEY_LIST,
         .max = 256,
         .fallback = "[]",
         .meaning = "addresses and blocks of one's own proxies; \"unix\": peers on a Unix socket",
         .offset = offsetof(struct raw_client_ip, trusted)},
	{0},
};

const struct mrl_key mrl_listener_keys[] = {
	{.name = "address",
         .kind = MRL_KEY_TEXT,
         .min = 1,
         .max = 128,
         .required = true,
         .meaning = "\"127.0.0.1:8443\", \"[::]:443\" or \"unix:PATH\"",
         .offset = offsetof(struct raw, address)},
	{.name = "public_port",
         .kind = MRL_KEY_NUMBER,
         .min = 1,
         .max = 65535,
         .meaning = "the port that clients write, where it is another one",
         .offset = offsetof(struct raw, public_port)},
	{.name = "plain",
         .kind = MRL_KEY_BOOL,
         .fallback = "off",
         .meaning = "HTTP without TLS: redirects pages, refuses the rest",
         .offset = offsetof(struct raw, plain)},
	{.name = "client_ip",
         .kind = MRL_KEY_OBJECT,
         .keys = client_ip_keys,
         .meaning = "how the client's address is found behind a proxy",
         .offset = offsetof(struct raw, client_ip)},
	{0},
};

static void refuse(struct mrl_loader *loader, const struct mrl_setting *setting, const char *hint)
{
	mrl_diagnose(loader->diagnostics, MRL_ERROR, "policy-address", setting->node, hint,
	             "\"%.*s\" is no address to listen on", MRL_PRINT(setting->text));
}

#define UNIX_PATH_MAX 107 /* of struct sockaddr_un, with its NUL */

static enum mrl_err read_unix(struct mrl_loader *loader, const struct raw *raw,
                              struct mrl_listener *listener)
{
	struct mrl_slice prefix = MRL_SLICE("unix:");
	struct mrl_slice path;
	struct mrl_slice written = mrl_slice_from(raw->address.text, prefix.size);
	if (!mrl_unix_path_valid(written)) {
		refuse(loader, &raw->address, MRL_UNIX_PATH_HINT);
		return MRL_OK;
	}
	enum mrl_err err = mrl_loader_path(loader, written, &path);
	if (err != MRL_OK) {
		return err;
	}
	if (path.size > UNIX_PATH_MAX) {
		refuse(loader, &raw->address, "the path of a Unix socket has 1 to 107 bytes");
		return MRL_OK;
	}
	struct mrl_buffer address = mrl_buffer(
		mrl_arena_alloc(loader->arena, prefix.size + path.size, 1),
		prefix.size + path.size);
	if (address.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	mrl_buffer_put(&address, prefix);
	mrl_buffer_put(&address, path);
	listener->address = mrl_buffer_slice(&address);
	listener->public_port = listener->plain ? 80 : 443;
	return MRL_OK;
}

static bool is_zero(const struct mrl_ip *ip)
{
	uint8_t all = 0;
	for (uint8_t i = 0; i < ip->size; i++) {
		all |= ip->bytes[i];
	}
	return all == 0;
}

static void read_ip(struct mrl_loader *loader, const struct raw *raw, struct mrl_listener *listener)
{
	struct mrl_address address;
	const char *fault = mrl_address_parse(raw->address.text, &address);
	if (fault == NULL && !mrl_host_is_ip(address.written)) {
		fault = "write a numeric address: \"127.0.0.1:8443\", \"[::1]:8443\", or "
			"\"0.0.0.0:443\" "
			"and \"[::]:443\" for all";
	}
	if (fault == NULL && address.port == 0) {
		fault = "a port is missing: \"127.0.0.1:8443\"";
	}
	if (fault != NULL) {
		refuse(loader, &raw->address, fault);
		return;
	}
	listener->address = raw->address.text;
	listener->any = mrl_ip_parse(address.host, &listener->ip) && is_zero(&listener->ip);
	listener->port = address.port;
	listener->public_port = address.port;
}

static void read_trusted(struct mrl_loader *loader, const struct mrl_setting *setting,
                         struct mrl_listener *listener)
{
	struct mrl_cidr cidr;
	if (mrl_slice_is(setting->text, "unix")) {
		listener->trusted_unix = true;
		return;
	}
	if (!mrl_cidr_parse(setting->text, &cidr)) {
		mrl_diagnose(loader->diagnostics, MRL_ERROR, "policy-cidr", setting->node,
		             "write an address or a block without host bits: \"10.0.0.0/8\"",
		             "\"%.*s\" is no block of addresses", MRL_PRINT(setting->text));
		return;
	}
	/* RATE-3: if all are trusted, every client names its own address. */
	if (cidr.bits == 0) {
		mrl_diagnose(loader->diagnostics, MRL_ERROR, "policy-cidr", setting->node,
		             "name the addresses of your proxies",
		             "\"%.*s\" would trust every client", MRL_PRINT(setting->text));
		return;
	}
	listener->trusted[listener->trusted_count++] = cidr;
}

static void check_client_ip(struct mrl_loader *loader, const struct mrl_node *node,
                            const struct mrl_listener *listener)
{
	bool trusts = listener->trusted_count != 0 || listener->trusted_unix;
	if (node != NULL && trusts != (listener->ip_source != MRL_IP_PEER)) {
		mrl_diagnose(loader->diagnostics, MRL_WARNING, "policy-client-ip", node,
		             trusts ? "name the proxies' field: source: x_forwarded_for"
		                    : "name the proxies' addresses: trusted: [\"10.0.0.0/8\"]",
		             trusts ? "\"trusted\" has no effect with source: peer"
		                    : "\"source\" has no effect while nobody is trusted");
	}
}

static enum mrl_err read_client_ip(struct mrl_loader *loader, const struct mrl_node *node,
                                   struct mrl_listener *listener)
{
	struct raw_client_ip raw;
	enum mrl_err err = mrl_keys_read(loader, client_ip_keys, node, &raw);
	if (err != MRL_OK) {
		return err;
	}
	listener->ip_source = (enum mrl_ip_source)raw.source;
	listener->trusted = MRL_NEW_ARRAY(loader->arena, raw.trusted.count, struct mrl_cidr);
	if (listener->trusted == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < raw.trusted.count; i++) {
		read_trusted(loader, &raw.trusted.items[i], listener);
	}
	check_client_ip(loader, node, listener);
	return MRL_OK;
}

static void check_repeated(struct mrl_loader *loader, uint32_t index)
{
	const struct mrl_listener *listeners = loader->policy->listeners;
	struct mrl_slice address = listeners[index].address;
	struct mrl_hint hint;
	for (uint32_t i = 0; i < index && address.size != 0; i++) {
		if (mrl_slice_equal(listeners[i].address, address)) {
			mrl_diagnose(loader->diagnostics, MRL_ERROR, "policy-address",
			             listeners[index].node,
			             mrl_hint_place(&hint, listeners[i].node),
			             "two listeners have the address \"%.*s\"", MRL_PRINT(address));
			return;
		}
	}
}

static enum mrl_err read_address(struct mrl_loader *loader, const struct raw *raw,
                                 struct mrl_listener *listener)
{
	if (mrl_slice_starts(raw->address.text, MRL_SLICE("unix:"))) {
		return read_unix(loader, raw, listener);
	}
	if (raw->address.node != NULL) {
		read_ip(loader, raw, listener);
	}
	return MRL_OK;
}

static enum mrl_err take_listener(struct mrl_loader *loader, const void *values,
                                  const struct mrl_node *node, uint32_t index)
{
	const struct raw *raw = values;
	struct mrl_listener *listener = &loader->policy->listeners[index];
	*listener = (struct mrl_listener){.node = node, .plain = raw->plain};
	loader->policy->listener_count++;
	enum mrl_err err = read_address(loader, raw, listener);
	if (raw->public_port != 0) {
		listener->public_port = (uint16_t)raw->public_port;
	}
	check_repeated(loader, index);
	return err != MRL_OK ? err : read_client_ip(loader, raw->client_ip, listener);
}

enum mrl_err mrl_load_listeners(struct mrl_loader *loader, const struct mrl_node *node)
{
	static const struct mrl_section section = {
		.keys = mrl_listener_keys, .raw_bytes = sizeof(struct raw), .take = take_listener};
	loader->policy->listeners = MRL_NEW_ARRAY(loader->arena, mrl_node_items(node),
	                                          struct mrl_listener);
	return loader->policy->listeners == NULL ? MRL_ERR_MEMORY
	                                         : mrl_section_read(loader, &section, node);
}
