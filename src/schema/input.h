/*
 * Inputs of operations: what compiling makes and judging reads. Compiling is cold and says all it
 * finds; judging is hot, borrows, and allocates in the request's arena alone.
 */
#ifndef MRL_SCHEMA_INPUT_H
#define MRL_SCHEMA_INPUT_H

#include <merlon/input.h>

#include "oas.h"

/* In the masks of this folder NUMBER always comes with INTEGER: then union and intersection of
 * types are those of bits. */
#define MRL_TYPES_NUMBER    (MRL_JSON_KIND_NUMBER | MRL_JSON_KIND_INTEGER)
#define MRL_TYPES_PRIMITIVE (MRL_TYPES_NUMBER | MRL_JSON_KIND_BOOL | MRL_JSON_KIND_STRING)
#define MRL_TYPES_ALL \
	(MRL_TYPES_PRIMITIVE | MRL_JSON_KIND_NULL | MRL_JSON_KIND_ARRAY | MRL_JSON_KIND_OBJECT)

/* What a schema says in place of the values that it admits, through references and branches. */
struct mrl_shape_member {
	struct mrl_slice name;
	const struct mrl_node *schema; /* the first that was found */
	uint8_t types;
};

struct mrl_shape {
	uint8_t types;
	bool any;                     /* it says nothing */
	const struct mrl_node *items; /* the first that was found; NULL: none */
	struct mrl_shape_member *members;
	uint32_t member_count;
	bool open;                          /* names beside the members are declared */
	const struct mrl_node *rest_schema; /* of these, if one schema says it */
	bool binary;                        /* format binary, or a content type that is not JSON */
	bool content_json;                  /* contentMediaType application/json */
	const struct mrl_node *content_schema;
	uint64_t min_length, max_length; /* 0, UINT64_MAX: not said */
};

MRL_CHECKED enum mrl_err mrl_shape_of(struct mrl_oas_load *load, const struct mrl_node *schema,
                                      struct mrl_shape *ret_shape);

/* A name that a place accepts, and whose it is. */
#define MRL_CLAIM_WHOLE UINT16_MAX
struct mrl_input_claim {
	struct mrl_slice name;
	uint16_t field;
	uint16_t member; /* MRL_CLAIM_WHOLE: the parameter itself */
};

/* The parameters of one place, or the fields of a form. */
struct mrl_input_fields {
	struct mrl_parameter *items;
	uint32_t count;
	struct mrl_input_claim *claims;
	uint32_t claim_count;
};

struct mrl_media_range {
	struct mrl_slice whole; /* as written */
	struct mrl_slice type;  /* lower case; "*": any */
	struct mrl_slice subtype;
	struct mrl_pair *parameters; /* which must be there with that value; names lower case */
	uint32_t parameter_count;
};

/* A property as a part of a multipart body, beside its field. */
struct mrl_input_part {
	struct mrl_media_range *types; /* expected; none: any */
	uint32_t type_count;
	enum mrl_input_reading reading; /* of an item where the property is an array */
	uint64_t min_bytes, max_bytes;  /* OPAQUE: of the content */
	bool has_content_entry;         /* a string that is JSON text, by its contentSchema */
	uint32_t content_entry;
	struct mrl_input_fields headers; /* documented by `encoding` */
};

#define MRL_NO_ENTRY UINT32_MAX

struct mrl_input_media {
	struct mrl_media_range range;
	uint8_t rank; /* how near its key is to what it takes: 1 any, 2 any of a type, 3 exact */
	enum mrl_input_reading reading;
	uint8_t types; /* TEXT */
	uint32_t entry;
	struct mrl_slice site;
	struct mrl_input_fields fields; /* FORM, MULTIPART */
	struct mrl_input_part *parts;   /* MULTIPART: by field */
	bool unjudged;                  /* of a reply: documented, but no schema can judge it */
	bool open;                      /* names beside the fields are declared: typed by `rest` */
	struct mrl_parameter rest;
	struct mrl_input_part rest_part;
};

struct mrl_input_medias {
	struct mrl_input_media *items;
	uint32_t count;
};

struct mrl_input_reply {
	uint16_t status; /* as in struct mrl_documented_reply */
	struct mrl_input_fields headers;
	struct mrl_input_medias medias;
};

struct mrl_input {
	const struct mrl_inputs *inputs;
	const struct mrl_input_settings *settings;
	const struct mrl_operation *operation;
	const struct mrl_program *program;
	struct mrl_input_fields places[MRL_IN_COUNT];
	struct mrl_template path;
	bool has_body;
	bool body_required;
	struct mrl_input_medias medias;
	struct mrl_input_reply *replies;
	uint32_t reply_count;
	uint8_t group;
};

enum mrl_input_group { MRL_GROUP_REQUEST, MRL_GROUP_PUT, MRL_GROUP_REPLY };
#define MRL_GROUP_COUNT 3

