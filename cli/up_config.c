/*
 * nginx.conf of a generation: what holds for all servers.
 *
 * Written whole from the policy, never edited by hand: an operator's own nginx is served by the
 * snippets under etc/ instead.
 */
#include "text.h"
#include "up.h"

#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/resource.h>

#define FILES_WANTED     12288
#define BODY_BYTES_LEAST 16384
#define VERSION_TICKETS  1023002 /* from here on nginx rotates shared ticket keys */
#define OPENSSL_HYBRID   305     /* from 3.5 on X25519MLKEM768 exists */

static uint32_t cpus_allowed(void)
{
	cpu_set_t set;
	if (sched_getaffinity(0, sizeof(set), &set) != 0) {
		return 1;
	}
	int count = CPU_COUNT(&set);
	return count < 1 ? 1 : count > MRL_UP_WORKERS_MAX ? MRL_UP_WORKERS_MAX : (uint32_t)count;
}

static uint64_t files_allowed(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max == RLIM_INFINITY ||
	    limit.rlim_max > FILES_WANTED) {
		return FILES_WANTED;
	}
	return limit.rlim_max;
}

static int64_t largest_body(const struct mrl_policy *policy)
{
	int64_t largest = BODY_BYTES_LEAST;
	for (uint32_t i = 0; i < policy->api_count; i++) {
		const struct mrl_api *api = &policy->apis[i];
		largest = api->body_bytes_max > largest ? api->body_bytes_max : largest;
		largest = api->opaque_bytes_max > largest ? api->opaque_bytes_max : largest;
	}
	return largest;
}

static void put_main(FILE *out, const struct mrl_up *up, const struct mrl_generation *generation)
{
	fprintf(out, "# Made by merlon up for generation %" PRIu64 "; changes here are lost.\n",
	        generation->number);
	fprintf(out, "load_module \"%s\";\n", up->tools.module);
	fprintf(out, "daemon off;\npid \"%s/nginx.pid\";\n", up->places.run);
	fprintf(out, "error_log \"%s/log/error.log\" warn;\npcre_jit on;\n", up->places.state);
	fprintf(out, "worker_processes %u;\n", generation->workers);
	fprintf(out, "worker_rlimit_nofile %" PRIu64 ";\n", files_allowed());
	fputs("worker_shutdown_timeout 30s;\n", out);
	fprintf(out, "merlon_run_dir \"%s\";\nmerlon_graceful on;\n", up->places.run);
	fprintf(out, "merlon_generation %" PRIu64 ";\n", generation->number);
	fputs("events {\n\tworker_connections 4096;\n}\n", out);
}

/* Limits lie over Merlon's own, so that refusals have its words; nothing is changed in silence that
 * has to be refused. */
static void put_http(FILE *out, const struct mrl_generation *generation)
{
	fprintf(out, "\tmerlon_policy \"%s/merlon.yaml\";\n\tmerlon on;\n", generation->folder);
	fputs("\trequest_pool_size 12k;\n\taccess_log off;\n\tserver_tokens off;\n\tgzip "
	      "off;\n\tetag off;\n"
	      "\tclient_body_temp_path tmp/b;\n\tproxy_temp_path tmp/p;\n"
	      "\tfastcgi_temp_path tmp/f;\n\tuwsgi_temp_path tmp/u;\n\tscgi_temp_path tmp/s;\n"
	      "\tignore_invalid_headers off;\n\tunderscores_in_headers on;\n"
	      "\tmerge_slashes off;\n",
	      out);
	fprintf(out, "\tclient_max_body_size %" PRId64 ";\n",
	        largest_body(generation->loading.policy));
	fputs("\tclient_header_buffer_size 4k;\n\tlarge_client_header_buffers 4 16k;\n"
	      "\thttp2_max_concurrent_streams 128;\n\tkeepalive_timeout 65s;\n"
	      "\tclient_header_timeout 10s;\n\tclient_body_timeout 15s;\n\tsend_timeout 30s;\n"
	      "\tkeepalive_requests 10000;\n\tlingering_timeout 2s;\n\tlingering_time 10s;\n"
	      "\treset_timedout_connection on;\n",
	      out);
}

/* TLS-1: at http level, since the default server's protocols decide before SNI is read. */
static void put_tls(FILE *out, const struct mrl_nginx *nginx)
{
	fputs("\tssl_protocols TLSv1.3;\n"
	      "\tssl_conf_command Ciphersuites "
	      "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256;\n"
	      "\tssl_prefer_server_ciphers off;\n",
	      out);
	fprintf(out, "\tssl_ecdh_curve %sX25519:prime256v1:secp384r1;\n",
	        nginx->openssl >= OPENSSL_HYBRID ? "X25519MLKEM768:" : "");
	fputs("\tssl_session_cache shared:merlon_tls:16m;\n\tssl_session_timeout 1h;\n", out);
	fprintf(out, "\tssl_session_tickets %s;\n",
	        nginx->version >= VERSION_TICKETS ? "on" : "off");
	fputs("\tssl_early_data off;\n\tssl_stapling off;\n", out);
}

static void put_all(FILE *out, const struct mrl_up *up, struct mrl_generation *generation)
{
	const struct mrl_policy *policy = generation->loading.policy;
	put_main(out, up, generation);
	fputs("http {\n", out);
	put_http(out, generation);
	put_tls(out, &up->tools.facts);
	for (uint32_t i = 0; i < policy->api_count; i++) {
		mrl_up_config_upstream(out, &policy->apis[i]);
	}
	mrl_up_config_servers(out, up, generation);
	fputs("}\n", out);
}

enum mrl_err mrl_up_config(const struct mrl_up *up, struct mrl_generation *generation,
                           struct mrl_slice *ret_text)
{
	char *memory = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&memory, &size);
	if (out == NULL) {
		return MRL_ERR_MEMORY;
	}
	generation->workers = cpus_allowed();
	put_all(out, up, generation);
	enum mrl_err err = fclose(out) == 0 ? mrl_arena_copy(&generation->arena,
	                                                     mrl_slice(memory, size), ret_text)
	                                    : MRL_ERR_MEMORY;
	free(memory);
	return err;
}
