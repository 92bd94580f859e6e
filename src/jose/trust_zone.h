/*
 * The layout of the trust zone: header, rows of issuers, their keys, two tables of entries. All
 * that readers and the writer may touch at once is read and written by the words below.
 */
#ifndef MRL_TRUST_ZONE_H
#define MRL_TRUST_ZONE_H

#include <merlon/trust.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "zones are little endian");

struct mrl_trust_row {
	uint32_t used; /* written last; 0: free */
	uint32_t url_bytes;
	struct mrl_trust_rk rk; /* of kind ISS: whose row it is */
	uint64_t word;          /* generation << 1 | active buffer */
	uint32_t bytes[2];      /* of the buffers; 0: no usable key */
	uint64_t began_ms;
	uint64_t covered_ms;
	uint32_t ended;
	uint8_t url[MRL_TRUST_URL_MAX + 1];
	uint8_t unused[196];
};
_Static_assert(sizeof(struct mrl_trust_row) == 512, "a row");

struct mrl_trust_header {
	uint8_t magic[8];
	uint32_t layout, slots;
	uint64_t bytes;
	uint8_t boot_id[16];
	uint8_t nonce_key[32];
	uint64_t epoch;
	uint64_t flips; /* its lowest bit is the active table */
	uint64_t written_ms;
	uint32_t used, collapses;
	uint8_t unused[3992];
	struct mrl_trust_row rows[MRL_TRUST_ISSUERS];
};
_Static_assert(offsetof(struct mrl_trust_header, rows) == 4096, "rows");

#define MRL_TRUST_KEYS_AT   sizeof(struct mrl_trust_header)
#define MRL_TRUST_TABLES_AT (MRL_TRUST_KEYS_AT + 2U * MRL_TRUST_ISSUERS * MRL_TRUST_KEYS_BYTES)

struct mrl_trust_slot {
	uint64_t rk[2]; /* the first word is written last; 0: free */
	uint64_t not_before_s;
	uint32_t expires_boot_s;
	uint8_t kind;
	uint8_t row; /* the issuer's, for the rule of a full table */
	uint8_t unused[2];
};
_Static_assert(sizeof(struct mrl_trust_slot) == 32, "a slot");

/* A key as a slot holds it: a first word of 0 would mean free. */
struct mrl_trust_words {
	uint64_t first, second;
};

static inline struct mrl_trust_words mrl_trust_words(const struct mrl_trust_rk *rk)
{
	struct mrl_trust_words words;
	memcpy(&words, rk->bytes, sizeof(words));
	words.first = words.first == 0 ? 1 : words.first;
	return words;
}

static inline struct mrl_trust_header *mrl_trust_header(const struct mrl_trust_zone *zone)
{
	return (struct mrl_trust_header *)(void *)zone->memory;
}

static inline struct mrl_trust_row *mrl_trust_row_at(const struct mrl_trust_zone *zone,
                                                     uint32_t row)
{
	return &mrl_trust_header(zone)->rows[row % MRL_TRUST_ISSUERS];
}

/* Keys are copied by words, so that copying what is being written is no undefined behaviour. */
static inline uint64_t *mrl_trust_keys_at(const struct mrl_trust_zone *zone, uint32_t row,
                                          uint64_t buffer)
{
	size_t number = (size_t)(row % MRL_TRUST_ISSUERS) * 2 + (buffer & 1);
	return (uint64_t *)(void *)(zone->memory + MRL_TRUST_KEYS_AT +
	                            number * MRL_TRUST_KEYS_BYTES);
}

static inline struct mrl_trust_slot *mrl_trust_table(const struct mrl_trust_zone *zone,
                                                     uint64_t flips)
{
	size_t bytes = (size_t)zone->slots * sizeof(struct mrl_trust_slot);
	return (struct mrl_trust_slot *)(void *)(zone->memory + MRL_TRUST_TABLES_AT +
	                                         (flips & 1) * bytes);
}

#define MRL_TRUST_LOAD(place)        __atomic_load_n((place), __ATOMIC_RELAXED)
#define MRL_TRUST_SEE(place)         __atomic_load_n((place), __ATOMIC_ACQUIRE)
#define MRL_TRUST_STORE(place, what) __atomic_store_n((place), (what), __ATOMIC_RELAXED)
#define MRL_TRUST_SHOW(place, what)  __atomic_store_n((place), (what), __ATOMIC_RELEASE)

#endif
