/*
 * What the files of the edge module share: configuration, the context of a call, and the functions
 * between them. The module is an adapter: it shows a request to the core and carries out the
 * verdict.
 */
#ifndef NGX_HTTP_MERLON_H
#define NGX_HTTP_MERLON_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_http.h>

#include <merlon/audit_host.h>
#include <merlon/engine.h>

#define MRL_EDGE_ARENA_BLOCK  3072 /* with its head below a page: out of nginx's pool, no malloc */
#define MRL_EDGE_ARENA_MAX    (8U << 20)
#define MRL_EDGE_RANDOM_BYTES 4096

/* R/edge.status: which generation each worker has, for who reloads; room for four generations of
 * sixteen workers and those that are on their way. */
#define MRL_EDGE_STATUS_MAGIC "MRLEDGE1"
#define MRL_EDGE_STATUS_SLOTS 192

struct mrl_edge_status_slot {
	uint32_t pid; /* 0: free */
	uint32_t reserved;
	uint64_t generation;
};

struct mrl_edge_status {
	uint8_t magic[8];
	struct mrl_edge_status_slot slots[MRL_EDGE_STATUS_SLOTS];
};

/* Main context: what belongs to the whole nginx. */
typedef struct {
	ngx_str_t run_dir;
	ngx_flag_t graceful;
	ngx_int_t generation;
	ngx_int_t bench_controls;
	struct mrl_ring_file ring;      /* mapped by the master, inherited */
	struct mrl_edge_status *status; /* the same */
	struct mrl_limit_store limits;  /* its zones the same */
	bool has_limits;
	const void *trust; /* trust.zone, which merlon-keeper fills; NULL: there is none */
	uint32_t *trust_ask;
	void *limit_memory[MRL_LIMIT_ZONES];
	size_t limit_bytes[MRL_LIMIT_ZONES];
	struct ngx_merlon_redis_conf *redis; /* NULL: none */
} ngx_merlon_conf_t;

/* What a worker has for itself. */
typedef struct {
	struct mrl_producer producer;
	bool has_producer;
	size_t random_left;
	uint8_t random[MRL_EDGE_RANDOM_BYTES];
	int64_t held_bytes; /* request bodies in memory */
	struct mrl_edge_status_slot *status_slot;
	const struct mrl_limit_store *limits; /* NULL: there are none to count in */
	struct mrl_tokens *tokens;            /* NULL: there are none to judge */
} ngx_merlon_worker_t;

typedef struct {
	ngx_str_t policy_file;
	struct mrl_policy *policy;
} ngx_http_merlon_main_conf_t;

typedef struct {
	ngx_flag_t named;   /* the generated configuration: one named location an API */
	ngx_flag_t used;    /* on somewhere in it */
	ngx_flag_t partly;  /* on, but off in a location */
	ngx_flag_t answers; /* has the location that error_page leads to */
} ngx_http_merlon_srv_conf_t;

typedef struct {
	ngx_flag_t on;
	ngx_flag_t answer;
} ngx_http_merlon_loc_conf_t;

/* How the body of a reply is treated. */
enum mrl_edge_body {
	MRL_BODY_PASS,    /* goes out as it comes */
	MRL_BODY_HOLD,    /* collected until the plan can judge it */
	MRL_BODY_REPLACE, /* what comes is dropped, the answer's goes out once */
	MRL_BODY_WATCH,   /* a stream: scanned as it passes */
	MRL_BODY_DROP,    /* the answer has gone out */
};

/* One main request. It lives in the request's pool and is found by its cleanup. */
typedef struct {
	ngx_http_request_t *request;
	ngx_merlon_worker_t *worker;
	const ngx_http_merlon_main_conf_t *main_conf;
	struct mrl_arena arena;
	struct mrl_view view;
	struct mrl_reply reply;

	uint64_t start_ns;          /* CLOCK_MONOTONIC at the first byte that we saw */
	uint64_t counted_bytes;     /* of the request's body */
	int64_t reserved_bytes;     /* of the worker's memory for bodies */
	uint32_t entry;             /* in the audit ring */
	ngx_uint_t http_version;    /* nginx overwrites it with the upstream's */
	struct mrl_verdict pending; /* a refusal that nginx is about to ask us to write */
	struct mrl_answer answer;
	struct mrl_buffer held;
	struct mrl_leak_stream *stream;
	void *need;                                            /* a NEED under way */
	void (*finalize)(ngx_http_request_t *r, ngx_int_t rc); /* the upstream module's */
	enum mrl_edge_body body;

	unsigned viewed : 1;
	unsigned routed : 1;
	unsigned judged : 1; /* plan HEAD passed */
	unsigned body_begun : 1;
	unsigned body_read : 1;
	unsigned body_done : 1; /* plan BODY passed */
	unsigned answered : 1;  /* the reply is ours */
	unsigned has_pending : 1;
	unsigned head_sent : 1; /* our header filter is done with this reply */
	unsigned reserved : 1;  /* in the audit ring */
	unsigned refused : 1;   /* by the audit ring */
	unsigned keepalive : 1; /* when holding began; nginx clears it when it cuts a reply */
	unsigned truncated : 1; /* more fields than a view holds */
	unsigned upstream_replied : 1;
	unsigned recorded : 1;

	struct mrl_call call; /* zeroed up to its arrays */
	const struct mrl_field *reply_sets[MRL_REPLY_SETS_MAX];
} ngx_http_merlon_ctx_t;

