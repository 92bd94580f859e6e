/*
 * Rate limits [RATE-1 RATE-2 RATE-3]: at most N units of a key in any window W, exactly, in memory
 * of fixed size that the processes of a gateway share.
 *
 * The state of a key is a log of cells (time, units). A unit counts for `hold`, which is the window
 * and one millisecond, and is charged with the whole cell that it falls into; so no window of real
 * time ever sees more than N, and a client that asks as often as it may is never more than one cell
 * behind. docs/limits.md has the proof.
 */
#ifndef MERLON_LIMIT_H
#define MERLON_LIMIT_H

#include <merlon/base.h>

struct mrl_limit_redis; /* limit_redis.h */
struct mrl_limit_server;
struct mrl_limit_denial;

#define MRL_LIMIT_UNITS_MAX  1000000000U
#define MRL_LIMIT_WINDOW_MIN 1000U
#define MRL_LIMIT_WINDOW_MAX 86400000U
#define MRL_LIMIT_COST_MAX   10000U
#define MRL_LIMIT_KEYS_MAX   8 /* limits of one decision */
#define MRL_LIMIT_NAME_BYTES 32
#define MRL_LIMIT_ROWS_MAX   16 /* limits of one zone */

struct mrl_limit_rate {
	uint32_t units;
	uint32_t window_ms;
};
/* "600/60s", "100/1h": units in a window of s, m, h or d. MRL_ERR_INVALID: not of that form;
 * MRL_ERR_LIMIT: a window shorter than a second or longer than a day, or too many units. */
MRL_CHECKED enum mrl_err mrl_limit_rate_read(struct mrl_slice text,
                                             struct mrl_limit_rate *ret_rate);

/* --- one key --- */

struct mrl_limit_cell {
	uint32_t t; /* low half of a time in milliseconds */
	uint32_t n;
};

/* A ring of `slots` cells, the oldest at `first`; `sum` is of all n. Stands in shared memory. */
struct mrl_limit_entry {
	uint64_t tag;
	uint32_t sum;
	uint8_t first, count;
	uint8_t flags, ordinal;
	struct mrl_limit_cell cells[];
};

/* What a limit is, for a ring of so many slots. */
struct mrl_limit_rule {
	uint32_t units;
	uint32_t hold;  /* ms that a charge counts */
	uint32_t width; /* ms of a cell; 1: each millisecond has its own */
	uint32_t slots;
};
struct mrl_limit_rule mrl_limit_rule(struct mrl_limit_rate rate, uint32_t slots);

enum mrl_limit_verdict {
	MRL_LIMIT_ADMITTED,
	MRL_LIMIT_DENIED,
	MRL_LIMIT_NEVER, /* the cost is more than the limit */
};

struct mrl_limit_charge {
	enum mrl_limit_verdict verdict;
	uint32_t wait_ms; /* DENIED: until it is admitted if nothing else is charged */
	uint32_t stamp;   /* ADMITTED: for a refund */
};

/* Drops what counts no more. */
void mrl_limit_drop(struct mrl_limit_entry *entry, const struct mrl_limit_rule *rule, uint32_t now);
/* Of a log from which was dropped; changes nothing. */
struct mrl_limit_charge mrl_limit_check(const struct mrl_limit_entry *entry,
                                        const struct mrl_limit_rule *rule, uint32_t now,
                                        uint32_t cost);
/* Without a check; the stamp. `shift` ms in the future at most counts from there. */
uint32_t mrl_limit_force(struct mrl_limit_entry *entry, const struct mrl_limit_rule *rule,
                         uint32_t now, uint32_t cost, uint32_t shift);
/* All three. */
struct mrl_limit_charge mrl_limit_take(struct mrl_limit_entry *entry,
                                       const struct mrl_limit_rule *rule, uint32_t now,
                                       uint32_t cost, uint32_t shift);
/* The units given back; none if their cell may be gone. */
uint32_t mrl_limit_refund(struct mrl_limit_entry *entry, const struct mrl_limit_rule *rule,
                          uint32_t now, uint32_t stamp, uint32_t cost);

