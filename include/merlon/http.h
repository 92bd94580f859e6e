/*
 * A request and a reply as Merlon sees them: borrowed slices that the adapter fills in, and the
 * parsers over them. Nothing here copies what it does not have to decode.
 */
#ifndef MERLON_HTTP_H
#define MERLON_HTTP_H

#include <merlon/base.h>

/* The numbers stand in audit records (key 3): only ever append. */
enum mrl_method {
	MRL_METHOD_OTHER = 0,
	MRL_METHOD_GET = 1,
	MRL_METHOD_HEAD = 2,
	MRL_METHOD_POST = 3,
	MRL_METHOD_PUT = 4,
	MRL_METHOD_PATCH = 5,
	MRL_METHOD_DELETE = 6,
	MRL_METHOD_OPTIONS = 7,
	MRL_METHOD_QUERY = 8,
	MRL_METHOD_TRACE = 9,
	MRL_METHOD_CONNECT = 10,
};
#define MRL_METHOD_COUNT 11

/* Exact bytes, case counts (RFC 9110 9.1). */
enum mrl_method mrl_method_of(struct mrl_slice name);
/* "GET"; empty for MRL_METHOD_OTHER. */
struct mrl_slice mrl_method_name(enum mrl_method method);

/* The reason phrase of IANA's registry; empty for a status that is not registered. */
struct mrl_slice mrl_status_phrase(uint16_t status);

/*
 * Field names that some control cares for, from fields.def: MRL_FIELD_HOST, MRL_FIELD_ORIGIN, ...
 * MRL_FIELD_UNKNOWN is 0.
 */
enum mrl_field_id {
	MRL_FIELD_UNKNOWN = 0,
#define MRL_FIELD(id, name, flags) MRL_FIELD_##id,
#include <merlon/fields.def>
#undef MRL_FIELD
	MRL_FIELD_COUNT
};

/* What a field name is known for. */
enum mrl_field_flag {
	MRL_FIELD_ONCE = 1 << 0,     /* request: a second one is refused */
	MRL_FIELD_HOP = 1 << 1,      /* request: never forwarded */
	MRL_FIELD_IDENTITY = 1 << 2, /* request: says who the caller is; only Merlon may say that */
	MRL_FIELD_OVERRIDE = 1 << 3, /* request: overrides method or target; refused */
	MRL_FIELD_H1_ONCE = 1 << 4,  /* request: once in HTTP/1.x (HTTP/2 splits it lawfully) */
	MRL_FIELD_LEAK = 1 << 5,     /* reply: tells of the upstream; removed */
	MRL_FIELD_PRESET = 1 << 6,   /* reply: the security preset owns this name */
	MRL_FIELD_CACHE = 1 << 7,    /* reply: removed beside `no-store` */
};

struct mrl_field {
	struct mrl_slice name; /* lower case */
	struct mrl_slice value;
	void *host;     /* the adapter's own, NULL for fields that Merlon adds */
	uint16_t id;    /* enum mrl_field_id */
	uint16_t flags; /* enum mrl_field_flag */
	bool drop;      /* not forwarded, whatever the direction */
};

/* Fills id and flags from the lower-case name: fields.def, and the families of names (`x-envoy-*`)
 * of src/http/families.def, whose members have flags but mostly no id. Any bytes are a name. */
void mrl_field_classify(struct mrl_field *field);

#define MRL_FIELD_NAME_MAX 64

/* [A-Za-z0-9-]{1,64} */
bool mrl_field_name_valid(struct mrl_slice name);
/* No byte below 0x20 but HTAB, and no 0x7F. Empty is valid. */
bool mrl_field_value_valid(struct mrl_slice value);

/* IPv4 and IPv6; size 0: no address (a Unix socket). */
struct mrl_ip {
	uint8_t bytes[16];
	uint8_t size; /* 0, 4 or 16 */
};

#define MRL_IP_TEXT_MAX 46

/* From 4 or 16 bytes in network order, as a socket gives them: ::ffff:0:0/96 and 64:ff9b::/96
 * become IPv4. Any other size: no address. */
struct mrl_ip mrl_ip_make(const uint8_t *bytes, size_t size);
/* Numeric forms only, no port; mapped as by mrl_ip_make; a zone id goes. */
bool mrl_ip_parse(struct mrl_slice text, struct mrl_ip *ret_ip);
/* RFC 5952 text. */
struct mrl_slice mrl_ip_text(const struct mrl_ip *ip, uint8_t memory[MRL_IP_TEXT_MAX]);
bool mrl_ip_equal(const struct mrl_ip *a, const struct mrl_ip *b);

