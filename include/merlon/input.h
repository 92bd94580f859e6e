/*
 * What a request and a reply may carry by their API's document: parameters, bodies and replies,
 * compiled at load, judged on the call. All syntaxes (JSON, forms, multipart, parameters' styles)
 * end on one tape and are judged by one validator.
 *
 * The calls of one request, in this order: mrl_input_head, mrl_input_media, mrl_input_body; then
 * mrl_input_reply_head, mrl_input_reply_body. Each returns MRL_OK and leaves the fault's kind at
 * MRL_INPUT_NONE where all is well; any other kind is a refusal. Another status than MRL_OK is our
 * failure, and nothing is known of the request.
 */
#ifndef MERLON_INPUT_H
#define MERLON_INPUT_H

#include <merlon/openapi.h>
#include <merlon/schema.h>

enum mrl_input_place { MRL_IN_BODY, MRL_IN_PATH, MRL_IN_QUERY, MRL_IN_HEADER, MRL_IN_COOKIE };
#define MRL_IN_COUNT 5

enum mrl_style {
	MRL_STYLE_SIMPLE,
	MRL_STYLE_LABEL,
	MRL_STYLE_MATRIX,
	MRL_STYLE_FORM,
	MRL_STYLE_SPACE,
	MRL_STYLE_PIPE,
	MRL_STYLE_DEEP,
	MRL_STYLE_JSON, /* no style: `content` of a JSON type, or a form field that is JSON text */
	MRL_STYLE_TEXT, /* no style: `content` of text/plain */
};

enum mrl_parameter_shape { MRL_SHAPE_PRIMITIVE, MRL_SHAPE_ARRAY, MRL_SHAPE_OBJECT };

/* A property of an object parameter. */
struct mrl_parameter_member {
	struct mrl_slice name;
	uint8_t types; /* mask of mrl_json_kind: what a text may be read as */
};

/* A parameter of an operation, or a property of a form; also a header that a reply documents. */
struct mrl_parameter {
	struct mrl_slice name; /* header: lower case */
	enum mrl_input_place in;
	enum mrl_style style;
	enum mrl_parameter_shape shape;
	bool explode;
	bool required;
	bool allow_empty; /* query: the empty value passes unjudged */
	bool deprecated;
	struct mrl_slice content_type; /* of `content`, as written; empty: has a schema */
	uint8_t types;                 /* of the primitive, or of an array's items */
	const struct mrl_parameter_member *members; /* OBJECT */
	uint32_t member_count;
	uint8_t rest;                  /* OBJECT: of names that are not members; 0: refused */
	const struct mrl_node *node;   /* the Parameter Object, references followed */
	const struct mrl_node *schema; /* as written: may be a reference */
	struct mrl_slice site;         /* "api.yaml#/paths/~1pets/get/parameters/0/schema" */
	uint32_t entry;                /* of the program */
	uint16_t segment;              /* path: of the template, base path included */
	uint16_t part;                 /* path: which name of that segment */
};

/* What an operation's requests and replies are held to; the policy's keys of the same names. */
struct mrl_input_settings {
	struct mrl_json_limits json; /* its seed is not used: see mrl_input_call */
	uint32_t pairs;              /* 256: query pairs, form pairs, parts, cookies, each alone */
	bool label_dots;
	bool query_semicolon; /* `;` in a query is data */
	bool read_only_put;   /* PUT and PATCH may carry readOnly members */
	bool judge_replies;
	struct mrl_schema_caps body_caps;
	struct mrl_schema_caps parameter_caps;
	struct mrl_names opaque; /* media types that pass unjudged, lower case */
	const struct mrl_node
		*parameters_extra; /* a list of Parameter Objects beside the document's; or NULL */
	uint64_t ops_min;          /* 250,000 */
	uint32_t ops_per_byte;     /* 64 */
	uint32_t regex_steps;      /* 1,000,000 per request */
};
#define MRL_INPUT_SETTINGS                                                                        \
	((struct mrl_input_settings){                                                             \
		.json = MRL_JSON_LIMITS,                                                          \
		.pairs = 256,                                                                     \
		.body_caps = {.string_chars = 4096, .array_items = 10000, .object_members = 256}, \
		.parameter_caps = {.string_chars = 1024,                                          \
	                           .array_items = 256,                                            \
	                           .object_members = 256},                                        \
		.ops_min = 250000,                                                                \
		.ops_per_byte = 64,                                                               \
		.regex_steps = 1000000})

