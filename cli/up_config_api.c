/* The part of nginx.conf that carries an API's calls: its upstream and its named location. */
#include "up.h"

#include <inttypes.h>

#define BODY_BYTES_LEAST 16384
#define SYSTEM_CA        "/etc/ssl/certs/ca-certificates.crt"

void mrl_up_config_upstream(FILE *out, const struct mrl_api *api)
{
	const struct mrl_upstream *upstream = &api->upstream;
	bool six = mrl_slice_find(upstream->host, ':') < upstream->host.size;
	fprintf(out, "\tupstream mrl_%.*s {\n\t\tserver ", MRL_PRINT(api->name));
	if (upstream->unix_path.size != 0) {
		fprintf(out, "\"unix:%.*s\"", MRL_PRINT(upstream->unix_path));
	} else {
		fprintf(out, "%s%.*s%s:%u", six ? "[" : "", MRL_PRINT(upstream->host),
		        six ? "]" : "", upstream->port);
	}
	/* 4 s: Node.js closes idle connections at 5 s, and a POST on a dying one is not repeated.
	 */
	fputs(";\n\t\tkeepalive 64;\n\t\tkeepalive_timeout 4s;\n\t\tkeepalive_requests "
	      "10000;\n\t}\n",
	      out);
}

/* TLS-4: always verified; the policy has no key that turns this off. */
static void put_upstream_tls(FILE *out, const struct mrl_generation *generation,
                             const struct mrl_api *api)
{
	const struct mrl_upstream *upstream = &api->upstream;
	fputs("\t\t\tproxy_ssl_verify on;\n\t\t\tproxy_ssl_verify_depth 4;\n"
	      "\t\t\tproxy_ssl_server_name on;\n",
	      out);
	fprintf(out, "\t\t\tproxy_ssl_name \"%.*s\";\n", MRL_PRINT(upstream->host));
	fprintf(out, "\t\t\tproxy_ssl_protocols %sTLSv1.3;\n",
	        upstream->tls13_only ? "" : "TLSv1.2 ");
	if (upstream->ca.size == 0) {
		fputs("\t\t\tproxy_ssl_trusted_certificate " SYSTEM_CA ";\n", out);
		return;
	}
	fprintf(out, "\t\t\tproxy_ssl_trusted_certificate \"%s/apis/%.*s.ca.pem\";\n",
	        generation->folder, MRL_PRINT(api->name));
}

/* Its own authority, or the API's host, never with a port. */
static void put_host(FILE *out, const struct mrl_api *api)
{
	if (!api->upstream.preserve_host) {
		fprintf(out, "\t\t\tproxy_set_header Host \"%.*s\";\n",
		        MRL_PRINT(api->upstream.authority));
		return;
	}
	if (api->hosts.count == 1) {
		fprintf(out, "\t\t\tproxy_set_header Host \"%.*s\";\n",
		        MRL_PRINT(api->hosts.items[0]));
		return;
	}
	fputs("\t\t\tproxy_set_header Host $host;\n", out);
}

/* What is judged by type and size alone goes on while it comes; all else is held in one buffer. */
static void put_body(FILE *out, const struct mrl_api *api, bool opaque)
{
	int64_t body_bytes = api->body_bytes_max > BODY_BYTES_LEAST ? api->body_bytes_max
	                                                            : BODY_BYTES_LEAST;
	if (opaque) {
		fputs("\t\t\tproxy_request_buffering off;\n"
		      "\t\t\tclient_body_buffer_size 64k;\n",
		      out);
		return;
	}
	fprintf(out,
	        "\t\t\tproxy_request_buffering on;\n"
	        "\t\t\tclient_body_buffer_size %" PRId64 ";\n"
	        "\t\t\tclient_body_in_single_buffer on;\n",
	        body_bytes);
}

static void put_location(FILE *out, const struct mrl_generation *generation,
                         const struct mrl_api *api, bool opaque)
{
	struct mrl_slice name = opaque ? api->opaque_location : api->location;
	fprintf(out, "\t\tlocation %.*s {\n\t\t\tproxy_pass %s://mrl_%.*s;\n", MRL_PRINT(name),
	        api->upstream.tls ? "https" : "http", MRL_PRINT(api->name));
	fputs("\t\t\tproxy_http_version 1.1;\n", out);
	if (api->upstream.tls) {
		put_upstream_tls(out, generation, api);
	}
	put_body(out, api, opaque);
	fputs("\t\t\tproxy_redirect off;\n"
	      "\t\t\tproxy_set_header Connection \"\";\n"
	      "\t\t\tproxy_set_header Merlon-Drop \"\";\n"
	      "\t\t\tproxy_set_header Accept-Encoding identity;\n",
	      out);
	put_host(out, api);
	fputs("\t\t\tproxy_max_temp_file_size 0;\n\t\t\tproxy_buffering on;\n"
	      "\t\t\tproxy_buffer_size 16k;\n\t\t\tproxy_buffers 8 16k;\n"
	      "\t\t\tproxy_connect_timeout 2s;\n\t\t\tproxy_send_timeout 15s;\n"
	      "\t\t\tproxy_read_timeout 30s;\n"
	      "\t\t\tproxy_next_upstream error timeout;\n\t\t\tproxy_next_upstream_tries 2;\n"
	      "\t\t\tproxy_next_upstream_timeout 5s;\n"
	      "\t\t\tproxy_ignore_headers X-Accel-Redirect X-Accel-Expires X-Accel-Limit-Rate "
	      "X-Accel-Buffering X-Accel-Charset Cache-Control Expires Set-Cookie Vary;\n",
	      out);
	fputs("\t\t}\n", out);
}

void mrl_up_config_location(FILE *out, const struct mrl_generation *generation,
                            const struct mrl_api *api)
{
	put_location(out, generation, api, false);
	if (api->opaque_bytes_max != 0) {
		put_location(out, generation, api, true);
	}
}
