/*
 * The policy: one YAML file and the OpenAPI documents that it names, compiled into an immutable
 * generation with a flat plan for each operation.
 */
#ifndef MERLON_POLICY_H
#define MERLON_POLICY_H

#include <merlon/control.h>

struct mrl_listener {
	struct mrl_slice address; /* "127.0.0.1:8443", "[::]:443", "unix:PATH" */
	struct mrl_ip ip;         /* the same; no address for a Unix socket */
	bool any;                 /* 0.0.0.0 or [::]: all that no other listener names */
	uint16_t port;            /* of the address; 0 for a Unix socket */
	uint16_t public_port; /* what clients write; default: port, for a Unix socket 443 or 80 */
	bool plain;           /* HTTP without TLS */
	enum mrl_ip_source ip_source;
	bool trusted_unix; /* `trusted` names "unix": peers without an address are proxies */
	struct mrl_cidr *trusted;
	uint32_t trusted_count;
	const struct mrl_node *node;
};

struct mrl_certificate {
	struct mrl_slice cert; /* paths, relative ones from the policy's folder */
	struct mrl_slice key;
	const struct mrl_node *node;
};

struct mrl_upstream {
	bool tls;
	bool preserve_host; /* `host: preserve`: the API's host instead of the authority */
	bool tls13_only;
	struct mrl_slice url;  /* as written */
	struct mrl_slice host; /* without brackets; empty for a Unix socket */
	uint16_t port;
	struct mrl_slice unix_path; /* "unix:PATH" */
	struct mrl_slice authority; /* Host for the upstream */
	struct mrl_slice ca;        /* path; empty: the system's */
	const struct mrl_node *node;
};

struct mrl_api {
	struct mrl_slice name;     /* [a-z][a-z0-9-]{0,23} */
	struct mrl_slice location; /* "@mrl_<name>": the named location of the generated config */
	struct mrl_slice opaque_location; /* the same for bodies that are not held */
	struct mrl_names hosts;           /* lower case */
	struct mrl_slice base_path;
	struct mrl_upstream upstream;
	struct mrl_api_document *document;
	const struct mrl_inputs *inputs;     /* what its operations may carry */
	const struct mrl_plan *default_plan; /* unknown path or method */
	int64_t body_bytes_max;              /* the largest of its operations', held to be judged */
	int64_t opaque_bytes_max;            /* the same of bodies that are not held; 0: none */
	const struct mrl_node *node;
};

struct mrl_host {
	struct mrl_slice name;
	const struct mrl_router *router;
	const struct mrl_api **apis; /* longest base path first */
	uint32_t api_count;
	const struct mrl_plan
		*fallback; /* of the API that the policy names first: no base path fits */
};

enum mrl_overload { MRL_OVERLOAD_REFUSE, MRL_OVERLOAD_PASS };

struct mrl_policy {
	struct mrl_slice file;
	uint8_t digest[32];  /* SHA-256 of the policy's text */
	uint64_t generation; /* given by who loads it */
	struct mrl_slice problem_base;
	struct mrl_listener *listeners;
	uint32_t listener_count;
	struct mrl_certificate *certificates;
	uint32_t certificate_count;
	bool http3;
	struct mrl_api *apis;
	uint32_t api_count;
	struct mrl_host *hosts; /* by name */
	uint32_t host_count;
	struct mrl_exemption *exemptions;
	uint32_t exemption_count;
	struct mrl_limits limits;
	struct mrl_issuers issuers;      /* whose access tokens are accepted */
	const struct mrl_plan *fallback; /* no such host, or the request never had one */
	enum mrl_overload on_overload;   /* audit: {on_overload: refuse | pass} */
	int64_t body_memory_bytes;       /* held bodies of one worker together */
	const struct mrl_leak_scanner *leak_scanner;
	uint8_t seed[16]; /* of hash tables over what clients send */
	const struct mrl_json_scan *json_scan;
	struct mrl_names files; /* all that was read: policy first, then documents */
	struct mrl_arena *arena;
	uint32_t references;
};

struct mrl_policy_options {
	struct mrl_memory memory;
	struct mrl_files files;
	int64_t now_us; /* judges exemptions' ends */
	uint64_t generation;
	uint8_t seed[16]; /* random, where calls are judged: nobody can choose names that collide */
	size_t memory_max; /* bytes of a generation, documents included; 0: 1 GiB */
};

/*
 * Reads, checks and compiles. All findings go to `diagnostics` (whose arena is the caller's);
 * MRL_ERR_INVALID if one is an error, and then `ret_policy` is untouched. One reference is the
 * caller's.
 */
MRL_CHECKED enum mrl_err mrl_policy_load(const struct mrl_policy_options *options,
                                         struct mrl_slice file, struct mrl_diagnostics *diagnostics,
                                         struct mrl_policy **ret_policy);
/* The same from a text in memory; relative paths are from the folder of `file`. */
MRL_CHECKED enum mrl_err mrl_policy_load_text(const struct mrl_policy_options *options,
                                              struct mrl_slice file, struct mrl_slice text,
                                              struct mrl_diagnostics *diagnostics,
                                              struct mrl_policy **ret_policy);
/* Not thread-safe: a generation is shared by fork, not by threads. NULL does nothing. */
struct mrl_policy *mrl_policy_ref(struct mrl_policy *policy);
void mrl_policy_unref(struct mrl_policy *policy);

/* By exact lower-case name; NULL: not configured. */
const struct mrl_host *mrl_policy_host(const struct mrl_policy *policy, struct mrl_slice name);

/* The configuration of a control in a plan (for explaining, and for generating nginx.conf), or NULL
 * when the plan has no such step. */
const void *mrl_plan_config(const struct mrl_plan *plan, enum mrl_control_id control);

/* The value of a NUMBER key of a control in a plan; false: the control has no such key. */
bool mrl_plan_number(const struct mrl_plan *plan, enum mrl_control_id control, const char *key,
                     int64_t *ret_number);

/* The policy's JSON Schema (2020-12) from the tables; MRL_ERR_FULL if the buffer is too small. */
MRL_CHECKED enum mrl_err mrl_policy_schema(struct mrl_buffer *buffer);

#endif
