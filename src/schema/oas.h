/*
 * Loading OpenAPI documents: what its files share.
 *
 * Two passes. The first (oas_check.c) walks everything that is an OpenAPI object, follows every
 * reference and says all that is wrong. The second takes operations out and is quiet where the
 * first has spoken; it reads a broken document without harm, so that one load reports everything.
 */
#ifndef MRL_SCHEMA_OAS_H
#define MRL_SCHEMA_OAS_H

#include <merlon/openapi.h>

#include "template.h"

/* The objects of the specification, and what else a field may hold. */
enum mrl_oas_type {
	MRL_OAS_NONE,
	MRL_OAS_ANY,
	MRL_OAS_STRING,
	MRL_OAS_BOOL,
	MRL_OAS_SCHEMA,
	MRL_OAS_ROOT,
	MRL_OAS_INFO,
	MRL_OAS_CONTACT,
	MRL_OAS_LICENSE,
	MRL_OAS_SERVER,
	MRL_OAS_SERVER_VARIABLE,
	MRL_OAS_COMPONENTS,
	MRL_OAS_PATHS,
	MRL_OAS_PATH_ITEM,
	MRL_OAS_OPERATION,
	MRL_OAS_EXTERNAL_DOCS,
	MRL_OAS_PARAMETER,
	MRL_OAS_REQUEST_BODY,
	MRL_OAS_MEDIA_TYPE,
	MRL_OAS_ENCODING,
	MRL_OAS_RESPONSES,
	MRL_OAS_RESPONSE,
	MRL_OAS_CALLBACK,
	MRL_OAS_EXAMPLE,
	MRL_OAS_LINK,
	MRL_OAS_HEADER,
	MRL_OAS_TAG,
	MRL_OAS_SECURITY_SCHEME,
	MRL_OAS_OAUTH_FLOWS,
	MRL_OAS_OAUTH_FLOW,
	MRL_OAS_SECURITY_REQUIREMENT,
	MRL_OAS_TYPE_COUNT
};

enum mrl_oas_shape { MRL_OAS_ONE, MRL_OAS_LIST, MRL_OAS_MAP };

enum mrl_oas_field_flag {
	MRL_OAS_REQUIRED = 1 << 0,
	MRL_OAS_REQUIRED_30 = 1 << 1, /* not in 3.1 */
	MRL_OAS_ONLY_31 = 1 << 2,
};

struct mrl_oas_field {
	const char *name;
	enum mrl_oas_type type;
	enum mrl_oas_shape shape;
	unsigned flags;
};

struct mrl_oas_object {
	const char *title; /* "a Parameter Object" */
	bool ref;          /* may be a Reference Object */
	const struct mrl_oas_field *fields;
	size_t field_count;
};

/* By enum mrl_oas_type; rows without fields are values, or maps that oas_check.c knows. */
extern const struct mrl_oas_object mrl_oas_objects[MRL_OAS_TYPE_COUNT];

/* One document; `document` is NULL if it could not be read, which has been said. */
struct mrl_oas_file {
	struct mrl_oas_file *next;
	struct mrl_slice path;
	const struct mrl_document *document;
	uint8_t *types; /* per node: what the first pass took it for */
};

struct mrl_oas_work;
struct mrl_oas_draft;
struct mrl_oas_id;

struct mrl_oas_load {
	const struct mrl_openapi_options *options;
	struct mrl_document_limits limits;
	struct mrl_arena *arena;
	struct mrl_arena scratch; /* gone when the load ends */
	struct mrl_diagnostics *diagnostics;
	struct mrl_slice folder; /* of the first document, with its final '/'; may be empty */
	struct mrl_oas_file *files;
	uint32_t file_count;
	const struct mrl_node *root;
	bool v31;
	struct mrl_oas_work *work;    /* references whose targets are to be checked */
	struct mrl_names base_paths;  /* of the root's servers */
	struct mrl_oas_draft *drafts; /* paths found, last first */
	struct mrl_oas_id *ids[256];  /* operationIds seen, by hash */
	struct mrl_api_document *api;
};

/* A list that grows in the scratch arena and ends as an array in the other. */
struct mrl_oas_list {
	struct mrl_oas_item *first;
	struct mrl_oas_item *last;
	uint32_t count;
};

MRL_CHECKED enum mrl_err mrl_oas_list_add(struct mrl_oas_load *load, struct mrl_oas_list *list,
                                          struct mrl_slice text);
/* Only if it is not there yet. */
MRL_CHECKED enum mrl_err mrl_oas_list_add_once(struct mrl_oas_load *load, struct mrl_oas_list *list,
                                               struct mrl_slice text);
