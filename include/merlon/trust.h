/*
 * The trust zone [AUTH-5 AUTH-6]: what merlon-keeper knows of issuers, their keys and revocations,
 * in memory that it writes and that the workers of a gateway read without a lock.
 *
 * An issuer has a row that stays its own as long as the zone lives; a policy's order does not
 * matter. Keys are two buffers, of which the writer fills the idle one; revocations are two tables,
 * of which it rebuilds the idle one. Readers look, and look again whether they may believe it.
 */
#ifndef MERLON_TRUST_H
#define MERLON_TRUST_H

#include <merlon/crypto.h>

#define MRL_TRUST_ISSUERS    16
#define MRL_TRUST_URL_MAX    255
#define MRL_TRUST_KEYS_BYTES (128U << 10) /* the largest JWK Set of an issuer */
#define MRL_TRUST_SLOTS      (1U << 18)   /* of a table; 32 bytes each */
#define MRL_TRUST_SLOTS_MIN  (1U << 12)
#define MRL_TRUST_SLOTS_MAX  (1U << 24)

/* What is revoked. The numbers stand in keys and files: only ever append. */
enum mrl_trust_kind {
	MRL_TRUST_JTI = 1,
	MRL_TRUST_SID = 2,
	MRL_TRUST_SUB = 3,    /* tokens issued before not_before */
	MRL_TRUST_CLIENT = 4, /* the same */
	MRL_TRUST_KID = 5,    /* the key leaves the issuer's set; readers never ask for it */
	MRL_TRUST_ISS = 6,    /* all of the issuer's tokens issued before not_before; no value */
	MRL_TRUST_SESSION = 7,
};
#define MRL_TRUST_KIND_COUNT 8

/* The key of an entry: the first half of SHA-256(kind || iss || 0x00 || value). */
struct mrl_trust_rk {
	uint8_t bytes[16];
};
MRL_CHECKED enum mrl_err mrl_trust_rk(enum mrl_trust_kind kind, struct mrl_slice iss,
                                      struct mrl_slice value, struct mrl_trust_rk *ret_rk);

/* --- readers --- */

struct mrl_trust_zone {
	uint8_t *memory; /* a reader's may be mapped read-only */
	uint32_t slots;
};

/* MRL_ERR_STATE: another magic, layout, size, or made before the machine was started. */
MRL_CHECKED enum mrl_err mrl_trust_open(const void *memory, size_t bytes, const uint8_t boot_id[16],
                                        struct mrl_trust_zone *ret_zone);

/* The row of an issuer, by the key of kind ISS without a value. False: it has none (yet). */
bool mrl_trust_find(const struct mrl_trust_zone *zone, const struct mrl_trust_rk *iss,
                    uint32_t *ret_row);

/* The number of a row's key set: another one, other keys. 0: it has no keys. */
uint32_t mrl_trust_generation(const struct mrl_trust_zone *zone, uint32_t row);
/*
 * Copies the row's JWK Set into `into`, which has MRL_TRUST_KEYS_BYTES, with its generation.
 * MRL_ERR_NOT_FOUND: no usable key. MRL_ERR_BUSY: it changed each time we read it; ask again.
 */
MRL_CHECKED enum mrl_err mrl_trust_keys(const struct mrl_trust_zone *zone, uint32_t row,
                                        uint8_t *into, uint32_t *ret_generation,
                                        struct mrl_slice *ret_text);

/* Downloads of an issuer's keys, to know whether waiting for one is worth it. Times are of
 * CLOCK_BOOTTIME. */
struct mrl_trust_downloads {
	uint64_t began_ms; /* the latest; 0: none yet */
	uint32_t ended;    /* good or bad; a waiter's ends when this grows */
};
struct mrl_trust_downloads mrl_trust_downloads(const struct mrl_trust_zone *zone, uint32_t row);

/* The words that workers add to when a token names a key that the issuer's set lacks. */
#define MRL_TRUST_ASK_BYTES ((size_t)MRL_TRUST_ISSUERS * sizeof(uint32_t))
/* `ask` is a mapping of MRL_TRUST_ASK_BYTES. */
void mrl_trust_ask(uint32_t *ask, uint32_t row);
uint32_t mrl_trust_asked(const uint32_t *ask, uint32_t row);

struct mrl_trust_entry {
	enum mrl_trust_kind kind;
	uint64_t not_before_s;
	uint32_t expires_boot_s;
};
/* Grows after each change; what was judged under one epoch need not be judged again under it. Read
 * it before asking. */
