/*
 * The audit record and its hand-over: what a producer (an nginx worker, later merlon-authd) needs.
 *
 * A call reserves space in the worker's ring before it is let in and commits one record when it
 * ends, so the end of a call never lacks space. Everything in here is plain memory work: no lock,
 * no allocation, no clock, no system call. Mapping the file and waking the daemon stand in
 * audit_host.h; the daemon's side of the ring stands in src/audit/reader.h.
 *
 *     claim once per process (mrl_ring_file_claim)
 *     reserve -> note -> commit       a call that was let in                       [AUDIT-1]
 *     reserve fails -> count          refused: 503, or served unrecorded
 *     commit_extra, else count        a request that never came to `reserve`; an `open` record
 *     close                           orderly end of the process
 */
#ifndef MERLON_AUDIT_H
#define MERLON_AUDIT_H

#include <merlon/http.h>

/* ---- The record ------------------------------------------------------------------------------ */

/* Numbers below stand in records: only ever append. */
enum mrl_audit_class {
	MRL_AUDIT_CALL = 1,
	MRL_AUDIT_AUTH = 2,
};

enum mrl_audit_stage {
	MRL_AUDIT_COMPLETE = 0,
	MRL_AUDIT_OPEN = 1,       /* still running: lasts over 30 s, or answered 101 */
	MRL_AUDIT_CLOSE = 2,      /* the end of a call that had an `open` record */
	MRL_AUDIT_INCOMPLETE = 3, /* by the daemon: its worker died */
};

enum mrl_audit_verdict {
	MRL_AUDIT_ALLOWED = 0,
	MRL_AUDIT_DENIED = 1,
	MRL_AUDIT_FAILED = 2, /* a failure of our own */
	MRL_AUDIT_SHADOW_DENIED = 3,
	MRL_AUDIT_CHALLENGED = 4,
};

enum mrl_audit_flag {
	MRL_AUDIT_TRUNCATED = 1 << 0,    /* set by the encoder */
	MRL_AUDIT_UNRESERVED = 1 << 1,   /* set by mrl_audit_commit_extra */
	MRL_AUDIT_OPEN_SKIPPED = 1 << 2, /* the `open` record found no space; set by the producer */
	MRL_AUDIT_ABORTED = 1 << 3,      /* set by the producer: cut before the end of the answer */
};

enum mrl_audit_fact_kind { MRL_AUDIT_NUMBER, MRL_AUDIT_BOOL, MRL_AUDIT_WORD };

/* What a control says. Only rows that the control declares; a word is ours, never a received byte.
 */
struct mrl_audit_fact {
	struct mrl_slice name; /* at most 32 */
	struct mrl_slice word; /* WORD: at most 24 */
	uint64_t number;       /* NUMBER; BOOL: 0 or 1 */
	enum mrl_audit_fact_kind kind;
};

/* A path parameter in the form that the policy allows. */
struct mrl_audit_param {
	struct mrl_slice name;  /* at most 24 */
	struct mrl_slice value; /* at most 24 */
};

/* A keyed tag instead of a value; kid 0: none. */
struct mrl_audit_tag {
	uint32_t kid;
	uint8_t bytes[16];
};

/* Of an unmatched path: how deep, how long, which (no tag while no key is published); depth 0:
 * none. */
struct mrl_audit_path {
	uint8_t depth;
	uint16_t bytes;
	struct mrl_audit_tag tag;
};

#define MRL_AUDIT_FACTS_MAX  8
#define MRL_AUDIT_PARAMS_MAX 6
#define MRL_AUDIT_VIA_MAX    4

/* Who calls. A service's subject is its client (RFC 9068 section 5). */
enum mrl_audit_user_kind { MRL_AUDIT_ANONYMOUS = 0, MRL_AUDIT_USER = 1, MRL_AUDIT_SERVICE = 2 };
enum mrl_audit_auth_method {
	MRL_AUDIT_NO_AUTH = 0,
	MRL_AUDIT_BEARER = 1,
	MRL_AUDIT_DPOP = 2,
	MRL_AUDIT_COOKIE = 3,
	MRL_AUDIT_MTLS = 4,
};

/*
 * What one record says; start from {0}. A field is absent while it is empty: a slice or address of
 * size 0, a tag with kid 0, a number that is 0 unless it has a `has_` flag or stands under
 * "always". Texts longer than their maximum are cut between UTF-8 characters, superfluous items are
 * left out. The caller keeps all that is pointed to until the encoder returns. [AUDIT-2: there is
 * no field for a raw target, a query value, a body byte or a header value outside of the last
 * group.]
 */