struct mrl_input_options {
	struct mrl_files files; /* schemas in files beside the document */
	/* Dialect, world, direction, caps and sources of the documents are put in here; the rest
	 * (bounds_required, free_form, numbers, ...) is as given. `sources`: the policy's
	 * `schemas`.
	 */
	struct mrl_schema_options schema;
	/* Of one operation; NULL: MRL_INPUT_SETTINGS for all. What it returns is borrowed for the
	 * life of the inputs. */
	const struct mrl_input_settings *(*settings)(void *host,
	                                             const struct mrl_operation *operation);
	void *host;
};

struct mrl_inputs; /* of an API document */
struct mrl_input;  /* of an operation */

/*
 * All operations of a document that mrl_openapi_load read (it and its arena must live on). Findings
 * (oa-param, oa-style, oa-param-collision, oa-media-unjudged, oa-media-wild, oa-any, and what the
 * schemas bring) go to `diagnostics`; MRL_ERR_INVALID if one is an error.
 */
MRL_CHECKED enum mrl_err mrl_input_compile(const struct mrl_input_options *options,
                                           struct mrl_api_document *document,
                                           struct mrl_arena *arena,
                                           struct mrl_diagnostics *diagnostics,
                                           const struct mrl_inputs **ret_inputs);

/* Never NULL for an operation of that document. */
const struct mrl_input *mrl_input_of(const struct mrl_inputs *inputs,
                                     const struct mrl_operation *operation);
/* NULL at the end; path, query, header, cookie, in that order. */
const struct mrl_parameter *mrl_input_parameter(const struct mrl_input *input, uint32_t index);
/* What requests may carry without bound, summed over parameters and bodies: the load report. */
void mrl_input_counts(const struct mrl_input *input, struct mrl_schema_counts *ret_counts);
/* The media types whose bodies pass by type and size alone, in order; empty at the end. */
struct mrl_slice mrl_input_opaque(const struct mrl_input *input, uint32_t index);
/* Of all operations; NULL where replies are not judged. */
const struct mrl_program *mrl_inputs_program(const struct mrl_inputs *inputs,
                                             enum mrl_direction direction);

enum mrl_input_kind {
	MRL_INPUT_NONE,
	MRL_INPUT_TARGET,          /* input-target: a `;` where no matrix parameter is */
	MRL_INPUT_PARAMETER,       /* input-parameter */
	MRL_INPUT_MEDIA_TYPE,      /* input-media-type */
	MRL_INPUT_CODING,          /* input-media-type, with Accept-Encoding: identity */
	MRL_INPUT_BODY_UNEXPECTED, /* input-body-unexpected */
	MRL_INPUT_BODY_MISSING,    /* input-body-missing */
	MRL_INPUT_SYNTAX,          /* input-syntax: no value could be read */
	MRL_INPUT_INVALID,         /* input-invalid: schema, closed world, cap */
	MRL_INPUT_TOO_COMPLEX,     /* input-too-complex: the allowance is used up */
	MRL_INPUT_REPLY,           /* reply-invalid */
};

/* Why a call is refused. Nothing in it is a value that was received; texts live as long as the
 * call's arena and the inputs. */
