/*
 * `upstream` of an API: scheme, host and port, or a Unix socket; nothing else may stand in its URL,
 * since the client's target goes out as it came.
 */
#include "address.h"
#include "keys.h"

struct raw {
	struct mrl_setting url;
	int host;
	struct mrl_setting ca;
	int tls_min;
};

enum { HOST_UPSTREAM, HOST_PRESERVE };
enum { TLS_1_2, TLS_1_3 };

static const char *const hosts[] = {
	[HOST_UPSTREAM] = "upstream", [HOST_PRESERVE] = "preserve", NULL};
static const char *const versions[] = {[TLS_1_2] = "1.2", [TLS_1_3] = "1.3", NULL};

/* TLS-4: no key turns the verification of the upstream's certificate off. */
const struct mrl_key mrl_upstream_keys[] = {
	{.name = "url",
         .kind = MRL_KEY_TEXT,
         .min = 1,
         .max = 512,
         .required = true,
         .meaning = "http://HOST[:PORT], https://HOST[:PORT] or unix:PATH",
         .offset = offsetof(struct raw, url)},
	{.name = "host",
         .kind = MRL_KEY_ENUM,
         .fallback = "upstream",
         .choices = hosts,
         .meaning = "the Host that the upstream sees: its own, or the client's",
         .offset = offsetof(struct raw, host)},
	{.name = "ca",
         .kind = MRL_KEY_TEXT,
         .min = 1,
         .max = 4096,
         .meaning = "path of the authorities (PEM) for https; default: the system's",
         .offset = offsetof(struct raw, ca)},
	{.name = "tls_min",
         .kind = MRL_KEY_ENUM,
         .fallback = "1.2",
         .choices = versions,
         .meaning = "oldest TLS for https",
         .offset = offsetof(struct raw, tls_min)},
	{0},
};

static void refuse(struct mrl_loader *loader, const struct mrl_setting *url, const char *hint)
{
	mrl_diagnose(loader->diagnostics, MRL_ERROR, "policy-upstream", url->node, hint,
	             "\"%.*s\" is no upstream", MRL_PRINT(url->text));
}

static const char *authority_fault(struct mrl_slice rest)
{
	if (mrl_slice_find(rest, '@') < rest.size) {
		return "leave out user and password";
	}
	if (mrl_slice_find(rest, '/') < rest.size) {
		return "leave out the path and its first '/': the client's path goes out as it "
		       "came";
	}
	if (mrl_slice_find(rest, '?') < rest.size || mrl_slice_find(rest, '#') < rest.size) {
		return "leave out query and fragment";
	}
	return NULL;
}

static void read_http(struct mrl_loader *loader, const struct mrl_setting *url,
                      struct mrl_slice rest, struct mrl_upstream *upstream)
{
	struct mrl_address address = {0};
	uint16_t usual = upstream->tls ? 443 : 80;
	const char *fault = authority_fault(rest);
	if (fault == NULL) {
		fault = mrl_address_parse(rest, &address);
	}
	if (fault == NULL) {
		fault = mrl_host_fault(address.written);
	}
	if (fault != NULL) {
		refuse(loader, url, fault);
		return;
	}
	upstream->host = address.host;
	upstream->port = address.port == 0 ? usual : address.port;
	upstream->authority = upstream->port == usual ? address.written : rest;
}

static enum mrl_err read_unix(struct mrl_loader *loader, const struct mrl_setting *url,
                              struct mrl_slice path, struct mrl_upstream *upstream)
{
	if (!mrl_unix_path_valid(path)) {
		refuse(loader, url, MRL_UNIX_PATH_HINT);
		return MRL_OK;
	}
	upstream->authority = MRL_SLICE("localhost");
	return mrl_loader_path(loader, path, &upstream->unix_path);
}

static enum mrl_err read_url(struct mrl_loader *loader, const struct mrl_setting *url,
                             struct mrl_upstream *upstream)
{
	static const struct mrl_slice http = MRL_SLICE_INIT("http://");
	static const struct mrl_slice https = MRL_SLICE_INIT("https://");
	static const struct mrl_slice socket = MRL_SLICE_INIT("unix:");
	struct mrl_slice text = url->text;
	upstream->url = text;
	upstream->tls = mrl_slice_starts(text, https);
	if (mrl_slice_starts(text, socket)) {
		return read_unix(loader, url, mrl_slice_from(text, socket.size), upstream);
	}
	if (upstream->tls || mrl_slice_starts(text, http)) {
		size_t scheme = upstream->tls ? https.size : http.size;
		read_http(loader, url, mrl_slice_from(text, scheme), upstream);
		return MRL_OK;
	}
	if (url->node != NULL) {
		refuse(loader, url, "write http://HOST[:PORT], https://HOST[:PORT] or unix:PATH");
	}
	return MRL_OK;
}

/* A key for TLS beside a URL without would look like protection. */
static void check_tls_keys(struct mrl_loader *loader, const struct mrl_node *node)
{
	static const char *const names[] = {"ca", "tls_min"};
	for (size_t i = 0; i < MRL_COUNT(names); i++) {
		const struct mrl_node *value = mrl_node_member(node, names[i]);
		if (value != NULL) {
			mrl_diagnose(loader->diagnostics, MRL_ERROR, "policy-upstream", value,
			             "write https:// in the URL, or leave this out",
			             "\"%s\" has a meaning for https only", names[i]);
		}
	}
}

enum mrl_err mrl_load_upstream(struct mrl_loader *loader, const struct mrl_node *node,
                               struct mrl_upstream *ret_upstream)
{
	struct mrl_upstream upstream = {.node = node};
	struct raw raw;
	enum mrl_err err = mrl_keys_read(loader, mrl_upstream_keys, node, &raw);
	if (err == MRL_OK) {
		err = read_url(loader, &raw.url, &upstream);
	}
	if (err == MRL_OK && raw.ca.node != NULL) {
		err = mrl_loader_path(loader, raw.ca.text, &upstream.ca);
	}
	if (err != MRL_OK) {
		return err;
	}
	upstream.preserve_host = raw.host == HOST_PRESERVE;
	upstream.tls13_only = raw.tls_min == TLS_1_3;
	if (!upstream.tls && raw.url.node != NULL) {
		check_tls_keys(loader, node);
	}
	*ret_upstream = upstream;
	return MRL_OK;
}
