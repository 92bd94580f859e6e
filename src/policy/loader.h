/*
 * What the files of src/policy share while one policy is read. Findings go to `diagnostics` and
 * reading goes on, so that one run tells all of them; a status other than MRL_OK is a failure of
 * ours and ends it.
 */
#ifndef MRL_POLICY_LOADER_H
#define MRL_POLICY_LOADER_H

#include <merlon/policy.h>

/* The values of mrl_mode_keys. */
enum mrl_mode { MRL_MODE_ENFORCE, MRL_MODE_SHADOW };

/* What the policy says of one operation of a document. */
struct mrl_operation_layer {
	const struct mrl_node *controls; /* NULL: nothing */
	bool stream;
};

/* What the policy says of one API, beside struct mrl_api. */
struct mrl_api_layer {
	const struct mrl_node *controls;        /* NULL: nothing */
	const struct mrl_node *written;         /* the `operations` mapping, or NULL */
	struct mrl_operation_layer *operations; /* one for each operation of the document */
	const void *shared[MRL_CONTROL_COUNT];  /* configurations without an operation's own keys */
};

struct mrl_loader {
	const struct mrl_policy_options *options;
	struct mrl_arena *arena; /* of the generation */
	struct mrl_diagnostics *diagnostics;
	uint32_t errors_before;
	struct mrl_policy *policy;
	struct mrl_files files;                /* the host's, noting what is read */
	const struct mrl_node *controls;       /* the top layer, or NULL */
	struct mrl_api_layer *layers;          /* one for each API */
	const void *shared[MRL_CONTROL_COUNT]; /* configurations of the top layer alone */
};

static inline bool mrl_loader_failed(const struct mrl_loader *loader)
{
	return loader->diagnostics->errors > loader->errors_before;
}

/* The path as seen from the policy's folder; absolute ones are kept. */
MRL_CHECKED enum mrl_err mrl_loader_path(struct mrl_loader *loader, struct mrl_slice path,
                                         struct mrl_slice *ret_path);

/* Keeps the path in policy->files, once. */
MRL_CHECKED enum mrl_err mrl_loader_note(struct mrl_loader *loader, struct mrl_slice path);
/* The host's `read`, noting the path; `host` is the loader. */
MRL_CHECKED enum mrl_err mrl_loader_read(void *host, struct mrl_slice path, size_t bytes_max,
                                         struct mrl_arena *arena, struct mrl_slice *ret_text);

/* The sections, in their order. Each key table is also the source of the JSON Schema. */
extern const struct mrl_key mrl_policy_keys[];    /* load.c */
extern const struct mrl_key mrl_tls_keys[];       /* tls.c */
extern const struct mrl_key mrl_listener_keys[];  /* listeners.c */
extern const struct mrl_key mrl_api_keys[];       /* apis.c */
extern const struct mrl_key mrl_operation_keys[]; /* operations.c */
extern const struct mrl_key mrl_upstream_keys[];  /* upstream.c */
extern const struct mrl_key mrl_exemption_keys[]; /* exemptions.c */
extern const struct mrl_key mrl_limits_keys[];    /* limits.c */
extern const struct mrl_key mrl_issuer_keys[];    /* issuers.c */
extern const struct mrl_key mrl_mode_keys[];      /* layers.c: beside a control's own */

MRL_CHECKED enum mrl_err mrl_load_listeners(struct mrl_loader *loader, const struct mrl_node *node);
MRL_CHECKED enum mrl_err mrl_load_limits(struct mrl_loader *loader, const struct mrl_node *node);
MRL_CHECKED enum mrl_err mrl_load_issuers(struct mrl_loader *loader, const struct mrl_node *node);
MRL_CHECKED enum mrl_err mrl_load_tls(struct mrl_loader *loader, const struct mrl_node *node);
MRL_CHECKED enum mrl_err mrl_load_apis(struct mrl_loader *loader, const struct mrl_node *node);
MRL_CHECKED enum mrl_err mrl_load_upstream(struct mrl_loader *loader, const struct mrl_node *node,
                                           struct mrl_upstream *ret_upstream);
/* The `operations` of each API, once its document is known. */
MRL_CHECKED enum mrl_err mrl_load_operations(struct mrl_loader *loader);
MRL_CHECKED enum mrl_err mrl_load_exemptions(struct mrl_loader *loader,
                                             const struct mrl_node *node);
/* Names, keys and values of one `controls` mapping (NULL: none), so that plans need not ask again.
 */
MRL_CHECKED enum mrl_err mrl_load_layer(struct mrl_loader *loader, const struct mrl_node *controls);
/* Hosts with their APIs and routers. */
MRL_CHECKED enum mrl_err mrl_load_hosts(struct mrl_loader *loader);
/* The plans of all operations, APIs and of no host. Only without errors so far. */
MRL_CHECKED enum mrl_err mrl_load_plans(struct mrl_loader *loader);

/* What requests and replies of the API's operations may carry, by its document and its plans. */
MRL_CHECKED enum mrl_err mrl_load_inputs(struct mrl_loader *loader, struct mrl_api *api);

/* By "METHOD /template", or NULL. */
const struct mrl_operation *mrl_operation_find(const struct mrl_api *api, struct mrl_slice name);
/* Tells that no operation has the name that stands at `node`; `api` NULL: none of all APIs. */
MRL_CHECKED enum mrl_err mrl_operation_unknown(struct mrl_loader *loader,
                                               const struct mrl_node *node,
                                               const struct mrl_api *api);

/*
 * Takes over findings that are not there yet: plans of many operations find the same. `err` is the
 * status that they came with: MRL_ERR_INVALID becomes MRL_OK, since reading goes on.
 */
MRL_CHECKED enum mrl_err mrl_findings_take(struct mrl_loader *loader,
                                           const struct mrl_diagnostics *findings,
                                           enum mrl_err err);

/* The exemption of that control for that operation, or NULL. */
const struct mrl_exemption *mrl_exemption_find(const struct mrl_policy *policy,
                                               enum mrl_control_id control,
                                               const struct mrl_operation *operation);

#endif
