/*
 * merlon-keeper: brings the keys of issuers [AUTH-5 TLS-4]. It alone reaches out; what it finds
 * good stands in the trust zone, where workers read it.
 */
#ifndef MERLON_KEEPER_H
#define MERLON_KEEPER_H

#include "../common/start.h"

#include <curl/curl.h>

#include <merlon/jose.h>
#include <merlon/trust.h>

#define KEEPER_NAME        "merlon-keeper"
#define KEEPER_BYTES_MAX   (256U << 10) /* of an answer */
#define KEEPER_CONNECT_MS  2000L
#define KEEPER_TOTAL_MS    5000L
#define KEEPER_REDIRECTS   3
#define KEEPER_USUAL_S     900
#define KEEPER_AGE_MIN_S   60
#define KEEPER_AGE_MAX_S   86400
#define KEEPER_RETRY_MIN_S 5
#define KEEPER_RETRY_MAX_S 300
#define KEEPER_ASK_S       30 /* between downloads that workers asked for */
#define KEEPER_ALARM_S     (24 * 3600)
#define KEEPER_KEEP_S      (72 * 3600) /* last good keys, while none can be had */

/* One issuer of the configuration. */
struct source {
	char name[32];
	char url[256];
	char keys[1024]; /* "oidc", "oauth", or the URL of the set */
	char ca[1024];   /* path; empty: the system's */
	uint32_t row;    /* in the zone */
	uint32_t asked;  /* the word of trust.ask that was answered last */
	uint64_t next_ms, began_ms;
	int64_t good_s; /* wall clock of the last good set; 0: none */
	uint32_t failures;
	bool alarmed;
	/* A download under way. */
	CURL *easy; /* NULL: none */
	bool at_metadata;
	uint32_t redirects;
	char at[1024]; /* URL */
	uint8_t *body;
	size_t body_bytes;
};

struct keeper {
	const char *state_dir;
	int lock_fd;
	CURLM *multi;
	struct mrl_jose jose;
	struct mrl_trust_writer writer;
	uint32_t *ask;
	struct source sources[MRL_TRUST_ISSUERS];
	uint32_t source_count;
	int64_t config_ns; /* of the file that was read last */
	uint64_t config_ino;
};

/* zone.c: maps trust.zone and trust.ask of the run directory, made where they are not. */
MRL_CHECKED enum mrl_err keeper_zone_open(struct keeper *keeper, const char *run_dir);

/* config.c: reads `current/keeper.json` of the state directory if it is another than before. */
void keeper_config_look(struct keeper *keeper, uint64_t now_ms);

/* fetch.c */
void keeper_fetch_start(struct keeper *keeper, struct source *source, uint64_t now_ms);
/* Ends what is done; waits up to 20 ms. */
void keeper_fetch_turn(struct keeper *keeper);
void keeper_fetch_cancel(struct keeper *keeper, struct source *source);

/* sets.c: a set that came, or failed to; `age_s` 0: the usual time to the next. */
void keeper_set_came(struct keeper *keeper, struct source *source, struct mrl_slice text,
                     int64_t age_s);
void keeper_set_failed(struct keeper *keeper, struct source *source, const char *why);
/* The last good set of the state directory, if it is not too old. */
void keeper_set_restore(struct keeper *keeper, struct source *source);
/* Takes keys away that are too old. */
void keeper_set_age(struct keeper *keeper, struct source *source);

#endif