struct mrl_input_fault {
	enum mrl_input_kind kind;
	enum mrl_input_place in;
	struct mrl_slice name;    /* parameter; empty: none. As received where it is undeclared */
	struct mrl_slice pointer; /* INVALID, PARAMETER: into the value; "" is its root */
	struct mrl_slice keyword; /* "maximum", "undeclared", "missing", "name-repeated", ... */
	uint32_t line, column;    /* SYNTAX: from 1; 0: not known */
	bool capped;              /* a cap of ours refused, not the document */
	struct mrl_slice site;    /* "api.yaml#/components/schemas/Pet/..."; may be empty */
	/* For the record: `pointer` with "*" for each name that no schema declares, and `name`
	 * likewise. */
	struct mrl_slice location;
	struct mrl_slice location_name;
};

/* How a body is read. */
enum mrl_input_reading {
	MRL_READING_NONE, /* no body, or none that is judged */
	MRL_READING_JSON,
	MRL_READING_FORM,
	MRL_READING_MULTIPART,
	MRL_READING_TEXT,
	MRL_READING_OPAQUE, /* by type and size alone: need not be held */
};

/* A value that was judged, for rules that compare it: never parsed again. */
struct mrl_input_value {
	enum mrl_input_place in;
	struct mrl_slice name;
	struct mrl_json_doc doc; /* typed; the root is its first node */
};

struct mrl_input_media;

/* One request on its way. The first part is the caller's, the second is written by the functions
 * below and zero at first. */
struct mrl_input_call {
	const struct mrl_input *input;
	const struct mrl_view *view;
	const struct mrl_target *target;
	struct mrl_arena *arena;          /* of the request */
	const uint8_t *seed;              /* 16 bytes, random, of this process */
	const struct mrl_json_scan *scan; /* mrl_json_scan_best */

	enum mrl_input_reading reading; /* of the body; after mrl_input_reply_head of the reply's */
	const struct mrl_input_media *media;
	struct mrl_slice boundary; /* MULTIPART */
	uint64_t steps;            /* taken so far */
	uint32_t regex_steps;
	struct mrl_input_value *values; /* parameters that came, in the order judged */
	uint32_t value_count;
	struct mrl_json_doc body; /* judged; no nodes: none */
};

/*
 * Path, query, header, cookie parameters, in that order [INPUT-1 INPUT-2 INPUT-3]. A target parsed
 * with MRL_TARGET_MATRIX may hold `;`, which is judged here.
 */
MRL_CHECKED enum mrl_err mrl_input_head(struct mrl_input_call *call,
                                        struct mrl_input_fault *ret_fault);
/* Body or none, its type, charset and coding [INPUT-4]. Sets `reading` and `media`. Its size is the
 * caller's. */
MRL_CHECKED enum mrl_err mrl_input_media(struct mrl_input_call *call,
                                         struct mrl_input_fault *ret_fault);
/* The whole body, for any `reading` but NONE and OPAQUE (then nothing is done). */
MRL_CHECKED enum mrl_err mrl_input_body(struct mrl_input_call *call, struct mrl_slice body,
                                        struct mrl_input_fault *ret_fault);
/* Status, Content-Type, headers of a reply [INPUT-1 ERR-1]; `reading` says how its body is then
 * judged: NONE: not at all (HEAD, 204, 304, nothing documented to be judged). Kind REPLY. */
MRL_CHECKED enum mrl_err mrl_input_reply_head(struct mrl_input_call *call,
                                              const struct mrl_reply *reply,
                                              struct mrl_input_fault *ret_fault);
MRL_CHECKED enum mrl_err mrl_input_reply_body(struct mrl_input_call *call, struct mrl_slice body,
                                              struct mrl_input_fault *ret_fault);

/*
 * One entry of a problem's `errors`: {"in":"body","pointer":"/items/3/qty","keyword":"maximum"},
 * {"in":"query","name":"limit","pointer":"","keyword":"type"},
 * {"in":"body","line":1,"column":17,"keyword":"name-repeated"}. A name of more than 256 bytes is
 * cut, a pointer cut to that of a whole parent. Nothing for faults without keyword.
 */
void mrl_input_fault_write(struct mrl_buffer *buffer, const struct mrl_input_fault *fault);
#define MRL_INPUT_TEXT_MAX 256

#endif