/* --- keys --- */

/* SipHash-2-4 with 128 bits (Aumasson and Bernstein, 2012). */
struct mrl_limit_hash {
	uint64_t low, high;
};
struct mrl_limit_hash mrl_limit_hash(const uint8_t key[16], struct mrl_slice bytes);

/* --- zones: shared memory of one size of entries --- */

struct mrl_limit_zone_sizes {
	uint32_t entries; /* rounded up to 256 */
	uint32_t cells;   /* of an entry: 14 or 30 */
	uint32_t order;   /* of zones: a decision locks in it */
};
size_t mrl_limit_zone_bytes(const struct mrl_limit_zone_sizes *sizes);

/* Who made the memory: what was made by others, or before a restart, is not used again. */
struct mrl_limit_origin {
	uint8_t boot_id[16];
	uint8_t hash_key[16];
	uint64_t now_ms;
};

struct mrl_limit_zone {
	uint8_t *memory;
	uint32_t stripes;
	uint32_t slots;
	uint32_t entry_bytes, stripe_bytes;
	uint32_t order;
};
/* Memory of mrl_limit_zone_bytes, zeroed. */
void mrl_limit_zone_make(void *memory, const struct mrl_limit_zone_sizes *sizes,
                         const struct mrl_limit_origin *origin);
/* MRL_ERR_STATE: of another layout or size, another boot or key, or not used for longer than any
 * window. */
MRL_CHECKED enum mrl_err mrl_limit_zone_attach(void *memory, size_t bytes,
                                               const struct mrl_limit_zone_sizes *sizes,
                                               const struct mrl_limit_origin *origin,
                                               struct mrl_limit_zone *ret_zone);
/* The key that its entries were hashed with, of a file found. MRL_ERR_STATE: it is none. */
MRL_CHECKED enum mrl_err mrl_limit_zone_key(const void *memory, size_t bytes, uint8_t ret_key[16]);
/* The sizes that it was made with; `order` is untouched. */
MRL_CHECKED enum mrl_err mrl_limit_zone_sizes_of(const void *memory, size_t bytes,
                                                 struct mrl_limit_zone_sizes *ret_sizes);
/* The row of a limit by name, made or brought up to date. Not while another process does the same.
 * MRL_ERR_FULL: no row is free. */
MRL_CHECKED enum mrl_err mrl_limit_zone_row(const struct mrl_limit_zone *zone,
                                            struct mrl_slice name,
                                            const struct mrl_limit_rule *rule, uint64_t now_ms,
                                            uint8_t *ret_ordinal);
/* All rows but those of the set: each is free once nothing charged under it counts any more. */
void mrl_limit_zone_retire(const struct mrl_limit_zone *zone, uint32_t kept, uint64_t now_ms);
/* What the core does not do itself. */
struct mrl_limit_host {
	uint64_t (*now_ms)(void *context); /* monotonic; one clock for all processes */
	bool (*is_gone)(void *context, uint32_t pid);
	void (*yield)(void *context);
	void *context;
	uint32_t pid; /* ours */
};

/* Every second, by one worker: notes that the zone lives, and frees dead entries of 1/64 of it. */
void mrl_limit_zone_sweep(const struct mrl_limit_zone *zone, const struct mrl_limit_host *host,
                          uint32_t turn);

/* A zone of whoever made it, to look at. MRL_ERR_STATE: it is none. */
MRL_CHECKED enum mrl_err mrl_limit_zone_look(void *memory, size_t bytes,
                                             struct mrl_limit_zone *ret_zone);

struct mrl_limit_zone_counts {
	uint32_t used;       /* entries, dead ones that were not swept yet included */
	uint64_t overflows;  /* decisions for a key that found no entry */
	uint64_t recoveries; /* locks taken over from the dead */
	uint64_t busy;       /* decisions that gave up */
};
void mrl_limit_zone_count(const struct mrl_limit_zone *zone,
                          struct mrl_limit_zone_counts *ret_counts);

