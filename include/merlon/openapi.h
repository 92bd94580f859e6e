/*
 * What an OpenAPI 3.0 or 3.1 document says of its operations, and the router over their paths.
 */
#ifndef MERLON_OPENAPI_H
#define MERLON_OPENAPI_H

#include <merlon/document.h>
#include <merlon/http.h>

/* Reads the files that a document or policy names; `path` is relative to nothing but the host. */
struct mrl_files {
	/* The whole file into the arena. MRL_ERR_NOT_FOUND, MRL_ERR_IO (errno says), MRL_ERR_LIMIT.
	 */
	enum mrl_err (*read)(void *host, struct mrl_slice path, size_t bytes_max,
	                     struct mrl_arena *arena, struct mrl_slice *ret_text);
	void *host;
};

struct mrl_names {
	struct mrl_slice *items;
	uint32_t count;
};

/* One documented reply of an operation. */
struct mrl_documented_reply {
	uint16_t status;          /* 200; 4 for "4XX"; 0 for "default" */
	struct mrl_names types;   /* media types, lower case, without parameters; may be ranges */
	struct mrl_names headers; /* lower case */
};

struct mrl_api;
struct mrl_plan;

struct mrl_operation {
	enum mrl_method method;
	struct mrl_slice id;            /* operationId, else "GET /v1/users/{id}" */
	struct mrl_slice name;          /* always "GET /users/{id}", template as in the document */
	struct mrl_slice template_path; /* with the base path: "/v1/users/{id}" */
	const struct mrl_node *node;    /* the Operation Object */
	bool has_body;                  /* a requestBody is documented */
	bool body_required;
	bool secured;                 /* `security` asks for something */
	bool authorization;           /* a scheme http, oauth2 or openIdConnect */
	struct mrl_slice *scope_sets; /* of `security`: lists with blanks, all of one suffice */
	uint32_t scope_set_count;     /* 0: a token without scopes suffices */
	bool html;                    /* documents a text/html or application/xhtml+xml reply */
	struct mrl_names
		header_parameters; /* lower case; without Accept, Content-Type, Authorization */
	struct mrl_names api_key_headers; /* lower case */
	struct mrl_names body_types;
	struct mrl_documented_reply *replies;
	uint32_t reply_count;
	struct mrl_names texts;      /* examples, defaults, descriptions: see reply_leak's guard */
	const struct mrl_plan *plan; /* set by the policy */
	const struct mrl_api *api;   /* set by the policy */
};

/* A path template with its operations. */
struct mrl_path {
	struct mrl_slice template_path;                     /* with the base path */
	const struct mrl_node *node;                        /* the Path Item */
	struct mrl_operation *operations[MRL_METHOD_COUNT]; /* by method; HEAD may be GET's */
	struct mrl_slice allow;      /* "GET, HEAD, POST, OPTIONS" (RFC 9110 10.2.1) */
	struct mrl_slice allow_cors; /* the same without OPTIONS */
	const struct mrl_api *api;   /* set by the policy */
};

struct mrl_oas_file;

struct mrl_api_document {
	const struct mrl_oas_file *files; /* all that were read, for mrl_input_compile */
	struct mrl_slice file;
	struct mrl_slice title, version; /* info.title, info.version */
	struct mrl_slice version_openapi;
	struct mrl_slice base_path; /* from `servers`, without a final '/'; "" for the root */
	struct mrl_path *paths;
	uint32_t path_count;
	struct mrl_operation *operations;
	uint32_t operation_count;
};

struct mrl_openapi_options {
	struct mrl_files files;
	struct mrl_slice base_path; /* replaces the document's; {NULL, 0}: not given */
	bool base_path_given;
	struct mrl_document_limits limits;
	uint32_t files_max; /* documents reached by $ref: 256 */
};

/*
 * OpenAPI 3.0.x and 3.1.x, YAML or JSON, local `$ref` and `$ref` to files beside it (relative to
 * the file that holds the reference, never above the folder of the first one, never a URL). All
 * findings are reported, not only the first. MRL_ERR_INVALID if one of them is an error.
 */
MRL_CHECKED enum mrl_err mrl_openapi_load(const struct mrl_openapi_options *options,
                                          struct mrl_slice file, struct mrl_arena *arena,
                                          struct mrl_diagnostics *diagnostics,
                                          struct mrl_api_document **ret_document);

/* Per host, over all APIs of that host. Immutable once built. */
struct mrl_router;

struct mrl_router_input {
	struct mrl_path *const *paths;
	uint32_t count;
};

/*
 * Two templates equal up to parameter names, two that can match one path with neither all literal
 * on the segment where they differ and no rule to choose, the same (path, method) in two APIs, a
 * path under /.merlon/: diagnostics naming both places, MRL_ERR_INVALID.
 */
MRL_CHECKED enum mrl_err mrl_router_new(const struct mrl_router_input *input,
                                        struct mrl_arena *arena,
                                        struct mrl_diagnostics *diagnostics,
                                        const struct mrl_router **ret_router);

/*
 * The path of the decoded segments, or NULL. Per segment a literal before a template, going back
 * where the literal branch has no leaf; a template takes one segment that is not empty. Bounded:
 * visits at most a fixed number of branches, proportional to the segments. No allocation.
 */
const struct mrl_path *mrl_router_find(const struct mrl_router *router,
                                       const struct mrl_target *target);

#endif
