/*
 * The control: one unit, one interface, one table (controls.def).
 *
 * A control is one file that makes one family of checklist lines true. It is told everything (call,
 * time, configuration) and does no I/O, reads no clock, logs nothing and runs in bounded time.
 * Shadow mode, exemptions, timing and failing closed exist once, in the engine.
 */
#ifndef MERLON_CONTROL_H
#define MERLON_CONTROL_H

#include <merlon/http.h>
#include <merlon/input.h>
#include <merlon/jose.h>
#include <merlon/leak.h>
#include <merlon/limit_redis.h>
#include <merlon/openapi.h>

struct mrl_policy;
struct mrl_api;
struct mrl_call;

/* When a control is asked. ANSWER is REPLY for replies that Merlon or nginx itself makes. */
enum mrl_stage {
	MRL_STAGE_HEAD,   /* the head is here, the upstream has seen nothing */
	MRL_STAGE_BODY,   /* the whole body is here */
	MRL_STAGE_REPLY,  /* the upstream's head is here, the client has seen nothing */
	MRL_STAGE_ANSWER, /* an answer of ours or of nginx is about to go out */
};
#define MRL_STAGE_COUNT 4

/* What the client deserves. A deny is a success of the code. */
enum mrl_outcome {
	MRL_PASS,
	MRL_DENY,   /* answer with `problem` */
	MRL_ANSWER, /* answer with `status` and the call's answer fields, without a body */
	MRL_NEED,   /* get `need`, then ask this control again */
};

/* What a control may ask of the adapter; each at most once per call with the same key. */
enum mrl_need_kind {
	MRL_NEED_NOTHING,
	MRL_NEED_REPLY_BODY, /* `amount`: bytes of the reply's body to hold at most */
	MRL_NEED_TEST,       /* test builds: met after `amount` milliseconds */
	MRL_NEED_LIMIT,      /* send the call's `exchange` to Redis */
};
#define MRL_NEED_COUNT 4

struct mrl_verdict {
	enum mrl_outcome outcome;
	enum mrl_problem_id problem; /* DENY */
	uint16_t status;             /* ANSWER; DENY with a problem whose row says 0 */
	enum mrl_need_kind need;     /* NEED */
	uint64_t amount;             /* NEED: what the kind says */
	struct mrl_slice key;        /* NEED: what the kind says */
};

#define MRL_VERDICT_PASS ((struct mrl_verdict){.outcome = MRL_PASS})

static inline struct mrl_verdict mrl_deny(enum mrl_problem_id problem)
{
	return (struct mrl_verdict){.outcome = MRL_DENY, .problem = problem};
}

static inline struct mrl_verdict mrl_answer_status(uint16_t status)
{
	return (struct mrl_verdict){.outcome = MRL_ANSWER, .status = status};
}

/* A fact that a control may say in an audit record. */
enum mrl_fact_kind { MRL_FACT_NUMBER, MRL_FACT_BOOL, MRL_FACT_WORD };

struct mrl_fact_row {
	const char *name; /* at most 32 characters */
	enum mrl_fact_kind kind;
	bool personal; /* says something of a person: sinks may have to hide it */
	const char *meaning;
};

struct mrl_fact {
	const struct mrl_fact_row *row;
	uint64_t number;       /* NUMBER, BOOL */
	struct mrl_slice word; /* WORD: one of ours, never a received byte; at most 24 */
};
#define MRL_FACTS_MAX 8

/* A policy key of a control. Its value lands at `offset` of the control's configuration. */
enum mrl_key_kind {
	MRL_KEY_BOOL,   /* bool; on, off, true, false */
	MRL_KEY_NUMBER, /* int64_t; min..max */
	MRL_KEY_ENUM,   /* int: index into `choices` */
	MRL_KEY_TEXT, /* struct mrl_setting; min to max characters, none of them a control character
	               */
	MRL_KEY_LIST, /* struct mrl_settings of texts; at most max items */
	/* The policy's own sections, not for controls. A const struct mrl_node * lands at `offset`.
	 */
	MRL_KEY_OBJECT,   /* a mapping of `keys` */
	MRL_KEY_OBJECTS,  /* min to max mappings of `keys` */
	MRL_KEY_MAP,      /* a mapping from names to mappings of `keys` */
	MRL_KEY_CONTROLS, /* a mapping from names of controls to mappings of their keys */
};

/* A text with the place where it stands, for diagnostics of `compile`. */
struct mrl_setting {
	struct mrl_slice text;
	const struct mrl_node *node; /* NULL: the default */
};

struct mrl_settings {
	struct mrl_setting *items;
	uint32_t count;
};

struct mrl_key {
	const char *name;
	enum mrl_key_kind kind;
	int64_t min, max;
	const char *fallback;       /* the default as the policy would write it; "[]" for a list */
	const char *const *choices; /* ENUM: NULL-terminated */
	const char *meaning;        /* one line */
	size_t offset;
	const struct mrl_key *keys; /* OBJECT, OBJECTS, MAP */
	const char *pattern;        /* TEXT: told in the JSON Schema; its reader checks */
	bool required;
};

