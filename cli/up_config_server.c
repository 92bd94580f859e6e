/*
 * The server blocks: for TLS and for plain listeners a default one, which knows nobody, and one for
 * each set of certificates.
 *
 * Hosts that the same certificates name share a server, since nginx chooses among several
 * certificates of one server by key type alone.
 */
#include "text.h"
#include "up.h"

#define VERSION_HTTP2_DIRECTIVE 1025001

struct servers {
	FILE *out;
	const struct mrl_up *up;
	const struct mrl_generation *generation;
	const struct mrl_policy *policy;
	const uint64_t *pairs; /* for each host of the policy: a bit for each pair that names it */
	bool plain;
};

static bool has_listener(const struct servers *servers)
{
	for (uint32_t i = 0; i < servers->policy->listener_count; i++) {
		if (servers->policy->listeners[i].plain == servers->plain) {
			return true;
		}
	}
	return false;
}

static void put_quic(const struct servers *servers, const struct mrl_listener *listener,
                     bool is_default)
{
	fprintf(servers->out, "\t\tlisten %.*s quic%s;\n", MRL_PRINT(listener->address),
	        is_default ? " reuseport default_server" : "");
	if (!is_default) {
		fprintf(servers->out, "\t\tadd_header Alt-Svc 'h3=\":%u\"; ma=86400' always;\n",
		        listener->public_port);
	}
}

static void put_listens(const struct servers *servers, bool is_default)
{
	const struct mrl_nginx *nginx = &servers->up->tools.facts;
	bool old = nginx->version < VERSION_HTTP2_DIRECTIVE;
	for (uint32_t i = 0; i < servers->policy->listener_count; i++) {
		const struct mrl_listener *listener = &servers->policy->listeners[i];
		if (listener->plain != servers->plain) {
			continue;
		}
		fprintf(servers->out, "\t\tlisten %.*s%s%s%s%s;\n", MRL_PRINT(listener->address),
		        servers->plain ? "" : " ssl",
		        !servers->plain && old && nginx->http2 ? " http2" : "",
		        listener->ip_source == MRL_IP_PROXY_PROTOCOL ? " proxy_protocol" : "",
		        is_default ? " default_server" : "");
		if (servers->policy->http3 && !servers->plain && listener->port != 0) {
			put_quic(servers, listener, is_default);
		}
	}
	if (!servers->plain && !old && nginx->http2) {
		fputs("\t\thttp2 on;\n", servers->out);
	}
	if (!servers->plain && servers->policy->http3) {
		fputs("\t\thttp3 on;\n\t\tquic_retry on;\n", servers->out);
	}
}

/* ERR-3: what nginx refuses before there is a location; each kind has its own URI, since nginx
 * shows all of them as 400. */
static void put_own_errors(FILE *out)
{
	fputs("\t\terror_page 494 =431 /.merlon/e/header-too-large;\n"
	      "\t\terror_page 495 496 =400 /.merlon/e/client-certificate;\n"
	      "\t\terror_page 497 =403 /.merlon/e/tls-required;\n"
	      "\t\tlocation ^~ /.merlon/e/ {\n\t\t\tinternal;\n\t\t\tmerlon_answer;\n\t\t}\n",
	      out);
}

static uint64_t pairs_of(const struct mrl_generation *generation, struct mrl_slice host)
{
	uint64_t pairs = 0;
	if (generation->local_authority) {
		return 1;
	}
	for (uint32_t i = 0; i < generation->pair_count && i < MRL_UP_PAIRS_MAX; i++) {
		if (mrl_x509_covers(generation->pairs[i].cert, host)) {
			pairs |= UINT64_C(1) << i;
		}
	}
	return pairs;
}

static bool in_group(const struct servers *servers, struct mrl_slice host, uint64_t pairs)
{
	for (uint32_t i = 0; i < servers->policy->host_count; i++) {
		if (mrl_slice_equal(servers->policy->hosts[i].name, host)) {
			return servers->plain || servers->pairs[i] == pairs;
		}
	}
	return false;
}

