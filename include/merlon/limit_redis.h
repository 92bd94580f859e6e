/*
 * Limits that several gateways share in Redis or Valkey [RATE-5]: what is sent, what an answer
 * means, and what holds while there is none. No socket is here and no clock.
 *
 * Every charge is also kept in the gateway's own zone. So a gateway that cannot reach Redis knows
 * what it has admitted itself, and keeps to its part of the limit, N divided by the gateways.
 */
#ifndef MERLON_LIMIT_REDIS_H
#define MERLON_LIMIT_REDIS_H

#include <merlon/limit.h>

/* `limits: {redis: ...}` of a policy. */
struct mrl_limit_redis {
	struct mrl_slice node; /* "HOST:PORT" or "unix:PATH" */
	bool tls;
	struct mrl_slice ca_file, server_name, cert_file, cert_key_file;
	struct mrl_slice user, password_file;
	struct mrl_slice key_file; /* 16 bytes, the same on every gateway */
	uint32_t instances;        /* gateways */
	uint32_t timeout_ms, connect_timeout_ms;
	uint32_t guard_ms; /* how far the server's clock may jump ahead without harm */
};

/* Why a server is not used. */
enum mrl_limit_unfit {
	MRL_LIMIT_FIT,
	MRL_LIMIT_UNFIT_POLICY,  /* maxmemory-policy evicts: counts would begin again at 0 */
	MRL_LIMIT_UNFIT_ROLE,    /* a replica */
	MRL_LIMIT_UNFIT_CLUSTER, /* a node of a cluster */
	MRL_LIMIT_UNFIT_VERSION,
	MRL_LIMIT_UNFIT_SCRIPTS, /* they do not do there what they do in Redis */
	MRL_LIMIT_UNFIT_ACCESS,  /* name or password */
	MRL_LIMIT_UNFIT_TLS,     /* its certificate is not valid */
	MRL_LIMIT_UNFIT_INFO,    /* INFO lacks what is judged by */
};
#define MRL_LIMIT_UNFITS 9
extern const char *const mrl_limit_unfit_texts[MRL_LIMIT_UNFITS];

/* What all workers of a gateway know of the server; in the zone `core`. */
struct mrl_limit_server {
	uint64_t dataset;  /* the one seen last; 0: none yet */
	uint64_t since_ms; /* monotonic: what it holds is complete from here on */
	uint32_t unfit;    /* enum mrl_limit_unfit */
	uint32_t ready;    /* workers that are connected */
};
struct mrl_limit_server *mrl_limit_server(const struct mrl_limit_zone *core);

/* INFO, all sections that were asked for. */
struct mrl_limit_info {
	uint64_t dataset;
	uint64_t uptime_s;
};
enum mrl_limit_unfit mrl_limit_info_read(struct mrl_slice text, struct mrl_limit_info *ret_info);
/* A connection stands: notes which data it has. `was_out`: calls were decided without Redis. */
void mrl_limit_server_seen(struct mrl_limit_server *server, const struct mrl_limit_info *info,
                           uint64_t now_ms, bool was_out);

/* --- one decision --- */

/* Refusals of the last second, so that who goes on asking costs Redis nothing. Of a worker. */
#define MRL_LIMIT_DENIALS 1024
struct mrl_limit_denial {
	uint64_t tag;
	uint32_t until, checked, cost;
	uint32_t ordinal;
};

enum mrl_limit_step { MRL_LIMIT_DECIDED, MRL_LIMIT_ASK };

struct mrl_limit_strict {
	struct mrl_limit_asked asked;
	struct mrl_limit_result result;
	uint32_t debts[MRL_LIMIT_KEYS_MAX];  /* that the command carries */
	uint64_t stamps[MRL_LIMIT_KEYS_MAX]; /* of the server's clock */
	bool charged;                        /* in the zones already */
	bool in_redis;                       /* admitted there: can be refunded there */
	bool fell_back;                      /* decided without Redis */
	bool begun;
};

/* `strict->asked` is set. DECIDED: the result stands. ASK: send the command, then end. */
MRL_CHECKED enum mrl_err mrl_limit_strict_begin(const struct mrl_limit_store *store,
                                                struct mrl_limit_strict *strict,
                                                enum mrl_limit_step *ret_step);

enum mrl_limit_sent {
	MRL_LIMIT_REPLIED,
	MRL_LIMIT_NOT_EXECUTED,
	MRL_LIMIT_UNKNOWN, /* it may have been: nothing is sent twice */
};
/* `values`: of the reply to a charge, if it REPLIED. The result stands. */
MRL_CHECKED enum mrl_err mrl_limit_strict_end(const struct mrl_limit_store *store,
                                              struct mrl_limit_strict *strict,
                                              enum mrl_limit_sent sent, const int64_t *values,
                                              uint32_t value_count);
/* What was admitted is given back in the zones; the command for Redis is the caller's. */
void mrl_limit_strict_give_back(const struct mrl_limit_store *store,
                                struct mrl_limit_strict *strict);

/* --- commands --- */

#define MRL_LIMIT_REPLY_VALUES (4 + 3 * MRL_LIMIT_KEYS_MAX)
#define MRL_LIMIT_ARGS_MAX     (1 + 6 * MRL_LIMIT_KEYS_MAX)
#define MRL_LIMIT_ARGS_BYTES   1024

enum mrl_limit_script { MRL_LIMIT_SCRIPT_CHARGE, MRL_LIMIT_SCRIPT_REFUND };
#define MRL_LIMIT_SCRIPTS 2
extern const char *const mrl_limit_scripts[MRL_LIMIT_SCRIPTS];

/* What follows EVALSHA and the script: the number of keys, the keys, the arguments. */
struct mrl_limit_command {
	enum mrl_limit_script script;
	struct mrl_slice args[MRL_LIMIT_ARGS_MAX];
	uint32_t count;
	uint8_t bytes[MRL_LIMIT_ARGS_BYTES];
};
void mrl_limit_charge_command(const struct mrl_limit_store *store,
                              const struct mrl_limit_strict *strict,
                              struct mrl_limit_command *ret_command);
void mrl_limit_refund_command(const struct mrl_limit_store *store,
                              const struct mrl_limit_strict *strict,
                              struct mrl_limit_command *ret_command);

/* A question of a call and its answer, which the adapter writes. */
struct mrl_limit_exchange {
	struct mrl_limit_command command;
	enum mrl_limit_sent sent;
	int64_t values[MRL_LIMIT_REPLY_VALUES];
	uint32_t value_count;
};

/* Of an error that Redis answered. */
enum mrl_limit_fault {
	MRL_LIMIT_FAULT_NO_SCRIPT, /* send it again with its source */
	MRL_LIMIT_FAULT_NOT_EXECUTED,
	MRL_LIMIT_FAULT_UNKNOWN,
};
enum mrl_limit_fault mrl_limit_fault_of(struct mrl_slice error);

#endif