/* What `compile` is given. `operation` and `api` are NULL in default plans. */
struct mrl_compile {
	struct mrl_arena *arena;
	struct mrl_diagnostics *diagnostics;
	const struct mrl_policy *policy;
	const struct mrl_api *api;
	const struct mrl_operation *operation;
	const struct mrl_path *path;
	const struct mrl_node *node; /* the nearest `controls.<name>` node; NULL: none is written */
	const struct mrl_node *own;  /* the operation's own such node; NULL: none */
	struct mrl_plan *plan;       /* its limits may be set */
};

struct mrl_control {
	const char *name;           /* policy key, metric label, docs anchor */
	const char *items;          /* checklist ids: "CORS-1 CORS-2" */
	const char *summary;        /* one line: what holds because of it */
	bool judges;                /* it can refuse a caller, so that `mode: shadow` makes sense */
	const struct mrl_key *keys; /* ends with a row without a name; NULL: none */
	const struct mrl_fact_row *facts; /* the same */
	const uint8_t *problems;          /* enum mrl_problem_id; problem_count of them */
	uint8_t problem_count;
	size_t config_bytes;
	/* Cold. `config` holds the keys' values; may be NULL. MRL_ERR_INVALID after a diagnostic.
	 */
	enum mrl_err (*compile)(struct mrl_compile *compile, void *config);
	/* Hot, by stage; NULL: not asked there. `ret_verdict` is PASS on entry. A status other than
	 * MRL_OK denies with gateway-error. */
	enum mrl_err (*decide[MRL_STAGE_COUNT])(const void *config, struct mrl_call *call,
	                                        struct mrl_verdict *ret_verdict);
};

/* The table in order of evaluation, from controls.def. */
enum mrl_control_id {
#define MRL_CONTROL(name) MRL_CONTROL_##name,
#include <merlon/controls.def>
#undef MRL_CONTROL
	MRL_CONTROL_COUNT
};
extern const struct mrl_control *const mrl_controls[MRL_CONTROL_COUNT];

/* A deviation that the policy states: named, reasoned, with an end. */
struct mrl_exemption {
	struct mrl_slice name;
	enum mrl_control_id control;
	struct mrl_slice reason;
	int64_t until_us;          /* applies below this time: the end of the day `until`, UTC */
	const struct mrl_api *api; /* NULL: whichever API has the operation */
	struct mrl_names operations;
	const struct mrl_node *node;
};

struct mrl_step {
	enum mrl_err (*decide)(const void *config, struct mrl_call *call,
	                       struct mrl_verdict *ret_verdict);
	const void *config;
	const struct mrl_exemption *exemption; /* NULL: none */
	const struct mrl_control *control;
	bool shadow;
};

/* All that is decided for an operation, flat. Immutable once the policy is loaded. */
struct mrl_plan {
	struct mrl_step *steps[MRL_STAGE_COUNT];
	uint16_t counts[MRL_STAGE_COUNT];
	int64_t body_bytes;   /* set by media: the largest request body that is judged */
	int64_t opaque_bytes; /* set by media: the largest that passes by type and size alone */
	int64_t scan_bytes;   /* set by reply_leak and reply: what is held of a reply at most */
	bool stream;          /* the operation streams: scanned piece by piece */
	bool page;            /* a page for people: plain HTTP redirects, see transport */

	/* Set by params, media, body and reply, for mrl_input_compile. Those of `schema` count for
	 * a whole API: its default plan has them. */
	struct mrl_input_settings settings;
	struct mrl_schema_options schema;
	bool matrix;                   /* the operation has a matrix parameter: `;` in the path */
	bool error_detail;             /* refusals say where and by which keyword */
	const struct mrl_input *input; /* of the operation; NULL in default plans */
};

struct mrl_route {
	const struct mrl_api *api;             /* NULL: no API of this host fits */
	const struct mrl_path *path;           /* NULL: unknown path */
	const struct mrl_operation *operation; /* NULL: unknown path or method */
	const struct mrl_plan *plan;           /* never NULL after routing */
	bool host_known;
};

#define MRL_CALL_SETS_MAX 16

/* What a sign-in has reserved. */
struct mrl_call_login {
	struct mrl_slice name; /* of the user, as it is counted; empty: none */
	struct mrl_limit_asked asked;
	struct mrl_limit_result result;
	struct mrl_limit_strict *strict; /* with Redis */
};

/* Where a call stands under the limit that its answer names. */
struct mrl_call_limit {
	const struct mrl_limit_spec *spec; /* NULL: none */
	const void *config;                /* of `limit`, for `limit_caller` */
	uint32_t remaining;
	uint32_t reset_s; /* 0: not known */
	bool denied;
};

