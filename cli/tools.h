/* The programs and files that `merlon up` runs: where they are, and what nginx can do. */
#ifndef MRL_CLI_TOOLS_H
#define MRL_CLI_TOOLS_H

#include "cli.h"

struct mrl_nginx {
	uint32_t version;  /* 1.22.1 is 1022001 */
	uint32_t openssl;  /* 3.0 is 300; what it runs with */
	bool http2, http3; /* modules */
	const char *version_text;
	const char *openssl_text;
};

struct mrl_tools {
	const char *nginx;
	const char *module; /* ngx_http_merlon_module.so */
	const char *auditd;
	const char *keeper;
	struct mrl_nginx facts;
};

#define MRL_NGINX_OLDEST 1022001

/* Out of the text of `nginx -V`; false: it is none. */
bool mrl_nginx_parse(struct mrl_slice text, struct mrl_arena *arena, struct mrl_nginx *ret_nginx);

/*
 * MERLON_LIBDIR if set, else the build tree that this program stands in, else the installed places.
 * What is not found is NULL. nginx: MERLON_NGINX, PATH, the usual folders.
 */
void mrl_tools_find(struct mrl_arena *arena, struct mrl_tools *ret_tools);

/* The same, with a complaint and false for what is missing or too old; reads `nginx -V`. */
bool mrl_tools_need(struct mrl_cli *cli, struct mrl_tools *ret_tools);

#endif