static void put_names(const struct servers *servers, uint64_t pairs)
{
	fputs("\t\tserver_name", servers->out);
	for (uint32_t i = 0; i < servers->policy->host_count; i++) {
		struct mrl_slice host = servers->policy->hosts[i].name;
		if (in_group(servers, host, pairs)) {
			fprintf(servers->out, " \"%.*s\"", MRL_PRINT(host));
		}
	}
	fputs(";\n", servers->out);
}

static void put_certificates(const struct servers *servers, uint64_t pairs)
{
	for (uint32_t i = 0; i < servers->generation->pair_count && i < MRL_UP_PAIRS_MAX; i++) {
		if ((pairs >> i & 1) != 0) {
			fprintf(servers->out,
			        "\t\tssl_certificate \"%s/tls/%u.crt\";\n"
			        "\t\tssl_certificate_key \"%s/tls/%u.key\";\n",
			        servers->generation->folder, i, servers->generation->folder, i);
		}
	}
}

static void put_locations(const struct servers *servers, uint64_t pairs)
{
	fputs("\t\tlocation / {\n\t\t\treturn 404;\n\t\t}\n", servers->out);
	for (uint32_t i = 0; i < servers->policy->api_count; i++) {
		const struct mrl_api *api = &servers->policy->apis[i];
		for (uint32_t j = 0; j < api->hosts.count; j++) {
			if (in_group(servers, api->hosts.items[j], pairs)) {
				mrl_up_config_location(servers->out, servers->generation, api);
				break;
			}
		}
	}
}

static void put_server(const struct servers *servers, uint64_t pairs, bool is_default)
{
	fputs("\tserver {\n", servers->out);
	put_listens(servers, is_default);
	put_names(servers, pairs);
	if (!servers->plain) {
		put_certificates(servers, pairs);
	}
	put_own_errors(servers->out);
	put_locations(servers, pairs);
	fputs("\t}\n", servers->out);
}

/* Who asks for a name that is not configured gets no certificate, and on a plain listener 421. */
static void put_default(const struct servers *servers)
{
	fputs("\tserver {\n", servers->out);
	put_listens(servers, true);
	if (!servers->plain) {
		fputs("\t\tssl_reject_handshake on;\n", servers->out);
	}
	put_own_errors(servers->out);
	fputs("\t\tlocation / {\n\t\t\treturn 404;\n\t\t}\n\t}\n", servers->out);
}

/* Whether an earlier host has the same certificates; plain listeners need one server. */
static bool is_repeated(const struct servers *servers, uint32_t host)
{
	for (uint32_t i = 0; i < host; i++) {
		if (servers->plain || servers->pairs[i] == servers->pairs[host]) {
			return true;
		}
	}
	return false;
}

static void put_groups(const struct servers *servers, bool is_default)
{
	for (uint32_t i = 0; i < servers->policy->host_count; i++) {
		if (!is_repeated(servers, i)) {
			put_server(servers, servers->pairs[i], is_default);
		}
	}
}

void mrl_up_config_servers(FILE *out, const struct mrl_up *up, struct mrl_generation *generation)
{
	const struct mrl_policy *policy = generation->loading.policy;
	uint64_t *pairs = mrl_must(
		MRL_NEW_ARRAY(&generation->arena, policy->host_count + 1, uint64_t));
	for (uint32_t i = 0; i < policy->host_count; i++) {
		pairs[i] = pairs_of(generation, policy->hosts[i].name);
	}
	struct servers servers = {
		.out = out, .up = up, .generation = generation, .policy = policy, .pairs = pairs};
	/* Without a policy the API is reached by address too, where clients send no SNI. */
	bool by_address = up->options.config == NULL;
	for (int plain = 0; plain < 2; plain++) {
		servers.plain = plain != 0;
		if (!has_listener(&servers)) {
			continue;
		}
		if (!by_address) {
			put_default(&servers);
		}
		put_groups(&servers, by_address);
	}
}
