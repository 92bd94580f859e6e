/* Loading a policy with all that it names, keeping every byte that was read. */
#ifndef MRL_CLI_LOAD_H
#define MRL_CLI_LOAD_H

#include "cli.h"
#include "crypto/x509.h"

/* A file as it was when it was read: what is checked is what is copied. */
struct mrl_seen {
	struct mrl_seen *next;
	struct mrl_slice path;
	struct mrl_slice text;
};

struct mrl_loading {
	struct mrl_arena *arena;
	struct mrl_diagnostics diagnostics;
	struct mrl_seen *seen;
	struct mrl_policy *policy;     /* NULL: there are errors; its owner is the caller */
	struct mrl_x509_pair *pairs;   /* one for each of the policy's certificates */
	struct mrl_slice *authorities; /* one for each API: what its `upstream.ca` holds */
	int64_t now_s;
};

struct mrl_load_request {
	const char *file;             /* absolute */
	const struct mrl_slice *text; /* NULL: read the file */
	uint64_t generation;
};

/*
 * Policy, documents and certificates (TLS-1). Findings are in ret_loading->diagnostics; MRL_OK also
 * when one of them is an error, and then the policy is NULL. Other statuses: our failure.
 */
MRL_CHECKED enum mrl_err mrl_load(struct mrl_arena *arena, const struct mrl_load_request *request,
                                  struct mrl_loading *ret_loading);

/* Judges the certificates of a loaded policy, and that every host has one. */
MRL_CHECKED enum mrl_err mrl_load_certificates(struct mrl_loading *loading);

/* Unix time. */
int64_t mrl_time_s(void);

/* "cannot be read: No such file or directory" for a status of mrl_file_read; errno as it left it.
 */
const char *mrl_load_reason(struct mrl_arena *arena, enum mrl_err err);

#endif
