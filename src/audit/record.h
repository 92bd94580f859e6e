/*
 * The record inside of src/audit and for the daemon: encoding with flags, strict decoding, the
 * scrubber, JSON.
 */
#ifndef MERLON_AUDIT_RECORD_H
#define MERLON_AUDIT_RECORD_H

#include <merlon/audit.h>

/* At most `max` bytes, cut before the UTF-8 character that does not fit. */
struct mrl_slice mrl_audit_cut(struct mrl_slice text, size_t max);

/* mrl_audit_encode with other flags than the facts'. */
MRL_CHECKED enum mrl_err mrl_audit_encode_flags(const struct mrl_audit_facts *facts, uint8_t flags,
                                                struct mrl_buffer *buffer);

/* A decoded record; its slices borrow from the payload. It must not be copied: facts point inside.
 */
struct mrl_audit_record {
	struct mrl_audit_facts facts;
	struct mrl_audit_fact fact_memory[MRL_AUDIT_FACTS_MAX];
	struct mrl_audit_param param_memory[MRL_AUDIT_PARAMS_MAX];
	struct mrl_ip via_memory[MRL_AUDIT_VIA_MAX];
};

/*
 * Checks a payload as if an enemy had written it: deterministic CBOR, exactly maps F and T, known
 * keys in ascending order, types, maxima, what must always be there. UTF-8 is not checked:
 * ill-formed text is no reason to lose a record; whoever writes it out replaces it.
 * MRL_ERR_INVALID: bad.
 */
MRL_CHECKED enum mrl_err mrl_audit_decode(struct mrl_slice payload,
                                          struct mrl_audit_record *ret_record);

/*
 * Free text without what must not be kept: tokens, credentials, keys, card numbers, mail addresses,
 * control characters (AUDIT-2). One pass; `ret_hits` counts replacements. A text of n bytes needs
 * at most MRL_AUDIT_SCRUBBED(n) bytes; what does not fit is dropped by the buffer.
 */
#define MRL_AUDIT_SCRUBBED(bytes) ((bytes)*3)
void mrl_audit_scrub(struct mrl_slice text, struct mrl_buffer *buffer, uint32_t *ret_hits);

/* What the daemon adds to a line. */
struct mrl_audit_writer {
	uint64_t incarnation;
	uint64_t wseq; /* 0: none, for `incomplete` */
};

/* Enough for any line below. */
#define MRL_AUDIT_LINE_MAX 16384

/* One JSON object and a line feed; free text is scrubbed, all text escaped: always one line. */
void mrl_audit_render(const struct mrl_audit_facts *facts, const struct mrl_audit_writer *writer,
                      struct mrl_buffer *buffer);

struct mrl_audit_op_count {
	uint64_t op_hash;
	uint32_t count;
};
#define MRL_AUDIT_OPS_MAX     16
#define MRL_AUDIT_CLASSES_MAX 6

/* A loss to be told: {"gap":reason,"count":...}. Zeros are left out. */
struct mrl_audit_gap {
	enum mrl_audit_reason reason;
	enum mrl_audit_effect effect;
	bool has_count; /* else null: nobody knows */
	uint64_t count;
	uint64_t total; /* of this incarnation, effect and reason so far */
	uint64_t incarnation;
	uint64_t wseq; /* the last frame that is lost, if frames are */
	uint64_t first_us, last_us;
	uint8_t first_id[16], last_id[16];
	uint64_t classes[MRL_AUDIT_CLASSES_MAX];
	struct mrl_audit_op_count ops[MRL_AUDIT_OPS_MAX];
};
void mrl_audit_render_gap(const struct mrl_audit_gap *gap, struct mrl_buffer *buffer);

/* The balance of a slot that was closed: {"slot":"closed",...}. */
struct mrl_audit_balance {
	uint64_t incarnation;
	uint32_t kind, pid;
	uint64_t admitted, reserved, extra, incomplete, max_wseq;
	bool clean;
};
void mrl_audit_render_slot(const struct mrl_audit_balance *balance, struct mrl_buffer *buffer);

const char *mrl_audit_reason_name(enum mrl_audit_reason reason);

#endif