extern ngx_module_t ngx_merlon_module;
extern ngx_module_t ngx_http_merlon_module;

static inline ngx_str_t ngx_merlon_str(struct mrl_slice slice)
{
	ngx_str_t text;
	text.len = slice.size;
	text.data = (u_char *)(uintptr_t)slice.data; /* nginx has no const strings */
	return text;
}

static inline struct mrl_slice ngx_merlon_slice(const ngx_str_t *text)
{
	return mrl_slice(text->data, text->len);
}

/* conf.c */
ngx_int_t ngx_http_merlon_postconfiguration(ngx_conf_t *cf);

/* bench_on.c, bench_off.c: `merlon_bench_controls`. */
void ngx_http_merlon_bench(ngx_conf_t *cf, struct mrl_policy *policy);

/* zones.c: shared memory of the run directory. */
ngx_int_t ngx_merlon_open_zones(ngx_cycle_t *cycle, ngx_merlon_conf_t *conf);
/* limit_zones.c: after the policy is loaded */
ngx_int_t ngx_merlon_open_limits(ngx_cycle_t *cycle, ngx_merlon_conf_t *conf);
void ngx_merlon_close_limits(ngx_merlon_conf_t *conf);
void ngx_merlon_limits_host(struct mrl_limit_store *store);

/* trust.c */
ngx_int_t ngx_merlon_open_trust(ngx_cycle_t *cycle, ngx_merlon_conf_t *conf);
void ngx_merlon_close_trust(ngx_merlon_conf_t *conf);
/* Keys of issuers, from the zone; of this process. */
void ngx_merlon_trust_host(struct mrl_tokens *tokens, const ngx_merlon_conf_t *conf);

/* tokens.c: of this process. */
struct mrl_tokens *ngx_merlon_open_tokens(ngx_cycle_t *cycle, const ngx_merlon_conf_t *conf);
void ngx_merlon_close_tokens(void);
ngx_int_t ngx_merlon_init_module(ngx_cycle_t *cycle);

/* limit_redis_conf.c: reads what the policy names. */
ngx_int_t ngx_merlon_redis_configure(ngx_cycle_t *cycle, ngx_merlon_conf_t *conf,
                                     const struct mrl_limit_redis *policy);
const uint8_t *ngx_merlon_redis_key(const ngx_merlon_conf_t *conf);
/* limit_redis.c: the connection of a worker. */
ngx_int_t ngx_merlon_redis_start(ngx_cycle_t *cycle, ngx_merlon_conf_t *conf);
void ngx_merlon_redis_stop(void);
/* limit_redis_call.c: sends what nobody waits for. */
void ngx_merlon_redis_refund(const struct mrl_limit_command *command);

/* worker.c: what a worker claims of it, and what it has for itself. */
ngx_int_t ngx_merlon_init_process(ngx_cycle_t *cycle);
void ngx_merlon_exit_process(ngx_cycle_t *cycle);
ngx_merlon_worker_t *ngx_merlon_worker(void);
void ngx_merlon_random(ngx_merlon_worker_t *worker, uint8_t *bytes, size_t size);

/* drain.c: no call fails by a reload. */
ngx_int_t ngx_merlon_drain_init(ngx_cycle_t *cycle);

/* ctx.c */
ngx_http_merlon_ctx_t *ngx_http_merlon_ctx(ngx_http_request_t *r);
ngx_http_merlon_ctx_t *ngx_http_merlon_ctx_make(ngx_http_request_t *r);

/* view.c */
ngx_int_t ngx_http_merlon_view(ngx_http_merlon_ctx_t *ctx);
/* The little that is known of a request that nginx could not read. */
void ngx_http_merlon_view_early(ngx_http_merlon_ctx_t *ctx);
/* Carries out what the plan decided: fields dropped and set for the upstream. */
ngx_int_t ngx_http_merlon_apply(ngx_http_merlon_ctx_t *ctx);

