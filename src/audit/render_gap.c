/* What is not a record but stands in the audit file: losses, and the balance of a closed slot. */
#include "audit/json_put.h"
#include "audit/record.h"

const char *mrl_audit_reason_name(enum mrl_audit_reason reason)
{
	static const char *const names[MRL_AUDIT_REASON_COUNT] = {
		"none",     "ring_full",     "daemon_absent", "disk_full",
		"io_error", "no_slot",       "decode_error",  "retention",
		"purge",    "sink_rejected", "clock_step",    "host_crash",
	};
	return (size_t)reason < MRL_COUNT(names) ? names[reason] : "unknown";
}

static bool is_set(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (bytes[i] != 0) {
			return true;
		}
	}
	return false;
}

static void put_loss_id(struct mrl_buffer *buffer, const char *name, const uint8_t id[16])
{
	if (is_set(id, 16)) {
		json_put_name(buffer, name);
		json_put_uuid(buffer, id);
	}
}

static void put_ops(struct mrl_buffer *buffer, const struct mrl_audit_gap *gap)
{
	const char *comma = "";
	if (gap->ops[0].count == 0) {
		return;
	}
	json_put_name(buffer, "ops");
	mrl_buffer_byte(buffer, '[');
	for (size_t i = 0; i < MRL_AUDIT_OPS_MAX && gap->ops[i].count != 0; i++) {
		json_put_literal(buffer, comma);
		mrl_buffer_byte(buffer, '[');
		json_put_hex64(buffer, gap->ops[i].op_hash);
		mrl_buffer_byte(buffer, ',');
		mrl_buffer_u64(buffer, gap->ops[i].count);
		mrl_buffer_byte(buffer, ']');
		comma = ",";
	}
	mrl_buffer_byte(buffer, ']');
}

static void put_classes(struct mrl_buffer *buffer, const struct mrl_audit_gap *gap)
{
	if (!is_set((const uint8_t *)gap->classes, sizeof(gap->classes))) {
		return;
	}
	json_put_name(buffer, "classes");
	for (size_t i = 0; i < MRL_AUDIT_CLASSES_MAX; i++) {
		mrl_buffer_byte(buffer, i == 0 ? '[' : ',');
		mrl_buffer_u64(buffer, gap->classes[i]);
	}
	mrl_buffer_byte(buffer, ']');
}

static void put_nonzero(struct mrl_buffer *buffer, const char *name, uint64_t number)
{
	if (number != 0) {
		json_put_number(buffer, name, number);
	}
}

void mrl_audit_render_gap(const struct mrl_audit_gap *gap, struct mrl_buffer *buffer)
{
	static const char *const effects[] = {"none", "refused", "passed", "lost"};
	mrl_buffer_byte(buffer, '{');
	json_put_word(buffer, "gap", mrl_audit_reason_name(gap->reason));
	json_put_name(buffer, "count");
	if (gap->has_count) {
		mrl_buffer_u64(buffer, gap->count);
	} else {
		json_put_literal(buffer, "null");
	}
	json_put_word(buffer, "effect", effects[(unsigned)gap->effect & 3]);
	put_nonzero(buffer, "first_us", gap->first_us);
	put_nonzero(buffer, "last_us", gap->last_us);
	put_classes(buffer, gap);
	put_ops(buffer, gap);
	put_loss_id(buffer, "first_id", gap->first_id);
	put_loss_id(buffer, "last_id", gap->last_id);
	put_nonzero(buffer, "total", gap->total);
	json_put_name(buffer, "incarnation");
	json_put_hex64(buffer, gap->incarnation);
	put_nonzero(buffer, "wseq", gap->wseq);
	mrl_buffer_put(buffer, MRL_SLICE("}\n"));
}

void mrl_audit_render_slot(const struct mrl_audit_balance *balance, struct mrl_buffer *buffer)
{
	mrl_buffer_byte(buffer, '{');
	json_put_word(buffer, "slot", "closed");
	json_put_number(buffer, "kind", balance->kind);
	json_put_number(buffer, "pid", balance->pid);
	json_put_number(buffer, "admitted", balance->admitted);
	json_put_number(buffer, "reserved", balance->reserved);
	json_put_number(buffer, "extra", balance->extra);
	json_put_number(buffer, "incomplete", balance->incomplete);
	json_put_name(buffer, "clean");
	json_put_literal(buffer, balance->clean ? "true" : "false");
	json_put_name(buffer, "incarnation");
	json_put_hex64(buffer, balance->incarnation);
	json_put_number(buffer, "max_wseq", balance->max_wseq);
	mrl_buffer_put(buffer, MRL_SLICE("}\n"));
}