struct mrl_cidr {
	struct mrl_ip ip;
	uint8_t bits;
};

/* "10.0.0.0/8"; a lone address is /32 or /128. False: host bits set, a zone, an IPv6 block inside
 * the two that become IPv4 (write it as IPv4). */
bool mrl_cidr_parse(struct mrl_slice text, struct mrl_cidr *ret_cidr);
bool mrl_cidr_has(const struct mrl_cidr *cidr, const struct mrl_ip *ip);

/* Where a listener learns whose call it is: exactly one source. */
enum mrl_ip_source {
	MRL_IP_PEER = 0,
	MRL_IP_PROXY_PROTOCOL, /* the adapter has put the address that PROXY told into view->peer */
	MRL_IP_X_FORWARDED_FOR,
	MRL_IP_FORWARDED, /* RFC 7239 */
};

struct mrl_ip_rules {
	enum mrl_ip_source source;
	bool trusted_unix; /* a peer without address (a Unix socket) is a trusted proxy */
	const struct mrl_cidr *trusted;
	size_t trusted_count;
};

#define MRL_VIA_MAX         4
#define MRL_IP_ELEMENTS_MAX 32

struct mrl_client_ip {
	struct mrl_ip ip; /* whose call it is; size 0: an untrusted Unix socket */
	struct mrl_ip
		via[MRL_VIA_MAX]; /* the trusted proxies, ours first; more than four: the first */
	uint8_t via_count;
};

/* A request's head, below. */
struct mrl_view;

/*
 * The peer, unless it is trusted. Then all lines of the one field that `source` names, from the
 * right, at most 32 elements: while the address so far is trusted the next one counts. What cannot
 * be parsed, `unknown` and obfuscated names end it; so an address that a client invented never
 * counts while every trusted proxy adds what it saw.
 */
void mrl_client_ip(const struct mrl_ip_rules *rules, const struct mrl_view *view,
                   struct mrl_client_ip *ret_client);

/* Why a request target is not accepted; MRL_TARGET_OK else. */
enum mrl_target_fault {
	MRL_TARGET_OK = 0,
	MRL_TARGET_FORM,      /* not origin-form (RFC 9112 3.2.1) */
	MRL_TARGET_BYTES,     /* a byte that RFC 3986 does not allow, '#', a bad '%' */
	MRL_TARGET_SEGMENT,   /* an empty segment inside, "." or "..", raw or decoded */
	MRL_TARGET_ENCODED,   /* %2F, %5C, %00 to %1F, %7F, or still encoded after one decoding */
	MRL_TARGET_UTF8,      /* ill-formed UTF-8 after decoding */
	MRL_TARGET_SEMICOLON, /* ';' in the path */
	MRL_TARGET_SEGMENTS,  /* more segments than the limit */
};

#define MRL_SEGMENTS_MAX 128

struct mrl_target {
	struct mrl_slice path;  /* raw, from the first '/' up to '?' */
	struct mrl_slice query; /* raw, without '?'; no data if empty: see mrl_query_next */
	bool has_query;
	enum mrl_target_fault fault;
	uint16_t segment_count;     /* "/" has one, empty; "/a/" has two, the last empty */
	struct mrl_slice *segments; /* decoded once; those without '%' are borrowed */
	bool has_semicolon;         /* in the path, raw: see MRL_TARGET_MATRIX */
};

/*
 * Splits and judges a raw target in one pass. The query may hold RFC 3986's bytes and `[ ] |`,
 * which deepObject and pipeDelimited parameters send raw. A fault is no error: `ret_target` then
 * has no segments, and path and query only cut at the first '?'. MRL_ERR_MEMORY: the arena is at
 * its cap.
 */
MRL_CHECKED enum mrl_err mrl_target_parse(struct mrl_slice raw, struct mrl_arena *arena,
                                          struct mrl_target *ret_target);