/* --- looking at keys --- */

/* A limit's row in a zone, by name, with what it was last opened as. False: the zone has none. */
bool mrl_limit_zone_row_of(const struct mrl_limit_zone *zone, struct mrl_slice name,
                           struct mrl_limit_rule *ret_rule, uint8_t *ret_ordinal);

/* A key of a moment: read without a lock, so that nothing waits for who looks. */
struct mrl_limit_seen {
	uint64_t tag;   /* low half of the key of a request */
	uint32_t units; /* that count now */
	uint32_t reset_ms;
	bool overflow; /* of all keys of a stripe that have found no room; `tag` is nothing */
};
/* Each key of the row that has units which count. */
void mrl_limit_zone_each(const struct mrl_limit_zone *zone, uint8_t ordinal, uint64_t now_ms,
                         void (*see)(void *context, const struct mrl_limit_seen *seen),
                         void *context);
/* Forgets what a key was charged: it can be charged in full at once. The units; 0 if it has no
 * entry. MRL_ERR_BUSY: its lock was held for too long. */
MRL_CHECKED enum mrl_err mrl_limit_zone_clear(const struct mrl_limit_zone *zone, uint8_t ordinal,
                                              uint64_t tag, const struct mrl_limit_host *host,
                                              uint32_t *ret_units);

/* What keys of a limit are mixed with, so that one identity under two limits is two keys. */
struct mrl_limit_hash mrl_limit_salt(const uint8_t key[16], struct mrl_slice name);

/* An identity as it is told and as Redis has it: the first 8 bytes of its hash, in base64url. */
#define MRL_LIMIT_KEY_NAME 11
void mrl_limit_key_name(struct mrl_limit_hash identity, char ret_name[MRL_LIMIT_KEY_NAME + 1]);
/* The low half of the hash; false: it is no such name. */
bool mrl_limit_key_name_read(struct mrl_slice name, uint64_t *ret_low);

/* --- decisions --- */

struct mrl_limit_request {
	const struct mrl_limit_zone *zone;
	struct mrl_limit_rule rule;
	struct mrl_limit_hash key; /* of the identity, mixed with the limit's name */
	uint32_t cost;
	uint8_t ordinal;
	bool shadow; /* neither refuses nor is charged if it would */
	bool forced; /* is charged without a check */
};

struct mrl_limit_standing {
	uint32_t remaining;
	uint32_t reset_ms; /* until the oldest charge counts no more; 0: the log is empty */
	uint32_t stamp;
};

struct mrl_limit_result {
	enum mrl_limit_verdict verdict;
	uint32_t wait_ms;  /* the greatest of the violated */
	uint32_t violated; /* one bit a request */
	uint32_t shadowed; /* the same of those in shadow mode */
	struct mrl_limit_standing standings[MRL_LIMIT_KEYS_MAX];
};

/* All are charged or none. MRL_ERR_BUSY: a lock was held for too long. */
MRL_CHECKED enum mrl_err mrl_limit_decide(const struct mrl_limit_request *requests, uint32_t count,
                                          const struct mrl_limit_host *host,
                                          struct mrl_limit_result *ret_result);
/* Gives back what an admission charged. */
void mrl_limit_give_back(const struct mrl_limit_request *requests, uint32_t count,
                         const struct mrl_limit_host *host, const struct mrl_limit_result *result);

/* The units of a key under a row that count now, taken out of it; 0 if it has no entry. */
MRL_CHECKED enum mrl_err mrl_limit_take_out(const struct mrl_limit_request *request,
                                            const struct mrl_limit_host *host, uint32_t *ret_units);

/* --- a policy's limits, and where they are counted --- */