bool mrl_oas_list_has(const struct mrl_oas_list *list, struct mrl_slice text);
MRL_CHECKED enum mrl_err mrl_oas_list_end(struct mrl_oas_load *load,
                                          const struct mrl_oas_list *list,
                                          struct mrl_names *ret_names);
/* ASCII lower case, in the arena. */
MRL_CHECKED enum mrl_err mrl_oas_lower(struct mrl_oas_load *load, struct mrl_slice text,
                                       struct mrl_slice *ret_lower);

/*
 * The file of that path, read when it is first asked for. `from` is who asks, NULL for the first
 * file. MRL_OK with a file without document: it is unreadable, and that is said once.
 */
MRL_CHECKED enum mrl_err mrl_oas_file(struct mrl_oas_load *load, struct mrl_slice path,
                                      const struct mrl_node *from, struct mrl_oas_file **ret_file);
struct mrl_oas_file *mrl_oas_file_of(const struct mrl_oas_load *load, const struct mrl_node *node);

/* Whether nothing of that code was said of that place: what many operations share is said once. */
bool mrl_oas_is_new(const struct mrl_oas_load *load, const char *code, const struct mrl_node *node);

/* Whether the node is an object with a `$ref` that is a string. */
bool mrl_oas_is_ref(const struct mrl_node *node);
/*
 * What a `$ref` leads to in one step; NULL if nothing (MRL_OK), with a finding unless `quiet`.
 */
MRL_CHECKED enum mrl_err mrl_oas_ref_step(struct mrl_oas_load *load, const struct mrl_node *node,
                                          bool quiet, const struct mrl_node **ret_target);
/* The object itself, or what its chain of references ends at; NULL if it ends nowhere. Quiet. */
MRL_CHECKED enum mrl_err mrl_oas_resolve(struct mrl_oas_load *load, const struct mrl_node *node,
                                         const struct mrl_node **ret_target);

/* The first pass over the whole document and all that it refers to. */
MRL_CHECKED enum mrl_err mrl_oas_check(struct mrl_oas_load *load);

/* The base paths of a `servers` list, without final '/', each once; `servers` NULL or empty: "". */
MRL_CHECKED enum mrl_err mrl_oas_base_paths(struct mrl_oas_load *load,
                                            const struct mrl_node *servers,
                                            struct mrl_names *ret_paths);

/* An operation as found, before there are arrays. */
struct mrl_oas_draft {
	struct mrl_oas_draft *next;
	struct mrl_slice base_path;
	const struct mrl_node *key;  /* in `paths` */
	const struct mrl_node *item; /* the Path Item, references followed */
	const struct mrl_node *operations[MRL_METHOD_COUNT];
	bool twin; /* one of several from the same key */
};

MRL_CHECKED enum mrl_err mrl_oas_paths(struct mrl_oas_load *load);

/* What the parts of an operation are read from. */
struct mrl_oas_source {
	struct mrl_slice path; /* the key in `paths` */
	const struct mrl_node *item;
	const struct mrl_node *operation;
	enum mrl_method method;
};

MRL_CHECKED enum mrl_err mrl_oas_operation(struct mrl_oas_load *load,
                                           const struct mrl_oas_source *source,
                                           struct mrl_operation *ret_operation);
MRL_CHECKED enum mrl_err mrl_oas_parameters(struct mrl_oas_load *load,
                                            const struct mrl_oas_source *source,
                                            struct mrl_operation *operation);
/* Those of the Path Item, against its template, once for all its operations. */
MRL_CHECKED enum mrl_err mrl_oas_path_parameters(struct mrl_oas_load *load,
                                                 const struct mrl_node *key,
                                                 const struct mrl_node *item);
MRL_CHECKED enum mrl_err mrl_oas_security(struct mrl_oas_load *load,
                                          const struct mrl_oas_source *source,
                                          struct mrl_operation *operation);
MRL_CHECKED enum mrl_err mrl_oas_replies(struct mrl_oas_load *load,
                                         const struct mrl_oas_source *source,
                                         struct mrl_operation *operation);
/* The keys of a `content` map as media types: lower case, without parameters, each once. */
MRL_CHECKED enum mrl_err mrl_oas_media_types(struct mrl_oas_load *load,
                                             const struct mrl_node *content,
                                             struct mrl_names *ret_types);
MRL_CHECKED enum mrl_err mrl_oas_texts(struct mrl_oas_load *load,
                                       const struct mrl_oas_source *source,
                                       struct mrl_operation *operation);

#endif