/* One main request, from its first byte to its record. */
struct mrl_call {
	const struct mrl_policy *policy;
	struct mrl_arena *arena;
	struct mrl_view *view;
	struct mrl_reply *reply; /* REPLY, ANSWER */
	struct mrl_target target;
	struct mrl_route route;
	int64_t now_us; /* wall clock at the first byte */
	uint8_t request_id[MRL_UUID_BYTES];
	uint8_t span_id[8];     /* random, not zero */
	struct mrl_trace trace; /* ours or continued; parent_id zero: new */
	struct mrl_ip client_ip;
	struct mrl_ip via[4];
	uint8_t via_count;
	struct mrl_slice client_request_id;   /* the client's own, if well-formed */
	bool origin_listed;                   /* cors: the Origin is one of the API's */
	bool preflight;                       /* cors: this is a preflight of such an origin */
	const struct mrl_leak_scanner *watch; /* reply_leak: scan the stream as it passes */
	struct mrl_leak_set watch_off;
	bool watch_reports;    /* a hit is only noted, the stream goes on */
	int64_t body_limit;    /* media: bytes that the adapter may read of the body; 0: none */
	struct mrl_slice body; /* the whole body, at stage BODY */
	struct mrl_slice problem_error;       /* for `errors` of the answer; empty: none */
	struct mrl_slice problem_extension;   /* further members of the answer; empty: none */
	const struct mrl_limit_store *limits; /* where calls are counted; NULL: nowhere */
	struct mrl_call_limit limit;
	struct mrl_call_login *login;           /* NULL: no sign-in */
	struct mrl_tokens *tokens;              /* by which tokens are judged; NULL: none can be */
	const struct mrl_token *token;          /* verified; NULL: none, or not yet */
	bool token_cached;                      /* it is held, see mrl_call_end */
	struct mrl_limit_strict *strict;        /* the decision with Redis; NULL: none */
	struct mrl_limit_exchange *exchange;    /* under way or answered */
	const struct mrl_limit_command *refund; /* to send when the call ends; NULL: none */
	bool has_input;                         /* `input` is begun */

	uint8_t set_count;
	uint8_t answer_count;

	/* For the record. */
	uint8_t fact_count;
	const struct mrl_control *denied_by; /* also in shadow mode, then `shadow` */
	enum mrl_problem_id problem;
	bool denied;
	bool shadow;      /* the first denial was only noted */
	enum mrl_err err; /* our failure */

	/* The engine's place, for resuming after NEED. */
	uint16_t step;
	enum mrl_stage stage;
	uint32_t needs_met;      /* one bit a kind */
	uint32_t needs_asked;    /* the same, by the step that is asked now */
	enum mrl_need_kind need; /* that the adapter was asked for and has not answered */
	bool resumed;            /* the adapter has: the next run goes on at `step` */
	bool need_failed;        /* the adapter could not meet the last NEED before its deadline */

	/* Valid up to their counts: the only part that need not be zeroed for a new call. */
	struct mrl_field sets[MRL_CALL_SETS_MAX];    /* to set for the upstream */
	struct mrl_field answers[MRL_CALL_SETS_MAX]; /* fields of an ANSWER or a DENY */
	struct mrl_fact facts[MRL_FACTS_MAX];
	struct mrl_input_call input; /* see mrl_call_input */
};

/* Gives back what a call holds of its process; once, at its end. */
void mrl_call_end(struct mrl_call *call);

/* Facts past MRL_FACTS_MAX are dropped. Of a row the last number counts; each word is kept once. */
void mrl_call_number(struct mrl_call *call, const struct mrl_fact_row *row, uint64_t number);
void mrl_call_word(struct mrl_call *call, const struct mrl_fact_row *row, struct mrl_slice word);

/* Sets a field for the upstream, instead of one of that name that was set before; the client's
 * fields of that name are dropped by `identity`. The slices live as long as the call. Full:
 * MRL_ERR_FULL. */
MRL_CHECKED enum mrl_err mrl_call_set(struct mrl_call *call, struct mrl_slice name,
                                      struct mrl_slice value);
/* Adds a field to the answer that this control is about to give; one of that name is replaced. */
MRL_CHECKED enum mrl_err mrl_call_answer(struct mrl_call *call, struct mrl_slice name,
                                         struct mrl_slice value);
/* Of a configuration of `limit`: which of the policy's limits hold, for explaining. */
const uint8_t *mrl_limit_config_specs(const void *config, uint32_t *ret_count);
/* The hash of what the limit counts apart; false: the call lacks a part, or `ret_err`. */
bool mrl_limit_identity(struct mrl_call *call, const struct mrl_limit_spec *spec,
                        struct mrl_limit_hash *ret_hash, enum mrl_err *ret_err);
/* What a scan found: the fact that reply_leak declares. */
void mrl_call_note_leak(struct mrl_call *call, const struct mrl_leak_result *result);
/* Sets a reply field that stands in immutable configuration or in the call's arena: the upstream's
 * of that name are dropped, one that was set before is replaced. Without an id names are compared.
 * More than MRL_REPLY_SETS_MAX: MRL_ERR_FULL. */
MRL_CHECKED enum mrl_err mrl_reply_set(struct mrl_reply *reply, const struct mrl_field *field);

#endif