struct mrl_inputs {
	const struct mrl_api_document *document;
	struct mrl_input *items; /* by operation */
	uint32_t count;
	const struct mrl_program *programs[MRL_GROUP_COUNT];
	struct mrl_input_settings defaults;
	const struct mrl_slice *known; /* names of properties and parameters: a hash table */
	uint32_t known_mask;
};

/* Fills `known` from all documents that were read. */
MRL_CHECKED enum mrl_err mrl_inputs_learn(const struct mrl_oas_file *files, struct mrl_arena *arena,
                                          struct mrl_inputs *inputs);
bool mrl_inputs_know(const struct mrl_inputs *inputs, struct mrl_slice name);

/* Schemas that are to be entries of one program. */
struct mrl_input_entries {
	struct mrl_schema_entry *items;
	uint32_t count, capacity;
	uint32_t *slots; /* 1 + index, by hash of the node */
	uint32_t slot_mask;
};

/* The URI by which schemas know a document. */
struct mrl_input_source {
	struct mrl_input_source *next;
	const struct mrl_document *document;
	struct mrl_slice uri;
};

struct mrl_input_load {
	struct mrl_oas_load oas;
	struct mrl_openapi_options openapi;
	struct mrl_input_source *sources;
	uint32_t source_count;
	const struct mrl_input_options *options;
	struct mrl_inputs *inputs;
	struct mrl_input *input; /* the operation's that is being compiled */
	enum mrl_input_group group;
	struct mrl_input_entries entries[MRL_GROUP_COUNT];
};

/* The number of the entry for that schema in the current group; the same for the same schema. */
MRL_CHECKED enum mrl_err mrl_input_entry(struct mrl_input_load *load, const struct mrl_node *schema,
                                         bool is_parameter, uint32_t *ret_entry);
/* The URI of a document; a new one for a document that is not known yet. */
MRL_CHECKED enum mrl_err mrl_input_uri(struct mrl_input_load *load,
                                       const struct mrl_document *document,
                                       struct mrl_slice *ret_uri);
/* The programs of all groups; MRL_ERR_INVALID after findings. */
MRL_CHECKED enum mrl_err mrl_input_programs(struct mrl_input_load *load);
/* "file#/pointer" of a node. */
MRL_CHECKED enum mrl_err mrl_input_site(struct mrl_input_load *load, const struct mrl_node *node,
                                        struct mrl_slice *ret_site);
/* Once a place: what many operations share is said once. `load` is evaluated often. */
#define mrl_input_say(load, severity, code, node, hint, ...)                                 \
	(mrl_oas_is_new(&(load)->oas, (code), (node))                                        \
	         ? mrl_diagnose((load)->oas.diagnostics, (severity), (code), (node), (hint), \
	                        __VA_ARGS__)                                                 \
	         : (void)0)

/* Style, explode and shape of a parameter with `schema`, or of a form's field by its Encoding
 * Object (`object` may be NULL). What the specification does not define is oa-style. */
MRL_CHECKED enum mrl_err mrl_style_compile(struct mrl_input_load *load,
                                           const struct mrl_node *object,
                                           struct mrl_parameter *parameter);
/* The claims of the fields, oa-param-collision where two claim one name. */
MRL_CHECKED enum mrl_err mrl_input_claims(struct mrl_input_load *load,
                                          struct mrl_input_fields *fields);
/* All parameters of the operation, by place. */
MRL_CHECKED enum mrl_err mrl_input_parameters(struct mrl_input_load *load,
                                              const struct mrl_node *item);
/* A map of Header Objects. */
MRL_CHECKED enum mrl_err mrl_input_headers(struct mrl_input_load *load, const struct mrl_node *map,
                                           struct mrl_input_fields *ret_fields);
/* A `content` map. */
MRL_CHECKED enum mrl_err mrl_input_medias(struct mrl_input_load *load,
                                          const struct mrl_node *content,
                                          struct mrl_input_medias *ret_medias);
MRL_CHECKED enum mrl_err mrl_input_form(struct mrl_input_load *load, const struct mrl_node *media,
                                        const struct mrl_node *schema,
                                        struct mrl_input_media *ret_media);
MRL_CHECKED enum mrl_err mrl_input_replies(struct mrl_input_load *load);
/* A media type or range; false: malformed. Copies in lower case. */
MRL_CHECKED enum mrl_err mrl_media_range_parse(struct mrl_input_load *load, struct mrl_slice text,
                                               struct mrl_media_range *ret_range, bool *ret_good);
bool mrl_media_range_is_json(const struct mrl_media_range *range);
bool mrl_media_range_is(const struct mrl_media_range *range, const char *type, const char *subtype);
/* Without parameters. */
bool mrl_media_range_has(const struct mrl_media_range *range, const struct mrl_media_type *type);

#endif