/* A request's head. All slices are borrowed from the adapter for the life of the call. */
struct mrl_view {
	enum mrl_method method;
	uint8_t http; /* 10, 11, 20, 30 */
	bool tls;
	bool listener_tls;    /* the listener speaks TLS (HTTP on it may still be plain) */
	bool absolute_form;   /* HTTP/1: the target had scheme and authority */
	bool has_body;        /* Content-Length > 0, chunked, or a stream that is not at its end */
	uint16_t tls_version; /* 0x0304 */
	uint16_t peer_port;
	uint16_t listener;            /* index into the policy's listeners; 0 in guest mode */
	struct mrl_slice method_name; /* exact bytes */
	struct mrl_slice target;      /* raw */
	struct mrl_slice host;        /* lower case, without port and final dot */
	struct mrl_slice scheme;      /* HTTP/2, 3: ":scheme"; else empty */
	struct mrl_slice sni;         /* lower case; empty if none came */
	struct mrl_ip peer;
	int64_t content_length;   /* -1: not announced */
	struct mrl_field *fields; /* classified, in the order received */
	uint32_t field_count;
	uint32_t field_bytes;           /* names and values together, 4 more for each */
	uint16_t field_flags;           /* of all fields together: enum mrl_field_flag */
	uint8_t first[MRL_FIELD_COUNT]; /* 1 + index of the first field of an id; 0: none */
};

#define MRL_VIEW_FIELDS_MAX 250

/* The first field of that id, or NULL. */
static inline struct mrl_field *mrl_view_field(const struct mrl_view *view, enum mrl_field_id id)
{
	return view->first[id] == 0 ? NULL : &view->fields[view->first[id] - 1];
}

/* A reply's head, from the upstream, from nginx itself, or an answer of ours. */
struct mrl_reply {
	uint16_t status;
	bool answer;            /* Merlon's or nginx's own, not the upstream's */
	bool has_body;          /* not HEAD, 204, 304 */
	bool frame_fault;       /* no status line, two lengths, a foreign coding: see reply_frame */
	bool upgrade_asked;     /* 101 is what the client and the policy wanted */
	bool body_ended;        /* `body` is all of it */
	struct mrl_slice type;  /* the whole Content-Type value; empty: none */
	int64_t content_length; /* -1: unknown */
	struct mrl_field *fields; /* classified; set `drop` to remove one */
	uint32_t field_count;
	uint8_t first[MRL_FIELD_COUNT];
	struct mrl_slice body; /* after NEED reply-body: what was held */
	const struct mrl_field *
		*sets; /* fields to set: any of the same name from upstream are gone */
	uint32_t set_count;
};

#define MRL_REPLY_SETS_MAX 40

static inline struct mrl_field *mrl_reply_field(const struct mrl_reply *reply, enum mrl_field_id id)
{
	return reply->first[id] == 0 ? NULL : &reply->fields[reply->first[id] - 1];
}

/* type/subtype of RFC 9110 8.3.1, without parameters; false if it is malformed. */
struct mrl_media_type {
	struct mrl_slice type; /* as sent; compare without case */
	struct mrl_slice subtype;
	struct mrl_slice suffix;     /* after the last '+', or empty */
	struct mrl_slice parameters; /* after the first ';', or empty */
};
bool mrl_media_type_parse(struct mrl_slice value, struct mrl_media_type *ret_type);
/* The next `; name=value` of `rest`; false at the end or at a malformed one (then *ret_bad). The
 * value is without quotes; one with an escape inside quotes is malformed. Empty parameters (`;;`)
 * are skipped, as RFC 9110 5.6.6 allows them. `rest` starts as `parameters`. */
bool mrl_media_parameter(struct mrl_slice *rest, struct mrl_slice *ret_name,
                         struct mrl_slice *ret_value, bool *ret_bad);

/*
 * Iterators. `rest` starts as the whole text and moves on; it is at its end when its data is NULL,
 * so that the empty piece behind a final separator still comes, and an empty text with data is one
 * empty piece.
 */

/* The next cookie pair of RFC 6265 4.2.1 in `rest`: split at ';', OWS trimmed, at the first '='. A
 * piece without '=' has an empty name. False at the end. */
bool mrl_cookie_next(struct mrl_slice *rest, struct mrl_slice *ret_name,
                     struct mrl_slice *ret_value);

/* The next raw pair of a query: split at '&', at the first '='. False at the end. */
bool mrl_query_next(struct mrl_slice *rest, struct mrl_slice *ret_name,
                    struct mrl_slice *ret_value);

/* The next element of a comma list (RFC 9110 5.6.1), OWS trimmed; empty ones come too. False at the
 * end. */
bool mrl_list_next(struct mrl_slice *rest, struct mrl_slice *ret_element);

/*
 * A serialised origin as the policy may name one: `scheme://host[:port]`, lower-case ASCII, no
 * path, final dot, userinfo or default port; https, or http with localhost, 127.0.0.1, [::1].
 * False: `ret_hint` says why, and shows the right spelling where there is one.
 */