struct mrl_audit_facts {
	/* always */
	uint8_t class_id; /* enum mrl_audit_class */
	uint8_t method;   /* enum mrl_method */
	uint8_t verdict;  /* enum mrl_audit_verdict */
	uint8_t stage;    /* enum mrl_audit_stage */
	uint64_t time_us; /* first byte, since 1970 UTC */
	/* call */
	bool has_dur_us, has_req_len, has_req_body, has_res_len, has_res_body;
	uint64_t dur_us; /* to the last byte given to the socket */
	uint64_t req_len, req_body, res_len, res_body;
	struct mrl_slice op_id;    /* 96: operationId, "GET /a/{id}", "(unmatched)", "(unparsed)" */
	struct mrl_slice template; /* 160: the route's, never as sent */
	struct mrl_slice api;      /* 48 */
	struct mrl_slice version;  /* 24 */
	struct mrl_slice res_type; /* 64: type/subtype */
	struct mrl_audit_path path; /* only unmatched */
	const struct mrl_audit_param *params;
	uint8_t param_count;
	/* outcome */
	uint8_t flags;            /* enum mrl_audit_flag */
	uint16_t status;          /* 499: the client is gone */
	uint16_t err;             /* enum mrl_err */
	struct mrl_slice control; /* 24: whose verdict it is */
	struct mrl_slice problem; /* 40 */
	uint64_t gen;             /* policy generation, from 1 */
	const struct mrl_audit_fact *facts;
	uint8_t fact_count;
	/* caller, as verified */
	struct mrl_slice user;   /* 96: `sub` */
	struct mrl_slice client; /* 64: `client_id`, or the issuer's claim for it */
	struct mrl_slice issuer; /* 96: `iss` */
	uint64_t token_exp;      /* seconds since 1970 */
	uint8_t user_kind;       /* enum mrl_audit_user_kind */
	uint8_t auth_method;     /* enum mrl_audit_auth_method */
	uint8_t activity;        /* class AUTH */
	struct mrl_audit_tag login_user;
	/* network */
	uint8_t http; /* 10, 11, 20, 30 */
	uint8_t via_count;
	bool has_up_us;
	uint16_t port, up_port;
	uint16_t tls; /* 0x0304 */
	uint16_t cipher;
	struct mrl_ip ip;         /* after trusted proxies; none: a Unix socket */
	struct mrl_ip up_ip;      /* the upstream tried last */
	const struct mrl_ip *via; /* trusted hops only */
	uint64_t up_us;
	/* ids, exactly 16, 16, 8 and 8 bytes or empty */
	bool has_sampled, sampled;
	struct mrl_slice request_id, trace, span, parent;
	/* free text by the client; the daemon scrubs it */
	struct mrl_slice user_agent;        /* 256 */
	struct mrl_slice client_request_id; /* 64: only if mrl_request_id_valid */
	struct mrl_slice accept_language;   /* 16: the first tag */
	struct mrl_slice method_name;       /* 16: only with method 0 */
};

/* A frame's header and payload fit into MRL_AUDIT_REC_MAX; so a payload has at most 2,032 bytes. */
#define MRL_AUDIT_REC_MAX     2048
#define MRL_AUDIT_PAYLOAD_MAX 2032
/* What remains of any record in the worst case. */
#define MRL_AUDIT_WORST_MAX 1800

/*
 * Appends the maps F and T as deterministic CBOR (RFC 8949 4.2.1). If that does not fit into what
 * the buffer has left: user_agent is cut to 64, then params, via, facts, template go, in this
 * order, and TRUNCATED is set. MRL_ERR_LIMIT, buffer untouched: less than MRL_AUDIT_WORST_MAX was
 * left, and that was not enough either.
 */
MRL_CHECKED enum mrl_err mrl_audit_encode(const struct mrl_audit_facts *facts,
                                          struct mrl_buffer *buffer);

/* The key of an operation in the ledger's cells; 0 is for no operation and is never returned. */
uint64_t mrl_audit_op_hash(struct mrl_slice op_id);

/* ---- Losses ---------------------------------------------------------------------------------- */

enum mrl_audit_reason {
	MRL_AUDIT_REASON_NONE = 0,
	MRL_AUDIT_RING_FULL = 1,
	MRL_AUDIT_DAEMON_ABSENT = 2,
	MRL_AUDIT_DISK_FULL = 3,
	MRL_AUDIT_IO_ERROR = 4,
	MRL_AUDIT_NO_SLOT = 5,
	MRL_AUDIT_DECODE_ERROR = 6,
	MRL_AUDIT_RETENTION = 7,
	MRL_AUDIT_PURGE = 8,
	MRL_AUDIT_SINK_REJECTED = 9,
	MRL_AUDIT_CLOCK_STEP = 10,
	MRL_AUDIT_HOST_CRASH = 11,
};
#define MRL_AUDIT_REASON_COUNT 12