/* hooks.c: the phases. */
ngx_int_t ngx_http_merlon_early(ngx_http_request_t *r);
ngx_int_t ngx_http_merlon_head(ngx_http_request_t *r);
ngx_int_t ngx_http_merlon_server_head(ngx_http_request_t *r);
ngx_int_t ngx_http_merlon_route(ngx_http_merlon_ctx_t *ctx);

/* body.c */
ngx_int_t ngx_http_merlon_body(ngx_http_request_t *r);
ngx_int_t ngx_http_merlon_body_filter_init(ngx_conf_t *cf);

/* need.c: suspends the request; NGX_DONE, or an error. */
ngx_int_t ngx_http_merlon_need(ngx_http_merlon_ctx_t *ctx, const struct mrl_verdict *verdict);

/* answer.c */
/* From a phase handler: sends, finalizes, returns NGX_DONE. */
ngx_int_t ngx_http_merlon_refuse(ngx_http_merlon_ctx_t *ctx, const struct mrl_verdict *verdict);
/* The head of an answer into headers_out; its body is ctx->answer.body. */
ngx_int_t ngx_http_merlon_put_answer(ngx_http_merlon_ctx_t *ctx, const struct mrl_verdict *verdict);
ngx_int_t ngx_http_merlon_send_body(ngx_http_merlon_ctx_t *ctx,
                                    ngx_http_output_body_filter_pt send);
/* Content handler of `merlon_answer`. */
ngx_int_t ngx_http_merlon_answer(ngx_http_request_t *r);
/* What to say where nginx says `status`. */
struct mrl_verdict ngx_http_merlon_verdict_of(ngx_http_merlon_ctx_t *ctx, ngx_uint_t status);

/* reply.c */
ngx_int_t ngx_http_merlon_reply_init(ngx_conf_t *cf);
/* Runs ANSWER over the head that is in headers_out and sends it. */
ngx_int_t ngx_http_merlon_send_answer_head(ngx_http_merlon_ctx_t *ctx);
/* Goes on with the plan of the reply; NGX_AGAIN: the body is to be held. */
ngx_int_t ngx_http_merlon_run_reply(ngx_http_merlon_ctx_t *ctx, struct mrl_verdict *ret_verdict);
/* The plan has passed: writes edits and sends the head. */
ngx_int_t ngx_http_merlon_send_reply_head(ngx_http_merlon_ctx_t *ctx);

/* reply_view.c */
/* Shows headers_out to the core as ctx->reply. */
ngx_int_t ngx_http_merlon_reply_view(ngx_http_merlon_ctx_t *ctx);
/* Ends the upstream's connection behind a reply whose announced body cannot come. */
void ngx_http_merlon_retire_bodiless(const ngx_http_merlon_ctx_t *ctx);

/* hold.c: the body filter. */
ngx_int_t ngx_http_merlon_hold_init(ngx_conf_t *cf);
ngx_int_t ngx_http_merlon_hold_begin(ngx_http_merlon_ctx_t *ctx, uint64_t bytes_max);
void ngx_http_merlon_unbuffer(ngx_http_request_t *r);

/* watch.c: a piece of a stream; NGX_ERROR cuts it. */
ngx_int_t ngx_http_merlon_watch(ngx_http_merlon_ctx_t *ctx, ngx_chain_t *in,
                                ngx_http_output_body_filter_pt next);

/* record.c */
ngx_int_t ngx_http_merlon_record(ngx_http_request_t *r);
void ngx_http_merlon_reserve(ngx_http_merlon_ctx_t *ctx);
void ngx_http_merlon_note(ngx_http_merlon_ctx_t *ctx);

/* log.c */
u_char *ngx_http_merlon_log_handler(ngx_http_request_t *r, ngx_http_request_t *sr, u_char *buf,
                                    size_t len);
/* One line for a reply of the upstream that failed. */
void ngx_http_merlon_log_reply(ngx_http_merlon_ctx_t *ctx, struct mrl_slice body);
/* One line for a failure of ours. */
void ngx_http_merlon_log_failure(ngx_http_merlon_ctx_t *ctx, enum mrl_err err, const char *where);

/* compat_122.c, compat_123.c: what differs between nginx versions. */
void ngx_merlon_list_element(ngx_table_elt_t *element);
/* The stream of HTTP/2 or 3 is not at its end. */
bool ngx_merlon_stream_open(const ngx_http_request_t *r);

#endif