/* What a key is made of. A call that lacks a part is not counted under that limit. */
enum mrl_limit_part {
	MRL_LIMIT_GLOBAL,
	MRL_LIMIT_IP,   /* IPv4, or the /64 (`ipv6_prefix`) of IPv6 */
	MRL_LIMIT_IP48, /* the /48 of IPv6 */
	MRL_LIMIT_USER,
	MRL_LIMIT_CLIENT,
	MRL_LIMIT_OPERATION,
	MRL_LIMIT_USERNAME, /* of a sign-in: what is not verified can only refuse */
};
#define MRL_LIMIT_PARTS 7
extern const char *const mrl_limit_part_names[MRL_LIMIT_PARTS];

/* Apart, so that a flood of addresses cannot touch the state of users. */
enum mrl_limit_zone_id {
	MRL_LIMIT_ZONE_CORE, /* keys of global and operation alone */
	MRL_LIMIT_ZONE_IP,   /* with an address, without a user or client */
	MRL_LIMIT_ZONE_USER,
	MRL_LIMIT_ZONE_LOGIN, /* failed sign-ins */
};
#define MRL_LIMIT_ZONES 4
extern const char *const mrl_limit_zone_names[MRL_LIMIT_ZONES];

#define MRL_LIMIT_PARTS_MAX 3
#define MRL_LIMIT_SPECS_MAX 64 /* 16 in each zone */

/* A limit's name is its scope: operations that share it share one allowance. */
struct mrl_limit_spec {
	struct mrl_slice name;
	struct mrl_limit_rate rate;
	uint8_t parts[MRL_LIMIT_PARTS_MAX]; /* enum mrl_limit_part */
	uint8_t part_count;
	uint8_t zone;                  /* enum mrl_limit_zone_id */
	bool is_public;                /* may be named to clients */
	bool everywhere;               /* on every operation that does not leave it out */
	struct mrl_slice policy_field; /* of RateLimit-Policy: `"user";q=600;w=60` */
};

enum mrl_limit_fields { MRL_LIMIT_FIELDS_ALL, MRL_LIMIT_FIELDS_DENIED, MRL_LIMIT_FIELDS_NONE };

struct mrl_limits {
	struct mrl_limit_spec *specs;
	uint32_t count;
	enum mrl_limit_fields fields;
	bool legacy_fields;
	uint32_t ipv6_prefix;
	const struct mrl_limit_redis *redis; /* NULL: each gateway counts for itself */
	struct mrl_limit_zone_sizes zones[MRL_LIMIT_ZONES];
};

/* A policy's limits in zones: what a process needs to decide. */
struct mrl_limit_store {
	struct mrl_limit_zone zones[MRL_LIMIT_ZONES];
	struct mrl_limit_host host;
	uint8_t hash_key[16];
	struct mrl_limit_hash salts[MRL_LIMIT_SPECS_MAX];
	struct mrl_limit_rule rules[MRL_LIMIT_SPECS_MAX];
	uint8_t ordinals[MRL_LIMIT_SPECS_MAX];

	/* With Redis. */
	const struct mrl_limit_redis *redis; /* NULL: without */
	struct mrl_limit_server *server;
	struct mrl_limit_denial *denials;   /* of this worker; NULL: none */
	bool ready;                         /* this worker can ask */
	uint8_t debts[MRL_LIMIT_SPECS_MAX]; /* rows of what Redis was not told */
	char kinds[MRL_LIMIT_SPECS_MAX];    /* of keys */
};
/* One decision: what is asked, and which limit each request is. */
struct mrl_limit_asked {
	struct mrl_limit_request requests[MRL_LIMIT_KEYS_MAX];
	const struct mrl_limit_spec *specs[MRL_LIMIT_KEYS_MAX];
	uint8_t indexes[MRL_LIMIT_KEYS_MAX]; /* of the policy's limits */
	uint32_t count;
};

/* Zones, hash_key and host are set. Gives each limit its row; rows of limits that are gone end.
 * MRL_ERR_FULL: no row is free in `*ret_zone`. Not while another process does the same. */
MRL_CHECKED enum mrl_err mrl_limit_store_open(struct mrl_limit_store *store,
                                              const struct mrl_limits *limits,
                                              enum mrl_limit_zone_id *ret_zone);

#endif