uint64_t mrl_trust_epoch(const struct mrl_trust_zone *zone);
/*
 * Whether a live entry revokes a token: SUB, CLIENT, ISS if it was issued before not_before, any
 * other always. `ret_entry` is what was found.
 */
bool mrl_trust_revoked(const struct mrl_trust_zone *zone, const struct mrl_trust_rk *rk,
                       int64_t iat_s, uint32_t now_boot_s, struct mrl_trust_entry *ret_entry);
/* All revocations of the issuer that were acknowledged before this time (CLOCK_BOOTTIME) are in
 * the zone. 0: nothing is known. */
uint64_t mrl_trust_covered_until_ms(const struct mrl_trust_zone *zone, uint32_t row);
/* The secret of the nonces for proofs of possession; the same for as long as the zone lives. */
const uint8_t *mrl_trust_nonce_key(const struct mrl_trust_zone *zone);

struct mrl_trust_counts {
	uint32_t slots;
	uint32_t used;      /* of the active table, with what has expired */
	uint32_t collapses; /* how often single entries became one for their whole issuer */
	uint64_t epoch;
	uint64_t written_ms; /* when the keeper last did anything (CLOCK_BOOTTIME) */
};
void mrl_trust_count(const struct mrl_trust_zone *zone, struct mrl_trust_counts *ret_counts);
/* The issuer's URL; empty: the row is free. */
struct mrl_slice mrl_trust_row_url(const struct mrl_trust_zone *zone, uint32_t row);

/* --- the one writer --- */

size_t mrl_trust_zone_bytes(uint32_t slots);
/* Zeroed memory of mrl_trust_zone_bytes; `slots` is a power of two. */
void mrl_trust_make(void *memory, uint32_t slots, const uint8_t boot_id[16],
                    const uint8_t nonce_key[32]);

struct mrl_trust_writer {
	struct mrl_trust_zone zone;
	uint32_t used; /* of the active table */
	uint32_t full; /* at most so many */
	bool dirty;    /* since the last commit */
};
/* Of an open zone, whatever a former writer left half done. */
void mrl_trust_writer(const struct mrl_trust_zone *zone, struct mrl_trust_writer *ret_writer);
void mrl_trust_alive(struct mrl_trust_writer *writer, uint64_t now_boot_ms);

/* Finds or gives a row. MRL_ERR_FULL: 16 others have them; MRL_ERR_LIMIT: the URL is too long. */
MRL_CHECKED enum mrl_err mrl_trust_row(struct mrl_trust_writer *writer, struct mrl_slice url,
                                       uint32_t *ret_row);
/* The row is free; its keys are gone. */
void mrl_trust_row_drop(struct mrl_trust_writer *writer, uint32_t row);
/* Publishes a set; empty: the issuer has no usable key. MRL_ERR_LIMIT: it is too large. */
MRL_CHECKED enum mrl_err mrl_trust_keys_put(struct mrl_trust_writer *writer, uint32_t row,
                                            struct mrl_slice text);
void mrl_trust_download_began(struct mrl_trust_writer *writer, uint32_t row, uint64_t now_boot_ms);
void mrl_trust_download_ended(struct mrl_trust_writer *writer, uint32_t row);
void mrl_trust_cover(struct mrl_trust_writer *writer, uint32_t row, uint64_t until_boot_ms);

struct mrl_trust_now {
	uint64_t unix_s;
	uint32_t boot_s;
};
/*
 * Adds an entry of the row's issuer, or lets an entry of the same key grow: not_before and expiry
 * never fall. A table that is full drops what has expired; is it still full, then the JTI and SID
 * entries of the issuer with most of them become one ISS entry (counted in `collapses`).
 * MRL_ERR_FULL: nothing of that helped; the entry is not in the zone.
 */
MRL_CHECKED enum mrl_err mrl_trust_insert(struct mrl_trust_writer *writer, uint32_t row,
                                          const struct mrl_trust_rk *rk,
                                          const struct mrl_trust_entry *entry,
                                          struct mrl_trust_now now);
/* Drops what has expired, if that is a quarter of the entries or more. */
void mrl_trust_sweep(struct mrl_trust_writer *writer, uint32_t now_boot_s);
/* The end of a batch: the epoch grows if anything changed. */
void mrl_trust_commit(struct mrl_trust_writer *writer);

#endif