enum mrl_audit_effect {
	MRL_AUDIT_NO_EFFECT = 0,
	MRL_AUDIT_REFUSED = 1,     /* answered 503, not served */
	MRL_AUDIT_PASSED = 2,      /* served unrecorded */
	MRL_AUDIT_RECORD_LOST = 3, /* by the daemon only */
};

struct mrl_audit_loss {
	enum mrl_audit_effect effect; /* REFUSED or PASSED */
	enum mrl_audit_reason reason; /* as `reserve` or `commit_extra` gave it */
	uint16_t status;
	uint64_t time_us;
	uint64_t bytes;              /* of the answer */
	uint64_t op_hash;            /* mrl_audit_op_hash, 0: not known */
	struct mrl_slice request_id; /* 16 bytes, or empty */
};

/* ---- The ring: one file for all workers, one slot for each ------------------------------------
 */

#define MRL_RING_MAGIC        "MRLRING1"
#define MRL_RING_VERSION      1
#define MRL_RING_HEADER       4096
#define MRL_RING_FRAME_HEADER 16 /* u32 len, u32 crc32c of the payload, u64 wseq; little-endian */
#define MRL_RING_ENTRY_BYTES  256
#define MRL_RING_ALIVE_MS     5000 /* a daemon silent for longer counts as absent */
#define MRL_RING_NO_ENTRY     UINT32_MAX

/* Slot kinds. */
#define MRL_RING_EDGE  1
#define MRL_RING_AUTHD 2

struct mrl_ring_sizes {
	uint32_t slot_count; /* slot 0 is never claimed: its ledger serves processes without a slot
	                      */
	uint32_t ring_bytes; /* a power of two */
	uint32_t inflight_max; /* calls at once in one worker */
};

/* 8 slots a worker, 16 at least (old workers drain); 2 calls a connection; room for four records a
 * call, 16 MiB at least. MRL_ERR_LIMIT: more than 32 bits can say. */
MRL_CHECKED enum mrl_err mrl_ring_sizes_default(uint32_t workers, uint32_t connections,
                                                struct mrl_ring_sizes *ret_sizes);
/* MRL_ERR_INVALID: no power of two, or less room than two records a call. */
MRL_CHECKED enum mrl_err mrl_ring_sizes_check(const struct mrl_ring_sizes *sizes);
/* Of the file, and of the mapping (each data area twice in a row). The sizes passed the check. */
uint64_t mrl_ring_bytes_needed(const struct mrl_ring_sizes *sizes);
uint64_t mrl_ring_view_bytes(const struct mrl_ring_sizes *sizes);

/* A mapped ring, as one process sees it. */
struct mrl_ring {
	uint8_t *memory;
	struct mrl_ring_sizes sizes;
	size_t control_bytes; /* of a slot, before its data */
	size_t view_stride;   /* from slot to slot in the mapping */
};

/* Writes the header page of a new file into zeroed memory; the magic comes last. */
MRL_CHECKED enum mrl_err mrl_ring_format(void *header, const struct mrl_ring_sizes *sizes);
/* MRL_ERR_INVALID: no ring; MRL_ERR_UNSUPPORTED: another version. Sizes are checked. */
MRL_CHECKED enum mrl_err mrl_ring_check(const void *header, struct mrl_ring_sizes *ret_sizes);
/* When the daemon last said that it is there, CLOCK_MONOTONIC in ms; 0: not yet. */
uint64_t mrl_ring_alive_ms(const void *header);
/* Over a mapping of `bytes` bytes whose header passes the check; MRL_ERR_LIMIT: it is too short. */
MRL_CHECKED enum mrl_err mrl_ring_attach(void *memory, size_t bytes, struct mrl_ring *ret_ring);
/* The policy at work, for the daemon. nginx's master calls it at each load. */
void mrl_ring_set_policy(const struct mrl_ring *ring, uint64_t gen, const uint8_t sha256[32]);

struct mrl_ring_slot;
struct mrl_ring_entry;
struct mrl_ring_header;

/*
 * A process's own slot. One thread uses it. The copies in here are the producer's own knowledge:
 * what stands in shared memory is for the daemon and is never read back.
 */
