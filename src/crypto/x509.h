/*
 * Certificates in PEM: judging a pair that an operator brought, and making the local authority and
 * its leaf. Time and memory are passed in; only key generation draws on OpenSSL's own generator.
 */
#ifndef MRL_CRYPTO_X509_H
#define MRL_CRYPTO_X509_H

#include <merlon/base.h>

/* PEM texts. `cert` may hold a chain, leaf first; `key` is not encrypted. */
struct mrl_x509_pair {
	struct mrl_slice cert;
	struct mrl_slice key;
};

/* What can be wrong with a pair, as bits: several may be. */
enum mrl_x509_fault {
	MRL_X509_CERT_PEM = 1 << 0,   /* no certificate can be read */
	MRL_X509_KEY_PEM = 1 << 1,    /* no key can be read, or it is encrypted */
	MRL_X509_KEY_MATCH = 1 << 2,  /* the key is another certificate's */
	MRL_X509_ORDER = 1 << 3,      /* one of the chain is not signed by the one after it */
	MRL_X509_NOT_YET = 1 << 4,    /* one of the chain is not valid yet */
	MRL_X509_EXPIRED = 1 << 5,    /* one of the chain is not valid any more */
	MRL_X509_RSA_BITS = 1 << 6,   /* an RSA key under 2,048 bits */
	MRL_X509_ALGORITHM = 1 << 7,  /* a key other than RSA, P-256, P-384, Ed25519 */
	MRL_X509_SIGNATURE = 1 << 8,  /* signed with SHA-1 or weaker */
	MRL_X509_CHAIN_LONG = 1 << 9, /* more than MRL_X509_CHAIN_MAX certificates */
};
#define MRL_X509_FAULTS    10
#define MRL_X509_CHAIN_MAX 10

/* One sentence about a fault, and how to mend it; by the bit's number. */
struct mrl_x509_fault_row {
	const char *code; /* stable: "tls-key-match" */
	const char *text;
	const char *hint;
};
extern const struct mrl_x509_fault_row mrl_x509_fault_rows[MRL_X509_FAULTS];

struct mrl_x509_report {
	uint32_t faults;     /* enum mrl_x509_fault */
	int64_t not_after_s; /* the earliest of the chain; 0 when nothing can be read */
	uint32_t chain;      /* certificates read */
};

/* Judges a pair at a time (TLS-1). Total: what cannot be read is a fault, not a status. */
void mrl_x509_check(const struct mrl_x509_pair *pair, int64_t now_s,
                    struct mrl_x509_report *ret_report);

/* Whether the first certificate names the host in its SAN: a DNS name (wildcards for one whole
 * label), or an address, "127.0.0.1" or "[::1]". The subject is never consulted. */
bool mrl_x509_covers(struct mrl_slice cert, struct mrl_slice host);

/* SHA-256 of the first certificate's DER form. MRL_ERR_CRYPTO: there is none. */
MRL_CHECKED enum mrl_err mrl_x509_digest(struct mrl_slice cert, uint8_t ret_digest[32]);

/* Whether `cert` was signed by the first certificate of `authority`. */
bool mrl_x509_signed_by(struct mrl_slice cert, struct mrl_slice authority);

/* A name that the local authority may sign: localhost and what lies under it, under `test` or
 * `internal`, 127.0.0.0/8, [::1]. Everything else needs an own certificate. */
bool mrl_x509_local_name(struct mrl_slice host);

/*
 * The local authority: P-256, 1,825 days, may sign leaves for local names only, by a critical name
 * constraint, so that a stolen key signs nothing else. MRL_ERR_CRYPTO, MRL_ERR_MEMORY.
 */
MRL_CHECKED enum mrl_err mrl_x509_authority(int64_t now_s, struct mrl_arena *arena,
                                            struct mrl_x509_pair *ret_pair);

/*
 * A server's leaf under that authority: P-256, 90 days, SAN are `names` in order (hosts as the
 * policy writes them). MRL_ERR_INVALID: a name that is not local, or none.
 */
MRL_CHECKED enum mrl_err mrl_x509_leaf(const struct mrl_x509_pair *authority,
                                       const struct mrl_slice *names, size_t count, int64_t now_s,
                                       struct mrl_arena *arena, struct mrl_x509_pair *ret_pair);

#endif