bool mrl_origin_valid(struct mrl_slice origin, struct mrl_arena *arena, struct mrl_slice *ret_hint);

/* W3C Trace Context, level 1: version 00 is exactly 55 bytes of lower-case hex with ids that are
 * not zero; higher versions count by their first 55 bytes if byte 56 is absent or '-'. */
struct mrl_trace {
	uint8_t trace_id[16];
	uint8_t parent_id[8];
	bool sampled;
};
#define MRL_TRACEPARENT_TEXT 55
bool mrl_traceparent_parse(struct mrl_slice value, struct mrl_trace *ret_trace);
/* Version 00; of the flags only `sampled`. */
void mrl_traceparent_text(const struct mrl_trace *trace, uint8_t ret_text[MRL_TRACEPARENT_TEXT]);

#define MRL_REQUEST_ID_MAX 64

/* A client's X-Request-Id that may stand in a record: [A-Za-z0-9._-]{1,64}. */
bool mrl_request_id_valid(struct mrl_slice value);

/* A refusal that Merlon can issue: one row of problems.def. RFC 9457. */
struct mrl_problem {
	const char *id;    /* the last part of `type` */
	const char *title; /* fixed; never a received byte */
	uint16_t status;
	uint16_t flags; /* enum mrl_problem_flag */
};

enum mrl_problem_flag {
	MRL_PROBLEM_CLOSE = 1 << 0, /* the connection cannot be used any more */
	MRL_PROBLEM_ABUSE = 1 << 1, /* an attack rather than a mistake: severity in the record */
	MRL_PROBLEM_RETRY = 1 << 2, /* Retry-After: 1 */
	MRL_PROBLEM_REGISTERED = 1 << 3, /* IANA's type, whatever the policy's base is */
};

enum mrl_problem_id {
#define MRL_PROBLEM(id, name, status, title, flags) MRL_PROBLEM_##id,
#include <merlon/problems.def>
#undef MRL_PROBLEM
	MRL_PROBLEM_COUNT
};

extern const struct mrl_problem mrl_problems[MRL_PROBLEM_COUNT];

#define MRL_PROBLEM_BASE     "urn:merlon:problem:"
#define MRL_PROBLEM_IANA     "https://iana.org/assignments/http-problem-types#"
#define MRL_PROBLEM_TYPE     "application/problem+json"
#define MRL_PROBLEM_BODY_MAX 512

/* What a problem's body says beside its row. */
struct mrl_problem_details {
	struct mrl_slice base; /* what `type` begins with; is escaped here */
	uint16_t status;       /* counts where the row says 0 (upstream-refused) */
	const uint8_t *request_id;
	struct mrl_slice error;     /* JSON: the one entry of `errors`; empty: no `errors` */
	struct mrl_slice extension; /* JSON: further members; empty: none */
};

/*
 * The body: {"type":base+id,"title":...,"status":...,"instance":"urn:uuid:...","errors":[...]} in
 * this order. To answer a row with a status that is not its own, pass a copy. A row without title
 * has the phrase of the status. False: it does not fit.
 */
bool mrl_problem_write(struct mrl_buffer *buffer, const struct mrl_problem *problem,
                       const struct mrl_problem_details *details);

/* Whether the text is one JSON object whose `status`, if it has one, is this. No strict reader:
 * what is not plainly such an object is false. */
bool mrl_problem_read(struct mrl_slice body, uint16_t status);

/*
 * Forms, multipart bodies and percent-encoding: split and decoded, judged by nobody here.
 */

/* Why a text is not accepted. */
enum mrl_text_fault {
	MRL_TEXT_OK = 0,
	MRL_TEXT_BYTES,  /* a byte that must be percent-encoded, or `;` */
	MRL_TEXT_ESCAPE, /* '%' without two hexadecimal digits */
	MRL_TEXT_UTF8,   /* ill-formed UTF-8 after decoding */
	MRL_TEXT_NUL,
	MRL_TEXT_PAIRS,     /* more than the limit */
	MRL_TEXT_NAME_LONG, /* a name of more code points than the limit */
};
/* "escape"; empty for MRL_TEXT_OK. */
struct mrl_slice mrl_text_fault_name(enum mrl_text_fault fault);

enum mrl_decode_flag {
	MRL_DECODE_PLUS = 1 << 0, /* '+' is a space */
	MRL_DECODE_NUL = 1 << 1,  /* U+0000 is accepted */
};

/*
 * Percent-decoded once, and UTF-8. Borrowed where nothing had to be decoded. `ret_text` is
 * untouched by a fault.
 */