struct mrl_producer {
	struct mrl_ring ring;
	struct mrl_ring_header *header;
	struct mrl_ring_slot *slot;
	struct mrl_ring_entry *entries;
	uint8_t *data;
	uint64_t head, last_wseq, admitted;
	uint64_t tail_durable; /* as last seen: may lag */
	uint32_t inflight;
	uint32_t free_first; /* 1 + index of the first entry given back; 0: none */
	uint32_t fresh;      /* entries from here on were never used */
	uint32_t index;      /* of the slot */
	uint32_t pid;
};

struct mrl_ring_identity {
	uint32_t pid;
	uint32_t kind;        /* MRL_RING_EDGE or MRL_RING_AUTHD */
	uint64_t pid_start;   /* field 22 of /proc/PID/stat; 0: not known */
	uint64_t incarnation; /* 8 random bytes, not all zero */
};

/*
 * Claiming has three steps, because the file's blocks must be there before the slot is touched:
 * take marks a free slot (MRL_ERR_FULL: none); the host allocates; claim makes it live. give_back
 * undoes take. mrl_ring_file_claim of audit_host.h does all of it.
 */
MRL_CHECKED enum mrl_err mrl_ring_take(const struct mrl_ring *ring, uint32_t pid,
                                       uint32_t *ret_slot);
/* How many slots take could mark just now. */
uint32_t mrl_ring_free_slots(const struct mrl_ring *ring);
void mrl_ring_give_back(const struct mrl_ring *ring, uint32_t slot);
void mrl_ring_claim(const struct mrl_ring *ring, uint32_t slot,
                    const struct mrl_ring_identity *identity, struct mrl_producer *ret_producer);

/* What is known of a call when it begins; the rest comes with mrl_ring_entry_note. */
struct mrl_ring_call {
	uint64_t time_us;
	uint8_t request_id[16];
	struct mrl_ip ip;
	uint16_t port;
	uint8_t method;
	uint8_t http;
};

/*
 * Lets a call in: space for its record is kept and the call is visible to the daemon.
 * `now_ms` is CLOCK_MONOTONIC in ms (nginx's ngx_current_msec). MRL_AUDIT_REASON_NONE: yes. Any
 * other reason: nothing was changed; the caller counts the loss by mrl_ring_count *before* it
 * answers.
 */
MRL_CHECKED enum mrl_audit_reason mrl_ring_reserve(struct mrl_producer *producer, uint64_t now_ms,
                                                   const struct mrl_ring_call *call,
                                                   uint32_t *ret_entry);

/* At the end of the head: what an `incomplete` record shall say. Empty slices leave things as they
 * are; the ids have their exact sizes. */
struct mrl_ring_note {
	struct mrl_slice op_id; /* cut to 64 */
	struct mrl_slice user;  /* cut to 96 */
	struct mrl_slice trace, span, parent;
	struct mrl_ip ip; /* size 0: unchanged */
	uint16_t port;    /* with ip */
	uint8_t user_kind;
};
void mrl_ring_entry_note(struct mrl_producer *producer, uint32_t entry,
                         const struct mrl_ring_note *note);

/*
 * Log phase of a call that was let in: encodes into the ring, publishes, gives the entry back.
 * True: the daemon sleeps and the caller calls mrl_ring_wake (audit_host.h), for this and for the
 * next function.
 */
MRL_CHECKED bool mrl_audit_commit(struct mrl_producer *producer, uint32_t entry,
                                  const struct mrl_audit_facts *facts);
/*
 * A record beside the reservation, if the test of `reserve` passes: stage COMPLETE is a request
 * that never came to `reserve` (it gets flag UNRESERVED); stage OPEN is a call that goes on, whose
 * entry stays. Else the reason: the caller counts the former as refused and remembers OPEN_SKIPPED
 * for the latter.
 */
MRL_CHECKED enum mrl_audit_reason mrl_audit_commit_extra(struct mrl_producer *producer,
                                                         uint64_t now_ms,
                                                         const struct mrl_audit_facts *facts,
                                                         bool *ret_wake);
/* The last of this producer's records that is on disk, and the last that was committed. */
uint64_t mrl_producer_durable(const struct mrl_producer *producer);
static inline uint64_t mrl_producer_last(const struct mrl_producer *producer)
{
	return producer->last_wseq;
}

/* Counts a call without a record. Producer NULL: this process has no slot; slot 0 counts it. */
void mrl_ring_count(const struct mrl_ring *ring, const struct mrl_producer *producer,
                    const struct mrl_audit_loss *loss);

/* Orderly end: no more calls. Calls still in flight become `incomplete`. */
void mrl_ring_close(struct mrl_producer *producer);

#endif