MRL_CHECKED enum mrl_err mrl_percent_decode(struct mrl_slice raw, unsigned flags,
                                            struct mrl_arena *arena, struct mrl_slice *ret_text,
                                            enum mrl_text_fault *ret_fault);

struct mrl_form_limits {
	uint32_t pairs;
	uint32_t name_chars; /* code points */
	bool semicolon;      /* `;` is data: some servers split there, so else it refuses */
	bool nul;
};

struct mrl_pair {
	struct mrl_slice name;  /* decoded */
	struct mrl_slice value; /* raw: styles split before they decode */
};

struct mrl_form {
	struct mrl_pair *pairs;
	uint32_t count;
	enum mrl_text_fault fault; /* then there are no pairs */
	uint32_t offset;           /* of the pair that is faulty */
};

/* A query without '?', or an application/x-www-form-urlencoded body: split at '&', each piece at
 * its first '='. The empty text has no pairs. */
MRL_CHECKED enum mrl_err mrl_form_split(const struct mrl_form_limits *limits, struct mrl_slice text,
                                        struct mrl_arena *arena, struct mrl_form *ret_form);

/* RFC 2046 5.1.1: 1 to 70 of its characters, the last no space. */
bool mrl_boundary_valid(struct mrl_slice boundary);

struct mrl_multipart_limits {
	uint32_t parts;
	uint32_t name_chars;
};

enum mrl_multipart_fault {
	MRL_MULTIPART_OK = 0,
	MRL_MULTIPART_PREAMBLE,    /* does not begin with --boundary CRLF */
	MRL_MULTIPART_EPILOGUE,    /* more than CRLF behind the end */
	MRL_MULTIPART_TRUNCATED,   /* no --boundary-- */
	MRL_MULTIPART_LINE_END,    /* a lone CR or LF before --boundary, or in a part's head */
	MRL_MULTIPART_DELIMITER,   /* --boundary goes on with anything but CRLF or -- */
	MRL_MULTIPART_HEAD,        /* a field that is malformed, or more than 2,048 bytes */
	MRL_MULTIPART_DISPOSITION, /* absent, twice, not form-data, malformed, a foreign parameter
	                            */
	MRL_MULTIPART_NAME,        /* absent, twice, `_charset_` */
	MRL_MULTIPART_FILE_NAME,   /* twice, a path, controls, more than 255 bytes, filename* */
	MRL_MULTIPART_TYPE,        /* Content-Type twice */
	MRL_MULTIPART_CODING,      /* Content-Transfer-Encoding twice, or one that changes bytes */
	MRL_MULTIPART_UTF8,        /* in a name */
	MRL_MULTIPART_PARTS,       /* more than the limit */
	MRL_MULTIPART_NAME_LONG,
};
/* "line-end"; empty for MRL_MULTIPART_OK. */
struct mrl_slice mrl_multipart_fault_name(enum mrl_multipart_fault fault);

struct mrl_part_field {
	struct mrl_slice name; /* as sent */
	struct mrl_slice value;
};

struct mrl_part {
	struct mrl_slice name; /* as sent: not percent-decoded */
	struct mrl_slice file_name;
	bool has_file_name;
	bool has_type;
	struct mrl_slice type; /* the whole Content-Type value */
	struct mrl_slice content;
	uint32_t offset; /* of the part's head in the body */
	/* But Content-Disposition, Content-Type, Content-Transfer-Encoding. */
	struct mrl_part_field *fields;
	uint32_t field_count;
};

struct mrl_multipart {
	struct mrl_part *parts;
	uint32_t count;
	enum mrl_multipart_fault fault; /* then there are no parts */
	uint32_t offset;
};

/*
 * multipart/form-data (RFC 7578) held strictly: what one parser reads differently from another is
 * a fault. The boundary is valid. All texts are borrowed from the body; time is linear in it.
 */
MRL_CHECKED enum mrl_err mrl_multipart_split(const struct mrl_multipart_limits *limits,
                                             struct mrl_slice boundary, struct mrl_slice body,
                                             struct mrl_arena *arena,
                                             struct mrl_multipart *ret_multipart);

enum mrl_target_flag {
	MRL_TARGET_MATRIX = 1 << 0, /* `;` may stand in the path: who knows the route judges it */
};
/* As mrl_target_parse, which has no flags. */
MRL_CHECKED enum mrl_err mrl_target_parse_with(struct mrl_slice raw, unsigned flags,
                                               struct mrl_arena *arena,
                                               struct mrl_target *ret_target);

#endif
